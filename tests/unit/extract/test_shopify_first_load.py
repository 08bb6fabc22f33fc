"""A first load of a Shopify shop: what its records become in the contract, and what is not kept of them."""

from datetime import datetime, timedelta

import pytest
from shopify_shop import (
    CLOCK,
    SECRET,
    at,
    configure,
    customer,
    dispute,
    holding,
    line,
    money,
    order,
    put,
    refund,
    returned,
)
from small_installation import SmallInstallation, accounted

from orchestration.demo.stand_ins.shopify import ShopifyStandIn, customer_entry, dispute_entry


@pytest.fixture(scope="module")
def loaded(tmp_path_factory) -> SmallInstallation:
    """A first load, as the tests that only look at it need it."""
    installation = SmallInstallation(tmp_path_factory.mktemp("loaded") / "home")
    stand_in = ShopifyStandIn(client_id="id", client_secret=SECRET, clock=CLOCK)
    with stand_in as shop, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHOPIFY_CLIENT_ID", "id")
        patch.setenv("SHOPIFY_CLIENT_SECRET", SECRET)
        put(shop, *(order(number) for number in range(60)))
        put(
            shop,
            order(1, returns=[returned(1, [1])], refunds=[refund(1, 1)], test=True, customer=None),
            order(2, returns=[returned(2, [2], status="DECLINED"), returned(3, [2], status="CANCELED")]),
            order(3, createdAt=at(CLOCK - timedelta(days=2))),
            order(4, createdAt=at(CLOCK - timedelta(days=2))),
            published_sample(),
        )
        shop.customers.put(customer_entry(customer(88)))
        shop.disputes.put(dispute_entry(dispute(5, 7)))
        configure(installation, shop.url)
        result = installation.extract("sh")
        installation.map()
    assert (result.status, result.message) == ("loaded", "")
    assert accounted(result)
    return installation


def published_sample() -> dict:
    """The vendor's own example of an order with a return and a refund."""
    back = returned(945, [900001], createdAt="2026-11-02T09:00:00Z", requestApprovedAt="2026-11-02T10:00:00Z")
    paid = refund(55, 945) | {"processedAt": "2026-11-03T09:00:00Z"}
    return order(1) | dict(
        **{"id": "gid://shopify/Order/900001", "legacyResourceId": "900001", "name": "#900001", "number": 900001},
        **{"createdAt": "2026-10-10T09:00:00Z", "processedAt": "2026-10-10T09:00:00Z"},
        **{"updatedAt": "2026-11-03T09:00:00Z", "displayFinancialStatus": "PARTIALLY_REFUNDED"},
        returnStatus="IN_PROGRESS",
        totalPriceSet=money("45.50"),
        lineItems=[line(900001)],
        fulfillments=[],
        refunds=[paid],
        returns=[back | {"refunds": [paid], "returnLineItems": [back["returnLineItems"][0] | {"refundedQuantity": 1}]}],
    )


def test_first_load_and_what_it_becomes(loaded):
    query = loaded.query
    assert query("select count(*), count(distinct order_key) from contract.orders") == [(61, 61)]
    assert query(
        "select order_key, market, status, currency_code, total_amount, is_test, customer_id is null from contract.orders "
        "where order_id in ('1001', '1007') order by 1"
    ) == [
        ("sh:1001", "DE", "fulfilled", "USD", 45.5, True, True),
        ("sh:1007", "DE", "fulfilled", "USD", 45.5, False, False),
    ]
    assert query(
        "select order_item_id, order_key, seller_id, product_id, product_category, unit_count, price_amount, freight_amount "
        "from contract.order_items where order_id = '1007'"
    ) == [("7", "sh:1007", None, "7", "lighting", 2, 45.5, None)]
    moment = CLOCK.replace(tzinfo=None)
    assert query(
        "select delivery_id, carrier, ships_from_country, tracking, promised_date, promised_at, shipped_at, delivered_at "
        "from contract.deliveries where order_id = '1007'"
    ) == [("7", "bpost", "BE", None, None, *(moment - timedelta(days=days) for days in (6, 7, 5)))]
    assert query(
        "select return_id, order_item_key, return_reason, unit_count, received_at, refunded_at from contract.returns "
        "where order_key = 'sh:1001'"
    ) == [("1000", "sh:1", "arrived_late", 1, None, None)]
    assert query("select claim_id, order_key, origin, outcome from contract.inr_claims") == [
        ("5", "sh:1007", "claim", None)
    ]
    assert query("select market, language from contract.customers") == [("CH", "de")]
    joined = "select count(*) from contract.orders join contract.customers using (customer_key)"
    assert query(joined) == [(60,)]
    marks = query("select entity_name from contract.delivery_marks order by 1")
    assert [name for (name,) in marks] == ["customers", "deliveries", "inr_claims", "order_items", "orders", "returns"]
    assert query("select count(*) from audit.raw_accounting where rows_current <> rows_accounted") == [(0,)]


def test_the_published_sample_is_read_field_by_field(loaded):
    assert loaded.query(
        "select order_key, total_amount, ordered_at, updated_at from contract.orders where order_id = '900001'"
    ) == [("sh:900001", 45.5, datetime(2026, 10, 10, 9), datetime(2026, 11, 3, 9))]
    assert loaded.query(
        "select return_id, return_reason, requested_at, received_at, refunded_at from contract.returns "
        "where order_key = 'sh:900001'"
    ) == [("945000", "arrived_late", datetime(2026, 11, 2, 9), None, datetime(2026, 11, 3, 9))]


def test_returns_that_were_declined_or_cancelled_are_dropped_with_their_reason(loaded):
    reasons = "select reason, row_count from audit.dropped_rows where entity_name = 'returns' order by 1"
    assert loaded.query(reasons) == [("the return was cancelled", 1), ("the return was declined", 1)]


def test_the_vendors_own_counts_stand_beside_ours(loaded):
    rows = loaded.query(
        "select vendor_count, own_count from audit.vendor_totals where counted_date = date '2026-11-19'"
    )
    assert rows == [(2, 2)]
    assert loaded.query("select count(*) from audit.vendor_totals") == [(7,)]


def test_nothing_of_the_buyer_is_kept_but_hashes(loaded):
    for text in ("ann@example.com", "Ann@Example.com", "470 12 34 56", "Customer/88"):
        assert not holding(loaded.home.path, text)
    assert loaded.query("select length(email), length(customer_id) from contract.customers") == [(32, 32)]
