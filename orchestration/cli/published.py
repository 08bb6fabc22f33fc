"""`rollback` and `verify`: the published file as a thing of its own. Neither needs the warehouse."""

import click

from orchestration.settings import Home


@click.command()
@click.argument("build_id", required=False)
@click.option("--to", "named", metavar="BUILD_ID", help="The same as the argument.")
@click.option("--list", "only_list", is_flag=True, help="List the publishes that are kept, newest first.")
@click.pass_obj
def rollback(home: Home, build_id: str | None, named: str | None, only_list: bool) -> None:
    """Make an earlier publish current: BUILD_ID, else the one before."""
    from orchestration.publish import list_snapshots
    from orchestration.publish import rollback as go_back

    if only_list:
        for snapshot in list_snapshots(home.published):
            mark = "  <- current" if snapshot.is_current else ""
            click.echo(f"{snapshot.build_id}  published {snapshot.manifest.published_at}{mark}")
        return
    result = go_back(home.published, to=build_id or named)
    for note in result.notes:
        click.echo(note)
    before = f" instead of {result.from_build_id}" if result.from_build_id else ""
    click.echo(f"build {result.build_id} is published{before} ({result.seconds:.1f} s)")
    click.echo("The next run publishes its own build again: mend the cause first, or pause the schedule in the UI.")


@click.command()
@click.pass_obj
def verify(home: Home) -> int:
    """Check the published file, byte for byte and row for row, against what was published."""
    from orchestration.publish import verify as prove

    report = prove(home.published)
    click.echo(report.summary, err=not report.is_good)
    return 0 if report.is_good else 1
