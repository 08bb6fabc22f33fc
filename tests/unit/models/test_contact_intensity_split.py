"""The split of a change of contact intensity, on random weeks: exact, fair to both weeks, and without blame for nothing.

The project's own models are run on hand-made contacts and orders; what a change is, is computed here in fractions. Weeks come in
threes, one, another, and the first again, so that each change has its reverse. Markets come and go, some never have an order, and
some weeks have no orders at all.
"""

import datetime as dt
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from orchestration.settings import PROJECT, QUIET

FIRST = dt.date(2020, 1, 6)
TRIPLES = 120
MARKETS, REASONS = ("AA", "BB", "CC", "DD", "unknown"), ("how_to", "other", "pricing")
WEEK = dt.timedelta(days=7)
Cell = tuple[str, str]


@dataclass
class Week:
    """Contacts by reason and market, orders by market."""

    contacts: Counter[Cell] = field(default_factory=Counter)
    orders: Counter[str] = field(default_factory=Counter)

    @property
    def intensity(self) -> Fraction | None:
        total = self.orders.total()
        return Fraction(100 * self.contacts.total(), total) if total else None


@dataclass(frozen=True)
class Part:
    rate: float
    mix: float
    excess: float
    rank: int


def random_week(rng: random.Random) -> Week:
    if rng.random() < 0.05:
        return Week(Counter({("other", "AA"): 3}))
    orders = {market: rng.choice((0, 1, 7, 250, 4000)) for market in MARKETS[:-1] if rng.random() < 0.8}
    contacts = {
        (reason, market): rng.choice((0, 1, 2, 30, 900))
        for reason in REASONS
        for market in MARKETS
        if rng.random() < 0.7
    }
    return Week(Counter(contacts), Counter({market: count for market, count in orders.items() if count}))


def weeks() -> list[Week]:
    rng = random.Random(5)
    # The first week of all is taken for a part of one.
    result = [Week(Counter({("other", "AA"): 1}), Counter({"AA": 10}))]
    for _ in range(TRIPLES):
        one, other = random_week(rng), random_week(rng)
        result += [one, other, one]
    # Only the mix of markets changes; then only a rate; then nothing.
    mixed = Week(Counter({("other", "AA"): 10, ("other", "BB"): 60}), Counter({"AA": 100, "BB": 300}))
    even = Week(Counter({("other", "AA"): 30, ("other", "BB"): 20}), Counter({"AA": 300, "BB": 100}))
    rated = Week(Counter({("other", "AA"): 90, ("other", "BB"): 20}), Counter({"AA": 300, "BB": 100}))
    return [*result, mixed, even, rated, rated]


@pytest.fixture(scope="module")
def delivered() -> list[Week]:
    return weeks()


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory, delivered: list[Week]) -> Iterator[dict[int, dict[Cell, Part]]]:
    """By the number of the week: the parts of its change since the week before."""
    folder = tmp_path_factory.mktemp("contact_intensity_split")
    file = folder / "warehouse.duckdb"
    with pytest.MonkeyPatch.context() as patch:
        for name, value in QUIET.items():
            patch.setenv(name, value)
        patch.setenv("SUPPORT_METRICS_WAREHOUSE", str(file))
        patch.setenv("SUPPORT_METRICS_TEMP_DIRECTORY", str(folder / "temp"))
        deliver(file, delivered)
        run(folder)
        with duckdb.connect(str(file)) as connection:
            rows = connection.execute(
                "select intensity_week, contact_reason, market, rate_change_per_hundred_orders, mix_change_per_hundred_orders, "
                "excess_contact_count, excess_rank from drivers.rpt_contact_intensity_changes_by_reason_market_week"
            ).fetchall()
        found: dict[int, dict[Cell, Part]] = {}
        for week, reason, market, *values in rows:
            found.setdefault((week - FIRST) // WEEK, {})[reason, market] = Part(*values)
        yield found


def deliver(file: Path, delivered: list[Week]) -> None:
    contacts = [
        (reason, market, dt.datetime.combine(FIRST + number * WEEK, dt.time(12)) + dt.timedelta(days=each % 7))
        for number, week in enumerate(delivered)
        for (reason, market), count in week.contacts.items()
        for each in range(count)
    ]
    orders = [
        (market, count, FIRST + number * WEEK)
        for number, week in enumerate(delivered)
        for market, count in week.orders.items()
    ]
    tables = {
        "intermediate.int_contacts": (("contact_reason", "market", "created_at"), contacts),
        "intermediate.int_orders_by_day": (("market", "order_count", "ordered_date"), orders),
        "intermediate.int_entity_horizons": (
            ("entity_name", "first_incomplete_date"),
            [(entity, FIRST + len(delivered) * WEEK) for entity in ("tickets", "orders")],
        ),
        "core.dim_contact_reasons": (
            ("contact_reason", "reason_label", "owner"),
            [("other", "Other", "Head of Support")],
        ),
    }
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema intermediate; create schema core")
        for name, (columns, rows) in tables.items():
            # By way of Arrow: row by row it would take as long as everything else.
            table = pa.table(dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True)))
            connection.register("delivered", table)
            connection.execute(f"create table {name} as select * from delivered")
            connection.unregister("delivered")


