"""Great Expectations on a DuckDB file, pushed down as SQL.

Belongs here: what its stock SQL classes lack for DuckDB. They fetch rows after their connection went back to the pool,
do not recover after a failed statement, have no branch for DuckDB's regular expressions, and leave the file locked. And
what they do too often: they ask the catalogue for each table's columns three times over (20 ms a table), write the whole
configuration of the context out as YAML after each table, and fetch the rows that they are about to count.

Leans on internals of great-expectations 1.24 (`get_connection`, `get_inspector`, `_connection`, `dialect_module`,
`_execution_engine`, `_engine`, `_save_project_config`): the version is pinned, and a test runs every expectation type in
use. Import this module inside functions only.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar, Literal

import sqlalchemy
from great_expectations.compatibility.pydantic import PrivateAttr
from great_expectations.datasource.fluent import SQLDatasource
from great_expectations.execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.core import UnexpectedRowsExpectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from sqlalchemy.engine import Connection

# Spelt out here because a field named `type` hides the builtin inside the datasource.
EngineType = type[SqlAlchemyExecutionEngine]


class UnexpectedRowsCounted(UnexpectedRowsExpectation):
    """Counts the rows that a query gives, and does not fetch them too: nobody looks at them, and the query runs once."""

    metric_dependencies: ClassVar[tuple[str, ...]] = ("unexpected_rows_query.row_count",)
    _configuration: ExpectationConfiguration | None = PrivateAttr(None)

    @property
    def configuration(self) -> ExpectationConfiguration:
        """Made once; its parent makes it anew for each of the forty times that it is looked at."""
        if self._configuration is None:
            self._configuration = super().configuration
        return self._configuration

    def _validate(self, metrics: dict, *_: Any, **__: Any) -> dict[str, Any]:
        count = metrics["unexpected_rows_query.row_count"]
        return {"success": count == 0, "result": {"observed_value": count}}


class Catalogue:
    """The columns of every table, read once: the file does not change while it is checked.

    Great Expectations wants the names only. Types are left open, and no table has a primary key: the marts' keys are
    dbt's tests.
    """

    def __init__(self, connection: Connection) -> None:
        self.dialect = connection.dialect
        self._columns: dict[tuple[str, str], list[dict[str, Any]]] = {}
        rows = connection.execute(
            sqlalchemy.text(
                "select table_schema, table_name, column_name from information_schema.columns order by ordinal_position"
            )
        )
        for schema, table, column in rows.tuples():
            self._columns.setdefault((str(schema), str(table)), []).append(
                {"name": column, "type": sqlalchemy.types.NullType(), "nullable": True, "default": None}
            )

    def get_columns(self, table_name: str, schema: str) -> list[dict[str, Any]]:
        """The columns in their order.

        Raises:
            sqlalchemy.exc.NoSuchTableError: there is no such table.
        """
        try:
            return self._columns[schema, str(table_name)]
        except KeyError:
            raise sqlalchemy.exc.NoSuchTableError(table_name) from None

    def get_pk_constraint(self, **_: str) -> dict[str, Any]:
        """None, of no table."""
        return {"constrained_columns": []}


class DuckDBExecutionEngine(SqlAlchemyExecutionEngine):
    """Runs metrics on one connection that lives as long as the engine."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._connection: Connection | None = None
        self._catalogue: Catalogue | None = None
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

    def get_inspector(self) -> Any:
        """What tells a table's columns."""
        if self._catalogue is None:
            with self.get_connection() as connection:
                self._catalogue = Catalogue(connection)
        return self._catalogue

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
    # Nothing of it outlives the gate.
    context._save_project_config = lambda: None
    datasource = context.data_sources.add_duckdb_file(
        name="warehouse",
        connection_string=sqlalchemy.URL.create("duckdb", database=str(warehouse)).render_as_string(),
        kwargs={"connect_args": {"read_only": True, "config": {"autoinstall_known_extensions": "false"}}},
    )
    try:
        yield datasource
    finally:
        datasource.release()
