"""The simulated marketplace as one value: its entities as known at a moment.

Belongs here: how the parts are made one after another, the cut at a moment, and what changed between two cuts. How the world
is delivered (files, stand-ins of vendors' interfaces) is decided elsewhere.
"""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.contract import entities
from orchestration.demo import business_hours, company
from orchestration.demo.agents import Agents, Memberships, make_agents, make_memberships
from orchestration.demo.catalogue import Sellers, make_sellers
from orchestration.demo.claims import Claims, claim_history, make_claims
from orchestration.demo.clock import HORIZON, START, Ints
from orchestration.demo.contacts import CONTACT, Contacts, together, with_platform
from orchestration.demo.conversations import (
    Changes,
    Messages,
    Work,
    add_bot_greetings,
    add_unanswered_lives,
    change_history,
    handle_time_history,
    make_changes,
    make_messages,
    make_work,
    message_history,
)
from orchestration.demo.deliveries import Deliveries, delivery_history, make_deliveries
from orchestration.demo.desk import Desk, DeskLog
from orchestration.demo.desk_plan import make_plan
from orchestration.demo.history import EntityHistory
from orchestration.demo.invitations import invitation_history, invitation_ids
from orchestration.demo.loyalty import Survey, make_survey, nps_history
from orchestration.demo.noise import duplicates, noise, with_deleted
from orchestration.demo.order_contacts import Lives, order_contacts
from orchestration.demo.orders import Customers, Items, Orders, item_history, make_items, make_orders, order_history
from orchestration.demo.product_contacts import product_contacts
from orchestration.demo.returns import Returns, make_returns, return_history
from orchestration.demo.reviews import Reviews, make_reviews
from orchestration.demo.shifts import Shifts, make_shifts, workday_history
from orchestration.demo.streams import stream
from orchestration.demo.surveys import Efforts, Offers, Ratings, ces_history, csat_history, make_offers
from orchestration.demo.ticket_history import ticket_history
from orchestration.demo.tickets import Tickets, make_tickets
from orchestration.demo.truth import Truth, count_truth

DEFAULT_SEED = 20241101
RESERVE_SHARE = 0.6
"""Room for chasers and repeats, as a share of the contacts that arise by themselves."""


@dataclass(frozen=True)
class Bookkeeping:
    """The world's own records, from the first second to beyond the horizon; the truth is counted from these."""

    sellers: Sellers
    customers: Customers
    orders: Orders
    items: Items
    deliveries: Deliveries
    returns: Returns
    claims: Claims
    agents: Agents
    memberships: Memberships
    shifts: Shifts
    tickets: Tickets
    changes: Changes
    messages: Messages
    work: Work
    offers: Offers
    ratings: Ratings
    efforts: Efforts
    survey: Survey
    reviews: Reviews


@dataclass(frozen=True, eq=False)
class World(Mapping[str, pa.Table]):
    """Entities by the contract's names, each a table with the contract's columns and types, as known just before `at`.

    Instants are `timestamp[us, UTC]`, dates `date32`. Free text and identities are in clear: no delivery is private.
    """

    seed: int
    scale: float
    at: int
    books: Bookkeeping = field(repr=False)
    histories: Mapping[str, EntityHistory] = field(repr=False)

    @cached_property
    def _cuts(self) -> dict[str, tuple[pa.Table, Ints]]:
        known = entities()
        return {name: history.cut(known[name], self.at) for name, history in self.histories.items()}

    def __getitem__(self, entity: str) -> pa.Table:
        return self._cuts[entity][0]

    def __iter__(self) -> Iterator[str]:
        return iter(self.histories)

    def __len__(self) -> int:
        return len(self.histories)

    @property
    def known_through(self) -> datetime.datetime:
        """The moment of the cut (exclusive), as an aware UTC time."""
        return datetime.datetime.fromtimestamp(self.at, datetime.UTC)

    def as_of(self, moment: datetime.datetime | int) -> "World":
        """The same world as it was known just before a moment (an aware time, or seconds since 1970).

        Raises:
            ValueError: the moment lies outside the world's span or has no time zone.
        """
        if isinstance(moment, datetime.datetime):
            if moment.tzinfo is None:
                raise ValueError(f"{moment} has no time zone")
            moment = int(moment.timestamp())
        if not START < moment <= HORIZON:
            raise ValueError(f"{moment} is not in the world's span ({START}, {HORIZON}]")
        return World(self.seed, self.scale, moment, self.books, self.histories)

    def changed_since(self, earlier: "World") -> dict[str, pa.Table]:
        """Per entity, the rows that are new or read differently than in an earlier cut of the same world."""
        result = {}
        for name in self:
            (table, rows), (before, rows_before) = self._cuts[name], earlier._cuts[name]
            position = np.searchsorted(rows_before, rows)
            position_or_0 = np.minimum(position, max(len(rows_before) - 1, 0))
            is_old = rows_before[position_or_0] == rows if len(rows_before) else np.zeros(len(rows), dtype=np.bool_)
            changed = ~is_old
            old = before.take(pa.array(position_or_0[is_old]))
            now = table.filter(pa.array(is_old))
            differs = np.zeros(int(is_old.sum()), dtype=np.bool_)
            for column in table.column_names:
                same = pc.fill_null(pc.equal(now[column], old[column]), False)
                both_null = pc.and_(pc.is_null(now[column]), pc.is_null(old[column]))
                differs |= ~pc.or_(same, both_null).to_numpy().astype(np.bool_)
            changed[is_old] = differs
            result[name] = table.filter(pa.array(changed))
        return result

    @cached_property
    def truth(self) -> Truth:
        """What a perfect warehouse would find in this cut, counted from the world's own records."""
        return count_truth(self.books, self.seed, self.scale, self.at)


