"""The one place that knows dlt: versions go into `raw_<source>` through a pipeline of the source.

Belongs here: pipelines, and what a killed load leaves behind. dlt's working folder is disposable: nothing in it outlives
a load, since what was delivered is still where it was delivered, and what was loaded is in the warehouse.
"""

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.extract import audit
from orchestration.warehouse import quoted, text_literal

# Rows that are held at a time while a file is written; DuckDB's 122,880 are too many for wide rows and little memory.
ROW_GROUP_ROWS = 20_480


class LoadError(Exception):
    """dlt could not write to the warehouse; the message says which source."""


def raw_schema(source_name: str) -> str:
    """The schema that a source's rows land in."""
    return f"raw_{source_name}"


def raw_tables(connection: duckdb.DuckDBPyConnection, source_name: str) -> dict[str, list[str]]:
    """The raw tables of a source that exist, each with its columns."""
    found: dict[str, list[str]] = {}
    for table, column in connection.execute(
        "select table_name, column_name from information_schema.columns where table_schema = ? order by ordinal_position",
        [raw_schema(source_name)],
    ).fetchall():
        found.setdefault(table, []).append(column)
    return {table: columns for table, columns in found.items() if "_row_id" in columns}


def begin_load(connection: duckdb.DuckDBPyConnection, source_name: str, run_id: str, seen_at: datetime) -> None:
    """Note that a load begins, before anything of it is written."""
    audit.append(connection, "unfinished_loads", [{"run_id": run_id, "source_name": source_name, "seen_at": seen_at}])


def end_load(connection: duckdb.DuckDBPyConnection, source_name: str) -> None:
    """Take the note away; to be called in the transaction that writes the load's audit rows."""
    connection.execute("delete from audit.unfinished_loads where source_name = ?", [source_name])


def undo_unfinished(connection: duckdb.DuckDBPyConnection, source_name: str) -> int:
    """Take back what a killed run left half loaded, so that the next extraction finds the raw of the run before.

    Returns:
        the row versions that were taken back.
    """
    unfinished = connection.execute(
        "select count(*) from audit.unfinished_loads where source_name = ?", [source_name]
    ).fetchall()[0][0]
    if not unfinished:
        return 0
    removed = 0
    connection.execute("begin")
    for table in raw_tables(connection, source_name):
        removed += connection.execute(
            f"delete from {quoted(raw_schema(source_name))}.{quoted(table)} where (_run_id, _seen_at) in "
            "(select (run_id, seen_at) from audit.unfinished_loads where source_name = ?)",
            [source_name],
        ).fetchall()[0][0]
    end_load(connection, source_name)
    connection.execute("commit")
    return removed


def load_versions(
    source_name: str, tables: dict[str, str], connection: duckdb.DuckDBPyConnection, pipelines: Path
) -> None:
    """Append row versions to raw.

    Args:
        source_name: the source; the pipeline and the schema are named after it.
        tables: by raw table name, the temporary table of versions that `find_new_versions` made.
        connection: the warehouse, held by the caller so that no other process can come in between.
        pipelines: folder of dlt's working state.

    Raises:
        LoadError: the load failed; what it wrote is taken back by `undo_unfinished`.
    """
    import dlt
    from dlt.pipeline.exceptions import PipelineStepFailed

    # Sequential: DuckDB uses all processors by itself, and more writers would only hold more in memory.
    dlt.config["load.workers"] = 1
    dlt.config["runtime.dlthub_telemetry"] = False
    folder = pipelines / source_name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    resources = [
        dlt.resource(
            _one_file(connection, versions, folder / f"{position}.parquet"),
            name=name,
            write_disposition="append",
            # Every instant of the warehouse is UTC without zone; dlt would give it one.
            columns={"_seen_at": {"data_type": "timestamp", "timezone": False}},
        )
        for position, (name, versions) in enumerate(tables.items())
    ]
    cursor = connection.cursor()
    try:
        pipeline = dlt.pipeline(
            pipeline_name=source_name,
            pipelines_dir=str(pipelines),
            dataset_name=raw_schema(source_name),
            destination=dlt.destinations.duckdb(cursor, preferred_loader_file_format="parquet"),
        )
        pipeline.run(resources)
    except PipelineStepFailed as error:
        raise LoadError(f"source {source_name}: loading failed in step {error.step}: {error.exception}") from None
    finally:
        cursor.close()
        shutil.rmtree(folder, ignore_errors=True)
    _prove_load(connection, source_name, tables)


def _one_file(connection: duckdb.DuckDBPyConnection, versions: str, file: Path) -> Iterator[Any]:
    """The versions as a Parquet file that dlt takes as it is: DuckDB writes it, so that no row passes through Python."""
    import dlt

    options = f"format parquet, compression snappy, row_group_size {ROW_GROUP_ROWS}"
    connection.execute(f"copy {versions} to {text_literal(str(file))} ({options})")
    layout = connection.execute(f"select * from {versions} limit 0").to_arrow_table()
    nullable = pa.schema([field.with_nullable(field.name != "_row_id") for field in layout.schema])
    yield dlt.mark.with_file_import(str(file), "parquet", _count(connection, versions), layout.cast(nullable))


def _count(connection: duckdb.DuckDBPyConnection, table: str, condition: str = "true") -> int:
    return connection.execute(f"select count(*) from {table} where {condition}").fetchall()[0][0]


def _prove_load(connection: duckdb.DuckDBPyConnection, source_name: str, tables: dict[str, str]) -> None:
    """Every version is in raw once, or the load has failed.

    Raises:
        LoadError: rows were lost or doubled on the way; the message names the table and both counts.
    """
    for name, versions in tables.items():
        expected = _count(connection, versions)
        if not expected:
            continue
        target = f"{quoted(raw_schema(source_name))}.{quoted(name)}"
        this_load = f"(_run_id, _seen_at) in (select (_run_id, _seen_at) from {versions})"
        loaded = _count(connection, target, this_load)
        if loaded != expected:
            raise LoadError(
                f"source {source_name}: table {name}: {expected:,} row versions were to be loaded and {loaded:,} were; "
                "the load is taken back by the next run"
            )
