"""The simulated helpdesk through Zendesk's stand-in, extractor and mappings: the same rows come out, but for what it cannot say.

Twice: as one account, and parted into two accounts side by side.
"""

from datetime import timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from small_installation import SmallInstallation
from world_match import contract_rows, expected_rows, hashed

from orchestration.contract import entities
from orchestration.demo.history import TYPES
from orchestration.demo.stand_ins.zendesk_data import FLAGS, SETTINGS, from_world
from orchestration.demo.stand_ins.zendesk_people import (
    FIRST_STRANGER,
    ZONES,
    agent_number,
    schedule_numbers,
    user_id,
    week_minutes,
)
from orchestration.demo.stand_ins.zendesk_surveys import REASON_PREFIX, SCORES
from orchestration.demo.world import World, build_world

SIGN_IN = {"client_id": "id", "client_secret": "a secret of the world"}
AUTOMATIC_CHANNEL = None
"""What comes by a rule came through no channel."""


def toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{name}" = {toml(each)}' for name, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return str(value) if isinstance(value, int) else f'"{value}"'


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(scale=0.05)


@pytest.fixture(scope="module", params=[1, 2], ids=["one account", "two accounts"])
def desk(request, world, tmp_path_factory):
    """An installation that has loaded the world's helpdesk, from one account or from two."""
    patch = pytest.MonkeyPatch()
    patch.setenv("ZENDESK_CLIENT_ID", SIGN_IN["client_id"])
    patch.setenv("ZENDESK_CLIENT_SECRET", SIGN_IN["client_secret"])
    installation = SmallInstallation(tmp_path_factory.mktemp("zendesk") / "home")
    tickets = world["tickets"]
    number = pc.cast(tickets["ticket_id"], pa.int64())
    upper = pc.greater(number, pc.quantile(number, 0.4)[0])
    parts = [tickets] if request.param == 1 else [tickets.filter(pc.invert(upper)), tickets.filter(upper)]
    assert all(len(part) for part in parts)
    settings = "\n".join(f"{name} = {toml(value)}" for name, value in SETTINGS.items())
    stand_ins = [from_world(world, tickets=part, clock=world.known_through, **SIGN_IN) for part in parts]
    sources = ""
    for position, stand_in in enumerate(stand_ins):
        stand_in.__enter__()
        sources += f'[[sources]]\nname = "zd{position}"\nkind = "zendesk"\nbase_url = "{stand_in.url}"\n{settings}\n'
    installation.configure(sources)
    for position in range(len(parts)):
        result = installation.extract(f"zd{position}")
        assert (result.status, result.message) == ("loaded", "")
    installation.map()
    yield installation
    for stand_in in stand_ins:
        stand_in.__exit__()
    patch.undo()


def number(agent_id: str | None) -> str | None:
    return str(agent_number(agent_id)) if agent_id else None


def table(entity: str, rows: list[dict]) -> pa.Table:
    columns = entities()[entity].columns
    return pa.Table.from_pylist(rows, schema=pa.schema([(column.name, TYPES[column.data_type]) for column in columns]))


def same(desk, entity: str, rows: list[dict], lacking: set[str]) -> None:
    expected, found = expected_rows(entity, table(entity, rows), lacking), contract_rows(desk, entity, lacking)
    assert len(found) == len(expected)
    assert [pair for pair in zip(found, expected, strict=True) if pair[0] != pair[1]] == []


def test_tickets(desk, world):
    schedules = {name: str(each) for name, each in schedule_numbers().items()}
    emptied = ("customer_id", "order_id", "seller_id", "agent_id", "team_name", "requester_role", "priority", "market",
               "language", "reason", "product", "app_version", "customer_tier", "subject", "description", "status",
               "previous_ticket_id", "picked_up_at", "solved_at", "vendor_first_response_calendar_seconds",
               "vendor_first_response_business_seconds")  # fmt: skip
    rows = []
    for row in world["tickets"].to_pylist():
        tags = [row["tags"]] if row["tags"] else []
        tags += [tag for column, tag in FLAGS.items() if row[column]]
        tags += ["closed_by_merge"] if row["merged_into_ticket_id"] else []
        mapped = row | {
            "agent_id": number(row["agent_id"]),
            "calendar_id": schedules.get(row["calendar_id"]),
            "customer_id": row["customer_id"] or str(user_id(row)),
            "tags": "|".join(tags) or None,
            # Who writes for somebody else does it in the agents' interface.
            "channel": "web" if row["is_outbound"] and row["channel"] != "telephone" else row["channel"],
        }
        if row["deleted_at"]:
            mapped |= dict.fromkeys(emptied) | {"tags": None} | dict.fromkeys(FLAGS, False)
        rows.append(mapped)
    assert any(row["deleted_at"] for row in rows)
    assert any(row["merged_into_ticket_id"] for row in rows)
    same(desk, "tickets", rows, {"ticket_url"})


def test_messages(desk, world):
    gone = {row["ticket_id"] for row in world["tickets"].to_pylist() if row["deleted_at"]}
    rows = [
        row
        | {
            "agent_id": number(row["agent_id"]),
            "channel": AUTOMATIC_CHANNEL if row["is_automatic"] else row["channel"],
            "body": None if row["ticket_id"] in gone else row["body"],
        }
        for row in world["ticket_messages"].to_pylist()
    ]
    same(desk, "ticket_messages", rows, {"message_id", "is_canned"})


