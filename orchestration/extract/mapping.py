"""From raw to the contract: each source's mappings fill the canonical entities.

Belongs here: running mappings over the current rows of raw, casting and keys. The contract's tables are rebuilt whole
from raw, so that a mended mapping mends the past too. The account of every row is in `mapping_account`.
"""

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import duckdb

from orchestration.contract import Column, Entity, contract_columns, entities, reference_key
from orchestration.extract import audit
from orchestration.extract.casting import cast_column
from orchestration.extract.load import raw_schema
from orchestration.extract.mapping_account import transaction_start, write_counts, write_rejected
from orchestration.extract.naming import raw_name
from orchestration.extract.versions import METADATA
from orchestration.settings import Home
from orchestration.source_models import ApiTable, Mapping
from orchestration.sources import AnySource, Sources, accounted_tables, mapping_file, referred_source
from orchestration.warehouse import quoted, text_literal


class MappingError(Exception):
    """A mapping cannot run; the message names the source, the entity and the file."""


@dataclass(frozen=True)
class EntityCounts:
    """Rows of one mapping; `source_rows` are the raw rows they stand for."""

    source_name: str
    entity_name: str
    rows_mapped: int
    rows_dropped: int
    rows_rejected: int


def create_contract(connection: duckdb.DuckDBPyConnection) -> None:
    """Create every contract table anew, typed and empty."""
    connection.execute("create schema if not exists contract")
    for entity in entities().values():
        columns = ", ".join(f"{quoted(name)} {data_type}" for name, data_type in contract_columns(entity))
        connection.execute(f"create or replace table contract.{quoted(entity.name)} ({columns})")


def map_sources(connection: duckdb.DuckDBPyConnection, sources: Sources, home: Home, run_id: str) -> list[EntityCounts]:
    """Rebuild the contract from raw.

    Args:
        connection: the warehouse.
        sources: what is mapped, by `sources.toml`.
        home: where the mappings' SQL lies.
        run_id: of the run, for the audit rows.

    Raises:
        MappingError: a mapping's SQL fails, lacks the key of its entity, or gives a column the contract does not know.
    """
    audit.create_tables(connection)
    connection.execute("begin")
    try:
        create_contract(connection)
        counts = []
        for source in sources.sources:
            counts += _map_source(connection, source, sources, home, run_id)
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")
    return counts


def _map_source(
    connection: duckdb.DuckDBPyConnection, source: AnySource, sources: Sources, home: Home, run_id: str
) -> list[EntityCounts]:
    landed = _expose_current_rows(connection, source)
    accounted: dict[str, int] = defaultdict(int)
    mapped_for: dict[str, str] = {}
    counts = []
    waiting: dict[str, str] = {}
    for mapping in source.entities:
        lacking = _needed_tables(connection, mapping, source, home) - set(landed)
        if lacking:  # nothing of these has been delivered yet; the entity stays empty
            reason = f"{mapping.entity} waits for {', '.join(sorted(lacking))}"
            waiting |= dict.fromkeys(accounted_tables(mapping), reason)
            continue
        result = _map_entity(connection, source, mapping, sources, home, run_id)
        counts.append(result[0])
        for name, row_count in _shares(connection, accounted_tables(mapping), result[1]).items():
            mapped_for[name] = mapping.entity
            accounted[name] += row_count
    unused = waiting | {table.name: table.unused for table in source.tables if table.unused is not None}
    audit.append(
        connection,
        "raw_accounting",
        [
            {
                "run_id": run_id,
                "source_name": source.name,
                "table_name": table.name,
                "entity_name": mapped_for.get(table.name),
                "rows_current": landed[table.name],
                "rows_accounted": landed[table.name] if table.name in unused else accounted[table.name],
                "unused_reason": unused.get(table.name),
                "mapped_at": transaction_start(connection),
            }
            for table in source.tables
            if table.name in landed
        ],
    )
    for name in landed:
        connection.execute(f"drop view temp.main.{quoted(name)}")
    return counts


