"""Zendesk's records one by one: the vendor's samples, the forms of `via`, schedules, surveys, and what refuses to be read."""

from datetime import datetime, timedelta

import pytest
from small_installation import SmallInstallation
from zendesk_account import (
    AGENT,
    BEGIN,
    CLOCK,
    CUSTOMER,
    SCHEDULE,
    account,
    iso,
    rating,
    survey_response,
    ticket,
    update,
)

from orchestration.demo.stand_ins.server import Answer, Fault
from orchestration.demo.stand_ins.zendesk import ZendeskStandIn
from orchestration.demo.stand_ins.zendesk_streams import event_stream, ticket_stream, user_stream
from orchestration.extract.faults import UnusableDeliveryError
from orchestration.extract.zendesk.schedules import schedule_rows
from orchestration.extract.zendesk.surveys import response_row
from orchestration.extract.zendesk.tickets import field_text
from orchestration.extract.zendesk.via import via_type
from orchestration.extract.zendesk.zones import RAILS_ZONES, iana_zone
from orchestration.time_zone_rules import available_timezones

METRIC_SET = {
    "id": 9001, "ticket_id": 35436, "reopens": 0, "replies": 1, "solved_at": "2026-11-01T10:41:02Z",
    "initially_assigned_at": "2026-11-01T10:01:00Z", "reply_time_in_minutes": {"calendar": 42, "business": 40},
    "reply_time_in_seconds": {"calendar": 2568}, "full_resolution_time_in_minutes": {"calendar": 42, "business": 40},
}  # fmt: skip
SAMPLE = {
    "url": "https://acme.zendesk.com/api/v2/tickets/35436.json", "id": 35436, "external_id": None,
    "via": {"channel": "email", "source": {"from": {"address": "ann@example.com", "name": "Ann"}, "to": {}, "rel": None}},
    "created_at": "2026-11-01T09:58:10Z", "updated_at": "2026-11-01T10:41:02Z", "generated_timestamp": 1793529662,
    "type": None, "subject": "Where is my order 1001?", "description": "It has been 3 weeks", "priority": "normal",
    "status": "solved", "requester_id": 2097, "submitter_id": 2097, "assignee_id": 35, "group_id": 7,
    "tags": ["inr", "order_1001"], "custom_fields": [{"id": 360001, "value": "not_received"}, {"id": 360002, "value": None}],
    "satisfaction_rating": {"id": 77, "score": "good", "comment": "quick"}, "custom_status_id": 5, "ticket_form_id": 1,
    "brand_id": 1, "metric_set": METRIC_SET,
}  # fmt: skip
DELETED = {
    "url": "https://acme.zendesk.com/api/v2/tickets/35437.json", "id": 35437, "created_at": "2026-11-01T10:00:00Z",
    "updated_at": "2026-11-01T10:44:00Z", "generated_timestamp": 1793529840, "status": "deleted", "subject": "SCRUBBED",
    "description": "SCRUBBED", "requester_id": -1, "submitter_id": -1, "assignee_id": None, "group_id": None, "tags": [],
    "custom_fields": [], "satisfaction_rating": None, "via": {"channel": "web", "source": {}}, "due_at": None,
}  # fmt: skip
EVENTS = [
    {
        "id": 91048994468, "ticket_id": 35436, "timestamp": 1793527090, "created_at": "2026-11-01T09:58:10Z",
        "updater_id": 2097, "via": "Mail", "event_type": "Audit",
        "child_events": [
            {"id": 1, "via": "Mail", "via_reference_id": None, "type": "Comment", "event_type": "Comment", "author_id": 2097,
             "public": True, "body": "It has been 3 weeks", "audit_id": 91048994468, "created_at": "2026-11-01T09:58:10Z"},
            {"id": 2, "via": "Mail", "via_reference_id": None, "event_type": "Create", "status": "new"},
            {"id": 3, "via": "Mail", "via_reference_id": None, "event_type": "Create", "tags": ["inr"]},
        ],
    },
    {
        "id": 91048994499, "ticket_id": 35436, "timestamp": 1793529658, "created_at": "2026-11-01T10:40:58Z",
        "updater_id": 35, "via": "Web form", "event_type": "Audit",
        "child_events": [
            {"id": 4, "via": "Web form", "via_reference_id": None, "type": "Comment", "event_type": "Comment", "author_id": 35,
             "public": True, "body": "It left the warehouse", "created_at": "2026-11-01T10:40:58Z"},
            {"id": 5, "via": "Web form", "via_reference_id": None, "event_type": "Change", "status": "solved",
             "previous_value": "open"},
        ],
    },
]  # fmt: skip


