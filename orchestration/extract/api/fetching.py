"""One reading of one vendor's system: what its extractor is given, and how the right one is found.

Belongs here: the frame around every system's `fetch`. What is asked of whom stands in `orchestration.extract.<system>`.
"""

import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

import duckdb
import requests
from requests.auth import AuthBase

from orchestration.extract.api.calls import Api
from orchestration.extract.api.known import known_rows
from orchestration.extract.api.landing import Landing
from orchestration.extract.api.progress import Progress


@dataclass(frozen=True)
class Window:
    """A range of time to read again: `begin` included, `end` not, UTC without zone."""

    begin: datetime
    end: datetime


@dataclass
class Fetch:
    """What a system's `fetch(fetch)` works with.

    `secrets` are the values of the variables that the source's credentials name, by setting. `window` is set for a back-fill:
    then only what happened in it is asked for, and `progress` stays as it is.
    """

    source: Any
    secrets: dict[str, str]
    landing: Landing
    progress: Progress
    window: Window | None = None
    warehouse: duckdb.DuckDBPyConnection | None = None

    def known(self, table: str, *columns: str) -> list[tuple[str | None, ...]]:
        """The columns of a raw table's rows as the runs before left them; what is deleted there is not among them."""
        return known_rows(self.warehouse, self.source.name, table, columns) if self.warehouse else []

    def open(
        self,
        auth: AuthBase | None = None,
        headers: dict[str, str] | None = None,
        is_throttled: Callable[[requests.Response], bool] | None = None,
        check: Callable[[requests.Response], None] | None = None,
        meanings: Mapping[int, str] | None = None,
    ) -> Api:
        """The vendor's interface, as this source reaches it."""
        return Api(self.source, auth, headers, is_throttled, check, meanings)

    @property
    def start(self) -> datetime:
        """From when on the installation wants data, UTC without zone."""
        return datetime.combine(self.source.start_date, time())

    def since(self, name: str, look_back: timedelta | None = None) -> datetime:
        """The instant kept under a name in the progress less the look-back, and never before `start`."""
        known = self.progress.get(name)
        if known is None:
            return self.start
        back = timedelta(days=self.source.look_back_days) if look_back is None else look_back
        return max(datetime.fromisoformat(known) - back, self.start)

    def complete_through(self, moment: datetime, but_for: Iterable[str] = ()) -> None:
        """State that everything before a moment (UTC without zone, by the vendor's clock) has been read.

        A back-fill states nothing: what happened after its window may not have been read yet. `but_for` names entities of
        which nothing could be asked this time.
        """
        if self.window is not None:
            return
        through = moment - timedelta(seconds=self.source.lag_seconds)
        unmarked = {"delivery_marks", *but_for}
        marked = [mapping.entity for mapping in self.source.entities if mapping.entity not in unmarked]
        self.landing.add(
            "delivery_marks",
            [{"entity_name": entity, "complete_through_at": f"{through:%Y-%m-%dT%H:%M:%SZ}"} for entity in marked],
        )


def fetch_source(fetch: Fetch) -> None:
    """Read everything that is new at the vendor into `fetch.landing`.

    Raises:
        UnreachableSourceError: the vendor cannot be reached, or refuses.
        UnusableDeliveryError: what it answers cannot be used.
    """
    module = importlib.import_module(f"orchestration.extract.{fetch.source.kind}.fetch")
    module.fetch(fetch)


def utc(epoch_seconds: float) -> datetime:
    """An instant of seconds since 1970, UTC without zone."""
    return datetime.fromtimestamp(epoch_seconds, UTC).replace(tzinfo=None)


def epoch(moment: datetime) -> int:
    """Whole seconds since 1970 of an instant that is UTC without zone."""
    return int(moment.replace(tzinfo=UTC).timestamp())
