"""The files kind from delivery to contract: formats agree, rows add up, processes take turns, the machine's zone is nothing."""

import csv
import io
import json
import os
import random
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.settings import PROJECT, Home
from orchestration.warehouse import connect

HEAD = '[installation]\nname = "test"\n'
SOURCE = '[[sources]]\nname = "{0}"\nkind = "files"\ndelivers = ["tickets"]\n'
# Extracts and maps every source of a home, in a process of its own as a run does; prints statuses and the peak of memory.
RUN = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from orchestration.extract.mapping import map_sources
from orchestration.extract.source import extract_source
from orchestration.settings import Home, Settings
from orchestration.sources import read_sources
from orchestration.warehouse import connect
home = Home(Path(sys.argv[1]))
home.make_folders()
settings = Settings(identity_key="k" * 40, memory_limit=sys.argv[3], lock_wait_seconds=60)
now = lambda: datetime.now(UTC).replace(tzinfo=None)
sources = read_sources(home)
for source in sources.sources:
    if sys.argv[4] in ("all", source.name):
        result = extract_source(source, home, settings, run_id=sys.argv[2], now=now)
        print(source.name, result.status, result.message)
if sys.argv[4] == "all":
    with connect(home.warehouse, wait_seconds=60, memory_limit=settings.memory_limit, temp=home.temp) as warehouse:
        map_sources(warehouse, sources, home, sys.argv[2])
