"""What a Zammad instance holds, as the contract has it."""

from datetime import datetime, timedelta

from small_installation import accounted
from small_zammad import (
    AGENT,
    BEFORE,
    CANARY,
    CLOCK,
    COUNT,
    CUSTOMER,
    accounting,
    article,
    asked,
    at,
    configure,
    later,
    user,
)


def test_first_load_reads_every_page_and_what_belongs_to_each_ticket(fresh, zammad):
    result = fresh.extract("za")
    assert (result.status, result.message) == ("loaded", "")
    assert accounted(result)
    assert fresh.query("select count(*), count(distinct id) from raw_za.tickets") == [(COUNT, COUNT)]
    assert fresh.query("select count(*) from raw_za.ticket_articles") == [(2 * COUNT,)]
    for path in ("ticket_articles/by_ticket", "ticket_history", "tags", "time_accountings"):
        assert len(asked(zammad, path)) == COUNT
    fresh.map()
    assert (
        fresh.query("select count(*), min(sent_at) from contract.ticket_messages where author_role = 'agent'")[0][0]
        == COUNT
    )
    marks = fresh.query(
        "select entity_name, complete_through_at from contract.delivery_marks where entity_name = 'tickets'"
    )
    assert marks == [("tickets", CLOCK.replace(tzinfo=None) - timedelta(minutes=5))]


def test_the_fields_of_a_ticket(desk):
    desk.map()
    columns = "ticket_id, agent_id, team_name, calendar_id, channel, status, priority, tags, is_outbound, solved_at, picked_up_at"
    created = BEFORE.replace(tzinfo=None) - timedelta(days=1)
    done = created + timedelta(minutes=46)
    assert desk.query(f"select {columns} from contract.tickets where ticket_id = '20'") == [
        ("20", "3", "Sales", "1", "email", "closed", "2 normal", "parcel|late", False, done, done)
    ]
    vendor = (
        "vendor_first_response_calendar_seconds, vendor_first_response_business_seconds, description_character_count"
    )
    first_words = len(f"Where is it? {CANARY}")
    assert desk.query(f"select {vendor} from contract.tickets where ticket_id = '20'") == [(2520, 2400, first_words)]
    changes = (
        "select field, old_value, new_value, agent_id, changed_at from contract.ticket_changes where ticket_id = '20'"
    )
    assert sorted(desk.query(changes), key=repr) == [
        ("assignee", None, "3", "3", done),
        ("priority", None, "2 normal", None, created),
        ("status", "new", "closed", "3", done),
        ("status", None, "new", None, created),
        ("team", None, "Sales", None, created),
    ]
    handled = "select handle_seconds, provenance, started_at from contract.handle_times where ticket_id = '20'"
    assert desk.query(handled) == [(900, "measured", BEFORE.replace(tzinfo=None) - timedelta(minutes=15))]


def test_calendars(desk):
    desk.map()
    hours = "select opens_local_time, closes_local_time from contract.calendar_hours where iso_weekday = 1 order by 1"
    assert desk.query(hours) == [("09:00", "12:00"), ("13:00", "24:00")]
    assert desk.query("select count(*), min(time_zone) from contract.calendar_hours") == [(10, "Europe/Berlin")]
    assert desk.query("select holiday_name, holiday_date::varchar from contract.calendar_holidays") == [
        ("Christmas", "2026-12-25")
    ]


def test_a_merge_moves_articles_and_leaves_no_contact(desk, zammad, instance):
    moment = later(zammad, hours=2)
    instance.merge(5, 6, at(moment - timedelta(minutes=3)), AGENT, (9001, 9002, 9003))
    desk.extract("za")
    desk.map()
    merged = "select merged_into_ticket_id, status, agent_id from contract.tickets where ticket_id = '5'"
    assert desk.query(merged) == [("6", "closed", None)]
    assert desk.query("select count(*) from contract.ticket_messages where ticket_id = '5'") == [(0,)]
    assert desk.query("select count(*) from contract.ticket_messages where ticket_id = '6'") == [(4,)]
    difference = "select sum(rows_current - rows_accounted) from audit.raw_accounting where run_id = 'run-2'"
    assert desk.query(difference) == [(0,)]


def test_entries_that_were_deleted_are_dropped_with_a_reason(desk, zammad, instance):
    moment = later(zammad, hours=2)
    instance.time_accountings[5] = [accounting(5000, 5, "2.5")]
    instance.articles[5].pop()
    instance.tickets[5]["updated_at"] = at(moment - timedelta(minutes=1))
    desk.extract("za")
    counts = {count.entity_name: count for count in desk.map()}
    assert counts["handle_times"].rows_dropped == 1
    assert counts["ticket_messages"].rows_dropped == 1
    assert desk.query("select handle_seconds from contract.handle_times where ticket_id = '5'") == [(150,)]


def test_notes_rules_and_bots(fresh, zammad, instance):
    configure(fresh, zammad.url, 'employments = { Bot = "bot" }')
    instance.users[4] = user(4, "Bot")
    moment = BEFORE
    instance.articles[5] = [
        article(9000, 5, "Agent", AGENT, moment, "only us", internal=True, type="note"),
        article(9001, 5, "Agent", AGENT, moment, "public, yet not sent", type="note"),
        article(9002, 5, "System", 1, moment, "We got it", preferences={"perform_origin": "trigger"}),
        article(9003, 5, "Agent", 4, moment, "Hi, I am a bot", type="chat"),
        article(9004, 5, "Customer", AGENT, moment, "He called", type="phone", origin_by_id=CUSTOMER),
        article(9005, 5, "Customer", CUSTOMER, moment, "Out of office", preferences={"is-auto-response": True}),
    ]
    fresh.extract("za")
    fresh.map()
    columns = "message_id, author_role, agent_id, channel, is_public, is_automatic"
    assert fresh.query(f"select {columns} from contract.ticket_messages where ticket_id = '5' order by 1") == [
        ("9000", "agent", "3", None, False, False),
        ("9001", "agent", "3", None, False, False),
        ("9002", "system", None, "email", True, True),
        ("9003", "bot", "4", "chat", True, False),
        ("9004", "customer", None, "telephone", True, False),
        ("9005", "customer", None, "email", True, True),
    ]


