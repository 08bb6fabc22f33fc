"""Reading Upwork: the time report of the last weeks anew by every run, and the month's transactions.

Hours change until a week is billed, and rows vanish. What a listing that is whole no longer has is marked deleted.
"""

import calendar
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from orchestration.extract.api.calls import Api
from orchestration.extract.api.fetching import Fetch
from orchestration.extract.api.windows import day_windows
from orchestration.extract.faults import NotPermittedError, UnusableDeliveryError
from orchestration.extract.upwork.graphql import PATH, RefreshedToken, ask, at, open_api

WINDOW_DAYS = 31
PAGE_SIZE = 100
KEY = ("work_date", "contract_id", "freelancer_id", "part")
TIME_REPORT = """
query timeReport($range: DateTimeRange!%(declared)s) {
  organization {
    clientContractTimeReport(timeReportDate_bt: $range%(given)s) {
      totalCount
      edges {
        cursor
        node {
          dateWorkedOn
          totalHoursWorked
          totalCharges
          freelancer { id name }
          team { id name }
          contract { id }
        }
      }
      pageInfo { endCursor hasNextPage }
    }
  }
}
"""
# The argument for pages is documented for an older report; it is used only where there is a second page.
FIRST_PAGE = TIME_REPORT % {"declared": "", "given": ""}
NEXT_PAGE = TIME_REPORT % {"declared": ", $page: Pagination", "given": ", pagination: $page"}
ACCOUNT = "query account { accountingEntity { id } }"
TRANSACTIONS = """
query transactions($filter: TransactionHistoryFilter!) {
  transactionHistory(transactionHistoryFilter: $filter) {
    transactionDetail {
      transactionHistoryRow {
        recordId
        transactionCreationDate
        type
        accountingSubtype
        assignmentTeamId
        transactionAmount { rawValue currency }
      }
    }
  }
}
"""


def fetch(fetch: Fetch) -> None:
    """Read the time report and the transactions since the last run less the look-back, or of the window."""
    api, auth = open_api(fetch)
    clock = api.server_clock
    if fetch.window:
        begin, end = fetch.window.begin, fetch.window.end - timedelta(microseconds=1)
    else:
        begin, end = fetch.since("time_reports_read_through"), clock + timedelta(days=1)
    fetch.landing.add("time_reports", [])
    for first, last in day_windows(begin.date(), end.date(), WINDOW_DAYS):
        _replace(fetch, api, first, last)
    if not fetch.landing.count("time_reports") and not fetch.known("time_reports", "work_date"):
        fetch.landing.note(
            f"Upwork lists no hours since {begin:%Y-%m-%d}; if there are some, try time_report_date_format"
        )
    if fetch.source.transactions:
        try:
            _read_transactions(fetch, api, begin, end)
        except NotPermittedError as error:
            fetch.landing.note(f"{error} (transactions = false leaves them out)")
    if isinstance(auth, RefreshedToken) and auth.is_replaced:
        fetch.landing.note(
            f"Upwork gave another refresh token than the one in {fetch.source.refresh_token_env}, which may end soon: "
            "authorize anew, or sign in with client credentials"
        )
    fetch.progress.set("time_reports_read_through", clock.isoformat())
    fetch.complete_through(clock)


def _replace(fetch: Fetch, api: Api, first: date, last: date) -> None:
    """Land the rows of a range of days, and state which of the rows known before are gone."""
    total, rows = _time_report(fetch, api, first, last)
    fetch.landing.add("time_reports", rows)
    between = f"from {first} to {last}"
    if total is not None:
        fetch.landing.total("time_reports", total, first, "work_date", last)
    if total is not None and len(rows) > total:
        raise UnusableDeliveryError(
            f"the time report {between} lists {len(rows):,} rows and says that it has {total:,}: a page came twice"
        )
    known = [row for row in fetch.known("time_reports", *KEY) if first.isoformat() <= str(row[0]) <= last.isoformat()]
    if known and not rows:
        raise UnusableDeliveryError(
            f"the time report {between} has no rows, and {len(known):,} were known; nothing was changed"
        )
    if total is not None and len(rows) < total:
        fetch.landing.note(
            f"the time report {between} lists {len(rows):,} of {total:,} rows, so none counts as deleted"
        )
        return
    listed = {_key(row) for row in rows}
    gone = [key for key in known if key not in listed]
    fetch.landing.remove("time_reports", [dict(zip(KEY, (part or "" for part in key), strict=True)) for key in gone])


