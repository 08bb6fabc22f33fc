"""Delighted's archive: both of its shapes, every survey's type, and what must not be kept of it."""

import json

import pytest
from small_installation import SmallInstallation, accounted
from world_match import contract_rows, expected_rows

from orchestration.demo.stand_ins.delighted_data import CUSTOMER_PROPERTY, MARKET_PROPERTY, write_archive
from orchestration.demo.world import build_world

CANARY = "ann@example.com"


def response(number: int, **more) -> dict:
    """A response in the shape of the former interface, persons expanded."""
    return {
        "id": str(5000 + number),
        "person": {
            "id": str(number),
            "name": "Ann Example",
            "email": CANARY if number == 1 else f"person{number}@example.com",
            "created_at": 1760000000,
            "last_sent_at": 1760000500,
            "last_responded_at": 1760003600,
            "next_survey_scheduled_at": None,
        },
        "survey_type": "nps",
        "score": 3,
        "comment": "Parcel never came, write to ann@example.com",
        "permalink": f"https://app.delighted.com/r/{number}",
        "created_at": 1760003600,
        "updated_at": 1760007200,
        "person_properties": {"Delighted Source": "Email", "Order ID": "1001", "Country": "it"},
        "notes": [],
        "tags": ["shipping", "Smart trend: Delivery", "Smart trend: Lost parcels"],
        "additional_answers": [{"value": {"free_response": "call me: +44 20 7946 0958"}}],
        **more,
    }


@pytest.fixture
def archive(installation: SmallInstallation) -> SmallInstallation:
    configure(installation)
    return installation


def configure(installation: SmallInstallation, more: str = "") -> None:
    installation.configure(f'[[sources]]\nname = "nps"\nkind = "delighted"\n{more}\n')


def deliver(archive: SmallInstallation, name: str, *responses: dict) -> None:
    archive.deliver(name, json.dumps(list(responses), indent=1), "nps")


def test_a_response_of_the_interface_is_parsed_field_by_field(archive, tmp_path):
    configure(archive, 'market_property = "Country"\nlanguage = "en"')
    deliver(archive, "survey_responses.json", response(1))
    result = archive.extract("nps")
    assert result.status == "loaded", result.message
    assert accounted(result)
    archive.map()
    assert archive.query(
        "select source_name, response_id, market, score, comment_themes, comment_sentiment is not null, "
        "comment_character_count, responded_at::varchar from contract.nps_responses"
    ) == [("nps", "5001", "it", "3", "delivery|lost_parcels", True, 43, "2025-10-09 09:53:20")]
    kept = archive.query(
        "select string_agg(column_name, ' ' order by column_name) from duckdb_columns() "
        "where schema_name = 'raw_nps' and table_name = 'survey_responses' and column_name[1] <> '_'"
    )
    assert kept == [
        (
            "comment_character_count comment_sentiment comment_themes created_at customer market person_email person_id "
            "responded_at response_id score smart_trends survey survey_type tags ticket_id updated_at",
        )
    ]
    held = archive.home.warehouse.read_bytes()
    for secret in (CANARY, "Ann Example", "Parcel never came", "7946"):
        assert secret.encode() not in held


def test_each_type_of_survey_becomes_its_entity_and_others_are_dropped_by_name(archive):
    deliver(
        archive,
        "survey_responses.json",
        response(1, score=9),
        response(2, survey_type="csat", score=5),
        response(3, survey_type="ces", score=6),
        response(4, survey_type="smileys", score=2),
        response(5, person="5", person_properties=None, updated_at=None, comment=None, tags=[], score=0),
    )
    archive.extract("nps")
    archive.map()
    assert archive.query("select response_id, score from contract.nps_responses order by 1") == [
        ("5001", "9"),
        ("5005", "0"),
    ]
    assert archive.query("select response_id, score, scale from contract.csat_responses") == [
        ("5002", "5", "stars_1_5")
    ]
    assert archive.query("select response_id, score, scale from contract.ces_responses") == [("5003", "6", "ces_2")]
    assert archive.query("select reason, row_count from audit.dropped_rows order by 1") == [
        ("an answer to a ces survey, mapped as such", 1),
        ("an answer to a csat survey, mapped as such", 1),
        ("an answer to a smileys survey, which no metric counts", 1),
    ]
    assert archive.query("select rows_current, rows_accounted from audit.raw_accounting") == [(5, 5)]


def test_the_export_and_the_interface_make_one_response(archive):
    deliver(archive, "responses-1.json", response(1), response(2))
    archive.extract("nps")
    first = archive.query("select person_email from raw_nps.survey_responses order by response_id")
    header = (
        "Response ID,Person ID,Person Email,Person Name,Survey Type,Score,Comment,Created At,Updated At,Tags,Country"
    )
    rows = [
        f'5001,1,{CANARY},Ann Example,NPS,3,,2025-10-09 09:53:20 UTC,2025-10-09 10:53:20 UTC,"shipping, Smart trend: Delivery",it',
        "5003,3,person3@example.com,Bo Example,NPS,10,great,2025-10-10T00:00:00Z,,,it",
    ]
    archive.deliver("responses-2.csv", "\n".join([header, *rows]), "nps")
    assert archive.extract("nps").status == "loaded"
    archive.map()
    assert archive.query(
        "select response_id, score, responded_at::varchar, comment_themes from contract.nps_responses order by 1"
    ) == [
        ("5001", "3", "2025-10-09 09:53:20", "delivery"),
        ("5002", "3", "2025-10-09 09:53:20", "delivery|lost_parcels"),
        ("5003", "10", "2025-10-10 00:00:00", None),
    ]
    # One person has one hash in both.
    assert archive.query("select distinct person_email from raw_nps.survey_responses where response_id = '5001'") == [
        first[0]
    ]


