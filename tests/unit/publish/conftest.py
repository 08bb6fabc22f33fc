"""Fixtures of the publish step's tests."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small_warehouse import build_warehouse

from orchestration.publish import PublishResult, publish


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with warehouses 1 to 3 and the published folder that they made; tests work on copies of it."""
    folder = tmp_path_factory.mktemp("template")
    for number in (1, 2, 3):
        publish(build_warehouse(folder, number), folder / "published", build_id=f"build-{number}")
    return folder


@pytest.fixture
def three_builds(template: Path, tmp_path: Path, published: Path) -> Path:
    """A published folder after builds 1, 2 and 3."""
    shutil.copytree(template, tmp_path, symlinks=True, dirs_exist_ok=True)
    current = published / "support_metrics.duckdb"
    current.unlink()
    os.link(published / "snapshots" / "build-3.duckdb", current)
    return published


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """The (not yet made) published folder of a test."""
    return tmp_path / "published"


@pytest.fixture
def publish_build(tmp_path: Path, published: Path) -> Callable[..., PublishResult]:
    """Build warehouse number n and publish it."""

    def run(number: int, **settings: Any) -> PublishResult:
        warehouse = tmp_path / f"warehouse_{number}.duckdb"
        if not warehouse.exists():
            build_warehouse(tmp_path, number)
        return publish(warehouse, published, build_id=f"build-{number}", **settings)

    return run
