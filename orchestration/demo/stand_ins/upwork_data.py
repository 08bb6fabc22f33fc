"""The world's contractors as Upwork has them: their days, and what was invoiced for them.

Belongs here: from the contract's rows to the vendor's records. A contractor has one contract; the team is the world's on
that day; a week is invoiced on the Monday after.
"""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

from orchestration.demo.stand_ins.upwork import Row, UpworkStandIn
from orchestration.demo.world import World


def from_world(world: World, *, client_id: str, client_secret: str, **server: Any) -> UpworkStandIn:
    """A stand-in with the contractors' days as known at the world's cut."""
    reports = world_time_reports(world)
    return UpworkStandIn(reports, invoices(reports), client_id=client_id, client_secret=client_secret, **server)


def world_time_reports(world: World) -> list[Row]:
    """The vendor's rows of the contractors' days, in order of time."""
    contractors = {row["agent_id"]: row for row in world["agents"].to_pylist() if row["employment"] == "contractor"}
    numbers = {agent: number for number, agent in enumerate(sorted(contractors), start=1)}
    spans: dict[str, list[Row]] = defaultdict(list)
    for row in world["agent_team_histories"].to_pylist():
        spans[row["agent_id"]].append(row)
    reports = []
    for row in world["agent_workdays"].to_pylist():
        agent, worked = row["agent_id"], row["work_date"]
        if agent not in contractors:
            continue
        monday = worked - timedelta(days=worked.weekday())
        team = _team(spans[agent], worked)
        reports.append(
            {
                "dateWorkedOn": worked.isoformat(),
                "weekWorkedOn": monday.isoformat(),
                "monthWorkedOn": f"{worked:%Y%m}",
                "yearWorkedOn": f"{worked:%Y}",
                "totalHoursWorked": row["work_hours"],
                "totalCharges": row["cost_amount"],
                "totalOnlineHoursWorked": row["work_hours"],
                "totalOfflineHoursWorked": 0.0,
                "freelancer": {"id": agent, "name": contractors[agent]["agent_name"]},
                "team": {"id": team.lower().replace(" ", "-"), "name": team},
                "contract": {"id": str(41_815_000 + numbers[agent]), "title": "Buyer support agent"},
            }
        )
    return reports


def _team(spans: list[Row], worked: date) -> str:
    """The team that a person is in on a day."""

    def is_on(row: Row) -> bool:
        until: datetime | None = row["valid_to_at"]
        return bool(row["valid_from_at"].date() <= worked and (until is None or worked < until.date()))

    # A shift that began before midnight UTC may be of a day outside all spans; then the nearest team is meant.
    return str(next((row["team_name"] for row in spans if is_on(row)), spans[0]["team_name"]))


def invoices(reports: list[Row]) -> list[Row]:
    """One transaction per contractor and week."""
    weeks: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in reports:
        weeks[row["weekWorkedOn"], row["freelancer"]["id"]].append(row)
    return [
        _invoice(88_120_000 + number, monday, rows)
        for number, ((monday, _), rows) in enumerate(sorted(weeks.items()), start=1)
    ]


def _invoice(record: int, monday: str, rows: list[Row]) -> Row:
    billed = date.fromisoformat(monday) + timedelta(days=7)
    hours = sum(row["totalHoursWorked"] for row in rows)
    charges = sum(row["totalCharges"] for row in rows)
    return {
        "rowNumber": 1,
        "recordId": str(record),
        "transactionCreationDate": f"{billed}T00:00:00.000Z",
        "type": "ARInvoice",
        "accountingSubtype": "Hourly",
        "description": f"{hours:g} hrs",
        "assignmentDeveloperName": rows[0]["freelancer"]["name"],
        "assignmentCompanyName": "Acme",
        "assignmentTeamId": rows[0]["team"]["id"],
        "transactionAmount": {"rawValue": f"-{charges:.2f}", "currency": "USD"},
    }
