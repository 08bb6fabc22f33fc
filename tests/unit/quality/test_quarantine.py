"""Rows set aside: which, how many, once each, and back again."""

from pathlib import Path

import pytest

from orchestration.quality import quarantine
from orchestration.quality.gates import GateOutcome, run_gate_one
from tests.unit.quality.conftest import NOW, PARAMETERS, RUN, Warehouse, checked, failed, suites_of

CANARY = "canary@example.org"


def gate(warehouse: Warehouse, home: Path | None = None, run_id: str = RUN) -> GateOutcome:
    return run_gate_one(warehouse.path, run_id=run_id, home=home, now=NOW)


@pytest.mark.parametrize(
    ("entity", "changes", "check_id"),
    [
        ("tickets", {"key": None}, "tickets_have_a_key"),
        ("tickets", {"created_at": "2043-01-01"}, "tickets_created_at_is_possible"),
        ("tickets", {"created_at": "1970-01-01"}, "tickets_created_at_is_possible"),
        ("tickets", {"created_at": "2026-11-22 12:00:01"}, "tickets_created_at_is_possible"),
        ("ticket_messages", {"author_role": "ghost"}, "ticket_messages_author_role_is_known"),
        ("ticket_messages", {"author_role": None}, "ticket_messages_author_role_is_known"),
        ("handle_times", {"handle_seconds": -1}, "handle_times_are_not_negative"),
        ("shifts", {"ends_at": "2027-01-01 08:00"}, "shifts_end_after_they_begin"),
        ("agent_workdays", {"work_hours": 25}, "agent_workdays_hours_fit_in_a_day"),
        ("agent_workdays", {"work_date": "2027-01-01"}, "agent_workdays_work_date_is_possible"),
        ("active_customers", {"active_customer_count": -1}, "active_customers_counts_are_not_negative"),
        ("calendar_hours", {"time_zone": "Eastern Time (US & Canada)"}, "calendar_hours_time_zones_exist"),
        ("calendar_hours", {"iso_weekday": 0}, "calendar_hours_weekdays_are_1_to_7"),
        ("calendar_hours", {"opens_local_time": "9:00"}, "calendar_hours_open_at_a_time"),
        ("calendar_hours", {"closes_local_time": "24:01"}, "calendar_hours_close_at_a_time"),
        ("calendar_holidays", {"closed_to_local_time": "noon"}, "calendar_holidays_close_at_a_time"),
        ("exchange_rates", {"usd_per_unit": 0}, "exchange_rates_are_positive"),
        ("delivery_marks", {"complete_through_at": "2026-11-23"}, "delivery_marks_complete_through_at_is_possible"),
    ],
)
def test_what_no_metric_can_use_is_set_aside_and_the_run_goes_on(
    warehouse: Warehouse, entity: str, changes: dict, check_id: str
) -> None:
    warehouse.add(entity)
    warehouse.add(entity, source_name="other", **changes)
    suite = suites_of(1)[f"contract.{entity}"]
    with warehouse.open() as connection:
        quarantine.create_tables(connection)
        aside = quarantine.set_aside(connection, [suite], PARAMETERS)
    assert warehouse.query(f"select source_name from contract.{entity}") == [("desk",)]
    assert warehouse.query(f"select source_name, _quarantine_reason, _quarantine_run_id from quarantine.{entity}") == [
        ("other", check_id, RUN)
    ]
    assert {check: count for check, count in aside.row_counts.items() if count} == {check_id: 1}
    assert aside.table_row_counts == {suite.name: 2}
    assert aside.errors == {}


@pytest.mark.parametrize(
    ("entity", "changes"),
    [
        ("tickets", {"created_at": "2026-11-22 12:00:00"}),
        ("deliveries", {"promised_date": "2030-01-01", "promised_at": "2030-01-01"}),
        ("shifts", {"starts_at": "2030-01-01 22:00", "ends_at": "2030-01-02 06:00"}),
        ("calendar_hours", {"closes_local_time": "24:00:00", "opens_local_time": "23:59:59"}),
        ("calendar_holidays", {"closed_from_local_time": "12:00", "closed_to_local_time": "24:00"}),
        ("agent_workdays", {"work_hours": 24}),
    ],
)
def test_what_is_unusual_and_right_stays(warehouse: Warehouse, entity: str, changes: dict) -> None:
    warehouse.add(entity, **changes)
    if entity == "deliveries":
        warehouse.add("orders")
    with warehouse.open() as connection:
        quarantine.create_tables(connection)
        quarantine.set_aside(connection, [suites_of(1)[f"contract.{entity}"]], PARAMETERS)
    assert warehouse.query(f"select count(*) from contract.{entity}") == [(1,)]
    assert failed(checked(warehouse, f"contract.{entity}")) == set()


def test_each_row_is_counted_once_under_its_first_reason(warehouse: Warehouse) -> None:
    warehouse.add("tickets")
    warehouse.add("tickets", key=None, created_at="2043-01-01", _source_row_count=3)
    warehouse.add("tickets", ticket_id="2", created_at="2043-01-01", _source_row_count=2)
    warehouse.add("tickets", ticket_id="3", created_at="1970-01-01", source_name="other")
    warehouse.record_mapping("tickets")
    outcome = gate(warehouse)
    assert outcome.passed
    assert outcome.quarantined_row_count == 3
    assert "tickets_have_a_key (set aside): 1 of 4 rows (25.00%)." in str(outcome.warnings)
    assert warehouse.query(
        "select run_id, entity, source_name, check_id, row_count, source_row_count from audit.quarantine_counts order by all"
    ) == [
        (RUN, "tickets", "desk", "tickets_created_at_is_possible", 1, 2),
        (RUN, "tickets", "desk", "tickets_have_a_key", 1, 3),
        (RUN, "tickets", "other", "tickets_created_at_is_possible", 1, 1),
    ]
    delivered = warehouse.query(
        "select (select count(*) from contract.tickets) + (select count(*) from quarantine.tickets)"
    )
    assert delivered == [(4,)]
    recorded = warehouse.query(
        "select check_id, status, unexpected_count, quarantined_count, row_count from audit.gate_results "
        "where quarantined_count > 0 order by all"
    )
    assert recorded == [
        ("tickets_created_at_is_possible", "quarantined", 2, 2, 4),
        ("tickets_have_a_key", "quarantined", 1, 1, 4),
    ]


