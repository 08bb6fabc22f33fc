"""Searches over a range of time, cut so that none finds more than the vendor lists.

Belongs here: the cutting. The vendor counts what a search finds, and says when it is more than a limit.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from orchestration.extract.faults import UnusableDeliveryError
from orchestration.extract.shopify.admin_api import AdminApi

LARGEST = 10_000
"""Well below what a list is cut at, since a slice can grow while it is read."""


def search_between(field: str, begin: datetime, end: datetime) -> str:
    """The vendor's search text for what lies between two instants (UTC without zone); the end is not in it."""
    return f"{field}:>='{begin:%Y-%m-%dT%H:%M:%SZ}' AND {field}:<'{end:%Y-%m-%dT%H:%M:%SZ}'"


def slices(shop: AdminApi, root: str, field: str, begin: datetime, end: datetime) -> Iterator[str]:
    """Searches that together find all records of a range, oldest first, each of them few enough for one list.

    Raises:
        UnusableDeliveryError: more records than that share one second.
    """
    waiting = [(begin.replace(microsecond=0), end.replace(microsecond=0))]
    while waiting:
        first, last = waiting.pop()
        search = search_between(field, first, last)
        count = shop.count(root, search, LARGEST)
        if count is not None:
            if count:
                yield search
            continue
        if last - first <= timedelta(seconds=1):
            raise UnusableDeliveryError(f"{root}: more than {LARGEST:,} have one {field}, which no list reaches")
        middle = first + timedelta(seconds=int((last - first).total_seconds()) // 2)
        waiting += [(middle, last), (first, middle)]
