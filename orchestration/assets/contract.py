"""The contract: one step that fills every canonical entity from raw and then asks gate 1.

Belongs here: what Dagster should know of mapping, and where gate 1 stands. How rows are mapped is in
`orchestration.extract.mapping`.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import duckdb

from orchestration.assets.backfill import backfill_keys
from orchestration.assets.raw import raw_key
from orchestration.checks import gate_results, gate_specs, require_passed
from orchestration.contract import entities
from orchestration.pipeline import table_row_counts
from orchestration.resources import WRITER_POOL, Installation, step
from orchestration.settings import Home
from orchestration.source_models import Mapping
from orchestration.sources import AnySource, Sources, accounted_tables, mapping_file

AUDIT = {
    "extract_runs": "One row per run and source: was it reached, and could its delivery be used?",
    "deliveries": "One row per run and raw table: rows read, rejected, repeated and landed.",
    "mappings": "One row per run and mapping: rows it gave, dropped and rejected.",
    "vendor_totals": "One row per run, raw table and days that a vendor counted: its count beside ours.",
    "quarantine_counts": "One row per run, entity, source and check: rows that gate 1 set aside.",
}


def contract_assets(sources: Sources, home: Home) -> dg.AssetsDefinition:
    """One step that fills every entity of the contract and then asks gate 1."""
    specs = [
        dg.AssetSpec(
            dg.AssetKey(["contract", entity.name]),
            group_name="contract",
            description=entity.description,
            deps=_tables_behind(entity.name, sources, home),
            kinds={"duckdb"},
        )
        for entity in entities().values()
    ]
    all_raw = [raw_key(source, table.name) for source in sources.sources for table in source.tables]
    all_raw += backfill_keys(sources)
    specs += [
        dg.AssetSpec(dg.AssetKey(["audit", name]), group_name="audit", description=text, deps=all_raw, kinds={"duckdb"})
        for name, text in AUDIT.items()
    ]
    checks = gate_specs(1, home, [spec.key for spec in specs])

    @dg.multi_asset(name="map_contract", specs=specs, check_specs=checks, pool=WRITER_POOL)
    def map_contract(context: dg.AssetExecutionContext, installation: Installation) -> Iterator[Any]:
        home, settings, run_id = installation.home, installation.settings, context.run.run_id
        with step(context, installation, "map to the contract") as report:
            from orchestration.extract.mapping import map_sources
            from orchestration.quality.gates import run_gate_one
            from orchestration.time_zone_rules import write_disagreements
            from orchestration.warehouse import connect

            installation.processes.prepare_dbt()
            installation.processes.prepare_boards()
            with connect(home.warehouse, wait_seconds=settings.lock_wait_seconds) as warehouse:
                counts = map_sources(warehouse, installation.sources, home, run_id)
                write_disagreements(warehouse, installation.sources, home, run_id)
            report.summary = (
                f"{len(counts)} mappings, {sum(c.rows_mapped for c in counts):,} rows mapped, "
                f"{sum(c.rows_dropped for c in counts):,} dropped, {sum(c.rows_rejected for c in counts):,} rejected"
            )
        with step(context, installation, "gate 1") as report:
            outcome = installation.processes.run_gate(run_gate_one, run_id)
            rows = table_row_counts(home, "contract", settings)
            for spec in specs:
                name = spec.key.path[-1]
                mapped = [c for c in counts if c.entity_name == name]
                yield dg.MaterializeResult(spec.key, metadata=_entity_metadata(spec.key, rows, mapped))
            yield from gate_results(outcome, checks)
            report.summary = outcome.summary.removeprefix("gate 1 ")
            require_passed(context, installation, outcome)

    return map_contract


def _entity_metadata(key: dg.AssetKey, rows: dict[str, int], mapped: list[Any]) -> dict[str, Any]:
    if key.path[0] != "contract":
        return {}
    return {
        "dagster/row_count": rows.get(key.path[-1], 0),
        "rows_mapped": sum(c.rows_mapped for c in mapped),
        "rows_dropped": sum(c.rows_dropped for c in mapped),
        "rows_rejected": sum(c.rows_rejected for c in mapped),
    }


def _tables_behind(entity: str, sources: Sources, home: Home) -> list[dg.AssetKey]:
    return [
        raw_key(source, table)
        for source in sources.sources
        for mapping in source.entities
        if mapping.entity == entity
        for table in sorted(_tables_read(mapping, source, home))
    ]


def _tables_read(mapping: Mapping, source: AnySource, home: Home) -> set[str]:
    there = {table.name for table in source.tables}
    if mapping.sql is None:
        return {mapping.table or ""} & there
    try:
        with duckdb.connect() as memory:
            read = memory.get_table_names(mapping_file(source, mapping.sql, home).read_text(encoding="utf-8"))
    except duckdb.Error:
        return there  # the run will say what is wrong with the select; the graph shows all it could read
    return (read | set(accounted_tables(mapping))) & there
