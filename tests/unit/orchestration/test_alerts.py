import json
import stat
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from orchestration.alerts import Alert, send_alert

ALERT = Alert("refresh_warehouse", "run-1", "map_contract", "gate 1 blocks: contract.tickets")


@pytest.fixture
def webhook(monkeypatch):
    received = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("SUPPORT_METRICS_ALERT_WEBHOOK_URL", f"http://127.0.0.1:{server.server_port}/secret-path")
    yield received
    server.shutdown()


def test_an_alert_is_written_once_per_run(home):
    assert send_alert(home, ALERT) == [f"alert written to {home.logs / 'alerts.log'}"]
    assert send_alert(home, ALERT) == []
    lines = (home.logs / "alerts.log").read_text().splitlines()
    assert len(lines) == 1
    assert json.loads(lines[0])["problem"] == ALERT.problem
    assert stat.S_IMODE((home.logs / "alerts.log").stat().st_mode) == 0o600


def test_the_webhook_gets_text_for_people_and_fields_for_programs(home, webhook):
    done = send_alert(home, ALERT)
    assert done[1] == "alert sent to the webhook (HTTP 204)"
    (body,) = webhook
    assert body["run_id"] == "run-1"
    assert "gate 1 blocks" in body["text"]
    assert str(home.path) not in json.dumps(body)


def test_a_secret_in_a_problem_is_taken_out(home, webhook, monkeypatch):
    monkeypatch.setenv("SHOP_DATABASE_URL", "postgresql://reader:canary77@db/shop")
    send_alert(home, Alert("j", "r", "s", "no route to postgresql://reader:canary77@db/shop"))
    assert "canary77" not in json.dumps(webhook) + (home.logs / "alerts.log").read_text()


def test_a_webhook_that_fails_is_told_without_its_address(home, monkeypatch):
    monkeypatch.setenv("SUPPORT_METRICS_ALERT_WEBHOOK_URL", "http://127.0.0.1:9/secret-path")
    done = send_alert(home, ALERT)
    assert "could not be reached" in done[1]
    assert "secret-path" not in "".join(done)


def test_only_http_is_spoken(home, monkeypatch):
    monkeypatch.setenv("SUPPORT_METRICS_ALERT_WEBHOOK_URL", "file:///etc/passwd")
    assert "not an http(s) address" in send_alert(home, ALERT)[1]
