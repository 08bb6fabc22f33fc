"""Reading who works and who writes: admins, teams, tags and contacts.

Belongs here: the lists that have no parts. Of the admins only those of today are listed; who left is noticed by absence.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from orchestration.extract.api.calls import Api
from orchestration.extract.api.fetching import Fetch
from orchestration.extract.faults import NotPermittedError, UnusableDeliveryError
from orchestration.extract.intercom.search import from_day, listed, record_id, search
from orchestration.extract.intercom.shapes import contact_record

CONTACTS_PAGE_SIZE = 100
CONTACTS_THROUGH = "contacts_read_through"


def read_admins(fetch: Fetch, api: Api) -> None:
    """Land the admins of today, and who is no longer among them.

    Raises:
        UnusableDeliveryError: there are none although some were known.
    """
    admins = listed(api.get_json("/admins"), "admins", "/admins")
    today = {record_id(admin, "/admins") for admin in admins}
    known = {str(row[0]) for row in fetch.known("admins", "id")}
    if known and not today:
        raise UnusableDeliveryError(
            f"table admins: a full listing of 0 rows where {len(known):,} were known; nothing was changed"
        )
    departed = {str(row[0]) for row in fetch.known("departed_admins", "id", "noticed_date") if row[1]}
    left, returned = known - today - departed, today & departed
    fetch.landing.add("admins", admins)
    fetch.landing.add(
        "departed_admins",
        [{"id": each, "noticed_date": f"{api.server_clock:%Y-%m-%d}"} for each in sorted(left)]
        + [{"id": each, "noticed_date": None} for each in sorted(returned)],
    )


def read_names(fetch: Fetch, api: Api) -> None:
    """Land teams and tags."""
    for table, path in (("teams", "/teams"), ("tags", "/tags")):
        _if_permitted(fetch, partial(_read_list, fetch, api, table, path))


def _read_list(fetch: Fetch, api: Api, table: str, path: str) -> None:
    answer = api.get_json(path)
    field = "data" if isinstance(answer, dict) and table not in answer else table
    fetch.landing.add(table, listed(answer, field, path))


def read_contacts(fetch: Fetch, api: Api, clock: datetime) -> None:
    """Land the contacts that changed. The vendor searches them by whole days: the day of the last reading is read again."""
    begin = fetch.window.begin if fetch.window else fetch.since(CONTACTS_THROUGH)

    def read() -> None:
        fetch.landing.add("contacts", [])
        query = from_day("updated_at", begin)
        for page in search(api, "/contacts/search", "data", query, CONTACTS_PAGE_SIZE):
            fetch.landing.add("contacts", [contact_record(contact, fetch.source) for contact in page])
        fetch.progress.set(CONTACTS_THROUGH, clock.isoformat())

    _if_permitted(fetch, read)


def _if_permitted(fetch: Fetch, read: Callable[[], None]) -> None:
    """A list that the token may not read is told, and the rest goes on without it."""
    try:
        read()
    except NotPermittedError as error:
        fetch.landing.note(str(error).removeprefix(f"source {fetch.source.name}: "))
