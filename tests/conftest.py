"""Rules for every test of the project."""

import os

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

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


class SharedFixtures(LoadScopeScheduling):
    """With several workers: tests of a file share its fixtures' cost, and all that look at the demo share one demo."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        folder = file.rpartition("/")[0]
        return folder if folder.endswith("integration/demo") else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> SharedFixtures:
    return SharedFixtures(config, log)
