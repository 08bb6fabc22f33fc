"""The few pieces of SQL text that several modules of the publish step need: quoting, and a connection to work in."""

from pathlib import Path

import duckdb


def quote(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL string.

    Used instead of bound values: DuckDB's Python client imports pandas for the first bound value, a second for nothing.
    """
    return "'" + text.replace("'", "''") + "'"


def open_workspace(spill: Path | None = None, memory_limit: str | None = None) -> duckdb.DuckDBPyConnection:
    """An empty in-memory database to attach files to, so that no open connection of this process is shared.

    `spill` is where DuckDB may write what does not fit into memory (nowhere when None); `memory_limit` is in DuckDB's
    words (`4GB`). Extensions are never installed or loaded by themselves.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "temp_directory": str(spill) if spill else "",
    }
    if memory_limit:
        config["memory_limit"] = memory_limit
    return duckdb.connect(":memory:", config=config)


def attach_read_only(connection: duckdb.DuckDBPyConnection, file: Path, name: str) -> None:
    """Attach a DuckDB file for reading. Raises duckdb.Error."""
    connection.execute(f"attach {literal(str(file))} as {quote(name)} (read_only)")
