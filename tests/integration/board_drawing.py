"""A published folder with its boards, made by the real steps for tests.

Belongs here: from landed files to drawn boards, without the orchestrator, gates and dbt's tests, which are tested elsewhere.
"""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.boards import render_boards
from orchestration.extract.mapping import map_sources
from orchestration.extract.source import extract_source
from orchestration.metadata import write_metadata
from orchestration.pipeline import dbt_arguments, dbt_environment, read_configuration, utc_now
from orchestration.publish import publish
from orchestration.quality.quarantine import create_tables
from orchestration.settings import PROJECT, Home
from orchestration.warehouse import connect


@dataclass
class Drawn:
    """A published folder with its boards."""

    published: Path
    html: Path
    png: Path

    def rows(self, sql: str, *values: Any) -> list[tuple]:
        with duckdb.connect(str(self.published / "support_metrics.duckdb"), read_only=True) as connection:
            return connection.execute(sql, list(values)).fetchall()


def build_and_draw(home: Home) -> Drawn:
    """Extract, map, build, describe, publish and draw what has been landed, as a run does."""
    settings, sources = read_configuration(home)
    for source in sources.sources:
        result = extract_source(source, home, settings, run_id="run", now=utc_now)
        assert result.status == "loaded", result.message
    with connect(home.warehouse) as connection:
        create_tables(connection)
        map_sources(connection, sources, home, "run")
    without_tests = ["--exclude-resource-type", "test", "unit_test"]
    folders = ["--target-path", str(home.dbt_target), "--log-path", str(home.logs), "--profiles-dir", str(PROJECT)]
    done = subprocess.run(
        [Path(sys.executable).with_name("dbt"), "build", *without_tests, *folders, *dbt_arguments(sources)],
        cwd=PROJECT,
        env={**os.environ, **dbt_environment(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    manifest = home.dbt_target / "manifest.json"
    write_metadata(home.warehouse, manifest, build_id="build-1", run_id="run", sources=sources, now=utc_now())
    publish(home.warehouse, home.published, build_id="build-1")
    html, png = render_boards(home.published, home.published / "boards")
    return Drawn(home.published, html, png)
