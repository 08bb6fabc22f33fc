"""Customer Thermometer against the stand-in: what every system must survive, and what only it does."""

import logging
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pytest
from small_installation import SmallInstallation, accounted
from world_match import contract_rows, expected_rows

from orchestration.demo.orders import email_addresses
from orchestration.demo.stand_ins.customer_thermometer import CustomerThermometerStandIn
from orchestration.demo.stand_ins.customer_thermometer_data import COLOURS, EFFORT, EFFORT_COLOURS, from_world
from orchestration.demo.stand_ins.server import Answer, Fault
from orchestration.demo.world import build_world
from orchestration.extract.api.fetching import Window
from orchestration.extract.customer_thermometer.answers import PlainTextAnswerError, read_number, read_responses
from orchestration.extract.customer_thermometer.fetch import overlapping, parts
from orchestration.extract.faults import UnusableDeliveryError
from orchestration.extract.source import extract_source

CLOCK = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
KEY = "canary0key0of0customer0thermometer"


def response(number: int, written: datetime | None = None, **more: str) -> dict[str, str]:
    written = written or CLOCK - timedelta(days=number % 20, hours=2, seconds=number)
    return {
        "response_id": str(number),
        "response_date": f"{written:%Y-%m-%d %H:%M:%S}",
        "response": "Good",
        "temperature_id": str(1 + number % 4),
        "recipient": f"Ann{number}@Example.com",
        "first_name": "Ann",
        "last_name": "Canary",
        "company": "",
        "comment": "",
        "blast_id": "7",
        "thermometer_id": "101",
        **{f"custom_{position}": "" for position in range(1, 13)},
        "custom_3": f"T-{number}",
        "response_bounced": "0",
        "comment_hidden": "0",
        **more,
    }


def keyed(*responses: dict[str, str]) -> dict[str, dict[str, str]]:
    return {each["response_id"]: each for each in responses}


@pytest.fixture
def thermometer():
    responses = keyed(*(response(n) for n in range(1, 81)))
    with CustomerThermometerStandIn(responses, api_key=KEY, clock=CLOCK) as stand_in:
        yield stand_in


@pytest.fixture
def desk(installation: SmallInstallation, thermometer, monkeypatch):
    monkeypatch.setenv("CUSTOMER_THERMOMETER_API_KEY", KEY)
    configure(installation, thermometer)
    return installation


def configure(
    installation: SmallInstallation, stand_in: CustomerThermometerStandIn, more: str = "", start: str = "2026-10-25"
) -> None:
    installation.configure(
        f'[[sources]]\nname = "faces"\nkind = "customer_thermometer"\nbase_url = "{stand_in.url}"\nmax_attempts = 2\n'
        f'start_date = "{start}"\nticket_field = "custom_3"\n{more}\n'
    )


def asked(stand_in: CustomerThermometerStandIn, method: str = "getBlastResults") -> list[tuple[str, str]]:
    queries = [request.query for request in stand_in.requests if request.query.get("getMethod") == method]
    return sorted((query["fromDate"], query.get("toDate", query.get("endDate", ""))) for query in queries)


def landed(result) -> int:
    return sum(table["rows_landed"] for table in result.tables if table["table_name"] == "responses")


def test_first_load_reads_week_by_week(desk, thermometer):
    result = desk.extract("faces")
    assert result.status == "loaded", result.message
    assert accounted(result)
    assert result.message == ""
    assert desk.query("select count(*), count(distinct response_id) from raw_faces.responses") == [(80, 80)]
    assert asked(thermometer) == [
        ("2026-10-25", "2026-11-01"),
        ("2026-11-01", "2026-11-08"),
        ("2026-11-08", "2026-11-15"),
        ("2026-11-15", "2026-11-22"),
    ]
    desk.map()
    assert desk.query("select score, scale, count(*) from contract.csat_responses group by 1, 2 order by 1") == [
        (colour, "thermometer", 20) for colour in ("gold", "green", "red", "yellow")
    ]
    assert desk.query(
        "select ticket_key, agent_key, responded_at from contract.csat_responses where response_id = '1'"
    ) == [("faces:T-1", None, datetime(2026, 11, 20, 0, 59, 59))]
    assert desk.query("select count(*) from contract.ces_responses") == [(0,)]
    totals = desk.query("select vendor_count, own_count from audit.vendor_totals")
    assert len(totals) == 4
    assert all(vendor == own for vendor, own in totals)


