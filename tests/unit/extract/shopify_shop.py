"""A little shop as Shopify's API describes it: orders with all that hangs on them, by hand; and a source that reads it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from small_installation import SmallInstallation

from orchestration.demo.stand_ins.shopify import ShopifyStandIn, order_entry

CLOCK = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
BEFORE = CLOCK - timedelta(hours=30)
SECRET = "canary-secret-of-shopify"


def at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def gid(kind: str, number: Any) -> str:
    return f"gid://shopify/{kind}/{number}"


def money(amount: str, currency: str = "USD") -> dict[str, Any]:
    shop = {"amount": amount, "currencyCode": currency}
    return {"shopMoney": shop, "presentmentMoney": {"amount": "1.00", "currencyCode": "JPY"}}


def line(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": gid("LineItem", number),
        "quantity": 2,
        "sku": "A-1",
        "title": "Ann's lamp, ann@example.com",
        "vendor": "Lamps of Ghent",
        "originalTotalSet": money("50.00"),
        "discountedTotalSet": money("45.50"),
        "product": {
            "id": gid("Product", 7),
            "legacyResourceId": "7",
            "title": "Lamp",
            "productType": "lighting",
            "category": {"id": gid("TaxonomyCategory", "hg-13"), "name": "Lighting", "fullName": "Home > Lighting"},
        },
        **more,
    }


def parcel(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": gid("Fulfillment", number),
        "status": "SUCCESS",
        "displayStatus": "DELIVERED",
        "createdAt": at(CLOCK - timedelta(days=8)),
        "updatedAt": at(CLOCK - timedelta(days=5)),
        "inTransitAt": at(CLOCK - timedelta(days=7)),
        "deliveredAt": at(CLOCK - timedelta(days=5)),
        "estimatedDeliveryAt": at(CLOCK - timedelta(days=6)),
        "requiresShipping": True,
        "originAddress": {"countryCode": "BE"},
        "trackingInfo": [{"company": "bpost", "number": "+32 470 12 34 56"}],
        **more,
    }


def refund(number: int, return_number: int | None = None) -> dict[str, Any]:
    moment = at(CLOCK - timedelta(days=1))
    return {
        "id": gid("Refund", number),
        "createdAt": moment,
        "processedAt": moment,
        "updatedAt": moment,
        "note": "to ann@example.com",
        "totalRefundedSet": money("25.50"),
        "return": {"id": gid("Return", return_number)} if return_number else None,
    }


def returned(number: int, line_numbers: list[int], status: str = "OPEN", **more: Any) -> dict[str, Any]:
    def sold(line_number: int) -> dict[str, Any]:
        key = gid("FulfillmentLineItem", line_number)
        return {"id": key, "quantity": 2, "lineItem": {"id": gid("LineItem", line_number)}}

    return {
        "__typename": "Return",
        "id": gid("Return", number),
        "name": f"#{number}-R1",
        "status": status,
        "createdAt": at(CLOCK - timedelta(days=2)),
        "requestApprovedAt": at(CLOCK - timedelta(days=2)),
        "closedAt": None,
        "totalQuantity": len(line_numbers),
        "returnLineItems": [
            {
                "__typename": "ReturnLineItem",
                "id": gid("ReturnLineItem", 1000 * number + position),
                "quantity": 1,
                "refundedQuantity": 0,
                "returnReasonNote": "call me: ann@example.com",
                "customerNote": None,
                "returnReasonDefinition": {
                    "id": gid("ReturnReasonDefinition", 1),
                    "handle": "arrived-late",
                    "name": "Late",
                },
                "fulfillmentLineItem": sold(line_number),
            }
            for position, line_number in enumerate(line_numbers)
        ],
        "reverseFulfillmentOrders": [
            {
                "__typename": "ReverseFulfillmentOrder",
                "id": gid("ReverseFulfillmentOrder", number),
                "status": "OPEN",
                "lineItems": [
                    {
                        "id": gid("ReverseFulfillmentOrderLineItem", each),
                        "fulfillmentLineItem": sold(each),
                        "dispositions": [],
                    }
                    for each in line_numbers
                ],
            }
        ],
        "refunds": [],
        **more,
    }


def came_back(order: dict[str, Any], moment: datetime) -> dict[str, Any]:
    """The order with its first return received, refunded and closed, though the order says nothing of a change."""
    found = order["returns"][0]
    for row in found["reverseFulfillmentOrders"][0]["lineItems"]:
        row["dispositions"] = [
            {
                "id": gid("ReverseFulfillmentOrderDisposition", 1),
                "createdAt": at(moment),
                "type": "RESTOCKED",
                "quantity": 1,
            }
        ]
    for row in found["returnLineItems"]:
        row["refundedQuantity"] = 1
    found |= {"status": "CLOSED", "closedAt": at(moment), "refunds": [refund(1, 1)]}
    return order


def order(number: int, updated: datetime = BEFORE, **more: Any) -> dict[str, Any]:
    placed = CLOCK - timedelta(days=9, minutes=number)
    return {
        "id": gid("Order", 1000 + number),
        "legacyResourceId": str(1000 + number),
        "name": f"#{number}",
        "number": number,
        "createdAt": at(placed),
        "processedAt": at(placed),
        "updatedAt": at(updated),
        "cancelledAt": None,
        "test": False,
        "sourceName": "web",
        "displayFinancialStatus": "PAID",
        "displayFulfillmentStatus": "FULFILLED",
        "returnStatus": "IN_PROGRESS" if more.get("returns") else "NO_RETURN",
        "totalPriceSet": money("45.50"),
        "currentTotalPriceSet": money("20.00"),
        "customer": {"id": gid("Customer", 88), "legacyResourceId": "88"},
        "shippingAddress": {"id": gid("MailingAddress", 1), "countryCodeV2": "DE"},
        "subtotalLineItemsQuantity": 2,
        "tags": ["ann@example.com"],
        "lineItems": [line(number)],
        "fulfillments": [parcel(number)],
        "refunds": [],
        "returns": [],
        **more,
    }


def customer(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": gid("Customer", number),
        "legacyResourceId": str(number),
        "createdAt": at(CLOCK - timedelta(days=400)),
        "updatedAt": at(BEFORE),
        "locale": "de-CH",
        "defaultAddress": {"id": gid("MailingAddress", 2), "countryCodeV2": "CH"},
        "defaultEmailAddress": {"emailAddress": "Ann@Example.com"},
        **more,
    }


def dispute(number: int, order_number: int | None, **more: Any) -> dict[str, Any]:
    names = {"legacyResourceId": str(1000 + (order_number or 0)), "name": f"#{order_number}", "number": order_number}
    return {
        "id": gid("ShopifyPaymentsDispute", number),
        "legacyResourceId": str(number),
        "status": "NEEDS_RESPONSE",
        "type": "INQUIRY",
        "initiatedAt": at(CLOCK - timedelta(days=2)),
        "finalizedOn": None,
        "evidenceDueBy": None,
        "reasonDetails": {"reason": "PRODUCT_NOT_RECEIVED", "networkReasonCode": None},
        "amount": {"amount": "45.50", "currencyCode": "USD"},
        "order": names if order_number else None,
        **more,
    }


def configure(installation: SmallInstallation, url: str, more: str = "") -> None:
    installation.configure(
        f'[[sources]]\nname = "sh"\nkind = "shopify"\nbase_url = "{url}"\nmax_attempts = 3\n'
        f"start_date = 2026-01-01\n{more}\n"
    )


def put(shop: ShopifyStandIn, *orders: dict) -> None:
    shop.orders.put(*map(order_entry, orders))


def holding(folder: Path, text: str) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]
