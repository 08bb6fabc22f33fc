"""Reading conversations: which changed, by searches over slices of time, then each whole, since only that has its parts.

One request per page of changed conversations and one per changed conversation. Parts are never filtered by time: of a
conversation that changed all are taken, and what raw knows already adds nothing.
"""

import math
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from orchestration.extract.api.calls import Api
from orchestration.extract.api.fetching import Fetch, epoch
from orchestration.extract.intercom.search import Query, all_of, between, on_day, record_id, search, total_count, whole
from orchestration.extract.intercom.settings import CONVERSATION_ATTRIBUTES
from orchestration.extract.intercom.shapes import (
    Record,
    conversation_record,
    missing_part_count,
    part_records,
    unused_attributes,
)

SEARCH = "/conversations/search"
BATCH = 200
COUNTED_DAYS = 7
NAMED = 5
"""Of conversations with missing parts, so many are named."""
TELLING_COUNT = 20
"""An attribute that is in none of so many conversations is likely misspelt."""


class ConversationReader:
    """Lands conversations by id, each version once in a run."""

    def __init__(self, fetch: Fetch, api: Api) -> None:
        self.count = 0
        self._fetch = fetch
        self._api = api
        self._versions: dict[str, int] = {}
        self._cut: list[str] = []
        self._absent_attributes: set[str] = {*CONVERSATION_ATTRIBUTES.values(), "channel_attribute"}
        self._known_gone = {row[0] for row in fetch.known("deleted_conversations", "id")}

    def read_changed(self, begin: datetime, end: datetime, created_before: datetime | None = None) -> datetime:
        """Read what changed in a range of time, a slice after the other; returns until when (UTC without zone).

        That is `end`, or less when the run has read as many as one run may.
        """
        width = timedelta(days=self._fetch.source.slice_days)
        # What is read again on request is read to its end.
        at_most = math.inf if created_before else self._fetch.source.conversations_per_run
        while begin < end and self.count < at_most:
            upper = min(begin + width, end)
            also = between("created_at", datetime(1970, 1, 2), created_before) if created_before else []
            self.read(self._new_ids(self.list_pages(all_of([*between("updated_at", begin, upper), *also]))))
            begin = upper
        return min(begin, end)

    def list_pages(self, query: Query) -> Iterator[list[Record]]:
        """The pages of a search for conversations."""
        return search(self._api, SEARCH, "conversations", query, self._fetch.source.page_size)

    def read(self, ids: Iterable[str]) -> None:
        """Read conversations whole and land them; one that is not there any more is landed as deleted."""
        answers = self._api.for_each(ids, lambda each: (each, self.look_up(each)))
        while batch := list(islice(answers, BATCH)):
            self._land([found for _, found in batch if found is not None])
            self.land_gone(each for each, found in batch if found is None)

    def look_up(self, conversation_id: str) -> Record | None:
        """One conversation with its parts, texts without markup; None when the vendor does not have it."""
        path = f"/conversations/{conversation_id}"
        found = self._api.get_json(path, {"display_as": "plaintext"}, may_be_absent=True)
        if found is not None:
            record_id(found, path)
        return found

    def has_read(self, conversation_id: str) -> bool:
        """Whether this run has read a conversation."""
        return conversation_id in self._versions

    def land_gone(self, ids: Iterable[str]) -> None:
        """Land that conversations are gone, each once."""
        gone = [each for each in ids if each not in self._known_gone]
        self._known_gone.update(gone)
        seen_at = epoch(self._api.server_clock)
        self._fetch.landing.add("deleted_conversations", [{"id": each, "deleted_at": seen_at} for each in gone])

    def count_days(self, through: datetime) -> None:
        """Note the vendor's own count of the conversations of each of the last whole days."""
        last = through.replace(hour=0, minute=0, second=0, microsecond=0)
        days = [last - timedelta(days=back) for back in range(COUNTED_DAYS, 0, -1)]
        for day in (each for each in days if each >= self._fetch.start):
            count = total_count(self._api, SEARCH, on_day("created_at", day))
            if count is not None:
                self._fetch.landing.total("conversations", count, day.date(), "created_date")

    def tell(self) -> None:
        """Note what a person should know of what was read."""
        if self._cut:
            named = ", ".join(self._cut[:NAMED]) + (" ..." if len(self._cut) > NAMED else "")
            self._fetch.landing.note(
                f"{len(self._cut):,} conversations have more than the 500 parts that Intercom gives; "
                f"the oldest are missing unless they were read before: {named}"
            )
        absent = unused_attributes(self._fetch.source, self._absent_attributes, [])
        if absent and self.count >= TELLING_COUNT:
            named = ", ".join(f"{getattr(self._fetch.source, each)} ({each})" for each in sorted(absent))
            self._fetch.landing.note(f"none of {self.count:,} conversations has the custom attribute {named}")

    def _new_ids(self, pages: Iterable[list[Record]]) -> Iterator[str]:
        """Ids whose version was not read in this run: a page may repeat what one before it had."""
        for page in pages:
            for listed in page:
                conversation_id, version = record_id(listed, SEARCH), whole(listed.get("updated_at"))
                if self._versions.get(conversation_id, -1) < version:
                    self._versions[conversation_id] = version
                    yield conversation_id

    def _land(self, conversations: list[Record]) -> None:
        source, landing = self._fetch.source, self._fetch.landing
        self.count += len(conversations)
        self._cut += [str(each["id"]) for each in conversations if missing_part_count(each)]
        self._absent_attributes = unused_attributes(source, self._absent_attributes, conversations)
        for each in conversations:
            # It may be newer than the listing said, and is not read again for that.
            version = max(self._versions.get(str(each["id"]), 0), whole(each.get("updated_at")))
            self._versions[str(each["id"])] = version
        landing.add("conversations", [conversation_record(each, source) for each in conversations])
        landing.add("conversation_parts", [part for each in conversations for part in part_records(each)])
