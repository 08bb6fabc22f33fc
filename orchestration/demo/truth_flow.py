"""What flowed through the desks, counted from the world's own records: backlog, workload, working time, arrivals.

Belongs here: counts by day, week and hour. What single contacts went through is in `truth_contacts`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from orchestration.demo import markets, reasons
from orchestration.demo.clock import DAY, HOUR, REPORTING_ZONE, Ints, reporting_day, week_start, zone
from orchestration.demo.desk import CANNED, REPLY
from orchestration.demo.truth_contacts import lives
from orchestration.demo.truth_satisfaction import months

if TYPE_CHECKING:
    from orchestration.demo.world import Bookkeeping

AGES = (DAY, 3 * DAY, 7 * DAY, 14 * DAY, 30 * DAY)


def _dates(days: Ints) -> list[str]:
    return days.astype("datetime64[D]").astype(str).tolist()


def _weeks(moments: Ints) -> list[str]:
    return _dates(week_start(reporting_day(moments)))


def flow(books: Bookkeeping, at: int) -> dict[str, Any]:
    """All of them, each as rows in order."""
    return {
        "open_by_day": _open_by_day(books, at),
        "open_by_market_week_age": _open_by_age(books, at),
        "workload_by_week": _workload(books, at),
        "handle_seconds_by_reason_provenance_month": _handled(books, at),
        "arrivals_by_market_local_hour": _arrivals(books, at),
        "on_shift_seconds_by_market_local_hour": _on_shift(books, at),
    }


def _open_by_day(books: Bookkeeping, at: int) -> list[list[Any]]:
    """(day, created, reopened, resolved, open at its end)."""
    counts: Counter[tuple[str, str]] = Counter()
    created = books.tickets.about.created_at
    for ticket, life in lives(books, at).items():
        resolved, reopened = life.turns()
        for name, moments in (("created", [int(created[ticket])]), ("reopened", reopened), ("resolved", resolved)):
            for day in _dates(reporting_day(np.array(moments, dtype=np.int64))):
                counts[day, name] += 1
    days = sorted({day for day, _ in counts})
    every = np.arange(np.datetime64(days[0]), np.datetime64(days[-1]) + 1).astype(str).tolist()
    rows, is_open = [], 0
    for day in every:
        is_open += counts[day, "created"] + counts[day, "reopened"] - counts[day, "resolved"]
        rows.append([day, counts[day, "created"], counts[day, "reopened"], counts[day, "resolved"], is_open])
    return rows


def _open_by_age(books: Bookkeeping, at: int) -> list[list[Any]]:
    """(market, week, age, open at the end of the week), where age is the number of `AGES` that are over."""
    first = int(week_start(reporting_day(books.tickets.about.created_at[:1]))[0])
    last = int(reporting_day(np.array([at - 1]))[0])
    ends = zone(REPORTING_ZONE).to_utc(np.arange(first + 7, last + 1, 7) * DAY)
    weeks = _dates(np.arange(first, last - 6, 7))
    counts: Counter[tuple[str, str, int]] = Counter()
    names = [*markets.CODES, "unknown"]
    for ticket, life in lives(books, at).items():
        created = int(books.tickets.about.created_at[ticket])
        resolved, reopened = life.turns()
        for since, until in zip([created, *reopened], [*resolved, at][: len(reopened) + 1], strict=True):
            first_open, first_over = np.searchsorted(ends, [since, until], side="right").tolist()
            for position in range(first_open, first_over):
                age = int(np.searchsorted(AGES, int(ends[position]) - created, side="right"))
                counts[names[books.tickets.about.market[ticket]], weeks[position], age] += 1
    return [[*key, count] for key, count in sorted(counts.items())]


def _workload(books: Bookkeeping, at: int) -> list[list[Any]]:
    """(week, teammates who replied, conversations, replies, closed, agent-days on shift)."""
    messages = books.messages
    is_reply = np.isin(messages.kind, (REPLY, CANNED)) & (messages.sent_at < at)
    is_reply &= books.tickets.is_contact(at)[messages.ticket]
    sent, agent, ticket = (
        messages.sent_at[is_reply],
        messages.agent[is_reply].tolist(),
        messages.ticket[is_reply].tolist(),
    )
    weeks, days = _weeks(sent), reporting_day(sent).tolist()
    replies = Counter(weeks)
    teammates = Counter(week for week, _ in set(zip(weeks, agent, strict=True)))
    conversations = Counter(week for week, *_ in set(zip(weeks, days, agent, ticket, strict=True)))
    resolved = [moment for life in lives(books, at).values() for moment in life.turns()[0]]
    closed = Counter(_weeks(np.array(resolved, dtype=np.int64)))
    shifts = books.shifts
    present = {
        (who, day)
        for who, since, until in zip(
            shifts.agent.tolist(), shifts.starts_at.tolist(), shifts.ends_at.tolist(), strict=True
        )
        if since < at
        for day in range(since // DAY, (until - 1) // DAY + 1)
    }
    staffed = Counter(_dates(week_start(np.array(sorted(day for _, day in present), dtype=np.int64))))
    return [
        [week, teammates[week], conversations[week], replies[week], closed[week], staffed[week]]
        for week in sorted(replies)
    ]


def _handled(books: Bookkeeping, at: int) -> list[list[Any]]:
    """(reason, provenance, month, stretches, seconds, tickets) of the work done by then; other work is 'no contact'."""
    work = books.work
    done = np.flatnonzero(work.started_at + work.seconds < at)
    contact = books.tickets.is_contact(at)
    names = [*reasons.CODES, "uncategorised"]
    counts: Counter[tuple[str, str, str]] = Counter()
    seconds: Counter[tuple[str, str, str]] = Counter()
    tickets: set[tuple[tuple[str, str, str], int]] = set()
    for row, month in zip(done.tolist(), months(work.started_at[done]), strict=True):
        ticket = int(work.ticket[row])
        reason = names[books.tickets.stated[ticket]] if ticket >= 0 and contact[ticket] else "no contact"
        key = (reason, "inferred" if work.is_inferred[row] else "measured", month)
        counts[key] += 1
        seconds[key] += int(work.seconds[row])
        if ticket >= 0:
            tickets.add((key, ticket))
    worked_on = Counter(key for key, _ in tickets)
    return [[*key, counts[key], seconds[key], worked_on[key]] for key in sorted(counts)]


def _quarter(at: int) -> tuple[int, int]:
    """The latest thirteen whole weeks, as instants."""
    last = int(week_start(reporting_day(np.array([at])))[0])
    begin, end = zone(REPORTING_ZONE).to_utc(np.array([(last - 91) * DAY, last * DAY])).tolist()
    return begin, end


def _local_hours(market: markets.Market, moments: Ints) -> list[tuple[int, int]]:
    local = zone(market.time_zone).to_local(moments)
    return list(zip(((local // DAY + 3) % 7 + 1).tolist(), (local // HOUR % 24).tolist(), strict=True))


def _arrivals(books: Bookkeeping, at: int) -> list[list[Any]]:
    """(market, ISO weekday, hour, contacts) on the market's wall clock, over the latest thirteen whole weeks."""
    begin, end = _quarter(at)
    created, where = books.tickets.about.created_at, books.tickets.about.market
    known = books.tickets.is_contact(at) & (created >= begin) & (created < end)
    rows: list[list[Any]] = []
    for number, market in enumerate(markets.MARKETS):
        counts = Counter(_local_hours(market, created[known & (where == number)]))
        rows += [[market.code, *key, count] for key, count in sorted(counts.items())]
    return sorted(rows)


def _on_shift(books: Bookkeeping, at: int) -> list[list[Any]]:
    """(market, ISO weekday, hour, seconds that all agents were on shift) on the market's wall clock, over those weeks."""
    begin, end = _quarter(at)
    hours = np.arange(begin, end, HOUR)
    present = np.zeros(len(hours), dtype=np.int64)
    for since, until in zip(books.shifts.starts_at.tolist(), books.shifts.ends_at.tolist(), strict=True):
        if since < at:
            present += np.clip(np.minimum(hours + HOUR, until) - np.maximum(hours, since), 0, None)
    rows: list[list[Any]] = []
    for market in markets.MARKETS:
        seconds: Counter[tuple[int, int]] = Counter()
        for key, amount in zip(_local_hours(market, hours), present.tolist(), strict=True):
            seconds[key] += amount
        rows += [[market.code, *key, amount] for key, amount in sorted(seconds.items()) if amount]
    return sorted(rows)
