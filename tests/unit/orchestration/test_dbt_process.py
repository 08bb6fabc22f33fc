"""dbt in a process of its own: what it says, and how it ends. Whole builds are in tests/integration."""

import os
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from dbt.events.types import MainReportArgs, MainReportVersion
from dbt_common.events.base_types import EventMsg
from dbt_common.events.event_manager_client import ctx_set_event_manager, get_event_manager
from dbt_common.events.functions import fire_event

from orchestration import dbt_process


@pytest.fixture
def heard() -> Iterator[list[EventMsg]]:
    """The events that come through."""
    before = get_event_manager()
    dbt_process._leave_out_debug_events()
    found: list[EventMsg] = []
    get_event_manager().add_callback(found.append)
    yield found
    ctx_set_event_manager(before)


def test_events_for_debugging_are_not_made(heard: list[EventMsg]) -> None:
    fire_event(MainReportArgs(args={}))
    fire_event(MainReportVersion(version="1", log_version=3))
    assert [event.info.name for event in heard] == ["MainReportVersion"]


@pytest.mark.parametrize(
    ("success", "exception", "code"), [(True, None, 0), (False, None, 1), (False, ValueError("no project"), 2)]
)
def test_a_build_ends_with_dbts_exit_code(
    monkeypatch: pytest.MonkeyPatch, success: bool, exception: Exception | None, code: int
) -> None:
    asked: list[Any] = []

    class Runner:
        def __init__(self, manifest: object) -> None:
            asked.append(manifest)

        def invoke(self, arguments: list[str]) -> SimpleNamespace:
            asked.append(arguments)
            return SimpleNamespace(success=success, exception=exception)

    monkeypatch.setattr("dbt.cli.main.dbtRunner", Runner)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setattr(dbt_process, "_read", ["the project"])
    with pytest.raises(SystemExit) as end:
        dbt_process.build(["build"])
    assert end.value.code == code
    assert asked == ["the project", ["build"]]


def test_reading_the_project_says_nothing_and_knows_no_secret(
    home: Any, settings: Any, sources: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPPORT_METRICS_IDENTITY_KEY", "k" * 64)
    process = dbt_process.start_dbt(home, settings, sources)
    try:
        assert process.call(eval, "len(__import__('orchestration.dbt_process').dbt_process._read)") == 1
        assert process.call(os.getenv, "SUPPORT_METRICS_IDENTITY_KEY") is None
        assert process.call(os.getenv, "SUPPORT_METRICS_WAREHOUSE") == str(home.warehouse)
        process.popen.kill()
        assert process.popen.stdout is not None
        assert process.popen.stdout.read() == b""
    finally:
        process.close()