def test_one_object_a_line_and_pages_one_after_the_other(archive):
    archive.deliver("a.jsonl", "\n".join(json.dumps(response(n)) for n in range(1, 4)), "nps")
    archive.deliver("b.json", "\n".join(json.dumps(response(n)) for n in range(4, 6)), "nps")
    archive.deliver("c.json", json.dumps([response(6), response(7)]) + json.dumps([response(8)]) + "\n[]", "nps")
    assert archive.extract("nps").status == "loaded"
    assert archive.query("select count(*), count(distinct response_id) from raw_nps.survey_responses") == [(8, 8)]


def test_a_second_look_adds_nothing_and_a_changed_answer_is_a_version(archive):
    deliver(archive, "survey_responses.json", response(1), response(2))
    archive.extract("nps")
    assert archive.extract("nps").status == "unchanged"
    deliver(archive, "survey_responses.json", response(1, score=10), response(2))
    archive.extract("nps")
    archive.map()
    assert archive.versions("raw_nps.survey_responses") == 3
    assert archive.query("select score from contract.nps_responses order by response_id") == [("10",), ("3",)]


def test_a_list_that_is_cut_off_loads_nothing_until_it_is_whole(archive):
    whole = json.dumps([response(1), response(2)])
    archive.deliver("survey_responses.json", whole[:-300], "nps")
    result = archive.extract("nps")
    assert result.status == "unusable"
    assert "survey_responses.json: line 1: not JSON, or cut off" in result.message
    assert CANARY not in result.message
    archive.deliver("survey_responses.json", whole, "nps")
    assert archive.extract("nps").status == "loaded"
    assert archive.versions("raw_nps.survey_responses") == 2


@pytest.mark.parametrize(
    ("renamed", "told"), [("id", "response_id, which is its key"), ("score", "score, which is declared as required")]
)
def test_a_renamed_field_is_told(archive, renamed, told):
    other = response(1)
    other["renamed"] = other.pop(renamed)
    deliver(archive, "survey_responses.json", other)
    result = archive.extract("nps")
    assert result.status == "unusable"
    assert f"no column {told}" in result.message


def test_columns_of_another_export_and_one_survey_a_file(archive):
    configure(
        archive,
        'survey_type = "ces"\nces_points = 5\nticket_property = "Ticket"\ntime_zone = "Europe/Rome"\n'
        'csv_columns = { response_id = "Antwort", created_at = "Datum" }',
    )
    archive.deliver(
        "export.csv", "Antwort,Email,Score,Datum,Ticket\n1,a@example.com,5,2025-07-01 12:00:00,T-1\n", "nps"
    )
    result = archive.extract("nps")
    assert result.status == "loaded", result.message
    archive.map()
    assert archive.query(
        "select score, scale, ticket_id, responded_at::varchar, comment_themes from contract.ces_responses"
    ) == [("1", "ces_1", "T-1", "2025-07-01 10:00:00", None)]


def test_a_text_is_kept_redacted_where_the_source_says_so(archive):
    configure(archive, "keep_text = true")
    deliver(archive, "survey_responses.json", response(1))
    archive.extract("nps")
    archive.map()
    assert archive.query("select comment from contract.nps_responses") == [("Parcel never came, write to [e-mail]",)]


def test_an_installation_that_wants_no_nps_of_it(archive):
    configure(archive, 'without = ["nps_responses"]')
    deliver(archive, "survey_responses.json", response(1), response(2, survey_type="csat"))
    archive.extract("nps")
    archive.map()
    assert archive.query("select count(*) from contract.nps_responses") == [(0,)]
    assert archive.query("select count(*) from contract.csat_responses") == [(1,)]
    assert archive.query("select rows_current, rows_accounted from audit.raw_accounting") == [(2, 2)]


def test_the_world_comes_back_but_for_what_the_vendor_lacks(archive):
    """Delighted knows no invitation of an answer and no language; everything else is there, and rows without an instant stay without one."""
    configure(archive, f'customer_property = "{CUSTOMER_PROPERTY}"\nmarket_property = "{MARKET_PROPERTY}"')
    world = build_world(7, 0.1)
    count = write_archive(world, archive.home.landing / "nps" / "survey_responses.json")
    result = archive.extract("nps")
    assert result.status == "loaded", result.message
    archive.map()
    lacking = {"invitation_id", "language"}
    expected = expected_rows("nps_responses", world["nps_responses"], lacking)
    assert len(expected) == count > 100
    assert contract_rows(archive, "nps_responses", lacking) == expected
