"""Satisfaction, effort and the agents' view of the simulated marketplace, scored against what the world wrote down.

Each figure is determined by the data, so each must be exact, but for what the tests themselves call an estimate.
"""

import json
from typing import Any

import duckdb
import numpy as np
import pytest

from orchestration.demo.stand_ins.zendesk_people import agent_number
from orchestration.publish import agent_file_name, connect_published
from orchestration.settings import Home


@pytest.fixture(scope="module")
def published(demo_home: Home):
    with connect_published(demo_home.published_file) as connection:
        yield connection


def rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple]:
    return connection.execute(sql).fetchall()


def in_the_helpdesk(agent: str) -> str:
    """An agent of the world by the number, or the key, that the demo's helpdesk gives."""
    source, _, name = agent.rpartition(":")
    return f"{source}:{agent_number(name)}" if source else str(agent_number(name))


def test_satisfaction_by_every_dimension_and_month(published, truth: dict[str, Any]):
    ours = rows(
        published,
        "select dimension_name, dimension_value, cast(csat_month as varchar), positive_count, neutral_count, negative_count, "
        "offered_count from direct.rpt_csat_by_dimension_month order by all",
    )
    expected = [
        (name, in_the_helpdesk(value) if name == "agent" and ":" in value else value, *rest)
        for name, value, *rest in truth["csat_by_dimension_month"]
    ]
    assert ours == sorted(expected)


def test_every_dimension_holds_every_answer_once(published):
    totals = rows(
        published,
        "select sum(response_count), sum(positive_count), sum(offered_count) from direct.rpt_csat_by_dimension_month "
        "group by dimension_name",
    )
    assert len(totals) == 8
    assert len(set(totals)) == 1


def test_effort_on_each_scale(published, truth: dict[str, Any]):
    found = rows(
        published,
        "select scale, sum(offered_count), sum(response_count), sum(total_ces_score), sum(easy_count), sum(index_top_count), "
        "sum(index_bottom_count), sum(agent_effort_response_count), sum(total_agent_effort_score), "
        "sum(agent_effort_agreed_count) from direct.rpt_ces_by_market_month group by scale",
    )

    def count(by_score: dict[str, int], *scores: int) -> int:
        return sum(by_score.get(str(score), 0) for score in scores)

    def total(by_score: dict[str, int]) -> int | None:
        return sum(int(score) * number for score, number in by_score.items()) or None

    expected = {}
    for scale, easy, top, bottom in (("ces_1", (1, 2), (), ()), ("ces_2", (5, 6, 7), (6, 7), (1, 2, 3))):
        one = truth["ces"][scale]
        answers, tried = one["responses_by_score"], one["agent_effort_by_score"]
        expected[scale] = (
            one["offered_count"], sum(answers.values()), total(answers), count(answers, *easy), count(answers, *top),
            count(answers, *bottom), sum(tried.values()), total(tried), count(tried, 5, 6, 7),
        )  # fmt: skip
    assert {row[0]: row[1:] for row in found} == expected


def test_every_rating_has_the_owner_that_the_rules_give_it(published, truth: dict[str, Any]):
    ours = rows(
        published,
        "select rating_owner, cast(responded_week as varchar), positive_count, response_count "
        "from direct.rpt_csat_by_owner_week order by all",
    )
    assert ours == [tuple(row) for row in truth["csat_by_owner_week"]]


def test_every_week_of_every_agent(published, truth: dict[str, Any]):
    columns = truth["agents"]["columns"]
    ours = rows(
        published,
        f"select split_part(agent_key, ':', 2) as agent_id, cast(worked_week as varchar) as week, {', '.join(columns[2:])} "
        "from direct.rpt_agent_performance_by_week order by agent_id, week",
    )
    assert ours == sorted((in_the_helpdesk(agent), *rest) for agent, *rest in truth["agents"]["weeks"])


def test_a_failure_of_the_product_is_no_agents_fault(published):
    """Unless the customer says that it was the agent (rule 60), no rating of such a contact is an agent's, good or bad."""
    found = rows(
        published,
        "select distinct responses.owner_rule_rank from core.fct_csat_responses as responses "
        "inner join core.fct_tickets as tickets using (ticket_key) "
        "where tickets.contact_reason in ('app_problem', 'payment_problem') and responses.rating_owner = 'agent'",
    )
    assert set(found) <= {(60,)}


@pytest.mark.slow
def test_what_is_the_agents_own_follows_their_skill(tmp_path, support_metrics):
    """An estimate: at full size, two years of own ratings order the agents much as the world made them.

    The demo's marketplace is a fifth of that: an agent has some ten ratings there, which say nothing.
    """
    home = Home(tmp_path / "home")
    made = support_metrics(home.path, "demo", "--scale", "1")
    assert made.returncode == 0, made.stdout
    truth = json.loads((home.path / "truth.json").read_text())
    with connect_published(home.published_file) as connection:
        found = rows(
            connection,
            "select split_part(agent_key, ':', 2), avg(case when rating = 'positive' then 1 else 0 end) "
            "from core.fct_csat_responses where rating_owner = 'agent' group by 1 having count(*) >= 20",
        )
    by_number = {in_the_helpdesk(agent): skill for agent, skill in truth["agents"]["skills"].items()}
    assert len(found) > 15
    assert rank_correlation([by_number[agent] for agent, _ in found], [share for _, share in found]) > 0.4


def rank_correlation(one: list[float], other: list[float]) -> float:
    def ranks(values: list[float]) -> np.ndarray:
        return np.argsort(np.argsort(values))

    return float(np.corrcoef(ranks(one), ranks(other))[0, 1])


def test_every_present_agent_has_a_file_of_the_own(demo_home: Home, published):
    present = rows(
        published,
        "select agent_key from core.dim_agents where employment is distinct from 'bot' and (left_date is null or left_date >= date '2026-11-01')",
    )
    files = {path.name for path in (demo_home.published / "agents").iterdir()}
    assert files == {agent_file_name(key) for (key,) in present}
    assert files
