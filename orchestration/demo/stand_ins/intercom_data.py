"""The world's helpdesk as Intercom has it.

Belongs here: from the contract's rows to the vendor's records. What Intercom cannot say is lost on the way: it has three
states and two priorities, no notice of a merge but by an attribute, one rating in stars and one sum of handling time a
conversation; no note of who made the desk's working time or whether it was measured; and teammates by number.
"""

import html
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from orchestration.demo.agents import SERVED_AS_BOT, TEAMS
from orchestration.demo.stand_ins.intercom import IntercomStandIn, Record, Workspace
from orchestration.demo.stand_ins.intercom_people import (
    MARKET,
    OPERATOR,
    TIER,
    admin_id,
    admin_of,
    contact_reference,
    contacts_of,
    staff,
    team_id,
)
from orchestration.demo.world import World

ATTRIBUTES = {
    "order_id": "Order number",
    "seller_id": "Seller",
    "reason": "Contact reason",
    "channel": "Channel",
    "market": MARKET,
    "language": "Language",
    "product": "Product",
    "app_version": "App version",
    "customer_tier": TIER,
    "requester_role": "Asked by",
    "calendar_id": "Promise",
    "merged_into_ticket_id": "Merged into",
    "previous_ticket_id": "Follows",
}
"""The custom attribute that holds each column of a ticket."""
SETTINGS = {
    "inbox_url": "https://helpdesk.example.com/tickets/",
    "customer_reference": "external_id",
    "order_attribute": ATTRIBUTES["order_id"],
    "seller_attribute": ATTRIBUTES["seller_id"],
    "reason_attribute": ATTRIBUTES["reason"],
    "channel_attribute": ATTRIBUTES["channel"],
    "market_attribute": ATTRIBUTES["market"],
    "language_attribute": ATTRIBUTES["language"],
    "product_attribute": ATTRIBUTES["product"],
    "app_version_attribute": ATTRIBUTES["app_version"],
    "tier_attribute": ATTRIBUTES["customer_tier"],
    "requester_role_attribute": ATTRIBUTES["requester_role"],
    "calendar_attribute": ATTRIBUTES["calendar_id"],
    "merged_into_attribute": ATTRIBUTES["merged_into_ticket_id"],
    "previous_ticket_attribute": ATTRIBUTES["previous_ticket_id"],
}
"""What an installation says in sources.toml to read this workspace."""
STATES = {
    "new": "open",
    "open": "open",
    "pending": "snoozed",
    "hold": "snoozed",
    "solved": "closed",
    "closed": "closed",
}
PART_TYPES = {"open": "open", "snoozed": "snoozed", "closed": "close"}
SOURCE_TYPES = {"email": "email", "telephone": "phone_call"}
STARS = {"good": 5, "ok": 3, "bad": 1, **{str(stars): stars for stars in range(1, 6)}}


def from_world(world: World, *, token: str, tickets: pa.Table | None = None, **server: Any) -> IntercomStandIn:
    """A stand-in with the workspace of `workspace_of`."""
    return IntercomStandIn(workspace_of(world, tickets), token=token, **server)


def workspace_of(world: World, tickets: pa.Table | None = None) -> Workspace:
    """The world's helpdesk at its cut.

    Args:
        world: the world.
        tickets: those of the world's tickets that this helpdesk holds; all by default.
    """
    held = [row for row in _rows(world["tickets"] if tickets is None else tickets) if row["deleted_at"] is None]
    ids = pa.array([row["ticket_id"] for row in held])
    messages, changes, work, offers, ratings = (
        _by_ticket(world[entity], ids)
        for entity in ("ticket_messages", "ticket_changes", "handle_times", "survey_invitations", "csat_responses")
    )
    tags = _Tags()
    conversations = {}
    for ticket in held:
        key = ticket["ticket_id"]
        offer = next((each for each in offers[key] if each["survey_type"] == "csat"), None)
        conversations[key] = _conversation(ticket, messages[key], changes[key], work[key], tags)
        _rate(conversations[key], ticket, offer, ratings[key])
    return Workspace(
        conversations=conversations,
        contacts=contacts_of(_rows(world["customers"]), held),
        admins=[
            admin_of(row) for row in _rows(world["agents"]) if row["agent_id"] != SERVED_AS_BOT and not row["left_date"]
        ],
        teams=[{"type": "team", "id": team_id(name), "name": name, "admin_ids": []} for name in TEAMS],
        tags=tags.all,
    )


