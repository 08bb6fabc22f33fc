"""What a perfect warehouse would find, counted from the world's own records and never from the delivered tables.

Belongs here: the counts, the planted incidents and the true parameters, as plain values that go into JSON. Weeks, days and
quarters are those of the reporting time zone; a week is named by its Monday.
"""

from __future__ import annotations

import datetime
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from orchestration.demo import incidents, markets, reasons
from orchestration.demo.clock import DAY, NEVER, Flags, Ints, quarter_label, reporting_day, week_start
from orchestration.demo.contacts import ROLES
from orchestration.demo.surveys import INVALID, NEGATIVE, NEUTRAL, POSITIVE
from orchestration.demo.tickets import Tickets
from orchestration.demo.truth_agents import COLUMNS as AGENT_COLUMNS
from orchestration.demo.truth_agents import agent_skills, agent_weeks
from orchestration.demo.truth_contacts import contacts, response_waits
from orchestration.demo.truth_feedback import feedback
from orchestration.demo.truth_flow import flow
from orchestration.demo.truth_intensity import intensity
from orchestration.demo.truth_maturity import maturity
from orchestration.demo.truth_owners import csat_by_owner_week
from orchestration.demo.truth_parameters import parameters
from orchestration.demo.truth_reasons import reason_truth
from orchestration.demo.truth_satisfaction import ces_by_scale, counted_ratings, csat_by_dimension_month
from orchestration.demo.truth_surveys import surveys
from orchestration.demo.truth_themes import theme_truth
from orchestration.demo.truth_volumes import volumes
from orchestration.demo.truth_workforce import workforce

if TYPE_CHECKING:
    from orchestration.demo.world import Bookkeeping

Truth = dict[str, Any]


