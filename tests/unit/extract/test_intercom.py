"""Intercom against the stand-in: what every system must survive, and what only Intercom does."""

import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from intercom_records import ASKED, CLOCK, conversation, part, workspace
from small_installation import SmallInstallation, accounted

from orchestration.demo.stand_ins.intercom import IntercomStandIn
from orchestration.demo.stand_ins.server import Answer, Fault
from orchestration.extract.api.fetching import Window
from orchestration.extract.intercom.conversations import ConversationReader
from orchestration.extract.source import extract_source
from orchestration.sources import read_sources

TOKEN = "canary-token-of-intercom"
CONVERSATIONS, PARTS = "raw_ic.conversations", "raw_ic.conversation_parts"
COUNT = 25


@pytest.fixture
def intercom():
    with IntercomStandIn(workspace(COUNT), token=TOKEN, clock=CLOCK) as stand_in:
        yield stand_in


@pytest.fixture
def desk(installation: SmallInstallation, intercom, monkeypatch):
    monkeypatch.setenv("INTERCOM_TOKEN", TOKEN)
    configure(installation, intercom.url)
    return installation


def configure(installation: SmallInstallation, url: str, more: str = "") -> None:
    installation.configure(
        f'[[sources]]\nname = "ic"\nkind = "intercom"\nbase_url = "{url}"\nmax_attempts = 2\nstart_date = 2026-11-01\n'
        "page_size = 10\n"
        f'order_attribute = "Order number"\nreason_attribute = "Contact reason"\n{more}\n'
    )


def calls(stand_in: IntercomStandIn, pattern: str) -> int:
    return sum(1 for request in stand_in.requests if request.path.startswith(pattern))


def later(stand_in: IntercomStandIn, **passed: float) -> int:
    """Let time pass; returns the second an hour before now, when things may have changed."""
    stand_in.requests.clear()
    stand_in.clock += timedelta(**passed)
    return int(stand_in.clock.timestamp()) - 3600


def test_loads_first_again_and_after_changes(desk, intercom, tmp_path):
    result = desk.extract("ic")
    assert result.status == "loaded", result.message
    assert result.message == ""
    assert accounted(result)
    assert desk.query(f"select count(*), count(distinct id) from {CONVERSATIONS}") == [(COUNT, COUNT)]
    assert desk.versions(PARTS) == 3 * COUNT
    # One request per conversation, one per page and slice of time, seven for the vendor's counts of days.
    assert calls(intercom, "/conversations/search") == 3 + 2 + 7
    assert calls(intercom, "/conversations/") == COUNT + 12
    assert all(request.headers["Intercom-Version"] == "2.14" for request in intercom.requests)
    assert desk.query("select sum(vendor_count), sum(own_count), count(*) from audit.vendor_totals") == [(0, 0, 7)]

    later(intercom, hours=1)
    assert desk.extract("ic").rows_landed == 8  # the marks of the entities move on, and nothing else
    assert calls(intercom, "/conversations/") == 1 + 7
    desk.map()
    through = {row[0] for row in desk.query("select complete_through_at from contract.delivery_marks")}
    assert through == {(intercom.clock - timedelta(seconds=600)).replace(tzinfo=None)}
    for canary in ("ann@example.com", "Ann@Example.com", "Ann Canary", "bea@acme", "1234567", "on its way", "6762f14a"):
        assert not holding(tmp_path, canary), canary

    changed = later(intercom, hours=5)
    for number in range(1, 21):
        known = intercom.workspace.conversations[str(number)]
        known["updated_at"] = changed
        known["conversation_parts"]["conversation_parts"].append(part(9000 + number, "open", 6000))
        # Committed late, long before the last reading: parts are never filtered by time.
        known["conversation_parts"]["conversation_parts"].append(part(8000 + number, "note", 40, body="late"))
    desk.extract("ic")
    # A changed ticket costs one request, and its share of the pages of the search.
    assert calls(intercom, "/conversations/") - 7 == 20 + 2
    assert desk.versions(CONVERSATIONS) == COUNT + 20
    assert desk.versions(PARTS) == 3 * COUNT + 40


