"""Which files are read, and which are refused before they are opened."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_installation import SmallInstallation

from orchestration.extract.faults import UnreachableSourceError, UnusableFileError
from orchestration.extract.landing_folder import KnownFiles, natural_order, new_files, read_files, source_folder
from orchestration.source_models import FileSource, FileTable

TABLE = FileTable(name="rows", files="rows*")


def names(folder: Path, table: FileTable = TABLE, known: KnownFiles | None = None, max_bytes: int = 10**9) -> list[str]:
    return [path.name for path, _ in new_files(folder, table, known or KnownFiles(), max_bytes)]


def source(path: str | None = None) -> FileSource:
    return FileSource(name="shop", kind="files", path=path)


def test_files_are_chosen_by_pattern_and_sorted_as_numbered(tmp_path: Path) -> None:
    for name in ("rows-10.csv", "rows-9.csv", "rows.csv", "other.csv", ".rows.csv", "Rows.csv"):
        (tmp_path / name).write_text("a\n1\n" + name)
    (tmp_path / "rows-folder").mkdir()
    assert names(tmp_path) == ["rows-9.csv", "rows-10.csv", "rows.csv"]


@given(st.lists(st.text(max_size=8)))
def test_any_names_can_be_sorted(texts: list[str]) -> None:
    assert {*sorted(texts, key=natural_order)} == {*texts}


def test_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    secret, folder = tmp_path / "secret.csv", tmp_path / "landing"
    secret.write_text("a\nsecret\n")
    folder.mkdir()
    (folder / "rows.csv").symlink_to(secret)
    with pytest.raises(UnusableFileError, match=r"rows.csv: leads out of the landing folder and is refused"):
        names(folder)
    (folder / "rows.csv").unlink()
    (folder / "real.csv").write_text("a\n1\n")
    (folder / "rows.csv").symlink_to(folder / "real.csv")
    assert names(folder) == ["rows.csv"]


@pytest.mark.parametrize("path", ["../elsewhere", "linked", "shop/../../elsewhere"])
def test_folder_out_of_the_landing_folder_is_refused(tmp_path: Path, path: str) -> None:
    landing, elsewhere = tmp_path / "landing", tmp_path / "elsewhere"
    (landing / "shop").mkdir(parents=True)
    elsewhere.mkdir()
    (landing / "linked").symlink_to(elsewhere, target_is_directory=True)
    with pytest.raises(UnusableFileError, match="leads out of the landing folder and is refused"):
        source_folder(source(path), landing)


def test_absolute_folder_is_taken_at_its_word(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert source_folder(source(str(elsewhere)), tmp_path / "landing") == elsewhere


def test_landing_folder_may_itself_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real" / "shop").mkdir(parents=True)
    (tmp_path / "landing").symlink_to(tmp_path / "real", target_is_directory=True)
    assert source_folder(source(), tmp_path / "landing").is_dir()


def test_missing_folder_is_stale(installation: SmallInstallation) -> None:
    installation.configure_table("")
    result = installation.extract()
    assert result.status == "stale"
    assert result.message.startswith("source shop: the landing folder ")
    assert installation.query("select status from audit.extract_runs") == [("stale",)]


def test_folder_that_cannot_be_listed_is_stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(_self: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", denied)
    with pytest.raises(UnreachableSourceError, match=r"cannot be listed \(Permission denied\)"):
        names(tmp_path)


def test_large_file_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "rows.csv").open("wb") as file:
        file.truncate(3_000_000_000)  # a hole: it takes no space
    with pytest.raises(UnusableFileError, match=r"rows.csv: 3000 MB is more than the 2048 MB allowed"):
        names(tmp_path, max_bytes=2048 * 1_000_000)


def test_file_that_changes_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import duckdb

    path = tmp_path / "rows.csv"
    path.write_text("a\n1\n")
    found = new_files(tmp_path, TABLE, KnownFiles(), 10**9)
    path.write_text("a\n1\n2\n")
    with duckdb.connect() as memory, pytest.raises(UnusableFileError, match=r"rows.csv: changed while it was read"):
        read_files(memory, found, TABLE, None)


def test_two_tables_of_different_formats_in_one_source(installation: SmallInstallation) -> None:
    installation.configure(
        '[[sources]]\nname = "shop"\nkind = "files"\n'
        + "".join(
            f'[[sources.tables]]\nname = "{name}"\nfiles = "{name}.*"\nunused = "x"\nkey = ["id"]\n' for name in "abc"
        )
    )
    installation.deliver("a.csv", "id\n1\n2\n")
    installation.deliver("b.jsonl", '{"id": 1}\n')
    installation.deliver("c.jsonl", '{"id": 1}\n{"id": 2}\n{"id": 3}\n')
    result = installation.extract()
    assert [table["rows_landed"] for table in result.tables] == [2, 1, 3]


def test_one_unusable_file_keeps_the_whole_source_out(installation: SmallInstallation) -> None:
    """Its tables stay in step with each other."""
    installation.configure_table("")
    installation.deliver("rows1.csv", "id\n1\n")
    installation.deliver("rows2.csv", "")
    result = installation.extract()
    assert result.status == "unusable"
    assert result.message == "source shop: rows2.csv: the file is empty; even a delivery without rows has a header"
    assert installation.versions() == 0
    assert installation.query("select count(*) from audit.files") == [(0,)]
    installation.deliver("rows2.csv", "id\n2\n")
    assert installation.extract().rows_landed == 2


def test_rejected_records_are_written_down_exactly(installation: SmallInstallation) -> None:
    installation.configure_table('key = ["id"]')
    installation.deliver("rows1.csv", "id,x\n1,a\n2\n3,c\n1,a\n4,d,e\n")
    result = installation.extract()
    table = result.tables[0]
    assert (table["rows_read"], table["rows_landed"], table["rows_repeated"], table["rows_rejected"]) == (5, 2, 1, 2)
    assert [row[:3] for row in installation.rejected()] == [("rows1.csv", 3, None), ("rows1.csv", 6, None)]
    assert installation.query("select rows_read, rows_rejected from audit.files") == [(5, 2)]


def test_memory_limit_makes_a_source_unusable_and_says_so(
    installation: SmallInstallation, monkeypatch: pytest.MonkeyPatch
) -> None:
    import duckdb

    def too_much(*_: object, **__: object) -> None:
        raise duckdb.OutOfMemoryException("Out of Memory Error: canary")

    installation.configure_table("")
    installation.deliver("rows1.csv", "id\n1\n")
    monkeypatch.setattr("orchestration.extract.delivery.find_new_versions", too_much)
    result = installation.extract()
    assert result.status == "unusable"
    assert "needs more than the memory limit 4GB (SUPPORT_METRICS_MEMORY_LIMIT)" in result.message
