"""Which delivered files are new and whole, told from names, sizes and times alone.

Belongs here: the decision that the sensor `landed_files` makes at each look. It opens no file and no warehouse.
"""

import fnmatch
import hashlib
import json
from dataclasses import dataclass

from orchestration.settings import Home
from orchestration.source_models import LandedSource
from orchestration.sources import Sources

Listing = dict[str, list[int]]


@dataclass(frozen=True)
class Decision:
    """What to do after one look: `run_key` names the new set to load, or is None with the `reason`; keep `cursor`."""

    cursor: str
    run_key: str | None
    reason: str


def list_landed(home: Home, sources: Sources) -> Listing:
    """Every file that a source's tables would read: name below its source, size in bytes, time of change in ns."""
    found: Listing = {}
    for source in sources.sources:
        if not isinstance(source, LandedSource):
            continue
        folder = home.landing / (source.path or source.name)
        if not folder.is_dir():
            continue
        patterns = [table.files for table in source.tables]
        for path in sorted(folder.iterdir()):
            if path.name.startswith(".") or not path.is_file():
                continue
            if any(fnmatch.fnmatchcase(path.name, pattern) for pattern in patterns):
                status = path.stat()
                found[f"{source.name}/{path.name}"] = [status.st_size, status.st_mtime_ns]
    return found


def decide(cursor: str | None, now: Listing, published_at_ns: int | None) -> Decision:
    """Compare a listing with the last look's cursor.

    A set is loaded once, when two looks in a row find it the same: a file that is still being copied is left alone. At
    the first look, files older than the published file count as loaded.
    """
    if cursor is None:
        is_known = published_at_ns is not None and all(mtime <= published_at_ns for _, mtime in now.values())
        done: Listing = now if is_known else {}
        waiting: Listing = {}
    else:
        state = json.loads(cursor)
        done, waiting = state["done"], state["waiting"]
    new = {name: what for name, what in now.items() if done.get(name) != what}
    if not new:
        return Decision(_cursor(now, {}), None, "nothing new has landed")
    if waiting != new:
        return Decision(_cursor(done, new), None, f"{len(new)} new files; waiting until they stop growing")
    digest = hashlib.sha256(json.dumps(sorted(now.items())).encode()).hexdigest()[:16]
    return Decision(_cursor(now, {}), f"landed-{digest}", f"{len(new)} new files: {', '.join(sorted(new)[:5])}")


def _cursor(done: Listing, waiting: Listing) -> str:
    return json.dumps({"done": done, "waiting": waiting}, sort_keys=True)
