"""Names of raw columns."""

import re

import pytest
from dlt.common.normalizers.naming.snake_case import NamingConvention
from hypothesis import given
from hypothesis import strategies as st

from orchestration.extract.naming import AmbiguousNamesError, column_names, raw_name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("NPS_Score", "nps_score"),
        ("reviewId", "review_id"),
        ("Answered (Y/N)", "answered_y_n"),
        ("Größe", "grosse"),
        ("Ørsted Café", "orsted_cafe"),
        ("2nd", "c_2nd"),
        ("  Status ", "status"),
        ("", "column"),
        ("!!", "column"),
        ("_row_id", "row_id"),
    ],
)
def test_spellings(name: str, expected: str) -> None:
    assert raw_name(name) == expected


def test_other_scripts_stay_apart() -> None:
    """A column map over them would else read the first of them everywhere."""
    names = column_names(["주문 ID", "고객 ID", "상태", "날짜"])
    assert len(set(names)) == 4
    assert names[0].startswith("id_")
    assert [raw_name(name) for name in ("주문 ID", "고객 ID", "상태", "날짜")] == names


def test_one_spelling_twice_is_numbered() -> None:
    assert column_names(["id", "id", "id_2", "id"]) == ["id", "id_2", "id_2_2", "id_3"]


def test_two_spellings_of_one_name_are_refused() -> None:
    with pytest.raises(AmbiguousNamesError, match="'userId' and 'user id'"):
        column_names(["userId", "user id"])


@given(name=st.text())
def test_a_name_is_plain_stable_and_left_alone_by_dlt(name: str) -> None:
    found = raw_name(name)
    assert re.fullmatch(r"[a-z][a-z0-9_]*", found)
    assert raw_name(found) == found
    assert NamingConvention().normalize_identifier(found) == found


@given(names=st.lists(st.text(max_size=5), max_size=8))
def test_names_of_a_header_are_distinct(names: list[str]) -> None:
    try:
        found = column_names(names)
    except AmbiguousNamesError:
        return
    assert len(set(found)) == len(names)
