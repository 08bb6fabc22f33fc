"""Tickets that are not contacts: spam, tests, outbound, bot-only sessions, duplicates that get merged, deleted ones.

Belongs here: everything that must end among the excluded records, each with one reason only.
"""

import numpy as np

from orchestration.demo import markets
from orchestration.demo.clock import DAY, HORIZON, START, Ints
from orchestration.demo.contacts import (
    BOT_ONLY,
    BUYER,
    DELETED,
    DUPLICATE,
    OTHER,
    OUTBOUND,
    SPAM,
    TEST,
    Contacts,
    batch,
    desk_of,
)
from orchestration.demo.orders import Orders
from orchestration.demo.reasons import INDEX
from orchestration.demo.shifts import Shifts

DUPLICATE_SHARE = 0.018
DELETED_SHARE = 0.008
# Per order placed at about the same time.
SPAM_RATE, OUTBOUND_RATE, BOT_ONLY_RATE = 0.0060, 0.0030, 0.0075
BOT_REASONS = ("where_is_my_order", "how_to", "return_or_refund", "account")


def with_deleted(rng: np.random.Generator, contacts: Contacts) -> Contacts:
    """Mark a few contacts as ones that somebody will delete before they are answered."""
    chosen = rng.random(len(contacts)) < DELETED_SHARE
    kind = np.where(chosen & (contacts.cause < 0), DELETED, contacts.kind)
    return batch(
        contacts.created_at, contacts.market, contacts.reason, customer=contacts.customer, order=contacts.order,
        seller=contacts.seller, cause=contacts.cause, role=contacts.role, platform=contacts.platform,
        version=contacts.version, kind=kind,
    )  # fmt: skip


def noise(rng: np.random.Generator, orders: Orders, shifts: Shifts, scale: float) -> list[Contacts]:
    """Spam, outbound, bot-only sessions and tests."""
    return [_spam(rng, orders), _outbound(rng, orders, shifts), _bot_only(rng, orders), _tests(rng, scale)]


def duplicates(rng: np.random.Generator, contacts: Contacts) -> Contacts:
    """The same words sent twice within minutes; `original` is the position in `contacts`, which must be in order of time."""
    rows = np.flatnonzero(
        (contacts.kind == 0) & (contacts.role == BUYER) & (rng.random(len(contacts)) < DUPLICATE_SHARE)
    )
    copy = contacts.take(rows)
    moments = copy.created_at + rng.integers(20, 600, len(rows))
    return batch(
        moments, copy.market, copy.reason, customer=copy.customer, order=copy.order, seller=copy.seller,
        cause=copy.cause, platform=copy.platform, version=copy.version, kind=DUPLICATE, original=rows,
    )  # fmt: skip


def _near_orders(rng: np.random.Generator, orders: Orders, rate: float) -> tuple[np.ndarray, Ints]:
    rows = np.flatnonzero((rng.random(len(orders)) < rate) & ~orders.is_test)
    return rows, orders.ordered_at[rows] + (rng.exponential(30 * 3600, len(rows))).astype(np.int64)


def _spam(rng: np.random.Generator, orders: Orders) -> Contacts:
    """Spam knows no night and no market."""
    count = len(_near_orders(rng, orders, SPAM_RATE)[0])
    moments = rng.integers(START, HORIZON, count)
    return batch(moments, np.full(count, -1), "other", role=OTHER, kind=SPAM, platform=0)


def _outbound(rng: np.random.Generator, orders: Orders, shifts: Shifts) -> Contacts:
    """Agents write first, about an order, in the next shift that somebody on the desk of its market has."""
    rows, moments = _near_orders(rng, orders, OUTBOUND_RATE)
    market = orders.market[rows]
    agent, created_at = np.full(len(rows), -1, dtype=np.int64), np.full(len(rows), HORIZON, dtype=np.int64)
    for team in np.unique(shifts.team).tolist():
        ours = np.flatnonzero(shifts.team == team)
        mine = np.flatnonzero(desk_of(market) == team)
        following = np.searchsorted(shifts.starts_at[ours], moments[mine])
        mine, following = mine[following < len(ours)], following[following < len(ours)]
        agent[mine] = shifts.agent[ours[following]]
        created_at[mine] = shifts.starts_at[ours[following]] + rng.integers(300, 3 * 3600, len(mine))
    return batch(
        created_at, market, "where_is_my_order", customer=orders.customer[rows], order=rows,
        seller=orders.seller[rows], platform=0, kind=OUTBOUND, agent=agent,
    )  # fmt: skip


def _bot_only(rng: np.random.Generator, orders: Orders) -> Contacts:
    rows, moments = _near_orders(rng, orders, BOT_ONLY_RATE)
    reason = np.array([INDEX[code] for code in BOT_REASONS])[rng.integers(0, len(BOT_REASONS), len(rows))]
    return batch(
        markets.at_waking_hours(rng, moments, orders.market[rows]), orders.market[rows], reason,
        customer=orders.customer[rows], order=rows, seller=orders.seller[rows], platform=orders.platform[rows],
        version=orders.version[rows], kind=BOT_ONLY,
    )  # fmt: skip


def _tests(rng: np.random.Generator, scale: float) -> Contacts:
    """Staff try the forms, in office hours of the EU."""
    count = max(4, round(48 * scale))
    days = rng.integers(START // DAY, HORIZON // DAY - 1, count)
    moments = days * DAY + rng.integers(8 * 3600, 16 * 3600, count)
    return batch(moments, np.full(count, markets.INDEX["DE"]), "other", role=OTHER, kind=TEST, platform=0)
