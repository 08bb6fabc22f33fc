"""CSV deliveries: what is read, what is rejected with its line, what makes the whole file unusable."""

import csv
import io
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.extract.faults import UnusableFileError
from orchestration.extract.files import read_file
from orchestration.source_models import FileTable

TEXTS = [
    "한국어 텍스트",
    "שלום עולם",
    "emoji 👩‍👩‍👧 🇰🇷",
    "naïve café",
    "a'b; drop table x --",
    "=HYPERLINK(1)",
    "line\nbreak",
    'q"uote',
    "007",
]


def table(**declared: object) -> FileTable:
    return FileTable(name="rows", files="*", **declared)


def read(tmp_path: Path, content: bytes, name: str = "rows.csv", **declared: object) -> tuple[list[tuple], list[tuple]]:
    """The rows (with `_row_number`) and the rejected lines of a file."""
    path = tmp_path / name
    path.write_bytes(content)
    with duckdb.connect() as memory:
        rejected = read_file(memory, path, table(**declared), "found")
        rows = memory.execute("select * from found order by _row_number").fetchall()
    return rows, [(each.line, each.reason) for each in rejected]


def refused(tmp_path: Path, content: bytes, **declared: object) -> str:
    with pytest.raises(UnusableFileError) as error:
        read(tmp_path, content, **declared)
    return str(error.value)


def test_plain_file_is_read_as_text(tmp_path: Path) -> None:
    rows, rejected = read(tmp_path, b"id,zip\n1,00715\n2,1e5\n")
    assert rows == [("1", "00715", 1), ("2", "1e5", 2)]
    assert rejected == []


@pytest.mark.parametrize("ending", [b"\n", b"\r", b"\r\n"])
def test_ragged_rows_are_rejected_with_their_line(tmp_path: Path, ending: bytes) -> None:
    content = ending.join([b"a,b", b"1,2", b"3", b"4,5", b"6,7,8", b"9,10", b""])
    rows, rejected = read(tmp_path, content)
    assert rows == [("1", "2", 1), ("4", "5", 3), ("9", "10", 5)]
    assert [line for line, _ in rejected] == [3, 5]
    assert "missing columns" in rejected[0][1]
    assert "too many columns" in rejected[1][1]


def test_lines_are_those_of_the_file_after_a_quoted_line_break(tmp_path: Path) -> None:
    rows, rejected = read(tmp_path, b'a,b\n1,"x\ny\nz"\n3\n5,6\n\n7,8,9\n0,0\n')
    assert rows == [("1", "x\ny\nz", 1), ("5", "6", 3), ("0", "0", 5)]
    assert [line for line, _ in rejected] == [5, 8]


def test_unclosed_quote_is_unusable_and_its_line_is_named(tmp_path: Path) -> None:
    assert refused(tmp_path, b'a,b\n1,2\n3,"x\n4,5\n6,7\n').startswith("rows.csv: line 3: a quote is opened")


def test_truncated_last_line_is_rejected(tmp_path: Path) -> None:
    rows, rejected = read(tmp_path, b"a,b\n1,2\n3")
    assert rows == [("1", "2", 1)]
    assert [line for line, _ in rejected] == [3]


def test_last_line_may_lack_its_ending(tmp_path: Path) -> None:
    assert read(tmp_path, b"a,b\n1,2") == ([("1", "2", 1)], [])


def test_empty_file_is_unusable(tmp_path: Path) -> None:
    assert refused(tmp_path, b"") == "rows.csv: the file is empty; even a delivery without rows has a header"


