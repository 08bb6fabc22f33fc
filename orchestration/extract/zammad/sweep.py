"""Listing all tickets there are, to find those that were deleted or overlooked: a deletion leaves no other trace.

Belongs here: the passes, and the proof of each deletion. A listing shifts while tickets are deleted under it, so that one
pass proves nothing: passes are repeated until two agree.
"""

from dataclasses import dataclass, field
from datetime import datetime

from orchestration.extract.api.calls import Api
from orchestration.extract.faults import NotPermittedError
from orchestration.extract.zammad.reading import API, pages, updated_at

MOST_PASSES = 6


@dataclass(frozen=True)
class Sweep:
    """`listed` are the tickets that two passes agree on, each with its last update; `deleted` are known ones that are gone.

    `hidden` are known ones that exist and may no longer be read.
    """

    listed: dict[int, datetime]
    deleted: list[int] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)


def sweep(api: Api, known: set[int]) -> Sweep | None:
    """List all tickets until two passes agree, and ask for each known one that is missing.

    Returns:
        None when no two passes agreed.
    """
    listed = _agreed(api)
    if listed is None:
        return None
    result = Sweep(listed)
    missing = sorted(known - listed.keys())
    for ticket_id, state in zip(missing, api.for_each(missing, lambda each: _state(api, each)), strict=True):
        if state == "gone":
            result.deleted.append(ticket_id)
        elif state == "hidden":
            result.hidden.append(ticket_id)
    return result


def _agreed(api: Api) -> dict[int, datetime] | None:
    before: dict[int, datetime] | None = None
    for _ in range(MOST_PASSES):
        listed = {ticket["id"]: updated_at(ticket) for page in pages(api, "tickets") for ticket in page}
        # Tickets that were opened since the pass before are no disagreement.
        if before is not None and before.keys() == {each for each in listed if each <= max(before, default=0)}:
            return listed
        before = listed
    return None


def _state(api: Api, ticket_id: int) -> str:
    try:
        found = api.get_json(f"{API}/tickets/{ticket_id}", may_be_absent=True)
    except NotPermittedError:
        return "hidden"
    return "there" if found is not None else "gone"
