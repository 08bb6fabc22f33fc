"""A stand-in of Intercom's REST API 2.14: search with pages, conversations with their parts, lists of people and names.

Follows the vendor's published contract: searches of contacts by whole days, at most 500 parts with a conversation and none
in a listing, a limit of requests per window, errors as a list.
"""

import base64
import copy
import html
import json
import math
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from orchestration.demo.stand_ins.server import Answer, Request, StandIn

Record = dict[str, Any]
DAY = 86_400
MOST_PARTS = 500
DEFAULT_PAGE, LARGEST_PAGE = 20, 150
MOST_FILTERS = 15
VERSIONS = {f"2.{number}" for number in range(16)} | {"1.0", "1.1", "1.2", "1.3", "1.4", "Unstable"}
"""Those in which a conversation's priority is `priority` or `not_priority`."""
DAY_FIELDS = ("created_at", "updated_at", "signed_up_at", "last_seen_at", "last_contacted_at", "last_replied_at")
"""Fields that a search of contacts compares by whole days."""


@dataclass
class Workspace:
    """What a workspace holds: conversations (with all their parts) and contacts by id, and the lists of names."""

    conversations: dict[str, Record]
    contacts: dict[str, Record] = field(default_factory=dict)
    admins: list[Record] = field(default_factory=list)
    teams: list[Record] = field(default_factory=list)
    tags: list[Record] = field(default_factory=list)

    def redact(self, conversation_id: str, part_id: str | None, at: int) -> None:
        """Empty a part, or the opening of a conversation, for good."""
        conversation = self.conversations[conversation_id]
        parts = conversation["conversation_parts"]["conversation_parts"]
        emptied = conversation["source"] if part_id is None else next(part for part in parts if part["id"] == part_id)
        emptied |= {"body": None, "redacted": True}
        conversation["updated_at"] = at


class IntercomStandIn(StandIn):
    """`workspace` may be changed between runs.

    Args:
        workspace: what is served.
        token: the access token that is accepted.
        limit: requests per window; None for no limit.
        window_seconds: the length of a window, 10 with the vendor.
        server: the clock and port of `StandIn`.
    """

    def __init__(
        self, workspace: Workspace, *, token: str, limit: int | None = None, window_seconds: float = 10, **server: Any
    ) -> None:
        super().__init__(**server)
        self.workspace = workspace
        self.limit = limit
        self.window_seconds = window_seconds
        self._authorization = f"Bearer {token}"
        self._window_began, self._window_count = -math.inf, 0
        self._results: dict[str, tuple[tuple[int, int], list[Record]]] = {}
        self._add("GET", "/me", self._me)
        self._add("GET", "/admins", lambda _: Answer({"type": "admin.list", "admins": self.workspace.admins}))
        self._add("GET", "/teams", lambda _: Answer({"type": "team.list", "teams": self.workspace.teams}))
        self._add("GET", "/tags", lambda _: Answer({"type": "list", "data": self.workspace.tags}))
        self._add("POST", "/conversations/search", self._search_conversations)
        self._add("GET", "/conversations/([^/]+)", self._conversation)
        self._add("POST", "/contacts/search", self._search_contacts)
        self._add("GET", "/contacts/([^/]+)", self._contact)

    def _add(self, method: str, pattern: str, handler: Callable[[Request], Answer]) -> None:
        self.route(method, pattern, lambda request: self._admitted(request, handler))

    def _admitted(self, request: Request, handler: Callable[[Request], Answer]) -> Answer:
        """The handler's answer to a request with the right token and version that comes within the limit."""
        if request.headers.get("Authorization") != self._authorization:
            return _error(401, "unauthorized", "Access Token Invalid")
        limits = self._count_request()
        if self.limit is not None and self._window_count > self.limit:
            message = f"Exceeded rate limit of {self.limit} in {self.window_seconds:g}_seconds"
            return replace(_error(429, "rate_limit_exceeded", message), headers=limits)
        if request.headers.get("Intercom-Version", "2.14") not in VERSIONS:
            return _error(400, "intercom_version_invalid", "The requested version could not be found")
        answer = handler(request)
        return replace(answer, headers={**answer.headers, **limits})

    def _count_request(self) -> dict[str, str]:
        elapsed = time.monotonic() - self._window_began
        if elapsed >= self.window_seconds:
            self._window_began, self._window_count, elapsed = time.monotonic(), 0, 0.0
        self._window_count += 1
        if self.limit is None:
            return {}
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(max(self.limit - self._window_count, 0)),
            "X-RateLimit-Reset": str(math.ceil(self.now.timestamp() + self.window_seconds - elapsed)),
        }

    def _me(self, _: Request) -> Answer:
        return Answer({"type": "admin", "id": "1", "app": {"type": "app", "id_code": "stand_in", "region": "EU"}})

    def _conversation(self, request: Request) -> Answer:
        found = self.workspace.conversations.get(request.parts[0])
        if found is None:
            return _error(404, "not_found", "Resource Not Found")
        everything = found["conversation_parts"]["conversation_parts"]
        shown = {
            "type": "conversation_part.list",
            "conversation_parts": everything[-MOST_PARTS:],
            "total_count": len(everything),
        }
        answer = {**found, "conversation_parts": shown}
        if request.query.get("display_as") == "plaintext":
            answer = copy.deepcopy(answer)
            for message in (answer["source"], *answer["conversation_parts"]["conversation_parts"]):
                for name in {"body", "subject"} & message.keys():
                    message[name] = _plain(message[name])
        return Answer(answer)

    def _contact(self, request: Request) -> Answer:
        found = self.workspace.contacts.get(request.parts[0])
        return Answer(found) if found else _error(404, "not_found", "User Not Found")

    def _search_conversations(self, request: Request) -> Answer:
        answer = self._search(request, self.workspace.conversations, "conversations", "conversation.list", ())
        if isinstance(answer.body, dict) and "conversations" in answer.body:
            listed = answer.body["conversations"]
            answer.body["conversations"] = [
                {name: value for name, value in each.items() if name != "conversation_parts"} for each in listed
            ]
        return answer

    def _search_contacts(self, request: Request) -> Answer:
        return self._search(request, self.workspace.contacts, "data", "list", DAY_FIELDS)

    def _search(
        self, request: Request, records: dict[str, Record], name: str, kind: str, by_day: tuple[str, ...]
    ) -> Answer:
        pagination = request.json.get("pagination") or {}
        size = int(pagination.get("per_page") or DEFAULT_PAGE)
        if not 1 <= size <= LARGEST_PAGE:
            return _error(400, "parameter_invalid", f"per_page must be between 1 and {LARGEST_PAGE}")
        try:
            found = self._found(request.json.get("query"), records, name, by_day)
            after, page = _position(pagination.get("starting_after"))
        except (ValueError, KeyError, TypeError) as error:
            return _error(400, "parameter_invalid", str(error))
        rest = [each for each in found if after is None or _rank(each) > after]
        shown = rest[:size]
        pages: Record = {
            "type": "pages",
            "page": page,
            "per_page": size,
            "total_pages": math.ceil(len(found) / size),
        }
        if len(rest) > size:
            pages["next"] = {"per_page": size, "starting_after": _cursor(shown[-1], page + 1)}
        return Answer({"type": kind, name: shown, "total_count": len(found), "pages": pages})

    def _found(self, query: Any, records: dict[str, Record], name: str, by_day: tuple[str, ...]) -> list[Record]:
        """The matching records, newest first. Kept while nothing came, went or was updated."""
        matches = _predicate(query, by_day)
        state = (len(records), sum(each["updated_at"] for each in records.values()))
        key = name + json.dumps(query)
        known = self._results.get(key)
        if known is None or known[0] != state:
            found = sorted((each for each in records.values() if matches(each)), key=_rank)
            self._results = {key: (state, found)}
            return found
        return known[1]


