"""What can be done for the demo before anybody asks for it: `python -m orchestration.demo.prepare`, part of `make setup`.

Belongs here: parsing the dbt project as the demo tells it to, which takes as long as any step of the demo.
"""

import sys
import tempfile
from pathlib import Path

from orchestration.dbt_manifest import read_manifest
from orchestration.demo.decisions import write_seeds
from orchestration.demo.plan import DEFAULT_SCALE, write_plan
from orchestration.demo.served import SERVED, served_sources_toml, write_credentials
from orchestration.demo.world import DEFAULT_SEED
from orchestration.installing import create_home
from orchestration.settings import Home
from orchestration.sources import read_sources


def main() -> int:
    """Parse the project for an installation like the demo's, which is thrown away."""
    with tempfile.TemporaryDirectory(prefix="support-metrics-") as folder:
        home = Home(Path(folder) / "home")
        home.path.mkdir()
        plan = write_plan(home, DEFAULT_SEED, DEFAULT_SCALE, list(SERVED))
        create_home(home, into_existing=True, sources_toml=served_sources_toml(plan))
        write_credentials(home)
        write_seeds(home)
        read_manifest(home, read_sources(home))
    return 0


if __name__ == "__main__":
    sys.exit(main())
