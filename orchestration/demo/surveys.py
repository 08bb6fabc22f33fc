"""What buyers say after a contact: satisfaction (CSAT) and effort (CES).

Belongs here: who is asked, who answers and what. The rating depends on the wait, the outcome, the agent's skill and the
product's failure, so a fair reading has to tell them apart. Loyalty (NPS) is in `loyalty`, and does not depend on this.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from orchestration.demo import comments
from orchestration.demo.agents import Agents
from orchestration.demo.clock import DAY, HORIZON, HOUR, MINUTE, NEVER, Flags, Floats, Ints, instant
from orchestration.demo.contacts import CONTACT, SELLER
from orchestration.demo.desk import DeskLog
from orchestration.demo.desk_plan import APP, CHAT
from orchestration.demo.history import EntityHistory, labels, look_up
from orchestration.demo.orders import Customers
from orchestration.demo.reasons import CSAT_STATED_REASONS, INDEX
from orchestration.demo.streams import lognormal_seconds, pick_rows
from orchestration.demo.tickets import Tickets

OFFERED_SHARE, ANSWERED_SHARE = 0.86, 0.26
EFFORT_SHARE = 0.22
"""Share of the offers that ask for effort instead of satisfaction."""
TRIED_HARD_ASKED_SHARE = 0.8
CHANGED_SHARE, INVALID_SHARE, WITHOUT_TICKET_SHARE, AGENT_UNKNOWN_SHARE = 0.035, 0.006, 0.01, 0.04
GOOD_BAD, GOOD_OK_BAD, STARS = range(3)
SCALES = ("good_bad", "good_ok_bad", "stars_1_5")
THREE_FACES_SINCE = instant("2025-07-01")
NEW_EFFORT_SCALE_SINCE = instant("2026-01-01")
EFFORT_SCALES = ("ces_1", "ces_2")
INVALID_SCORES = ("offered", "11")
NEGATIVE, NEUTRAL, POSITIVE, INVALID = range(4)
LOGISTICS_REASONS = ("where_is_my_order", "item_not_received")
PRODUCT_REASONS = ("payment_problem", "app_problem", "item_damaged", "wrong_item", "how_to")
# What moves the odds of a good rating (log-odds), the truth behind the ratings.
EFFECTS = {
    "base": 2.75,
    "wait_per_log_hour": -0.34,
    "logistics_failure": -0.75,
    "product_failure": -0.45,
    "not_solved": -1.5,
    "agent_skill": 1.0,
}


@dataclass(frozen=True)
class Offers:
    """Columns by invitation after a contact, in order of the offer; `is_effort` asks for CES."""

    ticket: Ints
    agent: Ints
    offered_at: Ints
    is_effort: Flags
    quality: Floats


@dataclass(frozen=True)
class Ratings:
    """Columns by CSAT answer, in order of time; `ticket` -1 where the survey does not say, `value` NEGATIVE to INVALID.

    `named_agent` is who the survey names, `stated` the position of the reason picked, `said` that of the comment in
    `comments.CSAT_POOL`; -1 is none. `offer_answered_at` is by offer: the instant of its first usable answer that names it, after
    the end of the world too; NEVER without one.
    """

    offer: Ints
    ticket: Ints
    value: Ints
    named_agent: Ints
    stated: Ints
    said: Ints
    responded_at: Ints
    offer_answered_at: Ints


@dataclass(frozen=True)
class Efforts:
    """Columns by CES answer, in order of time; `tried` is the agreement that the agent tried hard, -1 where not asked.

    `said` is the comment's position in `comments.CSAT_POOL`, -1 without one.
    """

    offer: Ints
    ticket: Ints
    scale: Ints
    score: Ints
    tried: Ints
    said: Ints
    responded_at: Ints


def make_offers(rng: np.random.Generator, tickets: Tickets, log: DeskLog, rank: Ints, agents: Agents) -> Offers:
    """Offers an hour or more after a contact was solved for the first time."""
    solved = np.array([(moment, rank[row], agent) for moment, row, agent in log.solved], dtype=np.int64).reshape(-1, 3)
    solved = solved[np.argsort(solved[:, 0], kind="stable")]
    times = np.bincount(solved[:, 1], minlength=len(tickets))
    _, first = np.unique(solved[:, 1], return_index=True)
    moment, ticket, agent = solved[first].T
    asked = (tickets.about.kind[ticket] == CONTACT) & (tickets.first_reply_at[ticket] < NEVER)
    asked &= rng.random(len(ticket)) < OFFERED_SHARE
    moment, ticket, agent = moment[asked], ticket[asked], agent[asked]
    wait = (tickets.first_reply_at[ticket] - tickets.about.created_at[ticket]) / HOUR
    reason = tickets.about.reason[ticket]
    quality = (
        EFFECTS["base"]
        + EFFECTS["wait_per_log_hour"] * np.log1p(wait)
        + EFFECTS["logistics_failure"] * np.isin(reason, [INDEX[code] for code in LOGISTICS_REASONS])
        + EFFECTS["product_failure"] * np.isin(reason, [INDEX[code] for code in PRODUCT_REASONS])
        + EFFECTS["not_solved"] * (times[ticket] > 1)
        + EFFECTS["agent_skill"] * agents.skill[agent]
        + 0.35 * (tickets.about.role[ticket] == SELLER)
    )
    offered_at = moment + HOUR + rng.integers(0, 30 * MINUTE, len(ticket))
    is_effort = rng.random(len(ticket)) < EFFORT_SHARE
    by_time = np.lexsort((ticket, offered_at))
    return Offers(ticket[by_time], agent[by_time], offered_at[by_time], is_effort[by_time], quality[by_time])


def _probability(log_odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-log_odds)), dtype=np.float64)


def csat_history(
    rng: np.random.Generator,
    offers: Offers,
    offer_ids: pa.Array,
    tickets: Tickets,
    agents: Agents,
    customers: Customers,
) -> tuple[EntityHistory, Ratings]:
    """Ratings; some are given twice for a ticket (the later counts), some are no ratings at all."""
    offer = np.flatnonzero(~offers.is_effort & (rng.random(len(offers.ticket)) < ANSWERED_SHARE))
    ticket = offers.ticket[offer]
    responded_at = offers.offered_at[offer] + lognormal_seconds(rng, 7 * HOUR, 1.2, len(offer))
    good = rng.random(len(offer)) < _probability(offers.quality[offer])
    value = np.where(good, POSITIVE, np.where(rng.random(len(offer)) < 0.25, NEUTRAL, NEGATIVE))
    is_invalid = rng.random(len(offer)) < INVALID_SHARE
    value = np.where(is_invalid, INVALID, value)
    # People who change their mind do so a day or more later, mostly for the worse.
    again = np.flatnonzero(~is_invalid & (rng.random(len(offer)) < CHANGED_SHARE))
    offer = np.concatenate([offer, offer[again]])
    ticket = np.concatenate([ticket, ticket[again]])
    responded_at = np.concatenate([responded_at, responded_at[again] + DAY + rng.integers(0, 5 * DAY, len(again))])
    changed = np.where(value[again] == POSITIVE, NEGATIVE, POSITIVE)
    value = np.concatenate([value, changed])
    without = np.concatenate([rng.random(len(is_invalid)) < WITHOUT_TICKET_SHARE, np.zeros(len(again), dtype=np.bool_)])
    without[again] = False
    usable = ~is_invalid & ~without[: len(is_invalid)]
    offer_answered_at = np.full(len(offers.ticket), NEVER, dtype=np.int64)
    offer_answered_at[offer[: len(usable)][usable]] = responded_at[: len(usable)][usable]
    ticket_shown = np.where(without, -1, ticket)
    keep = responded_at < HORIZON
    order = np.flatnonzero(keep)[np.lexsort((offer[keep], responded_at[keep]))]
    offer, ticket, ticket_shown, value, responded_at = (
        column[order] for column in (offer, ticket, ticket_shown, value, responded_at)
    )
    scale = _scales(tickets, ticket, offers.offered_at[offer])
    # A scale without a middle has no neutral answer.
    value = np.where((value == NEUTRAL) & (scale == GOOD_BAD), NEGATIVE, value)
    count = len(offer)
    unknown_agent = (ticket_shown < 0) | (rng.random(count) < AGENT_UNKNOWN_SHARE)
    named_agent = np.where(unknown_agent, -1, offers.agent[offer])
    scores = _scores(rng, value, scale)
    stated = _stated_reasons(rng, value, tickets, ticket)
    language = tickets.language[ticket]
    said = comments.csat_comments(rng, value, tickets.about.reason[ticket], language)
    history = EntityHistory(
        appears_at=responded_at,
        columns={
            "response_id": pa.array([f"csat-{number:06d}" for number in range(1, count + 1)], pa.string()),
            "invitation_id": look_up(offer_ids, np.where(ticket_shown < 0, -1, offer)),
            "ticket_id": look_up(tickets.ids, ticket_shown),
            "customer_id": look_up(customers.ids, np.where(ticket_shown < 0, -1, tickets.about.customer[ticket])),
            "agent_id": look_up(agents.ids, named_agent),
            "score": scores,
            "scale": labels(SCALES, scale),
            "stated_reason": labels(CSAT_STATED_REASONS, stated),
            **comments.csat_columns(said, language),
            "responded_at": responded_at,
        },
    )
    return history, Ratings(offer, ticket_shown, value, named_agent, stated, said, responded_at, offer_answered_at)


def _scales(tickets: Tickets, ticket: Ints, offered_at: Ints) -> Ints:
    """Stars in chat and app; elsewhere two faces, and three from the middle of 2025 on."""
    faces = np.where(offered_at >= THREE_FACES_SINCE, GOOD_OK_BAD, GOOD_BAD)
    return np.where(np.isin(tickets.channel[ticket], (CHAT, APP)), STARS, faces)


def _scores(rng: np.random.Generator, value: Ints, scale: Ints) -> pa.Array:
    """The answer in the scale's own words."""
    words = ("bad", "ok", "good", "1", "2", "3", "4", "5", *INVALID_SCORES)
    stars = np.where(value == POSITIVE, 6 + (rng.random(len(value)) < 0.66), np.where(value == NEUTRAL, 5, 3))
    stars = np.where((value == NEGATIVE) & (rng.random(len(value)) < 0.35), 4, stars)
    position = np.where(scale == STARS, stars, value)
    position = np.where(value == INVALID, 8 + rng.integers(0, 2, len(value)), position)
    return labels(words, position)


