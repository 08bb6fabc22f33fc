"""A small Zammad instance, and an installation that reads it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from small_installation import SmallInstallation

from orchestration.demo.stand_ins.zammad import Instance

CLOCK = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
TOKEN = "canary-token-of-zammad"
BEFORE = CLOCK - timedelta(days=3)
CANARY = "ann.canary@example.com"
AGENT, CUSTOMER = 3, 7
COUNT = 24


def at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def make_instance() -> Instance:
    held = Instance(
        users={1: user(1, ""), AGENT: user(AGENT, "Agent"), CUSTOMER: user(CUSTOMER, "Customer")},
        groups=[{"id": 1, "name": "Incoming"}, {"id": 2, "name": "Sales"}],
        states=[
            state(1, "new", "new", 1),
            state(2, "open", "open", 2),
            state(4, "closed", "closed", 5),
            state(5, "merged", "merged", 6),
        ],
        priorities=[{"id": 2, "name": "2 normal"}],
        calendars=[calendar()],
        slas=[{"id": 1, "name": "Promise", "calendar_id": 1, "first_response_time": 60, "condition": {}}],
    )
    for number in range(1, COUNT + 1):
        add_ticket(held, number)
    return held


def add_ticket(instance: Instance, number: int, updated: datetime = BEFORE, **more) -> dict:
    """A closed ticket that a customer wrote, an agent answered, and that took a quarter of an hour."""
    created = BEFORE - timedelta(days=1)
    ticket = {
        "id": number,
        "group_id": 2,
        "priority_id": 2,
        "state_id": 4,
        "organization_id": None,
        "number": f"53{number:03d}",
        "title": f"Order {number} of {CANARY}",
        "owner_id": AGENT,
        "customer_id": CUSTOMER,
        "note": CANARY,
        "first_response_at": at(created + timedelta(minutes=42)),
        "first_response_in_min": 40,
        "close_at": at(created + timedelta(minutes=46)),
        "last_close_at": at(created + timedelta(minutes=46)),
        "create_article_type_id": 1,
        "create_article_sender_id": 2,
        "create_article_type": "email",
        "create_article_sender": "Customer",
        "time_unit": "15.0",
        "preferences": {"escalation_calculation": {"calendar_id": 1}},
        "updated_by_id": AGENT,
        "created_by_id": CUSTOMER,
        "created_at": at(created),
        "updated_at": at(updated),
    } | more
    instance.tickets[number] = ticket
    instance.articles[number] = [
        article(2 * number, number, "Customer", CUSTOMER, created, f"<p>Where is it? {CANARY}</p>"),
        article(2 * number + 1, number, "Agent", AGENT, created + timedelta(minutes=42), "<p>On its way</p>"),
    ]
    entry = {"o_id": number, "object": "Ticket", "created_at": at(created)}
    changed = entry | {"type": "updated", "created_by_id": AGENT, "created_at": at(created + timedelta(minutes=46))}
    names = {"value_from": "-", "value_to": "Bea Canary"}
    instance.histories[number] = [
        entry | {"id": 4 * number, "type": "created", "created_by_id": CUSTOMER},
        changed | {"id": 4 * number + 1, "attribute": "owner", "id_from": 1, "id_to": AGENT} | names,
        changed
        | {
            "id": 4 * number + 2,
            "attribute": "state",
            "id_from": 1,
            "id_to": 4,
            "value_from": "new",
            "value_to": "closed",
        },
        changed | {"id": 4 * number + 3, "attribute": "title", "value_from": CANARY, "value_to": "Order"},
    ]
    instance.time_accountings[number] = [accounting(number, number)]
    instance.tags[number] = ["parcel", "late"]
    return ticket


def article(number: int, ticket: int, sender: str, author: int, sent: datetime, body: str, **more) -> dict:
    return {
        "id": number,
        "ticket_id": ticket,
        "type_id": 1,
        "sender_id": 2,
        "from": f"Ann <{CANARY}>",
        "to": "help@example.com",
        "cc": None,
        "subject": CANARY,
        "content_type": "text/html",
        "body": body,
        "internal": False,
        "preferences": {},
        "updated_by_id": author,
        "created_by_id": author,
        "origin_by_id": None,
        "created_at": at(sent),
        "updated_at": at(sent),
        "attachments": [],
        "type": "email",
        "sender": sender,
        "created_by": CANARY,
        "updated_by": CANARY,
    } | more


def accounting(number: int, ticket: int, unit: str = "15.0") -> dict:
    moment = at(BEFORE)
    ids = {"id": number, "ticket_id": ticket, "ticket_article_id": 2 * ticket + 1, "type_id": 3, "created_by_id": AGENT}
    return ids | {"time_unit": unit, "created_at": moment, "updated_at": moment}


def user(number: int, role: str, **more) -> dict:
    name = {"login": f"user-{number}@example.com", "email": f"user-{number}@example.com", "firstname": "Bea"}
    times = {"created_at": at(BEFORE), "updated_at": at(BEFORE), "last_login": at(CLOCK)}
    return {
        "id": number,
        **name,
        "lastname": "Canary",
        "roles": [role],
        "active": True,
        "preferences": {},
        **times,
    } | more


def state(number: int, name: str, kind: str, type_id: int) -> dict:
    return {"id": number, "name": name, "state_type_id": type_id, "state_type": kind, "active": True}


def calendar() -> dict:
    open_day = {"active": True, "timeframes": [["09:00", "12:00"], ["13:00", "23:59"]]}
    closed_day = {"active": False, "timeframes": [["10:00", "14:00"]]}
    holidays = {
        "2026-12-25": {"active": True, "summary": "Christmas"},
        "2026-12-24": {"active": False, "summary": "Christmas Eve"},
    }
    hours = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), open_day) | dict.fromkeys(("sat", "sun"), closed_day)
    names = {"id": 1, "name": "Desk", "timezone": "Europe/Berlin", "default": True, "ical_url": ""}
    return names | {"business_hours": hours, "public_holidays": holidays}


def configure(installation: SmallInstallation, url: str, more: str = "") -> None:
    installation.configure(
        f'[[sources]]\nname = "za"\nkind = "zammad"\nbase_url = "{url}"\nmax_attempts = 2\n'
        f'time_accounting_unit = "minutes"\n{more}\n'
    )


def asked(zammad, pattern: str) -> list:
    return [request for request in zammad.requests if pattern in request.path]


def later(zammad, **by) -> datetime:
    zammad.requests.clear()
    zammad.clock += timedelta(**by)
    return zammad.clock


def holding(folder: Path, text: str) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]
