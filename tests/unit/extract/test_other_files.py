"""JSON lines, Parquet and Excel: every value as text, what cannot be read with its line, nothing lost."""

import json
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_workbook import write_workbook

from orchestration.extract.faults import UnusableFileError
from orchestration.extract.files import read_file
from orchestration.source_models import FileTable

HARD_TEXTS = ["한국어", "עברית", "👩‍👩‍👧", "a\tb", "line\nbreak", 'q"uote', "007", "=1+1", "\u2028", "x'; drop table y"]


def read(path: Path, **declared: object) -> tuple[list[dict], list[tuple]]:
    """The rows as records, and the rejected lines."""
    with duckdb.connect() as memory:
        memory.execute("set TimeZone = 'Asia/Kolkata'")
        rejected = read_file(memory, path, FileTable(name="rows", files="*", **declared), "found")
        cursor = memory.execute("select * from found order by _row_number")
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return rows, [(each.line, each.reason) for each in rejected]


def refused(path: Path, **declared: object) -> str:
    with pytest.raises(UnusableFileError) as error:
        read(path, **declared)
    return str(error.value)


def lines(tmp_path: Path, *content: str | bytes) -> Path:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"\n".join(line.encode() if isinstance(line, str) else line for line in content))
    return path


def test_json_values_become_text(tmp_path: Path) -> None:
    record = '{"id": 12345678901234567890, "price": 4.50, "yes": true, "no": null, "none": "", "many": [1, {"a": 2.0}]}'
    rows, rejected = read(lines(tmp_path, record))
    assert rows == [
        {
            "id": "12345678901234567890",
            "price": "4.50",
            "yes": "true",
            "no": None,
            "none": None,
            "many": '[1, {"a": 2.0}]',
            "_row_number": 1,
        }
    ]
    assert rejected == []


def test_bad_json_lines_are_rejected_with_their_line(tmp_path: Path) -> None:
    content = [
        '{"id": 1}',
        '{"id": ',
        "[2]",
        "",
        "3",
        b'{"id": "\xff"}',
        '{"id": NaN}',
        '{"id": "\\ud800"}',
        "{}",
        "[" * 100_000,
        '{"id": ' + "9" * 5000 + "}",
        '{"id": 4, "late": "x"}',
    ]
    rows, rejected = read(lines(tmp_path, *content))
    assert [(row["id"], row["late"], row["_row_number"]) for row in rows] == [("1", None, 1), ("4", "x", 12)]
    assert [line for line, _ in rejected] == [2, 3, 5, 6, 7, 8, 9, 10, 11]


def test_json_reasons_hold_no_value(tmp_path: Path) -> None:
    _, rejected = read(lines(tmp_path, '{"id": 1}', '{"mail": jane@example.com', '"jane@example.com"'))
    assert len(rejected) == 2
    assert "jane" not in str(rejected)


def test_json_names_that_fall_together_are_refused(tmp_path: Path) -> None:
    message = refused(lines(tmp_path, '{"userId": 1, "user_id": 2}'))
    assert message.startswith("rows.jsonl: the columns 'userId' and 'user_id' would both be called user_id")


def test_json_without_a_record_is_unusable(tmp_path: Path) -> None:
    assert "no record could be read" in refused(lines(tmp_path, "x", "y"))
    assert read(lines(tmp_path, "x"), columns=["id"])[0] == []


def test_json_in_utf_16_and_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes('{"id": "한"}\n{"id": "b"}\n'.encode("utf-16"))
    assert [row["id"] for row in read(path, encoding="utf-16")[0]] == ["한", "b"]
    path.write_bytes(b'\xef\xbb\xbf{"id": "a"}\r\n{"id": "b"}')
    assert [row["id"] for row in read(path)[0]] == ["a", "b"]


def test_json_line_beyond_the_limit_is_unusable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestration.extract.json_files.MAX_RECORD_BYTES", 100)
    assert "rows.jsonl: line 2: longer than" in refused(lines(tmp_path, '{"a": 1}', '{"a": "' + "x" * 200 + '"}'))


def test_json_batches_unite_their_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestration.extract.json_files.BATCH_ROWS", 2)
    rows, _ = read(lines(tmp_path, *(json.dumps({f"c{i}": i, "id": i}) for i in range(5))))
    assert [row["id"] for row in rows] == ["0", "1", "2", "3", "4"]
    assert [row["c3"] for row in rows] == [None, None, None, "3", None]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(st.characters(exclude_categories=("Cs",)), min_size=1), min_size=1, max_size=10))
def test_text_round_trips_in_every_format(tmp_path: Path, texts: list[str]) -> None:
    path = lines(tmp_path, *(json.dumps({"text": text}, ensure_ascii=len(text) % 2 == 0) for text in texts))
    assert [row["text"] for row in read(path)[0]] == texts
    parquet = tmp_path / "rows.parquet"
    pq.write_table(pa.table({"text": texts}), parquet)
    assert [row["text"] for row in read(parquet)[0]] == texts


