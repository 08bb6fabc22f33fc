"""The world's helpdesk as a Zammad instance has it.

Belongs here: from the contract's rows to the vendor's records. What Zammad cannot say is lost on the way: accounted time is
measured and about a ticket, a priority and a group are never missing, a calendar has one version without halves of holidays,
nobody knows whether a reply was a saved one, and a ticket that was deleted was never there.
"""

import html
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from orchestration.demo.agents import TEAMS
from orchestration.demo.stand_ins.zammad import Instance, Record, ZammadStandIn
from orchestration.demo.stand_ins.zammad_people import (
    AGENT_FIELDS,
    CUSTOMER_FIELDS,
    EMPLOYMENTS,
    agent_number,
    agents,
    calendar_ids,
    calendars,
    customers,
    instant,
    rows_of,
    user_id,
)
from orchestration.demo.world import World

FIRST_ENTRY_OF_TICKET = 50_000_000
"""Ids of entries that every ticket has: of its creation and of a merge, far above those of changes."""
INBOX = "Incoming"
NO_PRIORITY = "2 normal"
TICKET_FIELDS = {
    "order_id": "order_number",
    "seller_id": "seller",
    "requester_role": "asked_by",
    "channel": "entry_channel",
    "market": "market",
    "language": "language",
    "reason": "contact_reason",
    "product": "product",
    "app_version": "app_version",
    "customer_tier": "tier",
    "previous_ticket_id": "follows",
    "is_spam": "spam",
    "is_test": "test",
    "is_bot_only": "bot_only",
}
"""The ticket attribute that holds each column of the contract."""
SETTINGS: dict[str, Any] = {
    "time_accounting_unit": "seconds",
    "customer_reference": "customer_number",
    "inbox_groups": [INBOX],
    "statuses": {"on hold": "hold", "solved": "solved"},
    "employments": EMPLOYMENTS,
    "ticket_fields": TICKET_FIELDS,
    "customer_fields": CUSTOMER_FIELDS,
    "agent_fields": AGENT_FIELDS,
}
"""What an installation says in sources.toml to read this instance."""
STATES = (
    (1, "new", "new", 1),
    (2, "open", "open", 2),
    (3, "pending reminder", "pending reminder", 3),
    (4, "closed", "closed", 5),
    (5, "merged", "merged", 6),
    (7, "pending close", "pending action", 4),
    (8, "on hold", "pending reminder", 3),
    (9, "solved", "closed", 5),
)
STATE_IDS = {"new": 1, "open": 2, "pending": 3, "hold": 8, "solved": 9, "closed": 4}
STATE_NAMES = {number: name for number, name, _, _ in STATES}
PRIORITIES = {NO_PRIORITY: 2, "high": 3, "low": 1, "normal": 4, "urgent": 5}
ARTICLE_TYPES = {"email": "email", "chat": "chat", "telephone": "phone", "messaging": "sms", "social": "twitter status"}
UNIT_SECONDS = {"seconds": 1, "minutes": 60, "quarters": 900, "hours": 3600}


def from_world(world: World, *, token: str, tickets: pa.Table | None = None, **server: Any) -> ZammadStandIn:
    """A stand-in with the instance of `instance_of`."""
    return ZammadStandIn(instance_of(world, tickets), token=token, **server)


def instance_of(world: World, tickets: pa.Table | None = None, unit: str = "seconds") -> Instance:
    """The world's helpdesk at its cut.

    Args:
        world: the world.
        tickets: those of the world's tickets that this instance holds; all by default. Deleted ones left no trace.
        unit: what the instance accounts time in.
    """
    held = [row for row in rows_of(world["tickets"] if tickets is None else tickets) if row["deleted_at"] is None]
    ids = pa.array([row["ticket_id"] for row in held])
    messages, changes, work = (
        _by_ticket(world[entity], ids) for entity in ("ticket_messages", "ticket_changes", "handle_times")
    )
    instance = Instance(
        users=agents(world) | customers(world, held),
        groups=[{"id": number, "name": name, "active": True} for name, number in GROUPS.items()],
        states=[_state(*each) for each in STATES],
        priorities=[{"id": number, "name": name, "active": True} for name, number in PRIORITIES.items()],
        calendars=calendars(world),
        slas=[_sla(number, name) for number, name in enumerate(calendar_ids(world), start=1)],
    )
    numbers = {calendar["name"]: calendar["id"] for calendar in instance.calendars}
    for row in held:
        number = int(row["ticket_id"])
        asker = user_id(row)
        instance.tickets[number] = _ticket(row, changes[row["ticket_id"]], numbers)
        instance.articles[number] = [_article(each, number, asker) for each in messages[row["ticket_id"]]]
        instance.histories[number] = _history(row, changes[row["ticket_id"]])
        instance.time_accountings[number] = [
            _accounting(each, number, unit) for each in work[row["ticket_id"]] if each["provenance"] == "measured"
        ]
        instance.tags[number] = row["tags"].split("|") if row["tags"] else []
        instance.tickets[number]["article_count"] = len(instance.articles[number])
    _merge(instance, held)
    return instance


