"""`rollback`: an earlier publish becomes the current one. Nothing is copied or rebuilt but the Parquet folder."""

import time
from dataclasses import dataclass
from pathlib import Path

from orchestration.publish.activation import activate, finish_interrupted_swap
from orchestration.publish.errors import SnapshotError, translate_errors
from orchestration.publish.files import empty_directory, hold_lock
from orchestration.publish.layout import DIRECTORY_MODE, Layout
from orchestration.publish.manifest import Manifest, read_manifest
from orchestration.publish.snapshots import Snapshot, list_snapshots
from orchestration.publish.verification import check_file


@dataclass(frozen=True)
class RollbackResult:
    """What a rollback did. `from_build_id` is None when nothing readable said which build was current."""

    build_id: str
    from_build_id: str | None
    manifest: Manifest
    seconds: float
    notes: tuple[str, ...]


def rollback(
    published_dir: Path, to: str | None = None, *, directory_mode: int = DIRECTORY_MODE, wait_seconds: float = 30.0
) -> RollbackResult:
    """Make an earlier publish current: the one named by build id, else the newest intact one before the current.

    The snapshot is verified (bytes, rows, checksums) before it is used. Rolling forward to a newer snapshot, or putting
    the current build's own snapshot back, works the same way with `to`.
    Raises SnapshotError when there is no such snapshot or it is damaged, PublishBusyError when a publish is running.
    """
    started = time.monotonic()
    layout = Layout(published_dir)
    if not layout.snapshots.is_dir():
        raise SnapshotError(f"{published_dir} holds no snapshots: publish first")
    with translate_errors(f"rolling back {published_dir}"):
        layout.prepare(directory_mode)
        with hold_lock(layout.lock, wait_seconds):
            empty_directory(layout.work)
            notes = finish_interrupted_swap(layout)
            try:
                current = read_manifest(layout.manifest)
                snapshot, damaged = _choose(published_dir, current, to)
                notes += damaged
                notes += activate(layout, snapshot.manifest, directory_mode)
            finally:
                empty_directory(layout.work)
    return RollbackResult(
        build_id=snapshot.build_id,
        from_build_id=current.build_id if current else None,
        manifest=snapshot.manifest,
        seconds=time.monotonic() - started,
        notes=tuple(notes),
    )


def _choose(published_dir: Path, current: Manifest | None, to: str | None) -> tuple[Snapshot, list[str]]:
    """The snapshot to use, verified, and a note for each damaged one that was passed over. Raises SnapshotError."""
    snapshots = list_snapshots(published_dir)
    names = ", ".join(snapshot.build_id for snapshot in snapshots) or "none"
    if to is not None:
        named = next((snapshot for snapshot in snapshots if snapshot.build_id == to), None)
        if named is None:
            raise SnapshotError(f"there is no snapshot of build {to}; there are: {names}")
        problems = check_file(named.file, named.manifest)
        if problems:
            raise SnapshotError(f"the snapshot of build {to} is damaged ({'; '.join(problems)}); there are: {names}")
        return named, []
    passed_over: list[str] = []
    for snapshot in snapshots:
        if current is not None and snapshot.manifest.sequence >= current.sequence:
            continue
        problems = check_file(snapshot.file, snapshot.manifest)
        if not problems:
            return snapshot, passed_over
        passed_over.append(f"the snapshot of build {snapshot.build_id} is damaged and was passed over")
    before = f" before build {current.build_id}" if current else ""
    raise SnapshotError(f"there is no intact snapshot{before} to go back to; there are: {names}; publish again instead")
