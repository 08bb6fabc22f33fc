"""How often customers had to write, and why that changed: the demo's answers against what the world wrote down.

Each figure is determined by the data, so each must be exact, but for what the tests themselves call an estimate.
"""

from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

from orchestration.demo.catalogue import BAD_SELLERS
from orchestration.demo.scoring import score
from orchestration.demo.scoring.intensity import INTENSITY
from orchestration.publish import connect_published
from orchestration.settings import Home

PARTS = "drivers.rpt_contact_intensity_changes_by_reason_market_week"


@pytest.fixture(scope="module")
def published(demo_home: Home):
    with connect_published(demo_home.published_file) as connection:
        yield connection


def rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple]:
    return connection.execute(sql).fetchall()


def test_every_cell_is_the_truth(published, truth: dict[str, Any]):
    wrong = {f"{each.metric} of {each.table}": each.wrong_cells[:3] for each in score(published, truth, INTENSITY)}
    assert {name: cells for name, cells in wrong.items() if cells} == {}
    assert len(wrong) == len(INTENSITY)


def test_each_dimension_holds_every_contact_and_order_once(published):
    for table, columns, dimensions in (
        ("indirect.rpt_contact_intensity_by_dimension_month", "contact_count, order_count, cohort_contact_count", 10),
        ("indirect.rpt_contact_shares_by_dimension_month", "contact_count, order_linked_contact_count", 7),
    ):
        sums = ", ".join(f"sum({column})" for column in columns.split(", "))
        totals = rows(published, f"select {sums} from {table} group by dimension_name")
        assert len(totals) == dimensions
        assert len(set(totals)) == 1, table


def test_by_market_and_month_it_is_the_sum_of_the_days(published):
    by_month = rows(
        published,
        "select dimension_value, intensity_month, contact_count, order_linked_contact_count, order_count "
        "from indirect.rpt_contact_intensity_by_dimension_month where dimension_name = 'market' order by all",
    )
    by_day = rows(
        published,
        "select market, cast(date_trunc('month', intensity_date) as date), sum(contact_count), "
        "sum(order_linked_contact_count), sum(order_count) from indirect.rpt_contact_intensity_by_day group by all order by all",
    )
    assert by_month == by_day


def planted(truth: dict[str, Any]) -> dict[str, tuple[date, str, Counter[str]]]:
    """By incident: the week in which its contacts rose most, its reason, and its contacts of that week by market."""
    weekly: dict[str, dict[date, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for code, week, market, count in truth["intensity"]["planted"]:
        weekly[code][date.fromisoformat(week)][market] += count

    def rise(code: str, week: date) -> int:
        return weekly[code][week].total() - weekly[code][week - timedelta(days=7)].total()

    reasons = {each["code"]: each["reason"] for each in truth["incidents"]}
    steepest = {code: max(list(weekly[code]), key=lambda week: rise(code, week)) for code in list(weekly)}
    return {code: (week, reasons[code], weekly[code][week]) for code, week in steepest.items()}


@pytest.mark.parametrize("code", ["carrier_failure", "payment_bug", "confusing_release", "outage"])
def test_the_part_ranked_first_is_the_planted_cause(published, truth: dict[str, Any], code: str):
    """Its reason, in a market where the cause was felt; and what exceeds last week's rate there is mostly of its making."""
    week, reason, caused = planted(truth)[code]
    found, market, owner, excess, sentence, verdict_change = rows(
        published,
        "select parts.contact_reason, parts.market, parts.owner, parts.excess_contact_count, weeks.sentence, "
        f"weeks.change_per_hundred_orders from {PARTS} as parts "
        "inner join drivers.rpt_contact_intensity_changes_by_week as weeks using (intensity_week) "
        f"where parts.excess_rank = 1 and intensity_week = date '{week}'",
    )[0]
    assert found == reason
    assert verdict_change > 0
    assert 2 * caused[market] >= excess
    where = next(each["market"] for each in truth["incidents"] if each["code"] == code)
    assert where in (None, market)
    assert f"in {market} (owner: {owner})" in sentence
    assert " rose from " in sentence


def test_the_excess_of_the_planted_reason_is_what_the_cause_made(published, truth: dict[str, Any]):
    """An estimate: the week before is a small sample, so within three standard errors of two Poisson counts."""
    for week, reason, caused in planted(truth).values():
        (excess, contacts, before) = rows(
            published,
            f"select sum(excess_contact_count), sum(contact_count), sum(previous_contact_count) from {PARTS} "
            f"where intensity_week = date '{week}' and contact_reason = '{reason}'",
        )[0]
        assert abs(excess - caused.total()) < 3 * (contacts + before) ** 0.5


def test_sellers_who_need_education_are_found(published):
    """An estimate: of the sellers planted as bad, those with enough orders exceed what is expected of them most."""
    planted_ids = {f"s-{position + 1:04d}" for position in BAD_SELLERS}
    found = rows(
        published,
        "select seller_id, sum(excess_contacted_order_count) as excess, count(*) filter (where is_education_candidate) "
        "from indirect.rpt_contact_intensity_by_seller_quarter where suppression_reason is null and is_mature "
        "group by seller_id order by excess desc",
    )
    shown = planted_ids & {seller for seller, _, _ in found}
    assert len(shown) >= 2
    assert {seller for seller, _, _ in found[: len(shown)]} == shown
    candidate_quarters = {seller: count for seller, _, count in found}
    assert min(candidate_quarters[seller] for seller in shown) > max(
        count for seller, count in candidate_quarters.items() if seller not in shown
    )


def test_what_is_not_over_is_not_called_mature(published):
    newest = rows(
        published,
        "select distinct intensity_month, is_complete, is_mature from indirect.rpt_contact_intensity_by_dimension_month "
        "where intensity_month >= date '2026-08-01' order by 1",
    )
    assert newest == [
        (date(2026, 8, 1), True, True),
        (date(2026, 9, 1), True, True),
        (date(2026, 10, 1), True, False),
    ]
