from datetime import datetime, timedelta

import duckdb
import pytest

from orchestration.extract import audit
from orchestration.freshness import source_freshness

NOW = datetime(2026, 11, 21, 12)


@pytest.fixture
def warehouse():
    with duckdb.connect() as connection:
        audit.create_tables(connection)
        yield connection


def was_read(connection, source, status, hours_ago, message=""):
    at = NOW - timedelta(hours=hours_ago)
    row = {"run_id": "r", "source_name": source, "status": status, "message": message}
    audit.append(connection, "extract_runs", [{**row, "started_at": at, "finished_at": at}])


def delivered(connection, source, hours_ago):
    row = dict.fromkeys(column.split()[0] for column in audit.TABLES["files"].split(", "))
    row |= {"source_name": source, "loaded_at": NOW - timedelta(hours=hours_ago)}
    audit.append(connection, "files", [row])


def desk(connection, sources):
    return source_freshness(connection, sources, NOW)[0]


def test_a_source_on_time(warehouse, sources):
    was_read(warehouse, "desk", "unchanged", 1)
    delivered(warehouse, "desk", 20)
    fresh = desk(warehouse, sources)
    assert (fresh.is_fresh, fresh.description) == (True, "on time")
    assert fresh.last_delivered_at == NOW - timedelta(hours=20)


def test_reading_a_folder_often_does_not_make_its_files_newer(warehouse, sources):
    was_read(warehouse, "desk", "unchanged", 1)
    delivered(warehouse, "desk", 30)
    fresh = desk(warehouse, sources)
    assert fresh.is_late
    assert fresh.description == "late: expected every 24 hours, last delivery 2026-11-20 06:00 UTC"


def test_the_last_reading_decides(warehouse, sources):
    was_read(warehouse, "desk", "loaded", 5)
    was_read(warehouse, "desk", "stale", 1, "the landing folder is not there")
    delivered(warehouse, "desk", 5)
    fresh = desk(warehouse, sources)
    assert not fresh.is_fresh
    assert fresh.description == "the landing folder is not there"


def test_before_the_first_run_nothing_is_known(sources):
    with duckdb.connect() as empty:
        fresh = desk(empty, sources)
    assert (fresh.status, fresh.is_late) == ("never read", True)


def test_a_source_without_expectation_is_never_late(warehouse, sources):
    was_read(warehouse, "shop", "unchanged", 1)
    shop = source_freshness(warehouse, sources, NOW)[1]
    assert shop.is_fresh
