"""The world is one and the same everywhere, conforms to the contract, and hangs together."""

import hashlib
import itertools
import time

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from orchestration.contract import entities
from orchestration.demo import World, build_world
from orchestration.demo.history import TYPES

DELIVERED_APART = {"delivery_marks"}


def checksums(world: World) -> dict[str, str]:
    result = {}
    for name in world:
        digest = hashlib.sha256()
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, world[name].schema) as writer:
            writer.write_table(world[name].combine_chunks())
        digest.update(sink.getvalue())
        result[name] = digest.hexdigest()
    return result


def values(table: pa.Table, column: str) -> set:
    return set(table[column].drop_null().to_pylist())


def test_the_same_seed_gives_the_same_world_in_any_time_zone(monkeypatch: pytest.MonkeyPatch):
    worlds = []
    for zone in ("UTC", "Asia/Kolkata", "America/St_Johns"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        worlds.append(build_world(seed=7, scale=0.04))
    monkeypatch.undo()
    time.tzset()
    first, *others = worlds
    assert all(checksums(other) == checksums(first) for other in others)
    assert all(other.truth == first.truth for other in others)


def test_another_seed_gives_another_world():
    ours, theirs = checksums(build_world(seed=1, scale=0.02)), checksums(build_world(seed=2, scale=0.02))
    fixed = {"calendar_hours", "calendar_holidays", "events"}
    assert {name for name in ours if ours[name] == theirs[name]} == fixed


def test_every_entity_of_the_contract_is_there_with_its_columns_and_types(world: World):
    assert set(world) == set(entities()) - DELIVERED_APART
    for name, entity in entities().items():
        if name not in DELIVERED_APART:
            expected = pa.schema([(column.name, TYPES[column.data_type]) for column in entity.columns])
            assert world[name].schema.equals(expected), name
            assert len(world[name]) > 0, name


def test_required_columns_are_filled_and_keys_are_unique(world: World):
    for name in world:
        entity, table = entities()[name], world[name]
        for column in entity.columns:
            if column.is_required or column.name in entity.key:
                assert table[column.name].null_count == 0, (name, column.name)
        keys = table.select(list(entity.key))
        assert len(keys.group_by(list(entity.key)).aggregate([])) == len(table), name


def test_references_lead_somewhere(world: World):
    for name in world:
        for column in entities()[name].columns:
            if not column.references:
                continue
            target = entities()[column.references]
            known = values(world[column.references], target.key[0])
            dangling = values(world[name], column.name) - known
            if column.references == "customers" and name == "tickets":
                # People whom only the helpdesk knows.
                assert dangling
                assert all(each.startswith("v-") for each in dangling)
            else:
                assert not dangling, (name, column.name)


def test_tickets_refer_to_tickets(world: World):
    known = values(world["tickets"], "ticket_id")
    for column in ("merged_into_ticket_id", "previous_ticket_id"):
        assert values(world["tickets"], column)
        assert values(world["tickets"], column) <= known


def test_time_runs_forward_in_every_life(world: World):
    def in_order(entity: str, *columns: str) -> None:
        table = world[entity]
        for before, after in itertools.pairwise(columns):
            late = pc.less(table[after], table[before])
            assert not pc.any(late).as_py(), (entity, before, after)

    in_order("deliveries", "shipped_at", "delivered_at")
    in_order("returns", "requested_at", "received_at", "refunded_at")
    in_order("inr_claims", "opened_at", "resolved_at", "refunded_at")
    in_order("tickets", "created_at", "picked_up_at", "solved_at")
    in_order("tickets", "created_at", "updated_at")
    in_order("shifts", "starts_at", "ends_at")
    in_order("orders", "ordered_at", "cancelled_at")


def test_changes_replay_to_the_tickets_state(world: World):
    state = {}
    for change in world["ticket_changes"].to_pylist():
        key = (change["ticket_id"], change["field"])
        assert state.get(key) == change["old_value"], change
        state[key] = change["new_value"]
    for ticket in world["tickets"].select(["ticket_id", "status", "agent_id", "team_name", "priority"]).to_pylist():
        key = ticket["ticket_id"]
        replayed = [state.get((key, field)) for field in ("status", "assignee", "team", "priority")]
        assert replayed == [ticket["status"], ticket["agent_id"], ticket["team_name"], ticket["priority"]]


def test_nobody_works_on_two_things_at_once(world: World):
    work = world["handle_times"].sort_by([("agent_id", "ascending"), ("started_at", "ascending")])
    agent = work["agent_id"].to_pylist()
    starts = work["started_at"].cast(pa.int64()).to_numpy()
    ends = starts + (work["handle_seconds"].to_numpy() * 1_000_000).astype(np.int64)
    same = np.array([one == other for one, other in itertools.pairwise(agent)])
    assert not np.any(same & (starts[1:] < ends[:-1]))


def test_a_world_needs_a_positive_scale():
    with pytest.raises(ValueError, match="scale"):
        build_world(scale=0)
