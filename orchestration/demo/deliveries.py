"""What was promised to the buyer and what came: one parcel an order.

Belongs here: handling, carrying, tracking, late and lost parcels. Whether the buyer writes about it is in `order_contacts`.
"""

from dataclasses import dataclass

import numpy as np

from orchestration.demo import incidents, markets
from orchestration.demo.catalogue import (
    BAD_SELLERS,
    CARRIER_SHARES,
    CARRIERS,
    ORIGINS,
    REGION,
    REGIONAL_FACTOR,
    TRANSIT_DAYS,
    TRANSIT_SIGMA,
    Sellers,
)
from orchestration.demo.clock import DAY, HOUR, NEVER, Flags, Floats, Ints, zone
from orchestration.demo.history import EntityHistory, labels, look_up
from orchestration.demo.orders import Orders
from orchestration.demo.streams import pick, pick_rows, stream

TRACKING = ("none", "part", "all_the_way")
LOST_SHARE = 0.0035
LOST_FACTOR_BY_TRACKING = (2.6, 1.2, 0.7)
PEAK_MONTHS = (10, 11)
PEAK_TRANSIT_FACTOR = 1.12
# The promise is the lane's 88th percentile in quiet months: about one parcel in eight is late.
PROMISE_Z = 1.18
HANDLING_SIGMA = 0.5
PROMISED_MOMENT_MARKET = "KR"
"""In this market the promise is a moment (21:00 that day), elsewhere a day."""


@dataclass(frozen=True)
class Deliveries:
    """Columns by order; where nothing is to be delivered (`is_due` false) the rest means nothing.

    `promise_ends_at` is the instant at which the promised local day ends; `incident` is the planted cause or -1.
    """

    is_due: Flags
    carrier: Ints
    origin: Ints
    tracking: Ints
    promised_day: Ints
    promise_ends_at: Ints
    shipped_at: Ints
    delivered_at: Ints
    is_lost: Flags
    incident: Ints
    transit_days: Floats

    @property
    def days_late(self) -> Floats:
        """Days between the end of the promised day and the delivery: below 0 when early; 99 when it never comes."""
        return np.where(self.is_lost, 99.0, (self.delivered_at - self.promise_ends_at) / DAY)


