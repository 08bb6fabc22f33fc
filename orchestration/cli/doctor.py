"""`doctor`: is this machine, this environment and this home fit to run?"""

import os
import shutil
import stat
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click

from orchestration.settings import QUIET, Home

PACKAGES = ("dagster", "dagster-dbt", "dbt-core", "dbt-duckdb", "dlt", "duckdb", "great-expectations", "dbt-charts")
OPTIONAL = {"dbt-charts": "boards are not drawn (pip install 'support-metrics[boards]')"}
SMALLEST_FREE_GIGABYTES = 2

Finding = tuple[str, str]


@click.command()
@click.pass_obj
def doctor(home: Home) -> int:
    """Check Python and packages, disk, modes, settings, telemetry switches, and who holds the warehouse."""
    findings = [*_software(), *_switches(), *_home(home), *_time_zones(home)]
    for verdict, text in findings:
        click.echo(f"{verdict:<5} {text}")
    wrong = sum(verdict == "WRONG" for verdict, _ in findings)
    click.echo(f"{wrong} to mend" if wrong else "fit to run")
    return 1 if wrong else 0


def _software() -> Iterator[Finding]:
    python = ".".join(map(str, sys.version_info[:3]))
    fits = (3, 11) <= sys.version_info[:2] < (3, 14)
    yield ("ok" if fits else "WRONG", f"Python {python}" + ("" if fits else ": 3.11 to 3.13 are supported"))
    for name in PACKAGES:
        try:
            yield "ok", f"{name} {version(name)}"
        except PackageNotFoundError:
            if name in OPTIONAL:
                yield "note", f"{name} is not installed: {OPTIONAL[name]}"
            else:
                yield "WRONG", f"{name} is not installed: run `make setup`"
    dbt = Path(sys.executable).parent / "dbt"
    yield ("ok", f"dbt is {dbt}") if dbt.exists() else ("WRONG", f"{dbt} does not exist: run `make setup`")


def _switches() -> Iterator[Finding]:
    off = all(os.environ.get(name) == value for name, value in QUIET.items())
    yield ("ok", f"telemetry is off ({', '.join(QUIET)})") if off else ("WRONG", "telemetry is not switched off")


def _home(home: Home) -> Iterator[Finding]:
    from orchestration.pipeline import read_configuration
    from orchestration.settings import ConfigurationError

    yield "ok", f"home is {home.path}"
    if not home.sources_file.exists():
        yield (
            "WRONG",
            f"{home.sources_file} does not exist: run `support-metrics init {home.path}` or `support-metrics demo`",
        )
        return
    try:
        settings, sources = read_configuration(home)
        yield (
            "ok",
            f"settings and sources.toml are sound: {len(sources.sources)} sources, memory {settings.memory_limit}",
        )
    except ConfigurationError as error:
        yield from (("WRONG", problem) for problem in error.problems)
    free = shutil.disk_usage(home.path).free / 1e9
    enough = free >= SMALLEST_FREE_GIGABYTES
    yield (
        "ok" if enough else "WRONG",
        f"{free:,.1f} GB free" + ("" if enough else f": {SMALLEST_FREE_GIGABYTES} GB are needed"),
    )
    yield from _modes(home)
    yield from _dagster(home)
    yield _holder(home)


def _modes(home: Home) -> Iterator[Finding]:
    for path in (home.path / ".env", home.warehouse.parent, home.state, home.logs):
        if not path.exists():
            continue
        if not os.access(path, os.W_OK):
            yield "WRONG", f"{path} cannot be written to by this user"
        elif stat.S_IMODE(path.stat().st_mode) & 0o077:
            wanted = "600" if path.is_file() else "700"
            yield "WRONG", f"{path} can be read by others: chmod {wanted} {path}"
        else:
            yield "ok", f"{path} is its owner's alone"


def _dagster(home: Home) -> Iterator[Finding]:
    import yaml

    path = home.dagster / "dagster.yaml"
    if not path.exists():
        yield "note", f"{path} is written by the next run"
        return
    settings = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    if settings.get("telemetry", {}).get("enabled") is False:
        yield "ok", f"{path}: telemetry off"
    else:
        yield "WRONG", f"{path}: telemetry is not switched off; take the file away, the next run writes it anew"
    if not settings.get("run_monitoring", {}).get("max_runtime_seconds"):
        yield (
            "WRONG",
            f"{path}: run_monitoring.max_runtime_seconds is missing: a killed run would hold its place for ever",
        )


def _holder(home: Home) -> Finding:
    from orchestration.warehouse import WarehouseLockedError, connect

    if not home.warehouse.exists():
        return "note", "there is no warehouse yet"
    try:
        connect(home.warehouse, read_only=True, wait_seconds=0).close()
    except WarehouseLockedError as error:
        return "note", str(error).split("; waited")[0]
    return "ok", "nobody holds the warehouse"


def _time_zones(home: Home) -> Iterator[Finding]:
    import csv
    from datetime import UTC, datetime, timedelta

    import duckdb

    from orchestration.pipeline import read_configuration
    from orchestration.settings import ConfigurationError
    from orchestration.time_zone_rules import declared_zones, disagreements

    try:
        _, sources = read_configuration(home)
    except (ConfigurationError, csv.Error):
        return  # reported with the home
    today = datetime.now(UTC).date()
    with duckdb.connect() as connection:
        found = disagreements(
            connection, declared_zones(sources, home), today - timedelta(days=730), today + timedelta(days=365)
        )
    for item in found:
        yield (
            "note",
            f"DuckDB's rules for {item.time_zone} are not the current ones from {item.first_date} on: "
            f"local times there are {item.difference_seconds / 3600:+.1f} h off until a newer DuckDB knows better",
        )
    if not found:
        yield "ok", "DuckDB's time-zone rules are the current ones for the zones in use"
