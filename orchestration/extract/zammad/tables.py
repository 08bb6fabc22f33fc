"""The raw tables of a Zammad instance: which field of a record each column is, and which are personal.

Belongs here: names and paths only. How the records are read, and the few fields that the extractor adds to them (an agent's
id in place of anybody's, a status of the contract in place of a state's name), is in the modules beside this one.
"""

from orchestration.source_models import ApiTable

NOWHERE = "$._none"
"""The path of a column that the installation gives no attribute for."""
TICKET = {
    "id": "$.id",
    "number": "$.number",
    "url": "$.url",
    "customer_id": "$.customer_id",
    "owner_id": "$.owner_id",
    "created_by_agent_id": "$.created_by_agent_id",
    "group_id": "$.group_id",
    "group_name": "$.group",
    "state_id": "$.state_id",
    "priority_id": "$.priority_id",
    "priority_name": "$.priority",
    "calendar_id": "$.preferences.escalation_calculation.calendar_id",
    "create_article_type": "$.create_article_type",
    "create_article_sender": "$.create_article_sender",
    "tags": "$.tags",
    "article_ids": "$.article_ids",
    "time_accounting_ids": "$.time_accounting_ids",
    "subject": "$.title",
    "description": "$.description",
    "first_response_in_min": "$.first_response_in_min",
    "has_spam_tag": "$.has_spam_tag",
    "has_test_tag": "$.has_test_tag",
    "first_response_at": "$.first_response_at",
    "close_at": "$.close_at",
    "last_close_at": "$.last_close_at",
    "created_at": "$.created_at",
    "updated_at": "$.updated_at",
}
TICKET_IGNORED = [
    *("organization_id", "organization", "note", "type", "time_unit", "created_by_id", "created_by", "updated_by_id"),
    *(
        "updated_by",
        "owner",
        "customer",
        "state",
        "preferences",
        "article_count",
        "ticket_time_accounting",
        "pending_time",
    ),
    *("create_article_type_id", "create_article_sender_id", "escalation_at", "first_response_escalation_at"),
    *("first_response_diff_in_min", "close_escalation_at", "close_in_min", "close_diff_in_min", "update_escalation_at"),
    *("update_in_min", "update_diff_in_min", "last_contact_at", "last_contact_agent_at", "last_contact_customer_at"),
    *(
        "last_owner_update_at",
        "checklist_id",
        "checklist",
        "referencing_checklist_ids",
        "ai_agent_running",
        "mention_ids",
    ),
    "ticket_time_accounting_ids",
]
ARTICLE = {
    "id": "$.id",
    "ticket_id": "$.ticket_id",
    "type": "$.type",
    "sender": "$.sender",
    "agent_id": "$.agent_id",
    "language": "$.language",
    "body": "$.body",
    "internal": "$.internal",
    "perform_origin": "$.preferences.perform_origin",
    "is_auto_response": '$.preferences."is-auto-response"',
    "created_at": "$.created_at",
    "updated_at": "$.updated_at",
}
ARTICLE_IGNORED = [
    *("type_id", "sender_id", "from", "to", "cc", "subject", "reply_to", "message_id", "message_id_md5", "in_reply_to"),
    *("content_type", "references", "preferences", "created_by_id", "created_by", "updated_by_id", "updated_by"),
    *("origin_by_id", "origin_by", "attachments", "time_unit", "time_accounting_id", "ticket", "detected_language"),
]
HISTORY = {
    "id": "$.id",
    "ticket_id": "$.o_id",
    "type": "$.type",
    "attribute": "$.attribute",
    "id_from": "$.id_from",
    "id_to": "$.id_to",
    "value_from": "$.value_from",
    "value_to": "$.value_to",
    "agent_id": "$.agent_id",
    "created_at": "$.created_at",
}
TIME_ACCOUNTING = {
    "id": "$.id",
    "ticket_id": "$.ticket_id",
    "ticket_article_id": "$.ticket_article_id",
    "time_unit": "$.time_unit",
    "unit_seconds": "$.unit_seconds",
    "agent_id": "$.agent_id",
    "created_at": "$.created_at",
    "updated_at": "$.updated_at",
}
AGENT = {"id": "$.id", "agent_name": "$.agent_name", "employment": "$.employment", "active": "$.active"}
CUSTOMER = {"id": "$.id", "email": "$.email", "active": "$.active", "created_at": "$.created_at"}
STATE = {"id": "$.id", "name": "$.name", "state_type": "$.state_type", "status": "$.status"}
GROUP = {"id": "$.id", "name": "$.name", "is_team": "$.is_team"}
PRIORITY = {"id": "$.id", "name": "$.name"}
CALENDAR = {
    "id": "$.id",
    "name": "$.name",
    "timezone": "$.timezone",
    "business_hours": "$.business_hours",
    "public_holidays": "$.public_holidays",
}
SLA = {
    "id": "$.id",
    "name": "$.name",
    "calendar_id": "$.calendar_id",
    "first_response_time": "$.first_response_time",
    "update_time": "$.update_time",
    "solution_time": "$.solution_time",
}


