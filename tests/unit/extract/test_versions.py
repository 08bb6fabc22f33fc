"""Raw never forgets: repeats change nothing, a change is a new version, a full listing deletes, nothing is lost."""

from datetime import datetime

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_installation import KEY, START, SmallInstallation

from orchestration.extract import privacy
from orchestration.extract.versions import current_row_count, find_new_versions
from orchestration.source_models import FileTable

KEYED = 'key = ["id"]\n'
LISTING = KEYED + 'listing = "full"\n'


def counts(installation: SmallInstallation) -> dict[str, int]:
    """The newest run's counts."""
    row = installation.query(
        "select rows_read, rows_landed, rows_repeated, rows_rejected, rows_deleted, rows_current, previous_rows_current "
        f"from audit.deliveries where run_id = 'run-{installation.runs}'"
    )[0]
    names = ("read", "landed", "repeated", "rejected", "deleted", "current", "before")
    return dict(zip(names, row, strict=True))


def test_same_file_again_changes_nothing(installation: SmallInstallation) -> None:
    installation.configure_table(KEYED)
    installation.deliver("rows1.csv", "id,x\n1,a\n2,b\n")
    assert installation.extract().rows_landed == 2
    assert (installation.extract().status, counts(installation)["read"]) == ("unchanged", 0)
    installation.deliver("rows1-copy.csv", "id,x\n1,a\n2,b\n")
    assert installation.extract().status == "unchanged"
    assert installation.versions() == 2


def test_same_rows_in_another_file_change_nothing(installation: SmallInstallation) -> None:
    installation.configure_table(KEYED)
    installation.deliver("rows1.csv", "id,x\n1,a\n2,b\n")
    installation.extract()
    installation.deliver("rows2.jsonl", '{"x": "b", "id": 2}\n{"x": "a", "id": 1, "new": null}\n')
    result = installation.extract()
    assert result.status == "unchanged"
    assert counts(installation) == {
        "read": 2, "landed": 0, "repeated": 2, "rejected": 0, "deleted": 0, "current": 2, "before": 2
    }  # fmt: skip
    assert installation.versions() == 2


def test_change_and_going_back_are_versions(installation: SmallInstallation) -> None:
    installation.configure_table(KEYED)
    for number, value in enumerate(["A", "B", "A", "A"]):
        installation.deliver(f"rows{number}.csv", f"id,x,n\n1,{value},\n2,same,{number}\n")
        installation.extract()
    assert installation.query("select _version_number, x from raw_shop.rows where id = '1' order by 1") == [
        (1, "A"),
        (2, "B"),
        (3, "A"),
    ]
    assert counts(installation)["current"] == 2


def test_file_that_was_overwritten_with_an_older_content_is_read(installation: SmallInstallation) -> None:
    installation.configure_table(KEYED)
    for value in ["A", "B", "A"]:
        installation.deliver("rows.csv", f"id,x\n1,{value}\n")
        assert installation.extract().rows_landed == 1
    assert installation.current("x") == [("A",)]


def test_versions_within_one_delivery(installation: SmallInstallation) -> None:
    installation.configure_table(KEYED)
    installation.deliver("rows1.csv", "id,x\n1,A\n1,A\n1,B\n1,A\n")
    assert (installation.extract().rows_landed, counts(installation)["repeated"]) == (3, 1)
    assert installation.current("x, _version_number") == [("A", 3)]


def test_files_are_read_in_the_order_of_their_numbers(installation: SmallInstallation) -> None:
    installation.configure_table(KEYED)
    for number in (10, 9, 2):
        installation.deliver(f"rows-{number}.csv", f"id,x\n1,{number}\n")
    installation.extract()
    assert installation.query("select x from raw_shop.rows order by _version_number") == [("2",), ("9",), ("10",)]


def test_full_listing_deletes_and_resurrects(installation: SmallInstallation) -> None:
    installation.configure_table(LISTING)
    installation.deliver("rows1.csv", "id,x\n1,a\n2,b\n3,c\n")
    installation.extract()
    installation.deliver("rows2.csv", "id,x\n1,a\n3,C\n")
    installation.extract()
    assert counts(installation) == {
        "read": 2, "landed": 1, "repeated": 1, "rejected": 0, "deleted": 1, "current": 2, "before": 3
    }  # fmt: skip
    assert installation.current("id, x") == [("1", "a"), ("3", "C")]
    installation.deliver("rows3.csv", "id,x\n1,a\n2,b\n3,C\n")
    installation.extract()
    assert counts(installation)["current"] == 3
    assert installation.query(
        "select _version_number, _is_deleted, x from raw_shop.rows where _key_hash = md5('2')"
    ) == [
        (1, False, "b"),
        (2, True, None),
        (3, False, "b"),
    ]


