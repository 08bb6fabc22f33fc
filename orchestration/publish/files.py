"""What the publish step needs of the file system: durable writes, whole swaps, hashes and the lock. No DuckDB here."""

import errno
import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from orchestration.publish.errors import PublishBusyError
from orchestration.publish.layout import PRIVATE_FILE_MODE, PUBLISHED_FILE_MODE

_NO_HARD_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EMLINK, errno.EXDEV}
_LOCK_POLL_SECONDS = 0.1


def sha256_of(file: Path) -> str:
    """The sha256 of a file's bytes, as hexadecimal text. Raises OSError."""
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def sync_file(file: Path) -> None:
    """Force a file's bytes to the disk."""
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_directory(directory: Path) -> None:
    """Force a folder's names to the disk, so that a swap survives a power cut."""
    sync_file(directory)


def seal(file: Path) -> None:
    """Make a finished file durable and read-only for everybody."""
    file.chmod(PUBLISHED_FILE_MODE)
    sync_file(file)


def stage_text(target: Path, text: str, work: Path) -> Path:
    """Write the sealed text that is to replace `target`; returns where it waits for its `replace`."""
    staged = work / f"{target.name}.staged"
    staged.unlink(missing_ok=True)
    with os.fdopen(os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE_MODE), "w") as handle:
        handle.write(text)
    seal(staged)
    return staged


def stage_link(target: Path, source: Path, work: Path) -> Path:
    """Make the hard link to `source` that is to replace `target`; a copy where the file system has no hard links."""
    staged = work / f"{target.name}.staged"
    staged.unlink(missing_ok=True)
    try:
        os.link(source, staged)
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            raise
        shutil.copyfile(source, staged)
        seal(staged)
    return staged


def stage_symbolic_link(target: Path, destination: Path, work: Path) -> Path:
    """Make the relative symbolic link to `destination` that is to replace `target`."""
    staged = work / f"{target.name}.staged"
    staged.unlink(missing_ok=True)
    staged.symlink_to(os.path.relpath(destination, target.parent))
    return staged


def replace(staged: Path, target: Path) -> None:
    """Put what was staged in its place, in one step and durably; a real folder in its place is set aside first."""
    if target.is_dir() and not target.is_symlink():
        target.rename(staged.with_name(f"{target.name}.replaced"))
    staged.replace(target)
    # Renaming one name of a file over another name of the same file does nothing and leaves both.
    staged.unlink(missing_ok=True)
    sync_directory(target.parent)


def remove_tree(path: Path) -> None:
    """Remove a file or a folder with all that it holds, also where its files are read-only."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def empty_directory(directory: Path) -> list[str]:
    """Remove everything inside a folder; returns the names that were there, sorted."""
    found = sorted(directory.iterdir()) if directory.is_dir() else []
    for path in found:
        remove_tree(path)
    return [path.name for path in found]


@contextmanager
def hold_lock(lock: Path, wait_seconds: float) -> Iterator[None]:
    """Be the only one that changes the published folder; the lock ends with the process, however it ends.

    Raises PublishBusyError, naming the holder's process id, when it is not free within `wait_seconds`.
    """
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, PRIVATE_FILE_MODE)
    try:
        deadline = time.monotonic() + wait_seconds
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip() or "unknown"
                    raise PublishBusyError(
                        f"process {holder} is changing {lock.parent}: wait for it to end and try again"
                    ) from None
                time.sleep(_LOCK_POLL_SECONDS)
        # The process id is only for the message above: a full disk must not stop a rollback here.
        with suppress(OSError):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode("ascii"), 0)
        yield
    finally:
        os.close(descriptor)
