import json
import os
from datetime import datetime

import duckdb
import pytest

from orchestration import pipeline
from orchestration.pipeline import UnfinishedBuildError
from orchestration.settings import PROJECT, ConfigurationError
from orchestration.sources import default_calendar_key

GATE_RESULTS = "run_id varchar, gate bigint, status varchar, severity varchar"


def in_warehouse(home, *statements):
    home.warehouse.parent.mkdir(exist_ok=True)
    with duckdb.connect(str(home.warehouse)) as connection:
        for statement in statements:
            connection.execute(statement)


def finished_build(home, *gate_rows):
    in_warehouse(
        home,
        "create schema if not exists meta",
        "create or replace table meta.build_info as select 'b1' as build_id, 'r1' as run_id",
        "create schema if not exists audit",
        f"create or replace table audit.gate_results ({GATE_RESULTS})",
        *(f"insert into audit.gate_results values {row}" for row in gate_rows),
    )


def test_a_build_id_says_when_and_which_run():
    assert pipeline.make_build_id(datetime(2026, 11, 21, 3, 30), "1f0c2a9b-77aa") == "20261121T033000Z-1f0c2a9b"


def test_faults_of_settings_and_sources_are_told_together(home):
    (home.path / ".env").write_text("")
    home.sources_file.write_text('[installation]\nname = "x"\ncolour = "blue"\n')
    with pytest.raises(ConfigurationError) as raised:
        pipeline.read_configuration(home)
    assert len(raised.value.problems) == 2
    assert "SUPPORT_METRICS_IDENTITY_KEY" in raised.value.problems[0]
    assert "colour" in raised.value.problems[1]


def test_no_sources_file_is_an_installation_without_sources(tmp_path):
    from orchestration.settings import Home

    assert pipeline.sources_if_configured(Home(tmp_path)).sources == []


def test_no_secret_survives_redaction(home, monkeypatch):
    monkeypatch.setenv("SHOP_DATABASE_URL", "postgresql://reader:geheim99@db/shop")
    key = next(
        line.split("=", 1)[1] for line in (home.path / ".env").read_text().splitlines() if line.startswith("SUPPORT")
    )
    text = pipeline.redact(f"cannot open postgresql://reader:geheim99@db/shop with {key}", home)
    assert text == "cannot open *** with ***"


@pytest.mark.parametrize(
    ("named", "expected"), [(None, None), ("eu", "shop:eu"), ("desk:us", "desk:us"), ("shop:eu", "shop:eu")]
)
def test_the_default_calendar_is_a_key(sources, named, expected):
    sources.installation.default_calendar = named
    assert default_calendar_key(sources) == expected


def test_a_default_calendar_that_several_sources_could_mean_is_refused(sources):
    sources.installation.default_calendar = "eu"
    sources.sources[0].entities += [sources.sources[1].entities[1]]
    with pytest.raises(ConfigurationError, match='write "desk:eu" or "shop:eu"'):
        default_calendar_key(sources)


def test_a_default_calendar_that_nobody_delivers_is_refused_when_the_file_is_read(home):
    text = home.sources_file.read_text().replace(', "calendar_hours"', "")
    home.sources_file.write_text(text.replace('name = "Test"', 'name = "Test"\ndefault_calendar = "eu"'))
    with pytest.raises(ConfigurationError, match="no source delivers calendar_hours"):
        pipeline.read_configuration(home)


def test_dbt_gets_the_same_arguments_for_parsing_and_building(sources):
    assert pipeline.dbt_arguments(sources)[0] == "--vars"
    assert json.loads(pipeline.dbt_arguments(sources)[1]) == {
        "default_calendar": None,
        "reporting_time_zone": "Europe/Rome",
    }


def test_own_seeds_lie_over_the_projects(home):
    assert pipeline.seeds_folder(home) == PROJECT / "seeds"
    home.seeds.mkdir()
    (home.seeds / "theme_rules.csv").write_text("a,b\n1,2\n")
    merged = pipeline.seeds_folder(home)
    assert (merged / "theme_rules.csv").read_text() == "a,b\n1,2\n"
    assert {path.name for path in merged.iterdir()} == {path.name for path in (PROJECT / "seeds").iterdir()}
    (home.seeds / "theme_rules.csv").unlink()
    assert pipeline.seeds_folder(home) == PROJECT / "seeds"


def test_dbt_is_kept_quiet_and_pointed_at_the_home(home):
    variables = pipeline.dbt_environment(home)
    assert variables["DO_NOT_TRACK"] == "1"
    assert variables["SUPPORT_METRICS_WAREHOUSE"] == str(home.warehouse)
    assert (PROJECT / variables["SUPPORT_METRICS_SEEDS"]).resolve() == PROJECT / "seeds"
    assert not any("IDENTITY" in name for name in variables)


def test_a_build_that_has_begun_cannot_be_published(home, settings):
    finished_build(home, "('r1', 2, 'pass', 'critical')")
    assert pipeline.warehouse_build(home, settings).build_id == "b1"
    pipeline.begin_build(home, settings)
    with pytest.raises(UnfinishedBuildError, match="did not finish"):
        pipeline.warehouse_build(home, settings)


def test_no_warehouse_is_no_build(home, settings):
    with pytest.raises(UnfinishedBuildError, match="support-metrics run"):
        pipeline.warehouse_build(home, settings)


@pytest.mark.parametrize("row", ["('r1', 2, 'fail', 'critical')", "('r1', 2, 'error', 'warning')"])
def test_what_gate_two_blocks_is_not_published(home, settings, row):
    finished_build(home, row, "('r1', 2, 'pass', 'critical')")
    with pytest.raises(UnfinishedBuildError, match="gate 2 blocks"):
        pipeline.require_gate_two(home, settings, pipeline.warehouse_build(home, settings))


def test_what_gate_two_has_not_seen_is_not_published(home, settings):
    finished_build(home, "('r1', 1, 'pass', 'critical')", "('r0', 2, 'pass', 'critical')")
    with pytest.raises(UnfinishedBuildError, match="has not looked"):
        pipeline.require_gate_two(home, settings, pipeline.warehouse_build(home, settings))


def test_what_gate_two_only_warns_of_is_published(home, settings):
    finished_build(home, "('r1', 2, 'fail', 'warning')")
    pipeline.require_gate_two(home, settings, pipeline.warehouse_build(home, settings))


def test_an_earlier_try_of_a_source_leaves_no_trace(home, settings, sources):
    in_warehouse(
        home,
        "create schema audit",
        "create table audit.extract_runs as select * from (values ('r', 'desk'), ('r', 'shop'), ('q', 'desk')) "
        "as rows(run_id, source_name)",
    )
    pipeline.forget_attempt(home, settings, "r", sources.sources[0])
    with duckdb.connect(str(home.warehouse)) as connection:
        left = connection.execute("select * from audit.extract_runs order by all").fetchall()
    assert left == [("q", "desk"), ("r", "shop")]


def test_the_environment_is_not_touched(home):
    before = dict(os.environ)
    pipeline.dbt_environment(home)
    assert dict(os.environ) == before
