"""One run at a time: the lock of an installation's warehouse for a whole run, whoever started it.

Belongs here: taking and naming the lock. DuckDB's own lock guards the file for one step; between the steps of a run
another run could otherwise rebuild the marts that were just checked. The kernel gives the lock back when the process
ends, however it ends.
"""

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from orchestration.settings import Home


class RunInProgressError(Exception):
    """Another run of this installation is going on; the message names its process."""


@contextmanager
def hold_run_lock(
    home: Home, run_id: str, wait_seconds: float, on_wait: Callable[[str], None] = lambda _: None
) -> Iterator[None]:
    """Hold the lock for a run; `on_wait` is told once, and by whom it is held, when there is something to wait for.

    Raises:
        RunInProgressError: still held by another process after the wait.
    """
    path = home.state / "run.lock"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    deadline = time.monotonic() + wait_seconds
    with path.open("a+", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        has_waited = False
        while not _taken(file):
            file.seek(0)
            holder = f"{_holder(file.read())} of this installation is in progress"
            if time.monotonic() >= deadline:
                raise RunInProgressError(
                    f"{holder}; waited {wait_seconds:.0f} s. Wait for it to end, or stop that process."
                )
            if not has_waited:
                on_wait(f"{holder}; waiting up to {wait_seconds:.0f} s")
                has_waited = True
            time.sleep(0.25)
        file.truncate(0)
        json.dump({"process_id": os.getpid(), "run_id": run_id}, file)
        file.flush()
        yield


def _taken(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(content: str) -> str:
    try:
        holder = json.loads(content)
        return f"run {holder['run_id'][:8]} (process {holder['process_id']})"
    except (ValueError, KeyError, TypeError):
        return "another run"
