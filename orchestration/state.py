"""What there is to know about an installation right now, as plain values.

Belongs here: gathering it quickly, also while a run holds the warehouse. How it is shown is the command line's matter.
"""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration import journal
from orchestration.freshness import Freshness, source_freshness
from orchestration.pipeline import sources_if_configured, utc_now
from orchestration.settings import Home
from orchestration.sources import Sources
from orchestration.warehouse import WarehouseLockedError, connect, text_literal

FAILED = (
    "select gate, suite_name, check_id, severity, status, message from audit.gate_results "
    "where run_id = {run_id} and status in ('fail', 'error', 'quarantined') order by gate, suite_name, check_id"
)


def read_state(home: Home) -> dict[str, Any]:
    """Published file, last run, sources and failed checks.

    Freshness and checks come from the warehouse; while a run holds it, from the published file, which `note` says.

    Raises:
        ConfigurationError: `sources.toml` is faulty.
    """
    sources = sources_if_configured(home)
    last = journal.last_run(home)
    state: dict[str, Any] = {
        "home": str(home.path),
        "installation": sources.installation.name,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "published": _published(home),
        "last_run": asdict(last) if last else None,
        "sources": [],
        "failed_checks": [],
        "note": None
        if home.sources_file.exists()
        else f"not an installation yet: run `support-metrics init {home.path}`",
    }
    if not home.warehouse.exists():
        with duckdb.connect() as nothing:
            state["sources"] = [_described(fresh) for fresh in source_freshness(nothing, sources, utc_now())]
        return state
    try:
        with connect(home.warehouse, read_only=True, wait_seconds=0) as warehouse:
            state["sources"] = [_described(fresh) for fresh in source_freshness(warehouse, sources, utc_now())]
            state["failed_checks"] = _failed_checks(warehouse)
    except WarehouseLockedError as error:
        holder = str(error).split(";")[0].removeprefix(f"{home.warehouse} ")
        state["note"] = f"the warehouse {holder}; sources and checks are those of the published build"
        state["sources"], state["failed_checks"] = _from_published(home, sources)
    return state


def _published(home: Home) -> dict[str, Any]:
    from orchestration.publish import Layout
    from orchestration.publish.manifest import read_manifest

    file, manifest = home.published_file, read_manifest(Layout(home.published).manifest)
    result: dict[str, Any] = {
        "path": str(file),
        "build_id": None,
        "published_at": None,
        "age_seconds": None,
        "tables": 0,
        "rows": 0,
        "problem": None,
    }
    if manifest is None:
        missing = "run `support-metrics run` (or `support-metrics demo`)"
        result["problem"] = missing if not file.exists() else "its manifest is missing: run `support-metrics verify`"
        return result
    published_at = datetime.fromisoformat(manifest.published_at)
    result |= {
        "build_id": manifest.build_id,
        "published_at": manifest.published_at,
        "age_seconds": (datetime.now(UTC) - published_at).total_seconds(),
        "tables": len(manifest.tables),
        "rows": manifest.row_count,
        "problem": _file_problem(file, manifest.build_id, manifest.byte_count),
    }
    return result


def _file_problem(file: Path, build_id: str, byte_count: int) -> str | None:
    """What a quick look finds wrong with the published file; `verify` reads every byte."""
    from orchestration.publish import PublishError, connect_published

    advice = "run `support-metrics verify`"
    try:
        with connect_published(file) as connection:
            found = [row[0] for row in connection.execute("select distinct build_id from meta.build_info").fetchall()]
    except (PublishError, duckdb.Error):
        return f"the file cannot be opened or holds no build: {advice}"
    if found != [build_id]:
        return f"the file holds build {', '.join(map(str, found))}, its manifest names {build_id}: {advice}"
    if file.stat().st_size != byte_count:
        return f"the file is not as large as its manifest says: {advice}"
    return None


def _failed_checks(warehouse: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    try:
        newest = warehouse.execute("select run_id from audit.gate_results order by finished_at desc limit 1").fetchall()
        return _records(warehouse, FAILED.format(run_id=text_literal(newest[0][0]))) if newest else []
    except duckdb.CatalogException:
        return []  # no gate has run yet


def _from_published(home: Home, sources: Sources) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    from orchestration.publish import PublishError, connect_published

    try:
        with connect_published(home.published_file) as connection:
            build = _records(connection, "select * from meta.build_info")
            checks = _records(connection, "select * from meta.data_quality_results")
    except (PublishError, duckdb.Error):
        return [], []
    by_name = {row.get("source_name"): row for row in build}
    known = []
    for source in sources.sources:
        row = by_name.get(source.name, {})
        known.append(
            {
                "name": source.name,
                "status": row.get("source_status"),
                "is_fresh": row.get("source_status") in ("loaded", "unchanged"),
                "last_delivered_at": row.get("last_landed_at"),
                "what": row.get("source_message") or row.get("source_status") or "not in the published build",
            }
        )
    failed = [row for row in checks if row.get("status") in ("fail", "error", "quarantined", "warn")]
    return known, [
        {**row, "message": f"{row.get('table_name')}: {row.get('check_id')}: {row.get('why')}"} for row in failed
    ]


def _records(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _described(fresh: Freshness) -> dict[str, Any]:
    return {
        "name": fresh.source_name,
        "kind": fresh.kind,
        "status": fresh.status,
        "is_fresh": fresh.is_fresh,
        "is_late": fresh.is_late,
        "last_read_at": fresh.last_read_at,
        "last_delivered_at": fresh.last_delivered_at,
        "expected_every_hours": fresh.expected_every_hours,
        "window_closes_at": fresh.window.closes_at if fresh.window else None,
        "what": fresh.description,
    }
