"""What an installation extracts: the model of `sources.toml`.

Belongs here: the file's shape and every check that needs no data. All faults are reported at once, before anything is
touched. How a kind is read is in `orchestration.extract`.
"""

import re
import tomllib
from pathlib import Path, PurePath
from typing import Annotated, cast
from zoneinfo import available_timezones

from pydantic import Field, ValidationError

from orchestration.config_faults import checkable, readable
from orchestration.contract import Entity, entities
from orchestration.settings import PROJECT, ConfigurationError, Home, read_environment
from orchestration.source_models import (
    EPOCH_FORMATS,
    ApiSource,
    ArchiveSource,
    FileSource,
    FileTable,
    Installation,
    Mapping,
    SqlSource,
    SqlTable,
    Strict,
    SystemSource,
)
from orchestration.systems import System

NAME = re.compile(r"^[a-z][a-z0-9_]*$")
RECORD_PATH = re.compile(r"""^\$(\.(\w+|"[^"]+")(\[(\d+|\*)\])?)+$""")

Source = Annotated[FileSource | SqlSource | System, Field(discriminator="kind")]
AnySource = FileSource | SqlSource | ApiSource | ArchiveSource


class Sources(Strict):
    """The whole of `sources.toml`."""

    installation: Installation
    sources: list[Source] = Field(default_factory=list)

    def deliverers(self, entity: str) -> list[str]:
        """Names of the sources that deliver an entity."""
        return [source.name for source in self.sources if entity in {mapping.entity for mapping in source.entities}]


