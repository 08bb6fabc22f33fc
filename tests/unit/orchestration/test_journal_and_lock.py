import os
import stat
import subprocess
import sys

import pytest

from orchestration import journal
from orchestration.run_lock import RunInProgressError, hold_run_lock

HOLD = """
import sys
from pathlib import Path
from orchestration.run_lock import hold_run_lock
from orchestration.settings import Home
with hold_run_lock(Home(Path(sys.argv[1])), "abcdef0123", 5):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other_run(home):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_a_second_run_waits_and_then_names_the_first(home, other_run):
    told = []
    with (
        pytest.raises(RunInProgressError, match=f"run abcdef01 \\(process {other_run.pid}\\).*waited 0 s"),
        hold_run_lock(home, "b", 0.3, told.append),
    ):
        pass
    assert len(told) == 1
    assert str(other_run.pid) in told[0]


def test_the_lock_of_a_killed_run_is_free(home, other_run):
    other_run.kill()
    other_run.wait()
    with hold_run_lock(home, "b", 2):
        assert stat.S_IMODE((home.state / "run.lock").stat().st_mode) == 0o600


def test_a_run_that_ends_well_succeeded(home):
    journal.begin(home, "r", "refresh_warehouse")
    journal.enter(home, "r", "dbt build")
    assert journal.last_run(home).outcome == "running"
    assert journal.last_run(home).step == "dbt build"
    journal.end(home, "r")
    assert journal.last_run(home).outcome == "succeeded"
    assert stat.S_IMODE((home.state / "last_run.json").stat().st_mode) == 0o600


def test_the_first_reason_of_a_failure_stays(home):
    journal.begin(home, "r", "refresh_warehouse")
    journal.fail(home, "r", "gate 1", "empty file")
    journal.fail(home, "r", "publish", "not reached")
    journal.end(home, "r")
    last = journal.last_run(home)
    assert (last.outcome, last.step, last.message) == ("failed", "gate 1", "empty file")


def test_another_runs_word_is_not_taken(home):
    journal.begin(home, "r", "refresh_warehouse")
    journal.fail(home, "q", "gate 1", "not mine")
    assert journal.last_run(home).outcome == "running"


def test_a_run_whose_process_is_gone_was_killed(home, monkeypatch):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    journal.begin(home, "r", "refresh_warehouse")
    path = home.state / "last_run.json"
    path.write_text(path.read_text().replace(f'"process_id": {os.getpid()}', f'"process_id": {ended.pid}'))
    assert journal.last_run(home).outcome == "killed"


def test_before_the_first_run_there_is_none(home):
    assert journal.last_run(home) is None
