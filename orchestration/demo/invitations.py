"""The entity survey_invitations: the offers of all surveys together.

Belongs here: only that. The helpdesk offers CSAT and CES, the survey tool NPS; `deliver` parts them again.
"""

import numpy as np
import pyarrow as pa

from orchestration.demo.history import EntityHistory, labels, look_up, numbered
from orchestration.demo.loyalty import Survey
from orchestration.demo.orders import Customers
from orchestration.demo.surveys import EFFORT_SCALES, Offers, effort_scales
from orchestration.demo.tickets import Tickets

SURVEY_TYPES = ("csat", "ces", "nps")


def invitation_ids(offers: Offers, survey: Survey) -> tuple[pa.Array, pa.Array]:
    """Ids of the offers after contacts and of the NPS invitations."""
    return numbered("inv-", 6, len(offers.ticket)), numbered("nps-inv-", 6, len(survey.offered_at))


def invitation_history(offers: Offers, survey: Survey, tickets: Tickets, customers: Customers) -> EntityHistory:
    """All offers, those after contacts first."""
    ids = invitation_ids(offers, survey)
    without_ticket = np.full(len(survey.offered_at), -1, dtype=np.int64)
    customer = np.concatenate([tickets.about.customer[offers.ticket], survey.invited_customer])
    kind = np.concatenate([offers.is_effort.astype(np.int64), np.full(len(survey.offered_at), 2)])
    scale = np.where(offers.is_effort, effort_scales(offers.offered_at), -1)
    offered_at = np.concatenate([offers.offered_at, survey.offered_at])
    return EntityHistory(
        appears_at=offered_at,
        columns={
            "invitation_id": pa.concat_arrays(list(ids)),
            "ticket_id": look_up(tickets.ids, np.concatenate([offers.ticket, without_ticket])),
            "customer_id": look_up(customers.ids, customer),
            "survey_type": labels(SURVEY_TYPES, kind),
            "scale": labels(EFFORT_SCALES, np.concatenate([scale, without_ticket])),
            "offered_at": offered_at,
        },
    )
