"""A stand-in of Shopify's GraphQL Admin API 2026-07: token, scopes, searches, pages, the budget of points.

Follows the vendor's published contract: errors and "too fast" come with HTTP status 200, lists end at 25,000 records, a
query may cost 1,000 points at most, and a deleted order is simply not there.
"""

import secrets
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from orchestration.demo.stand_ins.graphql import Answering, GraphqlError, Selection, Variable, read_query, read_schema
from orchestration.demo.stand_ins.server import Answer, Request, StandIn
from orchestration.demo.stand_ins.shopify_schema import ADMIN_2026_07
from orchestration.demo.stand_ins.shopify_search import Entry, Node, Records, inner_page

VERSION = "2026-07"
TOKEN_SECONDS = 86_399
LARGEST_PAGE = 250
LARGEST_COST = 1_000
SCOPES = (
    "read_orders",
    "read_all_orders",
    "read_returns",
    "read_customers",
    "read_products",
    "read_shopify_payments_disputes",
)
NEEDED_SCOPES = {
    "orders": "read_orders",
    "ordersCount": "read_orders",
    "customers": "read_customers",
    "customersCount": "read_customers",
    "disputes": "read_shopify_payments_disputes",
    "returns": "read_returns",
    "product": "read_products",
}
SCHEMA = read_schema(ADMIN_2026_07)
Resolver = Callable[[Mapping[str, Any]], Any]


class ShopifyStandIn(StandIn):
    """One shop. `orders`, `customers` and `disputes` are changed between runs by `put` and `delete`.

    Args:
        client_id: of the app.
        client_secret: of the app.
        scopes: what the app was granted.
        points: how large the budget is.
        points_per_second: how fast it fills again; the default never makes anyone wait, real shops have 100 to 2,000.
    """

    def __init__(
        self,
        *,
        client_id: str,
        client_secret: str,
        scopes: tuple[str, ...] = SCOPES,
        points: float = 2_000,
        points_per_second: float = 10_000_000,
        **server: Any,
    ) -> None:
        super().__init__(**server)
        self.orders, self.customers, self.disputes = Records(), Records(), Records()
        self.scopes = scopes
        self.token = secrets.token_hex(16)
        self.served_version = VERSION
        self._token_ends = self.now
        self._client = (client_id, client_secret)
        self._points = self._points_left = points
        self._points_per_second = points_per_second
        self._counted_at = time.monotonic()
        self.route("POST", "/admin/oauth/access_token", self._issue_token)
        self.route("POST", r"/admin/api/(\d{4}-\d{2})/graphql\.json", self._answer_query)

    def _issue_token(self, request: Request) -> Answer:
        form = request.form
        if form.get("grant_type") != "client_credentials":
            return Answer({"error": "unsupported_grant_type"}, 400)
        if (form.get("client_id"), form.get("client_secret")) != self._client:
            return Answer({"error": "invalid_client", "error_description": "Client authentication failed"}, 401)
        self._token_ends = self.now + timedelta(seconds=TOKEN_SECONDS)
        return Answer({"access_token": self.token, "scope": ",".join(self.scopes), "expires_in": TOKEN_SECONDS})

    def _answer_query(self, request: Request) -> Answer:
        token = request.headers.get("X-Shopify-Access-Token")
        if token != self.token or self.now >= self._token_ends:
            message = "[API] Invalid API key or access token (unrecognized login or wrong password)"
            return Answer({"errors": message}, 401)
        headers = {"X-Shopify-API-Version": self.served_version}
        query, variables = request.json["query"], request.json.get("variables") or {}
        cost: dict[str, Any] = {}
        try:
            cost = self._charge(cost_of(read_query(query), "QueryRoot", variables))
            data = Answering(SCHEMA, variables, _cut).data(query, self._root(), "QueryRoot")
        except GraphqlError as error:
            told = {"message": str(error), "path": error.path, "extensions": error.extensions}
            return Answer({"errors": [told], "extensions": {"cost": cost or self._cost(0)}}, headers=headers)
        return Answer({"data": data, "extensions": {"cost": cost}}, headers=headers)

    def _root(self) -> Mapping[str, Any]:
        root: dict[str, Any] = {
            "orders": self._guarded("orders", _listing(self.orders)),
            "customers": self._guarded("customers", _listing(self.customers)),
            "disputes": self._guarded("disputes", _listing(self.disputes)),
            "ordersCount": self._guarded("ordersCount", _counting(self.orders)),
            "customersCount": self._guarded("customersCount", _counting(self.customers)),
        }
        root["node"] = lambda arguments: self._node(arguments["id"])
        root["nodes"] = lambda arguments: [self._node(key) for key in _at_most(arguments["ids"])]
        root["currentAppInstallation"] = {
            "id": "gid://shopify/AppInstallation/1",
            "accessScopes": [{"handle": scope, "description": scope} for scope in self.scopes],
        }
        return root

    def _guarded(self, name: str, answer: Resolver) -> Resolver:
        scope = NEEDED_SCOPES[name]

        def guarded(arguments: Mapping[str, Any]) -> Any:
            if scope not in self.scopes:
                raise GraphqlError(
                    f"Access denied for {name} field. Required access: `{scope}` access scope.",
                    code="ACCESS_DENIED",
                    documentation="https://shopify.dev/api/usage/access-scopes",
                    requiredAccess=f"`{scope}` access scope.",
                )
            return answer(arguments)

        return guarded

    def _node(self, key: str) -> Node | None:
        kind = key.split("/")[-2]
        if kind == "Order":
            return self.orders.get(key)
        # What hangs on an order is found through it, as its global id does not say which it is.
        for order in self.orders.nodes() if kind in ("Return", "ReverseFulfillmentOrder") else []:
            for returned in order["returns"]:
                parts = [returned, *returned["reverseFulfillmentOrders"]]
                found = next((part for part in parts if part["id"] == key), None)
                if found:
                    return found
        return None

    def _cost(self, requested: float) -> dict[str, Any]:
        return {
            "requestedQueryCost": requested,
            "actualQueryCost": requested,
            "throttleStatus": {
                "maximumAvailable": float(self._points),
                "currentlyAvailable": int(self._points_left),
                "restoreRate": float(self._points_per_second),
            },
        }

    def _charge(self, requested: int) -> dict[str, Any]:
        """Take a query's points from the budget.

        Raises:
            GraphqlError: THROTTLED or MAX_COST_EXCEEDED.
        """
        if requested > LARGEST_COST:
            raise GraphqlError(
                f"Query cost is {requested}, which exceeds the single query max cost limit ({LARGEST_COST}).",
                code="MAX_COST_EXCEEDED",
                cost=requested,
                maxCost=LARGEST_COST,
            )
        now = time.monotonic()
        restored = (now - self._counted_at) * self._points_per_second
        self._points_left = min(self._points, self._points_left + restored)
        self._counted_at = now
        if requested > self._points_left:
            raise _Throttled(self._cost(requested) | {"actualQueryCost": None})
        self._points_left -= requested
        return self._cost(requested)

    def answer(self, request: Request) -> tuple[Answer, bool]:
        """The answer to a request; "too fast" looks like any other answer."""
        try:
            return super().answer(request)
        except _Throttled as throttled:
            error = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
            return Answer({"errors": [error], "extensions": {"cost": throttled.cost}}), False


