"""The boards of `charts/` over the published file, drawn as files: one self-contained HTML page and one PNG each.

Belongs here: running dbt Charts (its command `dct`), the only tool that knows the boards' language, and swapping what it
drew into place. What a board shows stands in `charts/`; what its numbers mean, in the marts.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from orchestration.settings import PROJECT, QUIET

CHARTS = PROJECT / "charts"
PUBLISHED_FILE = "support_metrics.duckdb"
FORMATS = ("html", "png")
TIMEOUT_SECONDS = 300
# What the drawing process gets of the caller's environment: nothing of the installation's secrets.
ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONPYCACHEPREFIX", "PYTHONDONTWRITEBYTECODE")


class BoardError(Exception):
    """A board could not be drawn; the message is one line that names the board and the cause."""


class BoardsNotInstalledError(BoardError):
    """dbt Charts is not there; the message says how to install it."""


def board_files(charts: Path = CHARTS) -> list[Path]:
    """The boards of a project of dbt Charts, by name; defaults and what boards only inherit from are none."""
    return sorted(
        path for path in (charts / "charts").glob("*.yml") if path.name != "meta.yml" and not path.name.startswith("_")
    )


def render_boards(published_dir: Path, out_dir: Path, *, charts: Path = CHARTS) -> list[Path]:
    """Draw every board from the published file, which is only read, and swap the files in when all are drawn.

    Args:
        published_dir: the folder with the published file.
        out_dir: where `<board>.html` and `<board>.png` go; made when missing. Not below `charts`, which `dct serve` watches.
        charts: the project of dbt Charts, with its boards in the folder `charts` below it.

    Returns:
        the files, by board and format.

    Raises:
        BoardsNotInstalledError: dbt Charts is not installed.
        BoardError: there is no published file, or a board cannot be drawn; the files of the last time stay.
    """
    program = find_dct()
    published = published_dir / PUBLISHED_FILE
    if not published.is_file():
        raise BoardError(f"no board can be drawn: {published} does not exist; run `support-metrics run`")
    if out_dir.resolve().is_relative_to(charts.resolve()):
        raise BoardError(f"no board can be drawn into {out_dir}: `dct serve` watches {charts}")
    out_dir.mkdir(parents=True, exist_ok=True)
    _clear_killed_drawings(out_dir)
    with tempfile.TemporaryDirectory(prefix=".drawing-", dir=out_dir) as folder:
        aside = Path(folder)
        held = _hold(published, aside)
        jobs = [(board, form) for board in board_files(charts) for form in FORMATS]
        # Two at a time: a page and its picture.
        with ThreadPoolExecutor(max_workers=len(FORMATS)) as pool:
            drawn = list(pool.map(lambda job: _draw(program, charts, job[0], job[1], held, aside), jobs))
        finished = []
        for path in drawn:
            target = out_dir / path.name
            path.replace(target)
            finished.append(target)
    return finished


def find_dct() -> Path:
    """The command of dbt Charts beside the interpreter that runs.

    Raises:
        BoardsNotInstalledError: it is not there.
    """
    program = Path(sys.executable).with_name("dct")
    if not program.exists():
        raise BoardsNotInstalledError(
            f"the boards need dbt Charts, which is not in {program.parent}: pip install 'support-metrics[boards]', "
            "or `make setup` in a checkout"
        )
    return program


def drawing_environment(published: Path) -> dict[str, str]:
    """The variables that `dct` gets: the published file's path, no telemetry, and none of the installation's secrets."""
    kept = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    return {
        **kept,
        **QUIET,
        "SUPPORT_METRICS_PUBLISHED_FILE": str(published),
        "DCT_NO_WORKSPACE_GUARD": "1",
    }


def _clear_killed_drawings(out_dir: Path) -> None:
    """A drawing that was killed leaves its folder, which holds on to an old publish."""
    oldest = time.time() - 2 * TIMEOUT_SECONDS
    for folder in out_dir.glob(".drawing-*"):
        if folder.stat().st_mtime < oldest:
            shutil.rmtree(folder, ignore_errors=True)


def _hold(published: Path, aside: Path) -> Path:
    """A name for the file as it is now: a publish meanwhile must not give a page and its picture different numbers."""
    held = aside / PUBLISHED_FILE
    with contextlib.suppress(OSError):  # another file system
        os.link(published, held)
    return held if held.exists() else published


def _draw(program: Path, charts: Path, board: Path, form: str, published: Path, aside: Path) -> Path:
    path = aside / f"{board.stem}.{form}"
    command = [
        str(program),
        "render",
        str(board),
        "--project-dir",
        str(charts),
        "--format",
        form,
        "--output",
        str(path),
    ]
    try:
        result = subprocess.run(
            [*command, "--no-cache", "--diagnostics-json"],
            env=drawing_environment(published),
            cwd=charts,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise BoardError(f"board {board.stem} ({form}): not drawn within {TIMEOUT_SECONDS} seconds") from None
    except OSError as error:
        raise BoardError(f"board {board.stem} ({form}): {error}") from None
    if result.returncode != 0 or not path.is_file() or path.stat().st_size == 0:
        raise BoardError(f"board {board.stem} ({form}): {cause_of(result.stderr.splitlines(), result.returncode)}")
    return path


def cause_of(lines: Iterable[str], exit_code: int) -> str:
    """One line out of what `dct --diagnostics-json` said: its first error, else its last words."""
    last = f"dct ended with {exit_code} and said nothing"
    for line in lines:
        if not line.strip():
            continue
        last = line
        try:
            said = json.loads(line)
        except ValueError:
            continue
        if isinstance(said, dict) and said.get("level") == "error":
            where = next((f"{kind} {said[kind]}: " for kind in ("query", "chart") if said.get(kind)), "")
            return _one_line(f"{where}{said.get('message')}")
    return _one_line(last)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:500]
