"""The world's messages and changes as updates of tickets: what happened to one ticket in one second by one user is one update.

Belongs here: child events, in the forms in which the vendor writes ways of coming in (text, number, object).
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from orchestration.demo.stand_ins.zendesk_people import GROUPS, SYSTEM, agent_number, instant, user_id
from orchestration.demo.stand_ins.zendesk_streams import Record

FIRST_COMMENT = 2_000_000_000
FIRST_CHANGE = 4_000_000_000
FIRST_SURVEY_EVENT = 5_000_000_000
FIRST_UPDATE = 10_000_000_000
FIRST_TAGGING = 20_000_000_000
FIRST_SCHEDULING = 30_000_000_000
WAYS: dict[str | None, tuple[Any, Any, Any]] = {
    "email": ("Mail", 4, {"channel": "email", "source": {"from": {}, "to": {}, "rel": None}}),
    "chat": ("Chat", 29, {"channel": "chat", "source": {"from": {}, "to": {}, "rel": None}}),
    "web": ("Web form", 0, {"channel": "web", "source": {"from": {}, "to": {}, "rel": None}}),
    "app": ("Mobile SDK", "mobile_sdk", {"channel": "mobile_sdk", "source": {"from": {}, "to": {}, "rel": None}}),
    "telephone": ("Phone call (incoming)", 34, {"channel": "voice", "source": {"from": {}, "to": {}, "rel": "inbound"}}),
    None: ("Rule", 8, {"channel": "rule", "source": {"from": {"title": "a trigger"}, "to": {}, "rel": "trigger"}}),
}  # fmt: skip
"""The three forms of each way; of a rule under None."""
FIELDS = {"status": "status", "assignee": "assignee_id", "team": "group_id", "priority": "priority"}


class Updates:
    """Child events by ticket, second and user."""

    def __init__(self) -> None:
        self._children: dict[tuple[int, int, int], list[Record]] = defaultdict(list)

    def add(self, ticket: int, second: int, updater: int, child: Record) -> None:
        """One child event."""
        self._children[ticket, second, updater].append(child)

    def records(self) -> list[Record]:
        """The updates; each has the number of its first child."""
        return [
            {
                "id": FIRST_UPDATE + children[0]["id"],
                "ticket_id": ticket,
                "timestamp": second,
                "created_at": instant(second),
                "updater_id": updater,
                "via": children[0]["via"],
                "system": {"client": "", "location": "", "latitude": None, "longitude": None},
                "metadata": {"system": {}, "custom": {}},
                "event_type": "Audit",
                "child_events": children,
            }
            for (ticket, second, updater), children in self._children.items()
        ]


def add_comments(updates: Updates, messages: Iterable[Record], tickets: dict[str, Record]) -> None:
    """Comments; an automatic one comes by a rule, whoever signs it."""
    for row in messages:
        ticket = tickets[row["ticket_id"]]
        number = FIRST_COMMENT + int(row["message_id"].removeprefix("m-"))
        author = user_id(ticket) if row["author_role"] == "customer" else agent_number(row["agent_id"])
        child = {
            "id": number,
            "via": way(None if row["is_automatic"] else row["channel"], number),
            "via_reference_id": None,
            "type": "Comment",
            "event_type": "Comment",
            "author_id": author,
            "public": row["is_public"],
            "body": row["body"],
            "html_body": f"<p>{row['body']}</p>",
            "plain_body": row["body"],
            "attachments": [],
            "created_at": instant(row["sent_at"]),
        }
        updates.add(int(row["ticket_id"]), row["sent_at"], author, child)


def add_changes(updates: Updates, changes: Iterable[Record], tickets: dict[str, Record]) -> None:
    """Changes; what nobody did is a rule's, but for what a ticket begins with."""
    for row in changes:
        ticket = tickets[row["ticket_id"]]
        number = FIRST_CHANGE + int(row["change_id"].removeprefix("ch-"))
        is_first = row["old_value"] is None and row["changed_at"] == ticket["created_at"]
        updater = agent_number(row["agent_id"])
        if updater == SYSTEM and is_first:
            updater = user_id(ticket)
        child: Record = {
            "id": number,
            "via": way(None if updater == SYSTEM else ticket["channel"], number),
            "via_reference_id": None,
            "event_type": "Create" if is_first else "Change",
            FIELDS[row["field"]]: _value(row["field"], row["new_value"]),
        }
        if not is_first:
            child["previous_value"] = _value(row["field"], row["old_value"])
        ticket_number = int(row["ticket_id"])
        if ticket["merged_into_ticket_id"] and row["new_value"] == "closed":
            child |= {"via": "Merge", "via_reference_id": int(ticket["merged_into_ticket_id"])}
            tagged = {"id": FIRST_TAGGING + number, "via": "Merge", "via_reference_id": None, "event_type": "Change"}
            updates.add(ticket_number, row["changed_at"], updater, tagged | {"tags": ["closed_by_merge"]})
        updates.add(ticket_number, row["changed_at"], updater, child)


def add_schedules(updates: Updates, tickets: Iterable[Record], schedules: dict[str, int]) -> None:
    """The schedule that a rule gave to each ticket as it came."""
    for ticket in tickets:
        if ticket["calendar_id"]:
            number = FIRST_SCHEDULING + int(ticket["ticket_id"])
            child = {
                "id": number,
                "via": way(None, number),
                "via_reference_id": None,
                "event_type": "ScheduleAssignment",
                "previous_schedule_id": None,
                "new_schedule_id": schedules[ticket["calendar_id"]],
            }
            updates.add(int(ticket["ticket_id"]), ticket["created_at"], SYSTEM, child)


def way(channel: str | None, number: int) -> Any:
    """A way in one of its forms; of a rule for None."""
    return WAYS[channel][number % 3]


def _value(field: str, value: str | None) -> Any:
    if value is None:
        return None
    return (
        {"assignee": agent_number, "team": GROUPS.__getitem__}[field](value) if field in ("assignee", "team") else value
    )
