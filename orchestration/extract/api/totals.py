"""The vendor's own counts beside ours, so that what is missing shows.

Belongs here: counting raw for each total that an extractor noted. What the difference means stands in the mart.
"""

from datetime import datetime
from typing import Any

import duckdb

from orchestration.extract.api.landing import Landing
from orchestration.extract.load import raw_schema
from orchestration.extract.versions import current_row_count
from orchestration.warehouse import quoted


def vendor_totals(
    connection: duckdb.DuckDBPyConnection,
    source_name: str,
    landing: Landing,
    common: dict[str, str],
    counted_at: datetime,
) -> list[dict[str, Any]]:
    """Rows of `audit.vendor_totals` for what the extractor noted in this run."""
    rows = []
    for total in landing.totals:
        raw = f"{quoted(raw_schema(source_name))}.{quoted(total.table)}"
        if total.day is None:
            own = current_row_count(connection, raw) if _exists(connection, source_name, total.table) else 0
        elif not _exists(connection, source_name, total.table):
            own = 0
        else:
            day = f"try_cast(left({quoted(total.day_column or '')}, 10) as date)"
            own = connection.execute(
                f"select count(*) from (select _key_hash from {raw} group by _key_hash "
                f"having arg_max({day}, _version_number) between cast(? as date) and cast(? as date) "
                "and not arg_max(_is_deleted, _version_number))",
                [total.day, total.through],
            ).fetchall()[0][0]
        rows.append(
            {
                **common,
                "table_name": total.table,
                "counted_date": total.day,
                "counted_through_date": total.through,
                "vendor_count": total.count,
                "own_count": own,
                "counted_at": counted_at,
            }
        )
    return rows


def _exists(connection: duckdb.DuckDBPyConnection, source_name: str, table: str) -> bool:
    return bool(
        connection.execute(
            "select count(*) from information_schema.tables where table_schema = ? and table_name = ?",
            [raw_schema(source_name), table],
        ).fetchall()[0][0]
    )
