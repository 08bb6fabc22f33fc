"""Extracting one source: read what is new, load it into raw, write down what happened.

Belongs here: the order of the steps and the audit rows of a run. Each step has its own module.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.extract import audit, privacy
from orchestration.extract.database import read_database_table
from orchestration.extract.files import Rejected, UnusableFileError
from orchestration.extract.landing_folder import (
    Arrived,
    UnreachableSourceError,
    new_files,
    read_files,
    source_folder,
)
from orchestration.extract.load import load_versions, raw_schema, undo_unfinished
from orchestration.extract.versions import (
    DerivedColumnError,
    UndeclaredPersonalDataError,
    current_versions,
    find_new_versions,
)
from orchestration.settings import Home, Settings, read_environment
from orchestration.sources import FileSource, FileTable, RawTable, SqlSource, SqlTable
from orchestration.warehouse import connect


@dataclass
class SourceResult:
    """What extracting a source came to; `status` is loaded, unchanged, stale or unusable."""

    source_name: str
    status: str
    message: str
    tables: list[dict[str, Any]] = field(default_factory=list)

    @property
    def rows_landed(self) -> int:
        """Row versions that are new in raw."""
        return sum(table["rows_landed"] for table in self.tables)


@dataclass
class _Delivery:
    """One table's part of an extraction, before it is loaded."""

    table: RawTable
    counts: dict[str, Any]
    versions: pa.Table | None = None
    arrived: Arrived = field(default_factory=Arrived)


def extract_source(
    source: FileSource | SqlSource, home: Home, settings: Settings, *, run_id: str, now: Callable[[], datetime]
) -> SourceResult:
    """Extract one source into `raw_<source>`.

    A source out of reach is `stale`; a delivery that cannot be used is `unusable` and none of it is loaded.

    Args:
        source: what `sources.toml` says of it.
        home: the installation.
        settings: its switches and its identity key.
        run_id: of the run, for the audit rows.
        now: the clock, UTC without zone.
    """
    started_at = now()
    wait = settings.lock_wait_seconds
    with connect(home.warehouse, wait_seconds=wait) as warehouse:
        audit.create_tables(warehouse)
    undo_unfinished(source.name, home.warehouse, home.state / "dlt", wait_seconds=wait)
    with connect(home.warehouse, wait_seconds=wait) as warehouse:
        known = _known_hashes(warehouse, source.name)
        current = {
            table.name: current_versions(warehouse, raw_schema(source.name), table.name) for table in source.tables
        }
    deliveries: list[_Delivery] = []
    try:
        with duckdb.connect() as memory:
            memory.execute("set TimeZone = 'UTC'")
            memory.execute(f"set memory_limit = '{settings.memory_limit}'")
            privacy.set_identity_key(memory, settings.identity_key.get_secret_value())
            rules = privacy.read_text_rules(home)
            for table in source.tables:
                deliveries.append(
                    _read_table(
                        memory, source, table, home, settings, current[table.name], known, rules, run_id, started_at
                    )
                )
        status = "loaded" if any(d.versions is not None and d.versions.num_rows for d in deliveries) else "unchanged"
        result = SourceResult(source.name, status, "", [delivery.counts for delivery in deliveries])
    except UnreachableSourceError as error:
        result, deliveries = SourceResult(source.name, "stale", str(error)), []
    except (UnusableFileError, UndeclaredPersonalDataError, DerivedColumnError) as error:
        result, deliveries = SourceResult(source.name, "unusable", f"source {source.name}: {error}"), []
    load_versions(
        source.name,
        {delivery.table.name: delivery.versions for delivery in deliveries if delivery.versions is not None},
        home.warehouse,
        home.state / "dlt",
    )
    with connect(home.warehouse, wait_seconds=wait) as warehouse:
        _write_audit(warehouse, source, result, deliveries, run_id, started_at, now())
    return result


def _known_hashes(warehouse: duckdb.DuckDBPyConnection, source_name: str) -> dict[str, set[str]]:
    known: dict[str, set[str]] = {}
    for table, content_hash in warehouse.execute(
        "select table_name, content_hash from audit.files where source_name = ?", [source_name]
    ).fetchall():
        known.setdefault(table, set()).add(content_hash)
    return known


