"""What the team costs and needs: pay, time, cost by channel and tier, contractors, the hiring plan, live channels."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from orchestration.demo.scoring.cells import Cells, Score, Truth
from orchestration.demo.scoring.costs import caused
from orchestration.demo.scoring.plans import WEEK, Planned, Records, assumption, live_agents

WORKDAYS = "core.fct_agent_workdays"
OCCUPANCY = "direct.rpt_occupancies_by_week"
CHANNELS = "secondary.rpt_support_costs_by_channel_week"
TIERS = "secondary.rpt_support_costs_by_tier_month"
CONTRACTORS = "secondary.rpt_contractor_costs_by_week"
FORECASTS = "drivers.rpt_growth_forecasts_by_market_week"
PLAN = "drivers.rpt_hiring_plans_by_market_week"
LIVE = "direct.rpt_live_staffing_by_hour_weekday"


def _paid(position: int) -> Callable[[Truth], Cells]:
    def by(truth: Truth) -> Cells:
        last = str(Records(truth).first_plan_week)
        return {tuple(row[:2]): row[position] for row in truth["workforce"]["paid_by_week_employment"] if row[0] < last}

    return by


def _caused(truth: Truth, *keys: int) -> Cells:
    """Cost by some columns of the handle times."""
    rows = [row for row in truth["workforce"]["handle_seconds_by_week_market_channel_tier_month"] if row[1] != ""]
    return caused(truth, rows, 0, *keys)


def caused_by_channel(truth: Truth) -> dict[tuple[Any, ...], float]:
    """Cost by week that is over and channel."""
    last = str(Records(truth).first_plan_week)
    return {key: value for key, value in _caused(truth, 0, 2).items() if key[0] < last and value is not None}


def _channel(name: str, position: int) -> Callable[[Truth], dict[tuple[Any, ...], float]]:
    def by(truth: Truth) -> dict[tuple[Any, ...], float]:
        last = str(Records(truth).first_plan_week)
        counts: dict[tuple[Any, ...], float] = defaultdict(float)
        for row in truth["workforce"][name]:
            if row[0] < last:
                counts[row[0], row[-3 if name == "resolutions_by_week_channel" else -2]] += row[position]
        return counts

    return by


def _spent(which: Callable[[str], bool]) -> Callable[[Truth], Cells]:
    def by(truth: Truth) -> Cells:
        last = str(Records(truth).first_plan_week)
        seconds: dict[tuple[Any, ...], float] = defaultdict(float)
        for row in truth["workforce"]["handle_seconds_by_week_market_channel_tier_month"]:
            if row[0] < last:
                seconds[row[0],] += row[-1] if which(row[1]) else 0
        return seconds

    return by


def _on_shift(truth: Truth) -> Cells:
    last = str(Records(truth).first_plan_week)
    return {(week,): seconds for week, seconds in truth["workforce"]["on_shift_seconds_by_week"] if week < last}


def caused_by_tier(truth: Truth) -> Cells:
    """Cost by month and tier."""
    return _caused(truth, 4, 3)


def revenue(truth: Truth) -> dict[tuple[str, str], float]:
    """US dollars by month and tier."""
    kept = assumption("order_value_kept_ratio")
    cells: dict[tuple[str, str], float] = defaultdict(float)
    for month, _, tier, _, usd in truth["workforce"]["orders_by_month_market_tier"]:
        cells[month, tier] += usd * kept
    return cells


def _last_over(truth: Truth, months: Cells) -> Cells:
    last = str(Records(truth).first_plan_week.replace(day=1))
    return {key: value for key, value in months.items() if key[0] < last}


def _forecast(truth: Truth) -> Cells:
    records = Records(truth)
    weeks = [
        records.first_week + number * WEEK
        for number in range((records.first_plan_week - records.first_week).days // 7 + 26)
    ]
    return {(market, str(week)): records.forecast(market, week) for week in weeks for market in records.markets}


def _target(truth: Truth) -> Cells:
    """Contractors' cost that the forecast needs, of the weeks that are over."""
    records, cells = Records(truth), {}
    week = records.first_week
    while records.is_over(week):
        needs = list(records.needs(week))
        if needs and all(need.needed is not None for need in needs):
            hours = sum(
                (need.needed or 0) * (need.assumed["paid_hours_per_day"] or 0) * (need.assumed["working_days"] or 0)
                for need in needs
            )
            missing = max(hours - records.paid[("employee", week)][0], 0)
            cells[str(week),] = missing * records.contractor_rate(week)
        week += WEEK
    return cells


def _needed(truth: Truth) -> Cells:
    """With whom to hire and when among the keys: both must be right as well."""
    return {
        (row.market, row.scenario, str(row.week), row.hires, str(row.begin)): row.needed
        for row in Records(truth).plan()
    }


