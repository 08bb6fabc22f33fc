"""What people write in the app stores, and what the company answers.

Belongs here: reviews by version, with the edits and replies. A review that is edited shows only its newest text, rating and
date, so a reply to the first text is dated before the review it stands under.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.demo import comments, incidents, markets, releases
from orchestration.demo.clock import DAY, HORIZON, HOUR, NEVER, Flags, Ints
from orchestration.demo.history import EntityHistory, labels, numbered
from orchestration.demo.orders import Customers, Orders
from orchestration.demo.streams import lognormal_seconds, pick_rows

REVIEWS_AT_SCALE_1 = 6_000
EDITED_SHARE, REPLIED_SHARE, TEXT_SHARE = 0.06, 0.46, 0.82
STORES = ("app_store", "google_play")
APP_IDS = ("com.example.marketplace.ios", "com.example.marketplace.android")
# Stars 1 to 5: in quiet times, and in the version that an incident broke.
STARS = (0.11, 0.07, 0.11, 0.23, 0.48)
STARS_PAYMENT_BUG = (0.62, 0.17, 0.08, 0.06, 0.07)
STARS_CONFUSING = (0.34, 0.27, 0.17, 0.12, 0.10)
INCIDENT_VOLUME_FACTOR = 2.2
REPLIES = ("Thank you for your review!", "We are sorry to hear that. Please write to our support so that we can help.")


@dataclass(frozen=True)
class Reviews:
    """Columns by review: `first_` as it was written, the rest as it reads after the edit, if there was one.

    `theme` is -1 without a text; `is_foreign` where the text is in another language than English.
    """

    first_written_at: Ints
    edited_at: Ints
    replied_at: Ints
    first_rating: Ints
    rating: Ints
    version: Ints
    store: Ints
    market: Ints
    theme: Ints
    is_foreign: Flags


def make_reviews(
    rng: np.random.Generator, orders: Orders, customers: Customers, scale: float
) -> tuple[Reviews, EntityHistory]:
    """Reviews by people who ordered with the app a short while ago."""
    mobile = np.flatnonzero((orders.platform > 0) & ~orders.is_test)
    bug, confusing = incidents.PAYMENT_BUG, incidents.CONFUSING_RELEASE
    version, moment, platform = orders.version[mobile], orders.ordered_at[mobile], orders.platform[mobile]
    in_bug = (version == releases.INDEX[str(bug.app_version)]) & (moment >= bug.starts_at) & (moment < bug.ends_at)
    in_maze = (version == releases.INDEX[str(confusing.app_version)]) & (platform == 1) & (moment < confusing.ends_at)
    weight = np.where(in_bug | in_maze, INCIDENT_VOLUME_FACTOR, 1.0)
    chance = REVIEWS_AT_SCALE_1 * scale * weight / weight.sum()
    chosen = np.flatnonzero(rng.random(len(mobile)) < chance)
    count = len(chosen)
    written = moment[chosen] + (rng.exponential(2 * DAY, count)).astype(np.int64)
    by_time = np.argsort(written, kind="stable")
    chosen, written = chosen[by_time], written[by_time]
    within = written < HORIZON
    chosen, written, count = chosen[within], written[within], int(within.sum())
    weights = np.tile(np.array(STARS), (count, 1))
    weights[in_bug[chosen]] = STARS_PAYMENT_BUG
    weights[in_maze[chosen]] = STARS_CONFUSING
    rating = 1 + pick_rows(rng, weights)
    theme = rng.integers(0, len(comments.THEMES), count)
    low = rating <= 3
    theme = np.where(in_bug[chosen] & low & (rng.random(count) < 0.8), comments.INDEX["payment"], theme)
    theme = np.where(in_maze[chosen] & low & (rng.random(count) < 0.8), comments.INDEX["usability"], theme)
    edited = rng.random(count) < EDITED_SHARE
    edited_at = np.where(edited, written + lognormal_seconds(rng, 6 * DAY, 0.8, count), NEVER)
    replied = rng.random(count) < np.where(low, REPLIED_SHARE + 0.2, REPLIED_SHARE - 0.12)
    replied_at = np.where(replied, written + lognormal_seconds(rng, 30 * HOUR, 0.9, count), NEVER)
    better = np.clip(rating + rng.integers(-1, 4, count), 1, 5)
    market = orders.market[mobile][chosen]
    native = customers.native[orders.customer[mobile[chosen]]]
    reviews = Reviews(
        first_written_at=written,
        edited_at=edited_at,
        replied_at=replied_at,
        first_rating=rating,
        rating=np.where(edited, better, rating),
        version=version[chosen],
        store=platform[chosen] - 1,
        market=market,
        theme=np.where(rng.random(count) < TEXT_SHARE, theme, -1),
        is_foreign=native & (market != markets.INDEX["US"]) & (market != markets.INDEX["GB"]),
    )
    return reviews, _history(rng, reviews)


def _history(rng: np.random.Generator, reviews: Reviews) -> EntityHistory:
    count = len(reviews.rating)
    languages = [market.language for market in markets.MARKETS]
    own = reviews.is_foreign
    body = comments.sentences(rng, reviews.theme, reviews.first_rating > 3)
    edited_body = comments.sentences(rng, reviews.theme, reviews.rating > 3)
    for position, language in enumerate(languages):
        if language in comments.FOREIGN:
            chosen = pa.array(own & (reviews.market == position) & (reviews.theme >= 0))
            body = pc.if_else(chosen, comments.foreign(rng, language, reviews.first_rating > 3), body)
            edited_body = pc.if_else(chosen, comments.foreign(rng, language, reviews.rating > 3), edited_body)
    titles = ("Disappointed", "It is okay", "Love it")

    def title(rating: Ints) -> pa.Array:
        return labels(
            titles, np.where((reviews.store == 0) & ~own, np.where(rating < 3, 0, np.where(rating == 3, 1, 2)), -1)
        )

    return EntityHistory(
        appears_at=reviews.first_written_at,
        columns={
            "review_id": numbered("r-", 6, count),
            "app_id": labels(APP_IDS, reviews.store),
            "store": labels(STORES, reviews.store),
            "market": labels(markets.CODES, reviews.market),
            "language": labels([*languages, "en"], np.where(own, reviews.market, len(languages))),
            "app_version": labels(releases.NAMES, reviews.version),
            "title": title(reviews.first_rating),
            "body": body,
            "reply_body": labels(REPLIES, (reviews.first_rating <= 3).astype(np.int64)),
            "rating": reviews.first_rating,
            "is_edited": np.zeros(count, dtype=np.bool_),
            "reviewed_at": reviews.first_written_at,
            "replied_at": reviews.replied_at,
        },
        known_from={"reply_body": reviews.replied_at},
        steps={
            "title": [(reviews.edited_at, title(reviews.rating))],
            "body": [(reviews.edited_at, edited_body)],
            "rating": [(reviews.edited_at, reviews.rating)],
            "is_edited": [(reviews.edited_at, np.ones(count, dtype=np.bool_))],
            "reviewed_at": [(reviews.edited_at, reviews.edited_at)],
        },
    )
