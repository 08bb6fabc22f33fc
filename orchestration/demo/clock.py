"""Instants and wall clocks of the simulated world.

Belongs here: the world's span and the way between UTC and local time, for whole arrays. An instant is an int64 of seconds
since 1970 in UTC; `NEVER` stands for what does not happen. Nothing here reads the machine's clock or zone.
"""

import calendar
import datetime
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

MINUTE, HOUR, DAY, WEEK = 60, 3600, 86400, 604800
NEVER = 2**62
REPORTING_ZONE = "Europe/Berlin"


def instant(text: str) -> int:
    """Seconds since 1970 of `YYYY-MM-DD[THH:MM[:SS]]`, read as UTC."""
    return calendar.timegm(datetime.datetime.fromisoformat(text).timetuple())


def day_number(text: str) -> int:
    """Days since 1970-01-01 of `YYYY-MM-DD`."""
    return instant(text) // DAY


START = instant("2024-11-01")
HORIZON = instant("2026-11-01")


class Zone:
    """A time zone as arrays: the instants at which its offset changes, and the offset after each."""

    def __init__(self, name: str) -> None:
        zone = ZoneInfo(name)

        def offset_at(moment: int) -> int:
            local = datetime.datetime.fromtimestamp(moment, zone).utcoffset()
            return 0 if local is None else int(local.total_seconds())

        moments, offsets = [START - 500 * DAY], [offset_at(START - 500 * DAY)]
        for day in range(moments[0], HORIZON + 200 * DAY, DAY):
            if offset_at(day + DAY) != offset_at(day):
                low, high = day, day + DAY
                while high - low > 1:
                    middle = (low + high) // 2
                    low, high = (middle, high) if offset_at(middle) == offset_at(day) else (low, middle)
                moments.append(high)
                offsets.append(offset_at(high))
        self._moments = np.array(moments, dtype=np.int64)
        self._offsets = np.array(offsets, dtype=np.int64)

    def to_local(self, moments: Ints) -> Ints:
        """Wall-clock seconds (as if the wall clock were UTC) of instants."""
        return moments + self._offsets[np.maximum(np.searchsorted(self._moments, moments, side="right") - 1, 0)]

    def to_utc(self, local: Ints) -> Ints:
        """Instants of wall-clock seconds; a time in a gap moves forward by it, one in an overlap is the earlier."""
        before = self._offsets[np.maximum(np.arange(len(self._moments)) - 1, 0)]
        starts = self._moments + np.maximum(before, self._offsets)
        return local - self._offsets[np.maximum(np.searchsorted(starts, local, side="right") - 1, 0)]


@cache
def zone(name: str) -> Zone:
    """The zone of an IANA name."""
    return Zone(name)


def reporting_day(moments: Ints) -> Ints:
    """Days since 1970 on the reporting zone's wall clock."""
    return zone(REPORTING_ZONE).to_local(moments) // DAY


def week_start(days: Ints) -> Ints:
    """The Monday of each day (days since 1970; that day was a Thursday)."""
    return days - (days + 3) % 7


def quarter_label(days: Ints) -> list[str]:
    """Calendar quarters such as 2025-Q3, of days since 1970."""
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return [f"{1970 + month // 12}-Q{month % 12 // 3 + 1}" for month in months.tolist()]
