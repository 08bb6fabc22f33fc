"""Who came back, what they are worth, and how that goes with the help they had."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from orchestration.demo.scoring.cells import Key, Score, Truth
from orchestration.demo.scoring.marts import of_mart, over, part, share
from orchestration.demo.scoring.plans import assumption
from orchestration.demo.scoring.records import cut, day_of

RETENTION = "secondary.rpt_retention_by_month"
EXPERIENCE = "secondary.rpt_retention_by_support_experience_month"
Cell = Mapping[str, Any]


def _retained(truth: Truth) -> Mapping[Key, Cell]:
    """By market or all and month; none for what went before the first month, or before the second year of the records."""
    rows = truth["maturity"]["retention_by_market_month"]
    months = sorted({row[1] for row in rows})
    usd: Counter[Key] = Counter()
    for month, market, _, _, worth in truth["workforce"]["orders_by_month_market_tier"]:
        for where in (market, "all"):
            usd[where, month] += worth * assumption("order_value_kept_ratio")
    cells = {}
    for market, month, previous, retained, active, orders, repeats in rows:
        is_first, is_first_year = month == months[0], month in months[:12]
        cells[market, month] = {
            "previous": None if is_first else previous,
            "retained": None if is_first else retained,
            "active": active,
            "orders": orders,
            "known_orders": None if is_first_year else orders,
            "repeats": None if is_first_year else repeats,
            "usd": usd[market, month],
        }
    return cells


def _lifetime_value(cell: Cell) -> float | None:
    """Margin of an active month by the share that is lost in a month."""
    kept = over(cell["retained"], cell["previous"])
    margin = over(cell["usd"] * assumption("contribution_margin_ratio"), cell["active"])
    return None if kept is None or margin is None or kept == 1 else margin / (1 - kept)


def _came_back(truth: Truth) -> Mapping[Key, Cell]:
    """By support experience and month; none where the months in which they may come back are not over."""
    last = day_of(cut(truth))
    cells = {}
    for experience, month, active, next_month, three_months in truth["maturity"]["retention_by_experience_month"]:
        first = date.fromisoformat(month)
        passed = 12 * (last.year - first.year) + last.month - first.month
        cells[experience, month] = {
            "active": active,
            "next_month": next_month if passed >= 2 else None,
            "three_months": three_months if passed >= 4 else None,
        }
    return cells


RETAINED: tuple[Score, ...] = (
    *of_mart(
        RETENTION, "market, active_month", _retained,
        {
            "previous_ordering_customer_count": part("previous"),
            "retained_customer_count": part("retained"),
            "retention_ratio": share("retained", "previous"),
            "customer_order_count": part("orders"),
            "repeat_known_order_count": part("known_orders"),
            "repeat_order_count": part("repeats"),
            "repeat_order_ratio": share("repeats", "known_orders"),
            "lifetime_value_usd": _lifetime_value,
        },
    ),
    *of_mart(
        EXPERIENCE, "support_experience, active_month", _came_back,
        {
            "ordering_customer_count": part("active"),
            "next_month_customer_count": part("next_month"),
            "next_month_retention_ratio": share("next_month", "active"),
            "three_month_customer_count": part("three_months"),
            "three_month_retention_ratio": share("three_months", "active"),
        },
    ),
)  # fmt: skip
