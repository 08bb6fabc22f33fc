"""Reading a Zendesk account: what changed since the last time, or happened in a window.

Belongs here: the order of the lists and from where each goes on. Tickets and users go on from the server's own cursor, events
from the second that the server said they reach to. Lists that a plan lacks are noted and left out.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from orchestration.extract.api.calls import Api
from orchestration.extract.api.fetching import Fetch, epoch
from orchestration.extract.faults import NotPermittedError, UnreachableSourceError
from orchestration.extract.zendesk import exports
from orchestration.extract.zendesk.auth import sign_in
from orchestration.extract.zendesk.events import Rows, read_update
from orchestration.extract.zendesk.people import agent_row, shaped_user
from orchestration.extract.zendesk.schedules import Versions, holiday_rows, schedule_rows
from orchestration.extract.zendesk.surveys import response_row
from orchestration.extract.zendesk.tickets import TicketShaper

TICKETS = "/api/v2/incremental/tickets/cursor"
TICKET_EVENTS = "/api/v2/incremental/ticket_events"
METRIC_EVENTS = "/api/v2/incremental/ticket_metric_events"
USERS = "/api/v2/incremental/users/cursor"
GROUPS = "/api/v2/groups"
RATINGS = "/api/v2/satisfaction_ratings"
SURVEY_RESPONSES = "/api/v2/guide/survey_responses"
SCHEDULES = "/api/v2/business_hours/schedules"
DELETED_TICKETS = "/api/v2/deleted_tickets"
SEARCH_COUNT = "/api/v2/search/count"
NOT_SERVED = timedelta(seconds=61)
"""The newest minute is not served, and may not be asked for."""
FIRST_USER = 1_104_537_600
"""Users are read from 2005 on, whatever the start date: who writes today may not have been changed for years."""
OVERLAP_SECONDS = 300
"""Events that were committed late, with an earlier time, are found this far back."""


def fetch(fetch: Fetch) -> None:
    """Read what changed since the last run, or what happened in the window."""
    reading = Reading(fetch, fetch.open(auth=sign_in(fetch)))
    reading.read_window() if fetch.window else reading.read_all()


class Reading:
    """One reading of one account."""

    def __init__(self, fetch: Fetch, api: Api) -> None:
        self.source, self.landing, self.progress, self.api = fetch.source, fetch.landing, fetch.progress, api
        self._fetch = fetch
        self._tickets = TicketShaper(fetch.source)
        self._response_ids: set[str] = set()

    def read_all(self) -> None:
        """Everything that is new; users come last, so that whoever wrote what was read is known."""
        self._read_groups()
        clock = self.api.server_clock
        self._read_tickets()
        self._read_events(clock)
        if self.source.metric_events:
            self._optional(lambda: self._read_metric_events(clock))
        has_ratings = self._optional(lambda: self._read_ratings(self._fetch.since("ratings_read_through"), None))
        if has_ratings:
            self.progress.set("ratings_read_through", clock.isoformat())
        has_surveys = self._optional(lambda: self._read_surveys(self._fetch.since("surveys_read_through"), None))
        if has_surveys:
            self.progress.set("surveys_read_through", clock.isoformat())
        has_schedules = self._optional(lambda: self._read_schedules(clock))
        self._optional(self._read_deleted)
        self._read_users()
        self._count(clock)
        unread = [] if has_ratings or has_surveys else ["csat_responses", "survey_invitations"]
        unread += [] if has_schedules else ["calendar_hours", "calendar_holidays"]
        self._fetch.complete_through(clock, but_for=unread)

    def read_window(self) -> None:
        """What happened in the window, and whatever it happened to as it is now; schedules are as they are today."""
        window = self._fetch.window
        if window is None:
            raise ValueError("there is no window to read")
        begin, end = epoch(window.begin), epoch(window.end)
        began_before = window.end.isoformat()[:19]
        self._read_groups()
        for records, _ in exports.by_cursor(self.api, TICKETS, "tickets", None, begin, include="metric_sets"):
            self._land_tickets(record for record in records if str(record.get("created_at")) < began_before)
        for records, reached in exports.by_time(
            self.api, TICKET_EVENTS, "ticket_events", begin, include="comment_events"
        ):
            self._land_events([record for record in records if record.get("timestamp", 0) < end])
            if reached is not None and reached >= end:
                break
        self._optional(lambda: self._read_ratings(window.begin, window.end))
        self._optional(lambda: self._read_surveys(window.begin, window.end))
        for records, _ in exports.by_cursor(self.api, USERS, "users", None, begin):
            self._land_users(record for record in records if str(record.get("created_at")) < began_before)

    def _optional(self, read: Callable[[], None]) -> bool:
        """Read what a plan may lack; whether it was there."""
        try:
            read()
        except NotPermittedError as error:
            self.landing.note(f"left out: {error}")
            return False
        return True

    def _read_groups(self) -> None:
        for records in exports.listed(self.api, GROUPS, "groups"):
            self.landing.add("groups", records)

    def _read_tickets(self) -> None:
        cursor = self.progress.get("tickets_cursor")
        for records, following in exports.by_cursor(
            self.api, TICKETS, "tickets", cursor, self._first_second(), include="metric_sets"
        ):
            self._land_tickets(records)
            if following:
                self.progress.set("tickets_cursor", following)

    def _land_tickets(self, records: Iterable[dict[str, Any]]) -> None:
        self.landing.add("tickets", map(self._tickets.shaped, records))

    def _read_events(self, clock: datetime) -> None:
        start = self._goes_on_from("ticket_events_read_through", clock)
        for records, reached in exports.by_time(
            self.api, TICKET_EVENTS, "ticket_events", start, include="comment_events"
        ):
            self._land_events(records)
            if reached is not None:
                self.progress.set("ticket_events_read_through", reached)

    def _land_events(self, records: list[dict[str, Any]]) -> None:
        rows = Rows()
        for record in records:
            read_update(record, rows, self._tickets.languages, self.source.channels)
        self.landing.add("ticket_comments", rows.comments)
        self.landing.add("ticket_changes", rows.changes)
        self.landing.add("ticket_events", rows.events)
        self._response_ids |= rows.response_ids
        if rows.nameless_responses:
            self.landing.note(
                f"{rows.nameless_responses} ticket events about surveys name no survey_response_id: the vendor's shape differs "
                "from what is known here"
            )

    def _read_metric_events(self, clock: datetime) -> None:
        start = self._goes_on_from("metric_events_read_through", clock)
        for records, reached in exports.by_time(self.api, METRIC_EVENTS, "ticket_metric_events", start):
            self.landing.add("ticket_metric_events", records)
            if reached is not None:
                self.progress.set("metric_events_read_through", reached)

    def _read_ratings(self, begin: datetime, end: datetime | None) -> None:
        asked = {"start_time": epoch(begin)} | ({"end_time": epoch(end)} if end else {})
        for records in exports.listed(self.api, RATINGS, "satisfaction_ratings", asked):
            languages = self._tickets.languages
            self.landing.add(
                "satisfaction_ratings",
                ({**record, "own": {"language": languages.get(record.get("ticket_id"))}} for record in records),
            )

    def _read_surveys(self, begin: datetime, end: datetime | None) -> None:
        """Answers that the list holds, and those that events named and it does not."""
        asked = {"filter[created_at_start]": epoch(begin) * 1000}
        if end:
            asked["filter[created_at_end]"] = epoch(end) * 1000
        for records in exports.listed(self.api, SURVEY_RESPONSES, "survey_responses", asked, may_be_absent=True):
            self._land_responses(records)
            self._response_ids -= {str(record.get("id")) for record in records}
        one = f"/api/v2/guide/{self.source.survey_locale}/survey_responses/"
        wanted = sorted(self._response_ids)
        shown = self.api.for_each(wanted, lambda each: self.api.get_json(f"{one}{each}", may_be_absent=True))
        self._land_responses([answer.get("survey_response", answer) for answer in shown if answer is not None])

    def _land_responses(self, records: list[dict[str, Any]]) -> None:
        rows = [response_row(record, self.source.survey_scales) for record in records]
        languages = self._tickets.languages
        for row in rows:
            row["language"] = languages.get(int(row["ticket_id"])) if (row["ticket_id"] or "").isdecimal() else None
        self.landing.add("survey_responses", rows)

    def _read_schedules(self, clock: datetime) -> None:
        versions: Versions = dict(self.progress.get("schedules") or {})
        holidays: dict[str, list[list[str]]] = dict(self.progress.get("holidays") or {})
        for records in exports.listed(self.api, SCHEDULES, "schedules", may_be_absent=True):
            for schedule in records:
                self.landing.add("schedule_intervals", schedule_rows(schedule, versions, clock, self.source.time_zones))
                self._read_holidays(schedule["id"], holidays, clock)
        self.progress.set("schedules", versions)
        self.progress.set("holidays", holidays)

    def _read_holidays(self, schedule_id: int, known: dict[str, list[list[str]]], clock: datetime) -> None:
        path = f"{SCHEDULES}/{schedule_id}/holidays"
        listed = [each for page in exports.listed(self.api, path, "holidays", may_be_absent=True) for each in page]
        rows, known[str(schedule_id)] = holiday_rows(schedule_id, listed, known.get(str(schedule_id), []), clock.date())
        self.landing.add("schedule_holidays", rows)

    def _read_deleted(self) -> None:
        for records in exports.listed(self.api, DELETED_TICKETS, "deleted_tickets"):
            self.landing.add("deleted_tickets", records)

    def _read_users(self) -> None:
        cursor = self.progress.get("users_cursor")
        for records, following in exports.by_cursor(self.api, USERS, "users", cursor, FIRST_USER):
            self._land_users(records)
            if following:
                self.progress.set("users_cursor", following)

    def _land_users(self, records: Iterable[dict[str, Any]]) -> None:
        users = list(records)
        self.landing.add("users", (shaped_user(user, self.source) for user in users))
        agents = [user for user in users if user.get("role") not in (None, "end-user")]
        self.landing.add("agents", (agent_row(user, self.source) for user in agents))

    def _count(self, clock: datetime) -> None:
        """The vendor's own number of tickets on each of the last whole days (UTC), deleted ones aside."""
        for number in range(1, self.source.reconciled_days + 1):
            day = clock.date() - timedelta(days=number)
            if day < self.source.start_date:
                break
            query = f"type:ticket created>={day}T00:00:00Z created<{day + timedelta(days=1)}T00:00:00Z"
            try:
                said = self.api.get_json(SEARCH_COUNT, {"query": query}, may_be_absent=True)
            except UnreachableSourceError as error:  # what was read is good without the vendor's own count
                self.landing.note(f"not counted: {error}")
                return
            if said is not None and isinstance(said.get("count"), int):
                self.landing.total("tickets", said["count"], day, "counted_created_at")

    def _first_second(self) -> int:
        """From when on the installation wants data; never in the minute that is not served."""
        now = self.api.server_clock
        return min(epoch(self._fetch.start), epoch(now - NOT_SERVED))

    def _goes_on_from(self, name: str, clock: datetime) -> int:
        reached = self.progress.get(name)
        if reached is None:
            return self._first_second()
        return min(int(reached) - OVERLAP_SECONDS, epoch(clock - NOT_SERVED))
