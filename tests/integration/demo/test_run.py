"""The whole path by its command: the simulated marketplace to a published file, and a poisoned source that changes nothing."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import duckdb
import pytest

from orchestration.settings import Home

Command = Callable[..., CompletedProcess[str]]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def run(support_metrics: Command, home: Home) -> CompletedProcess[str]:
    return support_metrics(home.path, "run", SUPPORT_METRICS_DRAW_BOARDS="false")


@pytest.fixture(scope="module")
def poisoned(
    demo_home: Home, support_metrics: Command, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Home, str, CompletedProcess[str]]:
    """A second run of a copy of the demo, in which one source delivers a file that cannot be used."""
    home = Home(tmp_path_factory.mktemp("poisoned") / "home")
    shutil.copytree(demo_home.path, home.path, symlinks=True)
    before = digest(home.published_file)
    poison = home.landing / "surveys" / "nps_responses-poison.csv"
    poison.write_text('response_id,score\n1,"never closed\n2,9\n')
    return home, before, run(support_metrics, home)


def test_the_demo_ends_with_headline_numbers_and_a_published_file(demo_run):
    home, done = demo_run
    assert done.returncode == 0, done.stdout
    assert "Headline numbers" in done.stdout
    assert str(home.published_file) in done.stdout
    with duckdb.connect(str(home.published_file), read_only=True) as published:
        tickets = published.execute("select count(*) from core.fct_tickets").fetchone()[0]
        builds = published.execute("select distinct build_id from meta.build_info").fetchall()
        gates = published.execute("select distinct checked_by from meta.data_quality_results").fetchall()
    assert tickets > 100
    assert len(builds) == 1
    assert {"gate 1", "gate 2"} <= {row[0] for row in gates}


def test_each_step_says_what_it_did(demo_run):
    lines = demo_run[1].stdout
    for title in (
        "extract helpdesk: loaded",
        "map to the contract:",
        "gate 1: passed",
        "$ dbt build",
        "publish: build",
    ):
        assert title in lines
    assert "Traceback" not in lines


def test_what_a_run_leaves_is_its_owners_alone(demo_run):
    home, _ = demo_run
    for path in [*home.state.rglob("*"), *home.logs.rglob("*"), *home.warehouse.parent.rglob("*")]:
        assert path.is_symlink() or path.stat().st_mode & 0o077 == 0, path
    assert home.published_file.stat().st_mode & 0o777 == 0o444


def test_no_secret_of_the_installation_stands_in_any_file(demo_run):
    home, _ = demo_run
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
    assert "Traceback" not in done.stdout
    assert digest(home.published_file) == before


def test_the_failure_is_told(poisoned, support_metrics):
    home, _, _ = poisoned
    alert = json.loads((home.logs / "alerts.log").read_text().splitlines()[-1])
    assert "gate 1 blocks" in alert["problem"]
    state = json.loads(support_metrics(home.path, "status", "--json").stdout)
    assert state["last_run"]["outcome"] == "failed"
    assert state["failed_checks"][0]["check_id"] == "sources_are_usable"


def test_yesterdays_build_can_be_published_again(poisoned, support_metrics):
    home, before, _ = poisoned
    done = support_metrics(home.path, "publish")
    assert done.returncode == 0, done.stdout
    assert digest(home.published_file) == before
    assert support_metrics(home.path, "verify").returncode == 0


def test_the_next_run_without_the_poison_publishes_a_new_build(poisoned, support_metrics):
    home, before, _ = poisoned
    (home.landing / "surveys" / "nps_responses-poison.csv").unlink()
    done = run(support_metrics, home)
    assert done.returncode == 0, done.stdout
    assert "unchanged" in done.stdout
    assert digest(home.published_file) != before