def make_deliveries(seed: int, orders: Orders, sellers: Sellers) -> Deliveries:
    """A parcel for every order that is neither cancelled nor a test."""
    rng = stream(seed, "deliveries")
    count = len(orders)
    is_due = (orders.cancelled_at == NEVER) & ~orders.is_test
    origin = sellers.origin[orders.seller]
    carrier, regional = _carriers(rng, orders.market, origin)
    tracking = _tracking(rng, orders, carrier)

    handling = sellers.handling_days[orders.seller] * np.exp(HANDLING_SIGMA * rng.standard_normal(count))
    median = np.array(TRANSIT_DAYS)[carrier] * np.where(regional, REGIONAL_FACTOR, 1.0)
    sigma = np.array(TRANSIT_SIGMA)[carrier]
    months = (orders.ordered_at // DAY).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    peak = np.where(np.isin(months, PEAK_MONTHS), PEAK_TRANSIT_FACTOR, 1.0)
    transit = median * peak * np.exp(sigma * rng.standard_normal(count))

    shipped_at = orders.ordered_at + (np.maximum(handling, 0.1) * DAY).astype(np.int64)
    nordline = incidents.CARRIER_FAILURE
    hit = (
        is_due
        & (orders.market == markets.INDEX[str(nordline.market)])
        & (carrier == CARRIERS.index(str(nordline.carrier)))
        & (shipped_at >= nordline.starts_at - DAY)
        & (shipped_at < nordline.ends_at)
    )
    transit = transit + np.where(hit, rng.uniform(*incidents.EXTRA_DAYS_RANGE, count), 0.0)
    lost_chance = LOST_SHARE * np.array(LOST_FACTOR_BY_TRACKING)[tracking] * sellers.fault_factor[orders.seller]
    lost_chance = np.where(hit, incidents.INCIDENT_LOST_SHARE, lost_chance)
    is_lost = is_due & (rng.random(count) < lost_chance)

    quote = np.ceil(1.0 + median * np.exp(PROMISE_Z * sigma)).astype(np.int64)
    promised_day, promise_ends_at, delivered_at = _local_days(rng, orders, quote, shipped_at, transit)
    return Deliveries(
        is_due=is_due,
        carrier=carrier,
        origin=origin,
        tracking=tracking,
        promised_day=promised_day,
        promise_ends_at=promise_ends_at,
        shipped_at=np.where(is_due, shipped_at, NEVER),
        delivered_at=np.where(is_due & ~is_lost, delivered_at, NEVER),
        is_lost=is_lost,
        incident=np.where(hit, incidents.INDEX[nordline.code], -1),
        transit_days=transit,
    )


def _carriers(rng: np.random.Generator, market: Ints, origin: Ints) -> tuple[Ints, Flags]:
    region = np.array([REGION[code] for code in ORIGINS])
    home = np.array([REGION[code] for code in markets.CODES])
    far = region[origin] != home[market]
    same_country = np.array([[code == place for place in ORIGINS] for code in markets.CODES])[market, origin]
    local = np.empty(len(market), dtype=np.int64)
    for position, code in enumerate(markets.CODES):
        rows = np.flatnonzero(market == position)
        local[rows] = pick(rng, np.array(CARRIER_SHARES[code], dtype=np.float64), len(rows))
    return np.where(far, CARRIERS.index("Atlas Global"), local), ~far & ~same_country


def _tracking(rng: np.random.Generator, orders: Orders, carrier: Ints) -> Ints:
    """Long hauls are tracked in part or not at all; from the experiment on, more of GB is tracked all the way."""
    weights = np.tile(np.array([0.10, 0.25, 0.65]), (len(orders), 1))
    weights[carrier == CARRIERS.index("Atlas Global")] = (0.25, 0.55, 0.20)
    weights[np.isin(orders.seller, BAD_SELLERS)] = (0.70, 0.20, 0.10)
    tracking = pick_rows(rng, weights)
    since, market = incidents.TRACKING_EXPERIMENT
    improved = (orders.ordered_at >= since) & (orders.market == markets.INDEX[market])
    improved &= rng.random(len(orders)) < incidents.TRACKING_EXPERIMENT_SHIFT
    return np.where(improved, TRACKING.index("all_the_way"), tracking)


def _local_days(
    rng: np.random.Generator, orders: Orders, quote: Ints, shipped_at: Ints, transit: Floats
) -> tuple[Ints, Ints, Ints]:
    """Promised day, its end, and the delivery moved to the hours at which parcels are handed over (08-20 local)."""
    promised_day, promise_ends_at, delivered_at = (np.empty(len(orders), dtype=np.int64) for _ in range(3))
    hour = rng.integers(8 * HOUR, 20 * HOUR, len(orders))
    for position, market in enumerate(markets.MARKETS):
        rows = np.flatnonzero(orders.market == position)
        clock = zone(market.time_zone)
        promised_day[rows] = clock.to_local(orders.ordered_at[rows]) // DAY + quote[rows]
        promise_ends_at[rows] = clock.to_utc((promised_day[rows] + 1) * DAY)
        arrives = clock.to_local(shipped_at[rows] + (transit[rows] * DAY).astype(np.int64)) // DAY
        delivered_at[rows] = np.maximum(clock.to_utc(arrives * DAY + hour[rows]), shipped_at[rows] + 3 * HOUR)
    return promised_day, promise_ends_at, delivered_at


def delivery_history(orders: Orders, deliveries: Deliveries) -> EntityHistory:
    """A delivery is known, with its promise, as soon as the order is placed."""
    due = np.flatnonzero(deliveries.is_due)
    at_nine = orders.market == markets.INDEX[PROMISED_MOMENT_MARKET]
    return EntityHistory(
        appears_at=orders.ordered_at[due],
        columns={
            "delivery_id": look_up(orders.ids, due),
            "order_id": look_up(orders.ids, due),
            "carrier": labels(CARRIERS, deliveries.carrier[due]),
            "ships_from_country": labels(ORIGINS, deliveries.origin[due]),
            "tracking": labels(TRACKING, deliveries.tracking[due]),
            "promised_date": deliveries.promised_day[due],
            "promised_at": np.where(at_nine, deliveries.promise_ends_at - 3 * HOUR, NEVER)[due],
            "shipped_at": deliveries.shipped_at[due],
            "delivered_at": deliveries.delivered_at[due],
        },
        planned=frozenset({"promised_at"}),
    )
