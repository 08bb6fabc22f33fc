"""A small Zendesk account by hand: two agents, a group, and tickets of which each has a comment of the customer and an answer."""

from datetime import UTC, datetime, timedelta
from typing import Any

from orchestration.demo.stand_ins.zendesk_streams import (
    ZendeskData,
    event_stream,
    metric_event_stream,
    ticket_stream,
    user_stream,
)

CLOCK = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
BEGIN = CLOCK - timedelta(days=3)
AGENT, ADMIN, GROUP, SCHEDULE = 35, 36, 7, 360000
CUSTOMER = 2000
"""Ticket n was asked by the user 2000 + n."""


def iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def ticket(number: int, changed: datetime | None = None, **more: Any) -> dict[str, Any]:
    """A ticket created `number` minutes after the beginning, and changed an hour later."""
    created = BEGIN + timedelta(minutes=number)
    updated = changed or created + timedelta(hours=1)
    return {
        "url": f"https://acme.zendesk.com/api/v2/tickets/{number}.json",
        "id": number,
        "external_id": None,
        "via": {"channel": "email", "source": {"from": {"address": "ann@example.com", "name": "Ann"}, "to": {}, "rel": None}},
        "created_at": iso(created),
        "updated_at": iso(updated),
        "generated_timestamp": int(updated.timestamp()),
        "type": None,
        "subject": "Where is my order? ann@example.com",
        "raw_subject": "Where is my order? ann@example.com",
        "description": "It has been 3 weeks",
        "priority": "normal",
        "status": "solved",
        "recipient": "help@acme.com",
        "requester_id": CUSTOMER + number,
        "submitter_id": CUSTOMER + number,
        "assignee_id": AGENT,
        "organization_id": None,
        "group_id": GROUP,
        "collaborator_ids": [],
        "follower_ids": [],
        "email_cc_ids": [],
        "forum_topic_id": None,
        "problem_id": None,
        "has_incidents": False,
        "is_public": True,
        "due_at": None,
        "tags": ["inr", f"order_{number}"],
        "custom_fields": [{"id": 360001, "value": str(1000 + number)}, {"id": 360002, "value": "not_received"}],
        "fields": [{"id": 360001, "value": str(1000 + number)}],
        "satisfaction_rating": None,
        "sharing_agreement_ids": [],
        "custom_status_id": 5,
        "followup_ids": [],
        "ticket_form_id": 1,
        "brand_id": 1,
        "allow_channelback": False,
        "allow_attachments": True,
        "from_messaging_channel": False,
        "metric_set": {
            "id": 9000 + number,
            "ticket_id": number,
            "reopens": 0,
            "replies": 1,
            "initially_assigned_at": iso(created + timedelta(minutes=3)),
            "solved_at": iso(created + timedelta(hours=1)),
            "reply_time_in_minutes": {"calendar": 42, "business": 40},
            "full_resolution_time_in_minutes": {"calendar": 60, "business": 58},
        },
        **more,
    }  # fmt: skip


def update(
    number: int, at: datetime, updater: int, *children: dict[str, Any], ticket_id: int, **more: Any
) -> dict[str, Any]:
    """One update of a ticket, with its child events."""
    return {
        "id": number,
        "ticket_id": ticket_id,
        "timestamp": int(at.timestamp()),
        "created_at": iso(at),
        "updater_id": updater,
        "via": "Mail",
        "system": {"client": "", "location": "London", "latitude": 51.5, "longitude": -0.12},
        "event_type": "Audit",
        "child_events": [{"via": "Mail", "via_reference_id": None, **child} for child in children],
        **more,
    }  # fmt: skip


def comment(number: int, author: int, at: datetime, body: str, **more: Any) -> dict[str, Any]:
    """A comment, as a child event."""
    return {
        "id": number,
        "type": "Comment",
        "event_type": "Comment",
        "author_id": author,
        "public": True,
        "body": body,
        "html_body": f"<p>{body}</p>",
        "plain_body": body,
        "attachments": [],
        "created_at": iso(at),
        **more,
    }


def updates(number: int) -> list[dict[str, Any]]:
    """A ticket's two updates: it is written, and answered and solved 42 minutes later."""
    begin = BEGIN + timedelta(minutes=number)
    answered = begin + timedelta(minutes=42)
    first, second = 100_000 + 10 * number, 500_000 + 10 * number
    return [
        update(
            first, begin, CUSTOMER + number,
            comment(first + 1, CUSTOMER + number, begin, "I am Ann, +44 20 7946 0958"),
            {"id": first + 2, "event_type": "Create", "status": "new"},
            {"id": first + 3, "event_type": "Create", "tags": ["inr"]},
            {"id": first + 4, "event_type": "Create", "group_id": GROUP, "via": "Rule"},
            ticket_id=number,
        ),
        update(
            second, answered, AGENT,
            comment(second + 1, AGENT, answered, "It left the warehouse"),
            {"id": second + 2, "event_type": "Change", "status": "solved", "previous_value": "new"},
            {"id": second + 3, "event_type": "Change", "assignee_id": AGENT, "previous_value": None},
            {"id": second + 4, "event_type": "Notification", "body": "to ann@example.com"},
            ticket_id=number,
        ),
    ]  # fmt: skip


