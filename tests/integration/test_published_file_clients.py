"""The published file opens in every client that is promised: old DuckDB versions, SQLAlchemy, and a 2.0 writer too."""

import json
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlalchemy

from orchestration.publish import PublishResult, connect_published, publish, verify
from orchestration.publish.checksum import fingerprint_sql
from orchestration.publish.contract import read_tables

ROOT = Path(__file__).resolve().parents[2]
INSTALLER = runpy.run_path(str(ROOT / "tests" / "install_old_duckdb.py"))
ROWS = 5000

# Every allowed type, with its awkward values; wide enough that every kind of compression is used.
EVERY_TYPE = f"""
    select
        range as order_number,
        cast(range % 2147483647 as integer) - 1 as small_number,
        'demo:' || cast(range as varchar) as order_key,
        case range % 7 when 0 then null when 1 then '' when 2 then 'é 한국어 🎉' when 3 then 'it''s "quoted"'
            when 4 then 'line' || chr(10) || 'break' else 'channel ' || cast(range % 3 as varchar) end as channel,
        case when range % 11 = 0 then null else range / 7e0 end as waiting_seconds,
        cast(range / 8 as decimal(18, 4)) as precise_amount,
        cast(range / 4 as decimal(18, 2)) as spend_usd,
        cast(range % 90 as decimal(4, 1)) as rating_score,
        range % 3 = 0 as is_late,
        date '1999-12-31' + cast(range as integer) as ordered_date,
        timestamp '2026-03-29 00:59:59.123456' + to_seconds(range) as ordered_at,
    from range({ROWS})
"""
EXTREMES = """
    select cast(column0 as double) as value_double, cast(column1 as bigint) as value_bigint,
        cast(column2 as timestamp) as value_at, cast(column3 as date) as value_date
    from (values
        ('1.7976931348623157e308', 9223372036854775807, '9999-12-31 23:59:59.999999', '9999-12-31'),
        ('5e-324', -9223372036854775808, '0001-01-01 00:00:00', '0001-01-01'),
        ('-0.0', 0, '1969-12-31 23:59:59.999999', '1970-01-01'),
        ('0.1', 1, '2024-02-29 00:00:00', '2024-02-29'),
        ('1e16', null, null, null),
        ('nan', null, null, null),
        ('-inf', null, null, null)
    ) as sample(column0, column1, column2, column3)
"""


def build_warehouse(file: Path) -> Path:
    connection = duckdb.connect(str(file))
    for schema in ("core", "direct", "indirect", "secondary", "drivers", "meta"):
        connection.execute(f"create schema {schema}")
    connection.execute(f"create table core.fct_orders as {EVERY_TYPE}")
    connection.execute(f"create table direct.rpt_extremes as {EXTREMES}")
    connection.execute("create table indirect.rpt_empty as select 1 as a_count, 'x' as a_name limit 0")
    connection.execute("create table secondary.rpt_nulls as select cast(null as double) as nps_score from range(10)")
    connection.execute('create table drivers.rpt_names as select 1 as "order", 2 as "group"')
    connection.execute(
        "create table meta.build_info as select 'build-1' as build_id, timestamp '2026-11-01' as built_at"
    )
    for schema, table, column in connection.execute(
        "select schema_name, table_name, column_name from duckdb_columns() where not internal"
    ).fetchall():
        connection.execute(f"comment on table {schema}.{table} is 'One row per thing. It''s \"{table}\" — é.'")
        connection.execute(f"""comment on column {schema}.{table}."{column}" is 'What {column} means; ratio = a/b.'""")
    connection.close()
    return file


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_warehouse(tmp_path_factory.mktemp("warehouse") / "warehouse.duckdb")


@pytest.fixture(scope="module")
def published(warehouse: Path) -> PublishResult:
    return publish(warehouse, warehouse.parent / "published", build_id="build-1")


def client(version: str) -> Path:
    if not INSTALLER["is_installed"](version):
        pytest.fail(f"the DuckDB client {version} is not installed; run: make test-tools")
    folder: Path = INSTALLER["client_folder"](version)
    return folder


