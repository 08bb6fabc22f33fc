"""How long customers waited for the first response: each contact, by week, and by what may explain it."""

from collections.abc import Callable, Mapping
from typing import Any

from orchestration.demo.clock import instant
from orchestration.demo.scoring.cells import Cells, Key, Score, Truth
from orchestration.demo.scoring.marts import Duration, grouped, of_mart, of_quantiles, over
from orchestration.demo.scoring.records import contacts

HOURS_AS_TODAY = instant("2026-01-02")
WORKS_MEETING = (instant("2026-06-17"), instant("2026-06-18"))
TODAYS_HOURS = "the helpdesk tells today's hours and whole holidays only: what lies before them is not compared"
TARGET_SECONDS = 7200
TICKETS = "core.fct_tickets"
WEEKLY = "direct.rpt_first_responses_by_week"
MARKETS = "direct.rpt_first_responses_by_market_week"
DIMENSIONS = "direct.rpt_first_responses_by_dimension_month"
VARIANTS = "direct.rpt_first_response_variants_by_week"
QUANTILES = {"median": 0.5, "p90": 0.9}
SINCE = "2026-06-22"
"""The Monday from which on the helpdesk's hours tell every stretch of business time."""


def _by_contact(value: Callable[[Any], float | None]) -> Callable[[Truth], Cells]:
    return lambda truth: {(contact.ticket_id,): value(contact) for contact in contacts(truth)}


def _first_seconds(contact: Any) -> float | None:
    return contact.waited[0] if contact.waited[1] else None


def _business_seconds(truth: Truth) -> Cells:
    return {
        (contact.ticket_id,): contact.first_response_business_seconds
        for contact in contacts(truth)
        if contact.waited[1]
        and contact.waiting_from_at >= HOURS_AS_TODAY
        and not (contact.waiting_from_at < WORKS_MEETING[1] and contact.first_response_at > WORKS_MEETING[0])
    }


def _waits(*keys: str) -> Callable[[Truth], Mapping[Key, list[Duration]]]:
    def by(truth: Truth) -> Mapping[Key, list[Duration]]:
        cells = _contacts(*keys)(truth)
        return {key: [contact.waited for contact in cell] for key, cell in cells.items()}

    return by


def _business_waits(truth: Truth) -> Mapping[Key, list[Duration]]:
    return {
        (week,): [(contact.waited_business_seconds, contact.waited[1]) for contact in cell]
        for (week,), cell in _contacts("week")(truth).items()
        if week >= SINCE
    }


def _contacts(*keys: str) -> Callable[[Truth], Mapping[Key, list[Any]]]:
    """The contacts of each cell."""
    return lambda truth: grouped(contacts(truth), lambda contact: tuple(getattr(contact, key) for key in keys))


def _answered_contacts(*keys: str) -> Callable[[Truth], Mapping[Key, list[Any]]]:
    def by(truth: Truth) -> Mapping[Key, list[Any]]:
        answered = (contact for contact in contacts(truth) if contact.waited[1])
        return grouped(answered, lambda contact: tuple(getattr(contact, key) for key in keys))

    return by


def _answered(cell: list[Any]) -> int:
    return sum(contact.waited[1] for contact in cell)


def _answered_seconds(cell: list[Any]) -> int | None:
    return sum(contact.waited[0] for contact in cell if contact.waited[1]) if _answered(cell) else None


def _in_time(cell: list[Any]) -> int:
    return sum(contact.waited[1] and contact.waited[0] <= TARGET_SECONDS for contact in cell)


def _judged(cell: list[Any]) -> int:
    """Contacts of which it is known whether they were answered in time."""
    return sum(contact.waited[1] or contact.waited[0] > TARGET_SECONDS for contact in cell)


def _covered(cell: list[Any]) -> int:
    return sum(contact.waited_covered_calendar_seconds for contact in cell)


def _uncovered(cell: list[Any]) -> int:
    return sum(contact.waited[0] for contact in cell) - _covered(cell)


def _followed_at_once(cell: list[Any]) -> int:
    return sum(contact.is_followed_at_once for contact in cell)


WAITS = (
    Score(
        "first_response_calendar_seconds", TICKETS, f"select ticket_id, first_response_calendar_seconds from {TICKETS}",
        _by_contact(_first_seconds),
    ),
    Score(
        "first_response_business_seconds", TICKETS,
        f"select ticket_id, first_response_business_seconds from {TICKETS} where is_answered "
        "and waiting_from_at >= timestamp '2026-01-02' and not (waiting_from_at < timestamp '2026-06-18' "
        "and first_response_at > timestamp '2026-06-17')", _business_seconds, why=TODAYS_HOURS,
    ),
    Score(
        "waited_covered_calendar_seconds", TICKETS, f"select ticket_id, waited_covered_calendar_seconds from {TICKETS}",
        _by_contact(lambda contact: contact.waited_covered_calendar_seconds),
    ),
    *of_mart(
        WEEKLY, "created_week", _contacts("week"),
        {
            "known_wait_count": len,
            "answered_count": _answered,
            "unanswered_count": lambda cell: len(cell) - _answered(cell),
            "unanswered_ratio": lambda cell: over(len(cell) - _answered(cell), len(cell)),
            "answered_within_target_count": _in_time,
            "target_outcome_known_count": _judged,
            "answered_within_target_ratio": lambda cell: over(_in_time(cell), _judged(cell)),
            "oldest_wait_calendar_seconds": lambda cell: max(
                (contact.waited[0] for contact in cell if not contact.waited[1]), default=None
            ),
            "total_first_response_calendar_seconds": _answered_seconds,
            "first_response_calendar_seconds_mean": lambda cell: over(_answered_seconds(cell), _answered(cell)),
        },
        columns={"known_wait_count": "contact_count"},
    ),
    *of_quantiles(WEEKLY, "created_week", _waits("week"), "first_response_calendar_seconds", QUANTILES),
    *of_quantiles(
        WEEKLY, "created_week", _business_waits, "first_response_business_seconds", QUANTILES,
        where=f"created_week >= date '{SINCE}'", why=TODAYS_HOURS,
    ),
    *of_quantiles(MARKETS, "market, created_week", _waits("market", "week"), "first_response_calendar_seconds", QUANTILES),
    *of_quantiles(
        DIMENSIONS, "dimension_value, created_month", _waits("channel", "month"), "first_response_calendar_seconds", QUANTILES,
        where="dimension_name = 'channel'",
    ),
    *of_mart(
        DIMENSIONS, "dimension_value, created_month", _contacts("market", "month"),
        {
            "total_covered_wait_calendar_seconds": _covered,
            "total_uncovered_wait_calendar_seconds": _uncovered,
            "uncovered_wait_ratio": lambda cell: over(_uncovered(cell), _covered(cell) + _uncovered(cell)),
        },
        where="dimension_name = 'market'",
    ),
    *of_mart(
        VARIANTS, "market, created_week", _answered_contacts("market", "week"),
        {
            "canned_known_count": lambda _: 0,
            "followed_at_once_count": _followed_at_once,
            "gaming_ratio": lambda cell: over(_followed_at_once(cell), len(cell)),
            "substantive_response_calendar_seconds_mean": lambda cell: over(_answered_seconds(cell), len(cell)),
        },
        why="the demo's helpdesk does not tell canned replies: none is known, and none is counted",
    ),
)  # fmt: skip
