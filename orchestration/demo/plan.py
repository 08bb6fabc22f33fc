"""What makes a folder a demo's installation: which world it is fed by, and the ports of the stand-ins.

Belongs here: the file `demo.json`, its writing and reading. The servers are in `serve`.
"""

import json
import socket
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from orchestration.settings import Home

FILE = "demo.json"
DEFAULT_SCALE = 0.2
"""Of a tenth of a million orders, a fifth: enough to see the planted incidents, and quick."""


@dataclass(frozen=True)
class DemoPlan:
    """The world's seed and scale, and the port on 127.0.0.1 of each stand-in."""

    seed: int
    scale: float
    ports: dict[str, int]

    def url(self, source: str) -> str:
        """The base URL of a source's stand-in."""
        return f"http://127.0.0.1:{self.ports[source]}"


def plan_path(home: Home) -> Path:
    """Where an installation says that it is a demo's."""
    return home.path / FILE


def read_plan(home: Home) -> DemoPlan | None:
    """The plan of a demo's installation; None for any other."""
    path = plan_path(home)
    return DemoPlan(**json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None


def write_plan(home: Home, seed: int, scale: float, sources: list[str]) -> DemoPlan:
    """Write a plan; the ports of an earlier one stay, so that `sources.toml` stays true."""
    earlier = read_plan(home)
    ports = dict(earlier.ports) if earlier else {}
    new = [source for source in sources if source not in ports]
    ports.update(zip(new, _free_ports(len(new)), strict=True))
    plan = DemoPlan(seed, scale, {source: ports[source] for source in sources})
    plan_path(home).write_text(json.dumps(asdict(plan), indent=2) + "\n", encoding="utf-8")
    return plan


def _free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
