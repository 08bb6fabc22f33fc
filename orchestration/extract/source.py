"""Extracting one source: read what is new, load it into raw, write down what happened.

Belongs here: the order of the steps and the audit rows of a run. Each step has its own module.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from orchestration.extract import audit, columns, privacy
from orchestration.extract.api.landing import Landing
from orchestration.extract.api.progress import Progress
from orchestration.extract.api.totals import vendor_totals
from orchestration.extract.delivery import Delivery, Extraction, read_delivery
from orchestration.extract.faults import Rejected, UnreachableSourceError, UnusableDeliveryError
from orchestration.extract.load import begin_load, end_load, load_versions, undo_unfinished
from orchestration.extract.redaction import forget_redacted
from orchestration.settings import Home, Settings, read_environment
from orchestration.source_models import ApiSource
from orchestration.sources import AnySource
from orchestration.warehouse import connect

if TYPE_CHECKING:  # the client of dlt takes a second to import, and files need none
    from orchestration.extract.api.fetching import Fetch, Window


@dataclass
class SourceResult:
    """What extracting a source came to; `status` is loaded, unchanged, stale or unusable.

    `message` says why a source is stale or unusable, else what a person should know: columns that came or went.
    """

    source_name: str
    status: str
    message: str
    tables: list[dict[str, Any]] = field(default_factory=list)

    @property
    def rows_landed(self) -> int:
        """Row versions that are new in raw, deletions aside."""
        return sum(table["rows_landed"] for table in self.tables)


def extract_source(
    source: AnySource,
    home: Home,
    settings: Settings,
    *,
    run_id: str,
    now: Callable[[], datetime],
    window: "Window | None" = None,
) -> SourceResult:
    """Extract one source into `raw_<source>`.

    A source out of reach is `stale`; a delivery that cannot be used is `unusable` and none of it is loaded.

    Args:
        source: what `sources.toml` says of it.
        home: the installation.
        settings: its switches and its identity key.
        run_id: of the run, for the audit rows.
        now: the clock, UTC without zone.
        window: of a vendor's system, read again only what happened in this range of time (a back-fill).

    Raises:
        WarehouseLockedError: another process holds the warehouse for longer than `lock_wait_seconds`.
        LoadError: dlt could not write.
    """
    started_at = now()
    with connect(
        home.warehouse, wait_seconds=settings.lock_wait_seconds, memory_limit=settings.memory_limit, temp=home.temp
    ) as warehouse:
        audit.create_tables(warehouse)
        undo_unfinished(warehouse, source.name)
        scratch = _scratch(home.temp)
        try:
            privacy.set_identity_key(warehouse, settings.identity_key.get_secret_value())
            fetch = _fetch(warehouse, source, home, scratch, window)
            extraction = Extraction(
                warehouse,
                source,
                home,
                settings,
                read_environment(home),
                privacy.read_text_rules(home),
                scratch,
                run_id,
                started_at,
                fetch.landing if fetch else None,
                window is not None,
            )
            result, deliveries = _read_all(extraction, fetch)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        versions = {delivery.table.name: delivery.versions for delivery in deliveries if delivery.versions is not None}
        if versions:
            begin_load(warehouse, source.name, run_id, started_at)
            load_versions(source.name, versions, warehouse, home.state / "dlt")
            for table in source.tables:
                if table.redactions and table.name in versions:
                    forget_redacted(warehouse, source.name, table)
        _write_audit(warehouse, source, result, deliveries, fetch, run_id, started_at, now())
    return result


def _fetch(
    warehouse: duckdb.DuckDBPyConnection, source: AnySource, home: Home, scratch: Path, window: "Window | None"
) -> "Fetch | None":
    """What a vendor's extractor works with; None for files and databases."""
    if not isinstance(source, ApiSource):
        return None
    from orchestration.extract.api.fetching import Fetch

    environment = read_environment(home)
    secrets = {setting: environment[variable] for setting, variable in source.credential_variables().items()}
    landing = Landing(scratch / "api", source.tables)
    return Fetch(source, secrets, landing, Progress(warehouse, source.name), window, warehouse)