def build_world(seed: int = DEFAULT_SEED, scale: float = 1.0) -> World:
    """Make the whole world, cut at its horizon (2026-11-01 UTC); the same arguments give the same world everywhere.

    Args:
        seed: of all random numbers.
        scale: 1.0 is about 120,000 orders and 16,000 tickets; the number of agents falls below 40 at no scale.

    Raises:
        ValueError: the scale is not positive.
    """
    if scale <= 0:
        raise ValueError(f"scale must be positive, not {scale}")
    sellers = make_sellers(seed, scale)
    orders, customers = make_orders(seed, scale, sellers)
    items = make_items(seed, orders)
    deliveries = make_deliveries(seed, orders, sellers)
    returns = make_returns(seed, orders, items, deliveries, sellers)
    agents = make_agents(seed, scale)
    memberships = make_memberships(agents)
    shifts = make_shifts(seed, scale, agents, memberships, orders)
    contacts = _contacts(seed, scale, Lives(orders, customers, deliveries, returns), sellers, shifts)
    claims = make_claims(seed, deliveries, contacts)
    tickets, rank, log = _work(seed, contacts, customers, agents, shifts)
    changes, messages = make_changes(log, rank), make_messages(log, rank)
    work = make_work(log, rank)

    rng = stream(seed, "surveys")
    offers = make_offers(rng, tickets, log, rank, agents)
    survey = make_survey(stream(seed, "loyalty"), orders, deliveries, customers)
    contact_ids, nps_ids = invitation_ids(offers, survey)
    csat, ratings = csat_history(rng, offers, contact_ids, tickets, agents, customers)
    ces, efforts = ces_history(stream(seed, "effort"), offers, contact_ids, tickets, agents, customers)
    reviews, app_reviews = make_reviews(stream(seed, "reviews"), orders, customers, scale)
    ticket_entity = ticket_history(tickets, changes, messages, log, rank, orders, customers, sellers, agents)
    histories = {
        "tickets": ticket_entity,
        "ticket_messages": message_history(stream(seed, "messages"), messages, tickets, agents),
        "ticket_changes": change_history(changes, tickets, agents),
        "handle_times": handle_time_history(work, tickets, agents),
        "csat_responses": csat,
        "ces_responses": ces,
        "nps_responses": nps_history(stream(seed, "nps words"), survey, nps_ids, customers),
        "survey_invitations": invitation_history(offers, survey, tickets, customers),
        "app_reviews": app_reviews,
        "orders": order_history(orders, items, customers, sellers, deliveries.shipped_at, deliveries.delivered_at),
        "order_items": item_history(stream(seed, "products"), orders, items, sellers),
        "deliveries": delivery_history(orders, deliveries),
        "returns": return_history(orders, items, returns),
        "inr_claims": claim_history(orders, claims),
        "customers": customers.history,
        "sellers": sellers.history,
        "agents": agents.history,
        "agent_team_histories": memberships.history,
        "shifts": shifts.history,
        "agent_workdays": workday_history(seed, agents, shifts),
        "active_customers": company.active_customer_history(seed, orders, customers),
        **business_hours.calendar_histories(),
        "events": company.event_history(),
        "exchange_rates": company.exchange_rate_history(seed),
    }
    books = Bookkeeping(
        sellers, customers, orders, items, deliveries, returns, claims, agents, memberships, shifts, tickets, changes,
        messages, work, offers, ratings, efforts, survey, reviews,
    )  # fmt: skip
    return World(seed, scale, HORIZON, books, histories)


def _contacts(seed: int, scale: float, lives: Lives, sellers: Sellers, shifts: Shifts) -> Contacts:
    """Everything that reaches the helpdesk from outside, in order of time."""
    rng = stream(seed, "contacts")
    causes = [*order_contacts(rng, lives), *product_contacts(rng, lives.orders, sellers, scale)]
    contacts = with_deleted(rng, with_platform(rng, together(causes)))
    contacts = together([contacts, *noise(rng, lives.orders, shifts, scale)])
    everything = together([contacts, duplicates(rng, contacts)])
    # Copies came in between: an original is known by its number among those that are none.
    is_first = np.flatnonzero(everything.original < 0)
    original = np.where(everything.original >= 0, is_first[everything.original], -1)
    return with_platform(rng, Contacts(**{**everything.__dict__, "original": original}))


def _work(
    seed: int, contacts: Contacts, customers: Customers, agents: Agents, shifts: Shifts
) -> tuple[Tickets, Ints, DeskLog]:
    """Let the desks work through the contacts."""
    rng = stream(seed, "desk")
    queued = np.flatnonzero(contacts.kind == CONTACT)
    reserve = rng.choice(queued, int(len(contacts) * RESERVE_SHARE) + 50)
    parent = np.concatenate([np.arange(len(contacts)), reserve])
    plan = make_plan(rng, contacts, parent, customers)
    log = Desk(plan, agents, shifts).run(contacts.created_at.tolist(), (contacts.kind == CONTACT).tolist())
    tickets, rank = make_tickets(stream(seed, "tickets"), stream(seed, "sales leads"), contacts, plan, log, customers)
    lives = stream(seed, "lives")
    add_unanswered_lives(lives, tickets, rank, log, agents)
    add_bot_greetings(lives, tickets, rank, log, agents)
    return tickets, rank, log
