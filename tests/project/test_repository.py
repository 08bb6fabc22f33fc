"""The lock, the dependencies, and what never stands in a file."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
LOCK = PROJECT / "requirements.lock"
ROOT = {
    ".ci", ".env.example", ".gitignore", ".sqlfluffignore", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md",
    "charts", "constraints.txt", "dbt_project.yml", "docs", "expectations", "macros", "models", "orchestration",
    "profiles.yml", "pyproject.toml", "requirements.lock", "seeds", "tests",
}  # fmt: skip


def declared() -> dict[str, list[str]]:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    groups = {"": project["dependencies"], **project["optional-dependencies"]}
    return {group: [re.split(r"[\[<>=!~ ;]", line)[0].lower() for line in lines] for group, lines in groups.items()}


def locked() -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?==([^ \\]+)", LOCK.read_text(), re.M))


def test_the_lock_holds_names_versions_and_hashes_alone():
    text = LOCK.read_text()
    assert not re.search(r"https?://|--index|--find-links|file:", text)
    for block in re.split(r"\n(?=[a-z0-9])", text.strip()):
        assert "--hash=sha256:" in block, block.splitlines()[0]


def test_every_declared_dependency_is_locked():
    missing = [name for names in declared().values() for name in names if name.replace("_", "-") not in locked()]
    assert missing == []


def test_the_lock_is_what_is_installed():
    for name in {name for names in declared().values() for name in names}:
        versions = re.findall(rf"^{re.escape(name)}(?:\[[a-z,]+\])?==([^ \\]+)", LOCK.read_text(), re.M)
        assert metadata.version(name) in versions, name


def test_every_dependency_has_its_reason():
    reasons = (PROJECT / "docs" / "decisions" / "0002-dependencies.md").read_text()
    missing = [name for names in declared().values() for name in names if f"`{name}`" not in reasons]
    assert missing == []


def test_the_root_holds_what_the_house_names(tracked_files):
    assert {path.relative_to(PROJECT).parts[0] for path in tracked_files} <= ROOT


def test_no_address_of_a_registry_and_no_path_of_a_machine(tracked_files):
    hosts = "|".join(["pypi" + r"\.org", "python" + r"hosted\.org", "registry" + r"\.npmjs", "deb" + r"\.debian\.org"])
    machine = r"(?<![\w./])/(?:work|root|home/[a-z]+)/"
    for path in tracked_files:
        text = path.read_bytes().decode("utf-8", "ignore")
        assert not re.search(hosts, text), path
        assert not re.search(machine, text) or path == Path(__file__), path


def test_the_tree_is_small_and_files_are_short(tracked_files):
    assert sum(path.stat().st_size for path in tracked_files) < 8_000_000
    for path in tracked_files:
        if path.suffix in (".py", ".sql"):
            assert len(path.read_text().splitlines()) <= 400, f"{path} is long for one idea"


def test_a_test_never_skips_what_it_needs(tracked_files):
    """A test that cannot run fails and says what to install."""
    for path in tracked_files:
        if path.is_relative_to(PROJECT / "tests") and path.suffix == ".py" and path != Path(__file__):
            found = re.findall(r"pytest\.(?:mark\.)?(?:skip|xfail|importorskip)\w*\(.*", path.read_text())
            # Becoming another user and mounting need root, which CI is: there a skip is a failure (tests/conftest.py).
            assert [line for line in found if "only root can" not in line and "mounting a tmpfs" not in line] == [], (
                path
            )


def test_telemetry_is_off():
    from orchestration.settings import QUIET

    assert (
        QUIET.items()
        >= {
            "DO_NOT_TRACK": "1",
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "RUNTIME__DLTHUB_TELEMETRY": "false",
            "GX_ANALYTICS_ENABLED": "false",
        }.items()
    )
    assert "send_anonymous_usage_stats: false" in (PROJECT / "dbt_project.yml").read_text()
    template = next((PROJECT / "orchestration" / "templates").rglob("dagster*.y*ml"))
    assert re.search(r"telemetry:\s*\n\s*enabled: false", template.read_text())
