"""What contacts took: resolutions, hands, messages, turns, effort, and whether the person had to come back."""

from collections.abc import Callable
from typing import Any

from orchestration.demo.clock import DAY
from orchestration.demo.scoring.cells import Cells, Score, Truth
from orchestration.demo.scoring.records import contacts, cut, week_of

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


def _effort(column: str, value: Callable[[Any], float | None]) -> Score:
    def by(truth: Truth) -> Cells:
        totals: dict[Any, float | None] = {}
        for contact in contacts(truth):
            key = (contact.contact_reason, contact.week)
            totals[key] = (totals.get(key) or 0) + (value(contact) or 0)
        return totals

    return Score(column, EFFORTS, f"select contact_reason, created_week, coalesce({column}, 0) from {EFFORTS}", by)


def _again(column: str, counts: Callable[[Any, int], bool], *, followed: bool = True) -> Score:
    """A count of resolved contacts by market, window in days and week of the first resolution."""

    def by(truth: Truth) -> Cells:
        cells: dict[Any, float | None] = {}
        for contact in contacts(truth):
            if contact.first_resolved_at is None:
                continue
            followed_seconds = cut(truth) - contact.first_resolved_at
            for days in WINDOWS:
                key = (contact.market, days, week_of(contact.first_resolved_at))
                is_judged = followed_seconds >= days * DAY or not followed
                cells[key] = (cells.get(key) or 0) + (is_judged and counts(contact, days * DAY))
        return cells

    return Score(column, AGAIN, f"select market, window_days, resolved_week, {column} from {AGAIN}", by)


def _no_sooner(seconds: int | None, window: int) -> bool:
    return seconds is None or seconds >= window


CONTACTS = (
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
    _effort("contact_count", lambda _: 1),
    _effort("chaser_count", lambda contact: contact.is_chaser),
    _effort("resolved_count", lambda contact: contact.resolved_at is not None),
    _effort("one_touch_count", lambda contact: contact.resolved_at is not None and contact.human_reply_count == 1),
    _effort("two_touch_count", lambda contact: contact.resolved_at is not None and contact.human_reply_count == 2),
    _effort("hand_off_count", lambda contact: contact.hand_off_count),
    _effort("total_conversation_calendar_seconds", lambda contact: contact.conversation_calendar_seconds),
    _effort("total_requester_wait_calendar_seconds", lambda contact: contact.requester_wait_calendar_seconds),
    _again("resolved_count", lambda *_: True, followed=False),
    _again("judged_count", lambda *_: True),
    _again(
        "next_contact_avoided_count", lambda contact, window: _no_sooner(contact.next_contact_calendar_seconds, window)
    ),
    _again(
        "next_same_contact_avoided_count",
        lambda contact, window: _no_sooner(contact.next_same_contact_calendar_seconds, window),
    ),
    _again(
        "first_contact_resolved_count",
        lambda contact, window: _no_sooner(contact.same_issue_calendar_seconds, window),
    ),
    _again(
        "same_issue_count", lambda contact, window: not _no_sooner(contact.same_issue_calendar_seconds, window), followed=False
    ),
)  # fmt: skip
