"""What an installation says of a Shopify shop, and the raw tables it fills."""

from typing import ClassVar, Literal

from pydantic import Field

from orchestration.source_models import ApiSource, ApiTable, Mapping

MONEY = "shopMoney"
"""Amounts are in the shop's own currency; what the customer saw (`presentmentMoney`) is left aside."""


class ShopifySource(ApiSource):
    """One shop.

    `order_id` is what other systems call an order by: the id of its address in the admin (`legacyResourceId`), the name
    that customers see (`name`, as in #1001), or that name without prefix and suffix (`number`). `seller_field` says that a
    line's vendor is the seller of a marketplace. `page_size` is halved by itself while a query costs too much.
    `dispute_look_back_days`: a dispute tells no time of change, so that all that are younger are read each time.
    `open_return_days`: an order with an open return is read each time, whether it changed or not, until the return is this
    old. `sweep_every_days`: how often all ids are listed to find what was deleted (0: never). `reconciled_days`: of how many
    days the vendor's own count of orders is compared with ours.
    """

    kind: Literal["shopify"]
    client_id_env: str = "SHOPIFY_CLIENT_ID"
    client_secret_env: str = "SHOPIFY_CLIENT_SECRET"
    api_version: str = Field(default="2026-07", pattern=r"^(\d{4}-\d{2}|unstable)$")
    order_id: Literal["legacyResourceId", "name", "number"] = "legacyResourceId"
    seller_field: Literal["vendor"] | None = None
    link_by_email: bool = True
    page_size: int = Field(default=20, ge=1, le=250)
    dispute_look_back_days: float = Field(default=180, ge=0)
    open_return_days: float = Field(default=180, ge=0)
    sweep_every_days: float = Field(default=7, ge=0)
    reconciled_days: int = Field(default=7, ge=0, le=31)

    credentials: ClassVar[tuple[str, ...]] = ("client_id_env", "client_secret_env")
    scopes: ClassVar[str] = (
        "read_orders, read_all_orders (orders older than 60 days), read_returns, read_customers, "
        "read_shopify_payments_disputes (shops with Shopify Payments)"
    )

    def own_tables(self) -> list[ApiTable]:
        """Orders and what hangs on them, each list a table of its own; customers; disputes."""
        return [
            ApiTable(
                name="orders",
                key=["id"],
                fields={
                    **_same("id", "legacy_resource_id", "name", "number", "test", "source_name"),
                    **_same("created_at", "processed_at", "updated_at", "cancelled_at"),
                    **_same("display_financial_status", "display_fulfillment_status", "return_status"),
                    "order_reference": f"$.{self.order_id}",
                    "customer_id": "$.customer.legacyResourceId",
                    "country_code": "$.shippingAddress.countryCodeV2",
                    **_money("total", "totalPriceSet"),
                },
                identities=["customer_id"],
                required=["name", "processed_at", "updated_at", "test", "order_reference", "total_amount"],
                version="updated_at",
            ),
            ApiTable(
                name="line_items",
                key=["id"],
                fields={
                    **_same("id", "order_id", "quantity", "seller"),
                    "product_id": "$.product.legacyResourceId",
                    "product_type": "$.product.productType",
                    "product_category": "$.product.category.name",
                    **_money("discounted_total", "discountedTotalSet"),
                },
                required=["quantity", "discounted_total_amount"],
            ),
            ApiTable(
                name="fulfillments",
                key=["id"],
                fields={
                    **_same("id", "order_id", "status", "display_status", "created_at", "updated_at"),
                    **_same("in_transit_at", "delivered_at", "estimated_delivery_at", "requires_shipping"),
                    **_same("tracking_company", "has_tracking_number"),
                    "origin_country_code": "$.originAddress.countryCode",
                },
                required=["status", "created_at", "delivered_at", "estimated_delivery_at"],
                version="updated_at",
            ),
            ApiTable(
                name="return_line_items",
                key=["id"],
                fields={
                    **_same("id", "order_id", "return_id", "return_status", "return_created_at", "return_closed_at"),
                    **_same("line_item_id", "quantity", "refunded_quantity", "received_at", "refunded_at"),
                    "reason_handle": "$.returnReasonDefinition.handle",
                    "reason_name": "$.returnReasonDefinition.name",
                },
                required=["return_status", "return_created_at", "quantity"],
            ),
            ApiTable(
                name="refunds",
                key=["id"],
                fields={
                    **_same("id", "order_id", "created_at", "processed_at", "updated_at"),
                    "return_id": "$.return.id",
                    **_money("total_refunded", "totalRefundedSet"),
                },
                version="updated_at",
                unused="the contract has no refunds; when the money of a return went back stands with the return",
            ),
            ApiTable(
                name="customers",
                key=["id"],
                fields={
                    "id": "$.legacyResourceId",
                    **_same("created_at", "updated_at", "locale"),
                    "email": "$.defaultEmailAddress.emailAddress",
                    "country_code": "$.defaultAddress.countryCodeV2",
                },
                identities=["id", "email"],
                required=["created_at", "updated_at"],
                version="updated_at",
            ),
            ApiTable(
                name="disputes",
                key=["id"],
                fields={
                    **_same("id", "status", "type", "initiated_at", "finalized_on"),
                    "order_reference": f"$.order.{self.order_id}",
                    "reason": "$.reasonDetails.reason",
                    "amount": "$.amount.amount",
                    "currency_code": "$.amount.currencyCode",
                },
                required=["status", "type", "initiated_at", "reason"],
            ),
        ]

    def own_mappings(self) -> list[Mapping]:
        """Sellers only where a field of the line names them."""
        accounts = {
            "orders": "orders",
            "order_items": "line_items",
            "deliveries": "fulfillments",
            "returns": "return_line_items",
            "inr_claims": "disputes",
            "customers": "customers",
        }
        mappings = [
            Mapping(entity=entity, sql=f"shopify/{entity}.sql", accounts_for=[table])
            for entity, table in accounts.items()
        ]
        if self.seller_field:
            mappings.append(Mapping(entity="sellers", sql="shopify/sellers.sql"))
        return mappings


def _same(*columns: str) -> dict[str, str]:
    """Columns whose field has the same name in the vendor's spelling: `created_at` is `createdAt`."""
    return {column: "$." + _camel(column) for column in columns}


def _camel(column: str) -> str:
    first, *more = column.split("_")
    return first + "".join(part.title() for part in more)


def _money(name: str, field: str) -> dict[str, str]:
    return {
        f"{name}_amount": f"$.{field}.{MONEY}.amount",
        f"{name}_currency_code": f"$.{field}.{MONEY}.currencyCode",
    }
