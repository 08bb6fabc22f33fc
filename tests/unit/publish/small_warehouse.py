"""Small warehouses for the tests of the publish step: real DuckDB files, made here, without dbt.

Every table of one warehouse holds the same build number, so that a mixture of two builds shows.
"""

from pathlib import Path

import duckdb

TABLES = ("core.fct_tickets", "direct.rpt_csat_by_week", "drivers.rpt_scorecard_by_week")


def explain_everything(connection: duckdb.DuckDBPyConnection) -> None:
    """Give every table and column of the database a comment."""
    for schema, table in connection.execute(
        "select schema_name, table_name from duckdb_tables() where not internal"
    ).fetchall():
        connection.execute(f"""comment on table {schema}."{table}" is 'One row per ''{table}''; a test table.'""")
    for schema, table, column in connection.execute(
        "select schema_name, table_name, column_name from duckdb_columns() where not internal"
    ).fetchall():
        connection.execute(f"""comment on column {schema}."{table}"."{column}" is 'What {column} means.'""")


def build_warehouse(folder: Path, number: int, *, rows: int = 300, more_sql: str = "") -> Path:
    """Write `<folder>/warehouse_<number>.duckdb`, build id `build-<number>`; `more_sql` runs before the comments."""
    file = folder / f"warehouse_{number}.duckdb"
    connection = duckdb.connect(str(file))
    try:
        for schema in ("core", "direct", "drivers", "meta", "audit", "staging"):
            connection.execute(f"create schema {schema}")
        connection.execute(
            f"create table meta.build_info as select 'build-{number}' as build_id, timestamp '2026-11-01 04:00:00' as built_at"
        )
        for table in TABLES:
            connection.execute(
                f"""create table {table} as select
                    'demo:' || cast({rows} - range as varchar) as ticket_key,
                    cast({number} as integer) as build_number,
                    cast(range / 7e0 as double) as waiting_seconds,
                    cast(range % 5 as bigint) as score,
                    cast(range as decimal(18, 2)) as spend_usd,
                    range % 2 = 0 as is_open,
                    case when range % 3 = 0 then null else date '2026-01-01' + cast(range % 30 as integer) end as opened_date,
                    timestamp '2026-01-01' + to_seconds(range) as opened_at,
                from range({rows})"""
            )
        connection.execute("create table audit.checks as select 'is_fresh' as check_id, true as has_passed")
        connection.execute("create table staging.private as select 'not for readers' as secret")
        connection.execute(more_sql or "select 1")
        explain_everything(connection)
        # What more_sql says about comments holds.
        if "comment on" in more_sql:
            connection.execute(more_sql[more_sql.index("comment on") :])
    finally:
        connection.close()
    return file


def build_numbers(file: Path) -> set[int]:
    """The build numbers found in all tables of a published file."""
    connection = duckdb.connect(str(file), read_only=True)
    try:
        return {
            int(number)
            for table in TABLES
            for (number,) in connection.execute(f"select distinct build_number from {table}").fetchall()
        }
    finally:
        connection.close()


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Everything that readers can see in a published folder: names and bytes."""
    seen = [folder / "support_metrics.duckdb", folder / "support_metrics.manifest.json"]
    seen += (folder / "parquet").rglob("*.parquet")
    return {str(path.relative_to(folder)): path.read_bytes() for path in seen}
