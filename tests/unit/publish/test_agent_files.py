"""Agents' own files: each agent's rows and nobody else's, whole or not at all, and gone when the agent is."""

import os
import stat
from pathlib import Path

import duckdb
import pytest

from orchestration.publish import PublishError, agent_file_name, publish_agent_files, remove_agent_files

SQL = """
create schema core; create schema direct; create schema intermediate; create schema contract; create schema meta;
create table meta.build_info as select 'build-1' as build_id, timestamp '2026-11-01 04:00:00' as built_at;
create table core.dim_agents as select * from (values
    ('h:ann', 'h', 'employee', null), ('h:bob', 'h', 'contractor', date '2026-10-30'), ('h:cem', 'h', null, date '2026-10-31'),
    ('h:a-bot', 'h', 'bot', null), ('h:../dan', 'h', 'employee', null)
) as agents (agent_key, source_name, employment, left_date);
create table intermediate.int_source_horizons as select 'h' as source_name, timestamp '2026-10-31 23:00:00' as complete_through_at;
create table core.fct_tickets as select 'h:' || range as ticket_key, 'https://desk.example.com/' || range as ticket_url,
    'how_to' as contact_reason, 'email' as channel, 'DE' as market, 60 + range as first_response_calendar_seconds,
    60 as first_response_business_seconds, timestamp '2026-10-01 10:00:00' as waiting_from_at,
    timestamp '2026-10-01 10:01:00' as first_response_at from range(3);
create table core.fct_csat_responses as select * from (values
    ('s:1', 'h:0', 'h:ann', 'negative', 'agent'), ('s:2', 'h:1', 'h:bob', 'positive', 'product'), ('s:3', 'h:2', null, 'positive', 'unknown')
) as ratings (response_key, ticket_key, agent_key, rating, rating_owner);
alter table core.fct_csat_responses add column agent_team_name varchar;
alter table core.fct_csat_responses add column scale varchar;
alter table core.fct_csat_responses add column score varchar;
alter table core.fct_csat_responses add column stated_reason varchar;
alter table core.fct_csat_responses add column comment_themes varchar;
alter table core.fct_csat_responses add column comment_sentiment varchar;
alter table core.fct_csat_responses add column responded_date date;
alter table core.fct_csat_responses add column responded_at timestamp;
create table contract.csat_responses as select 's:1' as response_key, 'Too curt.' as comment;
create table intermediate.int_agent_replies as select * from (values
    ('h:m1', 'h:0', 'h:ann', timestamp '2026-10-01 10:01:00'), ('h:m2', 'h:0', 'h:bob', timestamp '2026-10-01 10:01:00'),
    ('h:m3', 'h:0', 'h:bob', timestamp '2026-10-01 11:00:00'), ('h:m4', 'h:1', 'h:bob', timestamp '2026-10-01 10:01:00')
) as replies (message_key, ticket_key, agent_key, replied_at);
create table direct.rpt_agent_performance_by_week as select * from (values
    ('h:ann', 7, date '2026-09-28'), ('h:bob', 9, date '2026-09-28')
) as weeks (agent_key, reply_count, worked_week);
comment on column core.fct_csat_responses.rating is 'positive, neutral or negative.';
"""


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    file = tmp_path / "warehouse.duckdb"
    change(file, SQL)
    return file


def change(warehouse: Path, sql: str) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(sql)


