"""Raw: one step per source, with its raw tables as assets.

Belongs here: what Dagster should know of extraction. How it works is in `orchestration.extract`.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import dagster as dg

from orchestration.alerts import send_alert
from orchestration.freshness import Freshness, source_freshness
from orchestration.pipeline import forget_attempt, utc_now
from orchestration.resources import WRITER_POOL, Installation, step
from orchestration.retention import alert_about_window
from orchestration.settings import ConfigurationError, Home
from orchestration.source_models import LandedSource
from orchestration.sources import AnySource, Sources

if TYPE_CHECKING:
    from orchestration.extract.api.fetching import Window
    from orchestration.extract.source import SourceResult

RETRY_SECONDS = 5
"""Before a source that is out of reach is tried again; three times as long before the last try."""


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
        with step(context, installation, f"extract {source.name}") as report:
            installation.processes.prepare_dbt()
            result = extract_now(context, installation, source.name)
            counts = {table["table_name"]: table for table in result.tables}
            fresh = _freshness(installation, source.name)
            tell_of_closing_window(installation.home, fresh, context.log.warning)
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
            report.summary = summary(result, fresh)
            if result.status in ("stale", "unusable"):
                context.log.warning(f"extract {source.name}: {result.status.upper()}: {result.message}")

    return extract


def extract_now(
    context: dg.AssetExecutionContext, installation: Installation, name: str, window: "Window | None" = None
) -> "SourceResult":
    """Extract a source as `sources.toml` says now, or a range of time of it; one out of reach is tried again.

    Raises:
        dagster.RetryRequested: it is out of reach, for the first or second time.
        ConfigurationError: there is no such source any more.
    """
    from orchestration.extract.source import extract_source

    home, settings, run_id = installation.home, installation.settings, context.run.run_id
    source = _as_configured_now(installation.sources, name)
    if context.retry_number:
        forget_attempt(home, settings, run_id, source)
    result = extract_source(source, home, settings, run_id=run_id, now=utc_now, window=window)
    if result.status == "stale" and not isinstance(source, LandedSource) and context.retry_number < 2:
        context.log.warning(f"extract {name}: {result.message}; trying again")
        raise dg.RetryRequested(2, RETRY_SECONDS * 3**context.retry_number)
    return result


def _as_configured_now(sources: Sources, name: str) -> AnySource:
    found = next((source for source in sources.sources if source.name == name), None)
    if found is None:
        raise ConfigurationError([f"sources.toml has no source {name} any more: reload the code location"])
    return found


def tell_of_closing_window(home: Home, fresh: Freshness, tell: Callable[[str], None]) -> None:
    """Send an alert, once, when a vendor will soon no longer serve what a source has not read."""
    alert = alert_about_window(fresh.window) if fresh.window else None
    if alert is not None:
        tell(alert.problem)
        for line in send_alert(home, alert):
            tell(line)


def _freshness(installation: Installation, name: str) -> Freshness:
    from orchestration.warehouse import connect

    with connect(installation.home.warehouse, wait_seconds=installation.settings.lock_wait_seconds) as warehouse:
        found = source_freshness(warehouse, installation.sources, utc_now())
    return next(freshness for freshness in found if freshness.source_name == name)


def _metadata(result: "SourceResult", counts: dict[str, Any]) -> dict[str, Any]:
    named = ("rows_read", "rows_landed", "rows_repeated", "rows_rejected", "rows_current")
    found: dict[str, Any] = {name: counts[name] for name in named if name in counts}
    if "rows_current" in found:
        found["dagster/row_count"] = found["rows_current"]
    return {"status": result.status, **found, **({"message": result.message} if result.message else {})}


def summary(result: "SourceResult", fresh: Freshness | None = None) -> str:
    """What an extraction came to, in a few words."""
    total = {
        name: sum(table[f"rows_{name}"] for table in result.tables)
        for name in ("read", "landed", "repeated", "rejected")
    }
    counts = ", ".join(f"{number:,} rows {name}" for name, number in total.items() if number)
    late = f"; {fresh.description}" if fresh is not None and fresh.is_late and result.status != "stale" else ""
    return result.status + (f", {counts}" if counts and result.status == "loaded" else "") + late
