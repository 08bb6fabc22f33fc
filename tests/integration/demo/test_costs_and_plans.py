"""Costs, plans and the strategy of the demo: what must add up, and the paths made again in Python.

The figures themselves are held against the world's truth by `support-metrics score` (test_scoring).
"""

import csv
import statistics
from collections.abc import Iterator
from datetime import date, timedelta

import duckdb
import pytest

from orchestration.publish import connect_published
from orchestration.settings import PROJECT, Home

WEEK = timedelta(days=7)


@pytest.fixture(scope="module")
def published(demo_home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect_published(demo_home.published_file) as connection:
        yield connection


def number(connection: duckdb.DuckDBPyConnection, sql: str) -> float:
    return connection.execute(sql).fetchall()[0][0]


# Of a cost that is published as a floating-point number, the decimal that it was summed as.
EXACT = "sum(cast(caused_cost_usd as decimal(38, 9)))"


def test_all_that_people_cost_is_somebodys(published: duckdb.DuckDBPyConnection) -> None:
    """By reason, owner, channel, tier and stretch of work: to the last decimal the same, and it is the whole cost of the team."""
    by_report = {
        source: number(published, f"select {EXACT} from {source}")
        for source in (
            "core.fct_handle_times", "secondary.rpt_contacts_by_reason_month", "drivers.rpt_owners_by_month",
            "secondary.rpt_support_costs_by_channel_week", "secondary.rpt_support_costs_by_tier_month",
        )
    }  # fmt: skip
    assert len(set(by_report.values())) == 1, by_report
    paid = number(published, "select sum(loaded_cost_usd) from core.fct_agent_workdays")
    stretches = number(published, "select count(*) from core.fct_handle_times")
    assert abs(float(by_report["core.fct_handle_times"]) - paid) < stretches * 0.5e-9 + 1e-6


def test_a_month_costs_the_same_in_every_report(published: duckdb.DuckDBPyConnection) -> None:
    """Who compares the owners' months with those of tiers, of reasons or with the facts sees one figure."""
    months = [
        dict(published.execute(f"select {month}, {EXACT} from {source} group by 1 having {EXACT} > 0").fetchall())
        for source, month in (
            ("core.fct_handle_times", "cast(date_trunc('month', worked_date) as date)"),
            ("secondary.rpt_contacts_by_reason_month", "created_month"),
            ("drivers.rpt_owners_by_month", "created_month"),
            ("secondary.rpt_support_costs_by_tier_month", "cost_month"),
        )
    ]
    assert len(months[0]) >= 24
    assert months[1:] == months[:1] * 3


def test_bugs_cost_their_share_of_their_reasons(published: duckdb.DuckDBPyConnection) -> None:
    """No reason's bugs cost more in a month than the reason, and what only bugs have costs the same in both reports."""
    rows = published.execute(
        f"""
        with bugs as (
            select contact_reason, created_month, {EXACT} as usd, sum(timed_contact_count) as contacts
            from secondary.rpt_bug_reports_by_month group by all
        )
        select bugs.usd, cast(reasons.caused_cost_usd as decimal(38, 9)), bugs.contacts = reasons.timed_contact_count
        from bugs
        inner join secondary.rpt_contacts_by_reason_month as reasons using (contact_reason, created_month)
        where bugs.usd is not null
        """
    ).fetchall()
    assert len(rows) > 30
    assert all(usd <= of_reason for usd, of_reason, _ in rows)
    whole = [(usd, of_reason) for usd, of_reason, is_whole in rows if is_whole]
    assert len(whole) > 10
    assert all(usd == of_reason for usd, of_reason in whole)


def test_cost_per_conversation_is_cost_per_interaction_times_interactions(published: duckdb.DuckDBPyConnection) -> None:
    rows = published.execute(
        "select cost_usd_per_interaction * interactions_per_resolution, cost_usd_per_conversation "
        "from secondary.rpt_support_costs_by_channel_week where cost_usd_per_interaction > 0 and resolved_contact_count > 0"
    ).fetchall()
    assert len(rows) > 400
    assert [row[0] for row in rows] == pytest.approx([row[1] for row in rows])


def test_need_and_people_add_up_over_markets(published: duckdb.DuckDBPyConnection) -> None:
    """What is there today is what was paid: no hour is given to two markets."""
    there = number(
        published,
        "select sum(present_full_time_equivalents) from drivers.rpt_hiring_plans_by_market_week "
        "where scenario_rank = 1 and weeks_ahead_count = 0",
    )
    paid = number(
        published,
        "select avg(paid_hours) from (select paid_hours from direct.rpt_occupancies_by_week where is_complete "
        "order by work_week desc limit 13)",
    )
    assert there == pytest.approx(paid / 40)


def test_who_has_signed_is_there_from_the_first_day_on(published: duckdb.DuckDBPyConnection) -> None:
    """The demo's own seed: 12 hours a week from 16 November in the US, and half of them while learning."""
    joining = dict(
        published.execute(
            "select plan_week, joining_full_time_equivalents from drivers.rpt_hiring_plans_by_market_week "
            "where scenario_rank = 1 and market = 'US'"
        ).fetchall()
    )
    first = date(2026, 11, 16)
    assert joining[first - WEEK] == 0
    assert joining[first] == pytest.approx(0.5 * 12 / 40)
    assert joining[first + 6 * WEEK] == pytest.approx(12 / 40)
    assert number(
        published,
        "select count(*) from drivers.rpt_hiring_plans_by_market_week where joining_full_time_equivalents > 0 "
        "and available_full_time_equivalents > staying_full_time_equivalents",
    ) == number(
        published,
        "select count(*) from drivers.rpt_hiring_plans_by_market_week where joining_full_time_equivalents <> 0",
    )


def test_a_scenario_moves_need_alone_and_in_proportion(published: duckdb.DuckDBPyConnection) -> None:
    rows = published.execute(
        "select scenario_name, avg(needed_full_time_equivalents), avg(staying_full_time_equivalents) "
        "from drivers.rpt_hiring_plans_by_market_week group by scenario_name"
    ).fetchall()
    needed = {name: need for name, need, _ in rows}
    assert needed["a tenth fewer contacts"] == pytest.approx(0.9 * needed["as forecast"])
    assert needed["a tenth less handle time"] == pytest.approx(0.9 * needed["as forecast"])
    assert needed["a tenth more customers"] == pytest.approx(1.1 * needed["as forecast"])
    assert len({round(staying, 9) for *_, staying in rows}) == 1


def test_the_strategys_paths(published: duckdb.DuckDBPyConnection) -> None:
    """Straight lines from the measured baseline to the dated target, from the scorecard's own values."""
    values: dict[str, dict[date, float]] = {}
    for name, week, value in published.execute(
        "select metric_name, scorecard_week, value from drivers.rpt_scorecard_by_week where is_complete and value is not null"
    ).fetchall():
        values.setdefault(name, {})[week] = value
    with (PROJECT / "seeds" / "strategy_objectives.csv").open(newline="") as file:
        objectives = list(csv.DictReader(file))
    compared = 0
    for row in objectives:
        known = values.get(row["metric_name"])
        if known is None:
            continue
        since, until = date.fromisoformat(row["baseline_date"]), date.fromisoformat(row["target_date"])
        before = [known[since - number * WEEK] for number in range(1, 5) if since - number * WEEK in known]
        start, target = statistics.fmean(before), float(row["target_value"])
        found = published.execute(
            "select objective_week, path_value from drivers.rpt_strategy_objectives_by_week where objective_rank = ? "
            "and objective_week >= baseline_date",
            [int(row["objective_rank"])],
        ).fetchall()
        for week, path in found:
            share = min((week + WEEK - since).days / (until - since).days, 1)
            assert path == pytest.approx(start + (target - start) * share)
            compared += 1
    assert compared > 300


def test_what_the_documents_believe_in_is_in_it_and_known(published: duckdb.DuckDBPyConnection) -> None:
    rows = dict(
        published.execute(
            "select customers_do, count(value) from drivers.rpt_strategy_objectives_by_week "
            "where objective_name = 'Answer within two hours' group by customers_do"
        ).fetchall()
    )
    assert set(rows) == {"keep their subscription", "order more", "recommend us"}
    assert all(rows.values())
