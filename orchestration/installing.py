"""Making an installation's home: folders, commented templates, the identity key, Dagster's own settings.

Belongs here: files that are written once and then belong to the installation. Nothing that exists is ever overwritten.
"""

import os
import secrets
from pathlib import Path

from orchestration.settings import ConfigurationError, Home
from orchestration.source_templates import environment_lines, short_entries

TEMPLATES = Path(__file__).parent / "templates"
PRIVATE_FILE = 0o600


def create_home(home: Home, *, into_existing: bool = False, sources_toml: str | None = None) -> list[Path]:
    """Make a home with everything that an owner fills in.

    Args:
        home: where.
        into_existing: add what is missing to a folder that already holds other things.
        sources_toml: instead of the template.

    Returns:
        the files that were written.

    Raises:
        ConfigurationError: the folder holds something already, and `into_existing` is not given.
    """
    if not into_existing:
        _refuse_used_folder(home)
    home.path.mkdir(parents=True, exist_ok=True, mode=0o750)
    home.make_folders()
    home.mappings.mkdir(exist_ok=True, mode=0o750)
    contents = {
        home.sources_file: sources_toml or template("sources.toml").replace("{systems}", short_entries()),
        home.path / ".env": template("env")
        .replace("{identity_key}", new_identity_key())
        .replace("{systems}", environment_lines()),
        home.mappings / "example_tickets.sql": template("example_tickets.sql"),
        home.path / "README.md": template("README.md"),
    }
    written = [path for path, text in contents.items() if write_new(path, text)]
    return written + prepare_dagster(home)


def prepare_dagster(home: Home) -> list[Path]:
    """Write `dagster.yaml` into DAGSTER_HOME where there is none."""
    home.dagster.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = home.dagster / "dagster.yaml"
    return [path] if write_new(path, template("dagster.yaml")) else []


def new_identity_key() -> str:
    """A key for the hash of identities: 256 random bits in hexadecimal."""
    return secrets.token_hex(32)


def template(name: str) -> str:
    """The text of a template."""
    return (TEMPLATES / name).read_text(encoding="utf-8")


def write_new(path: Path, text: str) -> bool:
    """Write a file that only its owner can read; False when it exists already."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    return True


def _refuse_used_folder(home: Home) -> None:
    if home.sources_file.exists():
        raise ConfigurationError([f"{home.path} is an installation already; --force adds only what is missing"])
    if not home.path.is_dir():
        if home.path.exists():
            raise ConfigurationError([f"{home.path} is a file; name a folder"])
        return
    # The default home may hold the demo's: a home of its own inside is no reason to refuse.
    others = [path.name for path in home.path.iterdir() if not (path / "sources.toml").exists()]
    if others:
        raise ConfigurationError(
            [f"{home.path} is not empty ({', '.join(sorted(others)[:3])}); --force adds to it without overwriting"]
        )
