"""Each review and each answer to the loyalty survey, one by one, from the world's own records.

Belongs here: what one of them says, where and when. What is written about is counted in `truth_themes`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from orchestration.demo import markets
from orchestration.demo.clock import NEVER
from orchestration.demo.reviews import STORES
from orchestration.demo.truth_themes import counted_answers, near_contacts, read_now

if TYPE_CHECKING:
    from orchestration.demo.world import Bookkeeping

REVIEW_COLUMNS = ("store", "stars", "reviewed_at", "replied_at")
NPS_COLUMNS = ("market", "score", "is_near_contact", "responded_at")


def feedback(books: Bookkeeping, contacts: dict[str, Any], at: int) -> dict[str, Any]:
    """Both, each as columns and rows; instants in seconds since 1970, null for what has not happened."""
    return {
        "reviews": {"columns": list(REVIEW_COLUMNS), "rows": _reviews(books, at)},
        "nps": {"columns": list(NPS_COLUMNS), "rows": _nps(books, contacts, at)},
    }


def _reviews(books: Bookkeeping, at: int) -> list[list[Any]]:
    """As they read at the cut."""
    row, stars, moment = read_now(books, at)
    replied = np.where(books.reviews.replied_at[row] < at, books.reviews.replied_at[row], NEVER)
    return [
        [STORES[store], star, since, None if until >= NEVER else until]
        for store, star, since, until in zip(
            books.reviews.store[row].tolist(), stars.tolist(), moment.tolist(), replied.tolist(), strict=True
        )
    ]


def _nps(books: Bookkeeping, contacts: dict[str, Any], at: int) -> list[list[Any]]:
    """The answers that count, with whether the person was in contact with us or had just been."""
    survey, row = books.survey, counted_answers(books, at)
    invited = survey.invited_customer[survey.answered_invitation[row]]
    market = books.customers.market[invited].tolist()
    near = near_contacts(books, contacts, at, row)
    return [
        [markets.CODES[where], score, is_near, moment]
        for where, score, is_near, moment in zip(
            market, survey.answers.score[row].tolist(), near, survey.answers.responded_at[row].tolist(), strict=True
        )
    ]
