"""What may not stand in the published file is refused by name, and the last publish stays."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from small_warehouse import build_warehouse, bytes_of

from orchestration.publish import ContractError, PublishResult, publish
from orchestration.publish.checksum import content_fingerprint
from orchestration.publish.contract import Column, is_allowed_type

PublishBuild = Callable[..., PublishResult]

FORBIDDEN = {
    "HUGEINT": "1::hugeint",
    "UBIGINT": "1::ubigint",
    "SMALLINT": "1::smallint",
    "TINYINT": "1::tinyint",
    "FLOAT": "1::float",
    "DECIMAL(19,2)": "1::decimal(19, 2)",
    "DECIMAL(38,2)": "1::decimal(38, 2)",
    "TIMESTAMP WITH TIME ZONE": "cast('2026-01-01 00:00:00+00' as timestamptz)",
    "TIMESTAMP_NS": "cast('2026-01-01' as timestamp_ns)",
    "TIME": "cast('10:00:00' as time)",
    "INTERVAL": "interval 1 day",
    "UUID": "uuid()",
    "BLOB": "'x'::blob",
    "INTEGER[]": "[1, 2]",
    "STRUCT(part INTEGER)": "{'part': 1}",
    "MAP(INTEGER, INTEGER)": "map([1], [2])",
    "ENUM('high', 'low')": "'low'::enum('high', 'low')",
}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_a_forbidden_type_is_named_with_its_column(name: str, tmp_path: Path, published: Path) -> None:
    warehouse = build_warehouse(
        tmp_path, 1, more_sql=f"create table direct.bad as select {FORBIDDEN[name]} as the_value"
    )
    with pytest.raises(ContractError) as caught:
        publish(warehouse, published, build_id="build-1")
    assert f"direct.bad.the_value is {name}" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (published / "support_metrics.duckdb").exists()


@pytest.mark.parametrize(
    "data_type",
    ["BOOLEAN", "INTEGER", "BIGINT", "DOUBLE", "DECIMAL(18,4)", "DECIMAL(4,1)", "VARCHAR", "DATE", "TIMESTAMP"],
)
def test_allowed_types(data_type: str) -> None:
    assert is_allowed_type(data_type)


@pytest.mark.parametrize(
    ("more_sql", "words"),
    [
        ("comment on table core.fct_tickets is null", "core.fct_tickets has no comment"),
        ("comment on column core.fct_tickets.score is '  '", "core.fct_tickets.score has no comment"),
        ("create view core.looks_like_one as select 1 as a", "core.looks_like_one is a view"),
        ("drop table meta.build_info", "meta.build_info with a column build_id is missing"),
        ("update meta.build_info set build_id = 'other'", "meta.build_info holds build id other, but build-2"),
        ("delete from meta.build_info", "meta.build_info holds build id none, but build-2"),
    ],
)
def test_a_breach_is_named_and_the_last_publish_stays(
    more_sql: str, words: str, publish_build: PublishBuild, published: Path, tmp_path: Path
) -> None:
    publish_build(1)
    before = bytes_of(published)
    build_warehouse(tmp_path, 2, more_sql=more_sql)
    with pytest.raises(ContractError) as caught:
        publish_build(2)
    assert words in str(caught.value)
    assert bytes_of(published) == before
    assert not list((published / ".publishing").iterdir())


def test_all_breaches_are_told_at_once(tmp_path: Path, published: Path) -> None:
    bad = ", ".join(f"{number}::hugeint as column_{number:02}" for number in range(14))
    warehouse = build_warehouse(tmp_path, 1, more_sql=f"create table core.bad as select {bad}")
    with pytest.raises(ContractError, match=r"core\.bad\.column_09 is HUGEINT.*and 4 more"):
        publish(warehouse, published, build_id="build-1")


def test_a_warehouse_without_marts_says_so(tmp_path: Path, published: Path) -> None:
    file = tmp_path / "empty.duckdb"
    duckdb.connect(str(file)).close()
    with pytest.raises(ContractError, match="no table in core"):
        publish(file, published, build_id="build-1")


def fingerprint(values: str) -> tuple[int, str]:
    connection = duckdb.connect()
    columns = [Column("a", "VARCHAR", ""), Column("b", "VARCHAR", "")]
    return content_fingerprint(connection, f"(values {values}) as sample(a, b)", columns)


def test_fingerprint_ignores_order_and_nothing_else() -> None:
    assert fingerprint("('x', 'y'), ('u', null)") == fingerprint("('u', null), ('x', 'y')")
    different = [
        "('x', 'y')",
        "('y', 'x')",
        "('xy', '')",
        "('', 'xy')",
        "('x', null)",
        "(null, 'x')",
        "('x', '-')",
        "('x1:y', '')",
        "('x', 'y'), ('x', 'y')",
        "(null, null)",
        "('', '')",
    ]
    assert len({fingerprint(values) for values in different}) == len(different)
    digests = [hashlib.md5(text.encode()).digest() for text in ("1:x|1:y", "2:\u00e9|-")]
    expected = sum(int.from_bytes(digest[8:], "little") for digest in digests)
    assert fingerprint("('x', 'y'), ('\u00e9', null)") == (2, str(expected))


def test_a_negative_zero_is_published_as_zero(tmp_path: Path, published: Path) -> None:
    """DuckDB 1.5 loses its sign when it sorts, 2.0 does not: the copy must be the same whoever makes it."""
    zeros = "create table core.zeros as select value from (values (cast('-0.0' as double)), (1e0)) as sample(value)"
    result = publish(build_warehouse(tmp_path, 1, more_sql=zeros), published, build_id="build-1")
    connection = duckdb.connect(str(result.file), read_only=True)
    assert connection.execute("select cast(value as varchar) from core.zeros").fetchall() == [("0.0",), ("1.0",)]
    connection.close()