def iso(moment: int) -> str | None:
    """An instant as ISO 8601 with Z; null for never."""
    return (
        None
        if moment >= NEVER
        else datetime.datetime.fromtimestamp(moment, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    )


def _dates(days: Ints) -> list[str]:
    return [str(day) for day in days.astype("datetime64[D]").tolist()]


def _by_day(moments: Ints) -> dict[str, int]:
    days, counts = np.unique(reporting_day(moments), return_counts=True)
    return dict(zip(_dates(days), counts.tolist(), strict=True))


def count_truth(books: Bookkeeping, seed: int, scale: float, at: int) -> Truth:
    """All truths of a cut just before the instant `at`."""
    of_contacts = contacts(books, at)
    return {
        "world": {"seed": seed, "scale": scale, "known_through_at": iso(at)},
        "incidents": [_incident(books.tickets, each, at) for each in incidents.INCIDENTS],
        "parameters": parameters(books),
        "tickets": _tickets(books.tickets, at),
        "first_responses": _first_responses(books.tickets, at),
        "contacts": of_contacts,
        "reasons": reason_truth(books, at),
        "themes": theme_truth(books, at),
        "feedback": feedback(books, of_contacts, at),
        "response_waits": response_waits(books, at),
        "flow": flow(books, at),
        "intensity": intensity(books, seed, at),
        "workforce": workforce(books, seed, at),
        "surveys": surveys(books, at),
        "csat": _csat(books, at),
        "csat_by_dimension_month": csat_by_dimension_month(books, at),
        "csat_by_owner_week": csat_by_owner_week(books, at),
        "ces": ces_by_scale(books, at),
        "agents": {"columns": list(AGENT_COLUMNS), "weeks": agent_weeks(books, at), "skills": agent_skills(books)},
        "nps_by_quarter": _nps(books, at),
        "orders": _orders(books, at),
        "returns": _returns(books, at),
        "inr": _inr(books, at),
        "maturity": maturity(books, at),
        "volumes": volumes(books, at),
        "app_reviews": _reviews(books, at),
    }


def _incident(tickets: Tickets, incident: incidents.Incident, at: int) -> Truth:
    """The cause, and the contacts that there would not have been without it, by day of creation."""
    caused = tickets.is_contact(at) & (tickets.about.cause == incidents.INDEX[incident.code])
    return {
        "code": incident.code,
        "kind": incident.kind,
        "name": incident.name,
        "market": incident.market,
        "app_version": incident.app_version,
        "platform": incident.platform,
        "carrier": incident.carrier,
        "team_name": incident.team_name,
        "reason": incident.reason or None,
        "starts_at": iso(incident.starts_at),
        "ends_at": iso(incident.ends_at),
        "is_in_events": incident.is_known,
        "excess_contacts_count": int(caused.sum()),
        "excess_contacts_by_day": _by_day(tickets.about.created_at[caused]),
    }


def _reason_names(positions: Ints) -> list[str]:
    names = [*reasons.CODES, "uncategorised"]
    return [names[position] for position in positions.tolist()]


def _tickets(tickets: Tickets, at: int) -> Truth:
    about = tickets.about
    contact = tickets.is_contact(at)
    weeks = _dates(week_start(reporting_day(about.created_at[contact])))
    where = [[*markets.CODES, "unknown"][position] for position in about.market[contact].tolist()]
    stated, true = _reason_names(tickets.stated[contact]), _reason_names(about.reason[contact])
    counted = Counter(zip(weeks, where, stated, strict=True))
    counted_true = Counter(zip(weeks, where, true, strict=True))
    return {
        "landed_count": int((about.created_at < at).sum()),
        "contact_count": int(contact.sum()),
        "excluded_by_reason": {name: int(mask.sum()) for name, mask in tickets.excluded(at).items()},
        "contacts_by_requester_role": {
            role: int((contact & (about.role == number)).sum()) for number, role in enumerate(ROLES)
        },
        "contacts_with_known_order_count": int((contact & (tickets.known_order >= 0)).sum()),
        "distinct_orders_with_known_contact_count": len(
            np.unique(tickets.known_order[contact & (tickets.known_order >= 0)])
        ),
        "chaser_count": int((contact & (tickets.chased >= 0)).sum()),
        "stated_chaser_count": int((contact & (tickets.known_previous >= 0)).sum()),
        "contacts_by_day": _by_day(about.created_at[contact]),
        "contacts_by_week_market_stated_reason": [[*key, count] for key, count in sorted(counted.items())],
        "contacts_by_week_market_true_reason": [[*key, count] for key, count in sorted(counted_true.items())],
    }


def _first_responses(tickets: Tickets, at: int) -> Truth:
    """Per contact: the first message of the customer, and the first public answer of a person; null when not yet."""
    contact = np.flatnonzero(tickets.is_contact(at) & (tickets.first_message_at < at))
    asked, replied = tickets.first_message_at[contact], tickets.first_reply_at[contact]
    replied = np.where(replied < at, replied, NEVER)
    answered = replied < NEVER
    wait = (replied - asked)[answered]
    quantiles: list[float | None] = np.quantile(wait, [0.5, 0.9]).tolist() if len(wait) else [None, None]
    ids = tickets.ids.take(contact).to_pylist()
    return {
        "answered_count": int(answered.sum()),
        "unanswered_count": int((~answered).sum()),
        "answered_calendar_seconds_mean": float(wait.mean()) if len(wait) else None,
        "answered_calendar_seconds_median": quantiles[0],
        "answered_calendar_seconds_p90": quantiles[1],
        "columns": ["ticket_id", "first_customer_message_at", "first_response_at"],
        "rows": [[key, iso(a), iso(r)] for key, a, r in zip(ids, asked.tolist(), replied.tolist(), strict=True)],
    }


def _csat(books: Bookkeeping, at: int) -> Truth:
    """The latest valid answer of each ticket; answers that name no ticket count one by one."""
    ratings = books.ratings
    known = ratings.responded_at < at
    valid = known & (ratings.value != INVALID)
    counted = counted_ratings(books, at)
    value = ratings.value[counted]
    offered = ~books.offers.is_effort & (books.offers.offered_at < at)
    return {
        "offered_count": int(offered.sum()),
        "response_count": int(known.sum()),
        "invalid_count": int((known & (ratings.value == INVALID)).sum()),
        "superseded_count": int(valid.sum()) - len(counted),
        "positive_count": int((value == POSITIVE).sum()),
        "neutral_count": int((value == NEUTRAL).sum()),
        "negative_count": int((value == NEGATIVE).sum()),
    }


def _nps(books: Bookkeeping, at: int) -> list[Truth]:
    """The latest valid answer of each person and quarter; answers without a person count one by one."""
    answers = books.survey.answers
    rows = np.flatnonzero(answers.responded_at < at)
    labels = quarter_label(reporting_day(answers.responded_at[rows]))
    latest: dict[tuple[str, int, int], int] = {}
    invalid: Counter[str] = Counter()
    for row, quarter in zip(rows.tolist(), labels, strict=True):
        customer, score = int(answers.customer[row]), int(answers.score[row])
        if score < 0:
            invalid[quarter] += 1
        else:
            latest[quarter, customer, row if customer < 0 else -1] = score
    result = []
    for quarter in sorted(set(labels)):
        scores = [score for key, score in latest.items() if key[0] == quarter]
        promoters, detractors = sum(score >= 9 for score in scores), sum(score <= 6 for score in scores)
        result.append(
            {
                "quarter": quarter,
                "promoter_count": promoters,
                "passive_count": len(scores) - promoters - detractors,
                "detractor_count": detractors,
                "invalid_count": invalid[quarter],
                "nps_score": round(100 * (promoters - detractors) / len(scores), 4) if scores else None,
            }
        )
    return result


def _orders(books: Bookkeeping, at: int) -> Truth:
    orders = books.orders
    known = orders.ordered_at < at
    real = known & ~orders.is_test
    return {
        "landed_count": int(known.sum()),
        "test_count": int((known & orders.is_test).sum()),
        "order_count": int(real.sum()),
        "cancelled_count": int((real & (orders.cancelled_at < at)).sum()),
        "shipped_count": int((real & (books.deliveries.shipped_at < at)).sum()),
        "delivered_count": int((real & (books.deliveries.delivered_at < at)).sum()),
        "orders_by_day": _by_day(orders.ordered_at[real]),
        "orders_by_market": {
            code: int((real & (orders.market == number)).sum()) for number, code in enumerate(markets.CODES)
        },
    }


def _distinct(orders: Ints, mask: Flags) -> int:
    return len(np.unique(orders[mask]))


def _month_of_shipping(moments: Ints) -> np.ndarray:
    return (moments // DAY).astype("datetime64[D]").astype("datetime64[M]").astype(str)


def _returns(books: Bookkeeping, at: int) -> Truth:
    returns = books.returns
    shipped_at = books.deliveries.shipped_at
    shipped = np.flatnonzero(shipped_at < at)
    month = _month_of_shipping(shipped_at[shipped])
    returned = np.zeros(len(shipped_at), dtype=np.bool_)
    returned[returns.order] = True
    cohorts = sorted(set(month.tolist()))
    return {
        "return_count": int((returns.requested_at < at).sum()),
        "orders_with_return_requested_count": _distinct(returns.order, returns.requested_at < at),
        "orders_with_return_received_count": _distinct(returns.order, returns.received_at < at),
        "orders_with_return_refunded_count": _distinct(returns.order, returns.refunded_at < at),
        "columns": ["ship_month_utc", "shipped_orders", "orders_that_will_ever_have_a_return_requested"],
        "cohorts": [
            [each, int((month == each).sum()), int(returned[shipped][month == each].sum())] for each in cohorts
        ],
    }


def _inr(books: Bookkeeping, at: int) -> Truth:
    """One INR an order, whatever the number of claims; a claim opened before the promised day is over is none."""
    claims = books.claims
    opened = claims.opened_at < at
    counts = opened & ~claims.is_before_promise
    return {
        "claim_count": int(opened.sum()),
        "claims_before_promise_count": int((opened & claims.is_before_promise).sum()),
        "orders_with_inr_count": _distinct(claims.order, counts),
        "orders_with_inr_upheld_count": _distinct(
            claims.order, counts & (claims.outcome == 0) & (claims.resolved_at < at)
        ),
        "orders_with_inr_refunded_count": _distinct(claims.order, counts & (claims.refunded_at < at)),
        "orders_due_count": int((books.deliveries.is_due & (books.deliveries.promise_ends_at <= at)).sum()),
    }


def _reviews(books: Bookkeeping, at: int) -> Truth:
    reviews = books.reviews
    known = reviews.first_written_at < at
    edited = known & (reviews.edited_at < at)
    rating = np.where(edited, reviews.rating, reviews.first_rating)
    replied = known & (reviews.replied_at < at)
    return {
        "review_count": int(known.sum()),
        "reviews_by_rating": {str(stars): int((known & (rating == stars)).sum()) for stars in range(1, 6)},
        "edited_count": int(edited.sum()),
        "replied_count": int(replied.sum()),
        "replied_before_review_count": int((replied & edited & (reviews.replied_at < reviews.edited_at)).sum()),
    }