class _Throttled(Exception):
    def __init__(self, cost: dict[str, Any]) -> None:
        super().__init__("Throttled")
        self.cost = cost


def cost_of(selections: tuple[Selection, ...], type_name: str, variables: Mapping[str, Any]) -> int:
    """Points of a query by the vendor's rule: one an object, two and each of its records a connection, nothing a scalar."""
    points = 0
    for asked in selections:
        if asked.on_type is not None:
            points += cost_of(asked.selections, asked.on_type, variables)
            continue
        known = SCHEMA.field_of(type_name, asked.name)
        if known.type_name not in SCHEMA.fields:
            continue
        size = asked.arguments.get("first")
        size = variables.get(size.name) if isinstance(size, Variable) else size
        if known.type_name.endswith("Connection"):
            nodes = [inner for inner in asked.selections if inner.name == "nodes"]
            of_each = sum(1 + cost_of(n.selections, _node_type(known.type_name), variables) for n in nodes)
            points += 2 + (size or 1) * of_each
        else:
            ids = asked.arguments.get("ids")
            ids = variables.get(ids.name) if isinstance(ids, Variable) else ids
            times = len(ids) if ids is not None else (size or 1) if known.is_list else 1
            points += times * (1 + cost_of(asked.selections, known.type_name, variables))
    return points


def _node_type(connection: str) -> str:
    return SCHEMA.field_of(connection, "nodes").type_name


def _cut(type_name: str, records: list[Any], arguments: Mapping[str, Any]) -> Any:
    """A list inside a record as a page, or its first records."""
    if type_name.endswith("Connection"):
        if arguments.get("first") is None:
            raise GraphqlError("you must provide one of first or last", code="BAD_REQUEST")
        return inner_page(records, _size(arguments["first"]), arguments.get("after"))
    return records[: _size(arguments["first"])] if arguments.get("first") is not None else records


def _listing(records: Records) -> Resolver:
    def listed(arguments: Mapping[str, Any]) -> dict[str, Any]:
        if arguments.get("first") is None:
            raise GraphqlError("you must provide one of first or last", code="BAD_REQUEST")
        sort_key = arguments.get("sortKey", "ID")
        return records.page(arguments.get("query"), sort_key, _size(arguments["first"]), arguments.get("after"))

    return listed


def _counting(records: Records) -> Resolver:
    def counted(arguments: Mapping[str, Any]) -> dict[str, Any]:
        limit = arguments.get("limit", 10_000)
        found = records.count(arguments.get("query"))
        if limit is not None and found > limit:
            return {"count": limit, "precision": "AT_LEAST"}
        return {"count": found, "precision": "EXACT"}

    return counted


def _size(first: int) -> int:
    if not 1 <= first <= LARGEST_PAGE:
        raise GraphqlError(f"first is 1 to {LARGEST_PAGE}", code="BAD_REQUEST")
    return first


def _at_most(ids: list[str]) -> list[str]:
    _size(max(len(ids), 1))
    return ids


def order_entry(node: Node) -> Entry:
    """An order as the shop lists it."""
    facts = {"id": node["legacyResourceId"].zfill(20), "created_at": node["createdAt"], "updated_at": node["updatedAt"]}
    return Entry(node["id"], facts | {"processed_at": node["processedAt"]}, lambda: {"__typename": "Order", **node})


def customer_entry(node: Node) -> Entry:
    """A customer as the shop lists it."""
    facts = {"id": node["legacyResourceId"].zfill(20), "created_at": node["createdAt"], "updated_at": node["updatedAt"]}
    return Entry(node["id"], facts, lambda: node)


def dispute_entry(node: Node) -> Entry:
    """A dispute as the shop lists it."""
    facts = {"id": node["legacyResourceId"].zfill(20), "initiated_at": node["initiatedAt"]}
    return Entry(node["id"], facts, lambda: node)
