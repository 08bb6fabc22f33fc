"""What the paid time went into, and what one contact, exchange, resolution or order costs."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from orchestration.demo.clock import HOUR
from orchestration.demo.scoring.cells import Cells, Key, Score, Truth
from orchestration.demo.scoring.marts import of_mart, over, part, share
from orchestration.demo.scoring.plans import Records, assumption
from orchestration.demo.scoring.records import cut, month_of
from orchestration.demo.scoring.workforce import (
    CHANNELS,
    CONTRACTORS,
    FORECASTS,
    OCCUPANCY,
    TIERS,
    WORKDAYS,
    caused_by_channel,
    caused_by_tier,
    revenue,
)

Cell = Mapping[str, Any]
FULL_WEEKS = f"work_week in (select work_week from {OCCUPANCY} where is_complete)"


def _over_weeks(truth: Truth, rows: str) -> list[list[Any]]:
    """Rows whose week, the first column, is over."""
    last = str(Records(truth).first_plan_week)
    return [row for row in truth["workforce"][rows] if row[0] < last]


def _loaded(truth: Truth) -> Cells:
    return {
        (week, employment): usd * (1 + assumption(f"{employment}_overhead_ratio"))
        for week, employment, _, _, usd in _over_weeks(truth, "paid_by_week_employment")
    }


def _time(truth: Truth) -> Mapping[Key, Counter[str]]:
    """By week: seconds paid, on shift, and at work on contacts or on anything else."""
    cells: dict[Key, Counter[str]] = defaultdict(Counter)
    for week, _, _, hours, _ in _over_weeks(truth, "paid_by_week_employment"):
        cells[week,]["paid"] += HOUR * hours
    for week, seconds in _over_weeks(truth, "on_shift_seconds_by_week"):
        cells[week,]["shift"] += seconds
    for week, market, *_, seconds in _over_weeks(truth, "handle_seconds_by_week_market_channel_tier_month"):
        cells[week,]["contacts" if market else "other"] += seconds
    return cells


def _contractors(truth: Truth) -> Mapping[Key, Cell]:
    return {
        (week,): {"hours": hours, "usd": usd}
        for week, employment, _, hours, usd in _over_weeks(truth, "paid_by_week_employment")
        if employment == "contractor"
    }


def _by_channel(truth: Truth) -> Mapping[Key, Counter[str]]:
    """By week and channel in which anything was worked: cost, contacts begun, exchanges, contacts resolved and resolutions."""
    cells: dict[Key, Counter[str]] = defaultdict(Counter)
    for week, _, channel, count in _over_weeks(truth, "contacts_by_week_market_channel"):
        cells[week, channel]["contacts"] += count
    for week, channel, count in _over_weeks(truth, "exchanges_by_week_channel"):
        cells[week, channel]["exchanges"] += count
    for week, channel, resolved, resolutions in _over_weeks(truth, "resolutions_by_week_channel"):
        cells[week, channel].update(resolved=resolved, resolutions=resolutions)
    return {key: Counter({**cells[key], "usd": usd}) for key, usd in caused_by_channel(truth).items()}


def _by_tier(truth: Truth) -> Mapping[Key, Cell]:
    """By month that is over and tier."""
    first_open = month_of(cut(truth))
    orders: Counter[Key] = Counter()
    for month, _, tier, count, _ in truth["workforce"]["orders_by_month_market_tier"]:
        orders[month, tier] += count
    worth = revenue(truth)
    return {
        key: {"usd": usd, "orders": orders.get(key), "revenue": worth.get(key)}
        for key, usd in caused_by_tier(truth).items()
        if key[0] < first_open
    }


def _forecast_errors(truth: Truth) -> Cells:
    records = Records(truth)
    cells: dict[Key, float | None] = {}
    for (market, week), days in records.customer_days.items():
        if records.is_over(week):
            cells[market, str(week)] = over(days, records.forecast(market, week))
    return cells


UNIT_COSTS: tuple[Score, ...] = (
    Score(
        "loaded_cost_usd", WORKDAYS,
        f"select work_week, employment, sum(loaded_cost_usd) from {WORKDAYS} where {FULL_WEEKS} group by all", _loaded,
    ),
    *of_mart(
        OCCUPANCY, "work_week", _time,
        {
            "paid_hours": lambda cell: cell["paid"] / HOUR,
            "shrinkage_ratio": lambda cell: max(1 - cell["shift"] / cell["paid"], 0),
            "non_ticket_ratio": share("other", "shift"),
            "occupancy_ratio": lambda cell: over(cell["contacts"], cell["shift"] - cell["other"]),
        },
        where="is_complete",
    ),
    *of_mart(
        CONTRACTORS, "work_week", _contractors,
        {"contractor_hours": part("hours"), "contractor_cost_usd": part("usd"), "contractor_usd_per_hour": share("usd", "hours")},
        where="is_complete and contractor_hours > 0",
    ),
    *of_mart(
        CHANNELS, "work_week, channel", _by_channel,
        {
            "cost_usd_per_contact": share("usd", "contacts"),
            "cost_usd_per_interaction": share("usd", "exchanges"),
            "interactions_per_resolution": share("exchanges", "resolved"),
            "cost_usd_per_conversation": share("usd", "resolved"),
            "cost_usd_per_resolution": share("usd", "resolutions"),
        },
        where="is_complete and caused_cost_usd > 0",
    ),
    *of_mart(
        TIERS, "cost_month, customer_tier", _by_tier,
        {"cost_usd_per_order": share("usd", "orders"), "cost_usd_per_revenue_usd": share("usd", "revenue")},
        where="is_complete and caused_cost_usd is not null",
    ),
    Score(
        "forecast_error_factor", FORECASTS,
        f"select market, plan_week, forecast_error_factor from {FORECASTS} where active_customer_day_count is not null",
        _forecast_errors,
    ),
)  # fmt: skip
