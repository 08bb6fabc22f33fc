"""The command `support-metrics`: thin, and slow only where the work is.

Belongs here: the list of commands and the one place where an error becomes a line and an exit code. Commands import what
they need when they run, so that `--help` and `status` answer at once.
"""

import os
import sys
from collections.abc import Sequence

import click

from orchestration.settings import QUIET, find_home

os.environ.update(QUIET)

from orchestration.cli.backfill import backfill
from orchestration.cli.demo import demo
from orchestration.cli.doctor import doctor
from orchestration.cli.init import init
from orchestration.cli.published import rollback, verify
from orchestration.cli.run import publish, run
from orchestration.cli.score import score
from orchestration.cli.sources import sources
from orchestration.cli.sql import sql
from orchestration.cli.status import status
from orchestration.cli.ui import ui

COMMANDS = (init, demo, run, backfill, status, sql, sources, publish, rollback, verify, doctor, score, ui)


class _InOrder(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return list(self.commands)


@click.group(cls=_InOrder, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--home",
    metavar="DIR",
    help="The installation to work on. [default: SUPPORT_METRICS_HOME, else home/ in the checkout]",
)
@click.version_option(package_name="support-metrics")
@click.pass_context
def commands(ctx: click.Context, home: str | None) -> None:
    """A warehouse that tells a support organisation the truth about its customers' trouble.

    Exit codes: 0 done, 1 a gate, a test or the work itself failed, 2 usage or configuration.
    """
    ctx.obj = find_home(home)
    ctx.meta["home_was_chosen"] = bool(home or os.environ.get("SUPPORT_METRICS_HOME"))


for command in COMMANDS:
    commands.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit with its code."""
    # What an installation owns is its owner's alone; the published folder gets its own mode.
    os.umask(0o077)
    try:
        code = commands.main(args=arguments, prog_name="support-metrics", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        code = 1
    except BrokenPipeError:
        # The reader of a pipe has seen enough; the interpreter must not stumble over it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as error:
        from orchestration.cli.errors import explain

        explained = explain(error)
        if explained is None:
            raise
        lines, code = explained
        for line in lines:
            click.echo(f"error: {line}", err=True)
    sys.exit(code if isinstance(code, int) else 0)
