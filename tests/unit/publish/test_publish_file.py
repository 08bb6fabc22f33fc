"""What a publish leaves: the file, its manifest, its Parquet folder, its modes, its snapshots."""

import fcntl
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from small_warehouse import TABLES, build_numbers, build_warehouse, bytes_of

from orchestration.publish import (
    CopyMismatchError,
    PublishBusyError,
    PublishError,
    PublishResult,
    copying,
    list_snapshots,
    publish,
    publisher,
    verify,
)

PublishBuild = Callable[..., PublishResult]


def rows(file: Path, query: str) -> list[tuple[object, ...]]:
    connection = duckdb.connect(str(file), read_only=True)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_only_the_published_schemas_travel_with_types_and_comments(publish_build: PublishBuild, tmp_path: Path) -> None:
    result = publish_build(1)
    tables = rows(result.file, "select schema_name || '.' || table_name, comment from duckdb_tables() order by 1")
    assert tables == [
        (f"{name}", f"One row per '{name.split('.')[1]}'; a test table.")
        for name in sorted([*TABLES, "meta.build_info"])
    ]
    catalog = "select schema_name, table_name, column_name, data_type, comment from duckdb_columns() where not internal"
    wanted = f"{catalog} and schema_name not in ('audit', 'staging') order by schema_name, table_name, column_index"
    assert rows(result.file, wanted) == rows(tmp_path / "warehouse_1.duckdb", wanted)
    assert rows(result.file, "select count(*) from duckdb_views() where not internal") == [(0,)]
    assert rows(result.file, "select count(*) from duckdb_constraints()") == [(0,)]


def test_the_file_is_in_the_format_of_old_clients(publish_build: PublishBuild) -> None:
    result = publish_build(1)
    tags = rows(result.file, "select tags from duckdb_databases() where database_name = 'support_metrics'")
    assert "v1.0.0" in str(tags)


def test_rows_have_one_order_however_the_warehouse_had_them(publish_build: PublishBuild) -> None:
    result = publish_build(1)
    found = rows(result.file, "select ticket_key from core.fct_tickets")
    assert found == sorted(found)


def test_manifest_says_what_the_file_holds(publish_build: PublishBuild, published: Path) -> None:
    result = publish_build(1)
    manifest = json.loads((published / "support_metrics.manifest.json").read_text())
    assert manifest["build_id"] == "build-1"
    assert manifest["sequence"] == 1
    assert manifest["tables"]["core.fct_tickets"]["row_count"] == 300
    assert manifest["byte_count"] == result.file.stat().st_size
    assert (result.table_count, result.row_count) == (4, 901)


def test_modes(publish_build: PublishBuild, published: Path) -> None:
    publish_build(1)
    assert mode(published) == 0o750
    assert mode(published / "snapshots") == mode(published / ".publishing") == 0o700
    assert mode(published / ".publish.lock") == 0o600
    sealed = [
        published / "support_metrics.duckdb",
        published / "support_metrics.manifest.json",
        *(published / "snapshots").iterdir(),
        *(published / "parquet").rglob("*.*"),
    ]
    assert {mode(path) for path in sealed if path.is_file()} == {0o444}
    assert {mode(path) for path in (published / "parquet").rglob("*") if path.is_dir()} == {0o750}