def test_trying_again_counts_the_same_rows_again(warehouse: Warehouse) -> None:
    warehouse.add("tickets")
    warehouse.add("tickets", key=None)
    warehouse.add("tickets", key=None)
    warehouse.record_mapping("tickets")
    for run_id in (RUN, RUN, "the gate alone"):
        assert gate(warehouse, run_id=run_id).quarantined_row_count == 2
        assert warehouse.query("select count(*) from contract.tickets") == [(1,)]
        assert warehouse.query("select count(*) from quarantine.tickets") == [(2,)]
    assert warehouse.query("select run_id, row_count from audit.quarantine_counts order by all") == [
        (RUN, 2),
        ("the gate alone", 2),
    ]


def test_a_rebuilt_contract_empties_the_quarantine_of_mended_rows(warehouse: Warehouse) -> None:
    warehouse.add("tickets", key=None)
    warehouse.record_mapping("tickets")
    gate(warehouse)
    warehouse.run("delete from contract.tickets")
    warehouse.add("tickets", ticket_id="mended")
    warehouse.record_mapping("tickets", run_id="run-2")
    assert gate(warehouse, run_id="run-2").quarantined_row_count == 0
    assert warehouse.query("select count(*) from quarantine.tickets") == [(0,)]
    assert warehouse.query("select ticket_id from contract.tickets") == [("mended",)]


def test_a_large_share_in_quarantine_blocks(warehouse: Warehouse) -> None:
    warehouse.run(
        "insert into contract.tickets by name select 'desk' as source_name, 'desk:' || number as ticket_key, "
        "'2026-11-01'::timestamp + case when number <= 10 then interval 20 year else interval 0 day end as created_at, "
        "1 as _source_row_count from range(1, 41) as numbers(number)"
    )
    warehouse.record_mapping("tickets")
    outcome = gate(warehouse)
    assert not outcome.passed
    assert "audit.quarantine_counts: most_rows_are_not_set_aside (critical)" in outcome.blocking[0]


def test_a_predicate_that_cannot_run_is_an_error_without_values(warehouse: Warehouse, write_suite) -> None:
    home = write_suite(
        "raw",
        """
        suites:
          contract.tickets:
            checks:
              - &common
                check_id: misspelt_column
                type: expect_column_values_to_not_be_null
                arguments: {column: ticket_key}
                unusable_when: ticket_kee is null
                severity: warning
                why: for the test
                since: 2026-11-21
                mended_by: nobody
              - <<: *common
                check_id: impossible_cast
                unusable_when: tags::bigint > 1
        """,
    )
    warehouse.add("tickets", tags=CANARY)
    outcome = gate(warehouse, home)
    errors = {result.check.check_id: result.error for result in outcome.results if result.status == "error"}
    assert 'Referenced column "ticket_kee" not found' in errors["misspelt_column"]
    assert "conversion error" in errors["impossible_cast"]
    assert not outcome.passed
    assert CANARY not in str(warehouse.query("select * from audit.gate_results"))


def test_values_of_bad_rows_never_reach_results_logs_or_messages(
    warehouse: Warehouse, write_suite, caplog, capfd
) -> None:
    checks = """
        suites:
          contract.tickets:
            checks:
              - &common
                check_id: casts_values
                type: unexpected_rows_expectation
                arguments: {unexpected_rows_query: "select tags::bigint as tags from {batch} where tags::bigint > 0"}
                severity: warning
                why: for the test
                since: 2026-11-21
                mended_by: nobody
              - {<<: *common, check_id: in_set, type: expect_column_values_to_be_in_set,
                 arguments: {column: tags, value_set: [a]}}
              - {<<: *common, check_id: distinct, type: expect_column_distinct_values_to_be_in_set,
                 arguments: {column: tags, value_set: [a]}}
              - {<<: *common, check_id: most_common, type: expect_column_most_common_value_to_be_in_set,
                 arguments: {column: tags, value_set: [a]}}
              - {<<: *common, check_id: regex, type: expect_column_values_to_match_regex,
                 arguments: {column: tags, regex: "^a$"}}
              - {<<: *common, check_id: rows, type: unexpected_rows_expectation,
                 arguments: {unexpected_rows_query: "select * from {batch} where tags <> 'a'"}}
        """
    home = write_suite("raw", checks)
    for number in range(3):
        warehouse.add("tickets", ticket_id=str(number), tags=CANARY)
    outcome = gate(warehouse, home)
    found = {result.check.check_id: result.status for result in outcome.results}
    assert found["casts_values"] == "error"
    assert {found[name] for name in ("in_set", "distinct", "most_common", "regex", "rows")} == {"fail"}
    tables = warehouse.query("select table_name from information_schema.tables where table_schema = 'audit'")
    for (table,) in tables:
        assert CANARY not in str(warehouse.query(f"select * from audit.{table}")), table
    output = capfd.readouterr()
    assert CANARY not in " ".join(outcome.blocking + outcome.warnings) + caplog.text + output.out + output.err
