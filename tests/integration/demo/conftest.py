"""The demo as a newcomer makes it, built once for all that look at it: the tests of this folder."""

import json
from collections.abc import Callable
from subprocess import CompletedProcess
from typing import Any

import pytest

from orchestration.settings import Home


@pytest.fixture(scope="session")
def demo_run(
    tmp_path_factory: pytest.TempPathFactory, support_metrics: Callable[..., CompletedProcess[str]]
) -> tuple[Home, CompletedProcess[str]]:
    """The demo as `make demo` makes it, and what it printed."""
    home = Home(tmp_path_factory.mktemp("demo") / "home")
    return home, support_metrics(home.path, "demo")


@pytest.fixture(scope="session")
def demo_home(demo_run: tuple[Home, CompletedProcess[str]]) -> Home:
    """Its home."""
    home, done = demo_run
    assert done.returncode == 0, done.stdout
    return home


@pytest.fixture(scope="session")
def truth(demo_home: Home) -> dict[str, Any]:
    """What the world itself wrote down."""
    return json.loads((demo_home.path / "truth.json").read_text())
