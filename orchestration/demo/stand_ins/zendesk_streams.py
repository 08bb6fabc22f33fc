"""What a stand-in of Zendesk keeps: the account's records, in the order in which exports hand them out.

Belongs here: order and pages. What the records hold is made in `zendesk_data`.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Record = dict[str, Any]
Position = tuple[int, int]
"""The second (since 1970) by which an export orders, and the record's id."""


class Stream:
    """Records in the order of an export.

    Args:
        records: in any order, or a sequence that is in order already and makes its records as they are asked for.
        second: a record's second.
        is_ordered: the records are in order already.
    """

    def __init__(self, records: Sequence[Record], second: Callable[[Record], int], *, is_ordered: bool = False) -> None:
        self._second = second
        self.records: Sequence[Record] = records if is_ordered else sorted(records, key=self.position)

    def position(self, record: Record) -> Position:
        """Where a record stands."""
        return self._second(record), record["id"]

    def put(self, *records: Record) -> None:
        """Add records, or new states of records with the same id."""
        ids = {record["id"] for record in records}
        kept = [record for record in self.records if record["id"] not in ids]
        self.records = sorted([*kept, *records], key=self.position)

    def get(self, record_id: int) -> Record:
        """The record of that id.

        Raises:
            KeyError: there is none.
        """
        for record in self.records:
            if record["id"] == record_id:
                return record
        raise KeyError(record_id)

    def after(self, position: Position, size: int, until: int) -> tuple[list[Record], bool]:
        """At most `size` records behind a position and not after the second `until`, and whether there are more."""
        first = bisect_right(self.records, position, key=self.position)
        return self._part(first, first + size, until)

    def since(self, second: int, size: int, until: int) -> tuple[list[Record], bool]:
        """Records from a second on: at most `size`, and all of the last record's second."""
        first = bisect_left(self.records, (second, -1), key=self.position)
        last = first + size
        if last < len(self.records):
            end_second = self.position(self.records[last - 1])[0]
            last = bisect_right(self.records, (end_second, 2**62), key=self.position)
        return self._part(first, last, until)

    def _part(self, first: int, last: int, until: int) -> tuple[list[Record], bool]:
        served = bisect_right(self.records, (until, 2**62), key=self.position)
        return list(self.records[first : min(last, served)]), last < served


def _by_generation(record: Record) -> int:
    return int(record["generated_timestamp"])


def _by_update(record: Record) -> int:
    return _second_of(record["updated_at"])


def _by_timestamp(record: Record) -> int:
    return int(record["timestamp"])


def _by_time(record: Record) -> int:
    return _second_of(record["time"])


def _second_of(text: str) -> int:
    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


def ticket_stream(records: Sequence[Record], *, is_ordered: bool = False) -> Stream:
    """Tickets, by `generated_timestamp`."""
    return Stream(records, _by_generation, is_ordered=is_ordered)


def user_stream(records: Sequence[Record], *, is_ordered: bool = False) -> Stream:
    """Users, by `updated_at`."""
    return Stream(records, _by_update, is_ordered=is_ordered)


def event_stream(records: Sequence[Record], *, is_ordered: bool = False) -> Stream:
    """Ticket events, by `timestamp`."""
    return Stream(records, _by_timestamp, is_ordered=is_ordered)


def metric_event_stream(records: Sequence[Record], *, is_ordered: bool = False) -> Stream:
    """Ticket metric events, by `time`."""
    return Stream(records, _by_time, is_ordered=is_ordered)


@dataclass
class ZendeskData:
    """An account. `survey_responses` are by id, each with the second of its creation; `holidays` are by schedule."""

    tickets: Stream = field(default_factory=lambda: ticket_stream([]))
    users: Stream = field(default_factory=lambda: user_stream([]))
    ticket_events: Stream = field(default_factory=lambda: event_stream([]))
    ticket_metric_events: Stream = field(default_factory=lambda: metric_event_stream([]))
    groups: list[Record] = field(default_factory=list)
    schedules: list[Record] = field(default_factory=list)
    holidays: dict[int, list[Record]] = field(default_factory=dict)
    ratings: dict[int, Record] = field(default_factory=dict)
    survey_responses: dict[str, tuple[int, Record]] = field(default_factory=dict)
    deleted_tickets: list[Record] = field(default_factory=list)
