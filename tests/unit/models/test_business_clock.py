"""The business clock's models, run by dbt on hand-made calendars, against an oracle that knows only zoneinfo."""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from business_clock_cases import FIRST, LAST, ZONES, random_calendar, random_ticket
from business_clock_oracle import DAY, Calendar, Closure, Opening, OpenTime, is_open, offset_at, regimes, wall
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner, dbtRunnerResult

from orchestration.contract import contract_columns, entities
from orchestration.settings import PROJECT, QUIET

CALENDARS, TICKETS_EACH = 90, 130
EPOCH = dt.datetime(1970, 1, 1)
ELAPSED = """
    select
        cases.case_id,
        {{ business_seconds_between('cases.from_at', 'from_days', 'cases.to_at', 'to_days') }} as elapsed,
        {{ business_seconds_between('cases.from_at', 'from_days', 'cases.between_at', 'between_days') }} as elapsed_first,
        {{ business_seconds_between('cases.between_at', 'between_days', 'cases.to_at', 'to_days') }} as elapsed_then,
        {{ epoch_seconds('cases.to_at') }} - {{ epoch_seconds('cases.from_at') }} as calendar_seconds
    from cases
    left outer join {{ ref('int_calendar_days') }} as from_days
        on cases.calendar_key = from_days.calendar_key and cast(cases.from_at as date) = from_days.utc_date
    left outer join {{ ref('int_calendar_days') }} as between_days
        on cases.calendar_key = between_days.calendar_key and cast(cases.between_at as date) = between_days.utc_date
    left outer join {{ ref('int_calendar_days') }} as to_days
        on cases.calendar_key = to_days.calendar_key and cast(cases.to_at as date) = to_days.utc_date
"""


@dataclass(frozen=True)
class Case:
    calendar_key: str
    start: int
    end: int


@dataclass(frozen=True)
class Elapsed:
    """What the SQL says of a case, in seconds; None where it says null."""

    whole: int | None
    first: int | None
    then: int | None
    calendar: int


def weekdays(zone: str, opens: int, closes: int, **valid: dt.date) -> tuple[Opening, ...]:
    return tuple(Opening(zone, weekday, opens, closes, **valid) for weekday in range(1, 6))


def every_day(zone: str, opens: int, closes: int) -> tuple[Opening, ...]:
    return tuple(Opening(zone, weekday, opens, closes) for weekday in range(1, 8))


