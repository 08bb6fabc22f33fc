"""Drawing boards: swapped in whole or not at all, with the cause of a failure in one line. dbt Charts itself is stood in for."""

import json
import os
import re
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from orchestration import boards
from orchestration.boards import BoardError, BoardsNotInstalledError, board_files, cause_of, find_dct, render_boards
from orchestration.settings import PROJECT
from orchestration.warm_processes import ProcessDiedError

# Writes what it was asked for, its arguments and environment; fails for the boards that BROKEN names.
STAND_IN = """#!{python}
import json, os, pathlib, sys
arguments = sys.argv[1:]
value = lambda name: arguments[arguments.index(name) + 1]
board = pathlib.Path(arguments[1])
published = pathlib.Path(os.environ["SUPPORT_METRICS_PUBLISHED_FILE"])
if "broken" in board.read_text() and value("--format") == "png":
    print(json.dumps(dict(level="warning", code="WARN-X", message="never mind")), file=sys.stderr)
    print(json.dumps(dict(level="error", code="ERR-X", query="returns", message="no such\\n  column")), file=sys.stderr)
    sys.exit(1)
said = dict(board=board.stem, arguments=arguments, environment=dict(os.environ), read=published.read_text())
pathlib.Path(value("--output")).write_text(json.dumps(said))
"""


@pytest.fixture
def charts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of two boards, and a stand-in for dct."""
    folder = tmp_path / "charts"
    (folder / "charts").mkdir(parents=True)
    (folder / "dbt_charts.yml").write_text("sources: {}\n")
    for name in ("overview", "team", "meta", "_brand"):
        (folder / "charts" / f"{name}.yml").write_text(f"title: {name}\n")
    program = tmp_path / "dct"
    program.write_text(STAND_IN.format(python=sys.executable))
    program.chmod(0o755)
    monkeypatch.setattr(boards, "find_dct", lambda: program)
    return folder


@pytest.fixture
def published(tmp_path: Path) -> Path:
    folder = tmp_path / "published"
    folder.mkdir()
    (folder / "support_metrics.duckdb").write_text("the numbers")
    return folder


def test_each_board_becomes_a_page_and_a_picture(charts: Path, published: Path) -> None:
    out = published / "boards"
    drawn = render_boards(published, out, charts=charts)
    assert drawn == [out / f"{name}.{form}" for name in ("overview", "team") for form in ("html", "png")]
    said = json.loads((out / "team.png").read_text())
    assert said["board"] == "team"
    assert said["read"] == "the numbers"
    assert {"render", "--no-cache", "--diagnostics-json"} <= set(said["arguments"])
    assert [path.name for path in out.iterdir() if path.name.startswith(".")] == []


def test_the_drawing_process_is_quiet_and_knows_no_secret(
    charts: Path, published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPPORT_METRICS_IDENTITY_KEY", "k" * 64)
    monkeypatch.setenv("SHOP_DATABASE_URL", "postgresql://reader:secret@host/shop")
    environment = json.loads(render_boards(published, tmp_path / "out", charts=charts)[0].read_text())["environment"]
    assert environment["DO_NOT_TRACK"] == "1"
    assert not {"SUPPORT_METRICS_IDENTITY_KEY", "SHOP_DATABASE_URL"} & environment.keys()


def test_a_failure_names_board_and_cause_in_one_line_and_keeps_the_last_drawing(charts: Path, published: Path) -> None:
    out = published / "boards"
    render_boards(published, out, charts=charts)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    (published / "support_metrics.duckdb").write_text("newer numbers")
    (charts / "charts" / "team.yml").write_text("broken\n")
    with pytest.raises(BoardError, match=r"^board team \(png\): query returns: no such column$"):
        render_boards(published, out, charts=charts)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_a_page_and_its_picture_read_the_same_publish(
    charts: Path, published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A publish replaces the file by another one; the drawing keeps the one it began with."""
    file = published / "support_metrics.duckdb"
    draw = boards._draw

    def draw_after_a_publish(*arguments: Path | str) -> Path:
        newer = tmp_path / f"newer for {arguments[3]}"
        newer.write_text("newer numbers")
        newer.replace(file)
        return draw(*arguments)

    monkeypatch.setattr(boards, "_draw", draw_after_a_publish)
    drawn = render_boards(published, published / "boards", charts=charts)
    assert {json.loads(path.read_text())["read"] for path in drawn} == {"the numbers"}
    assert file.read_text() == "newer numbers"


def test_what_a_killed_drawing_left_is_cleared(charts: Path, published: Path) -> None:
    out = published / "boards"
    for name, age in ((".drawing-killed", 2 * boards.TIMEOUT_SECONDS + 60), (".drawing-running", 5)):
        (out / name).mkdir(parents=True)
        os.utime(out / name, (time.time() - age, time.time() - age))
    render_boards(published, out, charts=charts)
    assert [path.name for path in out.glob(".drawing-*")] == [".drawing-running"]


