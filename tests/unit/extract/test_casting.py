"""Values to the contract's types: declared formats only, nothing guessed, nothing rounded, a reason for all else."""

import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.contract import Column
from orchestration.extract.casting import cast_column
from orchestration.source_models import Mapping


def column(data_type: str, **meta: bool) -> Column:
    flags = {"is_required": False, "is_identity": False, "is_free_text": False} | meta
    return Column("value", data_type, "", references=None, **flags)


def cast(value: object, data_type: str, source_type: str = "VARCHAR", **declared: Any) -> tuple[Any, str | None]:
    """The cast value and the problem of one value."""
    meta = {name: declared.pop(name) for name in list(declared) if name.startswith("is_")}
    how = cast_column(column(data_type, **meta), source_type, Mapping(entity="tickets", **declared))
    duckdb.execute("set TimeZone = 'UTC'")
    return duckdb.execute(
        f"select {how.value}, {how.problem} from (select cast($1 as {source_type}) as value)", [value]
    ).fetchall()[0]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-03-29T01:30:00Z", "2026-03-29 01:30:00"),
        ("2026-03-29 01:30:00z", "2026-03-29 01:30:00"),
        ("2026-03-29T01:30Z", "2026-03-29 01:30:00"),
        ("2026-03-29 01:30:00 Z", "2026-03-29 01:30:00"),
        ("2026-03-29T01:30:00+02:00", "2026-03-28 23:30:00"),
        ("2026-03-29T01:30:00 +0530", "2026-03-28 20:00:00"),
        ("2026-03-29T01:30:00-03", "2026-03-29 04:30:00"),
        ("2026-03-29T01:30:00.123456789+01:00", "2026-03-29 00:30:00.123456"),
        ("2026-03-29T01:30:00,5+01:00", "2026-03-29 00:30:00.5"),
        ("  2026-03-29T01:30:00Z  ", "2026-03-29 01:30:00"),
        ("2043-01-01T00:00:00Z", "2043-01-01 00:00:00"),
        ("9999-12-31T23:59:59Z", "9999-12-31 23:59:59"),
    ],
)
def test_instants_with_a_zone(value: str, expected: str) -> None:
    assert cast(value, "timestamp") == (datetime.fromisoformat(expected), None)
    assert cast(value, "timestamp", time_zone="Asia/Kolkata")[0] == datetime.fromisoformat(expected)


@pytest.mark.parametrize("value", ["2026-03-29 01:30:00", "2026-03-29T01:30", "2026-03-29T01:30:00.5"])
def test_time_without_zone_needs_a_declared_one(value: str) -> None:
    assert cast(value, "timestamp") == (None, "is a time without zone; declare time_zone")
    local = datetime.fromisoformat(value).replace(tzinfo=ZoneInfo("Asia/Kolkata"))
    expected = local.astimezone(UTC).replace(tzinfo=None)
    assert cast(value, "timestamp", time_zone="Asia/Kolkata") == (expected, None)


@pytest.mark.parametrize(
    "value",
    [
        "03/04/2026", "3.4.2026 10:00", "2026-02-30T00:00:00Z", "2026-01-01", "26-01-01T00:00:00Z", "1774746000",
        "1774746000000", "yesterday", "2026-13-01T00:00:00Z", "2026-01-01T00:00:00+99:99", "2026-01-01T00:00:00+01:75",
        "0024-01-01T00:00:00Z", "infinity", "now",
    ],
)  # fmt: skip
@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
def test_nothing_is_guessed(value: str, zone: str | None) -> None:
    found, problem = cast(value, "timestamp", time_zone=zone)
    assert found is None
    assert problem == "is not a time in ISO 8601; declare timestamp_format"


def test_day_and_month_are_as_declared() -> None:
    declared = {"time_zone": "UTC", "timestamp_format": "%d/%m/%Y %H:%M"}
    assert cast("03/04/2026 10:00", "timestamp", **declared)[0] == datetime(2026, 4, 3, 10)
    assert cast("03/04/2026 10:00", "timestamp", **(declared | {"timestamp_format": "%m/%d/%Y %H:%M"}))[0] == datetime(
        2026, 3, 4, 10
    )
    assert cast("13/14/2026 10:00", "timestamp", **declared) == (
        None,
        "is not a time in the declared timestamp_format %d/%m/%Y %H:%M",
    )
    assert cast("03/04/26 10:00", "timestamp", **declared)[0] is None  # not the year 26
    assert cast("03/04/2026 10:00 PM", "timestamp", **declared)[0] is None
    assert cast("2026-04-03T10:00:00Z", "timestamp", **declared)[0] == datetime(2026, 4, 3, 10)


