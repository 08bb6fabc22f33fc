"""The simulated helpdesk through Zammad's stand-in, extractor and mappings: the same rows come out, but for what it cannot say."""

from datetime import timedelta
from typing import Any

import pyarrow as pa
import pytest
from small_installation import SmallInstallation
from world_match import contract_rows, expected_rows

from orchestration.contract import entities
from orchestration.demo.history import TYPES
from orchestration.demo.stand_ins.zammad_data import NO_PRIORITY, SETTINGS, from_world
from orchestration.demo.stand_ins.zammad_people import agent_number, calendar_ids, split_at_midnight, user_id
from orchestration.demo.world import build_world

TOKEN = "canary-token-of-zammad"


def toml(value: Any) -> str:
    """A setting's value as TOML."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{name}" = {toml(each)}' for name, each in value.items()) + " }"
    return "[" + ", ".join(map(toml, value)) + "]" if isinstance(value, list) else f'"{value}"'


@pytest.fixture(scope="module")
def world():
    return build_world(scale=0.02)


@pytest.fixture(scope="module")
def desk(world, tmp_path_factory):
    """An installation that has loaded the world's helpdesk."""
    patch = pytest.MonkeyPatch()
    patch.setenv("ZAMMAD_TOKEN", TOKEN)
    installation = SmallInstallation(tmp_path_factory.mktemp("zammad") / "home")
    with from_world(world, token=TOKEN, clock=world.known_through) as stand_in:
        settings = "\n".join(f"{name} = {toml(value)}" for name, value in SETTINGS.items())
        installation.configure(f'[[sources]]\nname = "za"\nkind = "zammad"\nbase_url = "{stand_in.url}"\n{settings}\n')
        assert installation.extract("za").status == "loaded"
        installation.map()
        yield installation
    patch.undo()


def table(entity: str, rows: list[dict]) -> pa.Table:
    columns = entities()[entity].columns
    schema = pa.schema([(column.name, TYPES[column.data_type]) for column in columns])
    return pa.Table.from_pylist(rows, schema=schema)


def number(agent_id: str | None) -> str | None:
    return str(agent_number(agent_id)) if agent_id else None


def held(world) -> list[dict]:
    return [row for row in world["tickets"].to_pylist() if row["deleted_at"] is None]


def of_tickets(world, entity: str) -> list[dict]:
    tickets = {row["ticket_id"] for row in held(world)}
    return [row for row in world[entity].to_pylist() if row["ticket_id"] in tickets]


def same(desk, entity: str, rows: list[dict], lacking: set[str]) -> None:
    expected = expected_rows(entity, table(entity, rows), lacking)
    found = contract_rows(desk, entity, lacking)
    assert len(found) == len(expected)
    assert [pair for pair in zip(found, expected, strict=True) if pair[0] != pair[1]] == []


def test_tickets(desk, world):
    calendars = {name: str(position) for position, name in enumerate(calendar_ids(world), start=1)}
    firsts = first_words(world)
    rows = [
        row
        | {
            "agent_id": number(row["agent_id"]),
            "calendar_id": calendars.get(row["calendar_id"]),
            "priority": row["priority"] or NO_PRIORITY,
            "customer_id": row["customer_id"] or str(user_id(row)),
            # A merge takes the first words along to the other ticket.
            "description": firsts.get(row["ticket_id"]),
            # Who opens a ticket has it.
            "picked_up_at": row["created_at"] if row["is_outbound"] else row["picked_up_at"],
        }
        for row in held(world)
    ]
    assert any(row["merged_into_ticket_id"] for row in rows)
    same(desk, "tickets", rows, {"ticket_url"})


def first_words(world) -> dict[str, str]:
    merged = {row["ticket_id"]: row["merged_into_ticket_id"] for row in held(world)}
    words: dict[str, str] = {}
    for row in sorted(of_tickets(world, "ticket_messages"), key=lambda row: row["message_id"]):
        if row["author_role"] == "customer":
            words.setdefault(merged[row["ticket_id"]] or row["ticket_id"], row["body"])
    return words


