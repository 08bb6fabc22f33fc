"""Clocks, calendars and reason codes by themselves."""

import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from orchestration.demo.business_hours import HOURS, business_seconds, open_intervals
from orchestration.demo.clock import HORIZON, START, instant, quarter_label, week_start, zone
from orchestration.demo.reasons import FEATURES, MODIFIERS, REASONS, STRAY_TAGS
from orchestration.demo.texts import LANGUAGES, REQUESTS


@pytest.mark.parametrize("name", ["Europe/Berlin", "America/Chicago", "Asia/Seoul", "Australia/Lord_Howe"])
def test_wall_clocks_agree_with_zoneinfo(name: str):
    moments = np.random.default_rng(3).integers(START, HORIZON, 2000)
    local = zone(name).to_local(moments)
    for moment, wall in zip(moments[:500].tolist(), local[:500].tolist(), strict=True):
        offset = datetime.datetime.fromtimestamp(moment, ZoneInfo(name)).utcoffset()
        assert offset is not None
        assert wall - moment == offset.total_seconds()
    back = zone(name).to_utc(local)
    # Only an hour that comes twice a year can be taken for the other one.
    assert np.mean(back == moments) > 0.99


def test_weeks_begin_on_monday_and_quarters_are_the_calendars():
    days = np.arange(instant("2024-11-01") // 86400, instant("2024-12-01") // 86400)
    assert {datetime.date.fromordinal(719163 + day).weekday() for day in week_start(days).tolist()} == {0}
    assert quarter_label(np.array([instant("2025-03-31") // 86400, instant("2025-04-01") // 86400])) == [
        "2025-Q1",
        "2025-Q2",
    ]


def test_business_seconds_across_a_daylight_saving_change():
    friday = int(datetime.datetime(2026, 3, 6, 16, tzinfo=ZoneInfo("America/Chicago")).timestamp())
    monday = int(datetime.datetime(2026, 3, 9, 10, tzinfo=ZoneInfo("America/Chicago")).timestamp())
    assert business_seconds("us", np.array([friday]), np.array([monday])).tolist() == [7200.0]


def test_a_night_is_cut_by_the_holiday_it_runs_into():
    seoul = ZoneInfo("Asia/Seoul")
    evening = int(datetime.datetime(2025, 1, 27, 19, tzinfo=seoul).timestamp())
    noon = int(datetime.datetime(2025, 1, 28, 12, tzinfo=seoul).timestamp())
    assert business_seconds("kr", np.array([evening]), np.array([noon])).tolist() == [4 * 3600.0]


@pytest.mark.parametrize("calendar", sorted({row[0] for row in HOURS}))
def test_opening_times_are_disjoint_and_in_order(calendar: str):
    starts, ends = open_intervals(calendar)
    assert np.all(starts < ends)
    assert np.all(ends[:-1] <= starts[1:])


def test_reason_codes_and_tags_are_distinct_slugs():
    tags = [tag for reason in REASONS for tag in reason.tags]
    words = [*tags, *MODIFIERS, *STRAY_TAGS, *(code for code, _ in FEATURES)]
    assert len(words) == len(set(words))
    assert all(word == word.lower() and " " not in word and "|" not in word for word in words)
    assert set(REQUESTS) == {reason.code for reason in REASONS}
    assert all(set(words) == set(LANGUAGES) for words in REQUESTS.values())
