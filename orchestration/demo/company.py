"""What the company itself reports: releases and troubles, active customers, exchange rates.

Belongs here: entities that belong to no single order or ticket.
"""

import numpy as np
import pyarrow as pa

from orchestration.demo import incidents, markets, releases
from orchestration.demo.clock import DAY, HORIZON, NEVER, REPORTING_ZONE, START, reporting_day, zone
from orchestration.demo.history import EntityHistory, labels
from orchestration.demo.orders import TIERS, Customers, Orders
from orchestration.demo.streams import stream

ACTIVE_CUSTOMERS_PER_ORDER = 14.0
"""Customers seen in the shop on a day for each order that is placed in an average week's day."""
CURRENCIES = ("EUR", "GBP", "KRW", "USD")
FIRST_RATES = (1.09, 1.29, 0.000725, 1.0)
DAILY_SIGMA = 0.004


def event_history() -> EntityHistory:
    """Releases, the troubles the company knows of, an experiment and a policy; an end is known once it is there."""
    rows: list[tuple[str, str, str | None, str | None, str | None, int, int]] = [
        ("release", f"Version {name}", None, name, None, moment, NEVER) for name, moment in releases.VERSIONS
    ]
    rows += [
        (each.kind, each.name, each.market, each.app_version, each.carrier, each.starts_at, each.ends_at)
        for each in incidents.INCIDENTS
        if each.is_known
    ]
    since, market = incidents.TRACKING_EXPERIMENT
    rows.append(("experiment", "Carriers with tracking all the way are preferred", market, None, None, since, NEVER))
    rows.append(("policy", "Free return labels in the EU", None, None, None, incidents.FREE_LABELS_POLICY, NEVER))
    rows.sort(key=lambda row: row[5])
    kind, name, where, version, carrier, starts_at, ends_at = zip(*rows, strict=True)
    starts = np.array(starts_at, dtype=np.int64)
    columns = {"kind": kind, "name": name, "market": where, "app_version": version, "carrier": carrier}
    ids = [f"e-{number:03d}" for number in range(1, len(rows) + 1)]
    return EntityHistory(
        appears_at=starts,
        columns={
            "event_id": pa.array(ids, pa.string()),
            **{column: pa.array(list(values), pa.string()) for column, values in columns.items()},
            "starts_at": starts,
            "ends_at": np.array(ends_at, dtype=np.int64),
        },
    )


def active_customer_history(seed: int, orders: Orders, customers: Customers) -> EntityHistory:
    """Per market, plan and day of the reporting zone; known when the day is over."""
    rng = stream(seed, "active customers")
    first, last = int(reporting_day(np.array([START]))[0]), int(reporting_day(np.array([HORIZON - 1]))[0])
    days = np.arange(first, last + 1)
    placed = reporting_day(orders.ordered_at) - first
    tier = customers.tier_at(orders.customer, orders.ordered_at)
    kernel = np.ones(7) / 7
    parts = []
    for market in range(len(markets.MARKETS)):
        for plan in range(len(TIERS)):
            mine = (orders.market == market) & (tier == plan)
            daily = np.bincount(placed[mine], minlength=len(days)).astype(np.float64)
            around = np.convolve(np.pad(daily, 3, mode="edge"), kernel, mode="valid")
            around = (
                around * markets.ORDER_WEEKDAYS[(days + 3) % 7] ** 0.5 * np.exp(0.02 * rng.standard_normal(len(days)))
            )
            parts.append(
                (np.full(len(days), market), np.full(len(days), plan), days, around * ACTIVE_CUSTOMERS_PER_ORDER)
            )
    market_of, plan_of, day, count = (np.concatenate(column) for column in zip(*parts, strict=True))
    over_at = zone(REPORTING_ZONE).to_utc((day + 1) * DAY)
    return EntityHistory(
        appears_at=over_at,
        columns={
            "market": labels(markets.CODES, market_of),
            "plan": labels(TIERS, plan_of),
            "active_customer_count": np.round(count).astype(np.int64),
            "activity_date": day,
        },
    )


def exchange_rate_history(seed: int) -> EntityHistory:
    """A random walk a day and currency; known at the day's beginning (UTC)."""
    rng = stream(seed, "exchange rates")
    days = np.arange(START // DAY, HORIZON // DAY)
    steps = DAILY_SIGMA * rng.standard_normal((len(days), len(CURRENCIES)))
    steps[:, CURRENCIES.index("USD")] = 0.0
    rates = np.array(FIRST_RATES) * np.exp(np.cumsum(steps, axis=0))
    currency = np.tile(np.arange(len(CURRENCIES)), len(days))
    rate_day = np.repeat(days, len(CURRENCIES))
    return EntityHistory(
        appears_at=rate_day * DAY,
        columns={
            "currency_code": labels(CURRENCIES, currency),
            "usd_per_unit": np.array([float(f"{rate:.6g}") for rate in rates.ravel().tolist()]),
            "rate_date": rate_day,
        },
    )
