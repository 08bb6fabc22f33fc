"""What every step needs: the installation it works on, dbt, and one way to fail well.

Belongs here: Dagster resources, the wrapper around each step, and the end of runs whose process is gone. What a step
does stands in `orchestration.assets` and `orchestration.checks`.
"""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliResource
from packaging.version import Version, parse
from pydantic import PrivateAttr

from orchestration import journal
from orchestration.dbt_manifest import dbt_executable
from orchestration.extract.load import LoadError
from orchestration.extract.mapping import MappingError
from orchestration.pipeline import UnfinishedBuildError, read_configuration, redact
from orchestration.publish import PublishBusyError, PublishError
from orchestration.run_lock import hold_run_lock
from orchestration.run_processes import RunProcesses
from orchestration.settings import PROJECT, ConfigurationError, Home, Settings
from orchestration.sources import Sources
from orchestration.warehouse import WarehouseLockedError
from orchestration.warm_processes import ProcessDiedError

WRITER_POOL = "duckdb_writer"
PROCESS_TAG = "support_metrics/process"
MOST_RETRIES = 2
RETRY_AFTER_SECONDS = 10

# Our own messages about these hold no value of a row, so an alert may carry them.
_SAFE = (ConfigurationError, ProcessDiedError, PublishError, UnfinishedBuildError, WarehouseLockedError)
_EXPECTED = (*_SAFE, LoadError, MappingError)


class Installation(dg.ConfigurableResource):
    """One installation during one run: its settings and sources read once, its warehouse held for the run."""

    home_path: str
    _settings: Settings | None = PrivateAttr(default=None)
    _sources: Sources | None = PrivateAttr(default=None)
    _processes: RunProcesses | None = PrivateAttr(default=None)

    @property
    def home(self) -> Home:
        """The folder that holds everything."""
        return Home(Path(self.home_path))

    @property
    def settings(self) -> Settings:
        """Its switches and secrets."""
        if self._settings is None:
            raise ConfigurationError(["the installation's settings are read when a run begins"])
        return self._settings

    @property
    def sources(self) -> Sources:
        """What `sources.toml` says at the beginning of this run."""
        if self._sources is None:
            raise ConfigurationError(["the installation's sources are read when a run begins"])
        return self._sources

    @property
    def processes(self) -> RunProcesses:
        """What gets ready beside the steps of this run."""
        if self._processes is None:
            raise ConfigurationError(["the installation's processes are there during a run"])
        return self._processes

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["Installation"]:
        """Read the whole configuration before anything is touched, then hold the warehouse until the run ends."""
        os.umask(0o077)
        self._settings, self._sources = read_configuration(self.home)
        self.home.make_folders()
        run_id = context.run_id or "no run"
        if context.instance is not None and context.run is not None:
            context.instance.add_run_tags(run_id, {PROCESS_TAG: f"{socket.gethostname()}:{os.getpid()}"})
        tell = context.log.info if context.log else print
        with hold_run_lock(self.home, run_id, self._settings.lock_wait_seconds, on_wait=tell):
            job_name = context.run.job_name if context.run else ""
            journal.begin(self.home, run_id, job_name)
            self._processes = RunProcesses(self.home, self._settings, self._sources, job_name)
            self._processes.prepare_gates()
            try:
                yield self
            finally:
                self._processes.close()
                journal.end(self.home, run_id)


class QuietDbt(DbtCliResource):
    """dbt as Dagster's own resource runs it, without the two things it does first that nobody here needs."""

    @property
    def version(self) -> Version:
        """dbt's own."""
        return self._cli_version

    @property
    def _cli_version(self) -> Version:
        # Dagster asks `dbt --version`, which looks for a newer version on the internet.
        return parse(version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Any) -> None:  # noqa: ARG002  # Dagster's signature
        # An adapter in this process would serve only row counts and column metadata, and costs seconds.
        return None


def dbt_resource() -> QuietDbt:
    """The project's dbt."""
    return QuietDbt(project_dir=str(PROJECT), profiles_dir=str(PROJECT), dbt_executable=dbt_executable())


@dataclass
class Report:
    """What a step says of itself when it is done: one line, and the native command if there was one."""

    summary: str = "done"


@contextmanager
def step(context: Any, installation: Installation, title: str) -> Iterator[Report]:
    """Around the work of one step: a line with what it did and how long, or a failure that says why in one line.

    A file held elsewhere is tried again, a few times; nothing else is, for it would fail in the same way. No secret and
    no stack of an expected error gets into Dagster's log.
    """
    home, run_id = installation.home, context.run.run_id
    began = time.monotonic()
    journal.enter(home, run_id, title)
    report = Report()
    try:
        yield report
    except (WarehouseLockedError, PublishBusyError) as error:
        if context.retry_number < MOST_RETRIES:
            context.log.warning(f"{title}: {error} Trying again in {RETRY_AFTER_SECONDS} s.")
            raise dg.RetryRequested(MOST_RETRIES, RETRY_AFTER_SECONDS) from error
        raise stop(installation, run_id, title, str(error), alert=str(error)) from None
    except _EXPECTED as error:
        alert = str(error) if isinstance(error, _SAFE) else f"{title} failed ({type(error).__name__})"
        raise stop(installation, run_id, title, str(error), alert=alert) from None
    except (GeneratorExit, dg.RetryRequested):
        raise
    except dg.Failure as failure:
        journal.fail(home, run_id, title, str(failure.description))
        raise
    except BaseException as error:
        message = f"{type(error).__name__}: {error}"
        journal.fail(home, run_id, title, redact(message, home))
        if redact(message, home) != message:
            raise dg.Failure(redact(message, home), allow_retries=False) from None
        raise
    context.log.info(f"{title}: {report.summary} ({time.monotonic() - began:.1f} s)")


def stop(installation: Installation, run_id: str, title: str, message: str, *, alert: str) -> dg.Failure:
    """The failure that ends a run: `message` for the log, `alert` for people outside, which holds no row's value."""
    text = redact(message, installation.home)
    journal.fail(installation.home, run_id, title, text)
    return dg.Failure(text, metadata={"alert": alert}, allow_retries=False)


def end_dead_runs(instance: dg.DagsterInstance) -> list[str]:
    """End runs whose process on this machine is gone, so that their place in the queue is free again.

    Returns:
        their ids.
    """
    unfinished = [
        dg.DagsterRunStatus.STARTED,
        dg.DagsterRunStatus.CANCELING,
    ]
    ended = []
    for run in instance.get_runs(dg.RunsFilter(statuses=unfinished)):
        host, _, process_id = run.tags.get(PROCESS_TAG, "").rpartition(":")
        if host != socket.gethostname() or journal.is_alive(int(process_id)):
            continue
        instance.report_run_failed(
            run, f"The run's process {process_id} is gone; what was published before is untouched."
        )
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
        ended.append(run.run_id)
    return ended