def _time_report(fetch: Fetch, api: Api, first: date, last: date) -> tuple[int | None, list[dict[str, Any]]]:
    """How many rows the vendor says there are, and the rows, each with its day as ISO 8601 and its number within its key."""
    rows: list[dict[str, Any]] = []
    total: int | None = None
    cursors: set[Any] = set()
    parts: Counter[tuple[str | None, ...]] = Counter()
    for report in _pages(api, date_range(first, last, fetch.source.time_report_date_format)):
        total = report["totalCount"] if isinstance(report.get("totalCount"), int) else total
        for edge in report["edges"]:
            node, cursor = at(edge, "node"), edge.get("cursor")
            if cursor is not None and cursor in cursors:
                continue  # a page came twice
            cursors.add(cursor)
            row = {**node, "work_date": day(node.get("dateWorkedOn"))}
            # The vendor gives rows no id, and does not say that a day, contract and person come once.
            same = (row["work_date"], _id(row, "contract"), _id(row, "freelancer"))
            parts[same] += 1
            rows.append({**row, "part": str(parts[same])})
    return total, rows


def _pages(api: Api, between: dict[str, str]) -> Iterator[dict[str, Any]]:
    data = ask(api, FIRST_PAGE, range=between)
    seen: set[str] = set()
    while True:
        report = at(data, "organization", "clientContractTimeReport")
        at(report, "edges")
        yield report
        page = report.get("pageInfo") or {}
        if not page.get("hasNextPage"):
            return
        cursor = str(page.get("endCursor"))
        if cursor in seen or page.get("endCursor") is None:
            raise UnusableDeliveryError(f"{PATH}: the time report says that it goes on, and not where")
        seen.add(cursor)
        data = ask(api, NEXT_PAGE, range=between, page={"first": PAGE_SIZE, "after": cursor})


def _read_transactions(fetch: Fetch, api: Api, begin: datetime, end: datetime) -> None:
    """Land the transactions of every month from the first to the last day's; the vendor has no pages of them."""
    account = at(ask(api, ACCOUNT), "accountingEntity", "id")
    first = begin.date().replace(day=1)
    while first <= end.date():
        last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
        between = date_range(first, last, fetch.source.transaction_date_format)
        wanted = {"aceIds_any": [account], "transactionDateTime_bt": between}
        data = ask(api, TRANSACTIONS, filter=wanted)
        rows = at(data, "transactionHistory", "transactionDetail").get("transactionHistoryRow")
        fetch.landing.add("transactions", rows or [])
        first = last + timedelta(days=1)


def date_range(first: date, last: date, date_format: str) -> dict[str, str]:
    """A range of days, both included, as the interface takes it."""
    if date_format == "compact":
        return {"rangeStart": f"{first:%Y%m%d}", "rangeEnd": f"{last:%Y%m%d}"}
    return {"rangeStart": f"{first}T00:00:00.000Z", "rangeEnd": f"{last}T23:59:59.999Z"}


def day(text: Any) -> Any:
    """A day as ISO 8601, whichever way the vendor writes it; anything else as it is."""
    said = str(text)
    if len(said) == 8 and said.isdecimal():
        return f"{said[:4]}-{said[4:6]}-{said[6:]}"
    return said[:10] if said[10:11] == "T" else text


def _id(row: dict[str, Any], of: str) -> str | None:
    found = (row.get(of) or {}).get("id")
    return None if found is None else str(found)


def _key(row: dict[str, Any]) -> tuple[str | None, ...]:
    return (row["work_date"], _id(row, "contract"), _id(row, "freelancer"), row["part"])
