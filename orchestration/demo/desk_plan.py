"""What is settled about a ticket before anybody sees it: channel, urgency, how many replies it takes, how patient the buyer is.

Belongs here: all random draws of the desk's simulation, made for whole arrays. The simulation itself, in `desk`, draws
nothing: it only lets time pass.
"""

from dataclasses import dataclass

import numpy as np

from orchestration.demo.clock import DAY, HOUR, MINUTE, Flags, Floats, Ints
from orchestration.demo.contacts import CONTACT, Contacts, desk_of
from orchestration.demo.markets import at_waking_hours
from orchestration.demo.orders import Customers
from orchestration.demo.reasons import INDEX, REASONS
from orchestration.demo.streams import lognormal_seconds, pick_rows

CHANNELS = ("email", "chat", "web", "app", "telephone")
EMAIL, CHAT, WEB, APP, TELEPHONE = range(5)
MAX_TOUCHES = 6
AUTO_REPLY_CHANNELS = (EMAIL, WEB)
ESCALATED_REASONS = ("payment_problem", "item_not_received", "return_or_refund")


@dataclass(frozen=True)
class DeskPlan:
    """Columns by ticket; the rows after the first `static_count` are kept for chasers and repeats.

    `work_seconds`, `gap_seconds` and `gap_is_hold` have one column a reply: how long it takes to write, what follows it.
    """

    static_count: int
    channel: Ints
    desk: Ints
    is_urgent: Flags
    first_message_at: Ints
    touches: Ints
    work_seconds: Ints
    gap_seconds: Ints
    gap_is_hold: Flags
    goes_silent: Flags
    is_escalated: Flags
    is_never_answered: Flags
    reopen_seconds: Ints
    repeat_seconds: Ints
    patience_seconds: Ints
    chase_draw: Floats
    auto_reply_seconds: Ints
    reassign_draw: Floats
    note_draw: Floats
    canned_draw: Floats

    def __len__(self) -> int:
        return len(self.channel)


def make_plan(rng: np.random.Generator, contacts: Contacts, parent: Ints, customers: Customers) -> DeskPlan:
    """Draw everything for the contacts and for the reserve; `parent` gives the contact each reserve row resembles.

    Args:
        rng: the desk's stream.
        contacts: in order of time.
        parent: for every row of the plan, the position of the contact that its reason, market and desk come from.
        customers: for their tier.
    """
    count = len(parent)
    like = contacts.take(parent)
    reason = like.reason
    channel = _channels(rng, like)
    tier = np.where(like.customer >= 0, customers.tier_at(np.maximum(like.customer, 0), like.created_at), 0)
    is_urgent = np.isin(channel, (CHAT, TELEPHONE)) | (tier == 3)

    mean_touches = np.array([r.touches for r in REASONS])[reason]
    touches = 1 + rng.poisson(np.maximum(mean_touches - 1.0, 0.02) * np.where(channel == CHAT, 0.6, 1.0))
    is_escalated = rng.random(count) < np.where(np.isin(reason, [INDEX[r] for r in ESCALATED_REASONS]), 0.14, 0.025)
    touches = np.clip(np.maximum(touches, np.where(is_escalated, 2, 1)), 1, MAX_TOUCHES)

    minutes = np.array([r.minutes for r in REASONS])[reason][:, None] * np.where(channel == CHAT, 0.8, 1.0)[:, None]
    work = minutes * MINUTE * np.exp(0.5 * rng.standard_normal((count, MAX_TOUCHES)) - 0.1)
    is_hold = rng.random((count, MAX_TOUCHES)) < 0.22
    gap_median = np.where(is_hold, 34.0 * HOUR, np.where(channel == CHAT, 0.1 * HOUR, 5.0 * HOUR)[:, None])
    gap = gap_median * np.exp(0.9 * rng.standard_normal((count, MAX_TOUCHES)))

    first_message_at = like.created_at + np.where(channel == CHAT, rng.integers(3, 61, count), 0)
    patience = lognormal_seconds(rng, 21 * HOUR, 0.65, count)
    # People lose patience while they are awake.
    patience = at_waking_hours(rng, like.created_at + patience, like.market) - like.created_at
    reopens = rng.random(count) < 0.065
    repeats = rng.random(count) < 0.055
    auto = np.isin(channel, AUTO_REPLY_CHANNELS) & (rng.random(count) < 0.92)
    return DeskPlan(
        static_count=len(contacts),
        channel=channel,
        desk=desk_of(like.market),
        is_urgent=is_urgent,
        first_message_at=first_message_at,
        touches=touches.astype(np.int64),
        work_seconds=np.maximum(work, 45).astype(np.int64),
        gap_seconds=np.clip(gap, 30, 12 * DAY).astype(np.int64),
        gap_is_hold=is_hold,
        goes_silent=rng.random(count) < 0.09,
        is_escalated=is_escalated,
        is_never_answered=(rng.random(count) < 0.009) & ~is_escalated & (like.kind == CONTACT),
        reopen_seconds=np.where(reopens, np.minimum(lognormal_seconds(rng, 11 * HOUR, 0.9, count), 90 * HOUR), -1),
        repeat_seconds=np.where(repeats, lognormal_seconds(rng, 3 * DAY, 0.8, count), -1),
        patience_seconds=np.maximum(patience, 4 * HOUR),
        chase_draw=rng.random(count),
        auto_reply_seconds=np.where(auto, rng.integers(2, 45, count), -1),
        reassign_draw=rng.random(count),
        note_draw=rng.random(count),
        canned_draw=rng.random(count),
    )


def _channels(rng: np.random.Generator, contacts: Contacts) -> Ints:
    """By platform: app users write in the app, sellers and others by mail."""
    by_platform = np.array(
        [
            [0.42, 0.22, 0.32, 0.0, 0.04],
            [0.24, 0.24, 0.12, 0.37, 0.03],
            [0.28, 0.22, 0.12, 0.35, 0.03],
            [0.8, 0, 0.2, 0, 0],
        ]
    )
    row = np.where(contacts.role == 0, contacts.platform, 3)
    return pick_rows(rng, by_platform[row])
