"""`ui`: Dagster's own web server and daemon on this machine, for this installation."""

import os
import sys
from pathlib import Path

import click

from orchestration.cli.demo_servers import is_demo, start_demo_servers, wait_until_ready
from orchestration.settings import PROJECT, Home


@click.command()
@click.option("--port", default=3000, show_default=True, help="Port on 127.0.0.1.")
@click.pass_obj
def ui(home: Home, port: int) -> None:
    """Open Dagster on 127.0.0.1; while it runs, so do the schedules and sensors."""
    from orchestration.installing import prepare_dagster
    from orchestration.pipeline import sources_if_configured

    sources_if_configured(home)  # a faulty sources.toml is told here in plain lines, not by a code server's traceback
    home.make_folders()
    prepare_dagster(home)
    if is_demo(home):
        wait_until_ready(start_demo_servers(home, outlives_exec=True))
    command = ["dagster", "dev", "-h", "127.0.0.1", "-p", str(port), "-m", "orchestration.definitions"]
    click.echo(f"$ SUPPORT_METRICS_HOME={home.path} DAGSTER_HOME={home.dagster} {' '.join(command)}")
    click.echo(f"  http://127.0.0.1:{port}  (Ctrl-C ends it)")
    sys.stdout.flush()
    os.environ.update({"SUPPORT_METRICS_HOME": str(home.path), "DAGSTER_HOME": str(home.dagster)})
    os.chdir(PROJECT)
    os.execv(str(Path(sys.executable).parent / "dagster"), command)  # noqa: S606  # replaces this process, no shell