def _shares(connection: duckdb.DuckDBPyConnection, tables: list[str], row_count: int) -> dict[str, int]:
    """How many rows of each raw table a mapping stands for: a row that comes of an interface names its table as its file.

    Of several tables whose rows do not say, each is credited with all rows.
    """
    if len(tables) > 1:
        found = connection.execute(
            "select _file_name, sum(_source_row_count)::bigint from _typed where _file_name is not null group by 1"
        ).fetchall()
        if found and {name for name, _ in found} <= set(tables):
            return dict.fromkeys(tables, 0) | dict(found)
    return dict.fromkeys(tables, row_count)


def _needed_tables(connection: duckdb.DuckDBPyConnection, mapping: Mapping, source: AnySource, home: Home) -> set[str]:
    """The source's raw tables that a mapping reads."""
    if mapping.sql is None:
        return {mapping.table or ""}
    statement, _ = _select(source, mapping.sql, home, f"source {source.name}, entity {mapping.entity}")
    parsed = connection.execute("select json_serialize_sql($1::varchar)", [statement]).fetchall()[0][0]
    read = _table_names(json.loads(parsed))
    return {table.name for table in source.tables} & read | set(accounted_tables(mapping))


def _table_names(node: Any) -> set[str]:
    """The names of tables in a parsed select; nothing is bound, since the tables may not be there yet."""
    if isinstance(node, list):
        return set().union(*map(_table_names, node))
    if not isinstance(node, dict):
        return set()
    own = {node["table_name"]} if node.get("type") == "BASE_TABLE" else set()
    return own.union(*map(_table_names, node.values()))


def _select(source: AnySource, name: str, home: Home, where: str) -> tuple[str, str]:
    """A mapping's select and the path of its file.

    Raises:
        MappingError: it is not one select.
    """
    path = mapping_file(source, name, home)
    statement = path.read_text(encoding="utf-8")
    try:
        kinds = [found.type for found in duckdb.extract_statements(statement)]
    except duckdb.Error as error:
        raise MappingError(f"{where}: {path}: {' '.join(str(error).split())[:500]}") from None
    if kinds != [duckdb.StatementType.SELECT]:
        raise MappingError(f"{where}: {path}: a mapping is one select, and nothing else")
    return statement, str(path)


def _expose_current_rows(connection: duckdb.DuckDBPyConnection, source: AnySource) -> dict[str, int]:
    """A temporary view of each table's current rows, under the table's own name; and how many they are."""
    schema = raw_schema(source.name)
    there = {
        row[0]
        for row in connection.execute(
            "select table_name from information_schema.tables where table_schema = ?", [schema]
        ).fetchall()
    }
    counts = {}
    for table in source.tables:
        if table.name in there:
            raw = f"{quoted(schema)}.{quoted(table.name)}"
            versions, deleted = connection.execute(
                f"select max(_version_number), count(*) filter (where _is_deleted) from {raw}"
            ).fetchall()[0]
            newest = (
                f"where _row_id in (select arg_max(_row_id, _version_number) from {raw} group by _key_hash) and not _is_deleted"
                if deleted or versions != 1
                else ""  # nothing ever changed: every row is current
            )
            connection.execute(f"create or replace temp view {quoted(table.name)} as select * from {raw} {newest}")
            counts[table.name] = connection.execute(f"select count(*) from temp.main.{quoted(table.name)}").fetchall()[
                0
            ][0]
    for table in source.tables:
        # What a vendor has none of is empty and not missing: a select may join it, or unite it with another, all the same.
        if counts and table.name not in counts and isinstance(table, ApiTable):
            connection.execute(f"create or replace temp view {quoted(table.name)} as {_empty(table)}")
            counts[table.name] = 0
    return counts


def _empty(table: ApiTable) -> str:
    """A select without rows, with the columns that raw would have."""
    columns = dict(METADATA)
    for name in table.fields:
        is_text = name in table.free_text
        if not is_text or table.keep_text:
            columns[name] = "varchar"
        if is_text:
            columns |= {f"{name}{suffix}": "varchar" for suffix in ("_themes", "_sentiment", "_character_count")}
    listed = ", ".join(f"cast(null as {data_type}) as {quoted(name)}" for name, data_type in columns.items())
    return f"select {listed} where false"


