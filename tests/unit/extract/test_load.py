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
    """Pieces of several tables are taken in turn: each must go on where it stopped."""
    monkeypatch.setattr(load, "BATCH_ROWS", 100)
    tables = {
        name: versions(warehouse, f"versions_{name}", count) for name, count in (("a", 950), ("b", 320), ("c", 100))
    }
    load_versions("shop", tables, warehouse, tmp_path / "dlt")
    for name, count in (("a", 950), ("b", 320), ("c", 100)):
        found = warehouse.execute(f"select count(*), count(distinct value) from raw_shop.{name}").fetchall()
        assert found == [(count, count)], name


def test_a_load_that_lost_rows_fails(warehouse, tmp_path, monkeypatch):
    whole = load._batches

    def all_but_the_last(connection, table):
        yield from list(whole(connection, table))[:-1]

    monkeypatch.setattr(load, "BATCH_ROWS", 100)
    monkeypatch.setattr(load, "_batches", all_but_the_last)
    tables = {"a": versions(warehouse, "versions_a", 250)}
    with pytest.raises(LoadError, match="table a: 250 row versions were to be loaded and 200 were"):
        load_versions("shop", tables, warehouse, tmp_path / "dlt")
