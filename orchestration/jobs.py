"""The jobs: what a person, a schedule or a sensor starts.

Belongs here: selections of assets, each with its reason. Never when they run.
"""

from typing import TYPE_CHECKING, Any

import dagster as dg

from orchestration.assets.backfill import backfill_key, backfill_keys
from orchestration.assets.published import BOARDS, PUBLISHED_FILE, QUALITY_RESULTS
from orchestration.source_models import ApiSource
from orchestration.sources import Sources

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition as Job

REFRESH = "refresh_warehouse"
PUBLISH = "publish_marts"
# A logger that a job's configuration does not name is not used, even if it is the only one.
CONFIG: dict[str, Any] = {"loggers": {"console": {}}}


def all_jobs(sources: Sources, gate_two: dg.AssetChecksDefinition) -> list["Job"]:
    """`refresh_warehouse`, `publish_marts`; `refresh_<source>` and, for a vendor's system, `backfill_<source>`."""
    ordinary = dg.AssetSelection.all() - dg.AssetSelection.assets(*backfill_keys(sources))
    refresh = dg.define_asset_job(
        REFRESH,
        config=CONFIG,
        selection=ordinary,
        description="Everything: extract every source, gate 1, build, gate 2, publish, draw the boards.",
    )
    publish = dg.define_asset_job(
        PUBLISH,
        config=CONFIG,
        selection=dg.AssetSelection.checks(gate_two)
        | dg.AssetSelection.assets(QUALITY_RESULTS, PUBLISHED_FILE, BOARDS),
        description="Gate 2 and publish from the finished build that the warehouse holds; extracts and builds nothing.",
    )
    extracted = [source.name for source in sources.sources if source.tables]
    return [
        refresh,
        publish,
        *(_refresh_source(name, extracted, ordinary) for name in extracted),
        *(_backfill(source.name, extracted) for source in sources.sources if isinstance(source, ApiSource)),
    ]


def source_job_name(source_name: str) -> str:
    """The job that extracts one source only."""
    return f"refresh_{source_name}"


def backfill_job_name(source_name: str) -> str:
    """The job that reads a range of days of one source again."""
    return f"backfill_{source_name}"


def _backfill(name: str, extracted: list[str]) -> "Job":
    everything_but_raw = dg.AssetSelection.all() - dg.AssetSelection.groups(*(f"raw_{each}" for each in extracted))
    return dg.define_asset_job(
        backfill_job_name(name),
        config=CONFIG,
        selection=everything_but_raw | dg.AssetSelection.assets(backfill_key(name)),
        description=f"Read a range of days of {name} again, then the rest: gate 1, build, gate 2, publish, draw the boards.",
    )


def _refresh_source(name: str, extracted: list[str], selection: dg.AssetSelection) -> "Job":
    others = [f"raw_{other}" for other in extracted if other != name]
    return dg.define_asset_job(
        source_job_name(name),
        config=CONFIG,
        selection=selection - dg.AssetSelection.groups(*others) if others else selection,
        description=f"Extract {name} only, then the rest: gate 1, build, gate 2, publish, draw the boards.",
    )
