"""The last publishes: listing them, finding one that is whole, and removing the oldest. Nothing is swapped here."""

from dataclasses import dataclass
from pathlib import Path

from orchestration.publish.files import sha256_of
from orchestration.publish.layout import MANIFEST_SUFFIX, Layout
from orchestration.publish.manifest import Manifest, read_manifest


@dataclass(frozen=True)
class Snapshot:
    """One publish that is kept. `is_current`: the manifest beside the published file names this build."""

    manifest: Manifest
    file: Path
    is_current: bool

    @property
    def build_id(self) -> str:
        """The build that it holds."""
        return self.manifest.build_id


def list_snapshots(published_dir: Path) -> list[Snapshot]:
    """The snapshots, newest publish first. One without a file or a readable manifest is not listed; none is opened."""
    layout = Layout(published_dir)
    current = read_manifest(layout.manifest)
    found = []
    for manifest_file in layout.snapshots.glob(f"*{MANIFEST_SUFFIX}"):
        manifest = read_manifest(manifest_file)
        if manifest is None or manifest_file != layout.snapshot_manifest(manifest.build_id):
            continue
        file = layout.snapshot_file(manifest.build_id)
        if file.is_file():
            is_current = current is not None and current.build_id == manifest.build_id
            found.append(Snapshot(manifest, file, is_current))
    return sorted(found, key=lambda snapshot: snapshot.manifest.sequence, reverse=True)


def is_whole(snapshot: Snapshot) -> bool:
    """Whether every byte of a snapshot is as it was published."""
    try:
        return sha256_of(snapshot.file) == snapshot.manifest.sha256
    except OSError:
        return False


def good_snapshot(published_dir: Path, current: Manifest | None = None) -> Snapshot | None:
    """The snapshot to go back to: the current build's if it is whole, else the newest whole one before it, else any.

    Without `current` the newest whole one; None when none is whole.
    """
    snapshots = list_snapshots(published_dir)
    if current is not None:
        newest_first = [snapshot for snapshot in snapshots if snapshot.manifest.sequence <= current.sequence]
        snapshots = newest_first + [snapshot for snapshot in snapshots if snapshot not in newest_first]
    return next((snapshot for snapshot in snapshots if is_whole(snapshot)), None)


def next_sequence(published_dir: Path) -> int:
    """One more than any publish that is known here."""
    known = [snapshot.manifest.sequence for snapshot in list_snapshots(published_dir)]
    current = read_manifest(Layout(published_dir).manifest)
    return max([*known, current.sequence if current else 0, 0]) + 1


def remove_snapshot(layout: Layout, build_id: str) -> None:
    """Remove a snapshot, its file first: a manifest without a file is no snapshot."""
    layout.snapshot_file(build_id).unlink(missing_ok=True)
    layout.snapshot_manifest(build_id).unlink(missing_ok=True)


def prune_snapshots(published_dir: Path, keep: int) -> list[str]:
    """Keep the `keep` newest snapshots and the current one; returns the build ids removed.

    Manifests without a file, as a kill may leave them, go too.
    """
    layout = Layout(published_dir)
    removed = [snapshot.build_id for snapshot in list_snapshots(published_dir)[keep:] if not snapshot.is_current]
    for build_id in removed:
        remove_snapshot(layout, build_id)
    for manifest_file in layout.snapshots.glob(f"*{MANIFEST_SUFFIX}"):
        if not layout.snapshot_file(manifest_file.name.removesuffix(MANIFEST_SUFFIX)).exists():
            manifest_file.unlink()
    return removed
