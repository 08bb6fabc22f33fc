"""A simulated marketplace: two years of buyer support with known truth, from which the project's demo and tests are fed.

Belongs here: the world, its truth, and its stand-ins for real sources. Nothing on the real path imports this package.

    world = build_world()
    deliver(world, landing)
    write_truth(world, path)
    last_week = world.as_of(datetime(2026, 10, 25, tzinfo=UTC))
"""

from orchestration.demo.deliver import deliver, deliver_changes, source_tables, write_truth
from orchestration.demo.sources_template import demo_sources_toml
from orchestration.demo.world import DEFAULT_SEED, World, build_world

__all__ = [
    "DEFAULT_SEED",
    "World",
    "build_world",
    "deliver",
    "deliver_changes",
    "demo_sources_toml",
    "source_tables",
    "write_truth",
]
