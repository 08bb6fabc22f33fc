from datetime import UTC, datetime, timedelta

import dagster as dg
import yaml
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage

from orchestration.event_log import OpenEventLog
from orchestration.installing import template
from orchestration.schedules import refresh_warehouse_nightly


def tick(at):
    context = dg.build_schedule_context(scheduled_execution_time=at)
    return refresh_warehouse_nightly(context)


def test_the_night_begins_one_run_a_day_and_says_why_then():
    assert isinstance(tick(datetime.now(UTC)), dg.RunRequest)
    assert refresh_warehouse_nightly.execution_timezone == "UTC"
    assert refresh_warehouse_nightly.default_status is dg.DefaultScheduleStatus.RUNNING
    assert refresh_warehouse_nightly.description.startswith("03:30 UTC: ")


def test_nights_that_were_missed_are_not_made_up_for():
    assert isinstance(tick(datetime.now(UTC) - timedelta(days=2)), dg.SkipReason)


@dg.asset
def thing() -> None: ...


def test_the_event_log_is_dagsters_own_only_quicker(tmp_path, monkeypatch):
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    (tmp_path / "dagster.yaml").write_text(template("dagster.yaml"))
    with dg.DagsterInstance.get() as instance:
        assert isinstance(instance.event_log_storage, OpenEventLog)
        result = dg.materialize([thing], instance=instance)
        written = [event.dagster_event_type for event in instance.all_logs(result.run_id) if event.dagster_event]
        assert len(instance.event_log_storage._open) <= 4
    assert written[-1] is dg.DagsterEventType.RUN_SUCCESS
    plain = SqliteEventLogStorage(str(tmp_path / "history" / "runs"))
    assert len(plain.get_logs_for_run(result.run_id)) >= len(written)
    assert plain.get_latest_materialization_events([thing.key])[thing.key] is not None
    plain.dispose()


def test_only_as_many_databases_stay_open_as_are_needed(tmp_path):
    log = OpenEventLog(str(tmp_path))
    for number in range(9):
        with log.run_connection(f"run-{number}"):
            pass
    assert len(log._open) == 4
    log.dispose()
    assert len(log._open) == 0


def test_dagster_is_told_to_keep_one_run_at_a_time_and_to_end_long_ones():
    settings = yaml.safe_load(template("dagster.yaml"))
    assert settings["telemetry"]["enabled"] is False
    assert settings["concurrency"]["runs"]["max_concurrent_runs"] == 1
    assert settings["concurrency"]["pools"] == {"default_limit": 1, "granularity": "run"}
    monitoring = settings["run_monitoring"]
    assert monitoring["enabled"]
    assert monitoring["max_runtime_seconds"] > monitoring["free_slots_after_run_end_seconds"] > 0
    assert settings["run_retries"]["retry_on_asset_or_op_failure"] is False
