"""The jobs: what a person, a schedule or a sensor starts.

Belongs here: selections of assets, each with its reason. Never when they run.
"""

from typing import TYPE_CHECKING, Any

import dagster as dg

from orchestration.assets.published import BOARDS, PUBLISHED_FILE, QUALITY_RESULTS
from orchestration.sources import Sources

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition as Job

REFRESH = "refresh_warehouse"
PUBLISH = "publish_marts"
# A logger that a job's configuration does not name is not used, even if it is the only one.
_CONFIG: dict[str, Any] = {"loggers": {"console": {}}}


def all_jobs(sources: Sources, gate_two: dg.AssetChecksDefinition) -> list["Job"]:
    """`refresh_warehouse`, `publish_marts`, and `refresh_<source>` for each source where there are several."""
    refresh = dg.define_asset_job(
        REFRESH,
        config=_CONFIG,
        selection=dg.AssetSelection.all(),
        description="Everything: extract every source, gate 1, build, gate 2, publish, draw the boards.",
    )
    publish = dg.define_asset_job(
        PUBLISH,
        config=_CONFIG,
        selection=dg.AssetSelection.checks(gate_two)
        | dg.AssetSelection.assets(QUALITY_RESULTS, PUBLISHED_FILE, BOARDS),
        description="Gate 2 and publish from the finished build that the warehouse holds; extracts and builds nothing.",
    )
    extracted = [source.name for source in sources.sources if source.tables]
    return [refresh, publish, *(_refresh_source(name, extracted) for name in extracted)]


def source_job_name(source_name: str) -> str:
    """The job that extracts one source only."""
    return f"refresh_{source_name}"


def _refresh_source(name: str, extracted: list[str]) -> "Job":
    selection = dg.AssetSelection.all()
    others = [f"raw_{other}" for other in extracted if other != name]
    return dg.define_asset_job(
        source_job_name(name),
        config=_CONFIG,
        selection=selection - dg.AssetSelection.groups(*others) if others else selection,
        description=f"Extract {name} only, then the rest: gate 1, build, gate 2, publish, draw the boards.",
    )