def read(file: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_an_agent_sees_the_own_rows_and_no_others(warehouse: Path, published: Path):
    files = publish_agent_files(warehouse, published, build_id="build-1").files
    ann = files["h:ann"]
    assert read(ann, "select response_key, ticket_url, rating, rating_owner, comment from ratings") == [
        ("s:1", "https://desk.example.com/0", "negative", "agent", "Too curt.")
    ]
    assert read(ann, "select ticket_key, first_response_calendar_seconds from first_responses") == [("h:0", 60)]
    assert read(ann, "select agent_key, reply_count from weeks") == [("h:ann", 7)]
    assert read(ann, "select agent_key, build_id from build_info") == [("h:ann", "build-1")]
    assert b"h:bob" not in ann.read_bytes()
    assert b"s:2" not in ann.read_bytes()
    # Who did nothing yet has a file as well.
    assert read(files["h:../dan"], "select count(*) from ratings") == [(0,)]


def test_every_column_is_explained(warehouse: Path, published: Path):
    ann = publish_agent_files(warehouse, published, build_id="build-1").files["h:ann"]
    assert read(ann, "select count(*) from duckdb_tables() where comment is null") == [(0,)]
    texts = dict(read(ann, "select column_name, comment from duckdb_columns() where table_name = 'ratings'"))
    assert texts["rating"] == "positive, neutral or negative."
    assert all(texts.values())


def test_who_left_loses_the_file_when_the_data_reach_beyond_the_last_day(warehouse: Path, published: Path):
    first = publish_agent_files(warehouse, published, build_id="build-1")
    # Bob's last day was the 30th and is over; Cem's is the 31st, of which the data do not hold the end; bots have none.
    assert set(first.files) == {"h:ann", "h:cem", "h:../dan"}
    change(
        warehouse, "update intermediate.int_source_horizons set complete_through_at = timestamp '2026-11-01 00:00:00'"
    )
    second = publish_agent_files(warehouse, published, build_id="build-1")
    assert set(second.files) == {"h:ann", "h:../dan"}
    assert second.removed == (agent_file_name("h:cem"),)
    change(warehouse, "delete from core.dim_agents where agent_key = 'h:ann'")
    assert set(publish_agent_files(warehouse, published, build_id="build-1").files) == {"h:../dan"}
    assert [path.name for path in (published / "agents").iterdir()] == [agent_file_name("h:../dan")]
    assert remove_agent_files(published) == [agent_file_name("h:../dan")]
    assert list((published / "agents").iterdir()) == []


def test_a_file_is_replaced_whole_and_an_open_one_goes_on(warehouse: Path, published: Path):
    ann = publish_agent_files(warehouse, published, build_id="build-1").files["h:ann"]
    with ann.open("rb") as held:
        before = held.read()
        change(warehouse, "update direct.rpt_agent_performance_by_week set reply_count = 8 where agent_key = 'h:ann'")
        publish_agent_files(warehouse, published, build_id="build-1")
        held.seek(0)
        assert held.read() == before
    assert read(ann, "select reply_count from weeks") == [(8,)]
    assert [path.name for path in (published / "agents").iterdir() if path.suffix != ".duckdb"] == []
    assert list((published / ".publishing").iterdir()) == []


def test_modes_are_the_installations(warehouse: Path, published: Path):
    old = os.umask(0)
    try:
        ann = publish_agent_files(warehouse, published, build_id="build-1").files["h:ann"]
        assert (mode(ann), mode(ann.parent)) == (0o600, 0o750)
        publish_agent_files(warehouse, published, build_id="build-1", file_mode=0o640)
        assert mode(ann) == 0o640
    finally:
        os.umask(old)
    with pytest.raises(PublishError, match="0600 or 0640, not 0644"):
        publish_agent_files(warehouse, published, build_id="build-1", file_mode=0o644)


def test_another_build_is_refused_and_the_old_files_stay(warehouse: Path, published: Path):
    ann = publish_agent_files(warehouse, published, build_id="build-1").files["h:ann"]
    before = ann.read_bytes()
    with pytest.raises(PublishError):
        publish_agent_files(warehouse, published, build_id="build-2")
    assert ann.read_bytes() == before


def test_a_key_names_a_file_of_its_own_inside_the_folder():
    names = [agent_file_name(key) for key in ("h:a", "h_a", "h/a", "h..a", "H:a", "h:ä", "h-a", "h_3aa")]
    assert len(set(names)) == len(names)
    assert all("/" not in name and not name.startswith(".") for name in names)
    assert agent_file_name("helpdesk:a-001") == "helpdesk_3aa-001.duckdb"
    for key in ("", "x" * 500):
        with pytest.raises(PublishError, match="cannot name a file"):
            agent_file_name(key)
