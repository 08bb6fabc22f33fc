"""Claims of three systems about one order, from the vendors' interfaces to the published file: they are one INR."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.demo.stand_ins.paypal import PaypalStandIn
from orchestration.demo.stand_ins.shopify import ShopifyStandIn, dispute_entry, order_entry
from orchestration.demo.stand_ins.shopify_orders import gid, order_node
from orchestration.publish import connect_published

CLOCK = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
PROMISED = CLOCK - timedelta(days=10)
SECRET = "secret"
SOURCES = """
[installation]
name = "Three systems"

[[sources]]
name = "shop"
kind = "shopify"
base_url = "{shop}"
start_date = 2026-01-01
order_id = "number"

[[sources]]
name = "paypal"
kind = "paypal"
base_url = "{paypal}"
refers_to = {{ orders = "shop" }}

[[sources]]
name = "desk"
kind = "files"
delivers = ["tickets"]
refers_to = {{ orders = "shop" }}
"""


def at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def order(number: int) -> dict[str, Any]:
    ordered, shipped = at(PROMISED - timedelta(days=8)), at(PROMISED - timedelta(days=6))
    key = f"o-{number:07d}"
    row = {
        **{"order_id": key, "customer_id": "c-000001", "market": "DE", "currency_code": "EUR", "total_amount": 20.0},
        **{"is_test": False, "ordered_at": ordered, "changed_at": shipped, "cancelled_at": None},
    }
    item = {
        **{"order_item_id": f"{key}-1", "product_id": "p-00001", "product_category": "toys", "seller_id": "s-0001"},
        **{"currency_code": "EUR", "unit_count": 1, "price_amount": 20.0},
    }
    parcel = {
        **{"carrier": "DHL", "ships_from_country": "DE", "tracking": "part", "promise_ends_at": at(PROMISED)},
        **{"shipped_at": shipped, "delivered_at": None},
    }
    return dict(order_node(row, [item], [parcel], []))


def shop_dispute(order_number: int) -> dict[str, Any]:
    return {
        "id": gid("ShopifyPaymentsDispute", 1),
        "legacyResourceId": "1",
        "status": "NEEDS_RESPONSE",
        "type": "CHARGEBACK",
        "initiatedAt": at(PROMISED + timedelta(days=6)),
        "finalizedOn": None,
        "reasonDetails": {"reason": "PRODUCT_NOT_RECEIVED"},
        "amount": {"amount": "20.00", "currencyCode": "EUR"},
        "order": {"legacyResourceId": str(order_number), "name": f"#{order_number}", "number": order_number},
    }


def paypal_dispute(order_number: int) -> dict[str, Any]:
    moment = f"{PROMISED + timedelta(days=4):%Y-%m-%dT%H:%M:%S}.000Z"
    return {
        "dispute_id": "PP-D-1",
        "create_time": moment,
        "update_time": moment,
        "disputed_transactions": [{"seller_transaction_id": "T1", "invoice_number": str(order_number)}],
        "reason": "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
        "status": "OPEN",
        "dispute_state": "OPEN_INQUIRIES",
        "dispute_amount": {"currency_code": "EUR", "value": "20.00"},
        "dispute_life_cycle_stage": "INQUIRY",
        "dispute_channel": "INTERNAL",
    }


@pytest.fixture
def systems() -> Iterator[tuple[str, str]]:
    """The base URLs of a shop with four orders and of a PayPal account; both have a dispute about order 1."""
    account = {"client_id": "id", "client_secret": SECRET, "clock": CLOCK}
    with ShopifyStandIn(**account) as shop, PaypalStandIn({"PP-D-1": paypal_dispute(1)}, **account) as paypal:
        shop.orders.put(*(order_entry(order(number)) for number in range(1, 5)))
        shop.disputes.put(dispute_entry(shop_dispute(1)))
        yield shop.url, paypal.url


def tickets() -> str:
    rows = [
        ("t1", 1, "item_not_received", PROMISED + timedelta(days=2)),
        ("t2", 2, "item_not_received", PROMISED + timedelta(days=3)),
        ("t3", 3, "item_not_received", PROMISED - timedelta(days=1)),  # too early: it asks where the order is
        ("t4", 4, "item_damaged", PROMISED + timedelta(days=3)),
    ]
    lines = [f"{key},{number},{reason},{at(moment)},open,DE" for key, number, reason, moment in rows]
    return "ticket_id,order_id,reason,created_at,status,market\n" + "\n".join(lines) + "\n"


def warehouse_rows(home: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home / "warehouse" / "warehouse.duckdb"), read_only=True) as warehouse:
        return warehouse.execute(sql).fetchall()


def test_a_paypal_dispute_a_shop_dispute_and_a_ticket_about_one_order_are_one_inr(new_home, support_metrics, systems):
    shop, paypal = systems
    home = new_home(SOURCES.format(shop=shop, paypal=paypal), {"desk/tickets.csv": tickets()})
    result = support_metrics(
        home,
        "run",
        SUPPORT_METRICS_DRAW_BOARDS="false",
        SHOPIFY_CLIENT_ID="id",
        SHOPIFY_CLIENT_SECRET=SECRET,
        PAYPAL_CLIENT_ID="id",
        PAYPAL_CLIENT_SECRET=SECRET,
    )
    assert result.returncode == 0, result.stdout
    # Both disputes and the ticket name the order by the shop's key.
    assert warehouse_rows(home, "select order_key, claim_key from contract.inr_claims order by 2") == [
        ("shop:1", "paypal:PP-D-1"),
        ("shop:1", "shop:1"),
    ]
    assert warehouse_rows(home, "select distinct order_key from contract.tickets order by 1") == [
        (f"shop:{number}",) for number in range(1, 5)
    ]
    claimed = "select order_key, has_claim, first_opened_at from intermediate.int_order_inr_claims order by 1"
    first = PROMISED.replace(tzinfo=None)
    assert warehouse_rows(home, claimed) == [
        ("shop:1", True, first + timedelta(days=2)),
        ("shop:2", True, first + timedelta(days=3)),
        ("shop:3", False, None),
        ("shop:4", False, None),
    ]
    with connect_published(home / "published" / "support_metrics.duckdb") as published:
        counts = "select sum(due_order_count), sum(inr_order_count) from secondary.rpt_inr_by_promised_week"
        assert published.execute(counts).fetchall() == [(4, 2)]
        assert published.execute("select count(*) from core.fct_inr_claims").fetchall() == [(2,)]
    assert SECRET not in json.dumps(result.stdout)
