"""The world's answers about satisfaction and effort as Customer Thermometer has them.

Belongs here: from the contract's rows to the vendor's. The vendor has four colours for every scale, and dates in UTC.
"""

from typing import Any

import pyarrow as pa

from orchestration.demo.orders import email_addresses
from orchestration.demo.stand_ins.customer_thermometer import CustomerThermometerStandIn, Response
from orchestration.demo.world import World

TICKET_FIELD, AGENT_FIELD = "custom_1", "custom_2"
SATISFACTION = "101"
EFFORT = {"ces_1": "201", "ces_2": "202"}
THERMOMETERS = {SATISFACTION: "How did we do?", EFFORT["ces_1"]: "How much effort?", EFFORT["ces_2"]: "Was it easy?"}
GOLD, GREEN, YELLOW, RED, NONE = "1", "2", "3", "4", "0"
COLOURS = {
    **{"good": GREEN, "ok": YELLOW, "bad": RED},
    **{"5": GOLD, "4": GREEN, "3": YELLOW, "2": RED, "1": RED},
}
EFFORT_COLOURS = {
    "ces_1": {"1": GOLD, "2": GREEN, "3": YELLOW, "4": YELLOW, "5": RED},
    "ces_2": {"1": RED, "2": RED, "3": YELLOW, "4": YELLOW, "5": GREEN, "6": GREEN, "7": GOLD},
}
LABELS = {GOLD: "Excellent", GREEN: "Good", YELLOW: "Okay", RED: "Bad", NONE: ""}


def from_world(world: World, *, api_key: str, **server: Any) -> CustomerThermometerStandIn:
    """A stand-in with the world's answers as known at its cut; the ticket's id stands in `custom_1`, the agent's in `custom_2`."""
    return CustomerThermometerStandIn(world_responses(world), api_key=api_key, thermometers=THERMOMETERS, **server)


def world_responses(world: World) -> dict[str, Response]:
    """The vendor's rows by response_id: satisfaction counts from 1,000,001 on, effort from 2,000,001."""
    rows = []
    for number, row in enumerate(_with_addresses(world["csat_responses"]), start=1_000_001):
        rows.append(_response(number, row, SATISFACTION, COLOURS.get(row["score"], NONE)))
    for number, row in enumerate(_with_addresses(world["ces_responses"]), start=2_000_001):
        scale = row["scale"]
        rows.append(_response(number, row, EFFORT[scale], EFFORT_COLOURS[scale].get(row["score"], NONE)))
    return {row["response_id"]: row for row in rows}


def _with_addresses(table: pa.Table) -> list[dict[str, Any]]:
    addresses = email_addresses(table["customer_id"].combine_chunks())
    return table.append_column("email", addresses).to_pylist()


def _response(number: int, row: dict[str, Any], thermometer: str, temperature: str) -> Response:
    return {
        "response_id": str(number),
        "response_date": f"{row['responded_at']:%Y-%m-%d %H:%M:%S}",
        "response": LABELS[temperature],
        "temperature_id": temperature,
        "recipient": row["email"] or "",
        "first_name": "Ann",
        "last_name": f"Reader {number}",
        "company": "",
        "comment": row["comment"] or "",
        "blast_id": "0",
        "thermometer_id": thermometer,
        TICKET_FIELD: row["ticket_id"] or "",
        AGENT_FIELD: row.get("agent_id") or "",
        **{f"custom_{position}": "" for position in range(3, 13)},
        "response_bounced": "0",
        "comment_hidden": "0",
    }
