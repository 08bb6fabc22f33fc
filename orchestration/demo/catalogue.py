"""Who sells what, and who carries it: the fixed side of supply.

Belongs here: sellers, product categories with their true return rates, carriers and lanes. Single orders are in `orders`.
"""

from dataclasses import dataclass

import numpy as np

from orchestration.demo.clock import DAY, START, Floats, Ints
from orchestration.demo.history import EntityHistory, labels, numbered
from orchestration.demo.streams import pick, stream


@dataclass(frozen=True)
class Category:
    """A product category; `return_rate` is the true chance that an arrived line is sent back, `median_usd` its price."""

    code: str
    share: float
    median_usd: float
    return_rate: float


CATEGORIES = (
    Category("fashion", 0.30, 34, 0.16),
    Category("electronics", 0.18, 79, 0.08),
    Category("home", 0.20, 42, 0.055),
    Category("beauty", 0.14, 22, 0.03),
    Category("toys", 0.10, 27, 0.045),
    Category("books", 0.08, 15, 0.02),
)
# Where sellers are, and the share of sellers there.
ORIGINS = ("US", "GB", "DE", "FR", "KR", "CN")
ORIGIN_SHARES = (0.26, 0.14, 0.16, 0.10, 0.09, 0.25)

# Carriers by the buyer's market, with their shares of domestic and regional parcels; long hauls go with Atlas Global.
CARRIERS = ("Swiftparcel", "Posthorn", "Nordline", "Colibri", "Hanbit", "Atlas Global")
CARRIER_SHARES = {
    "US": (0.55, 0.45, 0, 0, 0, 0),
    "GB": (0.35, 0.65, 0, 0, 0, 0),
    "DE": (0, 0.45, 0.55, 0, 0, 0),
    "FR": (0, 0.30, 0, 0.70, 0, 0),
    "KR": (0, 0, 0, 0, 1.0, 0),
}
# Median days on the way and the log's spread, by carrier.
TRANSIT_DAYS = (2.4, 2.8, 2.3, 2.7, 1.6, 9.5)
TRANSIT_SIGMA = (0.32, 0.38, 0.36, 0.40, 0.30, 0.34)
REGION = {"US": 0, "GB": 1, "DE": 1, "FR": 1, "KR": 2, "CN": 3}
REGIONAL_FACTOR = 1.7

BAD_SELLERS = (4, 11, 23)
"""Positions of the sellers who need education: they ship late, without tracking, lose, break and mix up parcels."""


@dataclass(frozen=True)
class Sellers:
    """Columns by seller; `popularity` is the weight of a seller's share of orders, `fault_factor` 1 for a normal seller."""

    origin: Ints
    created_at: Ints
    popularity: Floats
    fault_factor: Floats
    handling_days: Floats
    history: EntityHistory

    def __len__(self) -> int:
        return len(self.origin)


def make_sellers(seed: int, scale: float) -> Sellers:
    """About 400 sellers at scale 1; one in six joins within the world's span."""
    rng = stream(seed, "sellers")
    count = max(40, round(400 * scale**0.5))
    origin = pick(rng, np.array(ORIGIN_SHARES), count)
    joins_later = (rng.random(count) < 0.17) & (np.arange(count) > max(BAD_SELLERS))
    created_at = START - rng.integers(30 * DAY, 1200 * DAY, count)
    created_at = np.where(joins_later, START + rng.integers(0, 600 * DAY, count), created_at)
    fault_factor = np.exp(0.25 * rng.standard_normal(count))
    fault_factor[list(BAD_SELLERS)] = 4.5
    handling_days = 0.9 * np.exp(0.3 * rng.standard_normal(count))
    handling_days[list(BAD_SELLERS)] = 2.4
    ids = numbered("s-", 4, count)
    history = EntityHistory(
        appears_at=created_at,
        columns={"seller_id": ids, "market": labels(ORIGINS, origin), "created_at": created_at},
    )
    popularity = 1.0 / (np.arange(count) + 6.0) ** 0.8
    return Sellers(origin, created_at, popularity, fault_factor, handling_days, history)


def joined_sellers(
    rng: np.random.Generator, sellers: Sellers, ordered_at: Ints, markets: Ints, codes: list[str]
) -> Ints:
    """A seller for each order: mostly from the buyer's own region, never one who has not joined yet."""
    seller_region = np.array([REGION[ORIGINS[position]] for position in sellers.origin.tolist()])
    old = sellers.created_at < START
    result = np.full(len(ordered_at), -1, dtype=np.int64)
    for position, code in enumerate(codes):
        rows = np.flatnonzero(markets == position)
        home = np.array([ORIGINS[place] == code for place in sellers.origin.tolist()])
        weights = sellers.popularity * (0.12 + 2.6 * home + 0.5 * (seller_region == REGION[code]))
        chosen = pick(rng, weights, len(rows))
        substitute = pick(rng, weights * old, len(rows))
        result[rows] = np.where(sellers.created_at[chosen] < ordered_at[rows], chosen, substitute)
    return result
