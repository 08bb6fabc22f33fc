"""What a perfect warehouse would find about satisfaction and effort, counted from the world's own records.

Belongs here: which answers count, whose work they rate and where they fall.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from orchestration.demo import markets, reasons
from orchestration.demo.agents import TEAMS
from orchestration.demo.clock import Ints, reporting_day
from orchestration.demo.desk import CANNED, REPLY
from orchestration.demo.desk_plan import CHANNELS
from orchestration.demo.orders import TIERS
from orchestration.demo.surveys import EFFORT_SCALES, INVALID, NEGATIVE, NEUTRAL, POSITIVE, effort_scales
from orchestration.demo.texts import LANGUAGES

if TYPE_CHECKING:
    from orchestration.demo.world import Bookkeeping

Truth = dict[str, Any]
_TICKET_SHIFT = 2**33
"""Above any instant, so that ticket and instant make one sortable number."""


def counted_ratings(books: Bookkeeping, at: int) -> Ints:
    """The positions of the ratings that count: the latest valid one of each ticket; those without a ticket one by one."""
    ratings = books.ratings
    valid = (ratings.responded_at < at) & (ratings.value != INVALID)
    latest = np.full(len(books.tickets), -1, dtype=np.int64)
    named = np.flatnonzero(valid & (ratings.ticket >= 0))
    latest[ratings.ticket[named]] = named
    return np.concatenate([latest[latest >= 0], np.flatnonzero(valid & (ratings.ticket < 0))])


def last_replies(books: Bookkeeping, ticket: Ints, moment: Ints) -> tuple[Ints, Ints]:
    """Per ticket and instant: who had answered last by then, and when; -1 where nobody had."""
    messages = books.messages
    reply = np.flatnonzero(np.isin(messages.kind, (REPLY, CANNED)))
    key = messages.ticket[reply] * _TICKET_SHIFT + messages.sent_at[reply]
    order = np.argsort(key, kind="stable")
    place = np.searchsorted(key[order], ticket * _TICKET_SHIFT + moment, side="right") - 1
    found = reply[order][np.maximum(place, 0)]
    is_there = (place >= 0) & (ticket >= 0) & (messages.ticket[found] == ticket)
    return np.where(is_there, messages.agent[found], -1), np.where(is_there, messages.sent_at[found], -1)


def teams_at(books: Bookkeeping, agent: Ints, moment: Ints) -> Ints:
    """The team of each agent at an instant; -1 for none."""
    team = np.full(len(agent), -1, dtype=np.int64)
    stretches = books.memberships
    for who, where, since, until in zip(
        stretches.agent.tolist(),
        stretches.team.tolist(),
        stretches.since.tolist(),
        stretches.until.tolist(),
        strict=True,
    ):
        team[(agent == who) & (moment >= since) & (moment < until)] = where
    return team


def rated_agents(books: Bookkeeping, rating: Ints) -> tuple[Ints, Ints]:
    """Per rating: the agent whose work it rates and the agent's team at the reply; -1 for none."""
    ratings = books.ratings
    replier, replied_at = last_replies(books, ratings.ticket[rating], ratings.responded_at[rating])
    agent = np.where(ratings.named_agent[rating] >= 0, ratings.named_agent[rating], replier)
    return agent, teams_at(books, agent, np.where(replied_at >= 0, replied_at, ratings.responded_at[rating]))


def names(pool: list[str] | tuple[str, ...], positions: Ints) -> list[str]:
    """Words by position; 'unknown' for what is outside the pool."""
    return [pool[position] if 0 <= position < len(pool) else "unknown" for position in positions.tolist()]


def months(moments: Ints) -> list[str]:
    """The first day of the month of each instant, in the reporting time zone."""
    return (
        reporting_day(moments)
        .astype("datetime64[D]")
        .astype("datetime64[M]")
        .astype("datetime64[D]")
        .astype(str)
        .tolist()
    )


def agent_keys(books: Bookkeeping, agent: Ints) -> list[str]:
    """Agents as the warehouse keys them."""
    return names([f"helpdesk:{key}" for key in books.agents.ids.to_pylist()], agent)


def _dimensions(books: Bookkeeping, ticket: Ints, agent: Ints, team: Ints) -> dict[str, list[str]]:
    tickets = books.tickets

    def of_ticket(values: Ints) -> Ints:
        return np.where(ticket >= 0, values[np.maximum(ticket, 0)], -1)

    stated = np.where(tickets.stated < 0, len(reasons.CODES), tickets.stated)
    return {
        "all": ["all"] * len(ticket),
        "agent": agent_keys(books, agent),
        "channel": names(CHANNELS, of_ticket(tickets.channel)),
        "contact reason": names([*reasons.CODES, "uncategorised"], of_ticket(stated)),
        "customer tier": names(TIERS, of_ticket(tickets.tier)),
        "language": names(LANGUAGES, of_ticket(tickets.language)),
        "market": names(markets.CODES, of_ticket(tickets.about.market)),
        "team": names(TEAMS, team),
    }


def csat_by_dimension_month(books: Bookkeeping, at: int) -> list[list[Any]]:
    """Rows (dimension, value, month, positive, neutral, negative, offered), sorted; no row without any count."""
    rating = counted_ratings(books, at)
    value, ticket = books.ratings.value[rating], books.ratings.ticket[rating]
    responded = months(books.ratings.responded_at[rating])
    offer = np.flatnonzero(~books.offers.is_effort & (books.offers.offered_at < at))
    offers, offered = books.offers.ticket[offer], months(books.offers.offered_at[offer])
    replier, replied_at = last_replies(books, offers, books.offers.offered_at[offer])
    rated = _dimensions(books, ticket, *rated_agents(books, rating))
    asked = _dimensions(books, offers, replier, teams_at(books, replier, replied_at))
    counts: Counter[tuple[str, str, str, int]] = Counter()
    for dimension in rated:
        for what, month, answer in zip(rated[dimension], responded, value.tolist(), strict=True):
            counts[dimension, what, month, answer] += 1
        for what, month in zip(asked[dimension], offered, strict=True):
            counts[dimension, what, month, INVALID] += 1
    return [
        [*cell, *(counts[(*cell, kind)] for kind in (POSITIVE, NEUTRAL, NEGATIVE, INVALID))]
        for cell in sorted({key[:3] for key in counts})
    ]


def ces_by_scale(books: Bookkeeping, at: int) -> Truth:
    """Per scale: the answers by score, and the offers; and the answers to whether the agent tried hard, by agreement."""
    efforts, offers = books.efforts, books.offers
    known = efforts.responded_at < at
    asked = offers.is_effort & (offers.offered_at < at)
    scale_of_offer = effort_scales(offers.offered_at)
    return {
        name: {
            "offered_count": int((asked & (scale_of_offer == number)).sum()),
            "responses_by_score": _by_score(efforts.score[known & (efforts.scale == number)]),
            "agent_effort_by_score": _by_score(efforts.tried[known & (efforts.scale == number) & (efforts.tried > 0)]),
        }
        for number, name in enumerate(EFFORT_SCALES)
    }


def _by_score(scores: Ints) -> dict[str, int]:
    found, counts = np.unique(scores, return_counts=True)
    return dict(zip([str(score) for score in found.tolist()], counts.tolist(), strict=True))
