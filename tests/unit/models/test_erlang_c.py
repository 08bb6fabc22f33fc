"""Erlang C in SQL against the recursion of Erlang B in Python, for one to five hundred agents."""

import math
import random
from pathlib import Path

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from orchestration.settings import PROJECT, QUIET

MOST = 500
QUERY = "{{ erlang_c('loads', ['case_id'], 'erlangs', 'handle_seconds', 'target_seconds') }}"


def erlang_c(agents: int, erlangs: float) -> float:
    """The share that waits, by the recursion 1 / B(n) = 1 + n / (a B(n - 1)), which adds positive terms only."""
    if erlangs >= agents:
        return 1.0
    inverse = 1.0
    for number in range(1, agents + 1):
        inverse = 1 + inverse * number / erlangs
    loss = 1 / inverse
    return loss / (1 - erlangs / agents * (1 - loss))


@pytest.fixture(scope="module")
def query(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The macro's statement, as dbt compiles it."""
    folder: Path = tmp_path_factory.mktemp("erlang")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in QUIET.items():
            patch.setenv(name, value)
        patch.setenv("SUPPORT_METRICS_WAREHOUSE", str(folder / "warehouse.duckdb"))
        patch.setenv("SUPPORT_METRICS_TEMP_DIRECTORY", str(folder / "temp"))
        done = dbtRunner().invoke(
            [
                "--quiet", "compile", "--inline", QUERY, "--no-introspect", "--project-dir", str(PROJECT),
                "--profiles-dir", str(PROJECT), "--target-path", str(folder / "target"), "--log-path", str(folder),
            ]
        )  # fmt: skip
        DuckDBConnectionManager.close_all_connections()
    assert done.success, done.exception
    return done.result.results[0].node.compiled_code


@pytest.fixture(scope="module")
def answers(query: str) -> dict[tuple[int, int], tuple[float, float, float, float, int, int]]:
    """Per case and number of agents: wait, in time, occupancy, erlangs, handle seconds, target seconds."""
    rng = random.Random(20261122)
    cases = [
        (0, 100 * 600 / 1800, 600, 20),
        (1, 1e-6, 60, 20),
        (2, 499.999, 300, 0),
        (3, 480.0, 300, 20),
        (4, 5000.0, 60, 9),
    ]
    cases += [
        (number, math.exp(rng.uniform(math.log(0.01), math.log(499))), rng.randint(5, 3600), rng.randint(0, 300))
        for number in range(5, 60)
    ]
    with duckdb.connect() as connection:
        connection.execute(
            "create table loads (case_id bigint, erlangs double, handle_seconds bigint, target_seconds bigint)"
        )
        connection.executemany("insert into loads values (?, ?, ?, ?)", cases)
        rows = connection.execute(
            f"select case_id, agent_count, wait_ratio, in_time_ratio, occupancy_ratio, erlangs, handle_seconds, target_seconds "
            f"from ({query}) inner join loads using (case_id)"
        ).fetchall()
    assert len(rows) == len(cases) * MOST
    return {row[:2]: row[2:] for row in rows}


def test_golden_values(answers: dict) -> None:
    wait, in_time, occupancy, *_ = answers[0, 39]
    assert round(wait, 4) == 0.2540
    assert round(in_time, 4) == 0.7897
    assert round(occupancy, 3) == 0.855
    assert round(answers[0, 40][1], 4) == 0.8473


def test_sql_agrees_with_the_recursion(answers: dict) -> None:
    for (_, agents), (wait, in_time, _, erlangs, handle, target) in answers.items():
        expected = erlang_c(agents, erlangs)
        assert wait == pytest.approx(expected, rel=1e-9, abs=1e-300)
        over = 0.0 if erlangs >= agents else 1 - expected * math.exp(-(agents - erlangs) * target / handle)
        assert in_time == pytest.approx(over, rel=1e-9, abs=1e-9)


def test_shares_are_shares_and_more_agents_never_make_it_worse(answers: dict) -> None:
    for (case, agents), (wait, in_time, occupancy, *_) in answers.items():
        assert 0 <= wait <= 1
        assert 0 <= in_time <= 1
        assert 0 <= occupancy <= 1
        if agents > 1:
            assert wait <= answers[case, agents - 1][0] + 1e-12
            assert in_time >= answers[case, agents - 1][1] - 1e-12
