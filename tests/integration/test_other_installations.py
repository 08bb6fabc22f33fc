"""Installations with little, with two of a kind, and with something wrong."""

from orchestration.publish import connect_published

TICKETS = """ticket_id,created_at,status,market,solved_at
1,2026-03-02T09:00:00Z,closed,DE,2026-03-02T12:00:00Z
2,2026-03-02T10:00:00Z,open,DE,
3,2026-03-09T10:00:00Z,open,FR,
"""
ONE_SOURCE = """
[installation]
name = "Only tickets"

[[sources]]
name = "desk"
kind = "files"
delivers = ["tickets"]
"""


def values(home, sql):
    with connect_published(home / "published" / "support_metrics.duckdb") as connection:
        return connection.execute(sql).fetchall()


def run(support_metrics, home):
    return support_metrics(home, "run", SUPPORT_METRICS_DRAW_BOARDS="false")


def test_tickets_alone_publish_and_say_what_they_lack(new_home, support_metrics):
    home = new_home(ONE_SOURCE, {"desk/tickets.csv": TICKETS})
    result = run(support_metrics, home)
    assert result.returncode == 0, result.stdout
    assert values(home, "select count(*), count(resolved_at) from core.fct_tickets") == [(3, 1)]
    reasons = dict(
        values(
            home,
            "select metric_name, any_value(missing_reason) from drivers.rpt_scorecard_by_week group by metric_name",
        )
    )
    assert reasons["first_response_calendar_seconds_median"] == "no source delivers ticket_messages"
    assert reasons["csat_ratio"] == "no source delivers csat_responses"
    assert reasons["contact_intensity"] == "no source delivers orders"
    assert reasons["nps_score"] == "no source delivers nps_responses"
    assert values(home, "select count(*) from drivers.rpt_scorecard_by_week where value is not null") == [(0,)]
    assert values(
        home, "select distinct sentence from drivers.rpt_contact_intensity_changes_by_week where contact_count > 0"
    ) == [("Contact intensity is not known: no orders in the week.",)]
    unknown = "no source delivers active_customers"
    assert values(home, "select distinct missing_reason from indirect.rpt_contacting_customers_by_market_month") == [
        (unknown,)
    ]
    assert values(home, "select open_count from direct.rpt_backlogs_by_day order by backlog_date desc limit 1") == [
        (2,)
    ]


def test_two_helpdesks_are_kept_apart_and_a_shop_out_of_reach_is_stale(new_home, support_metrics):
    sources = ONE_SOURCE
    for name, entity in (("chat", "tickets"), ("shop", "orders")):
        sources += f'\n[[sources]]\nname = "{name}"\nkind = "files"\ndelivers = ["{entity}"]\n'
    home = new_home(sources, {"desk/tickets.csv": TICKETS, "chat/tickets.csv": TICKETS.replace("FR", "KR")})
    result = run(support_metrics, home)
    assert result.returncode == 0, result.stdout

    # Two helpdesks with the same ticket numbers are kept apart; the shop that cannot be reached is stale.
    by_source = "select source_name, count(*), count(distinct ticket_key) from core.fct_tickets group by 1 order by 1"
    assert values(home, by_source) == [("chat", 3, 3), ("desk", 3, 3)]
    assert values(home, "select count(distinct ticket_key) from core.fct_tickets") == [(6,)]
    assert values(home, "select source_name, source_status from meta.build_info order by 1") == [
        ("chat", "loaded"),
        ("desk", "loaded"),
        ("shop", "stale"),
    ]
    assert "shop" in support_metrics(home, "status").stdout


def test_faulty_settings_are_reported_at_once_before_anything_is_touched(new_home, support_metrics):
    wrong = ONE_SOURCE.replace('delivers = ["tickets"]', 'delivers = ["tickets", "unicorns"]\ncolour = "blue"')
    wrong += '\n[[sources]]\nname = "desk"\nkind = "sql"\nurl_env = "NOT_SET_ANYWHERE"\n'
    home = new_home(wrong, {})
    result = support_metrics(home, "run")
    assert result.returncode == 2
    for word in ("colour", "Traceback"):
        assert (word in result.stdout) == (word != "Traceback"), result.stdout
    assert not (home / "warehouse" / "warehouse.duckdb").exists()
