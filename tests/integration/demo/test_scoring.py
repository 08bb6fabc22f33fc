"""The command `score`: each figure of the demo beside the truth, as docs/scoring.md shows it."""

import json
import sys
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from orchestration.demo.scoring import SCORES, score
from orchestration.publish import connect_published
from orchestration.settings import Home

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import readme_answers


def test_every_figure_is_right(demo_home: Home, support_metrics: Callable[..., CompletedProcess[str]]) -> None:
    done = support_metrics(demo_home.path, "score")
    assert done.returncode == 0, done.stdout
    assert f"{len(SCORES)} of {len(SCORES)} figures are right" in done.stdout


def test_every_metric_of_the_dictionary_is_scored(demo_home: Home) -> None:
    scored = {(each.metric, each.table) for each in SCORES}
    with connect_published(demo_home.published_file) as connection:
        metrics = connection.execute("select metric_name, mart from meta.metric_dictionary order by all").fetchall()
    assert [metric for metric in metrics if metric not in scored] == []


def test_the_page_shows_what_the_command_says(demo_home: Home) -> None:
    _, _, shown = readme_answers.SCORING.read_text().partition("| metric |")
    assert "| metric |" + shown == readme_answers.scores(demo_home.path), "run `python tests/readme_answers.py HOME`"


def test_another_truth_is_noticed(demo_home: Home, truth: dict[str, Any]) -> None:
    """Every figure fails when what it is compared with changes: none is compared with nothing."""
    # Each number another number of times, and one more: neither sums nor differences nor shares of the truth stay as they are.
    factors = cycle((2, 3, 5))
    other = json.loads(
        json.dumps(truth),
        parse_int=lambda digits: int(digits) * next(factors) + 1,
        parse_float=lambda digits: float(digits) * next(factors),
    )
    with connect_published(demo_home.published_file) as connection:
        found = score(connection, other, SCORES)
    assert [each.metric for each in found if each.is_right and each.cell_count] == []
