"""`init`: makes a home from commented templates."""

from pathlib import Path

import click

from orchestration.settings import Home


@click.command()
@click.argument("directory", required=False, type=click.Path(path_type=Path))
@click.option(
    "--force", is_flag=True, help="Add what is missing to a folder that is not empty; nothing is overwritten."
)
@click.pass_obj
def init(home: Home, directory: Path | None, force: bool) -> None:
    """Make a new installation in DIRECTORY: folders, commented sources.toml, .env with a fresh key."""
    from orchestration.installing import create_home

    chosen = Home(directory.expanduser().resolve()) if directory else home
    written = create_home(chosen, into_existing=force)
    click.echo(f"{chosen.path} is an installation now:")
    for path in written:
        click.echo(f"  wrote {path.relative_to(chosen.path)}")
    click.echo(
        "Next: name your sources in sources.toml, put their files into landing/<source>/, then run\n"
        f"  support-metrics --home {chosen.path} sources check\n"
        f"  support-metrics --home {chosen.path} run"
    )
