"""What was written about, and by whom it was answered, counted from the world's own records.

Belongs here: themes of reviews and survey comments in the words of the seed themes, reviews by dimension, and which answers of the
NPS survey count. A change of the seed themes is a change here.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from orchestration.demo import comments, markets, releases
from orchestration.demo.clock import DAY, Ints, quarter_label, reporting_day
from orchestration.demo.reviews import STORES
from orchestration.demo.texts import LANGUAGES
from orchestration.demo.truth_reasons import periods
from orchestration.demo.truth_satisfaction import counted_ratings

if TYPE_CHECKING:
    from orchestration.demo.surveys import Efforts, Ratings
    from orchestration.demo.world import Bookkeeping

OURS = {"quality": "product_quality", "app_stability": "app"}
"""The seed's word for a theme of the world where it is another one."""
THEMES = [OURS.get(code, code) for code in comments.CODES]
RECENT = 14 * DAY
READ_BY_RULES = {"en", "ko"}
"""Languages of the seed theme_rules."""


def theme_truth(books: Bookkeeping, at: int) -> dict[str, Any]:
    """Rows of each kind, sorted."""
    return {
        "reviews": _reviews(books, at),
        "review_themes": _review_themes(books, at),
        "comments": _comments(books, at),
        "csat_comments": _contact_comments(books, counted_ratings(books, at), books.ratings),
        "ces_comments": _contact_comments(books, np.flatnonzero(books.efforts.responded_at < at), books.efforts),
    }


def read_now(books: Bookkeeping, at: int) -> tuple[Ints, Ints, Ints]:
    """The reviews known at the cut: positions, stars and instants as they read then."""
    reviews = books.reviews
    row = np.flatnonzero(reviews.first_written_at < at)
    edited = reviews.edited_at[row] < at
    rating = np.where(edited, reviews.rating[row], reviews.first_rating[row])
    return row, rating, np.where(edited, reviews.edited_at[row], reviews.first_written_at[row])


def _reviews(books: Bookkeeping, at: int) -> list[list[Any]]:
    """(dimension, value, month, reviews, stars, reviews with a text, replied to)."""
    row, rating, moment = read_now(books, at)
    reviews = books.reviews
    words = {
        "all": ["all"] * len(row),
        "store": [STORES[each] for each in reviews.store[row].tolist()],
        "app version": [releases.NAMES[each] for each in reviews.version[row].tolist()],
        "market": [markets.CODES[each] for each in reviews.market[row].tolist()],
    }
    amounts = (np.ones(len(row), dtype=np.int64), rating, reviews.theme[row] >= 0, reviews.replied_at[row] < at)
    cells: dict[tuple[str, str, str], list[int]] = {}
    for dimension, values in words.items():
        for value, month, *each in zip(
            values, periods(reporting_day(moment), "M"), *(a.tolist() for a in amounts), strict=True
        ):
            cell = cells.setdefault((dimension, value, month), [0] * len(amounts))
            for place, amount in enumerate(each):
                cell[place] += int(amount)
    return [[*key, *cells[key]] for key in sorted(cells)]


def _review_themes(books: Bookkeeping, at: int) -> list[list[Any]]:
    """(theme, month, reviews in English): other languages have texts of their own."""
    row, _, moment = read_now(books, at)
    reviews = books.reviews
    english = (reviews.theme[row] >= 0) & ~reviews.is_foreign[row]
    return _by_theme(reviews.theme[row][english], moment[english])


def _comments(books: Bookkeeping, at: int) -> list[list[Any]]:
    """(theme, month, comments of answers that count), a comment under each of its one or two themes."""
    answers = books.survey.answers
    row = counted_answers(books, at)
    themes = np.concatenate([answers.theme[row], answers.second_theme[row]])
    moments = np.concatenate([answers.responded_at[row]] * 2)
    return _by_theme(themes[themes >= 0], moments[themes >= 0])


def _contact_comments(books: Bookkeeping, row: Ints, answers: Ratings | Efforts) -> list[list[Any]]:
    """(theme, month, comments, pleased ones, comments of the month, readable ones) of answers that count.

    A comment stands under each of its themes, or under why it has none.
    """
    row = row[answers.said[row] >= 0]
    language = books.tickets.language[books.offers.ticket[answers.offer[row]]]
    cells: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    months: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for said, code, month in zip(
        answers.said[row].tolist(),
        language.tolist(),
        periods(reporting_day(answers.responded_at[row]), "M"),
        strict=True,
    ):
        _, themes = comments.CSAT_POOL[said]
        is_readable = LANGUAGES[code] in READ_BY_RULES
        found = [OURS.get(theme, theme) for theme in themes] or ["no theme found"]
        for theme in found if is_readable else ["language not supported"]:
            cells[theme, month][0] += 1
            cells[theme, month][1] += comments.is_pleased(said)
        months[month][0] += 1
        months[month][1] += is_readable
    return [[*key, *counts, *months[key[1]]] for key, counts in sorted(cells.items())]


def _by_theme(theme: Ints, moment: Ints) -> list[list[Any]]:
    cells: dict[tuple[str, str], int] = defaultdict(int)
    for number, month in zip(theme.tolist(), periods(reporting_day(moment), "M"), strict=True):
        cells[THEMES[number], month] += 1
    return [[*key, count] for key, count in sorted(cells.items())]


def counted_answers(books: Bookkeeping, at: int) -> Ints:
    """The latest valid answer of each person and quarter; answers without a person each."""
    answers = books.survey.answers
    latest: dict[tuple[str, int, int], int] = {}
    row = np.flatnonzero((answers.responded_at < at) & (answers.score >= 0))
    for each, quarter in zip(row.tolist(), quarter_label(reporting_day(answers.responded_at[row])), strict=True):
        customer = int(answers.customer[each])
        latest[quarter, customer, each if customer < 0 else -1] = each
    return np.array(sorted(latest.values()), dtype=np.int64)


def near_contacts(books: Bookkeeping, contacts: dict[str, Any], at: int, row: Ints) -> list[bool]:
    """Of answers, whether a contact of the person was made within 14 days before, or was open."""
    answers, tickets = books.survey.answers, books.tickets
    position = {key: number for number, key in enumerate(tickets.ids.to_pylist())}
    columns = contacts["columns"]
    spans: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for values in contacts["rows"]:
        contact = dict(zip(columns, values, strict=True))
        customer = int(tickets.about.customer[position[contact["ticket_id"]]])
        if customer >= 0:
            ends = at if contact["resolved_at"] is None else contact["resolved_at"]
            spans[customer].append((contact["created_at"], max(ends, contact["created_at"] + RECENT)))
    return [
        any(begins <= moment < ends for begins, ends in spans.get(customer, ()))
        for customer, moment in zip(answers.customer[row].tolist(), answers.responded_at[row].tolist(), strict=True)
    ]
