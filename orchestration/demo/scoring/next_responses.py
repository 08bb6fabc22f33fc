"""How long customers waited for a later answer, once they had had a first one."""

from collections.abc import Callable, Mapping
from typing import Any

from orchestration.demo.scoring.cells import Key, Score, Truth
from orchestration.demo.scoring.marts import Duration, grouped, of_mart, of_quantiles
from orchestration.demo.scoring.records import response_waits
from orchestration.demo.scoring.waits import QUANTILES, SINCE, TODAYS_HOURS

NEXT = "direct.rpt_next_responses_by_week"


def _waits(truth: Truth) -> Mapping[Key, list[Any]]:
    return grouped(response_waits(truth), lambda wait: (wait.market, wait.week))


def _calendar(truth: Truth) -> Mapping[Key, list[Duration]]:
    return {
        key: [(wait.waiting_until_at - wait.waiting_from_at, wait.is_answered) for wait in cell]
        for key, cell in _waits(truth).items()
    }


def _business(truth: Truth) -> Mapping[Key, list[Duration]]:
    return {
        (market, week): [(wait.waited_business_seconds, wait.is_answered) for wait in cell]
        for (market, week), cell in _waits(truth).items()
        if week >= SINCE
    }


def _ended_by(*endings: str) -> Callable[[list[Any]], int]:
    return lambda cell: sum(wait.ended_by in endings for wait in cell)


def _seconds(cell: list[Any]) -> int | None:
    answered = [wait.waiting_until_at - wait.waiting_from_at for wait in cell if wait.is_answered]
    return sum(answered) if answered else None


NEXT_RESPONSES: tuple[Score, ...] = (
    *of_mart(
        NEXT, "market, waiting_from_week", _waits,
        {
            "wait_count": len,
            "answered_count": _ended_by("reply"),
            "resolved_without_answer_count": _ended_by("resolution"),
            "total_next_response_calendar_seconds": _seconds,
        },
    ),
    *of_quantiles(NEXT, "market, waiting_from_week", _calendar, "next_response_calendar_seconds", QUANTILES),
    *of_quantiles(
        NEXT, "market, waiting_from_week", _business, "next_response_business_seconds", QUANTILES,
        where=f"waiting_from_week >= date '{SINCE}'", why=TODAYS_HOURS,
    ),
)  # fmt: skip
