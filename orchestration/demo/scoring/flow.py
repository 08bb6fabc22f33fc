"""What flowed through the desks: backlog, workload, working time, demand and supply."""

from collections.abc import Callable, Sequence
from typing import Any

from orchestration.demo.scoring.cells import Cells, Score, Truth, counted

BACKLOG = "direct.rpt_backlogs_by_day"
AGES = "direct.rpt_backlog_ages_by_week"
WORKLOAD = "direct.rpt_workloads_by_week"
HANDLED = "direct.rpt_handle_times_by_reason_month"
HOURS = "direct.rpt_demand_and_supply_by_hour_weekday"


def _column(name: str, position: int, *keys: int) -> Callable[[Truth], Cells]:
    def value(row: Sequence[Any]) -> float | None:
        return row[position]

    return lambda truth: counted(truth["flow"][name], value, *keys)


def _backlog(column: str, position: int) -> Score:
    return Score(
        column, BACKLOG, f"select backlog_date, {column} from {BACKLOG} where is_complete",
        _column("open_by_day", position, 0),
    )  # fmt: skip


def _workload(column: str, position: int) -> Score:
    return Score(
        column, WORKLOAD, f"select worked_week, {column} from {WORKLOAD}", _column("workload_by_week", position, 0)
    )


def _handled(column: str, position: int) -> Score:
    return Score(
        column, HANDLED, f"select contact_reason, provenance, worked_month, {column} from {HANDLED}",
        _column("handle_seconds_by_reason_provenance_month", position, 0, 1, 2),
    )  # fmt: skip


FLOW = (
    _backlog("created_count", 1),
    _backlog("reopened_count", 2),
    _backlog("resolved_count", 3),
    _backlog("open_count", 4),
    Score(
        "open_count by age", AGES, f"select market, backlog_week, age_rank - 1, open_count from {AGES} where is_complete",
        _column("open_by_market_week_age", 3, 0, 1, 2),
    ),
    *(
        _workload(column, position)
        for position, column in enumerate(
            ("teammate_count", "conversation_count", "reply_count", "closed_count", "staffed_day_count"), start=1
        )
    ),
    _handled("stretch_count", 3),
    _handled("total_handle_calendar_seconds", 4),
    Score(
        "contact_count by the market's hour", HOURS,
        f"select market, market_local_weekday, market_local_hour, contact_count from {HOURS} where contact_count > 0 "
        "and market <> 'unknown'",
        _column("arrivals_by_market_local_hour", 3, 0, 1, 2),
    ),
    Score(
        "on_shift_calendar_seconds by the market's hour", HOURS,
        f"select market, market_local_weekday, market_local_hour, on_shift_calendar_seconds from {HOURS} "
        "where on_shift_calendar_seconds > 0 and market <> 'unknown'",
        _column("on_shift_seconds_by_market_local_hour", 3, 0, 1, 2),
    ),
)  # fmt: skip
