"""Reading a Zammad instance: its lists and users, the tickets that changed with all that belongs to them, and what is gone.

Three or four requests per changed ticket: articles, history and tags, and the accounted time unless the ticket says that
there is none.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from orchestration.extract.api.calls import Api
from orchestration.extract.api.fetching import Fetch
from orchestration.extract.faults import NotPermittedError, UnusableDeliveryError
from orchestration.extract.zammad import records
from orchestration.extract.zammad.reading import (
    API,
    Record,
    changed_tickets,
    pages,
    search_index_knows,
    whole_list,
)
from orchestration.extract.zammad.sweep import sweep

BATCH = 100
"""Tickets that are landed together."""


@dataclass(frozen=True)
class Reading:
    """One reading: the frame, the instance, and which users are agents."""

    fetch: Fetch
    api: Api
    agents: frozenset[int]


def fetch(fetch: Fetch) -> None:
    """Read the lists, the tickets that changed since the last run or in the window, and now and then what is gone."""
    api = fetch.open(headers={"Authorization": f"Token token={fetch.secrets['token_env']}"})
    clock = api.server_clock
    _lists(fetch, api)
    reading = Reading(fetch, api, _users(fetch, api))
    landed = _tickets(reading, _changed(reading))
    if fetch.window is None:
        if _is_sweep_due(fetch, clock):
            _sweep(reading, clock, landed)
        fetch.progress.set("tickets_read_through", clock.isoformat())
    fetch.complete_through(clock)


def _lists(fetch: Fetch, api: Api) -> None:
    """The instance's own lists; those that only administrators may read are left out where the token may not."""
    source, landing = fetch.source, fetch.landing
    states = [records.state_record(source, state) for state in whole_list(api, "ticket_states", expand="true")]
    unknown = sorted(state["name"] for state in states if state["status"] is None)
    if unknown:
        landing.note(
            f"states of an unknown type, whose tickets have no status (set it under statuses): {', '.join(unknown)}"
        )
    landing.add("ticket_states", states)
    landing.add("ticket_groups", [records.group_record(source, group) for group in whole_list(api, "groups")])
    landing.add("ticket_priorities", _fields(whole_list(api, "ticket_priorities"), ("id", "name")))
    optional = {
        "calendars": ("id", "name", "timezone", "business_hours", "public_holidays"),
        "slas": ("id", "name", "calendar_id", "first_response_time", "update_time", "solution_time"),
    }
    for name, fields in optional.items():
        try:
            landing.add(name, _fields(whole_list(api, name), fields))
        except NotPermittedError:
            landing.note(f"the token may not read {name} (admin.{name.removesuffix('s')}), which are left out")


def _users(fetch: Fetch, api: Api) -> frozenset[int]:
    """Land agents and customers; returns the ids of all who are or ever were agents."""
    agents = {int(row[0]) for row in fetch.known("agents", "id") if row[0]}
    fetch.landing.add("agents", [])
    fetch.landing.add("customers", [])
    has_roles = False
    for page in pages(api, "users", expand="true"):
        users = [user for user in page if user["id"] != records.NOBODY]
        has_roles = has_roles or any(user.get("roles") for user in users)
        agents |= {user["id"] for user in users if records.is_agent(fetch.source, user)}
        of_agents = [user for user in users if user["id"] in agents]
        customers = [user for user in users if user["id"] not in agents or "Customer" in (user.get("roles") or [])]
        fetch.landing.add("agents", [records.agent_record(fetch.source, user) for user in of_agents])
        fetch.landing.add("customers", [records.customer_record(fetch.source, user) for user in customers])
    if not has_roles:
        raise UnusableDeliveryError(f"{API}/users names no user's roles, so that nobody can be told to be an agent")
    if not agents:
        fetch.landing.note("no user has a role of agent_roles, so that no agent is known")
    return frozenset(agents)


def _changed(reading: Reading) -> Iterator[Record]:
    """The tickets to read: all at first, later those that changed."""
    fetch, api = reading.fetch, reading.api
    changes = fetch.source.changes
    if fetch.window is not None:
        found = changed_tickets(api, changes, fetch.window.begin, fetch.window.end)
    elif fetch.progress.get("tickets_read_through") is None:
        found = changed_tickets(api, "listing", fetch.start)
    else:
        since = fetch.since("tickets_read_through")
        found = changed_tickets(api, changes, since)
    is_any = False
    for page in found:
        is_any = is_any or bool(page)
        yield from page
    if (
        not is_any
        and changes == "search_index"
        and not search_index_knows(api, fetch.start)
        and fetch.known("tickets", "id")
    ):
        raise UnusableDeliveryError(
            'the search index knows none of the tickets: without Elasticsearch set changes = "database" or "listing"'
        )


