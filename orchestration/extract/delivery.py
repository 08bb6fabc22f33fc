"""One table's part of an extraction: read what is new, check it, and find the row versions to land.

Belongs here: the order of these steps and the table's counts. Nothing is written here.
"""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.extract import columns, privacy
from orchestration.extract.api.landing import Landing, read_landed
from orchestration.extract.database import newest_cursor, read_database_table
from orchestration.extract.faults import UnusableFileError
from orchestration.extract.files import FORMATS
from orchestration.extract.landing_folder import Arrived, KnownFiles, new_files, read_files, source_folder
from orchestration.extract.load import raw_schema, raw_tables
from orchestration.extract.versions import current_row_count, find_new_versions
from orchestration.settings import Home, Settings
from orchestration.source_models import ApiTable, FileTable, LandedSource, RawTable, SqlSource, SqlTable
from orchestration.sources import AnySource
from orchestration.warehouse import quoted


@dataclass(frozen=True)
class Extraction:
    """What holds for every table of one source in one run; the warehouse is open and has the identity key."""

    warehouse: duckdb.DuckDBPyConnection
    source: AnySource
    home: Home
    settings: Settings
    environment: dict[str, str]
    rules: privacy.TextRules
    scratch: Path
    run_id: str
    started_at: datetime
    landing: Landing | None = None
    is_backfill: bool = False


@dataclass
class Delivery:
    """What one table came to, before it is loaded.

    `versions` is the temporary table of the row versions to append, None when there are none; `notes` say what a person
    should know of it.
    """

    table: RawTable
    counts: dict[str, Any]
    versions: str | None = None
    arrived: Arrived = field(default_factory=Arrived)
    column_states: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read_delivery(extraction: Extraction, table: RawTable) -> Delivery:
    """Read one table's new files or rows.

    Raises:
        UnreachableSourceError: the landing folder or the database cannot be reached.
        UnusableDeliveryError: what was delivered cannot be used.
    """
    source, warehouse = extraction.source, extraction.warehouse
    raw_columns = raw_tables(warehouse, source.name).get(table.name, [])
    raw = f"{quoted(raw_schema(source.name))}.{quoted(table.name)}" if raw_columns else None
    before = current_row_count(warehouse, raw) if raw else 0
    delivery = Delivery(table, _counts(source, table, before))
    columns.refuse_other_key(warehouse, source.name, table)
    layouts = _read(extraction, table, raw, delivery)
    if layouts is None:
        return delivery
    for layout in layouts:
        columns.refuse_missing(source, table, layout, raw_columns)
    # A range of time lists nothing in full, so that a back-fill tells of no deletions.
    is_listing = table.listing == "full" and not extraction.is_backfill
    newest_file = max(len(layouts) - 1, 0)
    arrived, listed = warehouse.execute(
        "select count(*), count(*) filter (where _file_order = ?) from arrived", [newest_file]
    ).fetchall()[0]
    if is_listing and before and not listed:
        raise UnusableFileError(
            f"table {table.name}: a full listing of 0 rows where {before:,} were known; nothing was changed"
        )
    unreadable = sum(1 for record in delivery.arrived.rejected if record.file_name == layouts[newest_file].name)
    if is_listing and unreadable:
        # A row that cannot be read is not a row that is gone.
        delivery.notes.append(
            f"table {table.name}: {unreadable:,} records of the full listing could not be read, so no row counts as deleted"
        )
    found = find_new_versions(
        warehouse,
        table,
        source.name,
        raw,
        extraction.rules,
        extraction.run_id,
        extraction.started_at,
        newest_file if is_listing and not unreadable else None,
        extraction.landing.removed(table.name) if extraction.landing is not None else [],
    )
    if found.landed or found.deleted:
        delivery.versions = found.versions
    warehouse.execute("drop view if exists arrived")
    for part in range(max(len(delivery.arrived.files), 1)):
        warehouse.execute(f"drop table if exists arrived_{part}")
    delivered = {name for layout in layouts for name in layout.columns}
    vanished = columns.vanished_columns(warehouse, source.name, table.name)
    delivery.column_states |= columns.layout_changes(source, table, delivered, raw_columns, vanished)
    delivery.notes += _notes(table, delivery.column_states)
    rejected = len(delivery.arrived.rejected)
    delivery.counts.update(
        rows_read=arrived + rejected,
        rows_rejected=rejected,
        rows_repeated=found.repeated,
        rows_landed=found.landed,
        rows_deleted=found.deleted,
        rows_current=before + found.appeared - found.deleted,
    )
    return delivery


