"""The same records by other periods: waits by day, hour and weekday, what may be promised from them, and resolutions by week."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from orchestration.demo.clock import REPORTING_ZONE
from orchestration.demo.markets import MARKETS
from orchestration.demo.scoring.cells import Cells, Score, Truth, quantile
from orchestration.demo.scoring.records import contacts, cut, day_of

ZONES = {market.code: market.time_zone for market in MARKETS}
ENOUGH_TO_PROMISE = 10
Waits = dict[Any, list[tuple[float, bool]]]


def _waited(truth: Truth, contact: Any) -> tuple[int, bool]:
    ending = contact.first_response_at
    return (cut(truth) if ending is None else ending) - contact.waiting_from_at, ending is not None


def _open(truth: Truth, contact: Any) -> tuple[int, bool]:
    ending = contact.resolved_at
    return (cut(truth) if ending is None else ending) - contact.created_at, ending is not None


def _monday(truth: Truth) -> date:
    """The first day of the week that is not over."""
    last = day_of(cut(truth))
    return last - timedelta(days=last.weekday())


def _hour(moment: int, zone: str) -> tuple[int, int]:
    local = datetime.fromtimestamp(moment, UTC).astimezone(ZoneInfo(zone))
    return local.isoweekday(), local.hour


def _quantiles(
    share: float, length: Callable[[Truth, Any], tuple[int, bool]], key: Callable[[Any], tuple[Any, ...]]
) -> Callable[[Truth], Cells]:
    def by(truth: Truth) -> Cells:
        return _cells(((key(contact), length(truth, contact)) for contact in contacts(truth)), share)

    return by


def _cells(found: Iterable[tuple[Any, tuple[int, bool]]], share: float) -> Cells:
    waits: Waits = defaultdict(list)
    for key, wait in found:
        waits[key].append(wait)
    return {(*key, quantile(each, share)[1]): quantile(each, share)[0] for key, each in waits.items()}


def _by_reporting_hour(truth: Truth) -> Cells:
    until = _monday(truth)
    since = until - timedelta(days=91)
    return _cells(
        (
            (_hour(contact.waiting_from_at, REPORTING_ZONE), _waited(truth, contact))
            for contact in contacts(truth)
            if since <= day_of(contact.created_at) < until
        ),
        0.5,
    )


def _promises(truth: Truth) -> tuple[Waits, Waits]:
    """The waits to learn from (thirteen weeks) and those to judge by (the four after them), by market, weekday and hour."""
    until = _monday(truth)
    learned: Waits = defaultdict(list)
    judged: Waits = defaultdict(list)
    for contact in contacts(truth):
        day = day_of(contact.created_at)
        if not until - timedelta(days=119) <= day < until:
            continue
        waits = judged if day >= until - timedelta(days=28) else learned
        for market in ("all", contact.market):
            hour = _hour(contact.waiting_from_at, ZONES.get(contact.market, REPORTING_ZONE))
            waits[market, *hour].append(_waited(truth, contact))
    return learned, judged


def _learned(truth: Truth) -> Cells:
    return {key: len(waits) for key, waits in _promises(truth)[0].items()}


def _promised(truth: Truth) -> Cells:
    learned, _ = _promises(truth)
    return {key: quantile(waits, 0.9)[0] for key, waits in learned.items() if len(waits) >= ENOUGH_TO_PROMISE}


def _kept(truth: Truth) -> Cells:
    promised = _promised(truth)
    _, judged = _promises(truth)
    return {
        key: sum(is_answered and waited <= (promised[key] or 0) for waited, is_answered in judged.get(key, []))
        for key in promised
    }


def _resolved(value: Callable[[Any], float]) -> Callable[[Truth], Cells]:
    def by(truth: Truth) -> Cells:
        totals: dict[Any, float | None] = {}
        for contact in contacts(truth):
            totals[contact.week,] = (totals.get((contact.week,)) or 0) + value(contact)
        return totals

    return by


TOO_FEW = "nothing is promised where fewer than ten contacts teach it; in a small world that is nowhere"
DAILY = "direct.rpt_first_responses_by_day"
HOURLY = "direct.rpt_waits_by_hour_weekday"
PROMISES = "direct.rpt_expected_replies_by_hour_weekday"
RESOLUTIONS = "direct.rpt_resolutions_by_week"
PERIODS = (
    Score(
        "first response, median by day (censored)", DAILY,
        "select created_date, is_first_response_calendar_seconds_median_at_least, first_response_calendar_seconds_median "
        f"from {DAILY}", _quantiles(0.5, _waited, lambda contact: (str(day_of(contact.created_at)),)),
    ),
    Score(
        "first response, median by weekday and hour (censored)", HOURLY,
        "select reporting_local_weekday, reporting_local_hour, is_first_response_calendar_seconds_median_at_least, "
        f"first_response_calendar_seconds_median from {HOURLY}", _by_reporting_hour,
    ),
    Score(
        "the reply that may be promised (p90)", PROMISES,
        f"select market, market_local_weekday, market_local_hour, first_response_calendar_seconds_p90 from {PROMISES} "
        "where is_promised", _promised, why=TOO_FEW, may_be_empty=True,
    ),
    Score(
        "promise_kept_count", PROMISES,
        f"select market, market_local_weekday, market_local_hour, promise_kept_count from {PROMISES} where is_promised", _kept,
        why=TOO_FEW, may_be_empty=True,
    ),
    Score(
        "learned_contact_count of a promise", PROMISES,
        f"select market, market_local_weekday, market_local_hour, learned_contact_count from {PROMISES}", _learned,
    ),
    Score(
        "resolution, median by week (censored)", RESOLUTIONS,
        "select created_week, is_resolution_calendar_seconds_median_at_least, resolution_calendar_seconds_median "
        f"from {RESOLUTIONS}", _quantiles(0.5, _open, lambda contact: (contact.week,)),
    ),
    Score(
        "ever_resolved_count", RESOLUTIONS, f"select created_week, ever_resolved_count from {RESOLUTIONS}",
        _resolved(lambda contact: contact.first_resolved_at is not None),
    ),
    Score(
        "reopened_contact_count", RESOLUTIONS, f"select created_week, reopened_contact_count from {RESOLUTIONS}",
        _resolved(lambda contact: contact.reopen_count > 0),
    ),
)  # fmt: skip
