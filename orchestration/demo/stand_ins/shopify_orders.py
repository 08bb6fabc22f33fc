"""The world's orders as Shopify's records, each with its lines, fulfilments, returns and refunds.

Belongs here: from rows of the contract's tables, whose instants are texts already, to one order's nested fields.
"""

from typing import Any

Row = dict[str, Any]


def gid(kind: str, number: int) -> str:
    """A global id."""
    return f"gid://shopify/{kind}/{number}"


def number_of(key: str) -> int:
    """The number in one of the world's ids: `o-0000012` is 12, its second line `o-0000012-2` is 122."""
    return int("".join(key.split("-")[1:]))


def money(amount: float, currency_code: str) -> Row:
    """An amount as the vendor writes it."""
    value = {"amount": f"{amount:.2f}", "currencyCode": currency_code}
    return {"shopMoney": value, "presentmentMoney": value}


def order_node(order: Row, items: list[Row], deliveries: list[Row], returns: list[Row]) -> Row:
    """One order; `promise_ends_at` of a delivery is the moment after which it is late."""
    number = number_of(order["order_id"])
    shipped = [row for row in deliveries if row["shipped_at"]]
    open_count = sum(1 for row in returns if not row["refunded_at"])
    return {
        "__typename": "Order",
        "id": gid("Order", number),
        "legacyResourceId": str(number),
        "name": order["order_id"],
        "number": number,
        "createdAt": order["ordered_at"],
        "processedAt": order["ordered_at"],
        "updatedAt": order["changed_at"],
        "cancelledAt": order["cancelled_at"],
        "test": order["is_test"],
        "sourceName": "web",
        "displayFinancialStatus": "PARTIALLY_REFUNDED" if len(returns) > open_count else "PAID",
        "displayFulfillmentStatus": "FULFILLED" if shipped else "UNFULFILLED",
        "returnStatus": ("IN_PROGRESS" if open_count else "RETURNED") if returns else "NO_RETURN",
        "totalPriceSet": money(order["total_amount"], order["currency_code"]),
        "currentTotalPriceSet": money(order["total_amount"], order["currency_code"]),
        "customer": {"legacyResourceId": str(number_of(order["customer_id"]))},
        "shippingAddress": {"id": gid("MailingAddress", number), "countryCodeV2": order["market"]},
        "subtotalLineItemsQuantity": sum(row["unit_count"] for row in items),
        "tags": [],
        "lineItems": [_line(row) for row in items],
        "fulfillments": [_fulfillment(number, row) for row in shipped],
        "refunds": [_refund(row, order["currency_code"]) for row in returns if row["refunded_at"]],
        "returns": [_return(row, order["currency_code"]) for row in returns],
    }


def _line(row: Row) -> Row:
    product = number_of(row["product_id"])
    price = money(row["price_amount"], row["currency_code"])
    return {
        "id": gid("LineItem", number_of(row["order_item_id"])),
        "quantity": row["unit_count"],
        "sku": row["product_id"],
        "title": f"Product {product}",
        "vendor": row["seller_id"],
        "originalTotalSet": price,
        "discountedTotalSet": price,
        "product": {
            "id": gid("Product", product),
            "legacyResourceId": str(product),
            "title": f"Product {product}",
            "productType": row["product_category"],
            "category": None,
        },
    }


def _fulfillment(number: int, row: Row) -> Row:
    tracked = f"T{number:012d}" if row["tracking"] != "none" else None
    return {
        "id": gid("Fulfillment", number),
        "status": "SUCCESS",
        "displayStatus": "DELIVERED" if row["delivered_at"] else "IN_TRANSIT",
        "createdAt": row["shipped_at"],
        "updatedAt": row["delivered_at"] or row["shipped_at"],
        "inTransitAt": row["shipped_at"],
        "deliveredAt": row["delivered_at"],
        "estimatedDeliveryAt": row["promise_ends_at"],
        "requiresShipping": True,
        "originAddress": {"countryCode": row["ships_from_country"]},
        "trackingInfo": [{"company": row["carrier"], "number": tracked}],
    }


def _refund(row: Row, currency_code: str) -> Row:
    number = number_of(row["return_id"])
    return {
        "id": gid("Refund", number),
        "createdAt": row["refunded_at"],
        "processedAt": row["refunded_at"],
        "updatedAt": row["refunded_at"],
        "note": None,
        "totalRefundedSet": money(0, currency_code),
        "return": {"id": gid("Return", number)},
    }


def _return(row: Row, currency_code: str) -> Row:
    number, line = number_of(row["return_id"]), number_of(row["order_item_id"])
    sold = {
        "id": gid("FulfillmentLineItem", line),
        "quantity": row["unit_count"],
        "lineItem": {"id": gid("LineItem", line)},
    }
    came = {
        "id": gid("ReverseFulfillmentOrderDisposition", number),
        "createdAt": row["received_at"],
        "quantity": row["unit_count"],
        "type": "RESTOCKED",
    }
    back = {
        "id": gid("ReverseFulfillmentOrderLineItem", number),
        "fulfillmentLineItem": sold,
        "dispositions": [came] if row["received_at"] else [],
    }
    reason = row["return_reason"].replace("_", "-")
    return {
        "__typename": "Return",
        "id": gid("Return", number),
        "name": f"{row['order_id']}-R{number}",
        "status": "CLOSED" if row["refunded_at"] else "OPEN",
        "createdAt": row["requested_at"],
        "requestApprovedAt": row["requested_at"],
        "closedAt": row["refunded_at"],
        "totalQuantity": row["unit_count"],
        "returnLineItems": [
            {
                "__typename": "ReturnLineItem",
                "id": gid("ReturnLineItem", number),
                "quantity": row["unit_count"],
                "refundedQuantity": row["unit_count"] if row["refunded_at"] else 0,
                "returnReasonNote": "",
                "customerNote": None,
                "returnReasonDefinition": {
                    "id": gid("ReturnReasonDefinition", len(reason)),
                    "handle": reason,
                    "name": reason.replace("-", " ").capitalize(),
                },
                "fulfillmentLineItem": sold,
            }
        ],
        "reverseFulfillmentOrders": [
            {
                "__typename": "ReverseFulfillmentOrder",
                "id": gid("ReverseFulfillmentOrder", number),
                "status": "CLOSED" if row["received_at"] else "OPEN",
                "lineItems": [back],
            }
        ],
        "refunds": [_refund(row, currency_code)] if row["refunded_at"] else [],
    }