def test_same_second_late_and_vanished_ones(desk, intercom):
    absent = Answer({"type": "error.list", "errors": []}, 404)
    intercom.faults.append(Fault("/conversations/9$", absent, times=2))
    at_reading = int(CLOCK.timestamp())
    desk.extract("ic")
    later(intercom, minutes=30)
    for number, updated_at in ((9, at_reading), (901, at_reading), (902, at_reading - 5400)):
        intercom.workspace.conversations[str(number)] = conversation(number, updated_at=updated_at)
    desk.extract("ic")
    assert desk.query(f"select id from {CONVERSATIONS} where id > '900' order by id") == [("901",), ("902",)]
    # The vendor answered 404 for what its own search listed, twice.
    assert desk.versions("raw_ic.deleted_conversations") == 1
    assert desk.versions(CONVERSATIONS) == COUNT - 1 + 2


def test_deleted_conversations_are_found_by_the_sweep_and_their_history_kept(desk, intercom):
    desk.extract("ic")
    del intercom.workspace.conversations["7"]
    seen_at = later(intercom, days=31) + 3600
    # What slipped through every window so far is found as well.
    intercom.workspace.conversations["8"]["updated_at"] = ASKED + 3001
    assert desk.extract("ic").message == (
        f"sweep: {COUNT - 1} conversations listed, 1 of those known are gone, 1 had changed unnoticed"
    )
    desk.map()
    assert desk.query("select ticket_id, epoch(deleted_at) from contract.tickets where deleted_at is not null") == [
        ("7", seen_at)
    ]
    assert desk.query("select count(*) from contract.ticket_messages where ticket_id = '7'") == [(2,)]


def test_the_limit_of_requests_is_waited_for_in_bounded_parallel(installation, monkeypatch):
    busy, most, lock, real = 0, 0, threading.Lock(), ConversationReader.look_up

    def counted(self, conversation_id):
        nonlocal busy, most
        with lock:
            busy += 1
            most = max(most, busy)
        try:
            return real(self, conversation_id)
        finally:
            with lock:
                busy -= 1

    monkeypatch.setattr(ConversationReader, "look_up", counted)
    monkeypatch.setenv("INTERCOM_TOKEN", TOKEN)
    with IntercomStandIn(workspace(40), token=TOKEN, clock=CLOCK, limit=30, window_seconds=1) as stand_in:
        configure(installation, stand_in.url, "parallel_requests = 2")
        result = installation.extract("ic")
        assert result.status == "loaded", result.message
        assert installation.versions(CONVERSATIONS) == 40
        # Each of the parallel requests is refused once a window at most, and then waits until the window ends.
        assert len(stand_in.requests) <= 40 + 18 + 2 * 3
    assert most == 2


def test_an_empty_listing_deletes_nothing(desk, intercom):
    desk.extract("ic")
    intercom.workspace.conversations.clear()
    later(intercom, days=31)
    result = desk.extract("ic")
    assert result.status == "unusable"
    assert "a listing of all ids has 0 where 25 were known" in result.message
    intercom.workspace.admins.clear()
    assert "table admins: a full listing of 0 rows where 1 were known" in desk.extract("ic").message


def test_a_fault_in_mid_page_loads_nothing_and_the_next_run_all(desk, intercom):
    intercom.faults.append(Fault("/conversations/search$", Answer("boom", 500), after=2, times=2))
    first = desk.extract("ic")
    assert first.status == "stale"
    assert "answers 500 at /conversations/search" in first.message
    assert desk.versions(CONVERSATIONS) == 0
    intercom.faults += [
        Fault("/conversations/3$", cut=True),
        Fault("/conversations/4$", Answer("<html>", 200, content_type="text/html"), after=0, times=1),
    ]
    second = desk.extract("ic")
    assert second.message == f"source ic: {intercom.url} answers with something that is no JSON at /conversations/4"
    third = desk.extract("ic")
    assert third.status == "loaded", third.message
    assert desk.query(f"select count(*), count(distinct id) from {CONVERSATIONS}") == [(COUNT, COUNT)]
    assert desk.query(f"select count(*), count(distinct id) from {PARTS}") == [(3 * COUNT, 3 * COUNT)]


