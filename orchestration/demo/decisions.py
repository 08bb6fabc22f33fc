"""What the simulated marketplace's people decided and wrote into seeds of their own.

Belongs here: facts that no system delivers. Those that hold for any installation are the project's seeds.
"""

import csv
import io

import numpy as np

from orchestration.demo import incidents, releases
from orchestration.demo.clock import reporting_day
from orchestration.settings import Home

SHIPPED_IN = {"how_to": "4.6.1", "payment_problem": "5.3.1"}
"""The versions that ended the confusing release and the payment bug."""
CHANGE_COLUMNS = (
    "change_id", "contact_reason", "lever_rank", "owner", "status", "change_description", "compared_week_count", "shipped_date",
)  # fmt: skip

HIRE_COLUMNS = ("market", "person_count", "hours_per_week", "starts_date", "why")


def signed_hires() -> list[tuple[str, ...]]:
    """Rows of the seed signed_hires: who begins after the world's end, for the season and for what grows fastest."""
    return [
        ("US", "1", "12", "2026-11-16", "Part-time for the season"),
        ("KR", "2", "5", "2026-12-07", "Contractors for the evenings"),
    ]


def change_requests() -> list[tuple[str, ...]]:
    """Rows of the seed change_requests: the two repairs, the two changes the company announced, and what is still to come.

    The repair of the confusing release is compared over five weeks: as long as the trouble lasted.
    """
    shipped = {reason: dict(releases.VERSIONS)[version] for reason, version in SHIPPED_IN.items()}
    experiment, _ = incidents.TRACKING_EXPERIMENT
    return [
        ("c-1", "where_is_my_order", "3", "Head of Logistics", "shipped", "Tracking all the way is preferred in GB", "", _day(experiment)),
        ("c-2", "how_to", "2", "Head of Design", "shipped", "4.6.1 shows the returns page again", "5", _day(shipped["how_to"])),
        ("c-3", "return_or_refund", "2", "Head of Policy", "shipped", "Free return labels in the EU", "", _day(incidents.FREE_LABELS_POLICY)),
        ("c-4", "payment_problem", "1", "VP Engineering", "shipped", "5.3.1 mends the payments", "", _day(shipped["payment_problem"])),
        ("c-5", "cancel_order", "3", "Head of Product", "planned", "An order can be cancelled in the app", "", ""),
        ("c-6", "account", "5", "Head of Product", "proposed", "A bot resets passwords", "", ""),
    ]  # fmt: skip


def _day(moment: int) -> str:
    """The day in the reporting time zone on which customers could first have it."""
    return str(reporting_day(np.array([moment])).astype("datetime64[D]")[0])


def write_seeds(home: Home) -> None:
    """Write the demo's own seeds."""
    home.seeds.mkdir(exist_ok=True, mode=0o750)
    for name, columns, rows in (
        ("change_requests", CHANGE_COLUMNS, change_requests()),
        ("signed_hires", HIRE_COLUMNS, signed_hires()),
    ):
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([columns, *rows])
        (home.seeds / f"{name}.csv").write_text(text.getvalue(), encoding="utf-8")
