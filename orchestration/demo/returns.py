"""What buyers send back.

Belongs here: which lines are returned, when and why. Questions about a return are in `order_contacts`.
"""

from dataclasses import dataclass

import numpy as np

from orchestration.demo.catalogue import CATEGORIES, Sellers
from orchestration.demo.clock import DAY, NEVER, Floats, Ints
from orchestration.demo.deliveries import Deliveries
from orchestration.demo.history import EntityHistory, labels, look_up, numbered
from orchestration.demo.orders import Items, Orders
from orchestration.demo.reasons import RETURN_REASONS
from orchestration.demo.streams import lognormal_seconds, pick, stream

LAG_MEDIAN_DAYS = 12.0
LAG_SIGMA = 0.9
"""The lag is log-normal, from delivery to request."""
RECEIVED_SHARE = 0.93


@dataclass(frozen=True)
class Returns:
    """Columns by return, in order of the request; `item` is the position of the line."""

    item: Ints
    order: Ints
    reason: Ints
    requested_at: Ints
    received_at: Ints
    refunded_at: Ints


def return_chance(items: Items, orders: Orders, sellers: Sellers) -> Floats:
    """The true chance of each line to come back, once it has arrived; the mean over sellers keeps the category's rate."""
    factor = np.minimum(sellers.fault_factor, 2.0)[orders.seller[items.order]]
    rate = np.array([category.return_rate for category in CATEGORIES])[items.category]
    return rate * factor / factor.mean()


def make_returns(seed: int, orders: Orders, items: Items, deliveries: Deliveries, sellers: Sellers) -> Returns:
    """Returns of arrived lines, including those that will be asked for after the horizon."""
    rng = stream(seed, "returns")
    arrived = deliveries.delivered_at[items.order] < NEVER
    returned = arrived & (rng.random(len(items.order)) < return_chance(items, orders, sellers))
    item = np.flatnonzero(returned)
    order = items.order[item]
    lag = lognormal_seconds(rng, LAG_MEDIAN_DAYS * DAY, LAG_SIGMA, len(item))
    requested_at = deliveries.delivered_at[order] + lag
    reason = pick(rng, np.array([0.38, 0.26, 0.18, 0.11, 0.07]), len(item))
    received_at = requested_at + lognormal_seconds(rng, 7 * DAY, 0.45, len(item))
    received_at = np.where(rng.random(len(item)) < RECEIVED_SHARE, received_at, NEVER)
    refunded_at = np.where(received_at < NEVER, received_at + lognormal_seconds(rng, 3 * DAY, 0.7, len(item)), NEVER)
    by_time = np.argsort(requested_at, kind="stable")
    columns = (item, order, reason, requested_at, received_at, refunded_at)
    return Returns(*(column[by_time] for column in columns))


def return_history(orders: Orders, items: Items, returns: Returns) -> EntityHistory:
    """A return is known from its request on."""
    return EntityHistory(
        appears_at=returns.requested_at,
        columns={
            "return_id": numbered("ret-", 6, len(returns.item)),
            "order_id": look_up(orders.ids, returns.order),
            "order_item_id": look_up(items.ids, returns.item),
            "return_reason": labels(RETURN_REASONS, returns.reason),
            "unit_count": items.unit_count[returns.item],
            "requested_at": returns.requested_at,
            "received_at": returns.received_at,
            "refunded_at": returns.refunded_at,
        },
    )
