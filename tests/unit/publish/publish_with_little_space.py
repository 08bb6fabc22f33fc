"""Publish with a limit on file size: `publish_with_little_space.py WAREHOUSE PUBLISHED BUILD BYTES`; prints the error."""

import resource
import sys
from pathlib import Path

from orchestration.publish import NoSpaceError, publish


def main() -> int:
    warehouse, published, build_id, limit = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        publish(warehouse, published, build_id=build_id)
    except NoSpaceError as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
