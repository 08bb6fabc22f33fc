"""The overview board in a real browser: drawn from the marketplace by the real steps, its numbers counted again from facts.

What a number should be is counted here in Python from core's facts with its own clock; no report that the board reads is used.
"""

import json
import re
import runpy
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from board_drawing import Drawn, build_and_draw
from board_facts import (
    BERLIN,
    UTC,
    contacts_and_orders,
    duration_words,
    intensity_interval,
    median_wait,
    promoter_score,
    satisfaction,
    signed,
    waits_of,
    week_bounds,
)
from playwright.sync_api import Browser, Page, sync_playwright

from orchestration.boards import CHARTS, drawing_environment, find_dct, render_boards
from orchestration.demo import build_world, deliver, demo_sources_toml, source_tables
from orchestration.installing import create_home
from orchestration.settings import PROJECT, Home

pytestmark = [pytest.mark.needs_chromium, pytest.mark.timeout(900)]

TOOLS = runpy.run_path(str(PROJECT / "tests" / "install_debian_tools.py"))
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SCALE = 0.1
# The world ends on Sunday 2026-11-01 at 01:00 in Berlin: the week before its last is the latest complete one. It ends with a
# daylight-saving change.
WEEK = date(2026, 10, 19)
TICKETS_ONLY = """
[installation]
name = "Only tickets"
reporting_time_zone = "Europe/Berlin"

[[sources]]
name = "helpdesk"
kind = "files"
delivers = ["tickets"]
"""


@dataclass
class Opened:
    """A board in the browser, with all that it said and asked for."""

    page: Page
    said: list[str] = field(default_factory=list)
    asked_for: list[str] = field(default_factory=list)

    def text(self, chart: str) -> str:
        """A chart's words, a space between them."""
        words = self.page.locator(f'[data-chart-id="{chart}"] text').all_text_contents()
        return re.sub(r"\s+", " ", " ".join(words)).strip()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; asked for before anything is built, so that its absence is told at once."""
    chromium = TOOLS["find_chromium"]()
    if chromium is None or not chromium.exists():
        pytest.fail("Chromium is not installed; run: make test-tools")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(chromium), args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Home]:
    """A small marketplace that delivers everything, and the same one of which only tickets are known."""
    world = build_world(scale=SCALE)
    whole, tickets_only = (Home(tmp_path_factory.mktemp(name)) for name in ("marketplace", "tickets_only"))
    create_home(whole, into_existing=True, sources_toml=demo_sources_toml())
    deliver(world, whole.landing)
    create_home(tickets_only, into_existing=True, sources_toml=TICKETS_ONLY)
    folder = tickets_only.landing / "helpdesk"
    folder.mkdir(parents=True)
    pq.write_table(source_tables(world, "helpdesk")["tickets"], folder / "tickets.parquet")
    return whole, tickets_only


@pytest.fixture(scope="module")
def marketplace(browser: Browser, homes: tuple[Home, Home]) -> Drawn:
    return build_and_draw(homes[0])


@pytest.fixture(scope="module")
def tickets_only(browser: Browser, homes: tuple[Home, Home]) -> Drawn:
    return build_and_draw(homes[1])


@pytest.fixture(scope="module")
def still_coming(marketplace: Drawn, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The marketplace's board, had 62 % of the ratings come, and were nothing known of what is still to come of NPS."""
    folder = tmp_path_factory.mktemp("still_coming")
    copy = folder / "support_metrics.duckdb"
    shutil.copy(marketplace.published / "support_metrics.duckdb", copy)
    with duckdb.connect(str(copy)) as connection:
        connection.execute(
            "update drivers.rpt_scorecard_by_week set is_mature = false, "
            "maturity_ratio = case when metric_name = 'csat_ratio' then 0.62 end "
            "where metric_name in ('csat_ratio', 'nps_score') and scorecard_week = ?",
            [WEEK],
        )
    html, _ = render_boards(folder, folder / "boards")
    return html


@pytest.fixture
def open_board(browser: Browser) -> Iterator[Callable[..., Opened]]:
    opened: list[Page] = []

    def open_file(path: Path, width: int = 1280) -> Opened:
        page = browser.new_page(viewport={"width": width, "height": 900})
        opened.append(page)
        board = Opened(page)
        page.on("console", lambda message: board.said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: board.said.append(f"error: {error}"))

        def answer(route: Any) -> None:
            board.asked_for.append(route.request.url)
            if route.request.url.startswith("file:"):
                route.continue_()
            else:
                route.abort()

        page.route("**/*", answer)
        page.goto(path.as_uri())
        page.wait_for_load_state("networkidle")
        return board

    yield open_file
    for page in opened:
        page.close()


