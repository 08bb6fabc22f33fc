"""What an installation says of an Intercom workspace, and the raw tables it fills.

Belongs here: settings, and which field of the vendor's records each raw column is. Values that the extractor adds to a
record, because they hang on settings, stand below its key `derived` (`orchestration.extract.intercom.shapes`).
"""

from typing import ClassVar, Literal

from pydantic import Field

from orchestration.source_models import ApiSource, ApiTable, Mapping

API_VERSION = "2.14"
"""Pinned: in 2.16 `priority` has other values, and without the header the version is a setting of somebody's app."""

CONVERSATION_FIELDS = {
    "id": "$.id",
    "created_at": "$.created_at",
    "updated_at": "$.updated_at",
    "state": "$.state",
    "priority": "$.priority",
    "waiting_since": "$.waiting_since",
    "snoozed_until": "$.snoozed_until",
    "admin_assignee_id": "$.admin_assignee_id",
    "team_assignee_id": "$.team_assignee_id",
    "tags": "$.tags.tags",
    "source_id": "$.source.id",
    "source_type": "$.source.type",
    "source_delivered_as": "$.source.delivered_as",
    "source_author_type": "$.source.author.type",
    "source_redacted": "$.source.redacted",
    "subject": "$.source.subject",
    "first_contact_reply_at": "$.statistics.first_contact_reply_at",
    "first_admin_reply_at": "$.statistics.first_admin_reply_at",
    "first_assignment_at": "$.statistics.first_assignment_at",
    "last_close_at": "$.statistics.last_close_at",
    "time_to_admin_reply": "$.statistics.time_to_admin_reply",
    "handling_time": "$.statistics.handling_time",
    "adjusted_handling_time": "$.statistics.adjusted_handling_time",
    "count_reopens": "$.statistics.count_reopens",
    "rating": "$.conversation_rating.rating",
    "rating_requested_at": "$.conversation_rating.created_at",
    "rating_updated_at": "$.conversation_rating.updated_at",
    "rating_teammate_id": "$.conversation_rating.teammate.id",
    "comment": "$.conversation_rating.remark",
    "ai_agent_participated": "$.ai_agent_participated",
    "ai_agent_resolution_state": "$.ai_agent.resolution_state",
    "ai_agent_rating": "$.ai_agent.rating",
    "part_count": "$.conversation_parts.total_count",
    "customer_id": "$.derived.customer_id",
    "rated_by": "$.derived.rated_by",
    "url": "$.derived.url",
    "body": "$.source.body",
    "channel": "$.derived.channel",
    "description": "$.derived.first_words",
    "has_opening_text": "$.derived.has_opening_text",
    "opening_agent_id": "$.derived.opening_agent_id",
    "is_spam": "$.derived.is_spam",
    "is_test": "$.derived.is_test",
    "handle_seconds": "$.derived.handle_seconds",
}
CONVERSATION_IGNORED = [
    "type", "title", "open", "read", "company", "company_id", "contacts", "teammates", "first_contact_reply", "sla_applied",
    "linked_objects", "custom_attributes", "topics", "ticket", "brand_id", "channel",
]  # fmt: skip
PART_FIELDS = {
    "conversation_id": "$.derived.conversation_id",
    "id": "$.id",
    "part_type": "$.part_type",
    "created_at": "$.created_at",
    "updated_at": "$.updated_at",
    "author_type": "$.author.type",
    "from_ai_agent": "$.author.from_ai_agent",
    "author_staff_id": "$.derived.author_staff_id",
    "assigned_to_type": "$.assigned_to.type",
    "assigned_to_id": "$.assigned_to.id",
    "app_package_code": "$.app_package_code",
    "body": "$.body",
    "redacted": "$.redacted",
}
PART_IGNORED = [
    "type", "notified_at", "attachments", "external_id", "email_message_metadata", "metadata", "state", "tags",
    "event_details",
]  # fmt: skip
ADMIN_FIELDS = {
    "id": "$.id",
    "name": "$.name",
    "team_ids": "$.team_ids",
    "has_inbox_seat": "$.has_inbox_seat",
}
ADMIN_IGNORED = [
    "type", "email", "job_title", "away_mode_enabled", "away_mode_reassign", "away_status_reason_id", "avatar",
    "team_priority_level", "role",
]  # fmt: skip
CONTACT_FIELDS = {
    "id": "$.id",
    "customer_id": "$.derived.customer_id",
    "external_id": "$.external_id",
    "email": "$.email",
    "role": "$.role",
    "created_at": "$.created_at",
    "signed_up_at": "$.signed_up_at",
    "updated_at": "$.updated_at",
    "language_override": "$.language_override",
}
CONTACT_IGNORED = [
    "type", "workspace_id", "email_domain", "phone", "formatted_phone", "name", "owner_id", "has_hard_bounced",
    "marked_email_as_spam", "unsubscribed_from_emails", "unsubscribed_from_sms", "last_seen_at", "last_replied_at",
    "last_contacted_at", "last_email_opened_at", "last_email_clicked_at", "browser", "browser_version", "browser_language",
    "os", "android_app_name", "android_app_version", "android_device", "android_os_version", "android_sdk_version",
    "android_last_seen_at", "ios_app_name", "ios_app_version", "ios_device", "ios_os_version", "ios_sdk_version",
    "ios_last_seen_at", "avatar", "tags", "notes", "companies", "location", "social_profiles", "opted_out_subscription_types",
    "opted_in_subscription_types", "utm_campaign", "utm_content", "utm_medium", "utm_source", "utm_term", "referrer",
    "custom_attributes", "sms_consent", "enabled_push_messaging",
]  # fmt: skip
CONVERSATION_ATTRIBUTES = {
    "order_id": "order_attribute",
    "seller_id": "seller_attribute",
    "reason": "reason_attribute",
    "market": "market_attribute",
    "language": "language_attribute",
    "product": "product_attribute",
    "app_version": "app_version_attribute",
    "customer_tier": "tier_attribute",
    "requester_role": "requester_role_attribute",
    "calendar_id": "calendar_attribute",
    "merged_into_ticket_id": "merged_into_attribute",
    "previous_ticket_id": "previous_ticket_attribute",
}
"""Raw columns of conversations that come from custom attributes, each with the setting that names the attribute."""
CONTACT_ATTRIBUTES = {"market": "market_attribute", "tier": "tier_attribute"}
ACCOUNTS = {
    "tickets": ["conversations"],
    "ticket_messages": ["conversation_parts"],
    "ticket_changes": [],
    "agents": ["admins"],
    "handle_times": [],
    "csat_responses": [],
    "survey_invitations": [],
    "customers": ["contacts"],
}
"""Every raw row is accounted for once: conversations as tickets, parts as messages, admins and contacts as such."""
NOWHERE = "$.derived.unset"
"""The path of a column whose attribute is not chosen: always null."""
# A name stands in double quotes in a JSON path, and the engine knows no escape for one within.
Attribute = Field(default=None, min_length=1, pattern=r'^[^"\\]+$')


