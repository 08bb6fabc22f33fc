"""The names, places and modes of everything in the published folder. No reading or writing of content.

<published>/                            mode of the installation's choice, 0750 by default
    support_metrics.duckdb              0444, what readers open; hard link of its snapshot
    support_metrics.manifest.json       0444, which build that file is, its sha256, its tables
    parquet -> .parquet/<build>.<n>     one Parquet file per table: parquet/<schema>/<table>.parquet
    .parquet/                           the current Parquet folder and the one before it
    snapshots/<build>.duckdb            0444, the last publishes; folder 0700
    snapshots/<build>.manifest.json     0444
    agents/<agent>.duckdb               0600 or 0640, each agent's own feedback, no part of the shared file
    .publishing/                        0700, work of a running publish; emptied by the next one
    .publish.lock                       0600, held (flock) by whoever changes the folder
"""

import re
import stat
from dataclasses import dataclass
from pathlib import Path

from orchestration.publish.errors import PublishError

PUBLISHED_FILE_NAME = "support_metrics.duckdb"
MANIFEST_FILE_NAME = "support_metrics.manifest.json"
PARQUET_MANIFEST_NAME = "manifest.json"
MANIFEST_SUFFIX = ".manifest.json"

DIRECTORY_MODE = 0o750
PRIVATE_DIRECTORY_MODE = 0o700
PUBLISHED_FILE_MODE = 0o444
PRIVATE_FILE_MODE = 0o600

_BUILD_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True)
class Layout:
    """The paths of one published folder."""

    root: Path

    @property
    def file(self) -> Path:
        """The published DuckDB file."""
        return self.root / PUBLISHED_FILE_NAME

    @property
    def wal(self) -> Path:
        """A write-ahead log that must not be beside the published file."""
        return wal_of(self.file)

    @property
    def manifest(self) -> Path:
        """The manifest of the published file."""
        return self.root / MANIFEST_FILE_NAME

    @property
    def parquet(self) -> Path:
        """The symbolic link to the current Parquet folder."""
        return self.root / "parquet"

    @property
    def parquet_builds(self) -> Path:
        """The Parquet folders that the link has pointed to."""
        return self.root / ".parquet"

    @property
    def snapshots(self) -> Path:
        """The folder of the last publishes."""
        return self.root / "snapshots"

    @property
    def agents(self) -> Path:
        """The folder of the agents' own files."""
        return self.root / "agents"

    @property
    def work(self) -> Path:
        """The folder of a running publish."""
        return self.root / ".publishing"

    @property
    def lock(self) -> Path:
        """The lock file of whoever changes the published folder."""
        return self.root / ".publish.lock"

    def snapshot_file(self, build_id: str) -> Path:
        """The snapshot of one build."""
        return self.snapshots / f"{build_id}.duckdb"

    def snapshot_manifest(self, build_id: str) -> Path:
        """The manifest of the snapshot of one build."""
        return self.snapshots / f"{build_id}{MANIFEST_SUFFIX}"

    def prepare(self, directory_mode: int) -> None:
        """Make the folders and set their modes; a set-group-id bit that the installation has set stays."""
        self.root.mkdir(parents=True, exist_ok=True)
        self.snapshots.mkdir(exist_ok=True)
        self.work.mkdir(exist_ok=True)
        self.parquet_builds.mkdir(exist_ok=True)
        _set_mode(self.root, directory_mode)
        _set_mode(self.parquet_builds, directory_mode)
        _set_mode(self.snapshots, PRIVATE_DIRECTORY_MODE)
        _set_mode(self.work, PRIVATE_DIRECTORY_MODE)

    def prepare_agents(self, directory_mode: int) -> None:
        """Make the folder of the agents' files, where an installation wants them, as open as the published folder."""
        self.agents.mkdir(exist_ok=True)
        _set_mode(self.agents, directory_mode)


def wal_of(file: Path) -> Path:
    """The write-ahead log that DuckDB keeps beside a file."""
    return file.with_name(file.name + ".wal")


def check_build_id(build_id: str) -> None:
    """Refuse a build id that cannot be part of a file name. Raises PublishError."""
    if not _BUILD_ID.fullmatch(build_id):
        raise PublishError(
            f"build id {build_id!r} cannot name a file: use up to 100 letters, digits, '.', '_' and '-', "
            "beginning with a letter or a digit"
        )


def _set_mode(directory: Path, mode: int) -> None:
    present = stat.S_IMODE(directory.stat().st_mode)
    wanted = mode | (present & stat.S_ISGID)
    if present != wanted:
        directory.chmod(wanted)