def run_python(arguments: list[str], python_path: Path) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": str(python_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def read_with(version: str, file: Path) -> dict[str, Any]:
    """What an old client reads in the file, and what this one expects, under the same keys."""
    connection = connect_published(file)
    tables = read_tables(connection, file.stem)
    connection.close()
    queries = {table.full_name: fingerprint_sql(table.full_name, table.columns) for table in tables}
    script = Path(__file__).with_name("published_file_client.py")
    found: dict[str, Any] = json.loads(run_python([str(script), str(file), json.dumps(queries)], client(version)))
    assert found.pop("version") == version
    return found


def expected(published: PublishResult) -> dict[str, Any]:
    connection = connect_published(published.file)
    tables = read_tables(connection, published.file.stem)
    connection.close()
    entries = published.manifest.tables
    return {
        "tables": [[table.full_name, table.comment] for table in tables],
        "columns": [
            [table.full_name, column.name, column.data_type, column.comment]
            for table in tables
            for column in table.columns
        ],
        "row_counts": {name: entry.row_count for name, entry in entries.items()},
        "fingerprints": {name: [entry.row_count, entry.checksum] for name, entry in entries.items()},
    }


@pytest.mark.parametrize("version", INSTALLER["VERSIONS"])
def test_an_old_client_reads_every_table_value_and_comment(version: str, published: PublishResult) -> None:
    wanted = expected(published)
    found = read_with(version, published.file)
    assert found == wanted
    assert len(wanted["tables"]) == 6
    comments = [row[-1] for row in [*found["tables"], *found["columns"]]]
    assert all(comment and comment.strip() for comment in comments)


def test_a_file_published_by_duckdb_2_is_the_same_to_the_oldest_client(
    warehouse: Path, published: PublishResult, tmp_path: Path
) -> None:
    script = (
        "import sys; from pathlib import Path; import duckdb; from orchestration.publish import publish, verify\n"
        "result = publish(Path(sys.argv[1]), Path(sys.argv[2]), build_id='build-1')\n"
        "assert verify(Path(sys.argv[2])).is_good; print(duckdb.__version__)"
    )
    version = run_python(["-c", script, str(warehouse), str(tmp_path / "published")], client("2.0.0"))
    assert version.strip() == "2.0.0"
    report = verify(tmp_path / "published")
    assert report.is_good, report.summary
    assert read_with("1.1.3", tmp_path / "published" / "support_metrics.duckdb") == expected(published)


def test_sqlalchemy_reads_it_as_docs_connecting_says(published: PublishResult) -> None:
    engine = sqlalchemy.create_engine(
        f"duckdb:///{published.file}",
        connect_args={"read_only": True, "config": {"enable_external_access": "false"}},
    )
    with engine.connect() as connection:
        assert connection.execute(sqlalchemy.text("select count(*) from core.fct_orders")).scalar_one() == ROWS
        with pytest.raises(sqlalchemy.exc.DBAPIError, match="disabled by configuration"):
            connection.execute(sqlalchemy.text("select * from read_text('/etc/hostname')"))
    inspector = sqlalchemy.inspect(engine)
    assert "fct_orders" in inspector.get_table_names(schema="core")
    assert inspector.get_table_comment("fct_orders", schema="core")["text"].startswith("One row per thing.")
    assert {column["name"] for column in inspector.get_columns("rpt_names", schema="drivers")} == {"order", "group"}
    engine.dispose()


def test_parquet_reads_the_same(published: PublishResult) -> None:
    connection = duckdb.connect()
    connection.execute(f"attach '{published.file}' as published (read_only)")
    for name in published.manifest.tables:
        file = published.file.parent / "parquet" / f"{name.replace('.', '/')}.parquet"
        for first, second in ((f"published.{name}", f"'{file}'"), (f"'{file}'", f"published.{name}")):
            rest = connection.execute(f"select count(*) from (from {first} except all from {second})").fetchall()
            assert rest == [(0,)], name
    connection.close()


def test_the_python_of_docs_connecting_runs_as_it_stands(published: PublishResult, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "published").symlink_to(published.file.parent)
    snippets = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "connecting.md").read_text(encoding="utf-8"), re.S)
    assert len(snippets) == 2
    for snippet in snippets:
        done = subprocess.run(
            [sys.executable, "-c", snippet], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr
        assert "build-1" in done.stdout
