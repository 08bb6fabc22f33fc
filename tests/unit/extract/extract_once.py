"""One extraction in a process of its own, for tests that kill it: HOME RUN_ID."""

import sys
from pathlib import Path

from small_installation import SmallInstallation, utc_now

from orchestration.extract.source import extract_source

installation = SmallInstallation(Path(sys.argv[1]), lock_wait_seconds=60)
print("ready", flush=True)
source = installation.sources.sources[0]
print(extract_source(source, installation.home, installation.settings, run_id=sys.argv[2], now=utc_now).status)
