"""Two processes of the volume test: a Zendesk account that makes its records as they are asked for, and an extraction of it.

serve TICKETS           prints its URL, and serves until its input ends
extract HOME URL        prints seconds, processor seconds and peak memory as JSON
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from small_installation import SmallInstallation, accounted
from zendesk_account import AGENT, CUSTOMER, comment, iso, ticket, update, user

from orchestration.demo.stand_ins.zendesk import ZendeskStandIn
from orchestration.demo.stand_ins.zendesk_streams import ZendeskData, event_stream, ticket_stream, user_stream

BEGIN = datetime(2024, 11, 1, tzinfo=UTC)
APART = timedelta(seconds=600)
"""From one ticket to the next; 100,000 take not quite two years."""
AGENTS = 40
TICKETS_PER_CUSTOMER = 3
TEXT = (
    "I ordered this three weeks ago and it has not come. The tracking does not move. Please tell me where it is. " * 3
)


class Generated(Sequence[dict[str, Any]]):
    """Records that are made when they are looked at."""

    def __init__(self, count: int, make: Callable[[int], dict[str, Any]]) -> None:
        self._count = count
        self._make = make

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, wanted: Any) -> Any:
        if isinstance(wanted, slice):
            return [self._make(number) for number in range(*wanted.indices(self._count))]
        return self._make(wanted)


def account(tickets: int) -> ZendeskData:
    """An account in which every ticket has two updates with five child events."""
    return ZendeskData(
        tickets=ticket_stream(Generated(tickets, _ticket), is_ordered=True),
        ticket_events=event_stream(Generated(2 * tickets, _update), is_ordered=True),
        users=user_stream(Generated(AGENTS + tickets // TICKETS_PER_CUSTOMER + 1, _user), is_ordered=True),
        groups=[{"id": 7, "name": "Buyer Support", "deleted": False, "updated_at": iso(BEGIN)}],
    )


def _asker(number: int) -> int:
    return CUSTOMER + number // TICKETS_PER_CUSTOMER


def _ticket(number: int) -> dict[str, Any]:
    created = BEGIN + number * APART
    return ticket(number + 1, created + timedelta(seconds=400)) | {
        "created_at": iso(created),
        "requester_id": _asker(number),
        "submitter_id": _asker(number),
        "assignee_id": AGENT + number % AGENTS,
        "description": TEXT,
    }


def _update(number: int) -> dict[str, Any]:
    ticket_number, is_answer = divmod(number, 2)
    at = BEGIN + ticket_number * APART + timedelta(seconds=300 * is_answer)
    first, agent, asker = 10 * number, AGENT + ticket_number % AGENTS, _asker(ticket_number)
    if is_answer:
        children = [
            comment(first + 1, agent, at, TEXT),
            {"id": first + 2, "event_type": "Change", "status": "solved", "previous_value": "new"},
        ]
    else:
        children = [
            comment(first + 1, asker, at, TEXT),
            {"id": first + 2, "event_type": "Create", "status": "new"},
            {"id": first + 3, "event_type": "Create", "group_id": 7},
        ]
    return update(first, at, agent if is_answer else asker, *children, ticket_id=ticket_number + 1)


def _user(number: int) -> dict[str, Any]:
    if number < AGENTS:
        return user(AGENT + number, "agent", updated_at=iso(BEGIN))
    return user(CUSTOMER + number - AGENTS, updated_at=iso(BEGIN))


def _serve(tickets: int) -> None:
    with ZendeskStandIn(account(tickets), client_id="id", client_secret="secret") as stand_in:
        print(stand_in.url, flush=True)
        sys.stdin.read()


def _extract(home: Path, url: str) -> None:
    os.environ |= {"ZENDESK_CLIENT_ID": "id", "ZENDESK_CLIENT_SECRET": "secret"}
    installation = SmallInstallation(home)
    # Without the count by days: this account would have to make each of its tickets to count them.
    settings = 'language = "en"\norder_field = 360001\nreconciled_days = 0'
    installation.configure(f'[[sources]]\nname = "zd"\nkind = "zendesk"\nbase_url = "{url}"\n{settings}\n')
    began = time.monotonic()
    result = installation.extract("zd")
    seconds = time.monotonic() - began
    usage = resource.getrusage(resource.RUSAGE_SELF)
    said = {
        "status": result.status,
        "message": result.message,
        "is_accounted": accounted(result),
        "landed": {table["table_name"]: table["rows_landed"] for table in result.tables},
        "seconds": seconds,
        "processor_seconds": usage.ru_utime + usage.ru_stime,
        "peak_megabytes": usage.ru_maxrss / 1024,
    }
    print(json.dumps(said))


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        _serve(int(sys.argv[2]))
    else:
        _extract(Path(sys.argv[2]), sys.argv[3])
