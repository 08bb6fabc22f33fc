"""Seeds, staging, intermediate and marts: the dbt project as assets, group = folder = schema.

Belongs here: running `dbt build` and saying how it went. What is built stands in `models/`.
"""

import json
import os
import shlex
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliInvocation, dbt_assets
from dagster_dbt.errors import DagsterDbtCliRuntimeError

from orchestration.dbt_manifest import target_folder
from orchestration.dbt_process import build
from orchestration.pipeline import MART_SCHEMAS, SECRETS, begin_build, dbt_arguments, dbt_environment
from orchestration.progress import CONSOLE
from orchestration.resources import WRITER_POOL, Installation, QuietDbt, step, stop
from orchestration.settings import PROJECT
from orchestration.sources import secret_variables

LONGEST_MESSAGE = 300


class FolderGroups(DagsterDbtTranslator):
    """Group = folder = schema."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The schema that the node's folder writes to."""
        return dbt_resource_props["config"].get("schema")


def warehouse_models(manifest: dict[str, Any]) -> dg.AssetsDefinition:
    """The whole dbt project as one step: `dbt build` runs seeds, models and data tests in order."""

    @dbt_assets(manifest=manifest, name="dbt_build", dagster_dbt_translator=FolderGroups(), pool=WRITER_POOL)
    def dbt_build(context: dg.AssetExecutionContext, installation: Installation, dbt: QuietDbt) -> Iterator[Any]:
        home = installation.home
        with step(context, installation, "dbt build") as report:
            begin_build(home, installation.settings)
            # Unit tests judge the SQL, not the night: docs/decisions/0004.
            arguments = ["build", "--exclude-resource-type", "unit_test", *dbt_arguments(installation.sources)]
            context.log.info(f"$ dbt {shlex.join(arguments)}")
            (target_folder(home) / "run_results.json").unlink(missing_ok=True)
            try:
                invocation = _invocation(context, installation, dbt, arguments, manifest)
                for number, event in enumerate(invocation.stream(), start=1):
                    CONSOLE.passing(f"          dbt build: {number} of {len(manifest['nodes'])}")
                    yield event
            except DagsterDbtCliRuntimeError as error:
                text, names = _failures(installation, str(error))
                raise stop(
                    installation,
                    context.run.run_id,
                    "dbt build",
                    f"dbt build failed: {text}. Yesterday's published file stays; "
                    f"{target_folder(home) / 'dbt.log'} has all of it, docs/runbook.md says what to do",
                    alert=f"dbt build failed: {names}",
                ) from None
            report.summary = _counts(_results(installation))

    return dbt_build


def _invocation(
    context: dg.AssetExecutionContext,
    installation: Installation,
    dbt: QuietDbt,
    arguments: list[str],
    manifest: dict[str, Any],
) -> DbtCliInvocation:
    """dbt at work: the process that has read the project, else a new one, as for a part of the models."""
    ready = installation.processes.dbt
    target = target_folder(installation.home)
    if ready is None or context.is_subset:
        with _environment(installation):
            return dbt.cli(arguments, context=context, target_path=target)
    ready.begin(build, arguments)
    return DbtCliInvocation(
        process=ready.popen,
        manifest=manifest,
        dagster_dbt_translator=FolderGroups(),
        project_dir=PROJECT,
        target_path=target,
        raise_on_error=True,
        cli_version=dbt.version,
        context=context,
    )


@contextmanager
def _environment(installation: Installation) -> Iterator[None]:
    """What dbt needs to know of the installation, and none of its secrets, while dbt is started."""
    before = dict(os.environ)
    os.environ.update(dbt_environment(installation.home, installation.settings.memory_limit))
    for name in (*SECRETS, *(name for source in installation.sources.sources for name in secret_variables(source))):
        os.environ.pop(name, None)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _results(installation: Installation) -> list[dict[str, Any]]:
    path = target_folder(installation.home) / "run_results.json"
    return json.loads(path.read_text(encoding="utf-8"))["results"] if path.exists() else []


def _counts(results: list[dict[str, Any]]) -> str:
    kinds = Counter(result["unique_id"].split(".")[0] for result in results)
    warned = sum(result["status"] == "warn" for result in results)
    words = {"seed": "seeds", "model": "models", "unit_test": "unit tests", "test": "data tests"}
    return ", ".join(f"{kinds[kind]} {word}" for kind, word in words.items() if kinds[kind]) + (
        f"; {warned} warnings" if warned else ""
    )


def _failures(installation: Installation, error: str) -> tuple[str, str]:
    """What failed, with dbt's words for people who may see rows, and by name only for an alert."""
    failed = [result for result in _results(installation) if result["status"] in ("error", "fail", "runtime error")]
    if not failed:
        last = [line for line in error.splitlines() if line.strip()][-6:]
        return " ".join(" ".join(last).split())[-2 * LONGEST_MESSAGE :], "before the first model"
    named = [(result["unique_id"].split(".", 2)[0], result["unique_id"].split(".")[2]) for result in failed]
    texts = [
        f"{kind} {name}: {' '.join(str(result['message']).split())[:LONGEST_MESSAGE]}"
        for (kind, name), result in zip(named, failed, strict=True)
    ]
    return "; ".join(texts[:5]) + (f"; and {len(texts) - 5} more" if len(texts) > 5 else ""), ", ".join(
        f"{kind} {name}" for kind, name in named[:10]
    )


def mart_keys(models: dg.AssetsDefinition) -> list[dg.AssetKey]:
    """The marts among dbt's assets: what is published."""
    return sorted(key for key in models.keys if key.path[0] in MART_SCHEMAS)


def ungated_keys(models: dg.AssetsDefinition, gate: dg.AssetChecksDefinition) -> list[dg.AssetKey]:
    """dbt's assets that no check of gate 2 looks at: those of `meta`, else all.

    What must come after dbt and before gate 2 hangs on these: behind a gated mart it would wait for the gate.
    """
    gated = {key.asset_key for key in gate.check_keys}
    ungated = sorted(models.keys - gated)
    return [key for key in ungated if key.path[0] == "meta"] or ungated
