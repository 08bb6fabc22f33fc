"""Schema `meta` of a build: what each metric means, what build this is, and what the checks said.

Belongs here: tables that are read out of dbt's artefacts and the audit, beside those of models/marts/meta, which are SQL
over the models. Nothing here computes a metric.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.sources import Sources
from orchestration.warehouse import connect, quoted, text_literal


@dataclass(frozen=True)
class MetaTable:
    """A table of `meta`: its comment, and each column's type and comment."""

    name: str
    comment: str
    columns: dict[str, tuple[str, str]]


METRIC_DICTIONARY = MetaTable(
    "metric_dictionary",
    "One row per metric: what it means, and where its numbers are.",
    {
        "metric_name": ("varchar", "The metric's name, the same everywhere."),
        "metric_label": ("varchar", "What people call it."),
        "metric_group": ("varchar", "direct, indirect or secondary, the headings of the strategy document."),
        "description": ("varchar", "What it tells, in a sentence."),
        "formula": ("varchar", "How it is computed, in words."),
        "grain": ("varchar", "What one published value is for."),
        "anchor_date": ("varchar", "The date that decides which period a case belongs to."),
        "clock": ("varchar", "Calendar or business seconds, where time is measured."),
        "maturity": ("varchar", "When a period's value no longer changes."),
        "unit": ("varchar", "The unit of the value."),
        "direction": ("varchar", "Whether up, down or staying in a band is good."),
        "owner": ("varchar", "Who answers for it."),
        "additive_over": ("varchar", "Along which dimensions its counts may be added up."),
        "source_document": ("varchar", "The document that asks for it."),
        "caveats": ("varchar", "What a reader must know."),
        "mart": ("varchar", "The table that has it."),
        "roll_up": (
            "varchar",
            "SQL over the table's rows that gives it for any of them together; null: never add it up.",
        ),
        "definition": ("varchar", "Where it is defined: the semantic layer, or the model's column."),
        "target_value": ("double", "The target in the metric's unit; null when there is none."),
    },
)
REPORT_DRILL_THROUGH = MetaTable(
    "report_drill_through",
    "One row per report and count that leads to its rows; a report that leads to none has one row that says why.",
    {
        "report_name": ("varchar", "The report, as schema.table."),
        "drill_count_column": ("varchar", "The column of the report that says how many rows the query returns."),
        "drill_through": (
            "varchar",
            "SQL over the published tables for the rows behind one row of the report: $column is that row's value of the column.",
        ),
        "drill_condition": ("varchar", "SQL: the rows of the report that the query is for; null: all of them."),
        "no_drill_reason": ("varchar", "Why the report, or what the condition leaves out, leads to no rows."),
    },
)
BUILD_INFO = MetaTable(
    "build_info",
    "One row per source: which build this is, and how far each source's data reach.",
    {
        "build_id": ("varchar", "The build; the same in every row."),
        "run_id": ("varchar", "The run that built it."),
        "installation_name": ("varchar", "The installation, as sources.toml names it."),
        "source_name": ("varchar", "The source; null when none is configured."),
        "source_status": ("varchar", "What extracting it came to: loaded, unchanged, stale or unusable."),
        "source_message": ("varchar", "Why, where something was wrong."),
        "horizon_basis": ("varchar", "Whether the source states how far it delivered, or its last event tells."),
        "reporting_time_zone": ("varchar", "The zone whose midnight begins a day."),
        "project_version": ("varchar", "The version of this project."),
        "engine_version": ("varchar", "The version of DuckDB that built it."),
        "data_through_at": ("timestamp", "The moment through which the source's data are complete (UTC)."),
        "last_landed_at": ("timestamp", "When rows of the source last landed (UTC)."),
        "built_at": ("timestamp", "When the build was made (UTC)."),
    },
)
DATA_QUALITY_RESULTS = MetaTable(
    "data_quality_results",
    "One row per check of the build: gate 1 (sources), dbt's tests, gate 2 (marts).",
    {
        "check_id": ("varchar", "The check."),
        "checked_by": ("varchar", "gate 1, dbt test or gate 2."),
        "table_name": ("varchar", "What it looked at."),
        "severity": ("varchar", "critical stops a build, warning is only told."),
        "status": ("varchar", "pass, fail, error or not_configured."),
        "why": ("varchar", "Why the check is there."),
        "mended_by": ("varchar", "Who mends what it finds."),
        "observed_value": ("varchar", "What it saw, without personal data."),
        "unexpected_count": ("bigint", "Rows that do not meet it."),
        "row_count": ("bigint", "Rows it looked at."),
        "checked_at": ("timestamp", "When (UTC)."),
    },
)