def test_several_formats_are_tried_in_order() -> None:
    declared = {"time_zone": "UTC", "timestamp_format": ["%d.%m.%Y %H:%M", "%d.%m.%Y"]}
    assert cast("03.04.2026 10:00", "timestamp", **declared)[0] == datetime(2026, 4, 3, 10)
    assert cast("03.04.2026", "timestamp", **declared)[0] == datetime(2026, 4, 3)


def test_format_with_an_offset_needs_no_zone() -> None:
    declared = {"timestamp_format": "%d.%m.%Y %H:%M %z"}
    assert cast("03.04.2026 10:00 +0200", "timestamp", **declared) == (datetime(2026, 4, 3, 8), None)
    mixed = {"time_zone": "Europe/Berlin", "timestamp_format": ["%d.%m.%Y %H:%M %z", "%d.%m.%Y %H:%M"]}
    assert cast("03.04.2026 10:00 +0000", "timestamp", **mixed)[0] == datetime(2026, 4, 3, 10)
    assert cast("03.04.2026 10:00", "timestamp", **mixed)[0] == datetime(2026, 4, 3, 8)


def test_format_without_offset_needs_a_zone() -> None:
    found, problem = cast("03.04.2026 10:00", "timestamp", timestamp_format="%d.%m.%Y %H:%M")
    assert found is None
    assert "or time_zone is not declared" in str(problem)


def test_epochs_only_where_declared() -> None:
    moment = datetime(2026, 3, 29, 1, 0, 0)
    seconds = int(moment.replace(tzinfo=UTC).timestamp())
    assert cast(str(seconds), "timestamp", timestamp_format="epoch_seconds") == (moment, None)
    assert cast(f"{seconds}.25", "timestamp", timestamp_format="epoch_seconds")[0] == moment + timedelta(seconds=0.25)
    assert cast(seconds, "timestamp", "BIGINT", timestamp_format="epoch_seconds")[0] == moment
    assert cast(f"{seconds}123", "timestamp", timestamp_format="epoch_milliseconds")[0] == moment + timedelta(
        milliseconds=123
    )
    for value, unit in (
        (f"{seconds}000", "epoch_seconds"),
        (str(seconds), "epoch_milliseconds"),
        ("x", "epoch_seconds"),
    ):
        found, problem = cast(value, "timestamp", timestamp_format=unit)
        assert found is None
        assert problem == f"is no time as declared by timestamp_format {unit}, from 1973 to 2100"


@pytest.mark.parametrize(
    ("zone", "local", "utc"),
    [
        ("Europe/Berlin", "2026-03-29 02:30:00", "2026-03-29 01:30:00"),  # a gap: moved forward, to 03:30
        ("Europe/Berlin", "2026-10-25 02:30:00", "2026-10-25 01:30:00"),  # twice: the later
        ("America/New_York", "2026-11-01 01:30:00", "2026-11-01 06:30:00"),
        ("Australia/Lord_Howe", "2026-10-04 02:15:00", "2026-10-03 15:45:00"),  # a gap of half an hour
    ],
)
def test_clock_changes(zone: str, local: str, utc: str) -> None:
    assert cast(local, "timestamp", time_zone=zone)[0] == datetime.fromisoformat(utc)


@settings(max_examples=150, deadline=None)
@given(
    local=st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2037, 1, 1)),
    zone=st.sampled_from(
        ["Europe/Berlin", "America/St_Johns", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo"]
    ),
)
def test_local_times_against_zoneinfo(local: datetime, zone: str) -> None:
    """The later of two in an overlap (fold 1), forward by the gap in a gap (fold 0)."""
    one, two = (local.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) for fold in (0, 1))
    expected = max(one, two).replace(tzinfo=None)
    assert cast(local.isoformat(), "timestamp", time_zone=zone) == (expected, None)


@settings(max_examples=150, deadline=None)
@given(
    moment=st.datetimes(min_value=datetime(1900, 1, 2), max_value=datetime(2100, 1, 1)),
    minutes=st.integers(-14 * 60, 14 * 60),
)
def test_offsets_against_datetime(moment: datetime, minutes: int) -> None:
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert cast(aware.isoformat(), "timestamp") == (aware.astimezone(UTC).replace(tzinfo=None), None)


