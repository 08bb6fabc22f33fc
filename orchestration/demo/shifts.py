"""When agents work: blocks of hours planned week by week from a forecast, and the days they add up to.

Belongs here: the plan, its gaps and its cost. What is done in a shift is in `desk`.

The forecast is what makes response times move: it follows the orders of the last quarter, so growth and peaks are staffed
late; contractors are booked with a slack that wanders from week to week; and in one month most of a desk is missing.
"""

from dataclasses import dataclass

import numpy as np

from orchestration.demo import incidents, markets
from orchestration.demo.agents import CONTRACTORS, CURRENCIES, EU, SPECIALISTS, TEAMS, US, Agents, Memberships
from orchestration.demo.clock import DAY, HORIZON, HOUR, START, Floats, Ints, day_number, week_start, zone
from orchestration.demo.history import EntityHistory, labels, look_up, numbered
from orchestration.demo.orders import Orders
from orchestration.demo.streams import stream

BLOCK_HOURS = 4
STAFFED_HOURS_PER_ORDER = 0.087
"""Hours on shift for each order: contacts x replies x minutes, at about 70 % occupancy."""
DESK_SHARE_OF_OWN_LOAD = 0.82
CONTRACTOR_SHARE_OF_DESKS = 0.19
NIGHT_BLOCKS = 7
# After the two worst weeks, the company books contractors to work the queue off: first day, last day, factor.
REACTIONS = (
    (day_number("2025-09-22"), day_number("2025-10-19"), 1.9),
    (day_number("2026-02-23"), day_number("2026-03-29"), 1.8),
)

Block = tuple[int, int, str, int]


def _days(hour: int, zone_name: str, *weekdays: int, hours: int = BLOCK_HOURS) -> list[Block]:
    return [(weekday, hour, zone_name, hours) for weekday in weekdays]


# Blocks in the order in which they are filled: (weekday, opening hour, zone of that wall clock, length in hours).
PATTERNS: dict[int, list[Block]] = {
    EU: _days(9, "Europe/Berlin", 0, 1, 2, 3, 4) + _days(13, "Europe/Berlin", 0, 1, 2, 3, 4) + _days(10, "Europe/Berlin", 5, 0)
    + _days(17, "Europe/Berlin", 0, 1, 2, 3, 4) + _days(8, "Europe/Berlin", 0, 1, 2) + _days(12, "Europe/Berlin", 3, 4, 6),
    US: _days(9, "America/Chicago", 0, 1, 2, 3, 4) + _days(13, "America/Chicago", 0, 2, 4, 1, 3)
    + _days(8, "America/Chicago", 0, 1) + _days(16, "America/Chicago", 0, 1, 2, 3, 4) + _days(10, "America/Chicago", 5, 6),
    CONTRACTORS: _days(20, "Asia/Seoul", 0, 1, 2, 3, 4, 5, 6, hours=2) + _days(11, "Europe/Berlin", 6) + _days(11, "America/Chicago", 5, 6)
    + _days(18, "Europe/Berlin", 0, 2, 4) + _days(17, "America/Chicago", 0, 2, 4) + _days(14, "Europe/Berlin", 5, 0)
    + _days(18, "Europe/Berlin", 1, 3) + _days(17, "America/Chicago", 1, 3),
    SPECIALISTS: _days(10, "Europe/Berlin", 0, 1, 2, 3, 4, hours=2),
}  # fmt: skip


@dataclass(frozen=True)
class Shifts:
    """Columns by shift, in order of start."""

    agent: Ints
    team: Ints
    starts_at: Ints
    ends_at: Ints
    history: EntityHistory


