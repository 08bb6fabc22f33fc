"""A ticket as Zendesk exports it, and what the settings make of its fields and tags.

Belongs here: one record. Custom fields that nobody chose are not kept, for nobody can say what stands in them.
"""

from typing import Any

from orchestration.extract.zendesk.settings import FIELD_SETTINGS, ZendeskSource
from orchestration.extract.zendesk.tables import TICKET_IGNORED
from orchestration.extract.zendesk.via import via_type

ROLES = ("buyer", "seller", "other")
LEFT_OUT = frozenset(TICKET_IGNORED) - {"metric_set"}
"""Fields that are not even written down; what the table does not know at all is, so that it is told."""


class TicketShaper:
    """Shapes the tickets of one source; remembers each one's language for the texts that belong to it."""

    def __init__(self, source: ZendeskSource) -> None:
        self.languages: dict[Any, str] = {}
        self._source = source
        self._fields = {column: getattr(source, setting) for column, setting in FIELD_SETTINGS.items()}

    def shaped(self, record: dict[str, Any]) -> dict[str, Any]:
        """The record less what is left out, with `own`: what `tables.TICKET_FIELDS` takes from there.

        A deleted ticket's texts are gone or read "SCRUBBED", and its requester is -1: neither is kept.
        """
        values = {field["id"]: field.get("value") for field in record.get("custom_fields") or ()}
        own: dict[str, Any] = {
            column: field_text(record.get(field) if isinstance(field, str) else values.get(field))
            for column, field in self._fields.items()
            if field is not None
        }
        tags = [str(tag) for tag in record.get("tags") or ()]
        way = via_type(record.get("via"))
        own |= {
            "via_type": way,
            "channel": self._source.channels.get(way or ""),
            "tags": "|".join(tags) or None,
            "requester_id": person(record.get("requester_id")),
            "submitter_id": person(record.get("submitter_id")),
            "assignee_hash": record.get("assignee_id"),
            "requester_role": self._role(own.get("requester_role"), tags),
            "is_spam": has_any(tags, self._source.spam_tags),
            "is_test": has_any(tags, self._source.test_tags),
            "is_bot_only": has_any(tags, self._source.bot_only_tags),
            "is_item_not_received": has_any(tags, self._source.inr_tags)
            or has_any([own.get("reason") or ""], self._source.inr_reasons),
            "counted_created_at": record.get("created_at"),
        }
        kept = {name: value for name, value in record.items() if name not in LEFT_OUT}
        if record.get("status") == "deleted":
            kept |= {"subject": None, "description": None}
            own["counted_created_at"] = None  # the vendor's own counts leave them out
        if own.get("language"):
            self.languages[record.get("id")] = own["language"]
        return kept | {"own": own}

    def _role(self, stated: str | None, tags: list[str]) -> str | None:
        if stated and stated.lower() in ROLES:
            return stated.lower()
        return next((self._source.role_tags[tag] for tag in tags if tag in self._source.role_tags), None)


def person(user_id: Any) -> Any:
    """The id of somebody; None for the vendor's -1, which is nobody or the system."""
    return None if user_id is None or str(user_id).startswith("-") or user_id == 0 else user_id


def has_any(tags: list[str], wanted: list[str]) -> bool | None:
    """Whether one of the tags is wanted; None where nothing is."""
    return any(tag in wanted for tag in tags) if wanted else None


def field_text(value: Any) -> str | None:
    """A custom field's value as text: true and false in lower case, several joined by a bar; None when empty."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "|".join(str(each) for each in value) or None
    return None if value is None else str(value).strip() or None
