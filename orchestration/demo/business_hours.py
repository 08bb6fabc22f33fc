"""The business-hours calendars of the simulated company, and its own clock over them.

Belongs here: opening hours with their versions, holidays whole and half, and the seconds between two instants that the
helpdesk itself would report. The clock is written on its own, so that it can be held against the warehouse's.
"""

from functools import cache

import numpy as np
import pyarrow as pa

from orchestration.demo.clock import DAY, HORIZON, NEVER, START, Floats, Ints, day_number, zone
from orchestration.demo.history import EntityHistory

ALWAYS = "2024-01-01"
# Calendar, zone, opens, closes, ISO weekdays, first and last day of this version.
HOURS: tuple[tuple[str, str, str, str, tuple[int, ...], str, str | None], ...] = (
    ("eu", "Europe/Berlin", "09:00", "17:00", (1, 2, 3, 4, 5), ALWAYS, "2025-12-31"),
    ("eu", "Europe/Berlin", "10:00", "14:00", (6,), ALWAYS, "2025-12-31"),
    ("eu", "Europe/Berlin", "08:00", "18:00", (1, 2, 3, 4, 5), "2026-01-01", None),
    ("eu", "Europe/Berlin", "10:00", "14:00", (6,), "2026-01-01", None),
    ("us", "America/Chicago", "09:00", "17:00", (1, 2, 3, 4, 5), ALWAYS, None),
    ("kr", "Asia/Seoul", "20:00", "04:00", (1, 2, 3, 4, 5, 6, 7), ALWAYS, "2025-08-31"),
    ("kr", "Asia/Seoul", "18:00", "02:00", (1, 2, 3, 4, 5, 6, 7), "2025-09-01", None),
)
WHOLE = ("00:00", None)
AFTERNOON = ("12:00", None)
# Calendar, day, name, closed from and to on the wall clock (null: until midnight).
HOLIDAYS: tuple[tuple[str, str, str, tuple[str, str | None]], ...] = (
    ("eu", "2024-12-24", "Christmas Eve", AFTERNOON),
    ("eu", "2024-12-25", "Christmas Day", WHOLE),
    ("eu", "2024-12-26", "Second Christmas Day", WHOLE),
    ("eu", "2024-12-31", "New Year's Eve", AFTERNOON),
    ("eu", "2025-01-01", "New Year", WHOLE),
    ("eu", "2025-04-18", "Good Friday", WHOLE),
    ("eu", "2025-04-21", "Easter Monday", WHOLE),
    ("eu", "2025-05-01", "Labour Day", WHOLE),
    ("eu", "2025-05-29", "Ascension Day", WHOLE),
    ("eu", "2025-06-09", "Whit Monday", WHOLE),
    ("eu", "2025-10-03", "Unity Day", WHOLE),
    ("eu", "2025-12-24", "Christmas Eve", AFTERNOON),
    ("eu", "2025-12-25", "Christmas Day", WHOLE),
    ("eu", "2025-12-26", "Second Christmas Day", WHOLE),
    ("eu", "2025-12-31", "New Year's Eve", AFTERNOON),
    ("eu", "2026-01-01", "New Year", WHOLE),
    ("eu", "2026-04-03", "Good Friday", WHOLE),
    ("eu", "2026-04-06", "Easter Monday", WHOLE),
    ("eu", "2026-05-01", "Labour Day", WHOLE),
    ("eu", "2026-05-14", "Ascension Day", WHOLE),
    ("eu", "2026-05-25", "Whit Monday", WHOLE),
    ("eu", "2026-06-17", "Works meeting", ("08:00", "11:30")),
    ("us", "2024-11-28", "Thanksgiving", WHOLE),
    ("us", "2024-11-29", "Day after Thanksgiving", ("13:00", None)),
    ("us", "2024-12-25", "Christmas Day", WHOLE),
    ("us", "2025-01-01", "New Year", WHOLE),
    ("us", "2025-05-26", "Memorial Day", WHOLE),
    ("us", "2025-07-04", "Independence Day", WHOLE),
    ("us", "2025-09-01", "Labor Day", WHOLE),
    ("us", "2025-11-27", "Thanksgiving", WHOLE),
    ("us", "2025-11-28", "Day after Thanksgiving", ("13:00", None)),
    ("us", "2025-12-25", "Christmas Day", WHOLE),
    ("us", "2026-01-01", "New Year", WHOLE),
    ("us", "2026-05-25", "Memorial Day", WHOLE),
    ("us", "2026-07-03", "Independence Day, observed", WHOLE),
    ("us", "2026-09-07", "Labor Day", WHOLE),
    ("kr", "2025-01-28", "Seollal", WHOLE),
    ("kr", "2025-01-29", "Seollal", WHOLE),
    ("kr", "2025-01-30", "Seollal", WHOLE),
    ("kr", "2025-10-06", "Chuseok", WHOLE),
    ("kr", "2025-10-07", "Chuseok", ("00:00", "21:00")),
    ("kr", "2026-02-17", "Seollal", WHOLE),
    ("kr", "2026-09-25", "Chuseok", WHOLE),
)


