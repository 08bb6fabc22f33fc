"""A vendor's window closes: told in time, told when it has, told once, and never of a source that is merely quiet."""

import json
from datetime import datetime, timedelta

import dagster as dg
import duckdb
import pytest

from orchestration.assets.raw import tell_of_closing_window
from orchestration.extract import audit
from orchestration.freshness import Freshness, source_freshness
from orchestration.pipeline import utc_now
from orchestration.sensors import closing_windows_sensor
from orchestration.sources import Sources
from orchestration.warehouse import connect

NOW = datetime(2026, 11, 21, 12)
SOURCES = Sources.model_validate(
    {"installation": {"name": "t"}, "sources": [{"name": "pp", "kind": "paypal"}, {"name": "desk", "kind": "files"}]}
)


def was_read(connection, days_ago, status="unchanged", run_id=None, now=NOW):
    at = now - timedelta(days=days_ago)
    row = {"run_id": run_id or f"r{days_ago}", "source_name": "pp", "status": status, "message": "no route"}
    audit.append(connection, "extract_runs", [{**row, "started_at": at, "finished_at": at}])


@pytest.fixture
def warehouse():
    with duckdb.connect() as connection:
        audit.create_tables(connection)
        yield connection


def paypal(connection) -> Freshness:
    return source_freshness(connection, SOURCES, NOW)[0]


def test_a_quiet_source_that_is_read_loses_nothing(warehouse):
    for days in (400, 200, 89):
        was_read(warehouse, days)
    fresh = paypal(warehouse)
    assert fresh.is_fresh
    assert fresh.description == "unchanged"


def test_half_of_the_window_is_left_to_mend_things(warehouse):
    was_read(warehouse, 91, "loaded")
    was_read(warehouse, 1, "stale")
    fresh = paypal(warehouse)
    assert not fresh.is_fresh
    assert fresh.description == (
        "no route; last read 2026-08-22 12:00 UTC, and the vendor serves 180 days: what changed since is lost from "
        "2027-02-18 12:00 UTC on"
    )


def test_a_closed_window_names_what_is_lost(warehouse):
    was_read(warehouse, 200)
    assert paypal(warehouse).description.endswith(
        "the vendor serves 180 days: what changed between 2026-05-05 12:00 and 2026-05-25 12:00 UTC can no longer be had"
    )


def test_a_backfill_does_not_keep_a_window_open(warehouse):
    was_read(warehouse, 200)
    was_read(warehouse, 1, "loaded", "again")
    row = {"run_id": "again", "source_name": "pp", "window_begin_at": NOW, "window_end_at": NOW}
    audit.append(warehouse, "backfills", [row])
    assert paypal(warehouse).window.is_closed


def test_a_source_that_was_never_read_has_no_window_yet(warehouse):
    assert paypal(warehouse).window is None
    assert source_freshness(warehouse, SOURCES, NOW)[1].window is None


def test_it_is_told_once_when_it_closes_and_once_when_it_has(warehouse, home):
    was_read(warehouse, 100)
    told = []
    for days_later in (0, 1, 2, 81, 90):
        fresh = source_freshness(warehouse, SOURCES, NOW + timedelta(days=days_later))[0]
        tell_of_closing_window(home, fresh, told.append)
    alerts = [json.loads(line) for line in (home.logs / "alerts.log").read_text().splitlines()]
    assert [alert["problem"].split(": ")[0] for alert in alerts] == ["source pp", "source pp"]
    assert "is lost from" in alerts[0]["problem"]
    assert "can no longer be had" in alerts[1]["problem"]
    assert alerts[0]["next_step"].endswith("`support-metrics run --source pp`")
    assert len(told) == 5 + 2  # the log says it at every run


def test_dagster_looks_where_no_run_is_started(home, monkeypatch):
    monkeypatch.setenv("SUPPORT_METRICS_HOME", str(home.path))
    monkeypatch.setenv("PAYPAL_CLIENT_ID", "id")
    monkeypatch.setenv("PAYPAL_CLIENT_SECRET", "a secret of tests")
    home.sources_file.write_text('[installation]\nname = "t"\n[[sources]]\nname = "pp"\nkind = "paypal"\n')
    with dg.build_sensor_context() as context:
        assert closing_windows_sensor(context).skip_message == "nothing was ever read"
        with connect(home.warehouse) as connection:
            audit.create_tables(connection)
            was_read(connection, 1, now=utc_now())
        assert closing_windows_sensor(context).skip_message == "no window is closing"
        with connect(home.warehouse) as connection:
            connection.execute("update audit.extract_runs set started_at = started_at - interval 170 days")
        assert "is lost from" in closing_windows_sensor(context).skip_message
    assert "retention window" in (home.logs / "alerts.log").read_text()
