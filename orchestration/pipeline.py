"""What a run does between the parts, in plain Python: ids, the build's mark, what the gates said, what dbt needs.

Belongs here: decisions that a run makes and that can be tested without the orchestrator. Never a Dagster noun, and no
part's own work: extraction, gates, dbt and publishing each have their room.
"""

import json
import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration.settings import PROJECT, QUIET, ConfigurationError, Home, Settings, read_environment, read_settings
from orchestration.sources import AnySource, Sources, default_calendar_key, read_sources
from orchestration.warehouse import connect

MART_SCHEMAS = ("core", "direct", "indirect", "secondary", "drivers", "meta")
SECRETS = ("SUPPORT_METRICS_IDENTITY_KEY", "SUPPORT_METRICS_ALERT_WEBHOOK_URL")


class UnfinishedBuildError(Exception):
    """The warehouse holds no finished build, or not the one that was checked; publishing it would mix builds."""


def utc_now() -> datetime:
    """The present instant, UTC without zone, as every table holds it."""
    return datetime.now(UTC).replace(tzinfo=None)


def make_build_id(now: datetime, run_id: str) -> str:
    """Names a build: when (UTC) and by which run, such as `20261121T031500Z-1f0c2a9b`."""
    return f"{now:%Y%m%dT%H%M%SZ}-{run_id.replace('-', '')[:8]}"


def read_configuration(home: Home) -> tuple[Settings, Sources]:
    """Settings and sources, every fault of both reported at once.

    Raises:
        ConfigurationError: with all faults.
    """
    problems: list[str] = []
    settings, sources = None, None
    try:
        settings = read_settings(home)
    except ConfigurationError as error:
        problems += error.problems
    try:
        sources = read_sources(home)
    except ConfigurationError as error:
        problems += error.problems
    if settings is None or sources is None:
        raise ConfigurationError(problems)
    return settings, sources


def sources_if_configured(home: Home) -> Sources:
    """The installation's sources; none where there is no `sources.toml` yet, so that the graph can be looked at.

    Raises:
        ConfigurationError: there is a `sources.toml` and it is faulty.
    """
    if not home.sources_file.exists():
        return Sources.model_validate({"installation": {"name": "not configured"}})
    return read_sources(home)


def secrets(home: Home) -> list[str]:
    """The values that may stand in no log, message or alert."""
    environment = read_environment(home)
    names = list(SECRETS)
    if home.sources_file.exists():
        names += [name for name in environment if name.endswith(("_URL", "_TOKEN", "_KEY", "_PASSWORD", "_SECRET"))]
    values = {environment[name] for name in names if environment.get(name)}
    return sorted((value for value in values if len(value) >= 8), key=len, reverse=True)


def redact(text: str, home: Home) -> str:
    """A text without the installation's secrets."""
    for value in secrets(home):
        text = text.replace(value, "***")
    return text


def dbt_variables(sources: Sources) -> dict[str, str | None]:
    """What dbt's `--vars` gets from `sources.toml`."""
    return {
        "default_calendar": default_calendar_key(sources),
        "reporting_time_zone": sources.installation.reporting_time_zone,
    }


def dbt_environment(home: Home, memory_limit: str | None = None) -> dict[str, str]:
    """The variables that point `profiles.yml` and `dbt_project.yml` at this installation, and keep dbt quiet."""
    return {
        **QUIET,
        # Without each of 7,000 statements, which stand in target/run as well; writing them down takes seconds.
        "DBT_LOG_LEVEL_FILE": "info",
        "SUPPORT_METRICS_WAREHOUSE": str(home.warehouse),
        "SUPPORT_METRICS_TEMP_DIRECTORY": str(home.temp),
        "SUPPORT_METRICS_SEEDS": os.path.relpath(seeds_folder(home), PROJECT),
        "SUPPORT_METRICS_MEMORY_LIMIT": memory_limit
        or read_environment(home).get("SUPPORT_METRICS_MEMORY_LIMIT", "4GB"),
    }


def dbt_arguments(sources: Sources) -> list[str]:
    """`--vars` for dbt; the same for parsing and building, or dbt would parse everything twice."""
    return ["--vars", json.dumps(dbt_variables(sources), sort_keys=True)]


