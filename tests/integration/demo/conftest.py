"""The demo as a newcomer makes it, built once for all that look at it: the tests of this folder."""

import json
from collections.abc import Callable
from subprocess import CompletedProcess
from typing import Any

import pytest

from orchestration.settings import Home


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory, support_metrics: Callable[..., CompletedProcess[str]]) -> Home:
    """The demo as `make demo` makes it."""
    home = Home(tmp_path_factory.mktemp("demo") / "home")
    result = support_metrics(home.path, "demo")
    assert result.returncode == 0, result.stdout
    return home


@pytest.fixture(scope="session")
def truth(demo_home: Home) -> dict[str, Any]:
    """What the world itself wrote down."""
    return json.loads((demo_home.path / "truth.json").read_text())
