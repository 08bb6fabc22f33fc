"""Where an extractor puts records as they arrive: JSON lines in the run's scratch folder, read into text columns later.

Belongs here: from a vendor's record to the columns that its table declares. The lines hold what is hashed and dropped only
afterwards; the folder is private to the run and removed with it.
"""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from dlt.common.json import json

from orchestration.extract.faults import UnusableDeliveryError
from orchestration.source_models import ApiTable
from orchestration.warehouse import quoted, text_literal

LARGEST_RECORD_BYTES = 64_000_000


@dataclass(frozen=True)
class Total:
    """How many records the vendor says there are, in all or from `day` to `through` (by the table's `day_column`)."""

    table: str
    count: int
    day: date | None = None
    day_column: str | None = None
    through: date | None = None


@dataclass
class Landing:
    """The records of one source in one run, by raw table, in the order in which they came."""

    folder: Path
    tables: list[ApiTable]
    totals: list[Total] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._known = {table.name: table for table in self.tables}
        self._counts: dict[str, int] = {}
        self._gone: dict[str, list[dict[str, str]]] = {}
        self._lock = threading.Lock()
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def add(self, table: str, records: Iterable[Mapping[str, Any]]) -> int:
        """Append records to a table; may be called with none, which says that the table was asked for.

        Returns:
            how many they were.

        Raises:
            KeyError: the source has no such table.
        """
        path = self.path(table)
        with self._lock, path.open("ab") as file:
            first = number = self._counts.get(table, 0)
            for record in records:
                number += 1
                # Numbered, so that the order does not hang on how the engine reads the file.
                file.write(json.dumpb([number, record]) + b"\n")
            self._counts[table] = number
        return number - first

    def remove(self, table: str, keys: Iterable[Mapping[str, str]]) -> None:
        """State that records are gone at the vendor, by the columns of their table's key; unknown ones do no harm."""
        columns = self._known[table].key
        with self._lock:
            self._gone.setdefault(table, []).extend({name: key[name] for name in columns} for key in keys)
            self._counts.setdefault(table, 0)
            self.path(table).touch()

    def removed(self, table: str) -> list[dict[str, str]]:
        """The keys of a table's records that are gone."""
        return self._gone.get(table, [])

    def was_asked(self, table: str) -> bool:
        """Whether the extractor got as far as asking for a table."""
        return table in self._counts

    def count(self, table: str) -> int:
        """The records of a table so far."""
        return self._counts.get(table, 0)

    def path(self, table: str) -> Path:
        """The lines of a table.

        Raises:
            KeyError: the source has no such table.
        """
        return self.folder / f"{self._known[table].name}.jsonl"

    def total(
        self,
        table: str,
        count: int,
        day: date | None = None,
        day_column: str | None = None,
        through: date | None = None,
    ) -> None:
        """Note how many records the vendor says there are, for the reconciliation.

        Args:
            table: the raw table.
            count: the vendor's number.
            day: the first day it is about; None for the whole table.
            day_column: the column whose first ten characters are a record's day.
            through: the last day it is about, where it is another one.
        """
        self.totals.append(Total(table, count, day, day_column, through or day))

    def note(self, text: str) -> None:
        """Note what a person should know of this delivery."""
        self.notes.append(text)


def read_landed(connection: duckdb.DuckDBPyConnection, landing: Landing, table: ApiTable) -> list[str]:
    """Read a table's lines into the temporary view `arrived`: text columns, `_file_name`, order and number.

    Returns:
        fields of the records that the table neither keeps nor ignores, sorted.

    Raises:
        UnusableDeliveryError: a field that must be there is in no record.
    """
    paths = {name: "$[1]" + path.removeprefix("$") for name, path in table.fields.items()}
    # All paths at once, so that each record is parsed once.
    listed = ", ".join(text_literal(path) for path in paths.values())
    columns = ", ".join(f"nullif(_values[{i}], '') as {quoted(name)}" for i, name in enumerate(paths, start=1))
    connection.execute(
        f"""
        create or replace temp view records as
        select json as record, cast(json ->> '$[0]' as bigint) as _line
        from read_json_objects(
            {text_literal(str(landing.path(table.name)))},
            format = 'newline_delimited', maximum_object_size = {LARGEST_RECORD_BYTES}
        )
        """
    )
    order = f"{quoted(table.version)}, _line" if table.version else "_line"
    connection.execute(
        f"""
        create or replace temp table arrived_0 as
        with parsed as (select json_extract_string(record, [{listed}]) as _values, _line from records),
        named as (select {columns}, _line from parsed)
        select * exclude (_line), row_number() over (order by {order}) as _row_number from named
        """
    )
    connection.execute(
        f"create or replace temp view arrived as select *, {text_literal(table.name)} as _file_name, 0 as _file_order "
        "from arrived_0"
    )
    _refuse_missing(connection, landing, table, paths)
    return _unknown_fields(connection, table) if landing.count(table.name) else []


def _refuse_missing(
    connection: duckdb.DuckDBPyConnection, landing: Landing, table: ApiTable, paths: dict[str, str]
) -> None:
    needed = list(dict.fromkeys([*table.key, *table.required]))
    if not landing.count(table.name) or not needed:
        return
    tests = ", ".join(f"bool_or(json_exists(record, {text_literal(paths[name])}))" for name in needed)
    found = connection.execute(f"select {tests} from records").fetchall()[0]
    missing = [name for name, is_there in zip(needed, found, strict=True) if not is_there]
    if missing:
        fields = ", ".join(f"{table.fields[name].removeprefix('$.')} (for {name})" for name in missing)
        raise UnusableDeliveryError(
            f"table {table.name}: none of {landing.count(table.name):,} records has the field {fields}; "
            "the vendor renamed or removed it"
        )


def _unknown_fields(connection: duckdb.DuckDBPyConnection, table: ApiTable) -> list[str]:
    known = {path.removeprefix("$.").split(".")[0].split("[")[0] for path in table.fields.values()} | {*table.ignored}
    there = connection.execute("select distinct unnest(json_keys(record, '$[1]')) from records").fetchall()
    return sorted(row[0] for row in there if row[0] not in known)
