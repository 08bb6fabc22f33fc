"""The three names that a check may use for what only the run knows: `$now`, `$latest` and `$run_id`.

Belongs here: what they stand for, in SQL and as an argument. No check reads the machine's clock by itself.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from orchestration.warehouse import text_literal

_NAME = re.compile(r"\$(now|latest|run_id)\b")


@dataclass(frozen=True)
class RunParameters:
    """A run's identity and its clock.

    Raises:
        ValueError: `now` has no time zone.
    """

    run_id: str
    now: datetime

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            raise ValueError("a gate's `now` needs a time zone")

    @property
    def now_utc(self) -> datetime:
        """The run's moment as the warehouse writes instants: UTC, without a zone."""
        return self.now.astimezone(UTC).replace(tzinfo=None)

    @property
    def latest_utc(self) -> datetime:
        """The latest instant of something that has happened: a day ahead, for clocks and zones that are off."""
        return self.now_utc + timedelta(days=1)

    def in_sql(self, text: str) -> str:
        """SQL with the names replaced by literals."""
        return _NAME.sub(lambda found: self._literal(found.group(1)), text)

    def in_argument(self, value: Any) -> Any:
        """An expectation's argument: a value that is exactly one of the names becomes what it stands for."""
        values = {"$now": self.now_utc, "$latest": self.latest_utc, "$run_id": self.run_id}
        return values.get(value, value) if isinstance(value, str) else value

    def _literal(self, name: str) -> str:
        if name == "run_id":
            return text_literal(self.run_id)
        instant = self.now_utc if name == "now" else self.latest_utc
        return f"timestamp '{instant.isoformat(sep=' ', timespec='microseconds')}'"
