"""A Zendesk account against the stand-in: what every system must survive, and what only Zendesk does."""

from datetime import timedelta
from pathlib import Path

import pytest
from small_installation import START, SmallInstallation, accounted
from zendesk_account import ADMIN, AGENT, BEGIN, CLOCK, CUSTOMER, account, comment, ticket, update, updates, user

from orchestration.demo.stand_ins.server import Answer, Fault
from orchestration.demo.stand_ins.zendesk import ZendeskStandIn
from orchestration.extract.api.fetching import Window
from orchestration.extract.source import extract_source

SECRET = "canary-secret-of-zendesk"
TICKETS = "/incremental/tickets/cursor"
FIELDS = "order_field = 360001\nreason_field = 360002\nmax_attempts = 2"


@pytest.fixture
def zendesk():
    with ZendeskStandIn(
        account(), client_id="id", client_secret=SECRET, email="admin@acme.com", api_token=SECRET, clock=CLOCK
    ) as stand_in:
        yield stand_in


@pytest.fixture
def desk(installation: SmallInstallation, zendesk, monkeypatch):
    for name, value in (
        ("CLIENT_ID", "id"),
        ("CLIENT_SECRET", SECRET),
        ("EMAIL", "admin@acme.com"),
        ("API_TOKEN", SECRET),
    ):
        monkeypatch.setenv(f"ZENDESK_{name}", value)
    configure(installation, zendesk.url)
    return installation


def configure(installation: SmallInstallation, url: str, more: str = FIELDS) -> None:
    installation.configure(
        f'[[sources]]\nname = "zd"\nkind = "zendesk"\nbase_url = "{url}"\nstart_date = 2026-01-01\n{more}\n'
    )


def asked(zendesk, part: str) -> list:
    return [request for request in zendesk.requests if part in request.path]


def test_first_load_reads_every_page_until_the_stream_says_it_ended(desk, zendesk):
    zendesk.page_size = 10
    result = desk.extract("zd")
    assert (result.status, accounted(result), result.message) == ("loaded", True, "")
    assert len(asked(zendesk, TICKETS)) == 3
    assert desk.query("select count(*), count(distinct id) from raw_zd.tickets") == [(25, 25)]
    assert desk.query("select count(*), count(distinct id) from raw_zd.ticket_comments") == [(50, 50)]
    desk.map()
    assert desk.query(
        "select ticket_key, ticket_url, order_id, reason, tags, team_name, agent_key, channel, status, picked_up_at, solved_at, "
        "vendor_first_response_calendar_seconds, vendor_first_response_business_seconds, is_outbound, deleted_at "
        "from contract.tickets where ticket_id = '1'"
    ) == [
        ("zd:1", "https://acme.zendesk.com/agent/tickets/1", "1001", "not_received", "inr|order_1", "Buyer Support", "zd:35",
         "email", "solved", at(minutes=4), at(minutes=61), 42 * 60.0, 40 * 60.0, False, None)
    ]  # fmt: skip
    assert desk.query("select distinct complete_through_at from contract.delivery_marks") == [
        (CLOCK.replace(tzinfo=None) - timedelta(seconds=60),)
    ]


def at(**since_begin):
    return (BEGIN + timedelta(**since_begin)).replace(tzinfo=None)


def test_messages_and_changes_know_who_did_it(desk):
    desk.extract("zd")
    desk.map()
    assert desk.query(
        "select author_role, agent_key, is_public, is_automatic, sent_at from contract.ticket_messages where ticket_id = '1' "
        "order by sent_at"
    ) == [("customer", None, True, False, at(minutes=1)), ("agent", "zd:35", True, False, at(minutes=43))]
    assert desk.query(
        "select field, old_value, new_value, agent_id from contract.ticket_changes where ticket_id = '1' order by changed_at, field"
    ) == [
        ("status", None, "new", None),
        ("team", None, "Buyer Support", None),
        ("assignee", None, "35", "35"),
        ("status", "new", "solved", "35"),
    ]
    assert desk.query("select count(*), count(email), count(person_id) from contract.customers") == [(25, 25, 0)]
    assert desk.query("select agent_id, employment, time_zone from contract.agents order by 1") == [
        (str(AGENT), None, "Europe/London"),
        (str(ADMIN), None, "Europe/London"),
    ]


