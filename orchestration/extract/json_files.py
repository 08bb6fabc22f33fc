"""JSON: one object a line, or lists of objects.

Belongs here: from a file to a table of text, in batches so that memory stays bounded, and the records that are no objects.
How a list is taken apart is in `json_lists`.
"""

import codecs
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.extract.faults import MAX_REJECTED, Rejected, UnusableFileError
from orchestration.extract.json_lists import (
    MAX_RECORD_BYTES,
    holds_list,
    list_items,
    refuse_constant,
    refuse_half_characters,
)
from orchestration.extract.naming import column_names
from orchestration.extract.text_values import Number, text
from orchestration.source_models import FileTable
from orchestration.warehouse import quoted

BATCH_ROWS = 50_000


class _NotAnObjectError(ValueError):
    """A line holds JSON, and no object with fields."""


@dataclass(frozen=True)
class _Record:
    """One record of a file: its number, the line it begins in, and its fields, or why it has none."""

    number: int
    line: int
    fields: dict[str, Any]
    fault: str | None = None


def read_json_lines(connection: duckdb.DuckDBPyConnection, path: Path, table: FileTable, target: str) -> list[Rejected]:
    """Read JSON lines into the temporary table `target`; `_row_number` is the line. Empty lines are passed over.

    A field that `columns` of the table names is there even if no line of the file has it.

    Raises:
        UnusableFileError: no line can be read, a line is too long, or the encoding is not the declared one.
    """
    return _read(connection, path, table, target, _line_records(path, table))


def read_json(connection: duckdb.DuckDBPyConnection, path: Path, table: FileTable, target: str) -> list[Rejected]:
    """Read a JSON file into `target`: one list of objects or several, or else one object a line.

    `_row_number` counts the objects of lists from 1; otherwise as in `read_json_lines`.

    Raises:
        UnusableFileError: as in `read_json_lines`, or a list is no JSON or has no end.
    """
    if holds_list(path, table):
        return _read(connection, path, table, target, _list_records(path, table))
    return read_json_lines(connection, path, table, target)


def _read(
    connection: duckdb.DuckDBPyConnection, path: Path, table: FileTable, target: str, found: Iterator[_Record]
) -> list[Rejected]:
    rejects: list[Rejected] = []
    batches: list[pa.Table] = []
    names: dict[str, None] = dict.fromkeys(table.columns)
    numbers: list[int] = []
    records: list[dict] = []
    for record in found:
        if record.fault is not None:
            rejects.append(Rejected(path.name, record.line, record.fault))
            if len(rejects) > MAX_REJECTED:
                raise UnusableFileError(
                    f"{path.name}: more than {MAX_REJECTED:,} records cannot be read, the first is in line "
                    f"{rejects[0].line} ({rejects[0].reason})"
                )
            continue
        names.update(dict.fromkeys(record.fields))
        numbers.append(record.number)
        records.append(record.fields)
        if len(records) == BATCH_ROWS:
            batches.append(_batch(names, records))
            records = []
    if not names:
        raise UnusableFileError(f"{path.name}: no record could be read, and no columns are declared")
    batches.append(_batch(names, records))
    whole = pa.concat_tables(batches, promote_options="default")
    renamed = whole.rename_columns(column_names(whole.column_names))
    connection.register("json_records", renamed.append_column("_row_number", pa.array(numbers, pa.int64())))
    connection.execute(f"create or replace temp table {quoted(target)} as select * from json_records")
    connection.unregister("json_records")
    return rejects


def _line_records(path: Path, table: FileTable) -> Iterator[_Record]:
    decoder = json.JSONDecoder(parse_float=Number, parse_constant=refuse_constant)
    for number, line in _lines(path, table):
        fields: dict[str, Any] = {}
        fault = None
        try:
            decoded = line.decode(table.encoding) if isinstance(line, bytes) else line
            if not decoded.strip():
                continue
            fields = decoder.decode(decoded)
            if not isinstance(fields, dict) or not fields:
                raise _NotAnObjectError
            if "\\ud" in decoded.lower():
                refuse_half_characters(fields)
        except _NotAnObjectError:
            fault = "not a JSON object with fields"
        except UnicodeError:
            fault = f"not text in {table.encoding}"
        except json.JSONDecodeError as error:
            fault = f"not JSON: {error.msg} at character {error.pos + 1}"
        except (ValueError, RecursionError):
            fault = "not JSON: a number or a nesting beyond measure"
        yield _Record(number, number, fields, fault)


def _list_records(path: Path, table: FileTable) -> Iterator[_Record]:
    for number, (line, value) in enumerate(list_items(path, table), start=1):
        fault = None
        if not isinstance(value, dict) or not value:
            fault = "not a JSON object with fields"
        else:
            try:
                refuse_half_characters(value)
            except UnicodeError:
                fault = "not text: half of a character"
        yield _Record(number, line, value, fault)


def _lines(path: Path, table: FileTable) -> Iterator[tuple[int, bytes | str]]:
    """Each line with its number, as bytes where a bad line can be told from its neighbours, else as text."""
    if codecs.lookup(table.encoding).name.startswith(("utf-16", "utf-32")):
        number = 0
        try:
            with path.open(encoding=table.encoding, newline="\n") as file:
                for number, text_line in enumerate(file, start=1):
                    yield number, text_line
        except UnicodeError as error:
            raise UnusableFileError(f"{path.name}: line {number + 1}: not {table.encoding} ({error})") from None
        return
    with path.open("rb") as file:
        if file.read(3) != codecs.BOM_UTF8:
            file.seek(0)
        number = 0
        while line := file.readline(MAX_RECORD_BYTES + 1):
            number += 1
            if len(line) > MAX_RECORD_BYTES:
                raise UnusableFileError(
                    f"{path.name}: line {number}: longer than {MAX_RECORD_BYTES // 1024 // 1024} MiB"
                )
            yield number, line


def _batch(names: dict[str, None], records: list[dict]) -> pa.Table:
    return pa.table([pa.array(_column(name, records), pa.string()) for name in names], names=list(names))


def _column(name: str, records: list[dict]) -> list[str | None]:
    # Nearly every value is a text already; the way around the function call saves half of the time.
    values = (record.get(name) for record in records)
    return [(value or None) if type(value) is str else text(value) for value in values]
