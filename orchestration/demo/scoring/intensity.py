"""How often customers had to write: by dimension, seller, active customer, in minutes, and its change between two weeks."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from orchestration.demo.scoring.cells import Cells, Key, Score, Truth
from orchestration.demo.scoring.marts import Value, of_mart, over, part, share
from orchestration.demo.scoring.records import contacts, cut, day_of

DAILY = "indirect.rpt_contact_intensity_by_day"
DIMENSION = "indirect.rpt_contact_intensity_by_dimension_month"
SHARES = "indirect.rpt_contact_shares_by_dimension_month"
SELLERS = "indirect.rpt_contact_intensity_by_seller_quarter"
CUSTOMERS = "indirect.rpt_contacting_customers_by_market_month"
MINUTES = "indirect.rpt_support_minutes_by_market_month"
WEEKS = "drivers.rpt_contact_intensity_changes_by_week"
PARTS = "drivers.rpt_contact_intensity_changes_by_reason_market_week"
Cell = Mapping[str, Any]
RATED = ("contacts", "linked", "orders", "asked_about", "cohort_contacts", "cohort_orders")


def _cells(part: str, *names: str) -> Callable[[Truth], Mapping[Key, Cell]]:
    """Rows of the truth by their first columns, the last ones with a name."""
    return lambda truth: {
        tuple(row[: -len(names)]): dict(zip(names, row[-len(names) :], strict=True)) for row in truth["intensity"][part]
    }


def _per_hundred(part: str, whole: str) -> Value:
    return lambda cell: over(None if cell[part] is None else 100 * cell[part], cell[whole])


def _daily(truth: Truth) -> Mapping[Key, Counter[str]]:
    """Contacts, those that name an order, and orders, by market and day."""
    cells: dict[Key, Counter[str]] = defaultdict(Counter)
    for contact in contacts(truth):
        cells[contact.market, str(day_of(contact.created_at))].update(
            ["contacts"] + ["linked"] * contact.is_order_linked
        )
    for market, day, count in truth["intensity"]["orders_by_day_market"]:
        cells[market, day]["orders"] += count
    return cells


def _monthly(truth: Truth) -> Mapping[Key, Counter[str]]:
    cells: dict[Key, Counter[str]] = defaultdict(Counter)
    for contact in contacts(truth):
        cells[contact.month,].update(["contacts"] + ["unlinked"] * (not contact.is_order_linked))
    return cells


def _shares(truth: Truth) -> Mapping[Key, Cell]:
    """What contacts say of themselves, beside all contacts of the month."""
    cells = _cells("shares_by_dimension_month", "contacts", "linked")(truth)
    months = _monthly(truth)
    return {key: {**cell, "month": months[key[2],]["contacts"]} for key, cell in cells.items()}


def _handled(truth: Truth) -> Mapping[Key, Cell]:
    names = ("contacts", "orders", "measured", "inferred", "measured_seconds", "inferred_seconds")
    cells = _cells("support", *names)(truth)
    return {
        key: {
            **cell,
            "handled": cell["measured"] + cell["inferred"],
            "seconds": cell["measured_seconds"] + cell["inferred_seconds"],
        }
        for key, cell in cells.items()
    }


def _minutes_per_order(cell: Cell) -> float | None:
    rate, length = over(cell["contacts"], cell["orders"]), over(cell["seconds"], cell["handled"])
    return None if rate is None or length is None else rate * length / 60


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
    asked, bought = _weeks(truth)

    def rate(week: date) -> float:
        return 100 * asked[week].total() / bought[week].total()

    return {(str(week),): rate(week) - rate(week - timedelta(days=7)) for week in _compared(truth)}


def _excess(truth: Truth) -> Cells:
    """Contacts beyond last week's rate; every market of the world has orders in every week."""
    asked, bought = _weeks(truth)
    cells: dict[tuple[Any, ...], float | None] = {}
    for week in _compared(truth):
        before = week - timedelta(days=7)
        for reason, market in {*asked[week], *asked[before]}:
            expected = asked[before][reason, market] * bought[week][market] / bought[before][market]
            cells[reason, market, str(week)] = asked[week][reason, market] - expected
    return dict(sorted(cells.items()))