def test_full_listing_that_is_as_it_was_is_read(installation: SmallInstallation) -> None:
    """Day 3's listing has day 1's content: what day 2 added is gone again."""
    installation.configure_table(LISTING)
    for day, content in enumerate(["id,x\n1,a\n", "id,x\n1,a\n2,b\n", "id,x\n1,a\n"]):
        installation.deliver(f"rows-{day}.csv", content)
        installation.extract()
    assert installation.current("id") == [("1",)]
    installation.deliver("rows-0-copy.csv", "id,x\n1,a\n2,b\n")
    assert installation.extract().status == "unchanged"  # a copy of an older listing says nothing about today


def test_of_several_full_listings_the_newest_counts(installation: SmallInstallation) -> None:
    installation.configure_table(LISTING)
    installation.deliver("rows-1.csv", "id,x\n1,a\n2,b\n")
    installation.deliver("rows-2.csv", "id,x\n2,b\n3,c\n")
    installation.extract()
    assert installation.current("id") == [("2",), ("3",)]
    assert counts(installation)["current"] == 2


@pytest.mark.parametrize("files", [{"rows2.csv": "id,x\n"}, {"rows2.csv": "id,x\n1,b\n", "rows3.csv": "id,x\n"}])
def test_empty_full_listing_is_refused(installation: SmallInstallation, files: dict[str, str]) -> None:
    installation.configure_table(LISTING)
    installation.deliver("rows1.csv", "id,x\n1,a\n2,b\n")
    installation.extract()
    for name, content in files.items():
        installation.deliver(name, content)
    result = installation.extract()
    assert result.status == "unusable"
    assert "a full listing of 0 rows where 2 were known; nothing was changed" in result.message
    assert installation.current("id, x") == [("1", "a"), ("2", "b")]


def test_first_listing_may_be_empty(installation: SmallInstallation) -> None:
    installation.configure_table(LISTING)
    installation.deliver("rows1.csv", "id,x\n")
    assert installation.extract().status == "unchanged"


def test_row_that_cannot_be_read_is_not_deleted(installation: SmallInstallation) -> None:
    installation.configure_table(LISTING)
    installation.deliver("rows1.csv", "id,x\n1,a\n2,b\n3,c\n")
    installation.extract()
    installation.deliver("rows2.csv", "id,x\n1,A\n2\n")
    result = installation.extract()
    assert result.status == "loaded"
    assert "1 records of the full listing could not be read, so no row counts as deleted" in result.message
    assert installation.current("id, x") == [("1", "A"), ("2", "b"), ("3", "c")]


def test_blank_keys_never_overwrite_each_other(installation: SmallInstallation) -> None:
    installation.configure_table('key = ["id", "part"]\n')
    for _ in range(3):
        installation.deliver(
            "rows.csv", f"id,part,x\n,,a\n  ,,b\n,,c\n,1,d\n,2,e\n,,a\n{'#' * installation.runs},x,y\n"
        )
        installation.extract()
    assert installation.current("x", "raw_shop.rows") == [
        ("a",),
        ("b",),
        ("c",),
        ("d",),
        ("e",),
        ("y",),
        ("y",),
        ("y",),
    ]


def test_parts_of_a_key_do_not_run_together(installation: SmallInstallation) -> None:
    installation.configure_table('key = ["a", "b"]\n')
    installation.deliver("rows.csv", "a,b,x\n1:2,3,p\n1,2:3,q\n12,3,r\n1,23,s\n")
    assert installation.extract().rows_landed == 4
    assert counts(installation)["current"] == 4


def test_without_a_key_equal_rows_are_one(installation: SmallInstallation) -> None:
    installation.configure_table("")
    installation.deliver("rows1.csv", "x,y\na,1\na,1\nb,2\n")
    assert (installation.extract().rows_landed, counts(installation)["repeated"]) == (2, 1)
    installation.deliver("rows2.csv", "y,x\n1,a\n3,c\n")
    assert installation.extract().rows_landed == 1
    assert counts(installation)["current"] == 3


def test_repeats_are_kept_where_declared(installation: SmallInstallation) -> None:
    installation.configure_table('repeats = "keep"\n')
    installation.deliver("rows1.csv", "x\na\na\nb\n")
    assert installation.extract().rows_landed == 3
    installation.deliver("rows2.csv", "x\na\na\na\n")
    assert (installation.extract().rows_landed, counts(installation)["repeated"]) == (1, 2)


