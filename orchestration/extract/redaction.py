"""What a vendor redacts is taken out of all versions that raw keeps, and not only out of the newest.

Belongs here: emptying the texts of redacted rows, and what was found in them. That a version was there stays.
"""

import duckdb

from orchestration.extract.columns import TAGS
from orchestration.extract.load import raw_schema
from orchestration.source_models import RawTable
from orchestration.warehouse import quoted


def forget_redacted(connection: duckdb.DuckDBPyConnection, source_name: str, table: RawTable) -> int:
    """Empty the texts of the rows of a raw table whose newest version is flagged, by the table's `redactions`.

    To be called when new versions of the table were landed.

    Returns:
        the row versions that lost a text.
    """
    raw = f"{quoted(raw_schema(source_name))}.{quoted(table.name)}"
    forgotten = 0
    for flag, texts in table.redactions.items():
        there = {row[0] for row in connection.execute(f"describe {raw}").fetchall()}
        columns = [quoted(text + suffix) for text in texts for suffix in ("", *TAGS) if text + suffix in there]
        flagged = (
            f"select _key_hash from {raw} group by _key_hash having arg_max({quoted(flag)}, _version_number) = 'true'"
        )
        forgotten += connection.execute(
            f"update {raw} set {', '.join(f'{column} = null' for column in columns)} "
            f"where coalesce({', '.join(columns)}) is not null and _key_hash in ({flagged})"
        ).fetchall()[0][0]
    return forgotten
