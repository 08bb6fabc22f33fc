"""Reading the vendor's answers: XML, a bare number, or an error as plain text with status 200.

Belongs here: from the bytes of an answer to records of text. The parser is the standard library's expat, used directly: a
document type is refused before anything in it is read, and without one there are no entities that could expand or point to
a file. The vendor publishes no schema, so that any shape but the known one is refused.
"""

import xml.parsers.expat as expat

from orchestration.extract.faults import UnusableDeliveryError

ROOT, ITEM = "thermometer_blast_responses", "thermometer_blast_response"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class PlainTextAnswerError(Exception):
    """The answer is text, which is how this vendor tells errors; `is_about_key` when the text is about the API key."""

    def __init__(self, text: str) -> None:
        super().__init__("an error as plain text")
        self.is_about_key = "key" in text.lower()


def read_responses(body: bytes) -> list[dict[str, str]]:
    """The responses of an answer, each by the names of its elements; an empty body has none.

    Raises:
        PlainTextAnswerError: the answer is no XML.
        UnusableDeliveryError: it is XML of another shape, or not well-formed; the message says where.
    """
    body = body.removeprefix(BYTE_ORDER_MARK).strip()
    if not body:
        return []
    if not body.startswith(b"<"):
        raise PlainTextAnswerError(body[:1000].decode("utf-8", "replace"))
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reader.refuse_document_type
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise UnusableDeliveryError(
            f"the answer is not well-formed XML: {expat.ErrorString(error.code)} in line {error.lineno}, "
            f"column {error.offset + 1}"
        ) from None
    return reader.items


def read_number(body: bytes) -> int:
    """The whole number that an answer is.

    Raises:
        PlainTextAnswerError: it is none.
    """
    text = body.removeprefix(BYTE_ORDER_MARK).decode("utf-8", "replace").strip()
    if not text.isdecimal():
        raise PlainTextAnswerError(text[:1000])
    return int(text)


class _Reader:
    """Root, items, fields: three levels and no more."""

    def __init__(self) -> None:
        self.items: list[dict[str, str]] = []
        self._depth = 0
        self._field = ""

    def refuse_document_type(self, *_: object) -> None:
        raise UnusableDeliveryError("the answer has a document type, which this vendor's answers have not")

    def start(self, name: str, _: dict[str, str]) -> None:
        self._depth += 1
        if self._depth <= 2 and name != (ROOT, ITEM)[self._depth - 1]:
            raise UnusableDeliveryError(f"the answer has another element where {(ROOT, ITEM)[self._depth - 1]} belongs")
        if self._depth == 2:
            self.items.append({})
        elif self._depth == 3:
            if name in self.items[-1]:
                raise UnusableDeliveryError(f"response {len(self.items):,} of the answer has {name} twice")
            self._field = name
            self.items[-1][name] = ""
        elif self._depth > 3:
            raise UnusableDeliveryError(
                f"{self._field} of response {len(self.items):,} of the answer has elements within"
            )

    def end(self, _: str) -> None:
        self._depth -= 1

    def text(self, text: str) -> None:
        if self._depth == 3:
            self.items[-1][self._field] += text
