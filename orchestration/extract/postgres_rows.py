"""PostgreSQL's rows as Arrow batches, through its ADBC driver: dlt's table loader for that database.

Belongs here: the loader alone. Which table and which rows is asked in `orchestration.extract.database`. The driver reads
PostgreSQL's binary copy, so that no value becomes a Python object on its way, and a number keeps all its digits.
"""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from adbc_driver_manager import AdbcStatusCode, DataError
from adbc_driver_postgresql import dbapi
from dlt.sources.sql_database.helpers import BaseTableLoader, register_table_loader_backend

BACKEND = "postgresql_adbc"
# PostgreSQL's first day, 4713 BC, from 1970. The driver turns infinite times into ones before it.
FIRST_DAY = -2_440_588
FIRST_MICROSECOND = FIRST_DAY * 86_400_000_000


class PostgresLoader(BaseTableLoader):
    """Yields the rows as one table, which has columns even where the query has no rows."""

    def load_rows(self, backend_kwargs: dict[str, Any] | None = None) -> Iterator[pa.Table]:
        """Run dlt's query.

        Args:
            backend_kwargs: options of `adbc_driver_postgresql.dbapi.connect`.

        Raises:
            adbc_driver_manager.Error: the database refuses the login or the query.
            adbc_driver_manager.DataError: it cannot compute a value, or a time is infinite.
        """
        query = self.compile_query(self.make_query()).replace("%%", "%")  # psycopg's spelling of a per cent sign
        with (
            dbapi.connect(self.get_connection_url(), autocommit=True, **backend_kwargs or {}) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(query)
            rows = cursor.fetch_arrow_table()
        for name in rows.column_names:
            _refuse_infinity(name, rows.column(name))
        yield rows


def _refuse_infinity(name: str, values: pa.ChunkedArray) -> None:
    if pa.types.is_date(values.type):
        is_infinite = pc.less(values.cast(pa.int32()), FIRST_DAY)
    elif pa.types.is_timestamp(values.type):
        is_infinite = pc.less(values.cast(pa.int64()), FIRST_MICROSECOND)
    else:
        return
    if pc.any(is_infinite).as_py():
        raise DataError(f"column {name}: an infinite time", status_code=AdbcStatusCode.INVALID_DATA, sqlstate="22008")


def register() -> None:
    """Make the loader known to dlt under `BACKEND`."""
    register_table_loader_backend(BACKEND, PostgresLoader)