def seeds_folder(home: Home) -> Path:
    """Where dbt reads seeds: the project's own folder, or one that holds them with the installation's on top."""
    own = sorted(home.seeds.glob("*.csv")) if home.seeds.is_dir() else []
    if not own:
        return PROJECT / "seeds"
    merged = home.state / "seeds"
    merged.mkdir(parents=True, exist_ok=True, mode=0o700)
    wanted = {path.name: path for path in sorted((PROJECT / "seeds").iterdir()) if path.is_file()}
    wanted |= {path.name: path for path in own}
    for stale in merged.iterdir():
        if stale.name not in wanted:
            stale.unlink()
    for name, path in wanted.items():
        target = merged / name
        if not target.exists() or target.read_bytes() != path.read_bytes():
            shutil.copyfile(path, target)
    return merged


def forget_attempt(home: Home, settings: Settings, run_id: str, source: AnySource) -> None:
    """Take back the audit row of an earlier, failed try of the same source in the same run."""
    with connect(home.warehouse, wait_seconds=settings.lock_wait_seconds) as warehouse:
        if _has_table(warehouse, "audit", "extract_runs"):
            warehouse.execute(
                "delete from audit.extract_runs where run_id = ? and source_name = ?", [run_id, source.name]
            )
        if _has_table(warehouse, "audit", "backfills"):
            warehouse.execute("delete from audit.backfills where run_id = ? and source_name = ?", [run_id, source.name])


def begin_build(home: Home, settings: Settings) -> None:
    """Take the build's mark off the warehouse: until the build is whole again, nothing of it can be published."""
    with connect(home.warehouse, wait_seconds=settings.lock_wait_seconds) as warehouse:
        warehouse.execute("drop table if exists meta.build_info")


@dataclass(frozen=True)
class Build:
    """A finished build: its id, and the run that made it, under which its gates' results stand."""

    build_id: str
    run_id: str


def warehouse_build(home: Home, settings: Settings) -> Build:
    """The finished build that the warehouse holds.

    Raises:
        UnfinishedBuildError: there is none.
    """
    advice = "run `support-metrics run`"
    if not home.warehouse.exists():
        raise UnfinishedBuildError(f"{home.warehouse} does not exist: {advice}")
    with connect(home.warehouse, read_only=True, wait_seconds=settings.lock_wait_seconds) as warehouse:
        if not _has_table(warehouse, "meta", "build_info"):
            raise UnfinishedBuildError(f"the last build did not finish, so nothing of it can be published: {advice}")
        found = warehouse.execute("select distinct build_id, run_id from meta.build_info").fetchall()
    if len(found) != 1:
        raise UnfinishedBuildError(f"meta.build_info names {len(found)} builds instead of one: {advice}")
    return Build(*found[0])


def require_gate_two(home: Home, settings: Settings, build: Build) -> None:
    """Refuse to publish a build that gate 2 has not passed.

    Raises:
        UnfinishedBuildError: gate 2 has not looked at this build, or it blocks.
    """
    with connect(home.warehouse, read_only=True, wait_seconds=settings.lock_wait_seconds) as warehouse:
        rows = []
        if _has_table(warehouse, "audit", "gate_results"):
            rows = warehouse.execute(
                "select count(*), count(*) filter (where status = 'error' or (status = 'fail' and severity = 'critical')) "
                "from audit.gate_results where run_id = ? and gate = 2",
                [build.run_id],
            ).fetchall()
    checked, blocking = rows[0] if rows else (0, 0)
    if not checked:
        raise UnfinishedBuildError(
            "gate 2 has not looked at this build: run the job publish_marts (`support-metrics publish`)"
        )
    if blocking:
        raise UnfinishedBuildError(f"gate 2 blocks ({blocking} checks): `support-metrics status` names them")


def table_row_counts(home: Home, schema: str, settings: Settings) -> dict[str, int]:
    """Rows of each table of a schema."""
    with connect(home.warehouse, read_only=True, wait_seconds=settings.lock_wait_seconds) as warehouse:
        return dict(
            warehouse.execute(
                "select table_name, estimated_size from duckdb_tables() where schema_name = ? order by 1", [schema]
            ).fetchall()
        )


def _has_table(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    return bool(
        connection.execute(
            "select count(*) from information_schema.tables where table_schema = ? and table_name = ?", [schema, table]
        ).fetchall()[0][0]
    )
