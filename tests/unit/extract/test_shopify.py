"""Shopify against the stand-in: what every system must survive, and what only Shopify does."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from shopify_shop import (
    BEFORE,
    CLOCK,
    SECRET,
    at,
    came_back,
    configure,
    customer,
    dispute,
    gid,
    holding,
    line,
    order,
    parcel,
    put,
    refund,
    returned,
)
from small_installation import SmallInstallation

from orchestration.demo.stand_ins.server import Answer, Fault
from orchestration.demo.stand_ins.shopify import (
    SCOPES,
    ShopifyStandIn,
    customer_entry,
    dispute_entry,
    order_entry,
)
from orchestration.extract.api.fetching import Window
from orchestration.extract.source import extract_source

GRAPHQL = r"graphql\.json$"


@pytest.fixture
def shop() -> Iterator[ShopifyStandIn]:
    with ShopifyStandIn(client_id="id", client_secret=SECRET, clock=CLOCK) as stand_in:
        stand_in.orders.put(*(order_entry(order(number)) for number in range(60)))
        stand_in.customers.put(customer_entry(customer(88)))
        stand_in.disputes.put(dispute_entry(dispute(5, 7)))
        yield stand_in


@pytest.fixture
def desk(installation: SmallInstallation, shop, monkeypatch) -> SmallInstallation:
    monkeypatch.setenv("SHOPIFY_CLIENT_ID", "id")
    monkeypatch.setenv("SHOPIFY_CLIENT_SECRET", SECRET)
    configure(installation, shop.url)
    return installation


def queries(shop: ShopifyStandIn) -> list[str]:
    return [request.json["query"] for request in shop.requests if request.path.endswith("graphql.json")]


def test_later_loads_find_what_is_new_and_nothing_else(desk, shop):
    put(shop, order(70, CLOCK))
    desk.extract("sh")
    shop.clock += timedelta(minutes=30)
    again = desk.extract("sh")
    assert sum(t["rows_landed"] for t in again.tables if t["table_name"] != "delivery_marks") == 0
    put(
        shop,
        order(71, CLOCK),  # of the same second as the last one seen, and committed after it was read
        order(72, CLOCK - timedelta(hours=20)),  # committed late
        order(3, CLOCK + timedelta(minutes=5), cancelledAt=at(CLOCK)),
    )
    desk.extract("sh")
    desk.map()
    assert desk.versions("raw_sh.orders") == 61 + 3
    assert desk.query("select order_id, status from contract.orders where cancelled_at is not null") == [
        ("1003", "cancelled")
    ]
    # Two days later the token has ended as well; only what is always asked is asked.
    shop.clock += timedelta(days=2)
    shop.token = "another-token"
    shop.requests.clear()
    assert desk.extract("sh").status == "loaded"
    # Scopes, a count for orders and for customers, a page of orders of the look-back, three slices of disputes, seven days.
    assert len(queries(shop)) == 1 + 2 + 1 + 3 + 7


def test_a_back_fill_reads_its_range_alone(desk, shop):
    put(shop, order(70, CLOCK, createdAt=at(CLOCK - timedelta(days=40))), order(71, CLOCK - timedelta(days=41)))
    window = Window(*(CLOCK.replace(tzinfo=None) - timedelta(days=days) for days in (45, 35)))
    source = desk.sources.sources[0]
    extract_source(source, desk.home, desk.settings, run_id="fill", now=desk.now, window=window)
    assert desk.query("select legacy_resource_id from raw_sh.orders order by 1") == [("1070",), ("1071",)]
    assert desk.query("select count(*) from audit.source_progress") == [(0,)]
    assert desk.versions("raw_sh.delivery_marks") == 0
    assert desk.query("select count(*), sum(vendor_count), sum(own_count) from audit.vendor_totals") == [(10, 1, 1)]


def test_orders_with_open_returns_are_read_again_though_they_do_not_change(desk, shop):
    put(shop, order(1, returns=[returned(1, [1])]))
    desk.extract("sh")
    shop.clock += timedelta(days=5)
    put(shop, came_back(order(1, returns=[returned(1, [1])]), CLOCK + timedelta(days=3)))
    desk.extract("sh")
    desk.map()
    came, paid = desk.query("select received_at, refunded_at from contract.returns")[0]
    assert (came, paid) == (
        (CLOCK + timedelta(days=3)).replace(tzinfo=None),
        (CLOCK - timedelta(days=1)).replace(tzinfo=None),
    )
    shop.clock += timedelta(days=5)
    shop.requests.clear()
    desk.extract("sh")
    assert not [query for query in queries(shop) if "nodes(ids" in query]


def test_deleted_orders_are_found_by_the_sweep_and_take_what_hangs_on_them_along(desk, shop):
    desk.extract("sh")
    shop.orders.delete(gid("Order", 1007))
    shop.clock += timedelta(days=2)
    desk.extract("sh")
    desk.map()
    assert desk.query("select count(*) from contract.orders") == [(60,)]
    shop.clock += timedelta(days=6)
    result = desk.extract("sh")
    assert sum(t["rows_deleted"] for t in result.tables) == 1
    counts = {count.entity_name: count for count in desk.map()}
    assert counts["orders"].rows_mapped == 59
    assert (counts["order_items"].rows_mapped, counts["order_items"].rows_dropped) == (59, 1)
    assert counts["deliveries"].rows_dropped == 1
    # A list without any order is no reason to delete them all.
    for number in range(60):
        if number != 7:
            shop.orders.delete(gid("Order", 1000 + number))
    shop.clock += timedelta(days=8)
    assert "lists no orders at all" in desk.extract("sh").message
    assert len(desk.current("id", "raw_sh.orders")) == 59


def test_long_lists_are_read_to_their_end_and_pages_that_cost_too_much_are_halved(desk, shop):
    configure(desk, shop.url, "page_size = 250")
    shop.served_version = "2026-10"
    lines = list(range(500, 560))
    put(
        shop,
        order(
            1,
            lineItems=[line(number) for number in lines],
            fulfillments=[parcel(number) for number in range(500, 507)],
            refunds=[refund(number) for number in range(500, 509)],
            returns=[returned(number, lines[:20]) for number in range(1, 8)],
        ),
    )
    result = desk.extract("sh")
    assert result.status == "loaded", result.message
    assert "answers as version 2026-10, since 2026-07 (api_version)" in result.message
    found = [
        desk.query(f"select count(*), count(distinct id) from raw_sh.{table} where order_id = '{gid('Order', 1001)}'")[
            0
        ]
        for table in ("line_items", "fulfillments", "refunds", "return_line_items")
    ]
    assert found == [(60, 60), (7, 7), (9, 9), (140, 140)]


def test_more_orders_than_a_list_holds_are_read_in_slices_of_time(desk, shop, monkeypatch):
    monkeypatch.setattr("orchestration.extract.shopify.slices.LARGEST", 25)
    monkeypatch.setattr("orchestration.demo.stand_ins.shopify_search.LONGEST_LIST", 30)
    put(shop, *(order(number, CLOCK - timedelta(days=number)) for number in range(100, 200)))
    put(shop, *(order(number, CLOCK - timedelta(hours=number)) for number in range(60)))
    result = desk.extract("sh")
    assert result.status == "loaded", result.message
    assert desk.query("select count(*) from raw_sh.orders") == [(160,)]
    put(shop, *(order(number, CLOCK) for number in range(60)))
    assert "more than 25 have one updated_at" in desk.extract("sh").message


def test_too_fast_inside_status_200_is_waited_for_by_the_vendors_own_figures(installation, monkeypatch):
    monkeypatch.setenv("SHOPIFY_CLIENT_ID", "id")
    monkeypatch.setenv("SHOPIFY_CLIENT_SECRET", SECRET)
    waits: list[float] = []
    monkeypatch.setattr("orchestration.extract.shopify.admin_api.time.sleep", lambda seconds: waits.append(seconds))
    with ShopifyStandIn(client_id="id", client_secret=SECRET, clock=CLOCK) as shop:
        put(shop, order(1))
        configure(installation, shop.url)
        status = {"maximumAvailable": 2000.0, "currentlyAvailable": 10, "restoreRate": 100.0}
        cost = {"requestedQueryCost": 210, "actualQueryCost": None, "throttleStatus": status}
        throttled = {
            "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
            "extensions": {"cost": cost},
        }
        shop.faults.append(Fault(GRAPHQL, Answer(throttled), after=2))
        assert installation.extract("sh").status == "loaded"
        assert len(waits) == 1
        assert 1.9 < waits[0] <= 2.0
        shop.faults.append(Fault(GRAPHQL, Answer(throttled), times=99))
        assert "too many requests at /admin/api/2026-07/graphql.json, 3 times" in installation.extract("sh").message


def test_a_small_budget_slows_and_stops_nothing(installation, monkeypatch):
    monkeypatch.setenv("SHOPIFY_CLIENT_ID", "id")
    monkeypatch.setenv("SHOPIFY_CLIENT_SECRET", SECRET)
    server = {"client_id": "id", "client_secret": SECRET, "clock": CLOCK}
    with ShopifyStandIn(**server, points=1_000, points_per_second=20_000) as shop:
        put(shop, *(order(number, returns=[returned(number, [number])]) for number in range(100)))
        configure(installation, shop.url)
        result = installation.extract("sh")
        assert result.status == "loaded", result.message
        assert installation.query("select count(*) from raw_sh.return_line_items") == [(100,)]


def test_a_fault_in_mid_page_loads_nothing_and_the_next_run_all(desk, shop):
    shop.faults.append(Fault(GRAPHQL, Answer({"errors": "boom"}, 500), after=4, times=3))
    first = desk.extract("sh")
    assert first.status == "stale"
    assert "answers 500 at /admin/api/2026-07/graphql.json" in first.message
    assert desk.versions("raw_sh.orders") == 0
    shop.faults.append(Fault(GRAPHQL, cut=True, after=3))
    shop.faults.append(Fault(GRAPHQL, Answer({}, 429, {"Retry-After": "1"}), after=5))
    second = desk.extract("sh")
    assert second.status == "loaded", second.message
    assert desk.query("select count(*), count(distinct id) from raw_sh.orders") == [(60, 60)]


def test_a_page_that_comes_again_ends_in_one_line(desk, shop, monkeypatch):
    page = shop.orders.page
    monkeypatch.setattr(shop.orders, "page", lambda search, key, first, _: page(search, key, first, None))
    assert "answers the same page of orders again" in desk.extract("sh").message


@pytest.mark.parametrize("fault_path", ["access_token$", GRAPHQL])
def test_refused_credentials_take_two_calls_at_most_and_one_clear_line(desk, shop, fault_path, tmp_path):
    shop.faults.append(Fault(fault_path, Answer({"errors": f"no {SECRET}"}, 401), times=99))
    result = desk.extract("sh")
    assert result.status == "stale"
    assert result.message.startswith("source sh: ")
    assert "SHOPIFY_CLIENT_SECRET" in result.message
    assert len(shop.requests) <= 2
    assert not holding(tmp_path, SECRET)
    assert not holding(tmp_path, shop.token)


def test_a_missing_scope_is_named_and_what_plans_lack_is_left_out(desk, shop):
    shop.scopes = tuple(scope for scope in SCOPES if scope not in ("read_orders", "read_returns"))
    assert "lacks the scope read_orders, read_returns" in desk.extract("sh").message
    assert len(queries(shop)) == 1
    shop.scopes = ("read_orders", "read_customers", "read_returns")
    result = desk.extract("sh")
    assert result.status == "loaded", result.message
    for scope in ("read_all_orders", "read_products", "read_shopify_payments_disputes"):
        assert f"without the scope {scope}" in result.message
    desk.map()
    assert desk.query("select count(*) from contract.delivery_marks where entity_name = 'inr_claims'") == [(0,)]
    assert desk.query("select count(*), count(product_id) from contract.order_items") == [(60, 0)]


def test_access_denied_inside_status_200_names_the_scope(desk, shop):
    denied = {"code": "ACCESS_DENIED", "requiredAccess": "`read_all_orders` access scope."}
    answer = {
        "errors": [{"message": "Access denied for orders", "path": ["orders"], "extensions": denied}],
        "data": None,
    }
    shop.faults.append(Fault(GRAPHQL, Answer(answer), after=2))
    assert desk.extract("sh").message == (
        "source sh: the app of SHOPIFY_CLIENT_ID may not read orders (ACCESS_DENIED): it needs the scope read_all_orders"
    )


def test_a_field_that_the_version_does_not_know_is_named(desk, shop):
    unknown = {"code": "undefinedField", "typeName": "Order", "fieldName": "returnStatus"}
    shop.faults.append(Fault(GRAPHQL, Answer({"errors": [{"message": "x", "extensions": unknown}]}), after=2))
    assert "refuses a query: undefinedField (Order.returnStatus: does api_version 2026-07 know it?)" in (
        desk.extract("sh").message
    )


def test_orders_go_by_the_name_that_other_systems_use(desk, shop):
    configure(desk, shop.url, 'order_id = "number"\nseller_field = "vendor"')
    put(shop, order(8, lineItems=[line(8), line(900, vendor="Other")]))
    put(shop, order(1, totalPriceSet={"shopMoney": {"amount": "a lot", "currencyCode": "USD"}}))
    desk.extract("sh")
    counts = {count.entity_name: count for count in desk.map()}["orders"]
    assert (counts.rows_mapped, counts.rows_rejected) == (59, 1)  # a changed type loses nothing
    assert desk.query("select order_key from contract.inr_claims") == [("sh:7",)]
    assert desk.query("select order_key, seller_key from contract.orders where order_id in ('7', '8') order by 1") == [
        ("sh:7", "sh:Lamps of Ghent"),
        ("sh:8", None),
    ]
    assert desk.query("select seller_id from contract.sellers order by 1") == [("Lamps of Ghent",), ("Other",)]


def test_disputes_become_claims_by_their_outcome(desk, shop):
    ended = {"finalizedOn": at(BEFORE)}
    shop.disputes.put(
        dispute_entry(dispute(6, 8, type="CHARGEBACK", status="LOST", **ended)),
        dispute_entry(dispute(7, 9, type="CHARGEBACK", status="WON", **ended)),
        dispute_entry(dispute(8, None)),
        dispute_entry(dispute(9, 9, reasonDetails={"reason": "FRAUDULENT", "networkReasonCode": None})),
    )
    desk.extract("sh")
    counts = {count.entity_name: count for count in desk.map()}["inr_claims"]
    assert (counts.rows_mapped, counts.rows_dropped) == (3, 2)
    assert desk.query(
        "select claim_id, origin, outcome, resolved_at is null, refunded_at is null from contract.inr_claims order by 1"
    ) == [
        ("5", "claim", None, True, True),
        ("6", "chargeback", "upheld", False, False),
        ("7", "chargeback", "rejected", False, True),
    ]
    # A dispute says nothing of a change; it is read again all the same.
    shop.clock += timedelta(days=30)
    shop.disputes.put(dispute_entry(dispute(5, 7, status="ACCEPTED", **ended)))
    desk.extract("sh")
    desk.map()
    assert desk.query("select outcome from contract.inr_claims where claim_id = '5'") == [("upheld",)]
