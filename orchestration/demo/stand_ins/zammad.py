"""A stand-in of Zammad's REST API v1: tickets, articles, history, accounted time, tags, users and the instance's own lists.

Follows the vendor's published contract: listings by id and cut to 100 tickets (500 of anything else) whatever is asked for,
a search with Elasticsearch that lags and ends at 10,000 hits, the same search by a condition that the database answers,
relations by name only with `expand`, and deletions that leave no trace.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from orchestration.demo.stand_ins.server import Answer, Request, StandIn

LARGEST_PAGES = {"tickets": 100, "search": 200}
LARGEST_PAGE = 500
SEARCH_WINDOW = 10_000
AFTER = re.compile(r'updated_at:>(=?)"([^"]+)"')
Record = dict[str, Any]


@dataclass
class Instance:
    """What an instance holds; tests and the demo change it between runs.

    Tickets, users and groups are the vendor's records by id, without relations by name. `articles`, `histories`,
    `time_accountings` and `tags` are by ticket. `unindexed` are tickets that the search index does not know as they are yet.
    """

    tickets: dict[int, Record] = field(default_factory=dict)
    articles: dict[int, list[Record]] = field(default_factory=dict)
    histories: dict[int, list[Record]] = field(default_factory=dict)
    time_accountings: dict[int, list[Record]] = field(default_factory=dict)
    tags: dict[int, list[str]] = field(default_factory=dict)
    users: dict[int, Record] = field(default_factory=dict)
    groups: list[Record] = field(default_factory=list)
    states: list[Record] = field(default_factory=list)
    priorities: list[Record] = field(default_factory=list)
    calendars: list[Record] = field(default_factory=list)
    slas: list[Record] = field(default_factory=list)
    unindexed: set[int] = field(default_factory=set)
    has_search_index: bool = True

    def delete(self, ticket_id: int) -> None:
        """Delete a ticket with all that belongs to it, as an administrator or a scheduler does."""
        self.tickets.pop(ticket_id)
        self.articles.pop(ticket_id, None)
        self.histories.pop(ticket_id, None)
        self.time_accountings.pop(ticket_id, None)
        self.tags.pop(ticket_id, None)

    def merge(self, ticket_id: int, into: int, at: str, user_id: int, numbers: tuple[int, int, int]) -> None:
        """Merge a ticket into another; `numbers` are the ids of the merge's note and of two entries of the history."""
        ticket, target = self.tickets[ticket_id], self.tickets[into]
        moved = self.articles[ticket_id]
        for article in moved:
            article |= {"ticket_id": into, "updated_at": at}
        self.articles[into] = sorted([*self.articles[into], *moved], key=lambda each: each["id"])
        note = {"id": numbers[0], "ticket_id": ticket_id, "body": "merged", "content_type": "text/plain"}
        author = {"created_by_id": user_id, "updated_by_id": user_id, "origin_by_id": None}
        kind = {"type": "note", "sender": "Agent", "internal": False, "preferences": {}, "attachments": []}
        self.articles[ticket_id] = [{**note, **author, **kind, "created_at": at, "updated_at": at}]
        merged = next(state for state in self.states if state["state_type"] == "merged")
        entry = {"o_id": ticket_id, "object": "Ticket", "created_by_id": user_id, "created_at": at}
        before = next(state for state in self.states if state["id"] == ticket["state_id"])
        self.histories[ticket_id] += [
            {**entry, "id": numbers[1], "type": "merged_into", "id_from": ticket_id, "id_to": into},
            {
                **entry,
                **{"id": numbers[2], "type": "updated", "attribute": "state"},
                **{"id_from": before["id"], "id_to": merged["id"]},
                **{"value_from": before["name"], "value_to": merged["name"]},
            },
        ]
        ticket |= {"state_id": merged["id"], "owner_id": 1, "updated_at": at}
        target["updated_at"] = max(target["updated_at"], at)


