"""What a second of work on contacts costs, from the world's pay and work: a week's whole cost by the seconds of its contacts.

Belongs here: the one rule by which cost goes to contacts, in plain Python. What is summed by it is compared in `workforce` (by
channel and tier) and `reasons` (by reason, owner, bug and change).
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from orchestration.demo.scoring.cells import Cells, Truth
from orchestration.demo.scoring.plans import assumption


def usd_per_second(truth: Truth) -> dict[str, float]:
    """By week: the cost of all people, with overheads, for each second worked on contacts."""
    cost: dict[str, float] = defaultdict(float)
    for week, employment, _, _, usd in truth["workforce"]["paid_by_week_employment"]:
        cost[week] += usd * (1 + assumption(f"{employment}_overhead_ratio"))
    seconds: dict[str, float] = defaultdict(float)
    for week, market, *_, spent in truth["workforce"]["handle_seconds_by_week_market_channel_tier_month"]:
        seconds[week] += spent if market else 0
    return {week: cost[week] / spent for week, spent in seconds.items() if spent}


def caused(truth: Truth, rows: Sequence[Sequence[Any]], week: int, *keys: int) -> Cells:
    """US dollars by the columns at `keys`, of rows whose last column are seconds of work and whose column at `week` is the week."""
    price = usd_per_second(truth)
    cells: dict[tuple[Any, ...], float | None] = {}
    for row in rows:
        key = tuple(row[position] for position in keys)
        cells[key] = (cells.get(key) or 0) + price[row[week]] * row[-1]
    return cells
