"""The sql kind against a real PostgreSQL: first load, changes by cursor with a look-back, deletions, types, failures."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from postgres_server import PASSWORD, PostgresServer

from orchestration.extract.mapping import map_sources
from orchestration.extract.source import SourceResult, extract_source
from orchestration.settings import Home, Settings
from orchestration.sources import Sources, read_sources
from orchestration.warehouse import connect

pytestmark = pytest.mark.needs_postgres

NOW = datetime(2026, 11, 21, 12, 0)
HEAD = (
    '[installation]\nname = "test"\n[[sources]]\nname = "shop"\nkind = "sql"\nurl_env = "SHOP_URL"\nschema = "public"\n'
)
ORDERS = """[[sources.tables]]
name = "orders"
table = "orders"
key = ["id"]
unused = "for the test"
"""


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    started = PostgresServer()
    yield started
    started.stop()


class Shop:
    """An installation whose only source is the database."""

    def __init__(self, folder: Path, url: str) -> None:
        self.home = Home(folder)
        self.home.make_folders()
        self.set_url(url)
        self.settings = Settings(identity_key="k" * 40)
        self.runs = 0

    def set_url(self, url: str) -> None:
        (self.home.path / ".env").write_text(f"SHOP_URL={url}\n")

    def configure(self, tables: str) -> None:
        self.home.sources_file.write_text(HEAD + tables)

    @property
    def sources(self) -> Sources:
        return read_sources(self.home)

    def extract(self, now: datetime = NOW) -> SourceResult:
        self.runs += 1
        return extract_source(
            self.sources.sources[0], self.home, self.settings, run_id=f"run-{self.runs}", now=lambda: now
        )

    def counts(self, result: SourceResult) -> tuple[int, int, int]:
        """Rows read, landed and repeated of the only table."""
        table = result.tables[0]
        return table["rows_read"], table["rows_landed"], table["rows_repeated"]

    def query(self, sql: str) -> list[tuple]:
        with connect(self.home.warehouse) as warehouse:
            return warehouse.execute(sql).fetchall()

    def current(self, columns: str) -> list[tuple]:
        return self.query(
            f"select {columns} from raw_shop.orders where _row_id in (select arg_max(_row_id, _version_number) "
            "from raw_shop.orders group by _key_hash) and not _is_deleted order by all"
        )


@pytest.fixture
def shop(server: PostgresServer, tmp_path: Path) -> Shop:
    server.execute(
        "drop schema public cascade",
        "create schema public",
        "create table orders (id bigint primary key, status text, updated_at timestamptz)",
        "insert into orders select i, 'new', timestamptz '2026-11-20 00:00:00Z' + i * interval '1 hour' "
        "from generate_series(1, 10) as i",
    )
    return Shop(tmp_path / "home", server.url)


def test_first_load_then_nothing_new(shop: Shop) -> None:
    shop.configure(ORDERS)
    assert shop.counts(shop.extract()) == (10, 10, 0)
    result = shop.extract()
    assert (result.status, shop.counts(result)) == ("unchanged", (10, 0, 10))
    assert shop.current("id, updated_at")[0] == ("1", "2026-11-20T01:00:00.000000Z")


def test_cursor_reads_what_changed_and_looks_back(server: PostgresServer, shop: Shop) -> None:
    shop.configure(ORDERS + 'cursor = "updated_at"\nlag_hours = 3\n')
    assert shop.counts(shop.extract()) == (10, 10, 0)
    server.execute(
        "update orders set status = 'paid', updated_at = timestamptz '2026-11-20 11:00:00Z' where id = 2",
        # Committed late, with a time before the newest one known but within the look-back.
        "insert into orders values (11, 'late', timestamptz '2026-11-20 07:30:00Z')",
        "insert into orders values (12, 'without a time', null)",
        "insert into orders values (13, 'too late', timestamptz '2026-11-20 03:00:00Z')",
    )
    result = shop.extract()
    assert shop.counts(result) == (4 + 3, 3, 4)  # 7:00 to 10:00 again, and three that are new
    assert [row[0] for row in shop.current("id, status") if row[1] not in ("new",)] == ["11", "12", "2"]
    assert shop.counts(shop.extract())[1] == 0


def test_row_of_the_future_hides_nothing(server: PostgresServer, shop: Shop) -> None:
    shop.configure(ORDERS + 'cursor = "updated_at"\nlag_hours = 3\n')
    server.execute("insert into orders values (99, 'from 2043', timestamptz '2043-01-01 00:00:00Z')")
    shop.extract()
    server.execute("insert into orders values (11, 'now', timestamptz '2026-11-21 11:00:00Z')")
    assert shop.extract().rows_landed == 1


def test_number_as_cursor(server: PostgresServer, shop: Shop) -> None:
    """Numbers have no hours: read again is from the newest that was known `lag_hours` ago."""
    shop.configure(ORDERS + 'cursor = "id"\nlag_hours = 3\n')
    assert shop.counts(shop.extract()) == (10, 10, 0)
    server.execute("insert into orders values (12, 'a', null)")
    assert shop.counts(shop.extract(NOW + timedelta(hours=1))) == (11, 1, 10)
    server.execute("insert into orders values (11, 'committed late', null), (13, 'b', null)")
    assert shop.counts(shop.extract(NOW + timedelta(hours=3, minutes=30))) == (4, 2, 2)  # 10 to 13
    assert shop.counts(shop.extract(NOW + timedelta(hours=9))) == (1, 0, 1)  # 13 alone


@pytest.mark.parametrize("kind", ["date", "timestamp"])
def test_cursor_without_zone(server: PostgresServer, shop: Shop, kind: str) -> None:
    server.execute(f"alter table orders alter updated_at type {kind} using updated_at::{kind}")
    shop.configure(ORDERS + 'cursor = "updated_at"\nlag_hours = 24\n')
    assert shop.extract().rows_landed == 10
    server.execute("insert into orders values (11, 'new', '2026-11-20 10:00:00')")
    assert shop.extract().rows_landed == 1


def test_full_listing_deletes(server: PostgresServer, shop: Shop) -> None:
    shop.configure(ORDERS + 'listing = "full"\n')
    shop.extract()
    server.execute("delete from orders where id > 8")
    result = shop.extract()
    assert (result.tables[0]["rows_deleted"], result.tables[0]["rows_current"]) == (2, 8)
    assert len(shop.current("id")) == 8
    server.execute("delete from orders")
    result = shop.extract()
    assert result.status == "unusable"
    assert "a full listing of 0 rows where 8 were known" in result.message
    assert len(shop.current("id")) == 8


def test_empty_table_is_a_delivery(server: PostgresServer, shop: Shop) -> None:
    server.execute("delete from orders")
    shop.configure(ORDERS + 'cursor = "updated_at"\n')
    result = shop.extract()
    assert (result.status, shop.counts(result)) == ("unchanged", (0, 0, 0))
    server.execute("insert into orders values (1, 'x', now())")
    assert shop.extract().rows_landed == 1


def test_every_type_becomes_text(server: PostgresServer, shop: Shop) -> None:
    server.execute(
        "drop table orders",
        """create table orders (
            id integer, price numeric(12, 2), big numeric, attributes jsonb, many text[], at timestamptz, local_at timestamp,
            day date, flag boolean, ratio double precision, name text, empty text, uid uuid, none numeric, "Camel Case" text
        )""",
        """insert into orders values (1, 4.50, 12345678901234567890.123, '{"b": [1, {"a": "한"}]}', '{x,"y z"}',
            '2026-03-29 02:30:00+02', '2026-03-29 02:30:00.25', '2026-02-28', true, 0.1, '한국어 👩‍👩‍👧 "q" =1+1', '',
            '00000000-0000-0000-0000-000000000001', null, 'x')""",
    )
    shop.configure(ORDERS)
    assert shop.extract().status == "loaded"
    row = shop.current(
        'id, price, attributes, "at", local_at, day, flag, ratio, name, empty, uid, none, camel_case, big, many'
    )[0]
    assert row[:2] == ("1", "4.50")
    assert row[2].replace(" ", "") == '{"b":[1,{"a":"한"}]}'
    assert row[3:6] == ("2026-03-29T00:30:00.000000Z", "2026-03-29 02:30:00.25", "2026-02-28")
    assert row[6:9] == ("true", "0.1", '한국어 👩‍👩‍👧 "q" =1+1')
    assert row[9:13] == (None, "00000000-0000-0000-0000-000000000001", None, "x")
    assert row[13].startswith("12345678901234567890.123")
    assert row[14] == '["x","y z"]'


def test_mapped_to_the_contract(server: PostgresServer, shop: Shop) -> None:
    server.execute("alter table orders add buyer text default 'Jane Canary'")
    shop.configure(
        ORDERS.replace('unused = "for the test"', 'identities = ["buyer"]')
        + '[[sources.entities]]\nentity = "orders"\ntable = "orders"\n'
        'columns = { order_id = "id", customer_id = "buyer", ordered_at = "updated_at" }\n'
    )
    shop.extract()
    with connect(shop.home.warehouse) as warehouse:
        counts = map_sources(warehouse, shop.sources, shop.home, "run-1")
    assert [(c.rows_mapped, c.rows_rejected) for c in counts] == [(10, 0)]
    assert b"Canary" not in b"".join(path.read_bytes() for path in shop.home.path.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"port": 1}, "OperationalError"),
        ({"password": "wrong-canary"}, "OperationalError"),
        ({"database": "no_such_database"}, "OperationalError"),
        ({"host": "no-such-host.invalid"}, "OperationalError"),
        ({"drivername": "oracle+nothing"}, "NoSuchModuleError"),
        ({"drivername": "mysql+pymysql"}, "ModuleNotFoundError"),
    ],
)
def test_unreachable_is_stale_in_one_line_without_credentials(
    server: PostgresServer, shop: Shop, change: dict[str, Any], said: str
) -> None:
    from sqlalchemy import make_url

    shop.configure(ORDERS)
    shop.set_url(make_url(server.url).set(**change).render_as_string(hide_password=False))
    result = shop.extract()
    assert result.status == "stale"
    assert result.message == (
        f"source shop: the database that SHOP_URL names cannot be read ({said}); "
        "check that it runs, that the login may read the tables, and the variable's spelling"
    )
    assert shop.query("select status from audit.extract_runs") == [("stale",)]
    written = b"".join(
        path.read_bytes() for path in shop.home.path.rglob("*") if path.is_file() and path.name != ".env"
    )
    assert PASSWORD.encode() not in written
    assert b"canary" not in written


def test_address_that_is_none(shop: Shop) -> None:
    shop.configure(ORDERS)
    shop.set_url("canary without any form")
    result = shop.extract()
    assert result.status == "stale"
    assert "(ArgumentError)" in result.message
    assert "canary" not in result.message


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_plain_address_takes_the_installed_driver(server: PostgresServer, shop: Shop, scheme: str) -> None:
    shop.configure(ORDERS)
    shop.set_url(server.url.replace("postgresql+psycopg", scheme))
    assert shop.extract().rows_landed == 10


def test_stale_source_is_read_again_when_it_is_back(server: PostgresServer, shop: Shop) -> None:
    shop.configure(ORDERS)
    shop.extract()
    shop.set_url(server.url.replace(PASSWORD, "wrong"))
    assert shop.extract().status == "stale"
    assert len(shop.current("id")) == 10
    shop.set_url(server.url)
    server.execute("insert into orders values (11, 'x', now())")
    assert shop.extract().rows_landed == 1


def test_missing_table_and_columns_are_unusable(server: PostgresServer, shop: Shop) -> None:
    shop.configure(ORDERS.replace('table = "orders"', 'table = "odrers"'))
    result = shop.extract()
    assert (result.status, result.message) == (
        "unusable",
        "source shop: table orders: the database has no table odrers",
    )
    shop.configure(ORDERS + 'cursor = "changed"\n')
    result = shop.extract()
    assert result.status == "unusable"
    assert (
        "the database's orders has no column changed, which is its cursor; there is id, status, updated_at"
        in result.message
    )
    shop.configure(ORDERS.replace('key = ["id"]', 'key = ["number"]'))
    result = shop.extract()
    assert result.status == "unusable"
    assert "no column number, which is its key; there is id, status, updated_at" in result.message


@pytest.mark.parametrize("kind", ["date", "timestamp", "timestamptz"])
@pytest.mark.parametrize("value", ["infinity", "-infinity"])
def test_infinite_time_is_unusable(server: PostgresServer, shop: Shop, kind: str, value: str) -> None:
    server.execute(
        f"alter table orders alter updated_at type {kind}", f"update orders set updated_at = '{value}' where id = 1"
    )
    shop.configure(ORDERS)
    result = shop.extract()
    assert result.status == "unusable"
    assert "a value of the database's orders cannot be read (DatetimeFieldOverflow)" in result.message
    server.execute("update orders set updated_at = '4713-01-01 BC' where id = 1")
    assert shop.extract().status == "loaded"


def test_value_that_cannot_be_read_is_unusable(server: PostgresServer, shop: Shop) -> None:
    server.execute(
        "drop table orders",
        "create view orders as select 1 as id, 1 / (i - 3) as ratio from generate_series(1, 9) t(i)",
    )
    shop.configure(ORDERS)
    result = shop.extract()
    assert result.status == "unusable"
    assert "a value of the database's orders cannot be read (DivisionByZero)" in result.message


def test_text_as_cursor_with_characters_of_drivers(server: PostgresServer, shop: Shop) -> None:
    """Per cent signs, colons, quotes and backslashes in a cursor's value and in a column's name are taken as they are."""
    server.execute(
        'alter table orders add "rate %s 100%%" text', "update orders set status = '%s %% :a ''b'' \\ %' || id"
    )
    shop.configure(ORDERS + 'cursor = "status"\nlag_hours = 0\n')
    assert shop.extract().rows_landed == 10
    server.execute("insert into orders values (11, '%s %% :a ''b'' \\ %9 later', null, 'x')")
    assert shop.counts(shop.extract(NOW + timedelta(hours=1))) == (2, 1, 1)


def test_column_that_goes_is_recorded_and_a_changed_type_is_text(server: PostgresServer, shop: Shop) -> None:
    shop.configure(ORDERS)
    shop.extract()
    server.execute(
        "alter table orders drop status", "alter table orders add note text", "alter table orders alter id type text"
    )
    result = shop.extract()
    assert result.status == "loaded"
    assert shop.query("select column_name, state from audit.table_columns order by all") == [
        ("note", "new"),
        ("status", "vanished"),
    ]
    assert len(shop.current("id")) == 10


def test_table_that_the_login_may_not_read_is_stale(server: PostgresServer, shop: Shop) -> None:
    server.execute(
        "drop role if exists guest",
        "create role guest login password 'guest-canary'",
        "grant usage on schema public to guest",
    )
    shop.configure(ORDERS)
    shop.set_url(server.url.replace(f"reader:{PASSWORD}", "guest:guest-canary"))
    result = shop.extract()
    assert result.status == "stale"
    assert "(InsufficientPrivilege)" in result.message
    assert "canary" not in result.message
