"""A reader of the published file, run as a process: `published_file_reader.py FILE STOP_FILE`.

Opens, reads and closes the file until STOP_FILE exists; prints "reading" after the first time, and at the end, as
JSON, how often it did, which builds it saw, every mixture and every error.
"""

import json
import sys
import time
from pathlib import Path

import duckdb

TABLES = ("core.first", "direct.second", "drivers.third", "meta.build_info")


def read(file: str) -> list[int]:
    """The build numbers of all tables, within one connection but several queries."""
    connection = duckdb.connect(file, read_only=True, config={"threads": 1, "enable_external_access": "false"})
    try:
        numbers = [connection.execute(f"select distinct build_number from {table}").fetchall() for table in TABLES]
        return sorted({int(row[0]) for rows in numbers for row in rows})
    finally:
        connection.close()


def main() -> None:
    file, stop = sys.argv[1], Path(sys.argv[2])
    opened, seen, mixtures, errors = 0, [], [], []
    while not stop.exists():
        try:
            numbers = read(file)
        except duckdb.Error as error:
            errors.append(str(error))
        else:
            opened += 1
            if len(numbers) != 1:
                mixtures.append(numbers)
            elif not seen or seen[-1] != numbers[0]:
                seen.append(numbers[0])
        if opened + len(errors) == 1:
            print("reading", flush=True)
        time.sleep(0.4)
    print(json.dumps({"opened": opened, "seen": seen, "mixtures": mixtures, "errors": errors}), flush=True)


if __name__ == "__main__":
    main()
