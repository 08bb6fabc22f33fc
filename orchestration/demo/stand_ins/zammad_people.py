"""The world's people and business hours as a Zammad instance has them: users with roles, and calendars.

Belongs here: ids of users, and what the tickets' records in `zammad_data` share with them.
"""

from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa

from orchestration.demo.agents import SERVED_AS_BOT
from orchestration.demo.stand_ins.zammad import Record
from orchestration.demo.world import World

SYSTEM = 1
BOT = 90
FIRST_AGENT = 100
FIRST_CUSTOMER = 100_000
FIRST_VISITOR = 5_000_000
FIRST_STRANGER = 7_000_000
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CUSTOMER_FIELDS = {"market": "market", "language": "language", "tier": "tier"}
AGENT_FIELDS = {"market": "market", "time_zone": "time_zone", "hired_date": "hired_on", "left_date": "left_on"}
EMPLOYMENTS = {"Contractor": "contractor", "Bot": "bot"}


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


def agents(world: World) -> dict[int, Record]:
    """Users who are agents, by id."""
    roles = {employment: role for role, employment in EMPLOYMENTS.items()}
    users = {}
    for row in rows_of(world["agents"]):
        number = agent_number(row["agent_id"])
        first, _, last = row["agent_name"].partition(" ")
        users[number] = {
            **_user(number, first, last, f"{row['agent_id']}@shop.example"),
            "roles": ["Agent", *([roles[row["employment"]]] if row["employment"] in roles else [])],
            "active": row["left_date"] is None,
            **{attribute: _day(row[column]) for column, attribute in AGENT_FIELDS.items()},
        }
    return users


def customers(world: World, held: list[Record]) -> dict[int, Record]:
    """Users for those who wrote, since a helpdesk knows nobody else; tickets without a known customer got one by writing."""
    known = {row["customer_id"]: row for row in rows_of(world["customers"])}
    users = {SYSTEM: _user(SYSTEM, "-", "", "-") | {"roles": [], "active": False}}
    for ticket in held:
        number, row = user_id(ticket), known.get(ticket["customer_id"], {})
        users[number] = {
            **_user(number, "Some", "Body", row.get("email") or f"user-{number}@mail.example"),
            "roles": ["Customer"],
            "active": True,
            "customer_number": ticket["customer_id"],
            "created_at": instant(row["created_at"]) if row else instant(ticket["created_at"]),
            **{attribute: row.get(column) for column, attribute in CUSTOMER_FIELDS.items()},
        }
    return users


def _user(number: int, first: str, last: str, login: str) -> Record:
    at = "2024-01-01T00:00:00.000Z"
    names = {
        "id": number,
        "login": login,
        "email": login,
        "firstname": first,
        "lastname": last,
        "phone": "",
        "note": "",
    }
    return {**names, "preferences": {}, "last_login": None, "created_at": at, "updated_at": at}


def calendar_ids(world: World) -> list[str]:
    """The world's calendars, in the order of the ids that the instance gives them."""
    return sorted(set(world["calendar_hours"]["calendar_id"].to_pylist()))


def calendars(world: World) -> list[Record]:
    """Calendars with the hours that hold at the cut; an opening over midnight is two, as the vendor has it."""
    today = world.known_through.date()
    found = []
    for number, name in enumerate(calendar_ids(world), start=1):
        rows = [row for row in world["calendar_hours"].to_pylist() if row["calendar_id"] == name and _holds(row, today)]
        hours: dict[str, Record] = {day: {"active": False, "timeframes": [["10:00", "14:00"]]} for day in WEEKDAYS}
        for iso_weekday, opens, closes in (part for row in rows for part in split_at_midnight(row)):
            day = hours[WEEKDAYS[iso_weekday - 1]]
            day["timeframes"] = [*(day["timeframes"] if day["active"] else []), [opens, closes]]
            day["active"] = True
        holidays = [row for row in world["calendar_holidays"].to_pylist() if row["calendar_id"] == name]
        whole = [
            row
            for row in holidays
            if row["closed_from_local_time"] in (None, "00:00") and not row["closed_to_local_time"]
        ]
        found.append(
            {
                "id": number,
                "name": name,
                "timezone": rows[0]["time_zone"],
                "business_hours": hours,
                "default": number == 1,
                "ical_url": "",
                "public_holidays": {
                    row["holiday_date"].isoformat(): {"active": True, "summary": row["holiday_name"]} for row in whole
                },
                "last_log": None,
                "last_sync": None,
            }
        )
    return found


def split_at_midnight(row: Record) -> list[tuple[int, str, str]]:
    """An opening as the windows of single days: ISO weekday, from, to; the day's end is written 23:59."""
    weekday, opens, closes = row["iso_weekday"], row["opens_local_time"], row["closes_local_time"]
    if closes > opens:
        return [(weekday, opens, "23:59" if closes == "24:00" else closes)]
    return [(weekday, opens, "23:59"), (weekday % 7 + 1, "00:00", closes)]


def _holds(row: Record, day: date) -> bool:
    return (row["valid_from_date"] or day) <= day <= (row["valid_to_date"] or day)


def rows_of(table: pa.Table) -> list[Record]:
    """Rows with instants as microseconds since 1970."""
    for number, column in enumerate(table.schema):
        if pa.types.is_timestamp(column.type):
            table = table.set_column(number, column.name, table.column(number).cast(pa.int64()))
    return table.to_pylist()


def instant(microseconds: int | None) -> str | None:
    """An instant of microseconds since 1970, as the vendor writes it."""
    if microseconds is None:
        return None
    seconds, rest = divmod(microseconds, 1_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest // 1000:03d}Z"


def _day(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
