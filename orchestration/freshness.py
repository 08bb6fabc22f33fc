"""How fresh each source is: when it last delivered, when it was last read, and whether it is late.

Belongs here: the one rule that the check `is_fresh` and the command `status` share.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb

from orchestration.retention import RetentionWindow
from orchestration.source_models import ApiSource, LandedSource, SystemSource
from orchestration.sources import AnySource, Sources
from orchestration.warehouse import text_literal


@dataclass(frozen=True)
class Freshness:
    """One source. Instants are UTC without zone; `status` is the last extraction's, or `never read`.

    `window` is how long the vendor still keeps what was not read yet, where it keeps things for a limited time.
    `last_delivered_at` is when data that was new last came in: a file not loaded before, or new rows of a database.
    """

    source_name: str
    kind: str
    status: str
    message: str
    last_read_at: datetime | None
    last_delivered_at: datetime | None
    expected_every_hours: float | None
    is_late: bool
    window: RetentionWindow | None = None

    @property
    def is_fresh(self) -> bool:
        """Whether the source was reached, could be used, is not late, and loses nothing at the vendor soon."""
        is_closing = self.window is not None and self.window.is_closing
        return self.status in ("loaded", "unchanged") and not self.is_late and not is_closing

    @property
    def description(self) -> str:
        """One line: what is the case and, if it is not fresh, why."""
        closing = self.window.description if self.window else ""
        return "; ".join(part for part in (self._reading, closing) if part)

    @property
    def _reading(self) -> str:
        if self.status not in ("loaded", "unchanged"):
            return self.message or self.status
        if self.is_late:
            last = f"{self.last_delivered_at:%Y-%m-%d %H:%M} UTC" if self.last_delivered_at else "never"
            return f"late: expected every {self.expected_every_hours:g} hours, last delivery {last}"
        return "on time" if self.expected_every_hours else self.status


def source_freshness(connection: duckdb.DuckDBPyConnection, sources: Sources, now: datetime) -> list[Freshness]:
    """Each configured source's freshness, from the loader's own record; `now` is UTC without zone."""
    return [_one(connection, source, now) for source in sources.sources]


def _one(connection: duckdb.DuckDBPyConnection, source: AnySource, now: datetime) -> Freshness:
    # Literals, not bound values: for the first of those DuckDB's client imports pandas, and `status` should be quick.
    name = text_literal(source.name)
    # A back-fill reads a range of time again; it says nothing of whether the source is up to date.
    ordinary = f"source_name = {name} and run_id not in (select run_id from audit.backfills where source_name = {name})"
    read = _rows(
        connection,
        f"select status, message, finished_at from audit.extract_runs where {ordinary} order by finished_at desc limit 1",
    )
    status, message, last_read_at = read[0] if read else ("never read", "", None)
    delivered = _rows(
        connection,
        f"select max(loaded_at) from audit.files where source_name = {name}"
        if isinstance(source, LandedSource)
        # A database has no files: what counts is the last reading that brought rows it had not brought before. Of a vendor's
        # system every good reading counts, since a quiet day is not a late one.
        else f"select max(finished_at) from audit.extract_runs where {ordinary} and status in ("
        + ("'loaded', 'unchanged')" if isinstance(source, ApiSource) else "'loaded')"),
    )
    last_delivered_at = delivered[0][0] if delivered else None
    expected = source.expected_every_hours
    is_late = expected is not None and (
        last_delivered_at is None or now - last_delivered_at > timedelta(hours=expected)
    )
    window = None
    retention_days = source.retention_days if isinstance(source, SystemSource) else None
    if retention_days is not None:
        good = _rows(
            connection,
            f"select max(started_at) from audit.extract_runs where {ordinary} and status in ('loaded', 'unchanged')",
        )
        if good and good[0][0] is not None:
            window = RetentionWindow(source.name, retention_days, good[0][0], now)
    return Freshness(
        source.name, source.kind, status, message or "", last_read_at, last_delivered_at, expected, is_late, window
    )


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple]:
    try:
        return connection.execute(query).fetchall()
    except duckdb.CatalogException:
        return []  # nothing was ever extracted: the loader's tables are not there yet
