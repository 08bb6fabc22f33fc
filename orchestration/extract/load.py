"""The one place that knows dlt: versions go into `raw_<source>` through a pipeline of the source.

Belongs here: pipelines, their state and what a killed load leaves behind.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from orchestration.extract.versions import METADATA
from orchestration.warehouse import connect, quoted


class LoadError(Exception):
    """dlt could not write to the warehouse; the message says which source."""


def raw_schema(source_name: str) -> str:
    """The schema that a source's rows land in."""
    return f"raw_{source_name}"


def load_versions(source_name: str, tables: dict[str, pa.Table], warehouse: Path, pipelines: Path) -> None:
    """Append row versions to raw.

    Args:
        source_name: the source; the pipeline and the schema are named after it.
        tables: by raw table name, the versions with `orchestration.extract.versions.METADATA` and text columns.
        warehouse: the DuckDB file; no other connection may be open.
        pipelines: folder of dlt's working state.

    Raises:
        LoadError: the load failed; what was extracted is kept and flushed by the next run.
    """
    import dlt
    from dlt.pipeline.exceptions import PipelineStepFailed

    pipeline = _pipeline(source_name, warehouse, pipelines)
    resources = [
        dlt.resource(
            _batches(table),
            name=name,
            write_disposition="append",
        )
        for name, table in tables.items()
        if table.num_rows
    ]
    if not resources:
        return
    try:
        pipeline.run(resources)
    except PipelineStepFailed as error:
        raise LoadError(f"source {source_name}: loading failed in step {error.step}: {error.exception}") from None


def undo_unfinished(source_name: str, warehouse: Path, pipelines: Path, *, wait_seconds: float) -> bool:
    """Take back what a killed run left half loaded, so that the next extraction finds the raw of the run before.

    A run has finished when `audit.extract_runs` names it; that row is written after the load.

    Returns:
        whether anything had to be taken back.
    """
    was_pending = _drop_pending(source_name, warehouse, pipelines)
    with connect(warehouse, wait_seconds=wait_seconds) as connection:
        tables = [
            row[0]
            for row in connection.execute(
                "select table_name from information_schema.columns where table_schema = ? and column_name = '_run_id'",
                [raw_schema(source_name)],
            ).fetchall()
        ]
        removed = 0
        for table in tables:
            removed += connection.execute(
                f"delete from {quoted(raw_schema(source_name))}.{quoted(table)} where _run_id not in "
                "(select run_id from audit.extract_runs where source_name = ?)",
                [source_name],
            ).fetchall()[0][0]
    return was_pending or removed > 0


def _drop_pending(source_name: str, warehouse: Path, pipelines: Path) -> bool:
    if not (pipelines / source_name).exists():
        return False
    pipeline = _pipeline(source_name, warehouse, pipelines)
    if not pipeline.has_pending_data:
        return False
    pipeline.abort_packages()
    return True


def _pipeline(source_name: str, warehouse: Path, pipelines: Path) -> Any:
    import dlt

    return dlt.pipeline(
        pipeline_name=source_name,
        pipelines_dir=str(pipelines),
        dataset_name=raw_schema(source_name),
        destination=dlt.destinations.duckdb(str(warehouse), preferred_loader_file_format="parquet"),
    )


def _batches(table: pa.Table) -> Iterator[pa.Table]:
    order = [*METADATA, *(name for name in table.column_names if name not in METADATA)]
    arranged = table.select(order)
    fields = [field.with_nullable(field.name != "_row_id") for field in arranged.schema]
    yield arranged.cast(pa.schema(fields))
