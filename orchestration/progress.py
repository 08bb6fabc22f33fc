"""How a run looks on the console: one plain line a step, in a terminal and in a log alike.

Belongs here: Dagster's `console` logger of this project. Only what the steps say of themselves is shown; Dagster's own
events are in its event log, where the UI reads them.
"""

import logging
import sys
from datetime import datetime
from typing import Any, TextIO

import dagster as dg

_METADATA = "dagster_meta"
# What Dagster and dagster-dbt say beside what the steps say.
_CHATTER = (
    "A dbt subsetted execution",
    "Running dbt command",
    "Finished dbt command",
    "Logging an `AssetObservation`",
    "Dependencies for step",
)


class Console:
    """Where progress goes: a stream, and whether it is a terminal that a line can be rewritten on."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream
        self._has_transient = False

    @property
    def stream(self) -> TextIO:
        """The chosen stream, else the process's present standard error."""
        return self._stream or sys.stderr

    def use(self, stream: TextIO) -> None:
        """Send progress elsewhere from now on."""
        self._stream = stream

    def line(self, text: str) -> None:
        """A line that stays."""
        self._clear()
        self.stream.write(text + "\n")
        self.stream.flush()

    def passing(self, text: str) -> None:
        """A line that the next one overwrites; nothing where it cannot be overwritten."""
        if self.stream.isatty():
            self._clear()
            self.stream.write(text[:110])
            self.stream.flush()
            self._has_transient = True

    def _clear(self) -> None:
        if self._has_transient:
            self.stream.write("\r\x1b[2K")
            self._has_transient = False


CONSOLE = Console()


class _Handler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        metadata: dict[str, Any] = getattr(record, _METADATA, {})
        event = metadata.get("dagster_event")
        if event is None:
            text = str(metadata.get("orig_message", record.getMessage()))
            if text.startswith(_CHATTER):
                return
        elif event.event_type_value == "STEP_FAILURE":
            text = f"FAILED {_reason(event)}"
        elif event.event_type_value == "STEP_UP_FOR_RETRY":
            text = f"{event.step_key}: will be tried again"
        else:
            return
        stamp = f"{datetime.fromtimestamp(record.created):%H:%M:%S}  "
        for number, line in enumerate(text.splitlines() or [""]):
            CONSOLE.line((stamp if number == 0 else " " * len(stamp)) + line)


def _reason(event: Any) -> str:
    data = event.event_specific_data
    failure = getattr(data, "user_failure_data", None)
    if failure is not None and failure.description:
        return f"{event.step_key}: {failure.description}"
    error = getattr(data, "error", None)
    return f"{event.step_key}: {bare_message(innermost(error)) if error else event.message or 'failed'}"


def innermost(error: Any) -> Any:
    """The error that a chain of Dagster's errors began with."""
    while error.cause is not None:
        error = error.cause
    return error


def bare_message(error: Any) -> str:
    """An error's own words, without the name of its class."""
    return str(error.message).split(f"{error.cls_name}: ", 1)[-1].strip()


@dg.logger(None, "One plain line for each step: what it did, how many rows, how long.")
def console_logger(_context: dg.InitLoggerContext) -> logging.Logger:
    """Dagster's `console` logger of this project."""
    found = logging.getLogger("support_metrics.console")
    found.setLevel(logging.DEBUG)
    found.propagate = False
    found.handlers = [handler := _Handler()]
    handler.setLevel(logging.INFO)
    return found
