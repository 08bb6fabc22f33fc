"""The loader's own record of what it did: schema `audit` of the warehouse.

Belongs here: the tables' definitions and the one way to append to them. Gates, the ledger and `status` read them.
"""

from typing import Any

import duckdb

from orchestration.warehouse import quoted

TABLES = {
    "extract_runs": (
        "run_id varchar, source_name varchar, status varchar, message varchar, started_at timestamp, finished_at timestamp"
    ),
    "deliveries": (
        "run_id varchar, source_name varchar, table_name varchar, entity_name varchar, rows_read bigint, "
        "rows_rejected bigint, rows_repeated bigint, rows_landed bigint, rows_current bigint, "
        "previous_rows_current bigint, is_full_listing boolean"
    ),
    "files": (
        "run_id varchar, source_name varchar, table_name varchar, file_name varchar, content_hash varchar, "
        "byte_count bigint, rows_read bigint, rows_rejected bigint, loaded_at timestamp"
    ),
    "mappings": (
        "run_id varchar, source_name varchar, entity_name varchar, rows_mapped bigint, rows_dropped bigint, "
        "rows_rejected bigint, source_rows_mapped bigint, source_rows_dropped bigint, source_rows_rejected bigint, "
        "mapped_at timestamp"
    ),
    "raw_accounting": (
        "run_id varchar, source_name varchar, table_name varchar, entity_name varchar, rows_current bigint, "
        "rows_accounted bigint, unused_reason varchar, mapped_at timestamp"
    ),
    "dropped_rows": (
        "run_id varchar, source_name varchar, entity_name varchar, reason varchar, row_count bigint, source_row_count bigint"
    ),
    "rejected_rows": (
        "run_id varchar, source_name varchar, table_name varchar, entity_name varchar, file_name varchar, "
        "row_number bigint, column_name varchar, reason varchar"
    ),
}


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create what is missing of schema `audit`."""
    connection.execute("create schema if not exists audit")
    for name, columns in TABLES.items():
        connection.execute(f"create table if not exists audit.{quoted(name)} ({columns})")


def append(connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    """Append rows, given by column name.

    Raises:
        KeyError: a row lacks a column of the table.
    """
    names = [column.split()[0] for column in TABLES[table].split(", ")]
    if rows:
        marks = ", ".join("?" for _ in names)
        connection.executemany(
            f"insert into audit.{quoted(table)} values ({marks})", [[row[name] for name in names] for row in rows]
        )