NINE, FIVE = 9 * 3600, 17 * 3600
NAMED = {
    calendar.key: calendar
    for calendar in (
        Calendar("desk:chicago", weekdays("America/Chicago", NINE, FIVE)),
        Calendar("desk:berlin", weekdays("Europe/Berlin", NINE, FIVE)),
        Calendar("desk:quarter past two", every_day("Europe/Berlin", 8_100, 9_900)),
        Calendar("desk:apia", every_day("Pacific/Apia", NINE, FIVE)),
        Calendar("desk:always", every_day("America/St_Johns", 0, DAY)),
        Calendar("desk:sao paulo", every_day("America/Sao_Paulo", 0, 3600)),
        Calendar("desk:half", weekdays("Europe/Berlin", NINE, FIVE), (Closure(dt.date(2025, 12, 24), 43_200),)),
        Calendar("desk:night", every_day("Europe/Berlin", 22 * 3600, 6 * 3600), (Closure(dt.date(2025, 6, 14)),)),
        Calendar(
            "desk:moved",
            weekdays("America/Chicago", NINE, FIVE, valid_to=dt.date(2025, 6, 4))
            + weekdays("Asia/Kolkata", NINE, FIVE, valid_from=dt.date(2025, 6, 5)),
        ),
        Calendar("desk:nowhere", weekdays("Mars/Olympus_Mons", NINE, FIVE)),
        Calendar("desk:rails", weekdays("Eastern Time (US & Canada)", NINE, FIVE)),
        Calendar("desk:ambiguous", weekdays("IST", NINE, FIVE)),
    )
}
GOLDEN = {
    # METRICS.md: Friday 16:00 to Monday 10:00 across a Sunday's clock change.
    ("desk:chicago", "2026-03-06 22:00", "2026-03-09 15:00"): 7_200,
    # 91 weeks of 40 hours; no cap.
    ("desk:berlin", "2024-01-01 11:00", "2025-09-29 10:00"): 218_400 * 60,
    # The hour that comes twice is worked twice, the hour that is skipped is not worked.
    ("desk:quarter past two", "2025-10-25 22:00", "2025-10-26 23:00"): 3_600,
    ("desk:quarter past two", "2025-03-29 23:00", "2025-03-30 22:00"): 0,
    # Samoa had no 30 December 2011: the 29th and the 31st are 16 hours, in 48 hours of UTC.
    ("desk:apia", "2011-12-29 10:00", "2011-12-31 10:00"): 16 * 3_600,
    # Clocks went from 00:00 to 01:00, and later from 00:00 back to 23:00.
    ("desk:sao paulo", "2018-11-04 02:00", "2018-11-05 01:00"): 0,
    ("desk:sao paulo", "2018-02-17 12:00", "2018-02-18 12:00"): 3_600,
    # A leap year has 366 days.
    ("desk:always", "2024-01-01 00:00", "2025-01-01 00:00"): 366 * DAY,
    # Christmas Eve until noon.
    ("desk:half", "2025-12-23 23:00", "2025-12-24 23:00"): 3 * 3_600,
    # A holiday on Saturday cuts Friday's night short at midnight and begins again with Saturday's at the next midnight.
    ("desk:night", "2025-06-13 12:00", "2025-06-15 12:00"): (2 + 6) * 3_600,
    # Wednesday in Chicago, Thursday in Kolkata.
    ("desk:moved", "2025-06-04 00:00", "2025-06-06 00:00"): 16 * 3_600,
    # What is not known is null, never 0.
    ("desk:nobody", "2025-06-04 00:00", "2025-06-06 00:00"): None,
    ("desk:nowhere", "2025-06-04 00:00", "2025-06-06 00:00"): None,
    ("desk:rails", "2025-06-04 00:00", "2025-06-06 00:00"): None,
    ("desk:ambiguous", "2025-06-04 00:00", "2025-06-06 00:00"): None,
    ("desk:berlin", "1999-06-04 00:00", "2025-06-06 00:00"): None,
}


