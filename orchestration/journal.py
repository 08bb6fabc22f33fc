"""The last run in one small file, `<home>/state/last_run.json`, readable while the warehouse is locked.

Belongs here: writing it step by step and reading it back. Every number of a run is in the warehouse's `audit` tables;
this file says only which run, how far it came and why it stopped.
"""

import json
import os
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from orchestration.settings import Home


@dataclass(frozen=True)
class LastRun:
    """One run. `outcome` is running, succeeded, failed, or killed (its process is gone and wrote no end)."""

    run_id: str
    job_name: str
    process_id: int
    started_at: str
    finished_at: str | None = None
    outcome: str = "running"
    step: str | None = None
    message: str | None = None


def begin(home: Home, run_id: str, job_name: str) -> None:
    """Note that a run has begun."""
    _write(home, LastRun(run_id, job_name, os.getpid(), _now()))


def enter(home: Home, run_id: str, step: str) -> None:
    """Note the step that a run has come to."""
    found = _read(home)
    if found is not None and found.run_id == run_id and found.outcome == "running":
        _write(home, replace(found, step=step))


def fail(home: Home, run_id: str, step: str, message: str) -> None:
    """Note why a run stops; the first reason stays."""
    found = _read(home)
    if found is not None and found.run_id == run_id and found.outcome == "running":
        _write(home, replace(found, outcome="failed", step=step, message=message, finished_at=_now()))


def end(home: Home, run_id: str) -> None:
    """Note that a run is over; without a failure it succeeded."""
    found = _read(home)
    if found is not None and found.run_id == run_id and found.outcome == "running":
        _write(home, replace(found, outcome="succeeded", step=None, finished_at=_now()))


def last_run(home: Home) -> LastRun | None:
    """The last run; None before the first."""
    found = _read(home)
    if found is not None and found.outcome == "running" and not is_alive(found.process_id):
        return replace(found, outcome="killed")
    return found


def is_alive(process_id: int) -> bool:
    """Whether a process of this machine still runs."""
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _path(home: Home) -> Path:
    return home.state / "last_run.json"


def _read(home: Home) -> LastRun | None:
    try:
        return LastRun(**json.loads(_path(home).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _write(home: Home, run: LastRun) -> None:
    path = _path(home)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    staged = path.with_suffix(".new")
    with os.fdopen(os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(run), file)
    staged.replace(path)
