"""What Intercom's records become: the vendor's published sample field by field, its parts and bots, and a whole world."""

from datetime import UTC, datetime

import pytest
from intercom_records import ANN, ASKED, BEA, CLOCK, FIN, OPERATOR, contact, conversation, part, workspace
from small_installation import KEY, SmallInstallation

from orchestration.demo.stand_ins import intercom_data
from orchestration.demo.stand_ins.intercom import IntercomStandIn, Workspace
from orchestration.demo.world import build_world
from orchestration.extract.privacy import hashed, redacted, set_identity_key
from orchestration.warehouse import connect

TOKEN = "a-token"
# By hand after the vendor's published sample of a conversation.
SAMPLE_RATING = {
    "rating": 4,
    "remark": "ok",
    "created_at": 1793529841,
    "updated_at": 1793529900,
    "contact": {"type": "contact", "id": "6762f14a", "external_id": "c-88"},
    "teammate": {"type": "admin", "id": "351"},
}
SAMPLE_STATISTICS = {
    "type": "conversation_statistics",
    "time_to_assignment": 30,
    "time_to_admin_reply": 2568,
    "first_contact_reply_at": 1793527090,
    "first_assignment_at": 1793527120,
    "first_admin_reply_at": 1793529658,
    "last_close_at": 1793529840,
    "last_closed_by_id": "351",
    "count_reopens": 0,
}


def load(installation: SmallInstallation, stand_in: IntercomStandIn, more: str = "") -> None:
    installation.configure(
        f'[[sources]]\nname = "ic"\nkind = "intercom"\nbase_url = "{stand_in.url}"\nlanguage = "en"\n{more}\n'
    )
    with stand_in:
        result = installation.extract("ic")
    assert result.status == "loaded", result.message
    installation.map()


@pytest.fixture(autouse=True)
def token(monkeypatch):
    monkeypatch.setenv("INTERCOM_TOKEN", TOKEN)


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def test_the_published_sample(installation):
    sample = conversation(515, created_at=1793527090, updated_at=1793529840) | {
        "statistics": SAMPLE_STATISTICS,
        "conversation_rating": SAMPLE_RATING,
        "custom_attributes": {"Contact reason": "Item not received"},
        "team_assignee_id": "814",
    }
    sample["source"] |= {"id": "403918346", "body": "<p>Where is my order?</p>"}
    moved = 1793527090 - ASKED
    for each in sample["conversation_parts"]["conversation_parts"]:
        each |= {"created_at": each["created_at"] + moved, "updated_at": each["updated_at"] + moved}
    desk = IntercomStandIn(workspace(0), token=TOKEN, clock=CLOCK)
    desk.workspace.conversations["515"] = sample
    load(
        installation,
        desk,
        'keep_text = true\nreason_attribute = "Contact reason"\ninbox_url = "https://inbox.example/"',
    )
    one = installation.query
    assert one(
        "select ticket_id, ticket_url, agent_id, agent_key, team_name, channel, status, priority, reason, tags, "
        "subject, description, vendor_first_response_calendar_seconds, vendor_first_response_business_seconds, "
        "is_outbound, is_bot_only, is_spam, created_at, updated_at, picked_up_at, solved_at, deleted_at from contract.tickets"
    ) == [
        ("515", "https://inbox.example/515", "351", "ic:351", "Delivery", "chat", "solved", "not_priority",
         "Item not received", "inr", None, "Where is my order?", 2568.0, 2568.0, False, False, False, at(1793527090),
         at(1793529840), at(1793527120), at(1793529840), None)
    ]  # fmt: skip
    assert one(
        "select message_id, author_role, agent_key, body, channel, is_public, is_automatic, sent_at, _source_row_count "
        "from contract.ticket_messages order by sent_at"
    ) == [
        ("403918346", "customer", None, "Where is my order?", "chat", True, False, at(1793527090), 0),
        ("5152", "agent", "ic:351", "It left the warehouse & is on its way", "chat", True, False, at(1793529658), 1),
    ]
    assert one(
        "select change_id, agent_id, field, old_value, new_value, changed_at from contract.ticket_changes order by 6"
    ) == [
        ("515:created:status", None, "status", None, "open", at(1793527090)),
        ("5151:assignee", None, "assignee", None, "351", at(1793527120)),
        ("5153:status", "351", "status", "open", "solved", at(1793529840)),
    ]
    assert one(
        "select response_id, ticket_key, agent_id, score, scale, comment, responded_at from contract.csat_responses"
    ) == [("515", "ic:515", "351", "4", "stars_1_5", "ok", at(1793529900))]
    assert one("select invitation_key, survey_type, offered_at from contract.survey_invitations") == [
        ("ic:515", "csat", at(1793529841))
    ]
    asked, contacts = (one(f"select customer_key from contract.{entity}") for entity in ("csat_responses", "customers"))
    assert asked == contacts == one("select customer_key from contract.tickets")


