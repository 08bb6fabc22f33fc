"""The world's contractors, served by Upwork's stand-in in two cuts, extracted and mapped."""

from datetime import UTC, datetime

import pytest
from world_match import contract_rows, expected_rows

from orchestration.demo.stand_ins.upwork_data import from_world
from orchestration.demo.world import build_world


def test_the_world_s_contractors_come_back_as_they_are(installation, monkeypatch):
    monkeypatch.setenv("UPWORK_CLIENT_ID", "id")
    monkeypatch.setenv("UPWORK_CLIENT_SECRET", "secret")
    world = build_world(7, 0.1)
    agents = world["agents"].to_pylist()
    contractors = {each["agent_id"] for each in agents if each["employment"] == "contractor"}

    def of_contractors(known, entity):
        table = known[entity]
        return table.filter([agent in contractors for agent in table["agent_id"].to_pylist()])

    earlier = world.as_of(datetime(2026, 10, 15, tzinfo=UTC))
    with from_world(earlier, client_id="id", client_secret="secret", clock=earlier.known_through) as stand_in:
        installation.configure(
            f'[[sources]]\nname = "up"\nkind = "upwork"\nbase_url = "{stand_in.url}"\nstart_date = "2024-10-31"\n'
            f'token_url = "{stand_in.url}/api/v3/oauth2/token"\n'
        )
        assert installation.extract("up").status == "loaded"
        later = from_world(world, client_id="id", client_secret="secret")
        stand_in.time_reports, stand_in.transactions = later.time_reports, later.transactions
        stand_in.clock = world.known_through
        assert installation.extract("up").status == "loaded"
    installation.map()
    assert contract_rows(installation, "agent_workdays", set()) == expected_rows(
        "agent_workdays", of_contractors(world, "agent_workdays"), set()
    )
    # Upwork tells neither where a contractor lives nor when the work began and ended; and only those who worked.
    lacking = {"market", "time_zone", "hired_date", "left_date"}
    worked = set(of_contractors(world, "agent_workdays")["agent_id"].to_pylist())
    table = world["agents"].filter([agent in worked for agent in world["agents"]["agent_id"].to_pylist()])
    assert contract_rows(installation, "agents", lacking) == expected_rows("agents", table, lacking)
    # Of memberships it tells the team of each day: as many stretches as changes of team, begun by the first day worked.
    teams = {agent: [] for agent in worked}
    for each in world["agent_team_histories"].to_pylist():
        if each["agent_id"] in worked and each["team_name"] not in teams[each["agent_id"]]:
            teams[each["agent_id"]].append(each["team_name"])
    found = installation.query(
        "select agent_id, list(team_name order by valid_from_at) from contract.agent_team_histories group by 1"
    )
    assert all(names == [name for name in teams[agent] if name in names] for agent, names in found)
    assert len(found) == len(worked)
    hours = installation.query("select sum(cost_amount) from contract.agent_workdays")[0][0]
    invoiced = installation.query("select -sum(amount::double) from raw_up.transactions")[0][0]
    assert invoiced == pytest.approx(hours, rel=0.02)  # the last week is not invoiced yet
    assert installation.query("select bool_and(vendor_count = own_count) from audit.vendor_totals") == [(True,)]
