"""Ten kills at random moments of a run, and twenty readers throughout ten runs. Minutes long: `make test-slow`."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from orchestration.demo import build_world, deliver, demo_sources_toml
from orchestration.publish import connect_published, list_snapshots, verify

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

COUNTS = """
select
    (select count(*) from core.fct_tickets),
    (select sum(created_count) from direct.rpt_backlogs_by_day),
    (select sum(contact_count) from indirect.rpt_contact_intensity_by_reason_day),
    (select count(*) from core.fct_orders),
    (select sum(order_count) from indirect.rpt_contact_intensity_by_day)
"""


@pytest.fixture
def home(tmp_path: Path, new_home) -> Path:
    home = new_home(demo_sources_toml(), {})
    deliver(build_world(scale=0.03), home / "landing")
    return home


def start(home: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", "from orchestration.cli import main; main()", "--home", str(home), "run"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "SUPPORT_METRICS_DRAW_BOARDS": "false"},
        start_new_session=True,
    )


def one_more_ticket(home: Path, number: int) -> None:
    (home / "landing" / "helpdesk" / f"tickets-more-{number}.csv").write_text(
        f"ticket_id,created_at,status,market\nmore-{number},2026-10-30T10:00:00Z,open,DE\n"
    )


def tables(home: Path) -> dict[str, tuple[int, str]]:
    """Rows and checksum of every published table but those that name the build."""
    manifest = verify(home / "published")
    assert manifest.is_good, manifest.summary
    newest = next(snapshot for snapshot in list_snapshots(home / "published") if snapshot.is_current)
    return {
        name: (entry.row_count, entry.checksum)
        for name, entry in newest.manifest.tables.items()
        if name not in ("meta.build_info", "meta.data_quality_results")
    }


def test_ten_kills_leave_the_last_publish_readable_and_the_next_run_right(home):
    began = time.monotonic()
    assert start(home).wait() == 0
    whole_run = time.monotonic() - began
    draw = random.Random(20261121)
    for number in range(10):
        before = tables(home)
        one_more_ticket(home, number)
        run = start(home)
        time.sleep(draw.uniform(0, whole_run))
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        between = tables(home)
        assert between == before or between["core.fct_tickets"][0] == before["core.fct_tickets"][0] + 1
        assert start(home).wait() == 0, f"the run after kill {number} failed"
        with connect_published(home / "published" / "support_metrics.duckdb") as connection:
            tickets, created, by_reason, orders, exposure = connection.execute(COUNTS).fetchall()[0]
        assert tickets == created == by_reason == before["core.fct_tickets"][0] + 1
        assert orders == exposure == before["core.fct_orders"][0]
    # What the kills did is gone: a home that was never killed has the same tables, to the checksum.
    clean = home.parent / "clean"
    subprocess.run(["cp", "-r", str(home), str(clean)], check=True)
    for folder in ("warehouse", "state", "published", "logs"):
        subprocess.run(["rm", "-rf", str(clean / folder)], check=True)
    assert start(clean).wait() == 0
    assert tables(clean) == tables(home)


READER = """
import duckdb, sys, time
while True:
    with duckdb.connect(sys.argv[1], read_only=True) as connection:
        row = connection.execute(sys.argv[2]).fetchall()[0]
    assert row[0] == row[1] == row[2] and row[3] == row[4], f"a mixture: {row}"
    print(row[0], flush=True)
    time.sleep(1)
"""


def test_twenty_readers_throughout_ten_runs_see_no_error_and_no_mixture(home):
    assert start(home).wait() == 0
    published = home / "published" / "support_metrics.duckdb"
    first = tables(home)["core.fct_tickets"][0]
    logs = [home.parent / f"reader-{number}.log" for number in range(20)]
    readers = []
    for log in logs:
        with log.open("w") as output:
            arguments = [sys.executable, "-c", READER, str(published), COUNTS]
            readers.append(subprocess.Popen(arguments, stdout=output, stderr=subprocess.STDOUT))
    try:
        for number in range(10):
            one_more_ticket(home, number)
            assert start(home).wait() == 0
        time.sleep(5)
        died = [log.read_text()[-500:] for log, reader in zip(logs, readers, strict=True) if reader.poll() is not None]
    finally:
        for reader in readers:
            reader.kill()
    assert died == []
    for log in logs:
        seen = [int(line) for line in log.read_text().split()]
        assert seen == sorted(seen), "a reader went back in time"
        assert set(seen) == set(range(first, first + 11)), "each publish is seen, and nothing between two"