class _Tags:
    """All tags in use, each with the id it got when it was first used."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}

    def named(self, names: Iterable[str], at: int) -> list[Record]:
        return [
            {
                "type": "tag",
                "id": self._ids.setdefault(name, str(len(self._ids) + 1)),
                "name": name,
                "applied_at": at,
                "applied_by": {"type": "bot", "id": OPERATOR["id"]},
            }
            for name in names
        ]

    @property
    def all(self) -> list[Record]:
        return [{"type": "tag", "id": number, "name": name} for name, number in self._ids.items()]


def _rows(table: pa.Table) -> list[Record]:
    """Rows with instants as seconds since 1970."""
    for number, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            seconds = table.column(number).cast(pa.timestamp("s", tz="UTC"), safe=False).cast(pa.int64())
            table = table.set_column(number, field.name, seconds)
    return table.to_pylist()


def _by_ticket(table: pa.Table, ids: pa.Array) -> dict[str, list[Record]]:
    grouped: dict[str, list[Record]] = defaultdict(list)
    for row in _rows(table.filter(pc.is_in(table["ticket_id"], ids))):
        grouped[row["ticket_id"]].append(row)
    return grouped


def _conversation(
    ticket: Record, messages: list[Record], changes: list[Record], work: list[Record], tags: _Tags
) -> Record:
    created_at, contact = ticket["created_at"], contact_reference(ticket["customer_id"])
    customer = {"type": "user", "id": contact["id"] if contact else "unknown", "name": "", "email": ""}
    opening = messages[0] if messages and messages[0]["sent_at"] == created_at else None
    written = messages[1:] if opening else messages
    parts = [_message(each, customer) for each in written] + _change_parts(changes, customer)
    parts.sort(key=lambda part: part["created_at"])
    names = [*(ticket["tags"] or "").split("|"), *(["test"] if ticket["is_test"] else [])]
    names = [name for name in names if name and (name != "spam" or ticket["is_spam"])]
    has_bot = any(each["agent_id"] == SERVED_AS_BOT for each in messages)
    held_by, in_team = ticket["agent_id"], ticket["team_name"]
    return {
        "type": "conversation",
        "id": ticket["ticket_id"],
        "title": None,
        "created_at": created_at,
        "updated_at": ticket["updated_at"],
        "waiting_since": None,
        "snoozed_until": None,
        "open": STATES[ticket["status"]] == "open",
        "state": STATES[ticket["status"]],
        "read": True,
        "priority": "priority" if ticket["priority"] in ("high", "urgent") else "not_priority",
        "admin_assignee_id": admin_id(held_by) if held_by else None,
        "team_assignee_id": int(team_id(in_team)) if in_team else None,
        "tags": {"type": "tag.list", "tags": tags.named(names, created_at)},
        "conversation_rating": None,
        "source": {
            "type": SOURCE_TYPES.get(ticket["channel"], "conversation"),
            "id": opening["message_id"] if opening else f"{ticket['ticket_id']}0",
            "delivered_as": "admin_initiated" if ticket["is_outbound"] else "customer_initiated",
            "subject": _markup(ticket["subject"]),
            "body": _markup(opening["body"]) if opening else None,
            "author": _author(opening, customer) if opening else customer,
            "attachments": [],
            "url": None,
            "redacted": False,
        },
        "contacts": {"type": "contact.list", "contacts": [contact] if contact else []},
        "teammates": {"type": "admin.list", "teammates": []},
        "custom_attributes": {
            name: ticket[column] for column, name in ATTRIBUTES.items() if ticket[column] is not None
        },
        "first_contact_reply": {"created_at": created_at, "type": "conversation", "url": None},
        "statistics": _statistics(ticket, parts, work),
        "conversation_parts": {
            "type": "conversation_part.list",
            "total_count": len(parts),
            "conversation_parts": parts,
        },
        "ai_agent_participated": has_bot,
        "ai_agent": _ai_agent(ticket) if has_bot else None,
    }


def _statistics(ticket: Record, parts: list[Record], work: list[Record]) -> Record:
    created_at, calendar = ticket["created_at"], ticket["vendor_first_response_calendar_seconds"]
    assigned = [part["created_at"] for part in parts if part["part_type"] == "assignment"]
    spent = [row["handle_seconds"] for row in work]
    return {
        "type": "conversation_statistics",
        "time_to_assignment": assigned[0] - created_at if assigned else None,
        "time_to_admin_reply": _whole(ticket["vendor_first_response_business_seconds"]),
        "time_to_first_close": None,
        "time_to_last_close": None,
        "median_time_to_reply": None,
        "first_contact_reply_at": created_at,
        "first_assignment_at": assigned[0] if assigned else None,
        "first_admin_reply_at": None if calendar is None else created_at + int(calendar),
        "first_close_at": None,
        "last_assignment_at": assigned[-1] if assigned else None,
        "last_assignment_admin_reply_at": None,
        "last_contact_reply_at": None,
        "last_admin_reply_at": None,
        "last_close_at": ticket["solved_at"],
        "last_closed_by_id": None,
        "count_reopens": sum(part["part_type"] == "open" for part in parts),
        "count_assignments": len(assigned),
        "count_conversation_parts": len(parts),
        "handling_time": int(sum(spent)) if spent else None,
        "adjusted_handling_time": None,
    }


def _ai_agent(ticket: Record) -> Record:
    return {
        "source_type": "workflow",
        "source_title": None,
        "last_answer_type": "ai_answer",
        "resolution_state": "confirmed_resolution" if ticket["is_bot_only"] else "routed_to_team",
        "rating": None,
        "rating_remark": None,
        "content_sources": {"type": "content_source.list", "total_count": 0, "content_sources": []},
    }


def _rate(conversation: Record, ticket: Record, offer: Record | None, ratings: list[Record]) -> None:
    """Put the last rating into a conversation, and when it was asked for."""
    if offer is None:
        return
    last = max(ratings, key=lambda row: row["responded_at"], default=None)
    stars = STARS.get(last["score"]) if last else None
    conversation["conversation_rating"] = {
        "rating": stars,
        "remark": last["comment"] if last and stars else None,
        "created_at": offer["offered_at"],
        "updated_at": last["responded_at"] if last and stars else None,
        "contact": contact_reference(ticket["customer_id"]),
        "teammate": {"type": "admin", "id": str(admin_id(last["agent_id"]))}
        if last and stars and last["agent_id"]
        else None,
    }
    happened = [offer["offered_at"], *(row["responded_at"] for row in ratings)]
    conversation["updated_at"] = max(conversation["updated_at"], *happened)


def _message(message: Record, customer: Record) -> Record:
    part_type = "comment" if message["is_public"] else "note"
    return _part(message["message_id"], part_type, message["sent_at"], _author(message, customer), message["body"])


def _author(message: Record, customer: Record) -> Record:
    """Automatic replies come from Operator, whoever they are signed by."""
    if message["author_role"] == "customer":
        return customer
    if message["is_automatic"] or not message["agent_id"]:
        return OPERATOR
    return staff(message["agent_id"])


def _change_parts(changes: list[Record], customer: Record) -> list[Record]:
    """Parts for what Intercom tells of: assignments, and changes between its three states."""
    parts = []
    state = "open"
    for change in changes:
        at, value = change["changed_at"], change["new_value"]
        author = staff(change["agent_id"]) if change["agent_id"] else OPERATOR
        if change["field"] in ("assignee", "team"):
            parts.append(
                {
                    **_part(change["change_id"], "assignment", at, author, None),
                    "assigned_to": _assigned(change["field"], value),
                }
            )
        elif change["field"] == "status" and STATES[value] != state:
            state = STATES[value]
            who = customer if state == "open" and not change["agent_id"] else author
            parts.append(_part(change["change_id"], PART_TYPES[state], at, who, None))
    return parts


def _assigned(field: str, value: str | None) -> Record:
    if value is None:
        return {"type": "nobody_admin", "id": None}
    return {"type": "team", "id": team_id(value)} if field == "team" else {"type": "admin", "id": str(admin_id(value))}


def _part(part_id: str, part_type: str, at: int, author: Record, body: str | None) -> Record:
    return {
        "type": "conversation_part",
        "id": part_id,
        "part_type": part_type,
        "body": _markup(body),
        "created_at": at,
        "updated_at": at,
        "notified_at": at,
        "assigned_to": None,
        "author": author,
        "attachments": [],
        "external_id": None,
        "redacted": False,
    }


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def _markup(text: str | None) -> str | None:
    return None if text is None else f"<p>{html.escape(text, quote=False)}</p>"
