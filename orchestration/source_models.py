"""The shape of `sources.toml`: what may be said of a source, its tables and its mappings.

Belongs here: the models of every kind's settings that all kinds share. What each system adds stands beside its extractor
(`orchestration.extract.<system>.settings`); reading and checking the file is in `orchestration.sources`.
"""

import datetime
from collections.abc import Sequence
from functools import cached_property
from typing import ClassVar, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

EPOCH_FORMATS = ("epoch_seconds", "epoch_milliseconds")
"""Values of `timestamp_format` for numbers that count from 1970 in UTC."""
Table = TypeVar("Table", bound="RawTable")


class Strict(BaseModel):
    """A table of `sources.toml` in which an unknown key is a fault."""

    model_config = ConfigDict(extra="forbid")


class Installation(Strict):
    """What holds for the whole installation."""

    name: str
    reporting_time_zone: str = "UTC"
    default_calendar: str | None = None


class RawTable(Strict):
    """A table as its owner lays it out, and what must happen to it as it is loaded.

    `required` are columns that some record of every delivery must fill, lest a renamed field become a column of nulls.
    `redactions` name, by the column that says `true` of a row whose words the vendor took out, the free texts to forget.
    """

    name: str
    key: list[str] = []
    identities: list[str] = []
    free_text: list[str] = []
    not_personal: list[str] = []
    derived: dict[str, str] = {}
    keep_text: bool = False
    language: str | None = None
    repeats: Literal["drop", "keep"] = "drop"
    listing: Literal["changes", "full"] = "changes"
    required: list[str] = []
    redactions: dict[str, list[str]] = {}
    unused: str | None = None


class FileTable(RawTable):
    """A raw table that arrives as files.

    `columns` are names in place of the header's, or of files without one (`has_header = false`); in JSON, fields that are
    there even if no record has them. `fields` says where each column is found, in order of preference: under a name of the
    header, or at a JSON path of the record (`$.person.email`); then nothing else of a file is kept.
    """

    files: str
    fields: dict[str, str | list[str]] = {}
    format: Literal["csv", "json", "jsonl", "parquet", "excel"] | None = None
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    escape: str = '"'
    has_header: bool = True
    columns: list[str] = []
    sheet: str | None = None


class SqlTable(RawTable):
    """A raw table that is read from the company's own database."""

    table: str
    cursor: str | None = None
    lag_hours: float = Field(default=24, ge=0)


class Mapping(Strict):
    """How a source's raw tables become one entity: a column map of one table, or a SQL select."""

    entity: str
    table: str | None = None
    columns: dict[str, str] = {}
    sql: str | None = None
    accounts_for: list[str] = []
    time_zone: str | None = None
    timestamp_format: str | list[str] | None = None
    date_format: str | None = None
    defaults: dict[str, str | int | float | bool] = {}


class BaseSource(Strict):
    """What every kind of source has."""

    name: str
    entities: list[Mapping] = []
    delivers: list[str] = []
    refers_to: dict[str, str] = {}
    expected_every_hours: float | None = Field(default=None, gt=0)


class LandedSource(BaseSource):
    """A source whose files somebody puts into a landing folder: `landing/<name>`, or `path`."""

    path: str | None = None


class FileSource(LandedSource):
    """A landing folder that anyone delivers files to."""

    kind: Literal["files"]
    tables: list[FileTable] = []


class SqlSource(BaseSource):
    """The company's own database."""

    kind: Literal["sql"]
    url_env: str
    database_schema: str | None = Field(default=None, alias="schema")
    tables: list[SqlTable] = []


class ApiTable(RawTable):
    """A raw table that an extractor fills from the answers of a vendor's interface.

    `fields` gives each column the JSON path of its value in a record; a nested value is kept as JSON text. `ignored` are
    fields of a record that are known and left out on purpose: any other is told as new. `version` is the column that says
    which of two records with one key is newer, when both come in one delivery.
    """

    fields: dict[str, str]
    ignored: list[str] = []
    version: str | None = None


class SystemSource(BaseSource):
    """A named system, whose tables and mappings the project knows. Each system's own settings are a class of its own.

    `without` names entities of the contract that this source is not to deliver, though the system could.
    """

    keep_text: bool = False
    language: str | None = None
    without: list[str] = []

    kind: str
    credentials: ClassVar[tuple[str, ...]] = ()
    """The settings that name variables of the environment which hold credentials."""
    scopes: ClassVar[str] = ""
    """What the credentials must be allowed to read, in the vendor's words."""
    retention_days: ClassVar[float | None] = None
    """How far back the vendor serves what changed; a source that is not read for longer loses data for ever."""

    @cached_property
    def tables(self) -> Sequence[RawTable]:
        """The raw tables, with what the installation decides of them."""
        raise NotImplementedError  # every kind of source says it

    def credential_variables(self) -> dict[str, str]:
        """The variables that hold the credentials, by setting; a setting that names none is left out."""
        named = {setting: getattr(self, setting) for setting in self.credentials}
        return {setting: variable for setting, variable in named.items() if variable is not None}

    def own_tables(self) -> Sequence[RawTable]:
        """The system's raw tables; to be given by each system."""
        raise NotImplementedError  # every kind of source says it

    def own_mappings(self) -> list[Mapping]:
        """The system's mappings to the contract, whose selects lie in the folder `mappings` beside the extractor."""
        raise NotImplementedError  # every kind of source says it

    def _decided(self, tables: Sequence[Table]) -> list[Table]:
        """Tables with what the installation decides of all of them."""
        for table in tables:
            table.keep_text = self.keep_text
            table.language = table.language or self.language
        return list(tables)


class ApiSource(SystemSource):
    """A vendor's system, read over HTTP."""

    base_url: str = Field(pattern=r"^https?://[^/]+")
    start_date: datetime.date = datetime.date(2024, 1, 1)
    look_back_days: float = Field(default=1, ge=0)
    timeout_seconds: float = Field(default=60, gt=0)
    max_attempts: int = Field(default=5, ge=1)
    parallel_requests: int = Field(default=4, ge=1, le=16)

    lag_seconds: ClassVar[float] = 0
    """How old the newest record is that the vendor serves for certain."""

    @cached_property
    def tables(self) -> list[ApiTable]:
        """The raw tables that the extractor fills, with what the installation decides of them."""
        return self._decided([*self.own_tables(), _marks_table()])

    def own_tables(self) -> list[ApiTable]:
        """The system's raw tables; to be given by each system."""
        raise NotImplementedError  # every kind of source says it


class ArchiveSource(SystemSource, LandedSource):
    """A system's export, which somebody puts into a landing folder."""

    @cached_property
    def tables(self) -> list[FileTable]:
        """The raw tables that the files fill, with what the installation decides of them."""
        return self._decided(self.own_tables())

    def own_tables(self) -> list[FileTable]:
        """The system's raw tables; to be given by each system."""
        raise NotImplementedError  # every kind of source says it


def _marks_table() -> ApiTable:
    """Until when a source's entities are complete, by the vendor's own clock."""
    fields = {"entity_name": "$.entity_name", "complete_through_at": "$.complete_through_at"}
    return ApiTable(name="delivery_marks", key=["entity_name"], fields=fields)
