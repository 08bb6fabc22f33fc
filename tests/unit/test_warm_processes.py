"""Warm processes: work as if it were done here, nothing of the run's in them, and an end with the run."""

import fcntl
import os
import signal
import site
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from orchestration.run_lock import hold_run_lock
from orchestration.settings import ConfigurationError, Home
from orchestration.warm_processes import ProcessDiedError, WarmProcess

HERE = Path(__file__).parent
RUN = """
import sys, time
from functools import partial
from orchestration.warm_processes import WarmProcess
process = WarmProcess(partial(time.sleep, float(sys.argv[1])))
if len(sys.argv) > 2:
    process.begin(time.sleep, float(sys.argv[2]))
print(process.popen.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def process() -> Iterator[WarmProcess]:
    process = WarmProcess(os.getpid)
    yield process
    process.close()


def is_running(process_id: int) -> bool:
    with suppress(ProcessLookupError, FileNotFoundError):
        return Path(f"/proc/{process_id}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False


def ends(process_id: int, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while is_running(process_id) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_running(process_id)


def test_calls_are_answered_one_after_the_other_by_the_same_process(process: WarmProcess) -> None:
    assert process.popen.pid != os.getpid()
    assert [process.call(os.getpid), process.call(os.getpid)] == [process.popen.pid] * 2
    assert process.call(max, 1, 2, key=abs) == 2


def raise_two_faults() -> None:
    raise ConfigurationError(["one fault", "another"])


class OddError(Exception):
    """As libraries write them: not to be made again from its own arguments."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


def raise_an_odd_error() -> None:
    raise OddError(1, 2)


def test_an_error_comes_through_as_it_is(process: WarmProcess) -> None:
    process.call(site.addsitedir, str(HERE))
    with pytest.raises(FileNotFoundError, match="no such folder"):
        process.call(os.listdir, "no such folder")
    with pytest.raises(ConfigurationError) as caught:
        process.call(raise_two_faults)
    assert caught.value.problems == ["one fault", "another"]
    with pytest.raises(RuntimeError, match="OddError: 1 and 2"):
        process.call(raise_an_odd_error)
    assert process.call(abs, -1) == 1


def test_what_getting_ready_does_not_manage_is_left_to_the_work() -> None:
    process = WarmProcess(partial(os.listdir, "no such folder"))
    assert process.call(abs, -1) == 1
    process.close()
    assert not process.is_alive


def cores_of_threads() -> list[set[int]]:
    return [os.sched_getaffinity(int(thread.name)) for thread in Path("/proc/self/task").iterdir()]


GET_READY = """
import pathlib, sys, threading, time
sys.path.append({here!r})
import test_warm_processes
pathlib.Path({told!r}).write_text(str(test_warm_processes.cores_of_threads()[0]))
threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
"""


def test_it_gets_ready_on_one_core_and_works_on_all(tmp_path: Path) -> None:
    told = tmp_path / "told"
    process = WarmProcess(partial(exec, GET_READY.format(here=str(HERE), told=str(told)), {}))
    threads = process.call(cores_of_threads)
    assert threads == [os.sched_getaffinity(0)] * 3  # its own, the one that reads requests, the one started
    assert told.read_text() == str({max(os.sched_getaffinity(0))})
    process.close()


def test_one_with_an_output_of_its_own_ends_with_the_code_of_what_it_was_told() -> None:
    process = WarmProcess(os.getpid, output=subprocess.PIPE)
    process.begin(print, "said")
    process.begin(sys.exit, 3)
    assert process.popen.stdout is not None
    with process.popen.stdout as output:
        assert output.read() == b"said\n"
    assert process.popen.wait() == 3
    assert not process.is_alive
    process.close()


def test_too_slow_is_killed() -> None:
    process = WarmProcess(os.getpid)
    with pytest.raises(TimeoutError):
        process.call_within(2, time.sleep, 60)
    assert ends(process.popen.pid)
    process.close()


@pytest.mark.parametrize(
    ("ending", "words"), [(signal.SIGKILL, "was killed"), (signal.SIGINT, "was interrupted"), (signal.SIGTERM, "-15")]
)
def test_a_killed_process_is_told_from_an_error(ending: signal.Signals, words: str) -> None:
    process = WarmProcess(os.getpid)
    process.call(os.getpid)
    with pytest.raises(ProcessDiedError, match=words) as caught:
        process.call(os.kill, process.popen.pid, ending)
    assert caught.value.exit_code == -ending
    with pytest.raises(ProcessDiedError):
        process.call(os.getpid)
    process.close()


def test_closing_ends_it_in_the_middle_of_its_work() -> None:
    process = WarmProcess(partial(time.sleep, 60))
    began = time.monotonic()
    process.close()
    assert not process.is_alive
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("sleeps", [["0"], ["60"], ["0", "60"]], ids=["idle", "getting ready", "working"])
def test_it_ends_when_the_run_is_killed(sleeps: list[str]) -> None:
    run = subprocess.Popen(
        [sys.executable, "-c", RUN, *sleeps], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with run:
        assert run.stdout is not None
        process_id = int(run.stdout.readline())
        time.sleep(0.5)
        assert is_running(process_id)
        run.kill()
        assert ends(process_id)


def open_files() -> set[str]:
    found = set()
    for number in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):
            found.add(str(number.readlink()))
    return found


def test_it_has_neither_the_locks_nor_the_secrets_of_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPPORT_METRICS_IDENTITY_KEY", "k" * 64)
    home = Home(tmp_path)
    with hold_run_lock(home, "a", 0):
        process = WarmProcess(partial(site.addsitedir, str(HERE)))
        assert not [name for name in process.call(open_files) if str(tmp_path) in name]
        assert process.call(os.getenv, "SUPPORT_METRICS_IDENTITY_KEY") is None
        assert process.call(os.getenv, "DO_NOT_TRACK") == "1"
    with (home.state / "run.lock").open() as file:  # free, though the process lives
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    process.close()