def test_accounted_time_of_an_unknown_unit_is_no_handle_time(fresh, zammad):
    fresh.configure(f'[[sources]]\nname = "za"\nkind = "zammad"\nbase_url = "{zammad.url}/api/v1/"\n')
    fresh.extract("za")
    counts = {count.entity_name: count for count in fresh.map()}["handle_times"]
    assert (counts.rows_mapped, counts.rows_dropped) == (0, COUNT)


def test_one_of_the_installations_own_attributes(fresh, zammad, instance):
    fields = 'ticket_fields = { order_id = "order_number" }\ninbox_groups = ["Incoming"]\nspam_tags = ["junk"]'
    configure(fresh, zammad.url, fields)
    result = fresh.extract("za")
    assert result.status == "unusable"
    assert "order_number (for order_id)" in result.message
    for number, ticket in instance.tickets.items():
        ticket["order_number"] = f"o-{number}"
    instance.tags[5] = ["junk"]
    instance.tickets[5]["group_id"] = 1
    fresh.extract("za")
    fresh.map()
    assert fresh.query(
        "select order_id, team_name, is_spam from contract.tickets where ticket_id in ('5', '6') order by 1"
    ) == [
        ("o-5", None, True),
        ("o-6", "Sales", False),
    ]


def test_two_instances_side_by_side(fresh, zammad):
    for number in range(4, COUNT + 1):
        zammad.instance.delete(number)
    both = "".join(
        f'[[sources]]\nname = "{name}"\nkind = "zammad"\nbase_url = "{zammad.url}"\n' for name in ("north", "south")
    )
    fresh.configure(both)
    assert [fresh.extract(name).status for name in ("north", "south")] == ["loaded", "loaded"]
    fresh.map()
    assert fresh.query("select count(distinct ticket_key) from contract.tickets") == [(6,)]


# Excerpts of the vendor's documented answers, which say less than an instance of today does.
SAMPLE_TICKET = {
    "id": 50,
    "group_id": 1,
    "priority_id": 2,
    "state_id": 4,
    "number": "53050",
    "title": "Order 1001 not received",
    "owner_id": 3,
    "customer_id": 7,
    "first_response_at": "2026-11-01T10:40:58.000Z",
    "first_response_in_min": 40,
    "close_at": "2026-11-01T10:44:00.000Z",
    "last_close_at": "2026-11-01T10:44:00.000Z",
    "preferences": {},
    "updated_by_id": 3,
    "created_by_id": 7,
    "created_at": "2026-11-01T09:58:10.123Z",
    "updated_at": "2026-11-01T10:44:00.456Z",
}
SAMPLE_ARTICLE = {
    "id": 87,
    "ticket_id": 50,
    "content_type": "text/html",
    "body": "Where is it?",
    "internal": False,
    "preferences": {},
    "created_by_id": 7,
    "origin_by_id": None,
    "created_at": "2026-11-01T09:58:10.200Z",
    "updated_at": "2026-11-01T09:58:10.200Z",
    "type": "email",
    "sender": "Customer",
}
SAMPLE_TIME = {
    "id": 6,
    "ticket_id": 50,
    "ticket_article_id": 88,
    "time_unit": "15.0",
    "type_id": 3,
    "created_by_id": 3,
    "created_at": "2026-11-01T10:41:00.315Z",
    "updated_at": "2026-11-01T10:41:00.315Z",
}


def test_the_documented_samples(fresh, instance):
    for number in [*instance.tickets]:
        instance.delete(number)
    instance.tickets[50] = SAMPLE_TICKET
    instance.articles[50] = [SAMPLE_ARTICLE]
    instance.time_accountings[50] = [SAMPLE_TIME]
    assert fresh.extract("za").status == "loaded"
    fresh.map()
    ticket = "agent_id, team_name, channel, status, priority, is_outbound, subject_character_count, created_at, updated_at, solved_at"
    created = datetime(2026, 11, 1, 9, 58, 10, 123000)
    updated, solved = datetime(2026, 11, 1, 10, 44, 0, 456000), datetime(2026, 11, 1, 10, 44)
    assert fresh.query(f"select {ticket} from contract.tickets") == [
        ("3", "Incoming", "email", "closed", "2 normal", False, 23, created, updated, solved)
    ]
    vendor = "vendor_first_response_calendar_seconds, vendor_first_response_business_seconds"
    assert fresh.query(f"select {vendor} from contract.tickets") == [(2567.877, 2400)]
    message = "message_id, ticket_id, author_role, channel, is_public, is_automatic, body_character_count, sent_at"
    sent = datetime(2026, 11, 1, 9, 58, 10, 200000)
    assert fresh.query(f"select {message} from contract.ticket_messages") == [
        ("87", "50", "customer", "email", True, False, 12, sent)
    ]
    begun = datetime(2026, 11, 1, 10, 26, 0, 315000)
    assert fresh.query("select handle_time_id, agent_id, handle_seconds, started_at from contract.handle_times") == [
        ("6", "3", 900, begun)
    ]
