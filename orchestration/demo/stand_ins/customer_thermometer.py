"""A stand-in of Customer Thermometer's interface: one address, a method by name, XML or a bare number.

Follows what programs that read it rely on: no pages, a limit that cuts in silence, both days of a range included, and errors
as plain text with status 200. A parameter that it does not know is ignored.
"""

from datetime import date
from html import escape
from typing import Any

from orchestration.demo.stand_ins.server import Answer, Request, StandIn

Response = dict[str, str]
TEXT, XML = "text/plain; charset=utf-8", "text/xml; charset=utf-8"
FILTERS = {"blastID": "blast_id", "thermometerID": "thermometer_id", "temperatureID": "temperature_id"}
DEFAULT_LIMIT = 100


class CustomerThermometerStandIn(StandIn):
    """`responses` are the vendor's rows by response_id; tests and the demo change them between runs.

    `to_parameter` is what the end of a range is called; `thermometers` are names by id.
    """

    def __init__(
        self,
        responses: dict[str, Response],
        *,
        api_key: str,
        thermometers: dict[str, str] | None = None,
        to_parameter: str = "toDate",
        **server: Any,
    ) -> None:
        super().__init__(**server)
        self.responses, self.api_key, self.to_parameter = responses, api_key, to_parameter
        self.thermometers = thermometers or {"101": "After a contact"}
        self.route("GET", "/api.php", self._answer)

    def _answer(self, request: Request) -> Answer:
        if request.query.get("apiKey") != self.api_key:
            return Answer("Invalid API key", content_type=TEXT)
        methods = {
            "getBlastResults": self._results,
            "getComments": self._comments,
            "getThermometers": self._thermometers,
            "getRecipientLists": lambda _: Answer("", content_type=XML),
            "getNumResponsesValue": lambda query: number(len(self._found(query))),
            "getHappinessValue": self._happiness,
            "getSendQuota": lambda _: number(10_000),
        }
        method = methods.get(request.query.get("getMethod", ""))
        if method is None:
            return Answer("Invalid method", content_type=TEXT)
        try:
            return method(request.query)
        except ValueError:
            return Answer("Invalid date", content_type=TEXT)

    def _results(self, query: dict[str, str]) -> Answer:
        return listed("thermometer_blast_response", self._found(query), query)

    def _comments(self, query: dict[str, str]) -> Answer:
        return listed("thermometer_comment", [row for row in self._found(query) if row.get("comment")], query)

    def _thermometers(self, query: dict[str, str]) -> Answer:
        rows = [{"thermometer_id": number, "thermometer_name": name} for number, name in self.thermometers.items()]
        return listed("thermometer", rows, query)

    def _happiness(self, query: dict[str, str]) -> Answer:
        found = self._found(query)
        good = sum(row["temperature_id"] in ("1", "2") for row in found)
        return number(round(100 * good / len(found)) if found else 0)

    def _found(self, query: dict[str, str]) -> list[Response]:
        """The responses of the days asked for, both included, newest first."""
        first = date.fromisoformat(query.get("fromDate", "2000-01-01")).isoformat()
        last = date.fromisoformat(query.get(self.to_parameter, "2100-01-01")).isoformat()
        found = [
            row
            for row in self.responses.values()
            if first <= row["response_date"][:10] <= last
            and all(query.get(asked) in (None, row.get(field)) for asked, field in FILTERS.items())
        ]
        return sorted(found, key=lambda row: (row["response_date"], row["response_id"]), reverse=True)


def listed(item: str, rows: list[Response], query: dict[str, str]) -> Answer:
    """Rows as XML, cut at the limit; an empty body when there are none."""
    rows = rows[: int(query.get("limit", DEFAULT_LIMIT))]
    if not rows:
        return Answer("", content_type=XML)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<{item}s>"]
    for row in rows:
        fields = "".join(f"<{name}>{escape(value, quote=False)}</{name}>" for name, value in row.items())
        lines.append(f"<{item}>{fields}</{item}>")
    return Answer("\n".join([*lines, f"</{item}s>"]), content_type=XML)


def number(value: int) -> Answer:
    """A bare number, as text."""
    return Answer(str(value), content_type=TEXT)
