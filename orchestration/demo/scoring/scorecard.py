"""The scorecard's weeks, months and half-years, and how far the strategy's metrics are from their paths."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from orchestration.demo.scoring.cells import Cells, Key, Score, Truth, quantile
from orchestration.demo.scoring.marts import Duration, over
from orchestration.demo.scoring.plans import WEEK, seed
from orchestration.demo.scoring.records import answers, contacts, cut, day_of, feedback, monday_of, week_of

SCORECARD = "drivers.rpt_scorecard_by_week"
VALUES = "drivers.rpt_scorecard_values_by_week"
STRATEGY = "drivers.rpt_strategy_objectives_by_week"
MONTHS = {4: "four_week", 26: "half_year"}


@dataclass(frozen=True)
class Week:
    """What a week measured: the parts of a ratio with its factor, or the waits whose median counts."""

    part: float = 0.0
    whole: float = 0.0
    factor: float = 1.0
    waits: tuple[Duration, ...] = ()

    @staticmethod
    def value(weeks: Iterable["Week"]) -> float | None:
        """Of one week or of several together."""
        weeks = list(weeks)
        waits = [wait for week in weeks for wait in week.waits]
        if waits:
            return quantile(waits, 0.5)[0]
        ratio = over(sum(week.part for week in weeks), sum(week.whole for week in weeks))
        return None if ratio is None else ratio * max(week.factor for week in weeks)


def _weeks(truth: Truth) -> dict[str, dict[str, Week]]:
    """By metric and week."""
    waits: dict[str, list[Duration]] = {}
    for contact in contacts(truth):
        waits.setdefault(contact.week, []).append(contact.waited)
    orders: dict[str, float] = {}
    for _, week, count in truth["intensity"]["orders_by_week_market"]:
        orders[week] = orders.get(week, 0) + count
    return {
        "first_response_calendar_seconds_median": {week: Week(waits=tuple(each)) for week, each in waits.items()},
        "unanswered_ratio": {
            week: Week(sum(not is_over for _, is_over in each), len(each)) for week, each in waits.items()
        },
        "csat_ratio": _counted(
            ((week_of(each.responded_at), each.rating == "positive") for each in answers(truth, "ratings")),
            (week_of(each.offered_at) for each in answers(truth, "offers") if each.survey_type == "csat"),
        ),
        "contact_intensity": {
            week: Week(len(waits.get(week, ())), orders.get(week, 0), 100) for week in {*waits, *orders}
        },
        "nps_score": _counted(
            (
                (week_of(each.responded_at), (each.score >= 9) - (each.score <= 6))
                for each in feedback(truth, "nps")
            ),
            factor=100,
        ),
        "order_return_ratio": _cohorts(truth, "returns_by_market_week"),
        "inr_ratio": _cohorts(truth, "inr_by_market_week"),
        "contractor_cost_usd": {
            week: Week(usd, 1)
            for week, employment, *_, usd in truth["workforce"]["paid_by_week_employment"]
            if employment == "contractor"
        },
        "rating_stars_mean": _counted((week_of(each.reviewed_at), each.stars) for each in feedback(truth, "reviews")),
    }  # fmt: skip


def _counted(rows: Iterable[tuple[str, float]], also: Iterable[str] = (), factor: float = 1) -> dict[str, Week]:
    """Sums and numbers of values by week; weeks in `also` are there even without any."""
    sums: dict[str, tuple[float, int]] = dict.fromkeys(also, (0.0, 0))
    for week, value in rows:
        total, count = sums.get(week, (0.0, 0))
        sums[week] = (total + value, count + 1)
    return {week: Week(total, count, factor) for week, (total, count) in sums.items()}


def _cohorts(truth: Truth, rows: str) -> dict[str, Week]:
    sums: dict[str, tuple[float, float]] = {}
    for _, week, whole, cases, *_ in truth["maturity"][rows]:
        before = sums.get(week, (0, 0))
        sums[week] = (before[0] + cases, before[1] + whole)
    return {week: Week(cases, whole) for week, (cases, whole) in sums.items()}


def _calendar(truth: Truth) -> list[date]:
    """Every Monday of the records, the one of the week that is not over included."""
    first = date.fromisoformat(min(contact.week for contact in contacts(truth)))
    last = monday_of(cut(truth) - 1)
    return [first + number * WEEK for number in range((last - first).days // 7 + 1)]


def _window(length: int) -> Callable[[Truth], Cells]:
    """Of the latest weeks together; none before there are so many. The median of several weeks is told of the last half-year."""

    def by(truth: Truth) -> Cells:
        calendar, told_since = _calendar(truth), monday_of(cut(truth)) - 26 * WEEK
        cells: dict[Key, float | None] = {}
        for metric, weeks in _weeks(truth).items():
            for number, monday in enumerate(calendar):
                window = [
                    weeks[str(each)]
                    for each in calendar[max(number - length + 1, 0) : number + 1]
                    if str(each) in weeks
                ]
                is_told = length == 1 or not window or not window[0].waits or monday >= told_since
                cells[metric, str(monday)] = Week.value(window) if is_told and number + 1 >= length else None
        return cells

    return by


def _monthly(truth: Truth) -> dict[str, dict[str, float | None]]:
    """Of the months that are over, of all markets: by metric and the first day."""
    rows = [row for row in truth["maturity"]["retention_by_market_month"] if row[0] == "all"]
    months = sorted(row[1] for row in rows)
    result: dict[str, dict[str, float | None]] = {"retention_ratio": {}, "repeat_order_ratio": {}}
    for _, month, previous, retained, _, orders, repeats in rows:
        if _next_month(date.fromisoformat(month)) <= day_of(cut(truth)):
            result["retention_ratio"][month] = None if month == months[0] else over(retained, previous)
            result["repeat_order_ratio"][month] = None if month in months[:12] else over(repeats, orders)
    return result


def _next_month(month: date) -> date:
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def _known_by_week(truth: Truth) -> dict[str, dict[date, float | None]]:
    """What the strategy looks at: weeks, and in every week the newest month that was over by its end."""
    calendar = _calendar(truth)
    known = {
        metric: {date.fromisoformat(week): Week.value([each]) for week, each in weeks.items()}
        for metric, weeks in _weeks(truth).items()
    }
    for metric, months in _monthly(truth).items():
        known[metric] = {}
        for monday in calendar:
            month = ((monday + WEEK).replace(day=1) - timedelta(days=1)).replace(day=1)
            if str(month) in months:
                known[metric][monday] = months[str(month)]
    return known


def _deviations(truth: Truth) -> Cells:
    """By objective's rank and week: how far the metric is from the straight line to its target, up being good."""
    known = _known_by_week(truth)
    downward = {row["metric_name"] for row in seed("metric_targets") if row["direction"] == "down"}
    cells: dict[Key, float | None] = {}
    for row in seed("strategy_objectives"):
        begins, ends = (date.fromisoformat(row[f"{name}_date"]) for name in ("baseline", "target"))
        values = known[row["metric_name"]]
        before = [values.get(begins - number * WEEK) for number in range(1, 5)]
        baseline = float(row["baseline_value"]) if row["baseline_value"] else _mean(before)
        for monday in _calendar(truth):
            if monday + WEEK <= begins:
                continue
            share = min((monday + WEEK - begins).days / (ends - begins).days, 1)
            path = None if baseline is None else baseline + (float(row["target_value"]) - baseline) * share
            value = values.get(monday)
            off = None if value is None or path is None else value - path
            cells[int(row["objective_rank"]), str(monday)] = (
                -off if off is not None and row["metric_name"] in downward else off
            )
    return cells


