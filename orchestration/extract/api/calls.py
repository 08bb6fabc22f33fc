"""Calling a vendor's interface: retries, waits, and one clear line for everything that can go wrong.

Belongs here: HTTP, through dlt's client. No message, log or trace may hold a credential: texts of the library's exceptions
carry URLs, so that none of them is ever passed on.
"""

import email.utils
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from dlt.common.configuration.specs.runtime_configuration import RuntimeConfiguration
from dlt.sources.helpers.requests import Client
from dlt.sources.helpers.rest_client import RESTClient
from dlt.sources.helpers.rest_client.auth import OAuth2ClientCredentials
from dlt.sources.helpers.rest_client.client import PageData
from dlt.sources.helpers.rest_client.paginators import BasePaginator
from requests.auth import AuthBase

from orchestration.extract.faults import NotPermittedError, UnreachableSourceError
from orchestration.source_models import ApiSource

LONGEST_WAIT_SECONDS = 300
"""A `Retry-After` beyond this is cut; vendors ask for a minute at most."""
BACKOFF_SECONDS = 1.0
"""The first wait after a fault; each further one is twice as long."""
FIRST_EPOCH_SECOND = 100_000_000
"""An `X-RateLimit-Reset` below this is a number of seconds to wait, and from it on an instant."""
RETRIED_STATUSES = (409, 429, *range(500, 600))
Item = TypeVar("Item")
Result = TypeVar("Result")