def write_metadata(
    warehouse: Path, manifest: Path, *, build_id: str, run_id: str, sources: Sources, now: datetime
) -> dict[str, int]:
    """Write `meta.metric_dictionary`, `meta.report_drill_through` and `meta.build_info`.

    Args:
        warehouse: the build file, its models built.
        manifest: dbt's manifest of the same project.
        build_id: the build's name.
        run_id: the run's.
        sources: what it extracts.
        now: UTC without zone.

    Returns:
        rows written, by table.
    """
    import tomllib

    from orchestration.settings import PROJECT

    document = json.loads(manifest.read_text(encoding="utf-8"))
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    with connect(warehouse) as connection:
        targets = dict(connection.execute("select metric_name, target_value from seeds.metric_targets").fetchall())
        metrics = list(metric_definitions(document, targets))
        drills = list(drill_definitions(document))
        builds = _build_rows(connection, build_id, run_id, sources, version, now)
        _write(connection, METRIC_DICTIONARY, metrics)
        _write(connection, REPORT_DRILL_THROUGH, drills)
        _write(connection, BUILD_INFO, builds)
    return {
        METRIC_DICTIONARY.name: len(metrics),
        REPORT_DRILL_THROUGH.name: len(drills),
        BUILD_INFO.name: len(builds),
    }


def write_quality_results(warehouse: Path, run_results: Path, *, run_id: str) -> int:
    """Write `meta.data_quality_results`: both gates of the run and dbt's tests; returns the rows written."""
    with connect(warehouse) as connection:
        gates = connection.execute(
            "select check_id, gate, suite_name, severity, status, why, mended_by, observed_value, unexpected_count, "
            "row_count, finished_at from audit.gate_results where run_id = ? order by all",
            [run_id],
        ).fetchall()
        rows = [
            dict(zip(DATA_QUALITY_RESULTS.columns, (r[0], _gate_name(str(r[1])), *r[2:]), strict=True)) for r in gates
        ]
        rows += list(_dbt_tests(json.loads(run_results.read_text(encoding="utf-8")))) if run_results.exists() else []
        _write(connection, DATA_QUALITY_RESULTS, rows)
    return len(rows)


def metric_definitions(manifest: dict[str, Any], targets: dict[str, float]) -> Iterable[dict[str, Any]]:
    """The dictionary's rows: metrics of the semantic layer, then columns with `meta.metric`, each by name.

    Raises:
        KeyError: a metric lacks one of its facts.
    """
    metrics = {metric["name"]: metric for metric in manifest["metrics"].values()}
    for name in sorted(metrics):
        metric = metrics[name]
        facts = {
            **metric["config"]["meta"],
            "label": metric["label"],
            "description": metric["description"],
            "roll_up": roll_up(name, metrics),
        }
        yield _dictionary_row(metric["name"], facts, "semantic layer", targets)
    nodes = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    for node in sorted(nodes, key=lambda node: node["name"]):
        for name, column in sorted(node["columns"].items()):
            facts = column.get("config", {}).get("meta", {}).get("metric")
            if facts:
                described = {**facts, "description": column["description"]}
                yield _dictionary_row(name, described, f"model {node['name']}", targets)


