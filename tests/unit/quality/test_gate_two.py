"""Gate 2: the marts before they are published."""

import pytest

from orchestration.quality import gates
from orchestration.quality.gates import run_gate_two
from orchestration.quality.suites import read_suites
from tests.unit.quality.conftest import NOW, RUN, Warehouse, suites_of

MARTS = """
create schema core;
create table core.fct_tickets (
    ticket_key varchar, calendar_key varchar, first_response_calendar_seconds double, first_response_business_seconds double,
    waited_calendar_seconds double, waited_business_seconds double
);
create table core.fct_orders (order_key varchar, ordered_at timestamp);
"""

LAWS = """
suites:
  core.sums:
    may_be_empty: for the test
    checks:
      - check_id: sums_are_sums
        broken_when:
          - a > b
          - a + b < 0
          - c = 'a:b'
        severity: critical
        why: No sum.
        since: 2026-11-21
        mended_by: nobody
"""


@pytest.fixture(autouse=True)
def only_the_facts_suites(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other marts' suites are judged on real marts, by the integration tests."""
    suites = [suites_of(2)[name] for name in ("core.fct_tickets", "core.fct_orders")]
    monkeypatch.setattr(gates, "read_suites", lambda files: (suites, []))


def test_a_mart_that_does_not_exist_is_named_once(warehouse: Warehouse) -> None:
    warehouse.record_mapping("tickets")
    outcome = run_gate_two(warehouse.path, run_id=RUN, home=None, now=NOW)
    assert not outcome.passed
    (line,) = outcome.blocking
    assert "core.fct_tickets" in line
    assert "does not exist" in line


def test_marts_of_what_nobody_delivers_are_skipped(warehouse: Warehouse) -> None:
    outcome = run_gate_two(warehouse.path, run_id=RUN, home=None, now=NOW)
    assert outcome.passed
    assert {result.status for result in outcome.results} == {"not_configured"}


def test_good_marts_pass_and_misleading_ones_block(warehouse: Warehouse) -> None:
    warehouse.record_mapping("tickets")
    for run_id in ("run-0", RUN, "run-2"):
        warehouse.record_mapping("orders", run_id=run_id)
    warehouse.run(MARTS)
    warehouse.run(
        "insert into core.fct_tickets values ('desk:1', 'eu', 60, 30, 60, 30), ('desk:2', null, null, null, 9, null)"
    )
    warehouse.run("insert into core.fct_orders values ('shop:1', '2026-11-01')")
    assert run_gate_two(warehouse.path, run_id=RUN, home=None, now=NOW).passed
    warehouse.run("insert into core.fct_tickets values ('desk:3', 'eu', -5, 0, 1, 1), ('desk:3', 'eu', 5, 10, 1, 1)")
    warehouse.run("insert into core.fct_tickets values ('desk:4', 'of nobody', null, null, 60, null)")
    warehouse.run("insert into core.fct_orders values ('shop:2', '2043-11-01')")
    outcome = run_gate_two(warehouse.path, run_id=RUN, home=None, now=NOW)
    failed = {result.check.check_id: result.unexpected_count for result in outcome.results if result.is_blocking}
    assert failed == {
        "fct_tickets_are_not_repeated": 2,
        "fct_tickets_first_response_is_not_negative": 1,
        "fct_tickets_business_clock_is_within_the_calendar": 2,
        "fct_orders_are_dated": 1,
    }
    told = {result.check.check_id for result in outcome.results if not result.is_blocking and result.unexpected_count}
    assert told == {"fct_tickets_calendars_are_known"}
    recorded = warehouse.query("select distinct gate, run_id from audit.gate_results")
    assert recorded == [(2, RUN)]


def test_a_fact_that_shrank_since_the_run_before_is_told(warehouse: Warehouse) -> None:
    """Found by the record of the earlier run: the table itself looks like any other."""
    for run_id in ("run-0", RUN, "run-2"):
        warehouse.record_mapping("orders", run_id=run_id)
    warehouse.run(MARTS)
    warehouse.run(
        "insert into core.fct_orders select 'shop:' || i, timestamp '2026-11-01' from range(100) as numbers(i)"
    )
    assert run_gate_two(warehouse.path, run_id="run-0", home=None, now=NOW).warnings == []
    warehouse.run("delete from core.fct_orders where order_key in ('shop:1', 'shop:2', 'shop:3', 'shop:4', 'shop:5')")
    assert run_gate_two(warehouse.path, run_id=RUN, home=None, now=NOW).warnings == []
    warehouse.run("delete from core.fct_orders where order_key like 'shop:6%'")
    again = run_gate_two(warehouse.path, run_id="run-2", home=None, now=NOW)
    assert again.passed
    (line,) = again.warnings
    assert "fct_orders_have_not_shrunk" in line
    # Tried again in the same run, it is compared with the run before all the same.
    assert run_gate_two(warehouse.path, run_id="run-2", home=None, now=NOW).warnings == [line]


def test_of_several_laws_the_broken_ones_are_named(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    file = warehouse.path.parent / "laws.yml"
    file.write_text(LAWS, encoding="utf-8")
    monkeypatch.setattr(gates, "read_suites", lambda files: read_suites([file]))
    warehouse.run("create schema core")
    warehouse.run(
        "create table core.sums as select * from (values (1, 2, 'a:b'), (5, 2, 'c'), (6, 2, 'c')) as rows(a, b, c)"
    )
    (line,) = run_gate_two(warehouse.path, run_id=RUN, home=None, now=NOW).blocking
    assert "3 of 3 rows (100.00%): `a > b` (2), `c = 'a:b'` (1). No sum" in line
