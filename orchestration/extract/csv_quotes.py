"""Records of a CSV file that do not end: a quote that nobody closes, a line beyond all measure.

Belongs here: a pass over the lines before the engine reads them. Beyond its buffer of some megabytes the engine would
take such a record for many others, or lose rows without a word.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from orchestration.extract.faults import UnusableFileError
from orchestration.source_models import FileTable

BLOCK = 1 << 20


def refuse_endless(source: Path, table: FileTable, file_name: str, max_bytes: int) -> None:
    """Check that every line and every quoted cell of a file ends.

    A quote that is opened in the last line is left to the reader: it rejects that one record.

    Args:
        source: the file in UTF-8.
        table: the declared dialect.
        file_name: what to call the file in a message.
        max_bytes: how long a record may be.

    Raises:
        UnusableFileError: one does not; the message names the line where it begins.
    """
    dialect = _Dialect(table)
    is_open, opened_at, bytes_open, number = False, 0, 0, 0
    for number, line in enumerate(_lines(source, max_bytes), start=1):
        if len(line) > max_bytes:
            raise UnusableFileError(f"{file_name}: line {number}: longer than {max_bytes:,} bytes")
        if dialect.may_toggle(line):
            was_open = is_open
            is_open = dialect.ends_open(line, is_open=is_open)
            if is_open and not was_open:
                opened_at, bytes_open = number, 0
        if is_open:
            bytes_open += len(line)
            if bytes_open > max_bytes:
                raise UnusableFileError(
                    f"{file_name}: line {opened_at}: a quote is opened and not closed within {max_bytes:,} bytes"
                )
    if is_open and opened_at < number:
        raise UnusableFileError(
            f"{file_name}: line {opened_at}: a quote is opened and never closed, so where later rows begin is unknown"
        )


def never_closes(record: str, table: FileTable) -> bool:
    """Whether a cell of a record that the engine could not read is open at its very end."""
    dialect, is_open = _Dialect(table), False
    for line in re.split(r"(?<=\n)|(?<=\r)(?!\n)", record):
        is_open = dialect.ends_open(line.encode(), is_open=is_open)
    return is_open


class _Dialect:
    """Where quotes open and close in a line."""

    def __init__(self, table: FileTable) -> None:
        self._quote = table.quote.encode()
        escape = table.escape.encode()
        self._escaped = re.compile(re.escape(escape) + b".", re.DOTALL) if escape and escape != self._quote else None
        quote, delimiter = re.escape(self._quote), re.escape(table.delimiter.encode())
        inside = rb"(?:[^" + quote + rb"]|" + quote + quote + rb")*" if quote else b""
        self._closing = re.compile(inside + quote + rb"(?!" + quote + rb")[^" + delimiter + rb"]*") if quote else None
        # A quote means something at the beginning of a cell only; `5" pipe` is a cell.
        cell = quote + inside + rb"(?:" + quote + rb"[^" + delimiter + rb"]*|(\Z))"
        self._cell = (
            re.compile(rb"(?:" + cell + rb"|[^" + delimiter + rb"]*)(?:" + delimiter + rb"|\Z)") if quote else None
        )

    def may_toggle(self, line: bytes) -> bool:
        """Whether a line holds an odd number of quotes; with an even one, what was open stays open."""
        if not self._quote or self._quote not in line:
            return False
        plain = self._escaped.sub(b"", line) if self._escaped else line
        return plain.count(self._quote) % 2 == 1

    def ends_open(self, line: bytes, *, is_open: bool) -> bool:
        """Whether a cell is still open at the end of a line that began inside one, or not."""
        if self._cell is None or self._closing is None:
            return False
        plain = self._escaped.sub(b"", line) if self._escaped else line
        at = 0
        if is_open:
            closed = self._closing.match(plain)
            if closed is None:
                return True
            at = closed.end() + 1
        while at < len(plain):
            cell = self._cell.match(plain, at)
            if cell is None:
                return False
            if cell.group(1) is not None:
                return True
            at = max(cell.end(), at + 1)
        return False


def _lines(source: Path, max_bytes: int) -> Iterator[bytes]:
    """A file's lines, whichever way they end; a longer one is cut just beyond the measure."""
    with source.open("rb") as file:
        block = file.read(BLOCK)
        ends_in_cr = b"\n" not in block and b"\r" in block
        file.seek(0)
        if not ends_in_cr:
            while line := file.readline(max_bytes + 1):
                yield line
            return
        rest = b""
        while block := file.read(BLOCK):
            *whole, rest = (rest + block).split(b"\r")
            yield from (line + b"\r" for line in whole)
            if len(rest) > max_bytes:
                break
        if rest:
            yield rest
