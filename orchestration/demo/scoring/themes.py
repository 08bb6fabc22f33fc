"""What people write about in the stores and in the survey."""

from collections.abc import Callable, Mapping

from orchestration.demo.scoring.cells import Cells, Key, Score, Truth, counted
from orchestration.demo.scoring.marts import of_mart, part, share

REVIEWS = "secondary.rpt_app_reviews_by_dimension_month"
THEMES = "secondary.rpt_themes_by_month"
UNREAD = "language not supported"
UNSURE = ("app", "delivery")
"""Themes that rules find in more texts than were written about them; they are bounded in a test of their own."""
WHY = "without app and delivery: rules know these words in Korean too, and find a delivery where parcels are tracked"


def _rows(name: str, value: int, *keys: int) -> Callable[[Truth], Cells]:
    return lambda truth: counted(truth["themes"][name], lambda row: row[value], *keys)


def _sure(name: str) -> Callable[[Truth], Cells]:
    return lambda truth: counted(
        [row for row in truth["themes"][name] if row[0] not in UNSURE], lambda row: row[2], 0, 1
    )


def _themes(metric: str, name: str, source_kind: str) -> Score:
    return Score(
        metric, THEMES,
        f"select theme, written_month, theme_text_count from {THEMES} where source_kind = '{source_kind}' "
        f"and theme not in {(*UNSURE, 'no theme found', UNREAD)}",
        _sure(name), why=WHY,
    )  # fmt: skip


def _of_contacts(survey: str) -> tuple[Score, ...]:
    """What is written of a contact that was rated: which themes, of all texts and of those that can be read, and how it sounds."""

    def comments(truth: Truth) -> Mapping[Key, dict[str, int]]:
        names = ("themed", "pleased", "texts", "readable")
        return {
            (theme, month): dict(zip(names, counts, strict=True))
            for theme, month, *counts in truth["themes"][f"{survey.lower()}_comments"]
        }

    return of_mart(
        THEMES, "theme, written_month", comments, {"theme_text_count": part("themed"), "theme_ratio": share("themed", "texts")},
        where=f"source_kind = '{survey} comment'",
    ) + of_mart(
        THEMES, "theme, written_month", lambda truth: {key: cell for key, cell in comments(truth).items() if key[0] != UNREAD},
        {
            "readable_theme_ratio": share("themed", "readable"),
            "positive_text_ratio": share("pleased", "themed"),
            "negative_text_ratio": lambda cell: 1 - cell["pleased"] / cell["themed"],
        },
        where=f"source_kind = '{survey} comment' and theme <> '{UNREAD}'",
    )  # fmt: skip


def _reviews(column: str, place: int) -> Score:
    return Score(
        f"{column} of reviews, by dimension", REVIEWS,
        f"select dimension_name, dimension_value, reviewed_month, {column} from {REVIEWS} where dimension_name <> 'theme'",
        _rows("reviews", place, 0, 1, 2),
    )  # fmt: skip


THEME_SCORES: tuple[Score, ...] = (
    _themes("themes of reviews", "review_themes", "app review"),
    _themes("themes of NPS comments", "comments", "NPS comment"),
    *_of_contacts("CSAT"),
    *_of_contacts("CES"),
    *(_reviews(column, place) for place, column in enumerate(("review_count", "total_rating_stars", "text_count", "replied_count"), start=3)),
)  # fmt: skip