def test_a_second_load_goes_on_from_the_cursor_and_adds_nothing(desk, zendesk):
    desk.extract("zd")
    before = len(zendesk.requests)
    zendesk.clock += timedelta(hours=1)
    second = desk.extract("zd")
    assert all(table["rows_landed"] == 0 for table in second.tables if table["table_name"] != "delivery_marks")
    wanted = [request for request in zendesk.requests[before:] if TICKETS in request.path]
    assert [(sorted(request.query), request.query["include"]) for request in wanted] == [
        (["cursor", "include", "per_page"], "metric_sets")
    ]


def test_an_empty_page_is_no_end(desk, zendesk):
    zendesk.page_size = 5
    zendesk.hidden = set(range(6, 16))
    desk.extract("zd")
    assert desk.query("select count(*) from raw_zd.tickets") == [(15,)]


def test_what_the_server_did_not_serve_yet_comes_the_next_time(desk, zendesk):
    now = CLOCK - timedelta(seconds=20)
    zendesk.data.tickets.put(ticket(99, now))
    zendesk.data.ticket_events.put(update(990, now, AGENT, comment(991, AGENT, now, "soon"), ticket_id=99))
    desk.extract("zd")
    assert desk.query("select count(*) from raw_zd.tickets") == [(25,)]
    zendesk.clock += timedelta(minutes=5)
    # The same second as the last that was served, and one committed late with an earlier time.
    same = BEGIN + timedelta(minutes=25 + 42)
    late = same - timedelta(seconds=200)
    zendesk.data.ticket_events.put(
        update(992, same, AGENT, comment(993, AGENT, same, "same second"), ticket_id=25),
        update(994, late, AGENT, comment(995, AGENT, late, "late"), ticket_id=25),
    )
    desk.extract("zd")
    assert desk.query("select count(*) from raw_zd.tickets") == [(26,)]
    assert desk.query("select count(*), count(distinct id) from raw_zd.ticket_comments") == [(53, 53)]


def test_a_deleted_ticket_keeps_its_row_and_loses_its_text(desk, zendesk):
    configure(desk, zendesk.url, f"{FIELDS}\nkeep_text = true")
    desk.extract("zd")
    zendesk.clock += timedelta(hours=2)
    gone = ticket(
        3, CLOCK + timedelta(hours=1), status="deleted", subject="SCRUBBED", description="SCRUBBED", requester_id=-1,
        submitter_id=-1, assignee_id=None, group_id=None, tags=[], custom_fields=[],
    )  # fmt: skip
    del gone["metric_set"]
    zendesk.data.tickets.put(gone)
    zendesk.data.deleted_tickets.append(
        {"id": 3, "subject": "Ann", "actor": {"id": 35, "name": "Bea"}, "deleted_at": "2026-11-21T03:59:07Z",
         "previous_state": "solved"}
    )  # fmt: skip
    desk.extract("zd")
    desk.map()
    assert desk.query(
        "select status, deleted_at, subject, customer_id, team_name from contract.tickets where ticket_id = '3'"
    ) == [(None, at(days=3, minutes=59, seconds=7), None, None, None)]
    assert desk.query("select count(*), count(body) from contract.ticket_messages where ticket_id = '3'") == [(2, 0)]
    assert desk.query("select body from contract.ticket_messages where ticket_id = '4' order by sent_at limit 1") == [
        ("I am Ann, [telephone]",)
    ]
    assert desk.query("select count(*), count(deleted_at) from contract.tickets") == [(25, 1)]


def test_a_merge_names_the_other_ticket(desk, zendesk):
    when = BEGIN + timedelta(hours=30)
    zendesk.data.ticket_events.put(
        update(
            700, when, AGENT,
            comment(701, AGENT, when, "Merged", public=False),
            {"id": 702, "event_type": "Change", "status": "closed", "previous_value": "solved"},
            via="Merge", via_reference_id=1, ticket_id=2,
        ),
        update(703, when, AGENT, comment(704, AGENT, when, "Ticket 2 was merged"), via="Merge", via_reference_id=2, ticket_id=1),
    )  # fmt: skip
    zendesk.data.tickets.put(ticket(2, when, status="closed", tags=["closed_by_merge"]))
    zendesk.data.tickets.put(ticket(5, when, status="closed", tags=["closed_by_merge"]))
    desk.extract("zd")
    desk.map()
    assert desk.query(
        "select ticket_id, merged_into_ticket_id from contract.tickets where merged_into_ticket_id is not null order by 1"
    ) == [("2", "1"), ("5", "unknown")]