def zammad_tables(
    ticket_fields: dict[str, str | None], customer_fields: dict[str, str | None], agent_fields: dict[str, str | None]
) -> list[ApiTable]:
    """The raw tables, with the installation's own attributes (None where it has none) as columns of the contract's names."""
    return [
        ApiTable(
            name="tickets",
            key=["id"],
            fields=TICKET | _chosen(ticket_fields),
            required=["customer_id", "group_id", "state_id", "created_at", "updated_at", *_given(ticket_fields)],
            identities=["customer_id"],
            free_text=["subject", "description"],
            ignored=TICKET_IGNORED,
            version="updated_at",
        ),
        ApiTable(
            name="ticket_articles",
            key=["id"],
            fields=ARTICLE,
            required=["ticket_id", "type", "sender", "internal", "created_at"],
            free_text=["body"],
            ignored=ARTICLE_IGNORED,
            version="updated_at",
        ),
        ApiTable(name="ticket_histories", key=["id"], fields=HISTORY, required=["ticket_id", "type", "created_at"]),
        ApiTable(
            name="time_accountings",
            key=["id"],
            fields=TIME_ACCOUNTING,
            required=["ticket_id", "time_unit", "created_at"],
            ignored=["type_id", "type", "created_by_id", "created_by", "ticket", "ticket_article"],
            version="updated_at",
        ),
        ApiTable(
            name="ticket_deletions",
            key=["ticket_id"],
            fields={"ticket_id": "$.ticket_id", "noticed_at": "$.noticed_at"},
            unused="when a ticket was found to be gone; joined to tickets",
        ),
        ApiTable(
            name="agents",
            key=["id"],
            fields=AGENT | _chosen(agent_fields),
            required=_given(agent_fields),
            identities=["agent_name"],
        ),
        ApiTable(
            name="customers",
            key=["id"],
            # Without an attribute for it, a customer's language is that of the locale.
            fields=CUSTOMER | _chosen(customer_fields | {"language": customer_fields["language"] or "locale"}),
            required=["email", "created_at", *_given(customer_fields)],
            identities=["id", "customer_reference", "email", "person_id"],
        ),
        *_lists(),
    ]


def _lists() -> list[ApiTable]:
    """The instance's own lists, each read whole every time."""
    joined = "names and meanings of ids; joined to tickets and their history"
    return [
        ApiTable(name="ticket_states", key=["id"], fields=STATE, required=["name"], listing="full", unused=joined),
        ApiTable(name="ticket_groups", key=["id"], fields=GROUP, required=["name"], listing="full", unused=joined),
        ApiTable(
            name="ticket_priorities", key=["id"], fields=PRIORITY, required=["name"], listing="full", unused=joined
        ),
        ApiTable(
            name="calendars",
            key=["id"],
            fields=CALENDAR,
            required=["timezone", "business_hours"],
            listing="full",
        ),
        ApiTable(name="slas", key=["id"], fields=SLA, unused="the instance's own promises; targets are a seed"),
    ]


def _chosen(attributes: dict[str, str | None]) -> dict[str, str]:
    return {column: f"$.{attribute}" if attribute else NOWHERE for column, attribute in attributes.items()}


def _given(attributes: dict[str, str | None]) -> list[str]:
    return [column for column, attribute in attributes.items() if attribute]
