"""A figure is right when every cell is, and there is any."""

import duckdb
import pytest

from orchestration.demo.scoring.cells import Cells, Score, quantile, score


def scored(expected: Cells, sql: str, tolerance: float = 0.0):
    return score(duckdb.connect(), {}, [Score("m", "t", sql, lambda _: expected, tolerance)])[0]


@pytest.mark.parametrize(
    ("expected", "is_right"),
    [
        ({("a",): 1, ("b",): None}, True),
        ({("a",): 2, ("b",): None}, False),
        ({("a",): 1, ("b",): 0}, False),  # what has not happened is not nought
        ({("a",): 1}, False),  # a cell too many
        ({("a",): 1, ("b",): None, ("c",): 0}, False),  # a cell too few
    ],
)
def test_every_cell_counts(expected: Cells, is_right: bool) -> None:
    assert scored(expected, "select 'a', 1 union all select 'b', null").is_right == is_right


def test_a_difference_that_sums_hide_is_seen() -> None:
    found = scored({("a",): 1, ("b",): 2}, "select 'a', 2 union all select 'b', 1")
    assert (found.difference, found.is_right, len(found.wrong_cells)) == (0, False, 2)


def test_no_cell_is_not_right() -> None:
    assert not scored({}, "select 'a', 1 where false").is_right


def test_a_tolerance_is_a_share_of_the_truth() -> None:
    assert scored({("a",): 100}, "select 'a', 104", 0.05).is_right
    assert not scored({("a",): 100}, "select 'a', 106", 0.05).is_right


def test_quantile_of_kaplan_and_meier() -> None:
    """Freireich's 6-mercaptopurine trial (1963): the median remission of the treated is 23 weeks."""
    over, running = (6, 6, 6, 7, 10, 13, 16, 22, 23), (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)
    trial = [(week, True) for week in over] + [(week, False) for week in running]
    assert quantile(trial, 0.5) == (23, False)
    assert quantile(trial, 0.9) == (35, True)
