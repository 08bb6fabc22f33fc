"""A warehouse as the loader leaves it: typed contract tables, and its audit tables, filled by hand."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.contract import contract_columns, entities
from orchestration.extract import audit
from orchestration.quality import quarantine, validation
from orchestration.quality.parameters import RunParameters
from orchestration.quality.results import CheckResult
from orchestration.quality.suites import Suite, find_files, read_suites

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
RUN = "run-1"

# One good row of every entity; keys and load metadata are filled in.
ROWS: dict[str, dict[str, Any]] = {
    "tickets": {"ticket_id": "1", "status": "open", "channel": "email", "created_at": "2026-11-01"},
    "ticket_messages": {"message_id": "1", "ticket_id": "1", "author_role": "customer", "sent_at": "2026-11-01"},
    "ticket_changes": {
        "change_id": "1", "ticket_id": "1", "field": "status", "new_value": "solved", "changed_at": "2026-11-02",
    },
    "handle_times": {"handle_time_id": "1", "ticket_id": "1", "handle_seconds": 60, "provenance": "measured"},
    "csat_responses": {"response_id": "1", "score": "good", "scale": "good_bad", "responded_at": "2026-11-02"},
    "ces_responses": {"response_id": "1", "score": "7", "scale": "ces_2", "responded_at": "2026-11-02"},
    "nps_responses": {"response_id": "1", "score": "10", "responded_at": "2026-11-02"},
    "survey_invitations": {"invitation_id": "1", "survey_type": "csat", "offered_at": "2026-11-02"},
    "app_reviews": {"review_id": "1", "store": "app_store", "rating": 5, "reviewed_at": "2026-11-02"},
    "orders": {"order_id": "1", "currency_code": "USD", "total_amount": 10, "ordered_at": "2026-10-01"},
    "order_items": {"order_item_id": "1", "order_id": "1", "unit_count": 1, "price_amount": 9},
    "deliveries": {
        "delivery_id": "1", "order_id": "1", "tracking": "none", "promised_date": "2027-01-01",
        "shipped_at": "2026-10-02", "delivered_at": "2026-10-05",
    },
    "returns": {"return_id": "1", "order_id": "1", "requested_at": "2026-10-09"},
    "inr_claims": {"claim_id": "1", "order_id": "1", "origin": "claim", "opened_at": "2026-10-09"},
    "customers": {"customer_id": "1", "created_at": "2026-01-01"},
    "sellers": {"seller_id": "1", "created_at": "2026-01-01"},
    "agents": {"agent_id": "1", "employment": "employee", "time_zone": "Asia/Kolkata", "hired_date": "2026-01-01"},
    "agent_team_histories": {"agent_id": "1", "team_name": "one", "valid_from_at": "2026-01-01"},
    "shifts": {"shift_id": "1", "agent_id": "1", "starts_at": "2027-01-01 09:00", "ends_at": "2027-01-01 17:00"},
    "agent_workdays": {
        "agent_id": "1", "currency_code": "USD", "work_hours": 8, "cost_amount": 80, "work_date": "2026-11-02",
    },
    "active_customers": {"active_customer_count": 5, "activity_date": "2026-11-02"},
    "calendar_hours": {
        "calendar_id": "1", "time_zone": "America/Chicago", "opens_local_time": "09:00", "closes_local_time": "24:00",
        "iso_weekday": 1,
    },
    "calendar_holidays": {"calendar_id": "1", "holiday_date": "2026-12-25"},
    "events": {"event_id": "1", "kind": "release", "starts_at": "2027-01-01"},
    "exchange_rates": {"currency_code": "EUR", "usd_per_unit": 1.1, "rate_date": "2026-11-02"},
    "delivery_marks": {"complete_through_at": "2026-11-20"},
}  # fmt: skip


class Warehouse:
    """A warehouse file that tests fill."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: duckdb.DuckDBPyConnection | None = None

    @property
    def path(self) -> Path:
        """The file, closed: a gate opens it for itself."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        return self._path

    def create(self) -> None:
        """Make the file, with every table empty."""
        with self.open() as connection:
            connection.execute("create schema contract")
            for entity in entities().values():
                columns = ", ".join(f'"{name}" {kind}' for name, kind in contract_columns(entity))
                connection.execute(f"create table contract.{entity.name} ({columns})")
            audit.create_tables(connection)

    @contextmanager
    def open(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection that stays open until `path` is asked for: opening a file is what takes time."""
        if self._connection is None:
            self._connection = duckdb.connect(str(self._path))
        yield self._connection

    def run(self, statement: str) -> None:
        with self.open() as connection:
            connection.execute(statement)

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        with self.open() as connection:
            return connection.execute(statement).fetchall()

    def add(self, entity: str, *, source_name: str = "desk", key: str | None = "own", **changes: Any) -> None:
        """Add a good row, changed as told; `key="own"` computes it from the row's id, None leaves it out."""
        definition = entities()[entity]
        row = {**ROWS[entity], **changes}
        parts = [str(row[name]) for name in definition.key if row.get(name) is not None]
        row[definition.key_column] = f"{source_name}:{'|'.join(parts)}" if key == "own" else key
        for column in definition.columns:
            if column.references and row.get(column.name) is not None:
                row.setdefault(column.name.removesuffix("_id") + "_key", f"{source_name}:{row[column.name]}")
        row |= {"source_name": source_name, "_row_id": f"row-{row.get(definition.key[0])}"}
        row.setdefault("_source_row_count", 1)
        names = ", ".join(f'"{name}"' for name in row)
        with self.open() as connection:
            connection.execute(
                f"insert into contract.{entity} ({names}) values ({', '.join('?' * len(row))})", list(row.values())
            )

    def record_mapping(self, entity: str, *, run_id: str = RUN, source_name: str = "desk", **counts: int) -> None:
        """The loader's account of a mapping; without counts, of the rows that are in the contract's table now."""
        rows_mapped = counts.get("rows_mapped")
        if rows_mapped is None:
            found = self.query(f"select count(*) from contract.{entity} where source_name = '{source_name}'")
            rows_mapped = found[0][0]
        row = dict.fromkeys(
            ("rows_dropped", "rows_rejected", "source_rows_mapped", "source_rows_dropped", "source_rows_rejected"), 0
        )
        row |= {"rows_mapped": rows_mapped, "source_rows_mapped": rows_mapped, **counts}
        with self.open() as connection:
            _append(
                connection, "mappings", {"run_id": run_id, "source_name": source_name, "entity_name": entity, **row}
            )

    def record_delivery(self, table: str, *, run_id: str = RUN, source_name: str = "desk", **values: Any) -> None:
        row = {
            "entity_name": table, "rows_read": 10, "rows_rejected": 0, "rows_repeated": 0, "rows_landed": 10,
            "rows_current": 10, "previous_rows_current": 10, "is_full_listing": True, **values,
        }  # fmt: skip
        with self.open() as connection:
            _append(
                connection, "deliveries", {"run_id": run_id, "source_name": source_name, "table_name": table, **row}
            )

    def record_run(self, status: str, *, run_id: str = RUN, source_name: str = "desk") -> None:
        with self.open() as connection:
            _append(connection, "extract_runs", {"run_id": run_id, "source_name": source_name, "status": status})


