"""Finding orders that the merchant deleted: they vanish from every list, and nothing else tells.

Belongs here: the sweep of all ids. What raw knows and the shop no longer lists is asked for by id before it counts as gone.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from orchestration.extract.api.fetching import Fetch
from orchestration.extract.shopify.admin_api import LARGEST_PAGE, AdminApi
from orchestration.extract.shopify.slices import slices


def sweep(fetch: Fetch, shop: AdminApi, clock: datetime) -> None:
    """Once every `sweep_every_days`, state which of the known orders are gone.

    Orders older than the oldest that is listed are not judged: they may be out of the app's reach and not deleted.
    """
    last, days = fetch.progress.get("swept_at"), fetch.source.sweep_every_days
    if not days or (last and datetime.fromisoformat(last) > clock - timedelta(days=days)):
        return
    fetch.progress.set("swept_at", clock.isoformat())
    known = {key: created_at for key, created_at in fetch.known("orders", "id", "created_at") if key and created_at}
    if not known:
        return
    oldest_known = datetime.fromisoformat(min(known.values())).replace(tzinfo=None)
    oldest_listed = None
    for key, created_at in _listed(shop, oldest_known, clock + timedelta(days=1)):
        known.pop(key, None)
        oldest_listed = min(oldest_listed or created_at, created_at)
    if oldest_listed is None:
        fetch.landing.note("the shop lists no orders at all, so that none was taken for deleted")
        return
    missing = sorted(key for key, created_at in known.items() if created_at >= oldest_listed)
    for first in range(0, len(missing), LARGEST_PAGE):
        asked = missing[first : first + LARGEST_PAGE]
        found = shop.by_ids("Order", "id", asked)
        fetch.landing.remove("orders", [{"id": key} for key, order in zip(asked, found, strict=True) if order is None])


def _listed(shop: AdminApi, begin: datetime, end: datetime) -> Iterator[tuple[str, str]]:
    for search in slices(shop, "orders", "created_at", begin, end):
        for page in shop.pages("orders", "id createdAt", search, "CREATED_AT"):
            yield from ((order["id"], order["createdAt"]) for order in page)
