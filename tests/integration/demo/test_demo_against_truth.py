"""The warehouse's answers about the simulated marketplace, scored against what the world wrote down.

Each figure is determined by the data, so each must be exact.
"""

from datetime import datetime
from typing import Any

import duckdb
import pytest

from orchestration.publish import connect_published
from orchestration.settings import Home


@pytest.fixture(scope="module")
def published(demo_home: Home):
    with connect_published(demo_home.published_file) as connection:
        yield connection


def rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple]:
    return connection.execute(sql).fetchall()


def test_contacts_and_exclusions(published, truth: dict[str, Any]):
    tickets = truth["tickets"]
    assert rows(published, "select count(*) from core.fct_tickets") == [(tickets["contact_count"],)]
    ours = dict(
        rows(
            published,
            "select exclusion_reason, count(*) from meta.excluded_records where entity_name = 'tickets' group by 1",
        )
    )
    expected = tickets["excluded_by_reason"]
    assert ours == {
        "deleted at the source": expected["deleted"],
        "test": expected["test"],
        "spam": expected["spam"],
        "merged into another ticket": expected["merged"],
        "opened by an agent": expected["outbound"],
        "handled by a bot alone": expected["bot_only"],
    }


def test_every_contact_waited_from_and_until_the_true_instants(published, truth: dict[str, Any]):
    def written(instant: datetime | None) -> str | None:
        return instant.strftime("%Y-%m-%dT%H:%M:%SZ") if instant else None

    ours = {
        ticket: [written(waiting), written(response)]
        for ticket, waiting, response in rows(
            published, "select ticket_id, waiting_from_at, first_response_at from core.fct_tickets"
        )
    }
    assert ours == {row[0]: row[1:] for row in truth["first_responses"]["rows"]}


def test_contacts_by_day(published, truth: dict[str, Any]):
    ours = rows(published, "select cast(created_date as varchar), count(*) from core.fct_tickets group by 1")
    assert dict(ours) == truth["tickets"]["contacts_by_day"]


def test_satisfaction(published, truth: dict[str, Any]):
    ours = rows(
        published,
        "select sum(positive_count), sum(neutral_count), sum(negative_count), sum(offered_count) "
        "from direct.rpt_csat_by_market_week",
    )[0]
    csat = truth["csat"]
    assert ours == tuple(csat[f"{name}_count"] for name in ("positive", "neutral", "negative", "offered"))


def test_net_promoter_score_by_quarter(published, truth: dict[str, Any]):
    ours = rows(
        published,
        "select year(responded_quarter) || '-Q' || quarter(responded_quarter), sum(promoter_count), sum(passive_count), "
        "sum(detractor_count) from indirect.rpt_nps_by_quarter group by 1 order by 1",
    )
    expected = [
        (row["quarter"], row["promoter_count"], row["passive_count"], row["detractor_count"])
        for row in truth["nps_by_quarter"]
    ]
    assert ours == expected


def test_orders(published, truth: dict[str, Any]):
    orders = truth["orders"]
    ours = rows(
        published,
        "select count(*), count(*) filter (where is_cancelled), count(shipped_at), count(delivered_at) from core.fct_orders",
    )[0]
    assert ours == tuple(orders[f"{name}_count"] for name in ("order", "cancelled", "shipped", "delivered"))
    by_day = rows(
        published,
        "select cast(intensity_date as varchar), sum(order_count) from indirect.rpt_contact_intensity_by_day group by 1",
    )
    assert dict(by_day) == orders["orders_by_day"]


def test_returns_and_items_not_received(published, truth: dict[str, Any]):
    returned = rows(
        published,
        "select sum(return_requested_order_count), sum(return_received_order_count), sum(return_refunded_order_count) "
        "from secondary.rpt_returns_by_ship_week",
    )[0]
    expected = truth["returns"]
    assert returned == tuple(
        expected[f"orders_with_return_{name}_count"] for name in ("requested", "received", "refunded")
    )
    claimed = rows(
        published,
        "select sum(inr_order_count), sum(inr_upheld_order_count), sum(inr_refunded_order_count), sum(due_order_count) "
        "from secondary.rpt_inr_by_promised_week",
    )[0]
    inr = truth["inr"]
    assert claimed == (
        inr["orders_with_inr_count"],
        inr["orders_with_inr_upheld_count"],
        inr["orders_with_inr_refunded_count"],
        inr["orders_due_count"],
    )


def test_app_reviews(published, truth: dict[str, Any]):
    reviews = truth["app_reviews"]
    ours = rows(
        published,
        "select sum(review_count), sum(replied_count), sum(reply_before_review_count) from secondary.rpt_app_reviews_by_week",
    )[0]
    assert ours == (reviews["review_count"], reviews["replied_count"], reviews["replied_before_review_count"])


def test_mature_cohorts_are_near_what_they_will_come_to(published, truth: dict[str, Any]):
    """What is called mature is at least 95 % of the truth, up to the chance of the last few."""
    reported = rows(
        published,
        "select sum(return_requested_order_count), sum(shipped_order_count) from secondary.rpt_returns_by_ship_week "
        "where is_mature",
    )[0]
    eventual = truth["parameters"]["eventual_share_of_arrived_orders_with_return"]
    assert 0.93 * eventual < reported[0] / reported[1] < 1.05 * eventual
    newest = rows(
        published, "select is_mature from secondary.rpt_returns_by_ship_week order by shipped_week desc limit 3"
    )
    assert newest == [(False,)] * 3


def test_the_carrier_failure_is_seen_where_and_when_it_was(published, truth: dict[str, Any]):
    failure = next(item for item in truth["incidents"] if item["code"] == "carrier_failure")
    weekly = dict(
        rows(
            published,
            f"select cast(created_week as varchar), count(*) from core.fct_tickets where market = '{failure['market']}' "
            f"and contact_reason = '{failure['reason']}' group by 1",
        )
    )
    assert weekly["2025-09-15"] > 3 * max(weekly.get("2025-08-25", 0), weekly.get("2025-10-13", 0))


def test_the_understaffed_month_is_felt(published):
    waits = dict(
        rows(
            published,
            "select cast(created_week as varchar), first_response_calendar_seconds_median "
            "from direct.rpt_first_responses_by_week",
        )
    )
    assert waits["2026-02-16"] > 2 * waits["2026-01-12"]


def test_nothing_is_lost(published):
    assert rows(published, "select source_name, entity_name from meta.conservation where difference_count <> 0") == []
    assert rows(published, "select count(*) from meta.conservation") == [(15,)] or rows(
        published, "select count(distinct entity_name) from meta.conservation"
    ) == [(15,)]


def test_every_failed_check_is_a_known_flaw_of_the_world(published):
    failed = rows(
        published,
        "select distinct check_id from meta.data_quality_results where status not in ('pass', 'not_configured')",
    )
    assert {name for (name,) in failed} == {
        "csat_responses_are_on_their_scale",
        "nps_responses_are_on_their_scale",
        "app_reviews_are_replied_to_after_they_were_written",
    }
