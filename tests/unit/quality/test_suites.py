"""Suites as text: what is refused, and that everything is refused at once."""

import subprocess
import sys
import textwrap

import pytest

from orchestration.quality import validation
from orchestration.quality.gates import check_suites, run_gate_one
from orchestration.quality.suites import SuiteError, find_files, read_suites, read_unchecked
from tests.unit.quality.conftest import NOW, PARAMETERS, RUN, Warehouse

GOOD = """
suites:
  contract.tickets:
    checks:
      - check_id: own_check
        type: expect_column_values_to_not_be_null
        arguments: {column: ticket_key}
        severity: warning
        why: for the test
        since: 2026-11-21
        mended_by: nobody
"""


def test_the_projects_own_suites_are_sound() -> None:
    assert check_suites(None) == []


def test_every_entity_has_a_suite_with_the_three_checks_of_identity() -> None:
    from orchestration.contract import entities

    suites, _ = read_suites(find_files(1, None))
    by_name = {suite.name: suite for suite in suites}
    for entity in entities().values():
        suite = by_name[f"contract.{entity.name}"]
        assert suite.needs == (entity.name,)
        kinds = {check.expectation_type for check in suite.checks if entity.key_column in check.arguments.values()}
        assert {"expect_column_values_to_not_be_null", "expect_column_values_to_be_unique"} <= kinds, entity.name
        assert any(check.unusable_when == f"{entity.key_column} is null" for check in suite.checks)


def test_importing_the_gates_does_not_import_great_expectations() -> None:
    script = "import sys, orchestration.quality.gates; sys.exit('great_expectations' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_an_installations_checks_are_added_to_the_projects(write_suite) -> None:
    home = write_suite("raw", GOOD)
    suites, problems = read_suites(find_files(1, home))
    assert problems == []
    (tickets,) = [suite for suite in suites if suite.name == "contract.tickets"]
    assert tickets.checks[0].check_id == "tickets_are_there"
    assert tickets.checks[-1].check_id == "own_check"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            "expect_column_values_to_not_be_null",
            "expect_column_values_to_not_be_nul",
            "did you mean expect_column_values_to",
        ),
        (
            "expect_column_values_to_not_be_null",
            "expect_column_quantile_values_to_be_between",
            "does not work on DuckDB",
        ),
        ("{column: ticket_key}", "{colum: ticket_key}", "unknown argument 'colum'; it takes column"),
        ("{column: ticket_key}", "{}", "argument 'column': field required"),
        ("{column: ticket_key}", "{column: ticket_key, mostly: 3}", "argument 'mostly': ensure this value is less"),
        ("severity: warning", "severity: warnin", "severity 'warnin' is none of critical, warning"),
        ("severity: warning", "severity: warning\n        serverity: warning", "unknown key 'serverity'"),
        ("        why: for the test\n", "", "`why` is missing"),
        ("since: 2026-11-21", "since: last week", "`since` must be a date"),
        ("check_id: own_check", "check_id: tickets_are_there", "check_id is taken by another check in"),
        ("contract.tickets", "tickets", "a suite's name is schema.table"),
        ("contract.tickets", "audit.files", "no check counts its rows"),
        (
            "severity: warning",
            "severity: warning\n        history: [{was: 1}]",
            "history entry 1 needs because, until, was",
        ),
        (
            "contract.tickets:",
            "audit.files:\n    may_be_empty: for the test",
            None,
        ),
        ("severity: warning", "severity: warning\n        broken_when: [true]", "`broken_when` is a list of SQL"),
        (
            "type: expect_column_values_to_not_be_null\n        arguments: {column: ticket_key}",
            "broken_when: ticket_key = 1",
            "`broken_when` is a list of SQL",
        ),
        ("suites:", "suits:", "needs `suites:`"),
        ("suites:", "suites: [", "not YAML"),
    ],
)
def test_a_faulty_suite_is_refused_with_its_file_and_check(write_suite, old: str, new: str, fault: str | None) -> None:
    home = write_suite("raw", GOOD.replace(old, new))
    suites, problems = read_suites(
        [file for file in find_files(1, home) if file.name in ("contract_contacts.yml", "own.yml")]
    )
    problems += validation.build(suites, PARAMETERS)[1]
    if fault is None:
        assert problems == []
        return
    assert fault in problems[0]
    assert all(str(home) in problem or "audit.files" in problem for problem in problems)


@pytest.mark.parametrize(
    ("unchecked", "fault"),
    [
        ("{core.dim_dates: for the test}", None),
        ("{contract.tickets: for the test}", "contract.tickets: is under `unchecked`, and has checks"),
        ("[core.dim_dates]", "`unchecked` is a mapping"),
        ("{core.dim_dates: }", "`unchecked` is a mapping"),
    ],
)
def test_a_table_has_checks_or_a_reason_for_none(write_suite, unchecked: str, fault: str | None) -> None:
    home = write_suite("raw", GOOD.replace("suites:", f"unchecked: {unchecked}\n\nsuites:"))
    files = [file for file in find_files(1, home) if file.name in ("contract_contacts.yml", "own.yml")]
    problems = read_suites(files)[1]
    if fault is None:
        assert problems == []
        assert read_unchecked(files) == {"core.dim_dates": "for the test"}
        return
    assert fault in problems[0]


def test_all_faults_are_reported_at_once_and_nothing_is_touched(warehouse: Warehouse, write_suite) -> None:
    faulty = GOOD + textwrap.indent(
        textwrap.dedent(
            """
            - {check_id: second, type: expect_nothing, severity: bad, why: w, since: 2026-11-21, mended_by: m}
            - {check_id: third, type: unexpected_rows_expectation, severity: warning, why: w, since: 2026-11-21,
               mended_by: m, arguments: {unexpected_rows_query: select 1}}
            """
        ),
        "      ",
    )
    home = write_suite("raw", faulty.replace("{column: ticket_key}", "{column: ticket_key, x: 1}"))
    warehouse.add("tickets", key=None)
    with pytest.raises(SuiteError) as caught:
        run_gate_one(warehouse.path, run_id=RUN, home=home, now=NOW)
    assert [problem.split(": ")[2] for problem in caught.value.problems] == ["second", "own_check", "third"]
    assert warehouse.query("select count(*) from contract.tickets") == [(1,)]


def test_rows_are_set_aside_from_contract_tables_only(write_suite) -> None:
    text = GOOD.replace("contract.tickets:", "core.fct_tickets:")
    text = text.replace("severity:", "unusable_when: ticket_key is null\n        severity:")
    (problem,) = check_suites(write_suite("marts", text))
    assert "sets rows of contract tables aside" in problem


def test_a_threshold_carries_its_history(write_suite) -> None:
    history = "history: [{was: 0.9, until: 2026-12-01, because: the source mended its export}]\n        severity:"
    home = write_suite("raw", GOOD.replace("severity:", history))
    suites, problems = read_suites(find_files(1, home))
    assert problems == []
    (check,) = [check for suite in suites for check in suite.checks if check.check_id == "own_check"]
    assert check.history[0]["was"] == 0.9
