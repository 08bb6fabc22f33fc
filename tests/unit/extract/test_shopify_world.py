"""The whole simulated shop through Shopify's interface: the contract's rows are the world's, but for what Shopify has not."""

from datetime import UTC, datetime

import pytest
from small_installation import SmallInstallation

from orchestration.demo.stand_ins.shopify_data import fill, from_world
from orchestration.demo.world import World, build_world
from orchestration.warehouse import connect

SECRET = "secret"
# The vendor's ids are numbers; `o-0000012-2` is line 122. Hashes of customers are of the number as well.
NUMBER = "cast(cast(replace(substr({0}, strpos({0}, '-') + 1), '-', '') as bigint) as varchar)"
ENTITIES = ("orders", "order_items", "deliveries", "returns", "inr_claims", "sellers", "customers")


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(seed=7, scale=0.02)


@pytest.fixture(scope="module")
def shop(world, tmp_path_factory):
    """The shop as read twice: half a year before the end of the world, and at its end."""
    installation = SmallInstallation(tmp_path_factory.mktemp("shop") / "home")
    earlier = world.as_of(datetime(2026, 5, 1, tzinfo=UTC))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHOPIFY_CLIENT_ID", "id")
        patch.setenv("SHOPIFY_CLIENT_SECRET", SECRET)
        with from_world(earlier, client_id="id", client_secret=SECRET, clock=earlier.known_through) as stand_in:
            installation.configure(
                f'[[sources]]\nname = "shop"\nkind = "shopify"\nbase_url = "{stand_in.url}"\nstart_date = 2020-01-01\n'
                'order_id = "name"\nseller_field = "vendor"\nopen_return_days = 400\ndispute_look_back_days = 400\n'
            )
            for cut in (earlier, world):
                stand_in.clock = cut.known_through
                fill(stand_in, cut)
                result = installation.extract("shop")
                assert result.status == "loaded", result.message
        installation.map()
    with connect(installation.home.warehouse) as warehouse:
        for entity in ENTITIES:
            warehouse.register("arriving", world[entity])
            warehouse.execute(f"create or replace table world_{entity} as select * from arriving")
    return installation


def compare(shop: SmallInstallation, entity: str, key: str, world_columns: dict[str, str]) -> None:
    """Assert that the contract's table and the world's give the same rows; `world_columns` are expressions by column."""
    listed = ", ".join(f"{expression} as {name}" for name, expression in world_columns.items())
    ours = f"select {', '.join(world_columns)} from contract.{entity}"
    worlds = f"select {listed} from world_{entity}"
    if entity == "deliveries":
        worlds += " where shipped_at is not null"  # Shopify knows no parcel before it is handed over
    if entity == "inr_claims":
        worlds += " where origin <> 'ticket'"
    assert shop.query(f"({worlds}) except ({ours}) order by {key} limit 3") == []
    assert shop.query(f"({ours}) except ({worlds}) order by {key} limit 3") == []
    assert shop.query(f"select (select count(*) from ({ours})) = (select count(*) from ({worlds}))") == [(True,)]


def same(*columns: str) -> dict[str, str]:
    return {name: name for name in columns}


def instants(*columns: str) -> dict[str, str]:
    return {name: f"({name} at time zone 'UTC')" for name in columns}


def number(**columns: str) -> dict[str, str]:
    return {name: NUMBER.format(column) for name, column in columns.items()}


def test_orders(shop):
    requested = "(select max(requested_at) from world_returns where world_returns.order_id = world_orders.order_id)"
    compare(
        shop,
        "orders",
        "order_id",
        {
            **same("order_id", "seller_id", "market", "currency_code", "total_amount", "is_test"),
            "status": "case status when 'cancelled' then 'cancelled' when 'placed' then 'unfulfilled' else 'fulfilled' end",
            **instants("ordered_at", "cancelled_at"),
            "updated_at": f"(greatest(updated_at, {requested}) at time zone 'UTC')",
        },
    )


