"""Asking the GraphQL Admin API: errors inside HTTP 200, the budget of points, pages, and lists inside records.

Belongs here: how anything is asked. What is asked stands in `queries`, and in which order in `fetch`.
"""

import re
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

import requests
from dlt.common.configuration.specs import configspec
from dlt.sources.helpers.rest_client.auth import OAuth2ClientCredentials
from requests import PreparedRequest

from orchestration.extract.api import calls
from orchestration.extract.api.fetching import Fetch
from orchestration.extract.faults import NotPermittedError, UnreachableSourceError, UnusableDeliveryError
from orchestration.extract.shopify import queries

LONGEST_LIST = 25_000
"""The vendor cuts every list here, without a word."""
LARGEST_PAGE = 250
FURTHER = 64
"""How much of a long list inside a record is asked for at once; less where that costs too much."""
LONGEST_PLAIN_LIST = 200
"""As much of a list without pages as one query can pay for."""


class TooCostlyError(UnreachableSourceError):
    """One query asks for more than the vendor allows in one; the same with fewer records may do."""


@configspec
class ShopifyToken(OAuth2ClientCredentials):
    """Client credentials whose token goes into a header of the vendor's own."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Put the token into the request; an expired one is asked for anew."""
        if self.access_token is None or self.is_token_expired():
            self.obtain_token()
        request.headers["X-Shopify-Access-Token"] = self.access_token
        return request


