"""Dagster's event log in SQLite, with connections that stay open.

Belongs here: this one change to Dagster's own storage, named in `dagster.yaml`. Dagster opens, syncs and closes a database
some five times per event; a run of this project writes 1,500 events, and half of its time went there. Nothing else
differs: the same files, the same tables, readable without this class.
"""

import os
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as db
from dagster import EventLogEntry
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy.pool import StaticPool

MOST_OPEN = 4
BUSY_SECONDS = 30
TOUCH_EVERY_SECONDS = 0.5


class OpenEventLog(SqliteEventLogStorage):
    """Dagster's SQLite event log; the databases used last stay open, and only checkpoints wait for the disk.

    A power cut may lose the last events of a run, never the database.
    """

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._open: OrderedDict[str, db.Engine] = OrderedDict()
        self._touched: dict[str, float] = {}
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "OpenEventLog":
        """`base_dir` is DAGSTER_HOME, so that a home may be moved; the files lie where Dagster's own would."""
        return cls(str(Path(config_value["base_dir"]) / "history" / "runs"), inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[db.Connection]:
        with self._db_lock:
            engine = self._engine(shard)
            with engine.connect() as connection, connection.begin():
                yield connection

    def _engine(self, shard: str) -> db.Engine:
        if shard in self._open:
            self._open.move_to_end(shard)
            return self._open[shard]
        engine = db.create_engine(
            self.conn_string_for_shard(shard),
            poolclass=StaticPool,  # one connection, used by one thread at a time under the storage's lock
            connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        )
        db.event.listen(engine, "connect", _sync_at_checkpoints)
        if shard not in self._initialized_dbs:
            self._initdb(engine)
            self._initialized_dbs.add(shard)
        self._open[shard] = engine
        while len(self._open) > MOST_OPEN:
            self._open.popitem(last=False)[1].dispose()
        return engine

    def store_event(self, event: EventLogEntry) -> None:
        """Store an event, and let the web server see that the file changed: open databases write beside it first."""
        super().store_event(event)
        now = time.monotonic()
        if now - self._touched.get(event.run_id, 0) > TOUCH_EVERY_SECONDS:
            self._touched = {event.run_id: now}
            os.utime(self.path_for_shard(event.run_id))

    def dispose(self) -> None:
        """Close everything."""
        while self._open:
            self._open.popitem()[1].dispose()
        super().dispose()


def _sync_at_checkpoints(connection: Any, _record: object) -> None:
    connection.execute("pragma synchronous = normal")
