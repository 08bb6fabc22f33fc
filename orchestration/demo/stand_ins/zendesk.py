"""A stand-in of Zendesk Support's interface: token, incremental exports, lists with cursors, surveys, a count.

Follows the vendor's published contract: exports leave out the newest minute, keep their cursor filled at the end, order tickets
by `generated_timestamp`, and repeat records of time-based exports; lists keep a link to a next page that is not there.
"""

import base64
import json
import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from orchestration.demo.stand_ins.server import Answer, Request, StandIn
from orchestration.demo.stand_ins.zendesk_streams import Stream, ZendeskData

TOKEN_SECONDS = 172_000
NOT_SERVED_SECONDS = 60
DELETED_DAYS = 30
LARGEST_EXPORT_PAGE = 1000
LARGEST_LIST_PAGE = 100
FORBIDDEN = {"error": {"title": "Forbidden", "message": "You do not have access to this page."}}


class ZendeskStandIn(StandIn):
    """`data` is the account; tests and the demo change it between runs.

    `lacking` holds patterns of paths that the account's plan does not have (403). `page_size` caps the pages of exports and
    lists. `hidden` are ids of tickets that fill a page and are not handed out, which is how pages come to be empty.

    Args:
        data: the account.
        client_id: of the OAuth client.
        client_secret: of the OAuth client.
        email: of an administrator, for the older way of signing in; None where it is switched off.
        api_token: of the same.
        server: see `StandIn`.
    """

    def __init__(
        self,
        data: ZendeskData,
        *,
        client_id: str,
        client_secret: str,
        email: str | None = None,
        api_token: str | None = None,
        **server: Any,
    ) -> None:
        super().__init__(**server)
        self.data = data
        self.token = secrets.token_hex(16)
        self.token_bodies = ("application/json",)
        self.lacking: set[str] = set()
        self.hidden: set[int] = set()
        self.page_size = LARGEST_EXPORT_PAGE
        self._client = (client_id, client_secret)
        basic = base64.b64encode(f"{email}/token:{api_token}".encode()).decode()
        self._basic = f"Basic {basic}" if email and api_token else None
        self.route("POST", "/oauth/tokens", self._issue_token)
        self._guarded("/api/v2/incremental/tickets/cursor(?:[.]json)?", lambda r: self._by_cursor(r, "tickets"))
        self._guarded("/api/v2/incremental/users/cursor(?:[.]json)?", lambda r: self._by_cursor(r, "users"))
        self._guarded("/api/v2/incremental/ticket_events(?:[.]json)?", lambda r: self._by_time(r, "ticket_events"))
        self._guarded(
            "/api/v2/incremental/ticket_metric_events(?:[.]json)?", lambda r: self._by_time(r, "ticket_metric_events")
        )
        self._guarded("/api/v2/groups", lambda r: self._list(r, "groups", self.data.groups))
        self._guarded("/api/v2/satisfaction_ratings", self._ratings)
        self._guarded("/api/v2/guide/survey_responses", self._responses)
        self._guarded("/api/v2/guide/([^/]+)/survey_responses/([^/]+)", self._response)
        self._guarded("/api/v2/business_hours/schedules(?:[.]json)?", self._schedules)
        self._guarded("/api/v2/business_hours/schedules/([0-9]+)/holidays(?:[.]json)?", self._holidays)
        self._guarded("/api/v2/deleted_tickets", self._deleted)
        self._guarded("/api/v2/search/count", self._count)

    def _guarded(self, pattern: str, handler: Any) -> None:
        def answer(request: Request) -> Answer:
            if request.headers.get("Authorization") not in (f"Bearer {self.token}", self._basic or "none"):
                return Answer({"error": "Couldn't authenticate you"}, 401)
            if any(re.search(each, request.path) for each in self.lacking):
                return Answer(FORBIDDEN, 403)
            return handler(request)

        self.route("GET", pattern, answer)

    def _issue_token(self, request: Request) -> Answer:
        kind = (request.headers.get("Content-Type") or "").split(";")[0]
        if kind not in self.token_bodies:
            return Answer({"error": "invalid_request", "error_description": "Send another kind of body"}, 400)
        asked = request.json if kind == "application/json" else request.form
        if asked.get("grant_type") != "client_credentials":
            return Answer({"error": "unsupported_grant_type"}, 400)
        if (asked.get("client_id"), asked.get("client_secret")) != self._client:
            return Answer({"error": "invalid_client", "error_description": "Client authentication failed"}, 401)
        return Answer(
            {"access_token": self.token, "token_type": "bearer", "scope": "read", "expires_in": TOKEN_SECONDS}
        )

    @property
    def _served_until(self) -> int:
        return int(self.now.timestamp()) - NOT_SERVED_SECONDS

    def _by_cursor(self, request: Request, name: str) -> Answer:
        stream: Stream = getattr(self.data, name)
        size = min(int(request.query.get("per_page", LARGEST_EXPORT_PAGE)), LARGEST_EXPORT_PAGE, self.page_size)
        if "cursor" in request.query:
            after = _position(request.query["cursor"])
            if after is None:
                return _invalid("cursor")
        elif "start_time" in request.query:
            second = int(request.query["start_time"])
            if second > self._served_until:
                return _invalid("start_time: StartTimeTooRecent")
            after = (second - 1, 2**62)
        else:
            return _invalid("start_time")
        found, has_more = stream.after(after, size, self._served_until)
        last = stream.position(found[-1]) if found else after
        cursor = _cursor(last)
        kept = [record for record in found if name != "tickets" or record["id"] not in self.hidden]
        if name == "tickets" and "metric_sets" not in request.query.get("include", ""):
            kept = [{key: value for key, value in record.items() if key != "metric_set"} for record in kept]
        url = f"{self.url}{request.path}?cursor={cursor}&per_page={size}"
        return Answer(
            {
                name: kept,
                "after_cursor": cursor,
                "after_url": url,
                "before_cursor": None,
                "before_url": None,
                "end_of_stream": not has_more,
            }
        )

    def _by_time(self, request: Request, name: str) -> Answer:
        stream: Stream = getattr(self.data, name)
        if "start_time" not in request.query:
            return _invalid("start_time")
        second = int(request.query["start_time"])
        if second > self._served_until:
            return _invalid("start_time: StartTimeTooRecent")
        found, has_more = stream.since(second, min(LARGEST_EXPORT_PAGE, self.page_size), self._served_until)
        end_time = stream.position(found[-1])[0] if found else None
        if name == "ticket_events" and "comment_events" not in request.query.get("include", ""):
            found = [_without_comments(event) for event in found]
        answer: dict[str, Any] = {
            name: found,
            "count": len(found),
            "end_time": end_time,
            "next_page": f"{self.url}{request.path}?start_time={end_time}" if found else None,
        }
        return Answer(answer | {"end_of_stream": not has_more})

    def _list(self, request: Request, name: str, records: list[dict[str, Any]]) -> Answer:
        size = min(int(request.query.get("page[size]", LARGEST_LIST_PAGE)), LARGEST_LIST_PAGE, self.page_size)
        after = request.query.get("page[after]")
        first = int(base64.urlsafe_b64decode(after)) if after else 0
        part = records[first : first + size]
        cursor = base64.urlsafe_b64encode(str(first + len(part)).encode()).decode()
        meta = {"has_more": first + size < len(records), "after_cursor": cursor, "before_cursor": None}
        following = f"{self.url}{request.path}?page[after]={cursor}&page[size]={size}"
        return Answer({name: part, "meta": meta, "links": {"next": following, "prev": None}})

    def _ratings(self, request: Request) -> Answer:
        begin, end = int(request.query.get("start_time", 0)), int(request.query.get("end_time", 2**40))
        found = [row for row in self.data.ratings.values() if begin <= _seconds(row["created_at"]) < end]
        return self._list(request, "satisfaction_ratings", sorted(found, key=lambda row: row["id"]))

    def _responses(self, request: Request) -> Answer:
        begin = int(request.query.get("filter[created_at_start]", 0))
        end = int(request.query.get("filter[created_at_end]", 2**62))
        found = [
            _without_options(response)
            for created, response in self.data.survey_responses.values()
            if begin <= created * 1000 < end
        ]
        return self._list(request, "survey_responses", sorted(found, key=lambda row: row["id"]))

    def _response(self, request: Request) -> Answer:
        found = self.data.survey_responses.get(request.parts[1])
        if found is None:
            return Answer({"errors": [{"code": "NotFound", "status": "404", "title": "Not found"}]}, 404)
        return Answer({"survey_response": found[1]})

    def _schedules(self, request: Request) -> Answer:
        return Answer({"schedules": self.data.schedules, "url": f"{self.url}{request.path}"})

    def _holidays(self, request: Request) -> Answer:
        return Answer({"holidays": self.data.holidays.get(int(request.parts[0]), [])})

    def _deleted(self, request: Request) -> Answer:
        since = f"{self.now.astimezone(UTC) - timedelta(days=DELETED_DAYS):%Y-%m-%dT%H:%M:%SZ}"
        recent = [row for row in self.data.deleted_tickets if row["deleted_at"] >= since]
        return self._list(request, "deleted_tickets", recent)

    def _count(self, request: Request) -> Answer:
        found = re.fullmatch(r"type:ticket created>=(\S+) created<(\S+)", request.query.get("query", ""))
        if not found:
            return _invalid("query")
        begin, end = found.groups()
        counted = (row for row in self.data.tickets.records if row["status"] != "deleted")
        return Answer({"count": sum(1 for row in counted if begin <= row["created_at"] < end)})


def _invalid(what: str) -> Answer:
    return Answer({"error": "InvalidValue", "description": f"Invalid value for {what}"}, 400)


def _cursor(position: tuple[int, int]) -> str:
    return base64.urlsafe_b64encode(f"{position[0]}.0||{position[1]}|".encode()).decode()


def _position(cursor: str) -> tuple[int, int] | None:
    try:
        second, _, number, _ = base64.urlsafe_b64decode(cursor).decode().split("|")
        return int(second.removesuffix(".0")), int(number)
    except ValueError:
        return None


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


def _without_comments(event: dict[str, Any]) -> dict[str, Any]:
    """An update as it is told without the sideload: of a comment only that there is one."""
    children = [
        {"id": child["id"], "comment_present": True, "comment_public": child["public"], "event_type": "Comment"}
        if child.get("event_type") == "Comment"
        else child
        for child in event["child_events"]
    ]
    return event | {"child_events": children}


def _without_options(response: dict[str, Any]) -> dict[str, Any]:
    """A response as it is listed: questions without their options."""
    copied = json.loads(json.dumps(response))
    for answer in copied["answers"]:
        answer["question"].pop("options", None)
    return copied
