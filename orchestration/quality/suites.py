"""Suites as an analyst writes them: YAML files read into checks, every fault found at once.

Belongs here: the format of `expectations/` and its rules that need no Great Expectations. What a type or an argument
may be is decided in `building`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from orchestration.settings import PROJECT, ConfigurationError

FOLDERS = {1: "raw", 2: "marts"}
ROWS = "unexpected_rows_expectation"
SEVERITIES = ("critical", "warning")
_CHECK_FIELDS = {
    "check_id": str,
    "type": str,
    "severity": str,
    "why": str,
    "since": date,
    "mended_by": str,
    "arguments": dict,
    "what_to_do": str,
    "unusable_when": str,
    "broken_when": list,
    "history": list,
}
_REQUIRED = ("check_id", "type", "severity", "why", "since", "mended_by")
_SUITE_FIELDS = {"checks", "may_be_empty", "needs"}
_FILE_FIELDS = ("defaults", "suites", "unchecked")
_DEFAULTS = ("since", "mended_by")
_HISTORY_FIELDS = {"was", "until", "because"}


class SuiteError(ConfigurationError):
    """Suites cannot be used; `problems` lists every fault, each with its file and check_id."""


@dataclass(frozen=True)
class Check:
    """One expectation and what people need to know about it.

    `unusable_when` is a SQL predicate over the suite's table: rows that fulfil it go to quarantine before the
    expectation is checked on the rest. `broken_when` lists laws of a row, each as the SQL predicate of rows that break it:
    they are asked in one query, and a failure tells which of them were broken. `history` lists what a threshold was before, until when, and why it changed.
    """

    check_id: str
    expectation_type: str
    arguments: Mapping[str, Any]
    severity: str
    why: str
    since: date
    mended_by: str
    file: Path
    what_to_do: str | None = None
    unusable_when: str | None = None
    broken_when: tuple[str, ...] = ()
    history: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Suite:
    """The checks of one table, in the order of the YAML.

    `may_be_empty` says why the table may have no rows, where no check counts them. `needs` are the contract entities
    without which the table is empty by nature: if nobody delivers them, the suite is skipped and recorded as such.
    """

    name: str
    checks: tuple[Check, ...] = ()
    may_be_empty: str | None = None
    needs: tuple[str, ...] = ()

    @property
    def schema(self) -> str:
        """The schema of the table."""
        return self.name.split(".")[0]

    @property
    def table(self) -> str:
        """The table's name within its schema."""
        return self.name.split(".")[1]


@dataclass
class _Reading:
    suites: dict[str, Suite] = field(default_factory=dict)
    unchecked: dict[str, str] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def find_files(gate: int, home: Path | None) -> list[Path]:
    """The gate's suite files: the project's, then the installation's own."""
    roots = [PROJECT / "expectations"] + ([home / "expectations"] if home else [])
    return [path for root in roots for path in sorted((root / FOLDERS[gate]).glob("*.yml"))]


def read_suites(files: Iterable[Path]) -> tuple[list[Suite], list[str]]:
    """Read suite files; a table that several files speak of gets the checks of all, in the files' order.

    Returns:
        the suites without their faulty checks, and the faults, one line each.
    """
    reading = _read(files)
    for suite in reading.suites.values():
        counts_rows = any(
            "row_count" in check.expectation_type.lower().replace("rowcount", "row_count") for check in suite.checks
        )
        if not counts_rows and suite.may_be_empty is None:
            reading.problems.append(
                f"{suite.name}: no check counts its rows, and an empty table passes most others: "
                "add expect_table_row_count_to_be_between, or say why with may_be_empty"
            )
    reading.problems += [
        f"{name}: is under `unchecked`, and has checks" for name in reading.unchecked if name in reading.suites
    ]
    return list(reading.suites.values()), reading.problems


def read_unchecked(files: Iterable[Path]) -> dict[str, str]:
    """Why some tables have no suite: the reason by schema.table."""
    return _read(files).unchecked


def _read(files: Iterable[Path]) -> _Reading:
    reading = _Reading()
    for path in files:
        _read_file(path, reading)
    return reading


