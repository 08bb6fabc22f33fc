"""What is written, changed and worked on tickets.

Belongs here: messages, changes and working time from the desk's log, and the short lives of tickets that no desk answers.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.demo import texts
from orchestration.demo.agents import TEAMS, Agents
from orchestration.demo.clock import HORIZON, MINUTE, NEVER, Flags, Floats, Ints
from orchestration.demo.contacts import BOT_ONLY, CONTACT, DELETED, DUPLICATE, OUTBOUND, SPAM, TEST
from orchestration.demo.desk import (
    ASSIGNEE_FIELD,
    AUTO_REPLY,
    BOT,
    BUMP,
    CANNED,
    CHASER,
    CLOSED,
    FIRST,
    FOLLOW_UP,
    NEW,
    NOTE,
    OPEN,
    PRIORITIES,
    REOPENING,
    REPEAT,
    REPLY,
    SOLVED,
    STATUS_FIELD,
    STATUSES,
    TEAM_FIELD,
    DeskLog,
)  # fmt: skip
from orchestration.demo.desk_plan import CHANNELS, CHAT
from orchestration.demo.history import EntityHistory, labels, look_up, numbered
from orchestration.demo.reasons import INDEX as REASON_INDEX
from orchestration.demo.tickets import Tickets, wish_draws

FIELDS = ("status", "assignee", "team", "priority")
SIGNED_AUTO_REPLY_SHARE = 0.25
"""Share of automatic replies that are signed by an agent: only `is_automatic` tells them from a person's."""
BOT_GREETS_SHARE = 0.5
"""Share of chats in which the bot speaks before a person does; nothing but the author's role tells."""
CHANNEL_SWITCH_SHARE = 0.05


@dataclass(frozen=True)
class Changes:
    """Columns by change, in order of time; values are positions (-1 none) in the pool of their field."""

    changed_at: Ints
    ticket: Ints
    field: Ints
    old: Ints
    new: Ints
    agent: Ints


@dataclass(frozen=True)
class Messages:
    """Columns by message, in order of time; `kind` as in `desk`."""

    sent_at: Ints
    ticket: Ints
    kind: Ints
    agent: Ints


@dataclass(frozen=True)
class Work:
    """Columns by stretch of work, in order of its end; a ticket of -1 is work on none."""

    started_at: Ints
    seconds: Ints
    ticket: Ints
    agent: Ints
    is_inferred: Flags


def add_unanswered_lives(rng: np.random.Generator, tickets: Tickets, rank: Ints, log: DeskLog, agents: Agents) -> None:
    """Add to the log what happens to tickets that no desk answers: spam, tests, outbound, bot-only, merged, deleted."""
    kinds, born = tickets.about.kind.tolist(), tickets.about.created_at.tolist()
    merged, flagged = tickets.merged_at.tolist(), tickets.flagged_spam_at.tolist()
    openers, merged_into = tickets.about.agent.tolist(), tickets.merged_into.tolist()
    original_replier = tickets.first_replier.tolist()
    team = agents.team.tolist()
    draws = rng.random(len(tickets)).tolist()
    messages, changes = log.messages, log.changes
    position_in_log = np.argsort(rank)
    for ticket in np.flatnonzero(tickets.about.kind != CONTACT).tolist():
        kind, at, row, draw = kinds[ticket], born[ticket], int(position_in_log[ticket]), draws[ticket]
        agent = openers[ticket]
        begins = OPEN if kind == OUTBOUND else NEW
        # A request that is merged or deleted later is a contact until then, and is written like one.
        written = int(tickets.first_message_at[ticket]) if kind in (DUPLICATE, DELETED) else at
        messages.append((written, row, REPLY if kind == OUTBOUND else FIRST, agent))
        changes.append((at, row, STATUS_FIELD, -1, begins, agent))
        if kind in (DUPLICATE, DELETED):
            changes.append((at, row, TEAM_FIELD, -1, 0, -1))
        if kind == DUPLICATE and merged[ticket] < NEVER:
            changes.append((merged[ticket], row, STATUS_FIELD, NEW, CLOSED, original_replier[merged_into[ticket]]))
        elif kind == SPAM:
            changes.append((flagged[ticket], row, STATUS_FIELD, NEW, CLOSED, -1))
        elif kind == TEST:
            changes.append((at + 20 * MINUTE, row, STATUS_FIELD, NEW, CLOSED, -1))
        elif kind == BOT_ONLY:
            messages.append((at + 3, row, BOT, agents.bot))
            if draw < 0.5:
                messages += [(at + 50, row, FOLLOW_UP, -1), (at + 54, row, BOT, agents.bot)]
            changes.append((at + 300, row, STATUS_FIELD, NEW, SOLVED, agents.bot))
            log.solved.append((at + 300, row, agents.bot))
        elif kind == OUTBOUND:
            changes.append((at, row, ASSIGNEE_FIELD, -1, agent, agent))
            changes.append((at, row, TEAM_FIELD, -1, team[agent], agent))
            if draw < 0.3:
                messages.append((at + int(draw * 60000) + 600, row, FOLLOW_UP, -1))
            changes.append((at + 24 * 3600, row, STATUS_FIELD, OPEN, SOLVED, agent))
            log.solved.append((at + 24 * 3600, row, agent))