@pytest.fixture
def zendesk():
    with ZendeskStandIn(account(3), client_id="id", client_secret="secret", clock=CLOCK) as stand_in:
        yield stand_in


@pytest.fixture
def desk(installation: SmallInstallation, zendesk, monkeypatch):
    monkeypatch.setenv("ZENDESK_CLIENT_ID", "id")
    monkeypatch.setenv("ZENDESK_CLIENT_SECRET", "secret")

    def load(more: str = ""):
        installation.configure(
            f'[[sources]]\nname = "zd"\nkind = "zendesk"\nbase_url = "{zendesk.url}"\nstart_date = 2026-01-01\n{more}\n'
        )
        result = installation.extract("zd")
        assert result.status in ("loaded", "unchanged"), result.message
        installation.map()
        return installation

    return load


def test_the_published_samples_field_by_field(desk, zendesk):
    zendesk.data.tickets = ticket_stream([SAMPLE, DELETED])
    zendesk.data.ticket_events = event_stream(EVENTS)
    home = desk(
        'reason_field = 360001\ninr_tags = ["inr"]\norder_field = 360002\nrole_tags = { inr = "buyer" }\nkeep_text = true'
    )
    utc = datetime.fromisoformat
    assert home.query(
        "select ticket_id, ticket_url, order_id, agent_id, team_name, requester_role, channel, status, priority, reason, tags, "
        "subject, description, merged_into_ticket_id, vendor_first_response_calendar_seconds, "
        "vendor_first_response_business_seconds, is_outbound, is_spam, created_at, updated_at, picked_up_at, solved_at, deleted_at "
        "from contract.tickets order by ticket_id"
    ) == [
        ("35436", "https://acme.zendesk.com/agent/tickets/35436", None, "35", "Buyer Support", "buyer", "email", "solved",
         "normal", "not_received", "inr|order_1001", "Where is my order 1001?", "It has been 3 weeks", None, 2568.0, 2400.0,
         False, None, utc("2026-11-01 09:58:10"), utc("2026-11-01 10:41:02"), utc("2026-11-01 10:01:00"),
         utc("2026-11-01 10:41:02"), None),
        ("35437", "https://acme.zendesk.com/agent/tickets/35437", None, None, None, None, "web", None, None, None, None, None,
         None, None, None, None, False, None, utc("2026-11-01 10:00:00"), utc("2026-11-01 10:44:00"), None, None,
         utc("2026-11-01 10:44:00")),
    ]  # fmt: skip
    assert home.query(
        "select message_id, author_role, agent_id, channel, body, is_public, sent_at from contract.ticket_messages order by 1"
    ) == [
        ("1", "customer", None, "email", "It has been 3 weeks", True, utc("2026-11-01 09:58:10")),
        ("4", "agent", "35", "web", "It left the warehouse", True, utc("2026-11-01 10:40:58")),
    ]
    assert home.query("select * exclude (_seen_at, _row_id) from contract.ticket_changes order by change_id") == [
        ("zd", "zd:2-status", "2-status", "35436", "zd:35436", None, None, "status", None, "new", utc("2026-11-01 09:58:10"), 1),
        ("zd", "zd:5-status", "5-status", "35436", "zd:35436", "35", "zd:35", "status", "open", "solved",
         utc("2026-11-01 10:40:58"), 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("via", "expected"),
    [
        ({"channel": "email", "source": {}}, "mail"),
        ({"channel": 4}, "mail"),
        ({"channel": "29"}, "chat"),
        ("Mail", "mail"),
        ("Web form", "web_form"),
        ("Phone call (incoming)", "phone_call_inbound"),
        ({"channel": "voice", "source": {"rel": "outbound"}}, "phone_call_outbound"),
        ({"channel": "voice", "source": {"rel": None}}, "voice"),
        ("Rule", "rule"),
        (8, "rule"),
        (0, "web_form"),
        (4711, "4711"),
        ("Web service (API)", "web_service"),
        (None, None),
        ("", None),
        ({}, None),
    ],
)
def test_a_way_has_one_name_whatever_its_form(via, expected):
    assert via_type(via) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(True, "true"), (["a", "b"], "a|b"), ([], None), (" x ", "x"), ("", None), (7, "7"), (None, None)],
)
def test_a_custom_field_is_text(value, expected):
    assert field_text(value) == expected


