"""What is said in the app stores, and how soon it is answered."""

from collections.abc import Mapping
from typing import Any

from orchestration.demo.clock import DAY
from orchestration.demo.scoring.cells import Key, Score, Truth
from orchestration.demo.scoring.marts import Duration, grouped, of_mart, of_quantiles, over
from orchestration.demo.scoring.records import cut, feedback, week_of
from orchestration.demo.scoring.waits import QUANTILES
from orchestration.demo.serve import NEWEST

WEEKLY = "secondary.rpt_app_reviews_by_week"
BEHIND = DAY
"""The vendor collects from the stores in rounds: what it tells is taken to be complete until a day ago."""


def _reviews(truth: Truth) -> Mapping[Key, list[Any]]:
    return grouped(feedback(truth, "reviews"), lambda review: (review.store, week_of(review.reviewed_at)))


def _is_before(review: Any) -> bool:
    """Whether the answer is to an earlier text of the review than the one that can be read now."""
    return review.replied_at is not None and review.replied_at < review.reviewed_at


def _waits(truth: Truth) -> Mapping[Key, list[Duration]]:
    until = cut(truth) + int(NEWEST.total_seconds()) - BEHIND
    cells = {
        key: [
            (max((until if review.replied_at is None else review.replied_at) - review.reviewed_at, 0), review.replied_at is not None)
            for review in cell
            if not _is_before(review)
        ]
        for key, cell in _reviews(truth).items()
    }  # fmt: skip
    return {key: waits for key, waits in cells.items() if waits}


def _stars(cell: list[Any]) -> int:
    return sum(review.stars for review in cell)


def _replied(cell: list[Any]) -> int:
    return sum(review.replied_at is not None for review in cell)


REVIEWS: tuple[Score, ...] = (
    *of_mart(
        WEEKLY, "store, reviewed_week", _reviews,
        {
            "app_review_count": len,
            "total_rating_stars": _stars,
            "rating_stars_mean": lambda cell: over(_stars(cell), len(cell)),
            "replied_review_count": _replied,
            "reply_ratio": lambda cell: over(_replied(cell), len(cell)),
            "reply_before_review_count": lambda cell: sum(map(_is_before, cell)),
        },
        columns={"app_review_count": "review_count", "replied_review_count": "replied_count"},
    ),
    *of_quantiles(
        WEEKLY, "store, reviewed_week", _waits, "reply_calendar_seconds", QUANTILES, where="reply_calendar_seconds_p90 is not null"
    ),
)  # fmt: skip
