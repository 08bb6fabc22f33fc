"""The world's orders, returns, customers and disputes as Shopify has them.

Belongs here: from the contract's tables to the vendor's records. The vendor's ids are numbers, so that `o-0000012` is order
12 with the name `o-0000012`; amounts are in each market's currency, as of a shop in each market. What Shopify has no place
for is lost: a customer's tier, the app's version, freight per line, parcels that are not yet shipped, and promised days, of
which it knows the moment when they end. Of what happens to a return only the request moves the order's `updatedAt`.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache, partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.demo import markets
from orchestration.demo.clock import DAY, Ints, zone
from orchestration.demo.stand_ins.shopify import ShopifyStandIn, customer_entry, dispute_entry
from orchestration.demo.stand_ins.shopify_orders import Row, gid, money, number_of, order_node
from orchestration.demo.stand_ins.shopify_search import Entry, Node
from orchestration.demo.world import World

DISPUTE_ORIGINS = ("claim", "chargeback")
STATUSES = {"upheld": "LOST", "rejected": "WON", "withdrawn": "WON", None: "NEEDS_RESPONSE"}
BLOCK = 512
"""Orders are made in blocks of so many when one of them is asked for, and the latest blocks are kept."""
BLOCKS_KEPT = 48


def from_world(
    world: World,
    *,
    client_id: str,
    client_secret: str,
    dispute_origins: Iterable[str] = DISPUTE_ORIGINS,
    **server: Any,
) -> ShopifyStandIn:
    """A stand-in whose shop sold what the world did, as known at its cut.

    Args:
        world: the simulated marketplace.
        client_id: of the app.
        client_secret: of the app.
        dispute_origins: which of the world's claims are disputes of Shopify Payments, and not of somebody else.
        server: the stand-in's other arguments.
    """
    shop = ShopifyStandIn(client_id=client_id, client_secret=client_secret, **server)
    fill(shop, world, dispute_origins)
    return shop


def fill(shop: ShopifyStandIn, world: World, dispute_origins: Iterable[str] = DISPUTE_ORIGINS) -> None:
    """Put everything that is known at a world's cut into a shop, over what an earlier cut put there."""
    shop.orders.put(*WorldOrders(world).entries())
    shop.customers.put(*(customer_entry(_customer(row)) for row in _with_texts(world["customers"]).to_pylist()))
    claims = _with_texts(world["inr_claims"].filter(pc.is_in(world["inr_claims"]["origin"], pa.array(dispute_origins))))
    orders = world["orders"].select(["order_id", "currency_code", "total_amount"])
    paid = {row["order_id"]: money(row["total_amount"], row["currency_code"]) for row in orders.to_pylist()}
    shop.disputes.put(*(dispute_entry(_dispute(row, paid[row["order_id"]])) for row in claims.to_pylist()))


