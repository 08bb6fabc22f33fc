"""What was planted can be seen in what is delivered."""

import duckdb
import pyarrow as pa
import pytest

from orchestration.demo import World, incidents
from orchestration.demo.reasons import REASONS


@pytest.fixture(scope="module")
def connection(world: World):
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    for name in world:
        connection.register(name, world[name])
    yield connection
    connection.close()


def number(connection: duckdb.DuckDBPyConnection, sql: str) -> float:
    return connection.execute(sql).fetchone()[0]


def contacts_per_day(connection: duckdb.DuckDBPyConnection, where: str, since: str, until: str) -> float:
    return number(
        connection,
        f"""select count(*) / date_diff('day', date '{since}', date '{until}') from tickets
            where {where} and created_at >= timestamptz '{since}' and created_at < timestamptz '{until}'""",
    )


def has_reason(code: str) -> str:
    tags = next(reason.tags for reason in REASONS if reason.code == code)
    return f"(reason = '{code}' or list_has_any(string_split(coalesce(tags, ''), '|'), {list(tags)}))"


def test_the_carrier_failure_triples_where_is_my_order_in_its_market_only(connection: duckdb.DuckDBPyConnection):
    where = has_reason("where_is_my_order")

    def change(market: str) -> float:
        during = contacts_per_day(connection, f"{where} and market = '{market}'", "2025-09-14", "2025-10-04")
        before = contacts_per_day(connection, f"{where} and market = '{market}'", "2025-05-01", "2025-08-29")
        return during / before

    assert change("DE") >= 3
    assert change("US") < 2


def test_the_payment_bug_shows_in_its_version(connection: duckdb.DuckDBPyConnection):
    where = has_reason("payment_problem")
    during = contacts_per_day(connection, f"{where} and app_version = '5.3.0'", "2026-03-10", "2026-03-22")
    usual = contacts_per_day(connection, where, "2025-11-01", "2026-03-01")
    assert during > 3 * usual
    stars = "select avg(rating) from app_reviews where app_version = '5.3.0' and reviewed_at < timestamptz '2026-03-24'"
    assert number(connection, stars) < number(connection, "select avg(rating) from app_reviews") - 0.8


def test_the_confusing_release_shows_on_its_platform(connection: duckdb.DuckDBPyConnection):
    where = has_reason("how_to")
    ios = f"{where} and product = 'iOS app'"
    during = contacts_per_day(connection, f"{ios} and app_version = '4.6.0'", "2025-06-20", "2025-07-24")
    assert during > 3 * contacts_per_day(connection, ios, "2025-01-01", "2025-06-10")


def test_the_outage_shows_on_its_day(connection: duckdb.DuckDBPyConnection):
    day = "cast(ordered_at as date) = date '2026-05-19'"
    around = "cast(ordered_at as date) between date '2026-05-05' and date '2026-06-02'"
    orders = number(connection, f"select count(*) from orders where {day}")
    assert orders < 0.85 * number(connection, f"select count(*) / 29 from orders where {around}")
    assert contacts_per_day(connection, has_reason("app_problem"), "2026-05-19", "2026-05-20") >= 8


def test_the_understaffed_month_lengthens_the_wait_of_its_desk(world: World, connection: duckdb.DuckDBPyConnection):
    connection.register("first_responses", _first_responses(world))
    wait = """select median(epoch(answered_at) - epoch(asked_at)) / 3600 from first_responses join tickets using (ticket_id)
              where calendar_id = 'eu' and strftime(created_at, '%Y-%m')"""
    assert number(connection, f"{wait} = '2026-02'") > 2 * number(
        connection, f"{wait} in ('2025-12', '2026-01', '2026-04')"
    )
    hours = "select sum(epoch(ends_at) - epoch(starts_at)) from shifts where team_name = 'EU desk' and strftime(starts_at, '%Y-%m')"
    assert number(connection, f"{hours} = '2026-02'") < 0.6 * number(connection, f"{hours} = '2026-01'")