def _tickets(reading: Reading, tickets: Iterable[Record]) -> set[int]:
    """Land tickets with what belongs to each; returns the ids of those that were still there."""
    landing = reading.fetch.landing
    for table in ("tickets", "ticket_articles", "ticket_histories", "time_accountings", "ticket_deletions"):
        landing.add(table, [])
    landed: set[int] = set()
    batch: dict[str, list[Record]] = {}
    for found in reading.api.for_each(tickets, lambda ticket: _whole_ticket(reading, ticket)):
        for table, rows in found.items():
            batch.setdefault(table, []).extend(rows)
        landed |= {ticket["id"] for ticket in found.get("tickets", [])}
        if len(batch.get("tickets", [])) >= BATCH:
            _land(reading, batch)
    _land(reading, batch)
    return landed


def _land(reading: Reading, batch: dict[str, list[Record]]) -> None:
    for table, rows in batch.items():
        reading.fetch.landing.add(table, rows)
    batch.clear()


def _whole_ticket(reading: Reading, ticket: Record) -> dict[str, list[Record]]:
    """A ticket's records by table; none if it was deleted since it was listed."""
    source, api, agents = reading.fetch.source, reading.api, reading.agents
    number = ticket["id"]
    paths = {
        "articles": (f"ticket_articles/by_ticket/{number}", {"expand": "true"}),
        "history": (f"ticket_history/{number}", None),
        "tags": ("tags", {"object": "Ticket", "o_id": number}),
    }
    if ticket.get("ticket_time_accounting_ids") != []:  # an instance that does not say has to be asked
        paths["accountings"] = (f"tickets/{number}/time_accountings", None)
    answers: dict[str, Any] = {}
    for name, (path, params) in paths.items():
        answers[name] = api.get_json(f"{API}/{path}", params, may_be_absent=True)
        if answers[name] is None:
            return _gone(api, number, path)
    articles, accountings = answers["articles"], answers.get("accountings", [])
    history, tags = answers["history"].get("history"), answers["tags"].get("tags")
    if history is None or tags is None:
        raise UnusableDeliveryError(
            f"{API}/{paths['history' if history is None else 'tags'][0]} answers with no such list"
        )
    return {
        "tickets": [records.ticket_record(source, ticket, articles, accountings, tags, agents)],
        "ticket_articles": [records.article_record(source, article, ticket, agents) for article in articles],
        "ticket_histories": records.history_records(history, agents),
        "time_accountings": [records.accounting_record(source, each, agents) for each in accountings],
    }


def _gone(api: Api, number: int, path: str) -> dict[str, list[Record]]:
    if api.get_json(f"{API}/tickets/{number}", may_be_absent=True) is not None:
        raise UnusableDeliveryError(
            f"{API}/{path} is not there, though the ticket is: the instance lacks what is asked for"
        )
    return {}


def _is_sweep_due(fetch: Fetch, clock: datetime) -> bool:
    swept_at = fetch.progress.get("swept_at")
    return swept_at is None or clock - datetime.fromisoformat(swept_at) >= timedelta(days=fetch.source.sweep_days)


def _sweep(reading: Reading, clock: datetime, landed: set[int]) -> None:
    """Note which tickets are gone, and read those that were overlooked."""
    fetch, landing = reading.fetch, reading.fetch.landing
    known = {int(row[0]) for row in fetch.known("tickets", "id") if row[0]}
    noted = fetch.known("ticket_deletions", "ticket_id", "noticed_at")
    deleted = {int(row[0]) for row in noted if row[0] and row[1]}
    found = sweep(reading.api, known - deleted)
    if found is None:
        landing.note(
            "the listing of all tickets kept changing, so that none was counted as deleted; the next run tries again"
        )
        return
    if found.hidden:
        landing.note(f"{len(found.hidden):,} known tickets may no longer be read: check the groups of the token's user")
    moment = f"{clock:%Y-%m-%dT%H:%M:%SZ}"
    landing.add("ticket_deletions", [{"ticket_id": each, "noticed_at": moment} for each in found.deleted])
    back = sorted(deleted & found.listed.keys())
    landing.add("ticket_deletions", [{"ticket_id": each, "noticed_at": None} for each in back])
    wanted = {each for each, moment in found.listed.items() if moment >= fetch.start}
    overlooked = sorted(wanted - known - landed)
    if overlooked:
        if known:
            landing.note(f"{len(overlooked):,} tickets that the changes did not show were found by listing all")
        asked = reading.api.for_each(overlooked, lambda each: _one(reading.api, each))
        _tickets(reading, [ticket for ticket in asked if ticket is not None])
    of_interest = len(found.listed.keys() & (known | wanted))
    landing.total("tickets", of_interest + len(deleted | {*found.deleted}) - len(back))
    fetch.progress.set("swept_at", clock.isoformat())


def _one(api: Api, number: int) -> Record | None:
    return api.get_json(f"{API}/tickets/{number}", {"expand": "true"}, may_be_absent=True)


def _fields(found: list[Record], names: tuple[str, ...]) -> list[Record]:
    return [{name: each[name] for name in names if name in each} for each in found]
