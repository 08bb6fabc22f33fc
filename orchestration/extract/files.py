"""Reading delivered files exactly as they are: CSV, JSON, Parquet, Excel, every value as text.

Belongs here: which format a file has, and Parquet, which the engine reads as it is. The other formats have their modules.
What a row means, and whether it is new, is decided elsewhere.
"""

import tempfile
from pathlib import Path

import duckdb

from orchestration.extract.csv_files import read_csv
from orchestration.extract.excel_files import read_excel
from orchestration.extract.faults import Rejected, UnusableFileError
from orchestration.extract.fields import choose_fields
from orchestration.extract.json_files import read_json, read_json_lines
from orchestration.extract.naming import AmbiguousNamesError, column_names
from orchestration.extract.text_values import as_text
from orchestration.source_models import FileTable
from orchestration.warehouse import quoted, text_literal

__all__ = ["FORMATS", "Rejected", "UnusableFileError", "read_file"]

FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".xlsx": "excel",
}


def read_file(
    connection: duckdb.DuckDBPyConnection, path: Path, table: FileTable, target: str, scratch: Path | None = None
) -> list[Rejected]:
    """Read a file into the new temporary table `target`: its columns as text, and `_row_number`.

    `_row_number` says where a row stands: the record from 1 below the header (CSV, Parquet) or in the list (JSON), the line
    (JSON lines), the sheet's row (Excel). Where the table declares `fields`, its columns are these and no others.

    Args:
        connection: where the table is made.
        path: the file.
        table: how the source declares it.
        target: name of the temporary table.
        scratch: a private folder for copies; None takes the system's.

    Returns:
        the records that could not be read.

    Raises:
        UnusableFileError: the file as a whole cannot be read.
    """
    kind = table.format or FORMATS.get(path.suffix.lower())
    if kind is None:
        raise UnusableFileError(
            f"{path.name}: cannot tell the format from the name (known are {', '.join(sorted(FORMATS))}); "
            f"declare format for table {table.name}, or deliver the file unpacked"
        )
    try:
        if path.stat().st_size == 0:
            raise UnusableFileError(f"{path.name}: the file is empty; even a delivery without rows has a header")
        with tempfile.TemporaryDirectory(dir=scratch, prefix="extract-") as folder:
            rejected = _read(connection, path, table, target, kind, Path(folder))
        if table.fields:
            choose_fields(connection, table, target)
        return rejected
    except AmbiguousNamesError as error:
        raise UnusableFileError(
            f"{path.name}: {error}; rename one, or declare columns for table {table.name}"
        ) from None
    except OSError as error:
        raise UnusableFileError(f"{path.name}: cannot be opened ({error.strerror})") from None


def _read(
    connection: duckdb.DuckDBPyConnection, path: Path, table: FileTable, target: str, kind: str, scratch: Path
) -> list[Rejected]:
    if kind == "json":
        return read_json(connection, path, table, target)
    if kind == "jsonl":
        return read_json_lines(connection, path, table, target)
    if kind == "excel":
        return read_excel(connection, path, table, target)
    if kind == "csv":
        return read_csv(connection, path, table, target, scratch)
    return _read_parquet(connection, path, target, scratch)


def _read_parquet(connection: duckdb.DuckDBPyConnection, path: Path, target: str, scratch: Path) -> list[Rejected]:
    # The engine takes brackets and stars of a path for a pattern, so it gets the file under a name of ours.
    source = scratch / "delivered.parquet"
    source.symlink_to(path.resolve())
    scan = f"read_parquet({text_literal(str(source))}, hive_partitioning = false)"
    try:
        described = connection.execute(f"describe select * from {scan}").fetchall()
        names = column_names([row[0] for row in described])
        select = ", ".join(
            f"{as_text(quoted(row[0]), row[1])} as {quoted(name)}" for row, name in zip(described, names, strict=True)
        )
        connection.execute(
            f"create or replace temp table {quoted(target)} as "
            f"select {select}, row_number() over () as _row_number from {scan}"
        )
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        raise UnusableFileError(f"{path.name}: {str(error).splitlines()[0]}") from None
    return []
