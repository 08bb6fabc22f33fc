"""What the overview's numbers should be, counted from core's facts in Python with its own clock.

Belongs here: independent counts. No report that the board reads is used, and no formula of the project is imported.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from board_drawing import Drawn

BERLIN = ZoneInfo("Europe/Berlin")
UTC = ZoneInfo("UTC")


def week_bounds(monday: date) -> list[datetime]:
    """The week's first instant and the next week's, UTC without zone, by the reporting time zone's midnights."""
    midnights = [datetime.combine(day, datetime.min.time(), BERLIN) for day in (monday, monday + timedelta(days=7))]
    return [midnight.astimezone(UTC).replace(tzinfo=None) for midnight in midnights]


def contacts_and_orders(drawn: Drawn, monday: date) -> tuple[int, int]:
    counts = [
        drawn.rows(f"select count(*) from core.{fact} where {instant} >= ? and {instant} < ?", *week_bounds(monday))[0][
            0
        ]
        for fact, instant in (("fct_tickets", "created_at"), ("fct_orders", "ordered_at"))
    ]
    return counts[0], counts[1]


def intensity_interval(contacts: int, orders: int) -> tuple[float, float]:
    """The 95 % interval of contacts per 100 orders, contacts taken as Poisson: Byar's approximation (Breslow and Day 1987)."""

    def end(events: int, side: int) -> float:
        return events * (1 - 1 / (9 * events) + side * 1.959963984540054 / (3 * events**0.5)) ** 3

    return 100 * end(contacts, -1) / orders, 100 * end(contacts + 1, 1) / orders


def median_wait(waits: list[tuple[int, bool]]) -> float:
    """The shortest wait by which half have their answer, by Kaplan and Meier, one wait after the other."""
    surviving, at_risk = 1.0, len(waits)
    for seconds, is_answered in sorted(waits, key=lambda wait: (wait[0], not wait[1])):
        if is_answered:
            surviving *= 1 - 1 / at_risk
        at_risk -= 1
        if surviving <= 0.5 + 1e-9:
            return seconds
    raise AssertionError("more than half still wait")


def waits_of(drawn: Drawn, monday: date) -> list[tuple[int, bool]]:
    return drawn.rows(
        "select waited_calendar_seconds, first_response_at is not null from core.fct_tickets "
        "where has_message_history and waited_calendar_seconds >= 0 and created_at >= ? and created_at < ?",
        *week_bounds(monday),
    )


def satisfaction(drawn: Drawn, monday: date) -> tuple[int, int]:
    ratings = [
        row[0]
        for row in drawn.rows(
            "select rating from core.fct_csat_responses where responded_at >= ? and responded_at < ?",
            *week_bounds(monday),
        )
    ]
    return ratings.count("positive"), len(ratings)


def promoter_score(drawn: Drawn, monday: date) -> tuple[float, int]:
    scores = [
        row[0]
        for row in drawn.rows(
            "select nps_response_score from core.fct_nps_responses where responded_at >= ? and responded_at < ?",
            *week_bounds(monday),
        )
    ]
    promoters, detractors = sum(score >= 9 for score in scores), sum(score <= 6 for score in scores)
    return 100 * (promoters - detractors) / len(scores), len(scores)


def duration_words(seconds: float) -> str:
    minutes = int(seconds / 60 + 0.5)
    if minutes < 60:
        return f"{minutes} min"
    return (
        f"{minutes // 60} h {minutes % 60} min" if minutes < 2880 else f"{minutes // 1440} d {minutes % 1440 // 60} h"
    )


def signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "\N{MINUS SIGN}")
