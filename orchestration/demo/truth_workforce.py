"""What the team cost and how its time was spent, counted from the world's own records: pay, shifts, work, exchanges, revenue.

Belongs here: sums by week and month. What a plan makes of them is recomputed where it is compared, in `scoring.workforce`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from orchestration.demo import company, decisions, markets
from orchestration.demo.agents import CONTRACTORS
from orchestration.demo.agents import CURRENCIES as PAID_IN
from orchestration.demo.clock import DAY, HOUR, REPORTING_ZONE, Flags, Floats, Ints, reporting_day, week_start, zone
from orchestration.demo.desk_plan import CHANNELS, CHAT, TELEPHONE
from orchestration.demo.history import EntityHistory, to_arrow
from orchestration.demo.orders import TIERS
from orchestration.demo.shifts import workday_history
from orchestration.demo.truth_contacts import lives

if TYPE_CHECKING:
    from orchestration.demo.world import Bookkeeping

LIVE = (CHAT, TELEPHONE)


def _weeks(days: Ints) -> list[str]:
    return week_start(days).astype("datetime64[D]").astype(str).tolist()


def _months(days: Ints) -> list[str]:
    return days.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]").astype(str).tolist()


def _summed(keys: Iterable[tuple[str, ...]], *values: Iterable[float]) -> list[list[Any]]:
    """Rows of the keys' parts and the sums of each value, in order."""
    sums: dict[tuple[str, ...], list[float]] = defaultdict(lambda: [0] * len(values))
    for key, *amounts in zip(keys, *values, strict=True):
        for position, amount in enumerate(amounts):
            sums[key][position] += amount
    return [[*key, *sums[key]] for key in sorted(sums)]


def _texts(history: EntityHistory, column: str) -> list[str]:
    return [
        str(value) for value in to_arrow(history.columns[column], pa.string(), np.zeros(1, dtype=np.bool_)).to_pylist()
    ]


def workforce(books: Bookkeeping, seed: int, at: int) -> dict[str, Any]:
    """All of them, each as rows in order."""
    return {
        "paid_by_week_employment": _paid(books, seed, at),
        "on_shift_seconds_by_week": _on_shift(books, at),
        "handle_seconds_by_week_market_channel_tier_month": _handled(books, at),
        "contacts_by_week_market_channel": _begun(books, at),
        "exchanges_by_week_channel": _exchanges(books, at),
        "resolutions_by_week_channel": _resolutions(books, at),
        "orders_by_month_market_tier": _orders(books, seed, at),
        "active_customers_by_market_day": _active(books, seed, at),
        "live_contacts": _live(books, at),
        "signed_hires": [
            [market, int(people), float(hours), first_day]
            for market, people, hours, first_day, _ in decisions.signed_hires()
        ],
    }


def _usd(seed: int, currency: str, days: Ints) -> Floats:
    """What a unit of the currency is worth on each day, by the newest rate known on it."""
    history = company.exchange_rate_history(seed)
    is_it = np.array(_texts(history, "currency_code")) == currency
    rate_day = np.asarray(history.columns["rate_date"])[is_it]
    newest = np.searchsorted(rate_day, days, side="right") - 1
    rates: Floats = np.asarray(history.columns["usd_per_unit"])[is_it][newest]
    return rates


def _paid(books: Bookkeeping, seed: int, at: int) -> list[list[Any]]:
    """(week, employment, days, hours, US dollars) of the days that are over."""
    history = workday_history(seed, books.agents, books.shifts)
    known = history.appears_at < at
    days = np.asarray(history.columns["work_date"])[known]
    number = {name: position for position, name in enumerate(books.agents.ids.to_pylist())}
    agent = np.array([number[name] for name in _texts(history, "agent_id")])[known]
    cost = np.asarray(history.columns["cost_amount"])[known]
    for position, currency in enumerate(PAID_IN):
        paid = books.agents.currency[agent] == position
        cost[paid] *= _usd(seed, currency, days[paid])
    employment = np.where(books.agents.team[agent] == CONTRACTORS, "contractor", "employee").tolist()
    hours = np.asarray(history.columns["work_hours"])[known].tolist()
    return _summed(list(zip(_weeks(days), employment, strict=True)), [1] * len(hours), hours, cost.tolist())


def _on_shift(books: Bookkeeping, at: int) -> list[list[Any]]:
    """(week, seconds that agents were on shift) by the reporting zone's weeks; shifts known by then, to their end."""
    since, until = books.shifts.starts_at, books.shifts.ends_at
    known = since < at
    since, until = since[known], until[known]
    keys: list[tuple[str, ...]] = []
    seconds: list[float] = []
    for edge in np.unique(np.concatenate([week_start(reporting_day(since)), week_start(reporting_day(until - 1))])):
        begin, end = zone(REPORTING_ZONE).to_utc(np.array([edge, edge + 7]) * DAY).tolist()
        inside = np.clip(np.minimum(until, end) - np.maximum(since, begin), 0, None)
        if inside.any():
            keys.append((str(np.datetime64(int(edge), "D")),))
            seconds.append(int(inside.sum()))
    return _summed(keys, seconds)


def _tier_names(books: Bookkeeping) -> list[str]:
    return [TIERS[tier] if tier >= 0 else "unknown" for tier in books.tickets.tier.tolist()]


