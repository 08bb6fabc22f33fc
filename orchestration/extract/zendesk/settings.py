"""What an installation says of a Zendesk account: where it is, how to sign in, and which of its fields mean what.

Belongs here: settings. The raw tables stand in `tables`, the reading in `fetch`.
"""

from typing import ClassVar, Literal

from pydantic import Field

from orchestration.extract.zendesk import tables
from orchestration.source_models import ApiSource, ApiTable, Mapping

Channel = Literal["email", "chat", "messaging", "web", "app", "telephone", "social"]
Scale = Literal["good_bad", "good_ok_bad", "stars_1_5"]
Role = Literal["buyer", "seller", "other"]
FIELD_SETTINGS = {
    "order_id": "order_field",
    "seller_id": "seller_field",
    "market": "market_field",
    "language": "language_field",
    "reason": "reason_field",
    "product": "product_field",
    "app_version": "app_version_field",
    "customer_tier": "customer_tier_field",
    "requester_role": "requester_role_field",
    "previous_ticket_id": "previous_ticket_field",
}
"""Columns of tickets that hold what one custom field says, and the setting that names the field."""


class ZendeskSource(ApiSource):
    """One Zendesk account.

    Settings that end in `_field` are ids of ticket fields; `order_field` may be "external_id" instead. Settings that end in
    `_tags` are tags, one of which is enough. `channels` says which channel a way of coming in is, where the project cannot
    know: `{web_service = "app"}`. `customer_reference` and `person_field` are "external_id" or the key of a user field:
    by which number tickets name customers (else by Zendesk's own), and which one is the person's everywhere. `survey_scales` gives a survey's scale by its id, or any survey's under "*".
    """

    kind: Literal["zendesk"]
    auth: Literal["oauth", "api_token"] = "oauth"
    client_id_env: str = "ZENDESK_CLIENT_ID"
    client_secret_env: str = "ZENDESK_CLIENT_SECRET"
    token_request: Literal["json", "form"] = "json"
    email_env: str = "ZENDESK_EMAIL"
    api_token_env: str = "ZENDESK_API_TOKEN"
    look_back_days: float = Field(default=30, ge=0)
    max_attempts: int = Field(default=8, ge=1)

    order_field: int | Literal["external_id"] | None = None
    seller_field: int | None = None
    market_field: int | None = None
    language_field: int | None = None
    reason_field: int | None = None
    product_field: int | None = None
    app_version_field: int | None = None
    customer_tier_field: int | None = None
    requester_role_field: int | None = None
    previous_ticket_field: int | None = None

    requester_role: Role | None = None
    role_tags: dict[str, Role] = Field(default_factory=dict)
    spam_tags: list[str] = Field(default_factory=list)
    test_tags: list[str] = Field(default_factory=list)
    bot_only_tags: list[str] = Field(default_factory=list)
    inr_tags: list[str] = Field(default_factory=list)
    inr_reasons: list[str] = Field(default_factory=list)
    channels: dict[str, Channel] = Field(default_factory=dict)

    bot_agents: list[int] = Field(default_factory=list)
    contractor_tags: list[str] = Field(default_factory=list)
    customer_reference: str = "id"
    person_field: str | None = None
    time_zones: dict[str, str] = Field(default_factory=dict)
    survey_scales: dict[str, Scale] = Field(default_factory=dict)
    survey_locale: str = "en-us"
    metric_events: bool = True
    reconciled_days: int = Field(default=3, ge=0, le=31)

    scopes: ClassVar[str] = "the scope read, and an administrator's role for the incremental exports"
    lag_seconds: ClassVar[float] = 60

    # Elsewhere a system has one way of signing in; here the setting `auth` decides, so that the class cannot say it.
    @property
    def credentials(self) -> tuple[str, ...]:  # type: ignore[override]
        """The settings that name variables with credentials: they hang on the way of signing in."""
        if self.auth == "api_token":
            return ("email_env", "api_token_env")
        return ("client_id_env", "client_secret_env")

    def own_tables(self) -> list[ApiTable]:
        """Every raw table; those that a plan lacks stay empty."""
        return [
            tables.tickets(),
            *tables.of_ticket_events(),
            *([tables.metric_events()] if self.metric_events else []),
            *tables.people(),
            *tables.calendars(),
            *tables.satisfaction(),
            tables.deleted_tickets(),
        ]

    def own_mappings(self) -> list[Mapping]:
        """Tickets with all that belongs to them; claims only where tags or reasons say which tickets are such."""

        def mapping(entity: str, *accounts_for: str) -> Mapping:
            return Mapping(entity=entity, sql=f"zendesk/{entity}.sql", accounts_for=list(accounts_for))

        tickets = mapping("tickets", "tickets")
        if self.requester_role:
            tickets.defaults["requester_role"] = self.requester_role
        mappings = [
            tickets,
            mapping("ticket_messages", "ticket_comments"),
            mapping("ticket_changes", "ticket_changes"),
            mapping("customers", "users"),
            mapping("agents", "agents"),
            mapping("calendar_hours", "schedule_intervals"),
            mapping("calendar_holidays", "schedule_holidays"),
            mapping("csat_responses", "satisfaction_ratings", "survey_responses"),
            mapping("survey_invitations"),
        ]
        if self.inr_tags or self.inr_reasons:
            mappings.append(mapping("inr_claims"))
        return mappings
