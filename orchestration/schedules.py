"""When jobs run by themselves: always UTC, each with its reason, switched on unless an owner switches it off.

Belongs here: cadences. What runs is in `orchestration.jobs`; what runs because something arrived, in `sensors`.
"""

from datetime import UTC, datetime, timedelta

import dagster as dg

from orchestration.jobs import REFRESH

OLDEST_TICK = timedelta(hours=12)


@dg.schedule(
    name="refresh_warehouse_nightly",
    cron_schedule="30 3 * * *",
    execution_timezone="UTC",
    job_name=REFRESH,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description=(
        "03:30 UTC: yesterday is over from the Americas' east coast (23:30) to Asia, nightly exports have landed, "
        "and Europe's first shift (06:00 in Berlin is 04:00 or 05:00 UTC) finds the new numbers."
    ),
)
def refresh_warehouse_nightly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """One refresh a night. Ticks that were missed while nothing ran are not made up for: the newest does it all."""
    due = context.scheduled_execution_time
    if datetime.now(UTC) - due > OLDEST_TICK:
        return dg.SkipReason(f"the tick of {due:%Y-%m-%d %H:%M} UTC was missed; the next one loads what it would have")
    return dg.RunRequest(run_key=f"{due:%Y-%m-%d}")