def test_a_second_load_reads_fourteen_days_again_and_adds_nothing(desk, thermometer):
    desk.extract("faces")
    thermometer.requests.clear()
    thermometer.clock += timedelta(hours=1)
    assert landed(desk.extract("faces")) == 0
    assert desk.versions("raw_faces.responses") == 80
    assert asked(thermometer) == [
        ("2026-11-07", "2026-11-14"),
        ("2026-11-14", "2026-11-21"),
        ("2026-11-21", "2026-11-22"),
    ]


def test_comments_and_responses_that_come_late(desk, thermometer):
    desk.extract("faces")
    thermometer.clock += timedelta(days=2)
    thermometer.responses["5"]["comment"] = "My parcel is late, call 555-123-4567"
    thermometer.responses["6"]["temperature_id"] = "1"
    moment = CLOCK - timedelta(days=9)
    thermometer.responses |= keyed(response(901, moment), response(902, moment))  # two of one second, told late
    del thermometer.responses["7"]  # the vendor deletes for privacy; an absent row takes nothing away
    assert landed(desk.extract("faces")) == 4
    desk.map()
    assert desk.query("select count(*) from contract.csat_responses") == [(82,)]
    assert desk.query(
        "select response_id, comment_character_count from contract.csat_responses where comment_character_count is not null"
    ) == [("5", 36)]
    assert desk.query("select score from contract.csat_responses where response_id = '6'") == [("gold",)]


def test_a_fault_between_windows_loads_nothing_and_the_next_run_all(desk, thermometer):
    thermometer.faults.append(Fault("api.php", Answer({}, 500), after=2, times=99))
    result = desk.extract("faces")
    assert result.status == "stale"
    assert "answers 500 at /api.php" in result.message
    assert desk.versions("raw_faces.responses") == 0
    thermometer.faults[:] = [Fault("api.php", cut=True, after=1)]
    assert desk.extract("faces").status == "loaded"
    assert desk.query("select count(*), count(distinct response_id) from raw_faces.responses") == [(80, 80)]


def test_a_full_window_is_asked_for_in_parts_and_never_cut(desk, thermometer):
    configure(desk, thermometer, "rows_per_request = 12")
    assert desk.extract("faces").status == "loaded"
    assert desk.query("select count(*) from raw_faces.responses") == [(80,)]
    assert len(asked(thermometer)) > 4
    configure(desk, thermometer, "rows_per_request = 4")
    result = desk.extract("faces")
    assert result.status == "unusable"
    assert "4 responses or more on 2026-11-" in result.message
    assert "raise rows_per_request of source faces" in result.message


def test_a_vendor_that_does_not_know_the_end_of_the_range_is_found_out(desk, thermometer):
    thermometer.to_parameter = "endDate"
    result = desk.extract("faces")
    assert result.status == "unusable"
    assert 'the parameter toDate; try to_parameter = "endDate" for source faces' in result.message
    assert desk.versions("raw_faces.responses") == 0
    configure(desk, thermometer, 'to_parameter = "endDate"')
    assert desk.extract("faces").status == "loaded"


def test_a_key_that_is_refused_is_told_and_shown_nowhere(desk, thermometer, tmp_path, caplog):
    thermometer.api_key = "another"
    with caplog.at_level(logging.DEBUG):
        result = desk.extract("faces")
    assert result.status == "stale"
    assert result.message == (
        f"source faces: {thermometer.url} refuses the credentials (an error as text at /api.php): "
        "check CUSTOMER_THERMOMETER_API_KEY"
    )
    assert len([request for request in thermometer.requests if request.method != "HEAD"]) <= 2
    assert not holding(tmp_path, KEY)
    assert KEY not in caplog.text
    assert "apiKey=***" in caplog.text


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault("api.php", Answer({}, 401), times=9), "refuses the credentials (401 at /api.php)"),
        (Fault("api.php", Answer({}, 403), times=9), "may not read /api.php (403): they need the account's API key"),
        (Fault("api.php", Answer(f"Down, {KEY}", content_type="text/plain"), times=9), "an error as text at /api.php"),
        (Fault("api.php", cut=True, times=9), "cannot be reached"),
        (Fault("api.php", Answer({}, 503), times=9), "answers 503 at /api.php, 2 times in a row"),
    ],
)
def test_no_fault_shows_the_key(desk, thermometer, fault, said, tmp_path, caplog):
    fault.times = 99
    thermometer.faults.append(fault)
    with caplog.at_level(logging.DEBUG):
        result = desk.extract("faces")
    assert result.status == "stale"
    assert said in result.message
    assert KEY not in result.message + caplog.text
    assert not holding(tmp_path, KEY)
    fault.times = 0  # the instance is shared by the runs of this test


