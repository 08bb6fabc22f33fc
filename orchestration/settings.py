"""Every path, secret and switch of an installation, read once.

Belongs here: what comes from the environment or `<home>/.env`, and where things lie below the home. What an installation
extracts is in `sources.toml` (see `orchestration.sources`).
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT = Path(__file__).resolve().parent.parent

# dbt, dlt, Dagster and GX phone home unless told not to; this project never does, whatever the caller's environment.
QUIET = {
    "DO_NOT_TRACK": "1",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "GX_ANALYTICS_ENABLED": "false",
    "DAGSTER_DISABLE_TELEMETRY": "yes",
}


# Faults that pydantic tells in a programmer's words.
WORDS = {
    "missing": "is not set",
    "too_short": "shorter than 32 characters",
    "literal_error": "is neither 0600 nor 0640",
    "string_pattern_mismatch": "is no amount of memory such as 4GB",
}


class ConfigurationError(Exception):
    """Settings or `sources.toml` cannot be used; `problems` lists every fault found, one line each."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))

    def __reduce__(self) -> tuple[type["ConfigurationError"], tuple[list[str]]]:
        """How it goes from one process to another: with its list."""
        return type(self), (self.problems,)


@dataclass(frozen=True)
class Home:
    """The folder that holds everything one installation owns."""

    path: Path

    @property
    def sources_file(self) -> Path:
        """The list of sources, `sources.toml`."""
        return self.path / "sources.toml"

    @property
    def mappings(self) -> Path:
        """SQL selects from raw tables to contract entities."""
        return self.path / "mappings"

    @property
    def landing(self) -> Path:
        """Where deliveries of the files kind arrive, one folder a source."""
        return self.path / "landing"

    @property
    def warehouse(self) -> Path:
        """The private file that runs build in; never opened by readers."""
        return self.path / "warehouse" / "warehouse.duckdb"

    @property
    def temp(self) -> Path:
        """Where DuckDB spills."""
        return self.path / "warehouse" / "temp"

    @property
    def state(self) -> Path:
        """dlt's pipelines and Dagster's runs."""
        return self.path / "state"

    @property
    def dagster(self) -> Path:
        """DAGSTER_HOME of this installation."""
        return self.state / "dagster"

    @property
    def dbt_target(self) -> Path:
        """dbt's artefacts: manifest, run results, compiled SQL."""
        return self.state / "dbt"

    @property
    def seeds(self) -> Path:
        """The installation's own copies of the seeds; the project's are used for those that are not here."""
        return self.path / "seeds"

    @property
    def logs(self) -> Path:
        """Log files."""
        return self.path / "logs"

    @property
    def published(self) -> Path:
        """What readers open: the published file, its snapshots, Parquet copies and rendered boards."""
        return self.path / "published"

    @property
    def published_file(self) -> Path:
        """The file that analysts and BI tools connect to."""
        return self.published / "support_metrics.duckdb"

    def make_folders(self) -> None:
        """Create the folders a run writes to; private ones readable by their owner only."""
        for folder in (self.warehouse.parent, self.temp, self.state, self.dagster, self.dbt_target, self.logs):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.landing.mkdir(parents=True, exist_ok=True)


class Settings(BaseSettings):
    """Switches and secrets, from `SUPPORT_METRICS_*` variables or `<home>/.env`. Secrets have no defaults."""

    model_config = SettingsConfigDict(env_prefix="SUPPORT_METRICS_", extra="ignore")

    identity_key: SecretStr = Field(
        min_length=32, description="Key of the hash that replaces identities; at least 32 characters."
    )
    alert_webhook_url: SecretStr | None = Field(default=None, description="Where failed runs are reported as JSON.")
    memory_limit: str = Field(
        default="4GB", pattern=r"^[0-9]+(\.[0-9]+)? ?[KMGT]i?B$", description="DuckDB's memory limit, such as 4GB."
    )
    lock_wait_seconds: float = Field(default=30, ge=0, description="How long to wait for another writer.")
    keep_publishes: int = Field(default=7, ge=1, description="How many published snapshots are kept.")
    published_directory_mode: int = Field(default=0o750, description="Mode of the published folder.")
    agent_files: bool = Field(default=True, description="Write each agent's own feedback to a file of the agent's own.")
    agent_file_mode: Literal["0600", "0640"] = Field(default="0600", description="Mode of the agents' files.")
    max_file_megabytes: int = Field(default=2048, ge=1, description="Larger files in the landing folder are refused.")
    draw_boards: bool = Field(default=True, description="Draw the boards after publishing.")


def find_home(chosen: str | None = None) -> Home:
    """The home that `--home` or SUPPORT_METRICS_HOME names, else `home/` in the checkout."""
    named = chosen or os.environ.get("SUPPORT_METRICS_HOME")
    return Home(Path(named).expanduser().resolve() if named else PROJECT / "home")


def read_environment(home: Home) -> dict[str, str]:
    """The process's variables over those of `<home>/.env`."""
    from_file = {key: value for key, value in dotenv_values(home.path / ".env").items() if value is not None}
    return {**from_file, **os.environ}


def read_settings(home: Home) -> Settings:
    """Read all settings, reporting every fault at once.

    Raises:
        ConfigurationError: a required variable is missing, a value has the wrong type, or `.env` sets one that is unknown.
    """
    file = home.path / ".env"
    problems = [f"{name}: unknown setting ({file})" for name in _unknown_settings(file)]
    settings = None
    try:
        settings = Settings(_env_file=file)
    except ValidationError as error:
        problems += [
            f"SUPPORT_METRICS_{str(fault['loc'][0]).upper()}: {WORDS.get(fault['type'], fault['msg'].lower())} "
            f"(environment or {file})"
            for fault in error.errors()
        ]
    if problems or settings is None:
        raise ConfigurationError(problems)
    return settings


def _unknown_settings(file: Path) -> list[str]:
    """Names in `.env` that look like settings and are none: a misspelt one would silently do nothing."""
    prefix = "SUPPORT_METRICS_"
    known = {prefix + name.upper() for name in Settings.model_fields} | {f"{prefix}HOME"}
    return sorted(name for name in dotenv_values(file) if name.startswith(prefix) and name not in known)