def _rank(record: Record) -> tuple[int, str]:
    return -record["updated_at"], record["id"]


def _cursor(record: Record, page: int) -> str:
    return base64.b64encode(json.dumps([record["updated_at"], record["id"], page]).encode()).decode()


def _position(cursor: str | None) -> tuple[tuple[int, str] | None, int]:
    if cursor is None:
        return None, 1
    updated_at, record_id, page = json.loads(base64.b64decode(cursor))
    return (-updated_at, record_id), page


def _predicate(query: Any, by_day: tuple[str, ...], depth: int = 0) -> Callable[[Record], bool]:
    """What a query asks of a record.

    Raises:
        ValueError: the query is none of the vendor's.
    """
    if not isinstance(query, Mapping):
        raise ValueError("query is missing")
    operator, value = query.get("operator"), query.get("value")
    if operator in ("AND", "OR"):
        if not isinstance(value, list) or not value or len(value) > MOST_FILTERS or depth > 2:
            raise ValueError(f"a group has 1 to {MOST_FILTERS} filters and at most 2 groups within")
        parts = [_predicate(each, by_day, depth + 1) for each in value]
        joined = all if operator == "AND" else any
        return lambda record: joined(part(record) for part in parts)
    path = str(query["field"])
    compare = _comparison(str(operator))
    if path in by_day:
        wanted = int(str(value)) // DAY
        strictly = {">": lambda mine, other: mine > other, "<": lambda mine, other: mine < other}.get(
            str(operator), compare
        )
        return lambda record: record.get(path) is not None and strictly(record[path] // DAY, wanted)
    return lambda record: compare(_value(record, path), value)


def _comparison(operator: str) -> Callable[[Any, Any], bool]:
    """The vendor's table calls these "greater or equal" and "lower or equal"."""
    known: dict[str, Callable[[Any, Any], bool]] = {
        "=": lambda mine, other: mine == other,
        "!=": lambda mine, other: mine != other,
        ">": lambda mine, other: mine is not None and mine >= other,
        "<": lambda mine, other: mine is not None and mine <= other,
        "IN": lambda mine, other: mine in other,
        "NIN": lambda mine, other: mine not in other,
    }
    if operator not in known:
        raise ValueError(f"{operator} is no operator")
    return known[operator]


def _value(record: Record, path: str) -> Any:
    found: Any = record
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _plain(text: str | None) -> str | None:
    """A text without its markup."""
    return None if text is None else html.unescape(re.sub(r"<[^>]+>", "", text))


def _error(status: int, code: str, message: str) -> Answer:
    return Answer(
        {"type": "error.list", "request_id": "stand-in", "errors": [{"code": code, "message": message}]}, status
    )
