"""What an installation says of a Customer Thermometer account, and the raw table it fills."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from orchestration.source_models import ApiSource, ApiTable, Mapping

CUSTOM_FIELDS = [f"custom_{number}" for number in range(1, 13)]
CustomField = Annotated[str, Field(pattern=r"^custom_([1-9]|1[0-2])$")]
ThermometerId = Annotated[str, Field(pattern=r"^[0-9]+$")]
RESPONSE_FIELDS = {
    "response_id": "$.response_id",
    "response_date": "$.response_date",
    "response": "$.response",
    "temperature_id": "$.temperature_id",
    "thermometer_id": "$.thermometer_id",
    "blast_id": "$.blast_id",
    "response_bounced": "$.response_bounced",
    "comment": "$.comment",
}
IGNORED = ["recipient", "first_name", "last_name", "company", "comment_hidden", *CUSTOM_FIELDS]
UNSET = "no_field_is_set"
"""In place of a custom field that the installation does not name."""


class CustomerThermometerSource(ApiSource):
    """One Customer Thermometer account.

    `ticket_field` and `agent_field` are the custom fields (`custom_1` to `custom_12`) that hold the helpdesk's ids, and
    `customer_field` the one that holds the customer's id, in place of the e-mail address. `effort_thermometers` are the
    thermometers (by id) that ask for effort, each with its scale; all others ask for satisfaction. `time_zone` is the zone
    in which the vendor's times are read, which name none. `to_parameter` is what the vendor calls the end of a range.
    """

    kind: Literal["customer_thermometer"]
    base_url: str = "https://app.customerthermometer.com"
    api_key_env: str = "CUSTOMER_THERMOMETER_API_KEY"
    look_back_days: float = Field(default=14, ge=0)
    time_zone: str = "UTC"
    ticket_field: CustomField | None = None
    agent_field: CustomField | None = None
    customer_field: CustomField | None = None
    effort_thermometers: dict[ThermometerId, Literal["ces_1", "ces_2"]] = Field(default_factory=dict)
    to_parameter: Literal["toDate", "endDate"] = "toDate"
    rows_per_request: int = Field(default=10_000, ge=1)

    credentials: ClassVar[tuple[str, ...]] = ("api_key_env",)
    scopes: ClassVar[str] = "the account's API key"

    def own_tables(self) -> list[ApiTable]:
        """One table: responses to every thermometer."""
        chosen = {
            "ticket_id": f"$.{self.ticket_field or UNSET}",
            "agent_id": f"$.{self.agent_field or UNSET}",
            "customer": f"$.{self.customer_field or 'recipient'}",
        }
        scales = "".join(f" when '{number}' then '{scale}'" for number, scale in self.effort_thermometers.items())
        return [
            ApiTable(
                name="responses",
                key=["response_id"],
                fields=RESPONSE_FIELDS | chosen,
                identities=["customer"],
                free_text=["comment"],
                required=["response_date", "temperature_id", "thermometer_id"],
                ignored=IGNORED,
                derived={"effort_scale": f"case thermometer_id{scales} end" if scales else "null"},
            )
        ]

    def own_mappings(self) -> list[Mapping]:
        """Responses become answers about satisfaction, or about effort."""
        return [
            Mapping(
                entity="csat_responses",
                sql="customer_thermometer/csat_responses.sql",
                accounts_for=["responses"],
                time_zone=self.time_zone,
            ),
            Mapping(entity="ces_responses", sql="customer_thermometer/ces_responses.sql", time_zone=self.time_zone),
        ]
