"""The warehouse's figures held against what the simulated world wrote down: metric, truth, ours, difference.

Belongs here: which figure is compared with which truth. The truth is counted in `orchestration.demo.truth*`, and never from
what was delivered; the figures are asked of the published file, as an analyst would.
"""

from orchestration.demo.scoring.cells import Score, Scored, score
from orchestration.demo.scoring.contacts import CONTACTS
from orchestration.demo.scoring.flow import FLOW
from orchestration.demo.scoring.intensity import INTENSITY
from orchestration.demo.scoring.loyalty import LOYALTY
from orchestration.demo.scoring.marketplace import MARKETPLACE
from orchestration.demo.scoring.maturity import MATURITY
from orchestration.demo.scoring.next_responses import NEXT_RESPONSES
from orchestration.demo.scoring.periods import PERIODS
from orchestration.demo.scoring.reasons import REASON_SCORES
from orchestration.demo.scoring.retention import RETAINED
from orchestration.demo.scoring.reviews import REVIEWS
from orchestration.demo.scoring.satisfaction import SATISFACTION
from orchestration.demo.scoring.scorecard import SCORECARDS
from orchestration.demo.scoring.themes import THEME_SCORES
from orchestration.demo.scoring.unit_costs import UNIT_COSTS
from orchestration.demo.scoring.waits import WAITS
from orchestration.demo.scoring.workforce import WORKFORCE

SCORES: tuple[Score, ...] = (
    *WAITS,
    *NEXT_RESPONSES,
    *PERIODS,
    *CONTACTS,
    *FLOW,
    *SATISFACTION,
    *LOYALTY,
    *REVIEWS,
    *MARKETPLACE,
    *INTENSITY,
    *REASON_SCORES,
    *THEME_SCORES,
    *WORKFORCE,
    *UNIT_COSTS,
    *MATURITY,
    *RETAINED,
    *SCORECARDS,
)

__all__ = ["SCORES", "Score", "Scored", "score"]
