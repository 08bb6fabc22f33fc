"""From the vendor's records to what is landed: the record as it came, and beside it the values that hang on settings.

Belongs here: values that no JSON path can give, below the key `derived`. Names and addresses of people are no part of them.
"""

from collections.abc import Iterable
from typing import Any

from orchestration.extract.intercom.search import whole
from orchestration.extract.intercom.settings import IntercomSource

Record = dict[str, Any]
STAFF = ("admin", "team")
CONTACTS = ("user", "lead", "contact")


SOURCE_CHANNELS = {
    "conversation": "chat",
    "push": "chat",
    "email": "email",
    "phone_call": "telephone",
    "phone_switch": "telephone",
    "facebook": "social",
    "instagram": "social",
    "twitter": "social",
    "sms": "messaging",
    "whatsapp": "messaging",
}


def conversation_record(conversation: Record, source: IntercomSource) -> Record:
    """One conversation without its parts; `derived` has who asked, the first words and what tags and settings say."""
    opening = conversation.get("source") or {}
    rating = conversation.get("conversation_rating") or {}
    statistics = conversation.get("statistics") or {}
    contacts = (conversation.get("contacts") or {}).get("contacts") or [{}]
    attributes = conversation.get("custom_attributes") or {}
    tags = {tag.get("name") for tag in (conversation.get("tags") or {}).get("tags") or []}
    derived = {
        "customer_id": _customer_id(contacts[0], source),
        "rated_by": _customer_id(rating.get("contact") or {}, source),
        "url": f"{source.inbox_url}{conversation['id']}" if source.inbox_url else None,
        "channel": attributes.get(source.channel_attribute) or SOURCE_CHANNELS.get(opening.get("type") or ""),
        "first_words": _first_words(conversation),
        "has_opening_text": bool(opening.get("body")),
        "opening_agent_id": _agent_id(opening.get("author") or {}),
        "is_spam": source.spam_tag in tags,
        "is_test": source.test_tag in tags,
        "handle_seconds": statistics.get(source.handle_time_statistic),
    }
    parts = conversation.get("conversation_parts") or {}
    # The parts are rows of their own; how many there are stays.
    return {**conversation, "conversation_parts": {"total_count": parts.get("total_count")}, "derived": derived}


def part_records(conversation: Record) -> list[Record]:
    """The parts that came with a conversation. An author's id is kept of agents only: a contact's is an identity."""
    return [
        {
            **part,
            "author": {name: value for name, value in (part.get("author") or {}).items() if name != "id"},
            "derived": {
                "conversation_id": conversation["id"],
                "author_staff_id": _agent_id(part.get("author") or {}),
            },
        }
        for part in _parts(conversation)
    ]


def missing_part_count(conversation: Record) -> int:
    """How many parts the vendor has and did not give: it gives the 500 most recent."""
    total = whole((conversation.get("conversation_parts") or {}).get("total_count"))
    return max(total - len(_parts(conversation)), 0)


def contact_record(contact: Record, source: IntercomSource) -> Record:
    """One contact; `derived` has the id by which tickets name it."""
    return {**contact, "derived": {"customer_id": _customer_id(contact, source)}}


def unused_attributes(source: IntercomSource, settings: Iterable[str], records: Iterable[Record]) -> set[str]:
    """The settings whose custom attribute none of the records has."""
    wanted = {setting for setting in settings if getattr(source, setting) is not None}
    for record in records:
        there = (record.get("custom_attributes") or {}).keys()
        wanted -= {setting for setting in wanted if getattr(source, setting) in there}
    return wanted


def _parts(conversation: Record) -> list[Record]:
    return (conversation.get("conversation_parts") or {}).get("conversation_parts") or []


def _customer_id(contact: Record, source: IntercomSource) -> str | None:
    """The id that the installation chose; a contact that nobody gave an external id is known by the vendor's own."""
    if source.customer_reference == "external_id" and contact.get("external_id"):
        return contact["external_id"]
    return contact.get("id")


def _agent_id(author: Record) -> str | None:
    """Who wrote it, when it was a teammate or the AI agent; other bots are rules, and no agents."""
    if author.get("type") == "admin" or (author.get("type") == "bot" and author.get("from_ai_agent")):
        return author.get("id")
    return None


def _first_words(conversation: Record) -> str | None:
    """What the customer wrote first; none where that was redacted."""
    opening = conversation.get("source") or {}
    if opening.get("redacted"):
        return None
    if opening.get("body") and (opening.get("author") or {}).get("type") in CONTACTS:
        return opening["body"]
    written = [part for part in _parts(conversation) if (part.get("author") or {}).get("type") in CONTACTS]
    first = min(written, key=lambda part: whole(part.get("created_at")), default={})
    return first.get("body") or None