def _stated_reasons(rng: np.random.Generator, value: Ints, tickets: Tickets, ticket: Ints) -> Ints:
    """Two of three who are not content pick a reason: it follows what went wrong."""
    about = tickets.about
    wait = (tickets.first_reply_at[ticket] - about.created_at[ticket]) / HOUR
    weights = np.full((len(value), len(CSAT_STATED_REASONS)), 0.35)
    weights[:, 0] += np.where(wait > 24, 2.5, 0.0)
    weights[:, 1] += 0.5
    weights[:, 3] += np.where(np.isin(about.reason[ticket], [INDEX[code] for code in PRODUCT_REASONS]), 2.0, 0.0)
    weights[:, 4] += np.where(np.isin(about.reason[ticket], [INDEX[code] for code in LOGISTICS_REASONS]), 2.5, 0.0)
    weights[:, 5] += np.where(about.reason[ticket] == INDEX["return_or_refund"], 1.5, 0.0)
    chosen = pick_rows(rng, weights)
    gives = (value < POSITIVE) & (rng.random(len(value)) < 0.67)
    return np.where(gives, chosen, -1).astype(np.int64)


def effort_scales(offered_at: Ints) -> Ints:
    """The scale on which an offer asks for effort, a position in `EFFORT_SCALES`."""
    return (offered_at >= NEW_EFFORT_SCALE_SINCE).astype(np.int64)


