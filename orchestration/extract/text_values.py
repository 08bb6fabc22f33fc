"""Delivered values as the text that raw keeps.

Belongs here: one value to one text, in SQL and in Python. Values are text in raw so that a changed type can never turn a
column into nulls; the empty text is null, since most formats cannot tell the two apart.
"""

import datetime
import json


class Number(float):
    """A fractional number that remembers how it was written, so that `4.50` stays `4.50`."""

    written: str

    def __new__(cls, written: str) -> "Number":
        """Read a number as JSON writes it."""
        number = super().__new__(cls, written)
        number.written = written
        return number


def as_text(expression: str, data_type: str) -> str:
    """SQL for a typed value as text: ISO 8601 with `Z` for instants, JSON for nested values."""
    if data_type == "TIMESTAMP WITH TIME ZONE":
        return f"strftime({expression} at time zone 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ')"
    if data_type.startswith(("STRUCT", "MAP", "UNION")) or data_type.endswith("]"):
        return f"cast(to_json({expression}) as varchar)"
    return f"nullif(cast({expression} as varchar), '')"


def text(value: object) -> str | None:
    """A Python value as text: whole numbers without a fraction, JSON for nested values."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Number):
        return value.written
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
