"""AppFollow's reviews against the stand-in: what every system must survive, and what only AppFollow does."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from small_installation import SmallInstallation, accounted
from world_match import contract_rows, expected_rows

from orchestration.demo.stand_ins.appfollow import AppfollowStandIn
from orchestration.demo.stand_ins.appfollow_data import from_world
from orchestration.demo.stand_ins.server import Answer, Fault
from orchestration.demo.world import build_world
from orchestration.extract.api.fetching import Window
from orchestration.extract.appfollow.fetch import read_page, tag_names
from orchestration.extract.faults import UnusableDeliveryError

CLOCK = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
TOKEN = "canary-token-of-appfollow"
IOS, ANDROID = "1594474215", "com.acme.app"


def review(number: int, ext_id: str = ANDROID, written: datetime | None = None, **more) -> dict:
    written = written or CLOCK - timedelta(days=number % 25, hours=5, seconds=number)
    return {
        "id": 900 + number,
        "review_id": f"r-{number}",
        "ext_id": ext_id,
        "app_id": 44,
        "store": "gp" if ext_id == ANDROID else "as",
        "country": "us",
        "locale": "us",
        "lang_detect": "en",
        "date": f"{written:%Y-%m-%d}",
        "time": f"{written:%H:%M:%S}",
        "dt": f"{written:%Y-%m-%d %H:%M:%S}",
        "created": f"{written:%Y-%m-%d %H:%M:%S}",
        "updated": f"{written:%Y-%m-%d %H:%M:%S}",
        "rating": 1 + number % 5,
        "rating_prev": None,
        "title": "",
        "content": "Order never arrived, write to ann@example.com",
        "author": "Ann Canary",
        "user_id": "u-canary",
        "app_version": "7.1.0",
        "is_answer": 0,
        "has_answer": 0,
        "answer_text": None,
        "answer_date": None,
        "answer_time": None,
        "was_changed": 0,
        "is_deleted": 0,
        "thumbs_up_cnt": 1,
        "thumbs_down_cnt": 0,
        **more,
    }


def keyed(*reviews: dict) -> dict[tuple[str, str], dict]:
    return {(each["ext_id"], each["review_id"]): each for each in reviews}


def apps(*ext_ids: str) -> list[dict]:
    return [
        {
            "apps_id": 9001 + n,
            "app_id": n,
            "ext_id": ext_id,
            "store": "gp" if ext_id == ANDROID else "as",
            "title": "Acme",
        }
        for n, ext_id in enumerate(ext_ids)
    ]


@pytest.fixture
def appfollow():
    reviews = keyed(*(review(n) for n in range(70)), *(review(n, IOS) for n in range(30)))
    with AppfollowStandIn(apps(IOS, ANDROID), reviews, token=TOKEN, page_size=20, clock=CLOCK) as stand_in:
        yield stand_in


@pytest.fixture
def desk(installation: SmallInstallation, appfollow, monkeypatch):
    monkeypatch.setenv("APPFOLLOW_API_TOKEN", TOKEN)
    configure(installation, appfollow)
    return installation


def configure(
    installation: SmallInstallation, stand_in: AppfollowStandIn, more: str = "", start: str = "2026-10-01"
) -> None:
    installation.configure(
        f'[[sources]]\nname = "stores"\nkind = "appfollow"\nbase_url = "{stand_in.url}/api/v2"\nmax_attempts = 2\n'
        f'start_date = "{start}"\n{more}\n'
    )


def asked(stand_in: AppfollowStandIn) -> list[dict]:
    return [request.query for request in stand_in.requests if request.path.endswith("/reviews")]


def landed(result) -> int:
    return sum(table["rows_landed"] for table in result.tables if table["table_name"] == "reviews")


@pytest.mark.parametrize("envelope", ["nested", "flat"])
def test_first_load_finds_the_apps_and_pages(desk, appfollow, envelope):
    appfollow.envelope = envelope
    result = desk.extract("stores")
    assert result.status == "loaded", result.message
    assert accounted(result)
    assert desk.query(
        "select ext_id, count(*), count(distinct review_id) from raw_stores.reviews group by 1 order by 1"
    ) == [
        (IOS, 30, 30),
        (ANDROID, 70, 70),
    ]
    assert [(query["ext_id"], query["page"]) for query in asked(appfollow)] == [
        *((IOS, page) for page in "12"),
        *((ANDROID, page) for page in "1234"),
    ]
    desk.map()
    assert desk.query(
        "select app_id, store, min(market), count(*) from contract.app_reviews group by 1, 2 order by 1"
    ) == [
        (IOS, "app_store", "US", 30),
        (ANDROID, "google_play", "US", 70),
    ]
    assert desk.query("select vendor_count, own_count from audit.vendor_totals") == [(100, 100)]
    assert desk.query("select complete_through_at from contract.delivery_marks") == [
        (CLOCK.replace(tzinfo=None) - timedelta(days=1),)
    ]


def test_a_second_load_reads_thirty_days_again_and_adds_nothing(desk, appfollow):
    desk.extract("stores")
    appfollow.requests.clear()
    appfollow.clock += timedelta(hours=1)
    assert landed(desk.extract("stores")) == 0
    assert desk.versions("raw_stores.reviews") == 100
    assert {(query["from"], query["to"]) for query in asked(appfollow)} == {("2026-10-22", "2026-11-22")}


def test_edits_replies_deletions_and_late_reviews(desk, appfollow):
    desk.extract("stores")
    appfollow.clock += timedelta(days=3)
    edited = {"rating": 5, "rating_prev": 2, "was_changed": 1, "date": "2026-11-23", "time": "09:00:00"}
    appfollow.reviews[ANDROID, "r-1"].update(edited, updated="2026-11-23 10:00:00")
    reply = {"has_answer": 1, "answer_text": "Sorry!", "answer_date": "2026-11-22", "answer_time": "08:07:06"}
    appfollow.reviews[ANDROID, "r-2"].update(reply)
    appfollow.reviews[IOS, "r-3"]["is_deleted"] = 1
    # Two that AppFollow collected late, of one second.
    moment = CLOCK - timedelta(days=20)
    appfollow.reviews |= keyed(review(501, IOS, moment), review(502, IOS, moment))
    assert landed(desk.extract("stores")) == 5
    counts = {count.entity_name: count for count in desk.map()}["app_reviews"]
    assert (counts.rows_mapped, counts.rows_dropped) == (101, 1)
    assert desk.query("select reason from audit.dropped_rows") == [("the store shows the review no more",)]
    assert desk.query(
        f"select rating, is_edited, reviewed_at from contract.app_reviews where review_id = 'r-1' and app_id = '{ANDROID}'"
    ) == [(5, True, datetime(2026, 11, 23, 9))]
    assert desk.query(
        "select replied_at, reply_body_character_count from contract.app_reviews where replied_at is not null"
    ) == [(datetime(2026, 11, 22, 8, 7, 6), 6)]


def test_a_fault_in_mid_page_loads_nothing_and_the_next_run_all(desk, appfollow):
    appfollow.faults.append(Fault("/reviews$", Answer({}, 502), after=3, times=2))
    result = desk.extract("stores")
    assert result.status == "stale"
    assert "answers 502 at /reviews" in result.message
    assert desk.versions("raw_stores.reviews") == 0
    appfollow.faults.append(Fault("/reviews$", cut=True, after=2))
    assert desk.extract("stores").status == "loaded"
    assert desk.query("select count(*), count(distinct ext_id || review_id) from raw_stores.reviews") == [(100, 100)]


def test_pages_that_overlap_give_each_review_once(desk, appfollow):
    page = appfollow.reviews[IOS, "r-0"], appfollow.reviews[IOS, "r-1"]
    overlap = {"reviews": {"list": list(page), "page": {"current": 1, "next": 2}, "total": 30}}
    appfollow.faults.append(Fault("/reviews$", Answer(overlap), after=1))
    desk.extract("stores")
    assert desk.query(f"select count(*) from raw_stores.reviews where ext_id = '{ANDROID}'") == [(70,)]


def test_a_vendor_that_ignores_the_page_does_not_loop(desk, appfollow):
    same = {"reviews": {"list": [review(1)], "page": {"current": 1, "next": 2}}}
    appfollow.faults.append(Fault("/reviews$", Answer(same), times=99))
    result = desk.extract("stores")
    assert result.status == "unusable"
    assert "3 pages one after another repeat what came before" in result.message
    assert len(asked(appfollow)) == 4


def test_an_answer_of_another_shape_is_unusable(desk, appfollow):
    appfollow.faults.append(Fault("/reviews$", Answer({"reviews": {"items": []}}), after=1, times=99))
    result = desk.extract("stores")
    assert result.status == "unusable"
    assert "the vendor changed it" in result.message
    assert desk.versions("raw_stores.reviews") == 0


def test_something_that_is_no_json_is_told(desk, appfollow):
    appfollow.faults.append(Fault("/reviews$", Answer("<html>", content_type="text/html"), times=9))
    assert "answers with something that is no JSON at /reviews" in desk.extract("stores").message


def test_an_app_without_reviews_and_an_empty_answer_take_nothing_away(desk, appfollow):
    desk.extract("stores")
    appfollow.reviews.clear()
    assert desk.extract("stores").status in ("loaded", "unchanged")
    assert desk.map()
    assert desk.query("select count(*) from contract.app_reviews") == [(100,)]


def test_refused_credentials_take_two_calls_at_most_and_one_clear_line(desk, appfollow, tmp_path):
    appfollow.faults.append(Fault("/", Answer({"error": f"no {TOKEN}"}, 401), times=99))
    result = desk.extract("stores")
    assert result.status == "stale"
    assert result.message.startswith("source stores: ")
    assert "APPFOLLOW_API_TOKEN" in result.message
    assert len(appfollow.requests) <= 2
    assert not holding(tmp_path, TOKEN)


def test_no_credits_no_plan_and_too_many_requests(desk, appfollow):
    appfollow.credits = 35
    result = desk.extract("stores")
    assert result.status == "stale"
    assert "answers 402 at /reviews: the account is out of API credits" in result.message
    appfollow.credits = 100_000
    appfollow.faults.append(Fault("/reviews$", Answer({}, 403), times=9))
    assert "may not read /reviews (403): they need a plan whose API reads reviews" in desk.extract("stores").message
    appfollow.faults[:] = [Fault("/account/apps$", Answer({}, 403), times=9)]
    assert "or name the apps under apps in sources.toml" in desk.extract("stores").message
    appfollow.faults[:] = [Fault("/reviews$", Answer({}, 429, {"Retry-After": "1"}))]
    assert desk.extract("stores").status == "loaded"


def test_an_unreachable_host_names_the_setting(installation, monkeypatch):
    monkeypatch.setenv("APPFOLLOW_API_TOKEN", TOKEN)
    installation.configure(
        '[[sources]]\nname = "stores"\nkind = "appfollow"\nbase_url = "http://127.0.0.1:9"\nmax_attempts = 1\n'
    )
    assert "cannot be reached (ConnectionError): check base_url" in installation.extract("stores").message


def test_named_apps_need_no_collections_and_one_added_later_is_read_whole(desk, appfollow):
    configure(desk, appfollow, f'apps = ["{IOS}"]')
    desk.extract("stores")
    assert not [request for request in appfollow.requests if "/account/" in request.path]
    appfollow.clock += timedelta(days=40)
    appfollow.requests.clear()
    configure(desk, appfollow, f'apps = ["{IOS}", "{ANDROID}"]')
    desk.extract("stores")
    begins = [(query["ext_id"], query["from"]) for query in asked(appfollow) if query["page"] == "1"]
    assert begins[:2] == [(IOS, "2026-10-22"), (ANDROID, "2026-10-01")]
    assert desk.versions("raw_stores.reviews") == 100


def test_a_back_fill_asks_for_its_days_and_leaves_the_progress(desk, appfollow):
    from orchestration.extract.source import extract_source

    desk.extract("stores")
    appfollow.requests.clear()
    window = Window(datetime(2026, 10, 5), datetime(2026, 10, 8))
    source = desk.sources.sources[0]
    before = desk.query("select * from audit.source_progress order by all")
    extract_source(source, desk.home, desk.settings, run_id="again", now=desk.now, window=window)
    assert {(query["from"], query["to"]) for query in asked(appfollow)} == {("2026-10-05", "2026-10-08")}
    assert desk.query("select * from audit.source_progress order by all") == before


def test_times_without_zone_are_read_in_the_declared_zone(desk, appfollow):
    appfollow.reviews = keyed(review(1, written=datetime(2026, 11, 2, 10, 11, 12, tzinfo=UTC)))
    configure(desk, appfollow, 'time_zone = "Europe/Helsinki"')
    desk.extract("stores")
    desk.map()
    assert desk.query("select reviewed_at from contract.app_reviews") == [(datetime(2026, 11, 2, 8, 11, 12),)]


def test_a_changed_type_loses_nothing(desk, appfollow):
    appfollow.reviews[IOS, "r-1"]["rating"] = "five"
    appfollow.reviews[IOS, "r-2"]["rating"] = "5"
    appfollow.reviews[IOS, "r-3"]["review_id"] = 3
    appfollow.reviews[IOS, "r-4"]["tags"] = [{"name": "delivery"}, "payment"]
    appfollow.reviews[IOS, "r-5"]["answer_date"] = "2026-11-20 10:00:00"
    desk.extract("stores")
    counts = {count.entity_name: count for count in desk.map()}["app_reviews"]
    assert (counts.rows_mapped, counts.rows_rejected) == (99, 1)
    assert any("rating" in str(row) for row in desk.rejected())
    assert desk.query("select tags from raw_stores.reviews where tags is not null") == [("delivery|payment",)]
    assert desk.query("select replied_at from contract.app_reviews where replied_at is not null") == [
        (datetime(2026, 11, 20, 10),)
    ]


def test_a_renamed_field_is_unusable_and_a_new_one_is_told(desk, appfollow):
    for row in appfollow.reviews.values():
        row["mood"] = "angry"
    assert "new: column mood" in desk.extract("stores").message
    for row in appfollow.reviews.values():
        row["stars"] = row.pop("rating")
    appfollow.clock += timedelta(hours=1)
    result = desk.extract("stores")
    assert result.status == "unusable"
    assert "none of 100 records has the field rating" in result.message


def test_who_wrote_what_is_not_kept(desk, appfollow, tmp_path):
    desk.extract("stores")
    for canary in ("ann@example.com", "Ann Canary", "u-canary", "Order never arrived"):
        assert not holding(tmp_path, canary)
    configure(desk, appfollow, "keep_text = true")
    desk.map()
    appfollow.reviews = keyed(review(900))
    desk.extract("stores")
    assert desk.current("body", "raw_stores.reviews")[0] == ("Order never arrived, write to [e-mail]",)
    assert not holding(tmp_path, "ann@example.com")


def test_the_known_shapes_are_taken_apart():
    nested = json.loads(
        '{"reviews": {"list": [{"review_id": "r-5012", "tags": ["delivery"]}], "page": {"current": 1, "next": null}, "total": 1}}'
    )
    assert (read_page(nested, 1).has_next, read_page(nested, 1).total) == (False, 1)
    assert read_page({"reviews": [{}], "pages_count": 2}, 1).has_next is True
    assert read_page({"reviews": [{}], "pages_count": 2}, 2).has_next is False
    assert read_page({"reviews": [{}]}, 1).has_next is None
    for other in ({}, [], {"reviews": None}, {"reviews": {}}, {"reviews": ["r-1"]}, {"error": "soon"}, "soon"):
        with pytest.raises(UnusableDeliveryError, match="the vendor changed it"):
            read_page(other, 1)
    assert [tag_names(tags) for tags in (["a", {"name": "b"}, {"id": 1}], [], None, "a")] == ["a|b", None, None, "a"]


def test_the_published_sample_field_by_field(desk, appfollow):
    sample = json.loads(
        """{"id": 901, "review_id": "r-5012", "ext_id": "com.acme.app", "app_id": 44, "store": "gp", "country": "us",
        "locale": "us", "lang_detect": "en", "date": "2026-11-02", "time": "10:11:12", "dt": "2026-11-02 10:11:12",
        "created": "2026-11-02 11:00:00", "updated": "2026-11-03 09:00:00", "rating": 2, "rating_prev": 4, "title": "",
        "content": "Order never arrived", "author": "Ann", "user_id": "u-9", "app_version": "7.1.0", "is_answer": 0,
        "has_answer": 0, "answer_text": null, "answer_date": null, "was_changed": 1, "is_deleted": 0, "thumbs_up_cnt": 1,
        "thumbs_down_cnt": 0, "tags": ["Delivery Time", "price"]}"""
    )
    appfollow.reviews = keyed(sample)
    result = desk.extract("stores")
    assert "new" not in result.message
    desk.map()
    assert desk.query(
        "select review_id, app_id, store, market, language, app_version, rating, is_edited, reviewed_at, replied_at, "
        "title_character_count, body_character_count, body_themes from contract.app_reviews"
    ) == [
        ("r-5012", "com.acme.app", "google_play", "US", "en", "7.1.0", 2, True, datetime(2026, 11, 2, 10, 11, 12), None, None, 19, "delivery_time|price")
    ]  # fmt: skip
    assert desk.query("select tags, rating_prev, updated from raw_stores.reviews") == [
        ("Delivery Time|price", "4", "2026-11-03 09:00:00")
    ]


def test_the_world_comes_back_as_it_is(installation, monkeypatch):
    monkeypatch.setenv("APPFOLLOW_API_TOKEN", TOKEN)
    world = build_world(7, 0.1)
    earlier = world.as_of(datetime(2026, 9, 15, tzinfo=UTC))
    with from_world(earlier, token=TOKEN, clock=earlier.known_through) as stand_in:
        configure(installation, stand_in, start="2024-11-01")
        assert installation.extract("stores").status == "loaded"
        installation.map()
        assert contract_rows(installation, "app_reviews", set()) == expected_rows(
            "app_reviews", earlier["app_reviews"], set()
        )
        later = from_world(world, token=TOKEN)
        stand_in.reviews, stand_in.clock = later.reviews, world.known_through
        installation.extract("stores")
        installation.map()
        assert contract_rows(installation, "app_reviews", set()) == expected_rows(
            "app_reviews", world["app_reviews"], set()
        )
        assert installation.query("select bool_and(vendor_count = own_count) from audit.vendor_totals") == [(True,)]


def holding(folder: Path, text: str) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]
