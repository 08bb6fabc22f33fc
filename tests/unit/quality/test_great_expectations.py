"""The traps of Great Expectations on DuckDB, and every expectation type in use, run for real.

The engine leans on internals: this is the file to look at first when the version changes.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlalchemy

from orchestration.quality import validation
from orchestration.quality.parameters import RunParameters
from orchestration.quality.results import CheckResult
from orchestration.quality.suites import Check, Suite, find_files, read_suites

PARAMETERS = RunParameters("run-1", datetime(2026, 11, 21, 12, tzinfo=UTC))

# By type: arguments that hold for the table below, and arguments that do not, with the rows that break them.
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], int | None]] = {
    "expect_column_values_to_not_be_null": ({"column": "number"}, {"column": "gappy"}, 2),
    "expect_column_values_to_be_unique": ({"column": "number"}, {"column": "word"}, 10),
    "expect_column_values_to_be_in_set": (
        {"column": "word", "value_set": ["a", "b", "c@d.ef"]},
        {"column": "word", "value_set": ["a"]},
        6,
    ),
    "expect_column_values_to_be_between": (
        {"column": "happened_at", "min_value": datetime(1990, 1, 1), "max_value": "$latest"},
        {"column": "happened_at", "min_value": datetime(1990, 1, 1), "max_value": "$now"},
        3,
    ),
    "expect_column_values_to_match_regex": (
        {"column": "word", "regex": "^[a-z@.]{1,6}$"},
        {"column": "word", "regex": "^[a-z]$"},
        4,
    ),
    "expect_table_row_count_to_be_between": ({"min_value": 10, "max_value": 10}, {"min_value": 11}, None),
    "expect_column_pair_values_a_to_be_greater_than_b": (
        {"column_A": "number", "column_B": "gappy", "or_equal": True, "ignore_row_if": "either_value_is_missing"},
        {"column_A": "number", "column_B": "gappy", "ignore_row_if": "either_value_is_missing"},
        8,
    ),
    "unexpected_rows_expectation": (
        {"unexpected_rows_query": "select 1 from {batch} where regexp_matches(word, '^x{2}$') or word = ':a'"},
        {"unexpected_rows_query": "select 1 from {batch} as rows where rows.happened_at > $now"},
        3,
    ),
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gx") / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema core")
        connection.execute(
            "create table core.facts as select i as number, case when i < 8 then i end as gappy, "
            "case when i < 4 then 'a' || '' when i < 6 then 'b' else 'c@d.ef' end as word, "
            "timestamp '2026-11-21 12:00' + to_hours(i - 6) as happened_at from range(10) as numbers(i)"
        )
        connection.execute("create table core.nothing as select * from core.facts limit 0")
    return path


def run(path: Path, table: str, checks: Iterable[tuple[str, str, dict[str, Any]]]) -> dict[str, CheckResult]:
    made = tuple(
        Check(check_id, kind, arguments, "critical", "why", PARAMETERS.now.date(), "me", Path("x.yml"))
        for check_id, kind, arguments in checks
    )
    suite = Suite(f"core.{table}", made)
    built, problems = validation.build([suite], PARAMETERS)
    assert problems == []
    results = validation.run_suites(path, [suite], built, PARAMETERS, gate=2)
    assert [result.check.check_id for result in results] == [check.check_id for check in made]
    return {result.check.check_id: result for result in results}


def test_every_type_in_use_has_a_case() -> None:
    suites = [suite for gate in (1, 2) for suite in read_suites(find_files(gate, None))[0]]
    assert {check.expectation_type for suite in suites for check in suite.checks} == set(CASES)


def test_every_type_in_use_passes_and_fails_on_duckdb(warehouse: Path) -> None:
    checks = [(f"good {kind}", kind, good) for kind, (good, _, _) in CASES.items()]
    checks += [(f"bad {kind}", kind, bad) for kind, (_, bad, _) in CASES.items()]
    results = run(warehouse, "facts", checks)
    for kind, (_, _, count) in CASES.items():
        good, bad = results[f"good {kind}"], results[f"bad {kind}"]
        assert (good.status, bad.status) == ("pass", "fail"), kind
        assert bad.unexpected_count == count, kind
        assert bad.row_count == 10


def test_class_names_are_types_too(warehouse: Path) -> None:
    results = run(warehouse, "facts", [("one", "ExpectColumnValuesToBeUnique", {"column": "number"})])
    assert results["one"].status == "pass"


def test_like_patterns_and_negated_ones_work(warehouse: Path) -> None:
    like = {"column": "word", "like_pattern": "c%"}
    results = run(
        warehouse,
        "facts",
        [
            ("like", "expect_column_values_to_match_like_pattern", like),
            ("not like", "expect_column_values_to_not_match_like_pattern", like),
            ("not regex", "expect_column_values_to_not_match_regex", {"column": "word", "regex": "@"}),
        ],
    )
    assert [results[name].unexpected_count for name in ("like", "not like", "not regex")] == [6, 4, 4]


def test_a_failed_statement_is_an_error_and_leaves_the_others_alone(warehouse: Path) -> None:
    results = run(
        warehouse,
        "facts",
        [
            ("no column", "expect_column_values_to_not_be_null", {"column": "missing"}),
            (
                "bad sql",
                "unexpected_rows_expectation",
                {"unexpected_rows_query": "select 1 from {batch} where nonsense"},
            ),
            (
                "bad cast",
                "unexpected_rows_expectation",
                {"unexpected_rows_query": "select 1 from {batch} where word::int = 1"},
            ),
            ("bad type", "expect_column_values_to_match_regex", {"column": "number", "regex": "1"}),
            ("unique", "expect_column_values_to_be_unique", {"column": "number"}),
            ("gappy", "expect_column_values_to_not_be_null", {"column": "gappy"}),
        ],
    )
    assert {name: result.status for name, result in results.items()} == {
        "no column": "error",
        "bad sql": "error",
        "bad cast": "error",
        "bad type": "error",
        "unique": "pass",
        "gappy": "fail",
    }
    assert results["no column"].error == 'The column "missing" in BatchData does not exist'
    assert "nonsense" in str(results["bad sql"].error)
    assert "c@d.ef" not in str([result.error for result in results.values()])
    assert all(results[name].is_blocking for name in ("no column", "bad sql", "bad cast", "bad type"))


def test_an_empty_table_passes_all_but_the_row_count(warehouse: Path) -> None:
    results = run(
        warehouse,
        "nothing",
        [
            ("null", "expect_column_values_to_not_be_null", {"column": "number"}),
            ("unique", "expect_column_values_to_be_unique", {"column": "number"}),
            ("rows", "expect_table_row_count_to_be_between", {"min_value": 1}),
        ],
    )
    assert [results[name].status for name in ("null", "unique", "rows")] == ["pass", "pass", "fail"]


def test_a_table_that_does_not_exist_is_an_error_that_names_it(warehouse: Path) -> None:
    result = run(warehouse, "missing", [("one", "expect_column_values_to_be_unique", {"column": "number"})])["one"]
    assert result.status == "error"
    assert "core.missing" in result.table_message
    assert "does not exist" in result.table_message


def test_only_numbers_and_instants_are_observed(warehouse: Path) -> None:
    results = run(
        warehouse,
        "facts",
        [
            ("rows", "expect_table_row_count_to_be_between", {"min_value": 1}),
            ("words", "expect_column_distinct_values_to_be_in_set", {"column": "word", "value_set": ["a"]}),
            (
                "share",
                "expect_column_proportion_of_non_null_values_to_be_between",
                {"column": "gappy", "min_value": 0.5},
            ),
        ],
    )
    assert [results[name].observed_value for name in ("rows", "words", "share")] == ["10", None, "0.8"]


def test_a_check_cannot_write(warehouse: Path) -> None:
    from orchestration.quality.engine import open_datasource

    with open_datasource(warehouse) as datasource:
        engine = datasource.get_execution_engine()
        with pytest.raises(sqlalchemy.exc.SQLAlchemyError, match="read-only"):
            engine.execute_query(sqlalchemy.text("create table core.mine as select 1"))
        rows = engine.execute_query(sqlalchemy.text("select count(*) from core.facts")).scalar_one()
    assert rows == 10, "the connection is usable after a failed statement"
