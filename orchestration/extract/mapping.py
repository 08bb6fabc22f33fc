"""From raw to the contract: each source's mappings fill the canonical entities.

Belongs here: running mappings over the current rows of raw, casting, keys, and the account of every row. The contract's
tables are rebuilt whole from raw, so that a mended mapping mends the past too.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from orchestration.contract import Column, Entity, contract_columns, entities, reference_key
from orchestration.extract import audit
from orchestration.extract.casting import cast_column
from orchestration.extract.load import raw_schema
from orchestration.extract.naming import raw_name
from orchestration.settings import Home
from orchestration.sources import FileSource, Mapping, Sources, SqlSource, accounted_tables, referred_source
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
    connection: duckdb.DuckDBPyConnection, source: FileSource | SqlSource, sources: Sources, home: Home, run_id: str
) -> list[EntityCounts]:
    landed = _expose_current_rows(connection, source)
    accounted: dict[str, int] = defaultdict(int)
    mapped_for: dict[str, str] = {}
    counts = []
    for mapping in source.entities:
        if not _needed_tables(connection, mapping, source, home) <= set(landed):
            continue  # nothing of it has been delivered yet; the entity stays empty
        result = _map_entity(connection, source, mapping, sources, home, run_id)
        counts.append(result[0])
        for name in accounted_tables(mapping):
            mapped_for[name] = mapping.entity
            accounted[name] += result[1]
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
                "rows_accounted": accounted[table.name] if table.unused is None else landed[table.name],
                "unused_reason": table.unused,
                "mapped_at": _transaction_start(connection),
            }
            for table in source.tables
            if table.name in landed
        ],
    )
    for name in landed:
        connection.execute(f"drop view temp.main.{quoted(name)}")
    return counts


def _needed_tables(
    connection: duckdb.DuckDBPyConnection, mapping: Mapping, source: FileSource | SqlSource, home: Home
) -> set[str]:
    """The source's raw tables that a mapping reads."""
    if mapping.sql is None:
        return {mapping.table or ""}
    path = home.mappings / mapping.sql
    try:
        read = connection.get_table_names(path.read_text(encoding="utf-8"))
    except duckdb.Error as error:
        raise MappingError(
            f"source {source.name}, entity {mapping.entity}: {path}: {' '.join(str(error).split())[:500]}"
        ) from None
    return {table.name for table in source.tables} & set(read) | set(accounted_tables(mapping))


def _expose_current_rows(connection: duckdb.DuckDBPyConnection, source: FileSource | SqlSource) -> dict[str, int]:
    """A temporary view of each landed table's current rows, under the table's own name; and how many they are."""
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
            connection.execute(
                f"create or replace temp view {quoted(table.name)} as select * from {raw} "
                "qualify row_number() over (partition by _key_hash order by _version_number desc) = 1 and not _is_deleted"
            )
            counts[table.name] = connection.execute(f"select count(*) from temp.main.{quoted(table.name)}").fetchall()[
                0
            ][0]
    return counts


def _map_entity(
    connection: duckdb.DuckDBPyConnection,
    source: FileSource | SqlSource,
    mapping: Mapping,
    sources: Sources,
    home: Home,
    run_id: str,
) -> tuple[EntityCounts, int]:
    entity = entities()[mapping.entity]
    where = f"source {source.name}, entity {entity.name}"
    _run_mapping(connection, mapping, home, where)
    types = {row[0]: row[1] for row in connection.execute("describe mapped").fetchall()}
    _check_columns(entity, mapping, types, where)
    casts = {column.name: cast_column(column, types.get(column.name), mapping) for column in entity.columns}
    required_key = set(entity.key)
    values = [f"{cast.value} as {quoted(name)}" for name, cast in casts.items()]
    problems = [
        f"{_problem(cast.problem, name in required_key)} as {quoted('problem_' + name)}"
        for name, cast in casts.items()
    ]
    extras = [
        f"{quoted(name) if name in types else 'null'} as {quoted(name)}"
        for name, _ in contract_columns(entity)
        if name.endswith(("_themes", "_sentiment", "_character_count")) and name not in casts
    ]
    metadata = [
        f"{'cast(_row_id as varchar)' if '_row_id' in types else 'cast(null as varchar)'} as _row_id",
        f"{'_file_name' if '_file_name' in types else 'cast(null as varchar)'} as _file_name",
        f"{'_row_number' if '_row_number' in types else 'cast(null as bigint)'} as _row_number",
        f"{'_seen_at' if '_seen_at' in types else 'cast(null as timestamp)'} as _seen_at",
        f"{'cast(_source_row_count as bigint)' if '_source_row_count' in types else '1::bigint'} as _source_row_count",
        f"{'cast(_drop_reason as varchar)' if '_drop_reason' in types else 'cast(null as varchar)'} as _drop_reason",
    ]
    connection.execute(
        f"create or replace temp table typed as select {', '.join([*values, *problems, *extras, *metadata])} from mapped"
    )
    has_problem = " or ".join(f"{quoted('problem_' + name)} is not null" for name in casts)
    connection.execute(
        f"alter table typed add column _has_problem boolean; update typed set _has_problem = _drop_reason is null and ({has_problem})"
    )
    _insert(connection, source, entity, sources)
    totals = _account(connection, source, entity, run_id)
    _write_rejected(connection, source, entity, list(casts), run_id)
    return EntityCounts(source.name, entity.name, *totals[:3]), totals[3]