@pytest.mark.parametrize("content", [b"a,b\n", b"a,b", b"a,b\r\n"])
def test_header_alone_is_a_delivery_without_rows(tmp_path: Path, content: bytes) -> None:
    assert read(tmp_path, content) == ([], [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp949"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_encodings_round_trip(tmp_path: Path, encoding: str, ending: str) -> None:
    texts = [text for text in TEXTS if encoding != "cp949" or text.isascii() or "한" in text]
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator=ending)
    writer.writerows([["id", "text"], *([str(i), text] for i, text in enumerate(texts))])
    rows, rejected = read(tmp_path, written.getvalue().encode(encoding), encoding=encoding)
    assert [row[1] for row in rows] == texts
    assert rejected == []


def test_windows_1252_is_read_as_declared(tmp_path: Path) -> None:
    rows, _ = read(tmp_path, "a;b\n1;“Größe” – 5 €\n".encode("cp1252"), encoding="windows-1252", delimiter=";")
    assert rows == [("1", "“Größe” – 5 €", 1)]


def test_undefined_byte_of_a_declared_encoding_names_the_line(tmp_path: Path) -> None:
    message = refused(tmp_path, b"a,b\n1,2\n3,\x81\n", encoding="windows-1252")
    assert message.startswith("rows.csv: line 3: not windows-1252")


def test_truncated_utf_16_names_the_file(tmp_path: Path) -> None:
    assert refused(tmp_path, "a,b\n1,2\n".encode("utf-16")[:-1], encoding="utf-16").startswith("rows.csv: line ")


def test_undeclared_utf_16_is_unusable(tmp_path: Path) -> None:
    assert "line 1: the header is not utf-8" in refused(tmp_path, "a,b\n1,2\n".encode("utf-16"))


def test_invalid_utf_8_is_rejected_with_its_line(tmp_path: Path) -> None:
    rows, rejected = read(tmp_path, b"a,b\n1,2\n3,\xff\xfe\n5,6\n")
    assert rows == [("1", "2", 1), ("5", "6", 3)]
    assert rejected[0][0] == 3
    assert "invalid encoding in column b" in rejected[0][1]


def test_zero_byte_is_kept(tmp_path: Path) -> None:
    assert read(tmp_path, b"a,b\n1,x\0y\n")[0] == [("1", "x\0y", 1)]


def test_cell_of_a_megabyte_is_read(tmp_path: Path) -> None:
    cell = "한글 and more " * 70_000
    rows, _ = read(tmp_path, f'a,b\n1,"{cell}"\n2,x\n'.encode())
    assert rows == [("1", cell, 1), ("2", "x", 2)]


def test_same_header_twice_is_numbered(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(b"id,id,Id \n1,2,3\n")
    with duckdb.connect() as memory, pytest.raises(UnusableFileError, match="'id' and 'Id ' would both be called id"):
        read_file(memory, path, table(), "found")
    path.write_bytes(b"id,id,x\n1,2,3\n")
    with duckdb.connect() as memory:
        read_file(memory, path, table(), "found")
        assert [row[0] for row in memory.execute("describe found").fetchall()] == ["id", "id_2", "x", "_row_number"]


def test_declared_columns_stand_for_the_header(tmp_path: Path) -> None:
    assert read(tmp_path, b"x,y\n1,2\n", columns=["a", "b"])[0] == [("1", "2", 1)]
    assert "has 2 columns where 3 are declared" in refused(tmp_path, b"x,y\n1,2\n", columns=["a", "b", "c"])


def test_file_without_a_header(tmp_path: Path) -> None:
    rows, rejected = read(tmp_path, b"1,2\n3\n5,6\n", columns=["a", "b"], has_header=False)
    assert rows == [("1", "2", 1), ("5", "6", 3)]
    assert [line for line, _ in rejected] == [2]


def test_mixed_line_endings_are_read(tmp_path: Path) -> None:
    rows, rejected = read(tmp_path, b'a,b\r\n1,"x\r\ny"\n3,4\r\n5\n6,7\r8,9\n')
    assert rows == [("1", "x\r\ny", 1), ("3", "4", 2), ("6", "7", 4), ("8", "9", 5)]
    assert [line for line, _ in rejected] == [5]


def test_empty_cells_beyond_the_header_say_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, b'a,b\n1,2,\n3,4,"",\n') == ([("1", "2", 1), ("3", "4", 2)], [])


def test_blank_lines_say_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, b"a,b\n\n1,2\n\n")[0] == [("1", "2", 1)]
    assert [row[0] for row in read(tmp_path, b"a\n1\n\n2\n\n")[0]] == ["1", "2"]


def test_file_name_is_no_pattern_and_no_sql(tmp_path: Path) -> None:
    for name in ("a[1].csv", "x'); drop table y; --.csv", "st*r.csv", "k=v.csv", "q?.csv"):
        assert read(tmp_path, b"a,b\n1,2\n", name=name) == ([("1", "2", 1)], [])


def test_folder_name_is_no_pattern_and_no_partition(tmp_path: Path) -> None:
    folder = tmp_path / "year=2026" / "[a]*"
    folder.mkdir(parents=True)
    assert read(folder, b"a,b\n1,2\n") == ([("1", "2", 1)], [])


