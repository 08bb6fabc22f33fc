"""Gate 1 as a run sees it: verdicts, what blocks, what warns, what is skipped."""

import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from orchestration.quality.gates import GateOutcome, run_gate_one
from orchestration.warehouse import text_literal
from tests.unit.quality.conftest import NOW, ROWS, RUN, Warehouse, checked, failed


def gate(warehouse: Warehouse, home: Path | None = None, run_id: str = RUN) -> GateOutcome:
    return run_gate_one(warehouse.path, run_id=run_id, home=home, now=NOW)


def statuses(outcome: GateOutcome) -> dict[str, str]:
    return {result.check.check_id: result.status for result in outcome.results}


def test_good_rows_of_every_entity_pass_every_check(warehouse: Warehouse) -> None:
    for entity in ROWS:
        warehouse.add(entity)
        warehouse.record_mapping(entity)
        warehouse.record_delivery(entity)
    warehouse.record_run("loaded")
    outcome = gate(warehouse)
    assert outcome.passed
    assert (outcome.blocking, outcome.warnings) == ([], [])
    assert set(statuses(outcome).values()) == {"pass"}
    recorded = warehouse.query(
        "select count(*), count(distinct check_id), min(status), max(gate) from audit.gate_results"
    )
    assert recorded == [(len(outcome.results), len(outcome.results), "pass", 1)]


def test_an_installation_without_anything_passes_and_says_what_is_not_configured(warehouse: Warehouse) -> None:
    outcome = gate(warehouse)
    assert outcome.passed
    assert not outcome.warnings
    found = statuses(outcome)
    assert found["tickets_are_there"] == "not_configured"
    assert found["sources_are_usable"] == "pass"


def test_a_configured_entity_without_rows_warns(warehouse: Warehouse) -> None:
    warehouse.record_mapping("tickets")
    outcome = gate(warehouse)
    assert outcome.passed
    assert statuses(outcome)["tickets_are_there"] == "fail"
    assert statuses(outcome)["orders_are_there"] == "not_configured"
    assert "contract.tickets: tickets_are_there (warning)" in outcome.warnings[0]


def test_repeated_keys_block_and_the_message_says_all_that_is_needed(warehouse: Warehouse) -> None:
    for identifier in ("1", "1", "2"):
        warehouse.add("tickets", ticket_id=identifier)
    outcome = gate(warehouse)
    assert not outcome.passed
    (line,) = outcome.blocking
    assert line == (
        "contract.tickets: tickets_are_not_repeated (critical): 2 of 3 rows (66.67%). "
        "Two rows with one id count twice in every number. Mended by: helpdesk's owner. "
        "Next: make the mapping give one row per id, or name the columns that identify a row."
    )
    assert outcome.summary.startswith("gate 1 BLOCKS: ")
    assert "1 blocking" in outcome.summary


@pytest.mark.parametrize(("status", "check_id"), [("unusable", "sources_are_usable"), ("stale", "sources_are_fresh")])
def test_an_unusable_source_blocks_and_a_stale_one_does_not(warehouse: Warehouse, status: str, check_id: str) -> None:
    warehouse.record_run("unusable", run_id="an earlier run")
    warehouse.record_run("loaded", source_name="shop")
    warehouse.record_run(status)
    results = checked(warehouse, "audit.extract_runs")
    assert failed(results) == {check_id}
    assert (results[check_id].unexpected_count, results[check_id].row_count) == (1, 2)
    assert results[check_id].is_blocking is (status == "unusable")


@pytest.mark.parametrize(
    ("delivery", "found"),
    [
        ({"rows_read": 0, "rows_current": 0}, {"full_listings_are_not_empty", "volumes_did_not_collapse"}),
        ({"rows_current": 39, "previous_rows_current": 100}, {"volumes_did_not_collapse"}),
        ({"rows_current": 401, "previous_rows_current": 100}, {"volumes_did_not_explode"}),
        ({"rows_read": 100, "rows_rejected": 2}, {"few_rows_are_unreadable"}),
        ({"rows_read": 100, "rows_rejected": 21}, {"few_rows_are_unreadable", "most_rows_are_readable"}),
        ({"rows_read": 0, "is_full_listing": False}, set()),
        ({"rows_read": 0, "rows_current": 0, "previous_rows_current": 0}, set()),
        ({"rows_current": 40, "previous_rows_current": 100}, set()),
        ({"rows_current": 400, "previous_rows_current": 100}, set()),
        ({"rows_read": 100, "rows_rejected": 1}, set()),
    ],
)
def test_deliveries_that_cannot_be_right_are_found(warehouse: Warehouse, delivery: dict, found: set[str]) -> None:
    warehouse.record_delivery("shop_tables", **delivery)
    warehouse.record_run("loaded")
    results = checked(warehouse, "audit.deliveries")
    assert failed(results) == found
    blocking = {check_id for check_id in found if results[check_id].is_blocking}
    assert blocking == found & {"full_listings_are_not_empty", "most_rows_are_readable"}


