"""What each contact went through, replayed ticket by ticket from the desk's own log.

Belongs here: the waits, turns, hands and messages of single contacts. Counts over contacts are in `truth_flow`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from orchestration.demo import markets, reasons
from orchestration.demo.business_hours import business_seconds
from orchestration.demo.clock import NEVER, Ints
from orchestration.demo.contacts import OTHER
from orchestration.demo.desk import (
    ASSIGNEE_FIELD,
    BUMP,
    CANNED,
    CHASER,
    CLOSED,
    FIRST,
    FOLLOW_UP,
    HOLD,
    NEW,
    OPEN,
    PENDING,
    REOPENING,
    REPEAT,
    REPLY,
    SOLVED,
    STATUS_FIELD,
    TEAM_FIELD,
)
from orchestration.demo.desk_plan import CHANNELS
from orchestration.demo.truth_owners import covered_seconds

if TYPE_CHECKING:
    from orchestration.demo.world import Bookkeeping

COLUMNS = (
    "ticket_id", "market", "channel", "contact_reason", "created_at", "waiting_from_at", "first_response_at",
    "first_response_business_seconds", "waited_covered_calendar_seconds", "first_resolved_at", "resolved_at", "reopen_count",
    "human_reply_count", "customer_message_count", "replying_agent_count", "conversation_calendar_seconds", "hand_off_count",
    "escalation_count", "next_response_count", "total_reply_calendar_seconds", "requester_wait_calendar_seconds",
    "agent_wait_calendar_seconds", "on_hold_calendar_seconds", "is_first_canned", "is_followed_at_once",
    "substantive_response_at", "next_contact_calendar_seconds", "next_same_contact_calendar_seconds",
    "same_issue_calendar_seconds", "is_chaser", "waited_business_seconds", "open_business_seconds", "picked_up_at",
    "is_order_linked",
)  # fmt: skip
WAIT_COLUMNS = ("ticket_id", "market", "waiting_from_at", "waiting_until_at", "ended_by", "waited_business_seconds")
CALENDARS = [*(market.calendar_id for market in markets.MARKETS), "eu"]
"""By market; what is nobody's has the calendar that the demo's installation takes as its default."""
CUSTOMER_KINDS = (FIRST, FOLLOW_UP, BUMP, CHASER, REOPENING, REPEAT)
AT_ONCE_SECONDS = 300
_REQUEST, _ANSWER, _RESOLUTION = range(3)


@dataclass
class Life:
    """One contact: (moment, kind, agent) of what was said in public by people, and (moment, old, new) of its changes."""

    said: list[tuple[int, int, int]] = field(default_factory=list)
    statuses: list[tuple[int, int]] = field(default_factory=list)
    assignees: list[int] = field(default_factory=list)
    teams: list[int] = field(default_factory=list)

    def stretches(self, at: int) -> list[tuple[int, int, int]]:
        """(status, from, until) until the cut."""
        ends = [moment for moment, _ in self.statuses[1:]] + [at]
        return [(status, moment, end) for (moment, status), end in zip(self.statuses, ends, strict=True)]

    def turns(self) -> tuple[list[int], list[int]]:
        """When it was resolved, and when it was opened again."""
        resolved, reopened, was_done = [], [], False
        for moment, status in self.statuses:
            is_done = status in (SOLVED, CLOSED)
            if is_done and not was_done:
                resolved.append(moment)
            elif was_done and not is_done:
                reopened.append(moment)
            was_done = is_done
        return resolved, reopened

    def waits(self, at: int) -> list[tuple[int, int, str]]:
        """(from, until, ended by reply, resolution or nothing): from a message that nobody has answered yet."""
        resolved, reopened = self.turns()
        steps = [(moment, _REQUEST if kind in CUSTOMER_KINDS else _ANSWER) for moment, kind, _ in self.said]
        steps += [(moment, _RESOLUTION) for moment in resolved]
        found: list[tuple[int, int, str]] = []
        since: int | None = None
        for moment, step in sorted(steps):
            if step == _REQUEST:
                since = moment if since is None else since
            elif since is not None:
                found.append((since, moment, "reply" if step == _ANSWER else "resolution"))
                since = None
        is_over = len(resolved) > len(reopened)
        if since is not None and not (is_over and since >= resolved[-1]):
            found.append((since, at, "nothing"))
        return found


def lives(books: Bookkeeping, at: int) -> dict[int, Life]:
    """The contacts known just before an instant, by position."""
    found = {int(ticket): Life() for ticket in np.flatnonzero(books.tickets.is_contact(at))}
    messages, changes = books.messages, books.changes
    for moment, ticket, kind, agent in zip(
        messages.sent_at.tolist(),
        messages.ticket.tolist(),
        messages.kind.tolist(),
        messages.agent.tolist(),
        strict=True,
    ):
        if moment < at and ticket in found and kind in (*CUSTOMER_KINDS, REPLY, CANNED):
            found[ticket].said.append((moment, kind, agent))
    for moment, ticket, which, new in zip(
        changes.changed_at.tolist(), changes.ticket.tolist(), changes.field.tolist(), changes.new.tolist(), strict=True
    ):
        if moment >= at or ticket not in found or new < 0:
            continue
        life = found[ticket]
        if which == STATUS_FIELD:
            life.statuses.append((moment, new))
        elif which == ASSIGNEE_FIELD:
            life.assignees.append(new)
        elif which == TEAM_FIELD:
            life.teams.append(new)
    return found


def contacts(books: Bookkeeping, at: int) -> dict[str, Any]:
    """Rows of `COLUMNS`, instants in seconds since 1970; null for what has not happened."""
    tickets = books.tickets
    by_ticket = lives(books, at)
    position = np.array(sorted(by_ticket), dtype=np.int64)
    asked = tickets.first_message_at[position]
    replied = np.where(tickets.first_reply_at[position] < at, tickets.first_reply_at[position], NEVER)
    covered = covered_seconds(books, np.minimum(asked, at), np.minimum(replied, at))
    waited = _business(books, position, asked, np.minimum(replied, at))
    is_answered = replied < NEVER
    turns = [by_ticket[ticket].turns() for ticket in position.tolist()]
    resolved_at = np.array([each[0][-1] if len(each[0]) > len(each[1]) else NEVER for each in turns], dtype=np.int64)
    created = tickets.about.created_at[position]
    was_open = _business(books, position, created, np.minimum(resolved_at, at))
    picked_up = np.where(tickets.picked_up_at[position] < at, tickets.picked_up_at[position], NEVER)
    following = _following(books, by_ticket)
    ids = tickets.ids.take(position).to_pylist()
    stated = [*reasons.CODES, "uncategorised"]
    rows = []
    for row, ticket in enumerate(position.tolist()):
        life = by_ticket[ticket]
        resolved, reopened = turns[row]
        answers = [(moment, kind) for moment, kind, _ in life.said if kind in (REPLY, CANNED)]
        waits = life.waits(at)
        spent: defaultdict[int, int] = defaultdict(int)
        for status, since, until in life.stretches(at):
            spent[status] += until - since
        moments = [moment for moment, _, _ in life.said]
        rows.append(
            [
                ids[row], [*markets.CODES, "unknown"][tickets.about.market[ticket]], CHANNELS[tickets.channel[ticket]],
                stated[tickets.stated[ticket]], int(tickets.about.created_at[ticket]), int(asked[row]),
                _known(replied[row]), waited[row] if is_answered[row] else None, int(covered[row]) if asked[row] < at else None,
                resolved[0] if resolved else None, _known(resolved_at[row]), len(reopened),
                len(answers), len(moments) - len(answers),
                len({agent for _, kind, agent in life.said if kind in (REPLY, CANNED)}),
                max(moments) - min(moments) if moments else None, _moves(life.assignees), _moves(life.teams),
                sum(ended == "reply" for _, _, ended in waits[1:]),
                sum(until - since for since, until, ended in waits if ended == "reply") if answers else None,
                spent[NEW] + spent[OPEN] + spent[HOLD], spent[PENDING], spent[HOLD],
                answers[0][1] == CANNED if answers else None,
                len(answers) > 1 and answers[1][0] - answers[0][0] <= AT_ONCE_SECONDS,
                next((moment for moment, kind in answers if kind == REPLY), None),
                *following[ticket], bool(tickets.known_previous[ticket] >= 0),
                waited[row], was_open[row], _known(picked_up[row]), bool(tickets.known_order[ticket] >= 0),
            ]
        )  # fmt: skip
    return {"columns": list(COLUMNS), "rows": rows}


def response_waits(books: Bookkeeping, at: int) -> dict[str, Any]:
    """Rows of `WAIT_COLUMNS`: every wait after a contact's first one."""
    tickets = books.tickets
    ids = tickets.ids.to_pylist()
    names = [*markets.CODES, "unknown"]
    waits = [(ticket, *wait) for ticket, life in lives(books, at).items() for wait in life.waits(at)[1:]]
    ticket, since, until = (np.array([wait[place] for wait in waits], dtype=np.int64) for place in range(3))
    rows = [
        [ids[which], names[tickets.about.market[which]], begins, ends, ended_by, seconds]
        for (which, begins, ends, ended_by), seconds in zip(waits, _business(books, ticket, since, until), strict=True)
    ]
    return {"columns": list(WAIT_COLUMNS), "rows": rows}


