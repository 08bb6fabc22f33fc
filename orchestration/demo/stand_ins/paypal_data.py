"""The world's claims as PayPal's disputes: those that a buyer opened with the payment, and those that came from a bank.

Belongs here: from the contract's rows to the vendor's records. PayPal says when a dispute was last updated and not when the
money went back, so that a refund is as old as the decision.
"""

from datetime import datetime
from typing import Any

from orchestration.demo.stand_ins.paypal import PaypalStandIn
from orchestration.demo.world import World

ORIGINS = ("claim", "chargeback")
OUTCOMES = {
    "upheld": "RESOLVED_BUYER_FAVOUR",
    "rejected": "RESOLVED_SELLER_FAVOUR",
    "withdrawn": "CANCELED_BY_BUYER",
}


def from_world(world: World, *, client_id: str, client_secret: str, **server: Any) -> PaypalStandIn:
    """A stand-in whose account holds the world's disputes as known at the world's cut."""
    return PaypalStandIn(world_disputes(world), client_id=client_id, client_secret=client_secret, **server)


def world_disputes(world: World) -> dict[str, dict[str, Any]]:
    """The vendor's detail records by dispute id; a payment's invoice number is the order's id."""
    orders = world["orders"].select(["order_id", "currency_code", "total_amount"]).to_pylist()
    payments = {row["order_id"]: _money(row["currency_code"], row["total_amount"]) for row in orders}
    return {
        row["claim_id"]: _dispute(number, row, payments[row["order_id"]])
        for number, row in enumerate(world["inr_claims"].to_pylist(), start=1)
        if row["origin"] in ORIGINS
    }


def _dispute(number: int, row: dict[str, Any], paid: dict[str, str]) -> dict[str, Any]:
    from_bank, outcome = row["origin"] == "chargeback", row["outcome"]
    dispute = {
        "dispute_id": row["claim_id"],
        "create_time": _text(row["opened_at"]),
        "update_time": _text(row["refunded_at"] or row["resolved_at"] or row["opened_at"]),
        "disputed_transactions": [
            {
                "seller_transaction_id": f"{number:017d}",
                "create_time": _text(row["opened_at"]),
                "transaction_status": "COMPLETED",
                "gross_amount": paid,
                "invoice_number": row["order_id"],
                "buyer": {"name": f"Buyer {number}"},
                "seller": {"merchant_id": "5DEJUG27PZB9J"},
            }
        ],
        "reason": "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
        "status": "RESOLVED" if outcome else "WAITING_FOR_SELLER_RESPONSE",
        "dispute_state": "RESOLVED" if outcome else "OPEN_INQUIRIES",
        "dispute_amount": paid,
        "dispute_life_cycle_stage": "CHARGEBACK" if from_bank else "INQUIRY",
        "dispute_channel": "EXTERNAL" if from_bank else "INTERNAL",
        "messages": [{"posted_by": "BUYER", "time_posted": _text(row["opened_at"]), "content": "It never came."}],
    }
    if outcome:
        refunded = {"amount_refunded": paid} if row["refunded_at"] else {}
        dispute["dispute_outcome"] = {"outcome_code": OUTCOMES[outcome], **refunded}
    return dispute


def _money(currency_code: str, amount: float) -> dict[str, str]:
    return {"currency_code": currency_code, "value": f"{amount:.2f}"}


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.000Z"
