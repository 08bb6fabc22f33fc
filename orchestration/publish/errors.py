"""The errors of the publish step: one class per thing a person would do next.

Every message is one line, names what it is about and says what to do. No DuckDB or operating-system error leaves the
publish step as it is: `translate_errors` turns it into one of these.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

_NO_SPACE_NUMBERS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NO_SPACE_WORDS = ("no space left", "file too large", "disk quota exceeded", "max_temp_directory_size")
_BUSY_WORDS = ("could not set lock", "conflicting lock", "unique file handle conflict", "different configuration")


class PublishError(Exception):
    """Something in the published folder or the warehouse stops the command; what was published before stays."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


class ContractError(PublishError):
    """A table of the warehouse breaks the contract of the published file: its type, comment or kind."""


class CopyMismatchError(PublishError):
    """The new file does not hold what the warehouse holds; it was thrown away."""


class NoSpaceError(PublishError):
    """The disk, the quota or the file-size limit is used up."""


class PublishBusyError(PublishError):
    """Another process holds the warehouse or the published folder."""


class SnapshotError(PublishError):
    """No snapshot can be gone back to, or the one asked for is missing or damaged."""


def is_no_space(error: BaseException) -> bool:
    """Whether an error of Python or DuckDB means that nothing more can be written."""
    if isinstance(error, OSError) and error.errno in _NO_SPACE_NUMBERS:
        return True
    return any(words in str(error).lower() for words in _NO_SPACE_WORDS)


def is_busy(error: BaseException) -> bool:
    """Whether a DuckDB error means that someone else has the file open."""
    return any(words in str(error).lower() for words in _BUSY_WORDS)


@contextmanager
def translate_errors(doing: str) -> Iterator[None]:
    """Turn errors of DuckDB and of the file system into a PublishError that says what was being done.

    Raises NoSpaceError, PublishBusyError or PublishError; a PublishError from inside passes through unchanged.
    """
    try:
        yield
    except PublishError:
        raise
    except (duckdb.Error, OSError) as error:
        cause = str(error).strip()
        if is_no_space(error):
            raise NoSpaceError(
                f"no space left while {doing}: free some disk, or keep fewer snapshots, and try again; "
                f"what was published before is untouched ({cause})"
            ) from error
        if is_busy(error):
            raise PublishBusyError(
                f"a file is open elsewhere while {doing}: end that and try again ({cause})"
            ) from error
        if isinstance(error, PermissionError):
            raise PublishError(f"not permitted while {doing}: do it as the owner of the folder ({cause})") from error
        raise PublishError(f"failed while {doing}: {cause}") from error
