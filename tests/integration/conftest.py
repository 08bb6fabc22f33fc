"""Whole installations, built once a session the way a newcomer builds them: by the command line, in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-c", "from orchestration.cli import main; main()"]


def command(home: Path, *arguments: str, timeout: float = 600, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `support-metrics --home HOME ...` and return what it printed, both streams together."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SUPPORT_METRICS_")}
    return subprocess.run(
        [*COMMAND, "--home", str(home), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
        env={**environment, **variables},
        check=False,
    )


@pytest.fixture(scope="session")
def support_metrics() -> Callable[..., subprocess.CompletedProcess[str]]:
    return command


@pytest.fixture
def new_home(tmp_path: Path) -> Callable[[str, dict[str, str]], Path]:
    """Make a home from a sources.toml and landed files (path below landing -> content)."""

    def make(sources: str, files: dict[str, str]) -> Path:
        home = tmp_path / "home"
        made = subprocess.run(
            [*COMMAND, "init", str(home)], capture_output=True, text=True, check=False, env={**os.environ}
        )
        assert made.returncode == 0, made.stdout + made.stderr
        (home / "sources.toml").write_text(sources)
        for name, content in files.items():
            path = home / "landing" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        return home

    return make
