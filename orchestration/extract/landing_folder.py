"""The files kind: which files of a landing folder are new, and their rows together.

Belongs here: finding, refusing and remembering files. Reading one is in `files`, what is new in it in `versions`.
"""

import fnmatch
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from orchestration.extract.files import Rejected, UnusableFileError, read_file
from orchestration.sources import FileSource, FileTable
from orchestration.warehouse import quoted


class UnreachableSourceError(Exception):
    """A source cannot be reached; the run goes on without it and freshness says so."""


@dataclass(frozen=True)
class LandedFile:
    """A file that was read, with what is remembered of it."""

    name: str
    content_hash: str
    byte_count: int
    rows_read: int
    rows_rejected: int


@dataclass
class Arrived:
    """What one table's new files hold; the rows themselves are in the temporary table `arrived`."""

    files: list[LandedFile] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


def source_folder(source: FileSource, landing: Path) -> Path:
    """The folder a source's files arrive in: `landing/<name>`, `landing/<path>`, or an absolute path.

    Raises:
        UnreachableSourceError: it is not there or cannot be listed.
    """
    folder = landing / (source.path or source.name)
    if not folder.is_dir():
        raise UnreachableSourceError(f"source {source.name}: the landing folder {folder} is not there")
    return folder


def new_files(folder: Path, table: FileTable, known_hashes: set[str], max_bytes: int) -> list[tuple[Path, str]]:
    """The table's files whose content was not loaded before, by name, each with the SHA-256 of its content.

    Raises:
        UnusableFileError: a file leads out of the folder or is larger than the installation allows.
    """
    found = []
    for path in sorted(folder.iterdir()):
        if not fnmatch.fnmatchcase(path.name, table.files) or path.name.startswith("."):
            continue
        if not path.resolve().is_relative_to(folder.resolve()):
            raise UnusableFileError(f"{path.name}: leads out of the landing folder and is refused")
        if not path.is_file():
            continue
        size = path.stat().st_size
        if size > max_bytes:
            raise UnusableFileError(
                f"{path.name}: {size / 1e6:.0f} MB is more than the {max_bytes / 1e6:.0f} MB allowed "
                "(SUPPORT_METRICS_MAX_FILE_MEGABYTES)"
            )
        with path.open("rb") as file:
            content_hash = hashlib.file_digest(file, "sha256").hexdigest()
        if content_hash not in known_hashes:
            found.append((path, content_hash))
    return found


def read_files(connection: duckdb.DuckDBPyConnection, files: list[tuple[Path, str]], table: FileTable) -> Arrived:
    """Read files into the temporary table `arrived`, columns united by name, with `_file_name` and `_file_order`.

    Raises:
        UnusableFileError: one of them cannot be read.
    """
    arrived = Arrived()
    parts = []
    for order, (path, content_hash) in enumerate(files):
        part = f"arrived_{order}"
        rejected = read_file(connection, path, table, part)
        count = connection.execute(f"select count(*) from {quoted(part)}").fetchall()[0][0]
        arrived.rejected += rejected
        arrived.files.append(
            LandedFile(path.name, content_hash, path.stat().st_size, count + len(rejected), len(rejected))
        )
        parts.append(f"select *, ${order + 1} as _file_name, {order} as _file_order from {quoted(part)}")
    connection.execute(
        f"create or replace temp table arrived as {' union all by name '.join(parts)}", [path.name for path, _ in files]
    )
    for order in range(len(files)):
        connection.execute(f"drop table {quoted(f'arrived_{order}')}")
    return arrived
