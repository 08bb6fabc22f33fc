"""Whose each rating is by the default rules, told in Python from the world's own records.

Belongs here: the rules of the seed csat_owner_rules in other words, for the world's stated reasons, and the counts by owner.
A change of that seed is a change here.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from orchestration.demo.clock import DAY, HOUR, Flags, Ints, reporting_day, week_start
from orchestration.demo.reasons import CSAT_STATED_REASONS, INDEX
from orchestration.demo.surveys import POSITIVE
from orchestration.demo.truth_satisfaction import counted_ratings, rated_agents

if TYPE_CHECKING:
    from orchestration.demo.world import Bookkeeping

OWNERS = ("agent", "product", "policy", "logistics", "coverage", "unknown")
AGENT, PRODUCT, POLICY, LOGISTICS, COVERAGE, UNKNOWN = range(6)
TARGET_SECONDS = 2 * HOUR


def covered_seconds(books: Bookkeeping, since: Ints, until: Ints) -> Ints:
    """Of each stretch of time, the seconds in which anybody was on shift."""
    order = np.argsort(books.shifts.starts_at, kind="stable")
    starts, ends = books.shifts.starts_at[order], np.maximum.accumulate(books.shifts.ends_at[order])
    is_new = np.concatenate([[True], starts[1:] > ends[:-1]])
    first = np.flatnonzero(is_new)
    starts, ends = starts[first], ends[np.concatenate([first[1:] - 1, [len(ends) - 1]])]
    before = np.concatenate([[0], np.cumsum(ends - starts)])

    def clock(moment: Ints) -> Ints:
        place = np.searchsorted(starts, moment, side="right") - 1
        here = np.maximum(place, 0)
        return np.where(place < 0, 0, before[here] + np.minimum(moment, ends[here]) - starts[here])

    return clock(until) - clock(since)


def rating_owners(books: Bookkeeping, rating: Ints) -> Ints:
    """The owner of each rating, a position in `OWNERS`: the first rule that holds."""
    tickets, ratings = books.tickets, books.ratings
    ticket = ratings.ticket[rating]
    has_ticket, row = ticket >= 0, np.maximum(ticket, 0)
    stated = ratings.stated[rating]
    reason = np.where(has_ticket, tickets.stated[row], -1)
    asked, replied = tickets.first_message_at[row], tickets.first_reply_at[row]
    waited = np.where(has_ticket, replied - asked, -1)
    uncovered = np.where(has_ticket, waited - covered_seconds(books, asked, replied), 0)
    mostly_uncovered = (waited > 0) & (uncovered >= 0.5 * waited)
    agent, _ = rated_agents(books, rating)

    def says(word: str) -> Flags:
        return np.asarray(stated == CSAT_STATED_REASONS.index(word))

    def about(*codes: str) -> Flags:
        return np.isin(reason, [INDEX[code] for code in codes])

    rules = (
        (says("product_problem"), PRODUCT),
        (says("delivery_problem"), LOGISTICS),
        (says("policy"), POLICY),
        (says("too_slow") & (mostly_uncovered | (waited > TARGET_SECONDS)), COVERAGE),
        (says("agent_unhelpful") & (agent >= 0), AGENT),
        (about("payment_problem", "app_problem"), PRODUCT),
        (about("where_is_my_order", "item_not_received"), LOGISTICS),
        (about("item_damaged", "wrong_item"), PRODUCT),
        ((waited >= DAY) & mostly_uncovered, COVERAGE),
        (waited >= 3 * DAY, COVERAGE),
        (agent >= 0, AGENT),
    )
    return np.select([condition for condition, _ in rules], [owner for _, owner in rules], default=UNKNOWN)


def csat_by_owner_week(books: Bookkeeping, at: int) -> list[list[str | int]]:
    """Rows (owner, week, positive, all), sorted."""
    rating = counted_ratings(books, at)
    weeks = week_start(reporting_day(books.ratings.responded_at[rating])).astype("datetime64[D]").astype(str).tolist()
    owners = [OWNERS[owner] for owner in rating_owners(books, rating).tolist()]
    is_positive = (books.ratings.value[rating] == POSITIVE).tolist()
    cells = list(zip(owners, weeks, strict=True))
    counts = Counter(cells)
    positive = Counter(cell for cell, is_good in zip(cells, is_positive, strict=True) if is_good)
    return [[*key, positive[key], count] for key, count in sorted(counts.items())]