def _append(connection: duckdb.DuckDBPyConnection, table: str, row: dict[str, Any]) -> None:
    """Append to a table of the loader's record; columns that no check reads stay empty."""
    names = [column.split()[0] for column in audit.TABLES[table].split(", ")]
    audit.append(connection, table, [{**dict.fromkeys(names), **row}])


PARAMETERS = RunParameters(RUN, NOW)


@cache
def suites_of(gate: int) -> dict[str, Suite]:
    """The project's suites by name."""
    return {suite.name: suite for suite in read_suites(find_files(gate, None))[0]}


def checked(warehouse: Warehouse, *names: str) -> dict[str, CheckResult]:
    """Results of some of gate 1's suites by check_id, without quarantine: quicker than the whole gate."""
    suites = [suites_of(1)[name] for name in names]
    built, problems = validation.build(suites, PARAMETERS)
    assert problems == []
    results = validation.run_suites(warehouse.path, suites, built, PARAMETERS, gate=1)
    return {result.check.check_id: result for result in results}


def failed(results: dict[str, CheckResult]) -> set[str]:
    """Those that did not pass."""
    return {check_id for check_id, result in results.items() if result.status != "pass"}


@pytest.fixture(scope="session")
def empty_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "warehouse.duckdb"
    warehouse = Warehouse(path)
    warehouse.create()
    with warehouse.open() as connection:
        quarantine.create_tables(connection)
        quarantine.set_aside(connection, suites_of(1).values(), PARAMETERS)
    return warehouse.path


@pytest.fixture
def warehouse(tmp_path: Path, empty_warehouse: Path) -> Iterator[Warehouse]:
    warehouse = Warehouse(Path(shutil.copy(empty_warehouse, tmp_path / "warehouse.duckdb")))
    yield warehouse
    assert warehouse.path.exists()


@pytest.fixture
def write_suite(tmp_path: Path) -> Callable[[str, str], Path]:
    """Write a suite file of an installation; returns its home."""

    def write(folder: str, text: str, name: str = "own.yml") -> Path:
        path = tmp_path / "home" / "expectations" / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return tmp_path / "home"

    return write
