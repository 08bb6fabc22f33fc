"""`sources check` and `sources template`: before anything is loaded, what does not fit, and what would.

Belongs here: how the findings are shown. The dry run itself is in `orchestration.dry_run`.
"""

from itertools import groupby
from typing import TYPE_CHECKING

import click

from orchestration.settings import ConfigurationError, Home

if TYPE_CHECKING:
    from orchestration.dry_run import DryRun, Fault

EXAMPLES = {
    "varchar": "text",
    "bigint": "1",
    "integer": "1",
    "double": "1.5",
    "boolean": "true",
    "date": "2026-11-20",
    "timestamp": "2026-11-20T09:30:00Z",
}


@click.group()
def sources() -> None:
    """What the installation extracts: check it, or print what an entity looks like."""


@sources.command()
@click.argument("name", required=False)
@click.option("--all", "show_all", is_flag=True, help="Show every fault, not the first 20 of a kind.")
@click.pass_obj
def check(home: Home, name: str | None, show_all: bool) -> int:
    """Read everything that has landed, in a temporary copy, and say row and column exactly what does not fit.

    Of a vendor's system the last day is read, which tries its address, credentials, permissions and mappings.
    """
    from orchestration.dry_run import try_sources
    from orchestration.pipeline import read_configuration

    settings, configured = read_configuration(home)
    names = [source.name for source in configured.sources]
    if name is not None and name not in names:
        raise ConfigurationError([f"no source is named {name}; there are: {', '.join(names) or 'none'}"])
    if not names:
        raise ConfigurationError([f"{home.sources_file} names no source yet; its comments show how"])
    outcome = try_sources(home, settings, configured, name)
    _show(outcome, show_all)
    return 0 if outcome.fits else 1


def _show(outcome: "DryRun", show_all: bool) -> None:
    for line in outcome.read:
        click.echo(line)
    for line in outcome.mapped:
        click.echo(f"  {line}")
    for line in outcome.problems:
        click.echo(f"error: {line}")
    for kind, group in groupby(sorted(outcome.faults, key=lambda fault: fault.order), key=lambda fault: fault.kind):
        faults = list(group)
        click.echo(f"\n{kind}: {len(faults):,} row{'' if len(faults) == 1 else 's'}")
        shown = faults if show_all else faults[:20]
        for fault in shown:
            click.echo(f"  {_line(fault)}")
        if len(faults) > len(shown):
            click.echo(f"  ... and {len(faults) - len(shown):,} more (--all)")
    for line in outcome.warnings:
        click.echo(f"warning: {line}")
    click.echo(
        "everything fits" if outcome.fits else "\nNothing was changed: this was a dry run. Mend it and check again."
    )


def _line(fault: "Fault") -> str:
    place = f"{fault.file_name or 'database'}: {fault.place}"
    if fault.value is None:
        return place
    shown = "".join(character if character.isprintable() else "?" for character in fault.value)
    return f"{place}: {shown[:80]!r}"


@sources.command()
@click.argument("entity", required=False, metavar="[ENTITY|SYSTEM]")
@click.option("--as", "shape", type=click.Choice(["csv", "toml"]), default="csv", show_default=True)
def template(entity: str | None, shape: str) -> None:
    """Print the columns of ENTITY as a CSV header or a commented piece of sources.toml, or the entry of a vendor's SYSTEM.

    Without a name, list the entities and the systems.
    """
    from orchestration.contract import entities
    from orchestration.source_templates import settings_entry
    from orchestration.systems import SYSTEMS

    known = entities()
    if entity is None:
        for each in known.values():
            click.echo(f"{each.name:<24}{each.description}")
        click.echo(f"\nsystems: {', '.join(SYSTEMS)}")
        return
    if entity in SYSTEMS:
        click.echo(settings_entry(entity), nl=False)
        return
    if entity not in known:
        raise ConfigurationError(
            [f"{entity} is neither an entity ({', '.join(known)}) nor a system ({', '.join(SYSTEMS)})"]
        )
    chosen = known[entity]
    if shape == "csv":
        click.echo(",".join(column.name for column in chosen.columns))
        # Not into the file: a comment is a row to every reader of CSV.
        click.echo(f"# {','.join(EXAMPLES.get(column.data_type, '1') for column in chosen.columns)}", err=True)
        required = ", ".join(column.name for column in chosen.columns if column.is_required)
        click.echo(f"# key: {', '.join(chosen.key)}; never empty: {required}", err=True)
        return
    click.echo(f'[[sources.entities]]               # {chosen.description}\nentity = "{entity}"\ntable = "YOUR_TABLE"')
    click.echo('time_zone = "UTC"                  # of times that carry no zone\n\n[sources.entities.columns]')
    for column in chosen.columns:
        mark = "" if column.is_required else "# "
        notes = [column.data_type, *(["required"] if column.is_required else [])]
        notes += ["an identity: hashed"] * column.is_identity + [
            "free text: tagged, then dropped"
        ] * column.is_free_text
        click.echo(f'{mark}{column.name} = "Your column"  # {", ".join(notes)}. {column.description}')
