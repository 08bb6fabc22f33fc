"""A dry run of extraction, mapping and gate 1 in a temporary home: what does not fit, row and column exactly.

Belongs here: running the real steps where nothing can be harmed, and finding the offending value in the landed file again,
since raw keeps neither identities nor free text. How it is shown is the command line's matter.
"""

import fnmatch
import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from orchestration.extract.files import UnusableFileError, read_file
from orchestration.extract.load import raw_schema
from orchestration.extract.mapping import MappingError, map_sources
from orchestration.extract.naming import raw_name
from orchestration.extract.source import extract_source
from orchestration.pipeline import utc_now
from orchestration.quality.gates import GateOutcome, run_gate_one
from orchestration.settings import Home, Settings
from orchestration.source_models import ApiSource, FileTable, LandedSource
from orchestration.sources import AnySource, Sources
from orchestration.warehouse import connect, quoted

if TYPE_CHECKING:
    from orchestration.extract.api.fetching import Window

RUN_ID = "dry-run"
LINKED = ("landing", "mappings", "expectations", "seeds")
COPIED = ("sources.toml", ".env")


@dataclass(frozen=True)
class Fault:
    """One row that does not fit: where it stands in which file, in which column, why, and the value if it can be found."""

    source_name: str
    entity: str
    file_name: str | None
    row_number: int | None
    is_line: bool
    column_name: str | None
    reason: str
    value: str | None = None

    @property
    def kind(self) -> str:
        """What faults are grouped by."""
        column = f", column {self.column_name}" if self.column_name else ""
        return f"{self.source_name}: {self.entity}{column}: {self.reason}"

    @property
    def order(self) -> tuple:
        """Faults of a kind stand together, by file and row."""
        return (self.kind, self.file_name or "", self.row_number or 0)

    @property
    def place(self) -> str:
        """Where in the file; a record is counted from 1 after the header."""
        if self.row_number is None:
            return "row unknown"
        return f"{'line' if self.is_line else 'row'} {self.row_number:,}"


@dataclass
class DryRun:
    """What came out: a line per source and mapping, what stops everything, rows that do not fit, what only warns."""

    read: list[str] = field(default_factory=list)
    mapped: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def fits(self) -> bool:
        """Whether every row fits."""
        return not self.problems and not self.faults


def try_sources(home: Home, settings: Settings, sources: Sources, name: str | None) -> DryRun:
    """Extract, map and check everything that has landed, from the first row on; `name` limits it to one source.

    Of a vendor's system only the last day is read.
    """
    chosen = [source for source in sources.sources if name in (None, source.name)]
    limited = sources.model_copy(update={"sources": chosen})
    outcome = DryRun()
    with tempfile.TemporaryDirectory(prefix="support-metrics-check-") as folder:
        copy = _copy_of(home, Path(folder))
        for source in chosen:
            window = _last_day() if isinstance(source, ApiSource) else None
            result = extract_source(source, copy, settings, run_id=RUN_ID, now=utc_now, window=window)
            read = sum(table["rows_read"] for table in result.tables)
            limit = "; only the last day was tried, what is older was not looked at" if window else ""
            outcome.read.append(
                f"{source.name}: {read:,} rows read{limit}" if result.tables else f"{source.name}: not read"
            )
            if result.status in ("stale", "unusable"):
                outcome.problems.append(result.message)
            elif window and result.message:
                outcome.warnings.append(f"source {source.name}: {result.message}")
        with connect(copy.warehouse) as warehouse:
            _map(warehouse, limited, copy, outcome)
            outcome.faults += _rejected(warehouse, limited, home)
        if not outcome.problems:
            gate = run_gate_one(copy.warehouse, run_id=RUN_ID, home=copy.path, now=datetime.now(UTC))
            with connect(copy.warehouse) as warehouse:
                outcome.faults += _quarantined(warehouse, limited, home, gate)
            outcome.problems += gate.blocking
            outcome.warnings += gate.warnings
    return outcome


def _last_day() -> "Window":
    """What is read of a vendor's system: enough to try address, credentials, fields and mappings."""
    from orchestration.extract.api.fetching import Window

    now = utc_now()
    return Window(now - timedelta(days=1), now)


def _copy_of(home: Home, folder: Path) -> Home:
    for name in LINKED:
        if (home.path / name).exists():
            (folder / name).symlink_to((home.path / name).resolve(), target_is_directory=True)
    for name in COPIED:
        if (home.path / name).exists():
            shutil.copyfile(home.path / name, folder / name)
    copy = Home(folder)
    copy.make_folders()
    return copy


def _map(warehouse: duckdb.DuckDBPyConnection, sources: Sources, home: Home, outcome: DryRun) -> None:
    """Map all; if one mapping fails, try each alone, so that every fault is told at once."""
    try:
        counts = map_sources(warehouse, sources, home, RUN_ID)
    except MappingError:
        for source in sources.sources:
            for mapping in source.entities:
                alone = source.model_copy(update={"entities": [mapping]})
                others = [alone if other is source else other for other in sources.sources]
                try:
                    map_sources(warehouse, sources.model_copy(update={"sources": others}), home, "dry-run-alone")
                except MappingError as error:
                    if str(error) not in outcome.problems:
                        outcome.problems.append(str(error))
        return
    outcome.mapped += [
        f"{c.source_name} -> {c.entity_name}: {c.rows_mapped:,} rows mapped, {c.rows_dropped:,} dropped, "
        f"{c.rows_rejected:,} rejected"
        for c in counts
    ]


