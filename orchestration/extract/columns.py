"""What a delivery's columns promise and what came: a column that must be there, one that is new, one that vanished.

Belongs here: names of columns. A declared column that is not delivered would be a silent column of nulls, and a misspelt
identity would be stored as it is; both are refused, the column named.
"""

from dataclasses import dataclass

import duckdb

from orchestration.contract import contract_columns, entities
from orchestration.extract.faults import UnusableFileError
from orchestration.extract.naming import raw_name
from orchestration.extract.versions import METADATA
from orchestration.source_models import RawTable
from orchestration.sources import AnySource

TAGS = ("_themes", "_sentiment", "_character_count")
NEW, VANISHED, UNKNOWN = "new", "vanished", "unknown to the contract"


@dataclass(frozen=True)
class Layout:
    """The columns of one delivered file or table, by their names in raw.

    In JSON lines (`is_sparse`) a field that no line has may be one that simply had no value.
    """

    name: str
    columns: tuple[str, ...]
    is_sparse: bool
    has_rows: bool


def refuse_missing(source: AnySource, table: RawTable, layout: Layout, raw_columns: list[str]) -> None:
    """Check one file's or table's columns against what the source declares.

    Args:
        source: the source.
        table: how it declares the table.
        layout: what came.
        raw_columns: the columns that the raw table has already; none when nothing was ever landed.

    Raises:
        UnusableFileError: a key, an identity, a free text or a required column of the contract is not delivered.
    """
    if layout.is_sparse and not layout.has_rows:
        return
    there = {*layout.columns, *table.derived}
    missing = {name: why for name, why in _required(source, table).items() if name not in there}
    for name, why in _declared_personal(source, table).items():
        is_known = name in raw_columns or f"{name}_character_count" in raw_columns
        if name not in there and not (layout.is_sparse and is_known):
            missing.setdefault(name, why)
    if missing:
        named = "; ".join(f"no column {name}, which is {why}" for name, why in missing.items())
        delivered = ", ".join(sorted(layout.columns)) or "no column"
        raise UnusableFileError(f"{layout.name}: table {table.name}: {named}; there is {delivered}")


def _required(source: AnySource, table: RawTable) -> dict[str, str]:
    """Raw names of the columns that must be delivered, each with why."""
    required = {}
    for mapping in source.entities:
        entity = entities().get(mapping.entity)
        if entity is None or mapping.table != table.name:
            continue
        for column in entity.columns:
            declared = mapping.columns.get(column.name) if mapping.columns else column.name
            if column.is_required and declared is not None and column.name not in mapping.defaults:
                required[raw_name(declared)] = f"the required {column.name} of {entity.name}"
    required |= {raw_name(name): "declared as required" for name in table.required}
    return required | {raw_name(name): "its key" for name in table.key}


def _declared_personal(source: AnySource, table: RawTable) -> dict[str, str]:
    """Raw names of the identities and free texts that the owner lists himself; the contract's are all optional."""
    of_contract = set()
    if table.name in source.delivers and table.name in entities():
        of_contract = {c.name for c in entities()[table.name].columns if c.is_identity or c.is_free_text}
    declared = dict.fromkeys(table.identities, "declared as an identity")
    declared |= dict.fromkeys(table.free_text, "declared as free text")
    return {raw_name(name): why for name, why in declared.items() if name not in of_contract}


def layout_changes(
    source: AnySource, table: RawTable, delivered: set[str], raw_columns: list[str], vanished: set[str]
) -> dict[str, str]:
    """Each column whose state changed since the deliveries before, with its state now.

    Args:
        source: the source.
        table: how it declares the table.
        delivered: raw names of all columns of this delivery.
        raw_columns: the columns that the raw table has already; none when nothing was ever landed.
        vanished: columns that are known to have vanished.
    """
    texts = {raw_name(name) for name in table.free_text}
    tags = {text + tag for text in texts for tag in TAGS}
    before = {name for name in raw_columns if name not in METADATA and name not in tags and name not in table.derived}
    before = {name for name in before if not name.startswith("_")}
    before |= {text for text in texts if f"{text}_character_count" in raw_columns}
    appeared = (delivered - before if raw_columns else set()) | (delivered & vanished)
    changes = dict.fromkeys(sorted(appeared), NEW)
    changes |= dict.fromkeys(sorted(before - delivered - vanished), VANISHED)
    for mapping in source.entities:
        if mapping.table == table.name and not mapping.columns and mapping.entity in entities():
            known = {name for name, _ in contract_columns(entities()[mapping.entity])}
            changes |= dict.fromkeys(sorted(delivered - before - known), UNKNOWN)
    return changes


def vanished_columns(connection: duckdb.DuckDBPyConnection, source_name: str, table_name: str) -> set[str]:
    """The columns whose newest recorded state is that they vanished."""
    return _in_state(connection, source_name, table_name, VANISHED)


def told_columns(connection: duckdb.DuckDBPyConnection, source_name: str, table_name: str) -> set[str]:
    """The columns that were told as new already."""
    return _in_state(connection, source_name, table_name, NEW)


def _in_state(connection: duckdb.DuckDBPyConnection, source_name: str, table_name: str, state: str) -> set[str]:
    return {
        row[0]
        for row in connection.execute(
            "select column_name from audit.table_columns where source_name = ? and table_name = ? and state in (?, ?) "
            "group by column_name having arg_max(state, recorded_at) = ?",
            [source_name, table_name, NEW, VANISHED, state],
        ).fetchall()
    }


def refuse_other_key(connection: duckdb.DuckDBPyConnection, source_name: str, table: RawTable) -> None:
    """Refuse a key other than the one that the rows in raw are told apart by: each row would stand there twice.

    Raises:
        UnusableFileError: the declared key is another one.
    """
    known = connection.execute(
        "select key_columns from audit.table_keys where source_name = ? and table_name = ?", [source_name, table.name]
    ).fetchall()
    if known and known[0][0] != key_text(table):
        raise UnusableFileError(
            f"table {table.name}: its rows were loaded with the {known[0][0]} and sources.toml now says {key_text(table)}; "
            "give the table another name to load it afresh"
        )


def key_text(table: RawTable) -> str:
    """How a table's rows are told apart, in words."""
    if table.key:
        return f"key {', '.join(raw_name(name) for name in table.key)}"
    return "key none (repeats kept)" if table.repeats == "keep" else "key none"
