"""Each agent's own feedback, in a file of the agent's own: a DuckDB file has no row security, so access is the file's.

What belongs here: who has a file, what is in it, and putting it in place whole. What does not: the shared published file,
which these are no part of, and who may read which file (the installation gives each agent theirs).

An agent has a file from the first publish in which `core.dim_agents` names the agent until the first whose data reach beyond
the agent's last day; who is no longer delivered at all has none either. Bots have none.
"""

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.publish.agent_tables import AGENT_TABLES, AgentTable
from orchestration.publish.contract import check_build_info
from orchestration.publish.copying import STORAGE_VERSION, attach_when_free
from orchestration.publish.errors import PublishError, translate_errors
from orchestration.publish.files import empty_directory, hold_lock, replace, sync_directory, sync_file
from orchestration.publish.layout import DIRECTORY_MODE, PRIVATE_FILE_MODE, Layout, wal_of
from orchestration.publish.sql import literal, open_workspace, quote

ALLOWED_MODES = (0o600, 0o640)

_WAREHOUSE = "warehouse_source"
_NEW = "agent_copy"
_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")
_LONGEST_NAME = 200
# The smallest there is: with DuckDB's usual blocks (256 KiB a column) a file of few rows is three times as large.
_BLOCK_SIZE = 16384

# UTC dates are enough: what matters is that the last day is over everywhere the agent may have worked, and delivered.
_PRESENT_AGENTS = f"""
    select agents.agent_key
    from {_WAREHOUSE}.core.dim_agents as agents
    left outer join {_WAREHOUSE}.intermediate.int_source_horizons as horizons on agents.source_name = horizons.source_name
    where
        agents.agent_key is not null
        and (agents.employment is null or agents.employment <> 'bot')
        and (agents.left_date is null or agents.left_date >= cast(horizons.complete_through_at as date))
    order by agents.agent_key
"""


@dataclass(frozen=True)
class AgentFilesResult:
    """What was written: the files, by agent, and the names of files that are gone."""

    files: dict[str, Path]
    removed: tuple[str, ...]
    seconds: float


def agent_file_name(agent_key: str) -> str:
    """The name of an agent's file: letters, digits and hyphens of the key, any other byte as `_` and two hexadecimal digits.

    Two keys never get the same name.

    Raises:
        PublishError: the key is too long to name a file.
    """
    name = "".join(
        character if character in _SAFE else "".join(f"_{byte:02x}" for byte in character.encode("utf-8"))
        for character in agent_key
    )
    if not name or len(name) > _LONGEST_NAME:
        raise PublishError(f"the agent key {agent_key[:50]!r} cannot name a file: it is empty or too long")
    return f"{name}.duckdb"


def publish_agent_files(
    warehouse: Path,
    published_dir: Path,
    *,
    build_id: str,
    file_mode: int = PRIVATE_FILE_MODE,
    directory_mode: int = DIRECTORY_MODE,
    memory_limit: str | None = None,
    wait_seconds: float = 30.0,
) -> AgentFilesResult:
    """Write one file for each present agent to `<published_dir>/agents/`, each replaced whole, and remove all others.

    `build_id` must be the one of the warehouse's `meta.build_info`; every file names it. `file_mode` is 0600 or 0640.
    `memory_limit` is in DuckDB's words, `wait_seconds` bounds the wait for the warehouse's lock and for the folder's, each.

    Raises:
        PublishError: and its kinds. The files of agents that were not reached yet are those of the build before.
    """
    started = time.monotonic()
    if file_mode not in ALLOWED_MODES:
        raise PublishError(f"agents' files are of mode 0600 or 0640, not {file_mode:04o}")
    layout = Layout(published_dir)
    with translate_errors(f"writing the agents' files of build {build_id} to {layout.agents}"):
        layout.prepare(directory_mode)
        layout.prepare_agents(directory_mode)
        with hold_lock(layout.lock, wait_seconds):
            empty_directory(layout.work)
            try:
                files = _write_files(layout, warehouse, build_id, file_mode, memory_limit, wait_seconds)
            finally:
                empty_directory(layout.work)
            removed = _remove_others(layout, files)
    return AgentFilesResult(files, tuple(removed), time.monotonic() - started)


