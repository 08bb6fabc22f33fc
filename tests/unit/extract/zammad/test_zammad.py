"""What is read of a Zammad instance, and when: changes, deletions, back-fills."""

from datetime import timedelta

import pytest
from small_zammad import CLOCK, COUNT, add_ticket, asked, at, configure, later

from orchestration.demo.stand_ins.server import Fault


@pytest.mark.parametrize("changes", ["search_index", "database", "listing"])
def test_changes_cost_four_requests_a_ticket_and_three_without_accounted_time(desk, zammad, instance, changes):
    configure(desk, zammad.url, f'changes = "{changes}"')
    moment = later(zammad, hours=2)
    add_ticket(instance, 5, moment - timedelta(minutes=30), state_id=2)
    add_ticket(instance, 900, moment - timedelta(minutes=20))
    instance.time_accountings[900] = []
    assert desk.extract("za").status == "loaded"
    of_tickets = [r for r in zammad.requests if "o_id" in r.query or any(part in r.path for part in ("/5", "/900"))]
    assert len(of_tickets) == 4 + 3
    desk.map()
    assert desk.query("select status from contract.tickets where ticket_id in ('5', '900') order by ticket_id") == [
        ("open",),
        ("closed",),
    ]
    assert desk.versions("raw_za.tickets") == COUNT + 2


def test_a_second_load_with_nothing_new_adds_nothing(desk, zammad):
    later(zammad, hours=1)
    second = desk.extract("za")
    assert second.status == "loaded"  # the mark of how far it has come
    assert sum(t["rows_landed"] for t in second.tables if t["table_name"] != "delivery_marks") == 0
    assert not asked(zammad, "ticket_articles")


def test_what_the_index_learned_late_is_found_by_the_look_back(desk, zammad, instance):
    moment = later(zammad, hours=2)
    add_ticket(instance, 901, moment - timedelta(minutes=1))
    instance.unindexed.add(901)
    desk.extract("za")
    assert not desk.query("select * from raw_za.tickets where id = '901'")
    instance.unindexed.clear()
    later(zammad, hours=20)
    desk.extract("za")
    assert len(desk.query("select * from raw_za.tickets where id = '901'")) == 1


def test_more_tickets_in_one_second_than_a_page_holds(desk, zammad, instance):
    moment = later(zammad, hours=2)
    for number in range(1000, 1045):
        add_ticket(instance, number, moment - timedelta(minutes=5))
        instance.time_accountings[number] = []
    zammad.faults.append(Fault("/tickets/search$", cut=True, after=1))
    assert desk.extract("za").status == "loaded"
    assert desk.query("select count(*), count(distinct id) from raw_za.tickets") == [(COUNT + 45,) * 2]


def test_a_ticket_that_moves_while_pages_are_read_hides_no_other(desk, zammad, instance):
    moment = later(zammad, hours=2)
    for number in range(1000, 1050):
        add_ticket(instance, number, moment - timedelta(hours=1) + timedelta(seconds=number - 1000))
        instance.time_accountings[number] = []

    def moving(answer):
        # The first tickets change again after the first page: every row behind them moves up.
        for number in range(1000, 1010):
            instance.tickets[number]["updated_at"] = at(moment - timedelta(seconds=1))
        return answer

    zammad.change_answer("/tickets/search", moving)
    desk.extract("za")
    assert desk.query("select count(distinct id) from raw_za.tickets") == [(COUNT + 50,)]


def test_deletions_are_found_by_a_sweep_and_proved(desk, zammad, instance):
    instance.delete(7)
    later(zammad, days=1)
    desk.extract("za")
    assert not [r for r in zammad.requests if r.path.endswith("/tickets")]  # not before a week has passed
    moment = later(zammad, days=7)
    add_ticket(instance, 8, moment - timedelta(hours=1))
    desk.extract("za")
    desk.map()
    gone = "select ticket_id, deleted_at from contract.tickets where deleted_at is not null"
    assert desk.query(gone) == [("7", moment.replace(tzinfo=None))]
    assert len(asked(zammad, "/tickets/7")) == 1
    vendor = desk.query("select vendor_count, own_count from audit.vendor_totals where run_id = 'run-3'")
    assert vendor == [(COUNT, COUNT)]
    add_ticket(instance, 7, moment)
    later(zammad, days=7)
    desk.extract("za")
    desk.map()
    assert desk.query(gone) == []


def test_a_sweep_beside_deletions_counts_nothing_as_deleted_that_is_there(desk, zammad, instance):
    later(zammad, days=8)
    doomed = [1, 2, 3]

    def shrinking(answer):
        if doomed:
            instance.delete(doomed.pop())
        return answer

    zammad.change_answer("/tickets", shrinking)
    desk.extract("za")
    assert desk.query("select ticket_id from raw_za.ticket_deletions order by 1") == [("1",), ("2",), ("3",)]


def test_tickets_out_of_sight_are_not_deleted(desk, zammad, instance):
    hidden = instance.tickets.pop(9)
    zammad.forbidden.add("/tickets/9$")
    later(zammad, days=8)
    result = desk.extract("za")
    assert "1 known tickets may no longer be read" in result.message
    assert desk.versions("raw_za.ticket_deletions") == 0
    assert hidden["id"] == 9


def test_the_sweep_finds_what_the_index_lost(desk, zammad, instance):
    moment = later(zammad, days=8)
    add_ticket(instance, 950, moment - timedelta(days=4))
    instance.unindexed.add(950)
    result = desk.extract("za")
    assert "1 tickets that the changes did not show" in result.message
    assert len(desk.query("select * from raw_za.tickets where id = '950'")) == 1


def test_a_backfill_reads_its_range_only_and_leaves_the_progress(desk, zammad, instance):
    from orchestration.extract.api.fetching import Window
    from orchestration.extract.source import extract_source

    moment = later(zammad, hours=5)
    add_ticket(instance, 5, CLOCK - timedelta(days=2), state_id=2)
    add_ticket(instance, 6, moment, state_id=2)
    begin = CLOCK.replace(tzinfo=None) - timedelta(days=2, hours=1)
    source = desk.sources.sources[0]
    window = Window(begin, begin + timedelta(days=1))
    extract_source(source, desk.home, desk.settings, run_id="back", now=desk.now, window=window)
    assert desk.versions("raw_za.tickets") == COUNT + 1
    known = "select count(*) from audit.source_progress where name = 'tickets_read_through'"
    assert desk.query(known) == [(1,)]
