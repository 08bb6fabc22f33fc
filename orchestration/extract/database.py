"""The sql kind: tables of the company's own database, through dlt's sql_database.

Belongs here: reading a table into text rows. Credentials come from the environment and never into a message.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.extract.faults import UnreachableSourceError, UnusableFileError
from orchestration.extract.naming import AmbiguousNamesError, column_names, raw_name
from orchestration.extract.text_values import as_text
from orchestration.source_models import SqlSource, SqlTable
from orchestration.warehouse import quoted, text_literal

CHUNK_ROWS = 100_000
CONNECT_SECONDS = 10
# psycopg 3 is the driver that is installed; the plain names would ask for another.
DRIVERS = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}


def newest_cursor(connection: duckdb.DuckDBPyConnection, table: SqlTable, raw: str, now: datetime) -> Any:
    """From where a table is read again; None reads all of it.

    A time goes back `lag_hours` from the newest one known, and never starts later than now less `lag_hours`, lest one row
    dated in the future hide all that follow. A number or text goes back to the newest one that was known `lag_hours` ago.

    Args:
        connection: the warehouse.
        table: the table.
        raw: the quoted name of its raw table, which exists.
        now: the run's instant, UTC without zone.
    """
    if table.cursor is None or table.listing == "full":
        return None
    column = quoted(raw_name(table.cursor))
    if column not in {quoted(row[0]) for row in connection.execute(f"describe {raw}").fetchall()}:
        return None
    values = f"select {column} as value, _seen_at from {raw} where {column} is not null"
    newest, is_time = connection.execute(
        "select max(value), count(*) > 0 and bool_and(regexp_matches(value, '^[0-9]{4}-[0-9]{2}-[0-9]{2}')) "
        f"from ({values})"
    ).fetchall()[0]
    lag = timedelta(hours=table.lag_hours)
    if is_time:
        try:
            found = datetime.fromisoformat(newest.replace("Z", "+00:00"))
        except ValueError:
            return None  # such as `infinity`: what is newer cannot be told
        latest = now.replace(tzinfo=UTC) if found.tzinfo else now
        return min(found, latest) - lag
    # As numbers where all are numbers: as text, 9 is more than 10.
    return connection.execute(
        "select case when count(*) = count(try_cast(value as hugeint)) then cast(max(try_cast(value as hugeint)) as varchar) "
        f"else max(value) end from ({values}) where _seen_at <= ?",
        [now - lag],
    ).fetchall()[0][0]


def read_database_table(
    connection: duckdb.DuckDBPyConnection, source: SqlSource, table: SqlTable, url: str, cursor_from: Any
) -> list[str]:
    """Read a table into the temporary view `arrived`: text columns, `_file_name` (the table's name), order and number.

    Args:
        connection: where `arrived` is made.
        source: the database.
        table: the table, with its cursor column where it is read incrementally.
        url: SQLAlchemy URL with credentials.
        cursor_from: rows with this cursor value or a later one, or none, are read; None reads all.

    Returns:
        the columns' names in raw.

    Raises:
        UnreachableSourceError: the database cannot be reached or refuses the login.
        UnusableFileError: it has no such table or column.
    """
    import adbc_driver_manager
    import dlt
    from dlt.sources.sql_database import sql_table
    from sqlalchemy.exc import DataError, NoSuchTableError, SQLAlchemyError

    dlt.config["runtime.log_level"] = "ERROR"  # it warns of every column of JSON, which it reads well
    engine = None
    try:
        engine = _engine(url)
        resource = sql_table(
            credentials=engine,
            table=table.table,
            schema=source.database_schema,
            backend=_backend(engine),
            chunk_size=CHUNK_ROWS,
            reflection_level="full_with_precision",
            type_adapter_callback=_known_type,
            query_adapter_callback=_newer_rows(table, cursor_from),
        )
        batches = [batch for batch in resource if isinstance(batch, pa.Table)]
        empty_columns = list(resource.columns or {}) if not batches else []
    except Exception as error:
        unreadable = (SQLAlchemyError, adbc_driver_manager.Error, ModuleNotFoundError)
        cause = _cause(error, (NoSuchTableError, UnusableFileError, *unreadable))
        if isinstance(cause, UnusableFileError):
            raise cause from None
        if isinstance(cause, NoSuchTableError):
            raise UnusableFileError(f"table {table.name}: the database has no table {table.table}") from None
        if isinstance(cause, (DataError, adbc_driver_manager.DataError)):
            raise UnusableFileError(
                f"table {table.name}: a value of the database's {table.table} cannot be read ({_kind(cause)}); "
                "read a view that casts it"
            ) from None
        if cause is None:
            raise
        raise _without_credentials(source, cause) from None
    finally:
        if engine is not None:
            engine.dispose()
    try:
        return _store(connection, batches, empty_columns, table)
    except AmbiguousNamesError as error:
        raise UnusableFileError(f"table {table.name}: {error}; read a view that names one otherwise") from None


def _backend(engine: Any) -> Any:
    """Which of dlt's loaders reads: the quick one where there is one, else rows through Python."""
    if engine.url.get_backend_name() != "postgresql":
        return "pyarrow"
    from orchestration.extract import postgres_rows

    postgres_rows.register()
    return postgres_rows.BACKEND


def _engine(url: str) -> Any:
    """An engine with a bounded wait for the connection."""
    import sqlalchemy

    parsed = sqlalchemy.make_url(url)
    parsed = parsed.set(drivername=DRIVERS.get(parsed.drivername, parsed.drivername))
    bounded = {"connect_timeout": CONNECT_SECONDS} if parsed.get_backend_name() in ("postgresql", "mysql") else {}
    named = {"connect_timeout": int(str(parsed.query["connect_timeout"]))} if "connect_timeout" in parsed.query else {}
    return sqlalchemy.create_engine(parsed, connect_args={**bounded, **named})


def _known_type(column_type: Any) -> Any:
    """dlt's hook for types; it knows every one that is met here but SQLAlchemy's newer name of a float."""
    import sqlalchemy

    return sqlalchemy.Float() if isinstance(column_type, sqlalchemy.Double) else column_type


def _newer_rows(table: SqlTable, cursor_from: Any) -> Any:
    """dlt's hook that limits the query to rows changed since; a row without a cursor value is always read."""

    def limited(query: Any, selected: Any) -> Any:
        if table.cursor is None:
            return query
        if table.cursor not in selected.c:
            there = ", ".join(sorted(selected.c.keys()))
            raise UnusableFileError(
                f"table {table.name}: the database's {table.table} has no column {table.cursor}, which is its cursor; "
                f"there is {there}"
            )
        if cursor_from is None:
            return query
        column = selected.c[table.cursor]
        return query.where((column >= _of_its_type(column, cursor_from)) | column.is_(None))

    return limited


def _of_its_type(column: Any, value: Any) -> Any:
    """A number that raw keeps as text, as the number that the database compares with."""
    try:
        wanted = column.type.python_type
    except NotImplementedError:  # what SQLAlchemy raises of a type that Python has no counterpart of
        return value
    return wanted(value) if isinstance(value, str) and wanted not in (str, datetime) else value


def _store(
    connection: duckdb.DuckDBPyConnection, batches: list[pa.Table], empty_columns: list[str], table: SqlTable
) -> list[str]:
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
        f"create or replace temp table arrived_0 as select {select}, row_number() over () as _row_number from fetched"
    )
    connection.unregister("fetched")
    connection.execute(
        f"create or replace temp view arrived as select *, {text_literal(table.table)} as _file_name, 0 as _file_order "
        "from arrived_0"
    )
    return names


def _cause(error: BaseException, kinds: tuple[type[Exception], ...]) -> Exception | None:
    """The exception of one of the kinds that led to an error: dlt wraps what a resource raises."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, kinds):
            return seen
        seen = seen.__cause__ or seen.__context__
    return None


def _without_credentials(source: SqlSource, error: Exception) -> UnreachableSourceError:
    return UnreachableSourceError(
        f"source {source.name}: the database that {source.url_env} names cannot be read ({_kind(error)}); "
        "check that it runs, that the login may read the tables, and the variable's spelling"
    )


def _kind(error: Exception) -> str:
    """What went wrong, as the database's own driver for Python calls it."""
    sqlstate = getattr(error, "sqlstate", None)
    if sqlstate:
        from psycopg import errors

        return errors.lookup(sqlstate).__name__
    return type(getattr(error, "orig", None) or error).__name__
