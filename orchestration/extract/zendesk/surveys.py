"""An answer to one of Zendesk's newer satisfaction surveys, as one row.

Belongs here: the parser. It was written from the vendor's documentation alone, so that it refuses whatever it does not know
instead of guessing.
"""

from collections.abc import Mapping
from typing import Any

from orchestration.extract.faults import UnusableDeliveryError

CATEGORIES = ("bad", "neutral", "good")
KINDS = ("rating_scale", "closed_ended", "open_ended", "skipped")
SATISFACTION = "customer_satisfaction"
SCALES = {2: "good_bad", 3: "good_ok_bad", 5: "stars_1_5"}
"""The contract's scale by how many options a rating question has."""


def response_row(response: dict[str, Any], scales: Mapping[str, str]) -> dict[str, Any]:
    """A row of `survey_responses`; without a rating while nobody has answered.

    Args:
        response: as the vendor lists or shows it.
        scales: by survey, or for all others under "*"; else the question's options tell, where the answer brings them.

    Raises:
        UnusableDeliveryError: the response has another shape than the documentation says; the message has no answer in it.
    """
    where = f"survey response {response.get('id')}"
    missing = [name for name in ("id", "answers") if name not in response]
    if missing or not isinstance(response.get("answers"), list):
        raise UnusableDeliveryError(f"{where} has no {', '.join(missing) or 'list of answers'}")
    survey = response.get("survey") or {}
    row: dict[str, Any] = {
        "id": response["id"],
        "ticket_id": _ticket(response, where),
        "responder_id": response.get("responder_id"),
        "survey_id": survey.get("id") or response.get("survey_id"),
    }
    scale = scales.get(str(row["survey_id"])) or scales.get("*")
    rated = False
    for answer in response["answers"]:
        kind, question = answer.get("type"), answer.get("question") or {}
        if kind not in KINDS:
            raise UnusableDeliveryError(f"{where} has an answer of the unknown type {kind}")
        if kind == "rating_scale" and question.get("sub_type", SATISFACTION) == SATISFACTION:
            if rated:
                raise UnusableDeliveryError(f"{where} has two ratings of satisfaction")
            rated = True
            row |= _rating(answer, question, scale, where)
        elif kind == "closed_ended" and row.get("reason") is None:
            row["reason"] = _selected(answer, question)
        elif kind == "open_ended" and answer.get("value"):
            row["comment"] = " ".join(filter(None, [row.get("comment"), str(answer["value"])]))
    return row


def _ticket(response: dict[str, Any], where: str) -> str | None:
    for subject in response.get("subjects") or ():
        if subject.get("type") == "ticket":
            return str(subject["id"])
    names = response.get("subject_zrns")
    if names is None and "subjects" not in response:
        raise UnusableDeliveryError(f"{where} has neither subjects nor subject_zrns")
    tickets = [str(name).rsplit(":", 1)[1] for name in names or () if ":ticket:" in str(name)]
    return tickets[0] if tickets else None


def _rating(answer: dict[str, Any], question: dict[str, Any], scale: str | None, where: str) -> dict[str, Any]:
    rating, category = answer.get("rating"), answer.get("rating_category")
    if not isinstance(rating, int) or isinstance(rating, bool):
        raise UnusableDeliveryError(f"{where} has a rating that is no whole number")
    if category not in CATEGORIES:
        raise UnusableDeliveryError(f"{where} has the unknown rating_category {category}")
    if not answer.get("created_at"):
        raise UnusableDeliveryError(f"{where} has a rating without created_at")
    return {
        "rating": rating,
        "rating_category": category,
        "scale": scale or SCALES.get(len(question.get("options") or ())),
        "answered_at": answer["created_at"],
    }


def _selected(answer: dict[str, Any], question: dict[str, Any]) -> str | None:
    """The labels of the options picked, or their ids where the question does not bring its options."""
    labels = {option.get("id"): (option.get("label") or {}).get("value") for option in question.get("options") or ()}
    picked = [selection.get("option_id") for selection in answer.get("selections") or ()]
    return "|".join(str(labels.get(option) or option) for option in picked if option) or None