def drill_definitions(manifest: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """The rows of `meta.report_drill_through`, by report: what `config.meta` of each report's model says.

    `drill_through` there is SQL by the count of the report that it returns the rows of, `drill_condition` the rows of the
    report that this holds for, `drill_reason` why the others lead to none.
    """
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    reports = [node for node in models if node["name"].startswith("rpt_")]
    for node in sorted(reports, key=lambda node: (node["schema"], node["name"])):
        facts = node["config"]["meta"]
        for count, query in (facts.get("drill_through") or {None: None}).items():
            yield {
                "report_name": f"{node['schema']}.{node['name']}",
                "drill_count_column": count,
                "drill_through": query.rstrip() if query else None,
                "drill_condition": facts.get("drill_condition"),
                "no_drill_reason": facts.get("drill_reason"),
            }


def roll_up(name: str, metrics: dict[str, dict[str, Any]]) -> str:
    """SQL over the rows of a metric's mart that gives the metric for all of them together.

    Args:
        name: the metric.
        metrics: those of the semantic layer, as dbt's manifest has them. `meta.roll_up` says it; without it, a simple one is the
            sum of the mart's column of its name, and a ratio or derived one is put together from the simple ones.
    """
    metric = metrics[name]
    stated, parts = metric["config"]["meta"].get("roll_up"), metric["type_params"]
    if stated or metric["type"] == "simple":
        return str(stated or f"sum({name})")
    if metric["type"] == "ratio":
        numerator, denominator = (roll_up(parts[part]["name"], metrics) for part in ("numerator", "denominator"))
        return f"{numerator} * 1.0 / nullif({denominator}, 0)"
    inputs = {each["name"]: roll_up(each["name"], metrics) for each in parts["metrics"]}
    return re.sub(r"\w+", lambda word: inputs.get(word[0], word[0]), parts["expr"])


def _dictionary_row(name: str, facts: dict[str, Any], definition: str, targets: dict[str, float]) -> dict[str, Any]:
    own = {
        "metric_name": name,
        "metric_label": facts["label"],
        "definition": definition,
        "target_value": targets.get(name),
    }
    own["roll_up"] = facts.get("roll_up")
    return {column: own[column] if column in own else str(facts[column]) for column in METRIC_DICTIONARY.columns}


def _build_rows(
    connection: duckdb.DuckDBPyConnection,
    build_id: str,
    run_id: str,
    sources: Sources,
    version: str,
    now: datetime,
) -> list[dict[str, Any]]:
    horizons = {
        row[0]: row[1:]
        for row in connection.execute(
            "select source_name, horizon_basis, complete_through_at from intermediate.int_source_horizons"
        ).fetchall()
    }
    runs = {
        row[0]: row[1:]
        for row in connection.execute(
            "select source_name, arg_max(status, started_at), arg_max(message, started_at), "
            "max(started_at) filter (where status = 'loaded') from audit.extract_runs "
            "where (run_id, source_name) not in (select (run_id, source_name) from audit.backfills) group by source_name"
        ).fetchall()
    }
    rows = []
    names: list[str | None] = [source.name for source in sources.sources]
    for name in names or [None]:
        basis, through = horizons.get(name, (None, None))
        status, message, landed = runs.get(name, (None, None, None))
        rows.append(
            {
                "build_id": build_id,
                "run_id": run_id,
                "installation_name": sources.installation.name,
                "source_name": name,
                "source_status": status,
                "source_message": message or None,
                "horizon_basis": basis,
                "reporting_time_zone": sources.installation.reporting_time_zone,
                "project_version": version,
                "engine_version": duckdb.__version__,
                "data_through_at": through,
                "last_landed_at": landed,
                "built_at": now,
            }
        )
    return rows


def _gate_name(gate: str) -> str:
    return {"1": "gate 1", "2": "gate 2", "one": "gate 1", "two": "gate 2"}.get(gate, gate.replace("_", " "))


def _dbt_tests(run_results: dict[str, Any]) -> Iterable[dict[str, Any]]:
    outcomes = {"pass": "pass", "success": "pass", "fail": "fail", "warn": "fail", "skipped": "not_configured"}
    finished = datetime.fromisoformat(run_results["metadata"]["generated_at"].replace("Z", "+00:00")).replace(
        tzinfo=None
    )
    for result in run_results["results"]:
        kind, _, rest = result["unique_id"].partition(".support_metrics.")
        if kind in ("test", "unit_test"):
            yield {
                "check_id": rest.split(".")[0],
                "checked_by": "dbt test",
                "table_name": rest.split(".")[0] if kind == "unit_test" else None,
                "severity": "critical",
                "status": outcomes.get(result["status"], "error"),
                "why": "unit test of the SQL's arithmetic"
                if kind == "unit_test"
                else "key, relation or law of the data",
                "mended_by": "model author",
                "observed_value": None,
                "unexpected_count": result.get("failures"),
                "row_count": None,
                "checked_at": finished,
            }


def _write(connection: duckdb.DuckDBPyConnection, table: MetaTable, rows: list[dict[str, Any]]) -> None:
    columns = ", ".join(f"{quoted(name)} {data_type}" for name, (data_type, _) in table.columns.items())
    target = f"meta.{quoted(table.name)}"
    connection.execute("begin")
    connection.execute("create schema if not exists meta")
    connection.execute(f"create or replace table {target} ({columns})")
    if rows:
        marks = ", ".join("?" for _ in table.columns)
        connection.executemany(
            f"insert into {target} values ({marks})", [[row[name] for name in table.columns] for row in rows]
        )
    connection.execute(f"comment on table {target} is {text_literal(table.comment)}")
    for name, (_, comment) in table.columns.items():
        connection.execute(f"comment on column {target}.{quoted(name)} is {text_literal(comment)}")
    connection.execute("commit")
