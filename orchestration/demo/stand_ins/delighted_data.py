"""The world's answers about recommendation as the archive of a Delighted account has them.

Belongs here: from the contract's rows to the records of the former interface, persons expanded. Delighted is gone, so that its
stand-in is a file.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestration.demo.orders import email_addresses
from orchestration.demo.world import World

CUSTOMER_PROPERTY, MARKET_PROPERTY = "Customer ID", "Market"
SENT_SECONDS_BEFORE = 86_400


def write_archive(world: World, path: Path) -> int:
    """Write the world's answers, as known at its cut, as one list of objects; returns how many they are."""
    records = archived_responses(world)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(records, ensure_ascii=False, indent=1), encoding="utf-8")
    return len(records)


def archived_responses(world: World) -> list[dict[str, Any]]:
    """One record per answer, in the shape of `survey_responses.json` with `expand[]=person`."""
    answers = world["nps_responses"]
    addresses = email_addresses(answers["customer_id"].combine_chunks()).to_pylist()
    return [
        _response(number, row, address)
        for number, (row, address) in enumerate(zip(answers.to_pylist(), addresses, strict=True), start=1)
    ]


def _response(number: int, row: dict[str, Any], address: str | None) -> dict[str, Any]:
    answered = _epoch(row["responded_at"])
    return {
        "id": row["response_id"],
        "person": _person(number, address, answered) if address else None,
        "survey_type": "nps",
        "score": int(row["score"]) if row["score"].isdecimal() else row["score"],
        "comment": row["comment"],
        "permalink": f"https://app.delighted.example/r/{number}",
        "created_at": answered,
        "updated_at": answered,
        "person_properties": {
            "Delighted Source": "Email",
            CUSTOMER_PROPERTY: row["customer_id"],
            MARKET_PROPERTY: row["market"],
        },
        "notes": [],
        "tags": [],
        "additional_answers": [],
    }


def _person(number: int, address: str, answered: int | None) -> dict[str, Any]:
    asked = answered - SENT_SECONDS_BEFORE if answered is not None else None
    return {
        "id": str(700_000 + number),
        "name": f"Reader {number}",
        "email": address,
        "created_at": asked,
        "last_sent_at": asked,
        "last_responded_at": answered,
        "next_survey_scheduled_at": None,
    }


def _epoch(instant: datetime | None) -> int | None:
    return int(instant.replace(tzinfo=UTC).timestamp()) if instant is not None else None
