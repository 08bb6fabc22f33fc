"""One run at a time: the lock of an installation's warehouse for a whole run, whoever started it.

Belongs here: taking and naming the lock. DuckDB's own lock guards the file for one step; between the steps of a run
another run could otherwise rebuild the marts that were just checked. The kernel gives the lock back when the process
ends, however it ends.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from orchestration.settings import Home


class RunInProgressError(Exception):
    """Another run of this installation is going on; the message names its process."""


@contextmanager
def hold_run_lock(home: Home, run_id: str, wait_seconds: float) -> Iterator[None]:
    """Hold the lock for a run.

    Raises:
        RunInProgressError: still held by another process after the wait.
    """
    path = home.state / "run.lock"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    deadline = time.monotonic() + wait_seconds
    with path.open("a+", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        while not _taken(file):
            if time.monotonic() >= deadline:
                file.seek(0)
                raise RunInProgressError(_describe(file.read(), wait_seconds))
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


def _describe(content: str, waited: float) -> str:
    try:
        holder = json.loads(content)
        named = f"run {holder['run_id'][:8]} (process {holder['process_id']})"
    except (ValueError, KeyError, TypeError):
        named = "another run"
    return (
        f"{named} of this installation is in progress; waited {waited:.0f} s. Wait for it to end, or stop that process."
    )
