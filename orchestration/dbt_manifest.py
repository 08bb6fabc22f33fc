"""dbt's manifest: parsed when it is missing or older than the project, so that a fresh clone works.

Belongs here: deciding whether to parse, and parsing. What the manifest's nodes become is in `orchestration.assets.dbt`.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from orchestration.pipeline import dbt_arguments, dbt_environment, seeds_folder
from orchestration.settings import PROJECT, Home
from orchestration.sources import Sources

PARSED = PROJECT / "target" / "manifests"
"""Manifests by fingerprint: installations that tell dbt the same share one, so that a new one need not parse."""
KEPT = 10
FOLDERS = ("models", "macros", "tests/dbt")
FILES = ("dbt_project.yml", "profiles.yml")


class DbtParseError(Exception):
    """The dbt project cannot be parsed; the message is dbt's own, and names the file."""


def dbt_executable() -> str:
    """The `dbt` that belongs to this Python."""
    return str(Path(sys.executable).parent / "dbt")


def target_folder(home: Home) -> Path:
    """Where dbt writes its artefacts of a run."""
    return home.dbt_target / "target"


def read_manifest(home: Home, sources: Sources) -> dict[str, Any]:
    """The manifest of the project as it is now, for this installation; parses when needed.

    Raises:
        DbtParseError: the project cannot be parsed.
    """
    home.dbt_target.mkdir(parents=True, exist_ok=True, mode=0o700)
    manifest, mark = home.dbt_target / "manifest.json", home.dbt_target / "manifest.mark"
    with (home.dbt_target / "parse.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        fingerprint = _fingerprint(home, sources)
        if not (manifest.exists() and mark.exists() and mark.read_text() == fingerprint):
            mark.unlink(missing_ok=True)
            known = PARSED / f"{fingerprint}.json"
            if not known.exists():
                _parse(home, sources)
                _remember(target_folder(home) / "manifest.json", known)
            shutil.copyfile(known, manifest)
            mark.write_text(fingerprint)
        return json.loads(manifest.read_text(encoding="utf-8"))


def _remember(parsed: Path, known: Path) -> None:
    """Keep a manifest for the next installation, and the newest few only."""
    PARSED.mkdir(parents=True, exist_ok=True)
    unfinished = known.with_suffix(f".{os.getpid()}")
    shutil.copyfile(parsed, unfinished)  # the installation may lie on another file system
    unfinished.replace(known)
    for older in sorted(PARSED.glob("*.json"), key=lambda path: path.stat().st_mtime)[:-KEPT]:
        older.unlink(missing_ok=True)


def parse_meanwhile(home: Home, sources: Sources) -> None:
    """Begin to parse, if that is needed, while the caller does something else; `read_manifest` waits for it.

    A fault shows when `read_manifest` is called.
    """

    def parse() -> None:
        with contextlib.suppress(DbtParseError):
            read_manifest(home, sources)

    threading.Thread(target=parse, name="dbt parse", daemon=True).start()


def _fingerprint(home: Home, sources: Sources) -> str:
    """Changes with every file that dbt parses, and with what it is told."""
    paths = [PROJECT / name for name in FILES]
    for folder in (PROJECT / name for name in FOLDERS):
        paths += sorted(path for path in folder.rglob("*") if path.is_file())
    digest = hashlib.sha256(json.dumps(dbt_arguments(sources)).encode())
    # Seeds by what they say: installations with the same ones share a manifest wherever their copies lie.
    for seed in sorted(path for path in seeds_folder(home).rglob("*") if path.is_file()):
        digest.update(seed.name.encode() + b"|" + hashlib.sha256(seed.read_bytes()).digest())
    for path in paths:
        status = path.stat()
        digest.update(f"{path}|{status.st_size}|{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _parse(home: Home, sources: Sources) -> None:
    command = [dbt_executable(), "--no-use-colors", "parse", *dbt_arguments(sources)]
    folders = ["--target-path", str(target_folder(home)), "--log-path", str(target_folder(home))]
    print(f"$ dbt parse  (the models changed, or were never parsed here; project {PROJECT})", file=sys.stderr)
    done = subprocess.run(  # our own program and arguments, no shell
        [*command, *folders, "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)],
        env={**os.environ, **dbt_environment(home)},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = [line[10:] if line[2:3] == ":" else line for line in (done.stdout + done.stderr).splitlines()]
        at = next((i for i, line in enumerate(lines) if "Encountered an error" in line), -1)
        raise DbtParseError("dbt cannot parse the project: " + " ".join(" ".join(lines[at + 1 :]).split()))
