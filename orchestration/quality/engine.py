"""Great Expectations on a DuckDB file, pushed down as SQL.

Belongs here: what its stock SQL classes lack for DuckDB. They fetch rows after their connection went back to the pool,
do not recover after a failed statement, have no branch for DuckDB's regular expressions, and leave the file locked.

Leans on internals of great-expectations 1.24 (`get_connection`, `_connection`, `dialect_module`, `_execution_engine`,
`_engine`): the version is pinned, and a test runs every expectation type in use. Import this module inside functions
only.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

import sqlalchemy
from great_expectations.datasource.fluent import SQLDatasource
from great_expectations.execution_engine import SqlAlchemyExecutionEngine
from sqlalchemy.engine import Connection

# Spelt out here because a field named `type` hides the builtin inside the datasource.
EngineType = type[SqlAlchemyExecutionEngine]


class DuckDBExecutionEngine(SqlAlchemyExecutionEngine):
    """Runs metrics on one connection that lives as long as the engine."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._connection: Connection | None = None
        # Regular expressions and LIKE are chosen by probing the dialect's module for a vendor's class. Dremio's branch
        # writes `regexp_matches`, which DuckDB has, and which means the same in its versions 1 and 2 (`~` does not).
        self.dialect_module = SimpleNamespace(DremioDialect=sqlalchemy.engine.default.DefaultDialect)

    @contextmanager
    def get_connection(self) -> Iterator[Connection]:
        """The one connection; a failed statement is rolled back, so that the next one finds it usable."""
        if self._connection is None:
            self._connection = self.engine.connect()
        try:
            yield self._connection
        except sqlalchemy.exc.SQLAlchemyError:
            self._connection.rollback()
            raise

    def close(self) -> None:
        """Give back the connection and the pool: DuckDB unlocks a file only when its last connection is closed."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
        self.engine.dispose()


class DuckDBFileDatasource(SQLDatasource):
    """A DuckDB file as a datasource; `release()` must be called, or the file stays locked."""

    # The name under which Great Expectations registers the class: `data_sources.add_duckdb_file`.
    type: Literal["duckdb_file"] = "duckdb_file"

    @property
    def execution_engine_type(self) -> EngineType:
        """The engine above."""
        return DuckDBExecutionEngine

    def release(self) -> None:
        """Close the engine that runs metrics and the one that tests assets."""
        if self._execution_engine is not None:
            self._execution_engine.close()
        if self._engine is not None:
            self._engine.dispose()


@contextmanager
def open_datasource(warehouse: Path) -> Iterator[DuckDBFileDatasource]:
    """The warehouse as a datasource of a context that leaves nothing behind; released at the end, whatever happens.

    It is opened read-only: a check that writes is a defect. No other connection may be open in this process.
    """
    import great_expectations
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = great_expectations.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    datasource = context.data_sources.add_duckdb_file(
        name="warehouse",
        connection_string=sqlalchemy.URL.create("duckdb", database=str(warehouse)).render_as_string(),
        kwargs={"connect_args": {"read_only": True, "config": {"autoinstall_known_extensions": "false"}}},
    )
    try:
        yield datasource
    finally:
        datasource.release()