def test_bots_outbound_and_parts_that_are_two_things(installation):
    people = workspace(0)
    people.conversations |= {
        # The AI agent's alone, and one that it handed to a person.
        "1": conversation(
            1,
            [part(11, "comment", 5, FIN, body="Here is how"), part(12, "close", 300, FIN)],
            ai_agent_participated=True, ai_agent={"resolution_state": "assumed_resolution", "rating": 1},
            admin_assignee_id=None,
        ),
        "2": conversation(
            2,
            [part(21, "comment", 5, FIN, body="Let me fetch somebody"), part(22, "comment", 90, BEA, body="Hi")],
            ai_agent_participated=True, ai_agent={"resolution_state": "routed_to_team", "rating": None},
        ),
        "3": conversation(3, [part(31, "comment", 5, OPERATOR, body="We answer within a day")], state="open"),
        "4": conversation(4, [part(41, "comment", 500, ANN, body="Thanks for telling")]),
        # A reply and close in one, answered by a customer's reopening, then snoozed and assigned to a team.
        "5": conversation(
            5,
            [
                part(51, "close", 100, BEA, body="Done, closing"),
                part(52, "open", 200, ANN, body="It is not done"),
                part(53, "snoozed", 300, BEA),
                part(54, "timer_unsnooze", 400, OPERATOR),
                part(55, "assignment", 500, OPERATOR, assigned_to={"type": "team", "id": "814"}),
                part(56, "note", 600, BEA, body="Look into this"),
                part(57, "assignment", 700, BEA, assigned_to={"type": "nobody_admin", "id": None}),
                part(58, "conversation_rating_changed", 800, OPERATOR, body="How did we do?"),
            ],
            state="open", conversation_rating=SAMPLE_RATING | {"rating": None, "updated_at": None},
        ),
    }  # fmt: skip
    people.conversations["4"]["source"] |= {"delivered_as": "admin_initiated", "author": BEA}
    load(installation, IntercomStandIn(people, token=TOKEN, clock=CLOCK))
    one = installation.query
    assert one("select ticket_id, is_bot_only, is_outbound from contract.tickets order by 1") == [
        ("1", True, False), ("2", False, False), ("3", False, False), ("4", False, True), ("5", False, False)
    ]  # fmt: skip
    said = "select message_id, author_role, agent_id, is_automatic, is_public from contract.ticket_messages"
    assert one(
        f"{said} where ticket_id in ('1', '2', '3', '4') and sent_at > to_timestamp({ASKED}) at time zone 'UTC' order by 1"
    ) == [
        ("11", "bot", "777", False, True),
        ("21", "bot", "777", False, True),
        ("22", "agent", "351", False, True),
        ("31", "bot", None, True, True),
        ("41", "customer", None, False, True),
    ]
    assert one(f"{said} where message_id = '404'") == [("404", "agent", "351", False, True)]
    assert one(f"{said} where ticket_id = '5' order by 1") == [
        ("405", "customer", None, False, True),
        ("51", "agent", "351", False, True),
        ("52", "customer", None, False, True),
        ("56", "agent", "351", False, False),
    ]
    assert one(
        "select field, old_value, new_value, agent_id from contract.ticket_changes where ticket_id = '5' order by changed_at"
    ) == [
        ("status", None, "open", None),
        ("status", "open", "solved", "351"),
        ("status", "solved", "open", None),
        ("status", "open", "pending", "351"),
        ("status", "pending", "open", None),
        ("team", None, "Delivery", None),
    ]
    assert one("select agent_id, employment, agent_name is null from contract.agents order by 1") == [
        ("351", None, False), ("777", "bot", True)
    ]  # fmt: skip
    # Asked for and not answered; the rating of the AI agent is none of these.
    assert one("select count(*) from contract.csat_responses") == [(0,)]
    assert one("select ticket_id from contract.survey_invitations") == [("5",)]
    assert one("select ai_agent_rating from raw_ic.conversations where id = '1'") == [("1",)]


