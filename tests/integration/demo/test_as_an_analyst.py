"""The published file as its readers find it."""

import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from orchestration.publish import connect_published
from orchestration.settings import Home

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import readme_answers


@pytest.mark.parametrize("page", [readme_answers.README, readme_answers.QUESTIONS], ids=lambda page: page.name)
def test_the_answers_on_the_page_are_the_demos(demo_home: Home, page: Path):
    asked = readme_answers.questions(page.read_text())
    assert asked
    for sql, shown in asked:
        assert readme_answers.answer(demo_home.published_file, sql) == shown, (
            "run `python tests/readme_answers.py HOME`"
        )


def test_no_answer_hangs_on_the_order_in_which_rows_lie(demo_home: Home, tmp_path: Path):
    """A question that orders its answer leaves no tie open: the next build may store its rows otherwise."""
    with duckdb.connect(str(tmp_path / "shuffled.duckdb")) as connection:
        connection.execute(f"attach '{demo_home.published_file}' as published (read_only)")
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'published'"
        ).fetchall()
        for schema, table in tables:
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(f"create table {schema}.{table} as from published.{schema}.{table} order by hash(rowid)")
    for page in (readme_answers.README, readme_answers.QUESTIONS):
        for sql, shown in readme_answers.questions(page.read_text()):
            assert readme_answers.answer(tmp_path / "shuffled.duckdb", sql) == shown, sql


def test_every_table_and_column_has_a_comment_and_a_plain_type(demo_home: Home):
    with connect_published(demo_home.published_file) as connection:
        bare = connection.execute(
            "select table_name, column_name from duckdb_columns() where comment is null and schema_name not in ('main', 'information_schema', 'pg_catalog') "
            "and not internal"
        ).fetchall()
        types = connection.execute(
            "select distinct data_type from duckdb_columns() where not internal and database_name = current_database()"
        ).fetchall()
    assert bare == []
    assert {name for (name,) in types} <= {"BOOLEAN", "INTEGER", "BIGINT", "DOUBLE", "VARCHAR", "DATE", "TIMESTAMP"}


def test_no_personal_data_of_the_deliveries_gets_out(demo_home: Home):
    """Identities, and text that customers wrote, are in no byte of what readers or the warehouse hold."""
    landed = b"".join(path.read_bytes() for path in (demo_home.landing / "surveys").glob("csat_responses*"))
    assert b"c-0" in landed, "the test has lost its canary: deliveries name customers as c-0..."
    for folder in (demo_home.published, demo_home.warehouse.parent, demo_home.logs):
        for path in folder.rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                assert b"@example" not in content, path
                assert b"@mail.example" not in content, path
    with connect_published(demo_home.published_file) as connection:
        keys = connection.execute("select customer_key from core.fct_tickets where customer_key is not null").fetchall()
    assert all(len(key.split(":")[1]) == 32 for (key,) in keys)


def test_the_dictionary_names_what_is_there(demo_home: Home):
    with connect_published(demo_home.published_file) as connection:
        marts = {name for (name,) in connection.execute("select mart from meta.metric_dictionary").fetchall()}
        for mart in marts:
            connection.execute(f"select * from {mart} limit 0")
        scorecard = connection.execute(
            "select distinct metric_name from drivers.rpt_scorecard_by_week except select metric_name from meta.metric_dictionary"
        ).fetchall()
        targets = connection.execute(
            "select count(*) from meta.metric_dictionary where target_value is not null"
        ).fetchall()
    assert scorecard == []
    assert targets[0][0] == 8


def test_build_info_says_how_far_the_data_reach(demo_home: Home):
    with connect_published(demo_home.published_file) as connection:
        rows = connection.execute(
            "select source_name, cast(data_through_at as varchar), horizon_basis from meta.build_info order by source_name"
        ).fetchall()
    # The stand-ins' clocks are a minute ahead; reviews and hours of a day are there when the day is over.
    assert rows == [
        ("app_stores", "2026-10-31 00:01:00", "stated by the source"),
        ("helpdesk", "2026-11-01 00:00:00", "stated by the source"),
        ("paypal", "2026-11-01 00:01:00", "stated by the source"),
        ("shop", "2026-11-01 00:00:00", "stated by the source"),
        ("surveys", "2026-11-01 00:00:00", "stated by the source"),
        ("upwork", "2026-10-31 00:01:00", "stated by the source"),
        ("workforce", "2026-11-01 00:00:00", "stated by the source"),
    ]


def test_a_second_demo_changes_no_number(demo_home: Home, support_metrics, tmp_path: Path):
    """To the last digit, in every table: sums of fractions do not hang on the order in which threads finish."""
    before = shutil.copy(demo_home.published_file.resolve(), tmp_path / "before.duckdb")
    again = support_metrics(demo_home.path, "demo")
    assert again.returncode == 0, again.stdout
    assert "unchanged" in again.stdout
    changed = {}
    with duckdb.connect() as connection:
        connection.execute(f"attach '{before}' as earlier (read_only)")
        connection.execute(f"attach '{demo_home.published_file}' as later (read_only)")
        tables = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where database_name = 'later' "
            "and schema_name in ('core', 'direct', 'indirect', 'secondary', 'drivers')"
        ).fetchall()
        for (table,) in tables:
            rows = connection.execute(
                f"(from later.{table} except all from earlier.{table}) union all (from earlier.{table} except all from later.{table})"
            ).fetchall()
            if rows:
                changed[table] = rows[:3]
    assert len(tables) > 80
    assert changed == {}


def test_the_command_line_reads_the_published_file(demo_home: Home, support_metrics):
    asked = support_metrics(
        demo_home.path, "sql", "--format", "csv", "select count(*) as contacts from core.fct_tickets"
    )
    assert asked.returncode == 0
    assert asked.stdout.strip().splitlines()[0] == "contacts"
    assert support_metrics(demo_home.path, "verify").returncode == 0
    assert support_metrics(demo_home.path, "status").returncode == 0
    wrong = support_metrics(demo_home.path, "sql", "select nothing from nowhere")
    assert wrong.returncode == 2 or wrong.returncode == 1
    assert "Traceback" not in wrong.stdout


def test_help_answers_at_once():
    """Nothing heavy is imported for `--help`: dbt, Dagster, GX and dlt stay out."""
    code = (
        "import sys\n"
        "from orchestration.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'dbt', 'dagster', 'great_expectations', 'dlt', 'pyarrow', 'pandas'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