def _planned(of: Callable[[Planned], float]) -> Callable[[Truth], Cells]:
    def by(truth: Truth) -> Cells:
        return {(row.market, row.scenario, str(row.week)): of(row) for row in Records(truth).plan()}

    return by


def _live(position: int) -> Callable[[Truth], Cells]:
    return lambda truth: {row[:3]: float(row[position]) for row in live_agents(truth["workforce"]["live_contacts"])}


def _by_week(metric: str, table: str, columns: str, truth: Callable[[Truth], Cells]) -> Score:
    return Score(metric, table, f"select {columns} from {table} where is_complete", truth)


WORKFORCE = (
    *(
        Score(
            metric, WORKDAYS, f"select work_week, employment, sum({column}) from {WORKDAYS} "
            f"where work_week in (select work_week from {OCCUPANCY} where is_complete) group by all", _paid(position),
        )
        for metric, column, position in (("paid days", "1", 2), ("paid_hours", "work_hours", 3), ("pay in US dollars", "cost_usd", 4))
    ),
    _by_week("on_shift_calendar_seconds", OCCUPANCY, "work_week, on_shift_calendar_seconds", _on_shift),
    _by_week("contact_handle_calendar_seconds", OCCUPANCY, "work_week, contact_handle_calendar_seconds", _spent(bool)),
    _by_week("other_handle_calendar_seconds", OCCUPANCY, "work_week, other_handle_calendar_seconds", _spent(lambda market: not market)),
    Score(
        "caused_cost_usd", CHANNELS,
        f"select work_week, channel, caused_cost_usd from {CHANNELS} where is_complete and caused_cost_usd > 0", caused_by_channel,
    ),
    Score(
        "contact_count by channel and week", CHANNELS,
        f"select work_week, channel, contact_count from {CHANNELS} where is_complete and contact_count > 0",
        _channel("contacts_by_week_market_channel", 3),
    ),
    Score(
        "interaction_count", CHANNELS,
        f"select work_week, channel, interaction_count from {CHANNELS} where is_complete and interaction_count > 0",
        _channel("exchanges_by_week_channel", 2),
    ),
    Score(
        "resolved_contact_count", CHANNELS,
        f"select work_week, channel, resolved_contact_count from {CHANNELS} where is_complete and resolved_contact_count > 0",
        _channel("resolutions_by_week_channel", 2),
    ),
    Score(
        "resolution_count", CHANNELS,
        f"select work_week, channel, resolution_count from {CHANNELS} where is_complete and resolution_count > 0",
        _channel("resolutions_by_week_channel", 3),
    ),
    Score(
        "caused_cost_usd", TIERS,
        f"select cost_month, customer_tier, caused_cost_usd from {TIERS} where cost_month < date_trunc('month', "
        f"(select max(plan_week) - 175 from {PLAN})) and caused_cost_usd is not null",
        lambda truth: _last_over(truth, caused_by_tier(truth)),
    ),
    Score("revenue_usd", TIERS, f"select cost_month, customer_tier, revenue_usd from {TIERS} where revenue_usd is not null", revenue),
    Score(
        "forecast_customer_day_count", FORECASTS, f"select market, plan_week, forecast_customer_day_count from {FORECASTS}", _forecast,
    ),
    Score(
        "target_cost_usd", CONTRACTORS, f"select work_week, target_cost_usd from {CONTRACTORS} "
        "where is_complete and target_cost_usd is not null", _target,
    ),
    Score(
        "hire_count and start_hiring_week", PLAN,
        "select market, scenario_name, plan_week, hire_count, coalesce(cast(start_hiring_week as varchar), 'None'), "
        f"needed_full_time_equivalents from {PLAN}", _needed,
    ),
    *(
        Score(metric, PLAN, f"select market, scenario_name, plan_week, {metric} from {PLAN}", _planned(of))
        for metric, of in (
            ("work_full_time_equivalents", lambda row: row.work),
            ("needed_full_time_equivalents", lambda row: row.needed),
            ("gap_full_time_equivalents", lambda row: row.needed - row.there),
            ("staying_full_time_equivalents", lambda row: row.staying),
            ("available_full_time_equivalents", lambda row: row.there),
            ("bridge_full_time_equivalents", lambda row: row.to_bridge),
        )
    ),
    *(
        Score(
            column, LIVE, f"select channel, reporting_local_weekday, reporting_local_hour, {column} from {LIVE}", _live(position)
        )
        for position, column in enumerate(("required_agent_count", "required_in_time_ratio"), start=3)
    ),
)  # fmt: skip
