"""Reading delivered files exactly as they are: CSV, JSON lines, Parquet, Excel, every value as text.

Belongs here: from a file to rows and rejected records with their line. What a row means, and whether it is new, is
decided elsewhere. Values are text in raw so that a changed type can never turn a column into nulls.
"""

import codecs
import csv
import datetime
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from orchestration.extract.naming import column_names
from orchestration.sources import FileTable
from orchestration.warehouse import quoted, text_literal

MAX_LINE_BYTES = 64 * 1024 * 1024
FORMATS = {".csv": "csv", ".tsv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".xlsx": "excel"}


class UnusableFileError(Exception):
    """A delivered file cannot be read as declared; the message names the file and, where there is one, the line."""


@dataclass(frozen=True)
class Rejected:
    """One record that could not be read."""

    file_name: str
    line: int | None
    reason: str


def read_file(connection: duckdb.DuckDBPyConnection, path: Path, table: FileTable, target: str) -> list[Rejected]:
    """Read a file into the new temporary table `target`: its columns as text, and `_row_number` (1 = first record read).

    Returns:
        the records that could not be read.

    Raises:
        UnusableFileError: the file as a whole cannot be read.
    """
    kind = table.format or FORMATS.get(path.suffix.lower())
    if kind is None:
        raise UnusableFileError(
            f"{path.name}: cannot tell the format from the name; declare format for table {table.name}"
        )
    if path.stat().st_size == 0:
        raise UnusableFileError(f"{path.name}: the file is empty; even a delivery without rows has a header")
    readers: dict[str, Callable[..., list[Rejected]]] = {
        "csv": _read_csv,
        "jsonl": _read_json_lines,
        "parquet": _read_parquet,
        "excel": _read_excel,
    }
    return readers[kind](connection, path, table, target)


def _read_csv(connection: duckdb.DuckDBPyConnection, path: Path, table: FileTable, target: str) -> list[Rejected]:
    with tempfile.TemporaryDirectory() as folder:
        source = (
            path
            if codecs.lookup(table.encoding).name in ("utf-8", "utf-8-sig")
            else _as_utf8(path, table, Path(folder))
        )
        columns = table.columns or _csv_header(source, table, path.name)
        names = column_names(columns)
        fields = ", ".join(f"{text_literal(name)}: 'VARCHAR'" for name in names)
        options = (
            f"columns = {{{fields}}}, auto_detect = false, header = true, delim = {text_literal(table.delimiter)}, "
            f"quote = {text_literal(table.quote)}, escape = {text_literal(table.escape)}, strict_mode = true, "
            f"null_padding = false, nullstr = '', store_rejects = true, rejects_limit = 0, max_line_size = {MAX_LINE_BYTES}, "
            f"rejects_table = 'csv_rejects', rejects_scan = 'csv_scans'"
        )
        try:
            connection.execute(
                f"create or replace temp table {quoted(target)} as "
                f"select *, row_number() over () as _row_number from read_csv({text_literal(str(source))}, {options})"
            )
        except (duckdb.InvalidInputException, duckdb.IOException) as error:
            raise UnusableFileError(f"{path.name}: {str(error).splitlines()[0]}") from None
        return _csv_rejects(connection, path)


def _csv_rejects(connection: duckdb.DuckDBPyConnection, path: Path) -> list[Rejected]:
    rows = connection.execute(
        "select line, any_value(column_name), any_value(error_type), any_value(error_message), "
        "bool_or(error_message like '%unterminated quote%' and (csv_line like '%' || chr(10) || '%' or csv_line like '%' || chr(13) || '%')) "
        "from csv_rejects group by line order by line"
    ).fetchall()
    connection.execute("drop table csv_rejects; drop table csv_scans")
    rejects = []
    for line, column, kind, message, is_open_quote in rows:
        if is_open_quote:
            raise UnusableFileError(
                f"{path.name}: line {line}: a quote is opened and never closed, so where later rows begin is unknown"
            )
        where = f" in column {column}" if column else ""
        rejects.append(Rejected(path.name, line, f"{kind.lower()}{where}: {message}"))
    return rejects


def _csv_header(source: Path, table: FileTable, file_name: str) -> list[str]:
    try:
        with source.open(encoding="utf-8-sig", newline="") as file:
            if table.quote:
                reader = csv.reader(file, delimiter=table.delimiter, quotechar=table.quote, strict=True)
            else:
                reader = csv.reader(file, delimiter=table.delimiter, quoting=csv.QUOTE_NONE, strict=True)
            header = next(reader, None)
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnusableFileError(f"{file_name}: line 1: the header cannot be read ({error})") from None
    if not header:
        raise UnusableFileError(f"{file_name}: line 1: the header is empty")
    if any("\0" in name for name in header):
        raise UnusableFileError(f"{file_name}: line 1: the header holds a zero byte; is the encoding {table.encoding}?")
    return header


def _as_utf8(path: Path, table: FileTable, folder: Path) -> Path:
    """The file in UTF-8, since the engine reads other encodings only with an extension that would have to be fetched."""
    result = folder / "utf8.csv"
    try:
        with (
            path.open(encoding=table.encoding, newline="") as original,
            result.open("w", encoding="utf-8", newline="") as copy,
        ):
            while block := original.read(1 << 20):
                copy.write(block)
    except UnicodeError as error:
        raise UnusableFileError(f"{path.name}: not {table.encoding}: {error}") from None
    return result


def _read_json_lines(
    connection: duckdb.DuckDBPyConnection, path: Path, table: FileTable, target: str
) -> list[Rejected]:
    rejects: list[Rejected] = []
    rows: list[dict] = []
    names: dict[str, None] = {}
    with path.open("rb") as file:
        for line_number, line in enumerate(file, start=1):
            try:
                record = json.loads(line.decode(table.encoding)) if line.strip() else None
            except (UnicodeDecodeError, json.JSONDecodeError) as error:
                rejects.append(Rejected(path.name, line_number, f"not JSON in {table.encoding}: {error}"))
                continue
            if record is None and not line.strip():
                continue
            if not isinstance(record, dict):
                rejects.append(Rejected(path.name, line_number, "not a JSON object"))
                continue
            names.update(dict.fromkeys(record))
            rows.append(record)
    columns = list(names) or table.columns
    if not columns:
        raise UnusableFileError(f"{path.name}: no record could be read, and no columns are declared")
    values = {name: [_text(row.get(name)) for row in rows] for name in columns}
    _store(connection, columns, [values[name] for name in columns], target)
    return rejects


def _read_excel(connection: duckdb.DuckDBPyConnection, path: Path, table: FileTable, target: str) -> list[Rejected]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError) as error:
        raise UnusableFileError(f"{path.name}: not a readable workbook ({error})") from None
    if table.sheet is None and len(workbook.sheet_names) > 1:
        raise UnusableFileError(
            f"{path.name}: has the sheets {', '.join(workbook.sheet_names)}; declare sheet for table {table.name}"
        )
    sheet = table.sheet or workbook.sheet_names[0]
    if sheet not in workbook.sheet_names:
        raise UnusableFileError(f"{path.name}: has no sheet {sheet}, only {', '.join(workbook.sheet_names)}")
    grid = workbook.get_sheet_by_name(sheet).to_python()
    if not grid:
        raise UnusableFileError(f"{path.name}: sheet {sheet} is empty")
    header = table.columns or [str(cell) for cell in grid[0]]
    body = [row for row in grid[1:] if any(cell != "" for cell in row)]
    _store(connection, header, [[_text(row[i]) for row in body] for i in range(len(header))], target)
    return []


