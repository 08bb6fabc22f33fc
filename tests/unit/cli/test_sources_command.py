"""`sources check` and `template`: what does not fit, row and column exactly."""

from datetime import UTC, datetime, timedelta

import pytest

from orchestration.contract import entities
from orchestration.demo.stand_ins.paypal import PaypalStandIn
from orchestration.demo.stand_ins.server import Answer, Fault
from orchestration.systems import SYSTEMS

HEADER = "ticket_id,created_at,channel"


def deliver(home, name, *rows):
    (home.landing / "desk" / name).write_text("\n".join([HEADER, *rows]) + "\n")


def test_everything_fits(command, home):
    deliver(home, "tickets.csv", "1,2026-11-20T09:30:00Z,email")
    code, out, _ = command("--home", home.path, "sources", "check")
    assert code == 0
    assert "desk -> tickets: 1 rows mapped" in out
    assert "everything fits" in out
    assert not home.warehouse.exists()


def test_row_column_and_value_of_what_does_not_fit(command, home):
    deliver(home, "tickets.csv", "1,2026-11-20T09:30:00Z,email", "2,yesterday,email", "3,2026-11-20T09:31:00Z,a,b")
    code, out, _ = command("--home", home.path, "sources", "check", "desk")
    assert code == 1
    assert "tickets, column created_at: is not a time in ISO 8601" in out
    assert "tickets.csv: row 2: 'yesterday'" in out
    assert "tickets.csv: line 4: '3,2026-11-20T09:31:00Z,a,b'" in out
    assert not home.warehouse.exists()


def test_a_row_without_key_is_found_by_gate_one(command, home):
    deliver(home, "tickets.csv", "1,2026-11-20T09:30:00Z,email", ",2026-11-20T09:30:00Z,chat")
    code, out, _ = command("--home", home.path, "sources", "check")
    assert code == 1
    assert "tickets_have_a_key" in out
    assert "tickets.csv: row 2" in out


def test_a_file_that_cannot_be_read_is_named(command, home):
    (home.landing / "desk" / "tickets.csv").write_text("")
    code, out, _ = command("--home", home.path, "sources", "check")
    assert code == 1
    assert "tickets.csv" in out
    assert "empty" in out


@pytest.mark.parametrize("entity", ["tickets", "orders"])
def test_a_template_is_a_header_that_fits(command, entity):
    code, out, err = command("sources", "template", entity)
    assert code == 0
    assert out.strip().split(",") == [column.name for column in entities()[entity].columns]
    assert "never empty" in err


def test_a_template_for_sources_toml_names_every_column(command):
    _, out, _ = command("sources", "template", "tickets", "--as", "toml")
    assert all(f"{column.name} = " in out for column in entities()["tickets"].columns)


def test_without_an_entity_they_are_listed(command):
    _, out, _ = command("sources", "template")
    listed, systems = out.strip().split("\n\n")
    assert len(listed.splitlines()) == len(entities())
    assert systems == f"systems: {', '.join(SYSTEMS)}"


def test_an_entity_that_does_not_exist_is_named(command):
    code, _, err = command("sources", "template", "tiquets")
    assert code == 2
    assert "tiquets" in err


def test_a_template_of_a_system_is_an_entry_for_sources_toml(command):
    code, out, _ = command("sources", "template", "paypal")
    assert code == 0
    assert 'client_id_env = "PAYPAL_CLIENT_ID"' in out
    assert "# look_back_days = 2 " in out


@pytest.fixture
def paypal(home, monkeypatch):
    monkeypatch.setattr("orchestration.extract.api.calls.BACKOFF_SECONDS", 0.01)
    monkeypatch.setenv("PAYPAL_CLIENT_ID", "id")
    monkeypatch.setenv("PAYPAL_CLIENT_SECRET", "a secret of tests")
    now = datetime.now(UTC).replace(microsecond=0)
    disputes = {
        f"PP-D-{hours}": {
            "dispute_id": f"PP-D-{hours}",
            "create_time": f"{now - timedelta(hours=hours):%Y-%m-%dT%H:%M:%S.000Z}",
            "update_time": f"{now - timedelta(hours=hours):%Y-%m-%dT%H:%M:%S.000Z}",
            "reason": "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
            "status": "OPEN",
            "disputed_transactions": [{"invoice_number": "1001"}],
        }
        for hours in (5, 500)
    }
    with PaypalStandIn(disputes, client_id="id", client_secret="a secret of tests", clock=now) as stand_in:
        home.sources_file.write_text(
            f'[installation]\nname = "t"\n[[sources]]\nname = "pp"\nkind = "paypal"\nbase_url = "{stand_in.url}"\n'
            "max_attempts = 1\n"
        )
        yield stand_in


def test_of_a_vendors_system_the_last_day_is_tried(command, home, paypal):
    code, out, _ = command("--home", home.path, "sources", "check")
    assert code == 0, out
    assert "pp: 1 rows read; only the last day was tried, what is older was not looked at" in out
    assert "pp -> inr_claims: 1 rows mapped" in out
    assert not home.warehouse.exists()


def test_credentials_that_are_refused_are_told_by_the_check(command, home, paypal):
    paypal.faults.append(Fault("/oauth2/token", Answer({}, 401), times=9))
    code, out, _ = command("--home", home.path, "sources", "check")
    assert code == 1
    assert "error: source pp: " in out
    assert "PAYPAL_CLIENT_SECRET" in out
    assert "a secret of tests" not in out
