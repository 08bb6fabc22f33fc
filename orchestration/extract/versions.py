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
from orchestration.extract.faults import DerivedColumnError, UndeclaredPersonalDataError
from orchestration.extract.naming import raw_name
from orchestration.sources import RawTable
from orchestration.warehouse import quoted, text_literal

METADATA = {
    "_row_id": "varchar",
    "_key_hash": "varchar",
    "_row_hash": "bigint",
    "_version_number": "bigint",
    "_is_deleted": "boolean",
    "_source": "varchar",
    "_file_name": "varchar",
    "_row_number": "bigint",
    "_run_id": "varchar",
    "_seen_at": "timestamp",
}
DELETED_HASH = 0
"""Content hash of a version that says that the row is gone; 1 in 2^63 contents would share it."""


@dataclass(frozen=True)
class NewVersions:
    """The versions to append (METADATA, then the table's columns), and counts of the delivery.

    `landed` and `repeated` are rows that arrived; `appeared` and `deleted` are rows that became and ceased to be current.
    """

    versions: pa.Table
    landed: int
    repeated: int
    appeared: int
    deleted: int


def current_row_count(connection: duckdb.DuckDBPyConnection, raw: str) -> int:
    """How many rows of a raw table are there now: each key counts once, unless its newest version says it is gone.

    Args:
        connection: the warehouse.
        raw: the quoted name of the raw table, which exists.
    """
    return connection.execute(
        f"""
        select
            (select count(*) from {raw} where _version_number = 1)
            - (
                select count(*) from (
                    select _key_hash, arg_max(_is_deleted, _version_number) as is_gone
                    from {raw}
                    where _key_hash in (select _key_hash from {raw} where _is_deleted)
                    group by _key_hash
                )
                where is_gone
            )
        """
    ).fetchall()[0][0]


def find_new_versions(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    source_name: str,
    raw: str | None,
    rules: privacy.TextRules,
    run_id: str,
    seen_at: datetime,
    newest_file_order: int | None,
) -> NewVersions:
    """Find the new versions in the temporary relation `arrived`.

    Args:
        connection: holds `arrived`: text columns, `_file_name`, `_file_order`, `_row_number`; and the identity key.
        table: how the owner declares the table.
        source_name: the source that delivers it.
        raw: the quoted name of the raw table in the same connection; None when nothing was ever landed.
        rules: how free text is tagged.
        run_id: of the run that lands them.
        seen_at: the run's instant, UTC without zone.
        newest_file_order: the file that is a full listing; rows absent from it are marked deleted. None: none is.

    Raises:
        UndeclaredPersonalDataError: personal data in a column that is neither identity nor free text.
        DerivedColumnError: a derived column cannot be computed.
    """
    relation = _with_derived_columns(connection, table)
    columns = [row[0] for row in connection.execute(f"describe {relation}").fetchall() if not row[0].startswith("_")]
    stored = _stored_columns(table, columns, rules)
    try:
        _store(connection, table, columns, stored, relation)
    except duckdb.ConversionException:
        if table.derived:
            raise _derived_fault(connection, table) from None
        raise
    if connection.execute("select coalesce(bool_or(_is_personal), false) from hashed").fetchall()[0][0]:
        _refuse_personal_data(connection, table, list(stored))
    _find_current(connection, raw, everything=newest_file_order is not None)
    _find_changed(connection)
    deleted = _find_deleted(connection, newest_file_order) if newest_file_order is not None else 0
    arrived = connection.execute("select count(*) from hashed").fetchall()[0][0]
    landed, appeared = connection.execute(
        "select count(*), count(distinct _key_hash) filter (where not was_current) from changed"
    ).fetchall()[0]
    names = ", ".join(map(quoted, stored))
    metadata = f"""
        _key_hash || ':' || _version_number as _row_id, _key_hash, _row_hash, _version_number, _is_deleted,
        {text_literal(source_name)} as _source, _file_name, _row_number, {text_literal(run_id)} as _run_id,
        timestamp '{seen_at:%Y-%m-%d %H:%M:%S.%f}' as _seen_at
    """
    versions = connection.execute(
        f"""
        select {metadata}, {names}
        from (
            select hashed.* exclude (_is_personal), changed._version_number, false as _is_deleted
            from hashed inner join changed on hashed.rowid = changed.hashed_row
            {"union all by name select * from deletions" if deleted else ""}
        ) as versions
        """
    ).to_arrow_table()
    connection.execute("drop table hashed; drop table changed; drop table current_rows")
    return NewVersions(versions, landed=landed, repeated=arrived - landed, appeared=appeared, deleted=deleted)