class AdminApi:
    """One shop's API. Every method raises what `Api` raises, and NotPermittedError for a scope that is missing."""

    def __init__(self, fetch: Fetch) -> None:
        source = self.source = fetch.source
        self._landing = fetch.landing
        self._path = f"/admin/api/{source.api_version}/graphql.json"
        self._served_version = source.api_version
        self._page_size = source.page_size
        self._turns = threading.Lock()
        self._free_at = 0.0
        self.calls = fetch.open(
            auth=ShopifyToken(
                access_token_url=f"{source.base_url}/admin/oauth/access_token",
                client_id=fetch.secrets["client_id_env"],
                client_secret=fetch.secrets["client_secret_env"],
            ),
            check=self._note_version,
        )

    def ask(self, text: str, /, **variables: Any) -> dict[str, Any]:
        """The data of one answer; an answer "too fast" is waited for as long as the vendor's own figures say."""
        said = ""
        for _ in range(self.source.max_attempts):
            answer = self.calls.post_json(self._path, {"query": text, "variables": variables})
            cost = (answer.get("extensions") or {}).get("cost") or {}
            errors = answer.get("errors") or []
            codes = [_code(error) for error in errors] if isinstance(errors, list) else ["UNKNOWN"]
            if "THROTTLED" in codes or "INTERNAL_SERVER_ERROR" in codes:
                said = "too many requests" if "THROTTLED" in codes else "an error of its own"
                self._wait_turn(cost)
                continue
            if codes:
                self._refuse(errors if isinstance(errors, list) else [])
            status = cost.get("throttleStatus") or {}
            if status.get("currentlyAvailable", 0) < (cost.get("requestedQueryCost") or 0):
                self._wait_turn(cost)  # the next of its kind would be refused
            return answer.get("data") or {}
        raise UnreachableSourceError(
            f"{self._at} answers {said} at {self._path}, {self.source.max_attempts} times in a row (max_attempts)"
        )

    def scopes(self) -> set[str]:
        """What the app may do, by the vendor's names of scopes; to write is to read as well."""
        installation = self.ask(queries.SCOPES).get("currentAppInstallation") or {}
        granted = {scope["handle"] for scope in installation.get("accessScopes") or []}
        return granted | {re.sub("^write_", "read_", scope) for scope in granted}

    def count(self, root: str, search: str, limit: int | None) -> int | None:
        """How many records a search finds; None when they are more than the limit."""
        found = self.ask(queries.count(root), query=search, limit=limit).get(f"{root}Count") or {}
        return found.get("count") if found.get("precision") == "EXACT" else None

    def pages(
        self, root: str, selection: str, search: str, sort_key: str | None = None
    ) -> Iterator[list[dict[str, Any]]]:
        """The pages of what a search finds; smaller ones from the first on that would cost too much.

        Raises:
            UnusableDeliveryError: the list is as long as the vendor's lists get, so that it may have been cut.
        """
        query = queries.listing(root, selection, sort_key)
        after, seen = None, 0
        while True:
            try:
                found = self.ask(query, query=search, first=self._page_size, after=after).get(root)
            except TooCostlyError:
                if self._page_size == 1:
                    raise
                self._page_size = max(self._page_size // 2, 1)
                continue
            nodes, next_page = self._page(found, root, after)
            yield nodes
            seen += len(nodes)
            if next_page is None:
                break
            after = next_page
        if seen >= LONGEST_LIST:
            raise UnusableDeliveryError(f"{root}: {seen:,} records in one list, which is where the vendor cuts lists")

    def by_ids(self, kind: str, selection: str, ids: Sequence[str]) -> list[dict[str, Any] | None]:
        """Records by their ids, in that order; None for one that is not there. Fewer are asked for where all cost too much."""
        if not ids:
            return []
        try:
            found = self.ask(queries.by_ids(kind, selection), ids=list(ids)).get("nodes")
        except TooCostlyError:
            if len(ids) == 1:
                raise
            half = len(ids) // 2
            return [*self.by_ids(kind, selection, ids[:half]), *self.by_ids(kind, selection, ids[half:])]
        if not isinstance(found, list) or len(found) != len(ids):
            raise UnreachableSourceError(f"{self._at} answers without the records that it was asked for by id")
        return found

    def whole(self, owner: dict[str, Any], kind: str, field: str, selection: str) -> list[dict[str, Any]]:
        """All of a list inside a record, of which the record holds the first page."""
        first_page, after = self._page(owner[field], field, None)
        nodes, size = list(first_page), FURTHER
        while after is not None:
            try:
                node = self.ask(queries.rest_of(kind, field, selection), id=owner["id"], first=size, after=after).get(
                    "node"
                )
            except TooCostlyError:
                if size == 1:
                    raise
                size = max(size // 2, 1)
                continue
            if not node:  # deleted meanwhile
                break
            more, after = self._page(node[field], field, after)
            nodes += more
        return nodes

    def whole_list(
        self, owner: dict[str, Any], kind: str, field: str, selection: str, asked: int
    ) -> list[dict[str, Any]]:
        """All of a list inside a record that knows no pages, of which the record holds at most `asked`."""
        nodes = owner[field]
        if len(nodes) < asked:
            return nodes
        node = self.ask(queries.whole_list(kind, field, selection), id=owner["id"], first=LONGEST_PLAIN_LIST).get(
            "node"
        )
        nodes = node[field] if node else nodes
        if len(nodes) >= LONGEST_PLAIN_LIST:
            self._landing.note(f"an order has {LONGEST_PLAIN_LIST} {field} or more, of which no more can be asked for")
        return nodes

    def _page(
        self, connection: dict[str, Any] | None, name: str, after: str | None
    ) -> tuple[list[dict[str, Any]], str | None]:
        """The records of a page, and the cursor of the next one if there is any."""
        if not connection:
            raise UnreachableSourceError(f"{self._at} answers without {name}")
        info = connection["pageInfo"]
        if not info["hasNextPage"]:
            return connection["nodes"], None
        if info["endCursor"] in (None, after):
            raise UnreachableSourceError(f"{self._at} answers the same page of {name} again")
        return connection["nodes"], info["endCursor"]

    @property
    def _at(self) -> str:
        return f"source {self.source.name}: {self.source.base_url}"

    def _wait_turn(self, cost: dict[str, Any]) -> None:
        """Wait until the budget is restored by what the query asks for; those who wait stand in line, each for its part."""
        status = cost.get("throttleStatus") or {}
        needed, rate = cost.get("requestedQueryCost") or 0, status.get("restoreRate")
        own = needed / rate if rate else calls.BACKOFF_SECONDS
        lacking = max(needed - status.get("currentlyAvailable", 0), 0) / rate if rate else own
        with self._turns:
            now = time.monotonic()
            until = max(now + lacking, self._free_at + own if self._free_at > now else now)
            until = self._free_at = min(until, now + calls.LONGEST_WAIT_SECONDS)
        time.sleep(max(until - now, 0))

    def _refuse(self, errors: list[dict[str, Any]]) -> None:
        """One line for what the vendor refuses. Its own words are left out: they may repeat what was asked."""
        for error in errors:
            code, said = _code(error), error.get("extensions") or {}
            path = next((part for part in error.get("path") or [] if isinstance(part, str)), "")
            field = path if re.fullmatch(r"\w+", path) else "this"
            if code == "ACCESS_DENIED":
                scopes = re.findall(r"\b(?:read|write)_\w+", str(said.get("requiredAccess") or error.get("message")))
                needed = (
                    "the scope " + " or ".join(dict.fromkeys(scopes)) if scopes else "access to protected customer data"
                )
                raise NotPermittedError(
                    f"source {self.source.name}: the app of {self.source.client_id_env} may not read {field} "
                    f"(ACCESS_DENIED): it needs {needed}"
                )
            if code == "MAX_COST_EXCEEDED":
                raise TooCostlyError(f"{self._at} refuses even the smallest query for {field} as too costly ({code})")
        first = errors[0] if errors else {}
        said = first.get("extensions") or {}
        names = [str(said[name]) for name in ("typeName", "fieldName", "argumentName") if said.get(name)]
        about = f" ({'.'.join(names)}: does api_version {self.source.api_version} know it?)" if names else ""
        raise UnreachableSourceError(f"{self._at} refuses a query: {_code(first)}{about}")

    def _note_version(self, response: requests.Response) -> None:
        served = response.headers.get("X-Shopify-API-Version", self._served_version)
        if served != self._served_version and re.fullmatch(r"[\w-]+", served):
            self._served_version = served
            self._landing.note(
                f"the shop answers as version {served}, since {self.source.api_version} (api_version) is no longer served"
            )


def _code(error: Any) -> str:
    code = str((error.get("extensions") or {}).get("code") or "") if isinstance(error, dict) else ""
    return code if re.fullmatch(r"\w+", code) else "UNKNOWN"
