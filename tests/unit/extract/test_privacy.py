"""Personal data: hashed, tagged and dropped, redacted; found where nobody declared it; never left in a file."""

import hashlib
import hmac
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_installation import KEY, SmallInstallation

from orchestration.extract import privacy
from orchestration.warehouse import connect

MAILS = ["jane.canary@example.com", "j+tag@sub.example.co.uk", "jörg@exämple.de", "한글@example.kr", "A_B%c@x-y.museum"]
PHONES = ["+49 170 1234567", "+1 (555) 010-9999", "(555) 123-4567", "555-123-4567", "+821012345678"]
HARMLESS = [
    "2026-11-21",
    "2026-11-21T10:00:00+0100",
    "1234567890",
    "@handle",
    "a@b",
    "4.50",
    "C++ 11",
    "3-5-7",
    "1-800",
]


@pytest.fixture
def memory() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    privacy.set_identity_key(connection, KEY)
    return connection


@settings(max_examples=200, deadline=None)
@given(
    text=st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=150),
    key=st.text(st.characters(exclude_categories=("Cs",)), min_size=32, max_size=90),
)
def test_hash_is_hmac_sha256(text: str, key: str) -> None:
    privacy.set_identity_key(duckdb.default_connection(), key)
    normal, found = duckdb.execute(
        f"select lower(trim(value)), {privacy.hashed('value')} from (select $1 as value)", [text]
    ).fetchall()[0]
    expected = hmac.new(key.encode(), normal.encode(), hashlib.sha256).hexdigest()[:32]
    assert found == (expected if normal else None)


def test_spellings_of_one_address_are_one_person(memory: duckdb.DuckDBPyConnection) -> None:
    found = memory.execute(
        f"select count(distinct {privacy.hashed('value')}) from (values (' Jane@Example.com '), ('jane@example.com')) as t(value)"
    ).fetchall()
    assert found == [(1,)]


@pytest.mark.parametrize("text", [*MAILS, *PHONES, "call +49 170 1234567!", "<jane@example.com>", '{"m": "j@x.de"}'])
def test_personal_data_is_recognised(memory: duckdb.DuckDBPyConnection, text: str) -> None:
    assert memory.execute(f"select {privacy.looks_personal('$1')}", [text]).fetchall() == [(True,)]


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_values_are_not_taken_for_it(memory: duckdb.DuckDBPyConnection, text: str) -> None:
    assert memory.execute(f"select {privacy.looks_personal('$1')}", [text]).fetchall() == [(False,)]


