"""Declared fields of a delivered file: each column taken from where it is found, and nothing else.

Belongs here: from the columns of one file to those that the table declares, so that several layouts of one export become
one table, and what nobody needs is never stored.
"""

import re

import duckdb

from orchestration.extract.naming import raw_name
from orchestration.source_models import FileTable
from orchestration.warehouse import quoted, text_literal

PATH = re.compile(r'^\$\.(?:"([^"]+)"|(\w+))(.*)$')


def choose_fields(connection: duckdb.DuckDBPyConnection, table: FileTable, target: str) -> None:
    """Replace the temporary table `target` by its declared fields and `_row_number`; a field that is nowhere is null."""
    there = {row[0] for row in connection.execute(f"describe {quoted(target)}").fetchall()}
    places = {name: [found] if isinstance(found, str) else found for name, found in table.fields.items()}
    reached_into = {
        raw_name(head) for found in places.values() for head, rest in map(_taken_apart, found) if head and rest
    }
    listed = ", ".join(f"{_first(found, there, reached_into)} as {quoted(name)}" for name, found in places.items())
    connection.execute(
        f"create or replace temp table {quoted(target)} as select {listed}, _row_number from {quoted(target)}"
    )


def _first(places: list[str], there: set[str], reached_into: set[str]) -> str:
    """SQL for the first of the places that has a value."""
    values = []
    for place in places:
        head, rest = _taken_apart(place)
        column = raw_name(head or place)
        if column not in there:
            continue
        name = quoted(column)
        if rest:
            # A field may hold an object in one export and a plain value in another, which is no JSON.
            values.append(f"case when json_valid({name}) then {_extracted(name, rest)} end")
        elif head and column in reached_into:
            # Of an object only what is named is taken: the whole could hold anything.
            is_object = f"json_valid({name}) and json_type({name}) = 'OBJECT'"
            values.append(f"case when {is_object} then null else {name} end")
        else:
            values.append(name)
    return f"nullif(coalesce({', '.join(values)}), '')" if values else "cast(null as varchar)"


def _extracted(name: str, rest: str) -> str:
    path = text_literal("$" + rest)
    found = f"json_extract_string({name}, {path})"
    return f"cast(to_json({found}) as varchar)" if "*" in rest else found


def _taken_apart(place: str) -> tuple[str | None, str]:
    """The field of the record that a path begins at, and what follows; a header's name has no such field."""
    found = PATH.match(place)
    if found is None:
        return None, ""
    return found.group(1) or found.group(2), found.group(3)
