"""A small Intercom workspace: records in the vendor's shape, as many and as they are wanted."""

from datetime import UTC, datetime, timedelta
from typing import Any

from orchestration.demo.stand_ins.intercom import Workspace

CLOCK = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
ASKED = int((CLOCK - timedelta(days=9)).timestamp())
"""When every conversation here was begun."""
BEA = {"type": "admin", "id": "351", "name": "Bea", "email": "bea@acme.example"}
FIN = {"type": "bot", "id": "777", "name": "Fin", "from_ai_agent": True, "is_ai_answer": True}
OPERATOR = {"type": "bot", "id": "999", "name": "Operator", "email": "operator@intercom.example"}
ANN = {"type": "user", "id": "6762f14a", "name": "Ann Canary", "email": "ann@example.com"}


def part(number: int, kind: str, after: int, author: dict[str, Any] = BEA, **more: Any) -> dict[str, Any]:
    """A part `after` seconds after the conversation began."""
    return {
        "type": "conversation_part",
        "id": str(number),
        "part_type": kind,
        "body": None,
        "created_at": ASKED + after,
        "updated_at": ASKED + after,
        "notified_at": ASKED + after,
        "assigned_to": None,
        "author": author,
        "attachments": [],
        "external_id": None,
        "redacted": False,
        **more,
    }


def conversation(number: int, parts: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
    """A conversation that Bea answered and closed."""
    first = number * 10
    usual = [
        part(first + 1, "assignment", 30, OPERATOR, assigned_to={"type": "admin", "id": "351"}),
        part(first + 2, "comment", 2568, body="<p>It left the warehouse &amp; is on its way</p>"),
        part(first + 3, "close", 2750),
    ]
    parts = usual if parts is None else parts
    return {
        "type": "conversation",
        "id": str(number),
        "title": None,
        "created_at": ASKED,
        "updated_at": ASKED + 3000,
        "waiting_since": None,
        "snoozed_until": None,
        "open": False,
        "state": "closed",
        "read": True,
        "priority": "not_priority",
        "admin_assignee_id": 351,
        "team_assignee_id": None,
        "tags": {"type": "tag.list", "tags": [{"type": "tag", "id": "12", "name": "inr", "applied_at": ASKED}]},
        "conversation_rating": None,
        "source": {
            "type": "conversation",
            "id": f"40{number}",
            "delivered_as": "customer_initiated",
            "subject": "",
            "body": "<p>Where is my order? Write to ann@example.com</p>",
            "author": ANN,
            "attachments": [],
            "url": None,
            "redacted": False,
        },
        "contacts": {
            "type": "contact.list",
            "contacts": [{"type": "contact", "id": "6762f14a", "external_id": "c-88"}],
        },
        "teammates": {"type": "admin.list", "teammates": [{"type": "admin", "id": "351"}]},
        "custom_attributes": {"Order number": f"o-{number}", "Contact reason": "Item not received"},
        "first_contact_reply": {"created_at": ASKED, "type": "conversation", "url": None},
        "statistics": {
            "type": "conversation_statistics",
            "time_to_admin_reply": 1200,
            "first_contact_reply_at": ASKED,
            "first_assignment_at": ASKED + 30,
            "first_admin_reply_at": ASKED + 2568,
            "last_close_at": ASKED + 2750,
            "handling_time": 600,
            "adjusted_handling_time": 400,
            "count_reopens": 0,
        },
        "ai_agent_participated": False,
        "ai_agent": None,
        "conversation_parts": {
            "type": "conversation_part.list",
            "total_count": len(parts),
            "conversation_parts": parts,
        },
        **more,
    }


def contact(contact_id: str, **more: Any) -> dict[str, Any]:
    """A contact with an address."""
    return {
        "type": "contact",
        "id": contact_id,
        "external_id": "c-88",
        "role": "user",
        "email": "Ann@Example.com",
        "phone": "+49 170 1234567",
        "name": "Ann Canary",
        "created_at": ASKED - 86_400,
        "updated_at": ASKED,
        "signed_up_at": None,
        "language_override": "en",
        "custom_attributes": {},
        **more,
    }


def workspace(count: int) -> Workspace:
    """So many conversations of Ann's, which Bea answered."""
    bea = {"away_mode_enabled": False, "away_mode_reassign": False, "has_inbox_seat": True, "team_ids": [814]}
    return Workspace(
        conversations={str(number): conversation(number) for number in range(1, count + 1)},
        contacts={"6762f14a": contact("6762f14a")},
        admins=[BEA | bea],
        teams=[{"type": "team", "id": "814", "name": "Delivery", "admin_ids": [351]}],
        tags=[{"type": "tag", "id": "12", "name": "inr"}],
    )
