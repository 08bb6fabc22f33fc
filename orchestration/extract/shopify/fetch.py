"""Reading a shop: orders that changed, returns that are open, customers, disputes; and now and then what was deleted.

Per changed order 1/20 of a request, per order with a return 1/8 more, and one for every list that is longer than what comes
with its record. A first load is read the same way, in slices of time; the vendor's bulk operations, which would need fewer
points for very large shops, are not used.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time, timedelta
from itertools import islice
from typing import Any

from orchestration.extract.api.fetching import Fetch
from orchestration.extract.faults import NotPermittedError
from orchestration.extract.shopify import queries
from orchestration.extract.shopify.admin_api import AdminApi
from orchestration.extract.shopify.records import line_record, order_record, parcel_record, return_record
from orchestration.extract.shopify.slices import search_between, slices
from orchestration.extract.shopify.sweep import sweep

OPEN_STATUSES = ("OPEN", "REQUESTED")
NO_RETURN = "NO_RETURN"
IDS_AT_ONCE = 8
DISPUTES_SCOPE = "read_shopify_payments_disputes"
DAYS_WITHOUT_ALL_ORDERS = 60
DISPUTE_SLICE = timedelta(days=90)


def fetch(fetch: Fetch) -> None:
    """Read what changed since the last run, or what belongs to the window."""
    shop = AdminApi(fetch)
    scopes = shop.scopes()
    clock = shop.calls.server_clock
    _judge_scopes(fetch, scopes, clock)
    reading = _Reading(fetch, shop, clock, with_products="read_products" in scopes)
    reading.read_orders()
    if "customers" not in fetch.source.without:
        reading.read_customers()
    has_disputes = DISPUTES_SCOPE in scopes and "inr_claims" not in fetch.source.without
    if has_disputes:
        reading.read_disputes()
    reading.count_orders()
    if fetch.window is None:
        sweep(fetch, shop, clock)
        fetch.progress.set("read_through", clock.isoformat())
        fetch.complete_through(clock, but_for=[] if has_disputes else ["inr_claims"])


def _judge_scopes(fetch: Fetch, scopes: set[str], clock: datetime) -> None:
    """Refuse at once what would fail later, and tell what will be missing."""
    source = fetch.source
    needed = ["read_orders", "read_customers", *(["read_returns"] if "returns" not in source.without else [])]
    missing = [scope for scope in needed if scope not in scopes]
    if missing:
        raise NotPermittedError(
            f"source {source.name}: the app of {source.client_id_env} lacks the scope {', '.join(missing)}: grant it, and "
            "install the app's new version in the shop"
        )
    if "read_all_orders" not in scopes and fetch.start < clock - timedelta(days=DAYS_WITHOUT_ALL_ORDERS):
        fetch.landing.note(
            f"without the scope read_all_orders the shop gives no orders older than {DAYS_WITHOUT_ALL_ORDERS} days"
        )
    if "read_products" not in scopes:
        fetch.landing.note("without the scope read_products lines have no product and no category")
    if DISPUTES_SCOPE not in scopes and "inr_claims" not in source.without:
        fetch.landing.note(f"without the scope {DISPUTES_SCOPE} there are no INR claims from this shop")


class _Reading:
    """One run's reading; `clock` is the vendor's time, UTC without zone."""

    def __init__(self, fetch: Fetch, shop: AdminApi, clock: datetime, *, with_products: bool) -> None:
        self._fetch = fetch
        self._source = fetch.source
        self._shop = shop
        self._clock = clock
        self._line = queries.line(with_products)
        self._order = queries.order(with_products)
        self._read: set[str] = set()

    def read_orders(self) -> None:
        """Orders that changed, then those with an open return that did not, and the returns of both."""
        landing, wants_returns = self._fetch.landing, "returns" not in self._source.without
        for table in (
            "orders",
            "line_items",
            "fulfillments",
            "refunds",
            *(["return_line_items"] if wants_returns else []),
        ):
            landing.add(table, [])
        returning: list[str] = []
        for search, field in self._searches("orders", ("created_at", "updated_at")):
            for page in self._shop.pages("orders", self._order, search, field.upper()):
                returning += [order["id"] for order in page if order["returnStatus"] != NO_RETURN]
                self._land_orders(page)
        if not wants_returns:
            return
        again = [] if self._fetch.window else [each for each in self._with_open_returns() if each not in self._read]
        for found in self._in_batches(self._order, again):
            self._land_orders([order for order in found if order])
        for found in self._in_batches(queries.ORDERS_RETURNS, list(dict.fromkeys([*returning, *again]))):
            for order in filter(None, found):
                self._land_returns(order)

    def read_customers(self) -> None:
        """Customers that changed."""
        self._fetch.landing.add("customers", [])
        selection = queries.customer(self._source.link_by_email)
        for search, field in self._searches("customers", ("created_at", "updated_at")):
            for page in self._shop.pages("customers", selection, search, field.upper()):
                self._fetch.landing.add("customers", page)

    def read_disputes(self) -> None:
        """Disputes that were opened in the look-back, since none says when it changed."""
        landing = self._fetch.landing
        landing.add("disputes", [])
        begin, end = self._range(timedelta(days=self._source.dispute_look_back_days))
        while begin < end:
            last = min(begin + DISPUTE_SLICE, end)
            for page in self._shop.pages("disputes", queries.DISPUTE, search_between("initiated_at", begin, last)):
                landing.add("disputes", page)
            begin = last

    def count_orders(self) -> None:
        """Note the vendor's own count of orders for each of the last whole days, or of the window's."""
        today = datetime.combine(self._clock.date(), time())
        begin, end = today - timedelta(days=self._source.reconciled_days), today
        if self._fetch.window:
            begin, end = self._fetch.window.begin, min(self._fetch.window.end, today)
        day = max(datetime.combine(begin.date(), time()), self._fetch.start)
        while day + timedelta(days=1) <= end:
            search = search_between("created_at", day, day + timedelta(days=1))
            found = self._shop.count("orders", search, None)
            if found is not None:
                self._fetch.landing.total("orders", found, day.date(), "created_at")
            day += timedelta(days=1)

    def _range(self, look_back: timedelta) -> tuple[datetime, datetime]:
        if self._fetch.window:
            return self._fetch.window.begin, self._fetch.window.end
        # Beyond now, so that what happens while this runs is not cut off.
        return self._fetch.since("read_through", look_back), self._clock + timedelta(days=1)

    def _searches(self, root: str, fields: tuple[str, str]) -> Iterator[tuple[str, str]]:
        """Searches with the field that they go by: what changed; for a back-fill also what was made in its range."""
        begin, end = self._range(timedelta(days=self._source.look_back_days))
        for field in fields if self._fetch.window else fields[1:]:
            for search in slices(self._shop, root, field, begin, end):
                yield search, field

    def _with_open_returns(self) -> list[str]:
        """Orders that have a return which was open when it was last seen, and is not too old to be of interest."""
        oldest = self._clock - timedelta(days=self._source.open_return_days)
        rows = self._fetch.known("return_line_items", "order_id", "return_status", "return_created_at")
        found = {
            order_id
            for order_id, status, created_at in rows
            if order_id and status in OPEN_STATUSES and (created_at or "") >= f"{oldest:%Y-%m-%dT%H:%M:%SZ}"
        }
        return sorted(found)

    def _in_batches(self, selection: str, ids: Sequence[str]) -> Iterator[list[dict[str, Any] | None]]:
        left = iter(ids)
        batches = iter(lambda: list(islice(left, IDS_AT_ONCE)), [])
        return self._shop.calls.for_each(batches, lambda batch: self._shop.by_ids("Order", selection, batch))

    def _land_orders(self, orders: Iterable[dict[str, Any]]) -> None:
        landing, shop = self._fetch.landing, self._shop
        for order in orders:
            key = order["id"]
            self._read.add(key)
            lines = shop.whole(order, "Order", "lineItems", self._line)
            parcels = shop.whole_list(order, "Order", "fulfillments", queries.PARCEL, queries.PARCELS)
            refunds = shop.whole_list(order, "Order", "refunds", queries.REFUND, queries.REFUNDS)
            landing.add("orders", [order_record(order)])
            landing.add("line_items", [line_record(key, line, self._source.seller_field) for line in lines])
            landing.add("fulfillments", [parcel_record(key, parcel) for parcel in parcels])
            landing.add("refunds", [{**refund, "orderId": key} for refund in refunds])

    def _land_returns(self, order: dict[str, Any]) -> None:
        shop = self._shop
        for returned in shop.whole(order, "Order", "returns", queries.RETURN):
            lines = shop.whole(returned, "Return", "returnLineItems", queries.RETURN_LINE)
            parcels = shop.whole(returned, "Return", "reverseFulfillmentOrders", queries.BACK_PARCEL)
            back_lines = [
                line
                for parcel in parcels
                for line in shop.whole(parcel, "ReverseFulfillmentOrder", "lineItems", queries.BACK_LINE)
            ]
            refunds = shop.whole(returned, "Return", "refunds", "processedAt")
            self._fetch.landing.add(
                "return_line_items",
                [return_record(order["id"], returned, line, back_lines, refunds) for line in lines],
            )
