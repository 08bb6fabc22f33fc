"""Why buyers write, as the simulated helpdesk codes it.

Belongs here: the reason codes, the tags a helpdesk uses for them, and the modifiers. The seeds contact_reasons and
contact_reason_rules of the demo's installation follow these constants. How often each reason occurs is in `contacts`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """One primary reason: `category` is the strategy documents' word, `owner` the department that can remove the cause.

    `tags` are what agents type instead of the code; `touches` and `minutes` the mean replies a contact takes and the mean
    minutes of work on each.
    """

    code: str
    label: str
    category: str
    owner: str
    tags: tuple[str, ...]
    touches: float
    minutes: float


REASONS = (
    Reason("where_is_my_order", "Where is my order", "user issue", "logistics", ("wismo", "where_is_order"), 1.85, 16),
    Reason("item_not_received", "Item not received", "user issue", "logistics", ("inr", "not_received"), 2.55, 24),
    Reason("item_damaged", "Item arrived damaged", "user issue", "seller", ("damaged",), 2.35, 20),
    Reason("wrong_item", "Wrong item", "user issue", "seller", ("wrong_product",), 2.35, 20),
    Reason("return_or_refund", "Return or refund question", "user issue", "policy", ("refund", "return"), 2.15, 19),
    Reason("payment_problem", "Payment problem", "bug report", "engineering", ("payment_failed", "checkout"), 2.25, 22),
    Reason("app_problem", "App problem", "bug report", "engineering", ("app_crash", "bug"), 2.25, 19),
    Reason("how_to", "How-to question", "confused", "design", ("howto", "question"), 1.65, 12),
    Reason("account", "Account and login", "user issue", "product", ("login", "password"), 1.75, 12),
    Reason("cancel_order", "Cancel an order", "user issue", "product", ("cancellation",), 1.65, 11),
    Reason("pricing", "Pricing and fees", "pricing", "marketing", ("price", "fees"), 1.75, 12),
    Reason("feature_request", "Feature request", "feature request", "product", ("idea",), 1.45, 11),
    Reason("positive_feedback", "Positive feedback", "positive feedback", "support", ("praise",), 1.0, 5),
    Reason("seller_question", "Seller's question", "user issue", "seller", ("seller_payout",), 1.95, 20),
    Reason("other", "Other", "user issue", "support", ("misc",), 1.75, 15),
)
CODES = [reason.code for reason in REASONS]
INDEX = {code: position for position, code in enumerate(CODES)}

MODIFIERS = ("angry", "billing")
UNTAGGED_SHARE = 0.06
"""Share of tickets that carry neither a reason nor a reason's tag."""
TAG_ONLY_SHARE = 0.24
"""Share of tickets whose reason field is empty and whose tag tells it."""

# Tags that say nothing about the reason and that no rule maps; a report must list them by volume.
STRAY_TAGS = ("autumn_campaign", "macro_used", "vip_review")

SALES_LEAD = "sales_lead"
"""The tag of a contact whose sales opportunity was handed over."""
SALES_LEAD_SHARE, SALES_LEAD_SHARE_ELSE = 0.06, 0.003
SALES_LEAD_REASONS = ("pricing", "seller_question")

FEATURES = (
    ("dark_mode", "Please add a dark mode"),
    ("wishlist_share", "I would like to share my wish list with friends"),
    ("parcel_map", "Show the parcel on a map"),
    ("split_payment", "Let me pay in instalments"),
    ("saved_search", "Please let me save a search"),
    ("gift_wrap", "Gift wrapping would be lovely"),
    ("size_advice", "Size advice from other buyers would help"),
    ("seller_chat", "I want to chat with the seller directly"),
    ("price_alert", "Send me a price alert"),
    ("barcode_scan", "Let me scan a barcode to find a product"),
    ("carbon_label", "Show the carbon footprint of delivery"),
    ("pickup_point", "Let me choose a pick-up point"),
)
"""Wishes behind feature requests, most wanted first, with the words customers use."""

CSAT_STATED_REASONS = ("too_slow", "not_resolved", "agent_unhelpful", "product_problem", "delivery_problem", "policy")
RETURN_REASONS = ("changed_mind", "does_not_fit", "not_as_described", "item_damaged", "wrong_item")
