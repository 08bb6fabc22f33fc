"""A process that publishes prepared warehouses for ever, to be killed: `publish_loop.py FOLDER PUBLISHED COUNT`."""

import itertools
import sys
from pathlib import Path

from orchestration.publish import publish


def main() -> None:
    folder, published, count = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    print("ready", flush=True)
    for turn in itertools.count():
        number = turn % count + 1
        publish(folder / f"warehouse_{number}.duckdb", published, build_id=f"build-{number}", keep=2)


if __name__ == "__main__":
    main()