@given(texts=st.lists(st.sampled_from([*MAILS, *PHONES, "hello", "wait"]), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_redaction_leaves_none(texts: list[str]) -> None:
    found = duckdb.execute(f"select {privacy.redacted('$1')}", [" ".join(texts)]).fetchall()[0][0]
    assert not [text for text in [*MAILS, *PHONES] if text in found]
    assert found.count("hello") == texts.count("hello")


TABLE = """key = ["id"]
identities = ["customer"]
free_text = ["comment"]
language = "en"
"""


def test_canaries_are_in_no_file_but_the_delivery(installation: SmallInstallation) -> None:
    """E-mails, names and telephone numbers; in keys, identities and texts; also after a change and a rejected line."""
    installation.configure_table(TABLE)
    comment = "Jane Canary, jane.canary@example.com, +49 170 1234567: my parcel was not delivered, terrible"
    installation.deliver("rows1.csv", f'id,customer,comment\n1,Canary Jane,"{comment}"\n2,x,\nbad-canary\n')
    assert installation.extract().status == "loaded"
    installation.deliver("rows2.csv", f'id,customer,comment\n1,Canary Jane,"{comment} again"\n')
    assert installation.extract().status == "loaded"
    assert installation.current("comment_themes, comment_sentiment, comment_character_count")[0] == (
        "delivery",
        "negative",
        str(len(comment) + 6),
    )
    expected = hmac.new(KEY.encode(), b"canary jane", hashlib.sha256).hexdigest()[:32]
    assert installation.current("customer")[0] == (expected,)
    found = _files_holding(installation.home.path, [b"canary", b"Canary", b"170 1234567", KEY.encode()])
    assert {path.parent.parent.name for path in found} == {"landing"}


def _files_holding(folder: Path, words: list[bytes]) -> list[Path]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if any(word in path.read_bytes() for word in words)]


def test_kept_text_is_redacted(installation: SmallInstallation) -> None:
    installation.configure_table(TABLE + "keep_text = true")
    installation.deliver("rows.csv", 'id,customer,comment\n1,x,"mail jane@example.com or +49 170 1234567, 감사"\n')
    assert installation.extract().status == "loaded"
    assert installation.current("comment") == [("mail [e-mail] or [telephone], 감사",)]


@pytest.mark.parametrize("value", [*MAILS, *PHONES])
def test_undeclared_personal_data_is_unusable(installation: SmallInstallation, value: str) -> None:
    installation.configure_table(TABLE)
    installation.deliver("rows.csv", f'id,customer,comment,contact\n1,x,y,"{value}"\n')
    result = installation.extract()
    assert result.status == "unusable"
    assert "values of contact look like e-mail addresses or telephone numbers" in result.message
    assert value not in result.message
    assert installation.versions() == 0
    assert _files_holding(installation.home.warehouse.parent, [value.encode()]) == []


def test_owner_can_say_that_a_column_is_not_personal(installation: SmallInstallation) -> None:
    installation.configure_table(TABLE + 'not_personal = ["Order No"]')
    installation.deliver("rows.csv", "id,customer,comment,Order No,other\n1,x,y,555-123-4567,z\n")
    assert installation.extract().status == "loaded"
    installation.deliver("rows2.csv", "id,customer,comment,Order No,other\n1,x,y,555-123-4567,a@example.com\n")
    result = installation.extract()
    assert result.status == "unusable"
    assert "values of other look" in result.message


def test_derived_column_is_checked_too(installation: SmallInstallation) -> None:
    installation.configure_table(TABLE + """derived = { mail = "regexp_extract(comment, '[^ ]+@[^ ]+')" }""")
    installation.deliver("rows.csv", "id,customer,comment\n1,x,write to jane@example.com please\n")
    result = installation.extract()
    assert (result.status, "values of mail look" in result.message) == ("unusable", True)


def test_failing_derived_column_is_named_without_its_value(installation: SmallInstallation) -> None:
    installation.configure_table(TABLE + 'derived = { size = "length(id)", age = "cast(comment as integer)" }')
    installation.deliver("rows.csv", "id,customer,comment\n1,x,Jane Canary\n")
    result = installation.extract()
    assert result.status == "unusable"
    assert "derived age: cannot be computed for every row" in result.message
    assert "Canary" not in result.message


def test_derived_column_comes_out_of_dropped_text(installation: SmallInstallation) -> None:
    installation.configure_table(
        TABLE + """derived = { day = "regexp_extract(comment, '[0-9-]{10}')", year = "left(day, 4)" }"""
    )
    installation.deliver("rows.csv", "id,customer,comment\n1,x,on 2026-11-20 it broke\n")
    assert installation.extract().status == "loaded"
    assert installation.current("day, year") == [("2026-11-20", "2026")]


def test_rows_that_differ_only_in_dropped_text_are_two(installation: SmallInstallation) -> None:
    """Without a key: the text is not kept, and yet no row is taken for another."""
    installation.configure_table('free_text = ["comment"]\nlanguage = "en"')
    installation.deliver("rows.csv", "score,comment\n1,bad app\n1,mad app\n1,bad app\n")
    result = installation.extract()
    assert (result.rows_landed, result.tables[0]["rows_repeated"]) == (2, 1)


def test_changed_text_is_a_new_version(installation: SmallInstallation) -> None:
    installation.configure_table(TABLE)
    installation.deliver("rows1.csv", "id,customer,comment\n1,x,bad\n")
    installation.extract()
    installation.deliver("rows2.csv", "id,customer,comment\n1,x,mad\n")
    assert installation.extract().rows_landed == 1


def test_new_rules_of_tagging_make_no_old_row_look_changed(installation: SmallInstallation) -> None:
    installation.configure_table(TABLE)
    installation.deliver("rows1.csv", "id,customer,comment\n1,x,bad parcel\n")
    installation.extract()
    installation.home.seeds.mkdir()
    (installation.home.seeds / "theme_rules.csv").write_text("theme,language,pattern\nweight,en,parcel\n")
    installation.deliver("rows2.csv", "id,customer,comment\n1,x,bad parcel\n2,x,a parcel\n")
    result = installation.extract()
    assert (result.rows_landed, result.tables[0]["rows_repeated"]) == (1, 1)
    assert installation.current("id, comment_themes") == [("1", "delivery"), ("2", "weight")]


def test_misspelt_identity_is_refused(installation: SmallInstallation) -> None:
    installation.configure_table('key = ["id"]\nidentities = ["Custmer"]')
    installation.deliver("rows.csv", "id,customer\n1,Jane Canary\n")
    result = installation.extract()
    assert result.status == "unusable"
    assert "no column custmer, which is declared as an identity; there is customer, id" in result.message
    assert installation.versions() == 0


def test_what_a_killed_run_left_in_plain_is_gone_after_the_next(installation: SmallInstallation) -> None:
    """Copies in UTF-8 and what the engine spilled."""
    installation.configure_table(TABLE)
    left = installation.home.temp / "extract" / "extract-x"
    left.mkdir(parents=True)
    (left / "delivered.csv").write_text("canary")
    (installation.home.temp / "duckdb_temp_storage_DEFAULT-0.tmp").write_text("canary")
    installation.deliver("rows.csv", "id,customer,comment\n1,x,y\n")
    installation.extract()
    assert list(installation.home.temp.iterdir()) == []
    assert installation.home.temp.stat().st_mode & 0o077 == 0


def test_spilling_goes_to_the_private_folder(installation: SmallInstallation) -> None:
    with connect(installation.home.warehouse, memory_limit="60MB", temp=installation.home.temp) as warehouse:
        warehouse.execute("set threads = 1")
        warehouse.execute("create temp table x as select 'x' || random() || i as a from range(2000000) t(i)")
        assert {path.name[:12] for path in installation.home.temp.iterdir()} == {"duckdb_temp_"}
    assert list(installation.home.temp.iterdir()) == []
