"""Raw: one step per source, with its raw tables as assets.

Belongs here: what Dagster should know of extraction. How it works is in `orchestration.extract`.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from orchestration.freshness import Freshness, source_freshness
from orchestration.pipeline import forget_attempt, utc_now
from orchestration.resources import WRITER_POOL, Installation, step
from orchestration.settings import ConfigurationError
from orchestration.source_models import LandedSource
from orchestration.sources import AnySource, Sources


def raw_key(source: AnySource, table: str) -> dg.AssetKey:
    """The asset of a raw table."""
    return dg.AssetKey([f"raw_{source.name}", table])


def raw_assets(sources: Sources) -> list[dg.AssetsDefinition]:
    """One step per configured source, with its raw tables as assets."""
    return [_source_assets(source) for source in sources.sources if source.tables]


def _source_assets(source: AnySource) -> dg.AssetsDefinition:
    specs = [
        dg.AssetSpec(
            raw_key(source, table.name),
            group_name=f"raw_{source.name}",
            description=f"One row per version of a row of {table.name}, as {source.name} delivers it.",
            kinds={"dlt", "duckdb"},
        )
        for table in source.tables
    ]
    checks = [
        dg.AssetCheckSpec("is_fresh", asset=spec.key, description="The source was reached and is not late.")
        for spec in specs
    ]

    @dg.multi_asset(name=f"extract_{source.name}", specs=specs, check_specs=checks, pool=WRITER_POOL)
    def extract(context: dg.AssetExecutionContext, installation: Installation) -> Iterator[Any]:
        home, settings, run_id = installation.home, installation.settings, context.run.run_id
        with step(context, installation, f"extract {source.name}") as report:
            from orchestration.extract.source import extract_source

            current = _as_configured_now(installation.sources, source.name)
            if context.retry_number:
                forget_attempt(home, settings, run_id, current)
            result = extract_source(current, home, settings, run_id=run_id, now=utc_now)
            if result.status == "stale" and not isinstance(current, LandedSource) and context.retry_number < 2:
                context.log.warning(f"extract {source.name}: {result.message}; trying again")
                raise dg.RetryRequested(2, 5 * 3**context.retry_number)
            counts = {table["table_name"]: table for table in result.tables}
            fresh = _freshness(installation, source.name)
            for spec in specs:
                yield dg.MaterializeResult(spec.key, metadata=_metadata(result, counts.get(spec.key.path[-1], {})))
            for check in checks:
                yield dg.AssetCheckResult(
                    asset_key=check.asset_key,
                    check_name=check.name,
                    passed=fresh.is_fresh,
                    severity=dg.AssetCheckSeverity.WARN,
                    metadata={"status": fresh.status, "what": fresh.description},
                )
            report.summary = _summary(result, fresh)
            if result.status in ("stale", "unusable"):
                context.log.warning(f"extract {source.name}: {result.status.upper()}: {result.message}")

    return extract


def _as_configured_now(sources: Sources, name: str) -> AnySource:
    found = next((source for source in sources.sources if source.name == name), None)
    if found is None:
        raise ConfigurationError([f"sources.toml has no source {name} any more: reload the code location"])
    return found


def _freshness(installation: Installation, name: str) -> Freshness:
    from orchestration.warehouse import connect

    with connect(installation.home.warehouse, wait_seconds=installation.settings.lock_wait_seconds) as warehouse:
        found = source_freshness(warehouse, installation.sources, utc_now())
    return next(freshness for freshness in found if freshness.source_name == name)


def _metadata(result: Any, counts: dict[str, Any]) -> dict[str, Any]:
    named = ("rows_read", "rows_landed", "rows_repeated", "rows_rejected", "rows_current")
    found: dict[str, Any] = {name: counts[name] for name in named if name in counts}
    if "rows_current" in found:
        found["dagster/row_count"] = found["rows_current"]
    return {"status": result.status, **found, **({"message": result.message} if result.message else {})}


def _summary(result: Any, fresh: Freshness) -> str:
    total = {
        name: sum(table[f"rows_{name}"] for table in result.tables)
        for name in ("read", "landed", "repeated", "rejected")
    }
    counts = ", ".join(f"{number:,} rows {name}" for name, number in total.items() if number)
    late = f"; {fresh.description}" if fresh.is_late and result.status != "stale" else ""
    return result.status + (f", {counts}" if counts and result.status == "loaded" else "") + late
