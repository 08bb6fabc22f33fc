"""The texts of what is asked of the GraphQL Admin API: one per question, each with no field that no raw table keeps.

Belongs here: text alone, valid against the vendor's schema 2026-07. A query costs by what it might give, lists at their
full length, and one may cost 1,000 points at most: lists inside a record are asked for a few at a time, and the rest of the
few long ones by `rest_of`.
"""

LINES, PARCELS, REFUNDS = 5, 2, 2
"""How much of an order's lists comes with the order."""
RETURNS, RETURN_LINES, RETURN_PARCELS = 2, 3, 2
"""How much of an order's returns, and of each return's lists, comes with a page of them."""

PAGE = "pageInfo { hasNextPage endCursor }"
AMOUNT = "shopMoney { amount currencyCode }"

SCOPES = "query Scopes { currentAppInstallation { accessScopes { handle } } }"

LINE = f"id quantity vendor discountedTotalSet {{ {AMOUNT} }}"
PRODUCT = "product { legacyResourceId productType category { name } }"
PARCEL = """
    id status displayStatus createdAt updatedAt inTransitAt deliveredAt estimatedDeliveryAt requiresShipping
    originAddress { countryCode } trackingInfo(first: 1) { company number }
"""
REFUND = f"id createdAt processedAt updatedAt totalRefundedSet {{ {AMOUNT} }} return {{ id }}"
RETURN_LINE = """
    id quantity refundedQuantity returnReasonDefinition { handle name }
    ... on ReturnLineItem { fulfillmentLineItem { lineItem { id } } }
"""
BACK_LINE = "fulfillmentLineItem { lineItem { id } } dispositions { createdAt type }"
BACK_PARCEL = f"id lineItems(first: {RETURN_LINES}) {{ nodes {{ {BACK_LINE} }} {PAGE} }}"
RETURN = f"""
    id status createdAt closedAt
    returnLineItems(first: {RETURN_LINES}) {{ nodes {{ {RETURN_LINE} }} {PAGE} }}
    reverseFulfillmentOrders(first: {RETURN_PARCELS}) {{ nodes {{ {BACK_PARCEL} }} {PAGE} }}
    refunds(first: {REFUNDS}) {{ nodes {{ processedAt }} {PAGE} }}
"""


def line(with_products: bool) -> str:
    """What is asked of a line; its product needs a scope of its own."""
    return f"{LINE} {PRODUCT}" if with_products else LINE


def order(with_products: bool) -> str:
    """What is asked of an order."""
    return f"""
        id legacyResourceId name number createdAt processedAt updatedAt cancelledAt test sourceName
        displayFinancialStatus displayFulfillmentStatus returnStatus
        totalPriceSet {{ {AMOUNT} }} customer {{ legacyResourceId }} shippingAddress {{ countryCodeV2 }}
        lineItems(first: {LINES}) {{ nodes {{ {line(with_products)} }} {PAGE} }}
        fulfillments(first: {PARCELS}) {{ {PARCEL} }}
        refunds(first: {REFUNDS}) {{ {REFUND} }}
    """


def customer(with_email: bool) -> str:
    """What is asked of a customer."""
    email = "defaultEmailAddress { emailAddress }" if with_email else ""
    return f"legacyResourceId createdAt updatedAt locale defaultAddress {{ countryCodeV2 }} {email}"


DISPUTE = """
    id status type initiatedAt finalizedOn reasonDetails { reason } amount { amount currencyCode }
    order { legacyResourceId name number }
"""
ORDERS_RETURNS = f"id returns(first: {RETURNS}) {{ nodes {{ {RETURN} }} {PAGE} }}"


def listing(root: str, selection: str, sort_key: str | None = None) -> str:
    """A page of what a search finds."""
    sort = f", sortKey: {sort_key}" if sort_key else ""
    return (
        "query Page($query: String!, $first: Int!, $after: String) { "
        f"{root}(query: $query, first: $first, after: $after{sort}) {{ nodes {{ {selection} }} {PAGE} }} }}"
    )


def by_ids(kind: str, selection: str) -> str:
    """Records by their ids: null for one that is not there."""
    return f"query Nodes($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {kind} {{ {selection} }} }} }}"


def rest_of(kind: str, field: str, selection: str) -> str:
    """The next page of a list inside one record."""
    return (
        "query Rest($id: ID!, $first: Int!, $after: String) { node(id: $id) { "
        f"... on {kind} {{ {field}(first: $first, after: $after) {{ nodes {{ {selection} }} {PAGE} }} }} }} }}"
    )


def whole_list(kind: str, field: str, selection: str) -> str:
    """A list inside one record that knows no pages, as long as the vendor gives it."""
    return (
        f"query Whole($id: ID!, $first: Int!) {{ node(id: $id) {{ ... on {kind} {{ {field}(first: $first) "
        f"{{ {selection} }} }} }} }}"
    )


def count(root: str) -> str:
    """How many records a search finds; beyond the limit, that they are more."""
    return (
        "query Count($query: String!, $limit: Int) { "
        f"{root}Count(query: $query, limit: $limit) {{ count precision }} }}"
    )
