"""Every check of gate 2 is seen failing: the demo's marts are broken, column by column, until each of them fires."""

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.quality.gates import run_gate_two
from orchestration.quality.parameters import RunParameters
from orchestration.quality.suites import Check, Suite, find_files, read_suites
from orchestration.settings import Home

PARAMETERS = RunParameters("broken", datetime.now(UTC))
SQL = "unexpected_rows_expectation"
# What to write into a column, by the kind of its type, in rows that have something there.
NUMBERS = ("{column} + 1", "{column} * 1000 + 7", "-{column} - 1", "null", "0")
WORDS = ("'another'", "null", "'all'", "'up'", "'noise'", "'fewer'", "'more'", "'unknown'")
FLAGS = ("not {column}", "true", "false")
DAYS = ("{column} + interval 4000 day", "{column} - interval 4000 day", "null")
# Built-in types: what makes one fail, where one statement always does.
BREAKING = {
    "expect_column_values_to_be_unique": "{column} = 'another'",
    "expect_column_values_to_be_in_set": "{column} = 'another'",
    "expect_column_pair_values_a_to_be_greater_than_b": "{column_A} = 1, {column_B} = 2",
}


def told_by_rows(check: Check) -> bool:
    """Whether rows of a table can break the check; the others want a table of fewer rows."""
    return "row_count" not in check.expectation_type and not check.check_id.endswith("have_not_shrunk")


@pytest.fixture(scope="module")
def suites() -> list[Suite]:
    return read_suites(find_files(2, None))[0]


@pytest.fixture
def warehouse(demo_home: Home, tmp_path: Path) -> Path:
    return Path(shutil.copy(demo_home.warehouse, tmp_path / "warehouse.duckdb"))


def failed(path: Path) -> set[str]:
    """The checks that fail, and of those with several laws the laws."""
    outcome = run_gate_two(path, run_id=PARAMETERS.run_id, home=None, now=PARAMETERS.now)
    assert {result.status for result in outcome.results} <= {"pass", "fail"}
    results = [result for result in outcome.results if result.status == "fail"]
    return {result.check.check_id for result in results} | {
        f"{result.check.check_id}: {law}" for result in results for law, _ in result.broken_laws
    }


def queries(check: Check) -> dict[str, str]:
    """What a check asks, by the name under which `failed` tells of it."""
    if check.broken_when:
        return {f"{check.check_id}: {law}": f"select 1 from {{batch}} where {law}" for law in check.broken_when}
    return {check.check_id: check.arguments["unexpected_rows_query"]}


class Breaker:
    """Breaks tables so that a check fires, and never mends with that what another check of the table has found."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, suite: Suite) -> None:
        self._connection = connection
        self._suite = suite
        self._types = dict(
            connection.execute(
                "select column_name, data_type from duckdb_columns() where schema_name = ? and table_name = ?",
                [suite.schema, suite.table],
            ).fetchall()
        )

    def fires(self, query: str) -> bool:
        query = PARAMETERS.in_sql(query).replace("{batch}", self._suite.name)
        return bool(self._connection.execute(f"select count(*) from ({query}) as wrong").fetchall()[0][0])

    def break_column(self, check: Check) -> None:
        """Break the table for a check of a built-in type."""
        self._connection.execute(f"update {self._suite.name} set {self._breaking(check)} where rowid % 3 = 1")

    def break_for(self, query: str, found: list[str]) -> bool:
        """Break the table for a query; False where nothing that was tried makes it give rows."""
        if self.fires(query):
            return True
        for statement in self._statements(query):
            self._connection.execute("begin")
            try:
                self._connection.execute(statement)
                if self.fires(query) and all(self.fires(other) for other in found):
                    self._connection.execute("commit")
                    return True
            except duckdb.Error:
                pass  # a column that must not be null, a number too large: it is another statement's turn
            self._connection.execute("rollback")
        return False

    def _breaking(self, check: Check) -> str:
        if check.expectation_type in BREAKING:
            return BREAKING[check.expectation_type].format(**check.arguments)
        column, least = check.arguments["column"], check.arguments.get("min_value")
        assert check.expectation_type == "expect_column_values_to_be_between"
        if self._types[column] in ("DATE", "TIMESTAMP"):
            return f"{column} = {column} + interval 20 year"
        return f"{column} = {least} - 1"

    def _statements(self, query: str) -> Iterator[str]:
        name = self._suite.name
        for column in [column for column in self._types if re.search(rf"\b{column}\b", query)]:
            kind = self._types[column]
            changes: tuple[str, ...] = NUMBERS
            if kind == "VARCHAR":
                changes = WORDS
            elif kind == "BOOLEAN":
                changes = FLAGS
            elif kind in ("DATE", "TIMESTAMP"):
                changes = DAYS
            for change in [change.format(column=column) for change in changes]:
                # Half of the rows first: what is left whole can still be broken for another check.
                yield f"update {name} set {column} = {change} where {column} is not null and rowid % 2 = 0"
                yield f"update {name} set {column} = {change} where {column} is not null"
                yield f"insert into {name} select * replace ({change} as {column}) from {name}"
        yield f"insert into {name} select * from {name}"
        for other in re.findall(r"(?:from|join) ((?:core|direct|indirect|secondary|drivers)\.\w+)", query):
            yield f"delete from {other} where rowid % 10 = 0"
            yield f"insert into {other} select * from {other}"


def test_every_law_is_seen_broken(warehouse: Path, suites: list[Suite]) -> None:
    assert failed(warehouse) == set()
    untouched, expected = [], set()
    with duckdb.connect(str(warehouse)) as connection:
        for suite in suites:
            breaker = Breaker(connection, suite)
            found: list[str] = []
            for check in [check for check in suite.checks if told_by_rows(check)]:
                expected.add(check.check_id)
                if check.expectation_type != SQL:
                    breaker.break_column(check)
                    continue
                for name, query in queries(check).items():
                    expected.add(name)
                    if breaker.break_for(query, found):
                        found.append(query)
                    else:
                        untouched.append(name)
    assert untouched == []
    assert expected - failed(warehouse) == set()


def test_an_empty_mart_is_told(warehouse: Path, suites: list[Suite]) -> None:
    """As after a join that matches nothing: the tables are there, their rows are gone."""
    with duckdb.connect(str(warehouse)) as connection:
        for suite in suites:
            connection.execute(f"delete from {suite.name}")
    counts = {check.check_id for suite in suites for check in suite.checks if not told_by_rows(check)}
    assert len(counts) > 30
    assert counts - failed(warehouse) == set()
