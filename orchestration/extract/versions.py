"""Raw never forgets: which rows of a delivery are new versions, and which repeat what is known.

Belongs here: SQL from a table of arrived text rows to the versions to append. Knows neither files nor dlt.

A raw row is one version of one keyed row: `_key_hash` names the row, `_version_number` counts its versions, and
`_row_id` names the version. A re-read that changed nothing yields nothing; going back to an old value is a new version.
"""

from dataclasses import dataclass
from datetime import datetime

import duckdb
import pyarrow as pa

from orchestration.extract import privacy
from orchestration.extract.naming import raw_name
from orchestration.sources import RawTable
from orchestration.warehouse import quoted, text_literal

METADATA = {
    "_row_id": "varchar",
    "_key_hash": "varchar",
    "_row_hash": "varchar",
    "_version_number": "bigint",
    "_is_deleted": "boolean",
    "_source": "varchar",
    "_file_name": "varchar",
    "_row_number": "bigint",
    "_seen_at": "timestamp",
}
CURRENT_SCHEMA = pa.schema(
    [
        ("_key_hash", pa.string()),
        ("_row_hash", pa.string()),
        ("_version_number", pa.int64()),
        ("_is_deleted", pa.bool_()),
    ]
)


class UndeclaredPersonalDataError(Exception):
    """Values of a column look like e-mail addresses or telephone numbers, and the source does not declare it."""


class DerivedColumnError(Exception):
    """A `derived` expression of sources.toml cannot be computed; the message names it."""


@dataclass(frozen=True)
class NewVersions:
    """Counts of one table's delivery, in rows; `table` is the in-memory table that holds the versions to append."""

    table: str
    landed: int
    repeated: int
    deleted: int


