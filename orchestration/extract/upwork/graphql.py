"""Asking Upwork's GraphQL interface: signing in, and errors that come with status 200.

Belongs here: nothing of what is asked. Messages of the vendor are not passed on, since they may repeat what was sent; of a
missing permission the names of the types are told, which is what its mending needs.
"""

import re
from typing import Any

import requests
from dlt.common.configuration.specs import configspec
from dlt.sources.helpers.rest_client.auth import OAuth2ClientCredentials

from orchestration.extract.api.calls import Api
from orchestration.extract.api.fetching import Fetch
from orchestration.extract.faults import NotPermittedError, UnreachableSourceError, UnusableDeliveryError

PATH = "/graphql"
_PERMISSION = re.compile(r"not enough oauth2 permissions/scopes to access:?\s*\[?([\w.,\s]*)", re.IGNORECASE)
_CODE = re.compile(r"^\w{1,60}$")


@configspec
class RefreshedToken(OAuth2ClientCredentials):
    """A token that is asked for with a refresh token; `is_replaced` when the vendor gave another one to use from now on."""

    refresh_token: str = ""
    is_replaced: bool = False

    def build_access_token_request(self) -> dict[str, Any]:
        """The request for a token."""
        return {
            "headers": {"Content-Type": "application/x-www-form-urlencoded"},
            "data": {
                "grant_type": "refresh_token",
                "refresh_token": self.refresh_token,
                "client_id": self.client_id,
                "client_secret": self.client_secret,
            },
        }

    def parse_access_token(self, response_json: Any) -> str:
        """The token of an answer."""
        self.is_replaced = response_json.get("refresh_token", self.refresh_token) != self.refresh_token
        return super().parse_access_token(response_json)


def open_api(fetch: Fetch) -> tuple[Api, OAuth2ClientCredentials]:
    """The interface of the source's organisation, and how it signs in."""
    source = fetch.source
    signing_in = {
        "access_token_url": source.token_url,
        "client_id": fetch.secrets["client_id_env"],
        "client_secret": fetch.secrets["client_secret_env"],
    }
    auth = (
        RefreshedToken(**signing_in, refresh_token=fetch.secrets["refresh_token_env"])
        if source.refresh_token_env
        else OAuth2ClientCredentials(**signing_in)
    )
    headers = {"X-Upwork-API-TenantId": source.organization_id} if source.organization_id else None
    return fetch.open(auth=auth, headers=headers, check=lambda answer: refuse_errors(fetch, answer)), auth


def ask(api: Api, query: str, **variables: Any) -> dict[str, Any]:
    """The `data` of an answer.

    Raises:
        UnreachableSourceError: the vendor cannot be reached, or answers with an error.
        NotPermittedError: the credentials may not read a type or field that the query names.
        UnusableDeliveryError: the answer has neither data nor errors.
    """
    answer = api.post_json(PATH, {"query": query, "variables": variables})
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, dict):
        raise UnusableDeliveryError(f"{PATH}: the answer has no data")
    return data


def refuse_errors(fetch: Fetch, response: requests.Response) -> None:
    """Raise for an answer with status 200 that lists errors."""
    if response.request.method != "POST" or not response.content:
        return
    answer = response.json()
    errors = answer.get("errors") if isinstance(answer, dict) else None
    if not errors:
        return
    source = fetch.source
    told = [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []
    refused = [found[1] for error in told if (found := _PERMISSION.search(str(error.get("message"))))]
    if refused:
        names = ", ".join(dict.fromkeys(name for text in refused for name in re.findall(r"[\w.]+", text)))
        variables = ", ".join(source.credential_variables().values())
        raise NotPermittedError(
            f"source {source.name}: the credentials in {variables} may not read {names or 'what was asked for'}: they need "
            f"{source.scopes}, and organization_id must be theirs"
        )
    codes = [str((error.get("extensions") or {}).get("classification", "")) for error in told]
    named = ", ".join(dict.fromkeys(code for code in codes if _CODE.match(code)))
    raise UnreachableSourceError(
        f"source {source.name}: {source.base_url} answers with a GraphQL error at {PATH}"
        f"{f' ({named})' if named else ''}: check organization_id and the date formats"
    )


def at(data: dict[str, Any], *path: str) -> Any:
    """A value within an answer's data.

    Raises:
        UnusableDeliveryError: there is none under that path.
    """
    value: Any = data
    for number, name in enumerate(path, start=1):
        value = value.get(name) if isinstance(value, dict) else None
        if value is None:
            raise UnusableDeliveryError(f"{PATH}: the answer has no {'.'.join(path[:number])}; the vendor changed it")
    return value