def test_typed_times() -> None:
    moment = datetime(2026, 3, 29, 1, 0, 0)
    assert cast(moment, "timestamp", "TIMESTAMP", time_zone="Asia/Tokyo")[0] == datetime(2026, 3, 28, 16)
    assert cast(moment, "timestamp", "TIMESTAMP")[1] == "is a time without zone; declare time_zone"
    assert cast(moment.replace(tzinfo=UTC), "timestamp", "TIMESTAMP WITH TIME ZONE") == (moment, None)
    assert cast(None, "timestamp", "TIMESTAMP WITH TIME ZONE", defaults={"value": "2026-01-01T00:00:00Z"}) == (
        datetime(2026, 1, 1),
        None,
    )


@pytest.mark.parametrize(
    ("value", "declared", "expected"),
    [
        ("2026-02-28", {}, date(2026, 2, 28)),
        ("2026-02-28 00:00:00", {}, date(2026, 2, 28)),
        ("2026-02-29", {}, None),
        ("2026-02-28 10:00:00", {}, None),  # an instant is a day in nobody's calendar
        ("28.02.2026", {}, None),
        ("28.02.2026", {"date_format": "%d.%m.%Y"}, date(2026, 2, 28)),
        ("28.02.26", {"date_format": "%d.%m.%Y"}, None),
        ("28.02.26", {"date_format": "%d.%m.%y"}, date(2026, 2, 28)),
        ("2026-02-28", {"date_format": "%d.%m.%Y"}, None),
        ("46079", {}, None),
    ],
)
def test_dates(value: str, declared: dict, expected: date | None) -> None:
    found, problem = cast(value, "date", **declared)
    assert found == expected
    assert (problem is None) == (expected is not None)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("8", 8), ("8.0", 8), ("-3", -3), ("1e3", 1000), ("007", 7), ("8.5", None), ("1,000", None), ("1_000", None), ("NA", None),
     ("offered", None), ("0x10", None), ("inf", None), ("nan", None), ("99999999999999999999", None), ("٣", None)],
)  # fmt: skip
def test_whole_numbers(value: str, expected: int | None) -> None:
    found, problem = cast(value, "bigint")
    assert found == expected
    assert (problem is None) == (expected is not None)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("8.5", 8.5), ("-1e-3", -0.001), ("8,5", None), ("1_0.5", None), ("inf", None), ("NaN", None), ("5 EUR", None)],
)
def test_numbers(value: str, expected: float | None) -> None:
    found, problem = cast(value, "double")
    assert found == expected
    assert (problem is None) == (expected is not None)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("true", True), ("T", True), ("1", True), ("YES", True), ("f", False), ("0", False), ("No", False), ("2", None), ("on", None)],
)  # fmt: skip
def test_booleans(value: str, expected: bool | None) -> None:
    found, problem = cast(value, "boolean")
    assert found is expected
    assert (problem is None) == (expected is not None)


def test_blanks_are_null_and_only_required_ones_a_problem() -> None:
    for data_type in ("varchar", "bigint", "double", "boolean", "date", "timestamp"):
        for value in (None, "", "  "):
            assert cast(value, data_type) == (None, None)
            assert cast(value, data_type, is_required=True) == (None, "is empty and required")


def test_defaults_fill_blanks() -> None:
    assert cast("", "boolean", defaults={"value": True}) == (True, None)
    assert cast(None, "bigint", defaults={"value": 5}) == (5, None)
    assert cast("x", "varchar", defaults={"value": "y"}) == ("x", None)


def test_identity_that_is_not_hashed_is_refused() -> None:
    assert cast("jane", "varchar", is_identity=True)[1] == "is not hashed; declare its raw column under identities"
    assert cast("0" * 32, "varchar", is_identity=True)[1] is None


@given(text=st.text(st.characters(exclude_categories=("Cs",)), min_size=1))
@settings(max_examples=100, deadline=None)
def test_text_stays_as_it_is(text: str) -> None:
    spaces = "".join(char for char in map(chr, range(0x3001)) if unicodedata.category(char) == "Zs")
    assert cast(text, "varchar")[0] == (text.strip(spaces) or None)
