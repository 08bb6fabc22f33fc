"""What an installation says of a Zammad instance.

Belongs here: the settings and the checks of them. The raw tables that they lead to are in `tables`.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator

from orchestration.extract.zammad.tables import zammad_tables
from orchestration.source_models import ApiSource, ApiTable, Mapping, Strict

Attribute = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Status = Literal["new", "open", "pending", "hold", "solved", "closed"]
Employment = Literal["employee", "contractor", "bot"]


class TicketFields(Strict):
    """Attributes of the instance's tickets, by the contract's column that they fill; most are the installation's own."""

    order_id: Attribute | None = None
    seller_id: Attribute | None = None
    requester_role: Attribute | None = None
    channel: Attribute | None = None
    market: Attribute | None = None
    language: Attribute | None = None
    reason: Attribute | None = None
    product: Attribute | None = None
    app_version: Attribute | None = None
    customer_tier: Attribute | None = None
    previous_ticket_id: Attribute | None = None
    is_spam: Attribute | None = None
    is_test: Attribute | None = None
    is_bot_only: Attribute | None = None


class CustomerFields(Strict):
    """Attributes of users who are customers, by the contract's column; without `language`, their locale is taken."""

    person_id: Attribute | None = None
    market: Attribute | None = None
    language: Attribute | None = None
    tier: Attribute | None = None


class AgentFields(Strict):
    """Attributes of users who are agents, by the contract's column."""

    market: Attribute | None = None
    time_zone: Attribute | None = None
    hired_date: Attribute | None = None
    left_date: Attribute | None = None


class ZammadSource(ApiSource):
    """One Zammad instance.

    `changes` says where changed tickets are looked up: in Elasticsearch (`search_index`), by a condition that the instance's
    own database answers (`database`), or by reading the whole listing (`listing`). `sweep_days` is how often all ids are
    listed to find out what was deleted. `time_accounting_unit` is what the instance counts time in; without it no accounted
    time becomes handle time. `statuses` gives states of the instance a status of the contract, by name; any other state has
    that of its type. `employments` gives users with a role an employment. `inbox_groups` are groups that are no team. `customer_reference` is the
    attribute of users that names them as customers: the instance's own id, or one that other systems know as well.
    """

    kind: Literal["zammad"]
    token_env: str = "ZAMMAD_TOKEN"
    changes: Literal["search_index", "database", "listing"] = "search_index"
    sweep_days: float = Field(default=7, ge=0)
    time_accounting_unit: Literal["seconds", "minutes", "quarters", "hours"] | None = None
    statuses: dict[str, Status] = Field(default_factory=dict)
    agent_roles: list[str] = Field(default_factory=lambda: ["Agent"])
    employments: dict[str, Employment] = Field(default_factory=dict)
    inbox_groups: list[str] = Field(default_factory=list)
    customer_reference: Attribute = "id"
    spam_tags: list[str] = Field(default_factory=list)
    test_tags: list[str] = Field(default_factory=list)
    ticket_fields: TicketFields = Field(default_factory=TicketFields)
    customer_fields: CustomerFields = Field(default_factory=CustomerFields)
    agent_fields: AgentFields = Field(default_factory=AgentFields)

    credentials: ClassVar[tuple[str, ...]] = ("token_env",)
    scopes: ClassVar[str] = (
        "a token with ticket.agent, of a user who may read every group; admin.calendar and admin.sla for the calendars"
    )
    lag_seconds: ClassVar[float] = 300

    @field_validator("base_url")
    @classmethod
    def _without_api_path(cls, value: str) -> str:
        return value.rstrip("/").removesuffix("/api/v1")

    def own_tables(self) -> list[ApiTable]:
        """Tickets and what belongs to each, users by what they are, and the instance's own lists."""
        return zammad_tables(
            self.ticket_fields.model_dump(),
            self.customer_fields.model_dump() | {"customer_reference": self.customer_reference},
            self.agent_fields.model_dump(),
        )

    def own_mappings(self) -> list[Mapping]:
        """What a helpdesk can deliver but for satisfaction, which Zammad does not ask for."""
        accounted = {
            "tickets": ["tickets"],
            "ticket_messages": ["ticket_articles"],
            "ticket_changes": ["ticket_histories"],
            "handle_times": ["time_accountings"],
            "agents": ["agents"],
            "customers": ["customers"],
            "calendar_hours": ["calendars"],
            "calendar_holidays": [],
        }
        return [
            Mapping(entity=entity, sql=f"zammad/{entity}.sql", accounts_for=tables)
            for entity, tables in accounted.items()
        ]
