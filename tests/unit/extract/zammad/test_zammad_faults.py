"""Zammad against the stand-in: what every system must survive."""

import pytest
from small_zammad import CANARY, COUNT, TOKEN, asked, at, configure, holding, later, user

from orchestration.demo.stand_ins.server import Answer, Fault


def test_an_index_that_knows_nothing_is_told(desk, zammad, instance):
    instance.has_search_index = False
    later(zammad, hours=1)
    result = desk.extract("za")
    assert result.status == "unusable"
    assert 'without Elasticsearch set changes = "database"' in result.message


def test_a_condition_that_is_not_understood_is_told(desk, zammad, instance):
    configure(desk, zammad.url, 'changes = "database"')
    later(zammad, days=5)
    zammad.change_answer("/tickets/search", lambda _: Answer([*instance.tickets.values()]))
    assert "does not search by time" in desk.extract("za").message


def test_a_ticket_deleted_between_listing_and_reading_is_passed_over(fresh, zammad, instance):
    articles = zammad.instance.articles
    zammad.faults.append(Fault("/ticket_history/12$", Answer({"error": "Couldn't find Ticket"}, 404)))
    zammad.faults.append(Fault("/tickets/12$", Answer({"error": "Couldn't find Ticket"}, 404)))
    assert fresh.extract("za").status == "loaded"
    # The sweep of the same run sees that it is there after all.
    assert fresh.query("select count(*) from raw_za.tickets") == [(COUNT,)]
    assert len(articles) == COUNT


def test_a_fault_in_mid_page_loads_nothing_and_the_next_run_all(fresh, zammad):
    zammad.faults.append(Fault("/tickets$", Answer({"error": "boom"}, 500), after=1, times=2))
    first = fresh.extract("za")
    assert first.status == "stale"
    assert "answers 500 at /api/v1/tickets" in first.message
    assert fresh.versions("raw_za.tickets") == 0
    zammad.faults.append(Fault("/ticket_history/17$", cut=True))
    second = fresh.extract("za")
    assert second.status == "loaded", second.message
    assert fresh.query("select count(*), count(distinct id) from raw_za.tickets") == [(COUNT, COUNT)]


def test_a_page_that_repeats_ends_neither_in_a_loop_nor_in_a_copy(fresh, zammad):
    first = Answer([zammad.instance.tickets[number] for number in range(1, 11)])
    zammad.faults.append(Fault("/tickets$", first, after=1, times=1))
    fresh.extract("za")
    assert fresh.query("select count(*), count(distinct id) from raw_za.tickets") == [(COUNT, COUNT)]
    zammad.faults.append(Fault("/users$", Answer([user(3, "Agent")]), times=99))
    later(zammad, hours=1)
    result = fresh.extract("za")
    assert result.status == "unusable"
    assert "pages in a row repeat" in result.message


def test_too_many_requests_are_waited_for(fresh, zammad):
    zammad.faults.append(Fault("/ticket_history/3$", Answer({}, 429, {"Retry-After": "1"})))
    assert fresh.extract("za").status == "loaded"


@pytest.mark.parametrize("path", ["ticket_states$", "/tickets$"])
def test_a_refused_token_takes_two_calls_at_most_and_one_clear_line(fresh, zammad, tmp_path, path):
    zammad.faults.append(Fault(path, Answer({"error": f"Invalid token {TOKEN}"}, 401), times=99))
    result = fresh.extract("za")
    assert result.status == "stale"
    assert result.message.startswith("source za: ")
    assert "ZAMMAD_TOKEN" in result.message
    assert len(asked(zammad, path.rstrip("$"))) <= 2
    assert not holding(tmp_path, TOKEN)


def test_a_missing_permission_names_what_is_needed(fresh, zammad):
    zammad.forbidden.add("/tickets$")
    assert "may not read /api/v1/tickets (403): they need a token with ticket.agent" in fresh.extract("za").message


def test_without_administrators_rights_only_calendars_are_left_out(fresh, zammad):
    zammad.forbidden |= {"/calendars$", "/slas$"}
    result = fresh.extract("za")
    assert result.status == "loaded"
    assert "may not read calendars (admin.calendar)" in result.message
    fresh.map()
    assert fresh.query("select count(*) from contract.calendar_hours") == [(0,)]
    assert fresh.query("select count(*) from contract.tickets") == [(COUNT,)]


def test_an_unreachable_host_names_the_setting(installation, monkeypatch):
    monkeypatch.setenv("ZAMMAD_TOKEN", TOKEN)
    configure(installation, "http://127.0.0.1:9")
    result = installation.extract("za")
    assert result.message == (
        "source za: http://127.0.0.1:9 cannot be reached (ConnectionError): check base_url, and the network"
    )


def test_a_changed_type_loses_nothing(fresh, instance):
    instance.tickets[1]["group_id"] = "2"
    instance.tickets[2]["first_response_in_min"] = "forty"
    instance.tickets[3]["created_at"] = 1793529840
    fresh.extract("za")
    counts = {count.entity_name: count for count in fresh.map()}["tickets"]
    assert (counts.rows_mapped, counts.rows_rejected) == (COUNT - 1, 1)


def test_a_renamed_field_is_unusable_and_a_new_one_is_told(fresh, zammad, instance):
    for ticket in instance.tickets.values():
        ticket["mood"] = "angry"
    assert "new: column mood" in fresh.extract("za").message
    instance.tickets[1]["updated_at"] = at(later(zammad, hours=1))
    assert "mood" not in fresh.extract("za").message  # once is enough
    for ticket in instance.tickets.values():
        ticket["queue_id"] = ticket.pop("group_id")
        ticket["updated_at"] = at(zammad.clock)
    zammad._ticket = lambda request, number: instance.tickets[number]
    later(zammad, hours=1)
    result = fresh.extract("za")
    assert result.status == "unusable"
    assert "the field group_id" in result.message


def test_an_empty_list_of_groups_empties_nothing(desk, zammad, instance):
    instance.groups = []
    later(zammad, hours=1)
    result = desk.extract("za")
    assert result.status == "unusable"
    assert "ticket_groups" in result.message


def test_names_addresses_and_texts_are_not_kept(desk, tmp_path):
    desk.map()
    assert not holding(tmp_path, CANARY)
    assert not holding(tmp_path, "Bea Canary")
    assert not holding(tmp_path, "Where is it")