def test_parquet_values_become_text(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    moment = datetime(2026, 3, 29, 1, 30, 0, 250_000)
    table = pa.table(
        {
            "Naive At": pa.array([moment], pa.timestamp("us")),
            "aware_at": pa.array([moment.replace(tzinfo=UTC)], pa.timestamp("us", tz="Europe/Berlin")),
            "day": pa.array([date(2026, 2, 28)]),
            "money": pa.array([Decimal("4.50")], pa.decimal128(10, 2)),
            "ratio": pa.array([0.1]),
            "whole": pa.array([2**60]),
            "flag": pa.array([True]),
            "nested": pa.array([{"a": [1, 2], "b": "한"}]),
            "many": pa.array([["x", "y"]]),
            "nothing": pa.array([None], pa.null()),
            "empty": pa.array([""]),
        }
    )
    pq.write_table(table, path)
    rows, rejected = read(path)
    assert rejected == []
    assert rows == [
        {
            "naive_at": "2026-03-29 01:30:00.25",
            "aware_at": "2026-03-29T01:30:00.250000Z",
            "day": "2026-02-28",
            "money": "4.50",
            "ratio": "0.1",
            "whole": str(2**60),
            "flag": "true",
            "nested": '{"a":[1,2],"b":"한"}',
            "many": '["x","y"]',
            "nothing": None,
            "empty": None,
            "_row_number": 1,
        }
    ]


def test_parquet_file_name_is_no_pattern(tmp_path: Path) -> None:
    folder = tmp_path / "k=v"
    folder.mkdir()
    path = folder / "rows[1]*.parquet"
    pq.write_table(pa.table({"a": ["x"]}), path)
    assert read(path)[0] == [{"a": "x", "_row_number": 1}]


@pytest.mark.parametrize("name", ["rows.parquet", "rows.xlsx"])
def test_broken_binary_files_are_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"PK\x03\x04 no such thing")
    assert refused(path).startswith(f"{name}: ")
    if name == "rows.parquet":
        pq.write_table(pa.table({"a": ["x"] * 1000}), path)
        path.write_bytes(path.read_bytes()[:-20])
        assert refused(path).startswith(f"{name}: ")


def test_excel_values_become_text(tmp_path: Path) -> None:
    path = write_workbook(
        tmp_path / "rows.xlsx",
        {
            "Data": [
                ["Id", "Code", "Price", "At", "Flag"],
                [1, "007", 4.5, datetime(2026, 11, 21, 13, 30), True],
                [None, None, None, None, None],
                [3, "한국어 =1+1", 1234567890123.0, None, False],
            ]
        },
    )
    rows, rejected = read(path)
    assert rejected == []
    assert rows == [
        {"id": "1", "code": "007", "price": "4.5", "at": "2026-11-21 13:30:00", "flag": "true", "_row_number": 2},
        {"id": "3", "code": "한국어 =1+1", "price": "1234567890123", "at": None, "flag": "false", "_row_number": 4},
    ]


def test_excel_with_two_sheets_must_say_which(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "rows.xlsx", {"A": [["id"], [1]], "B": [["id"], [2]]})
    assert refused(path) == "rows.xlsx: has the sheets A, B; declare sheet for table rows"
    assert refused(path, sheet="C") == "rows.xlsx: has no sheet C, only A, B"
    assert read(path, sheet="B")[0] == [{"id": "2", "_row_number": 2}]


def test_excel_rows_beyond_the_header_are_rejected(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "rows.xlsx", {"A": [[], ["a", "b"], [1, 2], [3, 4, 5], [6, 7]]})
    rows, rejected = read(path)
    assert [(row["a"], row["_row_number"]) for row in rows] == [("1", 3), ("6", 5)]
    assert [line for line, _ in rejected] == [4]


def test_excel_columns_can_be_declared(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "rows.xlsx", {"A": [["x", "y"], [1, 2]]})
    assert read(path, columns=["a", "b"])[0] == [{"a": "1", "b": "2", "_row_number": 2}]
    assert "has 2 columns where 1 are declared" in refused(path, columns=["a"])
    assert len(read(path, columns=["a", "b"], has_header=False)[0]) == 2


def test_empty_sheet_is_unusable(tmp_path: Path) -> None:
    assert refused(write_workbook(tmp_path / "rows.xlsx", {"A": []})) == "rows.xlsx: sheet A is empty"


def test_zip_bomb_is_refused_unopened(tmp_path: Path) -> None:
    path = tmp_path / "rows.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/bomb.xml", "w") as member:
        for _ in range(600):
            member.write(bytes(1024 * 1024))
    assert path.stat().st_size < 2_000_000
    assert "629 MB unpacked is more than the 537 MB allowed" in refused(path)


def test_hard_texts_survive_excel(tmp_path: Path) -> None:
    texts = [text for text in HARD_TEXTS if "\n" not in text]
    path = write_workbook(tmp_path / "rows.xlsx", {"A": [["text"], *([text] for text in texts)]})
    assert [row["text"] for row in read(path)[0]] == texts
