"""The people who answer: employees on two desks, specialists, contractors booked by the hour, and a bot.

Belongs here: who is employed when, in which team, at what cost and with what skill. When they work is in `shifts`.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from orchestration.demo.clock import DAY, HORIZON, NEVER, START, Flags, Floats, Ints, instant
from orchestration.demo.history import EntityHistory, labels
from orchestration.demo.streams import stream

TEAMS = ("EU desk", "US desk", "Contractors", "Specialists", "Bots")
EU, US, CONTRACTORS, SPECIALISTS, BOTS = range(5)
HEADCOUNT_AT_SCALE_1 = (14, 11, 12, 3)
TEAM_ZONES = (
    ("Europe/Berlin", "Europe/London", "Europe/Berlin"),
    ("America/Chicago", "America/New_York"),
    ("Asia/Manila", "Africa/Lagos", "America/Bogota", "Asia/Seoul"),
    ("Europe/Berlin",),
)
TEAM_MARKETS = (("DE", "GB", "FR"), ("US",), ("KR", "US", "GB"), ("DE",))
FIRST_NAMES = (
    "Aylin", "Ben", "Carla", "Daniel", "Elif", "Finn", "Greta", "Hana", "Ivan", "Jonas", "Kofi", "Lena", "Mateo", "Nora",
    "Oskar", "Paula", "Quinn", "Rosa", "Samir", "Tara", "Uma", "Viktor", "Wanda", "Xavi", "Yuna", "Zoe",
)  # fmt: skip
LAST_NAMES = ("Adler", "Brandt", "Castro", "Diallo", "Evans", "Fischer", "Garcia", "Hughes", "Ito", "Jansen", "Kim")
ROLES = ("agent", "senior", "lead")
CURRENCIES = ("USD", "EUR")
SERVED_AS_BOT = "a-bot"


@dataclass(frozen=True)
class Agents:
    """Columns by agent; the bot is the last. `skill` moves the odds of a good rating, `pace` multiplies work time.

    `is_gaming` agents answer at once with an empty saved reply and write the real answer minutes later.
    """

    team: Ints
    zone: list[str]
    hired_at: Ints
    left_at: Ints
    hourly_cost: Floats
    currency: Ints
    skill: Floats
    pace: Floats
    is_gaming: Flags
    ids: pa.Array
    history: EntityHistory

    @property
    def bot(self) -> int:
        """The bot's position."""
        return len(self.team) - 1


@dataclass(frozen=True)
class Memberships:
    """Stretches of an agent in a team; instants are midnights UTC, `until` is exclusive."""

    agent: Ints
    team: Ints
    role: Ints
    since: Ints
    until: Ints
    history: EntityHistory


def headcounts(scale: float) -> list[int]:
    """People of each team; a smaller marketplace keeps its team, since shifts need somebody."""
    return [max(size, round(size * scale)) for size in HEADCOUNT_AT_SCALE_1]


def contractor_ids(scale: float) -> list[str]:
    """The ids of the contractors, who are numbered after the two desks."""
    sizes = headcounts(scale)
    first = sizes[0] + sizes[1] + 1
    return [f"a-{number:03d}" for number in range(first, first + sizes[2])]