def test_nothing_published_says_what_to_do(charts: Path, tmp_path: Path) -> None:
    with pytest.raises(BoardError, match="run `support-metrics run`"):
        render_boards(tmp_path / "nowhere", tmp_path / "out", charts=charts)


def test_a_watched_folder_is_refused(charts: Path, published: Path) -> None:
    with pytest.raises(BoardError, match="dct serve"):
        render_boards(published, charts / "renders", charts=charts)


class Drawer:
    """Stands in for a process that got ready: does what it is told instead of drawing."""

    is_alive = True

    def __init__(self, exit_code: int = 0, said: str = "", error: Exception | None = None) -> None:
        self.exit_code, self.said, self.error = exit_code, said, error

    def call_within(self, seconds: float, function: object, arguments: list[str], *others: Any) -> int:
        folder, environment, said = others
        assert (seconds, folder.name) == (boards.TIMEOUT_SECONDS, "charts")
        said.write_text(self.said)
        if self.error is not None:
            raise self.error
        if not self.exit_code:
            Path(arguments[arguments.index("--output") + 1]).write_text(environment["SUPPORT_METRICS_PUBLISHED_FILE"])
        return self.exit_code


def test_a_drawer_that_is_ready_draws_its_format_and_dct_the_rest(charts: Path, published: Path) -> None:
    drawn = render_boards(published, published / "boards", charts=charts, drawers={"png": Drawer()})
    assert [path.name for path in drawn] == ["overview.html", "overview.png", "team.html", "team.png"]
    assert Path(drawn[1].read_text()).name == "support_metrics.duckdb"
    assert json.loads(drawn[0].read_text())["read"] == "the numbers"
    assert sorted((published / "boards").iterdir()) == sorted(drawn)


def test_a_drawer_that_is_gone_is_not_missed(charts: Path, published: Path) -> None:
    gone = Drawer()
    gone.is_alive = False
    drawn = render_boards(published, published / "boards", charts=charts, drawers={"png": gone, "html": gone})
    assert all(json.loads(path.read_text())["read"] == "the numbers" for path in drawn)


@pytest.mark.parametrize(
    ("drawer", "said"),
    [
        (Drawer(1, '{"level": "error", "message": "no such column"}'), "no such column"),
        (Drawer(error=ProcessDiedError(-9)), "dct ended with -9 and said nothing"),
        (Drawer(error=ProcessDiedError(-6), said="thread panicked"), "thread panicked"),
        (Drawer(error=TimeoutError()), f"not drawn within {boards.TIMEOUT_SECONDS} seconds"),
    ],
)
def test_what_a_drawer_does_not_draw_has_its_cause(charts: Path, published: Path, drawer: Drawer, said: str) -> None:
    with pytest.raises(BoardError, match=rf"^board overview \(png\): {said}$"):
        render_boards(published, published / "boards", charts=charts, drawers={"png": drawer})


def test_drawers_practise_and_then_draw_as_dct_does(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPPORT_METRICS_IDENTITY_KEY", "k" * 64)
    drawers = boards.start_drawers()
    try:
        assert sorted(drawers) == ["html", "png"]
        assert all(drawer.call(os.getenv, "SUPPORT_METRICS_IDENTITY_KEY") is None for drawer in drawers.values())
        for form, drawer in drawers.items():
            drawer.call(boards._practise, form)
        with pytest.raises(BoardError, match=r"^board overview \("):  # the published file is none
            render_boards(published, published / "boards", drawers=drawers)
    finally:
        for drawer in drawers.values():
            drawer.close()


def test_without_dbt_charts_it_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(BoardsNotInstalledError, match=re.escape("pip install 'support-metrics[boards]'")):
        find_dct()


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "dct ended with 3 and said nothing"),
        (["Traceback", "ValueError: a \t tab"], "ValueError: a tab"),
        (['{"level": "warning", "message": "w"}', '{"level": "error", "message": "e", "chart": "c"}'], "chart c: e"),
        (['["not", "an object"]'], '["not", "an object"]'),
    ],
)
def test_the_cause_is_the_first_error_else_the_last_words(lines: list[str], said: str) -> None:
    assert cause_of(lines, 3) == said


def test_the_projects_boards_are_found() -> None:
    assert [path.stem for path in board_files()] == ["overview"]


def test_boards_read_published_schemas_only() -> None:
    """The published file has the marts' schemas; a board that reads anything else breaks at the first run."""
    allowed = {"core", "direct", "indirect", "secondary", "drivers", "meta", "queries"}
    for board in board_files():
        text = board.read_text(encoding="utf-8")
        read = set(re.findall(r"\b(?:from|join)\s+(?:\{\{\s*)?([a-z_]+)\.", text))
        assert read <= allowed, board
    assert (PROJECT / "charts" / "dbt_charts.yml").is_file()