def _map_entity(
    connection: duckdb.DuckDBPyConnection,
    source: AnySource,
    mapping: Mapping,
    sources: Sources,
    home: Home,
    run_id: str,
) -> tuple[EntityCounts, int]:
    entity = entities()[mapping.entity]
    where = f"source {source.name}, entity {entity.name}"
    statement, label = _statement(connection, source, mapping, home, where)
    try:
        # A view, since a select from an owner's file may end in a semicolon or a comment.
        connection.execute(f"create or replace temp view _mapping as {statement}")
        types = {row[0]: row[1] for row in connection.execute("describe _mapping").fetchall()}
        _check_columns(entity, mapping, types, where)
        connection.execute(f"create or replace temp table _typed as {_typed(entity, mapping, types)}")
    except duckdb.Error as error:
        raise MappingError(f"{where}: {label}: {' '.join(str(error).split())[:500]}") from None
    _insert(connection, source, entity, sources)
    totals = write_counts(connection, source.name, entity.name, run_id)
    write_rejected(connection, source.name, entity.name, run_id)
    return EntityCounts(source.name, entity.name, *totals[:3]), totals[3]


def _typed(entity: Entity, mapping: Mapping, types: dict[str, str]) -> str:
    """The select that casts the rows of `_mapping`; `_problems` lists what does not fit, as `column: reason` lines."""
    casts = {column.name: cast_column(column, types.get(column.name), mapping) for column in entity.columns}
    values = [f"{cast.value} as {quoted(name)}" for name, cast in casts.items()]
    # A row without its key is not rejected here: gate 1 sets it aside in quarantine, where it can be looked at.
    problems = [
        f"{text_literal(name + ': ')} || {_but_for_keys(cast.problem, name in entity.key)}"
        for name, cast in casts.items()
        if cast.problem != "null"
    ]
    found = f"nullif(concat_ws(chr(10), {', '.join(problems)}), '')" if problems else "cast(null as varchar)"
    derived = [
        f"{quoted(name) if name in types else 'null'} as {quoted(name)}"
        for name, _ in contract_columns(entity)
        if name.endswith(("_themes", "_sentiment", "_character_count")) and name not in casts
    ]
    metadata = {
        "_row_id": "varchar",
        "_file_name": "varchar",
        "_row_number": "bigint",
        "_seen_at": "timestamp",
        "_source_row_count": "bigint",
        "_drop_reason": "varchar",
    }
    given = {name: name if name in types else "null" for name in metadata}
    given["_source_row_count"] = f"coalesce({given['_source_row_count']}, 1)"
    given["_drop_reason"] = f"nullif(trim({given['_drop_reason']}), '')"
    carried = [f"cast({given[name]} as {data_type}) as {name}" for name, data_type in metadata.items()]
    found_unless_dropped = f"case when {given['_drop_reason']} is null then {found} end"
    listed = ", ".join([*values, *derived, *carried, f"{found_unless_dropped} as _problems"])
    return f"select {listed} from _mapping"


def _but_for_keys(problem: str, is_key: bool) -> str:
    return problem.replace("'is empty and required'", "null") if is_key else problem


def _statement(
    connection: duckdb.DuckDBPyConnection, source: AnySource, mapping: Mapping, home: Home, where: str
) -> tuple[str, str]:
    """A mapping as one select, and what to call it in a message."""
    if mapping.sql is not None:
        return _select(source, mapping.sql, home, where)
    table = mapping.table or ""
    if not mapping.columns:
        return f"select * from {quoted(table)}", f"table {table}"
    listed = ", ".join(_renamed(connection, mapping, where))
    return f"select {listed}, _row_id, _file_name, _row_number, _seen_at from {quoted(table)}", f"table {table}"