def run(folder: Path) -> None:
    try:
        result = dbtRunner().invoke([
            "run", "--select", "int_contact_weeks_compared", "rpt_contact_intensity_changes_by_reason_market_week", "--quiet",
            "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT),
            "--target-path", str(folder / "target"), "--log-path", str(folder / "logs"),
        ])  # fmt: skip
    finally:
        DuckDBConnectionManager.close_all_connections()
    assert result.success, result.exception or [each.message for each in result.result.results]


def changes(delivered: list[Week]) -> dict[int, float]:
    """The change of each week that has one, in fractions until the end."""
    found = {}
    for number in range(2, len(delivered)):
        now, before = delivered[number].intensity, delivered[number - 1].intensity
        if now is not None and before is not None:
            found[number] = float(now - before)
    return found


def test_the_parts_add_up_to_the_change_to_a_billionth(
    parts: dict[int, dict[Cell, Part]], delivered: list[Week]
) -> None:
    expected = changes(delivered)
    assert set(parts) == set(expected)
    assert len(expected) > 250
    for week, change in expected.items():
        assert sum(part.rate + part.mix for part in parts[week].values()) == pytest.approx(change, rel=0, abs=1e-9), (
            week
        )


def test_the_other_way_round_each_part_is_the_same_with_the_other_sign(
    parts: dict[int, dict[Cell, Part]], delivered: list[Week]
) -> None:
    """Neither week is the measure of the other: no part is left over that belongs to the order in which they are taken."""
    compared = 0
    for there in range(2, 3 * TRIPLES + 1, 3):
        back = there + 1
        assert (there in parts) == (back in parts)
        for cell, part in parts.get(there, {}).items():
            assert (parts[back][cell].rate, parts[back][cell].mix) == pytest.approx((-part.rate, -part.mix), abs=1e-9)
            compared += 1
    assert compared > 1000


def test_excess_is_what_last_weeks_rate_would_not_have_given(
    parts: dict[int, dict[Cell, Part]], delivered: list[Week]
) -> None:
    for week, found in parts.items():
        now, before = delivered[week], delivered[week - 1]
        for (reason, market), part in found.items():
            if before.orders[market]:
                expected = Fraction(before.contacts[reason, market] * now.orders[market], before.orders[market])
                assert part.excess == pytest.approx(float(now.contacts[reason, market] - expected), abs=1e-6)


def test_the_first_part_went_furthest_the_way_that_all_went(
    parts: dict[int, dict[Cell, Part]], delivered: list[Week]
) -> None:
    for week, change in changes(delivered).items():
        ranked = sorted(parts[week].values(), key=lambda part: part.rank)
        assert [part.rank for part in ranked] == list(range(1, len(ranked) + 1))
        excesses = [part.excess if change >= 0 else -part.excess for part in ranked]
        assert excesses == sorted(excesses, reverse=True)


def test_where_only_the_mix_changed_nobodys_rate_is_blamed(parts: dict[int, dict[Cell, Part]]) -> None:
    mix, rate, nothing = (parts[3 * TRIPLES + number] for number in (2, 3, 4))
    assert {cell: (round(part.rate, 9), round(part.mix, 9)) for cell, part in mix.items() if cell[0] == "other"} == {
        ("other", "AA"): (0.0, -2.5),
        ("other", "BB"): (0.0, -2.5),
    }
    assert {cell: (round(part.rate, 9), part.mix) for cell, part in rate.items()} == {
        ("other", "AA"): (15.0, 0.0),
        ("other", "BB"): (0.0, 0.0),
    }
    assert {(part.rate, part.mix, part.excess) for part in nothing.values()} == {(0.0, 0.0, 0.0)}
