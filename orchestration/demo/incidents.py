"""What goes wrong in the simulated world, planted on purpose: the truth that the warehouse's answers are scored against.

Belongs here: when, where and what. Each effect is applied by the module whose figures it changes. What the company itself
would know of is told by `company.events`; the understaffed month and the confusing release are for the reader to find.
"""

from dataclasses import dataclass

from orchestration.demo.clock import instant


@dataclass(frozen=True)
class Incident:
    """One planted cause; `starts_at` and `ends_at` bound the cause, its contacts may come later."""

    code: str
    kind: str
    name: str
    starts_at: int
    ends_at: int
    reason: str
    is_known: bool
    market: str | None = None
    app_version: str | None = None
    platform: str | None = None
    carrier: str | None = None
    team_name: str | None = None


CARRIER_FAILURE = Incident(
    "carrier_failure", "incident", "Nordline's hub at a standstill", instant("2025-09-08"), instant("2025-09-25T12:00"),
    "where_is_my_order", True, market="DE", carrier="Nordline",
)  # fmt: skip
PAYMENT_BUG = Incident(
    "payment_bug", "incident", "Payments fail in app 5.3.0", instant("2026-03-10T08:00"), instant("2026-03-20T16:00"),
    "payment_problem", True, app_version="5.3.0",
)  # fmt: skip
UNDERSTAFFED_MONTH = Incident(
    "understaffed_month", "staffing", "Two thirds of the EU desk's shifts are not filled", instant("2026-02-02"),
    instant("2026-03-02"), "", False, team_name="EU desk",
)  # fmt: skip
CONFUSING_RELEASE = Incident(
    "confusing_release", "release", "4.6.0 hides the returns page (iOS)", instant("2025-06-16T09:00"), instant("2025-07-21"),
    "how_to", False, app_version="4.6.0", platform="ios",
)  # fmt: skip
OUTAGE = Incident(
    "outage", "outage", "Shop and app out of order", instant("2026-05-19T12:00"), instant("2026-05-19T19:30"),
    "app_problem", True,
)  # fmt: skip
INCIDENTS = (CARRIER_FAILURE, PAYMENT_BUG, UNDERSTAFFED_MONTH, CONFUSING_RELEASE, OUTAGE)
INDEX = {incident.code: position for position, incident in enumerate(INCIDENTS)}

# Understaffing: the share of the EU desk's shifts that nobody works.
UNFILLED_SHARE = 0.67
# Carrier failure: extra days on the way, and the share of parcels that are lost.
EXTRA_DAYS_RANGE = (6.0, 13.0)
INCIDENT_LOST_SHARE = 0.05
# Payment bug, confusing release: share of orders in the affected version whose buyer writes because of it.
PAYMENT_BUG_CONTACT_SHARE = 0.16
CONFUSING_CONTACT_SHARE = 0.10
# Outage: share of orders in the window that are not placed; contacts at scale 1.
OUTAGE_LOST_ORDER_SHARE = 0.7
OUTAGE_CONTACT_COUNT = 70

# Not incidents: two changes that a company would announce. One has an effect, one has none.
TRACKING_EXPERIMENT = (instant("2025-05-05"), "GB")
TRACKING_EXPERIMENT_SHIFT = 0.35
"""Share of GB parcels moved from no or partial tracking to tracking all the way, from the experiment's start on."""
FREE_LABELS_POLICY = instant("2025-10-01")
"""Free return labels in the EU; planted without any effect on returns."""