def test_repeated_and_endless_pages(desk, intercom):
    page = {
        "type": "conversation.list",
        "total_count": 2,
        "conversations": [{"id": "1", "updated_at": ASKED + 3000}] * 2,
    }
    again = {**page, "pages": {"next": {"starting_after": "abc"}}}
    intercom.faults.append(Fault("/conversations/search$", Answer(again), times=3))
    endless = desk.extract("ic")
    assert endless.status == "unusable"
    assert "names a next page that was read already" in endless.message
    intercom.faults[:] = [Fault("/conversations/search$", Answer(again)), Fault("/conversations/search$", Answer(page))]
    assert desk.extract("ic").status == "loaded"
    assert desk.query(f"select count(*), count(distinct id) from {CONVERSATIONS}") == [(COUNT, COUNT)]


@pytest.mark.parametrize("fault_path", ["/admins$", "/conversations/search$"])
def test_refused_credentials_take_two_calls_at_most_and_one_clear_line(desk, intercom, fault_path, tmp_path):
    intercom.faults.append(Fault(fault_path, Answer({"errors": [{"message": f"no {TOKEN}"}]}, 401), times=99))
    result = desk.extract("ic")
    assert result.status == "stale"
    assert result.message.startswith(f"source ic: {intercom.url} refuses the credentials (401 at ")
    assert "INTERCOM_TOKEN" in result.message
    assert len([r for r in intercom.requests if r.path == "/admins" or "search" in r.path]) <= 2
    assert not holding(tmp_path, TOKEN)


def test_a_wrong_token_is_one_line(desk, intercom, monkeypatch):
    monkeypatch.setenv("INTERCOM_TOKEN", "expired")
    assert "refuses the credentials (401 at /admins): check INTERCOM_TOKEN" in desk.extract("ic").message
    assert len(intercom.requests) == 1


def test_a_missing_scope_names_the_scope_and_optional_lists_are_gone_without(desk, intercom):
    refused = Answer({"errors": [{"code": "forbidden"}]}, 403)
    intercom.faults += [Fault("/contacts/search$", refused), Fault("/tags$", refused)]
    result = desk.extract("ic")
    assert result.status == "loaded"
    assert "may not read /contacts/search (403): they need an access token with Read conversations" in result.message
    assert "may not read /tags" in result.message
    intercom.faults.append(Fault("/conversations/search$", refused))
    assert desk.extract("ic").status == "stale"


def test_an_unreachable_host_names_the_setting(installation, monkeypatch):
    monkeypatch.setenv("INTERCOM_TOKEN", TOKEN)
    configure(installation, "http://127.0.0.1:9")
    assert installation.extract("ic").message == (
        "source ic: http://127.0.0.1:9 cannot be reached (ConnectionError): check base_url, and the network"
    )


def test_a_changed_type_loses_nothing(desk, intercom):
    intercom.workspace.conversations["1"]["statistics"]["handling_time"] = "ten minutes"
    intercom.workspace.conversations["2"]["created_at"] = ASKED * 1000  # milliseconds
    intercom.workspace.conversations["3"]["admin_assignee_id"] = "351"
    desk.extract("ic")
    counts = {count.entity_name: count for count in desk.map()}
    assert (counts["tickets"].rows_mapped, counts["tickets"].rows_rejected) == (COUNT - 1, 1)
    assert counts["handle_times"].rows_rejected == 1
    assert ("handle_seconds", "is not a number") in [row[2:] for row in desk.rejected()]


def test_a_renamed_field_is_unusable_and_a_new_one_is_told(desk, intercom):
    for each in intercom.workspace.conversations.values():
        each["mood"] = "angry"
    assert "new: column mood" in desk.extract("ic").message
    changed = later(intercom, hours=5)
    for each in intercom.workspace.conversations.values():
        each |= {"updated_at": changed, "status": each.pop("state", None)}
    result = desk.extract("ic")
    assert result.status == "unusable"
    assert "no column state" in result.message or "has the field state" in result.message


def test_a_redaction_is_forgotten_in_all_versions(installation, intercom, monkeypatch):
    monkeypatch.setenv("INTERCOM_TOKEN", TOKEN)
    configure(installation, intercom.url, 'keep_text = true\nlanguage = "en"')
    installation.extract("ic")
    changed = later(intercom, hours=5)
    intercom.workspace.redact("1", "12", changed)
    intercom.workspace.redact("2", None, changed)
    installation.extract("ic")
    assert installation.query(f"select count(*), count(body), count(body_themes) from {PARTS} where id = '12'") == [
        (2, 0, 0)
    ]
    assert installation.query(f"select count(*), count(description) from {CONVERSATIONS} where id = '2'") == [(2, 0)]
    assert installation.query(f"select body from {PARTS} where id = '22'") == [
        ("It left the warehouse & is on its way",)
    ]
    installation.map()
    # That something was written stays.
    written = (
        "select ticket_id, count(*), count(body) from contract.ticket_messages where ticket_id in ('1', '2') group by 1"
    )
    assert installation.query(f"{written} order by 1") == [("1", 2, 1), ("2", 2, 1)]


