"""The completed estimates of first-contact resolution and of the survey's response rate: do their intervals hold the truth?

200 desks are drawn, and the project's own models are asked about each: compiled once, run over simulated tables under their own
names. No estimator is written here a second time.
"""

from collections.abc import Iterator
from math import log
from pathlib import Path
from statistics import NormalDist
from typing import NamedTuple

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from orchestration.settings import PROJECT, QUIET

SEEDS = range(200)
DAY = 86400
DAYS, A_DAY = 180, 15
WEEK, HORIZON = "2026-06-15", np.datetime64("2026-06-22", "s")
"""The newest week that is over, a Monday; what is known ends with it."""
AGAIN_RATE, AGAIN_MEDIAN_DAYS, AGAIN_SIGMA = 0.15, 5.0, 0.9
ANSWER_RATE, ANSWER_MEDIAN_DAYS, ANSWER_SIGMA = 0.26, 1.5, 1.2
CHANGED_SHARE = 0.035
MODELS = ("int_contact_delays", "fct_survey_invitations", "rpt_csat_by_market_week", "rpt_next_contacts_by_week")


class Estimate(NamedTuple):
    """A share so far, what it will come to, the interval of that, F at the youngest member's age, and whether that is enough."""

    bare: float | None
    completed: float | None
    low: float | None
    high: float | None
    maturity: float | None
    is_mature: bool


def within(days: float, rate: float, median_days: float, sigma: float) -> float:
    """The share of members whose case comes within so many days: the log-normal distribution's own."""
    return rate * NormalDist().cdf(log(days / median_days) / sigma)


TRUTH = (
    1 - within(7, AGAIN_RATE, AGAIN_MEDIAN_DAYS, AGAIN_SIGMA),
    1 - within(30, AGAIN_RATE, AGAIN_MEDIAN_DAYS, AGAIN_SIGMA),
    within(30, ANSWER_RATE, ANSWER_MEDIAN_DAYS, ANSWER_SIGMA),
)


