"""Shopify's search texts and lists: `updated_at:>='2026-11-01T00:00:00Z' AND updated_at:<'...'`, sorted, page by page.

Belongs here: records that are searched and paged. Their fields are made only when they are asked for, so that a shop with
a hundred thousand orders is small.
"""

import base64
import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

TERM = re.compile(r"""(\w+):(>=|<=|>|<)?(?:'([^']*)'|(\S+))(?:\s+AND\s+|\s+|$)""")
LONGEST_LIST = 25_000
Node = Mapping[str, Any]


class SearchError(ValueError):
    """A search text that the stand-in does not know how to answer."""


@dataclass(frozen=True)
class Entry:
    """What a record is searched and sorted by, in the search's own names, and where its fields come from."""

    key: str
    facts: Mapping[str, str]
    node: Callable[[], Node]


class Records:
    """The records of one kind, by global id."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._found: dict[tuple[str, str], tuple[list[tuple[str, str]], list[Entry]]] = {}

    def put(self, *entries: Entry) -> None:
        """Add records, or replace those of the same id."""
        self._entries.update((entry.key, entry) for entry in entries)
        self._found.clear()

    def delete(self, key: str) -> None:
        """Remove a record, which vanishes from every list."""
        del self._entries[key]
        self._found.clear()

    def get(self, key: str) -> Node | None:
        """One record's fields."""
        entry = self._entries.get(key)
        return entry.node() if entry else None

    def nodes(self) -> Iterator[Node]:
        """The fields of all records."""
        return (entry.node() for entry in self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def count(self, search: str | None) -> int:
        """How many records a search finds."""
        return len(self._sorted(search or "", "id")[1])

    def page(self, search: str | None, sort_key: str, first: int, after: str | None) -> dict[str, Any]:
        """A page of what a search finds; beyond 25,000 records there is none, and nothing says so."""
        order, entries = self._sorted(search or "", sort_key.lower())
        begin = bisect_right(order, tuple(_cursor_value(after))) if after else 0
        shown = entries[begin : min(begin + first, LONGEST_LIST)]
        has_more = begin + len(shown) < min(len(entries), LONGEST_LIST)
        end = _cursor(order[begin + len(shown) - 1]) if shown else None
        return {
            "nodes": [entry.node() for entry in shown],
            "pageInfo": {"hasNextPage": has_more, "endCursor": end},
        }

    def _sorted(self, search: str, sort_key: str) -> tuple[list[tuple[str, str]], list[Entry]]:
        known = self._found.get((search, sort_key))
        if known is None:
            tests = _terms(search)
            found = [entry for entry in self._entries.values() if all(test(entry.facts) for test in tests)]
            keyed = sorted(((entry.facts.get(sort_key, ""), entry.key), entry) for entry in found)
            known = [key for key, _ in keyed], [entry for _, entry in keyed]
            self._found[(search, sort_key)] = known
        return known


def _terms(search: str) -> list[Callable[[Mapping[str, str]], bool]]:
    tests, at = [], 0
    while at < len(search):
        found = TERM.match(search, at)
        if not found:
            raise SearchError(f"cannot read the search text at {search[at:]}")
        name, operator, text, bare = found.groups()
        tests.append(_test(name, operator or "=", text if text is not None else bare))
        at = found.end()
    return tests


def _test(name: str, operator: str, wanted: str) -> Callable[[Mapping[str, str]], bool]:
    compare: dict[str, Callable[[str], bool]] = {
        ">=": lambda value: value >= wanted,
        "<=": lambda value: value <= wanted,
        ">": lambda value: value > wanted,
        "<": lambda value: value < wanted,
        "=": lambda value: value == wanted,
    }

    def holds(facts: Mapping[str, str]) -> bool:
        if name not in facts:
            raise SearchError(f"no filter {name}")
        return compare[operator](facts[name])

    return holds


def _cursor(order: tuple[str, str]) -> str:
    return base64.b64encode(json.dumps(order).encode()).decode()


def _cursor_value(cursor: str) -> list[str]:
    return json.loads(base64.b64decode(cursor))


def inner_page(records: list[Any], first: int | None, after: str | None) -> dict[str, Any]:
    """A page of a list inside a record."""
    begin = int(base64.b64decode(after)) if after else 0
    shown = records[begin : begin + (first if first is not None else len(records))]
    end = begin + len(shown)
    cursor = base64.b64encode(str(end).encode()).decode() if shown else None
    return {"nodes": shown, "pageInfo": {"hasNextPage": end < len(records), "endCursor": cursor}}
