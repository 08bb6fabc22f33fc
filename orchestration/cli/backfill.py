"""`backfill`: a range of days of one vendor's system, read again.

Belongs here: from two dates to the job `backfill_<source>`, the same that the UI starts for partitions.
"""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import click

from orchestration.settings import ConfigurationError, Home

if TYPE_CHECKING:
    from orchestration.sources import Sources

DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("source")
@click.option("--from", "first", type=DAY, required=True, help="The first day (UTC) that is read again.")
@click.option("--to", "last", type=DAY, required=True, help="The last day, which is read again too.")
@click.pass_obj
def backfill(home: Home, source: str, first: datetime, last: datetime) -> int:
    """Read a range of days of SOURCE again, then build and publish as always: the job backfill_<source>.

    What the vendor has changed or added for these days comes in as new versions; where the nightly runs have come to stays
    as it is.
    """
    from orchestration.cli.run import run_job
    from orchestration.pipeline import read_configuration

    _, sources = read_configuration(home)
    _refuse(problem_of(sources, source, first.date(), last.date(), datetime.now(UTC).date()))
    days = {
        "dagster/asset_partition_range_start": f"{first:%Y-%m-%d}",
        "dagster/asset_partition_range_end": f"{last:%Y-%m-%d}",
    }
    return run_job(home, f"backfill_{source}", source, days)


def problem_of(sources: "Sources", name: str, first: date, last: date, today: date) -> str | None:
    """What is wrong with a back-fill, if anything."""
    from orchestration.source_models import ApiSource

    systems = {source.name: source for source in sources.sources if isinstance(source, ApiSource)}
    if name not in systems:
        others = {source.name: source.kind for source in sources.sources}
        if name in others:
            return (
                f"source {name} is of kind {others[name]}, which has no range of days to read again: what lies in its "
                "landing folder or database is read by `support-metrics run`"
            )
        return f"no source is named {name}; there are: {', '.join(others) or 'none'}"
    if last < first:
        return f"--to {last} is before --from {first}"
    if last > today:
        return f"--to {last} has not come yet (today is {today}, UTC)"
    if first < systems[name].start_date:
        return f"--from {first} is before the start_date {systems[name].start_date} of {name}; set it earlier in sources.toml"
    return None


def _refuse(problem: str | None) -> None:
    if problem is not None:
        raise ConfigurationError([problem])
