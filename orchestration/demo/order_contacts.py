"""Contacts that an order's life brings about: late, lost, broken, returned, not payable.

Belongs here: the chance that a buyer writes, and when. What the buyer then experiences at the desk is in `desk`.
"""

from dataclasses import dataclass

import numpy as np

from orchestration.demo import incidents, markets, releases
from orchestration.demo.clock import DAY, HOUR, NEVER, Flags, Floats, Ints
from orchestration.demo.contacts import Contacts, batch
from orchestration.demo.deliveries import Deliveries
from orchestration.demo.orders import Customers, Orders
from orchestration.demo.reasons import RETURN_REASONS
from orchestration.demo.returns import Returns

# By tracking: none, part, all the way.
EARLY_ASK_CHANCE = (0.016, 0.009, 0.005)
LATE_ASK_FACTOR = (1.35, 1.1, 0.75)


@dataclass(frozen=True)
class Lives:
    """Everything that happens to orders, for the functions below."""

    orders: Orders
    customers: Customers
    deliveries: Deliveries
    returns: Returns


def order_contacts(rng: np.random.Generator, lives: Lives) -> list[Contacts]:
    """All contacts about orders, batch by batch."""
    return [
        _where_is_it_early(rng, lives),
        _where_is_it_late(rng, lives),
        _not_received(rng, lives),
        _misdelivered(rng, lives),
        *_about_returns(rng, lives),
        *_cancellations(rng, lives),
        _payment_problems(rng, lives),
        _payment_bug(rng, lives),
        _app_problems(rng, lives),
        _how_to(rng, lives),
        _confusing_release(rng, lives),
    ]


def _about(
    rng: np.random.Generator, lives: Lives, rows: np.ndarray, moments: Ints, reason: str, cause: Ints | int
) -> Contacts:
    """Contacts about orders at moments, moved out of the night."""
    orders = lives.orders
    return batch(
        markets.at_waking_hours(rng, moments, orders.market[rows]),
        orders.market[rows],
        reason,
        customer=orders.customer[rows],
        order=rows,
        seller=orders.seller[rows],
        platform=orders.platform[rows],
        version=orders.version[rows],
        cause=cause,
    )


def _chosen(rng: np.random.Generator, chance: Floats | float, eligible: Flags) -> np.ndarray:
    return np.flatnonzero(eligible & (rng.random(len(eligible)) < chance))


def _where_is_it_early(rng: np.random.Generator, lives: Lives) -> Contacts:
    """Asked at least a day before the promised day ends, so nobody can call it late."""
    parcels = lives.deliveries
    latest = np.minimum(parcels.promise_ends_at - 36 * HOUR, parcels.delivered_at - HOUR)
    room = latest - (lives.orders.ordered_at + 12 * HOUR)
    chance = np.array(EARLY_ASK_CHANCE)[parcels.tracking]
    rows = _chosen(rng, chance, parcels.is_due & (room > 12 * HOUR))
    moments = (
        lives.orders.ordered_at[rows]
        + 12 * HOUR
        + (room[rows] * (0.35 + 0.65 * rng.random(len(rows)))).astype(np.int64)
    )
    contacts = _about(rng, lives, rows, moments, "where_is_my_order", -1)
    return contacts.take(contacts.created_at < (parcels.promise_ends_at - 25 * HOUR)[contacts.order])


def _where_is_it_late(rng: np.random.Generator, lives: Lives) -> Contacts:
    """Asked after the promised day and before the parcel comes; the later the parcel, the likelier."""
    parcels = lives.deliveries
    late = parcels.days_late
    chance = np.clip(0.15 + 0.05 * np.minimum(late, 10), 0, 0.6) * np.array(LATE_ASK_FACTOR)[parcels.tracking]
    rows = _chosen(rng, chance, parcels.is_due & (late > 0.3))
    wait = np.minimum(late[rows], 9.0) * (0.08 + 0.75 * rng.random(len(rows)))
    moments = parcels.promise_ends_at[rows] + (wait * DAY).astype(np.int64)
    contacts = _about(rng, lives, rows, moments, "where_is_my_order", parcels.incident[rows])
    return contacts.take(contacts.created_at < parcels.delivered_at[contacts.order])


def _not_received(rng: np.random.Generator, lives: Lives) -> Contacts:
    """Days after the promise, for parcels that are lost or very late."""
    parcels = lives.deliveries
    chance = np.where(parcels.is_lost, 0.72, 0.16)
    rows = _chosen(rng, chance, parcels.is_due & (parcels.days_late > 5.0))
    wait = 3.0 + np.minimum(parcels.days_late[rows] - 3.5, 13.0) * rng.random(len(rows))
    moments = parcels.promise_ends_at[rows] + (wait * DAY).astype(np.int64)
    contacts = _about(rng, lives, rows, moments, "item_not_received", parcels.incident[rows])
    return contacts.take(contacts.created_at < parcels.delivered_at[contacts.order])


def _misdelivered(rng: np.random.Generator, lives: Lives) -> Contacts:
    """The carrier says delivered, the buyer has nothing."""
    parcels = lives.deliveries
    arrived = parcels.is_due & ~parcels.is_lost
    rows = _chosen(rng, 0.0012, arrived)
    after = np.maximum(parcels.delivered_at[rows], parcels.promise_ends_at[rows] + 30 * HOUR)
    moments = after + rng.integers(6 * HOUR, 4 * DAY, len(rows))
    return _about(rng, lives, rows, moments, "item_not_received", -1)


