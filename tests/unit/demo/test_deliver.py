"""Files as four systems would drop them, the truth beside them, and the sources.toml that fits."""

import json
import re
import tomllib
from pathlib import Path

import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from orchestration.contract import entities
from orchestration.demo import World, deliver, deliver_changes, demo_sources_toml, source_tables, write_truth
from orchestration.demo.clock import instant
from orchestration.demo.deliver import SOURCES


@pytest.fixture(scope="module")
def landing(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("landing")
    deliver(world, folder)
    return folder


def test_every_entity_of_every_source_is_a_file_of_the_horizon(landing: Path):
    found = {(path.parent.name, path.name) for path in landing.rglob("*") if path.is_file()}
    expected = {
        (source, f"{entity}-2026-11-01.{kind}")
        for source, formats in SOURCES.items()
        for entity, kind in formats.items()
    }
    assert found == expected
    assert {entity for formats in SOURCES.values() for entity in formats} == set(entities())


def test_columns_are_the_contracts(landing: Path):
    for source, formats in SOURCES.items():
        for entity, kind in formats.items():
            path = landing / source / f"{entity}-2026-11-01.{kind}"
            if kind == "parquet":
                columns = pq.read_schema(path).names
            elif kind == "csv":
                columns = path.open(encoding="utf-8").readline().strip().replace('"', "").split(",")
            else:
                columns = list(json.loads(path.open(encoding="utf-8").readline()))
            assert columns == [column.name for column in entities()[entity].columns], entity


def test_instants_in_text_files_end_in_z(landing: Path):
    line = json.loads((landing / "app_stores" / "app_reviews-2026-11-01.jsonl").open(encoding="utf-8").readline())
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", line["reviewed_at"])
    as_text = pa_csv.ConvertOptions(column_types={"starts_at": "string"})
    shifts = pa_csv.read_csv(landing / "helpdesk" / "shifts-2026-11-01.csv", convert_options=as_text)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value) for value in shifts["starts_at"].to_pylist())


def test_rows_survive_the_formats(world: World, landing: Path):
    assert pq.read_table(landing / "shop" / "orders-2026-11-01.parquet").equals(world["orders"])
    assert len(pa_csv.read_csv(landing / "surveys" / "nps_responses-2026-11-01.csv")) == len(world["nps_responses"])
    with (landing / "app_stores" / "app_reviews-2026-11-01.jsonl").open(encoding="utf-8") as file:
        bodies = [json.loads(line)["body"] for line in file]
    assert bodies == world["app_reviews"]["body"].to_pylist()
    assert set(world["app_reviews"]["language"].to_pylist()) == {"en", "de", "fr", "ko"}


def test_invitations_go_to_whom_they_belong(world: World):
    assert set(source_tables(world, "surveys")["survey_invitations"]["survey_type"].to_pylist()) == {"nps"}
    assert set(source_tables(world, "helpdesk")["survey_invitations"]["survey_type"].to_pylist()) == {"csat", "ces"}


def test_marks_state_the_cut_for_each_entity(world: World):
    marks = source_tables(world, "shop")["delivery_marks"]
    assert set(marks["entity_name"].to_pylist()) == set(SOURCES["shop"]) - {"delivery_marks"}
    assert set(marks["complete_through_at"].to_pylist()) == {world.known_through}


def test_a_days_changes_are_small_and_dated(world: World, tmp_path: Path):
    today, yesterday = world.as_of(instant("2026-05-20")), world.as_of(instant("2026-05-19"))
    paths = deliver_changes(today, yesterday, tmp_path)
    assert all("-2026-05-20." in path.name for path in paths)
    tickets = pq.read_table(tmp_path / "helpdesk" / "tickets-2026-05-20.parquet")
    assert 0 < len(tickets) < 0.1 * len(today["tickets"])
    assert not (tmp_path / "helpdesk" / "calendar_holidays-2026-05-20.csv").exists()


def test_the_truth_is_json(world: World, tmp_path: Path):
    write_truth(world, tmp_path / "truth" / "truth.json")
    assert json.loads((tmp_path / "truth" / "truth.json").read_text(encoding="utf-8")) == world.truth


def test_sources_toml_names_what_is_delivered():
    document = tomllib.loads(demo_sources_toml())
    assert document["installation"] == {
        "name": "Simulated marketplace",
        "reporting_time_zone": "Europe/Berlin",
        "default_calendar": "eu",
    }
    assert {source["name"]: source["delivers"] for source in document["sources"]} == {
        name: list(formats) for name, formats in SOURCES.items()
    }
    assert all(source["kind"] == "files" and source["expected_every_hours"] == 24 for source in document["sources"])
