"""Quarantine: contract rows that no metric can use, set aside with the reason instead of being let in or lost.

Belongs here: moving rows from `contract` to `quarantine`, and the counts. Which rows, is written in the suites. A row
goes once, under the first check of the YAML whose predicate holds. The quarantine shows what is set aside *now*: it is
rebuilt with the contract, and a row that was mended at the source leaves it. Its tables have the contract's columns and
`_quarantine_reason` (the check_id), `_quarantined_at` and `_quarantine_run_id`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import duckdb

from orchestration.quality.faults import safe_description
from orchestration.quality.parameters import RunParameters
from orchestration.quality.suites import Check, Suite
from orchestration.warehouse import quoted, text_literal

_COUNTS = (
    "run_id varchar, entity varchar, source_name varchar, check_id varchar, row_count bigint, source_row_count bigint"
)


class QuarantineError(Exception):
    """Rows could not be set aside; the message holds no value of theirs."""


@dataclass
class Quarantine:
    """What was set aside: rows by check_id, table sizes before it by suite, checks whose predicate could not run."""

    row_counts: dict[str, int] = field(default_factory=dict)
    table_row_counts: dict[str, int] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create schema `quarantine` and `audit.quarantine_counts` (a row per run, entity, source, check)."""
    connection.execute("create schema if not exists quarantine")
    connection.execute("create schema if not exists audit")
    connection.execute(f"create table if not exists audit.quarantine_counts ({_COUNTS})")


def set_aside(connection: duckdb.DuckDBPyConnection, suites: Iterable[Suite], parameters: RunParameters) -> Quarantine:
    """Move unusable rows from contract tables to quarantine, all entities in one transaction.

    Args:
        connection: the warehouse, writable.
        suites: those with `unusable_when` are looked at; tables that do not exist are left to the checks to report.
        parameters: the run.

    Raises:
        QuarantineError: a move failed for another reason than a check's predicate; nothing was changed.
    """
    quarantine = Quarantine()
    is_rebuilt = _is_rebuilt(connection, parameters.run_id)
    has_rows = tables_with_rows(connection)
    plans = []
    for suite in suites:
        if suite.schema != "contract" or ("contract", suite.table) not in has_rows:
            continue
        # A table without rows, before and now, has nothing to move: most entities of most installations.
        if not has_rows["contract", suite.table] and has_rows.get(("quarantine", suite.table)) is False:
            continue
        predicates = _predicates(connection, suite, parameters, quarantine)
        if predicates:
            plans.append((suite, predicates))
    connection.begin()
    try:
        connection.execute("delete from audit.quarantine_counts where run_id = ?", [parameters.run_id])
        for suite, predicates in plans:
            _move(connection, suite, predicates, parameters, is_rebuilt, quarantine)
    except duckdb.Error as error:
        connection.rollback()
        raise QuarantineError(f"rows could not be set aside: {safe_description(str(error))}") from None
    connection.commit()
    return quarantine


def tables_with_rows(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], bool]:
    """Schema and name of every table of contract and quarantine, and whether it has rows."""
    names = connection.execute(
        "select table_schema, table_name from information_schema.tables where table_schema in ('contract', 'quarantine')"
    ).fetchall()
    parts = [
        f"select {text_literal(schema)}, {text_literal(table)}, exists (select 1 from {quoted(schema)}.{quoted(table)})"
        for schema, table in names
    ]
    rows = connection.execute(" union all ".join(parts)).fetchall() if parts else []
    return {(schema, table): has_rows for schema, table, has_rows in rows}


def _is_rebuilt(connection: duckdb.DuckDBPyConnection, run_id: str) -> bool:
    """Whether this run mapped raw to contract anew; if not, what an earlier gate set aside is still missing there."""
    if not table_exists(connection, "audit", "mappings"):
        return False
    row = connection.execute("select count(*) from audit.mappings where run_id = ?", [run_id]).fetchone()
    return bool(row and row[0])


