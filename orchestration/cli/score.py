"""`score`: the demo's figures held against what its world wrote down."""

import json

import click

from orchestration.settings import Home

COLUMNS = ["metric", "published in", "cells", "truth", "ours", "difference", "tolerance", "why"]


@click.command()
@click.option("--format", "shape", type=click.Choice(["table", "markdown"]), default="table", show_default=True)
@click.pass_obj
def score(home: Home, shape: str) -> int:
    """Compare the demo's figures with the truth that its simulated world wrote down.

    Each figure is compared cell by cell; truth and ours are sums over the cells. Exit code 1 if any cell is wrong.
    """
    from orchestration.cli.sql import show_table
    from orchestration.demo.scoring import SCORES
    from orchestration.demo.scoring import score as compare
    from orchestration.publish import connect_published

    written = home.path / "truth.json"
    if not written.is_file():
        raise click.UsageError(
            f"{written} does not exist: only the simulated marketplace knows the truth; run `demo` first"
        )
    with connect_published(home.published_file) as connection:
        found = compare(connection, json.loads(written.read_text(encoding="utf-8")), SCORES)
    rows = [
        (
            each.metric, each.table, f"{each.cell_count:,}", _number(each.truth), _number(each.ours),
            _number(each.difference), f"{each.tolerance:.0%}" if each.tolerance else "exact", each.why,
        )
        for each in found
    ]  # fmt: skip
    if shape == "markdown":
        click.echo("| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS))
        for row in rows:
            click.echo("| " + " | ".join(row) + " |")
    else:
        show_table(COLUMNS, rows)
    wrong = [each for each in found if not each.is_right]
    for each in wrong:
        click.echo(
            f"{each.metric} ({each.table}): {len(each.wrong_cells):,} of {each.cell_count:,} cells are wrong", err=True
        )
        for key, expected, ours in each.wrong_cells[:3]:
            click.echo(f"  {key}: truth {expected}, ours {ours}", err=True)
    click.echo(f"{len(found) - len(wrong)} of {len(found)} figures are right", err=True)
    return 1 if wrong else 0


def _number(value: float) -> str:
    # Sums of fractions differ in their last digits from run to run; what is shown does not.
    shown = round(value, 3) + 0.0
    return f"{shown:,.0f}" if shown == int(shown) else f"{shown:,.3f}"
