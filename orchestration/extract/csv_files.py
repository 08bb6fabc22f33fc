"""Delimited text files, read by the engine with the dialect that the source declares; nothing is guessed.

Belongs here: from a CSV file to a table of text and rejected records with their line. Encodings other than UTF-8 are
decoded here, since the engine reads them only with an extension that would have to be fetched.
"""

import bisect
import codecs
import csv
import re
from pathlib import Path

import duckdb

from orchestration.extract.csv_quotes import never_closes, refuse_endless
from orchestration.extract.faults import MAX_REJECTED, Rejected, UnusableFileError
from orchestration.extract.naming import column_names
from orchestration.source_models import FileTable
from orchestration.warehouse import quoted, text_literal

MAX_LINE_BYTES = 16 * 1024 * 1024
BUFFER_BYTES = 2 * MAX_LINE_BYTES
MAX_BYTES_TO_REWRITE = 256 * 1024 * 1024
BLOCK = 1 << 20


def read_csv(
    connection: duckdb.DuckDBPyConnection, path: Path, table: FileTable, target: str, scratch: Path
) -> list[Rejected]:
    """Read a CSV file into the temporary table `target`; `_row_number` counts records from 1 below the header.

    Args:
        connection: where the table is made.
        path: the file.
        table: the declared dialect, encoding and columns.
        target: name of the temporary table.
        scratch: a private folder for copies.

    Raises:
        UnusableFileError: the file as a whole cannot be read.
    """
    # The engine takes brackets and stars of a path for a pattern, so it gets the file under a name of ours.
    source = scratch / "delivered.csv"
    if codecs.lookup(table.encoding).name in ("utf-8", "utf-8-sig"):
        source.symlink_to(path.resolve())
    else:
        _decode(path, table, source)
    names = column_names(_columns(source, table, path.name))
    refuse_endless(source, table, path.name, MAX_LINE_BYTES)
    try:
        _scan(connection, source, table, names, target)
    except (duckdb.InvalidInputException, duckdb.IOException) as error:
        line = _first_other_line_ending(source)
        if line is None:
            raise UnusableFileError(f"{path.name}: {str(error).splitlines()[0]}") from None
        if source.stat().st_size > MAX_BYTES_TO_REWRITE:
            raise UnusableFileError(f"{path.name}: line {line}: ends otherwise than the lines before") from None
        source = _with_one_line_ending(source, table, scratch / "rewritten.csv")
        try:
            _scan(connection, source, table, names, target)
        except (duckdb.InvalidInputException, duckdb.IOException):
            raise UnusableFileError(
                f"{path.name}: line {line}: ends otherwise than the lines before, and the file cannot be read"
            ) from None
    return _rejects(connection, source, path.name, table, target)


def _scan(connection: duckdb.DuckDBPyConnection, source: Path, table: FileTable, names: list[str], target: str) -> None:
    fields = ", ".join(f"{text_literal(name)}: 'VARCHAR'" for name in names)
    options = (
        f"columns = {{{fields}}}, auto_detect = false, header = {str(table.has_header).lower()}, "
        f"delim = {text_literal(table.delimiter)}, quote = {text_literal(table.quote)}, "
        f"escape = {text_literal(table.escape)}, strict_mode = true, null_padding = false, nullstr = '', "
        f"compression = 'none', hive_partitioning = false, max_line_size = {MAX_LINE_BYTES}, buffer_size = {BUFFER_BYTES}, "
        "store_rejects = true, rejects_limit = 0, rejects_table = 'csv_rejects', rejects_scan = 'csv_scans'"
    )
    # In a table of one column an empty line is a record for the engine; a record without any value says nothing.
    not_blank = f"where {quoted(names[0])} is not null" if len(names) == 1 else ""
    connection.execute(
        f"create or replace temp table {quoted(target)} as "
        f"select *, row_number() over () as _row_number from read_csv({text_literal(str(source))}, {options}) {not_blank}"
    )


def _rejects(
    connection: duckdb.DuckDBPyConnection, source: Path, file_name: str, table: FileTable, target: str
) -> list[Rejected]:
    rows = connection.execute(
        "select line, any_value(line_byte_position), any_value(column_name), any_value(error_type), "
        "any_value(error_message), any_value(case when error_message like '%unterminated quote%' then csv_line end) "
        f"from csv_rejects group by line order by line limit {MAX_REJECTED + 1}"
    ).fetchall()
    connection.execute("drop table csv_rejects; drop table csv_scans")
    if not rows:
        return []
    places = _places(source, [row[1] for row in rows])
    if len(rows) > MAX_REJECTED:
        raise UnusableFileError(
            f"{file_name}: more than {MAX_REJECTED:,} records cannot be read, the first in line {places[0][0]} "
            f"({rows[0][4]}); is the file as sources.toml declares it?"
        )
    rejects = []
    for (line, _), (_, _, column, kind, message, record) in zip(places, rows, strict=True):
        if record is not None and len(record.strip().splitlines()) > 1 and never_closes(record, table):
            raise UnusableFileError(
                f"{file_name}: line {line}: a quote is opened and never closed, so where later rows begin is unknown"
            )
        where = f" in column {column}" if column else ""
        rejects.append(Rejected(file_name, line, f"{kind.lower()}{where}: {message}"))
    # The engine counts empty lines with the records.
    blank = _blank_lines_before(source, table, [start for _, start in places])
    records = [row[0] - table.has_header - empty for row, empty in zip(rows, blank, strict=True)]
    _count_rejected_records(connection, target, records)
    return rejects


