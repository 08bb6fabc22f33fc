"""The sql kind: tables of the company's own database, through dlt's sql_database.

Belongs here: reading a table into text rows. Credentials come from the environment and never into a message.
"""

from datetime import datetime, timedelta
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.extract.files import UnusableFileError, as_text
from orchestration.extract.landing_folder import UnreachableSourceError
from orchestration.extract.naming import column_names
from orchestration.sources import SqlSource, SqlTable
from orchestration.warehouse import quoted


def read_database_table(
    connection: duckdb.DuckDBPyConnection, source: SqlSource, table: SqlTable, url: str, cursor_from: str | None
) -> None:
    """Read a table into the temporary table `arrived`: text columns, `_file_name` (the table's name), order and number.

    Args:
        connection: where `arrived` is made.
        source: the database.
        table: the table, with its cursor column where it is read incrementally.
        url: SQLAlchemy URL with credentials.
        cursor_from: the newest cursor value known; rows from `lag_hours` before it are read again. None reads all.

    Raises:
        UnreachableSourceError: the database cannot be reached or refuses the login.
        UnusableFileError: it has no such table or column.
    """
    from dlt.sources.sql_database import sql_table
    from sqlalchemy.exc import NoSuchTableError, OperationalError, SQLAlchemyError

    try:
        resource = sql_table(
            credentials=url,
            table=table.table,
            schema=source.database_schema,
            backend="pyarrow",
            chunk_size=100_000,
            reflection_level="full_with_precision",
            query_adapter_callback=_newer_rows(table, cursor_from) if cursor_from else None,
        )
        batches = [batch for batch in resource if isinstance(batch, pa.Table)]
        empty_columns = list(resource.columns or {}) if not batches else []
    except NoSuchTableError:
        raise UnusableFileError(f"table {table.name}: the database has no table {table.table}") from None
    except (OperationalError, SQLAlchemyError) as error:
        raise _without_credentials(source, error) from None
    except Exception as error:
        cause = _sqlalchemy_cause(error)
        if cause is None:
            raise
        raise _without_credentials(source, cause) from None
    _store(connection, batches, empty_columns, table)


def _newer_rows(table: SqlTable, cursor_from: str) -> Any:
    """dlt's hook that limits the query to rows changed since the newest known one, less the look-back."""
    if table.cursor is None:
        return None
    since: Any = cursor_from
    try:
        since = datetime.fromisoformat(cursor_from.replace("Z", "+00:00")) - timedelta(hours=table.lag_hours)
    except ValueError:
        since = cursor_from  # not a time: an ascending number or text, compared as it is

    def limited(query: Any, selected: Any) -> Any:
        return query.where(selected.c[table.cursor] >= since)

    return limited


def _store(
    connection: duckdb.DuckDBPyConnection, batches: list[pa.Table], empty_columns: list[str], table: SqlTable
) -> None:
    if batches:
        arrow = pa.concat_tables(batches, promote_options="permissive")
    else:
        arrow = pa.table({name: pa.array([], pa.string()) for name in empty_columns or table.key})
    connection.register("fetched", arrow)
    described = connection.execute("describe select * from fetched").fetchall()
    names = column_names([row[0] for row in described])
    select = ", ".join(
        f"{as_text(quoted(row[0]), row[1])} as {quoted(name)}" for row, name in zip(described, names, strict=True)
    )
    connection.execute(
        f"create or replace temp table arrived as select {select}, $1 as _file_name, 0 as _file_order, "
        "row_number() over () as _row_number from fetched",
        [table.table],
    )
    connection.unregister("fetched")


def _sqlalchemy_cause(error: BaseException) -> Exception | None:
    from sqlalchemy.exc import SQLAlchemyError

    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, SQLAlchemyError):
            return seen
        seen = seen.__cause__ or seen.__context__
    return None


def _without_credentials(source: SqlSource, error: Exception) -> UnreachableSourceError:
    kind = type(getattr(error, "orig", None) or error).__name__
    return UnreachableSourceError(
        f"source {source.name}: the database that {source.url_env} names cannot be read ({kind}); "
        "check that it runs, that the login may read the tables, and the variable's spelling"
    )
