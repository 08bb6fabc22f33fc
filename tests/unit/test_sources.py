"""sources.toml: every fault told at once, each by name, before anything is touched."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.settings import PROJECT, ConfigurationError, Home
from orchestration.sources import default_calendar_key, read_sources, referred_source

FAULTY = """
[installation]
name = "test"
reporting_time_zone = "Europe/Atlantis"
colour = "red"

[[sources]]
name = "desk"
kind = "files"
delivers = ["tickets", "unicorns"]
expected_every_hours = "often"

[[sources]]
name = "desk"
kind = "files"
path = "x"
tabels = 1

[[sources.tables]]
name = "cases"
files = "../cases*"
encoding = "klingon"
delimiter = ";;"
key = ["id", "text"]
identities = ["mail"]
free_text = ["mail", "text"]
listing = "whole"

[[sources.tables]]
name = "lists"
files = "lists*"
listing = "full"
has_header = false

[[sources.tables]]
name = "Bad Name"
files = "x"
unused = "for the test"

[[sources.entities]]
entity = "tickets"
table = "cases"
columns = { ticket_id = "id", mood = "x" }
defaults = { weather = "fine" }
time_zone = "Mars/Base"
timestamp_format = ["%Q", "epoch_seconds"]
date_format = "dd.mm.yyyy"

[[sources.entities]]
entity = "orders"
sql = "nowhere.sql"
accounts_for = ["cases", "ghosts"]

[[sources.entities]]
entity = "returns"
sql = "../outside.sql"
table = "cases"

[[sources.entities]]
entity = "dragons"
table = "cases"

[[sources]]
name = "shop"
kind = "sql"
url_env = "SHOP_URL_THAT_IS_NOT_SET"
refers_to = { tickets = "nobody", elves = "desk", orders = "shop" }
delivers = ["customers"]

[[sources.tables]]
name = "things"
table = "things"
lag_hours = -1
unused = "for the test"

[[sources]]
name = "odd"
kind = "carrier pigeon"

