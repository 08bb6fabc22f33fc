"""The world's people as Intercom has them: teammates by number, customers as contacts with an id of the vendor's own.

Belongs here: who they are to the vendor. Their conversations are in `intercom_data`.
"""

import hashlib
from collections.abc import Iterable

from orchestration.demo.agents import SERVED_AS_BOT, TEAMS
from orchestration.demo.stand_ins.intercom import Record

MARKET, TIER = "Market", "Tier"
"""Custom attributes of contacts, and of conversations."""
BOT_ID = 9001
OPERATOR = {"type": "bot", "id": "9000", "name": "Operator", "email": "operator@intercom.example"}


def admin_id(agent_id: str) -> int:
    """The number by which Intercom knows one of the world's agents."""
    return BOT_ID if agent_id == SERVED_AS_BOT else int(agent_id.removeprefix("a-"))


def team_id(name: str) -> str:
    """The id of a team."""
    return str(800 + TEAMS.index(name))


def contact_id(customer_id: str) -> str:
    """Intercom's own id of a customer of the world."""
    return hashlib.sha256(customer_id.encode()).hexdigest()[:24]


def staff(agent_id: str) -> Record:
    """An agent as the author of a part."""
    is_bot = agent_id == SERVED_AS_BOT
    address = f"{agent_id}@shop.example"
    return {
        "type": "bot" if is_bot else "admin",
        "id": str(admin_id(agent_id)),
        "name": agent_id,
        "email": address,
        "from_ai_agent": is_bot,
        "is_ai_answer": is_bot,
    }


def contacts_of(customers: Iterable[Record], held: list[Record]) -> dict[str, Record]:
    """Who wrote: customers of the shop as users, everybody else with an id as leads."""
    known = {row["customer_id"]: row for row in customers}
    first: dict[str, int] = {}
    for ticket in held:
        if ticket["customer_id"]:
            first.setdefault(ticket["customer_id"], ticket["created_at"])
    return {contact_id(each): _contact(each, known.get(each), at) for each, at in first.items()}


def _contact(customer_id: str, row: Record | None, seen_at: int) -> Record:
    attributes = {MARKET: row["market"], TIER: row["tier"]} if row else {}
    return {
        "type": "contact",
        "id": contact_id(customer_id),
        "workspace_id": "stand_in",
        "external_id": customer_id,
        "role": "user" if row else "lead",
        "email": row["email"] if row else None,
        "phone": None,
        "name": f"Customer {customer_id}",
        "owner_id": None,
        "created_at": seen_at,
        "updated_at": seen_at,
        "signed_up_at": row["created_at"] if row else None,
        "last_seen_at": None,
        "language_override": row["language"] if row else None,
        "custom_attributes": {name: value for name, value in attributes.items() if value is not None},
    }


def contact_reference(customer_id: str | None) -> Record | None:
    """How a conversation names a customer."""
    if customer_id is None:
        return None
    return {"type": "contact", "id": contact_id(customer_id), "external_id": customer_id}


def admin_of(row: Record) -> Record:
    """An agent as the list of admins has them."""
    return {
        "type": "admin",
        "id": str(admin_id(row["agent_id"])),
        "name": row["agent_name"],
        "email": f"{row['agent_id']}@shop.example",
        "job_title": None,
        "away_mode_enabled": False,
        "away_mode_reassign": False,
        "has_inbox_seat": True,
        "team_ids": [],
    }
