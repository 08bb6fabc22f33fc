"""The helpdesk's tickets: what the contacts and the desk's log add up to.

Belongs here: ids, attributes, tags, and what ended a ticket that is no contact. Messages, changes and working time are in
`conversations`; the entity as it is delivered in `ticket_history`.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from orchestration.demo.clock import HOUR, NEVER, Flags, Floats, Ints
from orchestration.demo.contacts import CONTACT, DELETED, DUPLICATE, SPAM, Contacts
from orchestration.demo.desk import DeskLog
from orchestration.demo.desk_plan import APP, EMAIL, DeskPlan
from orchestration.demo.history import labels
from orchestration.demo.incidents import INDEX as INCIDENT_INDEX
from orchestration.demo.markets import MARKETS
from orchestration.demo.orders import Customers
from orchestration.demo.reasons import (
    FEATURES,
    INDEX,
    REASONS,
    SALES_LEAD,
    SALES_LEAD_REASONS,
    SALES_LEAD_SHARE,
    SALES_LEAD_SHARE_ELSE,
    STRAY_TAGS,
    TAG_ONLY_SHARE,
    UNTAGGED_SHARE,
)
from orchestration.demo.streams import lognormal_seconds

ORDER_KNOWN_SHARE = 0.89
"""Share of contacts about an order whose order the helpdesk knows."""
PREVIOUS_KNOWN_SHARE = 0.85
"""Share of chasers whose earlier ticket the helpdesk names."""
BILLING_REASONS = ("payment_problem", "return_or_refund", "pricing", "item_not_received")


@dataclass(frozen=True)
class Tickets:
    """Columns by ticket in order of creation; positions into the world's tables, -1 for none, `NEVER` for never.

    `about` holds the attributes of the contact (its `created_at` replaced by the ticket's), `stated` the primary reason that
    reason and tags tell (-1: none), `chased` and `merged_into` other tickets.
    """

    about: Contacts
    ids: pa.Array
    channel: Ints
    language: Ints
    tier: Ints
    first_message_at: Ints
    first_reply_at: Ints
    first_replier: Ints
    picked_up_at: Ints
    chased: Ints
    merged_into: Ints
    merged_at: Ints
    flagged_spam_at: Ints
    deleted_at: Ints
    known_order: Ints
    known_previous: Ints
    reason_given: Ints
    stated: Ints
    tags: pa.Array
    text_draw: Floats

    def __len__(self) -> int:
        return len(self.channel)

    def excluded(self, at: int) -> dict[str, Flags]:
        """Who is no contact, by reason, as known just before an instant; nobody is in two of them."""
        kind = self.about.kind
        known = self.about.created_at < at
        masks = {name: known & (kind == number) for number, name in ((2, "test"), (3, "outbound"), (4, "bot_only"))}
        masks["merged"] = known & (self.merged_at < at)
        masks["spam"] = known & (self.flagged_spam_at < at)
        masks["deleted"] = known & (self.deleted_at < at)
        return masks

    def is_contact(self, at: int) -> Flags:
        """Who counts as a contact, as known just before an instant."""
        none = np.any(list(self.excluded(at).values()), axis=0)
        return (self.about.created_at < at) & ~none


def make_tickets(
    rng: np.random.Generator, lead_rng: np.random.Generator, contacts: Contacts, plan: DeskPlan, log: DeskLog,
    customers: Customers,
) -> tuple[Tickets, Ints]:  # fmt: skip
    """All tickets, and for each row of the log (contacts, then chasers and repeats) its position among them."""
    created_at = np.array(log.created_at, dtype=np.int64)
    parent = np.array(log.parent, dtype=np.int64)
    count = len(created_at)
    order = np.argsort(created_at, kind="stable")
    rank = np.empty(count, dtype=np.int64)
    rank[order] = np.arange(count)

    def sorted_(values: list[int] | Ints) -> Ints:
        return np.asarray(values, dtype=np.int64)[:count][order]

    def instants(values: list[int]) -> Ints:
        moments = sorted_(values)
        return np.where(moments < 0, NEVER, moments)

    def ranked(positions: Ints) -> Ints:
        return np.where(positions < 0, -1, rank[positions])

    about = contacts.take(parent[order])
    born = sorted_(created_at)
    about = Contacts(**{**about.__dict__, "created_at": born})
    is_static = order < plan.static_count
    channel = sorted_(plan.channel)
    channel = np.where((channel == APP) & (about.platform == 0), EMAIL, channel)
    first_message_at = np.where(is_static, sorted_(plan.first_message_at), born)
    picked_up_at = instants(log.picked_up_at)
    original = np.where(is_static & (about.kind == DUPLICATE), ranked(about.original), -1)
    taken_at = np.where(original >= 0, picked_up_at[original], NEVER)
    merged_at = np.where(taken_at < NEVER, np.maximum(taken_at, born) + 90, NEVER)
    by_rule = rng.random(count) < 0.7
    flagged = born + np.where(by_rule, 5, lognormal_seconds(rng, 3 * HOUR, 0.8, count))
    deleted = born + rng.integers(HOUR // 2, 30 * HOUR, count)
    chased = ranked(sorted_(log.chased))
    known = rng.random(count) < ORDER_KNOWN_SHARE
    native = (about.customer >= 0) & customers.native[np.maximum(about.customer, 0)] & (about.role == 0)
    market_language = np.array([("en", "de", "fr", "ko").index(m.language) for m in MARKETS] + [0])[about.market]
    given, stated, tags = _tags(rng, lead_rng, about)
    tickets = Tickets(
        about=about,
        ids=pa.array([str(number) for number in range(100_001, 100_001 + count)], pa.string()),
        channel=channel,
        language=np.where(native, market_language, 0),
        tier=np.where(about.customer >= 0, customers.tier_at(np.maximum(about.customer, 0), born), -1),
        first_message_at=first_message_at,
        first_reply_at=instants(log.first_reply_at),
        first_replier=sorted_(log.first_replier),
        picked_up_at=picked_up_at,
        chased=chased,
        merged_into=original,
        merged_at=merged_at,
        flagged_spam_at=np.where(about.kind == SPAM, flagged, NEVER),
        deleted_at=np.where(about.kind == DELETED, deleted, NEVER),
        known_order=np.where(known, about.order, -1),
        known_previous=np.where(rng.random(count) < PREVIOUS_KNOWN_SHARE, chased, -1),
        reason_given=given,
        stated=stated,
        tags=tags,
        text_draw=rng.random(count),
    )
    return tickets, rank


def _tags(rng: np.random.Generator, lead_rng: np.random.Generator, about: Contacts) -> tuple[Ints, Ints, pa.Array]:
    """The reason field, the reason that field and tags tell together, and the tags."""
    count = len(about)
    draw = rng.random(count)
    is_spam = about.kind == SPAM
    untagged = (draw < UNTAGGED_SHARE) | is_spam
    tag_only = ~untagged & (draw < UNTAGGED_SHARE + TAG_ONLY_SHARE)
    given = np.where(untagged | tag_only, -1, about.reason)
    stated = np.where(untagged, -1, about.reason)
    with_tag = tag_only | (~untagged & (rng.random(count) < 0.4))
    angry = rng.random(count) < np.where(about.cause >= 0, 0.22, 0.07)
    billing = rng.random(count) < np.where(np.isin(about.reason, [INDEX[code] for code in BILLING_REASONS]), 0.45, 0.01)
    outage = (about.cause == INCIDENT_INDEX["outage"]) & (rng.random(count) < 0.6)
    stray = np.where(rng.random(count) < 0.05, rng.integers(0, len(STRAY_TAGS), count), -1)
    variant = rng.random(count)
    wish = np.where((about.reason == INDEX["feature_request"]) & with_tag, _wishes(variant), -1)
    likely = np.isin(about.reason, [INDEX[code] for code in SALES_LEAD_REASONS])
    lead = lead_rng.random(count) < np.where(likely, SALES_LEAD_SHARE, SALES_LEAD_SHARE_ELSE)
    lead &= about.kind == CONTACT
    columns = (
        about.reason,
        with_tag,
        angry & (about.kind == CONTACT),
        billing,
        outage,
        stray,
        variant,
        wish,
        is_spam,
        lead,
    )
    rows: list[str | None] = []
    for reason, tagged, is_angry, is_billing, is_outage, stray_tag, which, wanted, spam, is_lead in zip(
        *(column.tolist() for column in columns), strict=True
    ):
        tags: list[str] = []
        if spam:
            tags = ["spam"]
        elif tagged:
            tags = [REASONS[reason].tags[int(which * len(REASONS[reason].tags))]]
        if wanted >= 0:
            tags.append(FEATURES[wanted][0])
        if is_angry:
            tags.append("angry")
        if is_billing and not spam:
            tags.append("billing")
        if is_outage:
            tags.append("outage")
        if stray_tag >= 0:
            tags.append(STRAY_TAGS[stray_tag])
        if is_lead:
            tags.append(SALES_LEAD)
        rows.append("|".join(tags) or None)
    return given, stated, pa.array(rows, pa.string())


def _wishes(draws: Floats) -> Ints:
    """Which feature is wished for: the first of the list most often."""
    weights = 1.0 / np.arange(1, len(FEATURES) + 1)
    return np.searchsorted(np.cumsum(weights) / weights.sum(), draws, side="right").astype(np.int64)


def wish_draws(draws: Floats) -> Floats:
    """Draws that make the texts of feature requests follow the same popularity."""
    return (_wishes(draws) + 0.5) / len(FEATURES)


def reason_labels(positions: Ints) -> pa.Array:
    """Reason codes; -1 is null."""
    return labels([reason.code for reason in REASONS], positions)
