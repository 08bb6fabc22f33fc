"""Everything that leaves the warehouse is described, once."""

import re
import tomllib
from pathlib import Path

import pytest

from orchestration.systems import SYSTEMS

PROJECT = Path(__file__).resolve().parent.parent.parent
SHARED = PROJECT / "models" / "shared_columns.md"
HEADINGS = [
    "Settings",
    "Credentials and scopes",
    "What is loaded",
    "How late it may be, and what changes silently",
    "Deletions",
    "Verified, and not",
]
ALLOWED_TYPES = {"BOOLEAN", "INTEGER", "BIGINT", "DOUBLE", "VARCHAR", "DATE", "TIMESTAMP"}


def test_a_description_begins_with_the_grain(models):
    wrong = {
        name: node["description"][:40]
        for name, node in models.items()
        if not node["description"].startswith("One row per ")
    }
    assert wrong == {}


def test_seeds_too(manifest):
    seeds = [node for node in manifest["nodes"].values() if node["resource_type"] == "seed"]
    assert seeds
    assert [seed["name"] for seed in seeds if not seed["description"].startswith("One row per ")] == []


def test_every_column_of_a_mart_is_described_and_typed(models):
    for name, node in models.items():
        if node["fqn"][1] != "marts":
            continue
        assert node["config"]["contract"]["enforced"], f"{name} has no enforced contract"
        assert node["columns"], f"{name} lists no columns"
        for column in node["columns"].values():
            assert column["description"], f"{name}.{column['name']}"
            assert column["data_type"].upper() in ALLOWED_TYPES, f"{name}.{column['name']}"


def test_a_column_text_has_one_home():
    """Marts take their texts from models/shared_columns.md; none is written twice and none is left over."""
    blocks = re.findall(r"\{% docs (\w+) %\}\n(.+?)\n\{% enddocs %\}", SHARED.read_text(), re.S)
    names = [name for name, _ in blocks]
    assert len(names) == len(set(names))
    used = set()
    for path in (PROJECT / "models" / "marts").rglob("*.yml"):
        text = path.read_text()
        used |= set(re.findall(r"doc\('(\w+)'\)", text))
    assert used == set(names)
    for name, text in blocks:
        first = re.split(r"[.:;] ?", text)[0]
        assert len(first) <= 150, f"{name}: the first sentence is long: {first}"


def test_every_metric_states_its_facts(generate, manifest):
    rows = list(generate.metric_definitions(manifest, {}))
    assert len(rows) == len({row["metric_name"] for row in rows})
    for row in rows:
        for fact, value in row.items():
            assert value or fact in ("target_value", "roll_up"), f"{row['metric_name']} lacks {fact}"


def test_a_metric_names_a_table_that_exists(generate, manifest, models):
    there = {f"{node['schema']}.{name}" for name, node in models.items()}
    assert {row["mart"] for row in generate.metric_definitions(manifest, {})} <= there


def test_every_report_leads_to_its_rows_or_says_why_not(generate, manifest, models):
    drills = list(generate.drill_definitions(manifest))
    reports = {f"{node['schema']}.{name}": node for name, node in models.items() if name.startswith("rpt_")}
    assert {row["report_name"] for row in drills} == set(reports)
    for row in drills:
        report = row["report_name"]
        assert row["drill_through"] or row["no_drill_reason"], f"{report} leads nowhere and does not say why"
        if not row["drill_through"]:
            continue
        assert bool(row["drill_condition"]) == bool(row["no_drill_reason"]), f"{report}: what is left out, and why"
        named = {row["drill_count_column"], *re.findall(r"\$(\w+)", row["drill_through"])}
        assert named <= set(reports[report]["columns"]), (
            f"{report} has no column {named - set(reports[report]['columns'])}"
        )


def test_a_query_for_rows_reads_what_readers_have(generate, manifest):
    for row in generate.drill_definitions(manifest):
        read = re.findall(r"\b(?:from|join) (\w+)\.\w+", row["drill_through"] or "")
        assert set(read) <= {"core", "meta"}, row["report_name"]


def test_scorecard_metrics_are_in_the_dictionary(generate, manifest):
    known = {row["metric_name"] for row in generate.metric_definitions(manifest, {})}
    lines = (PROJECT / "seeds" / "metric_targets.csv").read_text().splitlines()
    named = {line.split(",")[1] for line in lines[1:]}
    assert named <= known


def test_generated_pages_are_up_to_date(generate, manifest):
    docs = PROJECT / "docs"
    assert (docs / "metrics.md").read_text() == generate.metrics_page(manifest), "run `make docs`"
    assert (docs / "drill_through.md").read_text() == generate.drill_through_page(manifest), "run `make docs`"
    page = (docs / "sources.md").read_text()
    assert page == generate.sources_page(page), "run `make docs`"


@pytest.mark.parametrize("kind", SYSTEMS)
def test_a_system_says_everything_about_itself(kind):
    """Its README is its section in docs/sources.md."""
    path = PROJECT / "orchestration" / "extract" / kind / "README.md"
    assert path.is_file(), f"{kind} has no README.md"
    text = path.read_text()
    assert re.findall(r"^### (.+)$", text, re.M) == HEADINGS
    entry = re.search(r"### Settings\n+```toml\n(.+?)```", text, re.S)
    assert entry is not None, "Settings begins with an entry for sources.toml"
    assert tomllib.loads(entry.group(1))["sources"][0]["kind"] == kind
    assert re.match(r"\s+No live \w+ was available", text.partition("### Verified, and not")[2])


def test_singular_tests_are_named_after_the_fact():
    for path in (PROJECT / "tests" / "dbt").glob("*.sql"):
        assert path.name.startswith("assert_"), path
        assert "A row here is" in path.read_text(), f"{path.name} does not say what failure means"


def test_every_mart_has_its_question_in_the_readme(models):
    readme = (PROJECT / "README.md").read_text()
    missing = [
        name
        for name, node in models.items()
        if node["fqn"][1] == "marts" and name.startswith("rpt_") and f"{node['schema']}.{name}" not in readme
    ]
    assert missing == []


def test_every_table_of_the_readme_has_a_query_and_its_answer():
    """docs/questions.md; its answers are held against the demo by another test."""
    listed = re.findall(r"`((?:drivers|direct|indirect|secondary|meta)\.\w+)`", (PROJECT / "README.md").read_text())
    sections = re.findall(r"^## `(.+)`$", (PROJECT / "docs" / "questions.md").read_text(), re.M)
    assert len(sections) == len(set(sections))
    assert sorted(set(listed) - set(sections)) == []


def test_modules_draw_their_boundary():
    for path in (PROJECT / "orchestration").rglob("*.py"):
        text = path.read_text()
        if path.name == "__init__.py" and not text.strip():
            continue
        assert text.startswith('"""'), f"{path} has no docstring"