[[sources]]
name = "9lives"
kind = "files"
"""

EXPECTED = [
    "sources.toml: installation, colour: unknown key",
    "sources.toml: installation: unknown time zone Europe/Atlantis",
    "sources.toml: source desk, expected_every_hours: input should be a valid number",
    "sources.toml: source desk, tabels: unknown key",
    "sources.toml: source desk, table cases, listing: input should be 'changes' or 'full'",
    "sources.toml: source shop, table things, lag_hours: input should be greater than or equal to 0",
    "sources.toml: source odd: kind: is one of files, sql",
    "sources.toml: two sources are named desk",
    "sources.toml: source desk: delivers unknown entity unicorns",
    "sources.toml: source desk: table cases: files is a pattern of names below the source's folder",
    "sources.toml: source desk: table cases: unknown encoding klingon",
    "sources.toml: source desk: table cases: delimiter is one character",
    "sources.toml: source desk: table cases: mail is declared under identities and under free_text",
    "sources.toml: source desk: table cases: key text is free text, which is not kept",
    "sources.toml: source desk: table cases: 4 mappings account for its rows",
    "sources.toml: source desk: table lists: 0 mappings account for its rows",
    "sources.toml: source desk: table lists: a full listing needs a key",
    "sources.toml: source desk: table lists: files without a header need columns",
    "sources.toml: source desk: table Bad Name: a name has lower-case letters",
    "sources.toml: source desk: entity tickets: unknown column mood",
    "sources.toml: source desk: entity tickets: unknown column weather",
    "sources.toml: source desk: entity tickets: unknown time zone Mars/Base",
    "sources.toml: source desk: entity tickets: timestamp_format %Q is no format of strptime",
    "sources.toml: source desk: entity tickets: timestamp_format: epoch_seconds and epoch_milliseconds stand alone",
    "sources.toml: source desk: entity tickets: date_format dd.mm.yyyy has no part such as %Y",
    "sources.toml: source desk: entity orders: ",
    "sources.toml: source desk: entity orders: the source has no table ghosts",
    "sources.toml: source desk: entity returns: give either table (and columns) or sql",
    "sources.toml: source desk: entity returns: sql names a file below ",
    "sources.toml: source desk: entity dragons: the contract has no such entity",
    "sources.toml: source shop: the variable SHOP_URL_THAT_IS_NOT_SET is not set",
    "sources.toml: source shop: refers_to: tickets = nobody, and no source is named nobody",
    "sources.toml: source shop: refers_to: unknown entity elves",
    "sources.toml: source shop: refers_to: orders = shop, and shop delivers no orders",
    "sources.toml: source 9lives: a name has lower-case letters",
]


def write(folder: Path, text: str) -> Home:
    home = Home(folder)
    home.sources_file.write_text(text, encoding="utf-8")
    return home


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as error:
        read_sources(write(folder, text))
    return error.value.problems


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    found = problems(tmp_path, FAULTY)
    missing = [line for line in EXPECTED if not any(problem.startswith(line) for problem in found)]
    assert missing == []
    unexpected = [problem for problem in found if not any(problem.startswith(line) for line in EXPECTED)]
    assert unexpected == []
    assert len(found) == len(set(found))


def test_it_takes_less_than_two_seconds_and_touches_nothing(tmp_path: Path) -> None:
    home = write(tmp_path, FAULTY)
    script = "import sys; from pathlib import Path; from orchestration.settings import Home\nfrom orchestration.sources import read_sources\nread_sources(Home(Path(sys.argv[1])))"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert "two sources are named desk" in result.stderr
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    # Processor time, since others may be working on the same machine.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 2
    assert [path.name for path in tmp_path.iterdir()] == [home.sources_file.name]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[installation", "sources.toml: "),
        ("", "sources.toml: installation: is missing"),
        ("[installation]\n", "sources.toml: installation, name: is missing"),
        ('[installation]\nname = "x"\n[[sources]]\nkind = "files"\n', "sources.toml: source 1, name: is missing"),
        ('[installation]\nname = "x"\n[[sources]]\nname = "a"\n', "sources.toml: source a: kind: is one of files, sql"),
        ('sources = 5\n[installation]\nname = "x"\n', "sources.toml: sources: "),
        ('sources = [5]\n[installation]\nname = "x"\n', "sources.toml: source 1: "),
        (
            '[installation]\nname = "x"\n[[sources]]\nname = "a"\nkind = "sql"\n[[sources.tables]]\nname = "t"\n',
            "sources.toml: source a, table t, table: is missing",
        ),
        (
            '[installation]\nname = "x"\n[[sources]]\nname = "a"\nkind = "files"\n[[sources.entities]]\ntable = "t"\n',
            "sources.toml: source a, entity 1, entity: is missing",
        ),
    ],
)
def test_broken_shapes_are_named(tmp_path: Path, text: str, expected: str) -> None:
    found = problems(tmp_path, text)
    assert any(expected in problem for problem in found), found


def test_missing_file_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="run `support-metrics init "):
        read_sources(Home(tmp_path))


def test_invalid_utf_8_is_named(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_bytes(b'[installation]\nname = "\xff"\n')
    with pytest.raises(ConfigurationError, match=r"sources.toml: "):
        read_sources(Home(tmp_path))


def test_delivered_entities_get_a_table_and_a_mapping(tmp_path: Path) -> None:
    home = write(
        tmp_path,
        '[installation]\nname = "x"\n[[sources]]\nname = "a"\nkind = "files"\ndelivers = ["tickets", "orders"]\n',
    )
    source = read_sources(home).sources[0]
    tickets, orders = source.tables
    assert (tickets.name, tickets.key, tickets.files) == ("tickets", ["ticket_id"], "tickets[.-]*")
    assert "customer_id" in tickets.identities
    assert {"subject", "description"} <= set(tickets.free_text)
    assert orders.key == ["order_id"]
    assert [(mapping.entity, mapping.table) for mapping in source.entities] == [
        ("tickets", "tickets"),
        ("orders", "orders"),
    ]


def test_variables_may_stand_in_the_env_file(tmp_path: Path) -> None:
    text = (
        '[installation]\nname = "x"\n[[sources]]\nname = "a"\nkind = "sql"\nurl_env = "A_URL"\ndelivers = ["orders"]\n'
    )
    assert problems(tmp_path, text) == [
        f"sources.toml: source a: the variable A_URL is not set (environment or {tmp_path}/.env)"
    ]
    (tmp_path / ".env").write_text("A_URL=postgresql://x\n")
    assert read_sources(Home(tmp_path)).sources[0].name == "a"


CALENDARS = '[[sources]]\nname = "{0}"\nkind = "files"\ndelivers = ["calendar_hours"]\n'


@pytest.mark.parametrize(
    ("calendar", "sources", "key", "problem"),
    [
        ("", ["a"], None, None),
        ('default_calendar = "eu"', ["a"], "a:eu", None),
        ('default_calendar = "b:eu"', ["a", "b"], "b:eu", None),
        ('default_calendar = "eu"', ["a", "b"], None, 'several sources deliver calendar_hours; write "a:eu" or "b:eu"'),
        ('default_calendar = "eu"', [], None, "no source delivers calendar_hours"),
    ],
)
def test_default_calendar(
    tmp_path: Path, calendar: str, sources: list[str], key: str | None, problem: str | None
) -> None:
    text = f'[installation]\nname = "x"\n{calendar}\n' + "".join(CALENDARS.format(name) for name in sources)
    if problem:
        assert problem in problems(tmp_path, text)[0]
    else:
        assert default_calendar_key(read_sources(write(tmp_path, text))) == key


def test_references_are_the_own_source_then_the_only_one(tmp_path: Path) -> None:
    def source(name: str, delivers: str, extra: str = "") -> str:
        return f'[[sources]]\nname = "{name}"\nkind = "files"\ndelivers = [{delivers}]\n{extra}\n'

    text = (
        '[installation]\nname = "x"\n'
        + source("a", '"tickets"')
        + source("b", '"orders"')
        + source("c", '"orders", "returns"')
    )
    sources = read_sources(write(tmp_path, text))
    a, b, c = sources.sources
    assert referred_source(a, "tickets", sources) == "a"
    assert referred_source(b, "tickets", sources) == "a"
    assert referred_source(a, "orders", sources) is None
    assert referred_source(c, "orders", sources) == "c"
    assert referred_source(a, "customers", sources) == "a"
    declared = text.replace('"tickets"]\n', '"tickets"]\nrefers_to = { orders = "b" }\n')
    sources = read_sources(write(tmp_path, declared))
    assert referred_source(sources.sources[0], "orders", sources) == "b"
