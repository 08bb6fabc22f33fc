"""Zendesk's three ways of handing out long lists, page by page.

Belongs here: where a list goes on and where it ends. Ends are what the vendor calls an end, never an empty page; a list that
does not go on, and says it has not ended, is an error and no endless loop.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from orchestration.extract.api.calls import Api
from orchestration.extract.faults import UnusableDeliveryError

Records = list[dict[str, Any]]
EXPORT_PAGE = 1000
LIST_PAGE = 100


def by_cursor(
    api: Api, path: str, records: str, cursor: str | None, start_time: int, **params: Any
) -> Iterator[tuple[Records, str | None]]:
    """Pages of a cursor export, each with the cursor to go on from, which the last page has as well.

    Args:
        api: the account.
        path: of the export.
        records: the name of the list in an answer.
        cursor: where the last reading ended; None for the first, which begins at `start_time` (seconds since 1970).
        params: of every request.

    Raises:
        UnusableDeliveryError: the export stands still, or does not say whether it has ended.
    """
    asked: dict[str, Any] = {"cursor": cursor} if cursor else {"start_time": start_time}
    while True:
        page = api.get_json(path, {**asked, **params, "per_page": EXPORT_PAGE})
        following = page.get("after_cursor")
        yield _part(page, records, path), following
        if _part(page, "end_of_stream", path):
            return
        if not following or following == asked.get("cursor"):
            raise _stands_still(path)
        asked = {"cursor": following}


def by_time(api: Api, path: str, records: str, start_time: int, **params: Any) -> Iterator[tuple[Records, int | None]]:
    """Pages of a time-based export, each with the second that it reaches to; None where it holds nothing.

    Records come again from page to page. An export that does not say `end_of_stream` ends where its time stands still.

    Raises:
        UnusableDeliveryError: the export stands still and says that it has not ended.
    """
    while True:
        page = api.get_json(path, {**params, "start_time": start_time})
        reached = page.get("end_time")
        yield _part(page, records, path), reached
        stands_still = reached is None or reached <= start_time
        if page.get("end_of_stream", stands_still):
            return
        if stands_still:
            raise _stands_still(path)
        start_time = reached


def listed(
    api: Api, path: str, records: str, params: Mapping[str, Any] | None = None, *, may_be_absent: bool = False
) -> Iterator[Records]:
    """Pages of an ordinary list; a link to more may be there when there is no more, so that only `has_more` counts.

    A list that `may_be_absent` has no page where the account does not know it (404).

    Raises:
        UnusableDeliveryError: the list stands still.
    """
    asked: dict[str, Any] = {**(params or {}), "page[size]": LIST_PAGE}
    while True:
        page = api.get_json(path, asked, may_be_absent=may_be_absent)
        if page is None:
            return
        yield _part(page, records, path)
        meta = page.get("meta") or {}
        if not meta.get("has_more"):
            return
        following = meta.get("after_cursor")
        if not following or following == asked.get("page[after]"):
            raise _stands_still(path)
        asked["page[after]"] = following


def _part(page: Any, name: str, path: str) -> Any:
    if not isinstance(page, dict) or name not in page:
        raise UnusableDeliveryError(f"{path} answers without {name}: the vendor changed the interface")
    return page[name]


def _stands_still(path: str) -> UnusableDeliveryError:
    return UnusableDeliveryError(f"{path} says there is more, and does not go on from where it is")