print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def start(home: Home, run_id: str, memory: str = "1GB", source: str = "all", **variables: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", RUN, str(home.path), run_id, memory, source],
        cwd=PROJECT, env={**os.environ, **variables}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def run(home: Home, run_id: str, **options: str) -> list[str]:
    output, errors = (process := start(home, run_id, **options)).communicate(timeout=300)
    assert process.returncode == 0, errors
    return output.splitlines()


def query(home: Home, sql: str) -> list[tuple]:
    with connect(home.warehouse) as warehouse:
        return warehouse.execute(sql).fetchall()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.make_folders()
    return made


def deliver(home: Home, source: str, name: str, content: bytes) -> None:
    path = home.landing / source / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def some_tickets(count: int) -> list[dict[str, str]]:
    return [
        {
            "ticket_id": f"{i:05}",
            "customer_id": f"buyer{i % 7}@example.com",
            "created_at": f"2026-03-29T{i % 24:02}:30:00+0{i % 3}:00",
            "market": ["DE", "한국", "إسرائيل"][i % 3],
            "description": f"parcel {i} was never delivered 👩‍👩‍👧",
        }
        for i in range(count)
    ]


def test_formats_agree(home: Home) -> None:
    rows = some_tickets(50)
    home.sources_file.write_text(HEAD + "".join(SOURCE.format(name) for name in ("a_csv", "b_json", "c_parquet")))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    deliver(home, "a_csv", "tickets.csv", text.getvalue().encode())
    deliver(home, "b_json", "tickets.jsonl", "\n".join(map(json.dumps, reversed(rows))).encode())
    typed = [{**row, "created_at": datetime.fromisoformat(row["created_at"])} for row in rows]
    pq.write_table(
        pa.Table.from_pylist(typed).set_column(
            2, "created_at", pa.array([row["created_at"] for row in typed], pa.timestamp("us", tz="Europe/Berlin"))
        ),
        home.landing / "tickets.parquet",
    )
    (home.landing / "c_parquet").mkdir()
    (home.landing / "tickets.parquet").rename(home.landing / "c_parquet" / "tickets.parquet")
    assert [line.split()[1] for line in run(home, "r")[:3]] == ["loaded"] * 3
    columns = "ticket_id, customer_id, created_at, market, description_character_count"
    first, *others = (
        query(home, f"select {columns} from contract.tickets where source_name = '{name}' order by all")
        for name in ("a_csv", "b_json", "c_parquet")
    )
    assert len(first) == 50
    assert others == [first, first]


def test_rows_add_up_whatever_is_delivered(home: Home) -> None:
    """Read = landed + repeated + rejected; current = mapped + dropped + rejected by the mapping; over many bad deliveries."""
    home.sources_file.write_text(HEAD + SOURCE.format("desk"))
    dice = random.Random(11)
    written = 0
    for number in range(4):
        lines = []
        for row in some_tickets(300):
            kind = dice.random()
            cells = list(row.values())
            if kind < 0.1:
                cells = cells[: dice.randint(1, 4)]
            elif kind < 0.2:
                cells[2] = dice.choice(["yesterday", "", "03/04/2026", "2026-02-30T00:00:00Z"])
            elif kind < 0.25:
                cells[0] = ""
            elif kind < 0.3:
                cells.append("more")
            if dice.random() < 0.5:
                cells[-1] = f'"{cells[-1]}\nmore {number}"'
            lines.append(",".join(cells))
        dice.shuffle(lines)
        written += len(lines)
        deliver(home, "desk", f"tickets-{number}.csv", "\n".join([",".join(some_tickets(1)[0]), *lines, ""]).encode())
        run(home, f"run-{number}")
    read, landed, repeated, rejected, current = query(
        home,
        "select sum(rows_read), sum(rows_landed), sum(rows_repeated), sum(rows_rejected), arg_max(rows_current, run_id) from audit.deliveries",
    )[0]
    assert read == written == landed + repeated + rejected
    assert min(landed, repeated, rejected) > 0
    assert query(home, "select rows_current, rows_accounted from audit.raw_accounting where run_id = 'run-3'") == [
        (current, current)
    ]
    mapped, dropped, unfit = query(
        home, "select rows_mapped, rows_dropped, rows_rejected from audit.mappings where run_id = 'run-3'"
    )[0]
    assert mapped + dropped + unfit == current
    assert query(home, "select count(*) from contract.tickets") == [(mapped,)]
    told = query(
        home,
        "select count(distinct (file_name, row_number)) from audit.rejected_rows where run_id = 'run-3' and table_name is null",
    )
    assert told == [(unfit,)]


def test_runs_at_the_same_time_take_turns(home: Home) -> None:
    names = ("desk_a", "desk_b", "desk_c")
    home.sources_file.write_text(HEAD + "".join(SOURCE.format(name) for name in names))
    for name in names:
        content = "ticket_id,created_at\n" + "".join(f"{i},2026-01-01T00:00:00Z\n" for i in range(2000))
        deliver(home, name, "tickets.csv", content.encode())
    processes = [start(home, f"run-{name}", source=name) for name in names]
    outputs = [process.communicate(timeout=300) for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], outputs
    assert [output.split()[1] for output, _ in outputs] == ["loaded"] * 3
    assert [query(home, f"select count(*) from raw_{name}.tickets") for name in names] == [[(2000,)]] * 3


def test_zone_of_the_machine_changes_nothing(home: Home) -> None:
    home.sources_file.write_text(
        HEAD
        + '[[sources]]\nname = "desk"\nkind = "files"\ndelivers = ["tickets"]\n'
        + '[[sources.entities]]\nentity = "tickets"\ntable = "tickets"\ntime_zone = "Europe/Berlin"\n'
    )
    content = "ticket_id,created_at\n1,2026-03-29T02:30:00\n2,2026-10-25 02:30\n3,2026-01-01T00:00:00Z\n"
    deliver(home, "desk", "tickets.csv", content.encode())
    found = set()
    for zone in ("UTC", "Asia/Kolkata", "America/St_Johns"):
        run(home, f"run-{zone}", TZ=zone)
        found.add(str(query(home, "select ticket_id, created_at from contract.tickets order by 1")))
    assert len(found) == 1
    assert query(home, "select count(*) from raw_desk.tickets") == [(3,)]
    seen = query(home, "select max(_seen_at) from raw_desk.tickets")[0][0]
    assert abs((datetime.now(UTC).replace(tzinfo=None) - seen).total_seconds()) < 3600


def test_memory_stays_below_the_limit(home: Home) -> None:
    """A delivery several times as large as the limit: what does not fit is spilled, and nothing is left of it."""
    home.sources_file.write_text(HEAD + SOURCE.format("desk"))
    path = home.landing / "desk" / "tickets.csv"
    path.parent.mkdir()
    with path.open("w") as file:
        file.write("ticket_id,created_at,description,reason\n")
        for i in range(250_000):
            file.write(f"{i},2026-01-01T00:00:00Z,{'the parcel was late ' * 10}{i},{'x' * 600}{i}\n")
    assert path.stat().st_size > 200_000_000
    output = run(home, "r", memory="250MB")
    assert output[0].split()[:2] == ["desk", "loaded"], output
    assert query(home, "select count(*) from contract.tickets") == [(250_000,)]
    peak = int(output[-1].split()[1])
    assert peak < 850, f"{peak} MB"  # of which the interpreter and dlt take some 300
    assert list(home.temp.iterdir()) == []
