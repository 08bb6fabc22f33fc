"""What customers said of the help they got, whose it is, and what each agent did."""

from collections.abc import Callable, Sequence
from typing import Any

from orchestration.demo.scoring.cells import Cells, Score, Truth, counted
from orchestration.demo.stand_ins.zendesk_people import agent_number

CSAT = "direct.rpt_csat_by_dimension_month"
OWNERS = "direct.rpt_csat_by_owner_week"
CES = "direct.rpt_ces_by_market_month"
AGENTS = "direct.rpt_agent_performance_by_week"


def in_the_helpdesk(agent: str) -> str:
    """An agent of the world by the number, or the key, that the demo's helpdesk gives."""
    source, _, name = agent.rpartition(":")
    return f"{source}:{agent_number(name)}" if source else str(agent_number(name))


def _rated(position: int) -> Callable[[Truth], Cells]:
    def by(truth: Truth) -> Cells:
        return {
            (name, in_the_helpdesk(value) if name == "agent" and ":" in value else value, month): row[position]
            for row in truth["csat_by_dimension_month"]
            for name, value, month in [row[:3]]
        }

    return by


def _owned(position: int) -> Callable[[Truth], Cells]:
    def value(row: Sequence[Any]) -> float | None:
        return row[position]

    return lambda truth: counted(truth["csat_by_owner_week"], value, 0, 1)


def _deed(column: str) -> Score:
    def by(truth: Truth) -> Cells:
        position = truth["agents"]["columns"].index(column)
        return {(in_the_helpdesk(row[0]), row[1]): row[position] for row in truth["agents"]["weeks"]}

    return Score(
        f"{column} of an agent", AGENTS,
        f"select split_part(agent_key, ':', 2), worked_week, {column} from {AGENTS}", by,
    )  # fmt: skip


def _effort(key: str, column: str) -> Score:
    def by(truth: Truth) -> Cells:
        return {
            (scale,): truth["ces"][scale][key] if key == "offered_count" else sum(truth["ces"][scale][key].values())
            for scale in ("ces_1", "ces_2")
        }

    return Score(f"{column} of effort surveys", CES, f"select scale, sum({column}) from {CES} group by scale", by)


def _total_effort(truth: Truth) -> Cells:
    return {
        (scale,): sum(int(score) * count for score, count in truth["ces"][scale]["responses_by_score"].items())
        for scale in ("ces_1", "ces_2")
    }


SATISFACTION = (
    *(
        Score(
            f"{column} of ratings", CSAT, f"select dimension_name, dimension_value, csat_month, {column} from {CSAT}",
            _rated(position),
        )
        for position, column in enumerate(("positive_count", "neutral_count", "negative_count", "offered_count"), start=3)
    ),
    Score(
        "positive_count by owner", OWNERS, f"select rating_owner, responded_week, positive_count from {OWNERS}", _owned(2)
    ),
    Score(
        "response_count by owner", OWNERS, f"select rating_owner, responded_week, response_count from {OWNERS}", _owned(3)
    ),
    _effort("offered_count", "offered_count"),
    _effort("responses_by_score", "response_count"),
    _effort("agent_effort_by_score", "agent_effort_response_count"),
    Score("total_ces_score", CES, f"select scale, sum(total_ces_score) from {CES} group by scale", _total_effort),
    *(
        _deed(column)
        for column in (
            "conversation_count", "reply_count", "closed_count", "first_response_count",
            "first_response_calendar_seconds_median", "resolution_calendar_seconds_median", "positive_count",
            "response_count", "own_positive_count", "own_response_count",
        )
    ),
)  # fmt: skip