def current_versions(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> pa.Table:
    """Key and content hash of every row's newest version in raw; no rows when nothing was ever landed."""
    exists = connection.execute(
        "select count(*) from information_schema.tables where table_schema = ? and table_name = ?", [schema, table]
    ).fetchall()[0][0]
    if not exists:
        return CURRENT_SCHEMA.empty_table()
    return connection.execute(
        "select _key_hash, arg_max(_row_hash, _version_number) as _row_hash, max(_version_number) as _version_number, "
        f"arg_max(_is_deleted, _version_number) as _is_deleted from {quoted(schema)}.{quoted(table)} group by _key_hash"
    ).to_arrow_table()


def find_new_versions(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    source_name: str,
    current: pa.Table,
    rules: privacy.TextRules,
    seen_at: datetime,
    newest_file_order: int | None,
) -> NewVersions:
    """Turn the temporary table `arrived` into the temporary table `new_versions`.

    Args:
        connection: holds `arrived`: text columns, `_file_name`, `_file_order`, `_row_number`; and the identity key.
        table: how the owner declares the table.
        source_name: prefix of every key.
        current: what `current_versions` gave before this delivery.
        rules: how free text is tagged.
        seen_at: the run's instant, UTC without zone.
        newest_file_order: the file that is a full listing; rows absent from it are marked deleted. None: none is.

    Raises:
        UndeclaredPersonalDataError: personal data in a column that is neither identity nor free text.
    """
    _add_derived_columns(connection, table)
    columns = [row[0] for row in connection.execute("describe arrived").fetchall() if not row[0].startswith("_")]
    _refuse_personal_data(connection, table, columns)
    stored = _stored_columns(table, columns, rules)
    select = ", ".join(f"{expression} as {quoted(name)}" for name, expression in stored.items())
    connection.execute(
        f"create or replace temp table stored as select {select}, _file_name, _file_order, _row_number from arrived"
    )
    connection.register("current_rows", current)
    key, content = _key_hash(table, list(stored)), _content_hash(list(stored))
    names = ", ".join(map(quoted, stored))
    connection.execute(
        f"""
        create or replace temp table hashed as
        with contents as (select *, {content} as _row_hash from stored)
        select *, {key} as _key_hash from contents
        """
    )
    connection.execute(
        f"""
        create or replace temp table new_versions as
        with compared as (
            select
                hashed.*,
                lag(hashed._row_hash) over row_order as previous_hash,
                current_rows._row_hash as current_hash,
                coalesce(current_rows._version_number, 0) as current_number
            from hashed left join current_rows on hashed._key_hash = current_rows._key_hash
            window row_order as (partition by hashed._key_hash order by _file_order, _row_number)
        ),
        changed as (
            select * from compared where _row_hash is distinct from coalesce(previous_hash, current_hash)
        )
        select
            {names}, _key_hash, _row_hash, false as _is_deleted, _file_name, _row_number,
            current_number + row_number() over (partition by _key_hash order by _file_order, _row_number) as _version_number
        from changed
        """
    )
    arrived, landed = (
        connection.execute(f"select count(*) from {name}").fetchall()[0][0] for name in ("arrived", "new_versions")
    )
    deleted = _append_deletions(connection, newest_file_order) if newest_file_order is not None else 0
    connection.unregister("current_rows")
    connection.execute(
        f"""
        create or replace temp table new_versions as
        select
            md5(concat_ws(chr(31), {text_literal(source_name)}, {text_literal(table.name)}, _key_hash, _version_number))
                as _row_id,
            *,
            {text_literal(source_name)} as _source,
            timestamp '{seen_at:%Y-%m-%d %H:%M:%S.%f}' as _seen_at
        from new_versions
        """
    )
    return NewVersions("new_versions", landed=landed, repeated=arrived - landed, deleted=deleted)


def _add_derived_columns(connection: duckdb.DuckDBPyConnection, table: RawTable) -> None:
    """Add what the source's `derived` expressions take out of columns, such as a date inside a text that is dropped."""
    for name, expression in table.derived.items():
        connection.execute(f"alter table arrived add column {quoted(name)} varchar")
        try:
            connection.execute(f"update arrived set {quoted(name)} = nullif(cast(({expression}) as varchar), '')")
        except duckdb.Error as error:
            raise DerivedColumnError(
                f"table {table.name}: derived {name}: {' '.join(str(error).split())[:300]}"
            ) from None


def _refuse_personal_data(connection: duckdb.DuckDBPyConnection, table: RawTable, columns: list[str]) -> None:
    declared = {raw_name(name) for name in [*table.identities, *table.free_text]}
    found = privacy.undeclared_personal_data(connection, "arrived", [c for c in columns if c not in declared])
    if found:
        raise UndeclaredPersonalDataError(
            f"table {table.name}: values of {', '.join(found)} look like e-mail addresses or telephone numbers; "
            "declare the column under identities or free_text"
        )


def _stored_columns(table: RawTable, columns: list[str], rules: privacy.TextRules) -> dict[str, str]:
    identities = {raw_name(name) for name in table.identities}
    free_text = {raw_name(name) for name in table.free_text}
    if table.language:
        language = text_literal(table.language)
    else:
        language = quoted("language") if "language" in columns else "cast(null as varchar)"
    stored: dict[str, str] = {}
    for name in columns:
        column = quoted(name)
        if name in identities:
            stored[name] = privacy.hashed(column)
        elif name in free_text:
            if table.keep_text:
                stored[name] = privacy.redacted(column)
            stored[f"{name}_themes"] = privacy.text_themes(column, language, rules)
            stored[f"{name}_sentiment"] = privacy.text_sentiment(column, language, rules)
            stored[f"{name}_character_count"] = f"cast(length({column}) as varchar)"
        else:
            stored[name] = column
    return stored


def _content_hash(columns: list[str]) -> str:
    # By name and without nulls, so that a column that is new and still empty makes no row look changed.
    parts = ", ".join(
        f"case when {quoted(name)} is not null then {text_literal(name + '=')} || {quoted(name)} end"
        for name in sorted(columns)
    )
    return f"md5(concat_ws(chr(31), {parts}))"


def _key_hash(table: RawTable, columns: list[str]) -> str:
    key = [raw_name(name) for name in table.key]
    missing = [name for name in key if name not in columns]
    if key and not missing:
        named = ", ".join(f"coalesce(trim({quoted(name)}), '')" for name in key)
        is_blank = " and ".join(f"coalesce(trim({quoted(name)}), '') = ''" for name in key)
        # A row without any key is told apart by its content, or three such rows would overwrite each other.
        return f"case when {is_blank} then _row_hash else md5(concat_ws(chr(31), {named})) end"
    if table.repeats == "keep":
        order = "row_number() over (partition by _row_hash, _file_name order by _row_number)"
        return f"md5(_row_hash || chr(31) || {order})"
    return "_row_hash"


def _append_deletions(connection: duckdb.DuckDBPyConnection, newest_file_order: int) -> int:
    """Mark the rows deleted that are current and stand no longer in the newest full listing."""
    columns = [row[0] for row in connection.execute("describe new_versions").fetchall()]
    values = {
        "_key_hash": "known._key_hash",
        "_row_hash": "'deleted'",
        "_is_deleted": "true",
        "_version_number": "known._version_number + 1",
    }
    select = ", ".join(f"{values.get(name, 'null')} as {quoted(name)}" for name in columns)
    connection.execute(
        f"""
        create or replace temp table deletions as
        with known as (
            select _key_hash, _version_number, _is_deleted from current_rows
            union all
            select _key_hash, _version_number, _is_deleted from new_versions
        ),
        newest as (
            select _key_hash, max(_version_number) as _version_number, arg_max(_is_deleted, _version_number) as _is_deleted
            from known group by _key_hash
        ),
        listed as (select distinct _key_hash from hashed where _file_order = {newest_file_order})
        select {select}
        from newest as known anti join listed on known._key_hash = listed._key_hash
        where not known._is_deleted
        """
    )
    connection.execute("insert into new_versions by name select * from deletions")
    return connection.execute("select count(*) from deletions").fetchall()[0][0]