def test_settings_that_choose_between_readings(installation):
    people: Workspace = workspace(1)
    people.contacts["lead"] = contact("lead", external_id=None, role="lead", email=None)
    people.conversations["2"] = conversation(2, contacts={"type": "contact.list", "contacts": [{"id": "lead"}]})
    people.conversations["3"] = conversation(3, contacts={"type": "contact.list", "contacts": []}, statistics=None)
    load(
        installation,
        IntercomStandIn(people, token=TOKEN, clock=CLOCK),
        'customer_reference = "external_id"\nhandle_time_statistic = "adjusted_handling_time"\nspam_tag = "inr"',
    )
    one = installation.query
    assert one("select ticket_id, handle_seconds, provenance from contract.handle_times order by 1") == [
        ("1", 400.0, "measured"), ("2", 400.0, "measured")
    ]  # fmt: skip
    assert one("select bool_and(is_spam), bool_or(is_test) from contract.tickets") == [(True, False)]
    known = "(select customer_id from contract.customers)"
    assert one(f"select ticket_id, customer_id in {known} from contract.tickets order by 1") == [
        ("1", True), ("2", True), ("3", None)
    ]  # fmt: skip
    assert one("select count(*) from contract.customers where customer_id = person_id") == [(1,)]


COMPARED = {
    "tickets": (
        "ticket_id, ticket_url, hashed(customer_id) as customer_id, order_id, seller_id, staff(agent_id) as agent_id, team_name, "
        "calendar_id, requester_role, channel, state(status) as status, market, language, reason, product, app_version, "
        "customer_tier, subject, merged_into_ticket_id, previous_ticket_id, vendor_first_response_calendar_seconds, "
        "vendor_first_response_business_seconds, is_outbound, is_spam, is_test, is_bot_only, created_at, picked_up_at, solved_at"
    ),
    "ticket_messages": (
        "message_id, ticket_id, case when author_role = 'agent' and is_automatic then 'bot' else author_role end as author_role, "
        "case when not is_automatic then staff(agent_id) end as agent_id, redacted(body) as body, is_public, is_automatic, sent_at"
    ),
    "survey_invitations": "ticket_id, hashed(customer_id) as customer_id, survey_type, offered_at",
    "agents": "staff(agent_id) as agent_id",
    "customers": ("hashed(customer_id) as customer_id, hashed(email) as email, market, language, tier, created_at"),
}
"""What of the world's rows Intercom carries as it is, by entity."""


def test_the_world_comes_back_as_it_is(installation):
    """What Intercom cannot carry: see `intercom_data`; besides, when a ticket was changed by what it does not know."""
    world = build_world(11, 0.05)
    desk = intercom_data.from_world(world, token=TOKEN, clock=world.known_through)
    chosen = "\n".join(f'{name} = "{value}"' for name, value in intercom_data.SETTINGS.items())
    load(installation, desk, f"keep_text = true\n{chosen}")
    with connect(installation.home.warehouse) as warehouse:
        for entity in (*COMPARED, "ticket_changes", "csat_responses", "handle_times"):
            warehouse.register(f"world_{entity}", world[entity])
        _define_what_the_vendor_says(warehouse)
        for entity, columns in COMPARED.items():
            mine = ", ".join(name.split(" as ")[-1].strip() for name in _split(columns))
            _assert_same(warehouse, f"select {columns} from held_{entity}", f"select {mine} from mine_{entity}", entity)
        tags = "coalesce(nullif(tags, ''), '-')"
        _assert_same(
            warehouse,
            f"select ticket_id, case when is_test then concat_ws('|', tags, 'test') else {tags} end from held_tickets",
            f"select ticket_id, {tags} from contract.tickets",
            "tags",
        )
        _assert_same(
            warehouse,
            "select ticket_id, field, new_value, changed_at, agent_id from said_changes where new_value is distinct from old_value",
            "select ticket_id, field, new_value, changed_at, agent_id from contract.ticket_changes",
            "changes",
        )
        _assert_same(
            warehouse,
            "select ticket_id, sum(handle_seconds) from held_handle_times group by all",
            "select ticket_id, handle_seconds from contract.handle_times",
            "handle times",
        )
        _assert_same(
            warehouse,
            "with last as (select * from held_csat_responses where scale = 'stars_1_5' "
            "qualify row_number() over (partition by ticket_id order by responded_at desc) = 1) "
            "select ticket_id, score, responded_at, comment from last where score in ('1', '2', '3', '4', '5')",
            "select ticket_id, score, responded_at, comment from mine_csat_responses where ticket_id in "
            "(select ticket_id from held_csat_responses where scale = 'stars_1_5')",
            "ratings",
        )


