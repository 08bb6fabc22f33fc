"""The world's people, groups and business hours as a Zendesk account has them.

Belongs here: ids of users, and what the tickets in `zendesk_data` and their updates share with them.
"""

from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa

from orchestration.demo.agents import SERVED_AS_BOT, TEAMS
from orchestration.demo.business_hours import HOURS
from orchestration.demo.stand_ins.zendesk_streams import Record
from orchestration.demo.world import World

SYSTEM = -1
BOT = 9_000
FIRST_AGENT = 10_000
FIRST_CUSTOMER = 1_000_000
FIRST_VISITOR = 5_000_000
FIRST_STRANGER = 7_000_000
FIRST_SCHEDULE = 360_000
CONTRACTOR_TAG = "contractor"
GROUPS = {name: number for number, name in enumerate(TEAMS, start=70)}
ZONES = {
    "Europe/Berlin": "Berlin",
    "Europe/London": "London",
    "America/Chicago": "Central Time (US & Canada)",
    "America/New_York": "Eastern Time (US & Canada)",
    "America/Bogota": "Bogota",
    "Asia/Seoul": "Seoul",
}
"""The vendor's names of zones; it has others by their IANA names."""


def agent_number(agent_id: str | None) -> int:
    """The user id of one of the world's agents; the system's for none."""
    if agent_id is None:
        return SYSTEM
    return BOT if agent_id == SERVED_AS_BOT else FIRST_AGENT + int(agent_id.removeprefix("a-"))


def user_id(ticket: Record) -> int:
    """The user id of who asked: customers and visitors by their numbers, a user of its own for anybody else."""
    asker = ticket["customer_id"]
    if asker is None:
        return FIRST_STRANGER + int(ticket["ticket_id"])
    prefix, number = asker.split("-")
    return (FIRST_CUSTOMER if prefix == "c" else FIRST_VISITOR) + int(number)


def people(world: World, held: list[Record]) -> list[Record]:
    """Users: all agents, and those who wrote, since a helpdesk knows nobody else."""
    users = {}
    for row in rows_of(world["agents"]):
        number = agent_number(row["agent_id"])
        tags = [CONTRACTOR_TAG] if row["employment"] == "contractor" else []
        users[number] = _user(number, row["agent_name"], f"{row['agent_id']}@shop.example", row["agent_id"]) | {
            "role": "agent",
            "tags": tags,
            "active": row["left_date"] is None,
            "time_zone": ZONES.get(row["time_zone"], row["time_zone"]),
            "iana_time_zone": row["time_zone"],
        }
    known = {row["customer_id"]: row for row in rows_of(world["customers"])}
    for ticket in held:
        number, row = user_id(ticket), known.get(ticket["customer_id"], {})
        users[number] = _user(
            number, "Some Body", row.get("email") or f"user-{number}@mail.example", ticket["customer_id"]
        ) | {
            "locale": row.get("language") or ticket["language"],
            "created_at": instant(row["created_at"] if row else ticket["created_at"]),
        }
    return list(users.values())


def _user(number: int, name: str, email: str, external_id: str | None) -> Record:
    at = "2024-01-01T00:00:00Z"
    return {
        "id": number,
        "url": f"https://shop.zendesk.example/api/v2/users/{number}.json",
        "name": name,
        "email": email,
        "phone": None,
        "created_at": at,
        "updated_at": at,
        "time_zone": "UTC",
        "iana_time_zone": "Etc/UTC",
        "locale": "en-US",
        "role": "end-user",
        "active": True,
        "suspended": False,
        "default_group_id": None,
        "organization_id": None,
        "external_id": external_id,
        "tags": [],
        "last_login_at": None,
        "user_fields": {},
    }


def groups() -> list[Record]:
    """The teams."""
    at = "2024-01-01T00:00:00Z"
    return [
        {
            "id": number,
            "url": f"https://shop.zendesk.example/api/v2/groups/{number}.json",
            "name": name,
            "description": "",
            "default": number == min(GROUPS.values()),
            "is_public": True,
            "deleted": False,
            "created_at": at,
            "updated_at": at,
        }
        for name, number in GROUPS.items()
    ]


def schedule_numbers() -> dict[str, int]:
    """The schedule of each calendar of the company."""
    names = sorted({calendar for calendar, *_ in HOURS})
    return {name: FIRST_SCHEDULE + position for position, name in enumerate(names)}


def schedules(world: World) -> tuple[list[Record], dict[int, list[Record]]]:
    """Schedules with the hours that hold at the cut, and their holidays, which are whole days here."""
    today = world.known_through.date()
    found, holidays = [], {}
    for name, number in schedule_numbers().items():
        rows = [row for row in world["calendar_hours"].to_pylist() if row["calendar_id"] == name and _holds(row, today)]
        since = max(row["valid_from_date"] for row in rows)
        found.append(
            {
                "id": number,
                "name": name,
                "time_zone": ZONES.get(rows[0]["time_zone"], rows[0]["time_zone"]),
                "intervals": [
                    {"start_time": begin, "end_time": end} for row in rows for begin, end in week_minutes(row)
                ],
                "created_at": "2024-01-01T00:00:00Z",
                "updated_at": f"{since}T00:00:00Z",
            }
        )
        holidays[number] = [
            {
                "id": number * 1000 + position,
                "name": row["holiday_name"],
                "start_date": row["holiday_date"].isoformat(),
                "end_date": row["holiday_date"].isoformat(),
            }
            for position, row in enumerate(world["calendar_holidays"].to_pylist())
            if row["calendar_id"] == name
            and row["closed_from_local_time"] in (None, "00:00")
            and not row["closed_to_local_time"]
        ]
    return found, holidays


def week_minutes(row: Record) -> list[tuple[int, int]]:
    """An opening as intervals of minutes since Sunday 00:00; none spans two days."""
    opens, closes = _minutes(row["opens_local_time"]), _minutes(row["closes_local_time"])
    begin = row["iso_weekday"] % 7 * 1440
    if closes > opens:
        return [(begin + opens, begin + closes)]
    following = (begin + 1440) % 10080
    rest = [(following, following + closes)] if closes else []
    return [(begin + opens, begin + 1440), *rest]


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")[:2]
    return int(hours) * 60 + int(minutes)


def _holds(row: Record, day: date) -> bool:
    return (row["valid_from_date"] or day) <= day <= (row["valid_to_date"] or day)


def rows_of(table: pa.Table) -> list[Record]:
    """Rows with instants as seconds since 1970."""
    for number, column in enumerate(table.schema):
        if pa.types.is_timestamp(column.type):
            seconds = table.column(number).cast(pa.timestamp("s", tz="UTC")).cast(pa.int64())
            table = table.set_column(number, column.name, seconds)
    return table.to_pylist()


def instant(seconds: Any) -> str | None:
    """An instant of seconds since 1970, as the vendor writes it."""
    return None if seconds is None else f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