def _known(moment: int) -> int | None:
    return None if moment >= NEVER else int(moment)


def _moves(values: list[int]) -> int:
    return sum(one != other for one, other in pairwise(values))


def _business(books: Bookkeeping, ticket: Ints, since: Ints, until: Ints) -> list[int]:
    """Open seconds of stretches of tickets, by the company's own hours with all their versions and half holidays.

    A market goes by its desk's calendar; who is no customer has no market's.
    """
    about = books.tickets.about
    market = np.where(about.role[ticket] == OTHER, len(markets.CODES), about.market[ticket])
    found = np.zeros(len(ticket), dtype=np.int64)
    for number, name in enumerate(CALENDARS):
        rows = np.flatnonzero(market == number)
        found[rows] = np.round(business_seconds(name, since[rows], until[rows]))
    return [int(seconds) for seconds in found]


def _following(books: Bookkeeping, by_ticket: dict[int, Life]) -> dict[int, tuple[int | None, int | None, int | None]]:
    """Per contact: seconds from its first resolution to the person's next contact, about anything and about the same.

    The third is to the same issue's return: the next contact about the same or the reopening, whichever is first.
    Whoever is no customer of the shop has written once.
    """
    tickets = books.tickets
    of_person: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for ticket in by_ticket:
        customer = int(tickets.about.customer[ticket])
        if customer >= 0:
            of_person[customer].append((int(tickets.about.created_at[ticket]), ticket))
    found: dict[int, tuple[int | None, int | None, int | None]] = {}
    for ticket, life in by_ticket.items():
        resolved, reopened = life.turns()
        later = [
            (moment, other)
            for moment, other in sorted(of_person[int(tickets.about.customer[ticket])])
            if resolved and other != ticket and moment >= resolved[0]
        ]
        same = [moment for moment, other in later if tickets.stated[other] == tickets.stated[ticket]]
        found[ticket] = (
            later[0][0] - resolved[0] if later else None,
            same[0] - resolved[0] if same else None,
            min([*same, *reopened]) - resolved[0] if same or reopened else None,
        )
    return found
