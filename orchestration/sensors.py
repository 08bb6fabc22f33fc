"""What runs because something happened: files landed, a run failed, a run's process died, a vendor's window closes.

Belongs here: looking and asking for runs. How new files are told is in `orchestration.landed_files`, how people are told
of a failure in `orchestration.alerts`.
"""

from collections.abc import Iterable
from typing import Any

import dagster as dg

from orchestration.alerts import Alert, send_alert
from orchestration.assets.raw import tell_of_closing_window
from orchestration.freshness import source_freshness
from orchestration.jobs import REFRESH
from orchestration.landed_files import decide, list_landed
from orchestration.pipeline import utc_now
from orchestration.progress import bare_message, innermost
from orchestration.resources import end_dead_runs
from orchestration.settings import find_home
from orchestration.sources import read_sources
from orchestration.warehouse import WarehouseLockedError, connect


@dg.sensor(
    name="landed_files_sensor",
    job_name=REFRESH,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Starts refresh_warehouse once for each set of files that is new in the landing folders and whole.",
)
def landed_files_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Look at the landing folders; a set that two looks find the same is loaded."""
    home = find_home()
    if not home.sources_file.exists():
        return dg.SkipReason(f"{home.sources_file} does not exist: run `support-metrics init {home.path}`")
    published = home.published_file.stat().st_mtime_ns if home.published_file.exists() else None
    decision = decide(context.cursor, list_landed(home, read_sources(home)), published)
    if decision.run_key is None:
        context.update_cursor(decision.cursor)
        return dg.SkipReason(decision.reason)
    return dg.SensorResult(
        run_requests=[dg.RunRequest(run_key=decision.run_key, tags={"support_metrics/because": decision.reason[:200]})],
        cursor=decision.cursor,
    )


@dg.sensor(
    name="dead_runs_sensor",
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Ends runs whose process was killed, so that the next one does not wait for them for hours.",
)
def dead_runs_sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Starts nothing: a run that it ends is seen by the failure alert."""
    ended = end_dead_runs(context.instance)
    return dg.SkipReason(f"ended {', '.join(ended)}" if ended else "every run that has begun is alive")


@dg.sensor(
    name="closing_windows_sensor",
    minimum_interval_seconds=6 * 3600,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Warns, once, before a vendor no longer serves what a source has not read: also where no run is started.",
)
def closing_windows_sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Starts nothing: it looks at when each vendor's system was last read, and tells people."""
    home = find_home()
    if not (home.sources_file.exists() and home.warehouse.exists()):
        return dg.SkipReason("nothing was ever read")
    try:
        with connect(home.warehouse, read_only=True, wait_seconds=0) as warehouse:
            found = source_freshness(warehouse, read_sources(home), utc_now())
    except WarehouseLockedError:
        return dg.SkipReason("a run is going on, which looks for itself")
    closing = [fresh for fresh in found if fresh.window is not None and fresh.window.is_closing]
    for fresh in closing:
        tell_of_closing_window(home, fresh, context.log.warning)
    return dg.SkipReason("; ".join(fresh.description for fresh in closing) or "no window is closing")


@dg.run_failure_sensor(
    name="run_failure_alert",
    monitor_all_code_locations=True,  # else runs that were started from the command line go unnoticed
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=30,
    description="Writes every failed run to logs/alerts.log, and to the webhook when one is configured.",
)
def run_failure_alert(context: dg.RunFailureSensorContext) -> None:
    """Tell people that a run failed."""
    events = [*context.get_step_failure_events(), context.failure_event]
    alert = alert_about(context.dagster_run.job_name, context.dagster_run.run_id, events)
    for line in send_alert(find_home(), alert):
        context.log.info(line)


# Errors that end a run before its first step, whose messages are ours and hold no value of a row.
_OWN_ERRORS = ("ConfigurationError", "RunInProgressError", "SuiteError", "DbtParseError")


def alert_about(job_name: str, run_id: str, events: Iterable[Any]) -> Alert:
    """The alert for a failed run, from its failure events: our own words where there are some, else the kind of error."""
    step, problem = "start", "the run failed before its first step"
    for event in events:
        data = event.event_specific_data
        failure = getattr(data, "user_failure_data", None)
        if failure is not None and "alert" in failure.metadata:
            return Alert(job_name, run_id, event.step_key, str(failure.metadata["alert"].value))
        error = getattr(data, "error", None)
        if event.step_key is not None:
            step = event.step_key
        elif event.message:
            problem = str(event.message)  # Dagster's words about the run as a whole: killed, too long, cancelled
        if error is not None:
            cause = innermost(error)
            problem = f"{step} failed ({cause.cls_name}); the run's log has the details"
            if cause.cls_name in _OWN_ERRORS:
                problem = bare_message(cause)
            break
    return Alert(job_name, run_id, step, problem)