def test_comments_made_private_or_redacted_later(desk, zendesk):
    configure(desk, zendesk.url, f"{FIELDS}\nkeep_text = true")
    when = BEGIN + timedelta(hours=30)
    answer, asked_first = updates(1)[1]["child_events"][0]["id"], updates(1)[0]["child_events"][0]["id"]
    zendesk.data.ticket_events.put(
        update(
            700, when, AGENT,
            {"id": 701, "event_type": "CommentPrivacyChange", "comment_id": answer, "public": False},
            {"id": 702, "event_type": "CommentRedactionEvent", "comment_id": asked_first},
            {"id": 703, "event_type": "ScheduleAssignment", "previous_schedule_id": None, "new_schedule_id": 360000},
            ticket_id=1,
        ),
    )  # fmt: skip
    desk.extract("zd")
    desk.map()
    assert desk.query(
        "select is_public, body, body_character_count is null from contract.ticket_messages where ticket_id = '1' order by sent_at"
    ) == [(True, None, True), (False, "It left the warehouse", False)]
    assert desk.query("select calendar_key from contract.tickets where ticket_id = '1'") == [("zd:360000",)]


def test_a_fault_in_mid_page_loads_nothing_and_the_next_run_all(desk, zendesk):
    zendesk.page_size = 10
    zendesk.faults.append(Fault(TICKETS, Answer({"error": "boom"}, 500), after=1, times=2))
    first = desk.extract("zd")
    assert (first.status, "answers 500 at /api/v2/incremental/tickets/cursor" in first.message) == ("stale", True)
    assert desk.versions("raw_zd.tickets") == 0
    zendesk.faults.append(Fault("ticket_events", cut=True))
    second = desk.extract("zd")
    assert second.status == "loaded", second.message
    assert desk.query("select count(*), count(distinct id) from raw_zd.tickets") == [(25, 25)]
    assert desk.query("select count(*), count(distinct id) from raw_zd.ticket_comments") == [(50, 50)]


def test_too_many_requests_are_waited_for(desk, zendesk):
    zendesk.faults.append(Fault(TICKETS, Answer({"error": "APIRateLimitExceeded"}, 429, {"Retry-After": "1"})))
    assert desk.extract("zd").status == "loaded"


@pytest.mark.parametrize("auth", ["oauth", "api_token"])
@pytest.mark.parametrize("fault_path", ["/oauth/tokens", "/api/"])
def test_refused_credentials_take_two_calls_at_most_and_one_clear_line(desk, zendesk, auth, fault_path, tmp_path):
    configure(desk, zendesk.url, f'{FIELDS}\nauth = "{auth}"')
    zendesk.faults.append(Fault(fault_path, Answer({"error": f"no {SECRET}"}, 401), times=99))
    result = desk.extract("zd")
    if auth == "api_token" and fault_path == "/oauth/tokens":
        assert result.status == "loaded"
        assert not asked(zendesk, "oauth")
        return
    assert result.status == "stale"
    assert result.message.startswith("source zd: ")
    assert ("ZENDESK_CLIENT_SECRET" if auth == "oauth" else "ZENDESK_API_TOKEN") in result.message
    assert len([request for request in zendesk.requests if request.method != "HEAD"]) <= 2
    assert not holding(tmp_path, SECRET)


def test_a_token_may_be_asked_for_by_a_form(desk, zendesk):
    zendesk.token_bodies = ("application/x-www-form-urlencoded",)
    refused = desk.extract("zd")
    assert (refused.status, "ZENDESK_CLIENT_ID" in refused.message) == ("stale", True)
    configure(desk, zendesk.url, f'{FIELDS}\ntoken_request = "form"')
    assert desk.extract("zd").status == "loaded"


def test_what_the_plan_lacks_is_noted_and_the_rest_read(desk, zendesk):
    zendesk.lacking = {"schedules", "ratings", "survey_responses", "metric_events", "deleted"}
    result = desk.extract("zd")
    assert result.status == "loaded"
    assert "left out: source zd: the credentials" in result.message
    assert "/api/v2/business_hours/schedules (403)" in result.message
    desk.map()
    assert desk.query("select count(*) from contract.tickets") == [(25,)]
    marked = {row[0] for row in desk.query("select entity_name from contract.delivery_marks")}
    assert {"tickets", "ticket_messages"} <= marked
    assert not {"csat_responses", "calendar_hours"} & marked


def test_without_the_exports_nothing_is_read(desk, zendesk):
    zendesk.lacking = {"incremental/tickets"}
    result = desk.extract("zd")
    assert result.status == "stale"
    assert (
        "may not read /api/v2/incremental/tickets/cursor (403): they need the scope read, and an admin"
        in result.message
    )


