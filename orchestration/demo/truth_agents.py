"""What each agent did in each week, counted from the desk's own log.

Belongs here: deeds and ratings by agent and week. Whose fault a rating is stands in `truth_owners`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import numpy as np

from orchestration.demo.clock import Ints, reporting_day, week_start
from orchestration.demo.desk import CANNED, CLOSED, REPLY, SOLVED, STATUS_FIELD
from orchestration.demo.surveys import POSITIVE
from orchestration.demo.truth_owners import AGENT, rating_owners
from orchestration.demo.truth_satisfaction import counted_ratings, last_replies, rated_agents

if TYPE_CHECKING:
    from orchestration.demo.world import Bookkeeping

COLUMNS = (
    "agent_id", "worked_week", "conversation_count", "reply_count", "closed_count", "first_response_count",
    "first_response_calendar_seconds_median", "resolution_calendar_seconds_median", "positive_count", "response_count",
    "own_positive_count", "own_response_count",
)  # fmt: skip


def _weeks(moments: Ints) -> list[str]:
    return week_start(reporting_day(moments)).astype("datetime64[D]").astype(str).tolist()


def _resolutions(books: Bookkeeping, at: int) -> tuple[Ints, Ints, Ints]:
    """Every time a contact was resolved: which, when, and who set the status (-1 for a rule)."""
    changes = books.changes
    rows = np.flatnonzero((changes.field == STATUS_FIELD) & (changes.changed_at < at))
    rows = rows[books.tickets.is_contact(at)[changes.ticket[rows]]]
    is_done: dict[int, bool] = {}
    found = []
    for row, ticket, new in zip(rows.tolist(), changes.ticket[rows].tolist(), changes.new[rows].tolist(), strict=True):
        done = new in (SOLVED, CLOSED)
        if done and not is_done.get(ticket, False):
            found.append(row)
        is_done[ticket] = done
    resolved = np.array(found, dtype=np.int64)
    return changes.ticket[resolved], changes.changed_at[resolved], changes.agent[resolved]


def _lower_median(values: list[int]) -> int | None:
    """The shortest duration by which half are over."""
    return sorted(values)[(len(values) - 1) // 2] if values else None


def agent_weeks(books: Bookkeeping, at: int) -> list[list[str | int | None]]:
    """Rows of `COLUMNS`, sorted; an agent has a row in a week with any deed or rating. The bot has none."""
    tickets, messages = books.tickets, books.messages
    contact = tickets.is_contact(at)
    reply = np.flatnonzero(np.isin(messages.kind, (REPLY, CANNED)) & (messages.sent_at < at) & contact[messages.ticket])
    counts: dict[str, Counter[tuple[int, str]]] = defaultdict(Counter)
    lists: dict[str, dict[tuple[int, str], list[int]]] = {"first": defaultdict(list), "resolution": defaultdict(list)}
    conversations: dict[tuple[int, str], set[tuple[int, int]]] = defaultdict(set)
    days = reporting_day(messages.sent_at[reply]).tolist()
    deeds = zip(
        messages.agent[reply].tolist(),
        _weeks(messages.sent_at[reply]),
        messages.ticket[reply].tolist(),
        days,
        strict=True,
    )
    for agent, week, ticket, day in deeds:
        counts["reply"][agent, week] += 1
        conversations[agent, week].add((ticket, day))
    first = np.flatnonzero(contact & (tickets.first_reply_at < at))
    waits = (tickets.first_reply_at - tickets.first_message_at)[first].tolist()
    for agent, week, wait in zip(
        tickets.first_replier[first].tolist(), _weeks(tickets.first_reply_at[first]), waits, strict=True
    ):
        lists["first"][agent, week].append(wait)
    ticket_of, moment, setter = _resolutions(books, at)
    replier, _ = last_replies(books, ticket_of, moment)
    closer = np.where(replier >= 0, replier, setter)
    spent = (moment - tickets.about.created_at[ticket_of]).tolist()
    for agent, week, seconds in zip(closer.tolist(), _weeks(moment), spent, strict=True):
        counts["closed"][agent, week] += 1
        lists["resolution"][agent, week].append(seconds)
    rating = counted_ratings(books, at)
    rated, _ = rated_agents(books, rating)
    is_positive = (books.ratings.value[rating] == POSITIVE).tolist()
    is_own = (rating_owners(books, rating) == AGENT).tolist()
    weeks = _weeks(books.ratings.responded_at[rating])
    for agent, week, positive, own in zip(rated.tolist(), weeks, is_positive, is_own, strict=True):
        counts["response"][agent, week] += 1
        counts["positive"][agent, week] += positive
        counts["own_response"][agent, week] += own
        counts["own_positive"][agent, week] += own and positive
    cells = sorted({cell for counter in counts.values() for cell in counter if 0 <= cell[0] != books.agents.bot})
    ids = books.agents.ids.to_pylist()
    return [
        [
            ids[cell[0]], cell[1], len(conversations[cell]), counts["reply"][cell], counts["closed"][cell],
            len(lists["first"][cell]), _lower_median(lists["first"][cell]), _lower_median(lists["resolution"][cell]),
            *(counts[name][cell] for name in ("positive", "response", "own_positive", "own_response")),
        ]
        for cell in cells
    ]  # fmt: skip


def agent_skills(books: Bookkeeping) -> dict[str, float]:
    """By agent: what moves the odds of a good rating, all else equal. The bot has none."""
    ids, skills = books.agents.ids.to_pylist(), books.agents.skill.tolist()
    return {ids[agent]: skills[agent] for agent in range(len(ids)) if agent != books.agents.bot}
