"""The vendor's search: POST with a query, pages by `starting_after`.

Belongs here: queries and paging. The vendor's table of operators calls `>` "greater or equal" and `<` "lower or equal";
every query is written so that it gives all that is wanted under either reading.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from orchestration.extract.api.calls import Api
from orchestration.extract.api.fetching import epoch
from orchestration.extract.faults import UnusableDeliveryError

Query = dict[str, Any]


def between(field: str, begin: datetime, end: datetime) -> list[Query]:
    """Filters for a field from `begin` to `end`, both included, and perhaps a second more on either side."""
    return [
        {"field": field, "operator": ">", "value": epoch(begin) - 1},
        {"field": field, "operator": "<", "value": epoch(end) + 1},
    ]


def on_day(field: str, day: datetime) -> Query:
    """A query for exactly the seconds of one day in UTC."""
    first, after = epoch(day), epoch(day + timedelta(days=1))
    from_first = [{"field": field, "operator": sign, "value": first} for sign in (">", "=")]
    before_next = [{"field": field, "operator": sign, "value": after} for sign in ("<", "!=")]
    return all_of([{"operator": "OR", "value": from_first}, *before_next])


def from_day(field: str, moment: datetime) -> Query:
    """A query for the day of a moment and later, of fields that the vendor searches by whole days, the named one left out."""
    return all_of([{"field": field, "operator": ">", "value": epoch(_day(moment) - timedelta(days=1))}])


def all_of(filters: list[Query]) -> Query:
    """A query that all filters must hold for."""
    return {"operator": "AND", "value": filters}


def search(api: Api, path: str, records: str, query: Query, page_size: int) -> Iterator[list[dict[str, Any]]]:
    """The pages of a search; `records` is the field of the answer that lists them.

    Raises:
        UnusableDeliveryError: the answer has no such field, or the pages go in a circle.
        UnreachableSourceError: as every call.
    """
    cursor: str | None = None
    followed: set[str] = set()
    while True:
        pagination = {"per_page": page_size, **({"starting_after": cursor} if cursor else {})}
        answer = api.post_json(path, {"query": query, "pagination": pagination})
        yield listed(answer, records, path)
        cursor = ((answer.get("pages") or {}).get("next") or {}).get("starting_after")
        if not cursor:
            return
        if cursor in followed:
            raise UnusableDeliveryError(f"{path} names a next page that was read already: its listing never ends")
        followed.add(cursor)


def total_count(api: Api, path: str, query: Query) -> int | None:
    """How many records a search would give; None when the vendor does not say."""
    answer = api.post_json(path, {"query": query, "pagination": {"per_page": 1}})
    count = answer.get("total_count") if isinstance(answer, dict) else None
    return count if isinstance(count, int) else None


def listed(answer: Any, records: str, path: str) -> list[dict[str, Any]]:
    """The list in an answer.

    Raises:
        UnusableDeliveryError: there is none: the vendor renamed or removed it.
    """
    found = answer.get(records) if isinstance(answer, dict) else None
    if not isinstance(found, list):
        raise UnusableDeliveryError(
            f"the answer of {path} has no list {records}; the vendor changed it, or base_url is not Intercom's"
        )
    return found


def record_id(record: Any, path: str) -> str:
    """The id of a record, as text: the vendor gives some as numbers.

    Raises:
        UnusableDeliveryError: it has none.
    """
    found = record.get("id") if isinstance(record, dict) else None
    if found is None:
        raise UnusableDeliveryError(f"a record of {path} has no field id; the vendor renamed or removed it")
    return str(found)


def whole(value: Any) -> int:
    """A whole number that stands as number or text; 0 for anything else, which the mapping rejects later."""
    text = str(value)
    return int(text) if text.isdecimal() else 0


def _day(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
