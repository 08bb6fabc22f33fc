"""Cohorts of returns and of items not received by age and by seller, and lateness.

Belongs here: what the data determine, and the estimate of what is still to come beside what came of it in the world.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from orchestration.demo.scoring.cells import Cells, Key, Score, Truth, counted
from orchestration.demo.scoring.marts import Value, of_mart, over, part, share
from orchestration.demo.truth_maturity import AGES, SUPPORT_AGES

RETURNS = "secondary.rpt_returns_by_ship_week"
RETURN_AGES = "secondary.rpt_returns_by_cohort_age_week"
CSAT = "direct.rpt_csat_by_market_week"
INR = "secondary.rpt_inr_by_promised_week"
INR_AGES = "secondary.rpt_inr_by_cohort_age_week"
SELLERS = "secondary.rpt_returns_and_inr_by_seller_quarter"
LATE = "secondary.rpt_late_orders_by_dimension_month"
VOLUMES = "secondary.rpt_return_and_inr_volumes_by_week"
DELAYS = "secondary.rpt_delays_by_age_day"
NEWEST_WEEKS = 13
"""Cohorts young enough that much is still to come."""
LISTED_SINCE = "2026-04-06"
"""The Monday before which every dispute is told by the shop's own records."""
EVENTS = ("return_requested", "return_received", "return_refunded", "inr_opened", "inr_refunded")
BY_AGE = f"cohort_period = 'month' and age_days in {AGES}"
RETURN_PARTS = ("shipped", "asked", "asked_in_the_end", "units", "units_asked", "units_asked_in_the_end")
INR_PARTS = ("due", "claimed", "claimed_in_the_end")
ANSWER_PARTS = ("offered", "answered", "answered_in_the_end")
LATE_PARTS = ("over", "late_by_date", "has_moment", "late_by_moment", "month_over", "never_came")


def _cells(rows: str, names: tuple[str, ...]) -> Callable[[Truth], Mapping[Key, dict[str, Any]]]:
    """Rows of the truth by their first columns, the last ones with a name."""
    return lambda truth: {
        tuple(row[: -len(names)]): dict(zip(names, row[-len(names) :], strict=True)) for row in truth["maturity"][rows]
    }


def _by_age(table: str, column: str, rows: str, place: int) -> Score:
    return Score(
        column, table, f"select cohort_date, age_days, sum({column}) from {table} where {BY_AGE} group by all",
        lambda truth: counted(truth["maturity"][rows], lambda row: row[place], 0, 1),
    )  # fmt: skip


def _delays(truth: Truth) -> Cells:
    """By kind of case and age in days: of all there will be, the share that comes by then."""
    return {
        (kind, age): over(by_then, in_all)
        for kind, rows in (("return", "return_delays"), ("survey answered", "answer_delays"))
        for age, by_then, in_all in truth["maturity"][rows]
    }


def _sellers(truth: Truth) -> Mapping[Key, dict[str, Any]]:
    return _cells("by_seller_quarter", ("shipped", "asked", "due", "claimed"))(truth)


def _seller(column: str, name: str) -> Score:
    sql = f"select seller_id, cohort_quarter, sum({column}) from {SELLERS} inner join core.dim_sellers using (seller_key) group by all"
    return Score(column, SELLERS, sql, lambda truth: {key: cell[name] for key, cell in _sellers(truth).items()})


def _events(truth: Truth) -> Mapping[Key, Counter[str]]:
    cells: dict[Key, Counter[str]] = defaultdict(Counter)
    for event, market, week, count in truth["volumes"]:
        cells[market, week][event] += count
    return cells


def _late_by_moment(truth: Truth) -> Mapping[Key, dict[str, Any]]:
    """Where all promises name a moment: in one market."""
    return {key: cell for key, cell in _cells("late_by_dimension_month", LATE_PARTS)(truth).items() if key[1] == "KR"}


ESTIMATED = "an estimate from earlier cohorts of what is still to come"
FEW = "an estimate from few cases: some eighty claims in thirteen weeks, so that chance alone moves it"


def _completed(
    metrics: tuple[str, str],
    table: str,
    columns: tuple[str, str, str],
    rows: str,
    names: tuple[str, ...],
    *,
    whole: str,
    cases: str,
    tolerance: float = 0.15,
    why: str = ESTIMATED,
) -> tuple[Score, Score]:
    """The estimate of what there will be in the end, and what it divides by.

    Args:
        metrics: names of the divisor (orders that count as watched to the end) and of the estimate; columns: the mart's cases so far,
            the divisor, and the week; names: those of the truth's rows, of which `whole` and `cases` are taken, the cases in the
            end as the world knows them and nobody else.
    """  # fmt: skip
    column, matured, week = columns

    def sums(truth: Truth, newest: int | None = None) -> dict[str, float]:
        cells = _cells(rows, names)(truth)
        weeks = sorted({when for _, when in cells})[-(newest or 0) :]
        return {name: sum(cell[name] for (_, when), cell in cells.items() if when in weeks) for name in names}

    def divisor(truth: Truth) -> Cells:
        all_weeks = sums(truth)
        return {(): all_weeks[whole] * all_weeks[cases] / all_weeks[f"{cases}_in_the_end"]}

    def in_the_end(truth: Truth) -> Cells:
        young = sums(truth, NEWEST_WEEKS)
        return {(): over(young[f"{cases}_in_the_end"], young[whole])}

    young = f"select distinct {week} from {table} order by {week} desc limit {NEWEST_WEEKS}"
    return (
        Score(metrics[0], table, f"select sum({matured}) from {table}", divisor, tolerance=0.02, why=ESTIMATED),
        Score(
            metrics[1], table, f"select sum({column}) * 1.0 / sum({matured}) from {table} where {week} in ({young})",
            in_the_end, tolerance=tolerance, why=why,
        ),
    )  # fmt: skip