class Clock:
    """A warehouse file whose calendars the real models have turned into the clock's grid, and its answers."""

    def __init__(self, folder: Path) -> None:
        rng = random.Random(26)
        zones = sorted(ZONES)
        self.random = {
            key: random_calendar(rng, key, zones[number % len(zones)])
            for number in range(CALENDARS)
            # Two sources may use the same id.
            for key in [f"{'desk' if number % 2 else 'shop'}:{number - number % 2}"]
        }
        self.random_cases = [
            Case(key, *random_ticket(rng, calendar))
            for key, calendar in self.random.items()
            for _ in range(TICKETS_EACH)
        ]
        self.golden_cases = [Case(key, epoch_of(start), epoch_of(end)) for key, start, end in GOLDEN]
        self._folder, self._file = folder, folder / "warehouse.duckdb"
        self._deliver(rng)
        self.run = self._dbt("run", "--select", "+int_calendar_days")
        self.tests = self._dbt(
            "test", "--select", "path:models/intermediate/calendars", "assert_calendar_hours_are_readable",
            "assert_calendar_holidays_are_readable", "--indirect-selection", "cautious",
        )  # fmt: skip
        self.query = self._dbt("compile", "--inline", ELAPSED)
        with duckdb.connect(str(self._file)) as connection:
            sql = self.query.result.results[0].node.compiled_code
            self.elapsed = {row[0]: Elapsed(*row[1:]) for row in connection.execute(sql).fetchall()}
            self.offsets = connection.execute(
                "select time_zone, offset_seconds, cast(epoch(starts_at) as bigint), cast(epoch(ends_at) as bigint) "
                "from intermediate.int_time_zone_offsets"
            ).fetchall()

    def of(self, cases: list[Case]) -> list[tuple[Case, Elapsed]]:
        """The cases of one list, each with the answer of the SQL."""
        first = 0 if cases is self.random_cases else len(self.random_cases)
        return [(case, self.elapsed[first + number]) for number, case in enumerate(cases)]

    def _dbt(self, command: str, *arguments: str) -> dbtRunnerResult:
        try:
            result = dbtRunner().invoke([
                command, *arguments, "--quiet", "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT),
                "--target-path", str(self._folder / "target"), "--log-path", str(self._folder / "logs"),
            ])  # fmt: skip
        finally:
            DuckDBConnectionManager.close_all_connections()
        assert result.exception is None, f"dbt {command} could not begin: {result.exception}"
        return result

    def _deliver(self, rng: random.Random) -> None:
        hours, holidays = [], []
        for calendar in [*NAMED.values(), *self.random.values()]:
            source, name = calendar.key.split(":")
            for opening in calendar.openings:
                opens, closes = text(rng, opening.opens), text(rng, opening.closes)
                version = (opening.valid_from, opening.valid_to)
                hours.append((source, name, opening.zone, opens, closes, opening.iso_weekday, *version))
            for closure in calendar.closures:
                parts = (closure.closed_from, closure.closed_to)
                holidays.append(
                    (source, name, *(None if part is None else text(rng, part) for part in parts), closure.day)
                )
        cases = []
        for number, case in enumerate([*self.random_cases, *self.golden_cases]):
            # A fraction of a second neither adds nor takes away.
            instants = (case.start, rng.randint(case.start, case.end), case.end)
            fractions = (rng.choice([0, 1, 999_999]) for _ in instants)
            at = [EPOCH + dt.timedelta(seconds=s, microseconds=f) for s, f in zip(instants, fractions, strict=True)]
            cases.append((number, case.calendar_key, *at))
        with duckdb.connect(str(self._file)) as connection:
            connection.execute("create schema contract")
            for entity in entities().values():
                columns = ", ".join(f"{name} {data_type}" for name, data_type in contract_columns(entity))
                connection.execute(f"create table contract.{entity.name} ({columns})")
            insert(connection, "contract.calendar_hours", hours,
                   "source_name", "calendar_id", "time_zone", "opens_local_time", "closes_local_time", "iso_weekday",
                   "valid_from_date", "valid_to_date")  # fmt: skip
            insert(connection, "contract.calendar_holidays", holidays,
                   "source_name", "calendar_id", "closed_from_local_time", "closed_to_local_time", "holiday_date")  # fmt: skip
            insert(connection, "contract.tickets", [("desk", "1", "desk:1", FIRST)],
                   "source_name", "ticket_id", "ticket_key", "created_at")  # fmt: skip
            insert(connection, "contract.ticket_changes", [("desk", "1", "desk:1", LAST)],
                   "source_name", "ticket_id", "ticket_key", "changed_at")  # fmt: skip
            connection.execute(
                "create table cases "
                "(case_id bigint, calendar_key varchar, from_at timestamp, between_at timestamp, to_at timestamp)"
            )
            insert(connection, "cases", cases, "case_id", "calendar_key", "from_at", "between_at", "to_at")


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[tuple], *columns: str) -> None:
    """Insert rows by way of Arrow: one by one they would take as long as everything else."""
    arrow = pa.table(dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True)))
    connection.register("delivered", arrow)
    connection.execute(f"insert into {table} by name select * from delivered")
    connection.unregister("delivered")


def text(rng: random.Random, second: int) -> str:
    """A second of the local day as sources write it."""
    hours, minutes, seconds = second // 3600, second // 60 % 60, second % 60
    with_seconds = seconds or rng.random() < 0.5
    return f"{hours:02}:{minutes:02}:{seconds:02}" if with_seconds else f"{hours:02}:{minutes:02}"


def epoch_of(utc: str) -> int:
    return round((dt.datetime.fromisoformat(utc) - EPOCH).total_seconds())


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clock]:
    folder = tmp_path_factory.mktemp("business_clock")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in QUIET.items():
            patch.setenv(name, value)
        patch.setenv("SUPPORT_METRICS_WAREHOUSE", str(folder / "warehouse.duckdb"))
        patch.setenv("SUPPORT_METRICS_TEMP_DIRECTORY", str(folder / "temp"))
        yield Clock(folder)


@pytest.fixture(scope="module")
def oracle(clock: Clock) -> dict[str, OpenTime]:
    return {key: OpenTime(calendar, FIRST, LAST) for key, calendar in clock.random.items()}


def test_models_build(clock: Clock) -> None:
    assert {result.node.name: result.message for result in clock.run.result.results if result.status != "success"} == {}
    assert clock.query.success


