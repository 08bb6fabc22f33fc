"""What came back, did not arrive, came late and came again, counted from the world's own records.

Belongs here: cohorts of orders and of surveys with what is known of them at the cut and what they will come to, lateness, and who
ordered in which months. Estimates are held against these; no estimator is in here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from orchestration.demo import markets
from orchestration.demo.catalogue import CARRIERS
from orchestration.demo.catalogue import ORIGINS as COUNTRIES
from orchestration.demo.clock import DAY, HOUR, NEVER, Flags, Ints, reporting_day, week_start, zone
from orchestration.demo.deliveries import PROMISED_MOMENT_MARKET, TRACKING

if TYPE_CHECKING:
    from orchestration.demo.world import Bookkeeping

WINDOW_DAYS = 365
AGES = (7, 28, 56, 84, 182)
SUPPORT_WINDOW_DAYS = 30
SUPPORT_AGES = (1, 2, 3, 7, 14)
TARGET_SECONDS = 2 * HOUR
EXPERIENCES = ("no contact", "answered in time", "answered late", "unanswered")
_BEFORE_MIDNIGHT = 3 * HOUR


def maturity(books: Bookkeeping, at: int) -> dict[str, Any]:
    """All of them, each as rows in order: the keys first, then the counts."""
    return {
        "returns_by_market_week": _returns(books, at),
        "returns_by_month_age": _return_ages(books, at),
        "return_delays": _return_delays(books, at),
        "inr_by_market_week": _claims(books, at),
        "answers_by_market_week": _answers(books, at),
        "answer_delays": _answer_delays(books, at),
        "inr_by_month_age": _claim_ages(books, at),
        "by_seller_quarter": _sellers(books, at),
        "late_by_dimension_month": _late(books, at),
        "retention_by_market_month": _retention(books, at),
        "retention_by_experience_month": _experiences(books, at),
    }


def _texts(days: Ints) -> list[str]:
    return days.astype("datetime64[D]").astype(str).tolist()


def _first_of(days: Ints, months: int = 1) -> list[str]:
    """The first day of the month, or of another number of months from January on, of days."""
    number = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) // months * months
    return number.astype("datetime64[M]").astype("datetime64[D]").astype(str).tolist()


def _rows(keys: Iterable[tuple[Any, ...]], *values: Iterable[Any]) -> list[list[Any]]:
    """Sums of each column of values by key, in order of the keys."""
    sums: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0] * len(values))
    for key, *parts in zip(keys, *values, strict=True):
        for place, part in enumerate(parts):
            sums[key][place] += int(part)
    return [[*key, *counts] for key, counts in sorted(sums.items())]


def _first(order: Ints, moment: Ints, count: int) -> Ints:
    """The earliest instant of each order."""
    first = np.full(count, NEVER, dtype=np.int64)
    np.minimum.at(first, order, moment)
    return first


def due_at(books: Bookkeeping) -> Ints:
    """When each order's promise is over: the moment where one is promised, else the end of the promised day."""
    has_moment = books.orders.market == markets.INDEX[PROMISED_MOMENT_MARKET]
    return books.deliveries.promise_ends_at - np.where(has_moment, _BEFORE_MIDNIGHT, 0)


def _shipped(books: Bookkeeping, at: int) -> Ints:
    return np.flatnonzero(books.deliveries.shipped_at < at)


def _due(books: Bookkeeping, at: int) -> Ints:
    return np.flatnonzero(books.deliveries.is_due & (due_at(books) <= at))


def _requested(books: Bookkeeping) -> Ints:
    return _first(books.returns.order, books.returns.requested_at, len(books.orders))


def _claimed(books: Bookkeeping) -> Ints:
    counts = ~books.claims.is_before_promise
    return _first(books.claims.order[counts], books.claims.opened_at[counts], len(books.orders))


def _codes(books: Bookkeeping, order: Ints) -> list[str]:
    return [markets.CODES[market] for market in books.orders.market[order].tolist()]


def _returns(books: Bookkeeping, at: int) -> list[list[Any]]:
    """(market, ship week): shipped; asked back so far, within the window; the same three of units."""
    order = _shipped(books, at)
    shipped_at, requested = books.deliveries.shipped_at[order], _requested(books)[order]
    units = np.bincount(books.items.order, books.items.unit_count, len(books.orders))
    returns = books.returns
    shipped_of = books.deliveries.shipped_at[returns.order]

    def units_back(which: Flags) -> Ints:
        back = np.bincount(returns.order[which], books.items.unit_count[returns.item[which]], len(books.orders))
        return back[order].astype(np.int64)

    return _rows(
        zip(_codes(books, order), _texts(week_start(reporting_day(shipped_at))), strict=True),
        np.ones(len(order), dtype=np.int64), requested < at, requested < shipped_at + WINDOW_DAYS * DAY,
        units[order].astype(np.int64), units_back(returns.requested_at < at),
        units_back(returns.requested_at < shipped_of + WINDOW_DAYS * DAY),
    )  # fmt: skip


