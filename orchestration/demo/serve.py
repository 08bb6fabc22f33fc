"""The stand-ins of a demo's installation, as a process of their own: `python -m orchestration.demo.serve HOME [--deliver]`.

Says `delivered N` when the world's files are written (asked for by `--deliver`) and `ready` when every stand-in answers. Ends
when its standard input closes, which happens when the process that started it ends.
"""

import sys
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

from orchestration.demo.deliver import write_truth
from orchestration.demo.plan import DemoPlan, read_plan
from orchestration.demo.served import CREDENTIALS, SERVED, deliver_beside
from orchestration.demo.stand_ins import appfollow_data, paypal_data, upwork_data, zendesk_data
from orchestration.demo.stand_ins.server import StandIn
from orchestration.demo.world import World, build_world
from orchestration.settings import Home, read_environment

NEWEST = timedelta(seconds=60)
"""The stand-ins' clocks are a minute ahead of the world's cut, since Zendesk never serves the newest minute."""


def main(arguments: list[str]) -> int:
    """Serve until standard input closes."""
    home = Home(Path(arguments[0]))
    plan = read_plan(home)
    if plan is None:
        print(f"{home.path} is no demo's installation: it has no demo.json", file=sys.stderr)
        return 2
    world = build_world(plan.seed, plan.scale)
    if "--deliver" in arguments:
        # The truth is for scoring the warehouse's answers; it is no delivery.
        write_truth(world, home.path / "truth.json")
        print(f"delivered {len(deliver_beside(world, home.landing))}", flush=True)
    with ExitStack() as serving:
        for source in SERVED:
            serving.enter_context(stand_in(source, world, plan, read_environment(home)))
        print("ready", flush=True)
        sys.stdin.read()
    return 0


def stand_in(source: str, world: World, plan: DemoPlan, environment: dict[str, str]) -> StandIn:
    """The stand-in of one of the demo's systems, not yet answering.

    Raises:
        OSError: another program listens on its port.
    """
    secrets = [environment[name] for name in CREDENTIALS[source]]
    server: dict[str, Any] = {"clock": world.known_through + NEWEST, "port": plan.ports[source]}
    if source == "helpdesk":
        return zendesk_data.from_world(world, client_id=secrets[0], client_secret=secrets[1], **server)
    if source == "app_stores":
        return appfollow_data.from_world(world, token=secrets[0], **server)
    if source == "paypal":
        return paypal_data.from_world(world, client_id=secrets[0], client_secret=secrets[1], **server)
    if source == "upwork":
        return upwork_data.from_world(world, client_id=secrets[0], client_secret=secrets[1], **server)
    raise KeyError(source)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