def test_every_dbt_test_passes_but_the_one_that_names_the_unknown_zones(clock: Clock) -> None:
    results = {result.node.name: result for result in clock.tests.result.results}
    assert len([name for name in results if name.startswith("assert_")]) == 4
    assert any(result.node.resource_type == "unit_test" for result in results.values())
    failed = {name: result.failures for name, result in results.items() if result.status != "pass"}
    assert failed == {"assert_calendar_hours_are_readable": 3 * 5}


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda golden: " ".join(golden))
def test_golden_value(clock: Clock, golden: tuple[str, str, str]) -> None:
    answers = dict(zip(GOLDEN, (elapsed for _, elapsed in clock.of(clock.golden_cases)), strict=True))
    assert answers[golden].whole == GOLDEN[golden]


@pytest.mark.parametrize("golden", [key for key, value in GOLDEN.items() if value is not None], ids=" ".join)
def test_oracle_knows_the_golden_values(golden: tuple[str, str, str]) -> None:
    key, start, end = golden
    assert OpenTime(NAMED[key], FIRST, LAST).between(epoch_of(start), epoch_of(end)) == GOLDEN[golden]


def test_engine_and_python_agree_on_the_offsets_in_use(clock: Clock) -> None:
    """Otherwise a mismatch below is one of time-zone data, not of the clock."""
    differing = [
        (zone, dt.datetime.fromtimestamp(start, dt.UTC).isoformat(), offset)
        for zone, offset, start, end in clock.offsets
        if end <= wall(ZONES[zone]) and {offset_at(zone, start), offset_at(zone, end - 1)} != {offset}
    ]
    assert differing == []


def test_sql_agrees_with_the_oracle_on_every_random_ticket(clock: Clock, oracle: dict[str, OpenTime]) -> None:
    cases = clock.of(clock.random_cases)
    expected = [oracle[case.calendar_key].between(case.start, case.end) for case, _ in cases]
    mismatches = [
        (case, elapsed.whole, seconds)
        for (case, elapsed), seconds in zip(cases, expected, strict=True)
        if elapsed.whole != seconds
    ]
    assert len(cases) >= 10_000
    assert sum(0 < seconds < case.end - case.start for (case, _), seconds in zip(cases, expected, strict=True)) > 5_000
    assert mismatches == []


def test_elapsed_time_is_additive_and_bounded(clock: Clock) -> None:
    for case, elapsed in clock.of(clock.random_cases):
        assert elapsed.whole is not None, case
        assert elapsed.whole == elapsed.first + elapsed.then, case
        assert 0 <= elapsed.whole <= elapsed.calendar == case.end - case.start, case


def test_oracle_agrees_with_the_definition_second_by_second(clock: Clock, oracle: dict[str, OpenTime]) -> None:
    """Half of the tickets are around a clock change of the calendar's zone."""
    rng = random.Random(1)
    for number in range(100):
        calendar = rng.choice(list(clock.random.values()))
        limit = min(ZONES[zone] for zone in calendar.zones)
        start = rng.randrange(wall(FIRST), wall(limit))
        if number % 2:
            start = rng.choice([end for zone in calendar.zones for _, end, _ in regimes(zone, FIRST, limit)])
            start -= rng.randrange(0, 5_400)
        end = start + rng.randrange(1, 5_400)
        opened = sum(is_open(calendar, epoch) for epoch in range(start, end))
        assert oracle[calendar.key].between(start, end) == opened, (calendar, start, end)


def test_oracle_agrees_with_the_definition_minute_by_minute(clock: Clock, oracle: dict[str, OpenTime]) -> None:
    """For calendars that keep to whole minutes, over days instead of hours."""
    rng = random.Random(2)
    punctual = [calendar for calendar in clock.random.values() if is_punctual(calendar)]
    for _ in range(150):
        calendar = rng.choice(punctual)
        limit = min(ZONES[zone] for zone in calendar.zones)
        moments = [end for zone in calendar.zones for _, end, _ in regimes(zone, FIRST, limit)]
        moments += [wall(closure.day) for closure in calendar.closures]
        start = rng.choice(moments) // 60 * 60 - 60 * rng.randrange(0, 2_000)
        end = start + 60 * rng.randrange(1, 3_000)
        opened = 60 * sum(is_open(calendar, epoch) for epoch in range(start, end, 60))
        assert oracle[calendar.key].between(start, end) == opened, (calendar, start, end)


def is_punctual(calendar: Calendar) -> bool:
    seconds = [second for opening in calendar.openings for second in (opening.opens, opening.closes)]
    seconds += [second for closure in calendar.closures for second in closure.seconds]
    return all(second % 60 == 0 for second in seconds)