def _store(
    connection: duckdb.DuckDBPyConnection, table: RawTable, columns: list[str], stored: dict[str, str], relation: str
) -> None:
    """Fill `hashed`: what raw will hold of each arrived row, with the hashes of its key and content."""
    select = ", ".join(f"{expression} as {quoted(name)}" for name, expression in stored.items())
    # The text itself is not stored, yet two rows that differ in nothing else are two rows.
    texts = [name for name in columns if raw_name(name) in {raw_name(text) for text in table.free_text}]
    prints = ", ".join([privacy.fingerprint(quoted(name)) for name in texts] or ["''"])
    connection.execute(
        f"""
        create or replace temp table hashed as
        with stored as (
            select {select}, concat_ws(',', {prints}) as _fingerprints, _file_name, _file_order, _row_number
            from {relation}
        ),
        contents as (select *, {_content(_compared_columns(table, columns, stored))} as _content from stored),
        digested as (
            select
                *,
                -- 63 bits are enough: the hash only tells the versions of one row apart, and never two rows.
                cast(md5_number_lower(_content || _fingerprints) >> 1 as bigint) as _row_hash,
                {privacy.looks_personal(_searched(table, stored))} as _is_personal
            from contents
        )
        select * exclude (_content, _fingerprints), {_key_hash(table, list(stored))} as _key_hash from digested
        """
    )


def _find_current(connection: duckdb.DuckDBPyConnection, raw: str | None, *, everything: bool) -> None:
    """Fill `current_rows`: the newest version of the rows that arrived, or of all."""
    connection.execute(
        "create or replace temp table current_rows "
        "(_key_hash varchar, _row_hash bigint, _version_number bigint, _is_deleted boolean)"
    )
    if raw is None:
        return
    wanted = "" if everything else "where _key_hash in (select _key_hash from hashed)"
    connection.execute(
        f"""
        insert into current_rows
        select
            _key_hash, arg_max(_row_hash, _version_number), max(_version_number), arg_max(_is_deleted, _version_number)
        from {raw} {wanted}
        group by _key_hash
        """
    )


def _find_changed(connection: duckdb.DuckDBPyConnection) -> None:
    """The rows that differ from their row's version before, with the number of the new version. Narrow, so that the
    sorting by key moves hashes and not whole rows."""
    connection.execute(
        """
        create or replace temp table changed as
        with compared as (
            select
                hashed.rowid as hashed_row,
                hashed._key_hash,
                hashed._row_hash,
                lag(hashed._row_hash) over row_order as previous_hash,
                current_rows._row_hash as current_hash,
                coalesce(current_rows._version_number, 0) as current_number,
                coalesce(not current_rows._is_deleted, false) as was_current,
                hashed._file_order,
                hashed._row_number
            from hashed left join current_rows on hashed._key_hash = current_rows._key_hash
            window row_order as (partition by hashed._key_hash order by hashed._file_order, hashed._row_number)
        )
        select
            hashed_row,
            _key_hash,
            was_current,
            current_number
            + row_number() over (partition by _key_hash order by _file_order, _row_number) as _version_number
        from compared
        where _row_hash is distinct from coalesce(previous_hash, current_hash)
        """
    )


def _with_derived_columns(connection: duckdb.DuckDBPyConnection, table: RawTable) -> str:
    """Add what the source's `derived` expressions take out of columns, such as a date inside a text that is dropped.

    Returns:
        the name of the relation with them; a later expression may use an earlier one's column.
    """
    relation = "arrived"
    for position, (name, expression) in enumerate(table.derived.items()):
        derived = f"arrived_derived_{position}"
        there = {row[0] for row in connection.execute(f"describe {relation}").fetchall()}
        if name in there:
            raise DerivedColumnError(f"table {table.name}: derived {name}: the delivery has a column of that name")
        try:
            connection.execute(
                f"create or replace temp view {derived} as "
                f"select *, nullif(cast(({expression}) as varchar), '') as {quoted(name)} from {relation}"
            )
        except duckdb.Error as error:
            raise DerivedColumnError(
                f"table {table.name}: derived {name}: {' '.join(str(error).split())[:300]}"
            ) from None
        relation = derived
    return relation


