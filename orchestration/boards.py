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
import traceback
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from orchestration.settings import PROJECT
from orchestration.warm_processes import ProcessDiedError, WarmProcess, plain_environment

CHARTS = PROJECT / "charts"
PUBLISHED_FILE = "support_metrics.duckdb"
FORMATS = ("html", "png")
TIMEOUT_SECONDS = 300
# Two charts of the kinds that take longest the first time, over a source that is always there.
PRACTICE_PROJECT = "sources:\n  memory:\n    type: duckdb\n    path: ':memory:'\n"
PRACTICE_BOARD = """
title: Practice
source: memory
cache: false
queries:
  numbers: select 1 as position, 2 as value
charts:
  bars: {query: numbers, type: bar, x: position, y: value}
  rows: {query: numbers, type: table}
rows:
  - bars
  - rows
"""


class BoardError(Exception):
    """A board could not be drawn; the message is one line that names the board and the cause."""


class BoardsNotInstalledError(BoardError):
    """dbt Charts is not there; the message says how to install it."""


def board_files(charts: Path = CHARTS) -> list[Path]:
    """The boards of a project of dbt Charts, by name; defaults and what boards only inherit from are none."""
    return sorted(
        path for path in (charts / "charts").glob("*.yml") if path.name != "meta.yml" and not path.name.startswith("_")
    )


def start_drawers() -> dict[str, WarmProcess]:
    """A process for each format that gets ready to draw; none where dbt Charts is not installed. To be closed."""
    try:
        find_dct()
    except BoardsNotInstalledError:
        return {}
    return {form: WarmProcess(partial(_practise, form)) for form in FORMATS}


def render_boards(
    published_dir: Path, out_dir: Path, *, charts: Path = CHARTS, drawers: Mapping[str, WarmProcess] | None = None
) -> list[Path]:
    """Draw every board from the published file, which is only read, and swap the files in when all are drawn.

    Args:
        published_dir: the folder with the published file.
        out_dir: where `<board>.html` and `<board>.png` go; made when missing. Not below `charts`, which `dct serve` watches.
        charts: the project of dbt Charts, with its boards in the folder `charts` below it.
        drawers: processes that got ready for it, by format; without one, `dct` is started for each file.

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

        def draw(board: Path, form: str) -> Path:
            drawer = (drawers or {}).get(form)
            if drawer is not None and drawer.is_alive:
                return _draw_warm(drawer, charts, board, form, held, aside)
            return _draw(program, charts, board, form, held, aside)

        jobs = [(board, form) for board in board_files(charts) for form in FORMATS]
        # Two at a time: a page and its picture.
        with ThreadPoolExecutor(max_workers=len(FORMATS)) as pool:
            drawn = list(pool.map(lambda job: draw(*job), jobs))
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
    return {
        **plain_environment(),
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
    try:
        result = subprocess.run(
            [str(program), *_arguments(charts, board, form, path)],
            env=drawing_environment(published),
            cwd=charts,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _too_slow(board, form) from None
    except OSError as error:
        raise BoardError(f"board {board.stem} ({form}): {error}") from None
    return _checked(path, board, form, result.stderr, result.returncode)


def _draw_warm(drawer: WarmProcess, charts: Path, board: Path, form: str, published: Path, aside: Path) -> Path:
    path, said = aside / f"{board.stem}.{form}", aside / f"{board.stem}.{form}.said"
    arguments = _arguments(charts, board, form, path)
    try:
        exit_code = drawer.call_within(
            TIMEOUT_SECONDS, _run_dct, arguments, charts, drawing_environment(published), said
        )
    except TimeoutError:
        raise _too_slow(board, form) from None
    except ProcessDiedError as died:
        exit_code = died.exit_code
    text = said.read_text(encoding="utf-8", errors="replace") if said.is_file() else ""
    return _checked(path, board, form, text, exit_code)


def _arguments(charts: Path, board: Path, form: str, path: Path) -> list[str]:
    named = ["--project-dir", str(charts), "--format", form, "--output", str(path)]
    return ["render", str(board), *named, "--no-cache", "--diagnostics-json"]


def _checked(path: Path, board: Path, form: str, said: str, exit_code: int) -> Path:
    if exit_code != 0 or not path.is_file() or path.stat().st_size == 0:
        raise BoardError(f"board {board.stem} ({form}): {cause_of(said.splitlines(), exit_code)}")
    return path


def _too_slow(board: Path, form: str) -> BoardError:
    return BoardError(f"board {board.stem} ({form}): not drawn within {TIMEOUT_SECONDS} seconds")


def _practise(form: str) -> None:
    """In a drawer: draw a board that reads nothing, for half of what a drawing takes is done only once a process.

    Raises:
        BoardError: it cannot be drawn.
    """
    with tempfile.TemporaryDirectory(prefix="support-metrics-") as folder:
        charts = Path(folder)
        board = charts / "charts" / "practice.yml"
        board.parent.mkdir()
        board.write_text(PRACTICE_BOARD, encoding="utf-8")
        (charts / "dbt_charts.yml").write_text(PRACTICE_PROJECT, encoding="utf-8")
        arguments = _arguments(charts, board, form, charts / f"practice.{form}")
        exit_code = _run_dct(arguments, charts, drawing_environment(charts / PUBLISHED_FILE), charts / "said")
        os.chdir(PROJECT)
        _checked(charts / f"practice.{form}", board, form, (charts / "said").read_text(encoding="utf-8"), exit_code)


def _run_dct(arguments: list[str], folder: Path, environment: Mapping[str, str], said: Path) -> int:
    """In a drawer: what the command `dct` does; its diagnostics go to the file `said`. Returns its exit code."""
    from dbt_charts.cli.main import app  # what the command calls

    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["dct", *arguments]
    sys.stdout.flush()
    sys.stderr.flush()
    kept = os.dup(1), os.dup(2)
    try:
        with said.open("w") as file, Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            os.dup2(file.fileno(), 2)
        app()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except Exception:  # noqa: BLE001  # what the interpreter does with an error of a command
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for descriptor, number in zip(kept, (1, 2), strict=True):
            os.dup2(descriptor, number)
            os.close(descriptor)
    return 0


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
