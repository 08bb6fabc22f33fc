"""How steps fail, what an alert says of it, and what becomes of runs whose process is gone."""

import os
import socket
import subprocess
import sys

import dagster as dg
import pytest

from orchestration import journal, resources
from orchestration.extract.mapping import MappingError
from orchestration.progress import CONSOLE, console_logger
from orchestration.resources import PROCESS_TAG, Installation, end_dead_runs, step, stop
from orchestration.sensors import alert_about
from orchestration.settings import ConfigurationError
from orchestration.warehouse import WarehouseLockedError


class Lines:
    def __init__(self):
        self.text = ""

    def write(self, text):
        self.text += text

    def flush(self):
        pass

    def isatty(self):
        return False


@pytest.fixture
def console(monkeypatch):
    lines = Lines()
    monkeypatch.setattr(CONSOLE, "_stream", lines)
    return lines


@pytest.fixture
def run(home, console, monkeypatch):
    """Execute one asset whose step does `work`; returns the result."""
    monkeypatch.setattr(resources, "RETRY_AFTER_SECONDS", 0)

    def execute(work):
        @dg.asset
        def thing(context: dg.AssetExecutionContext, installation: Installation) -> None:
            with step(context, installation, "do the work") as report:
                report.summary = work(context, installation)

        defs = dg.Definitions(
            assets=[thing],
            jobs=[dg.define_asset_job("job", config={"loggers": {"console": {}}})],
            resources={"installation": Installation(home_path=str(home.path))},
            loggers={"console": console_logger},
        )
        return defs.resolve_job_def("job").execute_in_process(
            instance=dg.DagsterInstance.ephemeral(), raise_on_error=False
        )

    return execute


def failing(error):
    def work(*_):
        raise error

    return work


def alert_of(result):
    return alert_about("job", result.run_id, [event for event in result.all_events if event.is_failure])


def test_a_step_says_what_it_did_and_how_long(run, home, console):
    assert run(lambda *_: "12 rows").success
    assert "do the work: 12 rows (0.0 s)" in console.text
    assert journal.last_run(home).outcome == "succeeded"


def test_an_expected_error_is_one_line(run, home, console):
    result = run(failing(ConfigurationError(["sources.toml: no"])))
    assert not result.success
    assert "FAILED thing: sources.toml: no" in console.text
    assert "Traceback" not in console.text
    last = journal.last_run(home)
    assert (last.outcome, last.step, last.message) == ("failed", "do the work", "sources.toml: no")
    assert alert_of(result).problem == "sources.toml: no"


def test_an_alert_holds_no_value_of_a_row(run):
    result = run(failing(MappingError("cannot cast 'anna@example.com' to a number")))
    assert alert_of(result).problem == "do the work failed (MappingError)"
    result = run(failing(ValueError("anna@example.com")))
    assert "anna" not in alert_of(result).problem
    assert "ValueError" in alert_of(result).problem


def test_a_locked_file_is_tried_again_and_then_named(run, console):
    result = run(failing(WarehouseLockedError("held by process 7")))
    assert not result.success
    assert console.text.count("Trying again") == resources.MOST_RETRIES
    assert "FAILED thing: held by process 7" in console.text


def test_a_file_that_was_locked_for_a_moment_harms_nobody(run):
    tries = []

    def work(*_):
        tries.append(1)
        if len(tries) == 1:
            raise WarehouseLockedError("held")
        return "done"

    assert run(work).success


def test_a_secret_in_an_unforeseen_error_stays_out_of_the_log(run, home, console, monkeypatch):
    monkeypatch.setenv("SHOP_DATABASE_URL", "postgresql://reader:canary77@db/shop")
    result = run(failing(RuntimeError("postgresql://reader:canary77@db/shop refused")))
    assert "canary77" not in console.text + str(result.all_events) + journal.last_run(home).message


def test_a_gate_stops_a_run_in_its_own_words(run):
    def work(context, installation):
        raise stop(installation, context.run.run_id, "gate 1", "gate 1 blocks: tickets", alert="gate 1 blocks: tickets")

    result = run(work)
    assert alert_of(result).problem == "gate 1 blocks: tickets"
    assert alert_of(result).step == "thing"


def test_a_faulty_configuration_stops_a_run_before_anything_is_touched(run, home):
    home.sources_file.write_text("[installation]\nname = 1\n")
    called = []
    result = run(lambda *_: called.append(1))
    assert not result.success
    assert called == []
    assert not home.warehouse.exists()
    assert "installation, name" in alert_of(result).problem


def test_a_run_whose_process_is_gone_is_ended(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    with dg.DagsterInstance.ephemeral(str(tmp_path)) as instance:

        def started(process_id, host=None):
            run = instance.create_run_for_job(dg.GraphDefinition("job").to_job(), status=dg.DagsterRunStatus.STARTED)
            instance.add_run_tags(run.run_id, {PROCESS_TAG: f"{host or socket.gethostname()}:{process_id}"})
            return run.run_id

        dead, alive, elsewhere = started(ended.pid), started(os.getpid()), started(ended.pid, "another-host")
        untagged = instance.create_run_for_job(
            dg.GraphDefinition("job").to_job(), status=dg.DagsterRunStatus.STARTED
        ).run_id
        assert end_dead_runs(instance) == [dead]
        assert instance.get_run_by_id(dead).status is dg.DagsterRunStatus.FAILURE
        for run_id in (alive, elsewhere, untagged):
            assert instance.get_run_by_id(run_id).status is dg.DagsterRunStatus.STARTED
