"""Whether customers would recommend us, by period, and whether that changed."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from orchestration.demo.scoring.cells import Key, Score, Truth
from orchestration.demo.scoring.marts import grouped, of_mart, over
from orchestration.demo.scoring.records import feedback, month_of, quarter_of, week_of

WEEKS = "indirect.rpt_nps_by_week"
MONTHS = "indirect.rpt_nps_by_month"
QUARTERS = "indirect.rpt_nps_by_quarter"
ALL_TIME = "indirect.rpt_nps_all_time"
CHANGES = "indirect.rpt_nps_changes_by_month"
Answers = Mapping[Key, list[Any]]


def _by(period: Callable[[int], str]) -> Callable[[Truth], Answers]:
    return lambda truth: grouped(feedback(truth, "nps"), lambda answer: (answer.market, period(answer.responded_at)))


def _ever(truth: Truth) -> Answers:
    return {(): list(feedback(truth, "nps"))}


def _compared(truth: Truth) -> Answers:
    """By kind of period, market or all, near a contact or not or all, and period."""
    cells: dict[Key, list[Any]] = {}
    for answer in feedback(truth, "nps"):
        for kind, period in (("month", month_of(answer.responded_at)), ("quarter", quarter_of(answer.responded_at))):
            for market in (answer.market, "all"):
                for group in ("near a contact" if answer.is_near_contact else "not near a contact", "all"):
                    cells.setdefault((kind, market, group, period), []).append(answer)
    return cells


def _with_the_one_before(truth: Truth) -> Mapping[Key, tuple[list[Any], list[Any]]]:
    cells = _compared(truth)
    return {
        (kind, market, group, period): (cell, cells.get((kind, market, group, _before(kind, period)), []))
        for (kind, market, group, period), cell in cells.items()
    }


def _before(kind: str, period: str) -> str:
    day = date.fromisoformat(period)
    month = 12 * day.year + day.month - 1 - (1 if kind == "month" else 3)
    return str(date(month // 12, month % 12 + 1, 1))


def _promoters(cell: list[Any]) -> int:
    return sum(answer.score >= 9 for answer in cell)


def _detractors(cell: list[Any]) -> int:
    return sum(answer.score <= 6 for answer in cell)


def _passives(cell: list[Any]) -> int:
    return len(cell) - _promoters(cell) - _detractors(cell)


def _nps(cell: list[Any]) -> float | None:
    return over(100 * (_promoters(cell) - _detractors(cell)), len(cell))


def _change(cells: tuple[list[Any], list[Any]]) -> float | None:
    now, earlier = _nps(cells[0]), _nps(cells[1])
    return None if now is None or earlier is None else now - earlier


GROUPS = {"promoter_count": _promoters, "passive_count": _passives, "detractor_count": _detractors}
LOYALTY: tuple[Score, ...] = (
    *of_mart(WEEKS, "market, responded_week", _by(week_of), {**GROUPS, "nps_score": _nps}),
    *of_mart(
        MONTHS, "market, responded_month", _by(month_of), {**GROUPS, "nps_response_count": len, "nps_score": _nps},
        columns={"nps_response_count": "response_count"},
    ),
    *of_mart(QUARTERS, "market, responded_quarter", _by(quarter_of), {**GROUPS, "nps_score": _nps}),
    *of_mart(ALL_TIME, "", _ever, {**GROUPS, "nps_score": _nps}),
    *of_mart(CHANGES, "period_kind, market, response_group, period_month", _compared, {**GROUPS, "nps_score": _nps}),
    *of_mart(
        CHANGES, "period_kind, market, response_group, period_month", _with_the_one_before, {"nps_change_score": _change}
    ),
)  # fmt: skip
