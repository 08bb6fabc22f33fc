"""The parameters that the world was made with: what estimates should come close to.

Belongs here: rates, lags and effects, and who was planted as what. Counts are in `truth`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from orchestration.demo import catalogue, incidents, loyalty, returns, shifts, surveys
from orchestration.demo.clock import NEVER
from orchestration.demo.deliveries import TRACKING

if TYPE_CHECKING:
    from orchestration.demo.world import Bookkeeping


def parameters(books: Bookkeeping) -> dict[str, Any]:
    """All of them, as plain values."""
    deliveries, orders, agents = books.deliveries, books.orders, books.agents
    due = deliveries.is_due
    returned = np.zeros(len(orders), dtype=np.bool_)
    returned[books.returns.order] = True
    arrived = due & (deliveries.delivered_at < NEVER)
    claimed = np.zeros(len(orders), dtype=np.bool_)
    claimed[books.claims.order[~books.claims.is_before_promise]] = True
    seller_ids = pa.array(books.sellers.history.columns["seller_id"])
    agent_ids = agents.ids.to_pylist()
    return {
        "return_rate_of_line_by_category": {each.code: each.return_rate for each in catalogue.CATEGORIES},
        "return_lag_days_median": returns.LAG_MEDIAN_DAYS,
        "return_lag_log_sigma": returns.LAG_SIGMA,
        "eventual_share_of_arrived_orders_with_return": float(returned[arrived].mean()),
        "eventual_share_of_due_orders_with_inr": float(claimed[due].mean()),
        "share_of_due_orders_lost": float(deliveries.is_lost[due].mean()),
        "share_of_due_orders_late": float((deliveries.days_late[due] > 0).mean()),
        "lost_share_by_tracking": {
            name: float(deliveries.is_lost[due & (deliveries.tracking == number)].mean())
            for number, name in enumerate(TRACKING)
        },
        "transit_days_median_by_carrier": {
            name: float(
                np.median(deliveries.transit_days[due & (deliveries.carrier == number) & (deliveries.incident < 0)])
            )
            for number, name in enumerate(catalogue.CARRIERS)
        },
        "carrier_failure_extra_days_mean": float(np.mean(incidents.EXTRA_DAYS_RANGE)),
        "carrier_failure_parcel_count": int((deliveries.incident >= 0).sum()),
        "understaffed_unfilled_share": incidents.UNFILLED_SHARE,
        "tracking_experiment_moved_share": incidents.TRACKING_EXPERIMENT_SHIFT,
        "free_labels_policy_effect": 0.0,
        "csat_log_odds_effects": surveys.EFFECTS,
        "nps_score_effects": loyalty.EFFECTS,
        "nps_depends_on_csat": False,
        "contractor_share_of_desks_planned": shifts.CONTRACTOR_SHARE_OF_DESKS,
        "agent_skill_log_odds": dict(zip(agent_ids, [round(each, 4) for each in agents.skill.tolist()], strict=True)),
        "gaming_agent_ids": [agent_ids[position] for position in np.flatnonzero(agents.is_gaming).tolist()],
        "bad_seller_ids": [seller_ids[position].as_py() for position in catalogue.BAD_SELLERS],
    }
