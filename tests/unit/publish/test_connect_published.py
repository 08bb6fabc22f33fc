"""The connection of the command line: it reads the marts, and nothing else on the machine."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from orchestration.publish import PublishError, PublishResult, connect_published


def test_reads_the_marts(publish_build: Callable[..., PublishResult]) -> None:
    connection = connect_published(publish_build(1).file)
    assert connection.execute("select count(*) from core.fct_tickets").fetchall() == [(300,)]
    connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "select * from read_text('{folder}/secret.txt')",
        "select * from '{folder}/secret.csv'",
        "attach '{folder}/other.duckdb' as other",
        "copy core.fct_tickets to '{folder}/leak.csv'",
        "export database '{folder}/leak'",
        "set enable_external_access = true",
        "install excel",
        "load excel",
        "create table core.mine as select 1 as a",
        "delete from core.fct_tickets",
        "drop table core.fct_tickets",
    ],
)
def test_sql_reaches_nothing_else(statement: str, publish_build: Callable[..., PublishResult], tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "secret.csv").write_text("a\nsecret")
    connection = connect_published(publish_build(1).file)
    with pytest.raises(duckdb.Error):
        connection.execute(statement.format(folder=tmp_path))
    connection.close()
    assert not list(tmp_path.glob("leak*"))


def test_spills_only_where_it_is_told(publish_build: Callable[..., PublishResult], tmp_path: Path) -> None:
    file = publish_build(1).file
    connection = connect_published(file, temp_directory=tmp_path / "spill")
    assert connection.execute("select current_setting('temp_directory')").fetchall() == [(str(tmp_path / "spill"),)]
    connection.close()


def test_a_missing_or_broken_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="support-metrics run"):
        connect_published(tmp_path / "support_metrics.duckdb")
    (tmp_path / "broken.duckdb").write_text("no database" * 1000)
    with pytest.raises(PublishError, match="support-metrics verify"):
        connect_published(tmp_path / "broken.duckdb")
