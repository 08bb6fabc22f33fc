"""All figures of one mart, made again from the world's records of each of its cells.

Belongs here: how a mart's cells are told, and the arithmetic that many figures share. Whose records they are is in the modules
beside this one.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from orchestration.demo.scoring.cells import Cells, Key, Score, Truth, quantile

Records = Mapping[Key, Any]
"""What the world wrote down for each cell: often the list of its contacts."""
Value = Callable[[Any], float | None]
Duration = tuple[float, bool]
"""How long something has lasted, and whether it is over."""


def of_mart(
    table: str,
    keys: str,
    records: Callable[[Truth], Records],
    figures: Mapping[str, Value],
    *,
    where: str = "true",
    columns: Mapping[str, str] | None = None,
    **about: Any,
) -> tuple[Score, ...]:
    """One comparison for each figure of a mart.

    Args:
        table: the mart; keys: the columns that name its cells, as SQL, none for the one cell; where: which cells are compared.
        records: the same cells with what the world wrote down.
        figures: by the metric's name in the dictionary, its value from the records of a cell.
        columns: the mart's column, or expression, of a metric that has another name there.
        about: tolerance, why, may_be_empty of `Score`.
    """

    read = _once(records)

    def figure(metric: str, value: Value) -> Score:
        def truth_cells(truth: Truth) -> Cells:
            return {key: value(cell) for key, cell in read(truth).items()}

        column = (columns or {}).get(metric, metric)
        named = f"{keys}, {column}" if keys else column
        return Score(metric, table, f"select {named} from {table} where {where}", truth_cells, **about)

    return tuple(figure(metric, value) for metric, value in figures.items())


def of_quantiles(
    table: str,
    keys: str,
    durations: Callable[[Truth], Mapping[Key, list[Duration]]],
    measure: str,
    shares: Mapping[str, float],
    *,
    where: str = "true",
    **about: Any,
) -> tuple[Score, ...]:
    """One comparison for each censored quantile, with whether it is only "at least" among the keys.

    Args:
        durations: those of each cell; measure: the column's name without its statistic; shares: by statistic, 0.9 for p90.
    """

    read = _once(durations)

    def figure(statistic: str, share: float) -> Score:
        def truth_cells(truth: Truth) -> Cells:
            found = {key: quantile(each, share) for key, each in read(truth).items()}
            return {(*key, is_at_least): value for key, (value, is_at_least) in found.items()}

        name = f"{measure}_{statistic}"
        sql = f"select {keys}, is_{name}_at_least, {name} from {table} where {where}"
        return Score(name, table, sql, truth_cells, **about)

    return tuple(figure(statistic, share) for statistic, share in shares.items())


def _once(read: Callable[[Truth], Mapping[Key, Any]]) -> Callable[[Truth], Mapping[Key, Any]]:
    """The same, read anew only when the truth is another one: all figures of a mart stand on the same records."""
    newest: list[Any] = [None, None]

    def records(truth: Truth) -> Mapping[Key, Any]:
        if newest[0] is not truth:
            newest[:] = truth, read(truth)
        return cast("Mapping[Key, Any]", newest[1])

    return records


def grouped(records: Iterable[Any], key: Callable[[Any], Key]) -> dict[Key, list[Any]]:
    """Records by their cell."""
    cells: defaultdict[Key, list[Any]] = defaultdict(list)
    for record in records:
        cells[key(record)].append(record)
    return dict(cells)


def over(part: float | None, whole: float | None) -> float | None:
    """A ratio; none where there is nothing to divide, or by."""
    return None if part is None or not whole else part / whole


def part(name: str) -> Value:
    """The part of that name."""
    return lambda cell: cell[name]


def share(name: str, of: str) -> Value:
    """One part by another."""
    return lambda cell: over(cell[name], cell[of])