GROUPS = {INBOX: 1} | {name: number for number, name in enumerate(TEAMS, start=2)}


def _ticket(row: Record, changes: list[Record], numbers: dict[str, int]) -> Record:
    opener = next(
        (each["agent_id"] for each in changes if each["old_value"] is None and each["field"] == "status"), None
    )
    calendar, calendar_seconds = row["calendar_id"], row["vendor_first_response_calendar_seconds"]
    business_seconds = row["vendor_first_response_business_seconds"]
    answered = None if calendar_seconds is None else instant(row["created_at"] + int(calendar_seconds) * 1_000_000)
    created_by = agent_number(opener) if opener else user_id(row)
    return {
        "id": int(row["ticket_id"]),
        "group_id": GROUPS[row["team_name"] or INBOX],
        "priority_id": PRIORITIES[row["priority"] or NO_PRIORITY],
        "state_id": STATE_IDS[row["status"]],
        "organization_id": None,
        "number": f"53{row['ticket_id']}",
        "title": row["subject"],
        "owner_id": agent_number(row["agent_id"]),
        "customer_id": user_id(row),
        "note": None,
        "first_response_at": answered,
        "first_response_escalation_at": None,
        "first_response_in_min": None if business_seconds is None else int(business_seconds // 60),
        "first_response_diff_in_min": None,
        "close_at": instant(row["solved_at"]),
        "close_escalation_at": None,
        "close_in_min": None,
        "close_diff_in_min": None,
        "last_close_at": instant(row["solved_at"]),
        "last_contact_at": None,
        "last_owner_update_at": None,
        "create_article_type_id": 1,
        "create_article_sender_id": 1 if row["is_outbound"] else 2,
        "create_article_type": ARTICLE_TYPES.get(row["channel"], "web"),
        "create_article_sender": "Agent" if row["is_outbound"] else "Customer",
        "escalation_at": None,
        "pending_time": None,
        "type": None,
        "time_unit": None,
        "preferences": {"escalation_calculation": {"calendar_id": numbers[calendar]}} if calendar else {},
        "updated_by_id": created_by,
        "created_by_id": created_by,
        "created_at": instant(row["created_at"]),
        "updated_at": instant(row["updated_at"]),
        **{attribute: row[column] for column, attribute in TICKET_FIELDS.items()},
    }


def _article(message: Record, ticket: int, asker: int) -> Record:
    number, role = int(message["message_id"].removeprefix("m-")), message["author_role"]
    is_rule = role == "bot" and message["agent_id"] is None
    sender = "Customer" if role == "customer" else "System" if is_rule else "Agent"
    author = asker if role == "customer" else agent_number(message["agent_id"])
    preferences: Record = {"perform_origin": "trigger", "notification": True} if is_rule else {}
    if message["is_automatic"] and not is_rule:
        preferences = {"is-auto-response": True, "send-auto-response": False}
    is_html = message["channel"] == "email"
    return {
        "id": number,
        "ticket_id": ticket,
        "from": f"{sender} <user-{author}@mail.example>",
        "to": "help@shop.example",
        "cc": None,
        "subject": None,
        "content_type": "text/html" if is_html else "text/plain",
        "body": f"<div>{html.escape(message['body'])}<br></div>" if is_html else message["body"],
        "internal": not message["is_public"],
        "type": ARTICLE_TYPES.get(message["channel"], "web") if message["is_public"] else "note",
        "sender": sender,
        "preferences": preferences,
        "attachments": [],
        "origin_by_id": None,
        "created_by_id": author,
        "updated_by_id": author,
        "created_at": instant(message["sent_at"]),
        "updated_at": instant(message["sent_at"]),
    }


def _history(row: Record, changes: list[Record]) -> list[Record]:
    number = int(row["ticket_id"])
    opener = next(
        (each["agent_id"] for each in changes if each["old_value"] is None and each["field"] == "status"), None
    )
    created = {"id": FIRST_ENTRY_OF_TICKET + 3 * number, "o_id": number, "object": "Ticket", "type": "created"}
    entries = [
        {
            **created,
            "created_by_id": agent_number(opener) if opener else user_id(row),
            "created_at": instant(row["created_at"]),
        }
    ]
    for change in changes:
        if change["old_value"] is None and change["field"] != "assignee":
            continue  # what a ticket was created with stands in no history
        attribute, old_id, new_id = _values(change)
        names = STATE_NAMES if attribute == "state" else {}
        entries.append(
            {
                "id": int(change["change_id"].removeprefix("ch-")),
                "o_id": number,
                "object": "Ticket",
                "type": "updated",
                "attribute": attribute,
                "id_from": old_id,
                "id_to": new_id,
                "value_from": names.get(old_id, change["old_value"] or "-"),
                "value_to": names.get(new_id, change["new_value"] or "-"),
                "created_by_id": agent_number(change["agent_id"]),
                "created_at": instant(change["changed_at"]),
            }
        )
    return entries


def _values(change: Record) -> tuple[str, int, int]:
    """A change's attribute at the vendor, and the ids before and after it."""
    old, new = change["old_value"], change["new_value"]
    if change["field"] == "assignee":
        return "owner", agent_number(old), agent_number(new)
    if change["field"] == "team":
        return "group", GROUPS[old or INBOX], GROUPS[new or INBOX]
    if change["field"] == "priority":
        return "priority", PRIORITIES[old or NO_PRIORITY], PRIORITIES[new or NO_PRIORITY]
    return "state", STATE_IDS[old], STATE_IDS[new]


def _accounting(work: Record, ticket: int, unit: str) -> Record:
    ended = instant(work["started_at"] + int(work["handle_seconds"] * 1_000_000))
    return {
        "id": int(work["handle_time_id"].removeprefix("ht-")),
        "ticket_id": ticket,
        "ticket_article_id": None,
        "time_unit": f"{work['handle_seconds'] / UNIT_SECONDS[unit]:.2f}",
        "type_id": None,
        "created_by_id": agent_number(work["agent_id"]),
        "created_at": ended,
        "updated_at": ended,
    }


def _merge(instance: Instance, held: Iterable[Record]) -> None:
    for row in held:
        number, into = int(row["ticket_id"]), row["merged_into_ticket_id"]
        if into is None or int(into) not in instance.tickets:
            continue
        # The last closing of a merged ticket is the merge.
        history = instance.histories[number]
        closing = max((entry for entry in history if entry.get("attribute") == "state"), key=lambda each: each["id"])
        history.remove(closing)
        before = instance.tickets[number]["updated_at"]
        instance.tickets[number]["state_id"] = closing["id_from"]
        first = FIRST_ENTRY_OF_TICKET + 3 * number
        instance.merge(
            number, int(into), closing["created_at"], closing["created_by_id"], (first, first + 1, first + 2)
        )
        instance.tickets[number]["updated_at"] = max(before, closing["created_at"])


def _state(number: int, name: str, state_type: str, state_type_id: int) -> Record:
    return {"id": number, "name": name, "state_type_id": state_type_id, "state_type": state_type, "active": True}


def _sla(number: int, name: str) -> Record:
    return {"id": number, "name": name, "calendar_id": number, "first_response_time": 60, "solution_time": 1440}


def _by_ticket(table: pa.Table, ids: pa.Array) -> dict[str, list[Record]]:
    grouped: dict[str, list[Record]] = defaultdict(list)
    for row in rows_of(table.filter(pc.is_in(table["ticket_id"], ids))):
        grouped[row["ticket_id"]].append(row)
    return grouped