def test_an_unreachable_host_names_the_setting(installation, monkeypatch, caplog):
    monkeypatch.setenv("CUSTOMER_THERMOMETER_API_KEY", KEY)
    installation.configure(
        '[[sources]]\nname = "faces"\nkind = "customer_thermometer"\nbase_url = "http://127.0.0.1:9"\nmax_attempts = 1\n'
    )
    with caplog.at_level(logging.DEBUG):
        assert "cannot be reached (ConnectionError): check base_url" in installation.extract("faces").message
    assert KEY not in caplog.text


def test_too_many_requests_are_waited_for(desk, thermometer):
    thermometer.faults.append(Fault("api.php", Answer({}, 429, {"Retry-After": "1"})))
    assert desk.extract("faces").status == "loaded"


def test_a_count_that_is_not_told_is_no_fault(desk, thermometer):
    numbers = "<html></html>"
    thermometer.faults.append(Fault("api.php", Answer(numbers, content_type="text/html"), after=4, times=99))
    result = desk.extract("faces")
    assert result.status == "loaded"
    assert "does not tell how many responses there are" in result.message


def test_effort_is_told_apart_by_the_thermometer(desk, thermometer):
    configure(desk, thermometer, 'effort_thermometers = { 201 = "ces_1", 202 = "ces_2" }')
    thermometer.responses = keyed(
        *(response(n, thermometer_id="201", temperature_id=str(n)) for n in range(1, 5)),
        *(response(10 + n, thermometer_id="202", temperature_id=str(n)) for n in range(1, 5)),
        response(20, thermometer_id="202", temperature_id="0"),
        response(21),
        response(22, response_bounced="1", temperature_id=""),
        response(23, thermometer_id="202", response_bounced="1"),
    )
    desk.extract("faces")
    counts = {count.entity_name: count for count in desk.map()}
    assert (counts["csat_responses"].rows_mapped, counts["csat_responses"].rows_dropped) == (1, 11)
    assert counts["csat_responses"].rows_rejected == 0
    assert desk.query(
        "select scale, score from contract.ces_responses order by scale, cast(response_id as integer)"
    ) == [
        *(("ces_1", score) for score in "1245"),
        *(("ces_2", score) for score in "7531"),
        ("ces_2", "temperature 0"),
    ]
    assert desk.query("select reason, row_count from audit.dropped_rows order by 1") == [
        ("an answer about effort (ces_responses)", 9),
        ("the survey did not reach the customer", 2),
    ]


def test_custom_fields_name_the_agent_and_the_customer(desk, thermometer):
    configure(desk, thermometer, 'agent_field = "custom_1"\ncustomer_field = "custom_12"')
    thermometer.responses = keyed(response(1, custom_1="a-7", custom_12="C-1"), response(2, custom_12="c-1 "))
    desk.extract("faces")
    desk.map()
    assert desk.query(
        "select agent_key, count(distinct customer_key) over () from contract.csat_responses order by 1"
    ) == [
        ("faces:a-7", 1),
        (None, 1),
    ]


def test_times_without_zone_are_read_in_the_declared_zone(desk, thermometer):
    configure(desk, thermometer, 'time_zone = "Europe/London"')
    thermometer.responses = keyed(response(1, datetime(2026, 10, 25, 0, 30, tzinfo=UTC)))
    desk.extract("faces")
    desk.map()
    assert desk.query("select responded_at from contract.csat_responses") == [(datetime(2026, 10, 24, 23, 30),)]


def test_a_changed_type_loses_nothing_and_a_renamed_field_is_unusable(desk, thermometer):
    thermometer.responses["1"]["temperature_id"] = "green"
    thermometer.responses["2"]["response_date"] += " GMT"
    for row in thermometer.responses.values():
        row["mood"] = "fine"
    assert "new: column mood" in desk.extract("faces").message
    counts = {count.entity_name: count for count in desk.map()}["csat_responses"]
    assert (counts.rows_mapped, counts.rows_rejected) == (79, 1)
    for row in thermometer.responses.values():
        row["temperature"] = row.pop("temperature_id")
    assert "has the field temperature_id" in desk.extract("faces").message


def test_who_answered_and_what_they_wrote_is_not_kept(desk, thermometer, tmp_path):
    thermometer.responses["1"]["comment"] = "Canary words"
    desk.extract("faces")
    for canary in ("Ann1@Example.com", "ann1@example.com", "Canary", "Canary words"):
        assert not holding(tmp_path, canary)


def test_a_back_fill_asks_for_its_days_and_leaves_the_progress(desk, thermometer):
    desk.extract("faces")
    thermometer.requests.clear()
    before = desk.query("select * from audit.source_progress")
    window = Window(datetime(2026, 11, 2), datetime(2026, 11, 5))
    extract_source(desk.sources.sources[0], desk.home, desk.settings, run_id="again", now=desk.now, window=window)
    assert asked(thermometer) == [("2026-11-02", "2026-11-05")]
    assert desk.query("select * from audit.source_progress") == before


