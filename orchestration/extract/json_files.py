"""JSON lines: one object a line.

Belongs here: from a file to a table of text, in batches so that memory stays bounded, and the lines that are no objects.
"""

import codecs
import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa

from orchestration.extract.faults import MAX_REJECTED, Rejected, UnusableFileError
from orchestration.extract.naming import column_names
from orchestration.extract.text_values import Number, text
from orchestration.source_models import FileTable
from orchestration.warehouse import quoted

BATCH_ROWS = 50_000
MAX_LINE_BYTES = 64 * 1024 * 1024


class _NotAnObjectError(ValueError):
    """A line holds JSON, and no object with fields."""


def read_json_lines(connection: duckdb.DuckDBPyConnection, path: Path, table: FileTable, target: str) -> list[Rejected]:
    """Read JSON lines into the temporary table `target`; `_row_number` is the line. Empty lines are passed over.

    A field that `columns` of the table names is there even if no line of the file has it.

    Raises:
        UnusableFileError: no line can be read, a line is too long, or the encoding is not the declared one.
    """
    rejects: list[Rejected] = []
    batches: list[pa.Table] = []
    names: dict[str, None] = dict.fromkeys(table.columns)
    numbers: list[int] = []
    records: list[dict] = []
    decoder = json.JSONDecoder(parse_float=Number, parse_constant=_refuse_constant)
    for number, line in _lines(path, table):
        try:
            decoded = line.decode(table.encoding) if isinstance(line, bytes) else line
            if not decoded.strip():
                continue
            record = decoder.decode(decoded)
            if not isinstance(record, dict) or not record:
                raise _NotAnObjectError
            if "\\ud" in decoded.lower():
                json.dumps(record, ensure_ascii=False).encode()  # half of a surrogate pair is no text
        except _NotAnObjectError:
            rejects.append(Rejected(path.name, number, "not a JSON object with fields"))
        except UnicodeError:
            rejects.append(Rejected(path.name, number, f"not text in {table.encoding}"))
        except json.JSONDecodeError as error:
            rejects.append(Rejected(path.name, number, f"not JSON: {error.msg} at character {error.pos + 1}"))
        except (ValueError, RecursionError):
            rejects.append(Rejected(path.name, number, "not JSON: a number or a nesting beyond measure"))
        else:
            names.update(dict.fromkeys(record))
            numbers.append(number)
            records.append(record)
            if len(records) == BATCH_ROWS:
                batches.append(_batch(names, records))
                records = []
        if len(rejects) > MAX_REJECTED:
            raise UnusableFileError(
                f"{path.name}: more than {MAX_REJECTED:,} lines cannot be read, the first is line {rejects[0].line} "
                f"({rejects[0].reason})"
            )
    if not names:
        raise UnusableFileError(f"{path.name}: no record could be read, and no columns are declared")
    batches.append(_batch(names, records))
    whole = pa.concat_tables(batches, promote_options="default")
    renamed = whole.rename_columns(column_names(whole.column_names))
    connection.register("json_records", renamed.append_column("_row_number", pa.array(numbers, pa.int64())))
    connection.execute(f"create or replace temp table {quoted(target)} as select * from json_records")
    connection.unregister("json_records")
    return rejects


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
        while line := file.readline(MAX_LINE_BYTES + 1):
            number += 1
            if len(line) > MAX_LINE_BYTES:
                raise UnusableFileError(f"{path.name}: line {number}: longer than {MAX_LINE_BYTES // 1024 // 1024} MiB")
            yield number, line


def _refuse_constant(name: str) -> float:
    raise ValueError(name)  # NaN and Infinity are no JSON


def _batch(names: dict[str, None], records: list[dict]) -> pa.Table:
    return pa.table([pa.array(_column(name, records), pa.string()) for name in names], names=list(names))


def _column(name: str, records: list[dict]) -> list[str | None]:
    # Nearly every value is a text already; the way around the function call saves half of the time.
    values = (record.get(name) for record in records)
    return [(value or None) if type(value) is str else text(value) for value in values]