def _read(extraction: Extraction, table: RawTable, raw: str | None, delivery: Delivery) -> list[columns.Layout] | None:
    """Fill `arrived`; returns the layout of each part in order, or None when nothing new is there."""
    source, warehouse = extraction.source, extraction.warehouse
    if isinstance(source, LandedSource) and isinstance(table, FileTable):
        files = new_files(
            source_folder(source, extraction.home.landing),
            table,
            _known_files(warehouse, source.name, table.name),
            extraction.settings.max_file_megabytes * 1_000_000,
        )
        if not files:
            return None
        delivery.arrived = read_files(warehouse, files, table, extraction.scratch)
        return [
            columns.Layout(
                file.name,
                file.columns,
                (table.format or FORMATS.get(Path(file.name).suffix.lower())) in ("json", "jsonl"),
                file.rows_read > file.rows_rejected,
            )
            for file in delivery.arrived.files
        ]
    if isinstance(table, ApiTable) and extraction.landing is not None:
        landing = extraction.landing
        # Nothing new is nothing to look at; only a full listing says something by having no rows.
        is_listed = table.listing == "full" and landing.was_asked(table.name)
        if not (landing.count(table.name) or is_listed or landing.removed(table.name)):
            return None
        unknown = read_landed(warehouse, landing, table)
        told = columns.told_columns(warehouse, source.name, table.name) if unknown else set()
        delivery.column_states |= {name: columns.NEW for name in unknown if name not in told}
        return [columns.Layout(f"table {table.name}", tuple(table.fields), True, landing.count(table.name) > 0)]
    if not isinstance(source, SqlSource) or not isinstance(table, SqlTable):
        raise TypeError(f"source {source.name} and its table {table.name} are of different kinds")
    url = extraction.environment[source.url_env]
    cursor_from = newest_cursor(warehouse, table, raw, extraction.started_at) if raw else None
    names = read_database_table(warehouse, source, table, url, cursor_from)
    return [columns.Layout(f"table {table.table}", tuple(names), False, True)]


def _counts(source: AnySource, table: RawTable, before: int) -> dict[str, Any]:
    return {
        "source_name": source.name,
        "table_name": table.name,
        "entity_name": next((m.entity for m in source.entities if m.table == table.name), None),
        "rows_read": 0,
        "rows_rejected": 0,
        "rows_repeated": 0,
        "rows_landed": 0,
        "rows_deleted": 0,
        "rows_current": before,
        "previous_rows_current": before,
        "is_full_listing": table.listing == "full",
    }


def _known_files(warehouse: duckdb.DuckDBPyConnection, source_name: str, table_name: str) -> KnownFiles:
    known = KnownFiles()
    for name, content_hash in warehouse.execute(
        "select file_name, content_hash from audit.files where source_name = ? and table_name = ? order by loaded_at, rowid",
        [source_name, table_name],
    ).fetchall():
        known.add(name, content_hash)
    return known


def _notes(table: RawTable, states: dict[str, str]) -> list[str]:
    notes = []
    for state in (columns.NEW, columns.VANISHED, columns.UNKNOWN):
        named = [name for name, its_state in states.items() if its_state == state]
        if named:
            notes.append(f"table {table.name}: {state}: column {', '.join(named)}")
    return notes