def make_shifts(seed: int, scale: float, agents: Agents, memberships: Memberships, orders: Orders) -> Shifts:
    """All shifts that begin within the world's span."""
    rng = stream(seed, "shifts")
    mondays = np.arange(int(week_start(np.array([START // DAY]))[0]), HORIZON // DAY, 7)
    counts = _block_counts(rng, scale, orders, mondays)
    rows: list[tuple[int, int, int, int]] = []
    gap = incidents.UNDERSTAFFED_MONTH
    for week, monday in enumerate(mondays.tolist()):
        for team, pattern in PATTERNS.items():
            present = memberships.agent[
                (memberships.team == team)
                & (memberships.since <= monday * DAY)
                & (memberships.until > (monday + 6) * DAY)
            ]
            wanted = [pattern[i % len(pattern)] for i in range(int(counts[team][week]))]
            for agent, starts_at, ends_at in _filled(rng, present, wanted, monday):
                short = team == EU and gap.starts_at <= starts_at < gap.ends_at
                if short and rng.random() < incidents.UNFILLED_SHARE:
                    continue
                rows.append((starts_at, agent, team, ends_at))
    rows.sort()
    starts, agent_of, team_of, ends = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    kept = (starts >= START) & (starts < HORIZON)
    starts, agent_of, team_of, ends = starts[kept], agent_of[kept], team_of[kept], ends[kept]
    history = EntityHistory(
        appears_at=starts,
        columns={
            "shift_id": numbered("sh-", 5, len(starts)),
            "agent_id": look_up(agents.ids, agent_of),
            "team_name": labels(TEAMS, team_of),
            "starts_at": starts,
            "ends_at": ends,
        },
        planned=frozenset({"ends_at"}),
    )
    return Shifts(agent_of, team_of, starts, ends, history)


def _block_counts(rng: np.random.Generator, scale: float, orders: Orders, mondays: Ints) -> dict[int, Ints]:
    """Blocks per week and team, from a lagging forecast of the orders of the team's markets."""
    week = (orders.ordered_at // DAY - mondays[0]) // 7
    loads: dict[int, Floats] = {}
    for team in (EU, US, CONTRACTORS):
        ours = np.isin(orders.market, [i for i, m in enumerate(markets.MARKETS) if m.desk == TEAMS[team]])
        weekly = np.bincount(week[ours], minlength=len(mondays)).astype(np.float64)
        weekly[0] = weekly[1]
        loads[team] = _forecast(weekly, mondays) * STAFFED_HOURS_PER_ORDER / BLOCK_HOURS
    desks = loads[EU] + loads[US]
    slack = np.empty(len(mondays))
    level = 0.0
    for number in range(len(mondays)):
        level = 0.75 * level + 0.16 * float(rng.standard_normal())
        slack[number] = np.exp(level)
    for first, last, factor in REACTIONS:
        slack[(mondays >= first) & (mondays <= last)] = factor
    booked = NIGHT_BLOCKS + (CONTRACTOR_SHARE_OF_DESKS * desks + 0.5 * loads[CONTRACTORS]) * slack
    fewest = {EU: 10, US: 8, CONTRACTORS: NIGHT_BLOCKS}
    planned = {EU: DESK_SHARE_OF_OWN_LOAD * loads[EU], US: DESK_SHARE_OF_OWN_LOAD * loads[US], CONTRACTORS: booked}
    counts = {team: np.maximum(np.round(planned[team]), fewest[team]).astype(np.int64) for team in planned}
    counts[SPECIALISTS] = np.full(len(mondays), max(5, round(5 * scale)), dtype=np.int64)
    return counts


def _forecast(weekly: Floats, mondays: Ints) -> Floats:
    """The mean of the thirteen weeks before the last two, with half of the season's move foreseen."""
    months = mondays.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    season = markets.ORDER_MONTHS[months]
    result = np.empty(len(weekly))
    for number in range(len(weekly)):
        past = slice(max(0, number - 15), max(4, number - 2))
        result[number] = weekly[past].mean() * (season[number] / season[past].mean()) ** 0.6
    return result


def _filled(rng: np.random.Generator, present: Ints, wanted: list[Block], monday: int) -> list[tuple[int, int, int]]:
    """Who takes which block: in turn, and never two at the same time; blocks that nobody is free for stay empty."""
    if not len(present):
        return []
    turn = rng.permutation(present).tolist()
    taken: dict[int, list[int]] = {}
    result = []
    position = 0
    for weekday, hour, zone_name, hours in wanted:
        starts_at = int(zone(zone_name).to_utc(np.array([(monday + weekday) * DAY + hour * HOUR]))[0])
        for _ in range(len(turn)):
            agent = turn[position % len(turn)]
            position += 1
            if all(abs(other - starts_at) >= BLOCK_HOURS * HOUR for other in taken.get(agent, [])):
                taken.setdefault(agent, []).append(starts_at)
                result.append((agent, starts_at, starts_at + hours * HOUR))
                break
    return result


def workday_history(seed: int, agents: Agents, shifts: Shifts) -> EntityHistory:
    """Hours and cost per agent and local day, known when the day is over; employees also meet, learn and report."""
    rng = stream(seed, "workdays")
    day = np.empty(len(shifts.agent), dtype=np.int64)
    for agent, name in enumerate(agents.zone):
        rows = np.flatnonzero(shifts.agent == agent)
        day[rows] = zone(name).to_local(shifts.starts_at[rows]) // DAY
    key, position = np.unique(day * 100_000 + shifts.agent, return_inverse=True)
    agent_of, day_of = key % 100_000, key // 100_000
    hours = np.bincount(position, (shifts.ends_at - shifts.starts_at) / HOUR)
    other = np.where(agents.team[agent_of] == CONTRACTORS, 0.0, rng.uniform(0.25, 1.25, len(key)))
    hours = np.round(hours + other, 2)
    over_at = np.empty(len(key), dtype=np.int64)
    for agent, name in enumerate(agents.zone):
        rows = np.flatnonzero(agent_of == agent)
        over_at[rows] = zone(name).to_utc((day_of[rows] + 1) * DAY)
    return EntityHistory(
        appears_at=over_at,
        columns={
            "agent_id": look_up(agents.ids, agent_of),
            "currency_code": labels(CURRENCIES, agents.currency[agent_of]),
            "work_hours": hours,
            "cost_amount": np.round(hours * agents.hourly_cost[agent_of], 2),
            "work_date": day_of,
        },
    )
