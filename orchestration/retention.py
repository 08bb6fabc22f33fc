"""How long a vendor keeps what a source has not read yet: the window that must not close.

Belongs here: when it closes, what is lost when it has, and the alert about it. A quiet source is not meant: reading without
news keeps the window open.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from orchestration.alerts import Alert

WARN_AT = 0.5
"""The part of the window after which a source that was not read is told of: half of it is left to mend things."""


@dataclass(frozen=True)
class RetentionWindow:
    """How far back a vendor serves what changed, seen from the last good reading. Instants are UTC without zone."""

    source_name: str
    days: float
    last_read_at: datetime
    now: datetime

    @property
    def closes_at(self) -> datetime:
        """From when on the vendor no longer serves all that changed since the last good reading."""
        return self.last_read_at + timedelta(days=self.days)

    @property
    def is_closed(self) -> bool:
        """Whether something is lost, if something changed."""
        return self.now > self.closes_at

    @property
    def is_closing(self) -> bool:
        """Whether it is time to say so: the last good reading is older than half of the window."""
        return self.now - self.last_read_at > timedelta(days=self.days * WARN_AT)

    @property
    def description(self) -> str:
        """What is the case, in one line; empty while the window is wide open."""
        if self.is_closed:
            lost_until = self.now - timedelta(days=self.days)
            return (
                f"the vendor serves {self.days:g} days: what changed between {self.last_read_at:%Y-%m-%d %H:%M} and "
                f"{lost_until:%Y-%m-%d %H:%M} UTC can no longer be had"
            )
        if self.is_closing:
            return (
                f"last read {self.last_read_at:%Y-%m-%d %H:%M} UTC, and the vendor serves {self.days:g} days: what changed "
                f"since is lost from {self.closes_at:%Y-%m-%d %H:%M} UTC on"
            )
        return ""


def alert_about_window(window: RetentionWindow) -> Alert | None:
    """The alert about a window that closes, and one more when it has closed; none while it is open."""
    if not window.is_closing:
        return None
    state = "closed" if window.is_closed else "closing"
    return Alert(
        job_name=f"source {window.source_name}",
        run_id="",
        step="retention window",
        problem=f"source {window.source_name}: {window.description}",
        next_step=(
            f"mend what keeps it from being read (`support-metrics status`), then "
            f"`support-metrics run --source {window.source_name}`"
        ),
        once=f"{window.source_name} {state} {window.last_read_at:%Y-%m-%dT%H:%M:%S}",
        is_failure=False,
    )