def members(
    rng: np.random.Generator, rate: float, median_days: float, sigma: float, days: int = DAYS, a_day: int = A_DAY
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Members spread evenly over the days before the end: seconds watched; seconds to the case; whether it is seen."""
    count = a_day * days
    watched = rng.uniform(0, days * DAY, count).astype(np.int64)
    lag = (median_days * DAY * np.exp(sigma * rng.standard_normal(count))).astype(np.int64)
    return watched, lag, (rng.random(count) < rate) & (lag < watched)


def next_contacts(rng: np.random.Generator, days: int = DAYS, a_day: int = A_DAY) -> pa.Table:
    """Resolved contacts and the same issue again, as int_next_contacts and fct_tickets have them."""
    watched, lag, is_seen = members(rng, AGAIN_RATE, AGAIN_MEDIAN_DAYS, AGAIN_SIGMA, days, a_day)
    again = pa.array(lag, mask=~is_seen)
    return pa.table({
        "ticket_key": pa.array(np.arange(len(watched))).cast(pa.string()),
        "market": pa.repeat("DE", len(watched)),
        "next_contact_calendar_seconds": again,
        "next_same_contact_calendar_seconds": again,
        "same_issue_calendar_seconds": again,
        "followed_calendar_seconds": watched,
        "first_resolved_at": HORIZON - watched.astype("timedelta64[s]"),
    })  # fmt: skip


def invitations(rng: np.random.Generator, days: int = DAYS, a_day: int = A_DAY) -> pa.Table:
    """Satisfaction surveys as int_survey_invitations_answered has them; some answers are changed within five days."""
    watched, lag, is_seen = members(rng, ANSWER_RATE, ANSWER_MEDIAN_DAYS, ANSWER_SIGMA, days, a_day)
    later = lag + rng.integers(1, 5 * DAY, len(lag))
    is_changed = is_seen & (rng.random(len(lag)) < CHANGED_SHARE) & (later < watched)
    nothing = pa.nulls(len(lag), pa.string())
    return pa.table({
        **dict.fromkeys(
            ("invitation_key", "ticket_key", "customer_key", "source_name", "scale", "exclusion_reason"), nothing
        ),
        "survey_type": pa.repeat("csat", len(lag)),
        "market": pa.repeat("DE", len(lag)),
        "csat_rating": pa.repeat("positive", len(lag)),
        "first_rating_calendar_seconds": pa.array(lag, mask=~is_seen),
        "last_rating_calendar_seconds": pa.array(np.where(is_changed, later, lag), mask=~is_seen),
        "watched_calendar_seconds": watched,
        "has_csat_rating": is_seen,
        "has_ces_response": np.zeros(len(lag), dtype=np.bool_),
        "is_ces_easy": np.zeros(len(lag), dtype=np.bool_),
        "offered_at": HORIZON - watched.astype("timedelta64[s]"),
    })  # fmt: skip


class Desk:
    """The project's SQL, compiled once, and the tables that it reads."""

    def __init__(self, folder: Path) -> None:
        try:
            result = dbtRunner().invoke([
                "compile", "--select", *MODELS, "--vars", "{reporting_time_zone: UTC}", "--quiet", "--project-dir", str(PROJECT),
                "--profiles-dir", str(PROJECT), "--target-path", str(folder / "target"), "--log-path", str(folder / "logs"),
            ])  # fmt: skip
        finally:
            DuckDBConnectionManager.close_all_connections()
        assert result.success, result.exception
        self._sql = {each.node.name: each.node.compiled_code for each in result.result.results}
        self._connection = duckdb.connect()
        self._connection.execute(
            "set threads = 1; set timezone = 'UTC'; attach ':memory:' as warehouse; "
            "create schema warehouse.intermediate; create schema warehouse.core"
        )
        self._connection.execute(
            "create table warehouse.intermediate.int_entity_horizons as select entity_name, "
            f"date '{HORIZON.astype('datetime64[D]')}' as first_incomplete_date "
            "from (values ('tickets'), ('csat_responses')) as entities (entity_name)"
        )
        self._connection.execute(
            "create table warehouse.core.fct_csat_responses (market varchar, rating varchar, responded_date date); "
            "create table warehouse.intermediate.int_agent_replies (ticket_key varchar, agent_key varchar, "
            "agent_team_name varchar, replied_at timestamp, next_replied_at timestamp)"
        )

    def _fill(self, table: str, rows: pa.Table) -> None:
        self._connection.register("rows", rows)
        self._connection.execute(f"create or replace table warehouse.{table} as select * from rows")

    def _run(self, schema: str, model: str) -> None:
        self._connection.execute(f"create or replace table warehouse.{schema}.{model} as {self._sql[model]}")

    def estimates(self, contacts: pa.Table, offers: pa.Table) -> list[Estimate]:
        """Of the newest week: first-contact resolution within seven and thirty days, one less the failures; answers to the survey."""
        self._fill("intermediate.int_next_contacts", contacts)
        self._fill("core.fct_tickets", contacts)
        self._fill("intermediate.int_survey_invitations_answered", offers)
        self._run("intermediate", "int_contact_delays")
        self._run("core", "fct_survey_invitations")
        resolutions = self._connection.execute(
            "select 1 - same_issue_count / followed_count, first_contact_resolved_completed_ratio, "
            "first_contact_resolved_completed_low_ratio, first_contact_resolved_completed_high_ratio, maturity_ratio, is_mature "
            f"from ({self._sql['rpt_next_contacts_by_week']}) "
            f"where window_days in (7, 30) and resolved_week = date '{WEEK}' order by window_days"
        ).fetchall()
        responses = self._connection.execute(
            "select response_ratio, response_completed_ratio, response_completed_low_ratio, response_completed_high_ratio, "
            f"maturity_ratio, is_mature from ({self._sql['rpt_csat_by_market_week']}) where csat_week = date '{WEEK}'"
        ).fetchall()
        assert [len(resolutions), len(responses)] == [2, 1]
        return [Estimate(*row) for row in resolutions + responses]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("completed_support")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in QUIET.items():
            patch.setenv(name, value)
        patch.setenv("SUPPORT_METRICS_WAREHOUSE", str(folder / "warehouse.duckdb"))
        patch.setenv("SUPPORT_METRICS_TEMP_DIRECTORY", str(folder / "temp"))
        yield Desk(folder)


@pytest.fixture(scope="module")
def found(desk: Desk) -> np.ndarray:
    """By seed and by what is estimated: bare, completed, low, high."""
    estimates = []
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        estimates.append([each[:4] for each in desk.estimates(next_contacts(rng), invitations(rng))])
    return np.array(estimates, dtype=np.float64)


WHICH = pytest.mark.parametrize("which", [0, 1, 2], ids=["resolution_7_days", "resolution_30_days", "response_rate"])


@WHICH
def test_the_interval_covers_the_truth(found: np.ndarray, which: int) -> None:
    covered = (found[:, which, 2] <= TRUTH[which]) & (found[:, which, 3] >= TRUTH[which])
    assert len(covered) == len(SEEDS)
    assert covered.mean() >= 0.90
    # An interval that is wider than it must be covers too, and says nothing: 95 % is meant.
    assert covered.mean() <= 0.99


@WHICH
def test_the_estimate_is_right_on_average(found: np.ndarray, which: int) -> None:
    """The bare share of the newest week is far off; the estimate is within three standard errors of the mean of so many."""
    error = found[:, which, 1].std() / np.sqrt(len(found))
    assert abs(found[:, which, 1].mean() - TRUTH[which]) < 3 * error
    assert abs(found[:, which, 0].mean() - TRUTH[which]) > 10 * error


def test_a_week_that_has_just_ended_is_not_mature(desk: Desk) -> None:
    rng = np.random.default_rng(0)
    for estimate in desk.estimates(next_contacts(rng), invitations(rng)):
        assert estimate.maturity is not None
        assert estimate.maturity < 0.05
        assert not estimate.is_mature


def test_a_history_without_a_closed_window_teaches_nothing(desk: Desk) -> None:
    """In 29 days nothing has been watched for thirty: no estimate, and not one that says that all have come."""
    rng = np.random.default_rng(0)
    for bare, *completed, is_mature in desk.estimates(next_contacts(rng, days=29), invitations(rng, days=29)):
        assert 0 < bare < 1
        assert completed == [None] * 4
        assert not is_mature


def test_too_few_cases_teach_nothing(desk: Desk) -> None:
    """One contact every other day for half a year: some fourteen come again, too few for a curve."""
    rng = np.random.default_rng(0)
    contacts = next_contacts(rng, a_day=1)
    offers = invitations(rng, a_day=1)
    few = [table.slice(0, len(table) // 2) for table in (contacts, offers)]
    for _, *completed, is_mature in desk.estimates(*few):
        assert completed == [None] * 4
        assert not is_mature
