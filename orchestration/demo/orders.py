"""Who orders what and when.

Belongs here: customers, orders and their lines. What happens to an order afterwards is in `deliveries` and `returns`.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.demo import catalogue, incidents, markets, releases
from orchestration.demo.catalogue import CATEGORIES, Sellers
from orchestration.demo.clock import DAY, HORIZON, HOUR, NEVER, START, Flags, Floats, Ints, zone
from orchestration.demo.history import EntityHistory, labels, look_up, numbered
from orchestration.demo.streams import lognormal_seconds, pick, stream

ORDERS_AT_SCALE_1 = 120_000
NEW_CUSTOMER_SHARE = 0.34
CANCELLED_SHARE = 0.025
TEST_SHARE = 0.001
TIERS = ("free", "trial", "paid", "vip", "lapsed")
TRIAL_DAYS = 30


@dataclass(frozen=True)
class Customers:
    """Columns by customer; `tier` is the first tier, `later_tier` the one from `tier_changes_at` on."""

    market: Ints
    created_at: Ints
    tier: Ints
    later_tier: Ints
    tier_changes_at: Ints
    native: Flags
    ids: pa.Array
    history: EntityHistory

    def tier_at(self, customers: Ints, moments: Ints) -> Ints:
        """The tier each customer had at a moment."""
        changed = self.tier_changes_at[customers] <= moments
        return np.where(changed, self.later_tier[customers], self.tier[customers])


@dataclass(frozen=True)
class Orders:
    """Columns by order, in order of time; instants in seconds, `NEVER` for what does not happen."""

    ordered_at: Ints
    market: Ints
    customer: Ints
    seller: Ints
    platform: Ints
    version: Ints
    cancelled_at: Ints
    is_test: Flags
    ids: pa.Array

    def __len__(self) -> int:
        return len(self.ordered_at)


@dataclass(frozen=True)
class Items:
    """Columns by line, in the order of `order`."""

    order: Ints
    category: Ints
    unit_count: Ints
    price_amount: Floats
    freight_amount: Floats
    ids: pa.Array


def make_orders(seed: int, scale: float, sellers: Sellers) -> tuple[Orders, Customers]:
    """All orders of the world and the customers who placed them."""
    rng = stream(seed, "orders")
    ordered_at, market = _moments(rng, scale)
    outage = incidents.OUTAGE
    lost = (ordered_at >= outage.starts_at) & (ordered_at < outage.ends_at)
    kept = ~(lost & (rng.random(len(lost)) < incidents.OUTAGE_LOST_ORDER_SHARE))
    ordered_at, market = ordered_at[kept], market[kept]
    order = np.argsort(ordered_at, kind="stable")
    ordered_at, market = ordered_at[order], market[order]
    count = len(ordered_at)
    customer, customers = _customers(stream(seed, "customers"), ordered_at, market)
    platform = pick(rng, np.array(releases.PLATFORM_SHARES), count)
    version = np.where(platform > 0, releases.version_at(rng, ordered_at), -1)
    is_test = rng.random(count) < TEST_SHARE
    cancelled = (rng.random(count) < CANCELLED_SHARE) & ~is_test
    delay = lognormal_seconds(rng, 3 * HOUR, 0.9, count)
    orders = Orders(
        ordered_at=ordered_at,
        market=market,
        customer=customer,
        seller=catalogue.joined_sellers(rng, sellers, ordered_at, market, markets.CODES),
        platform=platform,
        version=version,
        cancelled_at=np.where(cancelled, ordered_at + np.minimum(delay, 20 * HOUR), NEVER),
        is_test=is_test,
        ids=numbered("o-", 7, count),
    )
    return orders, customers


def _moments(rng: np.random.Generator, scale: float) -> tuple[Ints, Ints]:
    """Instants and markets of orders: growth, season, weekday and hour of the day on each market's own clock."""
    first, last = START // DAY - 1, HORIZON // DAY + 1
    days = np.arange(first, last, dtype=np.int64)
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    moments, where = [], []
    for position, market in enumerate(markets.MARKETS):
        weight = (
            market.yearly_growth ** ((days - START // DAY) / 365.25)
            * markets.ORDER_MONTHS[months]
            * markets.ORDER_WEEKDAYS[(days + 3) % 7]
            * np.exp(0.05 * rng.standard_normal(len(days)))
        )
        expected = ORDERS_AT_SCALE_1 * scale * market.order_share * weight / weight.sum()
        per_day = rng.poisson(expected)
        local = np.repeat(days * DAY, per_day) + markets.waking_second(rng, int(per_day.sum()))
        utc = zone(market.time_zone).to_utc(local)
        utc = utc[(utc >= START) & (utc < HORIZON)]
        moments.append(utc)
        where.append(np.full(len(utc), position, dtype=np.int64))
    return np.concatenate(moments), np.concatenate(where)


def _customers(rng: np.random.Generator, ordered_at: Ints, market: Ints) -> tuple[Ints, Customers]:
    """Customers by market: a pool from before the world's start, and new ones with their first order."""
    customer = np.empty(len(ordered_at), dtype=np.int64)
    created_parts, market_parts = [], []
    total = 0
    for position in range(len(markets.MARKETS)):
        rows = np.flatnonzero(market == position)
        pool = max(20, len(rows) // 12)
        is_new = rng.random(len(rows)) < NEW_CUSTOMER_SHARE
        known = pool + np.cumsum(is_new)
        # Recent customers come back more often than old ones.
        returning = (known * rng.random(len(rows)) ** 0.6).astype(np.int64)
        returning = np.minimum(returning, known - 1)
        local = np.where(is_new, known - 1, returning)
        customer[rows] = total + local
        created = np.concatenate(
            [
                START - rng.integers(DAY, 700 * DAY, pool),
                ordered_at[rows[is_new]] - (rng.exponential(1.5 * DAY, int(is_new.sum()))).astype(np.int64) - 60,
            ]
        )
        created_parts.append(created)
        market_parts.append(np.full(len(created), position, dtype=np.int64))
        total += len(created)
    created_at, where = np.concatenate(created_parts), np.concatenate(market_parts)
    # Ids follow sign-up, as a shop's do.
    order = np.argsort(created_at, kind="stable")
    rank = np.empty(total, dtype=np.int64)
    rank[order] = np.arange(total)
    return rank[customer], _with_tiers(rng, where[order], created_at[order])


def _with_tiers(rng: np.random.Generator, market: Ints, created_at: Ints) -> Customers:
    count = len(created_at)
    tier = pick(rng, np.array([0.66, 0.12, 0.18, 0.04]), count)
    after_trial = pick(rng, np.array([0.35, 0, 0.4, 0, 0.25]), count)
    later_tier = np.where(tier == 1, after_trial, tier)
    tier_changes_at = np.where(tier == 1, created_at + TRIAL_DAYS * DAY, NEVER)
    native = rng.random(count) < np.array([m.native_share for m in markets.MARKETS])[market]
    language = [m.language for m in markets.MARKETS]
    ids = numbered("c-", 6, count)
    history = EntityHistory(
        appears_at=created_at,
        columns={
            "customer_id": ids,
            "email": email_addresses(ids),
            "market": labels(markets.CODES, market),
            "language": labels([*language, "en"], np.where(native, market, len(language))),
            "tier": labels(TIERS, tier),
            "created_at": created_at,
        },
        steps={"tier": [(tier_changes_at, labels(TIERS, later_tier))]},
    )
    return Customers(market, created_at, tier, later_tier, tier_changes_at, native, ids, history)


def email_addresses(customer_ids: pa.Array) -> pa.Array:
    """The address that each customer gives to every system; of a domain that no mail reaches."""
    return pc.binary_join_element_wise(customer_ids, pa.scalar("mail.example"), "@")


def make_items(seed: int, orders: Orders) -> Items:
    """One to four lines an order, priced in the market's currency."""
    rng = stream(seed, "items")
    lines = 1 + pick(rng, np.array([0.74, 0.18, 0.06, 0.02]), len(orders))
    order = np.repeat(np.arange(len(orders)), lines)
    first = np.cumsum(lines) - lines
    number = np.arange(len(order)) - np.repeat(first, lines) + 1
    category = pick(rng, np.array([c.share for c in CATEGORIES]), len(order))
    unit_count = 1 + pick(rng, np.array([0.88, 0.09, 0.03]), len(order))
    level = np.array([m.price_level for m in markets.MARKETS])[orders.market[order]]
    digits = np.where(level > 100, 0, 2)
    median = np.array([c.median_usd for c in CATEGORIES])[category]
    price = median * np.exp(0.6 * rng.standard_normal(len(order))) * unit_count * level
    freight = np.where(rng.random(len(order)) < 0.55, 0.0, 3.9 + 4.0 * rng.random(len(order))) * level
    rounded = [np.where(digits == 0, np.round(amount), np.round(amount, 2)) for amount in (price, freight)]
    ids = [f"o-{o + 1:07d}-{n}" for o, n in zip(order.tolist(), number.tolist(), strict=True)]
    return Items(order, category, unit_count, rounded[0], rounded[1], pa.array(ids, pa.string()))


def item_history(rng: np.random.Generator, orders: Orders, items: Items, sellers: Sellers) -> EntityHistory:
    """Lines become known with their order."""
    currency = [m.currency_code for m in markets.MARKETS]
    product = rng.integers(0, 300, len(items.order)) + items.category * 300
    products = [f"p-{number:05d}" for number in range(1, 300 * len(CATEGORIES) + 1)]
    return EntityHistory(
        appears_at=orders.ordered_at[items.order],
        columns={
            "order_item_id": items.ids,
            "order_id": look_up(orders.ids, items.order),
            "seller_id": look_up(sellers.history.columns["seller_id"], orders.seller[items.order]),
            "product_id": labels(products, product),
            "product_category": labels([c.code for c in CATEGORIES], items.category),
            "currency_code": labels(currency, orders.market[items.order]),
            "unit_count": items.unit_count,
            "price_amount": items.price_amount,
            "freight_amount": items.freight_amount,
        },
    )


def order_history(
    orders: Orders, items: Items, customers: Customers, sellers: Sellers, shipped_at: Ints, delivered_at: Ints
) -> EntityHistory:
    """Orders with the state the shop shows: placed, cancelled, shipped, delivered."""
    count = len(orders)
    total = np.bincount(items.order, items.price_amount + items.freight_amount, minlength=count)
    state = [pa.array([name] * count, pa.string()) for name in ("placed", "cancelled", "shipped", "delivered")]
    return EntityHistory(
        appears_at=orders.ordered_at,
        columns={
            "order_id": orders.ids,
            "customer_id": look_up(customers.ids, orders.customer),
            "seller_id": look_up(sellers.history.columns["seller_id"], orders.seller),
            "market": labels(markets.CODES, orders.market),
            "status": state[0],
            "currency_code": labels([m.currency_code for m in markets.MARKETS], orders.market),
            "app_version": labels(releases.NAMES, orders.version),
            "total_amount": np.round(total, 2),
            "is_test": orders.is_test,
            "ordered_at": orders.ordered_at,
            "cancelled_at": orders.cancelled_at,
        },
        steps={"status": [(orders.cancelled_at, state[1]), (shipped_at, state[2]), (delivered_at, state[3])]},
        latest={"updated_at": [orders.ordered_at, orders.cancelled_at, shipped_at, delivered_at]},
    )
