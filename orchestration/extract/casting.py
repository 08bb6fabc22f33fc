"""From a mapping's values to the contract's types, with the reason for each value that does not fit.

Belongs here: SQL expressions for one column. Dates are read by the declared format only, never guessed.
"""

from dataclasses import dataclass

from orchestration.contract import Column
from orchestration.sources import Mapping
from orchestration.warehouse import quoted, text_literal

ISO_INSTANT = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?( ?(Z|z|[+-]\d{2}(:?\d{2})?))?$"
HAS_ZONE = r"( ?(Z|z|[+-]\d{2}(:?\d{2})?))$"


@dataclass(frozen=True)
class Cast:
    """SQL for a column's value and for the reason (null when it fits) that it cannot be had."""

    value: str
    problem: str


def cast_column(column: Column, source_type: str | None, mapping: Mapping) -> Cast:
    """How a mapped column becomes the contract's.

    Args:
        column: the contract's column.
        source_type: the engine's type of the mapped value; None when the mapping does not give the column.
        mapping: its declared time zone, formats and defaults.
    """
    default = mapping.defaults.get(column.name)
    if source_type is None and default is None:
        problem = "'is empty and required'" if column.is_required else "null"
        return Cast(f"cast(null as {column.data_type})", problem)
    raw = quoted(column.name) if source_type is not None else "cast(null as varchar)"
    text = f"nullif(trim(cast({raw} as varchar)), '')"
    if default is not None:
        literal = str(default).lower() if isinstance(default, bool) else str(default)
        text = f"coalesce({text}, {text_literal(literal)})"
    if column.data_type == "timestamp":
        value, unfit = _instant(raw, text, source_type or "VARCHAR", mapping)
    elif column.data_type == "date" and mapping.date_format and source_type == "VARCHAR":
        value = f"cast(try_strptime({text}, {text_literal(mapping.date_format)}) as date)"
        unfit = text_literal(f"is not a date in the declared date_format {mapping.date_format}")
    elif column.data_type == "date":
        # An instant cut to its first ten characters would be a day in nobody's calendar: only whole days are dates.
        day = r"^\d{4}-\d{2}-\d{2}([T ]00:00(:00(\.0+)?)?)?$"
        value = f"case when regexp_matches({text}, {text_literal(day)}) then try_cast(left({text}, 10) as date) end"
        unfit = text_literal("is not a date as YYYY-MM-DD; declare date_format")
    elif column.data_type == "bigint":
        # A cast of '8.5' would round; only whole numbers are taken.
        whole = f"try_cast({text} as double)"
        value = f"case when {whole} = floor({whole}) and abs({whole}) < 9e15 then cast({whole} as bigint) end"
        unfit = text_literal("is not a whole number")
    elif column.data_type == "double":
        number = f"try_cast({text} as double)"
        value = f"case when isfinite({number}) then {number} end"
        unfit = text_literal("is not a number")
    elif column.data_type == "boolean":
        value = (
            f"case when lower({text}) in ('true', 't', '1', 'yes', 'y') then true "
            f"when lower({text}) in ('false', 'f', '0', 'no', 'n') then false end"
        )
        unfit = text_literal("is neither true nor false")
    else:
        value, unfit = text, "null"
    problem = f"when {text} is not null and ({value}) is null then {unfit}" if unfit != "null" else ""
    if column.is_identity:
        problem += f" when {text} is not null and not regexp_matches({text}, '^[0-9a-f]{{32}}$') then 'is not hashed; declare its raw column under identities'"
    if column.is_required:
        problem += f" when {text} is null then 'is empty and required'"
    return Cast(value, f"case {problem} end" if problem else "null")


def _instant(raw: str, text: str, source_type: str, mapping: Mapping) -> tuple[str, str]:
    """UTC without zone. A value with an offset speaks for itself; one without needs the declared time zone."""
    if source_type == "TIMESTAMP WITH TIME ZONE":
        return f"({raw} at time zone 'UTC')", "null"
    zone = mapping.time_zone
    if source_type.startswith(("TIMESTAMP", "DATE")):
        local = f"cast({raw} as timestamp)"
        if zone is None:
            return "cast(null as timestamp)", text_literal("is a time without zone; declare time_zone")
        return _local_to_utc(local, zone), "null"
    formats = mapping.timestamp_format
    if formats:
        listed = [formats] if isinstance(formats, str) else formats
        local = f"try_strptime({text}, [{', '.join(map(text_literal, listed))}])"
        with_zone = _iso_with_zone(text)
        value = f"coalesce({with_zone}, {_local_to_utc(local, zone) if zone else 'null'})"
        reason = f"is not a time in the declared timestamp_format {' or '.join(listed)}"
        return value, text_literal(reason if zone else reason + ", or time_zone is not declared")
    with_zone = _iso_with_zone(text)
    is_local = (
        f"regexp_matches({text}, {text_literal(ISO_INSTANT)}) and not regexp_matches({text}, {text_literal(HAS_ZONE)})"
    )
    if zone is None:
        unfit = f"case when {is_local} then 'is a time without zone; declare time_zone' else 'is not a time in ISO 8601; declare timestamp_format' end"
        return with_zone, unfit
    local = f"case when {is_local} then try_cast(replace({text}, ',', '.') as timestamp) end"
    return (
        f"coalesce({with_zone}, {_local_to_utc(local, zone)})",
        text_literal("is not a time in ISO 8601; declare timestamp_format"),
    )


def _iso_with_zone(text: str) -> str:
    # The usual way to write UTC is read without the zone library, which is many times faster.
    is_plain_utc = f"{text} like '____-__-_____:__%Z' and regexp_matches({text}, {text_literal(ISO_INSTANT)})"
    plain = f"try_cast(left({text}, length({text}) - 1) as timestamp)"
    is_zoned = (
        f"regexp_matches({text}, {text_literal(ISO_INSTANT)}) and regexp_matches({text}, {text_literal(HAS_ZONE)})"
    )
    zoned = f"try_cast({text} as timestamptz) at time zone 'UTC'"
    return f"case when {is_plain_utc} then {plain} when {is_zoned} then {zoned} end"


def _local_to_utc(local: str, zone: str) -> str:
    """A time in a daylight-saving gap moves forward by the gap; one that comes twice is taken as the later."""
    return f"(({local}) at time zone {text_literal(zone)} at time zone 'UTC')"
