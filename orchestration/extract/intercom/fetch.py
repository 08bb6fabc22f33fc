"""Reading an Intercom workspace: the order of the steps, and how far the reading has come.

Requests per run: 3 for lists, 1 per 100 changed contacts, 1 per 50 changed conversations (`page_size`) and per slice of
time, 1 per changed conversation, 7 for the vendor's own counts.
"""

from dlt.sources.helpers.rest_client.auth import BearerTokenAuth

from orchestration.extract.api.fetching import Fetch
from orchestration.extract.intercom.conversations import ConversationReader
from orchestration.extract.intercom.directory import read_admins, read_contacts, read_names
from orchestration.extract.intercom.settings import API_VERSION
from orchestration.extract.intercom.sweep import is_due, sweep

CONVERSATIONS_THROUGH = "conversations_read_through"


def fetch(fetch: Fetch) -> None:
    """Read what changed since the last run, or in the window."""
    api = fetch.open(
        auth=BearerTokenAuth(fetch.secrets["token_env"]),
        headers={"Intercom-Version": API_VERSION, "Accept": "application/json"},
    )
    read_admins(fetch, api)
    # What changes from here on is the next run's.
    clock = api.server_clock
    read_names(fetch, api)
    for table in ("conversations", "conversation_parts", "deleted_conversations"):
        fetch.landing.add(table, [])
    reader = ConversationReader(fetch, api)
    reads_contacts = "customers" not in fetch.source.without
    if fetch.window is not None:
        # A conversation of the window may have changed since, so that its last change lies after it.
        reader.read_changed(fetch.window.begin, clock, created_before=fetch.window.end)
        if reads_contacts:
            read_contacts(fetch, api, clock)
        reader.tell()
        return
    through = reader.read_changed(fetch.since(CONVERSATIONS_THROUGH), clock)
    if through < clock:
        fetch.landing.note(
            f"conversations are read through {through:%Y-%m-%d %H:%M} UTC; the next runs go on from there "
            f"(conversations_per_run = {fetch.source.conversations_per_run})"
        )
    elif is_due(fetch, clock):
        sweep(fetch, api, reader, clock)
    if reads_contacts:
        read_contacts(fetch, api, clock)
    reader.count_days(through)
    reader.tell()
    # Never backwards, should the vendor's clock go back.
    fetch.progress.set(CONVERSATIONS_THROUGH, max(through.isoformat(), fetch.progress.get(CONVERSATIONS_THROUGH, "")))
    fetch.complete_through(through)