# --- The page itself --------------------------------------------------------------------------------------------------


def test_the_page_needs_nothing_but_itself(marketplace: Drawn, open_board: Callable[..., Opened]) -> None:
    board = open_board(marketplace.html)
    assert board.page.title() == "Support overview"
    assert board.said == []
    assert board.asked_for == [marketplace.html.as_uri()]


@pytest.mark.parametrize("width", [1280, 1920])
def test_nothing_sticks_out_sideways(marketplace: Drawn, open_board: Callable[..., Opened], width: int) -> None:
    page = open_board(marketplace.html, width).page
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_page_says_how_far_its_data_reach(marketplace: Drawn, open_board: Callable[..., Opened]) -> None:
    said = open_board(marketplace.html).text("build")
    assert "latest complete week: 19 Oct to 25 Oct 2026" in said
    assert "Data through 1 Nov 2026 00:00 UTC (app_stores, helpdesk, shop, surveys)" in said
    assert "Europe/Berlin" in said
    assert "build build-1" in said


def test_every_chart_is_there_with_its_title(marketplace: Drawn, open_board: Callable[..., Opened]) -> None:
    page = open_board(marketplace.html).page
    drawn = page.locator('[data-chart-id]:not([data-chart-type="custom"])')
    assert drawn.evaluate_all("charts => charts.map(chart => chart.dataset.chartTitle)") == [
        "What customers contact us about",
        "Contacts per 100 orders, by market",
        "When customers write",
        "When customers wait",
        "Net promoter score, points by month",
        "App review rating, mean stars by week",
        "Shipped orders with a return requested",
        "Due orders not received (INR)",
    ]


