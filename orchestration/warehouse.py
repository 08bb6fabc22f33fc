"""Opening the warehouse's build file: one writer at a time, waits bounded, the holder named.

Belongs here: connections and names quoted for SQL. Never a query about the data.
"""

import re
import time
from pathlib import Path

import duckdb


class WarehouseLockedError(Exception):
    """Another process holds the file; the message names it."""


def connect(
    path: Path,
    *,
    read_only: bool = False,
    wait_seconds: float = 30,
    memory_limit: str | None = None,
    temp: Path | None = None,
) -> duckdb.DuckDBPyConnection:
    """Open the warehouse with UTC as its zone and no extension ever fetched.

    Args:
        path: the DuckDB file.
        read_only: refuse to write.
        wait_seconds: how long to wait while another process holds the file.
        memory_limit: DuckDB's, such as `4GB`; None leaves its default.
        temp: where it spills; None leaves its default.

    Raises:
        WarehouseLockedError: still held after the wait; the message has the holder's process number.
    """
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            connection = duckdb.connect(str(path), read_only=read_only)
        except duckdb.IOException as error:
            if "Could not set lock" not in str(error):
                raise
            if time.monotonic() >= deadline:
                raise WarehouseLockedError(_holder(path, str(error), wait_seconds)) from None
            time.sleep(0.25)
        else:
            connection.execute("set TimeZone = 'UTC'")
            connection.execute("set autoinstall_known_extensions = false")
            connection.execute("set enable_progress_bar = false")  # it would write into what commands print
            if memory_limit is not None:
                connection.execute(f"set memory_limit = {text_literal(memory_limit)}")
            if temp is not None:
                connection.execute(f"set temp_directory = {text_literal(str(temp))}")
            return connection


def _holder(path: Path, message: str, waited: float) -> str:
    found = re.search(r"held in (.+?) \(PID (\d+)\)", message)
    holder = f"process {found.group(2)} ({found.group(1)})" if found else "another process"
    return f"{path} is held by {holder}; waited {waited:.0f} s. Wait for that run to end, or stop the process."


def quoted(name: str) -> str:
    """A name as a SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def text_literal(value: str) -> str:
    """A string as a SQL literal."""
    return "'" + value.replace("'", "''") + "'"
