"""A full disk: a clear error, nothing left behind, the last publish byte for byte as it was, and then it works."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from small_warehouse import build_numbers, build_warehouse, bytes_of

from orchestration.publish import NoSpaceError, PublishResult, activation, list_snapshots, parquet, publish, verify

PublishBuild = Callable[..., PublishResult]
MEBIBYTE = 1024 * 1024
NOTES = "select range as note_id, sha256(cast(range as varchar)) as note from range({rows})"


def untouched(published: Path, before: dict[str, bytes], build_id: str) -> None:
    assert bytes_of(published) == before
    assert not list((published / ".publishing").iterdir())
    assert [snapshot.build_id for snapshot in list_snapshots(published)] == [build_id]
    assert len(list((published / ".parquet").iterdir())) == 1
    assert verify(published).build_id == build_id


@pytest.mark.parametrize("limit", [256 * 1024, 2 * MEBIBYTE, 6 * MEBIBYTE])
def test_a_file_size_limit(limit: int, publish_build: PublishBuild, published: Path, tmp_path: Path) -> None:
    publish_build(1)
    before = bytes_of(published)
    warehouse = build_warehouse(tmp_path, 2, more_sql=f"create table core.notes as {NOTES.format(rows=200_000)}")
    script = Path(__file__).with_name("publish_with_little_space.py")
    done = subprocess.run(
        [sys.executable, str(script), str(warehouse), str(published), "build-2", str(limit)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("no space left while publishing build build-2")
    assert done.stdout.count("\n") == 1
    untouched(published, before, "build-1")
    assert publish_build(2).is_new


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 24 MiB, where mounting one is allowed."""
    disk = tmp_path / "small_disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("mounting a tmpfs is not allowed here; the file-size limit above tests the same")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount; the file-size limit above tests the same")
def test_a_full_disk(small_disk: Path, tmp_path: Path) -> None:
    published = small_disk / "published"
    publish(build_warehouse(tmp_path, 1), published, build_id="build-1")
    before = bytes_of(published)
    warehouse = build_warehouse(tmp_path, 2, more_sql=f"create table core.notes as {NOTES.format(rows=600_000)}")
    with pytest.raises(NoSpaceError, match="free some disk"):
        publish(warehouse, published, build_id="build-2")
    untouched(published, before, "build-1")
    publish(build_warehouse(tmp_path, 3), published, build_id="build-3")
    assert build_numbers(published / "support_metrics.duckdb") == {3}


@pytest.mark.parametrize("step", ["stage_link", "stage_text", "stage_symbolic_link", "export_parquet"])
def test_space_that_ends_at_the_last_steps(
    step: str, publish_build: PublishBuild, published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_build(1)
    before = bytes_of(published)

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(activation, step, fail)
        with pytest.raises(NoSpaceError, match="no space left while publishing build build-2"):
            publish_build(2)
    untouched(published, before, "build-1")
    assert publish_build(2).is_new


def test_space_that_ends_while_parquet_is_sealed(
    publish_build: PublishBuild, published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_build(1)
    before = bytes_of(published)

    def fail(_: Path) -> None:
        raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))

    monkeypatch.setattr(parquet, "seal", fail)
    with pytest.raises(NoSpaceError):
        publish_build(2)
    untouched(published, before, "build-1")
