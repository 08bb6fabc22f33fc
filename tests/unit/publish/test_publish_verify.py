"""`verify` names what is wrong with a published folder, and which publish is good; `rollback` goes there."""

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from small_warehouse import build_numbers, build_warehouse

from orchestration.publish import (
    PublishError,
    PublishResult,
    SnapshotError,
    activation,
    connect_published,
    list_snapshots,
    publish,
    rollback,
    verify,
)

PublishBuild = Callable[..., PublishResult]
FLIPS = 60


def test_what_was_published_is_good(three_builds: Path) -> None:
    report = verify(three_builds)
    assert report.is_good
    assert report.build_id == "build-3"
    assert report.summary == "build build-3 is intact: 4 tables, 901 rows"


def test_every_flipped_byte_is_detected(three_builds: Path) -> None:
    """The snapshot is the same file, so the good one is the publish before."""
    file = three_builds / "support_metrics.duckdb"
    file.chmod(0o644)
    chance = random.Random(20261121)
    detected = 0
    for _ in range(FLIPS):
        position = chance.randrange(file.stat().st_size)
        with file.open("r+b") as handle:
            handle.seek(position)
            whole = handle.read(1)
            handle.seek(position)
            handle.write(bytes([whole[0] ^ (1 << chance.randrange(8))]))
        report = verify(three_builds)
        detected += not report.is_good and "corrupt" in report.problems[0] and report.good_snapshot == "build-2"
        with file.open("r+b") as handle:
            handle.seek(position)
            handle.write(whole)
    assert detected == FLIPS
    assert verify(three_builds).is_good


