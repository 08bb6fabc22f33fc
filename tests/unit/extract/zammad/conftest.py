"""A small Zammad instance behind a stand-in, and installations that read it, before and after their first load."""

import shutil

import pytest
from small_installation import SmallInstallation
from small_zammad import CLOCK, TOKEN, configure, make_instance

from orchestration.demo.stand_ins.zammad import LARGEST_PAGES, Instance, ZammadStandIn


@pytest.fixture
def instance() -> Instance:
    return make_instance()


@pytest.fixture
def zammad(instance, monkeypatch):
    # The vendor cuts pages silently, here to fewer than a real instance.
    monkeypatch.setitem(LARGEST_PAGES, "tickets", 10)
    monkeypatch.setitem(LARGEST_PAGES, "search", 20)
    with ZammadStandIn(instance, token=TOKEN, clock=CLOCK) as stand_in:
        yield stand_in


@pytest.fixture
def fresh(installation: SmallInstallation, zammad, monkeypatch):
    """An installation that has loaded nothing yet."""
    monkeypatch.setenv("ZAMMAD_TOKEN", TOKEN)
    configure(installation, zammad.url)
    return installation


@pytest.fixture(scope="module")
def first_load(tmp_path_factory):
    """The folder of an installation after its first load, to be copied."""
    home = SmallInstallation(tmp_path_factory.mktemp("first") / "home")
    with pytest.MonkeyPatch.context() as patch, ZammadStandIn(make_instance(), token=TOKEN, clock=CLOCK) as stand_in:
        patch.setenv("ZAMMAD_TOKEN", TOKEN)
        configure(home, stand_in.url)
        assert home.extract("za").status == "loaded"
    return home.home.path


@pytest.fixture
def desk(tmp_path, first_load, zammad, monkeypatch):
    """An installation after its first load."""
    monkeypatch.setenv("ZAMMAD_TOKEN", TOKEN)
    shutil.copytree(first_load, tmp_path / "home")
    loaded = SmallInstallation(tmp_path / "home")
    loaded.runs = 1
    configure(loaded, zammad.url)
    return loaded
