"""Raw never forgets: which rows of a delivery are new versions, and which repeat what is known.

Belongs here: SQL from a table of arrived text rows to the versions to append. Knows neither files nor dlt.

A raw row is one version of one keyed row: `_key_hash` names the row, `_version_number` counts its versions, and
`_row_id` names the version. A re-read that changed nothing yields nothing; going back to an old value is a new version.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from orchestration.extract import privacy
from orchestration.extract.faults import DerivedColumnError, UndeclaredPersonalDataError
from orchestration.extract.naming import raw_name
from orchestration.source_models import RawTable
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
    """The temporary table of the versions to append (METADATA, then the table's columns), and counts of the delivery.

    `landed` and `repeated` are rows that arrived; `appeared` and `deleted` are rows that became and ceased to be current.
    """

    versions: str
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
    gone: Sequence[Mapping[str, str]] = (),
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
        gone: keys of rows that the source says are no longer there; one that arrived all the same stays.

    Raises:
        UndeclaredPersonalDataError: personal data in a column that is neither identity nor free text.
        DerivedColumnError: a derived column cannot be computed.
    """
    relation = _with_derived_columns(connection, table)
    columns = [row[0] for row in connection.execute(f"describe {relation}").fetchall() if not row[0].startswith("_")]
    try:
        _hash_rows(connection, table, columns, relation)
        _hash_gone(connection, table, gone)
        _find_current(connection, raw, everything=newest_file_order is not None)
        _find_changed(connection)
        deleted = _find_deleted(connection, newest_file_order) if newest_file_order is not None or gone else 0
        arrived = connection.execute("select count(*) from hashed").fetchall()[0][0]
        landed, appeared = connection.execute(
            "select count(*), count(distinct _key_hash) filter (where not was_current) from changed"
        ).fetchall()[0]
        stored = _stored_columns(table, columns, rules)
        metadata = {
            "_source": text_literal(source_name),
            "_run_id": text_literal(run_id),
            "_seen_at": f"timestamp '{seen_at:%Y-%m-%d %H:%M:%S.%f}'",
        }
        versions = _write_versions(connection, table, stored, metadata, relation, has_deletions=deleted > 0)
    except duckdb.ConversionException:
        if table.derived:
            raise _derived_fault(connection, table) from None
        raise
    connection.execute("drop table hashed; drop table changed; drop table current_rows; drop table gone")
    return NewVersions(versions, landed=landed, repeated=arrived - landed, appeared=appeared, deleted=deleted)


def _hash_rows(connection: duckdb.DuckDBPyConnection, table: RawTable, columns: list[str], relation: str) -> None:
    """Fill `hashed`: the hashes of each arrived row's key and content, which are all that the comparison needs."""
    personal = {raw_name(name) for name in [*table.identities, *table.free_text]}
    # What is not stored as it is goes in by a keyed hash: a change of it is seen, and nothing of it can be guessed.
    secret = _content([name for name in columns if name in personal])
    keyed = privacy.fingerprint(secret) if personal.intersection(columns) else "''"
    connection.execute(
        f"""
        create or replace temp table hashed as
        with contents as (
            select
                *,
                {_content([name for name in columns if name not in personal])} || chr(30) || {keyed} as _content
            from {relation}
        ),
        digested as (
            -- 63 bits are enough: the hash only tells the versions of one row apart, and never two rows.
            select *, cast(md5_number_lower(_content) >> 1 as bigint) as _row_hash from contents
        )
        select {_key_hash(table, columns)} as _key_hash, _row_hash, _file_order, _row_number from digested
        """
    )


def _write_versions(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    stored: dict[str, str],
    metadata: dict[str, str],
    relation: str,
    *,
    has_deletions: bool,
) -> str:
    """Make the table of rows to append, as raw will hold them; the costly work on texts is done for changed rows only."""
    select = ", ".join(f"{expression} as {quoted(name)}" for name, expression in stored.items())
    allowed = {raw_name(name) for name in table.not_personal}
    searched = [name for name in stored if name not in allowed]
    computed = {"_row_id": "_key_hash || ':' || _version_number"} | metadata
    listed = ", ".join([*(f"{computed.get(name, name)} as {name}" for name in METADATA), *map(quoted, stored)])
    target = quoted(f"versions_of_{table.name}")
    connection.execute(
        f"""
        create or replace temp table {target} as
        with landed as (
            select {select}, _file_name, arrived._row_number, changed._key_hash, changed._row_hash,
                changed._version_number, false as _is_deleted
            from {relation} as arrived inner join changed
                on arrived._file_order = changed._file_order and arrived._row_number = changed._row_number
        ),
        checked as (select *, {privacy.looks_personal(_content(searched))} as _is_personal from landed)
        select {listed}, _is_personal
        from (select * from checked {"union all by name select * from deletions" if has_deletions else ""})
        """
    )
    if connection.execute(f"select coalesce(bool_or(_is_personal), false) from {target}").fetchall()[0][0]:
        _refuse_personal_data(connection, table, searched, target)
    connection.execute(f"alter table {target} drop column _is_personal")
    return target


def _hash_gone(connection: duckdb.DuckDBPyConnection, table: RawTable, gone: Sequence[Mapping[str, str]]) -> None:
    """Fill `gone` with the hashes of keys that are no longer there."""
    connection.execute("create or replace temp table gone (_key_hash varchar)")
    if gone:
        columns = ", ".join(
            f"unnest(${position}::varchar[]) as {quoted(raw_name(name))}" for position, name in enumerate(table.key, 1)
        )
        connection.execute(
            f"insert into gone select {_key_hash(table, [raw_name(name) for name in table.key])} "
            f"from (select {columns}, '' as _content)",
            [[key[name] for key in gone] for name in table.key],
        )


def _find_current(connection: duckdb.DuckDBPyConnection, raw: str | None, *, everything: bool) -> None:
    """Fill `current_rows`: the newest version of the rows that arrived, or of all."""
    connection.execute(
        "create or replace temp table current_rows "
        "(_key_hash varchar, _row_hash bigint, _version_number bigint, _is_deleted boolean)"
    )
    if raw is None:
        return
    wanted = "" if everything else "where _key_hash in (select _key_hash from hashed union select _key_hash from gone)"
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
    """Fill `changed`: the rows that differ from their row's version before, with the number of the new version."""
    connection.execute(
        """
        create or replace temp table changed as
        with compared as (
            select
                hashed.*,
                lag(hashed._row_hash) over row_order as previous_hash,
                current_rows._row_hash as current_hash,
                coalesce(current_rows._version_number, 0) as current_number,
                coalesce(not current_rows._is_deleted, false) as was_current
            from hashed left join current_rows on hashed._key_hash = current_rows._key_hash
            window row_order as (partition by hashed._key_hash order by hashed._file_order, hashed._row_number)
        )
        select
            _key_hash,
            _row_hash,
            _file_order,
            _row_number,
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


def _refuse_personal_data(
    connection: duckdb.DuckDBPyConnection, table: RawTable, searched: list[str], versions: str
) -> None:
    tests = ", ".join(f"bool_or({privacy.looks_personal(quoted(name))})" for name in searched)
    found = connection.execute(f"select {tests} from {versions} where _is_personal").fetchall()[0]
    named = ", ".join(name for name, is_personal in zip(searched, found, strict=True) if is_personal)
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


def _content(columns: list[str]) -> str:
    # By name and without nulls (`||` with a null is null, and concat_ws leaves nulls out), so that a column that is new
    # and still empty makes no row look changed.
    parts = ", ".join(f"{text_literal(name + '=')} || {quoted(name)}" for name in sorted(columns))
    return f"concat_ws(chr(31), {parts})" if parts else "''"


def _key_hash(table: RawTable, columns: list[str]) -> str:
    key = [raw_name(name) for name in table.key]
    if key and all(name in columns for name in key):
        identities = {raw_name(name) for name in table.identities}
        values = [privacy.hashed(quoted(name)) if name in identities else f"trim({quoted(name)})" for name in key]
        parts = [f"coalesce({value}, '')" for value in values]
        # Each part but the last with its length, so that ('a|', 'b') and ('a', '|b') stay two keys.
        named = " || ".join([*(f"length({part}) || ':' || {part}" for part in parts[:-1]), parts[-1]])
        is_blank = " and ".join(f"{part} = ''" for part in parts)
        # A row without any key is told apart by its content, or three such rows would overwrite each other.
        return f"case when {is_blank} then md5(_content) else md5({named}) end"
    if table.repeats == "keep":
        order = "row_number() over (partition by _row_hash, _file_name order by _row_number)"
        return f"md5(md5(_content) || ':' || {order})"
    return "md5(_content)"


def _find_deleted(connection: duckdb.DuckDBPyConnection, newest_file_order: int | None) -> int:
    """Mark the rows deleted that are current and stand no longer in the newest full listing, or are said to be gone."""
    listed = (
        f"select distinct _key_hash from hashed where _file_order = {newest_file_order}"
        if newest_file_order is not None
        else "select _key_hash from newest where _key_hash not in (select _key_hash from gone) "
        "union select _key_hash from hashed"
    )
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
        listed as ({listed})
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
