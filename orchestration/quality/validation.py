"""Suites run against the warehouse: the one place that talks to Great Expectations while it works.

Belongs here: batches, result formats and how its results become ours. Results are matched by `check_id`, for they come
in another order than the suite's.
"""

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.quality.faults import safe_description
from orchestration.quality.parameters import RunParameters
from orchestration.quality.results import CheckResult
from orchestration.quality.suites import Check, Suite, SuiteError
from orchestration.settings import QUIET
from orchestration.warehouse import text_literal

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite

    from orchestration.quality.engine import DuckDBFileDatasource

# Without the zero, raw values (personal data) are kept in results.
_RESULT_FORMAT = {"result_format": "SUMMARY", "partial_unexpected_count": 0}
_NUMBERS_AND_INSTANTS = (bool, int, float, date)


def build(suites: list[Suite], parameters: RunParameters) -> tuple[dict[str, "ExpectationSuite"], list[str]]:
    """Build suites, importing Great Expectations (5-7 s) on first use; see `building.build_suites`."""
    os.environ["GX_ANALYTICS_ENABLED"] = QUIET["GX_ANALYTICS_ENABLED"]
    from orchestration.quality.building import build_suites

    return build_suites(suites, parameters)


def run_suites(
    warehouse: Path, suites: list[Suite], built: dict[str, "ExpectationSuite"], parameters: RunParameters, *, gate: int
) -> list[CheckResult]:
    """Check every suite on its table, as SQL inside the warehouse, which is opened read-only and unlocked afterwards.

    Args:
        warehouse: the DuckDB file; no connection to it may be open in this process.
        suites: what to check.
        built: the suites as `build` made them, by name.
        parameters: the run.
        gate: 1 or 2.

    Returns:
        one result per check, in the order of the suites.
    """
    from orchestration.quality.engine import open_datasource

    results = []
    with _silence(), open_datasource(warehouse) as datasource:
        for suite in suites:
            results += _run_suite(datasource, suite, built[suite.name], parameters, gate)
    return results


@contextmanager
def _silence() -> Iterator[None]:
    """Great Expectations logs what a failed statement said, values included: its logger is shut while it runs."""
    logger = logging.getLogger("great_expectations")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            # A table asset's schema_name is deprecated in favour of a datasource per schema.
            warnings.simplefilter("ignore", DeprecationWarning)
            yield
    finally:
        logger.setLevel(level)


def _run_suite(
    datasource: "DuckDBFileDatasource",
    suite: Suite,
    built: "ExpectationSuite",
    parameters: RunParameters,
    gate: int,
) -> list[CheckResult]:
    from great_expectations.datasource.fluent.interfaces import TestConnectionError

    started = _now()
    outcomes: dict[str, dict[str, Any]] = {}
    row_count: int | None = None
    missing: dict[str, Any] = {"status": "error", "error": "no result came back"}
    try:
        asset = datasource.add_table_asset(name=suite.name, table_name=suite.table, schema_name=suite.schema)
    except TestConnectionError as error:
        missing = {
            "status": "error",
            "is_table_unreadable": True,
            "error": safe_description(str(error.__cause__ or error)),
        }
    else:
        row_count = _row_count(datasource, suite, parameters)
        batch = asset.add_batch_definition_whole_table("whole").get_batch()
        for result in batch.validate(built, result_format=_RESULT_FORMAT).results:
            outcomes[_check_id(result)] = _outcome(result)
        # One bad statement takes down all that Great Expectations put into the same query: those that could not be
        # checked together are checked one by one, which leaves the guilty ones.
        for expectation in built.expectations:
            if outcomes.get(expectation.meta["check_id"], {}).get("status") == "error":
                result = batch.validate(expectation, result_format=_RESULT_FORMAT)
                outcomes[expectation.meta["check_id"]] = _outcome(result)
        for check in suite.checks:
            if check.broken_when and outcomes[check.check_id]["status"] == "fail":
                outcomes[check.check_id]["broken_laws"] = _broken_laws(datasource, suite, check, parameters)
    finished = _now()
    return [
        CheckResult(
            gate=gate,
            suite_name=suite.name,
            check=check,
            started_at=started,
            finished_at=finished,
            row_count=row_count,
            **outcomes.get(check.check_id, missing),
        )
        for check in suite.checks
    ]


def _check_id(result: Any) -> str:
    check_id = result.expectation_config.meta.get("check_id")
    if check_id is None:
        raise SuiteError([f"a result of {result.expectation_config.type} came back without its check_id"])
    return check_id


def _outcome(result: Any) -> dict[str, Any]:
    faults = result.exception_info or {}
    # One dictionary, or one per metric that failed.
    raised = [
        fault for fault in (faults, *faults.values()) if isinstance(fault, dict) and fault.get("raised_exception")
    ]
    if raised:
        text = " ".join(f"{fault.get('exception_message')} {fault.get('exception_traceback')}" for fault in raised)
        return {"status": "error", "error": safe_description(text)}
    details = result.result
    observed = details.get("observed_value")
    unexpected = details.get("unexpected_count")
    if result.expectation_config.type == "unexpected_rows_counted":
        unexpected = observed
    return {
        "status": "pass" if result.success else "fail",
        "observed_value": str(observed) if isinstance(observed, _NUMBERS_AND_INSTANTS) else None,
        "unexpected_count": None if unexpected is None else int(unexpected),
    }


def _broken_laws(
    datasource: "DuckDBFileDatasource", suite: Suite, check: Check, parameters: RunParameters
) -> tuple[tuple[str, int], ...]:
    """Which laws the rows break, and how many rows each."""
    import sqlalchemy

    counts = ", ".join(f"count(*) filter (where {parameters.in_sql(law)})" for law in check.broken_when)
    query = sqlalchemy.text(f'select {counts} from "{suite.schema}"."{suite.table}"'.replace(":", r"\:"))
    row = datasource.get_execution_engine().execute_query(query).one()
    return tuple((law, count) for law, count in zip(check.broken_when, row, strict=True) if count)


def _row_count(datasource: "DuckDBFileDatasource", suite: Suite, parameters: RunParameters) -> int:
    import sqlalchemy

    # The audit tables hold every run: theirs are this run's rows.
    of_this_run = f" where run_id = {text_literal(parameters.run_id)}" if suite.schema == "audit" else ""
    query = sqlalchemy.text(f'select count(*) from "{suite.schema}"."{suite.table}"{of_this_run}')
    return datasource.get_execution_engine().execute_query(query).scalar_one()


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