def _predicates(
    connection: duckdb.DuckDBPyConnection, suite: Suite, parameters: RunParameters, quarantine: Quarantine
) -> list[tuple[Check, str]]:
    """The suite's predicates that can run; those that cannot are noted as errors of their checks."""
    found = [
        (check, parameters.in_sql(check.unusable_when)) for check in suite.checks if check.unusable_when is not None
    ]
    usable = []
    for check, predicate in found:
        try:
            connection.execute(f"select count(*) from contract.{quoted(suite.table)} where ({predicate}\n)")
        except duckdb.Error as error:
            quarantine.errors[check.check_id] = f"`unusable_when`: {safe_description(str(error))}"
        else:
            usable.append((check, predicate))
    return usable


def _move(
    connection: duckdb.DuckDBPyConnection,
    suite: Suite,
    predicates: list[tuple[Check, str]],
    parameters: RunParameters,
    is_rebuilt: bool,
    quarantine: Quarantine,
) -> None:
    contract, aside = f"contract.{quoted(suite.table)}", f"quarantine.{quoted(suite.table)}"
    _put_back(connection, suite, parameters.run_id, is_rebuilt)
    quarantine.table_row_counts[suite.name] = _count(connection, contract)
    reasons = " ".join(f"when ({predicate}\n) then {text_literal(check.check_id)}" for check, predicate in predicates)
    connection.execute(
        f"create or replace temp table set_aside as select * from "
        f"(select rowid as contract_row, case {reasons} end as reason from {contract}) where reason is not null"
    )
    connection.execute(
        f"create or replace table {aside} as select delivered.*, set_aside.reason as _quarantine_reason, "
        "cast(? as timestamp) as _quarantined_at, cast(? as varchar) as _quarantine_run_id "
        f"from {contract} as delivered "
        "inner join set_aside on delivered.rowid = set_aside.contract_row order by set_aside.contract_row",
        [parameters.now_utc, parameters.run_id],
    )
    connection.execute(f"delete from {contract} where rowid in (select contract_row from set_aside)")
    connection.execute("drop table set_aside")
    connection.execute(
        "insert into audit.quarantine_counts select ?, ?, source_name, _quarantine_reason, count(*), "
        f"coalesce(sum(_source_row_count), 0) from {aside} group by all order by all",
        [parameters.run_id, suite.table],
    )
    counts = connection.execute(f"select _quarantine_reason, count(*) from {aside} group by all").fetchall()
    quarantine.row_counts |= {check.check_id: 0 for check, _ in predicates} | dict(counts)


def _put_back(connection: duckdb.DuckDBPyConnection, suite: Suite, run_id: str, is_rebuilt: bool) -> None:
    """Undo an earlier gate over the same contract table, so that trying again counts the same rows again.

    Rows that this run set aside go back, and those of any run while the contract has not been rebuilt since.
    """
    if not table_exists(connection, "quarantine", suite.table):
        return
    contract, aside = f"contract.{quoted(suite.table)}", f"quarantine.{quoted(suite.table)}"
    connection.execute(
        f"create or replace temp table returning_rows as select * from {aside} where _quarantine_run_id = ? or not ?",
        [run_id, is_rebuilt],
    )
    columns = [row[0] for row in connection.execute(f"describe {contract}").fetchall()]
    kept = {row[0] for row in connection.execute("describe returning_rows").fetchall()}
    if _count(connection, "returning_rows") and set(columns) <= kept:
        names = ", ".join(quoted(name) for name in columns)
        # Rows that are there again after all (`except all`) came with a rebuilt contract table; the semi join keeps the
        # comparison small.
        connection.execute(
            f"insert into {contract} ({names}) select {names} from returning_rows except all "
            f"select {names} from {contract} as present where exists ("
            "select 1 from returning_rows where returning_rows._row_id is not distinct from present._row_id)"
        )
    connection.execute("drop table returning_rows")


def table_exists(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    """Whether the warehouse has that table."""
    found = connection.execute(
        "select 1 from information_schema.tables where table_schema = ? and table_name = ?", [schema, table]
    ).fetchone()
    return found is not None


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"select count(*) from {table}").fetchone()
    return int(row[0]) if row else 0