def test_zones_have_iana_names():
    assert set(RAILS_ZONES.values()) <= available_timezones()
    assert iana_zone("Amsterdam") == "Europe/Amsterdam"
    assert iana_zone("Europe/Amsterdam") == "Europe/Amsterdam"
    assert iana_zone("Pacific Time (US & Canada)") == "America/Los_Angeles"
    assert iana_zone("Atlantis") is None
    assert iana_zone("Atlantis", {"Atlantis": "Atlantic/Azores"}) == "Atlantic/Azores"


def test_a_schedule_in_an_unknown_zone_names_the_setting():
    with pytest.raises(
        UnusableDeliveryError, match=r'schedule 1 is in the time zone Atlantis.*time_zones = \{ "Atlantis"'
    ):
        schedule_rows({"id": 1, "time_zone": "Atlantis"}, {}, datetime(2026, 1, 1), {})


HOURS = (
    "select iso_weekday, opens_local_time, closes_local_time, cast(valid_from_date as varchar), cast(valid_to_date as varchar) "
    "from contract.calendar_hours order by valid_from_date nulls first, iso_weekday, opens_local_time"
)


def test_hours_of_a_schedule_keep_their_past(desk, zendesk):
    home = desk()
    assert home.query(HOURS) == [(1, "09:00", "17:00", None, None), (2, "09:00", "17:00", None, None)]
    assert home.query("select distinct calendar_id, time_zone from contract.calendar_hours") == [
        (str(SCHEDULE), "Europe/Amsterdam")
    ]
    zendesk.clock += timedelta(days=7)
    # Saturday night into Sunday, a Sunday's end at midnight, and two days in one piece.
    intervals = [(8640 + 1320, 10080), (0, 360), (1980, 3900)]
    zendesk.data.schedules[0]["intervals"] = [{"start_time": begin, "end_time": end} for begin, end in intervals]
    zendesk.data.schedules[0]["updated_at"] = "2026-11-25T23:30:00Z"
    home = desk()
    assert home.query(HOURS) == [
        (1, "09:00", "17:00", None, "2026-11-25"),
        (2, "09:00", "17:00", None, "2026-11-25"),
        (1, "09:00", "24:00", "2026-11-26", None),
        (2, "00:00", "17:00", "2026-11-26", None),
        (6, "22:00", "24:00", "2026-11-26", None),
        (7, "00:00", "06:00", "2026-11-26", None),
    ]
    zendesk.clock += timedelta(hours=1)
    zendesk.data.schedules[0]["intervals"] = []
    home = desk()
    assert home.query(f'select count(*) from ({HOURS}) as hours where "CAST(valid_to_date AS VARCHAR)" is null') == [
        (0,)
    ]


def test_holidays_are_days_and_what_is_over_stays(desk, zendesk):
    home = desk()
    listed = "select cast(holiday_date as varchar), holiday_name, closed_from_local_time from contract.calendar_holidays order by 1"
    assert home.query(listed) == [("2026-12-25", "Christmas", None), ("2026-12-26", "Christmas", None)]
    zendesk.clock += timedelta(days=34)  # Christmas Day
    zendesk.data.holidays[SCHEDULE] = [
        {"id": 2, "name": "New Year", "start_date": "2027-01-01", "end_date": "2027-01-01"}
    ]
    home = desk()
    assert home.query(listed) == [("2027-01-01", "New Year", None)]
    zendesk.clock += timedelta(days=20)
    zendesk.data.holidays[SCHEDULE] = []
    home = desk()
    assert home.query(listed) == [("2027-01-01", "New Year", None)]


