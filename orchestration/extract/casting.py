"""From a mapping's values to the contract's types, with the reason for each value that does not fit.

Belongs here: SQL expressions for one column. Dates are read by the declared format only, never guessed.
"""

from dataclasses import dataclass

from orchestration.contract import Column
from orchestration.source_models import EPOCH_FORMATS, Mapping
from orchestration.warehouse import quoted, text_literal

ISO_INSTANT = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?( ?(Z|z|[+-]\d{2}(:?\d{2})?))?$"
HAS_ZONE = r"( ?(Z|z|[+-]\d{2}(:?\d{2})?))$"
FIRST_EPOCH_SECOND = 100_000_000
LAST_EPOCH_SECOND = 4_102_444_800


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
        if default is not None and source_type not in (None, "VARCHAR"):
            value = f"coalesce({value}, {_instant('null', text_literal(literal), 'VARCHAR', mapping)[0]})"
    elif column.data_type == "date" and mapping.date_format and source_type == "VARCHAR":
        value = f"cast({_plausible(f'try_strptime({text}, {text_literal(mapping.date_format)})')} as date)"
        unfit = text_literal(f"is not a date in the declared date_format {mapping.date_format}")
    elif column.data_type == "date":
        # An instant cut to its first ten characters would be a day in nobody's calendar: only whole days are dates.
        day = r"^\d{4}-\d{2}-\d{2}([T ]00:00(:00(\.0+)?)?)?$"
        value = f"case when regexp_matches({text}, {text_literal(day)}) then {_plausible(f'try_cast(left({text}, 10) as date)')} end"
        unfit = text_literal("is not a date as YYYY-MM-DD; declare date_format")
    elif column.data_type == "bigint":
        # A cast of '8.5' would round; only whole numbers are taken.
        whole = _number(text)
        value = f"case when {whole} = floor({whole}) and abs({whole}) < 9e15 then cast({whole} as bigint) end"
        unfit = text_literal("is not a whole number")
    elif column.data_type == "double":
        number = _number(text)
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
    if mapping.timestamp_format:
        stated = mapping.timestamp_format
        return _by_format(text, [stated] if isinstance(stated, str) else stated, zone)
    is_local = (
        f"regexp_matches({text}, {text_literal(ISO_INSTANT)}) and not regexp_matches({text}, {text_literal(HAS_ZONE)})"
    )
    if zone is None:
        unfit = f"case when {is_local} then 'is a time without zone; declare time_zone' else 'is not a time in ISO 8601; declare timestamp_format' end"
        return _iso_with_zone(text), unfit
    local = f"case when {is_local} then {_plausible(_iso_local(text))} end"
    return (
        f"coalesce({_iso_with_zone(text)}, {_local_to_utc(local, zone)})",
        text_literal("is not a time in ISO 8601; declare timestamp_format"),
    )


def _by_format(text: str, formats: list[str], zone: str | None) -> tuple[str, str]:
    """A time in one of the declared formats, the first that fits, or in ISO 8601 with a zone."""
    if formats[0] in EPOCH_FORMATS:
        return _epoch(text, formats[0])
    reason = f"is not a time in the declared timestamp_format {' or '.join(formats)}"
    values = [_iso_with_zone(text)]
    for form in formats:
        parsed = f"try_strptime({text}, {text_literal(form)})"
        if "%z" in form or "%Z" in form:
            values.append(_plausible(f"({parsed} at time zone 'UTC')"))
        elif zone is not None:
            values.append(_local_to_utc(_plausible(parsed), zone))
        else:
            reason = (
                f"is not a time in the declared timestamp_format {' or '.join(formats)}, or time_zone is not declared"
            )
    return f"coalesce({', '.join(values)})", text_literal(reason)


def _epoch(text: str, unit: str) -> tuple[str, str]:
    """Seconds or milliseconds since 1970 UTC, between 1973 and 2100, so that neither can be taken for the other."""
    per_second = 1 if unit == "epoch_seconds" else 1000
    number = _number(text)
    is_plausible = f"{number} >= {FIRST_EPOCH_SECOND * per_second} and {number} < {LAST_EPOCH_SECOND * per_second}"
    value = (
        f"case when {is_plausible} then make_timestamp(cast(round({number} * {1_000_000 // per_second}) as bigint)) end"
    )
    return value, text_literal(f"is no time as declared by timestamp_format {unit}, from 1973 to 2100")


def _iso_with_zone(text: str) -> str:
    # By arithmetic and not by the engine's zone library, which is many times slower and refuses some of ISO 8601.
    is_zoned = (
        f"regexp_matches({text}, {text_literal(ISO_INSTANT)}) and regexp_matches({text}, {text_literal(HAS_ZONE)})"
    )
    offset = f"regexp_extract({text}, {text_literal(HAS_ZONE)}, 2)"
    digits = f"rpad(regexp_replace({offset}, '[^0-9]', '', 'g'), 4, '0')"
    minutes = f"(cast(left({digits}, 2) as integer) * 60 + cast(right({digits}, 2) as integer))"
    is_offset = f"({offset} in ('Z', 'z') or ({minutes} <= 18 * 60 and right({digits}, 2) < '60'))"
    sign = f"case when left({offset}, 1) = '-' then 1 else -1 end"
    local = _iso_local(f"regexp_replace({text}, {text_literal(HAS_ZONE)}, '')")
    return (
        f"case when {text} like '%Z' and regexp_matches({text}, {text_literal(ISO_INSTANT)}) "
        f"then {_plausible(_iso_local(f'rtrim(left({text}, length({text}) - 1))'))} "
        f"when {is_zoned} and {is_offset} then {_plausible(local)} + to_minutes(cast({sign} * {minutes} as bigint)) end"
    )


def _iso_local(text: str) -> str:
    return f"try_cast(replace({text}, ',', '.') as timestamp)"


def _number(text: str) -> str:
    # The engine would take `1_000` for a number.
    return f"case when position('_' in {text}) = 0 then try_cast({text} as double) end"


def _plausible(value: str) -> str:
    """A date or time of four-digit years only: by `%Y`, the year of 01/02/24 would be 24."""
    return f"case when {value} >= date '1000-01-01' then {value} end"


def _local_to_utc(local: str, zone: str) -> str:
    """A time in a daylight-saving gap moves forward by the gap; one that comes twice is taken as the later."""
    return f"(({local}) at time zone {text_literal(zone)} at time zone 'UTC')"
