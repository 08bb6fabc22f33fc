"""Ranges of days: what is asked of a vendor whose listing is cut by dates.

Belongs here: the cutting of a range into pieces. What a vendor makes of a piece's last day stands with its extractor.
"""

from collections.abc import Iterator
from datetime import date, timedelta


def day_windows(first: date, last: date, days: int) -> Iterator[tuple[date, date]]:
    """Consecutive pieces of at most `days` days from `first` to `last`, both ends of each included; none if it is empty."""
    while first <= last:
        end = min(first + timedelta(days=days - 1), last)
        yield first, end
        first = end + timedelta(days=1)