def _problem(problem: str, is_key: bool) -> str:
    # A row without its key is not rejected here: gate 1 sets it aside in quarantine, where it can be looked at.
    return problem.replace("'is empty and required'", "null") if is_key else problem


def _run_mapping(connection: duckdb.DuckDBPyConnection, mapping: Mapping, home: Home, where: str) -> None:
    if mapping.sql is not None:
        path = home.mappings / mapping.sql
        statement, label = path.read_text(encoding="utf-8").strip().rstrip(";"), str(path)
    else:
        if mapping.columns:
            listed = ", ".join(_renamed(connection, mapping))
            metadata = "_row_id, _file_name, _row_number, _seen_at"
            statement = f"select {listed}, {metadata} from {quoted(mapping.table or '')}"
        else:
            statement = f"select * from {quoted(mapping.table or '')}"
        label = f"table {mapping.table}"
    try:
        connection.execute(f"create or replace temp table mapped as {statement}")
    except duckdb.Error as error:
        raise MappingError(f"{where}: {label}: {' '.join(str(error).split())[:500]}") from None


def _renamed(connection: duckdb.DuckDBPyConnection, mapping: Mapping) -> list[str]:
    """The select list of a column map; a free-text column brings its themes, sentiment and length along."""
    there = {row[0] for row in connection.execute(f"describe {quoted(mapping.table or '')}").fetchall()}
    listed = []
    for name, declared in mapping.columns.items():
        raw = raw_name(declared)
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


def _insert(
    connection: duckdb.DuckDBPyConnection, source: FileSource | SqlSource, entity: Entity, sources: Sources
) -> None:
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
        f"select {', '.join(select)} from typed where not _has_problem and _drop_reason is null"
    )


def _refuse_ambiguous(
    connection: duckdb.DuckDBPyConnection,
    source: FileSource | SqlSource,
    entity: Entity,
    column: Column,
    sources: Sources,
) -> None:
    """Ids that could be several sources' make no key; a column without values harms nobody."""
    used = connection.execute(f"select count(*) from typed where {quoted(column.name)} is not null").fetchall()[0][0]
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


def _account(
    connection: duckdb.DuckDBPyConnection, source: FileSource | SqlSource, entity: Entity, run_id: str
) -> tuple[int, int, int, int]:
    """Write the mapping's counts; returns rows mapped, dropped, rejected, and all source rows they stand for."""
    kinds = {
        "mapped": "not _has_problem and _drop_reason is null",
        "dropped": "_drop_reason is not null",
        "rejected": "_has_problem",
    }
    select = ", ".join(
        f"count(*) filter (where {condition}), coalesce(sum(_source_row_count) filter (where {condition}), 0)::bigint"
        for condition in kinds.values()
    )
    mapped, source_mapped, dropped, source_dropped, rejected, source_rejected = connection.execute(
        f"select {select} from typed"
    ).fetchall()[0]
    common: dict[str, Any] = {"run_id": run_id, "source_name": source.name, "entity_name": entity.name}
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
                "mapped_at": _transaction_start(connection),
            }
        ],
    )
    reasons = connection.execute(
        "select _drop_reason, count(*), sum(_source_row_count)::bigint from typed where _drop_reason is not null group by 1"
    ).fetchall()
    audit.append(
        connection,
        "dropped_rows",
        [{**common, "reason": reason, "row_count": rows, "source_row_count": of} for reason, rows, of in reasons],
    )
    return mapped, dropped, rejected, source_mapped + source_dropped + source_rejected


def _transaction_start(connection: duckdb.DuckDBPyConnection) -> datetime:
    """One instant for all the rows of a run's mapping, UTC without zone."""
    return connection.execute("select now() at time zone 'UTC'").fetchall()[0][0]


def _write_rejected(
    connection: duckdb.DuckDBPyConnection,
    source: FileSource | SqlSource,
    entity: Entity,
    columns: list[str],
    run_id: str,
) -> None:
    if not connection.execute("select count(*) from typed where _has_problem").fetchall()[0][0]:
        return
    each = " union all ".join(
        f"select _file_name, _row_number, {text_literal(name)} as column_name, {quoted('problem_' + name)} as reason "
        f"from typed where _has_problem and {quoted('problem_' + name)} is not null"
        for name in columns
    )
    connection.execute(
        f"insert into audit.rejected_rows select ?, ?, null, ?, _file_name, _row_number, column_name, reason "
        f"from ({each}) order by _file_name, _row_number",
        [run_id, source.name, entity.name],
    )
