"""A cut shows what was known then: no row, no value and no state from later."""

import datetime

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from orchestration.contract import entities
from orchestration.demo import World
from orchestration.demo.clock import HORIZON, START, instant

MOMENT = datetime.datetime(2025, 9, 17, 14, 30, 7, tzinfo=datetime.UTC)
FUTURE_BY_NATURE = {("shifts", "ends_at"), ("deliveries", "promised_at")}


@pytest.fixture(scope="module")
def past(world: World) -> World:
    return world.as_of(MOMENT)


def test_the_cut_at_the_horizon_is_the_whole_world(world: World):
    assert world.as_of(HORIZON) == world


def test_a_cut_knows_no_instant_from_later(past: World):
    for name in past:
        for field in past[name].schema:
            if pa.types.is_timestamp(field.type) and (name, field.name) not in FUTURE_BY_NATURE:
                latest = pc.max(past[name][field.name]).as_py()
                assert latest is None or latest < MOMENT, (name, field.name)


def test_rows_only_come_and_keys_stay(world: World, past: World):
    for name in world:
        key = list(entities()[name].key)
        before, after = past[name].select(key).to_pylist(), world[name].select(key).to_pylist()
        assert {tuple(row.values()) for row in before} <= {tuple(row.values()) for row in after}, name
        assert len(before) <= len(after)


def test_what_is_once_known_stays_unless_it_is_a_state(world: World, past: World):
    """Only states, edits and the newest of something may read differently later; all else is only filled in."""
    may_change = {
        "tickets": {"agent_id", "team_name", "status", "priority", "is_spam", "solved_at", "updated_at"},
        "orders": {"status", "updated_at"},
        "customers": {"tier"},
        "app_reviews": {"title", "body", "rating", "is_edited", "reviewed_at"},
    }
    for name in world:
        key = list(entities()[name].key)
        later = {tuple(row[part] for part in key): row for row in world[name].to_pylist()}
        for row in past[name].to_pylist():
            now = later[tuple(row[part] for part in key)]
            changed = {column for column, value in row.items() if value is not None and now[column] != value}
            assert changed <= may_change.get(name, set()), (name, row, now)


def test_states_are_those_of_the_moment(past: World):
    state: dict[str, str] = {}
    for change in past["ticket_changes"].to_pylist():
        if change["field"] == "status":
            state[change["ticket_id"]] = change["new_value"]
    tickets = past["tickets"].select(["ticket_id", "status"]).to_pylist()
    assert all(ticket["status"] == state[ticket["ticket_id"]] for ticket in tickets)
    assert {ticket["status"] for ticket in tickets} >= {"new", "pending", "solved", "closed"}
    orders = past["orders"].select(["order_id", "status"]).to_pylist()
    delivered = set(past["deliveries"].filter(pc.is_valid(past["deliveries"]["delivered_at"]))["order_id"].to_pylist())
    assert {each["order_id"] for each in orders if each["status"] == "delivered"} == delivered


def test_what_changed_brings_an_earlier_cut_up_to_date(world: World):
    earlier, later = world.as_of(instant("2026-03-01")), world.as_of(instant("2026-03-02"))
    changed = later.changed_since(earlier)
    for name in world:
        key = list(entities()[name].key)
        rows = {tuple(row[part] for part in key): row for row in earlier[name].to_pylist()}
        rows |= {tuple(row[part] for part in key): row for row in changed[name].to_pylist()}
        assert rows == {tuple(row[part] for part in key): row for row in later[name].to_pylist()}, name
    assert 0 < len(changed["tickets"]) < len(later["tickets"]) / 5
    assert all(len(table) == 0 for table in world.changed_since(world).values())


def test_truth_follows_the_cut(world: World, past: World):
    assert past.truth["tickets"]["landed_count"] == len(past["tickets"]) < world.truth["tickets"]["landed_count"]
    assert past.truth["orders"]["landed_count"] == len(past["orders"])


@pytest.mark.parametrize("moment", [START, HORIZON + 1, datetime.datetime(2025, 1, 1)])
def test_a_moment_outside_the_world_or_without_zone_is_refused(world: World, moment: int | datetime.datetime):
    with pytest.raises(ValueError, match=r"span|zone"):
        world.as_of(moment)
