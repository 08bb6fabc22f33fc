"""Why they wrote and what that took, counted from the world's own records.

Belongs here: contacts by stated reason, what their labels say, whose trouble it was, and the windows around changes. A change
of the seeds contact_reasons and contact_topic_rules that touches the world's labels is a change here.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from orchestration.demo import company, decisions, incidents, reasons, releases
from orchestration.demo.agents import CURRENCIES
from orchestration.demo.clock import DAY, HOUR, Flags, Ints, reporting_day
from orchestration.demo.contacts import BUYER

if TYPE_CHECKING:
    from orchestration.demo.world import Bookkeeping

FEATURE_TOPICS = (
    "dark mode", "sharing a wish list", "parcel on a map", "payment in instalments", "saved search", "gift wrapping", "size advice",
    "chat with the seller", "price alert", "barcode scan", "carbon footprint", "pick-up point",
)  # fmt: skip
TOPICS = {
    **{tag: ("feature", topic) for (tag, _), topic in zip(reasons.FEATURES, FEATURE_TOPICS, strict=True)},
    **{modifier: ("modifier", modifier) for modifier in reasons.MODIFIERS},
    reasons.SALES_LEAD: ("sales opportunity", "new sale"),
}
CATEGORIES = [*(reason.category for reason in reasons.REASONS), "none"]
NAMES = [*reasons.CODES, "uncategorised"]


def reason_truth(books: Bookkeeping, seed: int, at: int) -> dict[str, Any]:
    """Rows of each kind, sorted; months and quarters by their first day, money in dollars."""
    contact = np.flatnonzero(books.tickets.is_contact(at))
    day = reporting_day(books.tickets.about.created_at[contact])
    stated = books.tickets.stated[contact]
    stated = np.where(stated < 0, len(reasons.CODES), stated)
    tags = [set((each or "").split("|")) - {""} for each in books.tickets.tags.take(contact).to_pylist()]
    return {
        "by_month": _by_month(books, contact, stated, day, tags, at),
        "costs": _costs(books, seed, contact, stated, day, at),
        "topics": _topics(stated, day, tags),
        "topic_kinds": _topic_kinds(stated, day, tags),
        "bugs": _bugs(books, contact, stated, day, tags),
        "stray_tags": _stray_tags(stated, tags),
        "changes": _changes(stated, day, at),
    }


def periods(days: Ints, unit: str) -> list[str]:
    """The first day of each day's month (M) or quarter (Q)."""
    month = days.astype("datetime64[D]").astype("datetime64[M]")
    if unit == "Q":
        month = (month.astype(np.int64) // 3 * 3).astype("datetime64[M]")
    return month.astype("datetime64[D]").astype(str).tolist()


def _handled(books: Bookkeeping, at: int) -> tuple[Ints, Flags]:
    """Seconds worked on each ticket by the cut, and whether any work on it is known."""
    work, count = books.work, len(books.tickets)
    known = (work.started_at + work.seconds < at) & (work.ticket >= 0)
    seconds = np.bincount(work.ticket[known], work.seconds[known], count).astype(np.int64)
    return seconds, np.bincount(work.ticket[known], minlength=count) > 0


def _by_month(
    books: Bookkeeping, contact: Ints, stated: Ints, day: Ints, tags: list[set[str]], at: int
) -> list[list[Any]]:
    """(reason, month, contacts, angry, billing, contacts with known time, seconds)."""
    seconds, is_timed = _handled(books, at)
    counts: dict[tuple[str, str], list[int]] = {}
    for reason, month, said, spent, timed in zip(
        stated.tolist(), periods(day, "M"), tags, seconds[contact].tolist(), is_timed[contact].tolist(), strict=True
    ):
        cell = counts.setdefault((NAMES[reason], month), [0] * 5)
        for place, amount in enumerate((1, "angry" in said, "billing" in said, timed, spent)):
            cell[place] += int(amount)
    return [[*key, *counts[key]] for key in sorted(counts)]


def _costs(books: Bookkeeping, seed: int, contact: Ints, stated: Ints, day: Ints, at: int) -> list[list[Any]]:
    """(reason, month, dollars): time worked by the hourly cost of whoever worked, at the month's mean rate of exchange."""
    work, agents = books.work, books.agents
    rates = company.exchange_rate_history(seed).columns
    worth: dict[tuple[str, str], list[float]] = {}
    for currency, month, rate in zip(
        np.asarray(rates["currency_code"]).tolist(),
        periods(np.asarray(rates["rate_date"]), "M"),
        np.asarray(rates["usd_per_unit"]).tolist(),
        strict=True,
    ):
        worth.setdefault((currency, month), []).append(rate)
    known = np.flatnonzero((work.started_at + work.seconds < at) & (work.ticket >= 0))
    cost = np.zeros(len(books.tickets))
    for row, month in zip(known.tolist(), periods(reporting_day(work.started_at[known]), "M"), strict=True):
        agent = int(work.agent[row])
        mean = float(np.mean(worth[CURRENCIES[int(agents.currency[agent])], month]))
        cost[work.ticket[row]] += float(work.seconds[row]) / HOUR * float(agents.hourly_cost[agent]) * mean
    total: Counter[tuple[str, str]] = Counter()
    for reason, month, dollars in zip(stated.tolist(), periods(day, "M"), cost[contact].tolist(), strict=True):
        total[NAMES[reason], month] += dollars
    return [[*key, dollars] for key, dollars in sorted(total.items())]


def _category(reason: int, tags: set[str]) -> str:
    return "outage" if "outage" in tags else CATEGORIES[reason]


def _topics_said(stated: Ints, tags: list[set[str]]) -> list[set[tuple[str, str]]]:
    """Per contact its (kind, topic)s."""
    found = []
    for reason, said in zip(stated.tolist(), tags, strict=True):
        category = _category(reason, said)
        topics = {TOPICS[tag] for tag in said if tag in TOPICS} | {("category", category)}
        if category == "feature request" and not any(kind == "feature" for kind, _ in topics):
            topics.add(("feature", "not named"))
        found.append(topics)
    return found


def _topics(stated: Ints, day: Ints, tags: list[set[str]]) -> list[list[Any]]:
    """(kind, topic, quarter, contacts)."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for topics, quarter in zip(_topics_said(stated, tags), periods(day, "Q"), strict=True):
        counts.update((*topic, quarter) for topic in topics)
    return [[*key, count] for key, count in sorted(counts.items())]


def _topic_kinds(stated: Ints, day: Ints, tags: list[set[str]]) -> list[list[Any]]:
    """(kind, quarter, contacts with any topic of it)."""
    counts: Counter[tuple[str, str]] = Counter()
    for topics, quarter in zip(_topics_said(stated, tags), periods(day, "Q"), strict=True):
        counts.update((kind, quarter) for kind in {kind for kind, _ in topics})
    return [[*key, count] for key, count in sorted(counts.items())]


def _bugs(books: Bookkeeping, contact: Ints, stated: Ints, day: Ints, tags: list[set[str]]) -> list[list[Any]]:
    """(reason, cause, month, contacts, those that there would not have been without the planted trouble)."""
    about = books.tickets.about
    created, version = about.created_at[contact], about.version[contact]
    version = np.where(about.role[contact] == BUYER, version, -1)
    counts: dict[tuple[str, str, str], list[int]] = {}
    for row, (reason, month, said) in enumerate(zip(stated.tolist(), periods(day, "M"), tags, strict=True)):
        if _category(reason, said) not in ("bug report", "outage"):
            continue
        going_on = [
            incident
            for incident in (incidents.PAYMENT_BUG, incidents.OUTAGE)
            if incident.starts_at <= created[row] < incident.ends_at + DAY
            and (incident.app_version is None or version[row] == releases.INDEX[incident.app_version])
        ]
        cell = counts.setdefault((NAMES[reason], going_on[-1].name if going_on else "not known", month), [0, 0])
        cell[0] += 1
        cell[1] += int(about.cause[contact[row]] >= 0)
    return [[*key, *counts[key]] for key in sorted(counts)]


def _stray_tags(stated: Ints, tags: list[set[str]]) -> list[list[Any]]:
    """(tag, contacts, those without a reason, those with the reason that most of them have)."""
    of_tag: dict[str, Counter[str]] = {}
    for reason, said in zip(stated.tolist(), tags, strict=True):
        for tag in said & set(reasons.STRAY_TAGS):
            of_tag.setdefault(tag, Counter())[NAMES[reason]] += 1
    return [
        [
            tag, counts.total(), counts["uncategorised"],
            max((count for name, count in counts.items() if name != "uncategorised"), default=0),
        ]
        for tag, counts in sorted(of_tag.items())
    ]  # fmt: skip


def _changes(stated: Ints, day: Ints, at: int) -> list[list[Any]]:
    """(change, weeks, before, after, before and after of reasons that nothing was shipped for), of shipped changes."""
    shipped = [row for row in decisions.change_requests() if row[4] == "shipped"]
    touched = [NAMES.index(row[1]) for row in shipped]
    first, last = int(day.min()), int(reporting_day(np.array([at]))[0])
    result = []
    for row in shipped:
        here = int(np.datetime64(row[7]).astype("datetime64[D]").astype(np.int64))
        weeks = max(min(int(row[6] or 8), (last - here - 1) // 7, (here - first) // 7), 0)
        before, after = (day >= here - 7 * weeks) & (day < here), (day > here) & (day <= here + 7 * weeks)
        own, untouched = stated == NAMES.index(row[1]), ~np.isin(stated, touched)
        masks = (own & before, own & after, untouched & before, untouched & after)
        result.append([row[0], weeks, *(int(mask.sum()) for mask in masks)])
    return result
