"""SIGKILL at random moments of a publish: readers have the old build or the new one, whole, and the next publish works."""

import random
import subprocess
import sys
import time
from pathlib import Path

from small_warehouse import build_numbers, build_warehouse

from orchestration.publish import publish, verify

KILLS = 10
BUILDS = 5


def wait_for_work(published: Path) -> None:
    """Wait until a publish is at work, so that the kill falls within it."""
    deadline = time.monotonic() + 30
    while not any((published / ".publishing").iterdir()):
        assert time.monotonic() < deadline
        time.sleep(0.002)


def test_kills_leave_a_whole_file(tmp_path: Path, published: Path) -> None:
    for number in range(1, BUILDS + 1):
        build_warehouse(tmp_path, number)
    publish(tmp_path / "warehouse_1.duckdb", published, build_id="build-1")
    chance = random.Random(7)
    script = Path(__file__).with_name("publish_loop.py")
    survived, inside = 0, 0
    for turn in range(KILLS):
        process = subprocess.Popen(
            [sys.executable, str(script), str(tmp_path), str(published), str(BUILDS)], stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        time.sleep(chance.uniform(0.02, 0.6))
        if turn % 2:
            wait_for_work(published)
        process.kill()
        process.communicate()
        inside += any((published / ".publishing").iterdir())
        report = verify(published)
        numbers = build_numbers(published / "support_metrics.duckdb")
        survived += report.is_good and len(numbers) == 1 and report.build_id == f"build-{min(numbers)}"
    assert survived == KILLS
    # Some kills fell between two publishes, but not all.
    assert inside > 0

    result = publish(build_warehouse(tmp_path, 99), published, build_id="build-99", keep=2)
    assert verify(published).summary.startswith("build build-99 is intact: 4 tables, 901 rows")
    assert result.is_new
    assert not list((published / ".publishing").iterdir())
    assert len(list((published / ".parquet").iterdir())) <= 2
    assert len(list((published / "snapshots").iterdir())) == 4
