"""100,000 tickets with half a million child events, over HTTP from the stand-in: time and memory of the extracting process."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
SCRIPT = Path(__file__).with_name("zendesk_volume.py")
TICKETS = 100_000


def test_100_000_tickets_with_their_events_load_in_3_minutes_and_1_gigabyte(tmp_path):
    server = subprocess.Popen(
        [sys.executable, str(SCRIPT), "serve", str(TICKETS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        url = server.stdout.readline().strip()
        extracted = subprocess.run(
            [sys.executable, str(SCRIPT), "extract", str(tmp_path / "home"), url],
            capture_output=True,
            text=True,
            check=False,
        )
        assert extracted.returncode == 0, extracted.stderr
    finally:
        server.stdin.close()
        server.wait(timeout=30)
    said = json.loads(extracted.stdout.splitlines()[-1])
    print(said)
    assert (said["status"], said["is_accounted"]) == ("loaded", True), said["message"]
    assert {
        name: count for name, count in said["landed"].items() if name.startswith("ticket_") or name == "tickets"
    } == {
        "tickets": TICKETS,
        "ticket_comments": 2 * TICKETS,
        "ticket_changes": 3 * TICKETS,
        "ticket_events": 0,
        "ticket_metric_events": 0,
    }
    assert said["seconds"] < 180
    assert said["peak_megabytes"] < 1000