def _read_table(
    memory: duckdb.DuckDBPyConnection,
    source: FileSource | SqlSource,
    table: FileTable | SqlTable,
    home: Home,
    settings: Settings,
    current: pa.Table,
    known: dict[str, set[str]],
    rules: privacy.TextRules,
    run_id: str,
    seen_at: datetime,
) -> _Delivery:
    before = current.num_rows - (pc.sum(current["_is_deleted"]).as_py() or 0)
    counts = {
        "source_name": source.name,
        "table_name": table.name,
        "entity_name": next((m.entity for m in source.entities if m.table == table.name), None),
        "rows_read": 0,
        "rows_rejected": 0,
        "rows_repeated": 0,
        "rows_landed": 0,
        "rows_current": before,
        "previous_rows_current": before,
        "is_full_listing": table.listing == "full",
    }
    delivery = _Delivery(table, counts)
    if isinstance(source, FileSource) and isinstance(table, FileTable):
        files = new_files(
            source_folder(source, home.landing),
            table,
            known.get(table.name, set()),
            settings.max_file_megabytes * 1_000_000,
        )
        if not files:
            return delivery
        delivery.arrived = read_files(memory, files, table)
    elif isinstance(source, SqlSource) and isinstance(table, SqlTable):
        cursor_from = _newest_cursor(home, source, table, settings)
        read_database_table(memory, source, table, read_environment(home)[source.url_env], cursor_from)
    _refuse_vanished_columns(memory, table)
    arrived_count = memory.execute("select count(*) from arrived").fetchall()[0][0]
    if table.listing == "full" and before and not arrived_count:
        raise UnusableFileError(
            f"table {table.name}: a full listing of 0 rows where {before:,} were known; nothing was changed"
        )
    last_file = len(delivery.arrived.files) - 1 if delivery.arrived.files else 0
    found = find_new_versions(
        memory, table, source.name, current, rules, run_id, seen_at, last_file if table.listing == "full" else None
    )
    delivery.versions = found.versions
    rejected = len(delivery.arrived.rejected)
    counts.update(
        rows_read=arrived_count + rejected,
        rows_rejected=rejected,
        rows_repeated=found.repeated,
        rows_landed=found.landed,
        rows_current=before + found.appeared - found.deleted,
    )
    return delivery


def _newest_cursor(home: Home, source: SqlSource, table: SqlTable, settings: Settings) -> str | None:
    """The highest value of the cursor column in raw; None reads everything."""
    if table.cursor is None or table.listing == "full":
        return None
    from orchestration.extract.naming import raw_name
    from orchestration.warehouse import quoted

    with connect(home.warehouse, wait_seconds=settings.lock_wait_seconds) as warehouse:
        exists = warehouse.execute(
            "select count(*) from information_schema.tables where table_schema = ? and table_name = ?",
            [raw_schema(source.name), table.name],
        ).fetchall()[0][0]
        if not exists:
            return None
        column = quoted(raw_name(table.cursor))
        return warehouse.execute(
            f"select max({column}) from {quoted(raw_schema(source.name))}.{quoted(table.name)}"
        ).fetchall()[0][0]


def _refuse_vanished_columns(memory: duckdb.DuckDBPyConnection, table: RawTable) -> None:
    """A key, identity or free-text column that is declared and not delivered would be a silent null column."""
    from orchestration.extract.naming import raw_name

    arrived = {row[0] for row in memory.execute("describe arrived").fetchall()}
    missing = [name for name in table.key if raw_name(name) not in arrived]
    if missing:
        there = ", ".join(sorted(name for name in arrived if not name.startswith("_")))
        raise UnusableFileError(
            f"table {table.name}: the delivery has no column {', '.join(missing)}, which is its key; it has {there}"
        )


def _write_audit(
    warehouse: duckdb.DuckDBPyConnection,
    source: FileSource | SqlSource,
    result: SourceResult,
    deliveries: list[_Delivery],
    run_id: str,
    started_at: datetime,
    finished_at: datetime,
) -> None:
    common = {"run_id": run_id, "source_name": source.name}
    warehouse.execute("begin")
    audit.append(
        warehouse,
        "extract_runs",
        [
            {
                **common,
                "status": result.status,
                "message": result.message,
                "started_at": started_at,
                "finished_at": finished_at,
            }
        ],
    )
    audit.append(warehouse, "deliveries", [{**common, **delivery.counts} for delivery in deliveries])
    audit.append(
        warehouse,
        "files",
        [
            {
                **common,
                "table_name": delivery.table.name,
                "file_name": file.name,
                "content_hash": file.content_hash,
                "byte_count": file.byte_count,
                "rows_read": file.rows_read,
                "rows_rejected": file.rows_rejected,
                "loaded_at": finished_at,
            }
            for delivery in deliveries
            for file in delivery.arrived.files
        ],
    )
    audit.append(
        warehouse,
        "rejected_rows",
        [
            _rejected_row(common, delivery, rejected)
            for delivery in deliveries
            for rejected in delivery.arrived.rejected
        ],
    )
    warehouse.execute("commit")


def _rejected_row(common: dict[str, str], delivery: _Delivery, rejected: Rejected) -> dict[str, Any]:
    return {
        **common,
        "table_name": delivery.table.name,
        "entity_name": delivery.counts["entity_name"],
        "file_name": rejected.file_name,
        "row_number": rejected.line,
        "column_name": None,
        "reason": rejected.reason,
    }
