"""PayPal's disputes against the stand-in: what every system must survive, and what only PayPal does."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from small_installation import SmallInstallation, accounted

from orchestration.demo.stand_ins.paypal import PaypalStandIn
from orchestration.demo.stand_ins.server import Answer, Fault

CLOCK = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
SECRET = "canary-secret-of-paypal"
BEFORE = CLOCK - timedelta(hours=5)


def dispute(number: int, updated: datetime = BEFORE, **more) -> dict:
    return {
        "dispute_id": f"PP-D-{number}",
        "create_time": f"{CLOCK - timedelta(days=9, minutes=number):%Y-%m-%dT%H:%M:%S.000Z}",
        "update_time": f"{updated:%Y-%m-%dT%H:%M:%S.000Z}",
        "disputed_transactions": [{"seller_transaction_id": f"T{number}", "invoice_number": str(1000 + number)}],
        "reason": "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
        "status": "OPEN",
        "dispute_state": "OPEN_INQUIRIES",
        "dispute_amount": {"currency_code": "USD", "value": "45.50"},
        "dispute_life_cycle_stage": "INQUIRY",
        "dispute_channel": "INTERNAL",
        "messages": [{"posted_by": "BUYER", "content": "write to ann@example.com"}],
        **more,
    }


@pytest.fixture
def paypal():
    disputes = {f"PP-D-{n}": dispute(n) for n in range(120)}
    with PaypalStandIn(disputes, client_id="id", client_secret=SECRET, clock=CLOCK) as stand_in:
        yield stand_in


@pytest.fixture
def desk(installation: SmallInstallation, paypal, monkeypatch):
    monkeypatch.setenv("PAYPAL_CLIENT_ID", "id")
    monkeypatch.setenv("PAYPAL_CLIENT_SECRET", SECRET)
    configure(installation, paypal.url)
    return installation


def configure(installation: SmallInstallation, url: str, more: str = "max_attempts = 2") -> None:
    installation.configure(f'[[sources]]\nname = "pp"\nkind = "paypal"\nbase_url = "{url}"\n{more}\n')


def test_first_load_pages_and_details(desk, paypal):
    result = desk.extract("pp")
    assert result.status == "loaded"
    assert accounted(result)
    assert desk.query("select count(*), count(distinct dispute_id) from raw_pp.disputes") == [(120, 120)]
    assert len([r for r in paypal.requests if r.path.endswith("/disputes")]) == 3
    desk.map()
    assert desk.query("select count(*), min(order_key), min(origin) from contract.inr_claims") == [
        (120, "pp:1000", "claim")
    ]
    marks = desk.query("select entity_name, complete_through_at from contract.delivery_marks")
    assert marks == [("inr_claims", CLOCK.replace(tzinfo=None))]


def test_a_second_load_with_nothing_new_adds_nothing(desk, paypal):
    desk.extract("pp")
    paypal.clock += timedelta(hours=1)
    second = desk.extract("pp")
    assert desk.versions("raw_pp.disputes") == 120
    assert sum(t["rows_landed"] for t in second.tables if t["table_name"] == "disputes") == 0


def test_an_update_becomes_a_version_and_the_claim_reads_as_it_is_now(desk, paypal):
    desk.extract("pp")
    paypal.clock += timedelta(days=3)
    changed = paypal.clock - timedelta(hours=1)
    outcome = {"outcome_code": "RESOLVED_BUYER_FAVOUR", "amount_refunded": {"currency_code": "USD", "value": "45.50"}}
    paypal.disputes["PP-D-7"] = dispute(7, changed, status="RESOLVED", dispute_outcome=outcome)
    # Committed late, with an update time before the last reading: the look-back finds it.
    paypal.disputes["PP-D-late"] = dispute(500, CLOCK - timedelta(hours=30)) | {"dispute_id": "PP-D-late"}
    desk.extract("pp")
    desk.map()
    assert desk.versions("raw_pp.disputes") == 122
    assert desk.query("select outcome, refunded_at is not null from contract.inr_claims where claim_id = 'PP-D-7'") == [
        ("upheld", True)
    ]


def test_a_fault_in_mid_page_loads_nothing_and_the_next_run_all(desk, paypal):
    paypal.faults.append(Fault("/disputes$", Answer({"error": "boom"}, 500), after=1, times=2))
    first = desk.extract("pp")
    assert first.status == "stale"
    assert "answers 500 at /v1/customer/disputes" in first.message
    assert desk.versions("raw_pp.disputes") == 0
    paypal.faults.append(Fault("/disputes/PP-D-3$", cut=True))
    second = desk.extract("pp")
    assert second.status == "loaded", second.message
    assert desk.query("select count(*), count(distinct dispute_id) from raw_pp.disputes") == [(120, 120)]


def test_too_many_requests_are_waited_for(desk, paypal):
    paypal.faults.append(Fault("/disputes$", Answer({}, 429, {"Retry-After": "1"})))
    assert desk.extract("pp").status == "loaded"


@pytest.mark.parametrize("fault_path", ["/oauth2/token", "/disputes$"])
def test_refused_credentials_take_two_calls_at_most_and_one_clear_line(desk, paypal, fault_path, tmp_path):
    paypal.faults.append(Fault(fault_path, Answer({"error": f"no {SECRET}"}, 401), times=99))
    result = desk.extract("pp")
    assert result.status == "stale"
    assert result.message.startswith("source pp: ")
    assert "PAYPAL_CLIENT_SECRET" in result.message
    assert len([r for r in paypal.requests if r.method != "HEAD"]) <= 2
    assert not holding(tmp_path, SECRET)


def test_a_missing_scope_names_the_scope(desk, paypal):
    paypal.faults.append(Fault("/disputes$", Answer({"name": "NOT_AUTHORIZED"}, 403), times=9))
    assert "may not read /v1/customer/disputes (403): they need an app with the feature Customer Disputes" in (
        desk.extract("pp").message
    )


def test_an_unreachable_host_names_the_setting(installation, monkeypatch):
    monkeypatch.setenv("PAYPAL_CLIENT_ID", "id")
    monkeypatch.setenv("PAYPAL_CLIENT_SECRET", SECRET)
    configure(installation, "http://127.0.0.1:9", "max_attempts = 1")
    result = installation.extract("pp")
    assert result.status == "stale"
    assert result.message == (
        "source pp: http://127.0.0.1:9 cannot be reached (ConnectionError): check base_url, and the network"
    )


def test_a_changed_type_loses_nothing(desk, paypal):
    paypal.disputes["PP-D-1"]["dispute_amount"] = {"currency_code": "USD", "value": 45}
    paypal.disputes["PP-D-2"]["create_time"] = 1793529840
    desk.extract("pp")
    counts = {count.entity_name: count for count in desk.map()}["inr_claims"]
    assert (counts.rows_mapped, counts.rows_rejected) == (119, 1)
    assert any("opened_at" in str(row) for row in desk.query("select * from audit.rejected_rows"))


def test_a_renamed_field_is_unusable_and_a_new_one_is_told(desk, paypal):
    for row in paypal.disputes.values():
        row["mood"] = "angry"
    assert "new: column mood" in desk.extract("pp").message
    for row in paypal.disputes.values():
        row["cause"] = row.pop("reason")
    paypal.clock += timedelta(hours=1)
    result = desk.extract("pp")
    assert result.status == "unusable"
    assert "none of 120 records has the field reason" in result.message


def test_history_that_the_vendor_no_longer_lists_is_told(desk, paypal):
    desk.extract("pp")
    paypal.clock += timedelta(days=200)
    assert "PayPal lists 180 days" in desk.extract("pp").message


def test_texts_of_buyers_are_not_kept(desk, tmp_path):
    desk.extract("pp")
    assert not holding(tmp_path, "ann@example.com")


def holding(folder: Path, text: str) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]
