"""Why people write, what that costs, and what came of the changes."""

from collections.abc import Callable

from orchestration.demo.scoring.cells import Cells, Score, Truth, counted
from orchestration.demo.scoring.costs import caused
from orchestration.demo.scoring.plans import seed

REASONS = "secondary.rpt_contacts_by_reason_month"
TOPICS = "secondary.rpt_contact_topics_by_quarter"
BUGS = "secondary.rpt_bug_reports_by_month"
UNMAPPED = "secondary.rpt_unmapped_tags"
CHANGES = "drivers.rpt_change_effects_all_time"
OWNERS = "drivers.rpt_owners_by_month"


def _rows(name: str, value: int, *keys: int) -> Callable[[Truth], Cells]:
    """The column at `value` of the truth's rows `name`, by the columns at `keys`."""
    return lambda truth: counted(truth["reasons"][name], lambda row: row[value], *keys)


def _by_reason(column: str, place: int) -> Score:
    return Score(
        f"{column} by reason", REASONS,
        f"select contact_reason, created_month, coalesce({column}, 0) from {REASONS} where contact_count > 0",
        _rows("by_month", place, 0, 1),
    )  # fmt: skip


def _by_change(column: str, place: int) -> Score:
    return Score(
        column,
        CHANGES,
        f"select change_id, {column} from {CHANGES} where status = 'shipped'",
        _rows("changes", place, 0),
    )


def _worked(column: str, place: int) -> Score:
    """Contacts worked on and their time by reason and month of the work; all of it has a known cost in the world."""
    return Score(
        f"{column} by reason", REASONS, f"select contact_reason, created_month, {column} from {REASONS} where timed_contact_count > 0",
        _rows("worked", place, 0, 1),
    )  # fmt: skip


def _by_owner(truth: Truth) -> Cells:
    owners = {row["contact_reason"]: row["owner"] for row in seed("contact_reasons")}
    rows = [(owners[reason], *rest) for reason, *rest in truth["reasons"]["worked_by_week"]]
    return caused(truth, rows, 2, 0, 1)


def _of_change(side: str, place: int) -> Callable[[Truth], Cells]:
    return lambda truth: {(row[0],): row[place] for row in truth["reasons"]["changes_worked"] if row[1] == side}


def _cost_of_change(side: str) -> Callable[[Truth], Cells]:
    return lambda truth: caused(
        truth, [row for row in truth["reasons"]["changes_worked_by_week"] if row[1] == side], 2, 0
    )


REASON_SCORES = (
    *(_by_reason(column, place) for place, column in enumerate(("contact_count", "angry_count", "billing_count"), start=2)),
    *(
        _worked(column, place)
        for column, place in (("timed_contact_count", 2), ("costed_contact_count", 2), ("total_handle_calendar_seconds", 3))
    ),
    Score(
        "caused_cost_usd by reason", REASONS,
        f"select contact_reason, created_month, caused_cost_usd from {REASONS} where caused_cost_usd is not null",
        lambda truth: caused(truth, truth["reasons"]["worked_by_week"], 2, 0, 1),
    ),
    Score(
        "caused_cost_usd by owner", OWNERS,
        f"select owner, created_month, sum(caused_cost_usd) from {OWNERS} where caused_cost_usd is not null group by all", _by_owner,
    ),
    Score(
        "caused_cost_usd by cause of bugs", BUGS,
        f"select contact_reason, cause, created_month, sum(caused_cost_usd) from {BUGS} where caused_cost_usd is not null group by all",
        lambda truth: caused(truth, truth["reasons"]["bugs_worked_by_week"], 3, 0, 1, 2),
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
    Score(
        "contacts by topic", TOPICS, f"select topic_kind, topic, created_quarter, contact_count from {TOPICS}",
        _rows("topics", 3, 0, 1, 2),
    ),
    Score(
        "bug reports by cause", BUGS,
        f"select contact_reason, cause, created_month, sum(contact_count) from {BUGS} where contact_count > 0 group by all", _rows("bugs", 3, 0, 1, 2),
    ),
    Score("contacts with a label no rule knows", UNMAPPED, f"select label, contact_count from {UNMAPPED}", _rows("stray_tags", 1, 0)),
    Score(
        "of these, without a reason", UNMAPPED, f"select label, uncategorised_contact_count from {UNMAPPED}",
        _rows("stray_tags", 2, 0),
    ),
    *(
        _by_change(column, place)
        for place, column in enumerate(
            (
                "compared_week_count", "before_contact_count", "after_contact_count", "untouched_before_contact_count",
                "untouched_after_contact_count",
            ),
            start=1,
        )
    ),
    Score("contacts by owner, all", OWNERS, f"select created_month, sum(contact_count) from {OWNERS} where contact_count > 0 group by all", _rows("by_month", 2, 1)),
)  # fmt: skip