def _by_age(day: Ints, since: Ints, happened: Ints, at: int) -> list[list[Any]]:
    """(first day of the month, age in days): watched that long; of these, happened by then."""
    rows = []
    for age in AGES:
        watched = at - since >= age * DAY
        month = _first_of(day[watched])
        seen = happened[watched] < since[watched] + age * DAY
        rows += _rows([(first, age) for first in month], np.ones(len(month), dtype=np.int64), seen)
    return sorted(rows)


def _return_ages(books: Bookkeeping, at: int) -> list[list[Any]]:
    order = _shipped(books, at)
    since = books.deliveries.shipped_at[order]
    return _by_age(reporting_day(since), since, np.maximum(_requested(books)[order], since), at)


def _return_delays(books: Bookkeeping, at: int) -> list[list[int]]:
    """(age in days): orders that will be asked back by then, and within the window; of all shipped, whenever they are."""
    order = _shipped(books, at)
    delay = _requested(books)[order] - books.deliveries.shipped_at[order]
    return [[age, int((delay < age * DAY).sum()), int((delay < WINDOW_DAYS * DAY).sum())] for age in AGES]


def _claims(books: Bookkeeping, at: int) -> list[list[Any]]:
    """(market, promised week): due; claimed so far, within the window."""
    order = _due(books, at)
    claimed = _claimed(books)[order]
    return _rows(
        zip(_codes(books, order), _texts(week_start(books.deliveries.promised_day[order])), strict=True),
        np.ones(len(order), dtype=np.int64), claimed < at, claimed < due_at(books)[order] + WINDOW_DAYS * DAY,
    )  # fmt: skip


def _claim_ages(books: Bookkeeping, at: int) -> list[list[Any]]:
    order = _due(books, at)
    return _by_age(books.deliveries.promised_day[order], due_at(books)[order], _claimed(books)[order], at)


def _offers(books: Bookkeeping, at: int) -> Ints:
    return np.flatnonzero(~books.offers.is_effort & (books.offers.offered_at < at))


def _answers(books: Bookkeeping, at: int) -> list[list[Any]]:
    """(market, week of the offer): satisfaction surveys offered; answered so far, within thirty days."""
    offer = _offers(books, at)
    offered_at, answered_at = books.offers.offered_at[offer], books.ratings.offer_answered_at[offer]
    market = books.tickets.about.market[books.offers.ticket[offer]].tolist()
    return _rows(
        zip(
            [[*markets.CODES, "unknown"][each] for each in market],
            _texts(week_start(reporting_day(offered_at))),
            strict=True,
        ),
        np.ones(len(offer), dtype=np.int64), answered_at < at, answered_at < offered_at + SUPPORT_WINDOW_DAYS * DAY,
    )  # fmt: skip


def _answer_delays(books: Bookkeeping, at: int) -> list[list[int]]:
    """(age in days): surveys that will be answered by then, and within thirty days; of all offered, whenever they are."""
    offer = _offers(books, at)
    delay = books.ratings.offer_answered_at[offer] - books.offers.offered_at[offer]
    in_all = int((delay < SUPPORT_WINDOW_DAYS * DAY).sum())
    return [[age, int((delay < age * DAY).sum()), in_all] for age in SUPPORT_AGES]


def _sellers(books: Bookkeeping, at: int) -> list[list[Any]]:
    """(seller, first day of the quarter): shipped, asked back so far; due, claimed so far."""
    names = pa.array(books.sellers.history.columns["seller_id"]).to_pylist()
    shipped, due = _shipped(books, at), _due(books, at)
    days = (reporting_day(books.deliveries.shipped_at[shipped]), books.deliveries.promised_day[due])
    keys = [
        (names[seller], quarter)
        for order, day in zip((shipped, due), days, strict=True)
        for seller, quarter in zip(books.orders.seller[order].tolist(), _first_of(day, 3), strict=True)
    ]
    ones, none = np.ones, np.zeros
    return _rows(
        keys,
        np.concatenate([ones(len(shipped)), none(len(due))]),
        np.concatenate([_requested(books)[shipped] < at, none(len(due))]),
        np.concatenate([none(len(shipped)), ones(len(due))]),
        np.concatenate([none(len(shipped)), _claimed(books)[due] < at]),
    )


