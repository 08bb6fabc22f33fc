"""Versions get into raw once each, however many pieces they go in."""

from datetime import datetime

import duckdb
import pytest

from orchestration.extract import audit, load
from orchestration.extract.load import LoadError, load_versions


def versions(connection: duckdb.DuckDBPyConnection, name: str, count: int) -> str:
    connection.execute(
        f"create or replace temp table {name} as select 'k' || i || ':1' as _row_id, 'k' || i as _key_hash, i as _row_hash, "
        "1::bigint as _version_number, false as _is_deleted, 's' as _source, 'f' as _file_name, i as _row_number, "
        f"'run' as _run_id, timestamp '{datetime(2026, 1, 1)}' as _seen_at, 'v' || i as value from range({count}) as t(i)"
    )
    return name


@pytest.fixture
def warehouse(tmp_path):
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        audit.create_tables(connection)
        yield connection


def test_tables_of_several_pieces_each_lose_nothing(warehouse, tmp_path, monkeypatch):
    monkeypatch.setattr(load, "ROW_GROUP_ROWS", 2048)
    counts = {"a": 9500, "b": 3200, "c": 1}
    tables = {name: versions(warehouse, f"versions_{name}", count) for name, count in counts.items()}
    load_versions("shop", tables, warehouse, tmp_path / "dlt")
    for name, count in counts.items():
        found = warehouse.execute(f"select count(*), count(distinct value) from raw_shop.{name}").fetchall()
        assert found == [(count, count)], name


def test_a_load_that_lost_rows_fails(warehouse, tmp_path, monkeypatch):
    whole = load._one_file

    def of_fewer(connection, table, file):
        connection.execute(f"create or replace temp table fewer as select * from {table} limit 200")
        yield from whole(connection, "fewer", file)

    monkeypatch.setattr(load, "_one_file", of_fewer)
    tables = {"a": versions(warehouse, "versions_a", 250)}
    with pytest.raises(LoadError, match="table a: 250 row versions were to be loaded and 200 were"):
        load_versions("shop", tables, warehouse, tmp_path / "dlt")
