"""The API key, which this vendor wants in the URL, and what keeps it out of every log.

Belongs here: nothing else. The key is added when a request is sent, so that no parameter that is printed anywhere holds it;
libraries that log the URL of what they send are made to leave it out. Faults of a call never name a URL (`api.calls`).
"""

import logging
import re

from requests import PreparedRequest
from requests.auth import AuthBase

KEY_PARAMETER = "apiKey"
LOGGERS = ("urllib3.connectionpool", "dlt")
_SHOWN = re.compile(rf"({KEY_PARAMETER}=)[^&\s\"']*", re.IGNORECASE)


class UrlKey(AuthBase):
    """Adds the key to the URL of a request as it is sent."""

    def __init__(self, key: str) -> None:
        self._key = key
        hide_key()

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """The request with the key."""
        if request.method != "HEAD" and request.url is not None:  # the time of day is told to anybody
            request.prepare_url(request.url, {KEY_PARAMETER: self._key})
        return request


class _HiddenKey(logging.Filter):
    """Replaces the key in messages, before any handler sees them."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true: the message stays, without the key."""
        said = record.getMessage()
        if KEY_PARAMETER.lower() in said.lower():
            record.msg, record.args = _SHOWN.sub(r"\1***", said), ()
        return True


_HIDDEN = _HiddenKey()


def hide_key() -> None:
    """Keep the key out of what the HTTP libraries log; may be called often."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(_HIDDEN)
