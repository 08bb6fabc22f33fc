"""How long customers waited: first and next responses, what they hide, and what is promised from them."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from orchestration.demo.clock import instant
from orchestration.demo.scoring.cells import Cells, Score, Truth, quantile
from orchestration.demo.scoring.records import contacts, cut, response_waits

HOURS_AS_TODAY = instant("2026-01-02")
WORKS_MEETING = (instant("2026-06-17"), instant("2026-06-18"))


def _per_contact(attribute: str) -> Callable[[Truth], Cells]:
    return lambda truth: {(contact.ticket_id,): getattr(contact, attribute) for contact in contacts(truth)}


def _waited(truth: Truth, contact: Any) -> tuple[int, bool]:
    is_answered = contact.first_response_at is not None
    until = contact.first_response_at if is_answered else cut(truth)
    return until - contact.waiting_from_at, is_answered


def _first_seconds(truth: Truth) -> Cells:
    return {
        (contact.ticket_id,): None
        if contact.first_response_at is None
        else contact.first_response_at - contact.waiting_from_at
        for contact in contacts(truth)
    }


def _business_seconds(truth: Truth) -> Cells:
    return {
        (contact.ticket_id,): contact.first_response_business_seconds
        for contact in contacts(truth)
        if contact.waiting_from_at >= HOURS_AS_TODAY
        and contact.first_response_at is not None
        and not (contact.waiting_from_at < WORKS_MEETING[1] and contact.first_response_at > WORKS_MEETING[0])
    }


def _covered(truth: Truth) -> Cells:
    cells: dict[tuple[str, str], float | None] = {}
    for contact in contacts(truth):
        key = (contact.market, contact.month)
        cells[key] = (cells.get(key) or 0) + contact.waited_covered_calendar_seconds
    return cells


def _first_quantile(share: float, *keys: str) -> Callable[[Truth], Cells]:
    def by(truth: Truth) -> Cells:
        waits = defaultdict(list)
        for contact in contacts(truth):
            waits[tuple(getattr(contact, key) for key in keys)].append(_waited(truth, contact))
        return {(*key, quantile(found, share)[1]): quantile(found, share)[0] for key, found in waits.items()}

    return by


def _within(seconds: int) -> Callable[[Truth], Cells]:
    def by(truth: Truth) -> Cells:
        cells: dict[tuple[str], float | None] = {}
        for contact in contacts(truth):
            waited, is_answered = _waited(truth, contact)
            cells[contact.week,] = (cells.get((contact.week,)) or 0) + (is_answered and waited <= seconds)
        return cells

    return by


def _next_count(ended_by: tuple[str, ...]) -> Callable[[Truth], Cells]:
    def by(truth: Truth) -> Cells:
        counts: dict[Any, float | None] = {}
        for wait in response_waits(truth):
            key = (wait.market, wait.week)
            counts[key] = (counts.get(key) or 0) + (wait.ended_by in ended_by)
        return counts

    return by


def _next_seconds(truth: Truth) -> Cells:
    totals: dict[Any, float | None] = {(wait.market, wait.week): None for wait in response_waits(truth)}
    for wait in response_waits(truth):
        if wait.ended_by == "reply":
            key = (wait.market, wait.week)
            totals[key] = (totals[key] or 0) + wait.waiting_until_at - wait.waiting_from_at
    return totals


def _next_p90(truth: Truth) -> Cells:
    waits = defaultdict(list)
    for wait in response_waits(truth):
        waits[wait.market, wait.week].append((wait.waiting_until_at - wait.waiting_from_at, wait.ended_by == "reply"))
    return {(*key, quantile(found, 0.9)[1]): quantile(found, 0.9)[0] for key, found in waits.items()}


def _answered(value: Callable[[Any], float]) -> Callable[[Truth], Cells]:
    def by(truth: Truth) -> Cells:
        totals: dict[Any, float | None] = {}
        for contact in contacts(truth):
            if contact.first_response_at is not None:
                key = (contact.market, contact.week)
                totals[key] = (totals.get(key) or 0) + value(contact)
        return totals

    return by


WEEKLY = "direct.rpt_first_responses_by_week"
VARIANTS = "direct.rpt_first_response_variants_by_week"
NEXT = "direct.rpt_next_responses_by_week"
WAITS = (
    Score(
        "first_response_calendar_seconds", "core.fct_tickets",
        "select ticket_id, first_response_calendar_seconds from core.fct_tickets", _first_seconds,
    ),
    Score(
        "first_response_business_seconds, since 2026", "core.fct_tickets",
        "select ticket_id, first_response_business_seconds from core.fct_tickets where is_answered "
        "and waiting_from_at >= timestamp '2026-01-02' and not (waiting_from_at < timestamp '2026-06-18' "
        "and first_response_at > timestamp '2026-06-17')", _business_seconds,
        why="the helpdesk tells today's hours and whole holidays only, so that earlier contacts are not compared",
    ),
    Score(
        "waited_covered_calendar_seconds", "core.fct_tickets",
        "select ticket_id, waited_covered_calendar_seconds from core.fct_tickets",
        _per_contact("waited_covered_calendar_seconds"),
    ),
    Score(
        "total_covered_wait_calendar_seconds", "direct.rpt_first_responses_by_dimension_month",
        "select dimension_value, created_month, total_covered_wait_calendar_seconds "
        "from direct.rpt_first_responses_by_dimension_month where dimension_name = 'market'", _covered,
    ),
    Score(
        "first response, median by week (censored)", WEEKLY,
        "select created_week, is_first_response_calendar_seconds_median_at_least, first_response_calendar_seconds_median "
        f"from {WEEKLY}", _first_quantile(0.5, "week"),
    ),
    Score(
        "first response, p90 by week (censored)", WEEKLY,
        "select created_week, is_first_response_calendar_seconds_p90_at_least, first_response_calendar_seconds_p90 "
        f"from {WEEKLY}", _first_quantile(0.9, "week"),
    ),
    Score(
        "first response, p90 by market and week (censored)", "direct.rpt_first_responses_by_market_week",
        "select market, created_week, is_first_response_calendar_seconds_p90_at_least, first_response_calendar_seconds_p90 "
        "from direct.rpt_first_responses_by_market_week", _first_quantile(0.9, "market", "week"),
    ),
    Score(
        "first response, median by channel and month (censored)", "direct.rpt_first_responses_by_dimension_month",
        "select dimension_value, created_month, is_first_response_calendar_seconds_median_at_least, "
        "first_response_calendar_seconds_median from direct.rpt_first_responses_by_dimension_month "
        "where dimension_name = 'channel'", _first_quantile(0.5, "channel", "month"),
    ),
    Score(
        "answered within two hours", WEEKLY, f"select created_week, answered_within_target_count from {WEEKLY}", _within(7200)
    ),
    Score(
        "first answers of which it is known whether they were canned", VARIANTS,
        f"select market, created_week, canned_known_count from {VARIANTS}", _answered(lambda _: 0),
        why="the demo's helpdesk does not tell canned replies: none is known, and none is counted",
    ),
    Score(
        "first answers followed at once", VARIANTS, f"select market, created_week, followed_at_once_count from {VARIANTS}",
        _answered(lambda contact: contact.is_followed_at_once),
    ),
    Score(
        "next responses: waits", NEXT, f"select market, waiting_from_week, wait_count from {NEXT}",
        _next_count(("reply", "resolution", "nothing")),
    ),
    Score(
        "next responses: ended by a resolution alone", NEXT,
        f"select market, waiting_from_week, resolved_without_answer_count from {NEXT}", _next_count(("resolution",)),
    ),
    Score(
        "next responses: total seconds", NEXT,
        f"select market, waiting_from_week, total_next_response_calendar_seconds from {NEXT}", _next_seconds,
    ),
    Score(
        "next responses: p90 (censored)", NEXT,
        "select market, waiting_from_week, is_next_response_calendar_seconds_p90_at_least, next_response_calendar_seconds_p90 "
        f"from {NEXT}", _next_p90,
    ),
)  # fmt: skip
