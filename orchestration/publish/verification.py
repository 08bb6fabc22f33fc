"""`verify`: is the published file, byte for byte and row for row, what was published? It reads and never repairs."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.publish.copying import differences, read_entries, read_file_build_ids
from orchestration.publish.files import sha256_of
from orchestration.publish.layout import Layout
from orchestration.publish.manifest import Manifest, read_manifest
from orchestration.publish.parquet import inspect_parquet
from orchestration.publish.snapshots import good_snapshot, list_snapshots

_MOST_TRIES = 5


@dataclass(frozen=True)
class VerifyReport:
    """What `verify` found. `problems` empty means good; `notes` are for information and need no action now.

    `build_id` is the build that the file was proved to be (None: it is not proved to be any). `good_snapshot` is the
    build to roll back to when there are problems (None: there is none, publish again).
    """

    problems: tuple[str, ...]
    notes: tuple[str, ...]
    build_id: str | None
    good_snapshot: str | None
    table_count: int
    row_count: int

    @property
    def is_good(self) -> bool:
        """Whether readers get exactly what was published."""
        return not self.problems

    @property
    def summary(self) -> str:
        """One line: what is the case and, if something is wrong, what to do next."""
        if self.is_good:
            line = f"build {self.build_id} is intact: {self.table_count} tables, {self.row_count} rows"
            return "; ".join([line, *self.notes])
        if self.good_snapshot is None:
            advice = "no snapshot is intact: publish again"
        else:
            advice = f"run `support-metrics rollback --to {self.good_snapshot}`"
        return "; ".join([*self.problems, advice])


@dataclass(frozen=True)
class _Identity:
    """Which manifest the published file matches, and what there is to say about it."""

    manifest: Manifest | None
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def verify(published_dir: Path) -> VerifyReport:
    """Check the published file and its Parquet folder against what was published. Takes no lock, changes nothing.

    Never raises for a damaged file: that is what the report says.
    """
    layout = Layout(published_dir)
    for _ in range(_MOST_TRIES):
        before = _inode(layout.file)
        report = _verify_once(layout)
        # A publish may have swapped the file while it was being read: then the answer is about neither.
        if report.is_good or _inode(layout.file) == before:
            break
    return report


def check_file(file: Path, manifest: Manifest) -> list[str]:
    """What is wrong with a file that should be the one of `manifest`, one sentence each; empty when nothing is."""
    try:
        if sha256_of(file) != manifest.sha256:
            return [f"{file.name} is corrupt: its sha256 is not that of build {manifest.build_id}"]
        found, build_ids = read_entries(file)
    except (OSError, duckdb.Error) as error:
        return [f"{file.name} cannot be read: {' '.join(str(error).split())}"]
    problems = differences(manifest.tables, found)
    if build_ids != [manifest.build_id]:
        problems.append(f"meta.build_info holds {build_ids}, the manifest is of build {manifest.build_id}")
    return problems


def _verify_once(layout: Layout) -> VerifyReport:
    expected = read_manifest(layout.manifest)
    identity = _identify(layout, expected)
    problems, notes = list(identity.problems), list(identity.notes)
    if layout.wal.exists():
        problems.append(f"{layout.wal.name} lies beside the published file, so that clients cannot open it")
    elif identity.manifest is not None and not problems:
        problems += check_file(layout.file, identity.manifest)
    if identity.manifest is not None and not problems:
        parquet = inspect_parquet(layout)
        problems += parquet.problems
        if parquet.build_id not in (None, identity.manifest.build_id):
            notes.append(f"parquet/ is still of build {parquet.build_id}: publish again to bring it up")
    proved = identity.manifest if identity.manifest is not None and not identity.problems else None
    good = None
    if problems:
        good = good_snapshot(layout.root, expected)
    return VerifyReport(
        problems=tuple(problems),
        notes=tuple(notes),
        build_id=proved.build_id if proved else None,
        good_snapshot=good.build_id if good else None,
        table_count=len(proved.tables) if proved else 0,
        row_count=proved.row_count if proved else 0,
    )


def _identify(layout: Layout, expected: Manifest | None) -> _Identity:
    """Find the manifest whose sha256 the published file has: the one beside it, or a snapshot's."""
    name = layout.file.name
    try:
        digest = sha256_of(layout.file)
    except OSError as error:
        missing = f"{layout.file} does not exist" if not layout.file.exists() else f"{name} cannot be read: {error}"
        return _Identity(None, (missing,))
    if expected is not None and digest == expected.sha256:
        return _Identity(expected)
    known = next((s.manifest for s in list_snapshots(layout.root) if s.manifest.sha256 == digest), None)
    if known is None:
        return _Identity(None, (_describe_unknown(layout, expected),))
    if expected is None:
        return _Identity(known, notes=(f"the manifest beside {name} is missing or damaged; its snapshot's was used",))
    if known.build_id == expected.build_id:
        return _Identity(known, notes=(f"the manifest beside {name} is damaged; its snapshot's was used",))
    if known.sequence > expected.sequence:
        return _Identity(
            known,
            notes=(
                f"a swap was interrupted: {name} is build {known.build_id} and whole, the manifest beside it is of "
                f"build {expected.build_id}; the next publish or rollback puts that right",
            ),
        )
    return _Identity(
        known,
        (
            f"{name} is an older file: it holds build {known.build_id}, published {known.published_at}, "
            f"but build {expected.build_id} of {expected.published_at} was published here last",
        ),
    )


def _describe_unknown(layout: Layout, expected: Manifest | None) -> str:
    """Say whether a file that matches no manifest is damaged or another one."""
    name = layout.file.name
    if expected is None:
        return f"{name} matches no manifest: it is corrupt, or was not published here"
    try:
        build_ids = read_file_build_ids(layout.file)
    except duckdb.Error:
        build_ids = None
    if build_ids and build_ids != [expected.build_id]:
        return f"{name} is another file: it holds build {', '.join(build_ids)}, the manifest is of {expected.build_id}"
    return f"{name} is corrupt: its sha256 is not that of build {expected.build_id}"


def _inode(file: Path) -> tuple[int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns
