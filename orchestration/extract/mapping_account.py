"""The account of a mapping: rows mapped, dropped with a reason, and rejected with row and column.

Belongs here: what is written to `audit` of the temporary table `_typed` that `orchestration.extract.mapping` makes.
"""

from datetime import datetime
from typing import Any

import duckdb

from orchestration.extract import audit


def write_counts(
    connection: duckdb.DuckDBPyConnection, source_name: str, entity_name: str, run_id: str
) -> tuple[int, int, int, int]:
    """Write the mapping's counts; returns rows mapped, dropped, rejected, and all source rows they stand for."""
    kinds = {
        "mapped": "_problems is null and _drop_reason is null",
        "dropped": "_drop_reason is not null",
        "rejected": "_problems is not null",
    }
    select = ", ".join(
        f"count(*) filter (where {condition}), coalesce(sum(_source_row_count) filter (where {condition}), 0)::bigint"
        for condition in kinds.values()
    )
    mapped, source_mapped, dropped, source_dropped, rejected, source_rejected = connection.execute(
        f"select {select} from _typed"
    ).fetchall()[0]
    common: dict[str, Any] = {"run_id": run_id, "source_name": source_name, "entity_name": entity_name}
    audit.append(
        connection,
        "mappings",
        [
            {
                **common,
                "rows_mapped": mapped,
                "rows_dropped": dropped,
                "rows_rejected": rejected,
                "source_rows_mapped": source_mapped,
                "source_rows_dropped": source_dropped,
                "source_rows_rejected": source_rejected,
                "mapped_at": transaction_start(connection),
            }
        ],
    )
    reasons = connection.execute(
        "select _drop_reason, count(*), sum(_source_row_count)::bigint from _typed where _drop_reason is not null group by 1"
    ).fetchall()
    audit.append(
        connection,
        "dropped_rows",
        [{**common, "reason": reason, "row_count": rows, "source_row_count": of} for reason, rows, of in reasons],
    )
    return mapped, dropped, rejected, source_mapped + source_dropped + source_rejected


def transaction_start(connection: duckdb.DuckDBPyConnection) -> datetime:
    """One instant for all the rows of a run's mapping, UTC without zone."""
    return connection.execute("select now() at time zone 'UTC'").fetchall()[0][0]


def write_rejected(connection: duckdb.DuckDBPyConnection, source_name: str, entity_name: str, run_id: str) -> None:
    """Write a row per value that does not fit: the file, where the row stands in it, the column and why."""
    connection.execute(
        """
        insert into audit.rejected_rows
            (run_id, source_name, table_name, entity_name, file_name, row_number, column_name, reason)
        select
            $1, $2, null, $3, _file_name, _row_number,
            split_part(problem, ': ', 1), substr(problem, position(': ' in problem) + 2)
        from (
            select _file_name, _row_number, unnest(string_split(_problems, chr(10))) as problem
            from _typed
            where _problems is not null
        )
        order by _file_name, _row_number
        """,
        [run_id, source_name, entity_name],
    )
