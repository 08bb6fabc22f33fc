"""Contacts about no particular order: accounts, prices, wishes, praise, sellers' questions, an outage.

Belongs here: contacts whose number follows the number of customers. Those about orders are in `order_contacts`.
"""

import numpy as np

from orchestration.demo import incidents, markets
from orchestration.demo.catalogue import ORIGINS, Sellers
from orchestration.demo.clock import HOUR, Ints
from orchestration.demo.contacts import OTHER, SELLER, Contacts, batch
from orchestration.demo.orders import Orders
from orchestration.demo.reasons import INDEX

# Contacts per order placed at about the same time.
RATES = {
    "account": 0.0042,
    "pricing": 0.0024,
    "feature_request": 0.0034,
    "positive_feedback": 0.0020,
    "other": 0.0036,
}
SELLER_RATE = 0.0055
OTHER_ROLE_SHARE = 0.12
"""Share of the reason `other` that neither a buyer nor a seller wrote: press, authorities, applicants."""


def product_contacts(rng: np.random.Generator, orders: Orders, sellers: Sellers, scale: float) -> list[Contacts]:
    """All contacts without an order, batch by batch."""
    result = [_from_customers(rng, orders, reason, rate) for reason, rate in RATES.items()]
    return [*result, _from_sellers(rng, orders, sellers), _about_outage(rng, orders, scale)]


def _near_orders(rng: np.random.Generator, orders: Orders, rate: float) -> np.ndarray:
    return np.flatnonzero((rng.random(len(orders)) < rate) & ~orders.is_test)


def _from_customers(rng: np.random.Generator, orders: Orders, reason: str, rate: float) -> Contacts:
    """Buyers write some time after they were active; a tenth cannot be told from their address."""
    rows = _near_orders(rng, orders, rate)
    moments = orders.ordered_at[rows] + (rng.exponential(60 * HOUR, len(rows))).astype(np.int64)
    role = np.zeros(len(rows), dtype=np.int64)
    if reason == "other":
        role = np.where(rng.random(len(rows)) < OTHER_ROLE_SHARE, OTHER, role)
    unknown = (rng.random(len(rows)) < 0.1) | (role == OTHER)
    return batch(
        markets.at_waking_hours(rng, moments, orders.market[rows]),
        orders.market[rows],
        reason,
        customer=np.where(unknown, -1, orders.customer[rows]),
        role=role,
    )


def _from_sellers(rng: np.random.Generator, orders: Orders, sellers: Sellers) -> Contacts:
    """Sellers in countries that are markets ask about payouts and rules, in proportion to what they sell."""
    rows = _near_orders(rng, orders, SELLER_RATE)
    seller = orders.seller[rows]
    home = np.array([markets.INDEX.get(code, markets.INDEX["US"]) for code in ORIGINS])[sellers.origin[seller]]
    moments = orders.ordered_at[rows] + (rng.exponential(48 * HOUR, len(rows))).astype(np.int64)
    moments = markets.at_waking_hours(rng, moments, home)
    return batch(moments, home, "seller_question", seller=seller, role=SELLER)


def _about_outage(rng: np.random.Generator, orders: Orders, scale: float) -> Contacts:
    """Buyers who cannot get in, during the outage and shortly after."""
    outage = incidents.OUTAGE
    count = round(incidents.OUTAGE_CONTACT_COUNT * scale)
    recent = np.flatnonzero((orders.ordered_at < outage.starts_at) & ~orders.is_test)[-4000:]
    rows: Ints = rng.choice(recent, count, replace=count > len(recent))
    length = outage.ends_at - outage.starts_at
    moments = outage.starts_at + (length * 1.25 * rng.random(count) ** 0.8).astype(np.int64)
    return batch(
        moments,
        orders.market[rows],
        np.full(count, INDEX["app_problem"], dtype=np.int64),
        customer=orders.customer[rows],
        platform=orders.platform[rows],
        cause=incidents.INDEX[outage.code],
    )