def test_more_than_500_parts_are_told(desk, intercom):
    many = [part(100_000 + number, "comment", number) for number in range(503)]
    intercom.workspace.conversations["5"] = conversation(5, many)
    assert desk.extract("ic").message == (
        "1 conversations have more than the 500 parts that Intercom gives; the oldest are missing unless they were read "
        "before: 5"
    )
    assert desk.query(f"select count(*), min(cast(id as int)) from {PARTS} where conversation_id = '5'") == [
        (500, 100_003)
    ]
    assert desk.query(f"select part_count from {CONVERSATIONS} where id = '5'") == [("503",)]


def test_a_long_first_load_goes_on_where_it_stopped(installation, intercom, monkeypatch):
    monkeypatch.setenv("INTERCOM_TOKEN", TOKEN)
    for number in range(1, COUNT, 2):
        intercom.workspace.conversations[str(number)]["updated_at"] += 6 * 86_400
    configure(installation, intercom.url, "conversations_per_run = 10\nslice_days = 2")
    first = installation.extract("ic")
    assert "conversations are read through 2026-11-13 00:00 UTC; the next runs go on from there" in first.message
    installation.map()
    assert installation.query("select max(complete_through_at) from contract.delivery_marks") == [
        (datetime(2026, 11, 12, 23, 50),)
    ]
    installation.extract("ic")
    assert installation.versions(CONVERSATIONS) == COUNT


def test_a_misspelt_attribute_is_told_and_contacts_can_be_left_out(installation, intercom, monkeypatch):
    monkeypatch.setenv("INTERCOM_TOKEN", TOKEN)
    configure(installation, intercom.url, 'tier_attribute = "Teir"\nwithout = ["customers"]')
    message = installation.extract("ic").message
    assert message == f"none of {COUNT} conversations has the custom attribute Teir (tier_attribute)"
    assert calls(intercom, "/contacts") == 0
    installation.map()
    assert installation.query("select count(order_id), count(reason), count(customer_tier) from contract.tickets") == [
        (COUNT, COUNT, 0)
    ]


def test_teammates_who_left_stay_with_the_day_it_was_noticed(desk, intercom):
    desk.extract("ic")
    left = intercom.workspace.admins[0]
    intercom.workspace.admins[:] = [left | {"id": "352"}]
    later(intercom, days=1)
    desk.extract("ic")
    desk.map()
    agents = "select agent_id, cast(left_date as varchar) from contract.agents order by 1"
    assert desk.query(agents) == [("351", "2026-11-22"), ("352", None)]
    intercom.workspace.admins.append(left)
    desk.extract("ic")
    assert desk.current("id, noticed_date", "raw_ic.departed_admins") == [("351", None)]


def test_a_backfill_reads_its_window_and_moves_no_cursor(desk, intercom):
    desk.extract("ic")
    # It was in the window, changed since, and raw missed the change.
    intercom.workspace.conversations["3"] |= {"state": "open", "updated_at": ASKED + 500_000}
    intercom.workspace.conversations["900"] = conversation(900, created_at=ASKED + 400_000, updated_at=ASKED + 400_001)
    later(intercom, days=10)
    day = timedelta(days=1)
    begin = datetime(2026, 11, 12)
    source = read_sources(desk.home).sources[0]
    cursors = desk.query("select count(*) from audit.source_progress")
    extract_source(
        source,
        desk.home,
        desk.settings,
        run_id="again",
        now=lambda: datetime(2026, 12, 1),
        window=Window(begin, begin + day),
    )
    assert desk.query(f"select count(*) from {CONVERSATIONS} where id = '3' and state = 'open'") == [(1,)]
    assert desk.query(f"select count(*) from {CONVERSATIONS} where id = '900'") == [(0,)]
    assert desk.query("select count(*) from audit.source_progress") == cursors


def holding(folder: Path, text: str) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]
