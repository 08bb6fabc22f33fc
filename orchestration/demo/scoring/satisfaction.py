"""What customers said of the help they got, whose it is, and what each agent did."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from orchestration.demo.scoring.cells import Cells, Key, Score, Truth
from orchestration.demo.scoring.marts import Records, grouped, of_mart, over, part, share
from orchestration.demo.scoring.plans import seed
from orchestration.demo.scoring.records import answers, month_of, week_of
from orchestration.demo.stand_ins.zendesk_people import agent_number

DIMENSIONS = "direct.rpt_csat_by_dimension_month"
WEEKLY = "direct.rpt_csat_by_market_week"
OWNERS = "direct.rpt_csat_by_owner_week"
CES = "direct.rpt_ces_by_market_month"
AGENTS = "direct.rpt_agent_performance_by_week"
DEEDS = (
    "conversation_count", "reply_count", "closed_count", "first_response_count", "first_response_calendar_seconds_median",
    "resolution_calendar_seconds_median", "positive_count", "response_count", "own_positive_count", "own_response_count",
)  # fmt: skip
EASY = {"ces_1": (1, 2), "ces_2": (5, 6, 7)}
AGREED = (5, 6, 7)
HALF_YEAR = timedelta(weeks=26)


def in_the_helpdesk(agent: str) -> str:
    """An agent of the world by the number, or the key, that the demo's helpdesk gives."""
    source, _, name = agent.rpartition(":")
    return f"{source}:{agent_number(name)}" if source else str(agent_number(name))


def _by_dimension(truth: Truth) -> Records:
    return {
        (name, in_the_helpdesk(value) if name == "agent" and ":" in value else value, month): dict(
            zip(("positive", "neutral", "negative", "offered"), counts, strict=True)
        )
        for name, value, month, *counts in truth["csat_by_dimension_month"]
    }


def _by_week(truth: Truth) -> Records:
    """By market and week: answers by when they came, offers by when they went out."""
    cells: dict[Key, Counter[str]] = defaultdict(Counter)
    for rating in answers(truth, "ratings"):
        cells[rating.market, week_of(rating.responded_at)].update(("responses", rating.rating))
    for offer in answers(truth, "offers"):
        if offer.survey_type == "csat":
            cells[offer.market, week_of(offer.offered_at)].update(["offered"] + ["answered"] * offer.is_responded)
    return cells


def _owned(truth: Truth) -> Mapping[Key, list[Any]]:
    return grouped(answers(truth, "ratings"), lambda rating: (rating.rating_owner, week_of(rating.responded_at)))


def _agents_own(truth: Truth) -> Mapping[Key, list[Any]]:
    return {key: cell for key, cell in _owned(truth).items() if key[0] == "agent"}


def _positive(cell: list[Any]) -> int:
    return sum(rating.rating == "positive" for rating in cell)


def _efforts(truth: Truth) -> Mapping[Key, list[Any]]:
    """Answers by scale, market and month; also the cells in which an offer went out."""
    cells: dict[Key, list[Any]] = {
        (offer.scale, offer.market, month_of(offer.offered_at)): []
        for offer in answers(truth, "offers")
        if offer.survey_type == "ces"
    }
    return cells | grouped(
        answers(truth, "efforts"), lambda answer: (answer.scale, answer.market, month_of(answer.responded_at))
    )


def _on(scale: str) -> Callable[[Truth], Mapping[Key, list[Any]]]:
    return lambda truth: {key: cell for key, cell in _efforts(truth).items() if key[0] == scale}


def _answered(truth: Truth) -> Mapping[Key, list[Any]]:
    """The same, of the scale that asks whether the agent tried hard."""
    return {key: [answer for answer in cell if answer.tried] for key, cell in _on("ces_2")(truth).items()}


def _offered(truth: Truth) -> Mapping[Key, list[Any]]:
    asked = (offer for offer in answers(truth, "offers") if offer.survey_type == "ces")
    cells: dict[Key, list[Any]] = {key: [] for key in _efforts(truth)}
    return cells | grouped(asked, lambda offer: (offer.scale, offer.market, month_of(offer.offered_at)))


def _within(scores: tuple[int, ...]) -> Callable[[list[Any]], int]:
    return lambda cell: sum(answer.score in scores for answer in cell)


def _total(cell: list[Any]) -> int | None:
    return sum(answer.score for answer in cell) if cell else None


def _enough(cell: list[Any], value: float | None) -> float | None:
    """None where so few answers say nothing."""
    return value if len(cell) >= minimum("ces_score_mean") else None


def _agreed(cell: list[Any]) -> int:
    return sum(answer.tried in AGREED for answer in cell)


def minimum(metric: str) -> int:
    """How many answers a figure needs, by the seed."""
    return next(int(row["minimum_count"]) for row in seed("minimum_counts") if row["metric_name"] == metric)


def _scale(scale: str) -> tuple[Score, ...]:
    easy = _within(EASY[scale])
    return of_mart(
        CES, "scale, market, ces_month", _on(scale),
        {
            f"{scale}_response_count": len,
            f"{scale}_total_score": _total,
            f"{scale}_score_mean": lambda cell: _enough(cell, over(_total(cell), len(cell))),
            f"{scale}_easy_count": easy,
            f"{scale}_easy_ratio": lambda cell: _enough(cell, over(easy(cell), len(cell))),
        },
        columns={
            f"{scale}_response_count": "response_count",
            f"{scale}_total_score": "total_ces_score",
            f"{scale}_score_mean": "ces_score_mean",
            f"{scale}_easy_count": "easy_count",
            f"{scale}_easy_ratio": "easy_ratio",
        },
        where=f"scale = '{scale}'",
    )  # fmt: skip


