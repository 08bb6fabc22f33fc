"""From any row of a report to the rows behind it: the published queries, asked of the published file."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestration.publish import connect_published
from orchestration.settings import Home

MARTS = Path(__file__).resolve().parents[3] / "models" / "marts"


def written_drills() -> list[tuple[str, str]]:
    """Each report with each count that its definition gives a query for."""
    found = []
    for path in sorted(MARTS.rglob("*__models.yml")):
        for model in yaml.safe_load(path.read_text(encoding="utf-8"))["models"]:
            facts = model.get("config", {}).get("meta", {})
            found += [(f"{path.parent.name}.{model['name']}", count) for count in facts.get("drill_through", {})]
    return found


def asked_of(connection: Any, sql: str, values: dict[str, Any]) -> tuple[list[str], int]:
    cursor = connection.execute(sql, values)
    return [column[0] for column in cursor.description], len(cursor.fetchall())


@pytest.mark.parametrize(("report", "count"), written_drills())
def test_a_query_returns_as_many_rows_as_the_report_says(demo_home: Home, report: str, count: str):
    """Asked of the rows with the largest counts, and of others all over the report."""
    with connect_published(demo_home.published_file) as connection:
        sql, condition = connection.execute(
            "select drill_through, coalesce(drill_condition, 'true') from meta.report_drill_through "
            "where report_name = ? and drill_count_column = ?",
            [report, count],
        ).fetchall()[0]
        keys = sorted(set(re.findall(r"\$(\w+)", sql)))
        assert keys, "a query without a key of the report returns the same rows for each of its rows"
        rows = connection.execute(
            f"select {', '.join(keys)}, {count} from {report} where ({condition}) and {count} is not null "
            f"qualify row_number() over (order by {count} desc) <= 4 or row_number() over (order by hash({', '.join(keys)})) <= 8"
        ).fetchall()
        assert any(row[-1] for row in rows), f"no row of the report has any {count}"
        for *values, expected in rows:
            columns, found = asked_of(connection, sql, dict(zip(keys, values, strict=True)))
            assert found == expected, f"{report}: {dict(zip(keys, values, strict=True))}"
            assert "ticket_url" in columns or "ticket_key" not in columns, columns


def test_every_report_is_published_with_its_query_or_its_reason(demo_home: Home):
    with connect_published(demo_home.published_file) as connection:
        listed = connection.execute(
            "select report_name, coalesce(drill_count_column, '') from meta.report_drill_through "
            "where drill_through is not null order by all"
        ).fetchall()
        unlisted = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where table_name like 'rpt_%' "
            "except select report_name from meta.report_drill_through"
        ).fetchall()
    assert listed == sorted(written_drills())
    assert unlisted == []


def test_a_query_goes_by_the_clock_of_the_installation(demo_home: Home):
    with connect_published(demo_home.published_file) as connection:
        zones = connection.execute("select distinct reporting_time_zone from meta.build_info").fetchall()
        texts = connection.execute(
            "select drill_through from meta.report_drill_through where drill_through like '%at time zone%'"
        ).fetchall()
    assert zones == [("Europe/Berlin",)], "a clock that is not UTC's, or nothing is proved"
    assert texts
    assert all("'Europe/Berlin'" in text for (text,) in texts)
