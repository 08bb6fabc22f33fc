"""Requests for help before anybody works on them, as columns.

Belongs here: the shape of a contact and how batches of them are put together. Why they arise is in `order_contacts`,
`product_contacts` and `noise`; chasers and repeats arise at the desk itself (`desk`).
"""

from dataclasses import dataclass, fields

import numpy as np

from orchestration.demo import markets, reasons, releases
from orchestration.demo.clock import HORIZON, START, Ints
from orchestration.demo.streams import pick

CONTACT, SPAM, TEST, OUTBOUND, BOT_ONLY, DUPLICATE, DELETED = range(7)
KINDS = ("contact", "spam", "test", "outbound", "bot_only", "merged", "deleted")
BUYER, SELLER, OTHER = range(3)
ROLES = ("buyer", "seller", "other")


@dataclass(frozen=True)
class Contacts:
    """Columns by contact; positions into the tables of the world, -1 for none.

    `cause` is the planted incident; `original` the contact (position) that a duplicate repeats; `agent` who opened
    an outbound ticket; `kind` one of KINDS.
    """

    created_at: Ints
    market: Ints
    customer: Ints
    order: Ints
    seller: Ints
    reason: Ints
    cause: Ints
    role: Ints
    kind: Ints
    platform: Ints
    version: Ints
    original: Ints
    agent: Ints

    def __len__(self) -> int:
        return len(self.created_at)

    def take(self, rows: np.ndarray) -> "Contacts":
        """The contacts at positions (or under a mask)."""
        return Contacts(**{each.name: getattr(self, each.name)[rows] for each in fields(self)})


def batch(created_at: Ints, market: Ints, reason: str | Ints, **others: Ints | int) -> Contacts:
    """Contacts with the columns given; the rest is -1, a buyer's and of kind CONTACT."""
    count = len(created_at)
    absent = ("customer", "order", "seller", "cause", "platform", "version", "original", "agent")
    columns: dict[str, Ints | int] = {**dict.fromkeys(absent, -1), "role": BUYER, "kind": CONTACT, **others}
    columns["reason"] = reasons.INDEX[reason] if isinstance(reason, str) else reason
    arrays = {name: np.broadcast_to(np.asarray(value, dtype=np.int64), (count,)) for name, value in columns.items()}
    return Contacts(created_at=created_at.astype(np.int64), market=market.astype(np.int64), **arrays)


def together(batches: list[Contacts]) -> Contacts:
    """All batches, in order of time, without what lies outside the world's span."""
    joined = Contacts(**{f.name: np.concatenate([getattr(each, f.name) for each in batches]) for f in fields(Contacts)})
    joined = joined.take((joined.created_at >= START) & (joined.created_at < HORIZON))
    return joined.take(np.argsort(joined.created_at, kind="stable"))


def with_platform(rng: np.random.Generator, contacts: Contacts) -> Contacts:
    """Draw platform and app version of those whose order does not tell."""
    drawn = pick(rng, np.array(releases.PLATFORM_SHARES), len(contacts))
    platform = np.where(contacts.platform < 0, drawn, contacts.platform)
    version = np.where(contacts.version < 0, releases.version_at(rng, contacts.created_at), contacts.version)
    version = np.where(platform == 0, -1, version)
    columns = {f.name: getattr(contacts, f.name) for f in fields(Contacts)}
    return Contacts(**{**columns, "platform": platform, "version": version})


def desk_of(market: Ints) -> Ints:
    """The desk (0 EU, 1 US, 2 contractors) that answers a market; the EU desk where the market is not known."""
    names = ("EU desk", "US desk", "Contractors")
    return np.array([names.index(m.desk) for m in markets.MARKETS] + [0])[market]
