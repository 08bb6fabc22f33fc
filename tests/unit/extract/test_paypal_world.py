"""The world's claims through PayPal's interface, read as an account is: again and again, within the 180 days it lists."""

from datetime import UTC, datetime, timedelta

import pytest
from small_installation import SmallInstallation

from orchestration.demo.stand_ins.paypal_data import ORIGINS, from_world, world_disputes
from orchestration.demo.world import World, build_world
from orchestration.warehouse import connect

SECRET = "secret"
FIRST = datetime(2025, 2, 1, tzinfo=UTC)
EVERY = timedelta(days=160)


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(seed=7, scale=0.3)


def test_the_worlds_claims_come_back_exactly(world, tmp_path, monkeypatch):
    monkeypatch.setenv("PAYPAL_CLIENT_ID", "id")
    monkeypatch.setenv("PAYPAL_CLIENT_SECRET", SECRET)
    installation = SmallInstallation(tmp_path / "home")
    with from_world(world.as_of(FIRST), client_id="id", client_secret=SECRET, clock=FIRST) as paypal:
        installation.configure(f'[[sources]]\nname = "pp"\nkind = "paypal"\nbase_url = "{paypal.url}"\n')
        moment = FIRST
        while True:
            cut = world.as_of(min(moment, world.known_through))
            paypal.clock = cut.known_through
            paypal.disputes = world_disputes(cut)
            result = installation.extract("pp")
            assert result.status == "loaded", result.message
            if moment >= world.known_through:
                break
            moment += EVERY
    installation.map()
    with connect(installation.home.warehouse) as warehouse:
        warehouse.register("arriving", world["inr_claims"])
        warehouse.execute("create table world_claims as select * from arriving where origin in $1", [list(ORIGINS)])
    columns = "claim_id, order_id, origin, outcome, opened_at, resolved_at"
    # PayPal has one instant for the last change: that of the refund takes the place of the decision's.
    worlds = (
        "select claim_id, order_id, origin, outcome, opened_at at time zone 'UTC', "
        "coalesce(refunded_at, resolved_at) at time zone 'UTC', refunded_at at time zone 'UTC' from world_claims"
    )
    ours = f"select {columns}, refunded_at from contract.inr_claims"
    assert installation.query(f"({ours}) except ({worlds})") == []
    assert installation.query(f"({worlds}) except ({ours})") == []
    count = installation.query("select count(*) from contract.inr_claims")[0][0]
    assert count == len(world_disputes(world)) > 50
    # The world has claims that changed after they were first read; each change is a version.
    assert installation.versions("raw_pp.disputes") > count
