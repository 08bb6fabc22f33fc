"""Random calendars and tickets for the business clock, the same at every run.

Belongs here: what is generated. What it must come to is business_clock_oracle's; the comparison is the test's.
"""

import datetime as dt
import math
import random
from collections.abc import Iterator
from itertools import pairwise

from business_clock_oracle import DAY, Calendar, Closure, Opening, regimes, wall

FIRST, LAST = dt.date(2005, 1, 1), dt.date(2030, 12, 31)

# Morocco's clock from 2026 on depends on the age of the time-zone data: DuckDB's ICU and Python's tzdata may differ.
ZONES = {
    "Africa/Cairo": LAST,
    "Africa/Casablanca": dt.date(2025, 12, 31),
    "America/Chicago": LAST,
    "America/Sao_Paulo": LAST,
    "America/St_Johns": LAST,
    "Asia/Gaza": dt.date(2024, 12, 31),
    "Asia/Kolkata": LAST,
    "Asia/Pyongyang": LAST,
    "Asia/Seoul": LAST,
    "Australia/Lord_Howe": LAST,
    "Europe/Berlin": LAST,
    "Europe/Dublin": LAST,
    "Pacific/Apia": LAST,
    "Pacific/Chatham": LAST,
    "UTC": LAST,
}
LEAP_DAYS = [dt.date(year, 2, 29) for year in range(2008, 2029, 4)]


def random_calendar(rng: random.Random, key: str, zone: str) -> Calendar:
    """One to four versions of weekly hours, one after the other (sometimes in another zone), and holidays."""
    limit = ZONES[zone]
    starts = sorted(random_day(rng, FIRST, limit) for _ in range(rng.choice([0, 0, 1, 1, 2, 3])))
    bounds = [None, *starts, None]
    openings: list[Opening] = []
    for valid_from, until in pairwise(bounds):
        if valid_from is not None and valid_from == until:
            continue
        version_zone = zone if rng.random() < 0.8 else rng.choice(["Europe/Berlin", "America/Chicago", "Asia/Seoul"])
        valid_to = until and until - dt.timedelta(days=1)
        openings += [
            Opening(version_zone, weekday, opens, closes, valid_from, valid_to)
            for weekday, opens, closes in random_week(rng)
        ]
    return Calendar(key, tuple(openings), tuple(random_closures(rng, limit)))


def random_week(rng: random.Random) -> Iterator[tuple[int, int, int]]:
    """(ISO weekday, opens, closes) of one version of the hours."""
    kind = rng.choice(
        ["office", "lunch", "overnight", "always", "odd", "night", "overlapping", "round the clock", "any"]
    )
    for weekday in range(1, 8):
        if kind == "office" and weekday <= 5:
            yield weekday, 9 * 3600, 17 * 3600
        elif kind == "lunch" and weekday <= 6:
            yield weekday, 8 * 3600, 12 * 3600 + 1800
            yield weekday, 13 * 3600 + 900, 18 * 3600
        elif kind == "overnight":
            yield weekday, 22 * 3600, 6 * 3600
        elif kind == "always":
            yield weekday, 0, DAY
        elif kind == "odd" and weekday != 3:
            yield weekday, 9 * 3600 + 7 * 60 + 13, 16 * 3600 + 59 * 60 + 59
        elif kind == "night":  # where clocks change, at midnight and at two
            yield weekday, 0, 1800
            yield weekday, 2 * 3600 + 900, 2 * 3600 + 2700
        elif kind == "overlapping" and weekday <= 5:
            yield weekday, 8 * 3600, 16 * 3600
            yield weekday, 15 * 3600, 1 * 3600
        elif kind == "round the clock" and weekday in (1, 4):
            yield weekday, 7 * 3600, 7 * 3600
        elif kind == "any" and rng.random() < 0.8:
            opens, closes = rng.randrange(0, DAY), rng.randrange(0, DAY + 1)
            yield weekday, opens, DAY if closes > DAY - 600 else closes


def random_closures(rng: random.Random, limit: dt.date) -> Iterator[Closure]:
    """Single days, half days, nights and weeks on end."""
    for _ in range(rng.choice([0, 10, 60])):
        day = random_day(rng, FIRST, limit)
        kind = rng.choice(["whole", "afternoon", "morning", "middle", "weeks"])
        if kind == "weeks":
            yield from (Closure(day + dt.timedelta(days=number)) for number in range(rng.randrange(8, 22)))
        elif kind == "whole":
            yield Closure(day)
        elif kind == "afternoon":
            yield Closure(day, closed_from=rng.choice([43_200, 50_400, 82_800]))
        elif kind == "morning":
            yield Closure(day, closed_to=rng.choice([1_800, 9_000, 36_000]))
        else:
            closed_from = rng.randrange(0, DAY - 1)
            yield Closure(day, closed_from, rng.randrange(closed_from + 1, DAY + 1))


def random_day(rng: random.Random, first: dt.date, last: dt.date) -> dt.date:
    return first + dt.timedelta(days=rng.randrange(1, (last - first).days))


def random_ticket(rng: random.Random, calendar: Calendar) -> tuple[int, int]:
    """(start, end) of a ticket: from a second to years, often around a moment at which something changes."""
    limit = min(ZONES[zone] for zone in calendar.zones)
    earliest, latest = wall(FIRST), wall(limit)
    moments = [epoch for zone in calendar.zones for _, epoch, _ in regimes(zone, FIRST, limit)]
    days = [closure.day for closure in calendar.closures] + LEAP_DAYS
    days += [opening.valid_from for opening in calendar.openings if opening.valid_from is not None]
    kind = rng.random()
    if kind < 0.4:
        start = rng.choice(moments) + rng.randrange(-DAY, 3600)
        end = start + rng.randrange(1, 2 * DAY)
    elif kind < 0.6:
        start = wall(rng.choice(days)) + rng.randrange(-2 * DAY, DAY)
        end = start + rng.randrange(1, 4 * DAY)
    else:
        start = rng.randrange(earliest, latest)
        end = start + round(math.exp(rng.uniform(0, math.log(9_000 * DAY))))
    start = min(max(start, earliest), latest - 1)
    return start, min(max(end, start), latest)
