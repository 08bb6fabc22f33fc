"""From the vendor's nested records to one record per row of a raw table.

Belongs here: taking lists out of records. Names stay the vendor's; what is added is named in `settings`.
"""

from typing import Any

MISSING = "MISSING"
"""What a shop says of returned goods that never came."""


def order_record(order: dict[str, Any]) -> dict[str, Any]:
    """An order without its lists."""
    return {name: value for name, value in order.items() if name not in ("lineItems", "fulfillments", "refunds")}


def line_record(order_id: str, line: dict[str, Any], seller_field: str | None) -> dict[str, Any]:
    """A line; its vendor is kept as the seller or not at all."""
    seller = line.get(seller_field) if seller_field else None
    return {**{name: value for name, value in line.items() if name != "vendor"}, "orderId": order_id, "seller": seller}


def parcel_record(order_id: str, parcel: dict[str, Any]) -> dict[str, Any]:
    """A fulfilment; of its tracking, who carries it and whether there is a number, which itself is nobody's business."""
    tracking = parcel["trackingInfo"][0] if parcel["trackingInfo"] else {}
    return {
        **{name: value for name, value in parcel.items() if name != "trackingInfo"},
        "orderId": order_id,
        "trackingCompany": tracking.get("company"),
        "hasTrackingNumber": bool(tracking.get("number")),
    }


def return_record(
    order_id: str,
    returned: dict[str, Any],
    line: dict[str, Any],
    back_lines: list[dict[str, Any]],
    refunds: list[dict[str, Any]],
) -> dict[str, Any]:
    """A line of a return: when its goods came back, and when the money went, of the lines that were refunded at all."""
    sold = (line.get("fulfillmentLineItem") or {}).get("lineItem") or {}
    came = [
        disposition["createdAt"]
        for back in back_lines
        if ((back.get("fulfillmentLineItem") or {}).get("lineItem") or {}).get("id") == sold.get("id")
        for disposition in back["dispositions"]
        if disposition["type"] != MISSING
    ]
    paid = [refund["processedAt"] for refund in refunds] if line["refundedQuantity"] else []
    return {
        **{name: value for name, value in line.items() if name != "fulfillmentLineItem"},
        "orderId": order_id,
        "returnId": returned["id"],
        "returnStatus": returned["status"],
        "returnCreatedAt": returned["createdAt"],
        "returnClosedAt": returned["closedAt"],
        "lineItemId": sold.get("id"),
        "receivedAt": min(came, default=None),
        "refundedAt": min(paid, default=None),
    }
