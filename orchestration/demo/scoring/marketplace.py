"""How many contacts and orders there were in all, what of them counts for nothing, and what came of orders."""

from collections.abc import Callable
from typing import Any

from orchestration.demo.scoring.cells import Cells, Score, Truth

EXCLUSIONS = {
    "deleted": "deleted at the source",
    "test": "test",
    "spam": "spam",
    "merged": "merged into another ticket",
    "outbound": "opened by an agent",
    "bot_only": "handled by a bot alone",
}
RETURNS = "secondary.rpt_returns_by_ship_week"
INR = "secondary.rpt_inr_by_promised_week"


def _one(*path: str) -> Callable[[Truth], Cells]:
    def by(truth: Truth) -> Cells:
        found: Any = truth
        for part in path:
            found = found[part]
        return {(): found}

    return by


def _total(metric: str, table: str, column: str, *path: str) -> Score:
    return Score(metric, table, f"select sum({column}) from {table}", _one(*path))


def _excluded(truth: Truth) -> Cells:
    return {(EXCLUSIONS[name],): count for name, count in truth["tickets"]["excluded_by_reason"].items() if count}


def _by_day(*path: str) -> Callable[[Truth], Cells]:
    def by(truth: Truth) -> Cells:
        return {(day,): count for day, count in truth[path[0]][path[1]].items()}

    return by


def _by_week_and_reason(truth: Truth) -> Cells:
    cells: dict[tuple[str, str], float | None] = {}
    for week, _, reason, count in truth["tickets"]["contacts_by_week_market_stated_reason"]:
        cells[week, reason] = (cells.get((week, reason)) or 0) + count
    return cells


REASONS_DAILY = "indirect.rpt_contact_intensity_by_reason_day"
MARKETPLACE = (
    Score(
        "contact_count by reason and week", REASONS_DAILY,
        f"select intensity_week, contact_reason, sum(contact_count) from {REASONS_DAILY} group by all "
        "having sum(contact_count) > 0", _by_week_and_reason,
    ),
    Score(
        "tickets that are no contacts", "meta.excluded_records",
        "select exclusion_reason, count(*) from meta.excluded_records where entity_name = 'tickets' group by all", _excluded,
    ),
    Score(
        "contact_count", "core.fct_tickets", "select created_date, count(*) from core.fct_tickets group by all",
        _by_day("tickets", "contacts_by_day"),
    ),
    Score(
        "order_count", "core.fct_orders",
        "select ordered_date, count(*) from core.fct_orders group by all", _by_day("orders", "orders_by_day"),
    ),
    Score(
        "orders shipped", "core.fct_orders", "select count(shipped_at) from core.fct_orders", _one("orders", "shipped_count")
    ),
    Score(
        "orders delivered", "core.fct_orders", "select count(delivered_at) from core.fct_orders",
        _one("orders", "delivered_count"),
    ),
    *(
        _total(
            f"orders with a return {step}", RETURNS, f"return_{step}_order_count", "returns",
            f"orders_with_return_{step}_count",
        )
        for step in ("received", "refunded")
    ),
    _total("INR upheld", INR, "inr_upheld_order_count", "inr", "orders_with_inr_upheld_count"),
    _total("INR refunded", INR, "inr_refunded_order_count", "inr", "orders_with_inr_refunded_count"),
)  # fmt: skip