def test_after_damage_rollback_brings_the_publish_before(three_builds: Path) -> None:
    file = three_builds / "support_metrics.duckdb"
    file.chmod(0o644)
    with file.open("r+b") as handle:
        handle.truncate(file.stat().st_size // 2)
    report = verify(three_builds)
    assert "corrupt" in report.summary
    assert report.summary.endswith("run `support-metrics rollback --to build-2`")
    result = rollback(three_builds)
    assert (result.build_id, result.from_build_id) == ("build-2", "build-3")
    assert verify(three_builds).build_id == "build-2"
    assert build_numbers(file) == {2}


def test_an_older_file_under_the_same_name_is_named(three_builds: Path) -> None:
    older = three_builds / "snapshots" / "build-1.duckdb"
    file = three_builds / "support_metrics.duckdb"
    file.unlink()
    shutil.copy(older, file)
    report = verify(three_builds)
    assert report.problems[0].startswith("support_metrics.duckdb is an older file: it holds build build-1")
    assert report.good_snapshot == "build-3"
    rollback(three_builds, to="build-3")
    assert verify(three_builds).build_id == "build-3"


def test_a_file_of_no_known_snapshot_is_named(three_builds: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    publish(build_warehouse(tmp_path, 9), elsewhere, build_id="build-9")
    file = three_builds / "support_metrics.duckdb"
    file.unlink()
    shutil.copy(elsewhere / "support_metrics.duckdb", file)
    assert "is another file: it holds build build-9, the manifest is of build-3" in verify(three_builds).problems[0]


def test_a_missing_file_is_named_and_its_snapshot_is_good(three_builds: Path) -> None:
    (three_builds / "support_metrics.duckdb").unlink()
    report = verify(three_builds)
    assert "does not exist" in report.summary
    assert report.good_snapshot == "build-3"


def test_nothing_published_yet(published: Path) -> None:
    assert "no snapshot is intact: publish again" in verify(published).summary
    with pytest.raises(SnapshotError, match="publish first"):
        rollback(published)


def test_a_wal_beside_the_file_is_a_problem_that_rollback_mends(three_builds: Path) -> None:
    (three_builds / "support_metrics.duckdb.wal").write_bytes(b"stale")
    report = verify(three_builds)
    assert "clients cannot open it" in report.summary
    assert report.good_snapshot == "build-3"
    assert any("removed a stale" in note for note in rollback(three_builds, to="build-3").notes)
    assert verify(three_builds).is_good


@pytest.mark.parametrize("damage", ["missing", "not json", '{"format": 1}', '{"format": 99}', "[]"])
def test_a_damaged_manifest_is_found_among_the_snapshots(damage: str, three_builds: Path) -> None:
    manifest = three_builds / "support_metrics.manifest.json"
    manifest.unlink()
    if damage != "missing":
        manifest.write_text(damage)
    report = verify(three_builds)
    assert report.is_good
    assert report.build_id == "build-3"
    assert "missing or damaged" in report.notes[0]


def test_a_changed_count_in_the_manifest_is_detected(three_builds: Path) -> None:
    """The file is right, the manifest beside it is not: they must agree in every figure."""
    manifest = three_builds / "support_metrics.manifest.json"
    manifest.chmod(0o644)
    manifest.write_text(manifest.read_text().replace('"row_count": 300', '"row_count": 301', 1))
    assert "has 300 rows instead of 301" in verify(three_builds).problems[0]


def test_damaged_parquet_is_named_and_publishing_again_mends_it(
    three_builds: Path, publish_build: PublishBuild
) -> None:
    changed = three_builds / "parquet" / "core" / "fct_tickets.parquet"
    changed.chmod(0o644)
    changed.write_bytes(changed.read_bytes()[:-1])
    (three_builds / "parquet" / "meta" / "build_info.parquet").unlink()
    assert verify(three_builds).problems == (
        "parquet/core/fct_tickets.parquet is corrupt (sha256)",
        "parquet/meta/build_info.parquet is missing or unreadable",
    )
    publish_build(3)
    assert verify(three_builds).is_good


@contextmanager
def stopping_after(swaps: int) -> Iterator[None]:
    """Let `activate` die, as by a kill, after so many of its swaps."""
    done = 0
    real = activation.replace

    def replace(staged: Path, target: Path) -> None:
        nonlocal done
        if done == swaps:
            raise KeyboardInterrupt
        done += 1
        real(staged, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(activation, "replace", replace)
        yield


@pytest.mark.parametrize(("swaps", "build"), [(0, 3), (1, 4), (2, 4)])
def test_a_publish_cut_between_swaps_is_whole_and_then_healed(
    swaps: int, build: int, three_builds: Path, publish_build: PublishBuild, tmp_path: Path
) -> None:
    with stopping_after(swaps), pytest.raises(KeyboardInterrupt):
        publish_build(4)
    report = verify(three_builds)
    assert report.is_good, report
    assert report.build_id == f"build-{build}"
    assert build_numbers(three_builds / "support_metrics.duckdb") == {build}
    if swaps == 1:
        assert "a swap was interrupted" in report.summary
    if swaps == 2:
        assert "parquet/ is still of build build-3" in report.summary
    # Even a publish that fails puts the manifest right.
    build_warehouse(tmp_path, 5, more_sql="comment on table core.fct_tickets is null")
    with pytest.raises(PublishError):
        publish_build(5)
    assert not any("interrupted" in note for note in verify(three_builds).notes)
    assert publish_build(6).is_new
    assert verify(three_builds).summary.startswith("build build-6 is intact: 4 tables, 901 rows")


@pytest.mark.parametrize(("swaps", "build"), [(0, 3), (1, 3), (2, 1)])
def test_a_rollback_cut_between_swaps_is_whole(swaps: int, build: int, three_builds: Path) -> None:
    with stopping_after(swaps), pytest.raises(KeyboardInterrupt):
        rollback(three_builds, to="build-1")
    report = verify(three_builds)
    assert report.is_good, report
    assert report.build_id == f"build-{build}"
    rollback(three_builds, to="build-1")
    assert verify(three_builds).summary.startswith("build build-1 is intact")


def test_rollback_goes_back_step_by_step_and_forward_by_name(three_builds: Path, publish_build: PublishBuild) -> None:
    file = three_builds / "support_metrics.duckdb"
    assert rollback(three_builds).build_id == "build-2"
    assert rollback(three_builds).build_id == "build-1"
    assert build_numbers(file) == {1}
    assert [snapshot.build_id for snapshot in list_snapshots(three_builds) if snapshot.is_current] == ["build-1"]
    with pytest.raises(SnapshotError, match="no intact snapshot before build build-1"):
        rollback(three_builds)
    assert rollback(three_builds, to="build-3").build_id == "build-3"
    rollback(three_builds)
    assert publish_build(4, keep=2).manifest.sequence == 4
    assert verify(three_builds).is_good
    parquet = three_builds / "parquet" / "core" / "fct_tickets.parquet"
    assert duckdb.connect().execute(f"select distinct build_number from '{parquet}'").fetchall() == [(4,)]


def test_rollback_passes_over_damaged_snapshots_and_refuses_one_by_name(three_builds: Path) -> None:
    damaged = three_builds / "snapshots" / "build-2.duckdb"
    damaged.chmod(0o644)
    with damaged.open("r+b") as handle:
        handle.seek(5000)
        handle.write(b"xxxx")
    with pytest.raises(SnapshotError, match="build build-2 is damaged"):
        rollback(three_builds, to="build-2")
    with pytest.raises(SnapshotError, match=r"no snapshot of build build-7; there are: build-3, build-2, build-1"):
        rollback(three_builds, to="build-7")
    result = rollback(three_builds)
    assert result.build_id == "build-1"
    assert "build-2 is damaged" in result.notes[0]


def test_the_rolled_back_build_survives_pruning(three_builds: Path, publish_build: PublishBuild) -> None:
    rollback(three_builds, to="build-1")
    with pytest.raises(PublishError):
        publish_build(1, keep=0)
    publish_build(1, keep=1)
    assert [snapshot.build_id for snapshot in list_snapshots(three_builds)] == ["build-3", "build-1"]


def test_verify_works_while_readers_have_the_file_open(three_builds: Path, publish_build: PublishBuild) -> None:
    reader = connect_published(three_builds / "support_metrics.duckdb")
    publish_build(4)
    assert reader.execute("select distinct build_number from core.fct_tickets").fetchall() == [(3,)]
    assert verify(three_builds).build_id == "build-4"
    reader.close()
    assert build_numbers(three_builds / "support_metrics.duckdb") == {4}