def _mean(values: list[float | None]) -> float | None:
    there = [value for value in values if value is not None]
    return over(sum(there), len(there))


def _sums(part: str) -> Callable[[Truth], Cells]:
    def by(truth: Truth) -> Cells:
        return {
            (metric, week): getattr(each, part)
            for metric, weeks in _weeks(truth).items()
            if metric != "first_response_calendar_seconds_median"
            for week, each in weeks.items()
        }

    return by


_RATIOS = "metric_name <> 'first_response_calendar_seconds_median'"
_later: dict[str, Any] = {"why": "weeks that are still growing are compared as they stand"}
SCORECARDS: tuple[Score, ...] = (
    *(
        Score(column, VALUES, f"select metric_name, scorecard_week, {column} from {VALUES} where {_RATIOS}", _sums(part))
        for column, part in (("numerator_value", "part"), ("denominator_count", "whole"))
    ),
    Score("value", SCORECARD, f"select metric_name, scorecard_week, value from {SCORECARD}", _window(1), **_later),
    *(
        Score(
            f"{name}_value", SCORECARD, f"select metric_name, scorecard_week, {name}_value from {SCORECARD}",
            _window(length), **_later,
        )
        for length, name in MONTHS.items()
    ),
    Score(
        "deviation_value", STRATEGY, f"select objective_rank, objective_week, deviation_value from {STRATEGY}", _deviations
    ),
)  # fmt: skip
