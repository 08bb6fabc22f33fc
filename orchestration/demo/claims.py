"""Claims that an item was not received, by whatever way: form, chargeback, ticket.

Belongs here: the claim's rows and outcome. One order is one INR however many rows it has; a row opened before the promised
day is over is none.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from orchestration.demo.clock import DAY, HORIZON, HOUR, NEVER, Flags, Ints
from orchestration.demo.contacts import Contacts
from orchestration.demo.deliveries import Deliveries
from orchestration.demo.history import EntityHistory, labels, look_up, numbered
from orchestration.demo.orders import Orders
from orchestration.demo.reasons import INDEX
from orchestration.demo.streams import lognormal_seconds, stream

ORIGINS = ("claim", "chargeback", "ticket")
OUTCOMES = ("upheld", "rejected", "withdrawn")
EARLY_FILED_SHARE = 0.12
"""Share of too-early questions that an agent files as a claim all the same."""


@dataclass(frozen=True)
class Claims:
    """Columns by claim row, in order of opening."""

    order: Ints
    origin: Ints
    outcome: Ints
    opened_at: Ints
    resolved_at: Ints
    refunded_at: Ints
    is_before_promise: Flags


def make_claims(seed: int, deliveries: Deliveries, contacts: Contacts) -> Claims:
    """Rows from tickets (every ticket about an item not received), from the form and from banks."""
    rng = stream(seed, "claims")
    lost = np.flatnonzero(deliveries.is_lost)
    by_form = lost[rng.random(len(lost)) < 0.62]
    form_at = deliveries.promise_ends_at[by_form] + rng.integers(2 * DAY, 16 * DAY, len(by_form))
    by_bank = lost[rng.random(len(lost)) < 0.14]
    bank_at = deliveries.promise_ends_at[by_bank] + rng.integers(12 * DAY, 45 * DAY, len(by_bank))
    written = contacts.order >= 0
    by_ticket = np.flatnonzero(written & (contacts.reason == INDEX["item_not_received"]))
    asked = np.flatnonzero(written & (contacts.reason == INDEX["where_is_my_order"]) & (contacts.kind == 0))
    early = asked[contacts.created_at[asked] < deliveries.promise_ends_at[contacts.order[asked]] - 25 * HOUR]
    early = early[rng.random(len(early)) < EARLY_FILED_SHARE]

    order = np.concatenate([by_form, by_bank, contacts.order[by_ticket], contacts.order[early]])
    opened_at = np.concatenate([form_at, bank_at, contacts.created_at[by_ticket], contacts.created_at[early]])
    sizes = [len(by_form), len(by_bank), len(by_ticket) + len(early)]
    origin = np.repeat(np.arange(3), sizes)
    count = len(order)
    draw = rng.random(count)
    truly_lost = deliveries.is_lost[order]
    outcome = np.where(truly_lost, np.where(draw < 0.88, 0, 1), np.where(draw < 0.25, 0, np.where(draw < 0.6, 1, 2)))
    is_early = opened_at < deliveries.promise_ends_at[order]
    outcome = np.where(is_early, 2, outcome)
    resolved_at = opened_at + lognormal_seconds(rng, 5 * DAY, 0.6, count)
    refunded_at = np.where(outcome == 0, resolved_at + lognormal_seconds(rng, 2 * DAY, 0.6, count), NEVER)
    by_time = np.lexsort((order, opened_at))
    by_time = by_time[opened_at[by_time] < HORIZON + 60 * DAY]
    columns: tuple[Any, ...] = (order, origin, outcome, opened_at, resolved_at, refunded_at, is_early)
    return Claims(*(column[by_time] for column in columns))


def claim_history(orders: Orders, claims: Claims) -> EntityHistory:
    """A claim is known from its opening, its outcome from the decision."""
    count = len(claims.order)
    return EntityHistory(
        appears_at=claims.opened_at,
        columns={
            "claim_id": numbered("inr-", 5, count),
            "order_id": look_up(orders.ids, claims.order),
            "origin": labels(ORIGINS, claims.origin),
            "outcome": labels(OUTCOMES, claims.outcome),
            "is_proxy": np.zeros(count, dtype=np.bool_),
            "opened_at": claims.opened_at,
            "resolved_at": claims.resolved_at,
            "refunded_at": claims.refunded_at,
        },
        known_from={"outcome": claims.resolved_at},
    )
