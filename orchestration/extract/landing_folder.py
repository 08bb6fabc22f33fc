"""The files kind: which files of a landing folder are new, and their rows together.

Belongs here: finding, refusing and remembering files. Reading one is in `files`, what is new in it in `versions`.
"""

import fnmatch
import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from orchestration.extract.faults import Rejected, UnreachableSourceError, UnusableFileError
from orchestration.extract.files import read_file
from orchestration.extract.naming import raw_name
from orchestration.source_models import FileTable, LandedSource
from orchestration.warehouse import quoted, text_literal


@dataclass(frozen=True)
class LandedFile:
    """A file that was read, with what is remembered of it; `columns` are the names that it delivers."""

    name: str
    content_hash: str
    byte_count: int
    rows_read: int
    rows_rejected: int
    columns: tuple[str, ...]


@dataclass
class Arrived:
    """What one table's new files hold; the rows themselves are in the temporary table `arrived`."""

    files: list[LandedFile] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


@dataclass
class KnownFiles:
    """What was loaded of one table before: the content that each file name last had, and every content ever."""

    newest: dict[str, str] = field(default_factory=dict)
    contents: set[str] = field(default_factory=set)

    def add(self, name: str, content_hash: str) -> None:
        """Remember a loaded file; files are added in the order of their loading."""
        self.newest[name] = content_hash
        self.contents.add(content_hash)

    def has(self, name: str, content_hash: str, listing: str) -> bool:
        """Whether loading a file would only repeat what is known.

        A file that was overwritten with an older content is new: its owner went back. A known content under a new name
        is a copy; but a full listing that is the same again under a later name says that things are as they were.
        """
        if name in self.newest:
            return self.newest[name] == content_hash
        if content_hash not in self.contents:
            return False
        if listing != "full":
            return True
        latest = max(self.newest, key=natural_order)
        return natural_order(name) < natural_order(latest) or self.newest[latest] == content_hash


def natural_order(name: str) -> list[tuple[int, int, str]]:
    """Sorts file names as people number them: `export-9` before `export-10`."""
    return [
        (0, int(part), part) if part.isascii() and part.isdigit() else (1, 0, part)
        for part in re.split(r"([0-9]+)", name)
        if part
    ]


def source_folder(source: LandedSource, landing: Path) -> Path:
    """The folder a source's files arrive in: `landing/<name>`, `landing/<path>`, or an absolute path.

    Raises:
        UnreachableSourceError: it is not there.
        UnusableFileError: a relative path leads out of the landing folder, by `..` or by a link.
    """
    named = Path(source.path or source.name)
    folder = landing / named
    if not named.is_absolute() and not folder.resolve().is_relative_to(landing.resolve()):
        raise UnusableFileError(
            f"the folder {named} leads out of the landing folder and is refused; write an absolute path if it is meant"
        )
    if not folder.is_dir():
        raise UnreachableSourceError(f"source {source.name}: the landing folder {folder} is not there")
    return folder


def new_files(folder: Path, table: FileTable, known: KnownFiles, max_bytes: int) -> list[tuple[Path, str]]:
    """The table's files that were not loaded before, in the natural order of their names, each with its SHA-256.

    Raises:
        UnreachableSourceError: the folder cannot be listed.
        UnusableFileError: a file leads out of the folder, is larger than the installation allows, or cannot be opened.
    """
    found = []
    try:
        paths = sorted(folder.iterdir(), key=lambda path: natural_order(path.name))
    except OSError as error:
        raise UnreachableSourceError(f"the landing folder {folder} cannot be listed ({error.strerror})") from None
    for path in paths:
        if not fnmatch.fnmatchcase(path.name, table.files) or path.name.startswith("."):
            continue
        if not path.resolve().is_relative_to(folder.resolve()):
            raise UnusableFileError(f"{path.name}: leads out of the landing folder and is refused")
        if not path.is_file():
            continue
        try:
            size = path.stat().st_size
            if size > max_bytes:
                raise UnusableFileError(
                    f"{path.name}: {size / 1e6:.0f} MB is more than the {max_bytes / 1e6:.0f} MB allowed "
                    "(SUPPORT_METRICS_MAX_FILE_MEGABYTES)"
                )
            content_hash = _digest(path)
        except OSError as error:
            raise UnusableFileError(f"{path.name}: cannot be opened ({error.strerror})") from None
        if not known.has(path.name, content_hash, table.listing):
            found.append((path, content_hash))
    return found


def read_files(
    connection: duckdb.DuckDBPyConnection, files: list[tuple[Path, str]], table: FileTable, scratch: Path | None
) -> Arrived:
    """Read files into the temporary view `arrived`, columns united by name, with `_file_name` and `_file_order`.

    Raises:
        UnusableFileError: one of them cannot be read, or changed while it was read.
    """
    arrived = Arrived()
    parts = []
    for order, (path, content_hash) in enumerate(files):
        part = f"arrived_{order}"
        rejected = read_file(connection, path, table, part, scratch)
        if _digest(path) != content_hash:
            raise UnusableFileError(f"{path.name}: changed while it was read; deliver files under another name first")
        count = connection.execute(f"select count(*) from {quoted(part)}").fetchall()[0][0]
        columns = _delivered_columns(connection, part, table, count)
        arrived.rejected += rejected
        arrived.files.append(
            LandedFile(
                path.name,
                content_hash,
                path.stat().st_size,
                count + len(rejected),
                len(rejected),
                columns,
            )
        )
        parts.append(f"select *, {text_literal(path.name)} as _file_name, {order} as _file_order from {quoted(part)}")
    connection.execute(f"create or replace temp view arrived as {' union all by name '.join(parts)}")
    return arrived


def _delivered_columns(
    connection: duckdb.DuckDBPyConnection, part: str, table: FileTable, row_count: int
) -> tuple[str, ...]:
    """The columns that a file delivers; one that must be filled, and is in no row of it, counts as not delivered."""
    names = [row[0] for row in connection.execute(f"describe {quoted(part)}").fetchall()]
    empty = set()
    required = {raw_name(name) for name in [*table.required, *(table.key if table.fields else [])]} & set(names)
    if row_count and required:
        ordered = sorted(required)
        counts = ", ".join(f"count({quoted(name)})" for name in ordered)
        found = connection.execute(f"select {counts} from {quoted(part)}").fetchall()[0]
        empty = {name for name, filled in zip(ordered, found, strict=True) if not filled}
    return tuple(name for name in names if not name.startswith("_") and name not in empty)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