_late: dict[str, Value] = {
    "promise_ended_order_count": part("over"),
    "late_by_date_order_count": part("late_by_date"),
    "late_by_date_ratio": share("late_by_date", "over"),
    "month_over_order_count": part("month_over"),
    "never_delivered_order_count": part("never_came"),
    "never_delivered_ratio": share("never_came", "month_over"),
    "promised_moment_order_count": part("has_moment"),
}
MATURITY: tuple[Score, ...] = (
    *of_mart(
        RETURNS, "market, shipped_week", _cells("returns_by_market_week", RETURN_PARTS),
        {
            "shipped_order_count": part("shipped"),
            "return_requested_order_count": part("asked"),
            "order_return_ratio": share("asked", "shipped"),
            "shipped_unit_count": part("units"),
            "return_requested_unit_count": part("units_asked"),
            "unit_return_ratio": share("units_asked", "units"),
        },
    ),
    *_completed(
        ("matured_shipped_order_count", "order_return_completed_ratio"), RETURNS,
        ("return_requested_order_count", "matured_shipped_order_count", "shipped_week"),
        "returns_by_market_week", RETURN_PARTS, whole="shipped", cases="asked",
    ),
    *_completed(
        ("matured_shipped_unit_count", "unit_return_completed_ratio"), RETURNS,
        ("return_requested_unit_count", "matured_shipped_unit_count", "shipped_week"),
        "returns_by_market_week", RETURN_PARTS, whole="units", cases="units_asked",
    ),
    _by_age(RETURN_AGES, "watched_shipped_order_count", "returns_by_month_age", 2),
    _by_age(RETURN_AGES, "return_by_age_order_count", "returns_by_month_age", 3),
    *of_mart(
        INR, "market, promised_week", _cells("inr_by_market_week", INR_PARTS),
        {
            "due_order_count": part("due"),
            "inr_order_count": part("claimed"),
            "inr_ratio": share("claimed", "due"),
        },
    ),
    *_completed(
        ("matured_due_order_count", "inr_completed_ratio"), INR,
        ("inr_order_count", "matured_due_order_count", "promised_week"),
        "inr_by_market_week", INR_PARTS, whole="due", cases="claimed", tolerance=0.25, why=FEW,
    ),
    *of_mart(
        CSAT, "market, csat_week", _cells("answers_by_market_week", ANSWER_PARTS),
        {"offered_count": part("offered"), "offer_responded_count": part("answered")},
        where="offered_count > 0",
    ),
    *_completed(
        ("matured_offered_count", "csat_response_completed_ratio"), CSAT,
        ("offer_responded_count", "matured_offered_count", "csat_week"),
        "answers_by_market_week", ANSWER_PARTS, whole="offered", cases="answered",
    ),
    _by_age(INR_AGES, "inr_by_age_order_count", "inr_by_month_age", 3),
    Score(
        "delayed_at_most_ratio", DELAYS,
        f"select case_kind, delay_days + 1, delayed_at_most_ratio from {DELAYS} where case_kind = 'return' and delay_days + 1 in "
        f"{AGES} or case_kind = 'survey answered' and delay_days + 1 in {SUPPORT_AGES}", _delays, tolerance=0.05, why=ESTIMATED,
    ),
    _seller("shipped_order_count", "shipped"),
    _seller("return_requested_order_count", "asked"),
    _seller("due_order_count", "due"),
    _seller("inr_order_count", "claimed"),
    *of_mart(VOLUMES, "market, happened_week", _events, {f"{event}_count": part(event) for event in EVENTS}),
    Score(
        "inr_decided_count", VOLUMES,
        f"select market, happened_week, inr_decided_count from {VOLUMES} where happened_week < date '{LISTED_SINCE}'",
        lambda truth: {key: cell["inr_decided"] for key, cell in _events(truth).items() if key[1] < LISTED_SINCE},
        why="PayPal tells when a dispute was last changed, and not when it was decided: what it may list is not compared",
    ),
    *of_mart(
        LATE, "dimension_name, dimension_value, promised_month", _cells("late_by_dimension_month", LATE_PARTS), _late,
        columns={"never_delivered_order_count": "coalesce(never_delivered_order_count, 0)"},
    ),
    *of_mart(
        LATE, "dimension_name, dimension_value, promised_month", _late_by_moment,
        {
            "late_by_timestamp_order_count": part("late_by_moment"),
            "late_by_timestamp_ratio": share("late_by_moment", "has_moment"),
        },
        where="dimension_value = 'KR'",
    ),
)  # fmt: skip
