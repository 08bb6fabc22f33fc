"""Which runs let processes get ready, and that they end with the run."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from orchestration import boards, dbt_process, run_processes
from orchestration.resources import Installation
from orchestration.settings import Home
from orchestration.warm_processes import WarmProcess


class Process:
    """Stands in for a warm process."""

    is_alive = True

    def __init__(self, prepare: "partial[object]") -> None:
        self.prepares, self.was_closed = prepare.func.__name__, False

    def call(self, gate: Callable[..., object], *args: object, **kwargs: object) -> tuple[Any, ...]:
        return ("in the process", gate, args, kwargs["run_id"])

    def close(self) -> None:
        self.was_closed = True


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Process]:
    """The processes started so far."""
    found: list[Process] = []

    def start(prepare: "partial[object]", **_options: object) -> Process:
        found.append(Process(prepare))
        return found[-1]

    for module in (run_processes, dbt_process, boards):
        monkeypatch.setattr(module, "WarmProcess", start)
    return found


def running(home: Home, job_name: str) -> Any:
    context = SimpleNamespace(
        run_id="a" * 8, instance=None, run=SimpleNamespace(job_name=job_name), log=SimpleNamespace(info=print)
    )
    return Installation(home_path=str(home.path)).yield_for_execution(context)


def gate(warehouse: Path, *, run_id: str, home: Path, now: object) -> tuple[Any, ...]:
    return ("here", gate, (warehouse,), run_id)


def test_a_job_has_a_process_for_the_gates_and_starts_the_drawers_when_told(home: Home, started: list[Process]) -> None:
    with running(home, "refresh_warehouse") as installation:
        assert [process.prepares for process in started] == ["get_ready"]
        assert installation.processes.run_gate(gate, "r") == ("in the process", gate, (home.warehouse,), "r")
        for _ in range(2):
            installation.processes.prepare_dbt()
            installation.processes.prepare_boards()
        assert sorted(installation.processes.drawers) == ["html", "png"]
        assert installation.processes.dbt is started[1]
        assert [process.prepares for process in started[1:]] == ["_read_project", "_practise", "_practise"]
        assert not any(process.was_closed for process in started)
    assert all(process.was_closed for process in started)
    assert installation.processes.drawers == {}
    assert installation.processes.dbt is None


def test_they_end_with_a_run_that_fails(home: Home, started: list[Process]) -> None:
    run = running(home, "publish_marts")
    run.__enter__().processes.prepare_boards()
    error = ZeroDivisionError()
    assert not run.__exit__(ZeroDivisionError, error, None)
    assert [process.was_closed for process in started] == [True] * 3


def test_boards_that_are_switched_off_are_not_prepared(
    home: Home, started: list[Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPPORT_METRICS_DRAW_BOARDS", "false")
    with running(home, "refresh_warehouse") as installation:
        installation.processes.prepare_boards()
        assert installation.processes.drawers == {}


@pytest.mark.parametrize("job_name", ["__ASSET_JOB", ""])
def test_a_few_chosen_assets_start_none_and_have_their_gates_here(
    home: Home, started: list[Process], job_name: str
) -> None:
    with running(home, job_name) as installation:
        installation.processes.prepare_dbt()
        installation.processes.prepare_boards()
        assert installation.processes.run_gate(gate, "r") == ("here", gate, (home.warehouse,), "r")
    assert started == []


def test_a_gate_whose_process_is_gone_already_is_asked_here(home: Home, started: list[Process]) -> None:
    with running(home, "refresh_warehouse") as installation:
        started[0].is_alive = False
        assert installation.processes.run_gate(gate, "r")[0] == "here"


def test_the_definitions_start_none(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(WarmProcess, "__init__", refuse)
    monkeypatch.setenv("SUPPORT_METRICS_HOME", str(home.path))
    import importlib

    import orchestration.definitions

    assert importlib.reload(orchestration.definitions).defs.resolve_job_def("refresh_warehouse")
