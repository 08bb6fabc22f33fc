"""The whole path by its command: the simulated marketplace to a published file, and a poisoned source that changes nothing."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from orchestration.settings import Home

SCALE = "0.05"


def command(home: Home, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = "from orchestration.cli import main; main()"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SUPPORT_METRICS_")}
    return subprocess.run(
        [sys.executable, "-c", program, "--home", str(home.path), *arguments],
        env=environment,
        capture_output=True,
        text=True,
    )


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> tuple[Home, subprocess.CompletedProcess[str]]:
    home = Home(tmp_path_factory.mktemp("demo") / "home")
    return home, command(home, "demo", "--scale", SCALE)


@pytest.fixture(scope="module")
def poisoned(demo) -> tuple[Home, str, subprocess.CompletedProcess[str]]:
    """A second run, in which one source delivers a file that cannot be used."""
    home, _ = demo
    before = digest(home.published_file)
    poison = home.landing / "surveys" / "nps_responses-poison.csv"
    poison.write_text('response_id,score\n1,"never closed\n2,9\n')
    return home, before, command(home, "run")


def test_the_demo_ends_with_headline_numbers_and_a_published_file(demo):
    home, done = demo
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Headline numbers" in done.stdout
    assert str(home.published_file) in done.stdout
    with duckdb.connect(str(home.published_file), read_only=True) as published:
        tickets = published.execute("select count(*) from core.fct_tickets").fetchone()[0]
        builds = published.execute("select distinct build_id from meta.build_info").fetchall()
        gates = published.execute("select distinct checked_by from meta.data_quality_results").fetchall()
    assert tickets > 100
    assert len(builds) == 1
    assert {"gate 1", "gate 2"} <= {row[0] for row in gates}


def test_each_step_says_what_it_did(demo):
    lines = demo[1].stdout
    for title in (
        "extract helpdesk: loaded",
        "map to the contract:",
        "gate 1: passed",
        "$ dbt build",
        "publish: build",
    ):
        assert title in lines
    assert "Traceback" not in lines + demo[1].stderr


def test_what_a_run_leaves_is_its_owners_alone(demo):
    home, _ = demo
    for path in [*home.state.rglob("*"), *home.logs.rglob("*"), *home.warehouse.parent.rglob("*")]:
        assert path.is_symlink() or path.stat().st_mode & 0o077 == 0, path
    assert home.published_file.stat().st_mode & 0o777 == 0o444


def test_no_secret_of_the_installation_stands_in_any_file(demo):
    home, _ = demo
    key = next(
        line.partition("=")[2] for line in (home.path / ".env").read_text().splitlines() if "IDENTITY_KEY=" in line
    ).encode()
    files = [path for path in home.path.rglob("*") if path.is_file() and path.name != ".env"]
    assert [path for path in files if key in path.read_bytes()] == []


def test_a_poisoned_source_stops_at_gate_one(poisoned):
    home, before, done = poisoned
    assert done.returncode == 1
    assert "gate 1 blocks" in done.stdout
    assert "nps_responses-poison.csv" in done.stdout
    assert "dbt build" not in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert digest(home.published_file) == before


def test_the_failure_is_told(poisoned):
    home, _, _ = poisoned
    alert = json.loads((home.logs / "alerts.log").read_text().splitlines()[-1])
    assert "gate 1 blocks" in alert["problem"]
    state = json.loads(command(home, "status", "--json").stdout)
    assert state["last_run"]["outcome"] == "failed"
    assert state["failed_checks"][0]["check_id"] == "sources_are_usable"


def test_yesterdays_build_can_be_published_again(poisoned):
    home, before, _ = poisoned
    done = command(home, "publish")
    assert done.returncode == 0, done.stdout + done.stderr
    assert digest(home.published_file) == before
    assert command(home, "verify").returncode == 0


def test_the_next_run_without_the_poison_publishes_a_new_build(poisoned):
    home, before, _ = poisoned
    (home.landing / "surveys" / "nps_responses-poison.csv").unlink()
    done = command(home, "run")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "unchanged" in done.stdout
    assert digest(home.published_file) != before