class IntercomSource(ApiSource):
    """One Intercom workspace; `<column>_attribute` names the custom attribute that holds the column."""

    kind: Literal["intercom"]
    base_url: str = "https://api.intercom.io"
    token_env: str = "INTERCOM_TOKEN"
    look_back_days: float = Field(default=2 / 24, ge=0)
    page_size: int = Field(default=50, ge=1, le=150)
    slice_days: float = Field(default=7, gt=0)
    conversations_per_run: int = Field(default=50_000, ge=1)
    sweep_days: float = Field(default=30, gt=0)
    inbox_url: str | None = Field(default=None, pattern=r"^https?://")
    customer_reference: Literal["contact_id", "external_id"] = "contact_id"
    handle_time_statistic: Literal["handling_time", "adjusted_handling_time"] = "handling_time"
    spam_tag: str | None = "spam"
    test_tag: str | None = "test"
    order_attribute: str | None = Attribute
    seller_attribute: str | None = Attribute
    reason_attribute: str | None = Attribute
    channel_attribute: str | None = Attribute
    market_attribute: str | None = Attribute
    language_attribute: str | None = Attribute
    product_attribute: str | None = Attribute
    app_version_attribute: str | None = Attribute
    tier_attribute: str | None = Attribute
    requester_role_attribute: str | None = Attribute
    calendar_attribute: str | None = Attribute
    merged_into_attribute: str | None = Attribute
    previous_ticket_attribute: str | None = Attribute

    credentials: ClassVar[tuple[str, ...]] = ("token_env",)
    scopes: ClassVar[str] = (
        "an access token with Read conversations, Read admins, Read tags, and Read and list users and companies"
    )
    lag_seconds: ClassVar[float] = 600

    def attribute_path(self, setting: str) -> str:
        """The JSON path of the custom attribute that a setting names."""
        name = getattr(self, setting)
        return NOWHERE if name is None else f'$.custom_attributes."{name}"'

    def own_tables(self) -> list[ApiTable]:
        """Conversations, their parts, who works and who writes, and what was found gone."""
        tables = [
            ApiTable(
                name="conversations",
                key=["id"],
                fields={
                    **CONVERSATION_FIELDS,
                    **{name: self.attribute_path(setting) for name, setting in CONVERSATION_ATTRIBUTES.items()},
                },
                required=["created_at", "updated_at", "state", "source_delivered_as"],
                identities=["customer_id", "rated_by"],
                free_text=["subject", "body", "description", "comment"],
                redactions={"source_redacted": ["subject", "body", "description"]},
                # The day by which the vendor's own counts are compared.
                derived={"created_date": "cast(make_timestamp(try_cast(created_at as bigint) * 1000000) as date)"},
                ignored=CONVERSATION_IGNORED,
                version="updated_at",
            ),
            ApiTable(
                name="conversation_parts",
                key=["conversation_id", "id"],
                fields=PART_FIELDS,
                required=["part_type", "created_at", "author_type"],
                free_text=["body"],
                redactions={"redacted": ["body"]},
                ignored=PART_IGNORED,
                version="updated_at",
            ),
            ApiTable(
                name="deleted_conversations",
                key=["id"],
                fields={"id": "$.id", "deleted_at": "$.deleted_at"},
                unused="joined to tickets: conversations that the vendor no longer has",
            ),
            ApiTable(name="admins", key=["id"], fields=ADMIN_FIELDS, identities=["name"], ignored=ADMIN_IGNORED),
            ApiTable(
                name="departed_admins",
                key=["id"],
                fields={"id": "$.id", "noticed_date": "$.noticed_date"},
                unused="joined to agents: teammates that the vendor no longer lists",
            ),
            ApiTable(
                name="teams",
                key=["id"],
                fields={"id": "$.id", "name": "$.name"},
                ignored=["type", "admin_ids", "admin_priority_level", "assignment_limit", "distribution_method"],
                unused="joined to tickets and changes: names of teams",
            ),
            ApiTable(
                name="tags",
                key=["id"],
                fields={"id": "$.id", "name": "$.name"},
                ignored=["type", "applied_at", "applied_by"],
                unused="the list of all tags, for people; each conversation names its own",
            ),
        ]
        if "customers" not in self.without:
            tables.append(self._contacts())
        for entity in self.without:
            for table in tables:
                if table.name in ACCOUNTS.get(entity, []):
                    table.unused = f"sources.toml takes no {entity} of this source"
        return tables

    def _contacts(self) -> ApiTable:
        return ApiTable(
            name="contacts",
            key=["id"],
            fields={
                **CONTACT_FIELDS,
                **{name: self.attribute_path(setting) for name, setting in CONTACT_ATTRIBUTES.items()},
            },
            required=["created_at", "updated_at", "role"],
            identities=["id", "customer_id", "external_id", "email"],
            ignored=CONTACT_IGNORED,
            version="updated_at",
        )

    def own_mappings(self) -> list[Mapping]:
        """One select an entity; all instants of this vendor are seconds since 1970."""
        return [
            Mapping(entity=entity, sql=f"intercom/{entity}.sql", accounts_for=tables, timestamp_format="epoch_seconds")
            for entity, tables in ACCOUNTS.items()
        ]
