"""`sql`: questions to the published file, read-only, as a table, CSV or JSON."""

import csv
import json
import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

import click

from orchestration.settings import Home

# A cell that begins with one of these is run as a formula by spreadsheet programs.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
PROMPT_HELP = "End a query with ; and Enter. `tables` lists the tables, `exit` ends."
LIST_TABLES = (
    "select schema_name || '.' || table_name as table_name, estimated_size as row_count, comment as description "
    "from duckdb_tables() order by 1"
)


@click.command()
@click.argument("query", required=False)
@click.option("--format", "shape", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@click.pass_obj
def sql(home: Home, query: str | None, shape: str) -> int:
    """Ask the published file with SQL; without QUERY reads standard input, or opens a prompt."""
    from orchestration.publish import connect_published

    with connect_published(home.published_file) as connection:
        if query is None and sys.stdin.isatty():
            return _prompt(connection, shape)
        return _answer(connection, query if query is not None else sys.stdin.read(), shape)


def _prompt(connection: Any, shape: str) -> int:
    click.echo(PROMPT_HELP, err=True)
    pending = ""
    while True:
        try:
            line = input("sql> " if not pending else "...> ")
        except (EOFError, KeyboardInterrupt):
            return 0
        word = line.strip().rstrip(";").lower()
        if not pending and word in ("exit", "quit", "\\q"):
            return 0
        if not pending and word in ("tables", ".tables", "\\d"):
            line = LIST_TABLES + ";"
        pending += line + "\n"
        if pending.strip().endswith(";"):
            _answer(connection, pending, shape)
            pending = ""
        elif not pending.strip():
            pending = ""


def _answer(connection: Any, query: str, shape: str) -> int:
    import duckdb

    if not query.strip().strip(";"):
        raise click.UsageError('no query was given: support-metrics sql "select * from drivers.rpt_scorecard_by_week"')
    try:
        cursor = connection.execute(query)
        names = [column[0] for column in cursor.description or []]
        rows = cursor.fetchall()
    except duckdb.Error as error:
        click.echo(f"error: {' '.join(str(error).split())}", err=True)
        return 2
    if shape == "csv":
        write_csv(sys.stdout, names, rows)
    elif shape == "json":
        click.echo(json.dumps([dict(zip(names, row, strict=True)) for row in rows], default=_plain, ensure_ascii=False))
    else:
        show_table(names, rows)
        click.echo(f"{len(rows):,} row{'' if len(rows) == 1 else 's'}")
    return 0


def write_csv(file: IO[str], names: list[str], rows: Iterable[tuple]) -> None:
    """Write rows as CSV that no spreadsheet program runs: a text cell that begins like a formula gets a `'` before it."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([neutral(name) for name in names])
    writer.writerows([[neutral(value) for value in row] for row in rows])


def neutral(value: object) -> object:
    """A cell that is read as text or a number by every spreadsheet program; numbers stay as they are."""
    if value is None or isinstance(value, (bool, int, float, Decimal, date, datetime)):
        return value
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text == text.strip()


def show_table(names: list[str], rows: Sequence[tuple]) -> None:
    """Print rows as a table as wide as the terminal, or as wide as it needs where there is none."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for position, name in enumerate(names):
        is_number = any(isinstance(row[position], (int, float, Decimal)) for row in rows)
        table.add_column(Text(name), justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(value)) for value in row))
    console = Console() if sys.stdout.isatty() else Console(width=10_000)
    console.print(table)


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.1f}"
    # Control characters could write anything on a terminal.
    return "".join(character if character.isprintable() or character == "\n" else "?" for character in str(value))


def _plain(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else str(value)