_KEYS = "dimension_name, dimension_value, intensity_month"
INTENSITY: tuple[Score, ...] = (
    *of_mart(
        DAILY, "market, intensity_date", _daily,
        {
            "contact_count": part("contacts"),
            "order_linked_contact_count": part("linked"),
            "order_count": part("orders"),
            "unlinked_contact_count": lambda cell: cell["contacts"] - cell["linked"],
            "contact_intensity": _per_hundred("contacts", "orders"),
        },
        columns={"unlinked_contact_count": "contact_count - order_linked_contact_count"},
        where="contact_count + order_count > 0",
    ),
    Score(
        "unlinked_contact_ratio", DAILY,
        "select date_trunc('month', intensity_date)::date, sum(contact_count - order_linked_contact_count) * 1.0 / sum(contact_count) "
        f"from {DAILY} group by all having sum(contact_count) > 0",
        lambda truth: {key: over(cell["unlinked"], cell["contacts"]) for key, cell in _monthly(truth).items()},
    ),
    *of_mart(
        DIMENSION, _KEYS, _cells("by_dimension_month", *RATED),
        {
            "contact_count": part("contacts"),
            "order_linked_contact_count": part("linked"),
            "order_count": part("orders"),
            "contacted_order_count": part("asked_about"),
            "cohort_contact_count": part("cohort_contacts"),
            "cohort_contacted_order_count": part("cohort_orders"),
            "contact_intensity": _per_hundred("contacts", "orders"),
            "contacted_orders_per_hundred_orders": _per_hundred("asked_about", "orders"),
            "cohort_contact_intensity": _per_hundred("cohort_contacts", "orders"),
            "cohort_contacted_order_ratio": share("cohort_orders", "orders"),
        },
        where="dimension_name <> 'all'",
    ),
    *of_mart(
        SHARES, _KEYS, _shares,
        {
            "contact_count": part("contacts"),
            "order_linked_contact_count": part("linked"),
            "contact_share_ratio": share("contacts", "month"),
        },
    ),
    *of_mart(
        SELLERS, "seller_id, ordered_quarter", _cells("sellers_by_quarter", "orders", "contacts", "asked", "expected"),
        {
            "order_count": part("orders"),
            "cohort_contact_count": part("contacts"),
            "cohort_contacted_order_count": part("asked"),
            "excess_contacted_order_count": lambda cell: cell["asked"] - cell["expected"],
        },
    ),
    *of_mart(
        CUSTOMERS, "market, contacted_month", _cells("contacting_customers", "people", "days", "active_days"),
        {
            "contacting_customer_count": part("people"),
            "contacting_customer_days_count": part("days"),
            "active_customer_days_count": part("active_days"),
            "contacting_customers_per_hundred_active_customers": _per_hundred("days", "active_days"),
        },
    ),
    *of_mart(
        MINUTES, "market, intensity_month", _handled,
        {
            "measured_contact_count": part("measured"),
            "inferred_contact_count": part("inferred"),
            "handled_contact_count": part("handled"),
            "total_contact_handle_calendar_seconds": part("seconds"),
            "support_minutes_per_order": _minutes_per_order,
        },
        columns={
            "total_contact_handle_calendar_seconds": "coalesce(total_measured_handle_calendar_seconds, 0) "
            "+ coalesce(total_inferred_handle_calendar_seconds, 0)"
        },
    ),
    Score(
        "change_per_hundred_orders", WEEKS,
        f"select intensity_week, change_per_hundred_orders from {WEEKS} where change_per_hundred_orders is not null", _changes,
    ),
    Score(
        "change_per_hundred_orders", PARTS,
        f"select intensity_week, sum(change_per_hundred_orders) from {PARTS} group by all", _changes,
        why="the parts of a week's change are added up",
    ),
    Score(
        "excess_contact_count", PARTS,
        f"select contact_reason, market, intensity_week, excess_contact_count from {PARTS} "
        "where contact_count + previous_contact_count > 0", _excess,
    ),
)  # fmt: skip
