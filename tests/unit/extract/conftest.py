"""Fixtures of the extraction's tests."""

from pathlib import Path

import pytest
from small_installation import SmallInstallation


@pytest.fixture
def installation(tmp_path: Path) -> SmallInstallation:
    """An installation without sources."""
    return SmallInstallation(tmp_path / "home")