def _late(books: Bookkeeping, at: int) -> list[list[Any]]:
    """(dimension, value, month): promises over; late by the day; promised by a moment, late by it; a month over, never came."""
    deliveries, orders = books.deliveries, books.orders
    order = np.flatnonzero(deliveries.is_due & (deliveries.promise_ends_at <= at))
    came = np.where(deliveries.delivered_at[order] < at, deliveries.delivered_at[order], NEVER)
    promised = deliveries.promised_day[order]
    has_moment: Flags = orders.market[order] == markets.INDEX[PROMISED_MOMENT_MARKET]
    month_ends_at = np.empty(len(order), dtype=np.int64)
    for position, market in enumerate(markets.MARKETS):
        rows = np.flatnonzero(orders.market[order] == position)
        month_ends_at[rows] = zone(market.time_zone).to_utc((promised[rows] + 31) * DAY)
    is_over: Flags = promised + 31 <= int(reporting_day(np.array([at]))[0])
    counts = (
        np.ones(len(order), dtype=np.int64), came >= deliveries.promise_ends_at[order],
        has_moment, has_moment & (came > due_at(books)[order]), is_over, is_over & (came >= month_ends_at),
    )  # fmt: skip
    months = _first_of(promised)
    dimensions = {
        "all": ["all"] * len(order),
        "carrier": [CARRIERS[each] for each in deliveries.carrier[order].tolist()],
        "market": _codes(books, order),
        "ships from": [COUNTRIES[each] for each in deliveries.origin[order].tolist()],
        "tracking": [TRACKING[each] for each in deliveries.tracking[order].tolist()],
    }
    return [
        row
        for name, values in dimensions.items()
        for row in _rows([(name, *key) for key in zip(values, months, strict=True)], *counts)
    ]


def _placed(books: Bookkeeping, at: int) -> Ints:
    return np.flatnonzero((books.orders.ordered_at < at) & ~books.orders.is_test)


def _month_numbers(moments: Ints) -> Ints:
    return reporting_day(moments).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def _month_name(number: int) -> str:
    return str(np.datetime64(number, "M").astype("datetime64[D]"))


def _retention(books: Bookkeeping, at: int) -> list[list[Any]]:
    """(market or all, month): active the month before, in both; active; orders, of which within a year of the last one."""
    order = _placed(books, at)
    customer, month = books.orders.customer[order].tolist(), _month_numbers(books.orders.ordered_at[order]).tolist()
    last: dict[int, int] = {}
    is_repeat = []
    for who, moment in zip(customer, books.orders.ordered_at[order].tolist(), strict=True):
        is_repeat.append(who in last and moment < last[who] + 365 * DAY)
        last[who] = moment
    active: dict[tuple[str, int], set[int]] = defaultdict(set)
    placed: Counter[tuple[str, int]] = Counter()
    repeats: Counter[tuple[str, int]] = Counter()
    for who, number, market, again in zip(customer, month, _codes(books, order), is_repeat, strict=True):
        for where in (market, "all"):
            active[where, number].add(who)
            placed[where, number] += 1
            repeats[where, number] += again
    return [
        [where, _month_name(number), len(active.get((where, number - 1), ())),
         len(people & active.get((where, number - 1), set())), len(people), placed[where, number], repeats[where, number]]
        for (where, number), people in sorted(active.items())
    ]  # fmt: skip


def _experiences(books: Bookkeeping, at: int) -> list[list[Any]]:
    """(experience, month): active; of these active in the next month, in the next three, whether these are over or not."""
    order = _placed(books, at)
    months: dict[int, set[int]] = defaultdict(set)
    for who, number in zip(
        books.orders.customer[order].tolist(), _month_numbers(books.orders.ordered_at[order]).tolist(), strict=True
    ):
        months[who].add(number)
    tickets = books.tickets
    asked = np.flatnonzero(tickets.is_contact(at) & (tickets.about.customer >= 0))
    replied = tickets.first_reply_at[asked]
    waited = replied - tickets.first_message_at[asked]
    kind = np.where(replied >= at, 3, np.where(waited <= TARGET_SECONDS, 1, 2))
    worst: dict[tuple[int, int], int] = defaultdict(int)
    created = _month_numbers(tickets.about.created_at[asked]).tolist()
    for who, number, each in zip(tickets.about.customer[asked].tolist(), created, kind.tolist(), strict=True):
        worst[who, number] = max(worst[who, number], each)
    keys, active, next_month, three_months = [], [], [], []
    for who, numbers in months.items():
        for number in numbers:
            keys.append((EXPERIENCES[worst.get((who, number), 0)], _month_name(number)))
            active.append(1)
            next_month.append(int(number + 1 in numbers))
            three_months.append(int(any(number + later in numbers for later in (1, 2, 3))))
    return _rows(keys, active, next_month, three_months)
