"""Reading AppFollow's reviews: per app, windows of days by date of publication, page by page.

The vendor publishes no schema of the answer. Two shapes are known from programs that read it, and both are taken; an answer
of another shape makes the delivery unusable, so that reviews are never missed in silence.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from orchestration.extract.api.calls import Api
from orchestration.extract.api.fetching import Fetch
from orchestration.extract.api.windows import day_windows
from orchestration.extract.faults import NotPermittedError, UnusableDeliveryError

COLLECTIONS, COLLECTION_APPS, REVIEWS = "/account/apps", "/account/apps/app", "/reviews"
WINDOW_DAYS = 90
"""Long enough for few requests, each of which costs credits; short enough that pages hardly move while they are read."""
MOST_REPEATED_PAGES = 3
MEANINGS = {402: "the account is out of API credits (a request of reviews costs 10); add credits, or wait for new ones"}


@dataclass(frozen=True)
class Page:
    """One answer: its reviews, how many the whole window has, and whether another page follows (None: not said)."""

    reviews: list[dict[str, Any]]
    total: int | None
    has_next: bool | None


def fetch(fetch: Fetch) -> None:
    """Read the reviews of every app since its last reading less the look-back, or in the window."""
    source = fetch.source
    api = fetch.open(headers={"X-AppFollow-API-Token": fetch.secrets["token_env"]}, meanings=MEANINGS)
    apps = source.apps or _find_apps(fetch, api)
    clock = api.server_clock
    fetch.landing.add("reviews", [])
    totals: dict[tuple[date, date], list[int | None]] = {}
    for ext_id in apps:
        # Each app has a progress of its own, so that one that is added later is read from the start date on.
        progress = f"reviews_read_through:{ext_id}"
        begin, end = (
            (fetch.window.begin, fetch.window.end - timedelta(microseconds=1))
            if fetch.window
            else (fetch.since(progress), clock)
        )
        for first, last in day_windows(begin.date(), end.date(), WINDOW_DAYS):
            # A day more than wanted: the zone of the vendor's days is not known, nor whether the last day is included.
            asked = first, last + timedelta(days=1)
            totals.setdefault(asked, []).append(_read(fetch, api, ext_id, *asked))
        fetch.progress.set(progress, clock.isoformat())
    for (first, through), counts in totals.items():
        known = [count for count in counts if count is not None]
        if len(known) == len(apps):
            fetch.landing.total("reviews", sum(known), first, "date", through)
    fetch.complete_through(clock)


def _find_apps(fetch: Fetch, api: Api) -> list[str]:
    """The stores' ids of all apps in the account's collections."""
    name = fetch.source.name
    try:
        collections = _listed(api.get_json(COLLECTIONS), "apps", COLLECTIONS)
        found = [
            app
            for collection in collections
            for app in _listed(
                api.get_json(COLLECTION_APPS, {"apps_id": collection.get("id")}), "apps_app", COLLECTION_APPS
            )
        ]
    except NotPermittedError as error:
        raise NotPermittedError(f"{error}; or name the apps under apps in sources.toml") from None
    ids = [(app.get("app") or {}).get("ext_id") or app.get("ext_id") for app in found]
    if not ids or not all(ids):
        raise UnusableDeliveryError(
            f"{COLLECTION_APPS}: {len(found)} apps, {sum(map(bool, ids))} of them with an ext_id; "
            f"name them under apps of source {name} in sources.toml"
        )
    return list(dict.fromkeys(str(ext_id) for ext_id in ids))


def _listed(answer: Any, field: str, path: str) -> list[dict[str, Any]]:
    rows = answer.get(field) if isinstance(answer, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UnusableDeliveryError(f"{path}: the answer has no list {field}; the vendor changed it")
    return rows


def _read(fetch: Fetch, api: Api, ext_id: str, first: date, through: date) -> int | None:
    """Land one app's reviews of a window; returns how many the vendor says there are."""
    total = None
    for page in _pages(api, ext_id, first, through):
        fetch.landing.add("reviews", [_as_landed(review, ext_id) for review in page.reviews])
        total = page.total if total is None else total
    return total


def _pages(api: Api, ext_id: str, first: date, through: date) -> Iterator[Page]:
    number, repeated = 1, 0
    seen: set[str] = set()
    while True:
        params = {"ext_id": ext_id, "from": first.isoformat(), "to": through.isoformat(), "page": number}
        page = read_page(api.get_json(REVIEWS, params), number)
        yield page
        ids = {str(review.get("review_id")) for review in page.reviews}
        repeated = repeated + 1 if ids <= seen else 0
        seen |= ids
        if not page.reviews or page.has_next is False:
            return
        if repeated == MOST_REPEATED_PAGES:
            raise UnusableDeliveryError(
                f"{REVIEWS}: {repeated} pages one after another repeat what came before (app {ext_id}, from {first} to "
                f"{through}, page {number})"
            )
        number += 1


def read_page(answer: Any, number: int) -> Page:
    """Take apart an answer of either known shape: `reviews.list` with `reviews.page`, or a list `reviews` itself.

    Raises:
        UnusableDeliveryError: it has neither.
    """
    reviews = answer.get("reviews") if isinstance(answer, dict) else None
    if isinstance(reviews, dict) and isinstance(reviews.get("list"), list):
        says = reviews.get("page")
        has_next = bool(says["next"]) if isinstance(says, dict) and "next" in says else None
        rows, total = reviews["list"], reviews.get("total")
    elif isinstance(reviews, list):
        pages = answer.get("pages_count")
        has_next = number < pages if isinstance(pages, int) else None
        rows, total = reviews, answer.get("total")
    else:
        raise UnusableDeliveryError(
            f"{REVIEWS}: the answer has neither a list reviews.list nor a list reviews; the vendor changed it"
        )
    if not all(isinstance(row, dict) for row in rows):
        raise UnusableDeliveryError(f"{REVIEWS}: the list holds something that is no review; the vendor changed it")
    return Page(rows, total if isinstance(total, int) else None, has_next)


def _as_landed(review: dict[str, Any], ext_id: str) -> dict[str, Any]:
    return {**review, "ext_id": review.get("ext_id") or ext_id, "tags": tag_names(review.get("tags"))}


def tag_names(tags: Any) -> str | None:
    """Tags as one text, separated by a bar: no field of tags is documented, so that words and objects are taken."""
    if isinstance(tags, list):
        names = [tag.get("name") if isinstance(tag, dict) else tag for tag in tags]
        return "|".join(str(name) for name in names if name) or None
    return str(tags) if tags else None
