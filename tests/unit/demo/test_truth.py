"""The truth, counted from the world's own records, equals what an independent reading of the delivered tables gives."""

import duckdb
import pytest

from orchestration.demo import World
from orchestration.demo.clock import HORIZON, instant

NOT_CONTACTS = (
    "is_outbound or is_spam or is_test or is_bot_only or merged_into_ticket_id is not null or deleted_at is not null"
)


@pytest.fixture(scope="module", params=[HORIZON, instant("2025-12-24T10:00")], ids=["horizon", "christmas"])
def cut(world: World, request: pytest.FixtureRequest) -> World:
    return world.as_of(request.param)


@pytest.fixture(scope="module")
def connection(cut: World):
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    for name in cut:
        connection.register(name, cut[name])
    yield connection
    connection.close()


def one(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple:
    return connection.execute(sql).fetchone()


def test_contacts_and_exclusions(cut: World, connection: duckdb.DuckDBPyConnection):
    truth = cut.truth["tickets"]
    counts = one(
        connection,
        f"""select count(*), count(*) filter (not ({NOT_CONTACTS})), count(*) filter (is_outbound), count(*) filter (is_spam),
            count(*) filter (is_test), count(*) filter (is_bot_only), count(merged_into_ticket_id), count(deleted_at) from tickets""",
    )
    excluded = truth["excluded_by_reason"]
    names = ("outbound", "spam", "test", "bot_only", "merged", "deleted")
    assert counts == (truth["landed_count"], truth["contact_count"], *(excluded[name] for name in names))
    assert truth["landed_count"] == truth["contact_count"] + sum(excluded.values())
    assert all(count > 0 for count in excluded.values())
    assert sum(truth["contacts_by_day"].values()) == truth["contact_count"]
    for key in ("contacts_by_week_market_stated_reason", "contacts_by_week_market_true_reason"):
        assert sum(row[-1] for row in truth[key]) == truth["contact_count"]


def test_contacts_by_week(cut: World, connection: duckdb.DuckDBPyConnection):
    found = connection.execute(
        f"""select strftime(date_trunc('week', created_at at time zone 'Europe/Berlin'), '%Y-%m-%d'), market, reason, count(*)
            from tickets where not ({NOT_CONTACTS}) and reason is not null group by all"""
    ).fetchall()
    stated = {tuple(row[:3]): row[3] for row in cut.truth["tickets"]["contacts_by_week_market_stated_reason"]}
    # Tags tell the reason of some whose field is empty, so the field alone gives no more than the truth.
    assert all(count <= stated[week, market or "unknown", reason] for week, market, reason, count in found)
    untagged = sum(count for (_, _, reason), count in stated.items() if reason == "uncategorised")
    assert 0.04 < untagged / cut.truth["tickets"]["contact_count"] < 0.09


def test_first_responses(cut: World, connection: duckdb.DuckDBPyConnection):
    found = connection.execute(
        f"""with asked as (
                select ticket_id, min(sent_at) as asked_at from ticket_messages where author_role = 'customer' group by 1
            ),
            answered as (
                select ticket_id, min(sent_at) as answered_at from ticket_messages join asked using (ticket_id)
                where author_role = 'agent' and is_public and not coalesce(is_automatic, false) and sent_at > asked_at
                group by 1
            )
            select ticket_id, strftime(asked_at, '%Y-%m-%dT%H:%M:%SZ'), strftime(answered_at, '%Y-%m-%dT%H:%M:%SZ')
            from tickets join asked using (ticket_id) left join answered using (ticket_id)
            where not ({NOT_CONTACTS}) order by ticket_id"""
    ).fetchall()
    truth = cut.truth["first_responses"]
    assert [tuple(row) for row in truth["rows"]] == found
    assert truth["unanswered_count"] == sum(row[2] is None for row in found) > 0
    assert truth["answered_count"] + truth["unanswered_count"] == len(found)


def test_csat(cut: World, connection: duckdb.DuckDBPyConnection):
    found = one(
        connection,
        """with valid as (
               select *, case when score in ('good', '4', '5') then 1 when score in ('ok', '3') then 0 else -1 end as value
               from csat_responses where score in ('good', 'ok', 'bad') or (scale = 'stars_1_5' and score between '1' and '5'
               and length(score) = 1)
           ),
           latest as (
               select *, row_number() over (partition by coalesce(ticket_id, response_id) order by responded_at desc) as place
               from valid
           )
           select count(*) filter (value = 1), count(*) filter (value = 0), count(*) filter (value = -1) from latest
           where place = 1""",
    )
    truth = cut.truth["csat"]
    assert found == (truth["positive_count"], truth["neutral_count"], truth["negative_count"])
    assert sum(found) == truth["response_count"] - truth["invalid_count"] - truth["superseded_count"]
    assert one(connection, "select count(*) from survey_invitations where survey_type = 'csat'") == (
        truth["offered_count"],
    )
    assert one(connection, "select count(*) from csat_responses") == (truth["response_count"],)


def test_nps(cut: World, connection: duckdb.DuckDBPyConnection):
    found = connection.execute(
        """with valid as (
               select *, try_cast(score as integer) as value,
                   date_trunc('quarter', responded_at at time zone 'Europe/Berlin') as quarter
               from nps_responses where try_cast(score as integer) between 0 and 10
           ),
           latest as (
               select *, row_number() over (
                   partition by quarter, coalesce(customer_id, response_id) order by responded_at desc) as place
               from valid
           )
           select year(quarter) || '-Q' || quarter(quarter), count(*) filter (value >= 9),
               count(*) filter (value between 7 and 8), count(*) filter (value <= 6)
           from latest where place = 1 group by 1 order by 1"""
    ).fetchall()
    truth = cut.truth["nps_by_quarter"]
    assert found == [(q["quarter"], q["promoter_count"], q["passive_count"], q["detractor_count"]) for q in truth]
    invalid = one(
        connection,
        "select count(*) from nps_responses where not coalesce(try_cast(score as integer) between 0 and 10, false)",
    )
    assert invalid == (sum(q["invalid_count"] for q in truth),)


def test_orders_returns_and_inr(cut: World, connection: duckdb.DuckDBPyConnection):
    orders, returns, inr = cut.truth["orders"], cut.truth["returns"], cut.truth["inr"]
    assert one(
        connection,
        "select count(*), count(*) filter (not is_test), count(cancelled_at) filter (not is_test) from orders",
    ) == (orders["landed_count"], orders["order_count"], orders["cancelled_count"])
    assert one(connection, "select count(distinct order_id), count(*) from returns") == (
        returns["orders_with_return_requested_count"],
        returns["return_count"],
    )
    zones = """case market when 'US' then 'America/New_York' when 'GB' then 'Europe/London' when 'DE' then 'Europe/Berlin'
        when 'FR' then 'Europe/Paris' else 'Asia/Seoul' end"""
    assert one(
        connection,
        f"""select count(distinct order_id) from inr_claims join deliveries using (order_id) join orders using (order_id)
            where cast(opened_at at time zone {zones} as date) > promised_date""",
    ) == (inr["orders_with_inr_count"],)
    assert inr["claims_before_promise_count"] > 0
    by_day = connection.execute(
        """select strftime(ordered_at at time zone 'Europe/Berlin', '%Y-%m-%d'), count(*) from orders
           where not is_test group by 1"""
    ).fetchall()
    assert orders["orders_by_day"] == dict(by_day)


def test_app_reviews(cut: World, connection: duckdb.DuckDBPyConnection):
    truth = cut.truth["app_reviews"]
    assert one(
        connection,
        "select count(*), count(replied_at), count(*) filter (replied_at < reviewed_at), count(*) filter (is_edited) from app_reviews",
    ) == (truth["review_count"], truth["replied_count"], truth["replied_before_review_count"], truth["edited_count"])
    stars = dict(connection.execute("select cast(rating as varchar), count(*) from app_reviews group by 1").fetchall())
    assert stars == truth["reviews_by_rating"]


def test_satisfaction_by_dimension_and_owner(cut: World):
    """Every dimension and the owners together hold what the whole holds."""
    csat = cut.truth["csat"]
    whole = [csat["positive_count"], csat["neutral_count"], csat["negative_count"], csat["offered_count"]]
    by_dimension: dict[str, list[int]] = {}
    for dimension, _, _, *counts in cut.truth["csat_by_dimension_month"]:
        totals = by_dimension.setdefault(dimension, [0, 0, 0, 0])
        by_dimension[dimension] = [total + count for total, count in zip(totals, counts, strict=True)]
    assert len(by_dimension) == 8
    assert all(totals == whole for totals in by_dimension.values())
    owners = cut.truth["csat_by_owner_week"]
    assert (sum(row[2] for row in owners), sum(row[3] for row in owners)) == (whole[0], sum(whole[:3]))
    assert {row[0] for row in owners} == {"agent", "product", "policy", "logistics", "coverage", "unknown"}


def test_effort(cut: World, connection: duckdb.DuckDBPyConnection):
    for scale, truth in cut.truth["ces"].items():
        found = connection.execute(
            f"select score, count(*) from ces_responses where scale = '{scale}' group by 1"
        ).fetchall()
        assert dict(found) == truth["responses_by_score"]
        assert one(
            connection,
            f"select count(*) from survey_invitations where survey_type = 'ces' and scale = '{scale}'",
        ) == (truth["offered_count"],)
        asked = one(connection, f"select count(agent_effort_score) from ces_responses where scale = '{scale}'")
        assert asked == (sum(truth["agent_effort_by_score"].values()),)


def test_what_agents_did(cut: World, connection: duckdb.DuckDBPyConnection):
    """All weeks together: replies and first responses as the delivered messages tell them."""
    columns, weeks = cut.truth["agents"]["columns"], cut.truth["agents"]["weeks"]
    found = connection.execute(
        f"""select messages.agent_id, count(*), count(distinct (ticket_id, cast(sent_at at time zone 'Europe/Berlin' as date)))
            from ticket_messages as messages join tickets using (ticket_id)
            where author_role = 'agent' and is_public and not coalesce(is_automatic, false) and not ({NOT_CONTACTS})
            group by 1"""
    ).fetchall()
    ours: dict[str, tuple[int, int]] = {}
    for week in weeks:
        row = dict(zip(columns, week, strict=True))
        replies, conversations = ours.get(row["agent_id"], (0, 0))
        ours[row["agent_id"]] = (replies + row["reply_count"], conversations + row["conversation_count"])
    assert {agent: (replies, talks) for agent, replies, talks in found} == {
        agent: counts for agent, counts in ours.items() if counts != (0, 0)
    }
