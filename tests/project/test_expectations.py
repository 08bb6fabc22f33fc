"""What is published is looked at first: no table without checks, or without a reason for having none."""

from typing import Any

from orchestration.quality.suites import find_files, read_suites, read_unchecked

SCHEMAS = ("core", "direct", "indirect", "secondary", "drivers")


def test_every_published_table_is_checked_or_says_why_not(models: dict[str, dict[str, Any]]) -> None:
    published = {f"{node['schema']}.{name}" for name, node in models.items() if node["schema"] in SCHEMAS}
    assert len(published) > 80
    suites, problems = read_suites(find_files(2, None))
    assert problems == []
    spoken_of = {suite.name for suite in suites} | set(read_unchecked(find_files(2, None)))
    assert published - spoken_of == set(), "add a suite in expectations/marts, or a reason under its `unchecked`"
    assert spoken_of - published == set(), "there is no such table"


def test_a_suite_of_a_mart_says_whom_to_ask(models: dict[str, dict[str, Any]]) -> None:
    """`needs` keeps an installation without the entity from being told that its marts are empty."""
    contract = {name.removeprefix("stg_contract__") for name in models if name.startswith("stg_contract__")}
    needed = {entity for suite in read_suites(find_files(2, None))[0] for entity in suite.needs}
    assert needed - contract == set()
