"""Twenty readers open the published file all through ten publishes: no error, never a mixture, always forward."""

import json
import subprocess
import sys
import time
from pathlib import Path

import duckdb

from orchestration.publish import publish, rollback, verify

READERS = 20
PUBLISHES = 10
TABLES = ("core.first", "direct.second", "drivers.third")


def build_warehouse(folder: Path, number: int) -> Path:
    file = folder / f"warehouse_{number}.duckdb"
    connection = duckdb.connect(str(file))
    for schema in ("core", "direct", "drivers", "meta"):
        connection.execute(f"create schema {schema}")
    connection.execute(f"create table meta.build_info as select 'build-{number}' as build_id, {number} as build_number")
    for table in TABLES:
        connection.execute(
            f"create table {table} as select range as row_number, {number} as build_number from range(2000)"
        )
    for schema, table, column in connection.execute(
        "select schema_name, table_name, column_name from duckdb_columns() where not internal"
    ).fetchall():
        connection.execute(f"comment on table {schema}.{table} is 'One row per test row.'")
        connection.execute(f"comment on column {schema}.{table}.{column} is 'A test column.'")
    connection.close()
    return file


def test_readers_never_see_an_error_or_a_mixture(tmp_path: Path) -> None:
    published, stop = tmp_path / "published", tmp_path / "stop"
    warehouses = [build_warehouse(tmp_path, number) for number in range(PUBLISHES + 1)]
    file = publish(warehouses[0], published, build_id="build-0", keep=3).file
    script = Path(__file__).with_name("published_file_reader.py")
    readers = [
        subprocess.Popen([sys.executable, str(script), str(file), str(stop)], stdout=subprocess.PIPE, text=True)
        for _ in range(READERS)
    ]
    # This one holds the first build open the whole time.
    holder = duckdb.connect(str(file), read_only=True)
    try:
        for reader in readers:
            assert reader.stdout is not None
            assert reader.stdout.readline() == "reading\n"
        for number in range(1, PUBLISHES + 1):
            publish(warehouses[number], published, build_id=f"build-{number}", keep=3)
            time.sleep(0.3)
        assert holder.execute("select distinct build_number from core.first").fetchall() == [(0,)]
        rollback(published)
    finally:
        holder.close()
        stop.touch()
        reports = [json.loads(reader.communicate(timeout=60)[0].splitlines()[-1]) for reader in readers]
    assert [report["errors"] for report in reports] == [[]] * READERS
    assert [report["mixtures"] for report in reports] == [[]] * READERS
    for report in reports:
        forward = [number for number in report["seen"] if number != PUBLISHES - 1]
        assert forward == sorted(forward)
    # Every publish was read by somebody while it was current.
    assert {number for report in reports for number in report["seen"]} >= set(range(1, PUBLISHES))
    assert sum(report["opened"] for report in reports) > READERS * 5
    assert verify(published).build_id == f"build-{PUBLISHES - 1}"