def make_agents(seed: int, scale: float) -> Agents:
    """About 40 agents at scale 1 and below, more above it; half are there at the start, a third leaves."""
    rng = stream(seed, "agents")
    sizes = headcounts(scale)
    team = np.repeat(np.arange(4), sizes)
    number = np.concatenate([np.arange(size) for size in sizes])
    size = np.repeat(sizes, sizes)
    founders = number < np.maximum(3, size * 0.45)
    steps = START + (np.round(np.linspace(60, 660, len(team))) * DAY).astype(np.int64)
    later = START + (rng.permutation(steps) - START) // (91 * DAY) * 91 * DAY + 3 * DAY
    hired_at = np.where(founders, START - rng.integers(60, 900, len(team)) * DAY, later)
    leaves = (number >= 3) & (rng.random(len(team)) < 0.36)
    left_at = np.maximum(hired_at, START) + rng.integers(150, 600, len(team)) * DAY
    left_at = np.where(leaves & (left_at < HORIZON - 7 * DAY), left_at, NEVER)
    contractor = team == CONTRACTORS
    cost = np.where(
        contractor, np.round(rng.uniform(11, 19, len(team)), 2), np.round(rng.uniform(24, 34, len(team)), 2)
    )
    cost = np.where(team == US, np.round(cost * 1.05, 2), cost)
    currency = np.where(contractor | (team == US), 0, 1)
    zones = [TEAM_ZONES[t][n % len(TEAM_ZONES[t])] for t, n in zip(team.tolist(), number.tolist(), strict=True)]
    served = [TEAM_MARKETS[t][n % len(TEAM_MARKETS[t])] for t, n in zip(team.tolist(), number.tolist(), strict=True)]
    skill = 0.45 * rng.standard_normal(len(team))
    pace = np.exp(0.15 * rng.standard_normal(len(team)))
    is_gaming = contractor & np.isin(number, (1, 4, 7))
    names = [f"{FIRST_NAMES[i * 7 % 26]} {LAST_NAMES[i * 5 % 11]}" for i in range(len(team))]

    def with_bot(values: np.ndarray, bot: float) -> np.ndarray:
        return np.append(values, np.array([bot], dtype=values.dtype))

    ids = pa.array([*(f"a-{i + 1:03d}" for i in range(len(team))), SERVED_AS_BOT], pa.string())
    all_hired, all_left = with_bot(hired_at, START - 400 * DAY), with_bot(left_at, NEVER)
    history = EntityHistory(
        appears_at=all_hired,
        columns={
            "agent_id": ids,
            "agent_name": pa.array([*names, "Marketplace helper"], pa.string()),
            "employment": labels(("employee", "contractor", "bot"), with_bot(contractor.astype(np.int64), 2)),
            "market": pa.array([*served, None], pa.string()),
            "time_zone": pa.array([*zones, None], pa.string()),
            "hired_date": all_hired // DAY,
            "left_date": np.where(all_left == NEVER, NEVER, all_left // DAY - 1),
        },
        known_from={"left_date": all_left},
    )
    return Agents(
        team=with_bot(team, BOTS),
        zone=[*zones, "UTC"],
        hired_at=all_hired,
        left_at=all_left,
        hourly_cost=with_bot(cost, 0.0),
        currency=with_bot(currency, 0),
        skill=with_bot(skill, 0.0),
        pace=with_bot(pace, 1.0),
        is_gaming=with_bot(is_gaming, 0),
        ids=ids,
        history=history,
    )


# Who changes team: (team before, number in it, team after, role after, when).
MOVES = (
    (EU, 1, EU, 2, instant("2025-02-03")),
    (US, 0, US, 2, instant("2025-03-03")),
    (EU, 2, SPECIALISTS, 1, instant("2025-09-01")),
    (CONTRACTORS, 0, US, 0, instant("2025-11-03")),
    (US, 1, EU, 1, instant("2026-03-02")),
    (CONTRACTORS, 2, CONTRACTORS, 1, instant("2026-06-01")),
)


def make_memberships(agents: Agents) -> Memberships:
    """Each agent's teams one after the other; a move ends one stretch and begins the next at the same instant."""
    rows: list[tuple[int, int, int, int, int]] = []
    moves = {}
    for team, number, after, role, when in MOVES:
        moves[int(np.flatnonzero(agents.team == team)[number])] = (after, role, when)
    for agent, team in enumerate(agents.team.tolist()):
        since, until = int(agents.hired_at[agent]), int(agents.left_at[agent])
        if agent in moves:
            after, role, when = moves[agent]
            rows += [(agent, team, 0, since, when), (agent, after, role, when, until)]
        else:
            rows.append((agent, team, 0, since, until))
    agent_of, team_of, role_of, since_of, until_of = (
        np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)
    )
    history = EntityHistory(
        appears_at=since_of,
        columns={
            "agent_id": agents.ids.take(pa.array(agent_of)),
            "team_name": labels(TEAMS, team_of),
            "role": labels(ROLES, role_of),
            "valid_from_at": since_of,
            "valid_to_at": until_of,
        },
    )
    return Memberships(agent_of, team_of, role_of, since_of, until_of, history)
