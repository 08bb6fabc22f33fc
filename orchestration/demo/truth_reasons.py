"""Why they wrote and what that took, counted from the world's own records.

Belongs here: contacts by stated reason, what their labels say, whose trouble it was, and the windows around changes. A change
of the seeds contact_reasons and contact_topic_rules that touches the world's labels is a change here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from orchestration.demo import decisions, incidents, reasons, releases
from orchestration.demo.clock import DAY, Flags, Ints, reporting_day, week_start
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


@dataclass(frozen=True)
class Work:
    """Stretches of work on contacts that are over: whose (a row of the contacts), on which day (since 1970), seconds."""

    contact: Ints
    day: Ints
    seconds: Ints

    def told(self, chosen: Flags, *keys: list[str]) -> list[list[Any]]:
        """(the keys' values, contacts, seconds) of the chosen stretches, sorted; each key has a value for each of them."""
        seconds: Counter[tuple[str, ...]] = Counter()
        whose: dict[tuple[str, ...], set[int]] = {}
        rows = zip(self.contact[chosen].tolist(), self.seconds[chosen].tolist(), *keys, strict=True)
        for contact, spent, *key in rows:
            seconds[tuple(key)] += spent
            whose.setdefault(tuple(key), set()).add(contact)
        return [[*key, len(whose[key]), seconds[key]] for key in sorted(seconds)]


def reason_truth(books: Bookkeeping, at: int) -> dict[str, Any]:
    """Rows of each kind, sorted; weeks, months and quarters by their first day."""
    contact = np.flatnonzero(books.tickets.is_contact(at))
    day = reporting_day(books.tickets.about.created_at[contact])
    stated = books.tickets.stated[contact]
    stated = np.where(stated < 0, len(reasons.CODES), stated)
    tags = [set((each or "").split("|")) - {""} for each in books.tickets.tags.take(contact).to_pylist()]
    work = _work(books, contact, at)
    names = [NAMES[reason] for reason in stated.tolist()]
    causes = _causes(books, contact, stated, tags)
    return {
        "by_month": _by_month(stated, day, tags),
        **_worked("worked", work, names),
        "topics": _topics(stated, day, tags),
        "topic_kinds": _topic_kinds(stated, day, tags),
        "bugs": _bugs(books, contact, stated, day, causes),
        **_worked("bugs_worked", work, names, causes),
        "stray_tags": _stray_tags(stated, tags),
        "changes": _changes(stated, day, at),
        "changes_worked": _changes_worked(stated, day, work, at),
        "changes_worked_by_week": _changes_worked(stated, day, work, at, by_week=True),
    }


def periods(days: Ints, unit: str) -> list[str]:
    """The first day of each day's month (M) or quarter (Q)."""
    month = days.astype("datetime64[D]").astype("datetime64[M]")
    if unit == "Q":
        month = (month.astype(np.int64) // 3 * 3).astype("datetime64[M]")
    return month.astype("datetime64[D]").astype(str).tolist()


def _weeks(days: Ints) -> list[str]:
    return week_start(days).astype("datetime64[D]").astype(str).tolist()


def _work(books: Bookkeeping, contact: Ints, at: int) -> Work:
    """What was worked on contacts by the cut."""
    work = books.work
    row_of = np.full(len(books.tickets) + 1, -1)
    row_of[contact] = np.arange(len(contact))
    known = np.flatnonzero((work.started_at + work.seconds < at) & (row_of[work.ticket] >= 0))
    return Work(row_of[work.ticket[known]], reporting_day(work.started_at[known]), work.seconds[known])


def _by_month(stated: Ints, day: Ints, tags: list[set[str]]) -> list[list[Any]]:
    """(reason, month, contacts, angry, billing)."""
    counts: dict[tuple[str, str], list[int]] = {}
    for reason, month, said in zip(stated.tolist(), periods(day, "M"), tags, strict=True):
        cell = counts.setdefault((NAMES[reason], month), [0] * 3)
        for place, amount in enumerate((1, "angry" in said, "billing" in said)):
            cell[place] += int(amount)
    return [[*key, *counts[key]] for key in sorted(counts)]


def _worked(name: str, work: Work, *labels: list[str]) -> dict[str, list[list[Any]]]:
    """(labels, month of the work, contacts worked on, seconds), and the same by week within the month, which is what cost goes by.

    labels: of each contact; one whose last label is empty is left out.
    """
    chosen = np.array([label != "" for label in labels[-1]], dtype=np.bool_)[work.contact]
    keys = [[label[contact] for contact in work.contact[chosen].tolist()] for label in labels]
    months, weeks = periods(work.day[chosen], "M"), _weeks(work.day[chosen])
    return {name: work.told(chosen, *keys, months), f"{name}_by_week": work.told(chosen, *keys, months, weeks)}


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


def _causes(books: Bookkeeping, contact: Ints, stated: Ints, tags: list[set[str]]) -> list[str]:
    """Of each contact that reports a bug or an outage what was going on; '' for all others."""
    about = books.tickets.about
    created, version = about.created_at[contact], about.version[contact]
    version = np.where(about.role[contact] == BUYER, version, -1)
    causes = []
    for row, (reason, said) in enumerate(zip(stated.tolist(), tags, strict=True)):
        going_on = [
            incident.name
            for incident in (incidents.PAYMENT_BUG, incidents.OUTAGE)
            if incident.starts_at <= created[row] < incident.ends_at + DAY
            and (incident.app_version is None or version[row] == releases.INDEX[incident.app_version])
        ]
        is_bug = _category(reason, said) in ("bug report", "outage")
        causes.append(["not known", *going_on][-1] if is_bug else "")
    return causes


def _bugs(books: Bookkeeping, contact: Ints, stated: Ints, day: Ints, causes: list[str]) -> list[list[Any]]:
    """(reason, cause, month, contacts, those that there would not have been without the planted trouble)."""
    counts: dict[tuple[str, str, str], list[int]] = {}
    for row, (reason, month, cause) in enumerate(zip(stated.tolist(), periods(day, "M"), causes, strict=True)):
        if cause:
            cell = counts.setdefault((NAMES[reason], cause, month), [0, 0])
            cell[0] += 1
            cell[1] += int(books.tickets.about.cause[contact[row]] >= 0)
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


def _windows(day: Ints, at: int) -> Iterator[tuple[str, int, int, int]]:
    """(change, its reason, day of shipping, whole weeks compared on each side) of the shipped changes."""
    first, last = int(day.min()), int(reporting_day(np.array([at]))[0])
    for row in decisions.change_requests():
        if row[4] == "shipped":
            here = int(np.datetime64(row[7]).astype("datetime64[D]").astype(np.int64))
            weeks = max(min(int(row[6] or 8), (last - here - 1) // 7, (here - first) // 7), 0)
            yield row[0], NAMES.index(row[1]), here, weeks


def _sides(day: Ints, here: int, weeks: int) -> tuple[Flags, Flags]:
    """Which days are in the weeks before and after."""
    return (day >= here - 7 * weeks) & (day < here), (day > here) & (day <= here + 7 * weeks)


def _changes(stated: Ints, day: Ints, at: int) -> list[list[Any]]:
    """(change, weeks, before, after, before and after of reasons that nothing was shipped for), of shipped changes."""
    windows = list(_windows(day, at))
    untouched = ~np.isin(stated, [reason for _, reason, *_ in windows])
    result = []
    for change, reason, here, weeks in windows:
        before, after = _sides(day, here, weeks)
        own = stated == reason
        masks = (own & before, own & after, untouched & before, untouched & after)
        result.append([change, weeks, *(int(mask.sum()) for mask in masks)])
    return result


def _changes_worked(stated: Ints, day: Ints, work: Work, at: int, *, by_week: bool = False) -> list[list[Any]]:
    """(change, side, [week,] contacts worked on, seconds) of the change's reason, by the day of the work."""
    result = []
    for change, reason, here, weeks in _windows(day, at):
        for side, inside in zip(("before", "after"), _sides(work.day, here, weeks), strict=True):
            chosen = inside & (stated[work.contact] == reason)
            keys = [_weeks(work.day[chosen])] if by_week else []
            result += [[change, side, *row] for row in work.told(chosen, *keys)]
    return result