def _about_returns(rng: np.random.Generator, lives: Lives) -> list[Contacts]:
    """Broken and wrong goods are reported before the return; some ask how to return, some where their money is."""
    returns = lives.returns
    result = []
    for reason, chance in (("item_damaged", 0.55), ("wrong_item", 0.6)):
        each = _chosen(rng, chance, returns.reason == RETURN_REASONS.index(reason))
        moments = returns.requested_at[each] - rng.integers(600, 20 * HOUR, len(each))
        result.append(_about(rng, lives, returns.order[each], moments, reason, -1))
    each = _chosen(rng, 0.07, returns.reason < 3)
    moments = returns.requested_at[each] - rng.integers(600, 30 * HOUR, len(each))
    result.append(_about(rng, lives, returns.order[each], moments, "return_or_refund", -1))
    days_waiting = (returns.refunded_at - returns.requested_at) / DAY
    refund_chance = np.where(returns.received_at == NEVER, 0.12, np.where(days_waiting > 12, 0.22, 0.03))
    each = _chosen(rng, refund_chance, np.ones(len(returns.order), dtype=np.bool_))
    wait = np.minimum(days_waiting[each], 16.0) * (0.5 + 0.5 * rng.random(len(each)))
    moments = returns.requested_at[each] + (wait * DAY).astype(np.int64)
    result.append(_about(rng, lives, returns.order[each], moments, "return_or_refund", -1))
    return result


def _cancellations(rng: np.random.Generator, lives: Lives) -> list[Contacts]:
    """Cancelled through support, or asked too late."""
    orders = lives.orders
    rows = _chosen(rng, 0.34, orders.cancelled_at < NEVER)
    share = rng.random(len(rows))
    moments = orders.ordered_at[rows] + ((orders.cancelled_at[rows] - orders.ordered_at[rows]) * share).astype(np.int64)
    asked = _about(rng, lives, rows, moments, "cancel_order", -1)
    rows = _chosen(rng, 0.003, lives.deliveries.is_due)
    moments = lives.deliveries.shipped_at[rows] + rng.integers(0, 20 * HOUR, len(rows))
    return [asked, _about(rng, lives, rows, moments, "cancel_order", -1)]


def _payment_problems(rng: np.random.Generator, lives: Lives) -> Contacts:
    rows = _chosen(rng, 0.0035, ~lives.orders.is_test)
    moments = lives.orders.ordered_at[rows] + rng.integers(-2 * HOUR, 20 * HOUR, len(rows))
    return _about(rng, lives, rows, moments, "payment_problem", -1)


def _payment_bug(rng: np.random.Generator, lives: Lives) -> Contacts:
    """Charged twice or not at all: buyers in the broken version, while it was being sold with."""
    bug, orders = incidents.PAYMENT_BUG, lives.orders
    hit = (orders.version == releases.INDEX[str(bug.app_version)]) & ~orders.is_test
    hit &= (orders.ordered_at >= bug.starts_at) & (orders.ordered_at < bug.ends_at)
    rows = _chosen(rng, incidents.PAYMENT_BUG_CONTACT_SHARE, hit)
    moments = orders.ordered_at[rows] + (rng.exponential(4 * HOUR, len(rows))).astype(np.int64) + 120
    return _about(rng, lives, rows, moments, "payment_problem", incidents.INDEX[bug.code])


def _app_problems(rng: np.random.Generator, lives: Lives) -> Contacts:
    rows = _chosen(rng, 0.0045, (lives.orders.platform > 0) & ~lives.orders.is_test)
    moments = lives.orders.ordered_at[rows] - rng.integers(0, 30 * HOUR, len(rows))
    return _about(rng, lives, rows, moments, "app_problem", -1)


def _how_to(rng: np.random.Generator, lives: Lives) -> Contacts:
    """New buyers ask more, most on the first days."""
    orders = lives.orders
    age = orders.ordered_at - lives.customers.created_at[orders.customer]
    rows = _chosen(rng, np.where(age < 10 * DAY, 0.017, 0.0025), ~orders.is_test)
    moments = orders.ordered_at[rows] + (rng.exponential(1.2 * DAY, len(rows))).astype(np.int64)
    return _about(rng, lives, rows, moments, "how_to", -1)


def _confusing_release(rng: np.random.Generator, lives: Lives) -> Contacts:
    """iOS buyers in 4.6.0 do not find the returns page any more."""
    release, orders = incidents.CONFUSING_RELEASE, lives.orders
    hit = (orders.version == releases.INDEX[str(release.app_version)]) & ~orders.is_test
    hit &= orders.platform == releases.PLATFORMS.index(str(release.platform))
    hit &= (orders.ordered_at >= release.starts_at) & (orders.ordered_at < release.ends_at)
    rows = _chosen(rng, incidents.CONFUSING_CONTACT_SHARE, hit)
    moments = orders.ordered_at[rows] + (rng.exponential(DAY, len(rows))).astype(np.int64)
    return _about(rng, lives, rows, moments, "how_to", incidents.INDEX[release.code])
