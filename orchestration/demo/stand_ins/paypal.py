"""A stand-in of PayPal's disputes API v1: token, list with `next` links, details.

Follows the vendor's published contract: 180 days of update time at most, a date without time is refused, newest first.
"""

import base64
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from orchestration.demo.stand_ins.server import Answer, Request, StandIn

TOKEN_SECONDS = 32_400
LONGEST = timedelta(days=180)


class PaypalStandIn(StandIn):
    """`disputes` are the vendor's detail records by id; tests and the demo change them between runs."""

    def __init__(
        self, disputes: dict[str, dict[str, Any]], *, client_id: str, client_secret: str, **server: Any
    ) -> None:
        super().__init__(**server)
        self.disputes = disputes
        self.token = secrets.token_hex(16)
        self._basic = "Basic " + base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
        self.route("POST", "/v1/oauth2/token", self._issue_token)
        self.route("GET", "/v1/customer/disputes", self._list)
        self.route("GET", "/v1/customer/disputes/([^/]+)", self._details)

    def _issue_token(self, request: Request) -> Answer:
        if (
            request.headers.get("Authorization") != self._basic
            or request.form.get("grant_type") != "client_credentials"
        ):
            return Answer({"error": "invalid_client", "error_description": "Client Authentication failed"}, 401)
        return Answer({"access_token": self.token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS})

    def _list(self, request: Request) -> Answer:
        refused = self._refused(request)
        if refused:
            return refused
        try:
            after = _moment(request.query["update_time_after"])
            before = _moment(request.query["update_time_before"]) if "update_time_before" in request.query else self.now
        except (KeyError, ValueError):
            return _invalid("update_time_after and update_time_before are a date-time")
        if self.now - after > LONGEST:
            return _invalid("update_time_after must be within the last 180 days")
        size = int(request.query.get("page_size", 10))
        if not 1 <= size <= 50:
            return _invalid("page_size is 1 to 50")
        first = int(request.query.get("next_page_token", 0))
        found = [row for row in self.disputes.values() if after <= _moment(row["update_time"]) <= before]
        found.sort(key=lambda row: str(row["create_time"]), reverse=True)
        links = [self._link(request.path, "self")]
        if first + size < len(found):
            asked = "&".join(f"{name}={value}" for name, value in request.query.items() if name != "next_page_token")
            links.append(self._link(f"{request.path}?{asked}&next_page_token={first + size}", "next"))
        listed = [self._summary(row) for row in found[first : first + size]]
        return Answer({"items": listed, "links": links})

    def _details(self, request: Request) -> Answer:
        refused = self._refused(request)
        if refused:
            return refused
        found = self.disputes.get(request.parts[0])
        if found is None:
            return Answer({"name": "RESOURCE_NOT_FOUND"}, 404)
        return Answer({**found, "links": [self._link(request.path, "self")]})

    def _refused(self, request: Request) -> Answer | None:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return Answer({"error": "invalid_token"}, 401)
        return None

    def _summary(self, row: dict[str, Any]) -> dict[str, Any]:
        listed = ("dispute_id", "create_time", "update_time", "reason", "status", "dispute_state", "dispute_amount")
        more = ("dispute_life_cycle_stage", "dispute_channel")
        summary = {name: row[name] for name in (*listed, *more) if name in row}
        return {**summary, "links": [self._link(f"/v1/customer/disputes/{row['dispute_id']}", "self")]}

    def _link(self, path: str, relation: str) -> dict[str, str]:
        return {"href": f"{self.url}{path}", "rel": relation, "method": "GET"}


def _invalid(message: str) -> Answer:
    return Answer({"name": "INVALID_REQUEST", "message": message}, 400)


def _moment(text: str) -> datetime:
    if "T" not in text:
        raise ValueError(f"{text} has no time")
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)