def _derived_fault(connection: duckdb.DuckDBPyConnection, table: RawTable) -> DerivedColumnError:
    """Names the first expression that fails; not with the engine's words, which repeat the value."""
    for position, name in enumerate(table.derived):
        try:
            connection.execute(f"select count({quoted(name)}) from arrived_derived_{position}").fetchall()
        except duckdb.ConversionException:
            return DerivedColumnError(
                f"table {table.name}: derived {name}: cannot be computed for every row; use try_cast or try_strptime"
            )
    return DerivedColumnError(f"table {table.name}: a derived column cannot be computed for every row")


def _refuse_personal_data(connection: duckdb.DuckDBPyConnection, table: RawTable, stored: list[str]) -> None:
    allowed = {raw_name(name) for name in table.not_personal}
    checked = [name for name in stored if name not in allowed]
    tests = ", ".join(f"bool_or({privacy.looks_personal(quoted(name))})" for name in checked)
    found = connection.execute(f"select {tests} from hashed where _is_personal").fetchall()[0]
    named = ", ".join(name for name, is_personal in zip(checked, found, strict=True) if is_personal)
    raise UndeclaredPersonalDataError(
        f"table {table.name}: values of {named} look like e-mail addresses or telephone numbers; declare the column "
        "under identities or free_text, or under not_personal if they are none"
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


def _compared_columns(table: RawTable, columns: list[str], stored: dict[str, str]) -> list[str]:
    """The columns whose change makes a version: as delivered, so that new rules for tags make no old row look changed."""
    free_text = {raw_name(name) for name in table.free_text}
    return [name for name in columns if name in stored and name not in free_text]


def _searched(table: RawTable, stored: dict[str, str]) -> str:
    """SQL for all that will be stored of a row, but for what the owner says is not personal."""
    allowed = {raw_name(name) for name in table.not_personal}
    return _content([name for name in stored if name not in allowed])


def _content(columns: list[str]) -> str:
    # By name and without nulls (`||` with a null is null, and concat_ws leaves nulls out), so that a column that is new
    # and still empty makes no row look changed.
    parts = ", ".join(f"{text_literal(name + '=')} || {quoted(name)}" for name in sorted(columns))
    return f"concat_ws(chr(31), {parts})" if parts else "''"


def _key_hash(table: RawTable, columns: list[str]) -> str:
    key = [raw_name(name) for name in table.key]
    # Of a row that only its content names, the fingerprints of the dropped texts are part of the name.
    content = "md5(_content || _fingerprints)"
    if key and all(name in columns for name in key):
        parts = [f"coalesce(trim({quoted(name)}), '')" for name in key]
        # Each part but the last with its length, so that ('a|', 'b') and ('a', '|b') stay two keys.
        named = " || ".join([*(f"length({part}) || ':' || {part}" for part in parts[:-1]), parts[-1]])
        is_blank = " and ".join(f"{part} = ''" for part in parts)
        # A row without any key is told apart by its content, or three such rows would overwrite each other.
        return f"case when {is_blank} then {content} else md5({named}) end"
    if table.repeats == "keep":
        order = "row_number() over (partition by _row_hash, _file_name order by _row_number)"
        return f"md5({content} || ':' || {order})"
    return content


def _find_deleted(connection: duckdb.DuckDBPyConnection, newest_file_order: int) -> int:
    """Mark the rows deleted that are current and stand no longer in the newest full listing."""
    connection.execute(
        f"""
        create or replace temp table deletions as
        with known as (
            select _key_hash, _version_number, _is_deleted from current_rows
            union all
            select _key_hash, _version_number, false from changed
        ),
        newest as (
            select
                _key_hash,
                max(_version_number) as _version_number,
                arg_max(_is_deleted, _version_number) as _is_deleted
            from known
            group by _key_hash
        ),
        listed as (select distinct _key_hash from hashed where _file_order = {newest_file_order})
        select
            known._key_hash,
            {DELETED_HASH} as _row_hash,
            known._version_number + 1 as _version_number,
            true as _is_deleted
        from newest as known anti join listed on known._key_hash = listed._key_hash
        where not known._is_deleted
        """
    )
    return connection.execute("select count(*) from deletions").fetchall()[0][0]
