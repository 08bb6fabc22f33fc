"""A range of days read again: by the command's dates, and as Dagster's back-fill of partitions, which is one run."""

from datetime import UTC, date, datetime, timedelta

import dagster as dg
import pytest

from orchestration.assets.backfill import backfill_assets, backfill_key
from orchestration.assets.raw import raw_assets
from orchestration.checks import gate_two
from orchestration.cli.backfill import problem_of
from orchestration.demo.stand_ins.paypal import PaypalStandIn
from orchestration.demo.stand_ins.server import Answer, Fault
from orchestration.freshness import source_freshness
from orchestration.jobs import CONFIG, all_jobs, backfill_job_name
from orchestration.progress import console_logger
from orchestration.resources import Installation
from orchestration.sources import read_sources
from orchestration.warehouse import connect

CLOCK = datetime.now(UTC).replace(microsecond=0)


def day(days_ago: int) -> str:
    return f"{CLOCK - timedelta(days=days_ago):%Y-%m-%d}"


def dispute(number: int, days_ago: float) -> dict:
    changed = f"{CLOCK - timedelta(days=days_ago):%Y-%m-%dT%H:%M:%S.000Z}"
    return {
        "dispute_id": f"PP-D-{number}",
        "create_time": changed,
        "update_time": changed,
        "reason": "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
        "status": "OPEN",
        "disputed_transactions": [{"invoice_number": str(number)}],
    }


@pytest.fixture
def paypal(home, monkeypatch):
    monkeypatch.setattr("orchestration.extract.api.calls.BACKOFF_SECONDS", 0.01)
    monkeypatch.setenv("PAYPAL_CLIENT_ID", "id")
    monkeypatch.setenv("PAYPAL_CLIENT_SECRET", "a secret of tests")
    disputes = {f"PP-D-{n}": dispute(n, n) for n in range(30)}
    with PaypalStandIn(disputes, client_id="id", client_secret="a secret of tests", clock=CLOCK) as stand_in:
        home.sources_file.write_text(
            '[installation]\nname = "t"\n[[sources]]\nname = "pp"\nkind = "paypal"\nmax_attempts = 1\n'
            f'base_url = "{stand_in.url}"\nstart_date = {day(100)}\n'
            '[[sources]]\nname = "desk"\nkind = "files"\ndelivers = ["tickets"]\n'
        )
        yield stand_in


@pytest.fixture
def run(home, paypal):
    """Execute a job over the raw and back-fill assets alone; returns the result."""
    sources = read_sources(home)
    instance = dg.DagsterInstance.ephemeral()
    raw = dg.AssetSelection.groups("raw_pp") - dg.AssetSelection.assets(backfill_key("pp"))
    defs = dg.Definitions(
        assets=[*raw_assets(sources), *backfill_assets(sources)],
        jobs=[
            dg.define_asset_job("load", selection=raw, config=CONFIG),
            dg.define_asset_job("backfill", selection=dg.AssetSelection.assets(backfill_key("pp")), config=CONFIG),
        ],
        resources={"installation": Installation(home_path=str(home.path))},
        loggers={"console": console_logger},
    )

    def execute(job="backfill", first=None, last=None):
        tags = {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}
        result = defs.resolve_job_def(job).execute_in_process(
            instance=instance, run_config=CONFIG, raise_on_error=False, tags=tags if first else None
        )
        return result, instance

    return execute


def rows(home, query):
    with connect(home.warehouse) as warehouse:
        return warehouse.execute(query).fetchall()


