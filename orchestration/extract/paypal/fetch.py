"""Reading PayPal's disputes: the list by update time, then the details of each, since the list names no order.

One request per 50 disputes and one per changed dispute. The list reaches 180 days back and no further.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from dlt.common.configuration.specs import configspec
from dlt.sources.helpers.rest_client.auth import OAuth2ClientCredentials
from dlt.sources.helpers.rest_client.paginators import JSONLinkPaginator
from requests.auth import _basic_auth_str

from orchestration.extract.api.calls import Api
from orchestration.extract.api.fetching import Fetch

DISPUTES = "/v1/customer/disputes"
PAGE_SIZE = 50
OLDEST_DAYS = 179
"""The vendor refuses 180 days and more; a day less leaves room for the time that a run takes."""


@configspec
class PaypalToken(OAuth2ClientCredentials):
    """Client credentials that are sent as HTTP Basic, as PayPal's token endpoint wants them."""

    def build_access_token_request(self) -> dict[str, Any]:
        """The request for a token."""
        return {
            "headers": {
                "Authorization": _basic_auth_str(self.client_id, self.client_secret),
                "Content-Type": "application/x-www-form-urlencoded",
            },
            "data": {"grant_type": "client_credentials"},
        }


def fetch(fetch: Fetch) -> None:
    """Read the disputes that changed since the last run, or in the window."""
    source = fetch.source
    api = fetch.open(
        auth=PaypalToken(
            access_token_url=f"{source.base_url}/v1/oauth2/token",
            client_id=fetch.secrets["client_id_env"],
            client_secret=fetch.secrets["client_secret_env"],
        )
    )
    clock = api.server_clock
    oldest = clock - timedelta(days=OLDEST_DAYS)
    begin = fetch.window.begin if fetch.window else fetch.since("disputes_read_through")
    if begin < oldest and fetch.progress.get("disputes_read_through") is not None:
        fetch.landing.note(f"PayPal lists 180 days: disputes changed before {oldest:%Y-%m-%d} are lost")
    for page in _changed(api, max(begin, oldest), fetch.window.end if fetch.window else None):
        details = api.for_each([item["dispute_id"] for item in page], lambda dispute: _details(api, dispute))
        fetch.landing.add("disputes", [{**item, **detail} for item, detail in zip(page, details, strict=True)])
    fetch.landing.add("disputes", [])
    fetch.progress.set("disputes_read_through", clock.isoformat())
    fetch.complete_through(clock)


def _changed(api: Api, begin: datetime, end: datetime | None) -> Iterator[list[dict[str, Any]]]:
    params = {"update_time_after": f"{begin:%Y-%m-%dT%H:%M:%S.000Z}", "page_size": PAGE_SIZE}
    if end is not None:
        params["update_time_before"] = f"{end:%Y-%m-%dT%H:%M:%S.000Z}"
    paginator = JSONLinkPaginator(next_url_path="links[?(@.rel=='next')].href")
    yield from api.pages(DISPUTES, paginator, "items", params=params)


def _details(api: Api, dispute_id: str) -> dict[str, Any]:
    return api.get(f"{DISPUTES}/{dispute_id}").json()