def test_the_picture_is_drawn_at_twice_the_size(marketplace: Drawn) -> None:
    header = marketplace.png.read_bytes()[:24]
    assert header[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(header[16:20], "big") == 2 * 1280


# --- The four headline numbers ----------------------------------------------------------------------------------------


def test_contact_intensity_is_what_the_facts_say(marketplace: Drawn, open_board: Callable[..., Opened]) -> None:
    said = open_board(marketplace.html).text("intensity_headline")
    contacts, orders = contacts_and_orders(marketplace, WEEK)
    before = [contacts_and_orders(marketplace, WEEK - timedelta(weeks=weeks)) for weeks in (1, 4, 52)]
    assert f"Contacts per 100 orders {100 * contacts / orders:.1f} per 100 orders" in said
    assert f"{contacts:,} contacts on {orders:,} orders" in said
    assert "Target at most 12.0" in said
    compared = " ".join(
        f"{name} {100 * part / whole:.1f}"
        + (" ▲ " if contacts / orders > part / whole else " ▼ ")
        + f"{abs(100 * contacts / orders - 100 * part / whole):.1f}"
        for name, (part, whole) in zip(("Week before", "4 weeks before", "Year before"), before, strict=True)
    )
    assert compared in said
    assert "19 Oct to 25 Oct 2026" in said


def test_first_response_is_what_the_facts_say(marketplace: Drawn, open_board: Callable[..., Opened]) -> None:
    said = open_board(marketplace.html).text("first_response_headline")
    waits = waits_of(marketplace, WEEK)
    assert f"Median time to first response {duration_words(median_wait(waits))} n = {len(waits)} contacts" in said
    assert f"Week before {duration_words(median_wait(waits_of(marketplace, WEEK - timedelta(weeks=1))))} " in said


def test_satisfaction_is_what_the_facts_say(marketplace: Drawn, open_board: Callable[..., Opened]) -> None:
    said = open_board(marketplace.html).text("csat_headline")
    positive, answers = satisfaction(marketplace, WEEK)
    assert f"Customer satisfaction (CSAT) {positive / answers:.1%} positive" in said
    assert re.search(rf"95% interval [\d.]+% to [\d.]+%, n = {answers} ratings", said)


def test_promoter_score_is_what_the_facts_say(marketplace: Drawn, open_board: Callable[..., Opened]) -> None:
    said = open_board(marketplace.html).text("nps_headline")
    score, answers = promoter_score(marketplace, WEEK)
    assert f"Net promoter score (NPS) {signed(score)} points" in said
    assert re.search(rf"95% interval \S+ to \S+, n = {answers} responses", said)


def test_a_change_has_the_colour_of_its_direction(marketplace: Drawn, open_board: Callable[..., Opened]) -> None:
    """A longer wait is bad: a rise is red. What the intervals do not tell apart has no colour."""
    page = open_board(marketplace.html).page
    good, bad, neutral = "#00884d", "#94001e", "#626366"

    def arrows(chart: str) -> list[str | None]:
        found = page.locator(f'[data-chart-id="{chart}"] text').filter(has_text=re.compile("^[▲▼]"))
        return [arrow.get_attribute("fill") for arrow in found.all()]

    wait, wait_before = (median_wait(waits_of(marketplace, WEEK - timedelta(weeks=weeks))) for weeks in (0, 1))
    assert arrows("first_response_headline")[0] == (bad if wait > wait_before else good)
    now = contacts_and_orders(marketplace, WEEK)
    expected = []
    for weeks in (1, 4, 52):
        before = contacts_and_orders(marketplace, WEEK - timedelta(weeks=weeks))
        (low, high), (low_before, high_before) = intensity_interval(*now), intensity_interval(*before)
        is_more = now[0] / now[1] > before[0] / before[1]
        expected.append(neutral if low <= high_before and low_before <= high else bad if is_more else good)
    assert arrows("intensity_headline") == expected
    for chart in ("csat_headline", "nps_headline"):
        fills = arrows(chart)
        assert fills
        assert set(fills) <= {good, bad, neutral}
    # A tenth of the marketplace gives a handful of ratings a week: nothing there is a clear change from the week before.
    assert fills[0] == neutral


def test_a_week_that_is_not_mature_is_called_provisional(
    marketplace: Drawn, still_coming: Path, open_board: Callable[..., Opened]
) -> None:
    board = open_board(still_coming)
    satisfied, promoted = board.text("csat_headline"), board.text("nps_headline")
    assert "% positive, provisional 95% interval" in satisfied
    assert "Provisional: 62% of what will come has come" in satisfied
    assert "points, provisional 95% interval" in promoted
    assert "Provisional: how much is still to come is not known" in promoted
    assert "rovisional" not in board.text("intensity_headline") + open_board(marketplace.html).text("csat_headline")


# --- Charts -----------------------------------------------------------------------------------------------------------


def test_the_largest_reason_comes_first_with_its_owner(marketplace: Drawn, open_board: Callable[..., Opened]) -> None:
    first, last = week_bounds(WEEK - timedelta(weeks=3))[0], week_bounds(WEEK)[1]
    counted = marketplace.rows(
        "select reason_label, owner, count(*) from core.fct_tickets inner join core.dim_contact_reasons using (contact_reason) "
        "where created_at >= ? and created_at < ? group by all order by count(*) desc, reason_label",
        first,
        last,
    )
    ((orders,),) = marketplace.rows(
        "select count(*) from core.fct_orders where ordered_at >= ? and ordered_at < ?", first, last
    )
    label, owner, contacts = counted[0]
    assert contacts > counted[1][2]
    said = open_board(marketplace.html).text("reasons")
    total = sum(row[2] for row in counted)
    assert f"{label} {owner} {contacts} {contacts / total:.0%} {100 * contacts / orders:.2f} " in said


def hover(board: Opened, chart: str, mark: str) -> str:
    """What a chart shows when the pointer rests on the mark whose label matches."""
    marks = board.page.locator(f'[data-chart-id="{chart}"] path[aria-label]')
    labels = [re.sub(r"[\u2060-\u2064\u200b-\u200d]", "", text) for text in marks.evaluate_all(LABELS)]
    position = next(number for number, label in enumerate(labels) if re.search(mark, label))
    marks.nth(position).hover(force=True)
    tooltip = board.page.locator(".dbt-tooltip").filter(visible=True)
    tooltip.wait_for()
    return re.sub(r"\s+", " ", tooltip.inner_text())


LABELS = "marks => marks.map(mark => mark.getAttribute('aria-label'))"


def test_a_hover_tells_how_many_wrote_in_an_hour(marketplace: Drawn, open_board: Callable[..., Opened]) -> None:
    first, last = week_bounds(WEEK - timedelta(weeks=12))[0], week_bounds(WEEK)[1]
    instants = marketplace.rows(
        "select waiting_from_at from core.fct_tickets where has_message_history and waited_calendar_seconds >= 0 "
        "and created_at >= ? and created_at < ?",
        first,
        last,
    )
    local = [instant.replace(tzinfo=UTC).astimezone(BERLIN) for (instant,) in instants]
    wednesdays_at_one = sum(moment.isoweekday() == 3 and moment.hour == 13 for moment in local)
    assert hover(open_board(marketplace.html), "arrivals", r"^13; Wed;").endswith(f" {wednesdays_at_one}")


def test_a_hover_tells_a_cohorts_share_and_that_it_is_not_mature(
    marketplace: Drawn, open_board: Callable[..., Opened]
) -> None:
    shipped, returned = marketplace.rows(
        "select count(*), count(*) filter (where order_key in (select order_key from core.fct_returns)) from core.fct_orders "
        "where shipped_at >= ? and shipped_at < ?",
        *week_bounds(WEEK),
    )[0]
    said = hover(open_board(marketplace.html), "returns", "19–25 Oct 2026")
    assert "Not yet mature" in said
    assert f"Return Requested {returned / shipped:.0%}" in said


def test_no_chart_shows_a_period_that_is_not_over(marketplace: Drawn, open_board: Callable[..., Opened]) -> None:
    """The world's last week has seven days less one hour; nothing of it is drawn."""
    labels = open_board(marketplace.html).page.locator("[data-chart-id] path[aria-label]").evaluate_all(LABELS)
    assert any("2026-10-19" in label or "19–25 Oct 2026" in label for label in labels)
    assert not [label for label in labels if "2026-10-26" in label or "26 Oct" in label or "Nov 2026" in label]


def test_the_market_filter_changes_the_numbers(marketplace: Drawn, open_board: Callable[..., Opened]) -> None:
    which = ["--project-dir", CHARTS, "--var", "market=KR", "--format", "data", "--output", "-"]
    done = subprocess.run(
        [find_dct(), "render", CHARTS / "charts" / "overview.yml", *which, "--no-cache", "--no-warnings"],
        env=drawing_environment(marketplace.published / "support_metrics.duckdb"),
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)["queries"]
    assert {row["market"] for row in found["intensity_by_market"]["rows"]} == {"KR"}
    last = found["returns"]["rows"][-1]
    shipped, returned = marketplace.rows(
        "select count(*), count(*) filter (where order_key in (select order_key from core.fct_returns)) from core.fct_orders "
        "where market = 'KR' and shipped_at >= ? and shipped_at < ?",
        *week_bounds(date.fromisoformat(str(last["shipped_week"])[:10])),
    )[0]
    assert last["return_ratio"] == pytest.approx(returned / shipped)
    # Unfiltered, each of the five markets has a bar for each of 52 weeks.
    bars = open_board(marketplace.html).page.locator('[data-chart-id="intensity_by_market"] path[data-dct-role="bar"]')
    assert bars.count() == 5 * 52


# --- An installation that has little ----------------------------------------------------------------------------------


def test_what_is_not_measured_says_why(tickets_only: Drawn, open_board: Callable[..., Opened]) -> None:
    board = open_board(tickets_only.html)
    reasons = {
        "intensity_headline": "No source delivers orders",
        "first_response_headline": "No source delivers ticket messages",
        "csat_headline": "No source delivers csat responses",
        "nps_headline": "No source delivers nps responses",
        "intensity_reason": "No source delivers orders",
        "arrivals_reason": "No source delivers ticket messages",
        "waits_reason": "No source delivers ticket messages",
        "nps_reason": "No source delivers nps responses",
        "reviews_reason": "No source delivers app reviews",
        "returns_reason": "No source delivers returns",
        "inr_reason": "No source delivers inr claims",
        "exposure_reason": "Contacts per 100 orders cannot be said: no source delivers orders",
    }
    assert {chart: reason for chart, reason in reasons.items() if reason not in board.text(chart)} == {}
    assert "Where is my order" in board.text("reasons")
    words = " ".join(board.page.locator("svg text").all_text_contents())
    assert not re.search(r"\b(?:None|null|NaN|undefined|error)\b", words, re.IGNORECASE)
    assert board.said == []
