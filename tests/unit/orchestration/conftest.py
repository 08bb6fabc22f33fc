"""Small homes for the tests of what ties the parts together."""

from pathlib import Path

import pytest

from orchestration.installing import create_home
from orchestration.pipeline import read_configuration
from orchestration.settings import Home, Settings
from orchestration.sources import Sources

SOURCES = """
[installation]
name = "Test"
reporting_time_zone = "Europe/Rome"

[[sources]]
name = "desk"
kind = "files"
delivers = ["tickets"]
expected_every_hours = 24

[[sources]]
name = "shop"
kind = "files"
delivers = ["orders", "calendar_hours"]
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    for name in ("SUPPORT_METRICS_HOME", "SUPPORT_METRICS_IDENTITY_KEY", "SUPPORT_METRICS_ALERT_WEBHOOK_URL"):
        monkeypatch.delenv(name, raising=False)
    home = Home(tmp_path / "home")
    create_home(home, sources_toml=SOURCES)
    return home


@pytest.fixture
def configuration(home: Home) -> tuple[Settings, Sources]:
    return read_configuration(home)


@pytest.fixture
def settings(configuration: tuple[Settings, Sources]) -> Settings:
    return configuration[0]


@pytest.fixture
def sources(configuration: tuple[Settings, Sources]) -> Sources:
    return configuration[1]
