"""`run` and `publish`: a Dagster job in this process, on the installation's own Dagster instance.

Belongs here: starting a job and telling how it went. The run is the same one that a schedule, a sensor or the UI starts,
and the UI shows it.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from orchestration.cli.demo_servers import demo_servers
from orchestration.settings import ConfigurationError, Home

LARGEST_LOG_BYTES = 5_000_000


@click.command()
@click.option("--source", metavar="NAME", help="Extract this source only, then build and publish as always.")
@click.pass_obj
def run(home: Home, source: str | None) -> int:
    """Extract, check, build, check again, publish: the job refresh_warehouse."""
    return run_job(home, f"refresh_{source}" if source else "refresh_warehouse", source)


@click.command()
@click.pass_obj
def publish(home: Home) -> int:
    """Check the finished build in the warehouse again and publish it: the job publish_marts."""
    return run_job(home, "publish_marts")


def run_job(
    home: Home,
    job_name: str,
    source: str | None = None,
    tags: dict[str, str] | None = None,
    *,
    deliver_demo: bool = False,
) -> int:
    """Execute a job, with these tags of its run; returns the exit code.

    In a demo's installation the stand-ins of its systems run beside the job; with `deliver_demo` they write the world's files
    first.

    Raises:
        ConfigurationError: before anything is touched.
    """
    from orchestration.dbt_manifest import parse_meanwhile
    from orchestration.installing import prepare_dagster
    from orchestration.pipeline import read_configuration

    began = time.monotonic()
    _, sources = read_configuration(home)
    if source is not None and source not in [known.name for known in sources.sources]:
        names = ", ".join(known.name for known in sources.sources) or "none"
        raise ConfigurationError([f"no source is named {source}; there are: {names}"])
    home.make_folders()
    prepare_dagster(home)
    os.environ.update({"SUPPORT_METRICS_HOME": str(home.path), "DAGSTER_HOME": str(home.dagster)})
    tagged = f" --tags '{json.dumps(tags)}'" if tags else ""
    click.echo(
        f"$ dagster job execute -m orchestration.definitions -j {job_name}{tagged}    # DAGSTER_HOME={home.dagster}"
    )
    with demo_servers(home, job_name, deliver=deliver_demo) as wait_for_demo:
        parse_meanwhile(home, sources)  # beside the imports, which take as long
        return _execute(home, job_name, tags, began, wait_for_demo)


def _execute(
    home: Home, job_name: str, tags: dict[str, str] | None, began: float, wait_for_demo: Callable[[], None]
) -> int:
    from orchestration.warm_processes import collecting_no_garbage

    with collecting_no_garbage():
        from orchestration.definitions import defs

        job = defs.resolve_job_def(job_name)
    from dagster import DagsterInstance

    from orchestration.jobs import CONFIG
    from orchestration.progress import CONSOLE
    from orchestration.resources import end_dead_runs

    with DagsterInstance.get() as instance:
        for run_id in end_dead_runs(instance):
            click.echo(f"run {run_id[:8]} had been killed; it is marked as failed")
        wait_for_demo()
        with _other_output_to_log(home):
            # Who starts a run by hand sees how it ends: Dagster's daemon need not try again.
            all_tags = {"dagster/max_retries": "0", **(tags or {})}
            # A partitioned job does not take its own configuration along.
            result = job.execute_in_process(run_config=CONFIG, instance=instance, raise_on_error=False, tags=all_tags)
        seconds = time.monotonic() - began
        if result.success:
            click.echo(f"run {result.run_id[:8]} succeeded in {seconds:.1f} s")
            return 0
        return _tell_failure(home, job_name, result, seconds, CONSOLE)


@contextmanager
def _other_output_to_log(home: Home) -> Iterator[None]:
    """Progress to the terminal; everything else that prints (dbt, dlt, Great Expectations) to logs/run.log."""
    from orchestration.progress import CONSOLE

    path = home.logs / "run.log"
    if path.exists() and path.stat().st_size > LARGEST_LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    sys.stdout.flush()
    sys.stderr.flush()
    terminal = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="replace")
    kept = os.dup(1), os.dup(2)
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    CONSOLE.use(terminal)
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for descriptor, number in zip(kept, (1, 2), strict=True):
            os.dup2(descriptor, number)
            os.close(descriptor)
        os.close(log)


def _tell_failure(home: Home, job_name: str, result: Any, seconds: float, console: Any) -> int:
    from orchestration.alerts import send_alert
    from orchestration.publish import Layout
    from orchestration.publish.manifest import read_manifest
    from orchestration.sensors import alert_about

    failures = [event for event in result.all_events if event.is_failure]
    reasons = [event for event in failures if event.step_key is not None]
    if not reasons:
        console.line(f"FAILED {_cause(failures)}")
    for line in send_alert(home, alert_about(job_name, result.run_id, failures)):
        console.line(line)
    current = read_manifest(Layout(home.published).manifest)
    kept = f"readers keep build {current.build_id}" if current else "nothing has been published yet"
    click.echo(
        f"run {result.run_id[:8]} failed after {seconds:.1f} s; {kept}. "
        "Next: what stands after FAILED; `support-metrics status` repeats it, logs/run.log has all output",
        err=True,
    )
    return 1


def _cause(failures: list[Any]) -> str:
    """Why a run failed before its first step."""
    from orchestration.progress import bare_message, innermost

    errors = [getattr(event.event_specific_data, "error", None) for event in failures]
    return next((bare_message(innermost(error)) for error in errors if error is not None), "the run could not start")
