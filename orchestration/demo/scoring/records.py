"""The world's records of contacts as values with names, for the comparisons."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from orchestration.demo.clock import REPORTING_ZONE
from orchestration.demo.scoring.cells import Truth

_ZONE = ZoneInfo(REPORTING_ZONE)


def contacts(truth: Truth) -> Iterator[Any]:
    """Each contact, its columns as attributes, and `week` and `month` of its creation.

    `waited` and `was_open` are seconds with whether they are over: until the first response, and until the last resolution.
    """
    until = cut(truth)
    for contact in _records(truth["contacts"]):
        contact.week = week_of(contact.created_at)
        contact.month = month_of(contact.created_at)
        contact.waited = _lasted(contact.waiting_from_at, contact.first_response_at, until)
        contact.was_open = _lasted(contact.created_at, contact.resolved_at, until)
        yield contact


def response_waits(truth: Truth) -> Iterator[Any]:
    """Each wait after a contact's first, with `week` of its beginning and `is_answered`."""
    for wait in _records(truth["response_waits"]):
        wait.week = week_of(wait.waiting_from_at)
        wait.is_answered = wait.ended_by == "reply"
        yield wait


def answers(truth: Truth, kind: str) -> Iterator[Any]:
    """Each of the ratings, offers or efforts of the surveys after a contact."""
    yield from _records(truth["surveys"][kind])


def feedback(truth: Truth, kind: str) -> Iterator[Any]:
    """Each of the app reviews, or of the answers to the loyalty survey (nps)."""
    yield from _records(truth["feedback"][kind])


def _records(table: Mapping[str, Any]) -> Iterator[SimpleNamespace]:
    for row in table["rows"]:
        yield SimpleNamespace(**dict(zip(table["columns"], row, strict=True)))


def _lasted(since: int, until: int | None, now: int) -> tuple[int, bool]:
    return (now if until is None else until) - since, until is not None


def cut(truth: Truth) -> int:
    """The instant just before which everything is known, in seconds since 1970."""
    return int(datetime.fromisoformat(truth["world"]["known_through_at"]).timestamp())


def day_of(moment: int) -> date:
    """The day in the reporting time zone."""
    return datetime.fromtimestamp(moment, UTC).astimezone(_ZONE).date()


def midnight(day: date) -> int:
    """The instant at which a day begins in the reporting time zone."""
    return int(datetime(day.year, day.month, day.day, tzinfo=_ZONE).timestamp())


def monday_of(moment: int) -> date:
    """The Monday of its week."""
    day = day_of(moment)
    return day - timedelta(days=day.weekday())


def week_of(moment: int) -> str:
    """Its Monday, as text."""
    return str(monday_of(moment))


def month_of(moment: int) -> str:
    """Its first day."""
    return str(day_of(moment).replace(day=1))


def quarter_of(moment: int) -> str:
    """Its first day."""
    day = day_of(moment)
    return str(day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1))
