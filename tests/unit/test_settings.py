"""Settings and folders of an installation."""

from pathlib import Path

import pytest

from orchestration.settings import PROJECT, ConfigurationError, Home, find_home, read_environment, read_settings

KEY = "k" * 32


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("IDENTITY_KEY", "MEMORY_LIMIT", "LOCK_WAIT_SECONDS", "KEEP_PUBLISHES", "HOME"):
        monkeypatch.delenv(f"SUPPORT_METRICS_{name}", raising=False)


def home(tmp_path: Path, *lines: str) -> Home:
    (tmp_path / ".env").write_text("\n".join(lines) + "\n")
    return Home(tmp_path)


def problems(chosen: Home) -> list[str]:
    with pytest.raises(ConfigurationError) as error:
        read_settings(chosen)
    return error.value.problems


def test_secret_has_no_default(tmp_path: Path) -> None:
    assert problems(Home(tmp_path)) == [f"SUPPORT_METRICS_IDENTITY_KEY: is not set (environment or {tmp_path}/.env)"]


def test_every_fault_is_told_at_once_and_no_value(tmp_path: Path) -> None:
    found = problems(
        home(
            tmp_path,
            "SUPPORT_METRICS_IDENTITY_KEY=canary",
            "SUPPORT_METRICS_MEMORY_LIMIT=canaries",
            "SUPPORT_METRICS_MEMORY_LIMT=4GB",
            "SUPPORT_METRICS_KEEP_PUBLISHES=canary",
            "SUPPORT_METRICS_LOCK_WAIT_SECONDS=-1",
            "SUPPORT_METRICS_AGENT_FILE_MODE=0644",
        )
    )
    assert [problem.split(" (")[0] for problem in found] == [
        "SUPPORT_METRICS_MEMORY_LIMT: unknown setting",
        "SUPPORT_METRICS_IDENTITY_KEY: shorter than 32 characters",
        "SUPPORT_METRICS_MEMORY_LIMIT: is no amount of memory such as 4GB",
        "SUPPORT_METRICS_LOCK_WAIT_SECONDS: input should be greater than or equal to 0",
        "SUPPORT_METRICS_KEEP_PUBLISHES: input should be a valid integer, unable to parse string as an integer",
        "SUPPORT_METRICS_AGENT_FILE_MODE: is neither 0600 nor 0640",
    ]
    assert "canar" not in str(found)


def test_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = home(tmp_path, f"SUPPORT_METRICS_IDENTITY_KEY={KEY}", "SUPPORT_METRICS_MEMORY_LIMIT=1GB", "OTHER=1")
    monkeypatch.setenv("SUPPORT_METRICS_MEMORY_LIMIT", "2 GiB")
    settings = read_settings(chosen)
    assert (settings.memory_limit, settings.identity_key.get_secret_value()) == ("2 GiB", KEY)
    assert read_environment(chosen)["OTHER"] == "1"
    assert read_environment(chosen)["SUPPORT_METRICS_MEMORY_LIMIT"] == "2 GiB"


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    settings = read_settings(home(tmp_path, f"SUPPORT_METRICS_IDENTITY_KEY={KEY}"))
    assert KEY not in repr(settings)
    assert KEY not in settings.model_dump_json()


def test_home_is_chosen_by_option_then_variable_then_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_home().path == PROJECT / "home"
    monkeypatch.setenv("SUPPORT_METRICS_HOME", str(tmp_path / "a"))
    assert find_home().path == tmp_path / "a"
    assert find_home(str(tmp_path / "b")).path == tmp_path / "b"


def test_folders_that_hold_data_are_private(tmp_path: Path) -> None:
    chosen = Home(tmp_path / "home")
    chosen.make_folders()
    for folder in (chosen.warehouse.parent, chosen.temp, chosen.state, chosen.dagster, chosen.dbt_target, chosen.logs):
        assert folder.stat().st_mode & 0o077 == 0, folder
    chosen.make_folders()
