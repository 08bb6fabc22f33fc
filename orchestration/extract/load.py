"""The one place that knows dlt: versions go into `raw_<source>` through a pipeline of the source.

Belongs here: pipelines, their state and what a killed load leaves behind.
"""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from orchestration.extract.versions import METADATA


class LoadError(Exception):
    """dlt could not write to the warehouse; the message says which source."""


def raw_schema(source_name: str) -> str:
    """The schema that a source's rows land in."""
    return f"raw_{source_name}"


def load_versions(source_name: str, tables: dict[str, pa.Table], warehouse: Path, pipelines: Path) -> None:
    """Append row versions to raw, each at most once: a version's `_row_id` is its key, and a known one is left alone.

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

    pipeline = dlt.pipeline(
        pipeline_name=source_name,
        pipelines_dir=str(pipelines),
        dataset_name=raw_schema(source_name),
        destination=dlt.destinations.duckdb(str(warehouse), preferred_loader_file_format="parquet"),
    )
    resources = [
        dlt.resource(
            _batches(table),
            name=name,
            primary_key="_row_id",
            write_disposition={"disposition": "merge", "strategy": "insert-only"},
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


def flush_pending(source_name: str, warehouse: Path, pipelines: Path) -> bool:
    """Finish the load that a killed run left half done; one that can never succeed is dropped, for the rows come again.

    Returns:
        whether there was such a load.
    """
    if not (pipelines / source_name).exists():
        return False
    import dlt
    from dlt.pipeline.exceptions import PipelineStepFailed

    pipeline = dlt.pipeline(
        pipeline_name=source_name,
        pipelines_dir=str(pipelines),
        dataset_name=raw_schema(source_name),
        destination=dlt.destinations.duckdb(str(warehouse), preferred_loader_file_format="parquet"),
    )
    if not pipeline.has_pending_data:
        return False
    try:
        pipeline.run()
    except PipelineStepFailed:
        pipeline.abort_packages()
    return True


def _batches(table: pa.Table) -> Iterator[pa.Table]:
    order = [*METADATA, *(name for name in table.column_names if name not in METADATA)]
    arranged = table.select(order)
    fields = [field.with_nullable(field.name != "_row_id") for field in arranged.schema]
    yield arranged.cast(pa.schema(fields))
