"""What the published file promises about its tables, and the reading of a catalog against that promise.

What belongs here: which schemas are published, which types, that every table and column is explained. What does not:
the copying, and whether the figures are right (the gates).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from orchestration.publish.errors import ContractError
from orchestration.publish.sql import literal, quote

PUBLISHED_SCHEMAS = ("core", "direct", "indirect", "secondary", "drivers", "meta")
ALLOWED_TYPES = frozenset({"BOOLEAN", "INTEGER", "BIGINT", "DOUBLE", "VARCHAR", "DATE", "TIMESTAMP"})
LARGEST_DECIMAL_WIDTH = 18
BUILD_INFO = "meta.build_info"

_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")
_MOST_NAMED = 10


@dataclass(frozen=True)
class Column:
    """One column as the catalog has it; `comment` is empty where there is none."""

    name: str
    data_type: str
    comment: str


@dataclass(frozen=True)
class Table:
    """One table as the catalog has it; `source_schema` and `source_name` say where its rows come from."""

    schema: str
    name: str
    comment: str
    columns: tuple[Column, ...]
    source_schema: str
    source_name: str

    @property
    def full_name(self) -> str:
        """`schema.table` in the published file."""
        return f"{self.schema}.{self.name}"

    def relation(self, database: str) -> str:
        """The table's quoted name in the published file, attached as `database`."""
        return f"{quote(database)}.{quote(self.schema)}.{quote(self.name)}"

    def source_relation(self, database: str) -> str:
        """The quoted name of where the rows come from, attached as `database`."""
        return f"{quote(database)}.{quote(self.source_schema)}.{quote(self.source_name)}"


def read_tables(
    connection: duckdb.DuckDBPyConnection, database: str, extra_tables: Mapping[str, str] | None = None
) -> list[Table]:
    """The tables of the published schemas in the attached `database`, by name, with their columns in order.

    `extra_tables` maps a published name (`meta.checks`) to the table that it is filled from (`audit.checks`).
    Raises ContractError when an extra table is not there or its published name is no name of a published table.
    """
    wanted = {
        f"{schema}.{name}": (schema, name)
        for schema, name in _names(connection, "duckdb_tables()", "table_name", database)
        if schema in PUBLISHED_SCHEMAS
    }
    for published, source in (extra_tables or {}).items():
        schema, _, name = published.partition(".")
        source_schema, _, source_name = source.partition(".")
        if schema not in PUBLISHED_SCHEMAS or not name or published in wanted:
            raise ContractError(
                f"extra table {published} (from {source}) needs a free name in one of the schemas "
                f"{', '.join(PUBLISHED_SCHEMAS)}: rename it"
            )
        wanted[published] = (source_schema, source_name)
    comments = {
        (schema, name): comment or ""
        for schema, name, comment in connection.execute(
            f"select schema_name, table_name, comment from duckdb_tables() where database_name = {literal(database)}"
        ).fetchall()
    }
    columns: dict[tuple[str, str], list[Column]] = {}
    for schema, name, column, data_type, comment in connection.execute(
        "select schema_name, table_name, column_name, data_type, comment from duckdb_columns() "
        f"where database_name = {literal(database)} order by schema_name, table_name, column_index"
    ).fetchall():
        columns.setdefault((schema, name), []).append(Column(column, data_type, comment or ""))

    missing = [
        f"{published} (from {'.'.join(source)})" for published, source in wanted.items() if source not in comments
    ]
    if missing:
        raise ContractError(f"no such table in the warehouse: {', '.join(missing)}; build it, then publish again")
    return [
        Table(published.split(".", 1)[0], published.split(".", 1)[1], comments[source], tuple(columns[source]), *source)
        for published, source in sorted(wanted.items())
    ]


def check_tables(connection: duckdb.DuckDBPyConnection, database: str, tables: list[Table]) -> None:
    """Refuse what the published file may not hold, every fault named at once. Raises ContractError."""
    faults = [
        f"{schema}.{name} is a view (materialize it as a table)"
        for schema, name in _names(connection, "duckdb_views()", "view_name", database)
        if schema in PUBLISHED_SCHEMAS
    ]
    for table in tables:
        if not table.comment.strip():
            faults.append(f"{table.full_name} has no comment (describe the model)")
        for column in table.columns:
            if not is_allowed_type(column.data_type):
                faults.append(f"{table.full_name}.{column.name} is {column.data_type} (cast it to an allowed type)")
            if not column.comment.strip():
                faults.append(f"{table.full_name}.{column.name} has no comment (describe the column)")
    if not tables:
        faults.append(f"the warehouse has no table in {', '.join(PUBLISHED_SCHEMAS)} (build the marts first)")
    if faults:
        named = "; ".join(faults[:_MOST_NAMED])
        rest = f"; and {len(faults) - _MOST_NAMED} more" if len(faults) > _MOST_NAMED else ""
        allowed = f"{', '.join(sorted(ALLOWED_TYPES))}, DECIMAL up to {LARGEST_DECIMAL_WIDTH} digits"
        raise ContractError(f"not published: {named}{rest}. Allowed types: {allowed}; see docs/connecting.md")


def is_allowed_type(data_type: str) -> bool:
    """Whether a type, as DuckDB's catalog writes it, may stand in the published file."""
    decimal = _DECIMAL.fullmatch(data_type)
    return data_type in ALLOWED_TYPES or (decimal is not None and int(decimal[1]) <= LARGEST_DECIMAL_WIDTH)


def check_build_info(connection: duckdb.DuckDBPyConnection, database: str, build_id: str) -> None:
    """Refuse a warehouse whose `meta.build_info` is not of this build. Raises ContractError."""
    found = read_build_ids(connection, database)
    if found is None:
        raise ContractError(f"{BUILD_INFO} with a column build_id is missing: build it, then publish again")
    if found != [build_id]:
        raise ContractError(
            f"{BUILD_INFO} holds build id {', '.join(found) or 'none'}, but {build_id} is to be published: "
            "run the whole build again, or publish the build that is there"
        )


def read_build_ids(connection: duckdb.DuckDBPyConnection, database: str) -> list[str] | None:
    """The build ids that `meta.build_info` holds, sorted; None when there is no such table or column."""
    present = connection.execute(
        f"select count(*) from duckdb_columns() where database_name = {literal(database)} and schema_name = 'meta' "
        "and table_name = 'build_info' and column_name = 'build_id'"
    ).fetchall()
    if present == [(0,)]:
        return None
    rows = connection.execute(
        f"select distinct cast(build_id as varchar) from {quote(database)}.meta.build_info order by 1"
    ).fetchall()
    return [str(row[0]) for row in rows]


def _names(
    connection: duckdb.DuckDBPyConnection, catalog: str, name_column: str, database: str
) -> list[tuple[str, str]]:
    rows = connection.execute(
        f"select schema_name, {name_column} from {catalog} "
        f"where database_name = {literal(database)} and not internal order by 1, 2"
    ).fetchall()
    return [(str(schema), str(name)) for schema, name in rows]
