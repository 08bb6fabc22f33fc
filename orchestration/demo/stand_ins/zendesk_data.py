"""The world's helpdesk as a Zendesk account has it.

Belongs here: tickets from the contract's rows, and the account from its parts. What Zendesk cannot say is lost on the way:
everybody who writes is somebody, holidays are whole days and hours have no past, nobody knows whether a reply was a saved one,
a deleted ticket has lost its texts and fields, and a survey of effort is not the helpdesk's.
"""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from orchestration.demo.stand_ins.zendesk import ZendeskStandIn
from orchestration.demo.stand_ins.zendesk_people import (
    BOT,
    CONTRACTOR_TAG,
    GROUPS,
    agent_number,
    groups,
    instant,
    people,
    rows_of,
    schedule_numbers,
    schedules,
    user_id,
)
from orchestration.demo.stand_ins.zendesk_streams import (
    Record,
    ZendeskData,
    event_stream,
    ticket_stream,
    user_stream,
)
from orchestration.demo.stand_ins.zendesk_surveys import SURVEYS, Satisfaction
from orchestration.demo.stand_ins.zendesk_updates import Updates, add_changes, add_comments, add_schedules
from orchestration.demo.world import World

URL = "https://shop.zendesk.example"
FIELDS = {
    "order_id": 360001,
    "seller_id": 360002,
    "market": 360003,
    "language": 360004,
    "reason": 360005,
    "product": 360006,
    "app_version": 360007,
    "customer_tier": 360008,
    "requester_role": 360009,
    "previous_ticket_id": 360010,
}
"""The custom field that holds each column of the contract."""
FLAGS = {"is_spam": "flag_spam", "is_test": "flag_test", "is_bot_only": "flag_bot_only"}
SETTINGS: dict[str, Any] = {
    **{f"{column.removesuffix('_id')}_field": number for column, number in FIELDS.items()},
    **{f"{column.removeprefix('is_')}_tags": [tag] for column, tag in FLAGS.items()},
    "customer_reference": "external_id",
    "contractor_tags": [CONTRACTOR_TAG],
    "bot_agents": [BOT],
    "survey_scales": {survey: scale for scale, survey in SURVEYS.items()},
}
"""What an installation says in sources.toml to read this account."""
TICKET_WAYS: dict[str | None, Record] = {
    "email": {"channel": "email", "source": {"from": {"address": "somebody@mail.example", "name": "Some Body"}, "to": {}, "rel": None}},
    "chat": {"channel": "chat", "source": {"from": {}, "to": {}, "rel": None}},
    "web": {"channel": "web", "source": {"from": {}, "to": {}, "rel": None}},
    "app": {"channel": "mobile_sdk", "source": {"from": {}, "to": {}, "rel": None}},
    "telephone": {"channel": "voice", "source": {"from": {}, "to": {}, "rel": "inbound"}},
}  # fmt: skip


def from_world(world: World, *, tickets: pa.Table | None = None, **server: Any) -> ZendeskStandIn:
    """A stand-in with the account of `account_of`; `server` are its other arguments."""
    return ZendeskStandIn(account_of(world, tickets), **server)


def account_of(world: World, tickets: pa.Table | None = None) -> ZendeskData:
    """The world's helpdesk at its cut.

    Args:
        world: the world.
        tickets: those of the world's tickets that this account holds; all by default.
    """
    held = rows_of(world["tickets"] if tickets is None else tickets)
    by_id = {row["ticket_id"]: row for row in held}
    ids = pa.array(by_id, pa.string())
    updates = Updates()
    changes = _of_tickets(world["ticket_changes"], ids)
    add_comments(updates, _of_tickets(world["ticket_messages"], ids), by_id)
    add_changes(updates, changes, by_id)
    add_schedules(updates, held, schedule_numbers())
    satisfaction = Satisfaction(updates, by_id)
    satisfaction.add(rows_of(world["survey_invitations"]), rows_of(world["csat_responses"]))
    openers = {
        row["ticket_id"]: row["agent_id"]
        for row in changes
        if row["field"] == "status" and row["old_value"] is None and row["agent_id"]
    }
    listed, holidays = schedules(world)
    return ZendeskData(
        tickets=ticket_stream([_ticket(row, openers.get(row["ticket_id"])) for row in held]),
        users=user_stream(people(world, held)),
        ticket_events=event_stream(updates.records()),
        groups=groups(),
        schedules=listed,
        holidays=holidays,
        ratings=satisfaction.ratings,
        survey_responses=satisfaction.responses,
        deleted_tickets=[
            {
                "id": int(row["ticket_id"]),
                "subject": "SCRUBBED",
                "actor": {"id": BOT, "name": "Some Body"},
                "deleted_at": instant(row["deleted_at"]),
                "previous_state": row["status"],
            }
            for row in held
            if row["deleted_at"] is not None
        ],
    )