def test_ratings_are_answers_and_offers(desk, zendesk):
    ratings = [
        rating(1, 1, "offered", BEGIN),
        rating(2, 1, "good", BEGIN + timedelta(hours=2)),
        rating(3, 2, "bad", BEGIN),
        rating(4, 3, "offered", BEGIN),
    ]
    zendesk.data.ratings = {row["id"]: row for row in ratings}
    home = desk()
    answers = (
        "select response_id, invitation_id, ticket_id, agent_id, score, scale from contract.csat_responses order by 1"
    )
    assert home.query(answers) == [("2", "1", "1", "35", "good", "good_bad"), ("3", "3", "2", "35", "bad", "good_bad")]
    assert home.query("select invitation_id, survey_type from contract.survey_invitations order by 1") == [
        ("1", "csat"), ("3", "csat"), ("4", "csat"),
    ]  # fmt: skip
    # A rating changed 29 days after it was given is found by the look-back.
    zendesk.clock += timedelta(days=25)
    zendesk.data.ratings[3] |= {"score": "good", "updated_at": iso(zendesk.clock)}
    home = desk()
    assert home.query(answers)[1] == ("3", "3", "2", "35", "good", "good_bad")
    assert int(zendesk.requests[-1].query.get("start_time", 0)) >= 0
    assert home.query("select count(*) from raw_zd.satisfaction_ratings") == [(5,)]


def offered(number: int, ticket_id: int, response: str | None, kind: str) -> dict:
    child = {"id": number + 1, "type": kind, "event_type": kind} | (
        {"survey_response_id": response} if response else {}
    )
    return update(number, BEGIN + timedelta(hours=3), -1, child, ticket_id=ticket_id)


def test_surveys_of_the_new_kind(desk, zendesk):
    data = zendesk.data
    data.ticket_events.put(
        offered(800, 1, "R1", "SurveyOffered"),
        offered(810, 2, "R2", "SurveyOffered"),
        offered(820, 1, "R1", "SurveyResponseSubmitted"),
        offered(830, 3, "R-not-listed", "Survey response submitted"),
    )
    created = int(BEGIN.timestamp())
    data.survey_responses = {
        "R1": (created, survey_response("R1", 1, 5)),
        "R2": (created, survey_response("R2", 2, None)),
        "R-not-listed": (0, survey_response("R-not-listed", 3, 2)),
    }
    home = desk('[sources.survey_scales]\nS1 = "stars_1_5"')
    assert home.query(
        "select response_id, invitation_id, ticket_id, score, scale, stated_reason, comment_character_count "
        "from contract.csat_responses order by 1 desc"
    ) == [("R1", "R1", "1", "5", "stars_1_5", "o1", 25), ("R-not-listed", None, "3", "2", "stars_1_5", "Too slow", 25)]
    assert home.query("select invitation_id, ticket_id from contract.survey_invitations order by 1") == [
        ("R1", "1"), ("R2", "2"),
    ]  # fmt: skip
    assert home.query("select distinct customer_id = (select customer_id from contract.tickets where ticket_id = '1') "
                      "from contract.csat_responses where response_id = 'R1'") == [(True,)]  # fmt: skip


def test_an_account_without_the_list_shows_answers_one_by_one(desk, zendesk):
    zendesk.data.ticket_events.put(
        offered(820, 1, "R1", "SurveyResponseSubmitted"), offered(830, 2, None, "SurveyOffered")
    )
    zendesk.data.survey_responses = {"R1": (0, survey_response("R1", 1, 4))}
    zendesk.faults.append(Fault("guide/survey_responses$", Answer({"errors": []}, 404), times=9))
    home = desk()
    assert home.query("select response_id, score, scale from contract.csat_responses") == [("R1", "4", "stars_1_5")]
    assert home.query("select invitation_id from contract.survey_invitations") == [("831",)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"answers": None}, "has no list of answers"),
        ({"answers": [{"type": "video"}]}, "an answer of the unknown type video"),
        ({"answers": [{"type": "rating_scale", "rating": "5"}]}, "a rating that is no whole number"),
        (
            {"answers": [{"type": "rating_scale", "rating": 5, "rating_category": "great"}]},
            "unknown rating_category great",
        ),
        (
            {"answers": [{"type": "rating_scale", "rating": 5, "rating_category": "good"}]},
            "a rating without created_at",
        ),
    ],
)
def test_a_survey_response_of_another_shape_is_refused(change, message):
    with pytest.raises(UnusableDeliveryError, match=message):
        response_row(survey_response("R1", 1, 5) | change, {})