def _renamed(connection: duckdb.DuckDBPyConnection, mapping: Mapping, where: str) -> list[str]:
    """The select list of a column map; a free-text column brings its themes, sentiment and length along."""
    there = {row[0] for row in connection.execute(f"describe {quoted(mapping.table or '')}").fetchall()}
    listed = []
    for name, declared in mapping.columns.items():
        raw = raw_name(declared)
        if raw not in there and f"{raw}_character_count" not in there:
            known = ", ".join(sorted(column for column in there if not column.startswith("_")))
            raise MappingError(f"{where}: table {mapping.table} has no column {declared} for {name}; there is {known}")
        if not entities()[mapping.entity].column(name).is_free_text:
            listed.append(f"{quoted(raw)} as {quoted(name)}")
            continue
        listed += [
            f"{quoted(raw + suffix)} as {quoted(name + suffix)}"
            for suffix in ("", "_themes", "_sentiment", "_character_count")
            if raw + suffix in there
        ]
    return listed


def _check_columns(entity: Entity, mapping: Mapping, types: dict[str, str], where: str) -> None:
    known = {column.name for column in entity.columns} | {name for name, _ in contract_columns(entity)}
    allowed = known | {"_row_id", "_seen_at", "_source_row_count", "_drop_reason", "_file_name", "_row_number"}
    if mapping.sql is not None or mapping.columns:
        unknown = [name for name in types if name not in allowed]
        if unknown:
            raise MappingError(f"{where}: the contract has no column {', '.join(unknown)}")
    required = [
        column.name
        for column in entity.columns
        if column.is_required and column.name not in types and column.name not in mapping.defaults
    ]
    if required:
        there = ", ".join(sorted(name for name in types if not name.startswith("_")))
        raise MappingError(f"{where}: required column {', '.join(required)} is not delivered; there is {there}")


def _insert(connection: duckdb.DuckDBPyConnection, source: AnySource, entity: Entity, sources: Sources) -> None:
    references = {}
    for column in entity.columns:
        if column.references:
            referred = referred_source(source, column.references, sources)
            if referred is None:
                _refuse_ambiguous(connection, source, entity, column, sources)
            references[reference_key(column)] = (column.name, referred or source.name)
    select = []
    for name, _ in contract_columns(entity):
        if name == "source_name":
            select.append(f"{text_literal(source.name)} as source_name")
        elif name == entity.key_column:
            select.append(f"{_own_key(source.name, entity)} as {quoted(name)}")
        elif name in references:
            id_column, referred_name = references[name]
            select.append(f"{text_literal(referred_name + ':')} || {quoted(id_column)} as {quoted(name)}")
        else:
            select.append(quoted(name))
    connection.execute(
        f"insert into contract.{quoted(entity.name)} by name "
        f"select {', '.join(select)} from _typed where _problems is null and _drop_reason is null"
    )


def _refuse_ambiguous(
    connection: duckdb.DuckDBPyConnection,
    source: AnySource,
    entity: Entity,
    column: Column,
    sources: Sources,
) -> None:
    """Ids that could be several sources' make no key; a column without values harms nobody."""
    used = connection.execute(f"select count(*) from _typed where {quoted(column.name)} is not null").fetchall()[0][0]
    if used:
        deliverers = sources.deliverers(column.references or "")
        raise MappingError(
            f"source {source.name}, entity {entity.name}: {column.name} could be an id of {' or '.join(deliverers)}; declare "
            f'refers_to = {{ {column.references} = "{deliverers[0]}" }} in sources.toml'
        )


def _own_key(source_name: str, entity: Entity) -> str:
    """`<source>:<id>`; parts of a compound key are joined by a bar. Null when a required part is null or blank."""
    parts = [
        quoted(name) if entity.column(name).is_required else f"coalesce(cast({quoted(name)} as varchar), '')"
        for name in entity.key
    ]
    joined = " || '|' || ".join(f"cast({part} as varchar)" for part in parts)
    return f"{text_literal(source_name + ':')} || {joined}"