def _deeds(truth: Truth) -> Records:
    columns = truth["agents"]["columns"]
    rows = (dict(zip(columns, row, strict=True)) for row in truth["agents"]["weeks"])
    return {(in_the_helpdesk(row["agent_id"]), row["worked_week"]): row for row in rows}


def _adjusted(truth: Truth) -> Cells:
    """Observed by expected good ratings of half a year, times everybody's share: of agents with enough ratings.

    What is expected of a rating is the share of good ones in its stratum: reason, channel and cover; strata that are too small are
    put together within their reason, and what is still too small altogether.
    """
    own = [
        rating
        for rating in answers(truth, "ratings")
        if rating.rating_owner == "agent" and rating.agent_key != "unknown"
    ]
    for rating in own:
        rating.week = date.fromisoformat(week_of(rating.responded_at))
    worked = list(_deeds(truth))
    cells: dict[Key, float | None] = {}
    for week in sorted({week for _, week in worked}):
        last = date.fromisoformat(week)
        window = [rating for rating in own if last - HALF_YEAR < rating.week <= last]
        adjusted = _standardised(window)
        cells.update({(agent, each): adjusted.get(agent) for agent, each in worked if each == week})
    return cells


def _standardised(window: list[Any]) -> dict[str, float]:
    enough, ranked = minimum("csat_case_mix_stratum"), minimum("agent_csat_ratio")
    size = Counter((rating.contact_reason, rating.channel, rating.coverage) for rating in window)
    small: Counter[str] = Counter()
    for (reason, _, _), count in size.items():
        small[reason] += count if count < enough else 0
    strata: dict[Any, list[Any]] = defaultdict(list)
    for rating in window:
        stratum: Any = (rating.contact_reason, rating.channel, rating.coverage)
        if size[stratum] < enough:
            stratum = rating.contact_reason if small[rating.contact_reason] >= enough else None
        strata[stratum].append(rating)
    expected: dict[str, float] = defaultdict(float)
    for cell in strata.values():
        for rating in cell:
            expected[rating.agent_key] += _positive(cell) / len(cell)
    of_agent = grouped(window, lambda rating: (rating.agent_key,))
    everybody = _positive(window) / len(window) if window else 0.0
    return {
        in_the_helpdesk(agent).partition(":")[2]: _positive(cell) / expected[agent] * everybody
        for (agent,), cell in of_agent.items()
        if len(cell) >= ranked
    }


SATISFACTION: tuple[Score, ...] = (
    *of_mart(
        DIMENSIONS, "dimension_name, dimension_value, csat_month", _by_dimension,
        {f"{name}_count": part(name) for name in ("positive", "neutral", "negative", "offered")},
    ),
    *of_mart(
        WEEKLY, "market, csat_week", _by_week,
        {
            "positive_csat_count": part("positive"),
            "csat_response_count": part("responses"),
            "csat_ratio": share("positive", "responses"),
            "csat_offered_count": part("offered"),
            "csat_offer_responded_count": part("answered"),
            "csat_response_ratio": share("answered", "offered"),
        },
        columns={
            "positive_csat_count": "positive_count",
            "csat_response_count": "response_count",
            "csat_offered_count": "offered_count",
            "csat_offer_responded_count": "offer_responded_count",
            "csat_response_ratio": "response_ratio",
        },
    ),
    *of_mart(
        OWNERS, "rating_owner, responded_week", _owned, {"positive_count": _positive, "response_count": len},
    ),
    *of_mart(
        OWNERS, "rating_owner, responded_week", _agents_own,
        {
            "agent_csat_positive_count": _positive,
            "agent_csat_response_count": len,
            "agent_csat_ratio": lambda cell: over(_positive(cell), len(cell)) if len(cell) >= minimum("csat_ratio") else None,
        },
        columns={
            "agent_csat_positive_count": "positive_count",
            "agent_csat_response_count": "response_count",
            "agent_csat_ratio": "csat_ratio",
        },
        where="rating_owner = 'agent'",
    ),
    *_scale("ces_1"),
    *_scale("ces_2"),
    *of_mart(CES, "scale, market, ces_month", _offered, {"offered_count": len}),
    *of_mart(
        CES, "scale, market, ces_month", _on("ces_2"),
        {
            "ces_2_index_top_count": _within((6, 7)),
            "ces_2_index_bottom_count": _within((1, 2, 3)),
            "ces_index_score": lambda cell: _enough(
                cell, over(100 * (_within((6, 7))(cell) - _within((1, 2, 3))(cell)), len(cell))
            ),
        },
        columns={"ces_2_index_top_count": "index_top_count", "ces_2_index_bottom_count": "index_bottom_count"},
        where="scale = 'ces_2'",
    ),
    *of_mart(
        CES, "scale, market, ces_month", _answered,
        {
            "agent_effort_response_count": len,
            "agent_effort_agreed_count": _agreed,
            "agent_effort_agreed_ratio": lambda cell: _enough(cell, over(_agreed(cell), len(cell))),
        },
        where="scale = 'ces_2'",
    ),
    *of_mart(AGENTS, "split_part(agent_key, ':', 2), worked_week", _deeds, {column: part(column) for column in DEEDS}),
    Score(
        "csat_adjusted_score", AGENTS, f"select split_part(agent_key, ':', 2), worked_week, csat_adjusted_score from {AGENTS}",
        _adjusted,
    ),
)  # fmt: skip
