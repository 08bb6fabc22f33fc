"""The Parquet side of a publish: one file per table, swapped in as a whole folder.

`parquet` is a symbolic link to a folder in `.parquet/`; that folder carries a manifest.json with the build and the
sha256 of each file. A reader that is in the old folder when the link moves finds it there until the next publish.
"""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from orchestration.publish.contract import read_tables
from orchestration.publish.files import remove_tree, seal, sha256_of, sync_directory
from orchestration.publish.layout import DIRECTORY_MODE, PARQUET_MANIFEST_NAME, Layout
from orchestration.publish.sql import attach_read_only, literal, open_workspace, quote

_SOURCE = "published_copy"


@dataclass(frozen=True)
class ParquetState:
    """What the link `parquet` leads to: the build it is of (None: no usable folder) and what is wrong in it."""

    build_id: str | None
    problems: tuple[str, ...] = ()


def export_parquet(layout: Layout, source: Path, build_id: str, directory_mode: int = DIRECTORY_MODE) -> Path:
    """Write every table of a published file as Parquet; returns the finished folder, still in the work folder.

    A table's comment and its columns' comments travel in the Parquet file's key-value metadata.
    Raises duckdb.Error and OSError; what was written until then lies in the work folder.
    """
    folder = layout.work / "parquet_export"
    folder.mkdir()
    hashes: dict[str, str] = {}
    connection = open_workspace(layout.work / "spill")
    try:
        attach_read_only(connection, source, _SOURCE)
        for table in read_tables(connection, _SOURCE):
            target = folder / table.schema / f"{table.name}.parquet"
            target.parent.mkdir(exist_ok=True)
            comments = json.dumps({column.name: column.comment for column in table.columns}, ensure_ascii=False)
            metadata = {"build_id": build_id, "comment": table.comment, "column_comments": comments}
            pairs = ", ".join(f"{quote(key)}: {literal(value)}" for key, value in metadata.items())
            connection.execute(
                f"copy (select * from {table.relation(_SOURCE)}) to {literal(str(target))} "
                f"(format parquet, compression zstd, kv_metadata {{{pairs}}})"
            )
            seal(target)
            hashes[f"{table.schema}/{table.name}.parquet"] = sha256_of(target)
    finally:
        connection.close()
    manifest = folder / PARQUET_MANIFEST_NAME
    manifest.write_text(json.dumps({"build_id": build_id, "files": hashes}, indent=2, sort_keys=True), encoding="utf-8")
    seal(manifest)
    for directory in (*(path for path in folder.iterdir() if path.is_dir()), folder):
        directory.chmod(directory_mode)
        sync_directory(directory)
    return folder


def new_folder(layout: Layout, build_id: str) -> Path:
    """A name for the folder of a new export; never used twice, so that no reader's folder changes under it."""
    return layout.parquet_builds / f"{build_id}.{secrets.token_hex(4)}"


def inspect_parquet(layout: Layout) -> ParquetState:
    """Which build the current Parquet folder is of, and which of its files are missing or changed. Never raises."""
    # The link may move meanwhile; the folder that it led to stays until the next publish.
    current = layout.parquet.resolve()
    try:
        manifest = json.loads((current / PARQUET_MANIFEST_NAME).read_text(encoding="utf-8"))
        build_id, files = str(manifest["build_id"]), dict(manifest["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return ParquetState(None, (f"{layout.parquet.name}/ is missing or has no readable {PARQUET_MANIFEST_NAME}",))
    problems = []
    for name, expected in sorted(files.items()):
        try:
            found = sha256_of(current / name)
        except OSError:
            problems.append(f"{layout.parquet.name}/{name} is missing or unreadable")
            continue
        if found != expected:
            problems.append(f"{layout.parquet.name}/{name} is corrupt (sha256)")
    return ParquetState(build_id, tuple(problems))


def prune_parquet(layout: Layout, keep: set[str]) -> None:
    """Remove the Parquet folders whose names are not in `keep`."""
    for folder in sorted(layout.parquet_builds.iterdir()):
        if folder.name not in keep:
            remove_tree(folder)