def _rejected(warehouse: duckdb.DuckDBPyConnection, sources: Sources, home: Home) -> list[Fault]:
    """Rows that the loader could not read (by line) and values that a mapping could not cast (by record)."""
    landed = _LandedFiles(sources, home)
    rows = warehouse.execute(
        "select source_name, table_name, entity_name, file_name, row_number, column_name, reason "
        "from audit.rejected_rows where run_id = ?",
        [RUN_ID],
    ).fetchall()
    faults = []
    for source_name, table_name, entity, file_name, row_number, column, reason in rows:
        is_line = table_name is not None
        if is_line:
            value = landed.line(source_name, file_name, row_number)
        else:
            value = landed.value(source_name, entity, file_name, row_number, column)
        name = entity or f"table {table_name}"
        faults.append(Fault(source_name, name, file_name, row_number, is_line, column, reason, value))
    return faults


def _quarantined(warehouse: duckdb.DuckDBPyConnection, sources: Sources, home: Home, gate: GateOutcome) -> list[Fault]:
    """Rows that gate 1 set aside, with the place they came from."""
    landed = _LandedFiles(sources, home)
    faults = []
    for result in gate.results:
        if not result.quarantined_count:
            continue
        entity = result.suite_name.removeprefix("contract.")
        column = result.check.arguments.get("column")
        rows = warehouse.execute(
            f"select source_name, _row_id from quarantine.{quoted(entity)} where _quarantine_reason = ?",
            [result.check.check_id],
        ).fetchall()
        places = _places(warehouse, sources)
        for source_name, row_id in rows:
            file_name, row_number = places.get((source_name, row_id), (None, None))
            value = landed.value(source_name, entity, file_name, row_number, column)
            reason = f"{result.check.check_id}: {' '.join(result.check.why.split())}"
            faults.append(Fault(source_name, entity, file_name, row_number, False, column, reason, value))
    return faults


def _places(
    warehouse: duckdb.DuckDBPyConnection, sources: Sources
) -> dict[tuple[str, str], tuple[str | None, int | None]]:
    """File and record of every raw row."""
    found: dict[tuple[str, str], tuple[str | None, int | None]] = {}
    for source in sources.sources:
        for table in source.tables:
            try:
                rows = warehouse.execute(
                    f"select _row_id, _file_name, _row_number from {quoted(raw_schema(source.name))}.{quoted(table.name)}"
                ).fetchall()
            except duckdb.CatalogException:
                continue  # nothing of it was delivered
            found |= {(source.name, row_id): (file_name, row_number) for row_id, file_name, row_number in rows}
    return found


class _LandedFiles:
    """Values of landed files by record, and lines by number; each file is read once."""

    def __init__(self, sources: Sources, home: Home) -> None:
        self._sources = {source.name: source for source in sources.sources}
        self._home = home
        self._memory = duckdb.connect()
        self._tables: dict[Path, str | None] = {}

    def line(self, source_name: str, file_name: str | None, number: int | None) -> str | None:
        """The beginning of a line as it stands in the file."""
        path = self._path(source_name, file_name)
        table = self._table(source_name, file_name)
        if path is None or table is None or number is None:
            return None
        with path.open(encoding=table.encoding, errors="replace") as file:
            return next((line.rstrip("\r\n") for at, line in enumerate(file, start=1) if at == number), None)

    def value(
        self, source_name: str, entity: str, file_name: str | None, row_number: int | None, column: str | None
    ) -> str | None:
        """What stands in the column of the file that a mapped column comes from, where that is one column."""
        source = self._sources[source_name]
        mapping = next((m for m in source.entities if m.entity == entity), None)
        path, table = self._path(source_name, file_name), self._table(source_name, file_name)
        if mapping is None or path is None or table is None or row_number is None or column is None:
            return None
        raw = raw_name(mapping.columns.get(column, column))
        loaded = self._load(path, table)
        if loaded is None or raw not in {row[0] for row in self._memory.execute(f"describe {loaded}").fetchall()}:
            return None
        rows = self._memory.execute(
            f"select {quoted(raw)} from {loaded} where _row_number = ?", [row_number]
        ).fetchall()
        return (rows[0][0] or "") if rows else None

    def _load(self, path: Path, table: FileTable) -> str | None:
        if path not in self._tables:
            name = f"landed_{len(self._tables)}"
            try:
                read_file(self._memory, path, table, name)
                self._tables[path] = name
            except UnusableFileError:
                self._tables[path] = None
        return self._tables[path]

    def _path(self, source_name: str, file_name: str | None) -> Path | None:
        source: AnySource = self._sources[source_name]
        if not isinstance(source, LandedSource) or file_name is None:
            return None
        path = self._home.landing / (source.path or source.name) / file_name
        return path if path.is_file() else None

    def _table(self, source_name: str, file_name: str | None) -> FileTable | None:
        source = self._sources[source_name]
        if not isinstance(source, LandedSource) or file_name is None:
            return None
        return next((table for table in source.tables if fnmatch.fnmatchcase(file_name, table.files)), None)
