"""From the vendor's objects to the records that are landed: what is left out, and the few fields that are added.

Belongs here: no request. Ids of persons who are no agents are left out wherever the contract needs no customer, names of
persons always; a text in HTML becomes the text that a reader saw.
"""

import html
import re
from collections.abc import Collection, Mapping
from typing import Any

from orchestration.extract.zammad.settings import ZammadSource

NOBODY = 1
"""The user "-": the owner of a ticket without one, and who acts when the system does."""
UNIT_SECONDS = {"seconds": 1, "minutes": 60, "quarters": 900, "hours": 3600}
STATUSES_OF_TYPES = {
    "new": "new",
    "open": "open",
    "pending reminder": "pending",
    "pending action": "pending",
    "closed": "closed",
    "merged": "closed",
    "removed": "closed",
}
TYPES = ("new", "open", "pending reminder", "pending action", "closed", "merged", "removed")
"""The types of states in the order of their ids, as every instance is set up."""
KEPT_ATTRIBUTES = ("state", "owner", "group", "priority")
"""Changes of these are ticket changes; those of titles, customers and the like are not loaded."""
KEPT_TYPES = ("created", "merged_into")
HIDDEN = re.compile(r"(?is)<(script|style|head)\b.*?</\1\s*>|<!--.*?-->")
BREAK = re.compile(r"(?i)<(br|/p|/div|/li|/tr|/h[1-6]|/blockquote)\b[^>]*>")
TAG = re.compile(r"<[^>]*>")
Record = dict[str, Any]


def agent_id(user_id: Any, agents: Collection[int]) -> int | None:
    """A user's id if the user is an agent; None for customers and for the system."""
    return user_id if user_id != NOBODY and user_id in agents else None


def ticket_record(
    source: ZammadSource,
    ticket: Record,
    articles: list[Record],
    accountings: list[Record],
    tags: list[str],
    agents: Collection[int],
) -> Record:
    """A ticket with the ids of what belongs to it now, its tags, and the customer's first words."""
    in_order = sorted(articles, key=lambda each: each["id"])
    first = next((each for each in in_order if _is_from_customer(each)), None)
    opening = in_order[0] if in_order else {}
    return {
        "create_article_type": opening.get("type"),
        "create_article_sender": opening.get("sender"),
        **ticket,
        "url": f"{source.base_url}/#ticket/zoom/{ticket['id']}",
        "created_by_agent_id": agent_id(ticket.get("created_by_id"), agents),
        "tags": tags,
        "has_spam_tag": bool({*tags} & {*source.spam_tags}),
        "has_test_tag": bool({*tags} & {*source.test_tags}),
        "article_ids": [each["id"] for each in articles],
        "time_accounting_ids": [each["id"] for each in accountings],
        "description": plain_text(first) if first else None,
    }


def article_record(source: ZammadSource, article: Record, ticket: Record, agents: Collection[int]) -> Record:
    """An article with its text as read, the agent who wrote it, and the language that the ticket says."""
    author = article.get("origin_by_id") or article.get("created_by_id")
    wrote = author if article.get("sender") == "Agent" and author != NOBODY else agent_id(author, agents)
    is_customers = article.get("sender") == "Customer"
    language = source.ticket_fields.language
    return {
        **article,
        "body": plain_text(article),
        "agent_id": None if is_customers else wrote,
        "language": ticket.get(language) if language else None,
    }


def history_records(history: list[Record], agents: Collection[int]) -> list[Record]:
    """The entries of a ticket's history that are loaded, without names of persons.

    Entries that a trigger, a scheduler or a macro caused carry it as their source and have no agent.
    """
    kept = [
        entry
        for entry in history
        if entry.get("object") == "Ticket"
        and (
            entry.get("type") in KEPT_TYPES
            or (entry.get("type") == "updated" and entry.get("attribute") in KEPT_ATTRIBUTES)
        )
    ]
    records = []
    for entry in kept:
        is_named = entry.get("attribute") != "owner"
        is_rule = entry.get("sourceable_type") is not None
        records.append(
            {
                **{
                    name: entry.get(name)
                    for name in ("id", "o_id", "type", "attribute", "id_from", "id_to", "created_at")
                },
                "value_from": entry.get("value_from") if is_named else None,
                "value_to": entry.get("value_to") if is_named else None,
                "agent_id": None if is_rule else agent_id(entry.get("created_by_id"), agents),
            }
        )
    return records


def accounting_record(source: ZammadSource, accounting: Record, agents: Collection[int]) -> Record:
    """Accounted time with what one unit of it is."""
    unit = source.time_accounting_unit
    return {
        **accounting,
        "unit_seconds": UNIT_SECONDS[unit] if unit else None,
        "agent_id": agent_id(accounting.get("created_by_id"), agents),
    }


def is_agent(source: ZammadSource, user: Mapping[str, Any]) -> bool:
    """Whether a user's roles make an agent of the user."""
    return bool({*source.agent_roles, *source.employments} & {*(user.get("roles") or [])})


def agent_record(source: ZammadSource, user: Record) -> Record:
    """What is kept of an agent: nothing that changes with every login."""
    employments = [source.employments[role] for role in user.get("roles") or [] if role in source.employments]
    chosen = source.agent_fields.model_dump(exclude_none=True).values()
    names = (user.get("firstname"), user.get("lastname"))
    return {
        "id": user["id"],
        "agent_name": " ".join(name.strip() for name in names if name),
        "employment": employments[0] if employments else "employee",
        "active": user.get("active"),
        **{name: user[name] for name in chosen if name in user},
    }


def customer_record(source: ZammadSource, user: Record) -> Record:
    """What is kept of a customer."""
    chosen = source.customer_fields.model_dump(exclude_none=True)
    locale = (user.get("preferences") or {}).get("locale") or ""
    record = {name: user[name] for name in ("id", "email", "active", "created_at") if name in user}
    record |= {name: user[name] for name in (source.customer_reference, *chosen.values()) if name in user}
    return record if "language" in chosen else record | {"locale": locale[:2] or None}


def state_record(source: ZammadSource, state: Record) -> Record:
    """A state with the status that it is in the contract."""
    number = state.get("state_type_id") or 0
    kind = state.get("state_type") or (TYPES[number - 1] if number in range(1, len(TYPES) + 1) else None)
    return {
        "id": state["id"],
        "name": state["name"],
        "state_type": kind,
        "status": source.statuses.get(state["name"]) or STATUSES_OF_TYPES.get(kind or ""),
    }


def group_record(source: ZammadSource, group: Record) -> Record:
    """A group, and whether it is a team."""
    return {"id": group["id"], "name": group["name"], "is_team": group["name"] not in source.inbox_groups}


def plain_text(article: Record) -> str:
    """The text of an article as a reader saw it."""
    body = article.get("body") or ""
    if "html" not in (article.get("content_type") or ""):
        return body.strip()
    text = TAG.sub("", BREAK.sub("\n", HIDDEN.sub("", body)))
    return html.unescape(text).replace("\xa0", " ").strip()


def _is_from_customer(article: Record) -> bool:
    return article.get("sender") == "Customer" and not article.get("internal")