def _count_rejected_records(connection: duckdb.DuckDBPyConnection, target: str, records: list[int]) -> None:
    """Let `_row_number` count the rejected records too, so that it says where a row stands in the file."""
    before = [(record - position, position) for position, record in enumerate(records, start=1)]
    connection.execute("create or replace temp table rejected_before (good_rows bigint, rejected bigint)")
    connection.executemany("insert into rejected_before values (?, ?)", before)
    connection.execute(
        f"""
        create or replace temp table {quoted(target)} as
        with passed as (select good_rows, max(rejected) as rejected from rejected_before group by good_rows)
        select rows.* replace (rows._row_number + coalesce(passed.rejected, 0) as _row_number)
        from {quoted(target)} as rows asof left join passed on rows._row_number > passed.good_rows
        """
    )
    connection.execute("drop table rejected_before")


def _places(source: Path, positions: list[int]) -> list[tuple[int, int]]:
    """Line (from 1) and byte (from 0) at which each record begins; a quoted cell of three lines takes three.

    `positions` are the engine's (from 1, ascending), which may lie on the line endings before the record.
    """
    places: list[tuple[int, int]] = []
    ending = _line_ending(source)
    with source.open("rb") as file:
        line, at = 1, 0
        for position in positions:
            while at < position - 1:
                block = file.read(min(BLOCK, position - 1 - at))
                if not block:
                    break
                line, at = line + block.count(ending), at + len(block)
            while (following := file.read(1)) in (b"\n", b"\r"):
                line, at = line + following.count(ending), at + 1
            places.append((line, at))
            line, at = line + following.count(ending), at + len(following)
    return places


def _blank_lines_before(source: Path, table: FileTable, starts: list[int]) -> list[int]:
    """How many lines before each byte are empty, those between quotes aside. Of a large file none is counted."""
    if source.stat().st_size > MAX_BYTES_TO_REWRITE:
        return [0] * len(starts)
    data = source.read_bytes()
    if not any(ending * 2 in data for ending in (b"\n", b"\r", b"\r\n")):
        return [0] * len(starts)
    blank, before = [], -1
    for found in _quoted_or_ending(table).finditer(data):
        if found.group()[:1] in (b"\r", b"\n"):
            if found.start() == before:
                blank.append(found.start())
            before = found.end()
    return [bisect.bisect_left(blank, start) for start in starts]


def _quoted_or_ending(table: FileTable) -> re.Pattern[bytes]:
    """What stands between quotes, as one match, or the end of a line."""
    quote = re.escape(table.quote.encode())
    between = quote + rb"[^" + quote + rb"]*" + quote + rb"|" if quote else b""
    return re.compile(between + rb"\r\n|\r|\n")


def _line_ending(source: Path) -> bytes:
    """LF, unless the file has none: then its lines end in CR."""
    with source.open("rb") as file:
        while block := file.read(BLOCK):
            if b"\n" in block:
                return b"\n"
    return b"\r"


def _columns(source: Path, table: FileTable, file_name: str) -> list[str]:
    """The declared columns, or the header's."""
    if not table.has_header:
        return table.columns
    header = _header(source, table, file_name)
    if table.columns and len(table.columns) != len(header):
        raise UnusableFileError(
            f"{file_name}: line 1: has {len(header)} columns where {len(table.columns)} are declared"
        )
    return table.columns or header


def _header(source: Path, table: FileTable, file_name: str) -> list[str]:
    try:
        with source.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            if table.quote:
                reader = csv.reader(file, delimiter=table.delimiter, quotechar=table.quote, strict=True)
            else:
                reader = csv.reader(file, delimiter=table.delimiter, quoting=csv.QUOTE_NONE, strict=True)
            header = next(reader, None)
    except csv.Error as error:
        raise UnusableFileError(f"{file_name}: line 1: the header cannot be read ({error})") from None
    if not header:
        raise UnusableFileError(f"{file_name}: line 1: the header is empty")
    if any("\udc80" <= char <= "\udcff" for name in header for char in name):
        raise UnusableFileError(
            f"{file_name}: line 1: the header is not {table.encoding}; declare the encoding of table {table.name}"
        )
    if any("\0" in name for name in header):
        raise UnusableFileError(f"{file_name}: line 1: the header holds a zero byte; is the encoding {table.encoding}?")
    return header


def _decode(path: Path, table: FileTable, target: Path) -> None:
    """Write a file in UTF-8."""
    lines = 1
    try:
        with (
            path.open(encoding=table.encoding, newline="") as original,
            target.open("w", encoding="utf-8", newline="") as copy,
        ):
            while block := original.read(BLOCK):
                copy.write(block)
                lines += block.count("\n")
    except UnicodeDecodeError as error:
        line = lines + error.object[: error.start].decode(table.encoding, "ignore").count("\n")
        raise UnusableFileError(f"{path.name}: line {line}: not {table.encoding} ({error.reason})") from None
    except UnicodeError as error:
        raise UnusableFileError(f"{path.name}: line {lines}: not {table.encoding} ({error})") from None


LINE_ENDING = re.compile(rb"\r\n|\r|\n")


def _first_other_line_ending(source: Path) -> int | None:
    """The first line that ends otherwise than line 1; None when all end alike. A large file is searched in part."""
    with source.open("rb") as file:
        data = file.read(MAX_BYTES_TO_REWRITE)
    first = LINE_ENDING.search(data)
    if first is None:
        return None
    for number, ending in enumerate(LINE_ENDING.finditer(data), start=1):
        if ending.group() != first.group():
            return number
    return None


def _with_one_line_ending(source: Path, table: FileTable, target: Path) -> Path:
    """A copy whose records all end in LF; what stands between quotes is left as it is."""

    def ending_or_same(found: re.Match[bytes]) -> bytes:
        return b"\n" if found.group()[:1] == b"\r" else found.group()

    target.write_bytes(_quoted_or_ending(table).sub(ending_or_same, source.read_bytes()))
    return target
