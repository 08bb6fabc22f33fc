"""The entity tickets as the helpdesk shows it at a moment.

Belongs here: which of a ticket's columns are known when, and the state that follows from its changes so far.
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from orchestration.demo import markets, releases
from orchestration.demo.agents import TEAMS, Agents
from orchestration.demo.business_hours import business_seconds
from orchestration.demo.catalogue import Sellers
from orchestration.demo.clock import MINUTE, NEVER, Floats, Ints
from orchestration.demo.contacts import BUYER, CONTACT, OTHER, ROLES, SPAM
from orchestration.demo.conversations import Changes, Messages, first_words
from orchestration.demo.desk import (
    ASSIGNEE_FIELD,
    PRIORITIES,
    PRIORITY_FIELD,
    STATUS_FIELD,
    STATUSES,
    TEAM_FIELD,
    DeskLog,
)
from orchestration.demo.desk_plan import CHANNELS, TELEPHONE
from orchestration.demo.history import EntityHistory, Values, labels, look_up
from orchestration.demo.orders import TIERS, Customers, Orders
from orchestration.demo.texts import LANGUAGES
from orchestration.demo.tickets import Tickets, reason_labels

URL = "https://helpdesk.example.com/tickets/"


def ticket_history(
    tickets: Tickets, changes: Changes, messages: Messages, log: DeskLog, rank: Ints,
    orders: Orders, customers: Customers, sellers: Sellers, agents: Agents,
) -> EntityHistory:  # fmt: skip
    """Tickets from their creation on."""
    about, count = tickets.about, len(tickets)
    subject, description = first_words(tickets)
    calendars = [*(market.calendar_id for market in markets.MARKETS), None]
    calendar = np.where(about.role == OTHER, -1, about.market)
    seller_ids = sellers.history.columns["seller_id"]
    shows_seller = (tickets.known_order >= 0) | ((about.order < 0) & (about.seller >= 0))
    merged_ids = look_up(tickets.ids, tickets.merged_into)
    vendor_calendar, vendor_business = _vendor_first_response(tickets)
    yes = np.ones(count, dtype=np.bool_)
    first_solved, later = _solutions(log, rank, count)

    def state(at: int) -> Mapping[str, Values]:
        known = changes.changed_at < at
        current = {}
        for number in (STATUS_FIELD, ASSIGNEE_FIELD, TEAM_FIELD, PRIORITY_FIELD):
            rows = np.flatnonzero(known & (changes.field == number))
            # Rows are in order of time, and the last assignment to a position holds.
            values = np.full(count, -1, dtype=np.int64)
            values[changes.ticket[rows]] = changes.new[rows]
            current[number] = values
        updated_at = about.created_at.copy()
        for moments, ticket in ((messages.sent_at, messages.ticket), (changes.changed_at, changes.ticket)):
            newest = np.full(count, -NEVER, dtype=np.int64)
            past = moments < at
            newest[ticket[past]] = moments[past]
            updated_at = np.maximum(updated_at, newest)
        for moments in (tickets.merged_at, tickets.deleted_at, tickets.flagged_spam_at):
            updated_at = np.where(moments < at, np.maximum(updated_at, moments), updated_at)
        return {
            "status": labels(STATUSES, current[STATUS_FIELD]),
            "agent_id": look_up(agents.ids, current[ASSIGNEE_FIELD]),
            "team_name": labels(TEAMS, current[TEAM_FIELD]),
            "priority": labels(PRIORITIES, current[PRIORITY_FIELD]),
            "updated_at": updated_at,
        }

    return EntityHistory(
        appears_at=about.created_at,
        columns={
            "ticket_id": tickets.ids,
            "ticket_url": pa.array([URL + each for each in tickets.ids.to_pylist()], pa.string()),
            "customer_id": _askers(tickets, customers),
            "order_id": look_up(orders.ids, tickets.known_order),
            "seller_id": look_up(seller_ids, np.where(shows_seller, about.seller, -1)),
            "calendar_id": labels(calendars, calendar),
            "requester_role": labels(ROLES, about.role),
            "channel": labels(CHANNELS, tickets.channel),
            "market": labels(markets.CODES, about.market),
            "language": labels(LANGUAGES, tickets.language),
            "reason": reason_labels(tickets.reason_given),
            "tags": tickets.tags,
            "product": labels(releases.PRODUCTS, np.where(about.role == BUYER, about.platform, -1)),
            "app_version": labels(releases.NAMES, np.where(about.role == BUYER, about.version, -1)),
            "customer_tier": labels(TIERS, tickets.tier),
            "subject": subject,
            "description": description,
            "merged_into_ticket_id": merged_ids,
            "previous_ticket_id": look_up(tickets.ids, tickets.known_previous),
            "vendor_first_response_calendar_seconds": vendor_calendar,
            "vendor_first_response_business_seconds": vendor_business,
            "is_outbound": about.kind == 3,
            "is_spam": np.zeros(count, dtype=np.bool_),
            "is_test": about.kind == 2,
            "is_bot_only": about.kind == 4,
            "created_at": about.created_at,
            "picked_up_at": tickets.picked_up_at,
            "solved_at": first_solved,
            "deleted_at": tickets.deleted_at,
        },
        known_from={
            "merged_into_ticket_id": tickets.merged_at,
            "vendor_first_response_calendar_seconds": tickets.first_reply_at,
            "vendor_first_response_business_seconds": tickets.first_reply_at,
        },
        steps={
            "is_spam": [(tickets.flagged_spam_at, yes)],
            "solved_at": [(moments, moments) for moments in later],
        },
        derive=state,
    )


def _askers(tickets: Tickets, customers: Customers) -> pa.Array:
    """Who asked: customers of the shop; half of the strangers have an id that only the helpdesk knows."""
    about, count = tickets.about, len(tickets)
    stranger = (about.customer < 0) & (about.role == BUYER) & (about.kind == CONTACT) & (tickets.text_draw < 0.5)
    visitors = pa.array([f"v-{number:05d}" for number in range(1, count + 1)], pa.string())
    ids = pa.concat_arrays([customers.ids, visitors])
    return look_up(ids, np.where(stranger, len(customers.ids) + np.arange(count), about.customer))


def _vendor_first_response(tickets: Tickets) -> tuple[Floats, Floats]:
    """The helpdesk's own figures: from creation (not from the first message), in whole minutes, none for calls."""
    about = tickets.about
    has_reply = (tickets.first_reply_at < NEVER) & (tickets.channel != TELEPHONE) & (about.kind != SPAM)
    replied = np.where(has_reply, tickets.first_reply_at, about.created_at)
    calendar = (replied - about.created_at) // MINUTE * MINUTE
    business = np.zeros(len(tickets))
    names = [market.calendar_id for market in markets.MARKETS] + ["eu"]
    for name in sorted(set(names)):
        rows = np.flatnonzero(np.array([each == name for each in names])[about.market])
        seconds = business_seconds(name, about.created_at[rows], replied[rows])
        business[rows] = seconds // MINUTE * MINUTE
    return np.where(has_reply, calendar, np.nan), np.where(has_reply, business, np.nan)


def _solutions(log: DeskLog, rank: Ints, count: int) -> tuple[Ints, list[Ints]]:
    """The first time each ticket was solved, and the later ones, `NEVER` where there was none."""
    table = np.array([(moment, rank[row]) for moment, row, _ in log.solved], dtype=np.int64).reshape(-1, 2)
    table = table[np.argsort(table[:, 0], kind="stable")]
    layers: list[Ints] = []
    while len(table):
        _, first = np.unique(table[:, 1], return_index=True)
        layer = np.full(count, NEVER, dtype=np.int64)
        layer[table[first, 1]] = table[first, 0]
        layers.append(layer)
        table = np.delete(table, first, axis=0)
    return (layers[0], layers[1:]) if layers else (np.full(count, NEVER, dtype=np.int64), [])