def test_answers_are_read_with_care():
    one = "<{0}><thermometer_blast_response>{1}</thermometer_blast_response></{0}>"
    good = one.format(
        "thermometer_blast_responses", "<response_id>1</response_id><comment>a &amp; <![CDATA[<b>]]></comment>"
    )
    assert read_responses(good.encode()) == [{"response_id": "1", "comment": "a & <b>"}]
    assert read_responses(b"\xef\xbb\xbf <thermometer_blast_responses/>") == []
    assert read_responses(b" \n") == []
    bomb = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>' + good
    outside = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + good
    for refused in (bomb, outside, "<!DOCTYPE html><html></html>"):
        with pytest.raises(UnusableDeliveryError, match="document type"):
            read_responses(refused.encode())
    for other, said in (
        (one.format("html", ""), "another element where thermometer_blast_responses belongs"),
        (good.replace("blast_response>", "reply>"), "another element where thermometer_blast_response belongs"),
        (good[:-5], "not well-formed XML"),
        (good.replace("&amp;", "&a;"), "undefined entity in line 1"),
        (good.replace("1<", "<b>1</b><"), "response_id of response 1 of the answer has elements within"),
        (good.replace("comment", "response_id"), "has response_id twice"),
    ):
        with pytest.raises(UnusableDeliveryError, match=said):
            read_responses(other.encode())
    for text in (b"Invalid API key", b"12"):
        with pytest.raises(PlainTextAnswerError):
            read_responses(text)
    assert read_number(b" 12\n") == 12
    with pytest.raises(PlainTextAnswerError):
        read_number(b"Invalid API key")


def test_ranges_leave_no_day_out():
    days = [date(2026, 11, day) for day in range(1, 20)]
    for last in days[1:]:
        ranges = list(overlapping(days[0], last))
        assert ranges[0][0] == days[0]
        assert ranges[-1][1] == last
        assert all(earlier[1] == later[0] for earlier, later in pairwise(ranges))
    for last in days[1:]:
        (first, middle), (next_day, end) = parts(days[0], last)
        assert (first, end) == (days[0], last)
        assert (next_day - middle).days in (0, 1)
        assert (middle - first).days < (last - first).days > (end - next_day).days


def test_the_world_comes_back_but_for_what_the_vendor_lacks(installation, monkeypatch):
    monkeypatch.setenv("CUSTOMER_THERMOMETER_API_KEY", KEY)
    world = build_world(7, 0.1)
    with from_world(world, api_key=KEY, clock=world.known_through) as stand_in:
        scales = ", ".join(f'{number} = "{scale}"' for scale, number in EFFORT.items())
        installation.configure(
            f'[[sources]]\nname = "faces"\nkind = "customer_thermometer"\nbase_url = "{stand_in.url}"\n'
            f'start_date = "2024-11-01"\nticket_field = "custom_1"\nagent_field = "custom_2"\n'
            f"effort_thermometers = {{ {scales} }}\n"
        )
        assert installation.extract("faces").status == "loaded"
        installation.map()
    # No invitations, no ids but its own, no reasons to pick from, no languages; and four colours for every scale.
    lacking = {"response_id", "invitation_id", "stated_reason", "agent_effort_score", "scale", "score", "language"}
    for entity in ("csat_responses", "ces_responses"):
        table = world[entity]
        addresses = email_addresses(table["customer_id"].combine_chunks())
        table = table.set_column(table.column_names.index("customer_id"), "customer_id", pa.chunked_array([addresses]))
        assert contract_rows(installation, entity, lacking) == expected_rows(entity, table, lacking)
    names = {"1": "gold", "2": "green", "3": "yellow", "4": "red", "0": "0"}
    expected = sorted(names[COLOURS.get(score, "0")] for score in world["csat_responses"]["score"].to_pylist())
    assert [row[0] for row in installation.query("select score from contract.csat_responses order by 1")] == expected
    points = {"ces_1": dict(zip("1234", "1245", strict=True)), "ces_2": dict(zip("1234", "7531", strict=True))}
    effort = world["ces_responses"].select(["scale", "score"]).to_pylist()
    assert installation.query("select scale, score from contract.ces_responses order by all") == sorted(
        (row["scale"], points[row["scale"]][EFFORT_COLOURS[row["scale"]][row["score"]]]) for row in effort
    )
    assert installation.query("select bool_and(vendor_count = own_count) from audit.vendor_totals") == [(True,)]


def holding(folder: Path, text: str) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]
