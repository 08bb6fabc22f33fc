"""From raw to the contract: column maps and selects, every row accounted for, every fault named."""

from datetime import datetime

import pytest
from small_installation import SmallInstallation

from orchestration.contract import contract_columns, entities
from orchestration.extract.mapping import MappingError, create_contract
from orchestration.warehouse import connect

HEAD = '[[sources]]\nname = "shop"\nkind = "files"\n'
CASES = (
    HEAD
    + """[[sources.tables]]
name = "cases"
files = "cases*"
key = ["Case No"]
identities = ["Mail"]
free_text = ["Text"]
language = "en"
"""
)
COLUMNS = """[[sources.entities]]
entity = "tickets"
table = "cases"
columns = { ticket_id = "Case No", customer_id = "Mail", created_at = "Opened", description = "Text", is_spam = "Spam" }
time_zone = "Europe/Berlin"
timestamp_format = "%d.%m.%Y %H:%M"
defaults = { requester_role = "buyer" }
"""
SELECT = """[[sources.entities]]
entity = "tickets"
sql = "tickets.sql"
accounts_for = ["cases"]
time_zone = "UTC"
"""
HEADER = "Case No,Mail,Opened,Text,Spam\n"


def mapping_error(installation: SmallInstallation) -> str:
    with pytest.raises(MappingError) as error:
        installation.map()
    return str(error.value)


def account(installation: SmallInstallation) -> list[tuple]:
    """The newest mapping's counts of raw rows."""
    return installation.query(
        "select entity_name, source_rows_mapped, source_rows_dropped, source_rows_rejected from audit.mappings "
        "where mapped_at = (select max(mapped_at) from audit.mappings) order by all"
    )


def raw_account(installation: SmallInstallation) -> list[tuple]:
    """Each raw table's rows, how many of them are accounted for, and why not used."""
    return installation.query(
        "select table_name, rows_current, rows_accounted, unused_reason from audit.raw_accounting "
        "where mapped_at = (select max(mapped_at) from audit.raw_accounting) order by all"
    )


def test_contract_tables_are_typed_and_empty(installation: SmallInstallation) -> None:
    with connect(installation.home.warehouse) as warehouse:
        create_contract(warehouse)
        for entity in entities().values():
            described = warehouse.execute(f"describe contract.{entity.name}").fetchall()
            assert [(row[0], row[1].lower()) for row in described] == contract_columns(entity)


def test_column_map(installation: SmallInstallation) -> None:
    installation.configure(CASES + COLUMNS)
    installation.deliver(
        "cases.csv", HEADER + "1,jane@example.com,29.03.2026 12:00,parcel not delivered,no\n2,,30.03.2026 00:30,,yes\n"
    )
    installation.extract()
    assert [(c.rows_mapped, c.rows_dropped, c.rows_rejected) for c in installation.map()] == [(2, 0, 0)]
    rows = installation.query(
        "select source_name, ticket_key, customer_key = 'shop:' || customer_id, length(customer_id), requester_role, is_spam, "
        "created_at, description, description_themes, description_character_count, _source_row_count "
        "from contract.tickets order by ticket_id"
    )
    assert rows == [
        ("shop", "shop:1", True, 32, "buyer", False, datetime(2026, 3, 29, 10), None, "delivery", 20, 1),
        ("shop", "shop:2", None, None, "buyer", True, datetime(2026, 3, 29, 22, 30), None, None, None, 1),
    ]
    assert raw_account(installation) == [("cases", 2, 2, None)]


