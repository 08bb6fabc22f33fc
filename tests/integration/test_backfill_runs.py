"""The command `backfill` from a vendor's interface to the published file."""

from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from orchestration.demo.stand_ins.paypal import PaypalStandIn
from orchestration.settings import Home

NOW = datetime.now(UTC).replace(microsecond=0)
SECRET = "a secret of tests"


def dispute(name: str, days_ago: float) -> dict:
    changed = f"{NOW - timedelta(days=days_ago):%Y-%m-%dT%H:%M:%S.000Z}"
    return {
        "dispute_id": name,
        "create_time": changed,
        "update_time": changed,
        "reason": "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
        "status": "OPEN",
        "disputed_transactions": [{"invoice_number": name}],
    }


@pytest.fixture
def paypal():
    with PaypalStandIn({"a": dispute("a", 3)}, client_id="id", client_secret=SECRET, clock=NOW) as stand_in:
        yield stand_in


def test_days_that_were_missed_are_published_after_one_command(support_metrics, tmp_path, paypal):
    home = Home(tmp_path / "home")
    secrets = {"PAYPAL_CLIENT_ID": "id", "PAYPAL_CLIENT_SECRET": SECRET, "SUPPORT_METRICS_DRAW_BOARDS": "false"}
    assert support_metrics(home.path, "init").returncode == 0
    home.sources_file.write_text(
        '[installation]\nname = "t"\n\n[[sources]]\nname = "pp"\nkind = "paypal"\n'
        f'base_url = "{paypal.url}"\nstart_date = {NOW - timedelta(days=90):%Y-%m-%d}\n'
    )
    first = support_metrics(home.path, "run", **secrets)
    assert first.returncode == 0, first.stdout
    assert "backfill" not in first.stdout
    paypal.disputes["late"] = dispute("late", 20)
    days = [f"{NOW - timedelta(days=n):%Y-%m-%d}" for n in (22, 18)]
    done = support_metrics(home.path, "backfill", "pp", "--from", days[0], "--to", days[1], **secrets)
    assert done.returncode == 0, done.stdout
    assert f"back-fill pp from {days[0]}" in done.stdout
    assert "1 rows landed" in done.stdout
    with duckdb.connect(str(home.published_file), read_only=True) as published:
        assert published.execute("select count(*) from core.fct_inr_claims").fetchone() == (2,)
    refused = support_metrics(home.path, "backfill", "pp", "--from", days[1], "--to", days[0], **secrets)
    assert refused.returncode == 2
    assert f"--to {days[0]} is before --from {days[1]}" in refused.stdout
    assert not any(SECRET in path.read_text(errors="replace") for path in home.path.rglob("*") if path.is_file())
