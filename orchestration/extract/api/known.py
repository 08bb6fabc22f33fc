"""What raw knows of a source already, for extractors that must find out what the vendor no longer lists.

Belongs here: reading the current rows of a raw table, under the columns' names in raw. Identities are hashes there.
"""

import duckdb

from orchestration.extract.load import raw_schema, raw_tables
from orchestration.warehouse import quoted


def known_rows(
    connection: duckdb.DuckDBPyConnection, source_name: str, table: str, columns: tuple[str, ...]
) -> list[tuple[str | None, ...]]:
    """The columns of the rows of a raw table that are current and not deleted; none when nothing was ever landed."""
    if table not in raw_tables(connection, source_name):
        return []
    raw = f"{quoted(raw_schema(source_name))}.{quoted(table)}"
    listed = ", ".join(map(quoted, columns))
    newest = f"select arg_max(_row_id, _version_number) from {raw} group by _key_hash"
    return connection.execute(f"select {listed} from {raw} where _row_id in ({newest}) and not _is_deleted").fetchall()