def _split(columns: str) -> list[str]:
    """Columns of a select list; a comma within brackets parts none."""
    parts, depth = [""], 0
    for character in columns:
        depth += (character == "(") - (character == ")")
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _define_what_the_vendor_says(warehouse) -> None:
    """The world's rows of tickets that are still there, in the vendor's values."""
    set_identity_key(warehouse, KEY)
    warehouse.execute(f"create temp macro hashed(text) as {hashed('text')}")
    warehouse.execute(f"create temp macro redacted(text) as {redacted('text')}")
    warehouse.execute(
        "create temp macro staff(agent) as case agent when 'a-bot' then '9001' "
        "else cast(cast(substr(agent, 3) as int) as varchar) end"
    )
    warehouse.execute(
        "create temp macro state(status) as case when status in ('new', 'open') then 'open' "
        "when status in ('pending', 'hold') then 'pending' else 'solved' end"
    )
    warehouse.execute("create temp view gone as select ticket_id from world_tickets where deleted_at is not null")
    here = "from world_{0} where ticket_id is not null and ticket_id not in (select ticket_id from gone)"
    for entity in ("ticket_messages", "ticket_changes", "csat_responses", "handle_times"):
        warehouse.execute(f"create temp view held_{entity} as select * {here.format(entity)}")
    # The world does not say of strangers that they were asked; the vendor names the contact of the conversation.
    warehouse.execute(
        "create temp view held_survey_invitations as select offers.* replace (tickets.customer_id as customer_id) "
        "from world_survey_invitations as offers inner join world_tickets as tickets on offers.ticket_id = tickets.ticket_id "
        "where survey_type = 'csat' and deleted_at is null"
    )
    warehouse.execute("create temp view held_tickets as select * from world_tickets where deleted_at is null")
    # Who left before the first load and wrote nothing that is still there is not known to the vendor.
    warehouse.execute(
        "create temp view held_agents as select * from world_agents where left_date is null and agent_id <> 'a-bot' or agent_id in "
        "(select agent_id from held_ticket_messages where not is_automatic union select agent_id from held_ticket_changes)"
    )
    warehouse.execute(
        "create temp view held_customers as select * from world_customers where customer_id in (select customer_id from held_tickets)"
    )
    warehouse.execute(
        """
        create temp view said_changes as
        with said as (
            select ticket_id, change_id, field, changed_at, staff(agent_id) as agent_id,
                case when field = 'status' then state(new_value) when field = 'assignee' then staff(new_value) else new_value end
                    as new_value
            from held_ticket_changes where field <> 'priority' and (field <> 'status' or old_value is not null)
            union all
            select ticket_id, '' as change_id, 'status', created_at, null, 'open' from held_tickets
        )
        select *, lag(new_value) over (partition by ticket_id, field order by changed_at, change_id) as old_value from said
        """
    )
    strangers = "(select hashed(customer_id) from world_customers)"
    for entity in ("tickets", "ticket_messages", "survey_invitations", "csat_responses", "agents", "customers"):
        only = f" where customer_id in {strangers}" if entity == "customers" else ""
        warehouse.execute(f"create temp view mine_{entity} as select * from contract.{entity}{only}")


def _assert_same(warehouse, expected: str, found: str, what: str) -> None:
    for one, other, which in ((expected, found, "lacks"), (found, expected, "has besides")):
        differing = warehouse.execute(f"({one}) except all ({other}) limit 3").fetchall()
        assert not differing, f"{what} {which} {differing}"
    assert warehouse.execute(f"select count(*) from ({found})").fetchall()[0][0] > 10, what
