"""Fixtures of the extraction's tests."""

from pathlib import Path

import pytest
from small_installation import SmallInstallation


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Faults of stand-ins are tried again at once."""
    monkeypatch.setattr("orchestration.extract.api.calls.BACKOFF_SECONDS", 0.01)


@pytest.fixture
def installation(tmp_path: Path) -> SmallInstallation:
    """An installation without sources."""
    return SmallInstallation(tmp_path / "home")
