"""A table's fingerprint: rows, content whatever the order, and definition. Nothing here knows files or folders.

The content checksum is the sum, over all rows, of half the MD5 of the row's text: its values between bars, a text with
its length in bytes and a colon before it, null as a hyphen, so that no two different rows share a text. It leans only on
MD5 and on how DuckDB writes the allowed types, which has not changed from 1.1 to 2.0; `hash()` changed in 1.3.
"""

import hashlib
import json
from collections.abc import Sequence

import duckdb

from orchestration.publish.contract import Column, Table
from orchestration.publish.sql import quote


def value_sql(column: Column) -> str:
    """A column's value as it is published: a negative zero, which SQL holds equal to zero, is a plain one.

    Sorting turns it into a plain zero in some versions of DuckDB and leaves it in others.
    """
    name = quote(column.name)
    return f"case when {name} = 0 then 0e0 else {name} end" if column.data_type == "DOUBLE" else name


def fingerprint_sql(relation: str, columns: Sequence[Column]) -> str:
    """The query that yields one row (row count, content checksum as text) for an already quoted relation."""
    row_text = f"concat_ws('|', {', '.join(_text_sql(column) for column in columns)})"
    return (
        f"select count(*), cast(coalesce(sum(cast(md5_number_lower({row_text}) as hugeint)), 0) as varchar) "
        f"from {relation}"
    )


def content_fingerprint(
    connection: duckdb.DuckDBPyConnection, relation: str, columns: Sequence[Column]
) -> tuple[int, str]:
    """Row count and order-independent content checksum of a relation. Raises duckdb.Error."""
    return content_fingerprints(connection, [(relation, columns)])[0]


def content_fingerprints(
    connection: duckdb.DuckDBPyConnection, relations: Sequence[tuple[str, Sequence[Column]]]
) -> list[tuple[int, str]]:
    """The same of several relations, in their order: asked at once, small tables keep more than one core busy.

    Raises duckdb.Error.
    """
    queries = [
        f"select {number} as number, * from ({fingerprint_sql(relation, columns)}) as fingerprint(row_count, checksum)"
        for number, (relation, columns) in enumerate(relations)
    ]
    if not queries:
        return []
    found = connection.execute(f"{' union all '.join(queries)} order by number").fetchall()
    return [(int(rows), str(checksum)) for _, rows, checksum in found]


def definition_fingerprint(table: Table) -> str:
    """A hash of a table's comment and of its columns' names, types, comments and order."""
    definition = [table.comment, [[column.name, column.data_type, column.comment] for column in table.columns]]
    return hashlib.sha256(json.dumps(definition, ensure_ascii=True).encode("ascii")).hexdigest()


def _text_sql(column: Column) -> str:
    """A value as text that cannot be mistaken for another value, nor run into its neighbour."""
    name = quote(column.name)
    if column.data_type == "VARCHAR":
        return f"coalesce(cast(strlen({name}) as varchar) || ':' || {name}, '-')"
    return f"coalesce(cast({value_sql(column)} as varchar), '-')"