def test_values_that_do_not_fit_are_named_by_row_and_column(installation: SmallInstallation) -> None:
    installation.configure(CASES + COLUMNS)
    installation.deliver(
        "cases.csv", HEADER + "1,,29.03.2026 12:00,,no\nshort\n2,,03/29/2026,,maybe\n3,,,,\n,,29.03.2026 12:00,,no\n"
    )
    installation.extract()
    assert [(c.rows_mapped, c.rows_rejected) for c in installation.map()] == [(2, 2)]
    assert [row for row in installation.rejected() if row[2]] == [
        ("cases.csv", 3, "created_at", "is not a time in the declared timestamp_format %d.%m.%Y %H:%M"),
        ("cases.csv", 3, "is_spam", "is neither true nor false"),
        ("cases.csv", 4, "created_at", "is empty and required"),
    ]
    # A row without its key is not rejected: gate 1 sets it aside, where it can be looked at.
    assert installation.query("select ticket_key from contract.tickets order by 1") == [("shop:1",), (None,)]
    assert account(installation) == [("tickets", 2, 0, 2)]


def test_select_with_drops_and_sums(installation: SmallInstallation) -> None:
    installation.configure(CASES + SELECT)
    installation.mapping(
        "tickets.sql",
        """-- a comment; with a semicolon
        select
            left(case_no, 1) as ticket_id,
            min(opened) as created_at,
            count(*) as _source_row_count,
            case when bool_or(spam = 'yes') then 'spam' when left(case_no, 1) = '3' then ' ' end as _drop_reason,
            any_value(_row_id) as _row_id
        from cases group by left(case_no, 1); -- the end
        """,
    )
    installation.deliver(
        "cases.csv",
        HEADER + "1a,,2026-01-01,,\n1b,,2026-01-02,,\n2a,,2026-01-01 10:00,,yes\n2b,,x,,\n3a,,2026-01-03 10:00,,\n",
    )
    installation.extract()
    installation.map()
    assert account(installation) == [("tickets", 1, 2, 2)]
    assert raw_account(installation) == [("cases", 5, 5, None)]
    assert installation.query("select reason, row_count, source_row_count from audit.dropped_rows") == [("spam", 1, 2)]
    assert [row[2:] for row in installation.rejected()] == [
        ("created_at", "is not a time in ISO 8601; declare timestamp_format")
    ]


def test_rows_that_a_select_forgets_are_seen(installation: SmallInstallation) -> None:
    installation.configure(CASES + SELECT)
    installation.mapping(
        "tickets.sql", "select case_no as ticket_id, opened as created_at from cases where case_no <> '2'"
    )
    installation.deliver("cases.csv", HEADER + "1,,2026-01-01 10:00,,\n2,,2026-01-01 10:00,,\n")
    installation.extract()
    installation.map()
    assert raw_account(installation) == [("cases", 2, 1, None)]


def test_only_current_rows_are_mapped(installation: SmallInstallation) -> None:
    installation.configure(CASES.replace("files =", 'listing = "full"\nfiles =') + COLUMNS)
    installation.deliver("cases1.csv", HEADER + "1,,29.03.2026 12:00,,no\n2,,29.03.2026 12:00,,no\n")
    installation.extract()
    installation.deliver("cases2.csv", HEADER + "1,,29.03.2026 13:00,,no\n")
    installation.extract()
    installation.map()
    assert installation.query("select ticket_id, created_at from contract.tickets") == [
        ("1", datetime(2026, 3, 29, 11))
    ]
    assert raw_account(installation) == [("cases", 1, 1, None)]


def test_mapping_again_mends_the_past_and_adds_nothing(installation: SmallInstallation) -> None:
    installation.configure(CASES + COLUMNS.replace("%d.%m", "%m.%d"))
    installation.deliver("cases.csv", HEADER + "1,,29.03.2026 12:00,,no\n")
    installation.extract()
    assert installation.map()[0].rows_rejected == 1
    installation.configure(CASES + COLUMNS)
    assert installation.map()[0].rows_mapped == 1
    assert installation.map()[0].rows_mapped == 1
    assert installation.query("select count(*) from contract.tickets") == [(1,)]