def test_messages(desk, world):
    merged = {row["ticket_id"]: row["merged_into_ticket_id"] for row in held(world)}
    rows = [
        row
        | {
            "message_id": str(int(row["message_id"].removeprefix("m-"))),
            # The articles of a merged ticket move to the other one.
            "ticket_id": merged[row["ticket_id"]] or row["ticket_id"],
            "agent_id": number(row["agent_id"]),
            "author_role": "system" if row["author_role"] == "bot" and row["agent_id"] is None else row["author_role"],
            "channel": {"app": "web"}.get(row["channel"], row["channel"]) if row["is_public"] else None,
        }
        for row in of_tickets(world, "ticket_messages")
    ]
    same(desk, "ticket_messages", rows, {"is_canned"})


def test_changes(desk, world):
    tickets = {row["ticket_id"]: row for row in held(world)}
    has_priority = {row["ticket_id"] for row in of_tickets(world, "ticket_changes") if row["field"] == "priority"}
    rows = [
        row
        | {
            "agent_id": number(row["agent_id"]),
            "old_value": number(row["old_value"]) if row["field"] == "assignee" else row["old_value"],
            "new_value": number(row["new_value"]) if row["field"] == "assignee" else row["new_value"],
        }
        for row in of_tickets(world, "ticket_changes")
    ]
    # Every ticket has a priority at this vendor.
    rows += [
        {
            "change_id": "",
            "ticket_id": ticket,
            "field": "priority",
            "new_value": NO_PRIORITY,
            "agent_id": next(
                (row["agent_id"] for row in rows if row["ticket_id"] == ticket and not row["old_value"]), None
            ),
            "changed_at": row["created_at"],
        }
        for ticket, row in tickets.items()
        if ticket not in has_priority
    ]
    same(desk, "ticket_changes", rows, {"change_id"})


def test_handle_times(desk, world):
    rows = [
        row
        | {"handle_time_id": str(int(row["handle_time_id"].removeprefix("ht-"))), "agent_id": number(row["agent_id"])}
        for row in of_tickets(world, "handle_times")
        if row["provenance"] == "measured"
    ]
    same(desk, "handle_times", rows, set())


def test_people(desk, world):
    agents = [row | {"agent_id": number(row["agent_id"])} for row in world["agents"].to_pylist()]
    same(desk, "agents", agents, set())
    known = {row["customer_id"]: row for row in world["customers"].to_pylist()}
    rows = {}
    for ticket in sorted(held(world), key=lambda row: row["ticket_id"]):
        user = str(user_id(ticket))
        stranger = {"customer_id": ticket["customer_id"] or user, "email": f"user-{user}@mail.example"}
        rows[user] = known.get(ticket["customer_id"], stranger | {"created_at": ticket["created_at"]})
    same(desk, "customers", list(rows.values()), set())


def test_business_hours_and_holidays(desk, world):
    calendars = {name: str(position) for position, name in enumerate(calendar_ids(world), start=1)}
    today = (world.known_through - timedelta(days=1)).date()
    hours = [
        row
        | {
            "calendar_id": calendars[row["calendar_id"]],
            "iso_weekday": weekday,
            "opens_local_time": opens,
            "closes_local_time": "24:00" if closes == "23:59" else closes,
        }
        for row in world["calendar_hours"].to_pylist()
        if row["valid_from_date"] <= today <= (row["valid_to_date"] or today)
        for weekday, opens, closes in split_at_midnight(row)
    ]
    same(desk, "calendar_hours", hours, {"valid_from_date", "valid_to_date"})
    holidays = [
        row | {"calendar_id": calendars[row["calendar_id"]]}
        for row in world["calendar_holidays"].to_pylist()
        if row["closed_from_local_time"] in (None, "00:00") and row["closed_to_local_time"] is None
    ]
    same(desk, "calendar_holidays", holidays, {"closed_from_local_time"})


def test_every_raw_row_is_accounted_for(desk):
    account = "select table_name, rows_current - rows_accounted from audit.raw_accounting"
    assert [row for row in desk.query(account) if row[1] != 0] == []
    assert desk.query("select count(*) from audit.rejected_rows") == [(0,)]


def test_the_vendors_listing_and_raw_have_the_same_number_of_tickets(desk, world):
    found = desk.query("select vendor_count, own_count from audit.vendor_totals where table_name = 'tickets'")
    assert found == [(len(held(world)),) * 2]