def _read_parquet(connection: duckdb.DuckDBPyConnection, path: Path, _table: FileTable, target: str) -> list[Rejected]:
    try:
        described = connection.execute(f"describe select * from read_parquet({text_literal(str(path))})").fetchall()
        names = column_names([row[0] for row in described])
        select = ", ".join(
            f"{as_text(quoted(row[0]), row[1])} as {quoted(name)}" for row, name in zip(described, names, strict=True)
        )
        connection.execute(
            f"create or replace temp table {quoted(target)} as "
            f"select {select}, row_number() over () as _row_number from read_parquet({text_literal(str(path))})"
        )
    except duckdb.Error as error:
        raise UnusableFileError(f"{path.name}: {str(error).splitlines()[0]}") from None
    return []


def as_text(expression: str, data_type: str) -> str:
    """SQL for a typed value as the text that raw keeps: ISO 8601 with `Z` for instants, JSON for nested values."""
    if data_type == "TIMESTAMP WITH TIME ZONE":
        return f"replace(cast({expression} at time zone 'UTC' as varchar), ' ', 'T') || 'Z'"
    if data_type.startswith(("STRUCT", "MAP", "UNION")) or data_type.endswith("]"):
        return f"cast(to_json({expression}) as varchar)"
    return f"nullif(cast({expression} as varchar), '')"


def _store(connection: duckdb.DuckDBPyConnection, header: list[str], columns: list[list], target: str) -> None:
    names = column_names(header)
    arrow = pa.table({name: pa.array(values, pa.string()) for name, values in zip(names, columns, strict=True)})
    connection.register("arrived", arrow)
    connection.execute(
        f"create or replace temp table {quoted(target)} as select *, row_number() over () as _row_number from arrived"
    )
    connection.unregister("arrived")


def _text(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
