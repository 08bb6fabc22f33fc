"""What happened in each week to parcels that came back or did not come, from the world's own records.

Belongs here: events by the week in which they happened. Shares of cohorts are in `truth_maturity`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from orchestration.demo import markets
from orchestration.demo.clock import Ints, reporting_day, week_start

if TYPE_CHECKING:
    from orchestration.demo.world import Bookkeeping


def volumes(books: Bookkeeping, at: int) -> list[list[Any]]:
    """Rows (event, market, week, count), sorted; a claim made before the promise was over is none."""
    returns, claims = books.returns, books.claims
    mine = ~claims.is_before_promise
    events: dict[str, tuple[Ints, Ints]] = {
        "return_requested": (returns.order, returns.requested_at),
        "return_received": (returns.order, returns.received_at),
        "return_refunded": (returns.order, returns.refunded_at),
        "inr_opened": (claims.order[mine], claims.opened_at[mine]),
        "inr_decided": (claims.order[mine], claims.resolved_at[mine]),
        "inr_refunded": (claims.order[mine], claims.refunded_at[mine]),
    }
    counts: Counter[tuple[str, str, str]] = Counter()
    for event, (order, moment) in events.items():
        known = moment < at
        weeks = week_start(reporting_day(moment[known])).astype("datetime64[D]").astype(str).tolist()
        where = [markets.CODES[market] for market in books.orders.market[order[known]].tolist()]
        counts.update((event, market, week) for market, week in zip(where, weeks, strict=True))
    return [[*key, count] for key, count in sorted(counts.items())]
