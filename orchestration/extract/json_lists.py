"""A JSON file that is a list, or several lists one after the other, read item by item.

Belongs here: taking a file apart without holding it in memory as a whole. What an item means is in `json_files`.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from orchestration.extract.faults import UnusableFileError
from orchestration.extract.text_values import Number
from orchestration.source_models import FileTable

BLOCK = 1 << 20
MAX_RECORD_BYTES = 64 * 1024 * 1024
BLANK = " \t\r\n"


def holds_list(path: Path, table: FileTable) -> bool:
    """Whether the first character that is not blank opens a list.

    Raises:
        UnusableFileError: the file is not in the declared encoding.
    """
    with _open(path, table) as file:
        try:
            while block := file.read(BLOCK):
                if block.strip():
                    return block.lstrip()[0] == "["
        except UnicodeError as error:
            raise UnusableFileError(f"{path.name}: not {table.encoding} ({error})") from None
    return False


def list_items(path: Path, table: FileTable) -> Iterator[tuple[int, Any]]:
    """The items of a file's lists, in order, each with the line in which it begins.

    Several lists may follow each other, as when the pages of an interface's answers are written into one file.

    Raises:
        UnusableFileError: the file is no sequence of whole JSON lists, or not in the declared encoding.
    """
    decoder = json.JSONDecoder(parse_float=Number, parse_constant=refuse_constant)
    with _open(path, table) as file:
        rest = _Rest(file, path.name)
        try:
            while rest.peek() == "[":
                rest.take()
                if rest.peek() == "]":
                    rest.take()
                    continue
                while True:
                    rest.peek()
                    yield rest.line, rest.value(decoder)
                    closing = rest.peek()
                    if closing not in (",", "]"):
                        raise UnusableFileError(f"{path.name}: line {rest.line}: a list is not closed")
                    rest.take()
                    if closing == "]":
                        break
            if rest.peek():
                raise UnusableFileError(f"{path.name}: line {rest.line}: something stands after the list")
        except UnicodeError as error:
            raise UnusableFileError(f"{path.name}: not {table.encoding} ({error})") from None


def refuse_constant(name: str) -> float:
    """JSON knows no NaN and no Infinity.

    Raises:
        ValueError: always.
    """
    raise ValueError(name)


def refuse_half_characters(value: Any) -> None:
    """An escape may name half of a character, which is no text.

    Raises:
        UnicodeError: a text of the value has one.
    """
    json.dumps(value, ensure_ascii=False, default=str).encode()


class _Rest:
    """What is still to be read of a file: a buffer that grows only while a value is not whole."""

    def __init__(self, file: TextIO, name: str) -> None:
        self._file, self._name = file, name
        self._buffer, self._at = "", 0
        self.line = 1

    def peek(self) -> str:
        """The next character that is not blank; empty at the end of the file."""
        while True:
            while self._at < len(self._buffer):
                character = self._buffer[self._at]
                if character not in BLANK:
                    return character
                self.line += character == "\n"
                self._at += 1
            if not self._grow():
                return ""

    def take(self) -> None:
        """Pass over one character."""
        self._at += 1

    def value(self, decoder: json.JSONDecoder) -> Any:
        """The value that begins here, whole."""
        while True:
            try:
                value, end = decoder.raw_decode(self._buffer, self._at)
            except json.JSONDecodeError as error:
                if self._grow():
                    continue
                raise UnusableFileError(f"{self._name}: line {self.line}: not JSON, or cut off ({error.msg})") from None
            except (ValueError, RecursionError):
                raise UnusableFileError(
                    f"{self._name}: line {self.line}: not JSON: a number or a nesting beyond measure"
                ) from None
            if end == len(self._buffer) and self._grow():
                continue  # a number could go on
            self.line += self._buffer.count("\n", self._at, end)
            self._at = end
            return value

    def _grow(self) -> bool:
        block = self._file.read(BLOCK)
        self._buffer, self._at = self._buffer[self._at :] + block, 0
        if len(self._buffer) > MAX_RECORD_BYTES + BLOCK:
            raise UnusableFileError(
                f"{self._name}: line {self.line}: longer than {MAX_RECORD_BYTES // 1024 // 1024} MiB, or no JSON"
            )
        return bool(block)


def _open(path: Path, table: FileTable) -> TextIO:
    encoding = "utf-8-sig" if table.encoding.lower().replace("_", "-") in ("utf-8", "utf8") else table.encoding
    return path.open(encoding=encoding, newline="")
