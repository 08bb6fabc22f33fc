"""One figure with all its cells, compared with the truth cell by cell.

Belongs here: what a comparison is and how it is told. Which figures there are is in the modules beside this one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

Key = tuple[Any, ...]
Cells = Mapping[Key, float | None]
Truth = Mapping[str, Any]


@dataclass(frozen=True)
class Score:
    """A figure to compare.

    metric: its name in the dictionary, or a plain one; table: where it is published; sql: gives the cells, the value in the last
    column; truth: the same cells from the world's own counts; tolerance: the largest difference of a cell as a share of the
    true value, with `why` it is not nothing; may_be_empty: whether a small world need not have any cell.
    """

    metric: str
    table: str
    sql: str
    truth: Callable[[Truth], Cells]
    tolerance: float = 0.0
    why: str = ""
    may_be_empty: bool = False


@dataclass(frozen=True)
class Scored:
    """What came of it. `truth` and `ours` are sums over the cells; null cells (not happened, not known) must agree too."""

    metric: str
    table: str
    cell_count: int
    truth: float
    ours: float
    wrong_cells: tuple[tuple[Key, float | None, float | None], ...]
    tolerance: float
    why: str
    may_be_empty: bool = False

    @property
    def difference(self) -> float:
        """Ours less the truth, of the sums."""
        return self.ours - self.truth

    @property
    def is_right(self) -> bool:
        """Whether each cell is within the tolerance, and there is any where there must be."""
        return (self.cell_count > 0 or self.may_be_empty) and not self.wrong_cells


def score(connection: duckdb.DuckDBPyConnection, truth: Truth, scores: Iterable[Score]) -> list[Scored]:
    """Compare each.

    Args:
        connection: the published file.
        truth: what the world wrote down, as in `truth.json`.
        scores: the figures.
    """
    return [_compare(each, each.truth(truth), _cells(connection, each.sql)) for each in scores]


def _cells(connection: duckdb.DuckDBPyConnection, sql: str) -> Cells:
    return {tuple(_plain(part) for part in row[:-1]): row[-1] for row in connection.execute(sql).fetchall()}


def _plain(part: Any) -> Any:
    return part if part is None or isinstance(part, (str, int, bool)) else str(part)


def _compare(figure: Score, expected: Cells, found: Cells) -> Scored:
    wrong = tuple(
        (key, expected.get(key), found.get(key))
        for key in sorted({*expected, *found}, key=str)
        if key not in expected or key not in found or not _is_near(expected[key], found[key], figure.tolerance)
    )
    return Scored(
        figure.metric, figure.table, len(expected), _total(expected), _total(found), wrong, figure.tolerance, figure.why,
        figure.may_be_empty,
    )  # fmt: skip


def _is_near(expected: float | None, found: float | None, tolerance: float) -> bool:
    if expected is None or found is None:
        return expected is found
    return abs(found - expected) <= max(tolerance * abs(expected), 1e-9 * max(1.0, abs(expected)))


def _total(cells: Cells) -> float:
    return float(sum(value for value in cells.values() if value is not None))


def counted(rows: Iterable[Sequence[Any]], value: Callable[[Sequence[Any]], float | None], *keys: int) -> Cells:
    """Sums of a value over rows, by the columns at `keys`; rows without a value are left out."""
    cells: dict[Key, float | None] = {}
    for row in rows:
        amount = value(row)
        if amount is not None:
            key = tuple(row[position] for position in keys)
            cells[key] = (cells.get(key) or 0) + amount
    return cells


def quantile(durations: Sequence[tuple[float, bool]], share: float) -> tuple[float, bool]:
    """The shortest duration by which a share is over, where some are not over yet: Kaplan and Meier (1958).

    Args:
        durations: each with whether it is over.
        share: 0 to 1.

    Returns:
        the duration, and whether it is only "at least" (the share is not reached: then the longest one seen).
    """
    surviving, at_risk = 1.0, len(durations)
    for moment in sorted({duration for duration, _ in durations}):
        here = [is_over for duration, is_over in durations if duration == moment]
        surviving *= 1 - sum(here) / at_risk
        if surviving <= 1 - share + 1e-9:
            return moment, False
        at_risk -= len(here)
    return max(duration for duration, _ in durations), True
