"""Runs the command in this process, as a shell would."""

from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.cli import main
from orchestration.settings import Home


@pytest.fixture(autouse=True)
def _no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SUPPORT_METRICS_HOME", "SUPPORT_METRICS_IDENTITY_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Exit code, standard output and standard error of a command."""

    def run(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        output = capsys.readouterr()
        return int(ended.value.code or 0), output.out, output.err

    return run


@pytest.fixture
def home(tmp_path: Path, command: Callable[..., tuple[int, str, str]]) -> Home:
    """A home with one source that has delivered nothing yet."""
    home = Home(tmp_path / "home")
    assert command("init", home.path)[0] == 0
    home.sources_file.write_text(
        '[installation]\nname = "Test"\n\n[[sources]]\nname = "desk"\nkind = "files"\ndelivers = ["tickets"]\n'
    )
    (home.landing / "desk").mkdir()
    return home
