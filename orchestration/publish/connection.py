"""How the project's own programs open the published file for a person's questions. Nothing here writes."""

from pathlib import Path

import duckdb

from orchestration.publish.errors import PublishError, translate_errors


def connect_published(file: Path, *, temp_directory: Path | None = None) -> duckdb.DuckDBPyConnection:
    """Open the published file read-only, with no way from SQL to other files, the network or extensions.

    `temp_directory` is where a query may spill what does not fit into memory; without one it may not spill.
    DuckDB shares one instance per path within a process: close all connections to see a newer publish.
    Raises PublishError when the file is missing or cannot be opened.
    """
    if not file.is_file():
        raise PublishError(f"{file} does not exist: run `support-metrics run` (or `support-metrics demo`) first")
    with translate_errors(f"opening {file} (`support-metrics verify` tells what is wrong with it)"):
        return duckdb.connect(
            str(file),
            read_only=True,
            config={
                "enable_external_access": "false",
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "temp_directory": str(temp_directory) if temp_directory else "",
            },
        )
