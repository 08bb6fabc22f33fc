"""The engine's time-zone rules against tzdata's."""

from datetime import date

import duckdb

from orchestration import time_zone_rules
from orchestration.time_zone_rules import disagreements


def test_rules_that_have_not_changed_agree():
    zones = ["Europe/Berlin", "America/Chicago", "Asia/Kolkata", "Australia/Lord_Howe"]
    with duckdb.connect() as connection:
        assert disagreements(connection, zones, date(2015, 1, 1), date(2025, 12, 31)) == []


def test_a_country_that_changed_its_clocks_is_named_with_the_day(monkeypatch):
    """As if Berlin had stayed on summer time from October 2025 on, and the engine did not know."""
    real = time_zone_rules.ZoneInfo
    monkeypatch.setattr(
        time_zone_rules, "ZoneInfo", lambda name: real("Etc/GMT-2" if name == "Europe/Berlin" else name)
    )
    with duckdb.connect() as connection:
        found = disagreements(connection, ["Europe/Berlin", "UTC"], date(2025, 9, 1), date(2025, 12, 31))
    assert [(item.time_zone, item.first_date, item.difference_seconds) for item in found] == [
        ("Europe/Berlin", date(2025, 10, 26), -3600)
    ]
