"""Whether a change did anything: where contacts come in bursts, an interval that knows of it promises what it can keep.

2,000 changes without any effect are drawn whose weeks scatter three times as much as chance alone, as many that halve the contacts,
and the project's own SQL judges them. The dispersion is that of the 26 weeks before, as `int_change_dispersions` measures it
(which a unit test of the model holds).
"""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from orchestration.settings import PROJECT, QUIET

SEED, CHANGES, WEEKS, QUIET_WEEKS = 20261122, 2_000, 8, 26
OWN, OTHERS, DISPERSION = 30.0, 200.0, 3.0
"""Contacts a week of the reason and of the untouched ones, and the variance of the former by its mean."""
COUNTS = ("before", "after", "other_before", "other_after")


@pytest.fixture(scope="module")
def sql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Both ends of the interval, as dbt writes the macro for DuckDB."""
    folder: Path = tmp_path_factory.mktemp("change effects")
    ends = ", ".join(
        f"{{{{ adjusted_rate_ratio({', '.join(map(repr, COUNTS))}, '{side}', 'dispersion') }}}} as {side}"
        for side in ("low", "high")
    )
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**QUIET, "SUPPORT_METRICS_WAREHOUSE": str(folder / "warehouse.duckdb")}.items():
            patch.setenv(name, value)
        try:
            done = dbtRunner().invoke([
                "compile", "--inline", f"select {ends} from simulated", "--quiet", "--project-dir", str(PROJECT),
                "--profiles-dir", str(PROJECT), "--target-path", str(folder / "target"), "--log-path", str(folder / "logs"),
            ])  # fmt: skip
        finally:
            DuckDBConnectionManager.close_all_connections()
        assert done.exception is None, done.exception
        yield done.result.results[0].node.compiled_code


def drawn(effect: float) -> tuple[np.ndarray, np.ndarray]:
    """The four counts of each change, and its dispersion (Pearson's, at least 1)."""
    rng = np.random.default_rng(SEED)

    def weeks(mean: float, number: int) -> np.ndarray:
        # Poisson with a mean that is gamma: the variance is the dispersion times the mean.
        return rng.poisson(rng.gamma(mean / (DISPERSION - 1), DISPERSION - 1, (CHANGES, number)))

    quiet, others = weeks(OWN, QUIET_WEEKS), rng.poisson(OTHERS, (CHANGES, QUIET_WEEKS))
    everybody = quiet + others
    expected = everybody * quiet.sum(1, keepdims=True) / everybody.sum(1, keepdims=True)
    dispersion = np.maximum(((quiet - expected) ** 2 / expected).sum(1) / (QUIET_WEEKS - 1), 1)
    counts = [
        weeks(OWN, WEEKS).sum(1), weeks(OWN * effect, WEEKS).sum(1),
        rng.poisson(OTHERS * WEEKS, CHANGES), rng.poisson(OTHERS * WEEKS, CHANGES),
    ]  # fmt: skip
    return np.stack(counts, axis=1), dispersion


def fewer_and_more(sql: str, counts: np.ndarray, dispersion: np.ndarray) -> tuple[float, float]:
    """The shares of changes of which the interval says so."""
    with duckdb.connect() as connection:
        connection.execute(
            f"create table simulated ({', '.join(f'{name} bigint' for name in COUNTS)}, dispersion double)"
        )
        rows = [(*each, factor) for each, factor in zip(counts.tolist(), dispersion.tolist(), strict=True)]
        connection.executemany("insert into simulated values (?, ?, ?, ?, ?)", rows)
        fewer, more = connection.execute(f"select avg((high < 1)::int), avg((low > 1)::int) from ({sql})").fetchall()[0]
    return fewer, more


def test_of_changes_without_an_effect_few_are_said_to_have_one(sql: str) -> None:
    """One in twenty is promised; that the dispersion is itself an estimate costs two or three more."""
    counts, dispersion = drawn(effect=1.0)
    assert sum(fewer_and_more(sql, counts, dispersion)) == pytest.approx(0.065, abs=0.025)
    assert sum(fewer_and_more(sql, counts, np.ones(CHANGES))) > 0.2, (
        "chance alone is not enough: the test has lost its point"
    )


def test_a_change_that_halves_the_contacts_is_seen(sql: str) -> None:
    fewer, more = fewer_and_more(sql, *drawn(effect=0.5))
    assert fewer > 0.9
    assert more == 0.0
