"""Would buyers recommend the shop? The quarterly NPS survey.

Belongs here: who is asked, and how the answer follows from what was delivered and shown: promise kept, tracking, loss. The
rating of a contact plays no part in it, by design: "NPS does not follow CSAT" is true in this world.
"""

import itertools
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from orchestration.demo import comments, markets
from orchestration.demo.clock import DAY, HORIZON, HOUR, START, Flags, Ints, instant
from orchestration.demo.deliveries import TRACKING, Deliveries
from orchestration.demo.history import EntityHistory, labels, look_up, numbered
from orchestration.demo.orders import Customers, Orders
from orchestration.demo.streams import lognormal_seconds

ANSWERS_PER_ORDER = 0.052
ANSWERED_SHARE = 0.19
REPEATED_SHARE, INVALID_SHARE, ANONYMOUS_SHARE, COMMENT_SHARE = 0.03, 0.006, 0.012, 0.55
INVALID_SCORES = ("11", "-1", "NA")
RECENT = 120 * DAY
QUARTERS = (
    "2024-10-01", "2025-01-01", "2025-04-01", "2025-07-01", "2025-10-01", "2026-01-01", "2026-04-01", "2026-07-01", "2026-10-01",
    "2027-01-01",
)  # fmt: skip
# What moves the score: the truth behind NPS. Transparency weighs more than speed.
EFFECTS = {
    "base": 8.3,
    "late": -1.7,
    "lost": -4.0,
    "tracking_all_the_way": 0.55,
    "tracking_none": -0.75,
    "per_transit_day": -0.03,
    "taste_sigma": 1.0,
    "noise_sigma": 1.3,
}


@dataclass(frozen=True)
class Answers:
    """Columns by NPS answer, in order of time; `score` -1 where it is not one, `customer` -1 where nobody knows who."""

    customer: Ints
    score: Ints
    responded_at: Ints
    theme: Ints
    second_theme: Ints


@dataclass(frozen=True)
class Survey:
    """The invitations (columns by invitation, in order of the offer) and the answers with the invitation's position."""

    invited_customer: Ints
    offered_at: Ints
    answers: Answers
    answered_invitation: Ints


def make_survey(rng: np.random.Generator, orders: Orders, deliveries: Deliveries, customers: Customers) -> Survey:
    """Once a quarter, a share of those who bought lately and should have their parcel by now."""
    taste = EFFECTS["taste_sigma"] * rng.standard_normal(len(customers.market))
    order, offered_at = _invitations(rng, orders, deliveries)
    by_time = np.lexsort((order, offered_at))
    order, offered_at = order[by_time], offered_at[by_time]
    answers = np.flatnonzero(rng.random(len(order)) < ANSWERED_SHARE)
    asked = order[answers]
    experience = _experience(deliveries, asked, offered_at[answers])
    raw = experience + taste[orders.customer[asked]] + EFFECTS["noise_sigma"] * rng.standard_normal(len(asked))
    score = np.clip(np.round(raw), 0, 10).astype(np.int64)
    responded_at = offered_at[answers] + lognormal_seconds(rng, 20 * HOUR, 1.0, len(answers))
    invalid = rng.random(len(score)) < INVALID_SHARE
    anonymous = ~invalid & (rng.random(len(score)) < ANONYMOUS_SHARE)
    again = np.flatnonzero(~invalid & ~anonymous & (rng.random(len(score)) < REPEATED_SHARE))
    invitation = np.concatenate([answers, answers[again]])
    later = responded_at[again] + DAY + rng.integers(0, 9 * DAY, len(again))
    score = np.where(invalid, -1, score)
    changed = np.clip(score[again] + rng.choice([-3, -2, 2, 3], len(again)), 0, 10)
    customer = np.where(anonymous, -1, orders.customer[asked])
    theme, second = _themes(rng, deliveries, asked, score)
    columns = [
        np.concatenate([customer, customer[again]]),
        np.concatenate([score, changed]),
        np.concatenate([responded_at, later]),
        np.concatenate([theme, theme[again]]),
        np.concatenate([second, np.full(len(again), -1)]),
    ]
    order_of_time = np.lexsort((invitation, columns[2]))
    order_of_time = order_of_time[columns[2][order_of_time] < HORIZON]
    return Survey(
        orders.customer[order], offered_at, Answers(*(c[order_of_time] for c in columns)), invitation[order_of_time]
    )