class Api:
    """A vendor's interface with the credentials of one source.

    Args:
        source: whose settings say where it is, how long to wait and how often to try.
        auth: how a request proves who asks; None when headers do.
        headers: of every request.
        is_throttled: tells an answer with status 200 that says "too fast", which is then tried again.
        check: looks at every answer with a good status and raises for one that is an error all the same.
        meanings: what a status means with this vendor, where the number alone would not tell what to do.
    """

    def __init__(
        self,
        source: ApiSource,
        auth: AuthBase | None = None,
        headers: dict[str, str] | None = None,
        is_throttled: Callable[[requests.Response], bool] | None = None,
        check: Callable[[requests.Response], None] | None = None,
        meanings: Mapping[int, str] | None = None,
    ) -> None:
        self.source = source
        self.request_count = 0
        self._server_clock: datetime | None = None
        self._check = check
        self._meanings = meanings or {}
        self._is_throttled = is_throttled
        client = Client(
            request_timeout=source.timeout_seconds,
            raise_for_status=False,
            status_codes=RETRIED_STATUSES,
            request_max_attempts=source.max_attempts,
            request_backoff_factor=BACKOFF_SECONDS,
            request_max_retry_delay=LONGEST_WAIT_SECONDS,
            retry_condition=(lambda response, _: response is not None and is_throttled(response))
            if is_throttled
            else None,
        )
        if isinstance(auth, OAuth2ClientCredentials):
            auth.session = client.session  # a token is asked for with the same patience
        # One session per thread, since a session is not for several threads at once.
        self._rest = lambda: RESTClient(
            source.base_url, headers, auth, session=client.session, config=RuntimeConfiguration()
        )

    def get(self, path: str, params: dict[str, Any] | None = None, **more: Any) -> requests.Response:
        """One answer to a GET; `path` is below the base URL, or a whole URL that the vendor gave.

        Raises:
            UnreachableSourceError: the vendor cannot be reached, refuses the credentials or answers with an error.
            NotPermittedError: the credentials may not read this.
        """
        return self._one(path, "GET", params=params, **more)

    def post(self, path: str, json: Any = None, **more: Any) -> requests.Response:
        """One answer to a POST; raises as `get` does."""
        return self._one(path, "POST", json=json, **more)

    def get_json(self, path: str, params: dict[str, Any] | None = None, *, may_be_absent: bool = False) -> Any:
        """The JSON of one answer to a GET; None for a 404 where `may_be_absent`.

        Raises as `get` does, and UnreachableSourceError when the answer is no JSON.
        """
        with self._faults(path):
            response = self._rest().request(path, method="GET", params=params, hooks=self._hooks(path, may_be_absent))
            return None if response.status_code == 404 else response.json()

    def post_json(self, path: str, json: Any = None) -> Any:
        """The JSON of one answer to a POST; raises as `get_json` does."""
        with self._faults(path):
            return self._rest().request(path, method="POST", json=json, hooks=self._hooks(path)).json()

    def pages(
        self, path: str, paginator: BasePaginator, records: str, *, method: str = "GET", **more: Any
    ) -> Iterator[PageData[Any]]:
        """The pages of a listing, each a list of records with its `response`; `records` is the JSON path of the list.

        Raises as `get` does, and UnreachableSourceError when an answer is no JSON.
        """
        with self._faults(path):
            yield from self._rest().paginate(
                path, method=method, paginator=paginator, data_selector=records, hooks=self._hooks(path), **more
            )

    def for_each(self, items: Iterable[Item], call: Callable[[Item], Result]) -> Iterator[Result]:
        """The results of a call for each item, in order, at most `parallel_requests` at a time."""
        with ThreadPoolExecutor(self.source.parallel_requests, thread_name_prefix=self.source.name) as pool:
            waiting: list[Any] = []
            try:
                for item in items:
                    waiting.append(pool.submit(call, item))
                    # A bounded number in flight and unread, so that memory does not grow with the listing.
                    if len(waiting) >= 4 * self.source.parallel_requests:
                        yield waiting.pop(0).result()
                while waiting:
                    yield waiting.pop(0).result()
            finally:
                for future in waiting:
                    future.cancel()

    @property
    def server_clock(self) -> datetime:
        """The vendor's own time, UTC without zone, as its last answer said it; ours where it never does."""
        if self._server_clock is None:
            with self._faults("/"):
                self._note_clock(self._rest().request("/", method="HEAD"))
        return self._server_clock or datetime.now(UTC).replace(tzinfo=None)

    def _one(self, path: str, method: str, **more: Any) -> requests.Response:
        with self._faults(path):
            return self._rest().request(path, method=method, hooks=self._hooks(path), **more)

    def _hooks(self, path: str, may_be_absent: bool = False) -> dict[str, list[Callable[..., None]]]:
        def judged(response: requests.Response, *_: Any, **__: Any) -> None:
            self.request_count += 1
            self._note_clock(response)
            _tell_wait(response)
            if may_be_absent and response.status_code == 404:
                return
            if response.status_code in RETRIED_STATUSES or (self._is_throttled and self._is_throttled(response)):
                raise requests.HTTPError(response=response)  # the client tries again, and raises the last one
            self._judge(response, path)

        return {"response": [judged]}

    def _judge(self, response: requests.Response, path: str) -> None:
        said, where = response.status_code, urlsplit(path).path or path
        if said == 401:
            raise UnreachableSourceError(
                f"source {self.source.name}: {self.source.base_url} refuses the credentials (401 at {where}): "
                f"check {self._credentials()}"
            )
        if said == 403:
            needed = f"they need {self.source.scopes}" if self.source.scopes else "ask the vendor's administrator"
            raise NotPermittedError(
                f"source {self.source.name}: the credentials in {self._credentials()} may not read {where} (403): {needed}"
            )
        if said >= 400:
            meaning = f": {self._meanings[said]}" if said in self._meanings else ""
            raise UnreachableSourceError(
                f"source {self.source.name}: {self.source.base_url} answers {said} at {where}{meaning}"
            )
        if self._check is not None:
            self._check(response)

    def _credentials(self) -> str:
        return ", ".join(self.source.credential_variables().values()) or "its credentials"

    def _note_clock(self, response: requests.Response) -> None:
        said = response.headers.get("Date")
        if said:
            self._server_clock = email.utils.parsedate_to_datetime(said).astimezone(UTC).replace(tzinfo=None)

    @contextmanager
    def _faults(self, path: str) -> Iterator[None]:
        """Every fault of the call in our own words: the library's may hold the URL and what stands in it."""
        where = urlsplit(path).path or path
        at = f"source {self.source.name}: {self.source.base_url}"
        try:
            yield
        except requests.HTTPError as error:
            said = error.response.status_code if error.response is not None else "an error"
            if said in (400, 401, 403):  # only the request for a token is judged by the library and not by `_judge`
                raise UnreachableSourceError(
                    f"{at} refuses the credentials ({said} when asked for a token): check {self._credentials()}"
                ) from None
            raise UnreachableSourceError(
                f"{at} answers {'too many requests' if said in (200, 429) else said} at {where}, "
                f"{self.source.max_attempts} times in a row (max_attempts)"
            ) from None
        except requests.Timeout:
            raise UnreachableSourceError(
                f"{at} does not answer within {self.source.timeout_seconds:g} seconds at {where} (timeout_seconds)"
            ) from None
        except requests.JSONDecodeError:
            raise UnreachableSourceError(f"{at} answers with something that is no JSON at {where}") from None
        except requests.RequestException as error:
            raise UnreachableSourceError(
                f"{at} cannot be reached ({type(error).__name__}): check base_url, and the network"
            ) from None


def _tell_wait(response: requests.Response) -> None:
    """Of vendors that say when their window ends instead of how long to wait, make a `Retry-After` that the client obeys."""
    resets_at = response.headers.get("X-RateLimit-Reset", "")
    if response.status_code != 429 or "Retry-After" in response.headers or not resets_at.isdecimal():
        return
    said = response.headers.get("Date")
    now = email.utils.parsedate_to_datetime(said).timestamp() if said else datetime.now(UTC).timestamp()
    seconds = int(resets_at) - now if int(resets_at) > FIRST_EPOCH_SECOND else int(resets_at)
    response.headers["Retry-After"] = str(max(math.ceil(seconds), 1))
