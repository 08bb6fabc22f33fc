"""What became of each check, in our own words and our own table.

Belongs here: the record of a result, its status, its one-line message and `audit.gate_results`. No value of a checked
row ever gets in: counts, numbers and instants only, since anything else may be somebody's name or address.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import duckdb

from orchestration.quality.suites import Check

_COLUMNS = (
    "run_id varchar, gate bigint, suite_name varchar, check_id varchar, expectation_type varchar, severity varchar, "
    "status varchar, observed_value varchar, unexpected_count bigint, quarantined_count bigint, row_count bigint, "
    "why varchar, mended_by varchar, message varchar, started_at timestamp, finished_at timestamp"
)
_DEFAULT_NEXT = {
    1: "correct the delivery and run again; until then yesterday's published file stays",
    2: "find the cause in the models or the sources and run again; until then yesterday's published file stays",
}


@dataclass(frozen=True)
class CheckResult:
    """What became of one check.

    `status` is pass, fail, error (the check itself could not run), quarantined (bad rows were set aside and what
    remains passes) or not_configured (nobody delivers the table's entity). `unexpected_count` includes the rows set
    aside; `row_count` is the table's before they were. `broken_laws` are those of the check's laws that rows break, with
    how many.
    """

    gate: int
    suite_name: str
    check: Check
    status: str
    started_at: datetime
    finished_at: datetime
    observed_value: str | None = None
    unexpected_count: int | None = None
    quarantined_count: int | None = None
    row_count: int | None = None
    broken_laws: tuple[tuple[str, int], ...] = ()
    error: str | None = None
    is_table_unreadable: bool = False

    @property
    def is_blocking(self) -> bool:
        """Whether it stops the run: a critical failure, or any check that could not run."""
        return self.status == "error" or (self.status == "fail" and self.check.severity == "critical")

    @property
    def is_warning(self) -> bool:
        """Whether somebody should know, though nothing stops."""
        return self.status == "quarantined" or (self.status == "fail" and self.check.severity != "critical")

    @property
    def message(self) -> str | None:
        """One line: what failed, where, how many rows, who mends it, what to do next; null when all is well."""
        if self.status == "error":
            return (
                f"{self._head}: could not be checked: {self.error}. "
                f"Next: correct the check in {self.check.file}, or the table it reads."
            )
        if not self.is_blocking and not self.is_warning:
            return None
        return f"{self._head}: {self._extent}. {self.check.why} Mended by: {self.check.mended_by}. Next: {self._next}."

    @property
    def table_message(self) -> str:
        """One line for all checks of a table that cannot be read."""
        return f"{self.suite_name}: none of its checks could run: {self.error}. Next: build the table, or correct {self.check.file}."

    @property
    def _head(self) -> str:
        kind = "set aside" if self.status == "quarantined" else self.check.severity
        return f"{self.suite_name}: {self.check.check_id} ({kind})"

    @property
    def _extent(self) -> str:
        if self.unexpected_count is None:
            return f"observed {self.observed_value}" if self.observed_value is not None else "does not hold"
        text = (
            f"{self.unexpected_count:,} of {self.row_count:,} rows"
            if self.row_count
            else f"{self.unexpected_count:,} rows"
        )
        if self.row_count and self.row_count >= self.unexpected_count:
            share = self.unexpected_count / self.row_count
            text += " (under 0.01%)" if 0 < share < 0.0001 else f" ({share:.2%})"
        if self.quarantined_count and self.status != "quarantined":
            text += f", {self.quarantined_count:,} of them set aside"
        laws = [f"`{law}` ({count:,})" for law, count in self.broken_laws]
        return ": ".join([text, ", ".join(laws)]) if laws else text

    @property
    def _next(self) -> str:
        if self.check.what_to_do:
            return self.check.what_to_do.rstrip(".")
        if self.status == "quarantined":
            table = self.suite_name.replace("contract.", "quarantine.")
            rows = f"{table} where _quarantine_reason = '{self.check.check_id}'"
            return f"look at {rows}, mend them at the source and deliver them again"
        if self.check.severity == "critical":
            return _DEFAULT_NEXT[self.gate]
        return "nothing is blocked; look into it before the numbers are relied on"


def create_table(connection: duckdb.DuckDBPyConnection) -> None:
    """Create `audit.gate_results` if it is missing: one row per run, gate and check."""
    connection.execute("create schema if not exists audit")
    connection.execute(f"create table if not exists audit.gate_results ({_COLUMNS})")


def write_results(
    connection: duckdb.DuckDBPyConnection, run_id: str, gate: int, results: Iterable[CheckResult]
) -> None:
    """Record the results of a run's gate, in place of what an earlier try of the same gate in the same run recorded."""
    rows = [
        [
            *(run_id, gate, result.suite_name, result.check.check_id, result.check.expectation_type),
            *(result.check.severity, result.status, result.observed_value, result.unexpected_count),
            *(result.quarantined_count, result.row_count, result.check.why, result.check.mended_by),
            *(result.message, result.started_at, result.finished_at),
        ]
        for result in results
    ]
    connection.begin()
    connection.execute("delete from audit.gate_results where run_id = ? and gate = ?", [run_id, gate])
    if rows:
        connection.executemany(f"insert into audit.gate_results values ({', '.join('?' * len(rows[0]))})", rows)
    connection.commit()