def test_lines(shop):
    compare(
        shop,
        "order_items",
        "order_item_id",
        {
            **number(order_item_id="order_item_id", product_id="product_id"),
            **same("order_id", "seller_id", "product_category", "currency_code", "unit_count", "price_amount"),
        },
    )


def test_parcels(shop, world):
    due_at = "case when promised_at is not null then promised_at at time zone 'UTC' end"
    compare(
        shop,
        "deliveries",
        "delivery_id",
        {
            **number(delivery_id="delivery_id"),
            **same("order_id", "carrier", "ships_from_country"),
            "tracking": "case when tracking = 'none' then 'none' end",
            **instants("shipped_at", "delivered_at"),
        },
    )
    # A promised moment is given back; of a promised day, its end where the customer lives.
    assert shop.query(
        f"select count(*) from contract.deliveries as ours join world_deliveries as worlds using (order_id) "
        f"where ours.promised_at <> coalesce({due_at.replace('promised_at', 'worlds.promised_at')}, ours.promised_at) "
        "or ours.promised_at is null or ours.promised_date is not null"
    ) == [(0,)]
    in_berlin = (
        "select count(*), count(*) filter (where ours.promised_at at time zone 'UTC' at time zone 'Europe/Berlin' "
        "= worlds.promised_date + interval 1 day) from contract.deliveries as ours "
        "join world_deliveries as worlds using (order_id) join world_orders using (order_id) where world_orders.market = 'DE'"
    )
    every, right = shop.query(in_berlin)[0]
    assert every == right > 100


def test_returns(shop):
    compare(
        shop,
        "returns",
        "return_id",
        {
            **number(return_id="return_id", order_item_id="order_item_id"),
            **same("order_id", "return_reason", "unit_count"),
            **instants("requested_at", "received_at", "refunded_at"),
        },
    )


def test_claims(shop):
    compare(
        shop,
        "inr_claims",
        "claim_id",
        {
            **number(claim_id="claim_id"),
            **same("order_id", "origin", "outcome"),
            "opened_at": "(opened_at at time zone 'UTC')",
            "resolved_at": "case when outcome is not null then resolved_at at time zone 'UTC' end",
        },
    )


def test_sellers_and_customers(shop):
    sold = "select distinct seller_id from world_order_items"
    assert shop.query(f"({sold}) except (select seller_id from contract.sellers)") == []
    assert shop.query(f"(select seller_id from contract.sellers) except ({sold})") == []
    columns = "market, language, created_at"
    assert (
        shop.query(
            f"(select {columns} from contract.customers) except "
            "(select market, language, created_at at time zone 'UTC' from world_customers)"
        )
        == []
    )
    assert shop.query(
        "select count(*), count(distinct customer_id), count(email) from contract.customers"
    ) == shop.query("select count(*), count(*), count(email) from world_customers")
    # Every order's customer is one of them, and the same orders are of the same customer.
    assert shop.query(
        "select count(*) from contract.orders as ours join world_orders as worlds using (order_id) "
        "left join contract.customers on ours.customer_key = contract.customers.customer_key "
        "where contract.customers.customer_key is null"
    ) == [(0,)]
    assert shop.query(
        "select count(distinct worlds.customer_id), count(distinct ours.customer_id), "
        "count(distinct (worlds.customer_id, ours.customer_id)) "
        "from contract.orders as ours join world_orders as worlds using (order_id)"
    )[0] == (shop.query("select count(distinct customer_id) from world_orders")[0] * 3)


def test_every_row_is_accounted_for_and_the_vendors_counts_agree(shop):
    assert shop.query("select count(*) from audit.raw_accounting where rows_current <> rows_accounted") == [(0,)]
    assert shop.query("select count(*) from audit.rejected_rows") == [(0,)]
    assert shop.query("select count(*), count(*) filter (where vendor_count = own_count) from audit.vendor_totals") == [
        (14, 14)
    ]