def _first_responses(world: World):
    rows = [row for row in world.truth["first_responses"]["rows"] if row[2]]
    table = pa.table(
        {"ticket_id": [r[0] for r in rows], "asked_at": [r[1] for r in rows], "answered_at": [r[2] for r in rows]}
    )
    utc = pa.timestamp("s", tz="UTC")
    return table.set_column(1, "asked_at", table["asked_at"].cast(utc)).set_column(
        2, "answered_at", table["answered_at"].cast(utc)
    )


def test_events_tell_what_a_company_knows_and_nothing_else(world: World):
    names = set(world["events"]["name"].to_pylist())
    known = {each.name for each in incidents.INCIDENTS if each.is_known}
    hidden = {each.name for each in incidents.INCIDENTS if not each.is_known}
    assert known <= names
    assert not hidden & names
    assert set(world["events"]["kind"].to_pylist()) == {"release", "incident", "outage", "experiment", "policy"}


def test_the_truth_names_every_incident_with_its_excess(world: World):
    told = {each["code"]: each for each in world.truth["incidents"]}
    assert set(told) == {each.code for each in incidents.INCIDENTS}
    for code in ("carrier_failure", "payment_bug", "confusing_release", "outage"):
        assert told[code]["excess_contacts_count"] == sum(told[code]["excess_contacts_by_day"].values()) > 5


def test_long_waits_breed_chasers(world: World, connection: duckdb.DuckDBPyConnection):
    connection.register("first_responses", _first_responses(world))
    share = """select avg(cast(ticket_id in (select previous_ticket_id from tickets where previous_ticket_id is not null) as int))
               from first_responses where epoch(answered_at) - epoch(asked_at)"""
    assert number(connection, f"{share} > 24 * 3600") > 0.08
    assert number(connection, f"{share} < 4 * 3600") == 0


def test_automatic_and_bot_messages_come_before_answers(connection: duckdb.DuckDBPyConnection):
    signed = "select count(*) from ticket_messages where author_role = 'agent' and is_automatic"
    assert number(connection, signed) > 50
    bots = "select count(*) from ticket_messages where author_role = 'bot' and not is_automatic"
    assert number(connection, bots) > 50


def test_recommendation_follows_delivery_and_not_the_rating_of_a_contact(connection: duckdb.DuckDBPyConnection):
    late = """select avg(cast(n.score as int)) from nps_responses n
              join (select customer_id, max_by(order_id, ordered_at) as order_id from orders
                    where ordered_at < timestamptz '2026-09-01' group by 1) o using (customer_id)
              join deliveries d using (order_id)
              where try_cast(n.score as int) between 0 and 10 and d.delivered_at is not null
                and n.responded_at > d.delivered_at
                and cast(d.delivered_at as date)"""
    assert number(connection, f"{late} > d.promised_date") < number(connection, f"{late} <= d.promised_date") - 0.5


def test_the_bad_sellers_stand_out(world: World, connection: duckdb.DuckDBPyConnection):
    bad = world.truth["parameters"]["bad_seller_ids"]
    share = """select count(distinct inr_claims.order_id) / count(distinct deliveries.order_id) from deliveries
               join orders using (order_id) left join inr_claims using (order_id) where orders.seller_id"""
    assert number(connection, f"{share} in {tuple(bad)}") > 2.5 * number(connection, f"{share} not in {tuple(bad)}")


def test_the_experiment_shows_more_tracking_in_its_market(connection: duckdb.DuckDBPyConnection):
    share = """select avg(cast(tracking = 'all_the_way' as int)) from deliveries join orders using (order_id)
               where market = 'GB' and ordered_at"""
    before = number(connection, f"{share} < timestamptz '2025-05-05'")
    after = number(connection, f"{share} >= timestamptz '2025-05-05'")
    assert after > before + 0.08