def _seconds(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60


@cache
def open_intervals(calendar_id: str) -> tuple[Ints, Ints]:
    """Starts and ends (UTC) of the calendar's opening times over the world's span, disjoint and in order.

    A holiday closes its wall-clock hours on its own local day, also for a night that began the day before.
    """
    first, last = START // DAY - 10, HORIZON // DAY + 40
    windows: list[tuple[int, int]] = []
    zone_name = "UTC"
    for calendar, name, opens, closes, weekdays, since, until in HOURS:
        if calendar != calendar_id:
            continue
        zone_name = name
        end_of_version = last if until is None else day_number(until)
        for day in range(max(first, day_number(since)), min(last, end_of_version) + 1):
            if (day + 3) % 7 + 1 in weekdays:
                from_second, to_second = _seconds(opens), _seconds(closes)
                to_second += DAY if to_second <= from_second else 0
                windows.append((day * DAY + from_second, day * DAY + to_second))
    for calendar, day_text, _, (closed_from, closed_to) in HOLIDAYS:
        if calendar == calendar_id:
            low = day_number(day_text) * DAY + _seconds(closed_from)
            high = day_number(day_text) * DAY + (DAY if closed_to is None else _seconds(closed_to))
            windows = [part for window in windows for part in _without(window, low, high)]
    windows.sort()
    local = np.array(windows, dtype=np.int64)
    clock = zone(zone_name)
    return clock.to_utc(local[:, 0]), clock.to_utc(local[:, 1])


def _without(window: tuple[int, int], low: int, high: int) -> list[tuple[int, int]]:
    start, end = window
    parts = [(start, min(end, low)), (max(start, high), end)]
    return [part for part in parts if part[0] < part[1]]


def business_seconds(calendar_id: str, since: Ints, until: Ints) -> Floats:
    """Open seconds between instants, on one calendar."""
    starts, ends = open_intervals(calendar_id)
    passed = np.concatenate([[0], np.cumsum(ends - starts)]).astype(np.float64)
    points = np.empty(2 * len(starts))
    points[0::2], points[1::2] = starts, ends
    amounts = np.repeat(passed, 2)[1:-1]
    return np.asarray(np.interp(until, points, amounts) - np.interp(since, points, amounts), dtype=np.float64)


def calendar_histories() -> dict[str, EntityHistory]:
    """Hours are known from their first day (or the world's start), holidays always."""
    hours = [
        (calendar, name, opens, closes, weekday, since, until)
        for calendar, name, opens, closes, weekdays, since, until in HOURS
        for weekday in weekdays
    ]
    since_day = np.array([day_number(row[5]) for row in hours], dtype=np.int64)
    until_day = np.array([NEVER if row[6] is None else day_number(row[6]) for row in hours], dtype=np.int64)

    def strings(values: list[str | None]) -> pa.Array:
        return pa.array(values, pa.string())

    calendar_hours = EntityHistory(
        appears_at=np.minimum(since_day * DAY, HORIZON - 1),
        columns={
            "calendar_id": strings([row[0] for row in hours]),
            "time_zone": strings([row[1] for row in hours]),
            "opens_local_time": strings([row[2] for row in hours]),
            "closes_local_time": strings([row[3] for row in hours]),
            "iso_weekday": np.array([row[4] for row in hours], dtype=np.int64),
            "valid_from_date": since_day,
            "valid_to_date": until_day,
        },
        known_from={"valid_to_date": np.where(until_day == NEVER, NEVER, (until_day + 1) * DAY)},
    )
    calendar_holidays = EntityHistory(
        appears_at=np.full(len(HOLIDAYS), START - 30 * DAY, dtype=np.int64),
        columns={
            "calendar_id": strings([row[0] for row in HOLIDAYS]),
            "holiday_name": strings([row[2] for row in HOLIDAYS]),
            "closed_from_local_time": strings([row[3][0] for row in HOLIDAYS]),
            "closed_to_local_time": strings([row[3][1] for row in HOLIDAYS]),
            "holiday_date": np.array([day_number(row[1]) for row in HOLIDAYS], dtype=np.int64),
        },
    )
    return {"calendar_hours": calendar_hours, "calendar_holidays": calendar_holidays}
