"""The world as files in a landing folder, as four systems would drop them.

Belongs here: which system delivers what, in which format, and the truth's file. The world itself knows nothing of this.
"""

import datetime
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from orchestration.contract import entities
from orchestration.demo.history import TYPES
from orchestration.demo.world import World

PARQUET, CSV, JSON_LINES = "parquet", "csv", "jsonl"
SOURCES: dict[str, dict[str, str]] = {
    "helpdesk": {
        "tickets": PARQUET,
        "ticket_messages": PARQUET,
        "ticket_changes": PARQUET,
        "handle_times": PARQUET,
        "csat_responses": CSV,
        "ces_responses": CSV,
        "survey_invitations": CSV,
        "agents": CSV,
        "agent_team_histories": CSV,
        "shifts": CSV,
        "agent_workdays": CSV,
        "calendar_hours": CSV,
        "calendar_holidays": CSV,
        "delivery_marks": CSV,
    },
    "shop": {
        "orders": PARQUET,
        "order_items": PARQUET,
        "deliveries": PARQUET,
        "returns": CSV,
        "inr_claims": CSV,
        "customers": PARQUET,
        "sellers": CSV,
        "active_customers": PARQUET,
        "exchange_rates": CSV,
        "events": CSV,
        "delivery_marks": CSV,
    },
    "surveys": {"nps_responses": CSV, "survey_invitations": CSV, "delivery_marks": CSV},
    "app_stores": {"app_reviews": JSON_LINES, "delivery_marks": CSV},
}
# The surveys that a source offers, where more than one source delivers survey_invitations.
OFFERED_BY = {"helpdesk": ("csat", "ces"), "surveys": ("nps",)}


def source_tables(world: World, source: str) -> dict[str, pa.Table]:
    """What one source knows of the world: entities by name, in the contract's columns and types.

    Raises:
        KeyError: there is no such source.
    """
    result = {}
    for entity in SOURCES[source]:
        if entity == "delivery_marks":
            result[entity] = delivery_marks(world, list(SOURCES[source]))
        elif entity == "survey_invitations":
            offered = pc.is_in(world[entity]["survey_type"], pa.array(OFFERED_BY[source]))
            result[entity] = world[entity].filter(offered)
        else:
            result[entity] = world[entity]
    return result


def delivery_marks(world: World, delivered: list[str]) -> pa.Table:
    """A source states for each entity that everything before the cut has been delivered."""
    names = [entity for entity in delivered if entity != "delivery_marks"]
    columns = entities()["delivery_marks"].columns
    schema = pa.schema([(column.name, TYPES[column.data_type]) for column in columns])
    return pa.table({"entity_name": names, "complete_through_at": [world.known_through] * len(names)}, schema=schema)


def deliver(world: World, landing: Path) -> list[Path]:
    """Write what every source knows to `landing/<source>/<entity>-<date of the cut>.<format>`.

    Returns:
        the files, in the order in which they were written.

    Raises:
        OSError: the folder cannot be written to.
    """
    return [path for source in SOURCES for path in write_tables(source_tables(world, source), source, landing, world)]


def deliver_changes(world: World, earlier: World, landing: Path) -> list[Path]:
    """Write only what is new or reads differently since an earlier cut, as a source that exports changes would.

    Entities without any change get no file; the marks are always written.
    """
    changed = world.changed_since(earlier)
    paths = []
    for source, formats in SOURCES.items():
        tables = {}
        for entity in formats:
            if entity == "delivery_marks":
                tables[entity] = delivery_marks(world, list(formats))
                continue
            table = changed[entity]
            if entity == "survey_invitations":
                table = table.filter(pc.is_in(table["survey_type"], pa.array(OFFERED_BY[source])))
            if len(table):
                tables[entity] = table
        paths += write_tables(tables, source, landing, world)
    return paths


def write_tables(
    tables: dict[str, pa.Table], source: str, landing: Path, world: World, formats: dict[str, str] | None = None
) -> list[Path]:
    """Write tables in their source's formats, each file whole or not at all."""
    folder = landing / source
    folder.mkdir(parents=True, exist_ok=True)
    writers = {PARQUET: _write_parquet, CSV: _write_csv, JSON_LINES: _write_json_lines}
    paths = []
    for entity, table in tables.items():
        kind = (formats or SOURCES[source])[entity]
        path = folder / f"{entity}-{world.known_through:%Y-%m-%d}.{kind}"
        unfinished = folder / f".{path.name}.part"
        writers[kind](table, unfinished)
        unfinished.replace(path)
        paths.append(path)
    return paths


def _write_parquet(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, compression="zstd")


def _with_text_instants(table: pa.Table) -> pa.Table:
    """Instants as ISO 8601 in UTC with Z."""
    for number, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            naive = table.column(number).cast(pa.timestamp("s", tz="UTC")).cast(pa.timestamp("s"))
            table = table.set_column(number, field.name, pc.strftime(naive, format="%Y-%m-%dT%H:%M:%SZ"))
    return table


def _write_csv(table: pa.Table, path: Path) -> None:
    pa_csv.write_csv(_with_text_instants(table), path)


def _write_json_lines(table: pa.Table, path: Path) -> None:
    def plain(value: object) -> object:
        return value.isoformat() if isinstance(value, datetime.date) else value

    with path.open("w", encoding="utf-8") as file:
        for row in _with_text_instants(table).to_pylist():
            file.write(json.dumps({name: plain(value) for name, value in row.items()}, ensure_ascii=False) + "\n")


def write_truth(world: World, path: Path) -> None:
    """Write the truth of the world's cut as JSON, for scoring only: it is no delivery."""
    path.parent.mkdir(parents=True, exist_ok=True)
    parts = (f"{json.dumps(name)}: {json.dumps(part, ensure_ascii=False)}" for name, part in world.truth.items())
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")