class ZammadStandIn(StandIn):
    """An instance behind one token, and what its user may not read."""

    def __init__(self, instance: Instance, *, token: str, **server: Any) -> None:
        super().__init__(**server)
        self.instance = instance
        self.forbidden: set[str] = set()
        self._token = token
        lists: dict[str, Callable[[], list[Record]]] = {
            "groups": lambda: self.instance.groups,
            "ticket_states": lambda: self.instance.states,
            "ticket_priorities": lambda: self.instance.priorities,
            "calendars": lambda: self.instance.calendars,
            "slas": lambda: self.instance.slas,
        }
        self._serve(r"/users", self._users)
        self._serve(r"/tickets", self._tickets)
        self._serve(r"/tickets/search", self._search)
        self._serve(r"/tickets/(\d+)", lambda request: Answer(self._ticket(request, self._number(request))))
        self._serve(r"/tickets/(\d+)/time_accountings", self._of_ticket("time_accountings"))
        self._serve(r"/ticket_articles/by_ticket/(\d+)", self._of_ticket("articles"))
        self._serve(r"/ticket_history/(\d+)", self._history)
        self._serve(r"/tags", self._tags)
        for name, records in lists.items():
            self._serve(f"/{name}", self._list_of(name, records))

    def change_answer(self, path: str, change: Callable[[Answer], Answer]) -> None:
        """From now on pass the answers to a path (below `/api/v1`) through a function, which may change the data as well."""
        method, pattern, before = next(route for route in self._routes if route[1].fullmatch(f"/api/v1{path}"))
        self._routes.insert(0, (method, pattern, lambda request: change(before(request))))

    def _serve(self, path: str, handler: Callable[[Request], Answer]) -> None:
        def guarded(request: Request) -> Answer:
            said = request.headers.get("Authorization")
            if said not in (f"Token token={self._token}", f"Bearer {self._token}"):
                return Answer({"error": "Invalid token!", "error_human": "Invalid token!"}, 401)
            if any(re.search(pattern, request.path) for pattern in self.forbidden):
                return Answer({"error": "Not authorized", "error_human": "Not authorized"}, 403)
            try:
                return handler(request)
            except KeyError:
                return Answer({"error": "Couldn't find Ticket", "error_human": "Couldn't find Ticket"}, 404)

        self.route("GET", f"/api/v1{path}", guarded)

    def _users(self, request: Request) -> Answer:
        found = _page(request, [self.instance.users[each] for each in sorted(self.instance.users)], LARGEST_PAGE)
        return Answer([user if _expands(request) else _without(user, ("roles", "groups")) for user in found])

    def _tickets(self, request: Request) -> Answer:
        numbers = _page(request, sorted(self.instance.tickets), LARGEST_PAGES["tickets"])
        return Answer([self._ticket(request, number) for number in numbers])

    def _search(self, request: Request) -> Answer:
        if "query" in request.query:
            return self._search_index(request)
        operator = request.query.get("condition[ticket.updated_at][operator]")
        found = list(self.instance.tickets.values())
        if operator == "after (absolute)":
            after = _moment(request.query["condition[ticket.updated_at][value]"])
            found = [ticket for ticket in found if _moment(ticket["updated_at"]) >= after]
        return self._found(request, found)

    def _search_index(self, request: Request) -> Answer:
        asked = AFTER.search(request.query["query"].replace("*", ""))
        if not self.instance.has_search_index or asked is None:
            return Answer([])  # the query is looked for in titles and texts, where nobody wrote it
        after = _moment(asked[2])
        indexed = [ticket for number, ticket in self.instance.tickets.items() if number not in self.instance.unindexed]
        found = [
            t for t in indexed if (_moment(t["updated_at"]) >= after if asked[1] else _moment(t["updated_at"]) > after)
        ]
        size = int(request.query.get("per_page", 50))
        if int(request.query.get("page", 1)) * size > SEARCH_WINDOW:
            return Answer({"error": "Result window is too large"}, 422)
        return self._found(request, found)

    def _found(self, request: Request, found: list[Record]) -> Answer:
        by = request.query.get("sort_by", "updated_at")
        found.sort(key=lambda ticket: str(ticket[by]), reverse=request.query.get("order_by", "desc") == "desc")
        listed = [ticket["id"] for ticket in _page(request, found, LARGEST_PAGES["search"], default=50)]
        if _expands(request):
            return Answer([self._ticket(request, number) for number in listed])
        return Answer({"tickets": listed, "tickets_count": len(listed), "assets": {}})

    def _ticket(self, request: Request, number: int) -> Record:
        ticket = self.instance.tickets[number]
        if not _expands(request):
            return ticket
        names = {
            "group": _name(self.instance.groups, ticket["group_id"]),
            "state": _name(self.instance.states, ticket["state_id"]),
            "priority": _name(self.instance.priorities, ticket["priority_id"]),
            "owner": self._login(ticket["owner_id"]),
            "customer": self._login(ticket["customer_id"]),
            "created_by": self._login(ticket["created_by_id"]),
            "updated_by": self._login(ticket["updated_by_id"]),
            "article_ids": [article["id"] for article in self.instance.articles.get(number, [])],
            "ticket_time_accounting_ids": [each["id"] for each in self.instance.time_accountings.get(number, [])],
            "ticket_time_accounting": [each["time_unit"] for each in self.instance.time_accountings.get(number, [])],
        }
        return {**ticket, **names}

    def _of_ticket(self, name: str) -> Callable[[Request], Answer]:
        def listed(request: Request) -> Answer:
            number = self._number(request)
            return Answer(getattr(self.instance, name).get(number, []))

        return listed

    def _history(self, request: Request) -> Answer:
        return Answer({"history": self.instance.histories.get(self._number(request), []), "assets": {}})

    def _tags(self, request: Request) -> Answer:
        number = int(request.query["o_id"])
        if number not in self.instance.tickets:
            raise KeyError(number)
        return Answer({"tags": self.instance.tags.get(number, [])})

    def _list_of(self, name: str, records: Callable[[], list[Record]]) -> Callable[[Request], Answer]:
        def listed(request: Request) -> Answer:
            rows = _page(request, records(), LARGEST_PAGE, default=LARGEST_PAGE)
            is_named = _expands(request) or name != "ticket_states"
            return Answer([row if is_named else _without(row, ("state_type",)) for row in rows])

        return listed

    def _number(self, request: Request) -> int:
        number = int(request.parts[0])
        if number not in self.instance.tickets:
            raise KeyError(number)
        return number

    def _login(self, user_id: int) -> str:
        return str(self.instance.users.get(user_id, {}).get("login", "-"))


def _page(request: Request, rows: list[Any], largest: int, default: int = 100) -> list[Any]:
    size = min(int(request.query.get("per_page", default)), largest)
    first = (int(request.query.get("page", 1)) - 1) * size
    return rows[first : first + size]


def _expands(request: Request) -> bool:
    return request.query.get("expand") == "true"


def _without(record: Record, names: tuple[str, ...]) -> Record:
    return {name: value for name, value in record.items() if name not in names}


def _name(records: list[Record], number: int) -> str | None:
    return next((str(record["name"]) for record in records if record["id"] == number), None)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
