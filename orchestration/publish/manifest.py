"""The manifest: what one published file holds, written beside it. Reading and writing it as JSON, nothing else."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

MANIFEST_FORMAT = 1


@dataclass(frozen=True)
class TableEntry:
    """One table: how many rows, the checksum of its content (any row order) and of its definition."""

    row_count: int
    checksum: str
    definition: str


@dataclass(frozen=True)
class Manifest:
    """One published file. `tables` is taken from the warehouse, `sha256` and `byte_count` from the file.

    `sequence` grows by one with every publish: it tells older from newer whatever the machine's clock says.
    `published_at` is UTC in ISO 8601.
    """

    build_id: str
    sequence: int
    published_at: str
    sha256: str
    byte_count: int
    duckdb_version: str
    storage_version: str
    tables: Mapping[str, TableEntry]

    @property
    def row_count(self) -> int:
        """Rows of all tables together."""
        return sum(entry.row_count for entry in self.tables.values())

    def to_json(self) -> str:
        """The manifest as text, keys sorted, with the number of its format."""
        return json.dumps({"format": MANIFEST_FORMAT, **asdict(self)}, indent=2, sort_keys=True) + "\n"


def parse_manifest(text: str) -> Manifest:
    """A manifest from its text. Raises ValueError when it is none."""
    try:
        content: dict[str, Any] = json.loads(text)
        if content.pop("format") != MANIFEST_FORMAT:
            raise ValueError("the manifest's format is not known to this version")
        content["tables"] = {name: TableEntry(**entry) for name, entry in content["tables"].items()}
        return Manifest(**content)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a manifest: {error}") from error


def read_manifest(file: Path) -> Manifest | None:
    """The manifest in a file; None when it is missing, unreadable or damaged."""
    try:
        return parse_manifest(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
