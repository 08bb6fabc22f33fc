"""The loader's own record of what it did: schema `audit` of the warehouse.

Belongs here: the tables' definitions and the one way to append to them. Gates, the ledger and `status` read them.
"""

from typing import Any

import duckdb
import pyarrow as pa

from orchestration.warehouse import quoted

TABLES = {
    "time_zone_rules": "run_id varchar, time_zone varchar, first_date date, difference_seconds bigint",
    "extract_runs": (
        "run_id varchar, source_name varchar, status varchar, message varchar, started_at timestamp, finished_at timestamp"
    ),
    # One row per run that read a range of time again, and so says nothing of how far reading has come.
    "backfills": "run_id varchar, source_name varchar, window_begin_at timestamp, window_end_at timestamp",
    "deliveries": (
        "run_id varchar, source_name varchar, table_name varchar, entity_name varchar, rows_read bigint, "
        "rows_rejected bigint, rows_repeated bigint, rows_landed bigint, rows_deleted bigint, rows_current bigint, "
        "previous_rows_current bigint, is_full_listing boolean"
    ),
    "files": (
        "run_id varchar, source_name varchar, table_name varchar, file_name varchar, content_hash varchar, "
        "byte_count bigint, rows_read bigint, rows_rejected bigint, loaded_at timestamp"
    ),
    # One row per column and change of a table's layout; state is new, vanished or unknown to the contract.
    "table_columns": (
        "run_id varchar, source_name varchar, table_name varchar, column_name varchar, state varchar, recorded_at timestamp"
    ),
    # One row per raw table: the key that its rows are told apart by from the first load on.
    "table_keys": "source_name varchar, table_name varchar, key_columns varchar",
    # One row per load that has begun and not ended; what it left in raw is taken back by the next run.
    "unfinished_loads": "run_id varchar, source_name varchar, seen_at timestamp",
    # One row per source, named value and load that moved it: how far reading has come (a vendor's cursor).
    "source_progress": "run_id varchar, source_name varchar, name varchar, value varchar, recorded_at timestamp",
    # One row per run, table and day or range of days (null: all days): the vendor's own count beside what is current in raw.
    "vendor_totals": (
        "run_id varchar, source_name varchar, table_name varchar, counted_date date, counted_through_date date, "
        "vendor_count bigint, own_count bigint, counted_at timestamp"
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
ARROW_TYPES = {
    "varchar": pa.string(),
    "bigint": pa.int64(),
    "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us"),
    "date": pa.date32(),
}


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create what is missing of schema `audit`, columns of tables that an older version made included."""
    connection.execute("create schema if not exists audit")
    there = set(
        connection.execute(
            "select table_name, column_name from information_schema.columns where table_schema = 'audit'"
        ).fetchall()
    )
    tables = {table for table, _ in there}
    for name, columns in TABLES.items():
        if name not in tables:
            connection.execute(f"create table audit.{quoted(name)} ({columns})")
            continue
        for column, data_type in _columns(name):
            if (name, column) not in there:
                connection.execute(f"alter table audit.{quoted(name)} add column {quoted(column)} {data_type}")


def append(connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    """Append rows, given by column name.

    Raises:
        KeyError: a row lacks a column of the table.
    """
    if not rows:
        return
    columns = {
        name: pa.array([row[name] for row in rows], ARROW_TYPES[data_type]) for name, data_type in _columns(table)
    }
    connection.register("audit_rows", pa.table(columns))
    connection.execute(f"insert into audit.{quoted(table)} by name select * from audit_rows")
    connection.unregister("audit_rows")


def _columns(table: str) -> list[tuple[str, str]]:
    pairs = (column.split() for column in TABLES[table].split(", "))
    return [(name, data_type) for name, data_type in pairs]