def _read_file(path: Path, reading: _Reading) -> None:
    try:
        document = _parse(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reading.problems.append(f"{path}: not YAML: {' '.join(str(error).split())}")
        return
    if not isinstance(document, dict) or not isinstance(document.get("suites"), dict):
        reading.problems.append(f"{path}: needs `suites:`, a mapping from schema.table to its checks")
        return
    reading.problems += [f"{path}: unknown key {key!r}" for key in document if key not in _FILE_FIELDS]
    defaults = document.get("defaults") or {}
    if not isinstance(defaults, dict) or set(defaults) - set(_DEFAULTS):
        reading.problems.append(f"{path}: `defaults` may hold only {' and '.join(_DEFAULTS)}")
        defaults = {}
    unchecked = document.get("unchecked") or {}
    if isinstance(unchecked, dict) and all(isinstance(reason, str) and reason for reason in unchecked.values()):
        reading.unchecked |= unchecked
    else:
        reading.problems.append(
            f"{path}: `unchecked` is a mapping from schema.table to the reason why it has no checks"
        )
    for name, body in document["suites"].items():
        _read_suite(path, str(name), body, defaults, reading)


def _parse(text: str) -> Any:
    # The C parser reads the project's suites ten times faster; not every build of PyYAML has it.
    return yaml.load(text, Loader=yaml.CSafeLoader) if yaml.__with_libyaml__ else yaml.safe_load(text)


def _read_suite(path: Path, name: str, body: Any, defaults: dict, reading: _Reading) -> None:
    where = f"{path}: {name}"
    if name.count(".") != 1 or not all(part.isidentifier() for part in name.split(".")):
        reading.problems.append(f"{where}: a suite's name is schema.table")
        return
    if not isinstance(body, dict) or not isinstance(body.get("checks"), list) or not body["checks"]:
        reading.problems.append(f"{where}: needs `checks:`, a list")
        return
    reading.problems += [f"{where}: unknown key {key!r}" for key in body if key not in _SUITE_FIELDS]
    checks = []
    for position, entry in enumerate(body["checks"], start=1):
        check = _read_check(path, name, position, entry, defaults, reading)
        if check is not None:
            checks.append(check)
    known = reading.suites.get(name, Suite(name))
    needs = body.get("needs") or ([known.table] if known.schema == "contract" else [])
    if not isinstance(needs, list):
        reading.problems.append(f"{where}: `needs` is a list of contract entities")
        needs = []
    reading.suites[name] = replace(
        known,
        checks=known.checks + tuple(checks),
        may_be_empty=body.get("may_be_empty", known.may_be_empty),
        needs=tuple(dict.fromkeys([*known.needs, *needs])),
    )


def _read_check(path: Path, suite: str, position: int, entry: Any, defaults: dict, reading: _Reading) -> Check | None:
    if not isinstance(entry, dict):
        reading.problems.append(f"{path}: {suite}: check {position} is not a mapping")
        return None
    entry = {**defaults, **entry}
    laws = entry.get("broken_when")
    is_of_laws = isinstance(laws, list) and bool(laws) and all(isinstance(law, str) and law for law in laws)
    own_query = sorted({"type", "arguments"}.intersection(entry)) if laws is not None else []
    if is_of_laws:
        query = f"select 1 from {{batch}} where {' or '.join(f'({law})' for law in laws)}"
        entry |= {"type": ROWS, "arguments": {"unexpected_rows_query": query}}
    where = f"{path}: {suite}: {entry.get('check_id', f'check {position}')}"
    faults = [f"unknown key {key!r}" for key in entry if key not in _CHECK_FIELDS]
    faults += [f"`{key}` is missing" for key in _REQUIRED if entry.get(key) in (None, "")]
    faults += [
        f"`{key}` must be a {kind.__name__}, not {entry[key]!r}"
        for key, kind in _CHECK_FIELDS.items()
        if entry.get(key) not in (None, "") and not isinstance(entry[key], kind)
    ]
    if laws is not None and (not is_of_laws or own_query):
        faults.insert(0, "`broken_when` is a list of SQL predicates, in place of `type` and `arguments`")
    if isinstance(entry.get("severity"), str) and entry["severity"] not in SEVERITIES:
        faults.append(f"severity {entry['severity']!r} is none of {', '.join(SEVERITIES)}")
    if entry.get("unusable_when") and not suite.startswith("contract."):
        faults.append("`unusable_when` sets rows of contract tables aside, and only those")
    faults += _history_faults(entry.get("history"))
    check_id = entry.get("check_id")
    if isinstance(check_id, str) and check_id:
        if check_id in reading.files:
            faults.append(f"check_id is taken by another check in {reading.files[check_id]}")
        reading.files.setdefault(check_id, path)
    if faults:
        reading.problems += [f"{where}: {fault}" for fault in faults]
        return None
    return Check(
        check_id=entry["check_id"],
        expectation_type=entry["type"],
        arguments=entry.get("arguments") or {},
        severity=entry["severity"],
        why=" ".join(entry["why"].split()),
        since=entry["since"],
        mended_by=entry["mended_by"],
        file=path,
        what_to_do=" ".join(entry["what_to_do"].split()) if entry.get("what_to_do") else None,
        unusable_when=entry.get("unusable_when"),
        broken_when=tuple(laws or ()),
        history=tuple(entry.get("history") or ()),
    )


def _history_faults(history: Any) -> list[str]:
    if not isinstance(history, list):
        return []
    return [
        f"history entry {position} needs {', '.join(sorted(_HISTORY_FIELDS))}, `until` being a date"
        for position, entry in enumerate(history, start=1)
        if not isinstance(entry, dict) or set(entry) != _HISTORY_FIELDS or not isinstance(entry["until"], date)
    ]
