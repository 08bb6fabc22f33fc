"""A stand-in of Upwork's GraphQL interface: token, time report of a client with pages, transactions of a month.

Follows the vendor's published contract: errors and missing permissions come with status 200, a range of dates has both ends
included. `SCHEMA` is the part of the vendor's schema that is served.
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from orchestration.demo.stand_ins.graphql import Answering, GraphqlError, Schema, Selection, read_query, read_schema
from orchestration.demo.stand_ins.server import Answer, Request, StandIn

TOKEN_SECONDS = 86_400
DEFAULT_PAGE_SIZE = 100
SCHEMA = """
type Query {
  accountingEntity: AccountingEntity
  organization: Organization
  transactionHistory(transactionHistoryFilter: TransactionHistoryFilter!): TransactionHistory
}
type AccountingEntity { id: ID! }
type Organization {
  id: ID!
  name: String
  clientContractTimeReport(timeReportDate_bt: DateTimeRange!, pagination: Pagination): TimeReportConnection
}
type TimeReportConnection { totalCount: Int edges: [TimeReportEdge!] pageInfo: PageInfo! }
type TimeReportEdge { cursor: String node: TimeReport! }
type PageInfo { endCursor: String hasNextPage: Boolean! }
type TimeReport {
  dateWorkedOn: String
  weekWorkedOn: String
  monthWorkedOn: String
  yearWorkedOn: String
  totalHoursWorked: Float
  totalCharges: Float
  totalOnlineHoursWorked: Float
  totalOfflineHoursWorked: Float
  memo: String
  task: String
  freelancer: GenericUser
  team: GenericOrganization
  contract: ContractDetails
}
type GenericUser { id: ID! name: String }
type GenericOrganization { id: ID! name: String }
type ContractDetails { id: ID! title: String }
type TransactionHistory { transactionDetail: TransactionHistoryDetail! }
type TransactionHistoryDetail { transactionHistoryRow: [TransactionHistoryRow!] }
type TransactionHistoryRow {
  rowNumber: Int
  recordId: ID
  transactionCreationDate: String
  type: String
  accountingSubtype: String
  description: String
  assignmentDeveloperName: String
  assignmentCompanyName: String
  assignmentTeamId: String
  transactionAmount: Money
}
type Money { rawValue: String currency: String displayValue: String }
"""
Row = dict[str, Any]


class UpworkStandIn(StandIn):
    """`time_reports` are the vendor's rows, in order; `transactions` too. Tests and the demo change them between runs.

    `forbidden` are fields that the token may not read, as the vendor names them (`Type.field`).
    `date_format` is how the end points of the time report's range must be written, `replaces_refresh_token` whether a refresh
    token serves once.
    """

    def __init__(
        self,
        time_reports: list[Row],
        transactions: list[Row] | None = None,
        *,
        client_id: str,
        client_secret: str,
        refresh_token: str | None = None,
        organization_id: str = "org-1",
        account_id: str = "ace-1",
        date_format: Literal["compact", "iso"] = "compact",
        replaces_refresh_token: bool = False,
        page_size: int = DEFAULT_PAGE_SIZE,
        **server: Any,
    ) -> None:
        super().__init__(**server)
        self.time_reports, self.transactions = time_reports, transactions or []
        self.client_id, self.client_secret, self.refresh_token = client_id, client_secret, refresh_token
        self.organization_id, self.account_id, self.date_format = organization_id, account_id, date_format
        self.replaces_refresh_token, self.page_size = replaces_refresh_token, page_size
        self.forbidden: set[str] = set()
        self._schema = read_schema(SCHEMA)
        self.token = secrets.token_hex(16)
        self.route("POST", "/api/v3/oauth2/token", self._issue_token)
        self.route("POST", "/graphql", self._answer)

    def _issue_token(self, request: Request) -> Answer:
        form = request.form
        is_known = (form.get("client_id"), form.get("client_secret")) == (self.client_id, self.client_secret)
        grant = form.get("grant_type")
        is_fresh = grant == "refresh_token" and form.get("refresh_token") == self.refresh_token is not None
        if not is_known or not (grant == "client_credentials" or is_fresh):
            return Answer({"error": "invalid_grant", "error_description": "Grant is not valid"}, 400)
        answer: Row = {"access_token": self.token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS}
        if is_fresh:
            self.refresh_token = secrets.token_hex(16) if self.replaces_refresh_token else self.refresh_token
            answer["refresh_token"] = self.refresh_token
        return Answer(answer)

    def _answer(self, request: Request) -> Answer:
        headers = {name.lower(): value for name, value in request.headers.items()}
        if headers.get("authorization") != f"Bearer {self.token}":
            return Answer({"message": "Authentication failed"}, 401)
        if headers.get("x-upwork-api-tenantid") not in (None, self.organization_id):
            return refused("Query.organization")
        query, variables = request.json["query"], request.json.get("variables") or {}
        try:
            for name in fields_read(self._schema, "Query", read_query(query)):
                if name in self.forbidden:
                    return refused(name)
            answering = Answering(self._schema, variables, lambda _, listed, __: listed)
            return Answer({"data": answering.data(query, self._root(), "Query")})
        except GraphqlError as error:
            return failed(f"Validation error: {error}", "ValidationError")
        except (KeyError, ValueError) as error:
            return failed(f"Exception while fetching data: {error}", "DataFetchingException")

    def _root(self) -> Row:
        organization = {
            "id": self.organization_id,
            "name": "Acme",
            "clientContractTimeReport": lambda asked: self._time_report(asked),
        }
        return {
            "organization": organization,
            "accountingEntity": {"id": self.account_id},
            "transactionHistory": lambda asked: self._history(asked["transactionHistoryFilter"]),
        }

    def _time_report(self, asked: Mapping[str, Any]) -> Row:
        between, page = asked["timeReportDate_bt"], asked.get("pagination") or {}
        first, last = (read_day(between[end], self.date_format) for end in ("rangeStart", "rangeEnd"))
        found = [row for row in self.time_reports if first <= row["dateWorkedOn"] <= last]
        begin, size = int(page.get("after") or 0), int(page.get("first") or self.page_size)
        edges = [
            {"cursor": str(number), "node": row}
            for number, row in enumerate(found[begin : begin + size], start=begin + 1)
        ]
        end = edges[-1]["cursor"] if edges else None
        info = {"endCursor": end, "hasNextPage": begin + size < len(found)}
        return {"totalCount": len(found), "edges": edges, "pageInfo": info}

    def _history(self, wanted: Mapping[str, Any]) -> Row:
        between = wanted["transactionDateTime_bt"]
        first, last = (read_day(between[end], "iso") for end in ("rangeStart", "rangeEnd"))
        found = [
            row
            for row in self.transactions
            if self.account_id in wanted["aceIds_any"]
            and first <= row["transactionCreationDate"][:10] <= last
            and row["transactionCreationDate"][:10] <= f"{self.now:%Y-%m-%d}"
        ]
        return {"transactionDetail": {"transactionHistoryRow": found}}


def fields_read(schema: Schema, type_name: str, selections: Sequence[Selection]) -> list[str]:
    """The fields that a query reads, as the vendor names one that is forbidden: `Type.field`.

    Raises:
        GraphqlError: a type has no such field.
    """
    names = []
    for asked in selections:
        names.append(f"{type_name}.{asked.name}")
        names += fields_read(schema, schema.field_of(type_name, asked.name).type_name, asked.selections)
    return names


def refused(name: str) -> Answer:
    """A missing permission: status 200."""
    return failed(f"not enough oauth2 permissions/scopes to access: [{name}]", "ExecutionAborted")


def failed(message: str, classification: str) -> Answer:
    """Any error: status 200."""
    return Answer({"data": None, "errors": [{"message": message, "extensions": {"classification": classification}}]})


def read_day(text: str, date_format: str) -> str:
    """An end point of a range as a day.

    Raises:
        ValueError: it is written another way.
    """
    if date_format == "compact":
        if len(text) != 8 or not text.isdecimal():
            raise ValueError("a date is YYYYMMDD")
        return f"{text[:4]}-{text[4:6]}-{text[6:]}"
    if "T" not in text:
        raise ValueError("a date is ISO 8601 with a time")
    return text[:10]
