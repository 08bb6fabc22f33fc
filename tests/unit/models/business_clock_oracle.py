"""What business hours mean, computed from Python's time-zone data alone: the judge of the SQL clock.

Belongs here: two independent oracles. `OpenTime` is exact set arithmetic on whole wall-clock lines, fast enough for
tickets of years; `is_open` asks one second at a time and is what `OpenTime` itself is judged by. Neither shares a step
with the models: no day grid, no second-of-day sweep, no SQL.

All times are whole seconds from 1970-01-01: UTC ones ("epoch") or those of a wall clock read as if it were UTC ("wall").
"""

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from zoneinfo import ZoneInfo

DAY = 86_400
Span = tuple[int, int]


@dataclass(frozen=True)
class Opening:
    """A weekday's window; `closes` not later than `opens` means the next day. Seconds of the local day."""

    zone: str
    iso_weekday: int
    opens: int
    closes: int
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None

    def opens_on(self, day: dt.date) -> bool:
        return (
            day.isoweekday() == self.iso_weekday
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_to is None or day <= self.valid_to)
        )


@dataclass(frozen=True)
class Closure:
    """A holiday, whole (both None) or in part. Seconds of the local day."""

    day: dt.date
    closed_from: int | None = None
    closed_to: int | None = None

    @property
    def seconds(self) -> Span:
        return self.closed_from or 0, DAY if self.closed_to is None else self.closed_to


@dataclass(frozen=True)
class Calendar:
    key: str
    openings: tuple[Opening, ...]
    closures: tuple[Closure, ...] = ()

    @property
    def zones(self) -> list[str]:
        return sorted({opening.zone for opening in self.openings})


def is_open(calendar: Calendar, epoch: int) -> bool:
    """The definition, word by word: the wall clock at this second lies in a window and in no closure."""
    for opening in calendar.openings:
        local = dt.datetime.fromtimestamp(epoch, ZoneInfo(opening.zone))
        today, second = local.date(), local.hour * 3600 + local.minute * 60 + local.second
        is_overnight = opening.closes <= opening.opens
        in_window = (
            opening.opens_on(today) and opening.opens <= second and (is_overnight or second < opening.closes)
        ) or (is_overnight and second < opening.closes and opening.opens_on(today - dt.timedelta(days=1)))
        if in_window and not any(
            closure.day == today and closure.seconds[0] <= second < closure.seconds[1] for closure in calendar.closures
        ):
            return True
    return False


class OpenTime:
    """All open time of a calendar between two UTC dates (and a few days around them), as disjoint UTC spans."""

    def __init__(self, calendar: Calendar, first: dt.date, last: dt.date) -> None:
        self.first, self.last = first - dt.timedelta(days=4), last + dt.timedelta(days=4)
        closed = union((wall(c.day) + c.seconds[0], wall(c.day) + c.seconds[1]) for c in calendar.closures)
        spans: list[Span] = []
        for zone in calendar.zones:
            lines = [self._wall_windows(opening) for opening in calendar.openings if opening.zone == zone]
            opened = without(union(span for line in lines for span in line), closed)
            spans += to_utc(opened, regimes(zone, self.first, self.last))
        self._spans = union(spans)
        self._starts = [start for start, _ in self._spans]
        self._totals = [0, *accumulate(end - start for start, end in self._spans)]

    def between(self, start: int, end: int) -> int:
        """Open seconds in [start, end)."""
        return self._until(end) - self._until(start)

    def _until(self, epoch: int) -> int:
        index = bisect_right(self._starts, epoch) - 1
        if index < 0:
            return 0
        start, end = self._spans[index]
        return self._totals[index] + min(epoch, end) - start

    def _wall_windows(self, opening: Opening) -> Iterator[Span]:
        day = max(self.first, opening.valid_from or self.first)
        day += dt.timedelta(days=(opening.iso_weekday - day.isoweekday()) % 7)
        midnights = range(wall(day), wall(min(self.last, opening.valid_to or self.last)) + 1, 7 * DAY)
        length = opening.closes - opening.opens + (DAY if opening.closes <= opening.opens else 0)
        return ((midnight + opening.opens, midnight + opening.opens + length) for midnight in midnights)


def wall(day: dt.date) -> int:
    """A date's midnight on the wall line."""
    return (day - dt.date(1970, 1, 1)).days * DAY


def union(spans: Iterable[Span]) -> list[Span]:
    """The same seconds as disjoint spans in order."""
    result: list[Span] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            if end > result[-1][1]:
                result[-1] = (result[-1][0], end)
        else:
            result.append((start, end))
    return result


def without(spans: list[Span], removed: list[Span]) -> list[Span]:
    """Disjoint spans in order, less other such spans."""
    result, position = [], 0
    for start, end in spans:
        while position and removed[position - 1][1] > start:
            position -= 1
        while position < len(removed) and removed[position][1] <= start:
            position += 1
        while position < len(removed) and removed[position][0] < end:
            if start < removed[position][0]:
                result.append((start, removed[position][0]))
            start = removed[position][1]
            position += 1
        if start < end:
            result.append((start, end))
    return result


def to_utc(wall_spans: list[Span], zone_regimes: tuple[tuple[int, int, int], ...]) -> Iterator[Span]:
    """The UTC spans at which a zone's wall clock shows one of these wall-clock seconds: each regime sees them anew."""
    ends = [end for _, end in wall_spans]
    for regime_start, regime_end, offset in zone_regimes:
        for index in range(bisect_right(ends, regime_start + offset), len(wall_spans)):
            start, end = wall_spans[index]
            if start - offset >= regime_end:
                break
            yield max(start - offset, regime_start), min(end - offset, regime_end)


@cache
def regimes(zone: str, first: dt.date, last: dt.date) -> tuple[tuple[int, int, int], ...]:
    """(start, end, offset) of each stretch in which a zone keeps its UTC offset, found by bisection to the second."""
    result, start, probe, stop = [], wall(first), wall(first), wall(last)
    while probe < stop:
        following = min(probe + DAY // 2, stop)
        if offset_at(zone, following) != offset_at(zone, probe):
            low, high = probe, following
            while high - low > 1:
                middle = (low + high) // 2
                if offset_at(zone, middle) == offset_at(zone, probe):
                    low = middle
                else:
                    high = middle
            result.append((start, high, offset_at(zone, probe)))
            start = high
        probe = following
    return (*result, (start, stop, offset_at(zone, start)))


def offset_at(zone: str, epoch: int) -> int:
    """Seconds by which the zone's wall clock is ahead of UTC."""
    offset = dt.datetime.fromtimestamp(epoch, ZoneInfo(zone)).utcoffset()
    assert offset is not None
    return round(offset.total_seconds())
