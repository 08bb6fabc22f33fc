"""What contacts took: resolutions, hands, messages, turns, effort, and whether the person had to come back."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from orchestration.demo.clock import DAY
from orchestration.demo.scoring.cells import Cells, Key, Score, Truth
from orchestration.demo.scoring.marts import Value, grouped, of_mart, over, part, share
from orchestration.demo.scoring.records import contacts, cut, monday_of, week_of

TICKETS = "core.fct_tickets"
EFFORTS = "direct.rpt_contact_efforts_by_reason_week"
AGAIN = "direct.rpt_next_contacts_by_week"
WINDOWS = (1, 3, 7, 14, 30)


def _attribute(name: str) -> Score:
    return Score(
        name, TICKETS, f"select ticket_id, {name} from {TICKETS}",
        lambda truth: {(contact.ticket_id,): getattr(contact, name) for contact in contacts(truth)},
    )  # fmt: skip


def _since_creation(name: str, ending: str) -> Score:
    def by(truth: Truth) -> Cells:
        return {
            (contact.ticket_id,): None
            if getattr(contact, ending) is None
            else getattr(contact, ending) - contact.created_at
            for contact in contacts(truth)
        }

    return Score(name, TICKETS, f"select ticket_id, {name} from {TICKETS}", by)


def _by_reason(truth: Truth) -> Mapping[Key, list[Any]]:
    return grouped(contacts(truth), lambda contact: (contact.contact_reason, contact.week))


def _sum(attribute: str) -> Value:
    """Over a cell's contacts; what did not happen adds nothing."""
    return lambda cell: sum(getattr(contact, attribute) or 0 for contact in cell)


def _per_contact(attribute: str) -> Value:
    return lambda cell: over(_sum(attribute)(cell), len(cell))


def _resolved(cell: list[Any]) -> list[Any]:
    return [contact for contact in cell if contact.resolved_at is not None]


def _touched(*replies: int) -> Value:
    return lambda cell: sum(contact.human_reply_count in replies for contact in _resolved(cell))


def _followed(truth: Truth) -> Mapping[Key, dict[str, int]]:
    """By market, window in days and week of the first resolution: who was resolved, watched long enough, and spared.

    A share has no window that is not over: who has not been watched that long is not among the judged.
    """
    cells: dict[Key, dict[str, int]] = defaultdict(
        lambda: dict.fromkeys(("resolved", "judged", "same_issue", *AVOIDED), 0)
    )
    until = cut(truth)
    for contact in contacts(truth):
        if contact.first_resolved_at is None:
            continue
        for days in WINDOWS:
            cell = cells[contact.market, days, week_of(contact.first_resolved_at)]
            cell["resolved"] += 1
            cell["same_issue"] += not _no_sooner(contact.same_issue_calendar_seconds, days * DAY)
            if until - contact.first_resolved_at >= days * DAY:
                cell["judged"] += 1
                for name, is_avoided in AVOIDED.items():
                    cell[name] += is_avoided(contact, days * DAY)
    return cells


def _whole(truth: Truth) -> Mapping[Key, dict[str, int]]:
    """Cells whose week, and whose windows all, are over."""
    first_open = str(monday_of(cut(truth)))
    return {
        key: cell
        for key, cell in _followed(truth).items()
        if cell["judged"] == cell["resolved"] and key[2] < first_open
    }


def _no_sooner(seconds: int | None, window: int) -> bool:
    return seconds is None or seconds >= window


AVOIDED: dict[str, Callable[[Any, int], bool]] = {
    "next_contact_avoided": lambda contact, window: _no_sooner(contact.next_contact_calendar_seconds, window),
    "next_same_contact_avoided": lambda contact, window: _no_sooner(contact.next_same_contact_calendar_seconds, window),
    "first_contact_resolved": lambda contact, window: _no_sooner(contact.same_issue_calendar_seconds, window),
}
CONTACTS: tuple[Score, ...] = (
    *(
        _attribute(name)
        for name in (
            "reopen_count", "human_reply_count", "customer_message_count", "replying_agent_count",
            "hand_off_count", "escalation_count", "next_response_count", "conversation_calendar_seconds",
            "total_reply_calendar_seconds", "requester_wait_calendar_seconds", "agent_wait_calendar_seconds",
            "on_hold_calendar_seconds",
        )
    ),
    _since_creation("first_resolution_calendar_seconds", "first_resolved_at"),
    _since_creation("resolution_calendar_seconds", "resolved_at"),
    *of_mart(
        EFFORTS, "contact_reason, created_week", _by_reason,
        {
            "contact_count": len,
            "chaser_count": _sum("is_chaser"),
            "chaser_ratio": _per_contact("is_chaser"),
            "resolved_count": lambda cell: len(_resolved(cell)),
            "one_touch_count": _touched(1),
            "one_touch_ratio": lambda cell: over(_touched(1)(cell), len(_resolved(cell))),
            "two_touch_count": _touched(2),
            "two_touch_ratio": lambda cell: over(_touched(2)(cell), len(_resolved(cell))),
            "replies_per_resolution": lambda cell: over(
                sum(contact.human_reply_count for contact in _resolved(cell)), len(_resolved(cell))
            ),
            "customer_message_count": _sum("customer_message_count"),
            "customer_messages_per_contact": _per_contact("customer_message_count"),
            "hand_off_count": _sum("hand_off_count"),
            "total_conversation_calendar_seconds": _sum("conversation_calendar_seconds"),
            "total_requester_wait_calendar_seconds": _sum("requester_wait_calendar_seconds"),
        },
    ),
    *of_mart(
        AGAIN, "market, window_days, resolved_week", _followed,
        {
            "resolved_count": part("resolved"),
            "judged_count": part("judged"),
            "same_issue_count": part("same_issue"),
            **{f"{name}_count": part(name) for name in AVOIDED},
            **{f"{name}_ratio": share(name, "judged") for name in AVOIDED},
        },
    ),
    *of_mart(
        AGAIN, "market, window_days, resolved_week", _whole,
        {"first_contact_resolved_completed_ratio": lambda cell: 1 - cell["same_issue"] / cell["resolved"]},
        where="is_complete",
        why="the world's desk ends where the data end, so that what comes of younger weeks is known to nobody: that the estimate's "
        "interval holds it is tested on 200 simulated desks",
    ),
)  # fmt: skip
