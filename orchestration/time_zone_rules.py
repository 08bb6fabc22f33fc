"""Do the engine's time-zone rules agree with the current ones?

Belongs here: the comparison of DuckDB's built-in rules (ICU's) with tzdata's, for the zones that an installation uses. A
country that changes its clocks after the engine was built makes local days and business hours there wrong by the change;
that cannot be seen in the data, so it is looked for.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import duckdb

from orchestration.extract import audit
from orchestration.settings import PROJECT, Home
from orchestration.sources import Sources


@dataclass(frozen=True)
class Disagreement:
    """The first noon (UTC) at which the engine's wall clock differs from tzdata's, and by how many seconds."""

    time_zone: str
    first_date: date
    difference_seconds: int


def declared_zones(sources: Sources, home: Home) -> set[str]:
    """The reporting zone, and those of mappings and markets."""
    zones = {sources.installation.reporting_time_zone}
    zones |= {mapping.time_zone for source in sources.sources for mapping in source.entities if mapping.time_zone}
    with _markets(home).open(encoding="utf-8", newline="") as file:
        zones |= {row["time_zone"] for row in csv.DictReader(file)}
    return zones & available_timezones()


def _calendar_zones(connection: duckdb.DuckDBPyConnection) -> set[str]:
    found = connection.execute("select distinct time_zone from contract.calendar_hours").fetchall()
    return {row[0] for row in found} & available_timezones()


def _markets(home: Home) -> Path:
    own = home.seeds / "markets.csv"
    return own if own.is_file() else PROJECT / "seeds" / "markets.csv"


def disagreements(
    connection: duckdb.DuckDBPyConnection, zones: Iterable[str], first: date, last: date
) -> list[Disagreement]:
    """Zones whose rules differ on some noon (UTC) from `first` to `last`, both included, with the first such day."""
    found = []
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    noons = [datetime(day.year, day.month, day.day, 12, tzinfo=UTC) for day in days]
    for zone in sorted(zones):
        engine = connection.execute(
            "select cast(epoch(timezone($1, timezone('UTC', noon))) - epoch(noon) as bigint) from ("
            "select unnest(generate_series($2::timestamp, $3::timestamp, interval 1 day)) as noon) order by noon",
            [zone, noons[0].replace(tzinfo=None), noons[-1].replace(tzinfo=None)],
        ).fetchall()
        rules = ZoneInfo(zone)
        for noon, (engine_offset,) in zip(noons, engine, strict=True):
            offset = noon.astimezone(rules).utcoffset() or timedelta()
            if int(offset.total_seconds()) != engine_offset:
                found.append(Disagreement(zone, noon.date(), engine_offset - int(offset.total_seconds())))
                break
    return found


def write_disagreements(
    connection: duckdb.DuckDBPyConnection, sources: Sources, home: Home, run_id: str
) -> list[Disagreement]:
    """Compare over the span of the contract's tickets and orders, and write `audit.time_zone_rules` for gate 1."""
    first, last = connection.execute(
        "select min(happened_at), max(happened_at) from (select created_at as happened_at from contract.tickets "
        "union all select ordered_at from contract.orders) as instants"
    ).fetchall()[0]
    found = []
    if first is not None:
        # Ten years back and two on are where rules are still being changed; an absurd timestamp must not cost minutes.
        newest = min(last.date(), date.today() + timedelta(days=730))
        oldest = max(first.date(), newest - timedelta(days=3650))
        if oldest <= newest:
            zones = declared_zones(sources, home) | _calendar_zones(connection)
            found = disagreements(connection, zones, oldest, newest)
    connection.execute("delete from audit.time_zone_rules")
    audit.append(
        connection,
        "time_zone_rules",
        [
            {
                "run_id": run_id,
                "time_zone": item.time_zone,
                "first_date": item.first_date,
                "difference_seconds": item.difference_seconds,
            }
            for item in found
        ],
    )
    return found
