"""A small world, made once for all tests of the simulated marketplace."""

import pytest

from orchestration.demo import World, build_world

SCALE = 0.25


@pytest.fixture(scope="session")
def world() -> World:
    return build_world(scale=SCALE)
