"""Each answer and each offer of the surveys after a contact, one by one, from the world's own records.

Belongs here: what one answer says, about which work, and whose it is. Counts over them are in `truth_satisfaction`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from orchestration.demo import markets, reasons
from orchestration.demo.clock import Ints
from orchestration.demo.desk_plan import CHANNELS
from orchestration.demo.surveys import EFFORT_SCALES, INVALID, NEGATIVE, NEUTRAL, POSITIVE, effort_scales
from orchestration.demo.truth_owners import OWNERS, covered_seconds, rating_owners
from orchestration.demo.truth_satisfaction import agent_keys, counted_ratings, names, rated_agents

if TYPE_CHECKING:
    from orchestration.demo.world import Bookkeeping

RATING_COLUMNS = (
    "market", "channel", "contact_reason", "coverage", "agent_key", "rating_owner", "rating", "responded_at",
)  # fmt: skip
OFFER_COLUMNS = ("survey_type", "scale", "market", "is_responded", "offered_at")
EFFORT_COLUMNS = ("scale", "market", "score", "tried", "responded_at")
WORDS = {POSITIVE: "positive", NEUTRAL: "neutral", NEGATIVE: "negative"}


def surveys(books: Bookkeeping, at: int) -> dict[str, Any]:
    """All three, each as columns and rows; instants in seconds since 1970."""
    return {
        "ratings": {"columns": list(RATING_COLUMNS), "rows": _ratings(books, at)},
        "offers": {"columns": list(OFFER_COLUMNS), "rows": _offers(books, at)},
        "efforts": {"columns": list(EFFORT_COLUMNS), "rows": _efforts(books, at)},
    }


def _of_ticket(values: Ints, ticket: Ints) -> Ints:
    """A column of tickets for answers; -1 where the answer names none."""
    return np.where(ticket >= 0, values[np.maximum(ticket, 0)], -1)


def _markets(books: Bookkeeping, ticket: Ints) -> list[str]:
    return names(markets.CODES, _of_ticket(books.tickets.about.market, ticket))


def _ratings(books: Bookkeeping, at: int) -> list[list[Any]]:
    """The ratings that count, with whether anybody was on shift when the contact was written."""
    tickets, rating = books.tickets, counted_ratings(books, at)
    ticket = books.ratings.ticket[rating]
    created = _of_ticket(tickets.about.created_at, ticket)
    is_covered = covered_seconds(books, created, created + 1) > 0
    agent, _ = rated_agents(books, rating)
    stated = np.where(tickets.stated < 0, len(reasons.CODES), tickets.stated)
    columns = (
        _markets(books, ticket),
        names(CHANNELS, _of_ticket(tickets.channel, ticket)),
        names([*reasons.CODES, "uncategorised"], _of_ticket(stated, ticket)),
        names(("uncovered", "covered"), np.where(ticket >= 0, is_covered.astype(np.int64), -1)),
        agent_keys(books, agent),
        [OWNERS[owner] for owner in rating_owners(books, rating).tolist()],
        [WORDS[value] for value in books.ratings.value[rating].tolist()],
        books.ratings.responded_at[rating].tolist(),
    )
    return [list(row) for row in zip(*columns, strict=True)]


def _offers(books: Bookkeeping, at: int) -> list[list[Any]]:
    """Each with whether a usable answer to it has come."""
    offers, ratings, efforts = books.offers, books.ratings, books.efforts
    is_responded = np.zeros(len(offers.ticket), dtype=np.bool_)
    # An answer that shows no ticket shows no offer either.
    usable = (ratings.responded_at < at) & (ratings.value != INVALID) & (ratings.ticket >= 0)
    is_responded[ratings.offer[usable]] = True
    is_responded[efforts.offer[efforts.responded_at < at]] = True
    row = np.flatnonzero(offers.offered_at < at)
    scale = names(EFFORT_SCALES, effort_scales(offers.offered_at[row]))
    return [
        ["ces" if is_effort else "csat", each if is_effort else None, market, responded, moment]
        for is_effort, each, market, responded, moment in zip(
            offers.is_effort[row].tolist(), scale, _markets(books, offers.ticket[row]), is_responded[row].tolist(),
            offers.offered_at[row].tolist(), strict=True,
        )
    ]  # fmt: skip


def _efforts(books: Bookkeeping, at: int) -> list[list[Any]]:
    """Each with how far the customer agrees that the agent tried hard; none where that was not asked."""
    efforts = books.efforts
    row = np.flatnonzero(efforts.responded_at < at)
    return [
        [scale, market, score, tried if tried > 0 else None, moment]
        for scale, market, score, tried, moment in zip(
            names(EFFORT_SCALES, efforts.scale[row]), _markets(books, efforts.ticket[row]), efforts.score[row].tolist(),
            efforts.tried[row].tolist(), efforts.responded_at[row].tolist(), strict=True,
        )
    ]  # fmt: skip
