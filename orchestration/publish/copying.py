"""The copy itself: tables of the warehouse into a new DuckDB file that old clients can read, and the proof of it.

What belongs here: attaching, `create table as`, comments, fingerprints of both sides. What does not: where files go and
when they are swapped in.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.publish.checksum import content_fingerprints, definition_fingerprint, value_sql
from orchestration.publish.contract import Table, check_build_info, check_tables, read_build_ids, read_tables
from orchestration.publish.errors import CopyMismatchError, PublishBusyError, is_busy
from orchestration.publish.layout import PRIVATE_FILE_MODE, wal_of
from orchestration.publish.manifest import TableEntry
from orchestration.publish.sql import attach_read_only, literal, open_workspace, quote

# A file in DuckDB's default format opens only in clients as new as its writer; this one in every client from 1.0 on.
STORAGE_VERSION = "v1.0.0"
# Sorted tables have the same order whoever built them; beyond this many rows sorting costs more than it is worth.
SORTED_UP_TO_ROWS = 1_000_000

_WAREHOUSE = "warehouse_source"
_NEW = "published_copy"
_BUSY_POLL_SECONDS = 0.5


@dataclass(frozen=True)
class Marts:
    """What is to be published: an open connection with the warehouse attached, its tables and their fingerprints."""

    connection: duckdb.DuckDBPyConnection
    tables: Sequence[Table]
    entries: Mapping[str, TableEntry]


@contextmanager
def open_marts(
    warehouse: Path,
    *,
    build_id: str,
    extra_tables: Mapping[str, str] | None,
    spill: Path,
    memory_limit: str | None,
    wait_seconds: float,
) -> Iterator[Marts]:
    """Attach the warehouse read-only, hold it against the contract and take its fingerprints.

    Raises ContractError, and duckdb.Error when the warehouse is still locked after `wait_seconds` or is unreadable.
    """
    connection = open_workspace(spill, memory_limit)
    try:
        attach_when_free(connection, warehouse, wait_seconds)
        tables = read_tables(connection, _WAREHOUSE, extra_tables)
        check_tables(connection, _WAREHOUSE, tables)
        check_build_info(connection, _WAREHOUSE, build_id)
        entries = _entries(connection, tables, [table.source_relation(_WAREHOUSE) for table in tables])
        yield Marts(connection, tables, entries)
    finally:
        connection.close()


def copy_marts(marts: Marts, new_file: Path) -> None:
    """Write the tables into `new_file` (which must not exist), with types and comments, and close it whole.

    Raises CopyMismatchError when a write-ahead log is left beside it: then something is missing from the file itself.
    """
    connection = marts.connection
    connection.execute(f"attach {literal(str(new_file))} as {quote(_NEW)} (storage_version {literal(STORAGE_VERSION)})")
    new_file.chmod(PRIVATE_FILE_MODE)
    for schema in sorted({table.schema for table in marts.tables}):
        connection.execute(f"create schema {quote(_NEW)}.{quote(schema)}")
    for table in marts.tables:
        connection.execute("begin")
        connection.execute(_create_sql(table, marts.entries[table.full_name].row_count))
        for statement in _comment_sql(table):
            connection.execute(statement)
        connection.execute("commit")
    connection.execute(f"checkpoint {quote(_NEW)}")
    connection.execute(f"detach {quote(_NEW)}")
    if wal_of(new_file).exists():
        raise CopyMismatchError(f"DuckDB left {wal_of(new_file).name} beside the new file: publish again")


def read_entries(file: Path, spill: Path | None = None) -> tuple[dict[str, TableEntry], list[str] | None]:
    """What a published file holds: its tables with fingerprints, and the build ids of meta.build_info.

    Works on a connection of its own, so that nothing this process has open is seen instead. Raises duckdb.Error.
    """
    connection = open_workspace(spill)
    try:
        attach_read_only(connection, file, _NEW)
        tables = read_tables(connection, _NEW)
        entries = _entries(connection, tables, [table.relation(_NEW) for table in tables])
        return entries, read_build_ids(connection, _NEW)
    finally:
        connection.close()


def read_file_build_ids(file: Path) -> list[str] | None:
    """Only the build ids of a file's meta.build_info; None when it has none. Raises duckdb.Error."""
    connection = open_workspace()
    try:
        attach_read_only(connection, file, _NEW)
        return read_build_ids(connection, _NEW)
    finally:
        connection.close()


def differences(expected: Mapping[str, TableEntry], found: Mapping[str, TableEntry]) -> list[str]:
    """What differs between two sets of fingerprints, one sentence per table, empty when nothing does."""
    sentences = []
    for name in sorted({*expected, *found}):
        if name not in found:
            sentences.append(f"{name} is missing")
        elif name not in expected:
            sentences.append(f"{name} is not in the manifest")
        elif found[name].row_count != expected[name].row_count:
            sentences.append(f"{name} has {found[name].row_count} rows instead of {expected[name].row_count}")
        elif found[name].checksum != expected[name].checksum:
            sentences.append(f"{name} has other content (checksum)")
        elif found[name].definition != expected[name].definition:
            sentences.append(f"{name} has other columns, types or comments")
    return sentences


def _entries(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[Table], relations: Sequence[str]
) -> dict[str, TableEntry]:
    found = content_fingerprints(
        connection, [(relation, table.columns) for table, relation in zip(tables, relations, strict=True)]
    )
    return {
        table.full_name: TableEntry(row_count=rows, checksum=checksum, definition=definition_fingerprint(table))
        for table, (rows, checksum) in zip(tables, found, strict=True)
    }


def attach_when_free(connection: duckdb.DuckDBPyConnection, warehouse: Path, wait_seconds: float) -> None:
    """Attach the warehouse read-only as `warehouse_source` once nobody has it open for writing. Raises PublishBusyError."""
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            attach_read_only(connection, warehouse, _WAREHOUSE)
            return
        except duckdb.Error as error:
            if not is_busy(error):
                raise
            if time.monotonic() >= deadline:
                raise PublishBusyError(
                    f"{warehouse} is open elsewhere: end that process or close that connection and try again ({error})"
                ) from error
            time.sleep(_BUSY_POLL_SECONDS)


def _create_sql(table: Table, rows: int) -> str:
    columns = ", ".join(
        f"cast({value_sql(column)} as {column.data_type}) as {quote(column.name)}" for column in table.columns
    )
    order = " order by all nulls last" if rows <= SORTED_UP_TO_ROWS else ""
    return f"create table {table.relation(_NEW)} as select {columns} from {table.source_relation(_WAREHOUSE)}{order}"


def _comment_sql(table: Table) -> Iterator[str]:
    relation = table.relation(_NEW)
    yield f"comment on table {relation} is {literal(table.comment)}"
    for column in table.columns:
        yield f"comment on column {relation}.{quote(column.name)} is {literal(column.comment)}"
