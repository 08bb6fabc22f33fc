import pytest

from orchestration.cli.demo import headlines, interval, newest_weeks, readable, stated
from orchestration.cli.sql import neutral


@pytest.mark.parametrize("text", ["=HYPERLINK('x')", "+49 30", "-a", "@sum", "\tx", "\rx", "=1", "- 5"])
def test_a_formula_becomes_text(text):
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize("value", ["-5", "+3.5", "-1e3", "plain", "", -5, 2.5, None, True])
def test_numbers_and_plain_text_stay(value):
    assert neutral(value) == value


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (0.7647, "ratio", "76.5 %"),
        (0.00729, "ratio", "0.73 %"),
        (8850, "seconds", "2 h 28 min"),
        (300, "seconds", "5 min"),
        (13.11, "contacts per 100 orders", "13.1 contacts per 100 orders"),
        (None, "ratio", "-"),
    ],
)
def test_values_in_words(value, unit, expected):
    assert readable(value, unit) == expected


def row(name, week, value, rank):
    return {"metric_name": name, "scorecard_week": week, "value": value, "metric_rank": rank, "is_complete": week < 9}


def test_the_newest_complete_week_that_is_filled_is_shown():
    rows = [row(name, week, 1.0, 0) for name in "abcd" for week in (6, 7, 9)] + [row("a", 8, 1.0, 0)]
    assert newest_weeks(rows) == [7, 6]


def test_headlines_stand_in_the_scorecards_order():
    rows = [row("b", 7, 2.0, 1), row("a", 7, 1.0, 2), row("a", 6, 0.5, 2), row("c", 7, None, 0)]
    assert headlines(rows, [7, 6]) == [("b", "2.0", "", "", "-"), ("a", "1.0", "", "", "0.5")]


def test_a_lower_bound_is_called_one_and_a_sample_shows_its_interval():
    sample = {"value": 0.5, "unit": "ratio", "low_value": 0.4, "high_value": 0.6, "is_at_least": False}
    assert (stated(sample), interval(sample)) == ("50.0 %", "40.0 % to 60.0 %")
    immature = {**sample, "is_at_least": True}
    assert (stated(immature), interval(immature)) == ("at least 50.0 %", "")


def test_what_is_not_mature_and_no_bound_is_provisional():
    late_ratings = {
        "value": 0.5,
        "unit": "ratio",
        "low_value": 0.4,
        "high_value": 0.6,
        "is_at_least": False,
        "is_mature": False,
    }
    assert (stated(late_ratings), interval(late_ratings)) == ("50.0 %, provisional", "40.0 % to 60.0 %")
    assert stated({**late_ratings, "is_at_least": True}) == "at least 50.0 %"
    assert stated({**late_ratings, "value": None}) == "-"