def add_bot_greetings(rng: np.random.Generator, tickets: Tickets, rank: Ints, log: DeskLog, agents: Agents) -> None:
    """Let the bot speak first in half of the chats that a person answers later."""
    greeted = (
        (tickets.channel == CHAT) & (tickets.about.kind == CONTACT) & (rng.random(len(tickets)) < BOT_GREETS_SHARE)
    )
    position_in_log = np.argsort(rank)
    for ticket in np.flatnonzero(greeted).tolist():
        log.messages.append((int(tickets.first_message_at[ticket]) + 2, int(position_in_log[ticket]), BOT, agents.bot))


def _columns(rows: list[tuple[int, ...]], rank: Ints) -> list[Ints]:
    """Columns of log rows (moment, ticket, ...), in order of time, with tickets by their final position."""
    table = np.array(rows, dtype=np.int64)
    table = table[table[:, 0] < HORIZON]
    table[:, 1] = rank[table[:, 1]]
    return list(table[np.argsort(table[:, 0], kind="stable")].T)


def make_changes(log: DeskLog, rank: Ints) -> Changes:
    """All changes before the horizon."""
    return Changes(*_columns(list(log.changes), rank))


def make_messages(log: DeskLog, rank: Ints) -> Messages:
    """All messages before the horizon."""
    return Messages(*_columns(list(log.messages), rank))


def message_history(rng: np.random.Generator, messages: Messages, tickets: Tickets, agents: Agents) -> EntityHistory:
    """Messages with their authors and words."""
    kind, ticket, count = messages.kind, messages.ticket, len(messages.kind)
    signed = (kind == AUTO_REPLY) & (rng.random(count) < SIGNED_AUTO_REPLY_SHARE)
    by_agent = np.isin(kind, (REPLY, CANNED, NOTE)) | signed
    by_bot = (kind == BOT) | ((kind == AUTO_REPLY) & ~signed)
    # Automatic replies are signed by the first of the ticket's desk.
    signer = np.array([int(np.flatnonzero(agents.team == team)[0]) for team in (0, 1, 2)])
    market_desk = np.array([1, 0, 0, 0, 2, 0])
    agent = np.where(signed, signer[market_desk[tickets.about.market[ticket]]], messages.agent)
    switched = np.isin(kind, (FOLLOW_UP, BUMP, REOPENING)) & (rng.random(count) < CHANNEL_SWITCH_SHARE)
    channel = np.where(switched, rng.integers(0, 3, count), tickets.channel[ticket])
    is_canned = np.where(np.isin(kind, (REPLY, NOTE)), 0, np.where(kind == CANNED, 1, -1))
    return EntityHistory(
        appears_at=messages.sent_at,
        columns={
            "message_id": numbered("m-", 7, count),
            "ticket_id": look_up(tickets.ids, ticket),
            "agent_id": look_up(agents.ids, agent),
            "author_role": labels(("customer", "agent", "bot"), np.where(by_agent, 1, np.where(by_bot, 2, 0))),
            "channel": labels(CHANNELS, channel),
            "body": _bodies(rng, messages, tickets),
            "is_public": kind != NOTE,
            "is_automatic": kind == AUTO_REPLY,
            "is_canned": _flags(is_canned),
            "sent_at": messages.sent_at,
        },
    )


def _flags(values: Ints) -> pa.Array:
    """Booleans; -1 is null."""
    return pa.array(values == 1, mask=values < 0)