def test_mapping_that_waits_for_a_table_says_so(installation: SmallInstallation) -> None:
    installation.configure(
        CASES
        + '[[sources.tables]]\nname = "more"\nfiles = "more*"\n'
        + SELECT.replace('["cases"]', '["cases", "more"]')
    )
    installation.mapping(
        "tickets.sql", "select case_no as ticket_id, opened as created_at from cases join more using (case_no)"
    )
    installation.deliver("cases.csv", HEADER + "1,,2026-01-01 10:00,,\n")
    installation.extract()
    assert installation.map() == []
    assert raw_account(installation) == [("cases", 1, 1, "tickets waits for more")]


def test_unused_table_is_accounted_for(installation: SmallInstallation) -> None:
    installation.configure_table('key = ["id"]')
    installation.deliver("rows.csv", "id\n1\n")
    installation.extract()
    installation.map()
    assert raw_account(installation) == [("rows", 1, 1, "for the test")]


@pytest.mark.parametrize("name", ["mapped", "typed", "hashed", "arrived", "current_rows", "select"])
def test_any_table_name_will_do(installation: SmallInstallation, name: str) -> None:
    """The loader's own temporary tables must not get in the way."""
    installation.configure(
        HEAD
        + f'[[sources.tables]]\nname = "{name}"\nfiles = "*.csv"\nkey = ["id"]\n'
        + f'[[sources.entities]]\nentity = "orders"\ntable = "{name}"\n'
        + 'columns = { order_id = "id", ordered_at = "at" }\n'
    )
    installation.deliver("x.csv", "id,at\n1,2026-01-01T00:00:00Z\n")
    assert installation.extract().rows_landed == 1
    assert installation.map()[0].rows_mapped == 1
    assert installation.map()[0].rows_mapped == 1


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("select case_no as ticket_id from cases", "required column created_at is not delivered; there is ticket_id"),
        ("select case_no as ticket_id, opened as created_at, 1 as mood from cases", "the contract has no column mood"),
        ("select nothing as ticket_id from cases", 'Referenced column "nothing" not found'),
        ("selec 1", "syntax error"),
        ("select 1; select 2", "a mapping is one select, and nothing else"),
        ("drop table raw_shop.cases", "a mapping is one select, and nothing else"),
        ("", "a mapping is one select, and nothing else"),
        ("select case_no as ticket_id, cast('x' as integer) as created_at from cases", "Conversion Error"),
    ],
)
def test_faulty_selects_are_named(installation: SmallInstallation, sql: str, message: str) -> None:
    installation.configure(CASES + SELECT)
    installation.mapping("tickets.sql", sql)
    installation.deliver("cases.csv", HEADER + "1,,2026-01-01 10:00,,\n")
    installation.extract()
    found = mapping_error(installation)
    assert found.startswith("source shop, entity tickets: ")
    assert message in found
    assert installation.versions("raw_shop.cases") == 1


def test_column_map_with_an_unknown_column_names_it(installation: SmallInstallation) -> None:
    installation.configure(CASES + COLUMNS.replace('"Spam"', '"Junk"'))
    installation.deliver("cases.csv", HEADER + "1,,29.03.2026 12:00,,no\n")
    installation.extract()
    assert "table cases has no column Junk for is_spam; there is case_no, mail" in mapping_error(installation)


def test_failed_mapping_leaves_the_contract_as_it_was(installation: SmallInstallation) -> None:
    installation.configure(CASES + COLUMNS)
    installation.deliver("cases.csv", HEADER + "1,,29.03.2026 12:00,,no\n")
    installation.extract()
    installation.map()
    installation.configure(CASES + COLUMNS.replace('"Spam"', '"Junk"'))
    mapping_error(installation)
    assert installation.query("select count(*) from contract.tickets") == [(1,)]
    assert installation.query("select count(*) from audit.mappings") == [(1,)]