def test_header_with_sql_is_data(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(b'"a"" from x; drop table y; --",b\n1,2\n')
    with duckdb.connect() as memory:
        read_file(memory, path, table(), "found")
        assert memory.execute("describe found").fetchall()[0][0] == "a_from_x_drop_table_y"


def test_compressed_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv.gz"
    path.write_bytes(b"\x1f\x8b\x08anything")
    with duckdb.connect() as memory, pytest.raises(UnusableFileError, match=r"rows.csv.gz: cannot tell the format"):
        read_file(memory, path, table(), "found")
    assert "line 1" in refused(tmp_path, b"\x1f\x8b\x08anything", format="csv")


def test_unreadable_file_is_named(tmp_path: Path) -> None:
    with duckdb.connect() as memory, pytest.raises(UnusableFileError, match=r"gone.csv: cannot be opened"):
        read_file(memory, tmp_path / "gone.csv", table(), "found")


def test_reasons_hold_no_cell(tmp_path: Path) -> None:
    _, rejected = read(tmp_path, b"a,b\njane@example.com\n1,jane@example.com,x\n2,\xffjane@example.com\n")
    assert len(rejected) == 3
    assert "jane" not in str(rejected)


def test_large_file_keeps_order_and_lines(tmp_path: Path) -> None:
    """Beyond one of the reader's buffers, with several threads."""
    lines = [f'{i},"{"x" * 90}{chr(10) if i % 1000 == 0 else ""}"' for i in range(400_000)]
    lines[123_456], lines[399_999] = "bad", "worse"
    rows, rejected = read(tmp_path, ("id,text\n" + "\n".join(lines) + "\n").encode())
    assert [line for line, _ in rejected] == [123_458 + 124, 400_001 + 400]
    assert len(rows) == 399_998
    assert all(int(row[0]) + 1 == row[2] for row in rows)


CELLS = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
RECORDS = st.lists(
    st.one_of(
        st.lists(CELLS, min_size=3, max_size=3).map(lambda cells: ("good", cells)),
        st.lists(CELLS, min_size=1, max_size=2).map(lambda cells: ("short", cells)),
        st.lists(CELLS, min_size=4, max_size=6).map(lambda cells: ("long", [*cells[:-1], cells[-1] + "x"])),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=RECORDS, ending=st.sampled_from(["\n", "\r\n"]), last=st.booleans())
def test_every_record_is_read_or_rejected(tmp_path: Path, records: list, ending: str, last: bool) -> None:
    """Against a writer of our own: cells come back as they were, and each bad record is told with its line."""
    lines, number, expected, bad = ["a,b,c"], 2, [], []
    for kind, cells in records:
        written = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)
        lines.append(written)
        if kind == "good":
            expected.append((*(cell or None for cell in cells), len(lines) - 1))
        else:
            bad.append(number)
        number += 1 + written.count("\n")
    content = ending.join(lines) + (ending if last else "")
    rows, rejected = read(tmp_path, content.encode())
    assert rows == expected
    assert [line for line, _ in rejected] == bad


@pytest.mark.parametrize("size", [40_000_000, 17_000_000])
@pytest.mark.parametrize("kind", ["open", "quoted line", "plain line", "quoted lines"])
def test_endless_records_are_refused_whatever_the_buffer(tmp_path: Path, size: int, kind: str) -> None:
    """The engine alone loses rows without a word here, or takes all memory."""
    body = {
        "open": b'1,"' + b"xxxxxxx,y\n" * (size // 10),
        "quoted line": b'1,"' + b"x" * size + b'"\n2,y\n',
        "plain line": b"1," + b"x" * size + b"\n2,y\n",
        "quoted lines": b'1,"' + b"xxxxxxxxx\n" * (size // 10) + b'"\n2,y\n',
    }[kind]
    message = refused(tmp_path, b"a,b\n0,z\n" + body)
    expected = "longer than" if kind in ("quoted line", "plain line") else "a quote is opened and not closed within"
    assert message.startswith(f"rows.csv: line 3: {expected}")


def test_quote_in_the_middle_of_a_cell_opens_nothing(tmp_path: Path) -> None:
    content = b'a,b\n1,5" pipe\n3,"x\ny"z\n4,w\n5,"ok, ""5"" pipe"\n'
    rows, rejected = read(tmp_path, content)
    assert rows == [("1", '5" pipe', 1), ("4", "w", 3), ("5", 'ok, "5" pipe', 4)]
    assert [line for line, _ in rejected] == [3]


def test_escape_other_than_the_quote(tmp_path: Path) -> None:
    rows, rejected = read(tmp_path, b'a,b\n1,"say \\"hi"\n2,"x\\\\"\n3,y\n', escape="\\")
    assert rows == [("1", 'say "hi', 1), ("2", "x\\", 2), ("3", "y", 3)]
    assert rejected == []


def test_files_without_quotes(tmp_path: Path) -> None:
    assert read(tmp_path, b'a|b\n1|"x\n2|y"\n', delimiter="|", quote="", escape="")[0] == [
        ("1", '"x', 1),
        ("2", 'y"', 2),
    ]


def test_unclosed_quote_after_a_stray_one(tmp_path: Path) -> None:
    message = refused(tmp_path, b'a,b\n0,x\n5" pipe,"open\n1,2\n3,4\n')
    assert message.startswith("rows.csv: line 3: a quote is opened and never closed")


@pytest.mark.parametrize("ending", [b"\r", b"\r\n"])
def test_unclosed_quote_with_other_line_endings(tmp_path: Path, ending: bytes) -> None:
    content = ending.join([b"a,b", b'1,"fine', b'still"', b'2,"x', b"3,4", b"5,6", b""])
    assert refused(tmp_path, content).startswith("rows.csv: line 4: a quote is opened and never closed")


def test_too_many_unreadable_records_make_a_file_unusable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestration.extract.csv_files.MAX_REJECTED", 3)
    assert len(read(tmp_path, b"a,b\n1\n2\n3\n4,5\n")[1]) == 3
    message = refused(tmp_path, b"a,b\n0,1\n1\n2\n3\n4\n")
    assert message.startswith("rows.csv: more than 3 records cannot be read, the first in line 3 (Expected Number")
