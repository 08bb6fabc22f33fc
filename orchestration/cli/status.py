"""`status`: what is published, how fresh each source is, how the last run went, which checks failed."""

import json

import click

from orchestration.settings import Home


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs: everything, as one JSON object.")
@click.pass_obj
def status(home: Home, as_json: bool) -> None:
    """Show the published file, freshness per source, the last run and failed checks."""
    from orchestration.state import read_state

    state = read_state(home)
    if as_json:
        click.echo(json.dumps(state, default=str, ensure_ascii=False, indent=2))
        return
    click.echo(f"{state['installation']}  ({home.path})")
    _show_published(state)
    _show_run(state)
    _show_sources(state)
    _show_checks(state)


def _show_published(state: dict) -> None:
    published = state["published"]
    if published["build_id"] is None:
        click.echo(f"published   nothing yet: {published['problem']}")
        return
    click.echo(
        f"published   build {published['build_id']}, {_ago(published['age_seconds'])}, "
        f"{published['tables']} tables, {published['rows']:,} rows\n            {published['path']}"
    )
    if published["problem"]:
        click.echo(f"            PROBLEM: {published['problem']}")


def _show_run(state: dict) -> None:
    run = state["last_run"]
    if run is None:
        click.echo("last run    none yet: run `support-metrics run`")
        return
    line = f"{run['job_name']} {run['run_id'][:8]}, begun {run['started_at']}: {run['outcome']}"
    if run["outcome"] in ("running", "killed"):
        line += f" (process {run['process_id']}, at {run['step'] or 'the start'})"
    click.echo(f"last run    {line}")
    if run["outcome"] == "killed":
        click.echo("            nothing was published by it; run `support-metrics run`, it begins anew")
    if run["message"]:
        click.echo(f"            at {run['step']}: {run['message']}")


def _show_sources(state: dict) -> None:
    if state["note"]:
        click.echo(f"note        {state['note']}")
    for number, source in enumerate(state["sources"]):
        delivered = source["last_delivered_at"]
        when = f"last delivery {delivered:%Y-%m-%d %H:%M} UTC" if delivered else "nothing delivered yet"
        mark = "" if source["is_fresh"] else "  <- look"
        click.echo(f"{'sources' if number == 0 else '':<12}{source['name']:<16}{when}; {source['what']}{mark}")
    if not state["sources"]:
        click.echo("sources     none configured")


def _show_checks(state: dict) -> None:
    failed = state["failed_checks"]
    click.echo(f"checks      {len(failed)} failed in the last run" if failed else "checks      none failed")
    for check in failed:
        click.echo(f"            {check['severity']}: {check['message'] or check['check_id']}")


def _ago(seconds: float) -> str:
    hours, minutes = divmod(int(seconds) // 60, 60)
    if hours >= 48:
        return f"{hours // 24} days old"
    return f"{hours} h {minutes} min old" if hours else f"{minutes} min old"
