"""How often customers had to write: by dimension, seller, active customer, in minutes, and its change between two weeks."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from orchestration.demo.scoring.cells import Cells, Score, Truth
from orchestration.demo.scoring.records import cut, day_of

DIMENSION = "indirect.rpt_contact_intensity_by_dimension_month"
SHARES = "indirect.rpt_contact_shares_by_dimension_month"
SELLERS = "indirect.rpt_contact_intensity_by_seller_quarter"
CUSTOMERS = "indirect.rpt_contacting_customers_by_market_month"
MINUTES = "indirect.rpt_support_minutes_by_market_month"
WEEKS = "drivers.rpt_contact_intensity_changes_by_week"
PARTS = "drivers.rpt_contact_intensity_changes_by_reason_market_week"
Value = Callable[[Sequence[Any]], float | None]
DIGITS = 6
"""Decimals of rates: sums of them then do not hang on the order in which an engine adds up."""


def _cells(part: str, key_count: int, value: Value) -> Callable[[Truth], Cells]:
    return lambda truth: {tuple(row[:key_count]): value(row) for row in sorted(truth["intensity"][part])}


def _score(metric: str, table: str, keys: str, part: str, value: Value, where: str = "true") -> Score:
    sql = f"select {keys}, round({metric}, {DIGITS}) from {table} where {where} order by all"
    return Score(metric, table, sql, _cells(part, keys.count(",") + 1, value))


def _per_hundred(part: int, whole: int) -> Value:
    return lambda row: round(100 * row[part] / row[whole], DIGITS) if row[whole] else None


def _column(position: int) -> Value:
    return lambda row: row[position]


def _minutes(row: Sequence[Any]) -> float | None:
    _, _, contacts, orders, measured, inferred, measured_seconds, inferred_seconds = row
    if not (orders and measured + inferred):
        return None
    return round(contacts / orders * (measured_seconds + inferred_seconds) / (measured + inferred) / 60, DIGITS)


def _weeks(truth: Truth) -> tuple[dict[date, Counter[tuple[str, str]]], dict[date, Counter[str]]]:
    """Contacts by week, reason and market; orders by week and market."""
    contacts: dict[date, Counter[tuple[str, str]]] = defaultdict(Counter)
    for week, market, reason, count in truth["tickets"]["contacts_by_week_market_stated_reason"]:
        contacts[date.fromisoformat(week)][reason, market] += count
    orders: dict[date, Counter[str]] = defaultdict(Counter)
    for market, week, count in truth["intensity"]["orders_by_week_market"]:
        orders[date.fromisoformat(week)][market] += count
    return contacts, orders


def _compared(truth: Truth) -> list[date]:
    """Whole weeks after whole weeks."""
    first = date.fromisoformat(min(truth["orders"]["orders_by_day"]))
    monday = first + timedelta(days=-first.weekday() % 7 + 7)
    result = []
    while monday + timedelta(days=7) <= day_of(cut(truth)):
        result.append(monday)
        monday += timedelta(days=7)
    return result


def _changes(truth: Truth) -> Cells:
    contacts, orders = _weeks(truth)

    def rate(week: date) -> float:
        return 100 * contacts[week].total() / orders[week].total()

    return {(str(week),): round(rate(week) - rate(week - timedelta(days=7)), DIGITS) for week in _compared(truth)}


def _excess(truth: Truth) -> Cells:
    """Contacts beyond last week's rate; every market of the world has orders in every week."""
    contacts, orders = _weeks(truth)
    cells: dict[tuple[Any, ...], float | None] = {}
    for week in _compared(truth):
        before = week - timedelta(days=7)
        for reason, market in {*contacts[week], *contacts[before]}:
            expected = contacts[before][reason, market] * orders[week][market] / orders[before][market]
            cells[reason, market, str(week)] = round(contacts[week][reason, market] - expected, DIGITS)
    return dict(sorted(cells.items()))


_KEYS = "dimension_name, dimension_value, intensity_month"
INTENSITY = (
    *(
        _score(metric, DIMENSION, _KEYS, "by_dimension_month", value, "dimension_name <> 'all'")
        for metric, value in (
            ("contact_count", _column(3)),
            ("order_linked_contact_count", _column(4)),
            ("order_count", _column(5)),
            ("contacted_order_count", _column(6)),
            ("cohort_contact_count", _column(7)),
            ("cohort_contacted_order_count", _column(8)),
            ("contact_intensity", _per_hundred(3, 5)),
            ("contacted_orders_per_hundred_orders", _per_hundred(6, 5)),
            ("cohort_contact_intensity", _per_hundred(7, 5)),
        )
    ),
    *(
        _score(metric, SHARES, _KEYS, "shares_by_dimension_month", _column(position))
        for metric, position in (("contact_count", 3), ("order_linked_contact_count", 4))
    ),
    *(
        _score(metric, SELLERS, "seller_id, ordered_quarter", "sellers_by_quarter", value)
        for metric, value in (
            ("order_count", _column(2)),
            ("cohort_contact_count", _column(3)),
            ("cohort_contacted_order_count", _column(4)),
            ("excess_contacted_order_count", lambda row: round(row[4] - row[5], DIGITS)),
        )
    ),
    *(
        _score(metric, CUSTOMERS, "market, contacted_month", "contacting_customers", value)
        for metric, value in (
            ("contacting_customer_count", _column(2)),
            ("contacting_customer_days_count", _column(3)),
            ("active_customer_days_count", _column(4)),
            ("contacting_customers_per_hundred_active_customers", _per_hundred(3, 4)),
        )
    ),
    *(
        _score(metric, MINUTES, "market, intensity_month", "support", value)
        for metric, value in (
            ("measured_contact_count", _column(4)),
            ("inferred_contact_count", _column(5)),
            ("support_minutes_per_order", _minutes),
        )
    ),
    Score(
        "change_per_hundred_orders", WEEKS,
        f"select intensity_week, round(change_per_hundred_orders, {DIGITS}) from {WEEKS} "
        "where change_per_hundred_orders is not null order by all", _changes,
    ),
    Score(
        "change_per_hundred_orders, summed over its parts", PARTS,
        f"select intensity_week, round(sum(change_per_hundred_orders), {DIGITS}) from {PARTS} group by all order by all",
        _changes,
    ),
    Score(
        "excess_contact_count", PARTS,
        f"select contact_reason, market, intensity_week, round(excess_contact_count, {DIGITS}) from {PARTS} "
        "where contact_count + previous_contact_count > 0 order by all", _excess,
    ),
)  # fmt: skip
