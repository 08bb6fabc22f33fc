"""The contract of the canonical entities, read from its one home: models/staging/contract/_contract__sources.yml.

Belongs here: what an entity's columns are, in Python's terms. What they mean stands in that file.
"""

from dataclasses import dataclass
from functools import cache

import yaml

from orchestration.settings import PROJECT

CONTRACT_FILE = PROJECT / "models" / "staging" / "contract" / "_contract__sources.yml"


@dataclass(frozen=True)
class Column:
    """One column of an entity; `data_type` is the engine's name of the type, instants being UTC `timestamp`."""

    name: str
    data_type: str
    description: str
    is_required: bool
    is_identity: bool
    is_free_text: bool
    references: str | None


@dataclass(frozen=True)
class Entity:
    """One canonical entity; `key` are the columns that identify a row within a source."""

    name: str
    description: str
    key: tuple[str, ...]
    key_column: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """The column of that name.

        Raises:
            KeyError: the entity has no such column.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"entity {self.name} has no column {name}")


@cache
def entities() -> dict[str, Entity]:
    """All entities by name, in the contract's order."""
    document = yaml.safe_load(CONTRACT_FILE.read_text(encoding="utf-8"))
    tables = document["sources"][0]["tables"]
    return {table["name"]: _entity(table) for table in tables}


def _entity(table: dict) -> Entity:
    meta = table["config"]["meta"]
    return Entity(
        name=table["name"],
        description=table["description"],
        key=tuple(meta["key"]),
        key_column=meta["key_column"],
        columns=tuple(_column(column) for column in table["columns"]),
    )


def _column(column: dict) -> Column:
    meta = column.get("config", {}).get("meta", {})
    return Column(
        name=column["name"],
        data_type=column["data_type"],
        description=column["description"],
        is_required=bool(meta.get("required")),
        is_identity=bool(meta.get("identity")),
        is_free_text=bool(meta.get("free_text")),
        references=meta.get("references"),
    )


def reference_key(column: Column) -> str:
    """The name of the key column beside a reference: `order_id` -> `order_key`."""
    return column.name.removesuffix("_id") + "_key"


def contract_columns(entity: Entity) -> list[tuple[str, str]]:
    """Name and type of every column of `contract.<entity>`, in order, with keys and load metadata."""
    result = [("source_name", "varchar"), (entity.key_column, "varchar")]
    for column in entity.columns:
        result.append((column.name, column.data_type))
        if column.references:
            result.append((reference_key(column), "varchar"))
        if column.is_free_text:
            result += [
                (f"{column.name}_themes", "varchar"),
                (f"{column.name}_sentiment", "varchar"),
                (f"{column.name}_character_count", "bigint"),
            ]
    return [*result, ("_row_id", "varchar"), ("_seen_at", "timestamp"), ("_source_row_count", "bigint")]