def ces_history(
    rng: np.random.Generator,
    offers: Offers,
    offer_ids: pa.Array,
    tickets: Tickets,
    agents: Agents,
    customers: Customers,
) -> tuple[EntityHistory, Efforts]:
    """Effort: 1 to 5 (low is good) until the end of 2025; from 2026 on 1 to 7 (high is good), and did the agent try hard?"""
    offer = np.flatnonzero(offers.is_effort & (rng.random(len(offers.ticket)) < ANSWERED_SHARE))
    responded_at = offers.offered_at[offer] + lognormal_seconds(rng, 7 * HOUR, 1.2, len(offer))
    by_time = np.argsort(responded_at, kind="stable")
    offer, responded_at = offer[by_time], responded_at[by_time]
    ease = _probability(offers.quality[offer] - 0.9 + 1.3 * rng.standard_normal(len(offer)))
    scale = effort_scales(offers.offered_at[offer])
    score = np.where(scale == 1, 1 + (ease * 6.99).astype(np.int64), 5 - (ease * 4.99).astype(np.int64))
    ticket, count = offers.ticket[offer], len(offer)
    pleased = np.where(ease > 0.5, POSITIVE, NEGATIVE)
    language = tickets.language[ticket]
    said = comments.csat_comments(rng, pleased, tickets.about.reason[ticket], language)
    # Whether the agent tried hard is about the agent alone: neither the wait nor what broke moves it.
    trying = _probability(1.2 + EFFECTS["agent_skill"] * agents.skill[offers.agent[offer]] + rng.standard_normal(count))
    asked = (scale == 1) & (rng.random(count) < TRIED_HARD_ASKED_SHARE)
    tried = np.where(asked, 1 + (trying * 6.99).astype(np.int64), -1)
    history = EntityHistory(
        appears_at=responded_at,
        columns={
            "response_id": pa.array([f"ces-{number:06d}" for number in range(1, count + 1)], pa.string()),
            "invitation_id": look_up(offer_ids, offer),
            "ticket_id": look_up(tickets.ids, ticket),
            "customer_id": look_up(customers.ids, tickets.about.customer[ticket]),
            "score": labels([str(number) for number in range(8)], score),
            "scale": labels(EFFORT_SCALES, scale),
            "agent_effort_score": labels([str(number) for number in range(8)], tried),
            **comments.csat_columns(said, language),
            "responded_at": responded_at,
        },
    )
    return history, Efforts(offer, ticket, scale, score, tried, said, responded_at)
