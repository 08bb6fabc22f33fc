"""Whether a net promoter score changed: where nothing changed, the verdict says so as often as it promises.

1,000 pairs of quarters are drawn in which each answer has the same chances before and after, and the project's own SQL judges
them in one query; then as many in which the score moves.
"""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from orchestration.settings import PROJECT, QUIET

SEED, PAIRS, RESPONSES, MINIMUM = 20261122, 1_000, 150, 30
CHANCES, WORSE = (0.45, 0.33, 0.22), (0.30, 0.33, 0.37)
"""Of promoters, passives and detractors; the second is 30 points below the first."""
COLUMNS = ("promoters", "detractors", "responses", "earlier_promoters", "earlier_detractors", "earlier_responses")
VERDICTS = f"select {{{{ net_promoter_change_verdict({', '.join(map(repr, COLUMNS))}, {MINIMUM}) }}}} as verdict from simulated"


@pytest.fixture(scope="module")
def sql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The macro as dbt writes it for DuckDB."""
    folder: Path = tmp_path_factory.mktemp("nps verdicts")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**QUIET, "SUPPORT_METRICS_WAREHOUSE": str(folder / "warehouse.duckdb")}.items():
            patch.setenv(name, value)
        try:
            done = dbtRunner().invoke([
                "compile", "--inline", VERDICTS, "--quiet", "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT),
                "--target-path", str(folder / "target"), "--log-path", str(folder / "logs"),
            ])  # fmt: skip
        finally:
            DuckDBConnectionManager.close_all_connections()
        assert done.exception is None, done.exception
        yield done.result.results[0].node.compiled_code


def judged(sql: str, earlier: tuple[float, ...], later: tuple[float, ...]) -> dict[str, float]:
    """The share of each verdict among pairs of which the quarters were drawn with these chances."""
    rng = np.random.default_rng(SEED)
    before, after = (rng.multinomial(RESPONSES, chances, PAIRS) for chances in (earlier, later))
    with duckdb.connect() as connection:
        connection.execute(f"create table simulated ({', '.join(f'{column} bigint' for column in COLUMNS)})")
        counts = [after[:, 0], after[:, 2], after.sum(axis=1), before[:, 0], before[:, 2], before.sum(axis=1)]
        connection.executemany("insert into simulated values (?, ?, ?, ?, ?, ?)", np.stack(counts, axis=1).tolist())
        found = connection.execute(f"select verdict, count(*) from ({sql}) group by verdict").fetchall()
    return {verdict: count / PAIRS for verdict, count in found}


def test_of_a_thousand_quarters_without_a_change_about_one_in_twenty_is_said_to_have_changed(sql: str):
    shares = judged(sql, CHANCES, CHANCES)
    assert set(shares) <= {"up", "down", "noise"}
    assert abs(1 - shares["noise"] - 0.05) <= 0.015, shares


def test_a_change_of_thirty_points_is_seen_as_often_as_it_can_be(sql: str):
    """It is 3.25 standard errors, of which 1.96 are needed: in 90 of 100 pairs."""
    assert judged(sql, CHANCES, WORSE)["down"] == pytest.approx(0.90, abs=0.03)
    assert judged(sql, WORSE, CHANCES)["up"] == pytest.approx(0.90, abs=0.03)
