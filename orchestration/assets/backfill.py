"""Back-fill: for each vendor's system an asset whose partitions are days, read again from the vendor when asked for.

Belongs here: from a range of days to one extraction. A run as the schedule starts it has nothing to do with it. Partitions
are days because a person asks for days, and a range of them costs no more than a month: it is read in one go, by one run.
"""

import warnings

import dagster as dg

from orchestration.assets.raw import extract_now, summary
from orchestration.resources import WRITER_POOL, Installation, step, stop
from orchestration.source_models import ApiSource
from orchestration.sources import Sources


def backfill_key(source_name: str) -> dg.AssetKey:
    """The asset that stands for the days of a source that were read again."""
    return dg.AssetKey([f"raw_{source_name}", "backfill"])


def backfill_keys(sources: Sources) -> list[dg.AssetKey]:
    """Those of all sources that can be read again by days."""
    return [backfill_key(source.name) for source in sources.sources if isinstance(source, ApiSource)]


def backfill_assets(sources: Sources) -> list[dg.AssetsDefinition]:
    """One asset per vendor's system; files and databases need none, since they are read whole or by their own cursor."""
    with warnings.catch_warnings():
        # Dagster calls it a beta; without it, a range of days would be as many runs.
        warnings.filterwarnings("ignore", message="Parameter `backfill_policy`", category=dg.BetaWarning)
        return [_backfill(source) for source in sources.sources if isinstance(source, ApiSource)]


def _backfill(source: ApiSource) -> dg.AssetsDefinition:
    @dg.asset(
        key=backfill_key(source.name),
        group_name=f"raw_{source.name}",
        partitions_def=dg.DailyPartitionsDefinition(f"{source.start_date:%Y-%m-%d}", timezone="UTC", end_offset=1),
        backfill_policy=dg.BackfillPolicy.single_run(),
        kinds={"dlt", "duckdb"},
        pool=WRITER_POOL,
        description=f"One partition per day (UTC) of {source.name} that was read again; the rows go to its raw tables.",
    )
    def backfill(context: dg.AssetExecutionContext, installation: Installation) -> dg.MaterializeResult:
        from orchestration.extract.api.fetching import Window

        days = context.partition_time_window
        window = Window(days.start.replace(tzinfo=None), days.end.replace(tzinfo=None))
        title = f"back-fill {source.name} from {window.begin:%Y-%m-%d} to before {window.end:%Y-%m-%d}"
        with step(context, installation, title) as report:
            result = extract_now(context, installation, source.name, window)
            if result.status in ("stale", "unusable"):
                problem = f"nothing of it was loaded: {result.message}"
                raise stop(installation, context.run.run_id, title, problem, alert=f"{title} failed ({result.status})")
            report.summary = summary(result)
        return dg.MaterializeResult(metadata={"status": result.status, "rows_landed": result.rows_landed})

    return backfill