def first_words(tickets: Tickets) -> tuple[pa.Array, pa.Array]:
    """Subject and first words of each ticket, a few of which hold personal data."""
    about = tickets.about
    kinds = len(texts.LANGUAGES) * about.reason + tickets.language
    is_wish = about.reason == REASON_INDEX["feature_request"]
    draws = np.where(is_wish & (tickets.language == 0), wish_draws(tickets.text_draw), tickets.text_draw)
    subject, body = texts.request_subjects().choose(kinds, draws), texts.request_bodies().choose(kinds, draws)
    for kind, words in ((SPAM, texts.SPAM_WORDS), (TEST, texts.TEST_WORDS), (OUTBOUND, texts.OUTBOUND_WORDS)):
        chosen = pa.array(about.kind == kind)
        other = texts.phrases([words]).choose(np.zeros(len(tickets), dtype=np.int64), tickets.text_draw)
        subject, body = pc.if_else(chosen, pa.scalar(words[0][:30]), subject), pc.if_else(chosen, other, body)
    fraction = tickets.text_draw * 997 % 1
    personal = labels(texts.PERSONAL_DATA, (fraction / texts.PERSONAL_DATA_SHARE * 3).astype(np.int64).clip(0, 2))
    has_data = pa.array((fraction < texts.PERSONAL_DATA_SHARE) & (about.kind == CONTACT))
    return subject, pc.if_else(has_data, pc.binary_join_element_wise(body, personal, ""), body)


def _bodies(rng: np.random.Generator, messages: Messages, tickets: Tickets) -> pa.Array:
    kind, language = messages.kind, tickets.language[messages.ticket]
    draws: Floats = rng.random(len(kind))
    _, opening = first_words(tickets)
    body = opening.take(pa.array(messages.ticket))
    by_language = [
        texts.phrases([words[lang] for lang in texts.LANGUAGES]) for words in (texts.REPLIES, texts.FOLLOW_UPS)
    ]
    zero = np.zeros(len(kind), dtype=np.int64)
    for kinds, words in (
        ((REPLY,), by_language[0].choose(language, draws)),
        ((FOLLOW_UP,), by_language[1].choose(language, draws)),
        ((CANNED,), texts.phrases([texts.CANNED]).choose(zero, draws)),
        ((AUTO_REPLY,), texts.phrases([texts.AUTOMATIC]).choose(zero, draws)),
        ((BOT,), texts.phrases([texts.BOT_WORDS]).choose(zero, draws)),
        ((NOTE,), texts.phrases([texts.NOTES]).choose(zero, draws)),
        ((BUMP, CHASER), texts.phrases([texts.CHASES]).choose(zero, draws)),
        ((REOPENING, REPEAT), texts.phrases([texts.REOPENINGS]).choose(zero, draws)),
    ):
        body = pc.if_else(pa.array(np.isin(kind, kinds)), words, body)
    outbound = pa.array((kind == REPLY) & (tickets.about.kind[messages.ticket] == OUTBOUND))
    return pc.if_else(outbound, pa.scalar(texts.OUTBOUND_WORDS[0]), body)


def change_history(changes: Changes, tickets: Tickets, agents: Agents) -> EntityHistory:
    """Changes with their values in words."""
    pools: list[list[str]] = [list(STATUSES), agents.ids.to_pylist(), list(TEAMS), list(PRIORITIES)]
    offsets = np.cumsum([0, *(len(pool) for pool in pools)])
    words = [word for pool in pools for word in pool]
    values = [np.where(each < 0, -1, offsets[changes.field] + each) for each in (changes.old, changes.new)]
    return EntityHistory(
        appears_at=changes.changed_at,
        columns={
            "change_id": numbered("ch-", 7, len(changes.field)),
            "ticket_id": look_up(tickets.ids, changes.ticket),
            "agent_id": look_up(agents.ids, changes.agent),
            "field": labels(FIELDS, changes.field),
            "old_value": labels(words, values[0]),
            "new_value": labels(words, values[1]),
            "changed_at": changes.changed_at,
        },
    )


def make_work(log: DeskLog, rank: Ints) -> Work:
    """All stretches of work, in the order in which they were done."""
    table = np.array(log.work, dtype=np.int64)
    started_at, seconds, row, agent, is_inferred = table[np.argsort(table[:, 0] + table[:, 1], kind="stable")].T
    return Work(started_at, seconds, np.where(row < 0, -1, rank[row]), agent, is_inferred == 1)


def handle_time_history(work: Work, tickets: Tickets, agents: Agents) -> EntityHistory:
    """Working time, known when the work is done."""
    return EntityHistory(
        appears_at=work.started_at + work.seconds,
        columns={
            "handle_time_id": numbered("ht-", 6, len(work.seconds)),
            "ticket_id": look_up(tickets.ids, work.ticket),
            "agent_id": look_up(agents.ids, work.agent),
            "provenance": labels(("measured", "inferred"), work.is_inferred.astype(np.int64)),
            "handle_seconds": work.seconds.astype(np.float64),
            "started_at": work.started_at,
        },
    )
