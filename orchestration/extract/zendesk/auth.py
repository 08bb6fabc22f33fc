"""Proving to Zendesk who asks: OAuth client credentials, or the older API token.

Belongs here: the form of a token's request, which the vendor's documentation shows as JSON.
"""

from typing import Any

from dlt.common.configuration.specs import configspec
from dlt.sources.helpers.rest_client.auth import OAuth2ClientCredentials
from requests.auth import AuthBase, HTTPBasicAuth

from orchestration.extract.api.fetching import Fetch


@configspec
class ZendeskToken(OAuth2ClientCredentials):
    """Client credentials that are sent in the body, as JSON or as a form."""

    body: str = "json"

    def build_access_token_request(self) -> dict[str, Any]:
        """The request for a token."""
        asked = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "scope": "read",
        }
        return {"json": asked} if self.body == "json" else {"data": asked}


def sign_in(fetch: Fetch) -> AuthBase:
    """How the source's requests prove who asks."""
    source, secrets = fetch.source, fetch.secrets
    if source.auth == "api_token":
        return HTTPBasicAuth(f"{secrets['email_env']}/token", secrets["api_token_env"])
    return ZendeskToken(
        access_token_url=f"{source.base_url.rstrip('/')}/oauth/tokens",
        client_id=secrets["client_id_env"],
        client_secret=secrets["client_secret_env"],
        body=source.token_request,
    )
