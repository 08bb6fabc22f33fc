"""A small installation in a temporary folder: sources.toml, deliveries, extraction, mapping, and a look at the result."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from orchestration.extract.mapping import EntityCounts, map_sources
from orchestration.extract.source import SourceResult, extract_source
from orchestration.settings import Home, Settings
from orchestration.sources import Sources, read_sources
from orchestration.warehouse import connect

KEY = "an identity key for tests, 32 characters and more"
START = datetime(2026, 11, 21, 3, 0)


class SmallInstallation:
    """One installation; every extraction is a run of its own, an hour after the one before."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.home = Home(folder)
        self.home.make_folders()
        self.settings = Settings(identity_key=KEY, **{"lock_wait_seconds": 5, **settings})
        self.runs = 0

    def configure(self, toml: str) -> None:
        """Write sources.toml below a plain [installation]."""
        self.home.sources_file.write_text(f'[installation]\nname = "test"\n{toml}', encoding="utf-8")

    def configure_table(self, table: str, name: str = "rows", pattern: str = "rows*") -> None:
        """One source `shop` with one raw table that no mapping uses."""
        self.configure(
            f'[[sources]]\nname = "shop"\nkind = "files"\n[[sources.tables]]\nname = "{name}"\nfiles = "{pattern}"\n'
            f'unused = "for the test"\n{table}\n'
        )

    @property
    def sources(self) -> Sources:
        return read_sources(self.home)

    def deliver(self, name: str, content: str | bytes, source: str = "shop") -> Path:
        """Put a file into a source's landing folder."""
        path = self.home.landing / source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def mapping(self, name: str, sql: str) -> None:
        """Write a mapping's select."""
        self.home.mappings.mkdir(exist_ok=True)
        (self.home.mappings / name).write_text(sql, encoding="utf-8")

    def now(self) -> datetime:
        return START + timedelta(hours=self.runs)

    def extract(self, source: str = "shop", at: datetime | None = None) -> SourceResult:
        """Run one extraction."""
        self.runs += 1
        chosen = next(each for each in self.sources.sources if each.name == source)
        moment = at or self.now()
        return extract_source(chosen, self.home, self.settings, run_id=f"run-{self.runs}", now=lambda: moment)

    def map(self) -> list[EntityCounts]:
        """Rebuild the contract."""
        with connect(self.home.warehouse) as warehouse:
            return map_sources(warehouse, self.sources, self.home, f"run-{self.runs}")

    def query(self, sql: str) -> list[tuple]:
        """Rows of the warehouse."""
        with connect(self.home.warehouse) as warehouse:
            return warehouse.execute(sql).fetchall()

    def current(self, columns: str, table: str = "raw_shop.rows") -> list[tuple]:
        """Columns of the current rows of a raw table, sorted."""
        return self.query(
            f"select {columns} from {table} where _row_id in "
            f"(select arg_max(_row_id, _version_number) from {table} group by _key_hash) and not _is_deleted order by all"
        )

    def versions(self, table: str = "raw_shop.rows") -> int:
        """How many row versions a raw table has."""
        schema, name = table.split(".")
        found = self.query(
            f"select count(*) from information_schema.tables where table_schema = '{schema}' and table_name = '{name}'"
        )
        return self.query(f"select count(*) from {table}")[0][0] if found[0][0] else 0

    def rejected(self) -> list[tuple]:
        """Every rejected record: file, row, column, reason."""
        return self.query("select file_name, row_number, column_name, reason from audit.rejected_rows order by all")


def utc_now() -> datetime:
    """The present instant, without zone."""
    return datetime.now(UTC).replace(tzinfo=None)


def accounted(result: SourceResult) -> bool:
    """Whether every row that was read was landed, repeated or rejected, in every table."""
    return all(
        table["rows_read"] == table["rows_landed"] + table["rows_repeated"] + table["rows_rejected"]
        for table in result.tables
    )