def test_directory_mode_is_the_installations_choice_and_its_group_bit_stays(
    publish_build: PublishBuild, published: Path
) -> None:
    published.mkdir()
    published.chmod(0o2700)
    publish_build(1, directory_mode=0o755)
    assert mode(published) == 0o2755


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_another_user_reads_the_file_by_its_group_only(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("shared")
    # Every folder that pytest made on the way, however many workers there are.
    for parent in (folder, *folder.parents):
        if parent.stat().st_uid == os.getuid() and parent.stat().st_mode & 0o005 != 0o005:
            parent.chmod(0o755)
    published = folder / "published"
    publish(build_warehouse(folder, 1), published, build_id="build-1")
    os.chown(published, -1, 12345)
    read = ["cat", str(published / "support_metrics.duckdb")]
    as_stranger = subprocess.run(read, user=65534, group=65534, extra_groups=[], capture_output=True, check=False)
    as_analyst = subprocess.run(read, user=65534, group=12345, extra_groups=[], capture_output=True, check=False)
    assert as_stranger.returncode != 0
    assert as_analyst.returncode == 0
    to_snapshots = ["ls", str(published / "snapshots")]
    assert subprocess.run(to_snapshots, user=65534, group=12345, capture_output=True, check=False).returncode != 0


def test_snapshot_is_a_link_and_only_the_newest_are_kept(publish_build: PublishBuild, published: Path) -> None:
    for number in range(1, 6):
        result = publish_build(number, keep=3)
    assert [snapshot.build_id for snapshot in list_snapshots(published)] == ["build-5", "build-4", "build-3"]
    assert result.removed_snapshots == ("build-2",)
    assert sorted(path.name for path in (published / "snapshots").iterdir()) == sorted(
        f"build-{number}{suffix}" for number in (3, 4, 5) for suffix in (".duckdb", ".manifest.json")
    )
    assert result.file.samefile(published / "snapshots" / "build-5.duckdb")


def test_parquet_is_one_file_per_table_with_comments(publish_build: PublishBuild, published: Path) -> None:
    publish_build(1)
    publish_build(2)
    found = sorted(str(path.relative_to(published / "parquet")) for path in (published / "parquet").rglob("*.parquet"))
    assert found == sorted(f"{name.replace('.', '/')}.parquet" for name in [*TABLES, "meta.build_info"])
    file = published / "parquet" / "core" / "fct_tickets.parquet"
    connection = duckdb.connect()
    assert connection.execute(f"select count(*), min(build_number), max(build_number) from '{file}'").fetchall() == [
        (300, 2, 2)
    ]
    metadata = dict(
        connection.execute(f"select decode(key), decode(value) from parquet_kv_metadata('{file}')").fetchall()
    )
    assert metadata["build_id"] == "build-2"
    assert metadata["comment"].startswith("One row per")
    assert json.loads(metadata["column_comments"])["score"] == "What score means."
    assert len(list((published / ".parquet").iterdir())) == 2


def test_a_plain_parquet_folder_in_the_way_is_replaced(publish_build: PublishBuild, published: Path) -> None:
    (published / "parquet" / "core").mkdir(parents=True)
    publish_build(1)
    assert (published / "parquet").is_symlink()
    assert verify(published).is_good


def test_extra_tables_are_published_under_their_own_names(publish_build: PublishBuild) -> None:
    result = publish_build(1, extra_tables={"meta.data_quality_results": "audit.checks"})
    assert rows(result.file, "select * from meta.data_quality_results") == [("is_fresh", True)]


@pytest.mark.parametrize(
    ("published_name", "source", "words"),
    [
        ("meta.checks", "audit.nowhere", "meta.checks (from audit.nowhere)"),
        ("audit.checks", "audit.checks", "audit.checks"),
        ("core.fct_tickets", "audit.checks", "free name"),
    ],
)
def test_a_wrong_extra_table_is_refused(
    publish_build: PublishBuild, published_name: str, source: str, words: str
) -> None:
    with pytest.raises(PublishError, match="table") as caught:
        publish_build(1, extra_tables={published_name: source})
    assert words in str(caught.value)


def test_the_same_build_again_changes_nothing(publish_build: PublishBuild, published: Path) -> None:
    publish_build(1)
    before = bytes_of(published)
    result = publish_build(1)
    assert not result.is_new
    assert bytes_of(published) == before
    assert [snapshot.build_id for snapshot in list_snapshots(published)] == ["build-1"]


def test_other_content_under_a_published_build_id_is_refused(
    publish_build: PublishBuild, published: Path, tmp_path: Path
) -> None:
    publish_build(1)
    before = bytes_of(published)
    connection = duckdb.connect(str(tmp_path / "warehouse_1.duckdb"))
    connection.execute("update core.fct_tickets set score = 99 where ticket_key = 'demo:7'")
    connection.close()
    with pytest.raises(PublishError, match=r"core\.fct_tickets has other content"):
        publish_build(1)
    assert bytes_of(published) == before


def test_leftovers_of_a_killed_publish_and_a_stale_wal_are_removed_and_told(
    publish_build: PublishBuild, published: Path
) -> None:
    publish_build(1)
    (published / ".publishing" / "new.duckdb").write_bytes(b"half")
    (published / "support_metrics.duckdb.wal").write_bytes(b"stale")
    (published / "snapshots" / "killed.manifest.json").write_text("{}")
    result = publish_build(2)
    assert any("new.duckdb" in note for note in result.notes)
    assert any("stale support_metrics.duckdb.wal" in note for note in result.notes)
    assert not list((published / ".publishing").iterdir())
    assert not (published / "snapshots" / "killed.manifest.json").exists()
    assert build_numbers(result.file) == {2}


def test_a_wal_beside_the_new_file_stops_the_publish(
    publish_build: PublishBuild, published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_build(1)
    before = bytes_of(published)
    monkeypatch.setattr(copying, "wal_of", lambda file: file)
    with pytest.raises(CopyMismatchError, match=r"left new\.duckdb beside"):
        publish_build(2)
    assert bytes_of(published) == before
    assert not list((published / ".publishing").iterdir())


def test_a_copy_that_differs_is_thrown_away(
    publish_build: PublishBuild, published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_build(1)
    before = bytes_of(published)

    def copy_and_lose_a_row(marts: copying.Marts, new_file: Path) -> None:
        copying.copy_marts(marts, new_file)
        connection = duckdb.connect(str(new_file))
        connection.execute("delete from core.fct_tickets where ticket_key = 'demo:7'")
        connection.close()

    monkeypatch.setattr(publisher, "copy_marts", copy_and_lose_a_row)
    with pytest.raises(CopyMismatchError, match=r"core\.fct_tickets has 299 rows instead of 300"):
        publish_build(2)
    assert bytes_of(published) == before
    assert [snapshot.build_id for snapshot in list_snapshots(published)] == ["build-1"]


def test_a_second_publisher_waits_and_then_names_the_first(publish_build: PublishBuild, published: Path) -> None:
    publish_build(1)
    with (published / ".publish.lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("4711")
        lock.truncate()
        lock.flush()
        with pytest.raises(PublishBusyError, match="process 4711 is changing"):
            publish_build(2, wait_seconds=0.2)


def test_a_locked_warehouse_is_told_with_the_process(
    publish_build: PublishBuild, published: Path, tmp_path: Path
) -> None:
    warehouse = build_warehouse(tmp_path, 2)
    hold = f"import duckdb, sys; c = duckdb.connect({str(warehouse)!r}); print('open', flush=True); sys.stdin.read()"
    holder = subprocess.Popen([sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout is not None
    holder.stdout.readline()
    try:
        with pytest.raises(PublishBusyError, match=rf"warehouse_2\.duckdb is open elsewhere.*{holder.pid}"):
            publish_build(2, wait_seconds=0.2)
    finally:
        holder.communicate()
    assert publish_build(2).is_new


@pytest.mark.parametrize("build_id", ["", "../escape", "a b", ".hidden", "x" * 101])
def test_a_build_id_that_is_no_file_name_is_refused(build_id: str, tmp_path: Path, published: Path) -> None:
    with pytest.raises(PublishError, match="cannot name a file"):
        publish(build_warehouse(tmp_path, 1), published, build_id=build_id)


def test_wrong_settings_are_told_in_one_line(tmp_path: Path, published: Path) -> None:
    with pytest.raises(PublishError, match="support-metrics run"):
        publish(tmp_path / "nowhere.duckdb", published, build_id="build-1")
    with pytest.raises(PublishError, match="keep must be 1 or more"):
        publish(build_warehouse(tmp_path, 1), published, build_id="build-1", keep=0)
    (tmp_path / "text.duckdb").write_text("no database\n" * 1000)
    with pytest.raises(PublishError, match="failed while publishing") as caught:
        publish(tmp_path / "text.duckdb", published, build_id="build-1")
    assert "\n" not in str(caught.value)
