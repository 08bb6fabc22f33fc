"""What people write about in the stores and in the survey."""

from collections.abc import Callable

from orchestration.demo.scoring.cells import Cells, Score, Truth, counted

REVIEWS = "secondary.rpt_app_reviews_by_dimension_month"
THEMES = "secondary.rpt_themes_by_month"
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
        f"and theme not in {(*UNSURE, 'no theme found', 'language not supported')}",
        _sure(name), why=WHY,
    )  # fmt: skip


def _of_contacts(survey: str) -> Score:
    return Score(
        f"themes of {survey} comments", THEMES,
        f"select theme, written_month, theme_text_count from {THEMES} where source_kind = '{survey} comment'",
        _rows(f"{survey.lower()}_comments", 2, 0, 1),
    )  # fmt: skip


def _reviews(column: str, place: int) -> Score:
    return Score(
        f"{column} of reviews, by dimension", REVIEWS,
        f"select dimension_name, dimension_value, reviewed_month, {column} from {REVIEWS} where dimension_name <> 'theme'",
        _rows("reviews", place, 0, 1, 2),
    )  # fmt: skip


THEME_SCORES = (
    _themes("themes of reviews", "review_themes", "app review"),
    _themes("themes of NPS comments", "comments", "NPS comment"),
    _of_contacts("CSAT"),
    _of_contacts("CES"),
    *(_reviews(column, place) for place, column in enumerate(("review_count", "total_rating_stars", "text_count", "replied_count"), start=3)),
)  # fmt: skip
