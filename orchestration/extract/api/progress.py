"""How far each source's reading has come: named values such as a vendor's cursor, kept in the warehouse.

Belongs here: reading and writing them. They move in the transaction that ends a load, so that a load that failed or was
killed is read again from where it began.
"""

import json
from datetime import datetime
from typing import Any

import duckdb

from orchestration.extract import audit


class Progress:
    """The named values of one source; what is set takes effect only when the load has ended well."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, source_name: str) -> None:
        self.source_name = source_name
        self._known = {
            name: json.loads(value)
            for name, value in connection.execute(
                "select name, arg_max(value, recorded_at) from audit.source_progress where source_name = ? group by name",
                [source_name],
            ).fetchall()
        }
        self.changed: dict[str, Any] = {}

    def get(self, name: str, default: Any = None) -> Any:
        """The value as the last good load left it, whatever was set since."""
        return self._known.get(name, default)

    def set(self, name: str, value: Any) -> None:
        """Remember a JSON value for the next run."""
        self.changed[name] = value

    def write(self, connection: duckdb.DuckDBPyConnection, run_id: str, recorded_at: datetime) -> None:
        """Append what changed; to be called in the transaction that writes the load's audit rows."""
        rows = [
            {
                "run_id": run_id,
                "source_name": self.source_name,
                "name": name,
                "value": json.dumps(value),
                "recorded_at": recorded_at,
            }
            for name, value in self.changed.items()
            if value != self._known.get(name)
        ]
        audit.append(connection, "source_progress", rows)
