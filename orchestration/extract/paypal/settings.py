"""What an installation says of a PayPal account, and the raw table it fills."""

from typing import ClassVar, Literal

from orchestration.source_models import ApiSource, ApiTable, Mapping

DISPUTE_FIELDS = {
    "dispute_id": "$.dispute_id",
    "create_time": "$.create_time",
    "update_time": "$.update_time",
    "reason": "$.reason",
    "status": "$.status",
    "dispute_state": "$.dispute_state",
    "dispute_life_cycle_stage": "$.dispute_life_cycle_stage",
    "dispute_channel": "$.dispute_channel",
    "dispute_amount_value": "$.dispute_amount.value",
    "dispute_amount_currency_code": "$.dispute_amount.currency_code",
    "outcome_code": "$.dispute_outcome.outcome_code",
    "amount_refunded_value": "$.dispute_outcome.amount_refunded.value",
    "amount_refunded_currency_code": "$.dispute_outcome.amount_refunded.currency_code",
    "seller_transaction_id": "$.disputed_transactions[0].seller_transaction_id",
}
ORDER_REFERENCES = {
    "invoice_number": "$.disputed_transactions[0].invoice_number",
    "custom": "$.disputed_transactions[0].custom",
}
IGNORED = [
    "links",
    "messages",
    "seller_response_due_date",
    "buyer_response_due_date",
    "extensions",
    "evidences",
    "offer",
]


class PaypalSource(ApiSource):
    """One PayPal account. `order_reference` is the field of a payment that holds the shop's order id."""

    kind: Literal["paypal"]
    base_url: str = "https://api-m.paypal.com"
    client_id_env: str = "PAYPAL_CLIENT_ID"
    client_secret_env: str = "PAYPAL_CLIENT_SECRET"
    look_back_days: float = 2
    order_reference: Literal["invoice_number", "custom"] = "invoice_number"

    credentials: ClassVar[tuple[str, ...]] = ("client_id_env", "client_secret_env")
    scopes: ClassVar[str] = "an app with the feature Customer Disputes"
    retention_days: ClassVar[float | None] = 180

    def own_tables(self) -> list[ApiTable]:
        """One table: disputes, each list entry with its details."""
        return [
            ApiTable(
                name="disputes",
                key=["dispute_id"],
                fields={**DISPUTE_FIELDS, "order_reference": ORDER_REFERENCES[self.order_reference]},
                required=["create_time", "update_time", "reason"],
                ignored=IGNORED,
                version="update_time",
            )
        ]

    def own_mappings(self) -> list[Mapping]:
        """Disputes about an item not received become claims."""
        return [Mapping(entity="inr_claims", sql="paypal/inr_claims.sql", accounts_for=["disputes"])]