def _invitations(rng: np.random.Generator, orders: Orders, deliveries: Deliveries) -> tuple[Ints, Ints]:
    """The order that each invitation looks back on (the customer's last), and when it is sent."""
    parts = []
    total = ANSWERS_PER_ORDER / ANSWERED_SHARE * len(orders)
    edges = [instant(each) for each in QUARTERS]
    weights = np.array([(min(end, HORIZON) - max(start, START)) for start, end in itertools.pairwise(edges)])
    for number, share in enumerate(weights / weights.sum()):
        begins, ends = max(edges[number], START + 14 * DAY), min(edges[number + 1], HORIZON) - 12 * DAY
        due = deliveries.is_due & (deliveries.promise_ends_at < ends) & (orders.ordered_at > begins - RECENT)
        rows = np.flatnonzero(due)
        # The last order of each customer: later rows overwrite earlier ones.
        last = np.full(int(orders.customer.max()) + 1, -1, dtype=np.int64)
        last[orders.customer[rows]] = rows
        rows = last[last >= 0]
        wanted = min(round(float(total * share)), len(rows))
        rows = rng.choice(rows, wanted, replace=False)
        sent = np.maximum(begins, deliveries.promise_ends_at[rows] + DAY)
        sent = sent + (rng.random(len(rows)) * np.maximum(ends - sent, HOUR)).astype(np.int64)
        parts.append((rows, sent))
    return np.concatenate([rows for rows, _ in parts]), np.concatenate([sent for _, sent in parts])


def _was_late(deliveries: Deliveries, order: Ints, at: Ints) -> Flags:
    return np.minimum(deliveries.delivered_at[order], at) > deliveries.promise_ends_at[order]


def _experience(deliveries: Deliveries, order: Ints, at: Ints) -> np.ndarray:
    missing = deliveries.delivered_at[order] > at
    late = _was_late(deliveries, order, at) & ~missing
    tracking = deliveries.tracking[order]
    return (
        EFFECTS["base"]
        + EFFECTS["late"] * late
        + EFFECTS["lost"] * missing
        + EFFECTS["tracking_all_the_way"] * (tracking == TRACKING.index("all_the_way"))
        + EFFECTS["tracking_none"] * (tracking == TRACKING.index("none"))
        + EFFECTS["per_transit_day"] * deliveries.transit_days[order]
    )


def _themes(rng: np.random.Generator, deliveries: Deliveries, order: Ints, score: Ints) -> tuple[Ints, Ints]:
    """What people write about: delivery when it was late, tracking when there was none, else anything."""
    writes = (rng.random(len(order)) < COMMENT_SHARE) & (score >= 0)
    anything = rng.integers(0, len(comments.THEMES), len(order))
    late = deliveries.days_late[order] > 0
    theme = np.where(late & (rng.random(len(order)) < 0.75), comments.INDEX["delivery"], anything)
    untracked = ~late & (deliveries.tracking[order] == 0) & (rng.random(len(order)) < 0.5)
    theme = np.where(untracked, comments.INDEX["tracking"], theme)
    second = np.where(rng.random(len(order)) < 0.2, rng.integers(0, len(comments.THEMES), len(order)), -1)
    return np.where(writes, theme, -1), np.where(writes & (second != theme), second, -1)


def nps_history(
    rng: np.random.Generator, survey: Survey, invitation_ids: pa.Array, customers: Customers
) -> EntityHistory:
    """Answers as given."""
    answers, count = survey.answers, len(survey.answers.score)
    words = [*(str(number) for number in range(11)), *INVALID_SCORES]
    position = np.where(answers.score < 0, 11 + rng.integers(0, 3, count), answers.score)
    is_content = answers.score >= 7
    text = comments.joined(
        comments.sentences(rng, answers.theme, is_content), comments.sentences(rng, answers.second_theme, is_content)
    )
    market = customers.market[survey.invited_customer[survey.answered_invitation]]
    return EntityHistory(
        appears_at=answers.responded_at,
        columns={
            "response_id": numbered("nps-", 6, count),
            "invitation_id": look_up(invitation_ids, np.where(answers.customer < 0, -1, survey.answered_invitation)),
            "customer_id": look_up(customers.ids, answers.customer),
            "market": labels(markets.CODES, market),
            "language": labels(("en",), np.where(answers.theme >= 0, 0, -1)),
            "score": labels(words, position),
            "comment": text,
            "responded_at": answers.responded_at,
        },
    )
