"""Rules for every test of the project."""

import os

import pytest

from orchestration.settings import QUIET

os.environ.update(QUIET)

_skipped: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        _skipped.append(report.nodeid)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a test that cannot run is a failure: what it needs has to be installed by the project's own files."""
    if _skipped and os.environ.get("CI") and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _skipped and os.environ.get("CI"):
        terminalreporter.write_line("CI refuses skipped tests:", red=True)
        for nodeid in _skipped:
            terminalreporter.write_line(f"  {nodeid}", red=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With several workers: tests of a file share its fixtures' cost, and all that need the demo share one demo."""
    for item in items:
        group = "demo" if "demo_home" in getattr(item, "fixturenames", ()) else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))
