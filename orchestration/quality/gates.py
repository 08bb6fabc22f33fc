"""The two gates: did the sources deliver what they promised, and would a reader be misled today?

Belongs here: the order of things in a gate and its verdict. Who calls it, and what a verdict does to a run, is the
orchestrator's matter.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from orchestration import contract
from orchestration.quality import quarantine, results, validation
from orchestration.quality.parameters import RunParameters
from orchestration.quality.quarantine import Quarantine
from orchestration.quality.results import CheckResult
from orchestration.quality.suites import Suite, SuiteError, find_files, read_suites
from orchestration.warehouse import connect

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite


@dataclass(frozen=True)
class GateOutcome:
    """A gate's verdict.

    `blocking` and `warnings` are one line each: what failed, in which table, how many rows, who mends it and what to
    do next.
    """

    gate: int
    run_id: str
    results: tuple[CheckResult, ...]
    duration_seconds: float

    @property
    def passed(self) -> bool:
        """Whether the run may go on."""
        return not self.blocking

    @property
    def blocking(self) -> list[str]:
        """Why it may not go on: critical failures, and checks that could not run."""
        unreadable = {result.suite_name: result for result in self.results if result.is_table_unreadable}
        lines = [result.table_message for result in unreadable.values()]
        return lines + [
            str(result.message) for result in self.results if result.is_blocking and result.suite_name not in unreadable
        ]

    @property
    def warnings(self) -> list[str]:
        """What somebody should know although nothing stops."""
        return [str(result.message) for result in self.results if result.is_warning]

    @property
    def quarantined_row_count(self) -> int:
        """Rows set aside by this gate."""
        return sum(result.quarantined_count or 0 for result in self.results)

    @property
    def summary(self) -> str:
        """One line about the whole gate."""
        checked = sum(result.status != "not_configured" for result in self.results)
        verdict = "passed" if self.passed else "BLOCKS"
        return (
            f"gate {self.gate} {verdict}: {checked} checks, {len(self.blocking)} blocking, "
            f"{len(self.warnings)} warnings, {self.quarantined_row_count:,} rows set aside, "
            f"{self.duration_seconds:.1f} s"
        )


def run_gate_one(warehouse: Path, *, run_id: str, home: Path | None, now: datetime) -> GateOutcome:
    """Set unusable rows aside and check what the sources delivered.

    Args:
        warehouse: the DuckDB file, loaded and mapped; no connection to it may be open in this process.
        run_id: the run, as in the loader's audit tables.
        home: the installation, whose own `expectations/raw/*.yml` are added; None for the project's suites only.
        now: the run's moment, with a time zone.

    Raises:
        SuiteError: suites are faulty; every fault is listed, nothing was touched.
        QuarantineError: rows could not be set aside; nothing was changed.
        WarehouseLockedError: another process holds the file.
    """
    return _run_gate(1, warehouse, run_id, home, now)


def run_gate_two(warehouse: Path, *, run_id: str, home: Path | None, now: datetime) -> GateOutcome:
    """Check the marts before they are published. Arguments and errors are those of `run_gate_one`."""
    return _run_gate(2, warehouse, run_id, home, now)


def get_ready(home: Path | None) -> None:
    """Do what takes time and needs no warehouse, so that a gate in this process begins with its questions."""
    check_suites(home)
    from orchestration.quality import engine  # noqa: F401  # imported for what it imports


def check_suites(home: Path | None) -> list[str]:
    """Every fault of the suites of both gates, one line each; reads no data."""
    parameters = RunParameters("check", datetime.now(UTC))
    problems = []
    for gate in (1, 2):
        suites, faults = read_suites(find_files(gate, home))
        problems += faults + validation.build(suites, parameters)[1]
    return problems


def _run_gate(gate: int, warehouse: Path, run_id: str, home: Path | None, now: datetime) -> GateOutcome:
    began = time.monotonic()
    parameters = RunParameters(run_id, now)
    suites, built = _load(gate, home, parameters)
    connection = connect(warehouse)
    try:
        results.create_table(connection)
        quarantine.create_tables(connection)
        configured = _configured_entities(connection, run_id)
        aside = quarantine.set_aside(connection, suites, parameters) if gate == 1 else Quarantine()
    finally:
        connection.close()
    due = [suite for suite in suites if not suite.needs or configured.intersection(suite.needs)]
    checked = validation.run_suites(warehouse, due, built, parameters, gate=gate)
    outcomes = [_with_quarantine(result, aside) for result in checked]
    outcomes += _not_configured(gate, [suite for suite in suites if suite not in due])
    connection = connect(warehouse)
    try:
        results.write_results(connection, run_id, gate, outcomes)
    finally:
        connection.close()
    return GateOutcome(gate, run_id, tuple(outcomes), time.monotonic() - began)


def _load(gate: int, home: Path | None, parameters: RunParameters) -> tuple[list[Suite], dict[str, "ExpectationSuite"]]:
    suites, problems = read_suites(find_files(gate, home))
    built, faults = validation.build(suites, parameters)
    if problems or faults:
        raise SuiteError(problems + faults)
    return suites, built


def _configured_entities(connection: duckdb.DuckDBPyConnection, run_id: str) -> set[str]:
    """Entities that somebody delivers: the loader spoke of them in this run, or their contract table has rows."""
    found: set[str] = set()
    for table in ("deliveries", "mappings"):
        if quarantine.table_exists(connection, "audit", table):
            rows = connection.execute(f"select distinct entity_name from audit.{table} where run_id = ?", [run_id])
            found |= {row[0] for row in rows.fetchall()}
    filled = quarantine.tables_with_rows(connection)
    return found | {name for name in contract.entities() if filled.get(("contract", name))}


def _with_quarantine(result: CheckResult, aside: Quarantine) -> CheckResult:
    check = result.check
    if check.check_id in aside.errors:
        return replace(result, status="error", error=aside.errors[check.check_id])
    result = replace(result, row_count=aside.table_row_counts.get(result.suite_name, result.row_count))
    if check.unusable_when is None:
        return result
    count = aside.row_counts.get(check.check_id, 0)
    return replace(
        result,
        status="quarantined" if count and result.status == "pass" else result.status,
        quarantined_count=count,
        unexpected_count=count + (result.unexpected_count or 0),
    )


def _not_configured(gate: int, suites: Iterable[Suite]) -> list[CheckResult]:
    moment = datetime.now(UTC).replace(tzinfo=None)
    return [
        CheckResult(gate, suite.name, check, "not_configured", moment, moment)
        for suite in suites
        for check in suite.checks
    ]