def test_a_rating_without_a_known_scale_counts_by_its_category():
    response = survey_response("R1", 1, 5)
    response["answers"][0]["question"].pop("options")
    assert response_row(response, {})["scale"] is None
    assert response_row(response, {"*": "stars_1_5"})["scale"] == "stars_1_5"
    assert response_row({**response, "subjects": [], "subject_zrns": ["zen:conversation:4"]}, {})["ticket_id"] is None


def test_settings_name_fields_and_tags(desk, zendesk):
    fields = {1: "o-1", 2: "s-1", 3: "GB", 4: "de", 5: "late", 6: "iOS", 7: "5.1", 8: "vip", 9: "Seller", 10: "99"}
    zendesk.data.tickets.put(
        ticket(
            1, custom_fields=[{"id": key, "value": value} for key, value in fields.items()], tags=["junk", "tester"]
        ),
        ticket(2, via={"channel": "web"}, submitter_id=AGENT, tags=["robot"]),
        ticket(3, via={"channel": "api"}, submitter_id=AGENT, requester_id=AGENT),
    )
    named = ["order", "seller", "market", "language", "reason", "product", "app_version", "customer_tier", "requester_role",
             "previous_ticket"]  # fmt: skip
    settings = "\n".join(f"{name}_field = {number}" for number, name in enumerate(named, start=1))
    home = desk(
        f'{settings}\nspam_tags = ["junk"]\ntest_tags = ["tester"]\nbot_only_tags = ["robot"]\ninr_reasons = ["late"]\n'
        'requester_role = "buyer"\nchannels = { web_service = "app" }\nperson_field = "external_id"\nbot_agents = [35]'
    )
    assert home.query(
        "select order_id, seller_id, market, language, reason, product, app_version, customer_tier, requester_role, "
        "previous_ticket_id, is_spam, is_test, is_bot_only, is_outbound, channel from contract.tickets order by ticket_id"
    ) == [
        ("o-1", "s-1", "GB", "de", "late", "iOS", "5.1", "vip", "seller", "99", True, True, False, False, "email"),
        (*[None] * 8, "buyer", None, False, False, True, True, "web"),
        (*[None] * 8, "other", None, False, False, False, False, "app"),
    ]
    assert home.query("select claim_id, order_key, origin, opened_at from contract.inr_claims") == [
        ("1", "zd:o-1", "ticket", (BEGIN + timedelta(minutes=1)).replace(tzinfo=None))
    ]
    assert home.query("select count(person_id) from contract.customers") == [(3,)]
    assert home.query("select author_role, count(*) from contract.ticket_messages group by all order by all") == [
        ("bot", 2), ("customer", 4),
    ]  # fmt: skip
    assert home.query("select distinct body_sentiment is null from contract.ticket_messages where ticket_id = '1'") == [
        (False,)
    ]


def test_without_a_setting_there_are_no_claims(desk):
    home = desk()
    assert home.query("select count(*) from contract.inr_claims") == [(0,)]
    assert "inr_claims" not in {mapping.entity for mapping in home.sources.sources[0].entities}


def test_users_are_read_from_the_beginning(desk, zendesk):
    old = {"updated_at": "2012-01-01T00:00:00Z"}
    data = zendesk.data
    data.users = user_stream([each | (old if each["role"] != "end-user" else {}) for each in data.users.records])
    assert desk().query("select count(*) from contract.agents") == [(2,)]
    assert CUSTOMER + 1 in {each["id"] for each in data.users.records}