def test_a_range_of_days_is_one_run_and_leaves_the_progress_as_it_was(home, paypal, run):
    assert run("load")[0].success
    progress = rows(home, "select name, value from audit.source_progress")
    # Committed late, and farther back than any look-back reaches.
    paypal.disputes["late"] = dispute(900, 20) | {"dispute_id": "late"}
    paypal.disputes["other"] = dispute(901, 40) | {"dispute_id": "other"}
    run("load")
    assert rows(home, "select count(*) from raw_pp.disputes") == [(30,)]
    paypal.requests.clear()
    result, instance = run(first=day(22), last=day(18))
    assert result.success
    assert rows(home, "select count(*), count(*) filter (where dispute_id = 'late') from raw_pp.disputes") == [(31, 1)]
    listed = [request for request in paypal.requests if request.path.endswith("/disputes")]
    assert len(listed) == 1
    assert rows(home, "select name, value from audit.source_progress") == progress
    assert rows(home, "select window_begin_at::date::varchar, window_end_at::date::varchar from audit.backfills") == [
        (day(22), day(17))
    ]
    assert instance.get_materialized_partitions(backfill_key("pp")) == {day(n) for n in range(18, 23)}


def test_a_backfill_is_no_reading_and_states_no_completeness(home, paypal, run):
    run("load")
    with connect(home.warehouse) as warehouse:
        before = source_freshness(warehouse, read_sources(home), datetime(2030, 1, 1))
    marks = rows(home, "select entity_name, complete_through_at from raw_pp.delivery_marks")
    paypal.clock += timedelta(hours=3)
    assert run(first=day(3), last=day(2))[0].success
    with connect(home.warehouse) as warehouse:
        assert source_freshness(warehouse, read_sources(home), datetime(2030, 1, 1)) == before
    assert rows(home, "select entity_name, complete_through_at from raw_pp.delivery_marks") == marks


def test_a_backfill_that_cannot_be_read_fails_and_says_why(home, paypal, run):
    paypal.faults.append(Fault("/disputes$", Answer({}, 403), times=9))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("orchestration.assets.raw.RETRY_SECONDS", 0)
        result, _ = run(first=day(3), last=day(2))
    assert not result.success
    assert "may not read /v1/customer/disputes (403)" in str(result.all_events)


def test_only_a_vendors_system_has_a_backfill_and_no_ordinary_job_runs_it(home, paypal):
    sources = read_sources(home)
    (backfill,) = backfill_assets(sources)
    assert backfill.key == backfill_key("pp")
    # So that Dagster makes one run of a range of days, and not one of each day.
    assert backfill.backfill_policy.policy_type.value == "SINGLE_RUN"
    assert backfill.partitions_def.get_partition_keys()[0] == day(100)
    assert backfill.partitions_def.get_partition_keys()[-1] == day(0)
    defs = dg.Definitions(
        assets=[*raw_assets(sources), *backfill_assets(sources)],
        jobs=all_jobs(sources, gate_two(home, [], []))[2:] + all_jobs(sources, gate_two(home, [], []))[:1],
        resources={"installation": Installation(home_path=str(home.path))},
        loggers={"console": console_logger},
    )
    selected = {
        name: {key.to_user_string() for key in defs.resolve_job_def(name).asset_layer.selected_asset_keys}
        for name in ("refresh_warehouse", "refresh_pp", "refresh_desk", backfill_job_name("pp"))
    }
    assert "raw_pp/backfill" not in selected["refresh_warehouse"] | selected["refresh_pp"] | selected["refresh_desk"]
    assert selected["backfill_pp"] == {"raw_pp/backfill"}


@pytest.mark.parametrize(
    ("name", "first", "last", "problem"),
    [
        ("pp", date(2026, 10, 1), date(2026, 10, 31), None),
        ("pp", date(2026, 10, 2), date(2026, 10, 1), "is before --from"),
        ("pp", date(2026, 10, 2), date(2026, 12, 1), "has not come yet"),
        ("pp", date(2020, 1, 1), date(2020, 1, 2), "before the start_date"),
        ("desk", date(2026, 10, 1), date(2026, 10, 2), "source desk is of kind files"),
        ("shop", date(2026, 10, 1), date(2026, 10, 2), "no source is named shop; there are: pp, desk"),
    ],
)
def test_dates_that_cannot_be_are_refused_before_anything_runs(home, paypal, name, first, last, problem):
    found = problem_of(read_sources(home), name, first, last, date(2026, 11, 21))
    assert (found is None) if problem is None else (problem in (found or ""))