def read_sources(home: Home) -> Sources:
    """Read and check `sources.toml`.

    Entities listed under `delivers` get a raw table and a mapping of the contract's own layout.

    Raises:
        ConfigurationError: with every fault of the file.
    """
    if not home.sources_file.exists():
        raise ConfigurationError([f"{home.sources_file} does not exist: run `support-metrics init {home.path}`"])
    try:
        document = tomllib.loads(home.sources_file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError([f"{home.sources_file}: {error}"]) from None
    problems: list[str] = []
    sources: Sources | None
    try:
        sources = Sources.model_validate(document)
    except ValidationError as error:
        problems = [readable(dict(fault), document) for fault in error.errors()]
        # The rest is checked all the same, so that its owner need not come back fault by fault.
        sources = cast("Sources | None", checkable(Sources, document))
    if sources is not None:
        for source in sources.sources:
            if isinstance(source, SystemSource):
                _add_own_mappings(source)
            else:
                _add_contract_layouts(source)
        problems += [problem for problem in _problems(sources, home) if problem not in problems]
    if problems or sources is None:
        raise ConfigurationError(problems)
    return sources


def _add_contract_layouts(source: FileSource | SqlSource) -> None:
    for name in source.delivers:
        entity = entities().get(name)
        if entity is None:
            continue  # reported with the other problems
        if name not in {table.name for table in source.tables}:
            common = {"name": name, "key": list(entity.key)}
            if isinstance(source, FileSource):
                source.tables.append(FileTable(files=f"{name}[.-]*", **common))
            else:
                source.tables.append(SqlTable(table=name, **common))
        table = next(table for table in source.tables if table.name == name)
        table.identities += [c.name for c in entity.columns if c.is_identity and c.name not in table.identities]
        table.free_text += [c.name for c in entity.columns if c.is_free_text and c.name not in table.free_text]
        if name not in {mapping.entity for mapping in source.entities}:
            source.entities.append(Mapping(entity=name, table=name))


def _add_own_mappings(source: SystemSource) -> None:
    """The system's own mappings, but for entities that the installation maps itself or does not want of this source."""
    taken = {mapping.entity for mapping in source.entities} | {*source.without}
    own = source.own_mappings()
    source.entities += [mapping for mapping in own if mapping.entity not in taken]
    for table in source.tables:
        left_out = [mapping.entity for mapping in own if table.name in accounted_tables(mapping)]
        if table.unused is None and source.without and set(left_out) & {*source.without}:
            table.unused = f"the installation wants no {', '.join(left_out)} of this source"
    if isinstance(source, ApiSource) and "delivery_marks" not in taken:
        source.entities.append(Mapping(entity="delivery_marks", table="delivery_marks"))


def secret_variables(source: AnySource) -> list[str]:
    """The variables of the environment that hold a source's secrets."""
    if isinstance(source, SqlSource):
        return [source.url_env]
    return [*source.credential_variables().values()] if isinstance(source, SystemSource) else []


def mapping_file(source: AnySource, name: str, home: Home) -> Path:
    """Where a mapping's select lies: in the installation, else beside the extractor of the source's system."""
    own = home.mappings / name
    if isinstance(source, SystemSource) and not own.is_file():
        return PROJECT / "orchestration" / "extract" / source.kind / "mappings" / PurePath(name).name
    return own


def _problems(sources: Sources, home: Home) -> list[str]:
    problems = []
    names = [source.name for source in sources.sources]
    for name in sorted({name for name in names if names.count(name) > 1}):
        problems.append(f"sources.toml: two sources are named {name}")
    if sources.installation.reporting_time_zone not in available_timezones():
        problems.append(f"sources.toml: installation: unknown time zone {sources.installation.reporting_time_zone}")
    problems += _default_calendar(sources)[1]
    environment = read_environment(home)
    for source in sources.sources:
        where = f"sources.toml: source {source.name}"
        if not NAME.match(source.name):
            problems.append(f"{where}: a name has lower-case letters, digits and underscores, and begins with a letter")
        if isinstance(source, SqlSource) and not environment.get(source.url_env):
            problems.append(f"{where}: the variable {source.url_env} is not set (environment or {home.path / '.env'})")
        if isinstance(source, SystemSource):
            problems += _system_problems(source, where, environment)
        for entity in source.delivers:
            if entity not in entities():
                problems.append(f"{where}: delivers unknown entity {entity}")
        problems += _table_problems(source, where) + _mapping_problems(source, where, home)
        problems += _reference_problems(source, sources, where)
    return problems


def _system_problems(source: SystemSource, where: str, environment: dict[str, str]) -> list[str]:
    problems = [
        f"{where}: the variable {variable} is not set ({setting}; environment or .env of the installation)"
        for setting, variable in source.credential_variables().items()
        if not environment.get(variable)
    ]
    if source.delivers:
        problems.append(f"{where}: delivers is for the kinds files and sql; {source.kind} delivers what it can")
    own = {mapping.entity for mapping in source.own_mappings()}
    problems += [f"{where}: without: {source.kind} delivers no {name}" for name in source.without if name not in own]
    return problems


def _table_problems(source: AnySource, where: str) -> list[str]:
    problems = []
    names = [table.name for table in source.tables]
    accounted = [name for mapping in source.entities for name in accounted_tables(mapping)]
    for table in source.tables:
        at = f"{where}: table {table.name}"
        if not NAME.match(table.name):
            problems.append(f"{at}: a name has lower-case letters, digits and underscores, and begins with a letter")
        if names.count(table.name) > 1:
            problems.append(f"{at}: named twice")
        for name in table.derived:
            if not NAME.match(name):
                problems.append(f"{at}: derived: {name} is not a name of lower-case letters, digits and underscores")
        if isinstance(table, FileTable):
            problems += _file_problems(table, at)
        if table.listing == "full" and not table.key:
            problems.append(f"{at}: a full listing needs a key, else what vanished cannot be told")
        for name in sorted({*table.identities} & {*table.free_text}):
            problems.append(f"{at}: {name} is declared under identities and under free_text")
        for name in table.key:
            if name in table.free_text:
                problems.append(f"{at}: key {name} is free text, which is not kept")
        if table.unused is None and accounted.count(table.name) != 1:
            problems.append(
                f"{at}: {accounted.count(table.name)} mappings account for its rows; name it in exactly one mapping's "
                f'accounts_for, or say why it is not used: unused = "..."'
            )
    return problems


def _file_problems(table: FileTable, at: str) -> list[str]:
    problems = []
    if "/" in table.files or ".." in table.files or "\\" in table.files:
        problems.append(f"{at}: files is a pattern of names below the source's folder, without a path")
    try:
        "".encode(table.encoding)
    except LookupError:
        problems.append(f"{at}: unknown encoding {table.encoding}")
    for setting, value in (("delimiter", table.delimiter), ("quote", table.quote), ("escape", table.escape)):
        if len(value) > 1 or (not value and setting == "delimiter") or value in ("\n", "\r"):
            problems.append(f"{at}: {setting} is one character")
    if table.delimiter in (table.quote, table.escape):
        problems.append(f"{at}: delimiter is also quote or escape")
    if not table.has_header and not table.columns:
        problems.append(f"{at}: files without a header need columns")
    for name, found_at in table.fields.items():
        if not NAME.match(name):
            problems.append(f"{at}: fields: {name} is not a name of lower-case letters, digits and underscores")
        for place in [found_at] if isinstance(found_at, str) else found_at:
            if place.startswith("$") and not RECORD_PATH.match(place):
                problems.append(f"{at}: fields: {name}: {place} is no path such as $.person.email")
    return problems


def accounted_tables(mapping: Mapping) -> list[str]:
    """The raw tables whose every row must be found again in this mapping's counts."""
    return mapping.accounts_for or ([mapping.table] if mapping.table else [])


def _mapping_problems(source: AnySource, where: str, home: Home) -> list[str]:
    problems = []
    tables = {table.name for table in source.tables}
    mapped = [mapping.entity for mapping in source.entities]
    for mapping in source.entities:
        at = f"{where}: entity {mapping.entity}"
        entity = entities().get(mapping.entity)
        if entity is None:
            problems.append(f"{at}: the contract has no such entity")
            continue
        if mapped.count(mapping.entity) > 1 and source.entities[mapped.index(mapping.entity)] is mapping:
            problems.append(f"{at}: mapped twice; unite the rows in one SQL select")
        if (mapping.sql is None) == (mapping.table is None):
            problems.append(f"{at}: give either table (and columns) or sql")
        if mapping.sql is not None:
            problems += _select_problems(source, mapping.sql, home, at)
        problems += _format_problems(mapping, at)
        for table in [*accounted_tables(mapping), *([mapping.table] if mapping.table else [])]:
            if table not in tables:
                problems.append(f"{at}: the source has no table {table}")
        if mapping.time_zone is not None and mapping.time_zone not in available_timezones():
            problems.append(f"{at}: unknown time zone {mapping.time_zone}")
        problems += _column_problems(mapping, entity, at)
    return problems


def _select_problems(source: AnySource, name: str, home: Home, at: str) -> list[str]:
    if PurePath(name).is_absolute() or ".." in PurePath(name).parts:
        return [f"{at}: sql names a file below {home.mappings}"]
    if not mapping_file(source, name, home).is_file():
        return [f"{at}: {home.mappings / name} does not exist"]
    return []


def _format_problems(mapping: Mapping, at: str) -> list[str]:
    """Formats that the engine does not know, so that they are found before anything is read."""
    given = mapping.timestamp_format or []
    stated = [given] if isinstance(given, str) else given
    dates = [mapping.date_format] if mapping.date_format else []
    parsed = [("timestamp_format", form) for form in stated if form not in EPOCH_FORMATS]
    problems = _strptime_problems([*parsed, *(("date_format", form) for form in dates)], at)
    if any(form in EPOCH_FORMATS for form in stated) and len(stated) > 1:
        problems.append(f"{at}: timestamp_format: {' and '.join(EPOCH_FORMATS)} stand alone")
    return problems


def _strptime_problems(formats: list[tuple[str, str]], at: str) -> list[str]:
    if not formats:
        return []
    import duckdb

    problems = []
    with duckdb.connect() as memory:
        for setting, form in formats:
            try:
                memory.execute("select try_strptime('', ?)", [form])
            except duckdb.Error:
                problems.append(f"{at}: {setting} {form} is no format of strptime")
            if "%" not in form:
                problems.append(f"{at}: {setting} {form} has no part such as %Y")
    return problems


def _column_problems(mapping: Mapping, entity: Entity, at: str) -> list[str]:
    known = {column.name for column in entity.columns}
    return [f"{at}: unknown column {name}" for name in [*mapping.columns, *mapping.defaults] if name not in known]


def _reference_problems(source: AnySource, sources: Sources, where: str) -> list[str]:
    problems = []
    for entity, target in source.refers_to.items():
        if entity not in entities():
            problems.append(f"{where}: refers_to: unknown entity {entity}")
        elif target not in {other.name for other in sources.sources}:
            problems.append(f"{where}: refers_to: {entity} = {target}, and no source is named {target}")
        elif target not in sources.deliverers(entity):
            problems.append(f"{where}: refers_to: {entity} = {target}, and {target} delivers no {entity}")
    return problems


def referred_source(source: AnySource, entity: str, sources: Sources) -> str | None:
    """The source whose ids a source's references to an entity are: as declared, else its own, else the only one.

    None when several others deliver the entity and nothing is declared.
    """
    if entity in source.refers_to:
        return source.refers_to[entity]
    deliverers = sources.deliverers(entity)
    if source.name in deliverers or not deliverers:
        return source.name
    return deliverers[0] if len(deliverers) == 1 else None


def default_calendar_key(sources: Sources) -> str | None:
    """The key `<source>:<calendar>` of the installation's default calendar; null when it names none.

    A `default_calendar` with a colon is such a key already; one without belongs to the only source of `calendar_hours`.

    Raises:
        ConfigurationError: no source, or several, deliver `calendar_hours`, and the name does not say which.
    """
    key, problems = _default_calendar(sources)
    if problems:
        raise ConfigurationError(problems)
    return key


def _default_calendar(sources: Sources) -> tuple[str | None, list[str]]:
    named = sources.installation.default_calendar
    if named is None or ":" in named:
        return named, []
    deliverers = sources.deliverers("calendar_hours")
    if len(deliverers) == 1:
        return f"{deliverers[0]}:{named}", []
    where = f"sources.toml: installation: default_calendar {named}"
    if deliverers:
        choices = " or ".join(f'"{source}:{named}"' for source in deliverers)
        return None, [f"{where}: several sources deliver calendar_hours; write {choices}"]
    return None, [f"{where}: no source delivers calendar_hours; add one, or take the setting out"]
