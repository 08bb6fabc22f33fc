"""Columns that come and go: recorded, noted, and refused where a null column would mislead."""

import pytest
from small_installation import SmallInstallation

MAPPED = """[[sources]]
name = "shop"
kind = "files"
[[sources.tables]]
name = "rows"
files = "rows*"
key = ["No"]
free_text = ["Note"]
[[sources.entities]]
entity = "orders"
table = "rows"
columns = { order_id = "No", ordered_at = "When", market = "Country" }
"""


def states(installation: SmallInstallation) -> list[tuple[str, str]]:
    """The newest run's changes of columns."""
    return installation.query(
        f"select column_name, state from audit.table_columns where run_id = 'run-{installation.runs}' order by all"
    )


def test_new_and_vanished_columns_are_recorded_once(installation: SmallInstallation) -> None:
    installation.configure_table('key = ["id"]\nfree_text = ["note"]\nderived = { size = "length(id)" }')
    installation.deliver("rows1.csv", "id,a,note\n1,x,y\n")
    assert installation.extract().message == ""
    assert states(installation) == []
    installation.deliver("rows2.csv", "id,b,note\n2,x,y\n")
    result = installation.extract()
    assert states(installation) == [("a", "vanished"), ("b", "new")]
    assert result.message == "table rows: new: column b; table rows: vanished: column a"
    installation.deliver("rows3.csv", "id,b,note\n3,x,y\n")
    installation.extract()
    assert states(installation) == []
    installation.deliver("rows4.csv", "id,a,b,note\n4,x,y,z\n")
    installation.extract()
    assert states(installation) == [("a", "new")]
    assert installation.current("id, a, b") == [
        ("1", "x", None),
        ("2", None, "x"),
        ("3", None, "x"),
        ("4", "x", "y"),
    ]


def test_column_unknown_to_the_contract_is_recorded(installation: SmallInstallation) -> None:
    installation.configure('[[sources]]\nname = "shop"\nkind = "files"\ndelivers = ["orders"]\n')
    installation.deliver("orders.csv", "order_id,ordered_at,Colour\n1,2026-01-01T00:00:00Z,red\n")
    result = installation.extract()
    assert states(installation) == [("colour", "unknown to the contract")]
    assert "unknown to the contract: column colour" in result.message
    installation.deliver("orders-2.csv", "order_id,ordered_at,Colour\n2,2026-01-01T00:00:00Z,red\n")
    assert installation.extract().message == ""


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        ("When,Country,Note", "no column no, which is its key"),
        ("No,Country,Note", "no column when, which is the required ordered_at of orders"),
        ("No,When,Country", "no column note, which is declared as free text"),
    ],
)
def test_missing_declared_column_is_named(installation: SmallInstallation, header: str, missing: str) -> None:
    installation.configure(MAPPED)
    installation.deliver("rows1.csv", "No,When,Country,Note\n1,2026-01-01T00:00:00Z,DE,x\n")
    assert installation.extract().status == "loaded"
    installation.deliver("rows2.csv", f"{header}\n1,2,3\n")
    result = installation.extract()
    assert result.status == "unusable"
    assert f"rows2.csv: table rows: {missing}; there is " in result.message
    assert installation.versions() == 1


def test_each_file_is_checked_by_itself(installation: SmallInstallation) -> None:
    """United with a good file, the missing column would be a null one."""
    installation.configure(MAPPED)
    installation.deliver("rows1.csv", "No,When,Country,Note\n1,2026-01-01T00:00:00Z,DE,x\n")
    installation.deliver("rows2.csv", "No,Country,Note\n2,DE,x\n")
    assert "rows2.csv: table rows: no column when" in installation.extract().message


def test_renamed_key_is_refused_although_optional_columns_may_go(installation: SmallInstallation) -> None:
    installation.configure('[[sources]]\nname = "shop"\nkind = "files"\ndelivers = ["orders"]\n')
    installation.deliver("orders.csv", "order_id,ordered_at,market\n1,2026-01-01T00:00:00Z,DE\n")
    installation.extract()
    installation.deliver("orders2.csv", "order_id,ordered_at\n2,2026-01-01T00:00:00Z\n")
    installation.deliver("orders-3.csv", "order_number,ordered_at\n2,2026-01-01T00:00:00Z\n")
    result = installation.extract()
    assert result.status == "unusable"
    assert "no column order_id, which is its key" in result.message


def test_sparse_json_fields_are_no_fault_once_known(installation: SmallInstallation) -> None:
    installation.configure_table('key = ["id"]\nfree_text = ["note"]')
    installation.deliver("rows1.jsonl", '{"id": 1}\n')
    assert installation.extract().status == "unusable"
    installation.configure_table('key = ["id"]\nfree_text = ["note"]\ncolumns = ["note"]')
    assert installation.extract().status == "loaded"
    installation.configure_table('key = ["id"]\nfree_text = ["note"]')
    installation.deliver("rows2.jsonl", '{"id": 2}\n')
    assert installation.extract().status == "loaded"


def test_type_change_is_kept_as_text(installation: SmallInstallation) -> None:
    """Raw takes it; the mapping says which row does not fit."""
    installation.configure_table('key = ["id"]')
    installation.deliver("rows1.csv", "id,n\n1,5\n")
    installation.extract()
    installation.deliver("rows2.jsonl", '{"id": 2, "n": "five"}\n{"id": 3, "n": {"v": 5}}\n')
    installation.extract()
    assert installation.current("n") == [("5",), ("five",), ('{"v": 5}',)]
