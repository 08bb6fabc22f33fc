"""The same records by other periods: waits by day, hour and weekday, what may be promised from them, and resolutions by week."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from orchestration.demo.clock import REPORTING_ZONE
from orchestration.demo.markets import MARKETS
from orchestration.demo.scoring.cells import Key, Score, Truth, quantile
from orchestration.demo.scoring.marts import Duration, grouped, of_mart, of_quantiles, over, part, share
from orchestration.demo.scoring.records import contacts, cut, day_of, monday_of
from orchestration.demo.scoring.waits import QUANTILES, SINCE, TODAYS_HOURS

ZONES = {market.code: market.time_zone for market in MARKETS}
ENOUGH_TO_PROMISE = 10
Waits = dict[Key, list[Duration]]


def _hour(moment: int, zone: str) -> tuple[int, int]:
    local = datetime.fromtimestamp(moment, UTC).astimezone(ZoneInfo(zone))
    return local.isoweekday(), local.hour


def _by_day(truth: Truth) -> Mapping[Key, list[Duration]]:
    cells = grouped(contacts(truth), lambda contact: (str(day_of(contact.created_at)),))
    return {key: [contact.waited for contact in cell] for key, cell in cells.items()}


def _by_reporting_hour(truth: Truth) -> Mapping[Key, list[Duration]]:
    until = monday_of(cut(truth))
    since = until - timedelta(days=91)
    recent = (contact for contact in contacts(truth) if since <= day_of(contact.created_at) < until)
    cells = grouped(recent, lambda contact: _hour(contact.waiting_from_at, REPORTING_ZONE))
    return {key: [contact.waited for contact in cell] for key, cell in cells.items()}


def _promises(truth: Truth) -> tuple[Waits, Waits]:
    """The waits to learn from (thirteen weeks) and those to judge by (the four after them), by market, weekday and hour."""
    until = monday_of(cut(truth))
    learned: Waits = defaultdict(list)
    judged: Waits = defaultdict(list)
    for contact in contacts(truth):
        day = day_of(contact.created_at)
        if not until - timedelta(days=119) <= day < until:
            continue
        waits = judged if day >= until - timedelta(days=28) else learned
        for market in ("all", contact.market):
            hour = _hour(contact.waiting_from_at, ZONES.get(contact.market, REPORTING_ZONE))
            waits[market, *hour].append(contact.waited)
    return learned, judged


def _learned(truth: Truth) -> Mapping[Key, list[Duration]]:
    return _promises(truth)[0]


def _promised(truth: Truth) -> Mapping[Key, dict[str, float]]:
    """What is promised where enough contacts teach it, and how many of the later ones were answered by then."""
    learned, judged = _promises(truth)
    cells = {}
    for key, waits in learned.items():
        if len(waits) >= ENOUGH_TO_PROMISE:
            promised, later = quantile(waits, 0.9)[0], judged.get(key, [])
            cells[key] = {
                "promised": promised,
                "kept": sum(is_answered and waited <= promised for waited, is_answered in later),
                "known": sum(is_answered or waited > promised for waited, is_answered in later),
            }
    return cells


def _weekly(truth: Truth) -> Mapping[Key, list[Any]]:
    return grouped(contacts(truth), lambda contact: (contact.week,))


def _open(truth: Truth) -> Mapping[Key, list[Duration]]:
    return {key: [contact.was_open for contact in cell] for key, cell in _weekly(truth).items()}


def _open_business(truth: Truth) -> Mapping[Key, list[Duration]]:
    return {
        (week,): [(contact.open_business_seconds, contact.was_open[1]) for contact in cell]
        for (week,), cell in _weekly(truth).items()
        if week >= SINCE
    }


def _picked_up(truth: Truth) -> Mapping[Key, list[Duration]]:
    until = cut(truth)
    return {
        key: [
            (
                (until if contact.picked_up_at is None else contact.picked_up_at) - contact.created_at,
                contact.picked_up_at is not None,
            )
            for contact in cell
        ]
        for key, cell in _weekly(truth).items()
    }


def _ever_resolved(cell: list[Any]) -> int:
    return sum(contact.first_resolved_at is not None for contact in cell)


def _reopened(cell: list[Any]) -> int:
    return sum(contact.reopen_count > 0 for contact in cell)


TOO_FEW = "nothing is promised where fewer than ten contacts teach it; in a small world that is nowhere"
DAILY = "direct.rpt_first_responses_by_day"
HOURLY = "direct.rpt_waits_by_hour_weekday"
PROMISES = "direct.rpt_expected_replies_by_hour_weekday"
RESOLUTIONS = "direct.rpt_resolutions_by_week"
PICK_UPS = "direct.rpt_pick_ups_by_week"
HOURS = "market, market_local_weekday, market_local_hour"
PERIODS: tuple[Score, ...] = (
    *of_quantiles(DAILY, "created_date", _by_day, "first_response_calendar_seconds", QUANTILES),
    *of_quantiles(
        HOURLY, "reporting_local_weekday, reporting_local_hour", _by_reporting_hour, "first_response_calendar_seconds", QUANTILES
    ),
    *of_mart(PROMISES, HOURS, _learned, {"learned_contact_count": len}),
    *of_mart(
        PROMISES, HOURS, _promised,
        {
            "first_response_calendar_seconds_p90": part("promised"),
            "promise_kept_count": part("kept"),
            "promise_kept_ratio": share("kept", "known"),
        },
        where="is_promised", why=TOO_FEW, may_be_empty=True,
    ),
    *of_quantiles(RESOLUTIONS, "created_week", _open, "resolution_calendar_seconds", QUANTILES),
    *of_quantiles(
        RESOLUTIONS, "created_week", _open_business, "resolution_business_seconds", QUANTILES,
        where=f"created_week >= date '{SINCE}'", why=TODAYS_HOURS,
    ),
    *of_mart(
        RESOLUTIONS, "created_week", _weekly,
        {
            "resolved_count": lambda cell: sum(contact.was_open[1] for contact in cell),
            "ever_resolved_count": _ever_resolved,
            "reopened_contact_count": _reopened,
            "reopened_contact_ratio": lambda cell: over(_reopened(cell), _ever_resolved(cell)),
        },
    ),
    *of_quantiles(PICK_UPS, "created_week", _picked_up, "pick_up_calendar_seconds", QUANTILES),
)  # fmt: skip
