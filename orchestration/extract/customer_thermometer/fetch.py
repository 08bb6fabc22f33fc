"""Reading Customer Thermometer's responses: a week at a time, since the vendor has no pages.

A request is limited to a number of rows. A week that fills the limit may have been cut, and is asked for again in parts.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from orchestration.extract.api.calls import Api
from orchestration.extract.api.fetching import Fetch
from orchestration.extract.customer_thermometer.answers import PlainTextAnswerError, read_number, read_responses
from orchestration.extract.customer_thermometer.url_key import UrlKey
from orchestration.extract.faults import UnreachableSourceError, UnusableDeliveryError

PATH = "/api.php"
WINDOW_DAYS = 7
Responses = list[dict[str, str]]
Range = tuple[date, date]


def fetch(fetch: Fetch) -> None:
    """Read the responses since the last run less the look-back, or of the window, and the vendor's count of them."""
    api = fetch.open(auth=UrlKey(fetch.secrets["api_key_env"]))
    clock = api.server_clock
    if fetch.window:
        begin, end = fetch.window.begin, fetch.window.end - timedelta(microseconds=1)
    else:
        begin, end = fetch.since("responses_read_through"), clock
    fetch.landing.add("responses", [])
    # A day more at the end: the zone of the vendor's days is not known.
    windows = list(overlapping(begin.date(), end.date() + timedelta(days=1)))
    # The first alone: a key that is refused is not tried again and again.
    for some in (windows[:1], windows[1:]):
        for responses in api.for_each(some, lambda window: _read(fetch, api, *window)):
            fetch.landing.add("responses", responses)
    _note_totals(fetch, api, windows)
    fetch.progress.set("responses_read_through", clock.isoformat())
    fetch.complete_through(clock)


def overlapping(first: date, last: date) -> Iterator[Range]:
    """Weeks from `first` to `last` that share the day between them: whether the last day is included is not documented."""
    while first < last:
        end = min(first + timedelta(days=WINDOW_DAYS), last)
        yield first, end
        first = end


def parts(first: date, last: date) -> list[Range]:
    """A range of more than a day in two."""
    if (last - first).days == 1:
        return [(first, first), (last, last)]
    middle = first + (last - first) // 2
    return [(first, middle), (middle, last)]


def _read(fetch: Fetch, api: Api, first: date, last: date) -> Responses:
    """All responses of a range of days, both included."""
    limit = fetch.source.rows_per_request
    try:
        responses = read_responses(_ask(fetch, api, "getBlastResults", first, last, limit=limit))
    except PlainTextAnswerError as error:
        raise _told(fetch, error) from None
    _refuse_other_days(fetch, responses, first, last)
    if len(responses) < limit:
        return responses
    if first == last:
        raise UnusableDeliveryError(
            f"{limit:,} responses or more on {first}: the vendor's answer may be cut; raise rows_per_request of source "
            f"{fetch.source.name}"
        )
    return [response for part in parts(first, last) for response in _read(fetch, api, *part)]


def _refuse_other_days(fetch: Fetch, responses: Responses, first: date, last: date) -> None:
    """Rows of other days than asked for mean that the vendor ignores a parameter, and then it may cut the answer, too."""
    for response in responses:
        day = response.get("response_date", "")[:10]
        if day and not first.isoformat() <= day <= last.isoformat():
            other = {"toDate": "endDate", "endDate": "toDate"}[fetch.source.to_parameter]
            raise UnusableDeliveryError(
                f"a response is dated outside the range that was asked for ({first} to {last}): the vendor seems not to know "
                f'the parameter {fetch.source.to_parameter}; try to_parameter = "{other}" for source {fetch.source.name}'
            )


def _note_totals(fetch: Fetch, api: Api, windows: list[Range]) -> None:
    """The vendor's own count of each range; responses are there without it, so that an error here is only told."""

    def count(window: Range) -> int | None:
        try:
            return read_number(_ask(fetch, api, "getNumResponsesValue", *window))
        except PlainTextAnswerError:
            return None

    counts = list(api.for_each(windows, count))
    for (first, last), number in zip(windows, counts, strict=True):
        if number is not None:
            fetch.landing.total("responses", number, first, "response_date", last)
    if None in counts:
        fetch.landing.note("Customer Thermometer does not tell how many responses there are (getNumResponsesValue)")


def _ask(fetch: Fetch, api: Api, method: str, first: date, last: date, **more: Any) -> bytes:
    days = {"fromDate": first.isoformat(), fetch.source.to_parameter: last.isoformat()}
    return api.get(PATH, params={"getMethod": method, **days, **more}).content


def _told(fetch: Fetch, error: PlainTextAnswerError) -> UnreachableSourceError:
    source = fetch.source
    if error.is_about_key:
        return UnreachableSourceError(
            f"source {source.name}: {source.base_url} refuses the credentials (an error as text at {PATH}): "
            f"check {source.api_key_env}"
        )
    return UnreachableSourceError(
        f"source {source.name}: {source.base_url} answers with an error as text at {PATH}, where XML belongs"
    )