def test_an_unreachable_host_names_the_setting(desk):
    configure(desk, "http://127.0.0.1:9", "max_attempts = 1")
    assert desk.extract("zd").message == (
        "source zd: http://127.0.0.1:9 cannot be reached (ConnectionError): check base_url, and the network"
    )


def test_a_changed_type_loses_nothing(desk, zendesk):
    zendesk.data.tickets.put(
        ticket(1, custom_fields=[{"id": 360001, "value": 7}, {"id": 360002, "value": ["a", "b"]}], via=4, priority=3),
        ticket(2, created_at=1793529840),
    )
    desk.extract("zd")
    counts = {count.entity_name: count for count in desk.map()}["tickets"]
    assert (counts.rows_mapped, counts.rows_rejected) == (24, 1)
    assert desk.query("select order_id, reason, channel, priority from contract.tickets where ticket_id = '1'") == [
        ("7", "a|b", "email", "3")
    ]


def test_a_renamed_field_is_unusable_and_a_new_one_is_told(desk, zendesk):
    zendesk.data.tickets.put(ticket(1, mood="angry"))
    assert "table tickets: new: column mood" in desk.extract("zd").message
    zendesk.clock += timedelta(hours=1)
    renamed = ticket(1, CLOCK)
    renamed["state"] = renamed.pop("status")
    zendesk.data.tickets.put(renamed)
    result = desk.extract("zd")
    assert (result.status, "none of 1 records has the field status" in result.message) == ("unusable", True)


def test_an_export_that_stands_still_is_an_error_and_no_loop(desk, zendesk):
    stuck = {"tickets": [], "after_cursor": "same", "end_of_stream": False}
    zendesk.faults.append(Fault(TICKETS, Answer(stuck), times=9))
    result = desk.extract("zd")
    assert (result.status, "does not go on from where it is" in result.message) == ("unusable", True)
    assert len(asked(zendesk, TICKETS)) == 2


def test_the_vendors_own_count_stands_beside_ours(desk, zendesk):
    zendesk.data.tickets.put(ticket(7, status="deleted"))
    desk.extract("zd")
    found = desk.query(
        "select table_name, counted_date, vendor_count, own_count from audit.vendor_totals order by counted_date desc"
    )
    assert [(row[0], str(row[1]), row[2], row[3]) for row in found] == [
        ("tickets", "2026-11-20", 0, 0),
        ("tickets", "2026-11-19", 0, 0),
        ("tickets", "2026-11-18", 24, 24),
    ]


def test_nothing_of_a_person_is_kept(desk, zendesk, tmp_path):
    desk.extract("zd")
    for personal in ("ann@example.com", "person.2001@example.com", "Person 2001", "Bea", "pays late", "7946", "weeks"):
        assert not holding(tmp_path, personal), personal
    assert desk.query(f"select count(*) from raw_zd.tickets where requester_id = '{CUSTOMER + 1}'") == [(0,)]


def test_agents_who_left_are_still_agents(desk, zendesk):
    desk.extract("zd")
    zendesk.clock += timedelta(hours=1)
    zendesk.data.users.put(user(AGENT, "end-user", updated_at="2026-11-21T03:20:00Z", active=False))
    desk.extract("zd")
    desk.map()
    assert desk.query("select author_role, count(*) from contract.ticket_messages group by all order by all") == [
        ("agent", 25),
        ("customer", 25),
    ]


def test_a_back_fill_reads_its_window_and_moves_no_cursor(desk, zendesk):
    configure(desk, zendesk.url, "max_attempts = 2")
    desk.extract("zd")
    assert desk.query("select count(order_id) from raw_zd.tickets") == [(0,)]
    configure(desk, zendesk.url)
    before = len(zendesk.requests)
    source = desk.sources.sources[0]
    # Ticket n was created in minute n, and answered in minute n + 42.
    window = Window(at(minutes=5), at(minutes=11))
    result = extract_source(
        source, desk.home, desk.settings, run_id="backfill", now=lambda: START + timedelta(days=1), window=window
    )
    assert result.status == "loaded", result.message
    assert desk.query("select count(distinct id) from raw_zd.tickets where order_id is not null") == [(10,)]
    asked_for = {request.path for request in zendesk.requests[before:]}
    assert not any("schedules" in path or "deleted" in path for path in asked_for)
    zendesk.clock += timedelta(hours=1)
    again = len(zendesk.requests)
    desk.extract("zd")
    wanted = [request for request in zendesk.requests[again:] if TICKETS in request.path]
    assert "cursor" in wanted[0].query


def holding(folder: Path, text: str) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]
