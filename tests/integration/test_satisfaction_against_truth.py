"""Satisfaction, effort and the agents' view of the simulated marketplace, scored against what the world wrote down.

Each figure is determined by the data, so each must be exact, but for what the tests themselves call an estimate.
"""

from typing import Any

import duckdb
import pytest

from orchestration.publish import connect_published
from orchestration.settings import Home


@pytest.fixture(scope="module")
def published(demo_home: Home):
    with connect_published(demo_home.published_file) as connection:
        yield connection


def rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple]:
    return connection.execute(sql).fetchall()


def test_satisfaction_by_every_dimension_and_month(published, truth: dict[str, Any]):
    ours = rows(
        published,
        "select dimension_name, dimension_value, cast(csat_month as varchar), positive_count, neutral_count, negative_count, "
        "offered_count from direct.rpt_csat_by_dimension_month order by all",
    )
    assert ours == sorted(tuple(row) for row in truth["csat_by_dimension_month"])


def test_every_dimension_holds_every_answer_once(published):
    totals = rows(
        published,
        "select sum(response_count), sum(positive_count), sum(offered_count) from direct.rpt_csat_by_dimension_month "
        "group by dimension_name",
    )
    assert len(totals) == 8
    assert len(set(totals)) == 1
