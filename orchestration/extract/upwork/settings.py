"""What an installation says of an Upwork organisation, and the raw tables it fills."""

from typing import ClassVar, Literal

from pydantic import Field

from orchestration.source_models import ApiSource, ApiTable, Mapping

DateFormat = Literal["compact", "iso"]
TIME_REPORT_FIELDS = {
    "work_date": "$.work_date",
    "part": "$.part",
    "date_worked_on": "$.dateWorkedOn",
    "hours": "$.totalHoursWorked",
    "charges": "$.totalCharges",
    "freelancer_id": "$.freelancer.id",
    "freelancer_name": "$.freelancer.name",
    "team_id": "$.team.id",
    "team_name": "$.team.name",
    "contract_id": "$.contract.id",
}
TRANSACTION_FIELDS = {
    "record_id": "$.recordId",
    "created_at": "$.transactionCreationDate",
    "type": "$.type",
    "accounting_subtype": "$.accountingSubtype",
    "team_id": "$.assignmentTeamId",
    "amount": "$.transactionAmount.rawValue",
    "currency_code": "$.transactionAmount.currency",
}


class UpworkSource(ApiSource):
    """One Upwork organisation that hires contractors.

    Signs in with client credentials, or with a refresh token where `refresh_token_env` names one. `agent_ids` gives the
    helpdesk's id of a contractor by Upwork's, where the two differ. The `_date_format` settings say how a range is written.
    """

    kind: Literal["upwork"]
    base_url: str = "https://api.upwork.com"
    token_url: str = Field(default="https://www.upwork.com/api/v3/oauth2/token", pattern=r"^https?://[^/]+")
    client_id_env: str = "UPWORK_CLIENT_ID"
    client_secret_env: str = "UPWORK_CLIENT_SECRET"
    refresh_token_env: str | None = None
    organization_id: str | None = None
    look_back_days: float = Field(default=21, ge=0)
    currency_code: str = Field(default="USD", pattern=r"^[A-Z]{3}$")
    agent_ids: dict[str, str] = Field(default_factory=dict)
    time_report_date_format: DateFormat = "compact"
    transaction_date_format: DateFormat = "iso"
    transactions: bool = True

    credentials: ClassVar[tuple[str, ...]] = ("client_id_env", "client_secret_env", "refresh_token_env")
    scopes: ClassVar[str] = "the scopes for reading time reports and, for transactions, the transaction history"
    lag_seconds: ClassVar[float] = 86_400
    """Hours of a day are there when the day is over; until the week is billed they may still change."""

    def own_tables(self) -> list[ApiTable]:
        """Two tables: hours and charges by day, contract and contractor; and what was invoiced."""
        known = "".join(f" when {_text(theirs)} then {_text(ours)}" for theirs, ours in self.agent_ids.items())
        return [
            ApiTable(
                name="time_reports",
                key=["work_date", "contract_id", "freelancer_id", "part"],
                fields=TIME_REPORT_FIELDS,
                identities=["freelancer_name"],
                required=["date_worked_on", "hours", "charges"],
                derived={"agent_id": f"case freelancer_id{known} else freelancer_id end" if known else "freelancer_id"},
            ),
            ApiTable(
                name="transactions",
                key=["record_id"],
                fields=TRANSACTION_FIELDS,
                required=["created_at", "amount"],
                unused="what was invoiced, to be compared with the charges of time_reports; the contract has no such entity",
            ),
        ]

    def own_mappings(self) -> list[Mapping]:
        """Time reports become days of work; who worked and for which team comes from the same rows."""
        return [
            Mapping(
                entity="agent_workdays",
                sql="upwork/agent_workdays.sql",
                accounts_for=["time_reports"],
                defaults={"currency_code": self.currency_code},
            ),
            Mapping(entity="agents", sql="upwork/agents.sql"),
            Mapping(entity="agent_team_histories", sql="upwork/agent_team_histories.sql"),
        ]


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