def test_another_key_than_before_is_refused(installation: SmallInstallation) -> None:
    """Every row would stand in raw twice."""
    installation.configure_table(KEYED)
    installation.deliver("rows1.csv", "id,x\n1,a\n")
    installation.extract()
    installation.configure_table('key = ["id", "x"]')
    result = installation.extract()
    assert result.status == "unusable"
    assert "its rows were loaded with the key id and sources.toml now says key id, x" in result.message
    installation.configure_table('key = ["id", "x"]', name="rows_by_x")
    assert installation.extract().rows_landed == 1


def test_metadata_of_a_version(installation: SmallInstallation) -> None:
    installation.configure_table(KEYED)
    installation.deliver("rows1.csv", "id,x\n1,a\n")
    installation.extract()
    found = installation.query("select _source, _file_name, _row_number, _run_id, _seen_at from raw_shop.rows")
    assert found == [("shop", "rows1.csv", 1, "run-1", datetime(2026, 11, 21, 4, 0))]


def test_names_and_cells_with_sql_are_data(installation: SmallInstallation) -> None:
    installation.configure_table(KEYED)
    evil = "rows'); drop table audit.files; --.csv"
    installation.deliver(evil, "id,x\n1,'); drop schema raw_shop cascade; --\n")
    assert installation.extract().status == "loaded"
    assert installation.current("x, _file_name") == [("'); drop schema raw_shop cascade; --", evil)]
    assert installation.query("select file_name from audit.files") == [(evil,)]


VALUES = st.sampled_from([None, "a", "b", "한"])
ROWS = st.lists(st.tuples(st.sampled_from(["1", "2", "3", "4"]), VALUES), max_size=6)


@settings(max_examples=30, deadline=None)
@given(deliveries=st.lists(st.tuples(ROWS, st.booleans()), min_size=1, max_size=6), is_listing=st.booleans())
def test_against_a_dictionary(deliveries: list[tuple[list, bool]], is_listing: bool) -> None:
    """Any sequence of deliveries: the current rows are what a dictionary holds, and every row is accounted for."""
    known: dict[str, str | None] = {}
    history: list[tuple[str, str | None, bool]] = []
    table = FileTable(name="rows", files="*", key=["id"])
    rules = privacy.TextRules({}, {})
    with duckdb.connect() as memory:
        privacy.set_identity_key(memory, KEY)
        raw = None
        for number, (rows, has_new_column) in enumerate(deliveries):
            _arrive(memory, rows, has_new_column)
            newest_file = 0 if is_listing else None
            found = find_new_versions(memory, table, "shop", raw, rules, f"run-{number}", START, newest_file)
            before = current_row_count(memory, raw) if raw else 0
            united = f"from raw union all by name from {found.versions}" if raw else f"from {found.versions}"
            memory.execute(f"create or replace table raw as {united}")
            raw = "raw"
            for key, value in rows:
                if known.get(key, "absent") != value:
                    history.append((key, value, False))
                    known[key] = value
            if is_listing:
                for key in sorted(known.keys() - {key for key, _ in rows}):
                    history.append((key, None, True))
                    del known[key]
            assert found.landed + found.repeated == len(rows)
            assert before + found.appeared - found.deleted == len(known) == current_row_count(memory, raw)
        newest = "(select arg_max(_row_id, _version_number) from raw group by _key_hash)"
        current = memory.execute(f"select id, x from raw where _row_id in {newest} and not _is_deleted").fetchall()
        assert sorted(current) == sorted(known.items())
        assert memory.execute("select count(*), count(distinct _row_id) from raw").fetchall() == [(len(history),) * 2]
        assert memory.execute("select count(*) from raw where _is_deleted").fetchall()[0][0] == sum(
            h[2] for h in history
        )


def _arrive(memory: duckdb.DuckDBPyConnection, rows: list[tuple[str, str | None]], has_new_column: bool) -> None:
    """Rows in the shape that reading a file leaves behind; sometimes with a column that is new and empty."""
    extra = ", cast(null as varchar) as fresh" if has_new_column else ""
    memory.execute("create or replace temp table part (id varchar, x varchar, _row_number bigint)")
    for number, (key, value) in enumerate(rows, 1):
        memory.execute("insert into part values (?, ?, ?)", [key, value, number])
    memory.execute(
        f"create or replace temp view arrived as select *{extra}, 'f' as _file_name, 0 as _file_order from part"
    )
