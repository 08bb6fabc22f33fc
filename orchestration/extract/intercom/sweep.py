"""The sweep: every so many days the ids of all conversations are listed, and what raw has and the listing lacks is looked up.

Intercom tells nobody of a deleted conversation. One that the listing lacks counts as deleted only when the vendor answers
404 for it, since a search may lag, and a conversation that changes while the pages are read may slip between two of them.
"""

from datetime import datetime, timedelta

from orchestration.extract.api.calls import Api
from orchestration.extract.api.fetching import Fetch
from orchestration.extract.faults import UnusableDeliveryError
from orchestration.extract.intercom.conversations import SEARCH, ConversationReader
from orchestration.extract.intercom.search import all_of, between, record_id, whole

SWEPT_AT = "conversations_swept_at"


def is_due(fetch: Fetch, clock: datetime) -> bool:
    """Whether the last sweep, or the first load, is long enough ago; the first load begins the count."""
    known = fetch.progress.get(SWEPT_AT)
    if known is None:
        fetch.progress.set(SWEPT_AT, clock.isoformat())
        return False
    return clock - datetime.fromisoformat(known) >= timedelta(days=fetch.source.sweep_days)


def sweep(fetch: Fetch, api: Api, reader: ConversationReader, clock: datetime) -> None:
    """List all ids; land what is gone, and read again what changed unnoticed.

    Raises:
        UnusableDeliveryError: the listing is empty although conversations are known.
    """
    gone_before = {row[0] for row in fetch.known("deleted_conversations", "id")}
    known = {str(key): whole(version) for key, version in fetch.known("conversations", "id", "updated_at")}
    listed: dict[str, int] = {}
    begin = fetch.start
    while begin < clock:
        upper = min(begin + timedelta(days=fetch.source.slice_days), clock)
        for page in reader.list_pages(all_of(between("updated_at", begin, upper))):
            listed |= {record_id(each, SEARCH): whole(each.get("updated_at")) for each in page}
        begin = upper
    if known and not listed:
        raise UnusableDeliveryError(
            f"table conversations: a listing of all ids has 0 where {len(known):,} were known; nothing was changed"
        )
    missing = [each for each in known if each not in listed and each not in gone_before]
    looked_up = api.for_each(missing, lambda each: (each, reader.look_up(each)))
    gone = [each for each, found in looked_up if found is None]
    reader.land_gone(gone)
    late = [each for each, version in listed.items() if version > known.get(each, -1) and not reader.has_read(each)]
    reader.read(late)
    fetch.progress.set(SWEPT_AT, clock.isoformat())
    fetch.landing.note(
        f"sweep: {len(listed):,} conversations listed, {len(gone):,} of those known are gone"
        + (f", {len(late):,} had changed unnoticed" if late else "")
    )
