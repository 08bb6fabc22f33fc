"""The registry: every asset, check, job, schedule, sensor and resource of the installation that SUPPORT_METRICS_HOME names.

Belongs here: the list, top to bottom. No logic: each noun has its own module.
"""

import os

import dagster as dg

from orchestration.settings import QUIET, find_home

os.environ.update(QUIET)

from orchestration.assets.backfill import backfill_assets  # after the telemetry switches
from orchestration.assets.contract import contract_assets
from orchestration.assets.dbt import mart_keys, ungated_keys, warehouse_models
from orchestration.assets.published import (
    metadata_assets,
    metadata_keys,
    published_file,
    quality_results,
    rendered_boards,
)
from orchestration.assets.raw import raw_assets
from orchestration.checks import gate_two
from orchestration.dbt_manifest import read_manifest
from orchestration.jobs import all_jobs
from orchestration.pipeline import sources_if_configured
from orchestration.progress import console_logger
from orchestration.resources import Installation, dbt_resource
from orchestration.schedules import refresh_warehouse_nightly
from orchestration.sensors import closing_windows_sensor, dead_runs_sensor, landed_files_sensor, run_failure_alert

home = find_home()
sources = sources_if_configured(home)
models = warehouse_models(read_manifest(home, sources))
gate = gate_two(home, mart_keys(models), metadata_keys())

defs = dg.Definitions(
    assets=[
        *raw_assets(sources),
        *backfill_assets(sources),
        contract_assets(sources, home),
        models,
        metadata_assets(ungated_keys(models, gate)),
        quality_results(mart_keys(models)),
        published_file([*mart_keys(models), *metadata_keys()]),
        rendered_boards(),
    ],
    asset_checks=[gate],
    jobs=all_jobs(sources, gate),
    schedules=[refresh_warehouse_nightly],
    sensors=[landed_files_sensor, dead_runs_sensor, closing_windows_sensor, run_failure_alert],
    resources={"installation": Installation(home_path=str(home.path)), "dbt": dbt_resource()},
    executor=dg.in_process_executor,  # the multiprocess one imports everything again for each step
    loggers={"console": console_logger},
)
