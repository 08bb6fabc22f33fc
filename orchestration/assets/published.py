"""From finished marts to what readers open: metadata, the published file, the boards.

Belongs here: the last three steps as assets. How a file is published safely is in `orchestration.publish`.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import dagster as dg

from orchestration.dbt_manifest import target_folder
from orchestration.pipeline import make_build_id, require_gate_two, utc_now, warehouse_build
from orchestration.resources import WRITER_POOL, Installation, step

METADATA = {
    "metric_dictionary": "One row per metric: what it means, its formula, unit and owner, from the semantic layer.",
    "report_drill_through": "One row per report and count: the query that gives the rows behind it, or why there is none.",
    "build_info": "One row per source and build: which build this is, from when, and how fresh each source is.",
}
QUALITY_RESULTS = dg.AssetKey(["meta", "data_quality_results"])
PUBLISHED_FILE = dg.AssetKey(["published", "support_metrics"])
BOARDS = dg.AssetKey(["published", "boards"])


def metadata_keys() -> list[dg.AssetKey]:
    """The tables that describe a build before gate 2 has seen it."""
    return [dg.AssetKey(["meta", name]) for name in METADATA]


def metadata_assets(built_before: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """The tables of `meta` that Python writes, after `built_before`: dbt's assets that no gate-2 check waits for."""
    specs = [
        dg.AssetSpec(
            dg.AssetKey(["meta", name]), group_name="meta", description=text, deps=built_before, kinds={"duckdb"}
        )
        for name, text in METADATA.items()
    ]

    @dg.multi_asset(name="write_metadata", specs=specs, pool=WRITER_POOL)
    def write_metadata_tables(context: dg.AssetExecutionContext, installation: Installation) -> Iterator[Any]:
        home, run_id, now = installation.home, context.run.run_id, utc_now()
        build_id = make_build_id(now, run_id)
        with step(context, installation, "describe the build") as report:
            from orchestration.metadata import write_metadata

            write_metadata(
                home.warehouse,
                target_folder(home) / "manifest.json",
                build_id=build_id,
                run_id=run_id,
                sources=installation.sources,
                now=now,
            )
            report.summary = f"build {build_id}"
            for spec in specs:
                yield dg.MaterializeResult(spec.key, metadata={"build_id": build_id})

    return write_metadata_tables


def quality_results(marts: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """What both gates and dbt's tests said of the build, for readers; written when gate 2 has passed."""

    @dg.asset(
        key=QUALITY_RESULTS,
        deps=marts,
        group_name="meta",
        kinds={"duckdb"},
        pool=WRITER_POOL,
        description="One row per check of the build: gate 1, dbt's tests, gate 2.",
    )
    def data_quality_results(context: dg.AssetExecutionContext, installation: Installation) -> dg.MaterializeResult:
        home = installation.home
        with step(context, installation, "write down the checks") as report:
            from orchestration.metadata import write_quality_results
            from orchestration.publish import list_snapshots

            build = warehouse_build(home, installation.settings)
            if build.build_id in [snapshot.build_id for snapshot in list_snapshots(home.published)]:
                # A build keeps the content that it was published with.
                report.summary = f"build {build.build_id} was published before, with its checks"
                return dg.MaterializeResult(metadata={"build_id": build.build_id})
            results = target_folder(home) / "run_results.json"
            count = write_quality_results(home.warehouse, results, run_id=build.run_id)
            report.summary = f"{count:,} results"
        return dg.MaterializeResult(metadata={"build_id": build.build_id, "dagster/row_count": count})

    return data_quality_results


def published_file(marts: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """The file that readers open, made aside, proved, and swapped in whole; `marts` are all tables but the checks."""

    @dg.asset(
        key=PUBLISHED_FILE,
        deps=[*marts, QUALITY_RESULTS],
        group_name="published",
        kinds={"duckdb"},
        pool=WRITER_POOL,
        description="The file that analysts and BI tools open: every mart of the last build that passed both gates.",
    )
    def support_metrics(context: dg.AssetExecutionContext, installation: Installation) -> dg.MaterializeResult:
        home, settings = installation.home, installation.settings
        with step(context, installation, "publish") as report:
            from orchestration.publish import publish, publish_agent_files, remove_agent_files

            build = warehouse_build(home, settings)
            require_gate_two(home, settings, build)
            build_id = build.build_id
            result = publish(
                home.warehouse,
                home.published,
                build_id=build_id,
                keep=settings.keep_publishes,
                directory_mode=settings.published_directory_mode,
                memory_limit=settings.memory_limit,
                wait_seconds=settings.lock_wait_seconds,
            )
            for note in result.notes:
                context.log.info(f"publish: {note}")
            report.summary = f"build {build_id}: {result.table_count} tables, {result.row_count:,} rows, {result.file}"
            if settings.agent_files:
                agents = publish_agent_files(
                    home.warehouse,
                    home.published,
                    build_id=build_id,
                    file_mode=int(settings.agent_file_mode, 8),
                    directory_mode=settings.published_directory_mode,
                    memory_limit=settings.memory_limit,
                    wait_seconds=settings.lock_wait_seconds,
                )
                report.summary += f"; {len(agents.files)} agents' own files"
            else:
                remove_agent_files(home.published, wait_seconds=settings.lock_wait_seconds)
        return dg.MaterializeResult(
            metadata={
                "build_id": build_id,
                "path": dg.MetadataValue.path(str(result.file)),
                "tables": result.table_count,
                "dagster/row_count": result.row_count,
                "is_new": result.is_new,
            }
        )

    return support_metrics


def rendered_boards() -> dg.AssetsDefinition:
    """The boards as files; one that cannot be drawn is a warning, for the numbers are published already."""

    @dg.asset(
        key=BOARDS,
        deps=[PUBLISHED_FILE],
        group_name="published",
        description="The boards over the published file, as HTML and PNG.",
        check_specs=[dg.AssetCheckSpec("is_rendered", asset=BOARDS, description="Every board could be drawn.")],
    )
    def boards(context: dg.AssetExecutionContext, installation: Installation) -> dg.MaterializeResult:
        home = installation.home
        out = home.published / "boards"
        drawn: list[Path] = []
        problem = None
        with step(context, installation, "draw the boards") as report:
            if not installation.settings.draw_boards:
                report.summary = "switched off (SUPPORT_METRICS_DRAW_BOARDS)"
                return dg.MaterializeResult(check_results=[dg.AssetCheckResult(check_name="is_rendered", passed=True)])
            try:
                from orchestration.boards import BoardError, BoardsNotInstalledError, render_boards

                drawn = render_boards(home.published, out, drawers=installation.processes.drawers)
                report.summary = f"{len(drawn)} files in {out}"
            except BoardsNotInstalledError as missing:
                report.summary = f"none: {missing}"
            except BoardError as error:
                problem = str(error)
                context.log.warning(f"{problem}; the published file is not affected")
                report.summary = "not all"
            except Exception as error:
                problem = f"{type(error).__name__}: {error}"
                context.log.warning(
                    f"the boards could not be drawn, the numbers are published: {problem}", exc_info=True
                )
                report.summary = "none; the published file is not affected"
        return dg.MaterializeResult(
            metadata={"files": len(drawn), "path": dg.MetadataValue.path(str(out))},
            check_results=[
                dg.AssetCheckResult(
                    check_name="is_rendered",
                    passed=problem is None,
                    severity=dg.AssetCheckSeverity.WARN,
                    metadata={"problem": problem} if problem else {},
                )
            ],
        )

    return boards