def _read_all(extraction: Extraction, fetch: "Fetch | None") -> tuple[SourceResult, list[Delivery]]:
    """Read every table; one that cannot be used makes the whole source unusable, so that its tables stay in step."""
    source = extraction.source
    try:
        if fetch is not None:
            from orchestration.extract.api.fetching import fetch_source

            fetch_source(fetch)
        deliveries = [read_delivery(extraction, table) for table in source.tables]
    except UnreachableSourceError as error:
        return SourceResult(source.name, "stale", str(error)), []
    except UnusableDeliveryError as error:
        return SourceResult(source.name, "unusable", f"source {source.name}: {error}"), []
    except duckdb.OutOfMemoryException:
        return SourceResult(
            source.name,
            "unusable",
            f"source {source.name}: reading it needs more than the memory limit {extraction.settings.memory_limit} "
            "(SUPPORT_METRICS_MEMORY_LIMIT); raise it, or deliver smaller files",
        ), []
    has_news = any(delivery.versions is not None for delivery in deliveries)
    noted = [note for delivery in deliveries for note in delivery.notes]
    notes = "; ".join([*(fetch.landing.notes if fetch else []), *noted])
    counts = [delivery.counts for delivery in deliveries]
    return SourceResult(source.name, "loaded" if has_news else "unchanged", notes, counts), deliveries


def _scratch(temp: Path) -> Path:
    """A private folder for copies of deliveries. What a killed run left there or spilled goes: it may be personal.

    No other process can be using it, since this one holds the warehouse.
    """
    temp.mkdir(parents=True, exist_ok=True, mode=0o700)
    for spilled in temp.glob("duckdb_temp_*"):
        spilled.unlink(missing_ok=True)
    scratch = temp / "extract"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(mode=0o700)
    return scratch


def _write_audit(
    warehouse: duckdb.DuckDBPyConnection,
    source: AnySource,
    result: SourceResult,
    deliveries: list[Delivery],
    fetch: "Fetch | None",
    run_id: str,
    started_at: datetime,
    finished_at: datetime,
) -> None:
    common = {"run_id": run_id, "source_name": source.name}
    run = {**common, "status": result.status, "message": result.message}
    warehouse.execute("begin")
    end_load(warehouse, source.name)
    audit.append(warehouse, "extract_runs", [{**run, "started_at": started_at, "finished_at": finished_at}])
    if fetch is not None and fetch.window is not None:
        window = {"window_begin_at": fetch.window.begin, "window_end_at": fetch.window.end}
        audit.append(warehouse, "backfills", [{**common, **window}])
    audit.append(warehouse, "deliveries", [{**common, **delivery.counts} for delivery in deliveries])
    if fetch is not None and deliveries:
        if fetch.window is None:
            fetch.progress.write(warehouse, run_id, finished_at)
        audit.append(
            warehouse, "vendor_totals", vendor_totals(warehouse, source.name, fetch.landing, common, finished_at)
        )
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
    audit.append(
        warehouse,
        "table_columns",
        [
            {
                **common,
                "table_name": delivery.table.name,
                "column_name": name,
                "state": state,
                "recorded_at": finished_at,
            }
            for delivery in deliveries
            for name, state in delivery.column_states.items()
        ],
    )
    known = {
        row[0]
        for row in warehouse.execute(
            "select table_name from audit.table_keys where source_name = ?", [source.name]
        ).fetchall()
    }
    audit.append(
        warehouse,
        "table_keys",
        [
            {
                "source_name": source.name,
                "table_name": delivery.table.name,
                "key_columns": columns.key_text(delivery.table),
            }
            for delivery in deliveries
            if delivery.versions is not None and delivery.table.name not in known
        ],
    )
    warehouse.execute("commit")


def _rejected_row(common: dict[str, str], delivery: Delivery, rejected: Rejected) -> dict[str, Any]:
    return {
        **common,
        "table_name": delivery.table.name,
        "entity_name": delivery.counts["entity_name"],
        "file_name": rejected.file_name,
        "row_number": rejected.line,
        "column_name": None,
        "reason": rejected.reason,
    }