def test_changes(desk, world):
    rows = []
    for row in world["ticket_changes"].to_pylist():
        values = (row["old_value"], row["new_value"])
        old, new = map(number, values) if row["field"] == "assignee" else values
        rows.append(row | {"agent_id": number(row["agent_id"]), "old_value": old, "new_value": new})
    same(desk, "ticket_changes", rows, {"change_id"})


def test_people(desk, world):
    sources = len(desk.sources.sources)
    agents = [row | {"agent_id": number(row["agent_id"])} for row in world["agents"].to_pylist()]
    agents = [row | ({"agent_name": row["agent_name"]} if row["employment"] == "bot" else {}) for row in agents]
    same(desk, "agents", agents * sources, {"market", "hired_date", "left_date"})
    known = {row["customer_id"]: row for row in world["customers"].to_pylist()}
    found = dict(desk.query("select customer_id, any_value(email) from contract.customers group by customer_id"))
    for ticket in world["tickets"].to_pylist():
        asker, row = ticket["customer_id"], known.get(ticket["customer_id"])
        email = row["email"] if row else f"user-{user_id(ticket)}@mail.example"
        assert found[hashed(asker or str(user_id(ticket)))] == hashed(email)
    assert desk.query("select count(*) from raw_zd0.users where role <> 'end-user'") == [(len(agents),)]
    assert FIRST_STRANGER > 0


def test_satisfaction(desk, world):
    customers = {row["ticket_id"]: row["customer_id"] or str(user_id(row)) for row in world["tickets"].to_pylist()}
    gone = {row["ticket_id"] for row in world["tickets"].to_pylist() if row["deleted_at"]}
    assert not gone & {row["ticket_id"] for row in world["csat_responses"].to_pylist()}
    rows = []
    for row in world["csat_responses"].to_pylist():
        if row["score"] not in SCORES[row["scale"]]:
            continue
        is_rating = row["scale"] == "good_bad"
        rows.append(
            row
            | {
                "customer_id": customers.get(row["ticket_id"]),
                "agent_id": number(row["agent_id"]) if is_rating else None,
                "stated_reason": ("" if is_rating else REASON_PREFIX) + row["stated_reason"] if row["stated_reason"] else None,
                "language": row["language"] if row["ticket_id"] else None,
            }
        )  # fmt: skip
    # An answer that belongs to no ticket belongs to no account either: each of two lists it.
    rows += [row for row in rows if row["ticket_id"] is None] * (len(desk.sources.sources) - 1)
    assert len({row["scale"] for row in rows}) == 3
    same(desk, "csat_responses", rows, {"response_id", "invitation_id"})
    offers = [
        row | {"customer_id": customers[row["ticket_id"]]}
        for row in world["survey_invitations"].to_pylist()
        if row["survey_type"] == "csat"
    ]
    same(desk, "survey_invitations", offers, {"invitation_id"})
    offered = {row["invitation_id"]: row["offered_at"].replace(tzinfo=None) for row in offers}
    linked = desk.query(
        "select responses.ticket_id, responses.responded_at, offers.offered_at from contract.csat_responses as responses "
        "left join contract.survey_invitations as offers using (invitation_key)"
    )
    expected = [(r["ticket_id"], r["responded_at"].replace(tzinfo=None), offered.get(r["invitation_id"])) for r in rows]
    assert sorted(linked, key=repr) == sorted(expected, key=repr)


def test_business_hours_and_holidays(desk, world):
    schedules = {name: str(each) for name, each in schedule_numbers().items()}
    today = (world.known_through - timedelta(days=1)).date()
    expected = sorted(
        {
            (schedules[row["calendar_id"]], row["time_zone"], interval)
            for row in world["calendar_hours"].to_pylist()
            if (row["valid_from_date"] or today) <= today <= (row["valid_to_date"] or today)
            for interval in week_minutes(row)
        }
    )
    found = desk.query(
        "select distinct calendar_id, time_zone, opens_local_time, closes_local_time, iso_weekday from contract.calendar_hours"
    )
    opened = [
        (calendar, zone, week_minutes({"opens_local_time": opens, "closes_local_time": closes, "iso_weekday": day})[0])
        for calendar, zone, opens, closes, day in found
    ]
    assert sorted(opened) == expected
    assert {zone for _, zone, _ in opened} <= set(ZONES)
    holidays = {
        (schedules[row["calendar_id"]], row["holiday_date"], row["holiday_name"])
        for row in world["calendar_holidays"].to_pylist()
        if row["closed_from_local_time"] in (None, "00:00") and not row["closed_to_local_time"]
    }
    assert set(desk.query("select calendar_id, holiday_date, holiday_name from contract.calendar_holidays")) == holidays


def test_totals_are_the_worlds_and_keys_do_not_meet(desk, world):
    """However many accounts the tickets are parted into, nothing is lost, doubled or joined to the other account."""
    for entity in ("tickets", "ticket_messages", "ticket_changes"):
        key = entities()[entity].key_column
        assert desk.query(f"select count(*), count(distinct {key}) from contract.{entity}") == [
            (len(world[entity]),) * 2
        ]
    assert desk.query("select count(distinct source_name) from contract.tickets") == [(len(desk.sources.sources),)]
    assert desk.query(
        "select count(*) from contract.ticket_messages as messages anti join contract.tickets as tickets using (ticket_key)"
    ) == [(0,)]
    unaccounted = "select table_name from audit.raw_accounting where rows_current <> rows_accounted"
    assert desk.query(unaccounted) == []
    assert desk.query("select count(*) from audit.rejected_rows") == [(0,)]
