"""What flowed through the desks: backlog, workload, working time, demand and supply."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from orchestration.demo.clock import HOUR
from orchestration.demo.markets import MARKETS
from orchestration.demo.scoring.cells import Cells, Key, Score, Truth, counted
from orchestration.demo.scoring.marts import of_mart, over, part, share
from orchestration.demo.scoring.records import cut, midnight, monday_of

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


def _workload(truth: Truth) -> Mapping[Key, dict[str, int]]:
    names = ("teammate_count", "conversation_count", "reply_count", "closed_count", "staffed_day_count")
    return {(week,): dict(zip(names, counts, strict=True)) for week, *counts in truth["flow"]["workload_by_week"]}


def _handled(truth: Truth) -> Mapping[Key, dict[str, float]]:
    return {
        tuple(key): {"stretches": stretches, "seconds": seconds, "contacts": contacts}
        for *key, stretches, seconds, contacts in truth["flow"]["handle_seconds_by_reason_provenance_month"]
    }


def _local_hours(truth: Truth) -> Mapping[Key, dict[str, float]]:
    """By market, weekday and hour of its clock: how many hours of the latest thirteen whole weeks, with whom and what in them."""
    arrivals = {tuple(row[:3]): row[3] for row in truth["flow"]["arrivals_by_market_local_hour"]}
    present = {tuple(row[:3]): row[3] for row in truth["flow"]["on_shift_seconds_by_market_local_hour"]}
    ends_at = midnight(monday_of(cut(truth)))
    begins_at = midnight(monday_of(cut(truth)) - timedelta(days=91))
    cells: dict[Key, dict[str, float]] = {}
    for market in MARKETS:
        zone = ZoneInfo(market.time_zone)
        for moment in range(begins_at, ends_at, HOUR):
            local = datetime.fromtimestamp(moment, zone)
            key = (market.code, local.isoweekday(), local.hour)
            cell = cells.setdefault(key, {"hours": 0, "contacts": arrivals.get(key, 0), "seconds": present.get(key, 0)})
            cell["hours"] += 1
    return cells


FLOW: tuple[Score, ...] = (
    _backlog("created_count", 1),
    _backlog("reopened_count", 2),
    _backlog("resolved_count", 3),
    _backlog("open_count", 4),
    Score(
        "open_count by age", AGES, f"select market, backlog_week, age_rank - 1, open_count from {AGES} where is_complete",
        _column("open_by_market_week_age", 3, 0, 1, 2),
    ),
    *of_mart(
        WORKLOAD, "worked_week", _workload,
        {
            **{
                name: part(name)
                for name in ("teammate_count", "conversation_count", "reply_count", "closed_count", "staffed_day_count")
            },
            "conversations_per_teammate_day": lambda cell: over(cell["conversation_count"], 7 * cell["teammate_count"]),
            "conversations_per_staffed_day": share("conversation_count", "staffed_day_count"),
        },
    ),
    *of_mart(
        HANDLED, "contact_reason, provenance, worked_month", _handled,
        {
            "stretch_count": part("stretches"),
            "total_handle_calendar_seconds": part("seconds"),
            "handle_calendar_seconds_mean": share("seconds", "contacts"),
        },
    ),
    *of_mart(
        HOURS, "market, market_local_weekday, market_local_hour", _local_hours,
        {
            "contact_count": part("contacts"),
            "contacts_per_hour": share("contacts", "hours"),
            "on_shift_calendar_seconds": part("seconds"),
            "agents_on_shift_count_mean": lambda cell: cell["seconds"] / HOUR / cell["hours"],
        },
        where="market <> 'unknown'",
    ),
)  # fmt: skip
