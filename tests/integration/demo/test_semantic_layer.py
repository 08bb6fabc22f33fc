"""One definition of every additive metric: what MetricFlow answers from the facts is what the mart adds up to.

Each metric is compared at three levels: in all, by the mart's period, and by each dimension that the mart and the semantic model
both have. The mart's side is the dictionary's `roll_up`, which is what an analyst would write.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from dbt_metricflow.cli.cli_configuration import CLIConfiguration
from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest

from orchestration.metadata import roll_up
from orchestration.pipeline import dbt_environment
from orchestration.publish import connect_published
from orchestration.settings import PROJECT, Home

# The period of a mart, by the end of its column's name, as MetricFlow calls it.
GRAINS = {"date": "day", "week": "week", "month": "month", "quarter": "quarter"}
DIMENSIONS = ("market", "contact_reason", "channel", "agent_key", "rating_owner", "store")


def metrics_of(path: Path) -> list[str]:
    """The metrics that a YAML file of the project defines."""
    return [metric["name"] for metric in (yaml.safe_load(path.read_text()) or {}).get("metrics", [])]


METRICS = sorted(name for path in (PROJECT / "models").rglob("*.yml") for name in metrics_of(path))


@pytest.fixture(scope="module")
def manifest(demo_home: Home) -> dict[str, Any]:
    return json.loads((demo_home.dbt_target / "target" / "manifest.json").read_text())


@pytest.fixture(scope="module")
def metric_flow(demo_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MetricFlowEngine]:
    """MetricFlow over the demo's warehouse, in a folder that looks like the project after `dbt parse`."""
    folder = tmp_path_factory.mktemp("metric_flow")
    for name in ("dbt_project.yml", "profiles.yml"):
        (folder / name).write_bytes((PROJECT / name).read_bytes())
    (folder / "target").mkdir()
    parsed = demo_home.dbt_target / "target" / "semantic_manifest.json"
    (folder / "target" / parsed.name).write_bytes(parsed.read_bytes())
    with pytest.MonkeyPatch.context() as patch:
        for name, value in dbt_environment(demo_home).items():
            patch.setenv(name, value)
        patch.chdir(folder)
        configuration = CLIConfiguration()
        configuration.setup(dbt_profiles_path=folder, dbt_project_path=folder, configure_file_logging=False)
        yield configuration.mf


class Sides:
    """Both answers for one metric, by group: `metric_flow` from the facts, `mart` from the published file."""

    def __init__(self, engine: MetricFlowEngine, home: Home, manifest: dict[str, Any], name: str) -> None:
        metrics = {metric["name"]: metric for metric in manifest["metrics"].values()}
        self._engine, self._home, self._name = engine, home, name
        self._table = metrics[name]["config"]["meta"]["mart"]
        self._expression = roll_up(name, metrics)
        with connect_published(home.published_file) as connection:
            self.columns = [row[0] for row in connection.execute(f"describe {self._table}").fetchall()]

    def of_mart(self, column: str | None = None) -> dict[str, float | None]:
        key = f"cast({column} as varchar)" if column else "'all'"
        with connect_published(self._home.published_file) as connection:
            found = connection.execute(f"select {key}, {self._expression} from {self._table} group by 1").fetchall()
        return {key: value for key, value in found if value}

    def of_metric_flow(self, group: str | None = None) -> dict[str, float | None]:
        request = MetricFlowQueryRequest.create(metric_names=[self._name], group_by_names=[group] if group else None)
        found = self._engine.query(request).result_df
        return {
            str(row[0])[:10] if group and group.startswith("metric_time") else str(row[0]) if group else "all": row[-1]
            for row in found.rows
            if row[-1]
        }

    def dimensions(self) -> list[tuple[str, str]]:
        """Columns of the mart that the metric can be asked by, with the name that MetricFlow gives them."""
        known = self._engine.simple_dimensions_for_metrics([self._name])
        return [
            (each.name, each.granularity_free_dunder_name)
            for each in known
            if each.name in self.columns and each.name in DIMENSIONS
        ]

    def period(self) -> tuple[str, str]:
        """The mart's column of time and MetricFlow's name for it."""
        column = next(name for name in reversed(self.columns) if name.rpartition("_")[2] in GRAINS)
        return column, f"metric_time__{GRAINS[column.rpartition('_')[2]]}"


@pytest.mark.parametrize("name", METRICS)
def test_the_mart_adds_up_to_what_the_facts_say(
    metric_flow: MetricFlowEngine, demo_home: Home, manifest: dict[str, Any], name: str
) -> None:
    sides = Sides(metric_flow, demo_home, manifest, name)
    in_all = sides.of_mart()
    assert in_all, f"{name} has no value in the demo"
    assert in_all == pytest.approx(sides.of_metric_flow(), rel=1e-9)
    column, period = sides.period()
    assert sides.of_mart(column) == pytest.approx(sides.of_metric_flow(period), rel=1e-9), column
    for column, dimension in sides.dimensions():
        assert sides.of_mart(column) == pytest.approx(sides.of_metric_flow(dimension), rel=1e-9), column
