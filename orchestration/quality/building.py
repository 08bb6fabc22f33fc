"""From checks to Great Expectations' suites, through its classes: its dictionary form drops what it does not know.

Belongs here: which types and arguments exist, and how a check's SQL is passed on. Import this module inside functions
only.
"""

import difflib
import re
from collections.abc import Iterable
from functools import cache
from typing import Any

import great_expectations
from great_expectations.compatibility.pydantic import ValidationError
from great_expectations.expectations.core import UnexpectedRowsExpectation
from great_expectations.expectations.expectation import Expectation

from orchestration.quality.engine import UnexpectedRowsCounted
from orchestration.quality.parameters import RunParameters
from orchestration.quality.suites import Check, Suite, SuiteError

# Seen to fail on DuckDB, each in its own way; the first even takes the whole suite with it.
_BROKEN = {
    "expectcolumnquantilevaluestobebetween",
    "expecttablerowcounttoequalothertable",
    "expectcolumnvaluestonotbeoutliers",
}
# Fields of every expectation that are no arguments of the question it asks.
_NOT_ARGUMENTS = {
    *("id", "meta", "notes", "result_format", "description", "catch_exceptions"),
    *("rendered_content", "severity", "windows", "batch_id"),
}
# Great Expectations puts a subquery with an alias of its own for {batch}; an author's alias needs another one around it.
_ALIASED = re.compile(r"\{batch\}\s+as\s+(\w+)", re.IGNORECASE)
# What SQLAlchemy would take for a bind variable, as in ':name'.
_BIND = re.compile(r"(?<![:\w\\]):(\w+)(?!:)")


def build_suites(
    suites: Iterable[Suite], parameters: RunParameters
) -> tuple[dict[str, great_expectations.ExpectationSuite], list[str]]:
    """Build every suite.

    Returns:
        the built suites by name, and the faults of all checks, one line each.

    Raises:
        SuiteError: a built suite lost an expectation on the way.
    """
    built, problems = {}, []
    for suite in suites:
        expectations = []
        for check in suite.checks:
            try:
                expectations.append(_build(check, parameters))
            except SuiteError as error:
                problems += [f"{check.file}: {suite.name}: {check.check_id}: {problem}" for problem in error.problems]
        result = great_expectations.ExpectationSuite(name=suite.name, expectations=expectations)
        if len(result.expectations) != len(expectations):
            raise SuiteError(
                [f"{suite.name}: {len(expectations)} checks became {len(result.expectations)} expectations"]
            )
        built[suite.name] = result
    return built, problems


def _build(check: Check, parameters: RunParameters) -> Expectation:
    kind = _types().get(_normal(check.expectation_type))
    if kind is None:
        names = {_snake(known.__name__): known for known in _types().values()}
        near = difflib.get_close_matches(_snake(check.expectation_type), names, n=1)
        raise SuiteError([f"unknown type {check.expectation_type!r}" + (f"; did you mean {near[0]}?" if near else "")])
    if _normal(check.expectation_type) in _BROKEN:
        raise SuiteError(
            [f"type {check.expectation_type} does not work on DuckDB: use unexpected_rows_expectation with SQL"]
        )
    allowed = set(kind.__fields__) - _NOT_ARGUMENTS
    unknown = sorted(set(check.arguments) - allowed)
    if unknown:
        raise SuiteError([f"unknown argument {name!r}; it takes {', '.join(sorted(allowed))}" for name in unknown])
    arguments = {name: _argument(name, value, parameters) for name, value in check.arguments.items()}
    try:
        return kind(**arguments, severity=check.severity, meta={"check_id": check.check_id})
    except ValidationError as error:
        faults = [f"argument {'.'.join(map(str, fault['loc']))!r}: {fault['msg']}" for fault in error.errors()]
        raise SuiteError(faults) from None


def _argument(name: str, value: Any, parameters: RunParameters) -> Any:
    if name != "unexpected_rows_query":
        return parameters.in_argument(value)
    if "{batch}" not in str(value):
        raise SuiteError(["the query must read from {batch}, the suite's table"])
    text = _ALIASED.sub(r"(select * from {batch}) as \1", parameters.in_sql(str(value)))
    # Great Expectations formats the text and SQLAlchemy looks for binds in it: all but {batch} is meant literally.
    text = text.replace("{", "{{").replace("}", "}}").replace("{{batch}}", "{batch}")
    return _BIND.sub(r"\\:\1", text)


@cache
def _types() -> dict[str, type[Expectation]]:
    module = great_expectations.expectations
    found = {name: getattr(module, name) for name in dir(module) if name.startswith(("Expect", "Unexpected"))}
    known = {
        _normal(name): kind
        for name, kind in found.items()
        if isinstance(kind, type) and issubclass(kind, Expectation) and name != "Expectation"
    }
    return known | {_normal(UnexpectedRowsExpectation.__name__): UnexpectedRowsCounted}


def _normal(name: str) -> str:
    return name.replace("_", "").lower()


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