def remove_agent_files(published_dir: Path, *, wait_seconds: float = 30.0) -> list[str]:
    """Remove all agents' files, where an installation wants none (any more); returns their names. Raises PublishError."""
    layout = Layout(published_dir)
    if not layout.agents.is_dir():
        return []
    with translate_errors(f"removing the agents' files in {layout.agents}"), hold_lock(layout.lock, wait_seconds):
        return _remove_others(layout, {})


def _write_files(
    layout: Layout, warehouse: Path, build_id: str, file_mode: int, memory_limit: str | None, wait_seconds: float
) -> dict[str, Path]:
    connection = open_workspace(layout.work / "spill", memory_limit)
    try:
        attach_when_free(connection, warehouse, wait_seconds)
        check_build_info(connection, _WAREHOUSE, build_id)
        for table in AGENT_TABLES:
            connection.execute(f"create temp table {quote(table.name)} as {table.select(_WAREHOUSE)}")
        # Made once and copied: most of the work is the comments, which are the same for everybody.
        template = layout.work / "nobody.duckdb"
        connection.execute("set threads = 1")
        _write_template(connection, template)
        files = {}
        for (agent_key,) in connection.execute(_PRESENT_AGENTS).fetchall():
            target = layout.agents / agent_file_name(agent_key)
            staged = layout.work / target.name
            shutil.copyfile(template, staged)
            staged.chmod(PRIVATE_FILE_MODE)
            _fill(connection, staged, agent_key)
            staged.chmod(file_mode)
            sync_file(staged)
            replace(staged, target)
            files[agent_key] = target
        return files
    finally:
        connection.close()


def _write_template(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    """The file of nobody: all tables without rows, with their comments, in a format that old clients can read."""
    comments = _column_comments(connection)
    connection.execute(
        f"attach {literal(str(file))} as {quote(_NEW)} (storage_version {literal(STORAGE_VERSION)}, block_size {_BLOCK_SIZE})"
    )
    file.chmod(PRIVATE_FILE_MODE)
    connection.execute("begin")
    for table in AGENT_TABLES:
        relation = f"{quote(_NEW)}.main.{quote(table.name)}"
        rows = f"temp.main.{quote(table.name)}"
        connection.execute(f"create table {relation} as select * exclude (_agent_key) from {rows} limit 0")
        connection.execute(f"comment on table {relation} is {literal(table.comment)}")
        for column in _columns(connection, table):
            text = table.comment_of(column, comments)
            connection.execute(f"comment on column {relation}.{quote(column)} is {literal(text)}")
    connection.execute("commit")
    _detach(connection, file)


def _fill(connection: duckdb.DuckDBPyConnection, file: Path, agent_key: str) -> None:
    """One agent's rows into a copy of the template."""
    connection.execute(f"attach {literal(str(file))} as {quote(_NEW)}")
    connection.execute("begin")
    for table in AGENT_TABLES:
        connection.execute(
            f"insert into {quote(_NEW)}.main.{quote(table.name)} select * exclude (_agent_key) "
            f"from temp.main.{quote(table.name)} where _agent_key = {literal(agent_key)} order by all"
        )
    connection.execute("commit")
    _detach(connection, file)


def _detach(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    connection.execute(f"checkpoint {quote(_NEW)}")
    connection.execute(f"detach {quote(_NEW)}")
    if wal_of(file).exists():
        raise PublishError(f"DuckDB left {wal_of(file).name} beside an agent's file: publish again")


def _columns(connection: duckdb.DuckDBPyConnection, table: AgentTable) -> Sequence[str]:
    return [
        name
        for (name,) in connection.execute(
            f"select column_name from duckdb_columns() where database_name = 'temp' and table_name = {literal(table.name)} "
            "and column_name <> '_agent_key' order by column_index"
        ).fetchall()
    ]


def _column_comments(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], str]:
    """What the warehouse says of its columns, by table and column."""
    return {
        (table, column): comment
        for table, column, comment in connection.execute(
            "select table_name, column_name, comment from duckdb_columns() "
            f"where database_name = {literal(_WAREHOUSE)} and comment is not null"
        ).fetchall()
    }


def _remove_others(layout: Layout, files: dict[str, Path]) -> list[str]:
    """Whoever left, and anything else that is in the folder of the agents' files."""
    wanted = set(files.values())
    removed = []
    for path in sorted(layout.agents.iterdir()):
        if path not in wanted:
            path.unlink()
            removed.append(path.name)
    sync_directory(layout.agents)
    return removed
