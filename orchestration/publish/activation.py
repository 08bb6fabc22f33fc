"""Making a snapshot the published file: everything is staged first, then only names are swapped.

The order of the two swaps keeps one rule: if a kill falls between them, the published file is *newer* than the manifest
beside it, and the file's own manifest is among the snapshots. A file older than its manifest was put there by somebody.
"""

from orchestration.publish.files import replace, stage_link, stage_symbolic_link, stage_text, sync_directory
from orchestration.publish.layout import Layout
from orchestration.publish.manifest import Manifest, read_manifest
from orchestration.publish.parquet import export_parquet, inspect_parquet, new_folder, prune_parquet
from orchestration.publish.snapshots import list_snapshots


def activate(layout: Layout, manifest: Manifest, directory_mode: int) -> list[str]:
    """Make the snapshot of `manifest.build_id` current: the file, its manifest, its Parquet folder.

    Returns notes for the person (what was found in the way and removed). Needs the lock.
    Raises OSError or duckdb.Error while staging: then nothing has changed for readers.
    """
    snapshot = layout.snapshot_file(manifest.build_id)
    installed = read_manifest(layout.manifest)
    parquet = inspect_parquet(layout)
    previous_folder = layout.parquet.resolve().name
    exported, folder = None, new_folder(layout, manifest.build_id)
    if parquet.problems or parquet.build_id != manifest.build_id:
        exported = export_parquet(layout, snapshot, manifest.build_id, directory_mode)

    swaps = [
        (stage_link(layout.file, snapshot, layout.work), layout.file),
        (stage_text(layout.manifest, manifest.to_json(), layout.work), layout.manifest),
    ]
    if installed is not None and manifest.sequence < installed.sequence:
        swaps.reverse()
    if exported is not None:
        swaps.append((stage_symbolic_link(layout.parquet, folder, layout.work), layout.parquet))
        exported.rename(folder)
        sync_directory(layout.parquet_builds)

    notes = remove_stale_wal(layout)
    for staged, target in swaps:
        replace(staged, target)
    if exported is not None:
        prune_parquet(layout, keep={folder.name, previous_folder})
    return notes


def remove_stale_wal(layout: Layout) -> list[str]:
    """Remove a write-ahead log beside the published file: the file is whole without it, and unreadable with it."""
    if not layout.wal.exists():
        return []
    layout.wal.unlink()
    return [f"removed a stale {layout.wal.name}: somebody had opened the published file for writing"]


def finish_interrupted_swap(layout: Layout) -> list[str]:
    """Write the manifest that a killed publish or rollback left out; returns notes. Needs the lock."""
    if not layout.file.is_file():
        return []
    installed = read_manifest(layout.manifest)
    for snapshot in list_snapshots(layout.root):
        if snapshot.file.samefile(layout.file) and (
            installed is None or snapshot.manifest.sequence > installed.sequence
        ):
            replace(stage_text(layout.manifest, snapshot.manifest.to_json(), layout.work), layout.manifest)
            return [f"an interrupted swap was finished: the published file is build {snapshot.build_id}"]
    return []
