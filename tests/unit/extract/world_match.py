"""Whether what was extracted from a stand-in is what the world holds, entity by entity and column by column."""

import datetime
import hashlib
import hmac
from typing import Any

import pyarrow as pa
from small_installation import KEY, SmallInstallation

from orchestration.contract import entities


def hashed(identity: str) -> str:
    """An identity as raw and the contract hold it."""
    return hmac.new(KEY.encode(), identity.strip().lower().encode(), hashlib.sha256).hexdigest()[:32]


def expected_rows(entity: str, table: pa.Table, lacking: set[str]) -> list[tuple]:
    """The world's rows as the contract should hold them, but for columns that the vendor lacks; free texts by their length."""
    columns = [column for column in entities()[entity].columns if column.name not in lacking]

    def plain(value: Any, column: Any) -> Any:
        if value is None:
            return None
        if isinstance(value, datetime.datetime):
            return value.replace(tzinfo=None)
        if column.is_identity:
            return hashed(value)
        return len(value) if column.is_free_text else value

    return sorted((tuple(plain(row[column.name], column) for column in columns) for row in table.to_pylist()), key=repr)


def contract_rows(installation: SmallInstallation, entity: str, lacking: set[str]) -> list[tuple]:
    """The contract's rows in the same columns and order."""
    names = [
        f"{column.name}_character_count" if column.is_free_text else column.name
        for column in entities()[entity].columns
        if column.name not in lacking
    ]
    return sorted(installation.query(f"select {', '.join(names)} from contract.{entity}"), key=repr)
