"""Telling people that a run failed, or that a window closes: always in `<home>/logs/alerts.log`, and to a webhook when one is configured.

Belongs here: the alert and its two ways out. An alert holds no secret and no value of a row: it says which run failed,
at which step, why in our own words, and what to do next.
"""

import json
import os
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from orchestration.pipeline import redact
from orchestration.settings import Home, read_environment

TIMEOUT_SECONDS = 10
LONGEST_PROBLEM = 1_000


@dataclass(frozen=True)
class Alert:
    """A failed run, or something that will be too late tomorrow.

    `problem` is one of our own messages, never the text of a foreign error. An alert is sent once: per run, or per `once`
    where no run is the reason.
    """

    job_name: str
    run_id: str
    step: str
    problem: str
    next_step: str = "run `support-metrics status`; docs/runbook.md says what each failure needs"
    once: str | None = None
    is_failure: bool = True


def send_alert(home: Home, alert: Alert) -> list[str]:
    """Write an alert to the log and send it to the webhook, once.

    Returns:
        what was done, one line each, for the log; a webhook that fails is one of them and no error.
    """
    path = home.logs / "alerts.log"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    record = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "home": home.path.name,
        **asdict(alert),
        "problem": redact(alert.problem, home)[:LONGEST_PROBLEM],
    }
    name = f'"once": {json.dumps(alert.once, ensure_ascii=False)}' if alert.once else f'"run_id": "{alert.run_id}"'
    if path.exists() and name in path.read_text(encoding="utf-8"):
        return []
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as file:
        file.write(json.dumps(record, ensure_ascii=False) + "\n")
    done = [f"alert written to {path}"]
    url = read_environment(home).get("SUPPORT_METRICS_ALERT_WEBHOOK_URL")
    if url:
        done.append(_post(url, record))
    return done


def _post(url: str, record: dict[str, Any]) -> str:
    if urlsplit(url).scheme not in ("http", "https"):
        return "the alert webhook is not an http(s) address; nothing was sent"
    # `text` is what Slack, Mattermost and Teams show; the other fields are for programs.
    what = f"{record['job_name']} failed at {record['step']}" if record["is_failure"] else f"warning, {record['step']}"
    text = f"Support Metrics ({record['home']}): {what}: {record['problem']} Next: {record['next_step']}"
    body = json.dumps({"text": text, **record}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310  # scheme checked above
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310  # scheme checked above
            return f"alert sent to the webhook (HTTP {answer.status})"
    except (urllib.error.URLError, OSError, ValueError) as error:
        # The address is a secret: an error's text could hold it.
        return f"the alert webhook could not be reached ({type(error).__name__}); the alert stands in the log"