def _of_tickets(table: pa.Table, ids: pa.Array) -> list[Record]:
    return rows_of(table.filter(pc.is_in(table["ticket_id"], value_set=ids)))


def _ticket(row: Record, opener: str | None) -> Record:
    number, asker = int(row["ticket_id"]), user_id(row)
    agent = agent_number(row["agent_id"]) if row["agent_id"] else None
    via = TICKET_WAYS[row["channel"]]
    if row["is_outbound"]:
        is_call = row["channel"] == "telephone"
        via = {"channel": "voice", "source": {"rel": "outbound"}} if is_call else TICKET_WAYS["web"]
    tags = row["tags"].split("|") if row["tags"] else []
    tags += [tag for column, tag in FLAGS.items() if row[column]]
    tags += ["closed_by_merge"] if row["merged_into_ticket_id"] else []
    common = {
        "url": f"{URL}/api/v2/tickets/{number}.json",
        "id": number,
        "external_id": None,
        "via": via,
        "created_at": instant(row["created_at"]),
        "updated_at": instant(row["updated_at"]),
        "generated_timestamp": row["updated_at"],
        "type": None,
        "priority": row["priority"],
        "due_at": None,
        "satisfaction_rating": None,
    }
    if row["deleted_at"] is not None:
        return common | {
            "status": "deleted",
            "subject": "SCRUBBED",
            "raw_subject": "SCRUBBED",
            "description": "SCRUBBED",
            "requester_id": -1,
            "submitter_id": -1,
            "assignee_id": None,
            "group_id": None,
            "tags": [],
            "custom_fields": [],
        }
    return common | {
        "status": row["status"],
        "subject": row["subject"],
        "raw_subject": row["subject"],
        "description": row["description"],
        "recipient": None,
        "requester_id": asker,
        "submitter_id": agent_number(opener) if opener else asker,
        "assignee_id": agent,
        "organization_id": None,
        "group_id": GROUPS.get(row["team_name"]),
        "collaborator_ids": [],
        "follower_ids": [],
        "email_cc_ids": [],
        "forum_topic_id": None,
        "problem_id": None,
        "has_incidents": False,
        "is_public": True,
        "tags": tags,
        "custom_fields": [{"id": field, "value": row[column]} for column, field in FIELDS.items()],
        "fields": [{"id": field, "value": row[column]} for column, field in FIELDS.items()],
        "sharing_agreement_ids": [],
        "custom_status_id": None,
        "followup_ids": [],
        "ticket_form_id": 1,
        "brand_id": 1,
        "allow_channelback": False,
        "allow_attachments": True,
        "from_messaging_channel": False,
        "metric_set": _metric_set(row, number),
    }


def _metric_set(row: Record, number: int) -> Record:
    reply = {
        clock: None if row[column] is None else int(row[column] // 60)
        for clock, column in (
            ("calendar", "vendor_first_response_calendar_seconds"),
            ("business", "vendor_first_response_business_seconds"),
        )
    }
    none = {"calendar": None, "business": None}
    return {
        "id": number,
        "ticket_id": number,
        "created_at": instant(row["created_at"]),
        "updated_at": instant(row["updated_at"]),
        "group_stations": 1,
        "assignee_stations": 1,
        "reopens": 0,
        "replies": 0,
        "initially_assigned_at": instant(row["picked_up_at"]),
        "assigned_at": instant(row["picked_up_at"]),
        "solved_at": instant(row["solved_at"]),
        "reply_time_in_minutes": reply,
        "full_resolution_time_in_minutes": none,
        "requester_wait_time_in_minutes": none,
    }
