"""Upwork's time report and transactions against the stand-in: what every system must survive, and what only Upwork does."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from small_installation import SmallInstallation, accounted
from world_match import hashed

from orchestration.demo.stand_ins.server import Answer, Fault
from orchestration.demo.stand_ins.upwork import UpworkStandIn
from orchestration.demo.stand_ins.upwork_data import invoices
from orchestration.extract.api.fetching import Window
from orchestration.extract.source import extract_source
from orchestration.extract.upwork.fetch import date_range, day

CLOCK = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
SECRET, REFRESH = "canary-secret-of-upwork", "canary-refresh-of-upwork"


def row(worked: date, freelancer: str = "u1", hours: float = 6.5, contract: str = "41815410", **more) -> dict:
    monday = worked - timedelta(days=worked.weekday())
    return {
        "dateWorkedOn": worked.isoformat(),
        "weekWorkedOn": monday.isoformat(),
        "monthWorkedOn": f"{worked:%Y%m}",
        "totalHoursWorked": hours,
        "totalCharges": round(hours * 12, 2),
        "totalOnlineHoursWorked": hours,
        "totalOfflineHoursWorked": 0.0,
        "freelancer": {"id": freelancer, "name": "Bea Canary"},
        "team": {"id": "t1", "name": "Support"},
        "contract": {"id": contract, "title": "Buyer support agent"},
        **more,
    }


def days(count: int, *freelancers: str) -> list[dict]:
    first = CLOCK.date() - timedelta(days=count)
    return [row(first + timedelta(days=n), who) for n in range(count) for who in freelancers]


@pytest.fixture
def upwork():
    reports = days(50, "u1", "u2", "u3")
    with UpworkStandIn(
        reports,
        invoices(reports),
        client_id="id",
        client_secret=SECRET,
        refresh_token=REFRESH,
        page_size=60,
        clock=CLOCK,
    ) as stand_in:
        yield stand_in


@pytest.fixture
def desk(installation: SmallInstallation, upwork, monkeypatch):
    monkeypatch.setenv("UPWORK_CLIENT_ID", "id")
    monkeypatch.setenv("UPWORK_CLIENT_SECRET", SECRET)
    configure(installation, upwork)
    return installation


def configure(
    installation: SmallInstallation, stand_in: UpworkStandIn, more: str = "", start: str = "2026-09-20"
) -> None:
    installation.configure(
        f'[[sources]]\nname = "up"\nkind = "upwork"\nbase_url = "{stand_in.url}"\nmax_attempts = 2\n'
        f'token_url = "{stand_in.url}/api/v3/oauth2/token"\nstart_date = "{start}"\n{more}\n'
    )


def asked(stand_in: UpworkStandIn, what: str = "query timeReport") -> list[dict]:
    found = [json.loads(request.body) for request in stand_in.requests if request.path == "/graphql"]
    return [body["variables"] for body in found if body["query"].strip().startswith(what)]


def told(report: dict) -> Answer:
    return Answer({"data": {"organization": {"clientContractTimeReport": report}}})


def without(reports: list[dict], worked: str, freelancer: str) -> list[dict]:
    return [each for each in reports if (each["dateWorkedOn"], each["freelancer"]["id"]) != (worked, freelancer)]


def counts(result, table: str = "time_reports") -> tuple[int, int]:
    found = next(each for each in result.tables if each["table_name"] == table)
    return found["rows_landed"], found["rows_deleted"]


def test_first_load_pages_through_windows(desk, upwork):
    result = desk.extract("up")
    assert result.status == "loaded", result.message
    assert result.message == ""
    assert accounted(result)
    assert counts(result) == (150, 0)
    assert [(each["range"]["rangeStart"], each.get("page")) for each in asked(upwork)] == [
        ("20260920", None),
        ("20261021", None),
        ("20261021", {"first": 100, "after": "60"}),
        ("20261121", None),
    ]
    assert {each["filter"]["transactionDateTime_bt"]["rangeStart"] for each in asked(upwork, "query transactions")} == {
        "2026-09-01T00:00:00.000Z",
        "2026-10-01T00:00:00.000Z",
        "2026-11-01T00:00:00.000Z",
    }
    desk.map()
    assert desk.query(
        "select count(*), min(work_hours), min(cost_amount), min(currency_code), max(work_date) from contract.agent_workdays"
    ) == [(150, 6.5, 78.0, "USD", date(2026, 11, 20))]
    assert desk.query("select agent_key, agent_name, employment from contract.agents order by 1") == [
        (f"up:u{n}", hashed("Bea Canary"), "contractor") for n in (1, 2, 3)
    ]
    assert desk.query(
        "select agent_key, team_name, valid_from_at, valid_to_at from contract.agent_team_histories order by 1 limit 1"
    ) == [("up:u1", "Support", datetime(2026, 10, 2), None)]
    assert desk.query("select bool_and(vendor_count = own_count), sum(own_count) from audit.vendor_totals") == [
        (True, 150)
    ]
    assert desk.query("select count(*) from raw_up.transactions") == [(21,)]
    assert desk.query("select rows_current = rows_accounted from audit.raw_accounting") == [(True,)] * 3


def test_a_second_load_replaces_three_weeks_and_adds_nothing(desk, upwork):
    desk.extract("up")
    upwork.requests.clear()
    upwork.clock += timedelta(hours=1)
    assert counts(desk.extract("up")) == (0, 0)
    assert asked(upwork)[0] == {"range": {"rangeStart": "20261031", "rangeEnd": "20261122"}}
    assert {each["range"]["rangeStart"] for each in asked(upwork)} == {"20261031"}


def test_changed_vanished_and_late_rows(desk, upwork):
    desk.extract("up")
    upwork.clock += timedelta(days=2)
    reports = without(upwork.time_reports, "2026-11-10", "u2")
    changed = next(each for each in reports if (each["dateWorkedOn"], each["freelancer"]["id"]) == ("2026-11-11", "u1"))
    changed.update(totalHoursWorked=1.5, totalCharges=18.0)
    # A row that vanished before the window is not noticed, and one that is told late is.
    reports = [each for each in reports if each["dateWorkedOn"] != "2026-10-05"]
    reports.append(row(date(2026, 11, 6), "u4"))
    upwork.time_reports = reports
    assert counts(desk.extract("up")) == (2, 1)
    desk.map()
    assert desk.query("select count(*) from contract.agent_workdays") == [(150,)]
    assert desk.query(
        "select work_hours, cost_amount from contract.agent_workdays where agent_id = 'u1' and work_date = date '2026-11-11'"
    ) == [(1.5, 18.0)]
    assert desk.query(
        "select count(*) from contract.agent_workdays where agent_id = 'u2' and work_date = date '2026-11-10'"
    ) == [(0,)]
    upwork.time_reports.append(row(date(2026, 11, 10), "u2"))  # and there it is again
    assert counts(desk.extract("up")) == (1, 0)


def test_an_empty_answer_empties_nothing(desk, upwork):
    desk.extract("up")
    upwork.time_reports = []
    result = desk.extract("up")
    assert result.status == "unusable"
    assert "has no rows, and 63 were known; nothing was changed" in result.message
    desk.map()
    assert desk.query("select count(*) from contract.agent_workdays") == [(150,)]


def test_a_listing_that_is_not_whole_deletes_nothing(desk, upwork):
    desk.extract("up")
    report = {"totalCount": 63, "edges": [{"cursor": "1", "node": row(date(2026, 11, 10), "u1")}], "pageInfo": {}}
    upwork.faults.append(Fault("graphql", told(report)))
    result = desk.extract("up")
    assert counts(result) == (0, 0)
    assert "lists 1 of 63 rows, so none counts as deleted" in result.message


def test_two_rows_of_one_day_add_up_and_a_repeated_page_does_not(desk, upwork):
    worked = date(2026, 11, 10)
    upwork.time_reports = [row(worked, hours=0.1), row(worked, hours=0.2), row(worked, hours=4, contract="2")]
    edges = [{"cursor": str(n), "node": each} for n, each in enumerate(upwork.time_reports, 1)]
    first = {"totalCount": 3, "edges": edges[:2], "pageInfo": {"endCursor": "2", "hasNextPage": True}}
    again = {"totalCount": 3, "edges": edges[1:], "pageInfo": {"endCursor": "3", "hasNextPage": False}}
    configure(desk, upwork, start="2026-11-01")
    for report in (first, again):
        upwork.faults.append(Fault("graphql", told(report)))
    result = desk.extract("up")
    assert result.status == "loaded", result.message
    desk.map()
    assert desk.query("select work_hours, cost_amount, _source_row_count from contract.agent_workdays") == [
        (4.3, 51.6, 3)
    ]
    for edge in edges:
        del edge["cursor"]
    again["pageInfo"] = {"hasNextPage": False}
    for report in (first, again):
        upwork.faults.append(Fault("graphql", told(report)))
    assert "lists 4 rows and says that it has 3: a page came twice" in desk.extract("up").message


def test_pages_without_end_are_found_out(desk, upwork):
    page = {"totalCount": 9, "edges": [], "pageInfo": {"endCursor": "1", "hasNextPage": True}}
    upwork.faults.append(Fault("graphql", told(page), times=99))
    assert "says that it goes on, and not where" in desk.extract("up").message
    assert len(asked(upwork)) == 2


def test_a_fault_in_mid_page_loads_nothing_and_the_next_run_all(desk, upwork):
    upwork.faults.append(Fault("graphql", Answer({}, 500), after=2, times=2))
    result = desk.extract("up")
    assert result.status == "stale"
    assert "answers 500 at /graphql" in result.message
    assert desk.versions("raw_up.time_reports") == 0
    upwork.faults[:] = [Fault("graphql", cut=True, after=2), Fault("graphql", Answer({}, 429, {"Retry-After": "1"}))]
    assert desk.extract("up").status == "loaded"
    assert desk.query("select count(*), count(distinct work_date || freelancer_id) from raw_up.time_reports") == [
        (150, 150)
    ]


@pytest.mark.parametrize("fault_path", ["/oauth2/token", "/graphql$"])
def test_refused_credentials_take_two_calls_at_most_and_one_clear_line(desk, upwork, fault_path, tmp_path):
    upwork.faults.append(Fault(fault_path, Answer({"error": f"no {SECRET}"}, 401), times=99))
    result = desk.extract("up")
    assert result.status == "stale"
    assert result.message.startswith("source up: ")
    assert "UPWORK_CLIENT_ID, UPWORK_CLIENT_SECRET" in result.message
    assert "REFRESH" not in result.message
    assert len([request for request in upwork.requests if request.method != "HEAD"]) <= 2
    assert not holding(tmp_path, SECRET)


def test_a_missing_permission_comes_with_status_200_and_names_what_it_is_about(desk, upwork):
    upwork.forbidden = {"Organization.clientContractTimeReport"}
    result = desk.extract("up")
    assert result.status == "stale"
    assert (
        "may not read Organization.clientContractTimeReport: they need the scopes for reading time reports"
        in result.message
    )
    assert len(asked(upwork)) == 1
    upwork.forbidden = {"Query.transactionHistory"}
    result = desk.extract("up")
    assert result.status == "loaded"
    assert "may not read Query.transactionHistory" in result.message
    assert "transactions = false leaves them out" in result.message
    configure(desk, upwork, "transactions = false")
    assert desk.extract("up").message == ""


def test_other_errors_with_status_200_pass_nothing_on(desk, upwork):
    error = {"message": f"bad {SECRET}", "extensions": {"classification": "ValidationError"}}
    upwork.faults.append(Fault("graphql", Answer({"errors": [error], "data": None})))
    assert desk.extract("up").message == (
        f"source up: {upwork.url} answers with a GraphQL error at /graphql (ValidationError): "
        "check organization_id and the date formats"
    )
    upwork.faults.append(Fault("graphql", Answer({"data": {"organization": None}})))
    assert "the answer has no organization" in desk.extract("up").message
    upwork.faults.append(Fault("graphql", Answer("<html>", content_type="text/html")))
    assert "something that is no JSON at /graphql" in desk.extract("up").message


def test_a_refresh_token_signs_in_and_a_new_one_is_told(desk, upwork, monkeypatch, tmp_path):
    configure(desk, upwork, 'refresh_token_env = "UPWORK_REFRESH_TOKEN"\norganization_id = "org-1"')
    monkeypatch.setenv("UPWORK_REFRESH_TOKEN", REFRESH)
    upwork.replaces_refresh_token = True
    result = desk.extract("up")
    assert result.status == "loaded"
    assert "another refresh token than the one in UPWORK_REFRESH_TOKEN" in result.message
    form = next(request.form for request in upwork.requests if request.path.endswith("/token"))
    assert form["grant_type"] == "refresh_token"
    tenants = {
        request.headers.get("X-Upwork-API-TenantId") for request in upwork.requests if request.path == "/graphql"
    }
    assert tenants == {"org-1"}
    result = desk.extract("up")
    assert (
        "(400 when asked for a token): check UPWORK_CLIENT_ID, UPWORK_CLIENT_SECRET, UPWORK_REFRESH_TOKEN"
        in result.message
    )
    assert not holding(tmp_path, REFRESH)
    assert not holding(tmp_path, upwork.token)


def test_the_date_format_is_a_setting(desk, upwork):
    upwork.date_format = "iso"
    assert "check organization_id and the date formats" in desk.extract("up").message
    configure(desk, upwork, 'time_report_date_format = "iso"')
    assert counts(desk.extract("up")) == (150, 0)
    assert date_range(date(2026, 11, 1), date(2026, 11, 2), "compact") == {
        "rangeStart": "20261101",
        "rangeEnd": "20261102",
    }
    written = ("20261101", "2026-11-01", "2026-11-01T00:00:00.000Z", None, "1.11.2026")
    assert [day(text) for text in written] == ["2026-11-01", "2026-11-01", "2026-11-01", None, "1.11.2026"]


def test_no_hours_at_all_are_told(desk, upwork):
    upwork.time_reports = []
    assert (
        "Upwork lists no hours since 2026-09-20; if there are some, try time_report_date_format"
        in desk.extract("up").message
    )


def test_a_contractor_has_the_helpdesk_s_id_where_it_is_told(desk, upwork):
    upwork.time_reports = [
        row(date(2026, 11, 2)),
        row(date(2026, 11, 3), team={"id": "t2", "name": "EU desk"}),
        row(date(2026, 11, 3), hours=1.0, contract="2"),
        row(date(2026, 11, 4), "u2", team=None),
    ]
    configure(desk, upwork, 'agent_ids = { u1 = "a-\'7" }')
    desk.extract("up")
    desk.map()
    assert desk.query("select agent_id, work_hours from contract.agent_workdays order by work_date, agent_id") == [
        ("a-'7", 6.5),
        ("a-'7", 7.5),
        ("u2", 6.5),
    ]
    assert desk.query("select team_name, valid_from_at, valid_to_at from contract.agent_team_histories order by 2") == [
        ("Support", datetime(2026, 11, 2), datetime(2026, 11, 3)),
        ("EU desk", datetime(2026, 11, 3), None),
    ]


def test_a_changed_type_loses_nothing_and_a_renamed_field_is_unusable(desk, upwork):
    upwork.time_reports[0]["totalHoursWorked"] = "six"
    upwork.time_reports[1]["totalHoursWorked"] = "6.25"
    upwork.time_reports[2]["totalCharges"] = None
    upwork.time_reports[3]["freelancer"] = {"id": 77, "name": "Bea Canary"}
    desk.extract("up")
    found = {count.entity_name: count for count in desk.map()}["agent_workdays"]
    assert (found.rows_mapped, found.rows_rejected) == (149, 1)
    assert any("work_hours" in str(each) for each in desk.rejected())
    assert desk.query("select count(*) from contract.agent_workdays where cost_amount is null") == [(1,)]
    assert desk.query("select count(*) from contract.agent_workdays where agent_id = '77'") == [(1,)]
    edges = [{"node": {"dateWorkedOn": "2026-11-10", "hours": 1, "totalCharges": 1}}]
    report = {"totalCount": 1, "edges": edges, "pageInfo": {}}
    upwork.faults.append(Fault("graphql", told(report)))
    assert "totalHoursWorked (for hours); the vendor renamed or removed it" in desk.extract("up").message


def test_names_are_hashed(desk, upwork, tmp_path):
    desk.extract("up")
    assert not holding(tmp_path, "Bea Canary")
    assert not holding(tmp_path, "Buyer support agent")


def test_a_back_fill_replaces_its_days_and_leaves_the_progress(desk, upwork):
    desk.extract("up")
    upwork.requests.clear()
    before = desk.query("select * from audit.source_progress")
    upwork.time_reports = without(upwork.time_reports, "2026-10-05", "u1")
    window = Window(datetime(2026, 10, 4), datetime(2026, 10, 7))
    result = extract_source(
        desk.sources.sources[0], desk.home, desk.settings, run_id="again", now=desk.now, window=window
    )
    assert [each["range"] for each in asked(upwork)] == [{"rangeStart": "20261004", "rangeEnd": "20261006"}]
    assert counts(result) == (0, 1)
    assert desk.query("select * from audit.source_progress") == before


def test_the_published_samples_field_by_field(desk, upwork):
    upwork.time_reports = [
        json.loads(
            """{"dateWorkedOn": "2026-11-01", "weekWorkedOn": "2026-10-26", "monthWorkedOn": "202611",
            "totalHoursWorked": 6.5, "totalCharges": 78.0, "totalOnlineHoursWorked": 6.5, "totalOfflineHoursWorked": 0.0,
            "freelancer": {"id": "u1", "name": "Bea"}, "team": {"id": "t1", "name": "Support"},
            "contract": {"id": "41815410", "title": "Buyer support agent"}}"""
        )
    ]
    upwork.transactions = [
        json.loads(
            """{"rowNumber": 1, "recordId": "88120001", "transactionCreationDate": "2026-11-02T00:00:00.000Z",
            "type": "ARInvoice", "accountingSubtype": "Hourly", "description": "6.5 hrs @ $12.00/hr",
            "assignmentDeveloperName": "Bea", "assignmentCompanyName": "Acme", "assignmentTeamId": null,
            "transactionAmount": {"rawValue": "-78.00", "currency": "USD"}}"""
        )
    ]
    assert desk.extract("up").message == ""
    assert desk.query(
        "select work_date, part, date_worked_on, hours, charges, freelancer_id, freelancer_name, team_id, team_name, contract_id "
        "from raw_up.time_reports"
    ) == [("2026-11-01", "1", "2026-11-01", "6.5", "78.0", "u1", hashed("Bea"), "t1", "Support", "41815410")]
    assert desk.query(
        "select record_id, created_at, type, accounting_subtype, team_id, amount, currency_code from raw_up.transactions"
    ) == [("88120001", "2026-11-02T00:00:00.000Z", "ARInvoice", "Hourly", None, "-78.00", "USD")]


def holding(folder: Path, text: str) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]
