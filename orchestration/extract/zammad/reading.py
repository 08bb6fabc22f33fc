"""Asking a Zammad instance for lists: page after page, and changed tickets in order of their change.

Belongs here: requests and paging. Which lists are wanted, and what is landed of them, is in `fetch`.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from orchestration.extract.api.calls import Api
from orchestration.extract.faults import UnusableDeliveryError

API = "/api/v1"
PAGE_SIZE = 100
"""What a listing of tickets is cut to, silently, when more is asked for."""
SEARCH_SIZE = 200
MOST_REPEATS = 3
"""Pages in a row that bring nothing new; the next one ends the reading."""
Record = dict[str, Any]


def whole_list(api: Api, path: str, **params: Any) -> list[Record]:
    """A list that comes in one answer.

    Raises:
        UnusableDeliveryError: the answer is no list.
    """
    answer = api.get_json(f"{API}/{path}", params)
    if not isinstance(answer, list):
        raise UnusableDeliveryError(f"{API}/{path} answers with something that is no list")
    return answer


def pages(api: Api, path: str, **params: Any) -> Iterator[list[Record]]:
    """The pages of a listing ordered by id, until an empty one: a short page says nothing, since sizes are cut silently.

    Raises:
        UnusableDeliveryError: page after page repeats what was there already.
    """
    seen: set[int] = set()
    number = repeats = 0
    while True:
        number += 1
        page = whole_list(api, path, page=number, per_page=PAGE_SIZE, **params)
        if not page:
            return
        ids = {record["id"] for record in page}
        repeats = repeats + 1 if ids <= seen else 0
        if repeats > MOST_REPEATS:
            raise UnusableDeliveryError(f"{API}/{path}: {repeats} pages in a row repeat records of pages before them")
        yield [record for record in page if record["id"] not in seen]
        seen |= ids


def changed_tickets(api: Api, changes: str, since: datetime, until: datetime | None = None) -> Iterator[list[Record]]:
    """Tickets updated at or after `since` and before `until`, in order of the update, none twice in one version.

    Every question begins at the newest second that was reached, so that rows that move while they are read cannot be
    missed, and the search index's window of 10,000 hits is never left.

    Args:
        api: the instance.
        changes: where they are looked up: search_index, database or listing.
        since: UTC without zone; fractions of the second do not count.
        until: UTC without zone; None for all there are.
    """
    if changes == "listing":
        for page in pages(api, "tickets", expand="true"):
            yield [ticket for ticket in page if _is_between(ticket, since, until)]
        return
    begin, number = since.replace(microsecond=0), 1
    seen: set[tuple[int, str]] = set()
    while True:
        page = _search(api, changes, begin, number)
        if not page:
            return
        _refuse_older(page, begin, changes)
        fresh = [ticket for ticket in page if (ticket["id"], ticket["updated_at"]) not in seen]
        seen |= {(ticket["id"], ticket["updated_at"]) for ticket in fresh}
        yield [ticket for ticket in fresh if _is_between(ticket, since, until)]
        newest = max(updated_at(ticket) for ticket in page).replace(microsecond=0)
        if until is not None and newest >= until:
            return
        # More than a page of tickets can have changed within a second: only then the next page is asked for.
        begin, number = (newest, 1) if newest > begin else (begin, number + 1)


def search_index_knows(api: Api, since: datetime) -> bool:
    """Whether the search index has any ticket updated since; without Elasticsearch a search for times finds nothing."""
    return bool(_search(api, "search_index", since, 1, size=1))


def updated_at(ticket: Record) -> datetime:
    """When a ticket was last updated, UTC without zone."""
    return datetime.fromisoformat(ticket["updated_at"]).astimezone(UTC).replace(tzinfo=None)


def _search(api: Api, changes: str, begin: datetime, number: int, size: int = SEARCH_SIZE) -> list[Record]:
    params = {"sort_by": "updated_at", "order_by": "asc", "page": number, "per_page": size, "expand": "true"}
    if changes == "search_index":
        # An open range would need a star, which the instance takes out of every query.
        before = begin - timedelta(milliseconds=1)
        params["query"] = f'updated_at:>"{before:%Y-%m-%dT%H:%M:%S}.{before.microsecond // 1000:03d}Z"'
    else:
        params["condition[ticket.updated_at][operator]"] = "after (absolute)"
        params["condition[ticket.updated_at][value]"] = f"{begin:%Y-%m-%dT%H:%M:%SZ}"
    return whole_list(api, "tickets/search", **params)


def _refuse_older(page: list[Record], begin: datetime, changes: str) -> None:
    """An instance that does not know the condition would answer with just any tickets."""
    if any(updated_at(ticket) < begin for ticket in page):
        raise UnusableDeliveryError(
            f"{API}/tickets/search answers with tickets from before {begin:%Y-%m-%dT%H:%M:%SZ}: it does not search by time "
            f'as changes = "{changes}" needs it; set another one'
        )


def _is_between(ticket: Record, since: datetime, until: datetime | None) -> bool:
    moment = updated_at(ticket)
    return moment >= since.replace(microsecond=0) and (until is None or moment < until)
