"""The world's records of contacts as values with names, for the comparisons."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from orchestration.demo.clock import REPORTING_ZONE
from orchestration.demo.scoring.cells import Truth

_ZONE = ZoneInfo(REPORTING_ZONE)


def contacts(truth: Truth) -> Iterator[Any]:
    """Each contact, its columns as attributes, and `week` and `month` of its creation."""
    columns = truth["contacts"]["columns"]
    for row in truth["contacts"]["rows"]:
        contact = SimpleNamespace(**dict(zip(columns, row, strict=True)))
        contact.week = week_of(contact.created_at)
        contact.month = month_of(contact.created_at)
        yield contact


def response_waits(truth: Truth) -> Iterator[Any]:
    """Each wait after a contact's first, with `week` of its beginning."""
    columns = truth["response_waits"]["columns"]
    for row in truth["response_waits"]["rows"]:
        wait = SimpleNamespace(**dict(zip(columns, row, strict=True)))
        wait.week = week_of(wait.waiting_from_at)
        yield wait


def cut(truth: Truth) -> int:
    """The instant just before which everything is known, in seconds since 1970."""
    return int(datetime.fromisoformat(truth["world"]["known_through_at"]).timestamp())


def day_of(moment: int) -> date:
    """The day in the reporting time zone."""
    return datetime.fromtimestamp(moment, UTC).astimezone(_ZONE).date()


def week_of(moment: int) -> str:
    """Its Monday."""
    day = day_of(moment)
    return str(day - timedelta(days=day.weekday()))


def month_of(moment: int) -> str:
    """Its first day."""
    return str(day_of(moment).replace(day=1))
