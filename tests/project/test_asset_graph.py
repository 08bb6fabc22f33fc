"""The graph as a list: what an asset, a check or a job is called changes only on purpose.

After a change that is meant: `UPDATE_SNAPSHOTS=1 pytest tests/project/test_asset_graph.py`, and look at the difference.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.demo import demo_sources_toml
from orchestration.installing import create_home
from orchestration.settings import Home

SNAPSHOT = Path(__file__).parent / "asset_graph.txt"

# In a process of its own: the definitions are those of the home that the environment names.
LIST = """
import json
from orchestration.definitions import defs

graph = defs.resolve_asset_graph()
repository = defs.get_repository_def()
schedules = repository.schedule_defs
sensors = repository.sensor_defs
found = {
    "asset": [key.to_user_string() for key in graph.executable_asset_keys],
    "check": [f"{key.asset_key.to_user_string()} {key.name}" for key in graph.asset_check_keys],
    "job": [job.name for job in defs.resolve_all_job_defs() if not job.name.startswith("__")],
    "schedule": [f"{s.name} {s.cron_schedule} {s.execution_timezone} {s.default_status.value}" for s in schedules],
    "sensor": [f"{sensor.name} {sensor.default_status.value}" for sensor in sensors],
}
groups = {key.to_user_string(): graph.get(key).group_name for key in graph.executable_asset_keys}
parents = {
    key.to_user_string(): sorted(parent.to_user_string() for parent in graph.get(key).parent_keys)
    for key in graph.executable_asset_keys
}
blocking = [
    f"{key.asset_key.to_user_string()} {key.name}" for key in graph.asset_check_keys if graph.get(key).blocking
]
undescribed = [key.to_user_string() for key in graph.executable_asset_keys if not graph.get(key).description]
print(json.dumps([found, groups, parents, blocking, undescribed]))
"""


def load(home: Home) -> list:
    done = subprocess.run(
        [sys.executable, "-c", LIST],
        env={**os.environ, "SUPPORT_METRICS_HOME": str(home.path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def graph(tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("graph") / "home")
    create_home(home, sources_toml=demo_sources_toml())
    return load(home)


def test_the_graph_is_the_one_that_was_agreed(graph):
    lines = sorted(f"{kind} {name}" for kind, names in graph[0].items() for name in names)
    text = "\n".join(lines) + "\n"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOT.write_text(text)
    assert text == SNAPSHOT.read_text(), "UPDATE_SNAPSHOTS=1 writes the new list; look at the difference"


def test_group_is_folder_is_schema(graph):
    groups = graph[1]
    assert {name: group for name, group in groups.items() if name.split("/")[0] != group} == {}


def test_every_asset_is_described(graph):
    assert graph[4] == []


def test_nothing_is_built_beside_the_gates(graph):
    """Staging reads what gate 1 has seen, and what is published is what gate 2 has seen."""
    _, _, parents, blocking, _ = graph
    assert "contract/tickets meets_expectations" in blocking
    assert "core/fct_tickets meets_expectations" in blocking
    contract = {name for name in parents if name.startswith("contract/")}
    assert len(contract) == 26
    for name, read in parents.items():
        if name.startswith("staging/stg_contract"):
            assert set(read) <= contract
    gated = {check.split()[0] for check in blocking if check.endswith(" meets_expectations")}
    published = set(parents["published/support_metrics"])
    assert {name for name in gated if not name.startswith(("contract/", "audit/"))} <= published
    assert "meta/data_quality_results" in published
    assert parents["published/boards"] == ["published/support_metrics"]


def test_an_installation_without_sources_has_a_graph_as_well(tmp_path):
    found, *_ = load(Home(tmp_path))
    assert not any(name.startswith("raw_") for name in found["asset"])
    assert set(found["job"]) == {"refresh_warehouse", "publish_marts"}


def test_a_faulty_sources_file_is_told_in_its_own_words(tmp_path):
    home = Home(tmp_path / "home")
    create_home(home, sources_toml='[installation]\nname = "x"\ncolour = "blue"\n')
    with pytest.raises(AssertionError, match=r"ConfigurationError: sources\.toml: installation, colour: unknown key"):
        load(home)
