import re
import stat

import pytest

from orchestration.installing import create_home
from orchestration.pipeline import read_configuration
from orchestration.settings import ConfigurationError, Home
from orchestration.source_templates import settings_entry
from orchestration.systems import SYSTEMS


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_home_is_sound_and_private(tmp_path):
    home = Home(tmp_path / "new")
    written = create_home(home)
    settings, sources = read_configuration(home)
    assert sources.sources == []
    assert len(settings.identity_key.get_secret_value()) == 64
    assert mode(home.path / ".env") == 0o600
    assert {mode(folder) for folder in (home.state, home.logs, home.warehouse.parent)} == {0o700}
    assert {path.name for path in written} == {
        "sources.toml", ".env", "example_tickets.sql", "README.md", "dagster.yaml"
    }  # fmt: skip


def test_every_home_has_a_key_of_its_own(tmp_path):
    texts = []
    for name in ("a", "b"):
        create_home(Home(tmp_path / name))
        texts.append((tmp_path / name / ".env").read_text())
    assert texts[0] != texts[1]


def test_what_exists_is_never_overwritten(home):
    (home.path / "README.md").write_text("mine")
    before = (home.path / ".env").read_text()
    with pytest.raises(ConfigurationError, match="an installation already"):
        create_home(home)
    assert create_home(home, into_existing=True) == []
    assert (home.path / "README.md").read_text() == "mine"
    assert (home.path / ".env").read_text() == before


def test_a_folder_with_other_things_is_refused(tmp_path):
    (tmp_path / "thesis.doc").write_text("x")
    with pytest.raises(ConfigurationError, match="not empty"):
        create_home(Home(tmp_path))
    create_home(Home(tmp_path), into_existing=True)
    assert (tmp_path / "thesis.doc").read_text() == "x"


def test_a_home_inside_is_no_reason_to_refuse(tmp_path):
    create_home(Home(tmp_path / "demo"))
    create_home(Home(tmp_path))


def test_the_commented_examples_of_the_template_are_true(tmp_path, monkeypatch):
    """Uncommented, the template's examples must be what `sources.toml` takes."""
    home = Home(tmp_path / "new")
    create_home(home)
    text = home.sources_file.read_text()
    examples = [line.removeprefix("# ") for line in text.splitlines() if re.match(r"# (\[\[|[a-z_]+ = )", line)]
    examples.remove('default_calendar = "eu"')
    home.sources_file.write_text(text + "\n".join(examples))
    (home.mappings / "old_desk_ticket_changes.sql").write_text("select 1")
    monkeypatch.setenv("SHOP_DATABASE_URL", "postgresql://reader@db/shop")
    for name in re.findall(r"^# ([A-Z_]+)=$", (home.path / ".env").read_text(), re.M):
        monkeypatch.setenv(name, "a secret of tests")
    _, sources = read_configuration(home)
    assert [source.name for source in sources.sources] == ["helpdesk", "old_desk", "shop", *SYSTEMS]


@pytest.mark.parametrize("kind", SYSTEMS)
def test_the_entry_of_a_system_is_true_and_shows_every_setting(tmp_path, monkeypatch, kind):
    home = Home(tmp_path / "new")
    create_home(home)
    entry = settings_entry(kind)
    # What has a default is shown with it: uncommented, nothing changes.
    defaults = [line.removeprefix("# ") for line in entry.splitlines() if re.match(r"# [a-z_]+ = [^ ]", line)]
    for name in re.findall(r"^# ([A-Z_]+)=$", (home.path / ".env").read_text(), re.M):
        monkeypatch.setenv(name, "a secret of tests")
    found = []
    for text in (entry, "\n".join([entry, *defaults])):
        home.sources_file.write_text(f'[installation]\nname = "t"\n{text}')
        found.append(read_configuration(home)[1].sources[0])
    assert found[0].model_dump() == found[1].model_dump()
    shown = set(re.findall(r"^(?:# )?([a-z_]+) =", entry, re.M))
    assert shown == set(SYSTEMS[kind].model_fields) - {"entities", "delivers"}


def test_every_system_without_an_address_of_its_own_has_an_example():
    assert {kind for kind in SYSTEMS if "https://..." in settings_entry(kind)} == set()
