"""`publish`: the order of the steps, and what is left when one fails. The steps themselves are in their own modules."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration.publish.activation import activate, finish_interrupted_swap
from orchestration.publish.copying import STORAGE_VERSION, Marts, copy_marts, differences, open_marts, read_entries
from orchestration.publish.errors import CopyMismatchError, PublishError, translate_errors
from orchestration.publish.files import empty_directory, hold_lock, replace, seal, sha256_of, stage_text, sync_directory
from orchestration.publish.layout import DIRECTORY_MODE, Layout, check_build_id
from orchestration.publish.manifest import Manifest
from orchestration.publish.snapshots import (
    Snapshot,
    is_whole,
    list_snapshots,
    next_sequence,
    prune_snapshots,
    remove_snapshot,
)


@dataclass(frozen=True)
class PublishResult:
    """What a publish did. `is_new` is false when this build had been published before and was made current again."""

    manifest: Manifest
    file: Path
    is_new: bool
    seconds: float
    removed_snapshots: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def build_id(self) -> str:
        """The build that is now published."""
        return self.manifest.build_id

    @property
    def table_count(self) -> int:
        """How many tables were published."""
        return len(self.manifest.tables)

    @property
    def row_count(self) -> int:
        """Rows of all tables together."""
        return self.manifest.row_count


def publish(
    warehouse: Path,
    published_dir: Path,
    *,
    build_id: str,
    keep: int = 7,
    extra_tables: Mapping[str, str] | None = None,
    directory_mode: int = DIRECTORY_MODE,
    memory_limit: str | None = None,
    wait_seconds: float = 30.0,
) -> PublishResult:
    """Publish the marts of `warehouse` as a new file in `published_dir`, swapped in whole.

    `build_id` must be the one that the warehouse's `meta.build_info` holds. `keep` snapshots stay. `extra_tables` maps
    published names to other tables of the warehouse. `directory_mode` is the published folder's mode. `memory_limit`
    is in DuckDB's words. `wait_seconds` bounds the wait for the warehouse's lock and for the folder's, each.
    Publishing a build again that is unchanged and still among the snapshots only makes it current.
    Raises PublishError (ContractError, CopyMismatchError, NoSpaceError, PublishBusyError): then readers still have what
    they had, and nothing of the attempt is left.
    """
    started = time.monotonic()
    check_build_id(build_id)
    if keep < 1:
        raise PublishError(f"keep must be 1 or more, not {keep}: the published file is the first snapshot")
    if not warehouse.is_file():
        raise PublishError(f"{warehouse} does not exist: run `support-metrics run` (or `support-metrics demo`) first")
    layout = Layout(published_dir)
    with translate_errors(f"publishing build {build_id} to {published_dir}"):
        layout.prepare(directory_mode)
        with hold_lock(layout.lock, wait_seconds):
            leftovers = empty_directory(layout.work)
            notes = [f"removed what a killed publish had left: {', '.join(leftovers)}"] if leftovers else []
            notes += finish_interrupted_swap(layout)
            try:
                with open_marts(
                    warehouse,
                    build_id=build_id,
                    extra_tables=extra_tables,
                    spill=layout.work / "spill",
                    memory_limit=memory_limit,
                    wait_seconds=wait_seconds,
                ) as marts:
                    earlier = _same_build(layout, build_id, marts)
                    manifest = earlier.manifest if earlier else _make_snapshot(layout, marts, build_id)
                readers_have = _identity(layout.file)
                try:
                    notes += activate(layout, manifest, directory_mode)
                except BaseException:
                    if earlier is None and _identity(layout.file) == readers_have:
                        remove_snapshot(layout, build_id)
                    raise
                removed = prune_snapshots(published_dir, keep)
            finally:
                empty_directory(layout.work)
    return PublishResult(
        manifest=manifest,
        file=layout.file,
        is_new=earlier is None,
        seconds=time.monotonic() - started,
        removed_snapshots=tuple(removed),
        notes=tuple(notes),
    )


def _same_build(layout: Layout, build_id: str, marts: Marts) -> Snapshot | None:
    """The whole snapshot of this build, if it was published before; refuses another content under the same id."""
    for snapshot in list_snapshots(layout.root):
        if snapshot.build_id == build_id:
            changed = differences(snapshot.manifest.tables, marts.entries)
            if changed:
                raise PublishError(
                    f"build {build_id} was published before with other content ({'; '.join(changed[:3])}): "
                    "run the whole build again, which gives it an id of its own"
                )
            return snapshot if is_whole(snapshot) else None
    return None


def _make_snapshot(layout: Layout, marts: Marts, build_id: str) -> Manifest:
    """Copy, prove and seal the new file, and put it among the snapshots. Raises CopyMismatchError."""
    new_file = layout.work / "new.duckdb"
    copy_marts(marts, new_file)
    found, build_ids = read_entries(new_file, layout.work / "spill")
    wrong = differences(marts.entries, found)
    if wrong or build_ids != [build_id]:
        raise CopyMismatchError(
            f"the new file does not hold what the warehouse holds ({'; '.join(wrong) or 'build id'}): publish again; "
            "if it stays so, the disk or the DuckDB version is at fault"
        )
    seal(new_file)
    manifest = Manifest(
        build_id=build_id,
        sequence=next_sequence(layout.root),
        published_at=datetime.now(UTC).isoformat(timespec="seconds"),
        sha256=sha256_of(new_file),
        byte_count=new_file.stat().st_size,
        duckdb_version=duckdb.__version__,
        storage_version=STORAGE_VERSION,
        tables=dict(marts.entries),
    )
    target = layout.snapshot_manifest(build_id)
    replace(stage_text(target, manifest.to_json(), layout.work), target)
    new_file.rename(layout.snapshot_file(build_id))
    sync_directory(layout.snapshots)
    return manifest


def _identity(file: Path) -> tuple[int, int] | None:
    """Tells one published file from the next under the same name."""
    if not file.exists():
        return None
    status = file.stat()
    return status.st_ino, status.st_mtime_ns