class WorldOrders:
    """The world's orders as the vendor's records, made in blocks as they are asked for."""

    def __init__(self, world: World) -> None:
        orders = world["orders"]
        returns = world["returns"]
        of_return = _positions(returns, orders)
        changed = _seconds(orders["updated_at"])
        np.maximum.at(changed, of_return, _seconds(returns["requested_at"]))
        self._orders = _with_texts(orders).append_column("changed_at", _texts(changed))
        self._parts = [
            _Part(world["order_items"], orders),
            _Part(_with_promise(world["deliveries"], orders), orders),
            _Part(returns, orders),
        ]
        self._block = lru_cache(maxsize=BLOCKS_KEPT)(self._make_block)

    def entries(self) -> Iterator[Entry]:
        """All orders, as the shop lists them."""
        columns = [self._orders[name].to_pylist() for name in ("order_id", "ordered_at", "changed_at")]
        for position, (order_id, ordered_at, changed_at) in enumerate(zip(*columns, strict=True)):
            number = number_of(order_id)
            facts = {
                "id": str(number).zfill(20),
                "created_at": ordered_at,
                "processed_at": ordered_at,
                "updated_at": changed_at,
            }
            yield Entry(gid("Order", number), facts, partial(self.node, position))

    def node(self, position: int) -> Node:
        """The order at a position of the world's table."""
        return self._block(position // BLOCK)[position % BLOCK]

    def _make_block(self, block: int) -> list[Row]:
        begin = block * BLOCK
        orders = self._orders.slice(begin, BLOCK).to_pylist()
        parts = [part.of_orders(begin, len(orders)) for part in self._parts]
        return [order_node(order, *lists) for order, *lists in zip(orders, *parts, strict=True)]


class _Part:
    """A table of what hangs on orders, sorted by order."""

    def __init__(self, table: pa.Table, orders: pa.Table) -> None:
        positions = _positions(table, orders)
        order = np.argsort(positions, kind="stable")
        self._rows = _with_texts(table.take(pa.array(order)))
        self._begins = np.searchsorted(positions[order], np.arange(len(orders) + 1))

    def of_orders(self, begin: int, count: int) -> list[list[Row]]:
        """The rows of each of `count` orders from a position on."""
        begins = self._begins[begin : begin + count + 1].tolist()
        rows = self._rows.slice(begins[0], begins[-1] - begins[0]).to_pylist()
        return [rows[begins[i] - begins[0] : begins[i + 1] - begins[0]] for i in range(count)]


def _positions(table: pa.Table, orders: pa.Table) -> Ints:
    found = pc.index_in(table["order_id"], orders["order_id"].combine_chunks())
    return found.to_numpy().astype(np.int64)


def _with_promise(deliveries: pa.Table, orders: pa.Table) -> pa.Table:
    """With the moment after which each is late: as promised, or the end of the promised day where the customer lives."""
    market = np.array(orders["market"].to_pylist())[_positions(deliveries, orders)]
    day = deliveries["promised_date"].cast(pa.int32()).to_numpy().astype(np.int64)
    ends = np.empty(len(day), dtype=np.int64)
    for place in markets.MARKETS:
        rows = np.flatnonzero(market == place.code)
        ends[rows] = zone(place.time_zone).to_utc((day[rows] + 1) * DAY)
    moment = pc.coalesce(_with_texts(deliveries)["promised_at"], _texts(ends))
    return deliveries.append_column("promise_ends_at", moment)


def _seconds(column: pa.ChunkedArray) -> Ints:
    return column.cast(pa.timestamp("s", tz="UTC")).cast(pa.int64()).to_numpy().copy()


def _texts(seconds: Ints) -> pa.Array:
    return pc.strftime(pa.array(seconds, pa.int64()).cast(pa.timestamp("s")), format="%Y-%m-%dT%H:%M:%SZ")


def _with_texts(table: pa.Table) -> pa.Table:
    """Instants as the vendor writes them."""
    for number, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            naive = table.column(number).cast(pa.timestamp("s", tz="UTC")).cast(pa.timestamp("s"))
            table = table.set_column(number, field.name, pc.strftime(naive, format="%Y-%m-%dT%H:%M:%SZ"))
    return table


def _customer(row: Row) -> Row:
    number = number_of(row["customer_id"])
    return {
        "id": gid("Customer", number),
        "legacyResourceId": str(number),
        "createdAt": row["created_at"],
        "updatedAt": row["created_at"],
        "locale": row["language"],
        "defaultAddress": {"id": gid("MailingAddress", number), "countryCodeV2": row["market"]},
        "defaultEmailAddress": {"emailAddress": row["email"]} if row["email"] else None,
    }


def _dispute(row: Row, paid: Row) -> Row:
    number, order = number_of(row["claim_id"]), number_of(row["order_id"])
    return {
        "id": gid("ShopifyPaymentsDispute", number),
        "legacyResourceId": str(number),
        "status": STATUSES[row["outcome"]],
        "type": "INQUIRY" if row["origin"] == "claim" else "CHARGEBACK",
        "initiatedAt": row["opened_at"],
        "finalizedOn": row["resolved_at"] if row["outcome"] else None,
        "evidenceDueBy": None,
        "reasonDetails": {"reason": "PRODUCT_NOT_RECEIVED", "networkReasonCode": None},
        "amount": paid["shopMoney"],
        "order": {"legacyResourceId": str(order), "name": row["order_id"], "number": order},
    }
