"""Versions of the shop's apps, and which one a customer has at a moment.

Belongs here: the release calendar and how fast customers update.
"""

import numpy as np

from orchestration.demo.clock import DAY, Ints, instant

VERSIONS: tuple[tuple[str, int], ...] = (
    ("4.1.0", instant("2024-09-03T09:00")),
    ("4.2.0", instant("2024-10-15T09:00")),
    ("4.3.0", instant("2025-01-14T09:00")),
    ("4.4.0", instant("2025-02-25T09:00")),
    ("4.5.0", instant("2025-04-22T09:00")),
    ("4.6.0", instant("2025-06-16T09:00")),
    ("4.6.1", instant("2025-07-21T09:00")),
    ("4.7.0", instant("2025-09-02T09:00")),
    ("5.0.0", instant("2025-10-14T09:00")),
    ("5.1.0", instant("2025-12-02T09:00")),
    ("5.2.0", instant("2026-01-27T09:00")),
    ("5.3.0", instant("2026-03-10T08:00")),
    ("5.3.1", instant("2026-03-20T16:00")),
    ("5.4.0", instant("2026-05-05T09:00")),
    ("5.5.0", instant("2026-06-30T09:00")),
    ("6.0.0", instant("2026-09-08T09:00")),
)
NAMES = [name for name, _ in VERSIONS]
INDEX = {name: position for position, name in enumerate(NAMES)}
PLATFORMS = ("web", "ios", "android")
PLATFORM_SHARES = (0.42, 0.33, 0.25)
PRODUCTS = ("website", "iOS app", "Android app")
MEAN_UPDATE_DAYS = 6.0


def version_at(rng: np.random.Generator, moments: Ints) -> Ints:
    """The version (its index) each customer's app has at a moment: the newest that an exponential delay lets through."""
    released = np.array([moment for _, moment in VERSIONS], dtype=np.int64)
    seen = moments - (rng.exponential(MEAN_UPDATE_DAYS * DAY, len(moments))).astype(np.int64)
    return np.maximum(np.searchsorted(released, seen, side="right") - 1, 0).astype(np.int64)