def test_identity_that_is_not_hashed_is_rejected(installation: SmallInstallation) -> None:
    installation.configure((CASES + COLUMNS).replace('identities = ["Mail"]\n', ""))
    installation.deliver("cases.csv", HEADER + "1,jane canary,29.03.2026 12:00,,no\n")
    installation.extract()
    assert installation.map()[0].rows_rejected == 1
    assert installation.rejected()[0][2:] == (
        "customer_id",
        "is not hashed; declare its raw column under identities",
    )
    assert "canary" not in str(installation.query("select * from audit.rejected_rows"))


ORDERS = "order_id,ordered_at\n1,2026-01-01T00:00:00Z\n"
TICKETS = "ticket_id,created_at,order_id\n7,2026-01-01T00:00:00Z,1\n8,2026-01-01T00:00:00Z,\n"


def three_sources(refers_to: str = "") -> str:
    return (
        '[[sources]]\nname = "desk"\nkind = "files"\ndelivers = ["tickets"]\n'
        + refers_to
        + '[[sources]]\nname = "shop_a"\nkind = "files"\ndelivers = ["orders"]\n'
        + '[[sources]]\nname = "shop_b"\nkind = "files"\ndelivers = ["orders"]\n'
    )


def test_ambiguous_references_are_refused_until_declared(installation: SmallInstallation) -> None:
    installation.configure(three_sources())
    installation.deliver("tickets.csv", TICKETS, source="desk")
    installation.deliver("orders.csv", ORDERS, source="shop_a")
    for name in ("desk", "shop_a"):
        installation.extract(name)
    found = mapping_error(installation)
    assert 'order_id could be an id of shop_a or shop_b; declare refers_to = { orders = "shop_a" }' in found
    installation.configure(three_sources('refers_to = { orders = "shop_b" }\n'))
    installation.map()
    assert installation.query("select ticket_key, order_key from contract.tickets order by 1") == [
        ("desk:7", "shop_b:1"),
        ("desk:8", None),
    ]


def test_references_that_are_never_used_need_no_declaration(installation: SmallInstallation) -> None:
    installation.configure(three_sources())
    installation.deliver("tickets.csv", TICKETS.replace(",1\n", ",\n"), source="desk")
    installation.extract("desk")
    assert installation.map()[0].rows_mapped == 2


def test_two_sources_of_one_entity_stay_apart(installation: SmallInstallation) -> None:
    installation.configure(three_sources('refers_to = { orders = "shop_b" }\n'))
    for name in ("shop_a", "shop_b"):
        installation.deliver("orders.csv", ORDERS, source=name)
        installation.extract(name)
    installation.map()
    assert installation.query("select source_name, order_key from contract.orders order by 1") == [
        ("shop_a", "shop_a:1"),
        ("shop_b", "shop_b:1"),
    ]


def test_compound_keys(installation: SmallInstallation) -> None:
    installation.configure(HEAD + 'delivers = ["exchange_rates"]\n')
    installation.deliver(
        "exchange_rates.csv", "currency_code,rate_date,usd_per_unit\nEUR,2026-01-01,1.1\n,2026-01-01,1\n"
    )
    installation.extract()
    installation.map()
    assert installation.query("select exchange_rate_key from contract.exchange_rates order by 1") == [
        ("shop:EUR|2026-01-01",),
        (None,),
    ]


def test_type_change_is_told_by_row_and_column(installation: SmallInstallation) -> None:
    installation.configure(HEAD + 'delivers = ["agent_workdays"]\n')
    header = "agent_id,work_date,work_hours\n"
    installation.deliver("agent_workdays-1.csv", f"{header}a,2026-01-01,8\n")
    installation.extract()
    installation.deliver("agent_workdays-2.csv", f"{header}b,2026-01-01,7.5\na,2026-01-02,sick\n")
    installation.extract()
    assert [(c.rows_mapped, c.rows_rejected) for c in installation.map()] == [(2, 1)]
    assert installation.rejected() == [("agent_workdays-2.csv", 2, "work_hours", "is not a number")]
