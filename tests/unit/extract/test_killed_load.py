"""A killed load leaves nothing twice and nothing out; a warehouse that is held is waited for, and the holder named."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from small_installation import SmallInstallation, utc_now

from orchestration.extract import source as extract_module
from orchestration.extract.load import LoadError, begin_load
from orchestration.extract.source import extract_source
from orchestration.warehouse import WarehouseLockedError, connect

HERE = Path(__file__).parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{HERE}{os.pathsep}{HERE.parents[2]}"}
ROWS = 40_000


def start(home: Path, run_id: str) -> subprocess.Popen:
    process = subprocess.Popen(
        [sys.executable, str(HERE / "extract_once.py"), str(home), run_id],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def finish(process: subprocess.Popen) -> str:
    output, _ = process.communicate(timeout=120)
    return output.strip()


def deliver(installation: SmallInstallation, number: int) -> None:
    """Ids overlap by half with the delivery before, with another value."""
    first = number * ROWS // 2
    content = "".join(f"{i},{number}\n" for i in range(first, first + ROWS))
    installation.deliver(f"rows{number}.csv", f"id,x\n{content}")


def test_kills_at_random_moments(installation: SmallInstallation) -> None:
    """After each kill: what is there is whole rows of known deliveries, and the next run makes it right."""
    installation.configure_table('key = ["id"]')
    deliver(installation, 0)
    assert installation.extract().rows_landed == ROWS
    dice, killed = random.Random(7), 0
    began = time.monotonic()
    deliver(installation, 1)
    process = start(installation.home.path, "timed")
    assert finish(process) == "loaded"
    whole = time.monotonic() - began
    for number in range(2, 5):
        deliver(installation, number)
        process = start(installation.home.path, f"killed-{number}")
        time.sleep(dice.uniform(0.1, max(whole * 0.6, 0.3)))
        process.kill()
        killed += process.wait() == -9
        if process.stdout:
            process.stdout.close()
    assert killed >= 1
    assert finish(start(installation.home.path, "last")) in ("loaded", "unchanged")
    last = 4
    total = last * ROWS // 2 + ROWS
    assert installation.query(
        "select count(*), count(distinct _row_id), count(distinct _key_hash) from raw_shop.rows"
    ) == [(ROWS * (last + 1), ROWS * (last + 1), total)]
    newest = "(select arg_max(_row_id, _version_number) from raw_shop.rows group by _key_hash)"
    wrong = installation.query(
        f"select count(*) from raw_shop.rows where _row_id in {newest} "
        f"and x::int <> least(id::int // {ROWS // 2}, {last})"
    )
    assert wrong == [(0,)]
    assert installation.query("select count(*) from audit.unfinished_loads") == [(0,)]
    assert not (installation.home.state / "dlt" / "shop").exists()


def test_load_that_ended_before_its_audit_is_taken_back(
    installation: SmallInstallation, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.configure_table('key = ["id"]')
    installation.deliver("rows1.csv", "id,x\n1,a\n")
    installation.extract()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    installation.deliver("rows2.csv", "id,x\n1,b\n2,c\n")
    with monkeypatch.context() as patched:
        patched.setattr(extract_module, "_write_audit", killed)
        with pytest.raises(KeyboardInterrupt):
            installation.extract()
    assert installation.versions() == 3
    result = installation.extract()
    assert (result.status, result.rows_landed, installation.versions()) == ("loaded", 2, 3)


def test_rows_of_finished_loads_outlive_their_audit(installation: SmallInstallation) -> None:
    """Raw never forgets, even if someone tidies up the record of old runs."""
    installation.configure_table('key = ["id"]')
    installation.deliver("rows1.csv", "id,x\n1,a\n")
    installation.extract()
    with connect(installation.home.warehouse) as warehouse:
        warehouse.execute("delete from audit.extract_runs")
        begin_load(warehouse, "shop", "run-1", utc_now())  # the same run, killed in a later attempt
    installation.extract()
    assert installation.versions() == 1


def test_failed_load_says_which_source(installation: SmallInstallation) -> None:
    installation.configure_table('key = ["id"]')
    installation.deliver("rows1.csv", "id,x\n1,a\n")
    with connect(installation.home.warehouse) as warehouse:
        warehouse.execute("create schema raw_shop")
        warehouse.execute("create table raw_shop.rows (x integer)")
    with pytest.raises(LoadError, match="source shop: loading failed in step load"):
        installation.extract()


def test_held_warehouse_is_waited_for_and_its_holder_named(installation: SmallInstallation) -> None:
    installation.configure_table('key = ["id"]')
    installation.deliver("rows1.csv", "id,x\n1,a\n")
    script = "import duckdb, sys, time; held = duckdb.connect(sys.argv[1]); print('held', flush=True); time.sleep(float(sys.argv[2]))"

    def hold(seconds: float) -> subprocess.Popen:
        holder = subprocess.Popen(
            [sys.executable, "-c", script, str(installation.home.warehouse), str(seconds)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        return holder

    with hold(60) as holder:
        impatient = installation.settings.model_copy(update={"lock_wait_seconds": 0.5})
        began = time.monotonic()
        with pytest.raises(WarehouseLockedError, match=rf"is held by process {holder.pid} "):
            extract_source(installation.sources.sources[0], installation.home, impatient, run_id="x", now=utc_now)
        assert time.monotonic() - began < 10
        holder.kill()
    with hold(1.0):
        assert installation.extract().status == "loaded"  # it waited


def test_file_that_is_no_warehouse_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "block" / "w.duckdb"
    path.parent.mkdir()
    path.write_text("something else entirely " * 1000)
    began = time.monotonic()
    with pytest.raises(Exception, match="not a valid DuckDB"):
        connect(path)
    assert time.monotonic() - began < 5
