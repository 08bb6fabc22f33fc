"""`demo`: the simulated marketplace, from nothing to headline numbers, in a home of its own."""

import time
from typing import Any

import click

from orchestration.settings import PROJECT, Home


@click.command()
@click.option("--scale", default=0.2, show_default=True, help="Size of the marketplace; 1 has 120,000 orders.")
@click.option("--seed", default=None, type=int, help="Another world; the same seed is the same world to the last row.")
@click.pass_context
def demo(ctx: click.Context, scale: float, seed: int | None) -> int:
    """Build a simulated marketplace, load it from its systems, publish it, and show the headline numbers."""
    from orchestration.cli.run import run_job
    from orchestration.demo import DEFAULT_SEED
    from orchestration.demo.decisions import write_seeds
    from orchestration.demo.plan import write_plan
    from orchestration.demo.served import SERVED, served_sources_toml, write_credentials
    from orchestration.installing import create_home

    home: Home = ctx.obj if ctx.meta["home_was_chosen"] else Home(PROJECT / "home" / "demo")
    began = time.monotonic()
    home.path.mkdir(parents=True, exist_ok=True)
    plan = write_plan(home, DEFAULT_SEED if seed is None else seed, scale, list(SERVED))
    create_home(home, into_existing=True, sources_toml=served_sources_toml(plan))
    write_credentials(home)
    write_seeds(home)
    click.echo(f"a marketplace of two years, served by stand-ins of {', '.join(SERVED)} and as files in {home.landing}")
    code = run_job(home, "refresh_warehouse", deliver_demo=True)
    if code == 0:
        _show_headlines(home)
        _show_next(home, ctx.meta["home_was_chosen"])
        click.echo(f"demo: {time.monotonic() - began:.1f} s in all")
    return code


def _show_headlines(home: Home) -> None:
    """The scorecard's newest week that has values, beside the week before."""
    from orchestration.cli.sql import show_table
    from orchestration.publish import connect_published

    with connect_published(home.published_file) as connection:
        cursor = connection.execute("select * from drivers.rpt_scorecard_by_week")
        names = [column[0] for column in cursor.description or []]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    weeks = newest_weeks(rows)
    if not weeks:
        return
    week = weeks[0]
    click.echo(f"\nHeadline numbers, week of {week}" + (f" (beside the week of {weeks[1]})" if len(weeks) > 1 else ""))
    show_table(["metric", "value", "95 % interval", "n", "week before"], headlines(rows, weeks))


def newest_weeks(rows: list[dict[str, Any]]) -> list[Any]:
    """The newest two weeks in which at least half as many metrics have a value as in the fullest week."""
    valued: dict[Any, int] = {}
    for row in rows:
        if row.get("value") is not None and row.get("is_complete", True):
            valued[row["scorecard_week"]] = valued.get(row["scorecard_week"], 0) + 1
    enough = max(valued.values(), default=0) / 2
    return sorted((week for week, count in valued.items() if count >= enough), reverse=True)[:2]


def headlines(rows: list[dict[str, Any]], weeks: list[Any]) -> list[tuple[str, ...]]:
    """Label, value, interval, n and value of the week before, in the scorecard's order; only metrics that have a value.

    A lower bound (a quantile not reached, a cohort not mature) says "at least", another value that is not mature "provisional".
    """
    by_week = {(row["metric_name"], row["scorecard_week"]): row for row in rows}
    chosen = sorted(
        (row for row in rows if row["scorecard_week"] == weeks[0] and row.get("value") is not None),
        key=lambda row: (row.get("metric_rank") or 0, row["metric_name"]),
    )
    before = weeks[1] if len(weeks) > 1 else None
    return [
        (
            str(row.get("metric_label") or row["metric_name"]),
            stated(row),
            interval(row),
            f"{row['denominator_count']:,}" if row.get("denominator_count") is not None else "",
            stated(by_week.get((row["metric_name"], before), {})),
        )
        for row in chosen
    ]


def stated(row: dict[str, Any]) -> str:
    """A row's value in words, said to be a lower bound where it is one, and provisional where it can move either way."""
    words = readable(row.get("value"), row.get("unit"))
    if row.get("value") is None or (row.get("is_mature", True) and not row.get("is_at_least")):
        return words
    return f"at least {words}" if row.get("is_at_least") else f"{words}, provisional"


def interval(row: dict[str, Any]) -> str:
    """A row's interval in words; nothing where the value is no sample, or is only a lower bound."""
    low, high = row.get("low_value"), row.get("high_value")
    if low is None or high is None or row.get("is_at_least"):
        return ""
    unit = row.get("unit")
    # A unit of words stands beside the value already.
    return " to ".join(readable(end, unit if unit in ("ratio", "seconds") else None) for end in (low, high))


def readable(value: float | None, unit: str | None) -> str:
    """A value in words: 76.5 %, 2 h 27 min, 13.1 contacts per 100 orders."""
    if value is None:
        return "-"
    if unit == "ratio":
        return f"{100 * value:.1f} %" if abs(value) >= 0.1 else f"{100 * value:.2f} %"
    if unit == "seconds":
        minutes = round(value / 60)
        return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
    return f"{value:,.1f} {unit or ''}".rstrip()


def _show_next(home: Home, home_was_chosen: bool) -> None:
    command = "support-metrics" if home_was_chosen else f"support-metrics --home {home.path}"
    boards = sorted((home.published / "boards").glob("*.html"))
    click.echo(f"published file  {home.published_file}")
    for board in boards[:1]:
        click.echo(f"board           {board}")
    click.echo(
        "Next:\n"
        f'  {command} sql "select * from core.fct_tickets limit 5"\n'
        f"  {command} status\n"
        f"  {command} ui\n"
        "  support-metrics init DIR      # an installation of your own"
    )