def _handled(books: Bookkeeping, at: int) -> list[list[Any]]:
    """(week, market, channel, tier, month, seconds); other work than on contacts has '' for what a contact has."""
    work, tickets = books.work, books.tickets
    is_contact = np.append(tickets.is_contact(at), np.True_)
    done = np.flatnonzero((work.started_at + work.seconds < at) & is_contact[work.ticket])
    days = reporting_day(work.started_at[done])
    tier = [*_tier_names(books), ""]
    market = [*([*markets.CODES, "unknown"][number] for number in tickets.about.market.tolist()), ""]
    channel = [*(CHANNELS[number] for number in tickets.channel.tolist()), ""]
    keys = [
        (week, market[ticket], channel[ticket], tier[ticket], month)
        for week, ticket, month in zip(_weeks(days), work.ticket[done].tolist(), _months(days), strict=True)
    ]
    return _summed(keys, work.seconds[done].tolist())


def _begun(books: Bookkeeping, at: int) -> list[list[Any]]:
    """(week, market, channel, contacts)."""
    rows = np.flatnonzero(books.tickets.is_contact(at))
    weeks = _weeks(reporting_day(books.tickets.about.created_at[rows]))
    names = [*markets.CODES, "unknown"]
    keys = [
        (week, names[market], CHANNELS[channel])
        for week, market, channel in zip(
            weeks, books.tickets.about.market[rows].tolist(), books.tickets.channel[rows].tolist(), strict=True
        )
    ]
    return _summed(keys, [1] * len(keys))


def _exchanges(books: Bookkeeping, at: int) -> list[list[Any]]:
    """(week, channel, exchanges): waits of a customer that a person's reply ended, by the reply's week."""
    found = [
        (until, CHANNELS[books.tickets.channel[ticket]])
        for ticket, life in lives(books, at).items()
        for _, until, ended_by in life.waits(at)
        if ended_by == "reply"
    ]
    weeks = _weeks(reporting_day(np.array([until for until, _ in found], dtype=np.int64)))
    return _summed([(week, channel) for week, (_, channel) in zip(weeks, found, strict=True)], [1] * len(found))


def _resolutions(books: Bookkeeping, at: int) -> list[list[Any]]:
    """(week, channel, contacts resolved in it, resolutions)."""
    found = [
        (moment, ticket, CHANNELS[books.tickets.channel[ticket]])
        for ticket, life in lives(books, at).items()
        for moment in life.turns()[0]
    ]
    weeks = _weeks(reporting_day(np.array([moment for moment, *_ in found], dtype=np.int64)))
    seen: set[tuple[str, int]] = set()
    first = []
    for week, (_, ticket, _) in zip(weeks, found, strict=True):
        first.append(int((week, ticket) not in seen))
        seen.add((week, ticket))
    keys = [(week, channel) for week, (*_, channel) in zip(weeks, found, strict=True)]
    return _summed(keys, first, [1] * len(keys))


def _orders(books: Bookkeeping, seed: int, at: int) -> list[list[Any]]:
    """(month, market, the customer's tier at the cut, orders, US dollars); tests are none, cancelled ones are worth nothing."""
    orders, items = books.orders, books.items
    known: Flags = (orders.ordered_at < at) & ~orders.is_test
    value = np.round(np.bincount(items.order, items.price_amount + items.freight_amount, minlength=len(orders)), 2)
    days = reporting_day(orders.ordered_at)
    for position, market in enumerate(markets.MARKETS):
        rows = np.flatnonzero(known & (orders.market == position))
        value[rows] = value[rows] * _usd(seed, market.currency_code, days[rows])
    value[orders.cancelled_at < at] = 0.0
    rows = np.flatnonzero(known)
    tier = books.customers.tier_at(orders.customer[rows], np.full(len(rows), at - 1))
    where = [markets.CODES[number] for number in orders.market[rows].tolist()]
    keys = list(zip(_months(days[rows]), where, [TIERS[number] for number in tier.tolist()], strict=True))
    return _summed(keys, [1] * len(rows), value[rows].tolist())


def _active(books: Bookkeeping, seed: int, at: int) -> list[list[Any]]:
    """(market, day, active customers) of the days that are over."""
    history = company.active_customer_history(seed, books.orders, books.customers)
    known = history.appears_at < at
    days = np.asarray(history.columns["activity_date"])[known].astype("datetime64[D]").astype(str).tolist()
    where = [name for name, is_known in zip(_texts(history, "market"), known.tolist(), strict=True) if is_known]
    counts = np.asarray(history.columns["active_customer_count"])[known].tolist()
    return _summed(list(zip(where, days, strict=True)), counts)


def _live(books: Bookkeeping, at: int) -> list[list[Any]]:
    """(channel, ISO weekday, hour, seconds of work or null) of each chat and call of the latest thirteen whole weeks."""
    last = int(week_start(reporting_day(np.array([at])))[0])
    begin, end = zone(REPORTING_ZONE).to_utc(np.array([last - 91, last]) * DAY).tolist()
    work, tickets = books.work, books.tickets
    done = work.started_at + work.seconds < at
    seconds: dict[int, int] = defaultdict(int)
    for ticket, spent in zip(work.ticket[done].tolist(), work.seconds[done].tolist(), strict=True):
        seconds[ticket] += spent
    created = tickets.about.created_at
    rows = np.flatnonzero(
        tickets.is_contact(at) & (created >= begin) & (created < end) & np.isin(tickets.channel, LIVE)
    )
    local = zone(REPORTING_ZONE).to_local(created[rows])
    cells = zip(rows.tolist(), ((local // DAY + 3) % 7 + 1).tolist(), (local % DAY // HOUR).tolist(), strict=True)
    return [[CHANNELS[tickets.channel[row]], weekday, hour, seconds.get(row)] for row, weekday, hour in cells]
