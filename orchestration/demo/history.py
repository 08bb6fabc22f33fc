"""The whole life of an entity's rows, and the cut through it at a moment.

Belongs here: how "as it was known then" follows from when a row appears and when each of its values is known or changes.
What the rows are is decided by the modules that make them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.contract import Column, Entity
from orchestration.demo.clock import NEVER, Flags, Ints

Values: TypeAlias = np.ndarray | pa.Array
TYPES: dict[str, pa.DataType] = {
    "varchar": pa.string(),
    "double": pa.float64(),
    "bigint": pa.int64(),
    "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "date": pa.date32(),
}


@dataclass(frozen=True)
class EntityHistory:
    """All rows an entity will ever have within the world's span.

    Attributes:
        appears_at: instant from which a row is known; a cut at T holds the rows with `appears_at < T`.
        columns: the contract's columns by name (those left out are null). Strings are pyarrow arrays, instants are seconds
            since 1970, dates are days since 1970, `NEVER` in either is null.
        known_from: per column, the instant from which its value is known; an instant is known once it has passed.
        planned: columns of instants that are known before they come (the end of a shift, a promise).
        steps: per column, later values in order of time: (since, values); the last one with `since < T` holds.
        latest: per column of instants, the arrays of which it is the latest that has passed.
        derive: for state that follows from other rows: the columns as they are at T, for all rows.
    """

    appears_at: Ints
    columns: Mapping[str, Values]
    known_from: Mapping[str, Ints] = field(default_factory=dict)
    planned: frozenset[str] = frozenset()
    steps: Mapping[str, Sequence[tuple[Ints, Values]]] = field(default_factory=dict)
    latest: Mapping[str, Sequence[Ints]] = field(default_factory=dict)
    derive: Callable[[int], Mapping[str, Values]] | None = None

    def cut(self, entity: Entity, at: int) -> tuple[pa.Table, Ints]:
        """The table with the contract's columns as known just before the instant `at`, and its rows' positions."""
        rows = np.flatnonzero(self.appears_at < at)
        derived = {} if self.derive is None else dict(self.derive(at))
        arrays = []
        for column in entity.columns:
            array = self._column(column, derived.get(column.name), at)
            arrays.append(array if len(rows) == len(array) else array.take(pa.array(rows)))
        schema = pa.schema([(column.name, TYPES[column.data_type]) for column in entity.columns])
        return pa.Table.from_arrays(arrays, schema=schema), rows

    def _column(self, column: Column, derived: Values | None, at: int) -> pa.Array:
        count, kind = len(self.appears_at), TYPES[column.data_type]
        values = derived if derived is not None else self.columns.get(column.name)
        if column.name in self.latest:
            passed = [np.where(moments < at, moments, -NEVER) for moments in self.latest[column.name]]
            newest = np.max(passed, axis=0)
            values = np.where(newest == -NEVER, NEVER, newest)
        if values is None:
            return pa.nulls(count, kind)
        for since, later in self.steps.get(column.name, ()):
            values = _where(since < at, later, values)
        hidden = np.zeros(count, dtype=np.bool_)
        if column.name in self.known_from:
            hidden = self.known_from[column.name] >= at
        elif column.data_type == "timestamp" and column.name not in self.planned:
            hidden = np.asarray(values) >= at
        return to_arrow(values, kind, hidden)


def _where(condition: Flags, yes: Values, no: Values) -> Values:
    if isinstance(yes, pa.Array) or isinstance(no, pa.Array):
        return pc.if_else(pa.array(condition), yes, no)
    return np.where(condition, yes, no)


def to_arrow(values: Values, kind: pa.DataType, hidden: Flags) -> pa.Array:
    """An array of the wanted type; what is hidden, never happens or is not a number is null."""
    if isinstance(values, pa.Array):
        return pc.if_else(pa.array(hidden), pa.scalar(None, values.type), values) if hidden.any() else values
    if pa.types.is_timestamp(kind):
        mask = hidden | (values >= NEVER)
        return pa.array(np.where(mask, 0, values) * 1_000_000, type=pa.int64(), mask=mask).cast(kind)
    if pa.types.is_date(kind):
        mask = hidden | (values >= NEVER)
        return pa.array(np.where(mask, 0, values).astype(np.int32), type=pa.int32(), mask=mask).cast(kind)
    mask = hidden | np.isnan(values) if values.dtype.kind == "f" else hidden
    return pa.array(values, type=kind, mask=mask)


def labels(pool: Sequence[str | None], positions: np.ndarray) -> pa.Array:
    """Strings taken from a pool by position; -1 is null."""
    return pa.array(pool, pa.string()).take(pa.array(positions, mask=positions < 0))


def numbered(prefix: str, width: int, count: int) -> pa.Array:
    """Ids such as o-0000001, from 1 on."""
    return pa.array([f"{prefix}{number:0{width}d}" for number in range(1, count + 1)], pa.string())


def look_up(ids: pa.Array, positions: np.ndarray) -> pa.Array:
    """The ids at positions; -1 is null."""
    return ids.take(pa.array(positions, mask=positions < 0))
