"""A user as Zendesk exports one: everybody, and the agents among them.

Belongs here: one record. Of customers only hashes are kept; an agent's id is none, since the contract's agents have it in clear.
"""

from typing import Any

from orchestration.extract.zendesk.settings import ZendeskSource
from orchestration.extract.zendesk.tables import USER_IGNORED
from orchestration.extract.zendesk.tickets import field_text
from orchestration.extract.zendesk.zones import iana_zone

LEFT_OUT = frozenset(USER_IGNORED)


def shaped_user(user: dict[str, Any], source: ZendeskSource) -> dict[str, Any]:
    """The record less what is left out, with the numbers that the settings say are kept in one of its fields."""
    kept = {name: value for name, value in user.items() if name not in LEFT_OUT}
    reference = None if source.customer_reference == "id" else _stated(user, source.customer_reference)
    person_id = _stated(user, source.person_field) if source.person_field else None
    return kept | {"own": {"reference": reference or field_text(user.get("id")), "person_id": person_id}}


def _stated(user: dict[str, Any], field: str) -> str | None:
    fields = user.get("user_fields") or {}
    return field_text(user.get("external_id") if field == "external_id" else fields.get(field))


def agent_row(user: dict[str, Any], source: ZendeskSource) -> dict[str, Any]:
    """A row of `agents`; the employment is known only where the settings tell contractors and bots apart."""
    employment = None
    if user.get("id") in source.bot_agents:
        employment = "bot"
    elif source.contractor_tags:
        tags = user.get("tags") or ()
        employment = "contractor" if any(tag in source.contractor_tags for tag in tags) else "employee"
    named = ("id", "name", "role", "active", "suspended", "created_at", "updated_at")
    zone = iana_zone(user.get("iana_time_zone")) or iana_zone(user.get("time_zone"), source.time_zones)
    return {name: user[name] for name in named if name in user} | {"employment": employment, "time_zone": zone}
