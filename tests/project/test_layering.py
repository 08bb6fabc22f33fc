"""Left to right, never back: staging, intermediate, marts."""

import re
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
LAYERS = ["staging", "intermediate", "marts"]

# The unions, which have a branch per system, entity or report: long by nature.
UNIONS = {"excluded_records", "conservation", "rpt_scorecard_values_by_week"}
MOST_REFS = 7
MOST_LINES = 100


def layer(node: dict) -> int:
    return LAYERS.index(node["fqn"][1])


def parents(node: dict, manifest: dict) -> list[dict]:
    found = [manifest["nodes"].get(name) for name in node["depends_on"]["nodes"]]
    return [parent for parent in found if parent is not None]


def test_sources_are_read_by_staging_alone(models):
    reading = {
        name
        for name, node in models.items()
        if any(parent.startswith("source.") for parent in node["depends_on"]["nodes"])
    }
    assert reading == {name for name in models if name.startswith("stg_")}
    assert all(layer(models[name]) == 0 for name in reading)


def test_a_staging_view_reads_one_source_and_nothing_else(models):
    wrong = {
        name: node["depends_on"]["nodes"]
        for name, node in models.items()
        if layer(node) == 0 and len(node["depends_on"]["nodes"]) != 1
    }
    assert wrong == {}


def test_no_model_reads_from_a_layer_to_its_right(models, manifest):
    backward = [
        (name, parent["name"])
        for name, node in models.items()
        for parent in parents(node, manifest)
        if parent["resource_type"] == "model" and layer(parent) > layer(node)
    ]
    assert backward == []


def test_reports_are_read_by_drivers_alone(models, manifest):
    wrong = [
        (name, parent["name"])
        for name, node in models.items()
        for parent in parents(node, manifest)
        if parent["name"].startswith("rpt_") and node["fqn"][2] != "drivers"
    ]
    assert wrong == []


def test_marts_do_not_skip_the_thinking(models, manifest):
    """Only the accounts of rows and the dimensions, which have nothing to think about, read staging directly."""
    skipping = {
        name
        for name, node in models.items()
        for parent in parents(node, manifest)
        if layer(node) == 2 and parent["resource_type"] == "model" and layer(parent) == 0
    }
    assert {name for name in skipping if not name.startswith("dim_")} == {"conservation", "source_reconciliation"}


def test_models_are_small(models):
    for name, node in models.items():
        if name in UNIONS:
            continue
        refs = len(set(node["depends_on"]["nodes"]))
        lines = len((PROJECT / node["original_file_path"]).read_text().splitlines())
        assert refs <= MOST_REFS, f"{name} reads {refs} relations"
        assert lines <= MOST_LINES or name.startswith(("fct_", "stg_", "int_contacts_measured", "rpt_")), (
            f"{name} has {lines} lines"
        )


def test_the_extractors_do_not_know_the_orchestrator():
    for folder in ("extract", "quality", "publish", "demo"):
        for path in (PROJECT / "orchestration" / folder).rglob("*.py"):
            assert not re.search(r"^\s*(import|from) dagster", path.read_text(), re.M), path


def test_the_real_path_does_not_know_the_simulation():
    allowed = {PROJECT / "orchestration" / "cli" / name for name in ("demo.py", "demo_servers.py", "score.py")}
    for path in (PROJECT / "orchestration").rglob("*.py"):
        if path in allowed or "demo" in path.relative_to(PROJECT / "orchestration").parts[:1]:
            continue
        assert "orchestration.demo" not in path.read_text(), path


def test_folder_is_schema(models):
    for name, node in models.items():
        expected = "staging" if layer(node) == 0 else "intermediate" if layer(node) == 1 else node["fqn"][2]
        assert node["schema"] == expected, name
