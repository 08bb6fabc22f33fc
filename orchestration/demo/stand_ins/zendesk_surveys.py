"""The world's satisfaction surveys as a Zendesk account has them: ratings of the old kind, surveys of the new one.

Belongs here: which answer is told in which way. Two scales of stars and of faces are two surveys, good or bad is a rating.
"""

from collections import defaultdict
from collections.abc import Iterable

from orchestration.demo.stand_ins.zendesk_people import GROUPS, SYSTEM, agent_number, instant, user_id
from orchestration.demo.stand_ins.zendesk_streams import Record
from orchestration.demo.stand_ins.zendesk_updates import FIRST_SURVEY_EVENT, Updates

FIRST_OFFER = 1_000_000
OLD_UNTIL = 1_748_736_000
"""2025-06-01: offers that nobody answered are of the old kind until then."""
SURVEYS = {"stars_1_5": "SURVEY-OF-STARS", "good_ok_bad": "SURVEY-OF-FACES"}
OPTIONS = {"stars_1_5": 5, "good_ok_bad": 3}
FACES = {"bad": 1, "ok": 2, "good": 3}
SCORES = {
    "good_bad": {"good", "bad"},
    "good_ok_bad": {"good", "ok", "bad"},
    "stars_1_5": {"1", "2", "3", "4", "5"},
}
REASON_PREFIX = "option-"


class Satisfaction:
    """`ratings` by id, and `responses` by id with the second of their creation; offers also stand in the updates."""

    def __init__(self, updates: Updates, tickets: dict[str, Record]) -> None:
        self.ratings: dict[int, Record] = {}
        self.responses: dict[str, tuple[int, Record]] = {}
        self._updates = updates
        self._tickets = tickets

    def add(self, invitations: Iterable[Record], answers: Iterable[Record]) -> None:
        """All offers of satisfaction surveys on the tickets, and the answers that are within their scale."""
        given: dict[str | None, list[Record]] = defaultdict(list)
        for row in answers:
            if row["score"] in SCORES[row["scale"]] and (row["ticket_id"] is None or row["ticket_id"] in self._tickets):
                given[row["invitation_id"]].append(row)
        for row in given.pop(None, []):
            # A rating of the old kind is always of a ticket.
            if row["scale"] != "good_bad":
                self._response(row, row["responded_at"])
            elif row["ticket_id"] is not None:
                self._rating(_number(row), row, row["score"], row["responded_at"], row["responded_at"])
        for offer in invitations:
            if offer["survey_type"] == "csat" and offer["ticket_id"] in self._tickets:
                self._offer(offer, given.get(offer["invitation_id"], []))

    def _offer(self, offer: Record, answers: list[Record]) -> None:
        number, second = int(offer["invitation_id"].removeprefix("inv-")), offer["offered_at"]
        is_old = answers[0]["scale"] == "good_bad" if answers else second < OLD_UNTIL
        if is_old:
            # A single answer takes the place of its offer; of several, each is a record beside it.
            if len(answers) != 1:
                self._rating(FIRST_OFFER + number, offer, "offered", second, second)
            for row in answers:
                created = second if len(answers) == 1 else row["responded_at"]
                self._rating(_number(row), row, row["score"], created, row["responded_at"])
            return
        first = response_id(answers[0]) if answers else f"SI{number:08d}"
        self._event(FIRST_SURVEY_EVENT + number, offer["ticket_id"], second, "SurveyOffered", first)
        if not answers:
            self.responses[first] = second, _response(first, None, user_id(self._tickets[offer["ticket_id"]]), offer)
        for row in answers:
            self._response(row, second)

    def _rating(self, number: int, row: Record, score: str, created: int, updated: int) -> None:
        ticket = self._tickets[row["ticket_id"]]
        self.ratings[number] = {
            "id": number,
            "url": f"https://shop.zendesk.example/api/v2/satisfaction_ratings/{number}.json",
            "assignee_id": agent_number(row["agent_id"]) if row.get("agent_id") else None,
            "group_id": GROUPS.get(ticket["team_name"]),
            "requester_id": user_id(ticket),
            "ticket_id": int(row["ticket_id"]),
            "score": score,
            "comment": row.get("comment"),
            "reason": row.get("stated_reason"),
            "reason_id": None,
            "reason_code": None,
            "created_at": instant(created),
            "updated_at": instant(updated),
        }

    def _response(self, row: Record, created: int) -> None:
        name = response_id(row)
        ticket = self._tickets.get(row["ticket_id"])
        self.responses[name] = created, _response(name, row, user_id(ticket) if ticket else None, row)
        if ticket:
            event = 2 * FIRST_SURVEY_EVENT + _number(row)
            self._event(event, row["ticket_id"], row["responded_at"], "SurveyResponseSubmitted", name)

    def _event(self, number: int, ticket: str, second: int, kind: str, response: str) -> None:
        child = {"id": number, "via": "Rule", "via_reference_id": None, "type": kind, "event_type": kind}
        self._updates.add(int(ticket), second, SYSTEM, child | {"survey_response_id": response})


def _number(row: Record) -> int:
    return int(row["response_id"].removeprefix("csat-"))


def response_id(row: Record) -> str:
    """The vendor's id of a response of the new kind."""
    return f"SR{_number(row):08d}"


def _response(name: str, row: Record | None, responder: int | None, about: Record) -> Record:
    ticket = about["ticket_id"]
    subject = {"type": "ticket", "id": ticket} if ticket else {"type": "conversation", "id": "4295a81b"}
    zrn = f"zen:{subject['type']}:{subject['id']}"
    scale = row["scale"] if row else "stars_1_5"
    return {
        "id": name,
        "answers": _answers(row) if row else [],
        "expires_at": "2026-12-31T00:00:00.000Z",
        "responder_id": responder,
        "subject_zrns": [zrn],
        "subjects": [{**subject, "zrn": zrn}],
        "survey": {"id": SURVEYS[scale], "state": "enabled", "version": 1},
    }


def _answers(row: Record) -> list[Record]:
    when = {"created_at": instant(row["responded_at"]), "updated_at": instant(row["responded_at"])}
    scale = row["scale"]
    rating = FACES[row["score"]] if scale == "good_ok_bad" else int(row["score"])
    middle = (OPTIONS[scale] + 1) / 2
    question = {
        "id": "rating",
        "type": "rating_scale_emoji",
        "sub_type": "customer_satisfaction",
        "options": [{"rating": each, "label": {"type": "static", "value": str(each)}} for each in range(1, OPTIONS[scale] + 1)],
    }  # fmt: skip
    category = "neutral" if rating == middle else "good" if rating > middle else "bad"
    answers: list[Record] = [
        {"type": "rating_scale", "rating": rating, "rating_category": category, "question": question, **when}
    ]
    if row["stated_reason"]:
        option = REASON_PREFIX + row["stated_reason"]
        label = {"type": "static", "value": row["stated_reason"]}
        answers.append(
            {
                "type": "closed_ended",
                "selections": [{"type": "predefined", "option_id": option}],
                "question": {"id": "reason", "type": "closed_ended", "options": [{"id": option, "label": label}]},
                **when,
            }
        )
    comment = {"question": {"id": "comment", "type": "open_ended"}, **when}
    if row["comment"]:
        return [*answers, {"type": "open_ended", "value": row["comment"], **comment}]
    return [*answers, {"type": "skipped", **comment}]