def test_a_source_that_was_not_read_is_no_empty_listing(warehouse: Warehouse) -> None:
    warehouse.record_delivery("shop_tables", rows_read=0)
    warehouse.record_run("unchanged")
    assert failed(checked(warehouse, "audit.deliveries")) == set()


def test_rows_that_do_not_fit_the_contract_warn_and_then_block(warehouse: Warehouse) -> None:
    warehouse.record_mapping("tickets", rows_mapped=98, source_rows_mapped=98, source_rows_rejected=2)
    assert failed(checked(warehouse, "audit.mappings")) == {"few_rows_do_not_fit_the_contract"}
    warehouse.record_mapping("tickets", source_name="b", rows_mapped=7, source_rows_mapped=7, source_rows_rejected=3)
    results = checked(warehouse, "audit.mappings")
    assert failed(results) == {"few_rows_do_not_fit_the_contract", "most_rows_fit_the_contract"}
    assert results["most_rows_fit_the_contract"].is_blocking


def test_references_to_what_is_not_delivered_warn_with_the_share(warehouse: Warehouse) -> None:
    warehouse.add("tickets", order_id="5", agent_id="6")
    for number, ticket in enumerate(("1", "1", "1", "77")):
        warehouse.add("ticket_messages", message_id=str(number), ticket_id=ticket)
    results = checked(warehouse, "contract.ticket_messages")
    assert failed(results) == {"ticket_messages_tickets_are_delivered"}
    line = str(results["ticket_messages_tickets_are_delivered"].message)
    assert "ticket_messages_tickets_are_delivered (warning): 1 of 4 rows (25.00%)" in line
    assert failed(checked(warehouse, "contract.tickets")) == set(), "orders and agents are delivered by nobody"
    warehouse.add("orders", order_id="6")
    assert failed(checked(warehouse, "contract.tickets")) == {"tickets_orders_are_delivered"}


def test_ratings_outside_the_scale_are_counted_and_stay(warehouse: Warehouse) -> None:
    for number, rating in enumerate((1, 5, 6, 0)):
        warehouse.add("app_reviews", review_id=str(number), rating=rating)
    outcome = gate(warehouse)
    assert any("app_reviews_are_rated_1_to_5 (warning): 2 of 4 rows" in line for line in outcome.warnings)
    assert warehouse.query("select count(*) from contract.app_reviews") == [(4,)]


@pytest.mark.parametrize(
    ("entity", "scale", "good", "bad"),
    [
        ("csat_responses", "good_bad", ["good", "Bad"], ["ok", "offered"]),
        ("csat_responses", "stars_1_5", ["1", "5"], ["0", "8.5", "NA"]),
        ("ces_responses", "ces_1", ["1", "5"], ["6"]),
        ("ces_responses", "ces_2", ["7"], ["8", "-1"]),
        ("nps_responses", None, ["0", "10"], ["11", "-1", "8.5", "NA"]),
    ],
)
def test_scores_outside_their_scale_are_counted(
    warehouse: Warehouse, entity: str, scale: str | None, good: list[str], bad: list[str]
) -> None:
    for score in good + bad:
        warehouse.add(entity, response_id=score, score=score, **({"scale": scale} if scale else {}))
    results = checked(warehouse, f"contract.{entity}")
    assert failed(results) == {f"{entity}_are_on_their_scale"}
    assert results[f"{entity}_are_on_their_scale"].unexpected_count == len(bad)


def test_an_address_in_an_undeclared_column_blocks_and_is_recorded_nowhere(warehouse: Warehouse) -> None:
    warehouse.add("tickets", tags="vip|canary@example.org")
    outcome = gate(warehouse)
    assert any("tickets_hold_no_addresses" in line for line in outcome.blocking)
    assert not any("canary" in line for line in outcome.blocking)


def test_the_file_is_unlocked_afterwards(warehouse: Warehouse) -> None:
    warehouse.add("tickets")
    gate(warehouse)
    script = f"import duckdb; duckdb.connect({text_literal(str(warehouse.path))}).execute('create table written as select 1')"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert warehouse.query("select count(*) from written") == [(1,)]


def test_a_moment_without_a_zone_is_refused(warehouse: Warehouse) -> None:
    with pytest.raises(ValueError, match="time zone"):
        run_gate_one(warehouse.path, run_id=RUN, home=None, now=datetime(2026, 1, 1))


def test_the_same_gate_tried_again_replaces_its_results(warehouse: Warehouse) -> None:
    warehouse.add("tickets")
    first, second = gate(warehouse), gate(warehouse)
    assert warehouse.query("select count(*) from audit.gate_results") == [(len(first.results),)]
    assert len(first.results) == len(second.results)
