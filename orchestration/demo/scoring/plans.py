"""A plan of people made again from the world's sums, in plain Python: forecast, rates, places, agents of a live channel.

Belongs here: the arithmetic of METRICS as its documents tell it. Nothing here reads what the warehouse computed; what a person
decides is read from the seeds.
"""

import csv
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from orchestration.demo.scoring.records import cut, day_of
from orchestration.settings import PROJECT

WEEK = timedelta(days=7)
HALF_YEAR, QUARTER = 26, 13


def seed(name: str) -> list[dict[str, str]]:
    """The rows of one of the project's seeds."""
    with (PROJECT / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def assumption(name: str) -> float:
    """One of the assumptions about cost."""
    return next(float(row["assumption_value"]) for row in seed("cost_assumptions") if row["assumption_name"] == name)


def monday(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True)
class Need:
    """What the forecast of a week needs of a market; None where it cannot be known."""

    market: str
    week: date
    customer_days: float | None
    contacts_per_customer_day: float
    minutes: float
    work: float | None
    needed: float | None
    present: float
    assumed: Mapping[str, float | None]
    productive: float


@dataclass(frozen=True)
class Planned:
    """A market's week of a scenario: places of work, needed, staying, there and to be bridged; whom to hire, and when to begin."""

    market: str
    scenario: str
    week: date
    work: float
    needed: float
    staying: float
    there: float
    to_bridge: float
    hires: int
    begin: date | None


class Records:
    """The world's sums by week."""

    def __init__(self, truth: Mapping[str, Any]) -> None:
        rows = truth["workforce"]
        self.first_plan_week = monday(day_of(cut(truth)))
        days: dict[tuple[str, date], list[float]] = defaultdict(list)
        for market, day, count in rows["active_customers_by_market_day"]:
            days[market, monday(date.fromisoformat(day))].append(count)
        self.customer_days = {key: sum(counts) for key, counts in days.items() if len(counts) == 7}
        self.contacts: dict[tuple[str, date], float] = defaultdict(float)
        for week, market, _, count in rows["contacts_by_week_market_channel"]:
            self.contacts[market, date.fromisoformat(week)] += count
        self.handled: dict[tuple[str, date], float] = defaultdict(float)
        for week, market, _, _, _, seconds in rows["handle_seconds_by_week_market_channel_tier_month"]:
            self.handled[market, date.fromisoformat(week)] += seconds
        self.paid: dict[tuple[str, date], tuple[float, float]] = {
            (employment, date.fromisoformat(week)): (hours, cost)
            for week, employment, _, hours, cost in rows["paid_by_week_employment"]
        }
        self.on_shift = {date.fromisoformat(week): seconds for week, seconds in rows["on_shift_seconds_by_week"]}
        self.signed = [
            (market, people, hours, date.fromisoformat(day)) for market, people, hours, day in rows["signed_hires"]
        ]
        self.markets = sorted({market for market, _ in self.contacts})
        self.first_week = min(week for _, week in self.contacts)

    def is_over(self, week: date) -> bool:
        """Whether all of a week is known."""
        return week < self.first_plan_week

    def before(self, week: date) -> list[date]:
        """The thirteen weeks before, as far as there are any; of a week to come, the latest thirteen."""
        known = min(week, self.first_plan_week)
        return [each for number in range(QUARTER, 0, -1) if (each := known - number * WEEK) >= self.first_week]

    def forecast(self, market: str, week: date) -> float | None:
        """Customer days by the newest forecast that was made by the week."""
        candidates = [
            (row["market"] != "", row["made_date"], float(row["yearly_growth_ratio"]))
            for row in seed("growth_forecasts")
            if row["market"] in ("", market) and (row["made_date"] or "0") <= str(week)
        ]
        _, made, growth = max(candidates)
        last_year = self.customer_days.get((market, week - 52 * WEEK))
        if last_year is not None:
            return last_year * (1 + growth)
        since = date.fromisoformat(made) if made else min(week, self.first_plan_week)
        recent = [
            self.customer_days[market, monday(since) - number * WEEK]
            for number in range(1, 5)
            if (market, monday(since) - number * WEEK) in self.customer_days
        ]
        if not recent:
            return None
        return sum(recent) / len(recent) * (1 + growth) ** ((week - since).days / 364)

    def needs(self, week: date) -> Iterator[Need]:
        """Of each market; none for a week before which nothing is known."""
        past = self.before(week)
        handled = {market: sum(self.handled[market, each] for each in past) for market in self.markets}
        other = sum(self.handled["", each] for each in past)
        paid = sum(self.paid.get((who, each), (0, 0))[0] for who in ("employee", "contractor") for each in past)
        shift = sum(self.on_shift.get(each, 0) for each in past)
        all_handled = sum(handled.values())
        for market in self.markets if past else ():
            rows = [row for row in seed("hiring_assumptions") if row["market"] in ("", market)]
            row = max(rows, key=lambda each: each["market"])
            assumed = {
                name: float(value) if value else None for name, value in row.items() if name not in ("market", "why")
            }
            measured = {
                "shrinkage_ratio": max(1 - shift / (3600 * paid), 0),
                "non_ticket_ratio": other / shift,
                "occupancy_ratio": all_handled / (shift - other),
            }
            shrinkage, non_ticket, occupancy = (
                value if (own := assumed[name]) is None else own for name, value in measured.items()
            )
            productive = (1 - shrinkage) * (1 - non_ticket) * occupancy
            with_days = [each for each in past if (market, each) in self.customer_days]
            contacts = sum(self.contacts[market, each] for each in past)
            rate = sum(self.contacts[market, each] for each in with_days) / max(
                sum(self.customer_days[market, each] for each in with_days), 1e-300
            )
            minutes = handled[market] / 60 / contacts if contacts else 0.0
            forecast = self.forecast(market, week)
            hours, demand_days, working_days = (
                float(assumed[name] or 0) for name in ("paid_hours_per_day", "demand_days", "working_days")
            )
            work = None
            if forecast is not None and with_days and contacts:
                work = forecast / demand_days * rate * minutes / 60 / hours * demand_days / working_days
            yield Need(
                market, week, forecast, rate, minutes, work, None if work is None else work / productive,
                paid / len(past) * handled[market] / all_handled / hours / working_days, assumed, productive,
            )  # fmt: skip

    def contractor_rate(self, week: date) -> float:
        """US dollars an hour, of the thirteen weeks before."""
        rows = [self.paid.get(("contractor", each), (0.0, 0.0)) for each in self.before(week)]
        return sum(cost for _, cost in rows) / sum(hours for hours, _ in rows)

    def joining(self, market: str, week: date, assumed: Mapping[str, float | None]) -> float:
        """Places of people of the market who have signed, by that week; none of them has begun."""
        places = 0.0
        for where, people, hours, first_day in self.signed:
            learning = (week - monday(first_day)).days / 7
            if where == market and learning >= 0:
                is_new = learning < (assumed["ramp_up_weeks"] or 0)
                full_time = (assumed["paid_hours_per_day"] or 0) * (assumed["working_days"] or 0)
                places += people * hours / full_time * ((assumed["ramp_up_productivity_ratio"] or 0) if is_new else 1)
        return places

    def plan(self) -> Iterator[Planned]:
        """The half year's weeks of each market and scenario."""
        weeks = [self.first_plan_week + number * WEEK for number in range(HALF_YEAR)]
        by_market: dict[str, list[Need]] = defaultdict(list)
        for week in weeks:
            for need in self.needs(week):
                by_market[need.market].append(need)
        for scenario in seed("hiring_scenarios"):
            factor = math.prod(1 + float(value) for name, value in scenario.items() if name.endswith("_change_ratio"))
            for market, needs in by_market.items():
                assumed = needs[0].assumed
                leaving = 1 - float(assumed["yearly_attrition_ratio"] or 0)
                rows = [
                    (
                        need.week,
                        factor * float(need.work or 0),
                        factor * float(need.needed or 0),
                        staying := need.present * leaving ** (number / 52),
                        staying + self.joining(market, need.week, assumed),
                    )
                    for number, need in enumerate(needs)
                ]
                lead, ramp = int(assumed["lead_time_weeks"] or 0), int(assumed["ramp_up_weeks"] or 0)
                reached = [(week, needed - there) for week, _, needed, _, there in rows[lead:]]
                short = [week for week, gap in reached if gap >= 0.5]
                hires = math.floor(max(gap for _, gap in reached) + 0.5) if short else 0
                for number, (week, work, needed, staying, there) in enumerate(rows):
                    new = 0.0 if number < lead else 1.0
                    if lead <= number < lead + ramp:
                        new = assumed["ramp_up_productivity_ratio"] or 0.0
                    yield Planned(
                        market, scenario["scenario_name"], week, work, needed, staying, there, max(needed - there - hires * new, 0),
                        hires, short[0] - (lead + ramp) * WEEK if short else None,
                    )  # fmt: skip


@lru_cache(maxsize=4096)
def wait_probability(agents: int, erlangs: float) -> float:
    """Erlang C by the recursion of Erlang B, which is stable for any number of agents."""
    if erlangs >= agents:
        return 1.0
    loss = 1.0
    for number in range(1, agents + 1):
        loss = erlangs * loss / (number + erlangs * loss)
    return loss / (1 - erlangs / agents * (1 - loss))


def answered_in_time(agents: int, erlangs: float, handle_seconds: float, target_seconds: float) -> float:
    """The share of contacts answered within a time."""
    if erlangs >= agents:
        return 0.0
    return 1 - wait_probability(agents, erlangs) * math.exp(-(agents - erlangs) * target_seconds / handle_seconds)


def live_agents(contacts: Sequence[Sequence[Any]]) -> Iterator[tuple[str, int, int, int, float]]:
    """(channel, ISO weekday, hour, agents needed, share they answer in time) of thirteen weeks' chats and calls."""
    for row in seed("live_channels"):
        mine = [each for each in contacts if each[0] == row["channel"]]
        handled = [seconds for *_, seconds in mine if seconds is not None]
        if not handled:
            continue
        length = sum(handled) / len(handled)
        cells: dict[tuple[int, int], int] = defaultdict(int)
        for _, weekday, hour, _ in mine:
            cells[weekday, hour] += 1
        for (weekday, hour), count in cells.items():
            erlangs, places, target = count / QUARTER * length / 3600, 1, float(row["target_seconds"])
            while answered_in_time(places, erlangs, length, target) < float(row["target_ratio"]):
                places += 1
            in_time = answered_in_time(places, erlangs, length, target)
            yield row["channel"], weekday, hour, math.ceil(places / int(row["contacts_at_a_time"])), in_time
