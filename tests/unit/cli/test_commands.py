import json
import stat
import subprocess
import sys
from datetime import datetime

import duckdb
import pytest

from orchestration.extract import audit
from orchestration.publish import publish

HEAVY = (
    "import sys; print(sorted(set(sys.modules) & {'dagster', 'dbt', 'dlt', 'pandas', 'great_expectations', 'duckdb'}))"
)


def loaded_by(*arguments):
    program = (
        f"import sys\nsys.argv = ['support-metrics', *{list(arguments)!r}]\nfrom orchestration.cli import main\n"
        f"try:\n    main()\nexcept SystemExit:\n    pass\n{HEAVY}"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1]


def test_help_loads_nothing_heavy():
    assert loaded_by("--help") == "[]"


def test_status_loads_the_engine_alone(home):
    with duckdb.connect(str(home.warehouse)) as warehouse:
        audit.create_tables(warehouse)
    assert loaded_by("--home", str(home.path), "status") == "['duckdb']"


def test_every_command_is_listed_with_what_it_does(command):
    code, out, _ = command("--help")
    assert code == 0
    for name in ["init", "demo", "run", "status", "sql", "sources", "publish", "rollback", "verify", "doctor", "ui"]:
        assert f"\n  {name} " in out


def test_a_command_that_does_not_exist_is_misuse(command):
    code, _, err = command("refresh")
    assert code == 2
    assert "refresh" in err


def test_without_an_installation_run_says_what_to_do(command, tmp_path):
    code, _, err = command("--home", tmp_path / "none", "run")
    assert code == 2
    assert "support-metrics init" in err
    assert "Traceback" not in err
    assert not (tmp_path / "none").exists()


def test_every_fault_of_the_configuration_is_told_at_once(command, home):
    home.sources_file.write_text(home.sources_file.read_text() + 'colour = "blue"\nnumber = 7\n')
    (home.path / ".env").write_text("")
    code, _, err = command("--home", home.path, "run")
    assert code == 2
    assert all(word in err for word in ("SUPPORT_METRICS_IDENTITY_KEY", "colour", "number"))
    assert not home.warehouse.exists()


def test_a_source_that_does_not_exist_is_named(command, home):
    code, _, err = command("--home", home.path, "run", "--source", "shop")
    assert code == 2
    assert "no source is named shop; there are: desk" in err


def test_init_makes_a_private_home_and_refuses_a_second_time(command, tmp_path):
    assert command("init", tmp_path / "new")[0] == 0
    assert stat.S_IMODE((tmp_path / "new" / ".env").stat().st_mode) == 0o600
    code, _, err = command("init", tmp_path / "new")
    assert code == 2
    assert "already" in err


def test_doctor_finds_a_key_that_others_can_read(command, home):
    assert command("--home", home.path, "doctor")[0] == 0
    (home.path / ".env").chmod(0o644)
    code, out, _ = command("--home", home.path, "doctor")
    assert code == 1
    assert "WRONG" in out
    assert "chmod 600" in out


def test_before_the_first_publish_each_command_says_what_to_do(command, home):
    for arguments in (["sql", "select 1"], ["verify"], ["rollback"]):
        code, out, err = command("--home", home.path, *arguments)
        assert code == 1
        assert any(word in out + err for word in ("support-metrics run", "publish first", "publish again")), arguments
    code, out, _ = command("--home", home.path, "status")
    assert code == 0
    assert "nothing yet" in out


@pytest.fixture
def published(home):
    """A published file with one mart."""
    with duckdb.connect(str(home.warehouse)) as warehouse:
        audit.create_tables(warehouse)
        warehouse.execute(
            """
            create schema meta; create schema core;
            create table meta.build_info as select 'b1' as build_id, 'r' as run_id;
            create table core.dim_agents as
                select * from (values ('=1+1', 1, 0.5), ('Ann', -2, null)) as rows(name, number, ratio);
            """
        )
        for table in ("meta.build_info", "core.dim_agents"):
            warehouse.execute(f"comment on table {table} is 'One row per thing.'")
            schema, name = table.split(".")
            columns = warehouse.execute(
                f"select column_name from duckdb_columns() where schema_name = '{schema}' and table_name = '{name}'"
            ).fetchall()
            for (column,) in columns:
                warehouse.execute(f"comment on column {table}.{column} is 'A column.'")
        warehouse.execute("alter table core.dim_agents alter ratio type double")
    publish(home.warehouse, home.published, build_id="b1")
    return home


def test_sql_as_a_table_csv_and_json(command, published):
    query = "select * from core.dim_agents order by number"
    code, out, _ = command("--home", published.path, "sql", query)
    assert code == 0
    assert "=1+1" in out
    assert "2 rows" in out
    _, out, _ = command("--home", published.path, "sql", query, "--format", "csv")
    assert out == "name,number,ratio\nAnn,-2,\n'=1+1,1,0.5\n"
    _, out, _ = command("--home", published.path, "sql", query, "--format", "json")
    assert json.loads(out)[1] == {"name": "=1+1", "number": 1, "ratio": 0.5}


@pytest.mark.parametrize(
    "query",
    ["delete from core.dim_agents", "copy core.dim_agents to '{}/x.csv'", "select * from read_csv('{}')", "selec"],
)
def test_sql_reads_the_published_file_and_nothing_else(command, published, tmp_path, query):
    code, _, err = command("--home", published.path, "sql", query.format(tmp_path))
    assert code == 2
    assert err.startswith("error: ")
    assert err.count("\n") == 1


def test_status_for_programs(command, published):
    with duckdb.connect(str(published.warehouse)) as warehouse:
        at = datetime(2026, 11, 20)
        row = {"run_id": "r", "source_name": "desk", "status": "stale", "message": "the folder is not there"}
        audit.append(warehouse, "extract_runs", [{**row, "started_at": at, "finished_at": at}])
    _, out, _ = command("--home", published.path, "status", "--json")
    state = json.loads(out)
    assert state["published"]["build_id"] == "b1"
    assert state["published"]["problem"] is None
    assert state["sources"][0]["status"] == "stale"
    _, out, _ = command("--home", published.path, "status")
    assert "the folder is not there  <- look" in out


def test_status_answers_while_a_run_holds_the_warehouse(command, published):
    holder = subprocess.Popen(
        [sys.executable, "-c", "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(1, flush=True); input()",
         str(published.warehouse)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    holder.stdout.readline()
    code, out, _ = command("--home", published.path, "status")
    holder.communicate("\n")
    assert code == 0
    assert f"process {holder.pid}" in out


def test_status_names_a_file_that_is_not_the_one_that_was_published(command, published):
    file = published.published_file
    file.unlink()
    with duckdb.connect(str(file)) as other:
        other.execute("create schema meta; create table meta.build_info as select 'b0' as build_id")
    _, out, _ = command("--home", published.path, "status")
    assert "PROBLEM: the file holds build b0, its manifest names b1" in out
    assert command("--home", published.path, "verify")[0] == 1


def test_verify_and_rollback(command, published):
    code, out, _ = command("--home", published.path, "verify")
    assert code == 0
    assert "build b1 is intact" in out
    code, out, _ = command("--home", published.path, "rollback", "--list")
    assert "b1" in out
    assert "<- current" in out
    code, _, err = command("--home", published.path, "rollback", "b7")
    assert code == 1
    assert "b7" in err
