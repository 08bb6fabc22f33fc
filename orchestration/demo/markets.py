"""The markets of the simulated marketplace: where its customers live and when they are awake.

Belongs here: what is fixed about a market. How much is bought there on a day is in `orders`.
"""

from dataclasses import dataclass

import numpy as np

from orchestration.demo.clock import Floats, Ints, zone
from orchestration.demo.streams import pick


@dataclass(frozen=True)
class Market:
    """One market; `order_share` is its share of all orders, `yearly_growth` a factor a year, `price_level` units per USD."""

    code: str
    time_zone: str
    desk: str
    calendar_id: str
    language: str
    native_share: float
    currency_code: str
    price_level: float
    order_share: float
    yearly_growth: float


MARKETS = (
    Market("US", "America/New_York", "US desk", "us", "en", 1.0, "USD", 1.0, 0.37, 1.30),
    Market("GB", "Europe/London", "EU desk", "eu", "en", 1.0, "GBP", 0.79, 0.19, 1.20),
    Market("DE", "Europe/Berlin", "EU desk", "eu", "de", 0.7, "EUR", 0.92, 0.21, 1.35),
    Market("FR", "Europe/Paris", "EU desk", "eu", "fr", 0.75, "EUR", 0.92, 0.13, 1.40),
    Market("KR", "Asia/Seoul", "Contractors", "kr", "ko", 0.8, "KRW", 1350.0, 0.10, 1.80),
)
CODES = [market.code for market in MARKETS]
INDEX = {code: position for position, code in enumerate(CODES)}

# Share of a day's orders and contacts by local hour: quiet nights, a lunch bump, an evening peak.
HOUR_PROFILE: Floats = np.array(
    [
        1.1,
        0.6,
        0.4,
        0.3,
        0.3,
        0.5,
        1.2,
        2.4,
        3.8,
        5.0,
        5.6,
        5.8,
        6.2,
        5.9,
        5.4,
        5.2,
        5.2,
        5.4,
        6.0,
        7.0,
        7.8,
        7.4,
        5.4,
        2.8,
    ]
)
ASLEEP_SHARE = 0.8
"""Share of those who would write at night and wait for the day instead."""
# Monday to Sunday.
ORDER_WEEKDAYS: Floats = np.array([1.08, 1.0, 0.97, 0.98, 0.95, 0.93, 1.09])
# January to December: a peak before Christmas, a dip in summer.
ORDER_MONTHS: Floats = np.array([0.93, 0.92, 0.97, 0.98, 1.0, 0.95, 0.88, 0.90, 0.99, 1.05, 1.32, 1.38])


def waking_second(rng: np.random.Generator, count: int) -> Ints:
    """Seconds after local midnight, spread over the day as people are."""
    return pick(rng, HOUR_PROFILE, count) * 3600 + rng.integers(0, 3600, count)


def at_waking_hours(rng: np.random.Generator, moments: Ints, markets: Ints) -> Ints:
    """Move most instants of the local night (00-07) to a waking hour later that day, market by market."""
    result = moments.copy()
    for position, market in enumerate(MARKETS):
        rows = np.flatnonzero(markets == position)
        clock = zone(market.time_zone)
        local = clock.to_local(moments[rows])
        asleep = (local % 86400 < 7 * 3600) & (rng.random(len(rows)) < ASLEEP_SHARE)
        second = waking_second(rng, len(rows))
        awake = local // 86400 * 86400 + np.where(second < 7 * 3600, second + 7 * 3600, second)
        result[rows] = np.where(asleep, clock.to_utc(np.where(asleep, awake, local)), moments[rows])
    return result
