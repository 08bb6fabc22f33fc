"""Why people write, what that costs, and what came of the changes."""

from collections.abc import Callable

from orchestration.demo.scoring.cells import Cells, Score, Truth, counted

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


REASON_SCORES = (
    *(
        _by_reason(column, place)
        for place, column in enumerate(
            ("contact_count", "angry_count", "billing_count", "timed_contact_count", "total_handle_calendar_seconds"), start=2
        )
    ),
    Score(
        "contacts by topic", TOPICS, f"select topic_kind, topic, created_quarter, contact_count from {TOPICS}",
        _rows("topics", 3, 0, 1, 2),
    ),
    Score(
        "bug reports by cause", BUGS,
        f"select contact_reason, cause, created_month, sum(contact_count) from {BUGS} group by all", _rows("bugs", 3, 0, 1, 2),
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
    Score("contacts by owner, all", OWNERS, f"select created_month, sum(contact_count) from {OWNERS} group by all", _rows("by_month", 2, 1)),
)  # fmt: skip
