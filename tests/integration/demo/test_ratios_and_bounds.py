"""What must hold in every row of every report, whatever it reports: found by the columns' names and comments, not by a list."""

import re
from collections.abc import Iterator

import duckdb
import pytest

from orchestration.publish import connect_published
from orchestration.settings import Home

PARTS = re.compile(r"(?:(\d+)\s+x\s+)?(?:the\s+)?sum\s+of\s+(\w+)\s*/\s*(?:the\s+)?sum\s+of\s+(\w+)")


@pytest.fixture(scope="module")
def published(demo_home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect_published(demo_home.published_file) as connection:
        yield connection


def columns(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    """Table, column and comment of every report."""
    return connection.execute(
        "select schema_name || '.' || table_name, column_name, comment from duckdb_columns() "
        "where schema_name in ('direct', 'indirect', 'secondary', 'drivers') order by all"
    ).fetchall()


def broken(connection: duckdb.DuckDBPyConnection, table: str, condition: str) -> int:
    return connection.execute(f"select count(*) from {table} where {condition}").fetchall()[0][0]


def test_a_ratio_is_its_parts(published: duckdb.DuckDBPyConnection) -> None:
    """`Re-aggregate as sum of a / sum of b`: then each row is a / b, and null only where there is nothing to divide by."""
    compared, wrong = 0, []
    everything = columns(published)
    there = {(table, column) for table, column, _ in everything}
    for table, column, comment in everything:
        for factor, numerator, denominator in PARTS.findall(comment):
            if (table, numerator) not in there or (table, denominator) not in there:
                wrong.append((table, column, "names what the table has not"))
                continue
            compared += 1
            expected = f"{factor or 1} * {numerator} * 1e0 / nullif({denominator}, 0)"
            is_other = f"abs({column} - {expected}) > 1e-9 * greatest(1e0, abs({expected}))"
            is_null_amiss = f"({column} is null) <> ({expected} is null)"
            if any(name == table and other.endswith("suppression_reason") for name, other in there):
                is_null_amiss = "false"  # a figure of too few answers is not shown
            if broken(published, table, f"{is_other} or {is_null_amiss}"):
                wrong.append((table, column, expected))
    assert compared > 40
    assert wrong == []


def test_shares_are_shares_and_counts_are_counts(published: duckdb.DuckDBPyConnection) -> None:
    wrong = []
    for table, column, _ in columns(published):
        if column.endswith("_ratio"):
            condition = f"{column} < 0 or {column} > 1 or isnan({column})"
        elif column.endswith(("_count", "_seconds")) and "excess" not in column:  # may be fewer than expected
            condition = f"{column} < 0"
        else:
            continue
        if broken(published, table, condition):
            wrong.append((table, column))
    assert wrong == []


def test_intervals_and_quantiles_are_in_order(published: duckdb.DuckDBPyConnection) -> None:
    everything = columns(published)
    there = {(table, column) for table, column, _ in everything}
    compared, wrong = 0, []
    for table, column, _ in everything:
        pairs = []
        if column.endswith("_low_ratio"):
            whole, high = column.replace("_low_ratio", "_ratio"), column.replace("_low_ratio", "_high_ratio")
            pairs = [(column, whole), (whole, high)]
        elif column.endswith("_median"):
            pairs = [(column, column.replace("_median", "_p90"))]
        for lower, upper in pairs:
            if (table, upper) in there and (table, lower) in there:
                compared += 1
                if broken(published, table, f"{lower} > {upper} + 1e-12"):
                    wrong.append((table, lower, upper))
    assert compared > 10
    assert wrong == []