def user(number: int, role: str = "end-user", **more: Any) -> dict[str, Any]:
    """A user with everything that is personal."""
    return {
        "id": number,
        "url": f"https://acme.zendesk.com/api/v2/users/{number}.json",
        "name": f"Person {number}",
        "email": f"person.{number}@example.com",
        "phone": "+44 20 7946 0958",
        "created_at": "2023-01-02T08:00:00Z",
        "updated_at": "2023-11-01T08:00:00Z",
        "time_zone": "London",
        "iana_time_zone": "Europe/London",
        "locale": "en-GB",
        "role": role,
        "active": True,
        "suspended": False,
        "default_group_id": None,
        "organization_id": None,
        "external_id": f"person-{number}",
        "tags": [],
        "notes": "pays late",
        "user_fields": {},
        **more,
    }


def rating(number: int, ticket_id: int, score: str, at: datetime, **more: Any) -> dict[str, Any]:
    """A rating of the old kind."""
    return {
        "id": number,
        "url": f"https://acme.zendesk.com/api/v2/satisfaction_ratings/{number}.json",
        "assignee_id": AGENT,
        "group_id": GROUP,
        "requester_id": CUSTOMER + ticket_id,
        "ticket_id": ticket_id,
        "score": score,
        "comment": "Parcel never came, write to ann@example.com",
        "reason": "The issue was not resolved",
        "reason_id": 1001,
        "reason_code": 5,
        "created_at": iso(at),
        "updated_at": iso(at + timedelta(minutes=1)),
        **more,
    }


def survey_response(number: str, ticket_id: int, answered: int | None, **more: Any) -> dict[str, Any]:
    """A response to a survey of the new kind with five stars; `answered` is the rating."""
    when = {"created_at": "2026-11-20T12:00:00.000Z", "updated_at": "2026-11-20T12:00:00.000Z"}
    options = [{"rating": n, "label": {"type": "static", "value": str(n)}} for n in range(1, 6)]
    answers = [
        {
            "type": "rating_scale",
            "rating": answered,
            "rating_category": "good" if (answered or 0) > 3 else "bad",
            "question": {"id": "q1", "type": "rating_scale_numeric", "sub_type": "customer_satisfaction", "options": options},
            **when,
        },
        {
            "type": "closed_ended",
            "selections": [{"type": "predefined", "option_id": "o1"}],
            "question": {"id": "q2", "type": "closed_ended", "options": [{"id": "o1", "label": {"value": "Too slow"}}]},
            **when,
        },
        {"type": "open_ended", "value": "I am Ann, ann@example.com", "question": {"id": "q3", "type": "open_ended"}, **when},
        {"type": "skipped", "question": {"id": "q4", "type": "open_ended"}, **when},
    ]  # fmt: skip
    return {
        "id": number,
        "answers": answers if answered is not None else [],
        "expires_at": "2026-12-18T12:00:00.000Z",
        "responder_id": CUSTOMER + ticket_id,
        "subject_zrns": [f"zen:ticket:{ticket_id}"],
        "subjects": [{"id": str(ticket_id), "type": "ticket", "zrn": f"zen:ticket:{ticket_id}"}],
        "survey": {"id": "S1", "state": "enabled", "version": 3},
        **more,
    }


def account(tickets: int = 25) -> ZendeskData:
    """The account with that many tickets, numbered from 1."""
    numbers = range(1, tickets + 1)
    schedule = {
        "id": SCHEDULE,
        "name": "EU desk",
        "time_zone": "Amsterdam",
        "intervals": [{"start_time": 1980, "end_time": 2460}, {"start_time": 3420, "end_time": 3900}],
        "created_at": "2024-01-01T00:00:00Z",
        "updated_at": "2024-01-01T00:00:00Z",
    }
    metric = {"ticket_id": 1, "metric": "reply_time", "instance_id": 1}
    return ZendeskData(
        tickets=ticket_stream([ticket(number) for number in numbers]),
        users=user_stream(
            [user(AGENT, "agent", name="Bea"), user(ADMIN, "admin"), *(user(CUSTOMER + number) for number in numbers)]
        ),
        ticket_events=event_stream([each for number in numbers for each in updates(number)]),
        ticket_metric_events=metric_event_stream(
            [
                {"id": 1, **metric, "type": "activate", "time": iso(BEGIN)},
                {"id": 2, **metric, "type": "update_status", "time": iso(BEGIN), "status": {"calendar": 42, "business": 40}},
                {"id": 3, **metric, "type": "measure", "time": iso(BEGIN), "deleted": True},
            ]
        ),
        groups=[
            {
                "id": GROUP,
                "url": "https://acme.zendesk.com/api/v2/groups/7.json",
                "name": "Buyer Support",
                "description": "",
                "default": True,
                "is_public": True,
                "deleted": False,
                "created_at": "2024-01-01T00:00:00Z",
                "updated_at": "2024-01-01T00:00:00Z",
            }
        ],
        schedules=[schedule],
        holidays={SCHEDULE: [{"id": 1, "name": "Christmas", "start_date": "2026-12-25", "end_date": "2026-12-26"}]},
        ratings={},
        survey_responses={},
        deleted_tickets=[],
    )  # fmt: skip
