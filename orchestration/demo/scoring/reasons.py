"""Why people write, whose that is and what it costs, and what came of the changes."""

import calendar
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from orchestration.demo.scoring.cells import Cells as Counts
from orchestration.demo.scoring.cells import Key, Score, Truth
from orchestration.demo.scoring.costs import caused
from orchestration.demo.scoring.marts import of_mart, over, part, share
from orchestration.demo.scoring.plans import seed
from orchestration.demo.scoring.records import cut, day_of

REASONS = "secondary.rpt_contacts_by_reason_month"
TOPICS = "secondary.rpt_contact_topics_by_quarter"
BUGS = "secondary.rpt_bug_reports_by_month"
UNMAPPED = "secondary.rpt_unmapped_tags"
CHANGES = "drivers.rpt_change_effects_all_time"
OWNERS = "drivers.rpt_owners_by_month"
WINDOWS = (
    "compared_week_count", "before_contact_count", "after_contact_count", "untouched_before_contact_count",
    "untouched_after_contact_count",
)  # fmt: skip
Cells = Mapping[Key, Mapping[str, Any]]


def _rows(name: str, *parts: str) -> Callable[[Truth], Cells]:
    """The truth's rows `name` by their first columns, the last ones with a name."""
    return lambda truth: {
        tuple(row[: -len(parts)]): dict(zip(parts, row[-len(parts) :], strict=True)) for row in truth["reasons"][name]
    }


def _by_month(truth: Truth) -> Cells:
    """By reason and month, beside all contacts of the month."""
    cells = _rows("by_month", "contacts", "angry", "billing")(truth)
    months: Counter[str] = Counter()
    for (_, month), cell in cells.items():
        months[month] += cell["contacts"]
    return {key: {**cell, "month": months[key[1]]} for key, cell in cells.items()}


def _topics(truth: Truth) -> Cells:
    kinds = {(kind, quarter): count for kind, quarter, count in truth["reasons"]["topic_kinds"]}
    cells = _rows("topics", "contacts")(truth)
    return {key: {**cell, "kind": kinds[key[0], key[2]]} for key, cell in cells.items()}


def _bugs(truth: Truth) -> Counts:
    return {tuple(key): contacts for *key, contacts, _ in truth["reasons"]["bugs"]}


def _stray(truth: Truth) -> Cells:
    cells = _rows("stray_tags", "contacts", "without", "usual")(truth)
    return {key: {**cell, "with": cell["contacts"] - cell["without"]} for key, cell in cells.items()}


def _owned(truth: Truth) -> Cells:
    """By who owns the reasons, their department and month; days of a month that is over."""
    owners = {row["contact_reason"]: (row["owner"], row["department"]) for row in seed("contact_reasons")}
    counts: dict[Key, int] = defaultdict(int)
    for (reason, month), cell in _by_month(truth).items():
        counts[*owners[reason], month] += cell["contacts"]
    cells = {}
    for key, contacts in counts.items():
        first = date.fromisoformat(key[2])
        days = calendar.monthrange(first.year, first.month)[1]
        is_over = first.replace(day=days) < day_of(cut(truth))
        cells[key] = {"contacts": contacts, "days": days if is_over else None}
    return cells


def _cost_by_owner(truth: Truth) -> Counts:
    owners = {row["contact_reason"]: row["owner"] for row in seed("contact_reasons")}
    rows = [(owners[reason], *rest) for reason, *rest in truth["reasons"]["worked_by_week"]]
    return caused(truth, rows, 2, 0, 1)


def _of_change(side: str, place: int) -> Callable[[Truth], Counts]:
    return lambda truth: {(row[0],): row[place] for row in truth["reasons"]["changes_worked"] if row[1] == side}


def _cost_of_change(side: str) -> Callable[[Truth], Counts]:
    return lambda truth: caused(
        truth, [row for row in truth["reasons"]["changes_worked_by_week"] if row[1] == side], 2, 0
    )


def _compared(cell: Mapping[str, Any]) -> float | None:
    """After by before, by the same of the reasons that nothing was done about."""
    own = over(cell["after_contact_count"], cell["before_contact_count"])
    others = over(cell["untouched_after_contact_count"], cell["untouched_before_contact_count"])
    return over(own, others)


REASON_SCORES: tuple[Score, ...] = (
    *of_mart(
        REASONS, "contact_reason, created_month", _by_month,
        {
            "contact_count": part("contacts"),
            "contact_ratio": share("contacts", "month"),
            "angry_contact_count": part("angry"),
            "billing_contact_count": part("billing"),
        },
        columns={
            "angry_contact_count": "angry_count",
            "billing_contact_count": "billing_count",
        },
        where="contact_count > 0",
    ),
    *of_mart(
        REASONS, "contact_reason, created_month", _rows("worked", "timed", "seconds"),
        {
            "timed_contact_count": part("timed"),
            "costed_contact_count": part("timed"),
            "handle_calendar_seconds_by_reason": part("seconds"),
            "handle_calendar_seconds_per_contact": share("seconds", "timed"),
        },
        columns={
            "handle_calendar_seconds_by_reason": "total_handle_calendar_seconds",
            "handle_calendar_seconds_per_contact": "timed_handle_calendar_seconds_mean",
        },
        where="timed_contact_count > 0",
    ),
    Score(
        "caused_cost_usd", REASONS,
        f"select contact_reason, created_month, caused_cost_usd from {REASONS} where caused_cost_usd is not null",
        lambda truth: caused(truth, truth["reasons"]["worked_by_week"], 2, 0, 1),
    ),
    Score(
        "caused_cost_usd", OWNERS,
        f"select owner, created_month, sum(caused_cost_usd) from {OWNERS} where caused_cost_usd is not null group by all",
        _cost_by_owner,
    ),
    Score(
        "caused_cost_usd", BUGS,
        f"select contact_reason, cause, created_month, sum(caused_cost_usd) from {BUGS} where caused_cost_usd is not null group by all",
        lambda truth: caused(truth, truth["reasons"]["bugs_worked_by_week"], 3, 0, 1, 2),
    ),
    *of_mart(
        TOPICS, "topic_kind, topic, created_quarter", _topics,
        {"contact_count": part("contacts"), "kind_contact_ratio": share("contacts", "kind")},
    ),
    Score(
        "contact_count", BUGS, f"select contact_reason, cause, created_month, sum(contact_count) from {BUGS} where contact_count > 0 group by all", _bugs,
    ),
    *of_mart(
        UNMAPPED, "label", _stray,
        {
            "contact_count": part("contacts"),
            "uncategorised_contact_count": part("without"),
            "usual_contact_ratio": share("usual", "with"),
        },
    ),
    *of_mart(
        OWNERS, "owner, department, created_month", _owned,
        {"contact_count": part("contacts"), "contacts_per_day": share("contacts", "days")},
        where="contact_count > 0",
    ),
    *of_mart(
        CHANGES, "change_id", _rows("changes", *WINDOWS),
        {**{name: part(name) for name in WINDOWS}, "adjusted_after_per_before": _compared},
        where="status = 'shipped'",
    ),
    *(
        Score(
            f"{side}_{column}", CHANGES,
            f"select change_id, {side}_{column} from {CHANGES} where {side}_costed_contact_count > 0", cells,
        )
        for side in ("before", "after")
        for column, cells in (
            ("costed_contact_count", _of_change(side, 2)), ("handle_calendar_seconds", _of_change(side, 3)),
            ("caused_cost_usd", _cost_of_change(side)),
        )
    ),
)  # fmt: skip
