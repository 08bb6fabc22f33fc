"""How often customers had to write, counted from the world's own records: by order, by seller, by customer and in minutes.

Belongs here: counts by dimension and period, and where and when the planted causes were felt. Rates are for the scorer to form.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from orchestration.demo import incidents, markets, reasons, releases
from orchestration.demo.catalogue import CARRIERS, ORIGINS
from orchestration.demo.clock import DAY, Flags, Floats, Ints, reporting_day, week_start
from orchestration.demo.company import active_customer_history
from orchestration.demo.contacts import BUYER, ROLES
from orchestration.demo.deliveries import TRACKING
from orchestration.demo.desk_plan import CHANNELS
from orchestration.demo.history import Values
from orchestration.demo.orders import TIERS
from orchestration.demo.texts import LANGUAGES

if TYPE_CHECKING:
    from orchestration.demo.world import Bookkeeping

Truth = dict[str, Any]
COHORT_DAYS = 30
"""An order's contacts are counted in its cohort until so many days after it."""
AGES = ("before sign-up", "first day", "first week", "first month", "first year", "later")
AGE_DAYS = (0, 1, 7, 30, 365)
NO_ORDER = "no order"
_PERIOD_SHIFT = 2**20
"""Above the number of any month or week since 1970, so that value and period make one sortable number."""


@dataclass(frozen=True)
class Dimension:
    """Names, and for each case the position of its name: -1 for unknown, -2 for a contact without an order."""

    names: tuple[str, ...]
    position: Ints

    def name(self, position: int) -> str:
        """The name of a value, as the warehouse calls it."""
        return {-1: "unknown", -2: NO_ORDER}.get(position) or self.names[position]


def intensity(books: Bookkeeping, seed: int, at: int) -> Truth:
    """All counts of a cut just before the instant `at`; each list of rows is sorted."""
    contact = np.flatnonzero(books.tickets.is_contact(at))
    order = np.flatnonzero((books.orders.ordered_at < at) & ~books.orders.is_test)
    linked = books.tickets.known_order[contact]
    cohort = _cohort_contacts(books, contact)
    return {
        "by_dimension_month": _by_dimension(books, contact, order, linked, cohort, at),
        "shares_by_dimension_month": _shares(books, contact, at),
        "sellers_by_quarter": _sellers(books, order, cohort),
        "contacting_customers": _customers(books, seed, contact, at),
        "support": _support(books, contact, order, at),
        "orders_by_week_market": _rows(
            Dimension(tuple(markets.CODES), books.orders.market[order]), _weeks(books.orders.ordered_at[order]), "D"
        ),
        "orders_by_day_market": _rows(
            Dimension(tuple(markets.CODES), books.orders.market[order]),
            reporting_day(books.orders.ordered_at[order]),
            "D",
        ),
        "planted": [row for each in incidents.INCIDENTS if each.reason for row in _planted(books, each, contact)],
    }


def _texts(values: Values) -> list[str]:
    return [str(value) for value in np.asarray(values).tolist()]


def _months(moments: Ints) -> Ints:
    return reporting_day(moments).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def _weeks(moments: Ints) -> Ints:
    return week_start(reporting_day(moments))


def _label(period: int, unit: str) -> str:
    """The first day of a period, of its number since 1970 in months (M) or days (D)."""
    return str(np.array([period]).astype(f"datetime64[{unit}]").astype("datetime64[D]")[0])


def _sums(position: Ints, period: Ints, *weights: Ints | Floats) -> dict[tuple[int, int], list[float]]:
    """Per (position, period): the number of cases, then the sums of the weights."""
    key, inverse = np.unique((position + 2) * _PERIOD_SHIFT + period, return_inverse=True)
    columns = [np.bincount(inverse, weights=each, minlength=len(key)) for each in (None, *weights)]
    places = [(each // _PERIOD_SHIFT - 2, each % _PERIOD_SHIFT) for each in key.tolist()]
    return dict(zip(places, np.array(columns).T.tolist(), strict=True))


def _rows(dimension: Dimension, period: Ints, unit: str, *weights: Ints) -> list[list[Any]]:
    counted = _sums(dimension.position, period, *weights)
    return sorted(
        [dimension.name(position), _label(moment, unit), *(round(value) for value in values)]
        for (position, moment), values in counted.items()
    )


def _ages(since: Ints, moment: Ints, is_known: Flags) -> Ints:
    days = (moment - since) / DAY
    return np.where(is_known, np.searchsorted(np.array(AGE_DAYS), days, side="right"), -1)


def _cohort_contacts(books: Bookkeeping, contact: Ints) -> Ints:
    """Per order of the world: contacts that name it, from whenever until the cohort's age."""
    order = books.tickets.known_order[contact]
    in_time = books.tickets.about.created_at[contact] < books.orders.ordered_at[order] + COHORT_DAYS * DAY
    return np.bincount(order[(order >= 0) & in_time], minlength=len(books.orders))


def _of_orders(books: Bookkeeping, order: Ints, at: int) -> dict[str, Dimension]:
    """What is known of orders; -1 for orders whose value nobody knows."""
    orders, parcels, customers = books.orders, books.deliveries, books.customers
    who, is_due = orders.customer[order], parcels.is_due[order]
    sellers = [f"shop:{key}" for key in _texts(books.sellers.history.columns["seller_id"])]
    native = np.array([LANGUAGES.index(market.language) for market in markets.MARKETS])[customers.market[who]]

    def of_parcel(values: Ints) -> Ints:
        return np.where(is_due, values[order], -1)

    return {
        "app version": Dimension(tuple(releases.NAMES), orders.version[order]),
        "carrier": Dimension(CARRIERS, of_parcel(parcels.carrier)),
        "customer age": Dimension(
            AGES, _ages(customers.created_at[who], orders.ordered_at[order], customers.created_at[who] < at)
        ),
        "customer tier": Dimension(TIERS, customers.tier_at(who, np.full(len(who), at - 1))),
        "language": Dimension(tuple(LANGUAGES), np.where(customers.native[who], native, LANGUAGES.index("en"))),
        "market": Dimension(tuple(markets.CODES), orders.market[order]),
        "seller": Dimension(tuple(sellers), orders.seller[order]),
        "ships from": Dimension(ORIGINS, of_parcel(parcels.origin)),
        "tracking": Dimension(TRACKING, of_parcel(parcels.tracking)),
    }


def _by_dimension(
    books: Bookkeeping, contact: Ints, order: Ints, linked: Ints, cohort: Ints, at: int
) -> list[list[Any]]:
    """Rows (dimension, value, month, contacts, of these with an order, orders, distinct orders asked about in the month,
    contacts of the cohort, orders of the cohort with a contact)."""
    counted = np.isin(linked, order)
    of_orders = _of_orders(books, order, at)
    of_linked = _of_orders(books, np.where(counted, linked, 0), at)
    created, placed = _months(books.tickets.about.created_at[contact]), _months(books.orders.ordered_at[order])
    has_contact = (cohort[order] > 0).astype(np.int64)
    result = []
    for name, dimension in of_orders.items():
        value = np.where(counted, of_linked[name].position, np.where(linked < 0, -2, -1))
        if name == "market":
            value = books.tickets.about.market[contact]
        contacts = _sums(value, created, (linked >= 0).astype(np.int64))
        named = np.unique(np.stack([value, created, linked])[:, linked >= 0], axis=1)
        asked_about = _sums(named[0], named[1])
        orders = _sums(dimension.position, placed, cohort[order], has_contact)
        for place in {*contacts, *orders}:
            none = [0.0, 0.0, 0.0]
            asked, bought = contacts.get(place, none), orders.get(place, none)
            row = [*asked[:2], bought[0], asked_about.get(place, none)[0], *bought[1:]]
            result.append([name, dimension.name(place[0]), _label(place[1], "M"), *map(round, row)])
    return sorted(result)


def _shares(books: Bookkeeping, contact: Ints, at: int) -> list[list[Any]]:
    """Rows (dimension, value, month, contacts, of these with an order) of what contacts say of themselves."""
    tickets, about = books.tickets, books.tickets.about.take(contact)
    since = books.customers.created_at[np.maximum(about.customer, 0)]
    known = (about.customer >= 0) & (since < at)
    stated = np.where(tickets.stated[contact] < 0, len(reasons.CODES), tickets.stated[contact])
    dimensions = {
        "app version": Dimension(tuple(releases.NAMES), np.where(about.role == BUYER, about.version, -1)),
        "channel": Dimension(tuple(CHANNELS), tickets.channel[contact]),
        "contact reason": Dimension((*reasons.CODES, "uncategorised"), stated),
        "customer age": Dimension(AGES, _ages(since, about.created_at, known)),
        "customer tier": Dimension(TIERS, tickets.tier[contact]),
        "language": Dimension(tuple(LANGUAGES), tickets.language[contact]),
        "requester": Dimension(ROLES, about.role),
    }
    month, linked = _months(about.created_at), (tickets.known_order[contact] >= 0).astype(np.int64)
    return sorted(
        [name, *row] for name, dimension in dimensions.items() for row in _rows(dimension, month, "M", linked)
    )


def _sellers(books: Bookkeeping, order: Ints, cohort: Ints) -> list[list[Any]]:
    """Rows (seller, quarter, orders, contacts of the cohort, orders of the cohort with a contact, expected of these)."""
    sellers = Dimension(tuple(_texts(books.sellers.history.columns["seller_id"])), books.orders.seller[order])
    quarter = _months(books.orders.ordered_at[order]) // 3 * 3
    asked = (cohort[order] > 0).astype(np.int64)
    in_market = _sums(books.orders.market[order], quarter, asked)
    places = zip(books.orders.market[order].tolist(), quarter.tolist(), strict=True)
    share = np.array([in_market[place][1] / in_market[place][0] for place in places])
    counted = _sums(sellers.position, quarter, cohort[order], asked, share)
    return sorted(
        [sellers.name(position), _label(moment, "M"), *map(round, values[:3]), values[3]]
        for (position, moment), values in counted.items()
    )


def _customers(books: Bookkeeping, seed: int, contact: Ints, at: int) -> list[list[Any]]:
    """Rows (market, month, distinct buyers who wrote, the same by day and summed, active customers by day and summed)."""
    about = books.tickets.about.take(contact)
    mine = about.role == BUYER
    # Nobody knows a stranger again: each is a person.
    person = np.where(about.customer >= 0, about.customer, -1 - contact)[mine]
    market, created = about.market[mine], about.created_at[mine]
    day, month = reporting_day(created), _months(created)
    active = active_customer_history(seed, books.orders, books.customers)
    known = active.appears_at < at
    where = np.array([markets.INDEX[code] for code in _texts(active.columns["market"])])[known]
    active_day = np.asarray(active.columns["activity_date"])[known]
    active_month = active_day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    count = np.asarray(active.columns["active_customer_count"])[known]
    everywhere = len(markets.CODES)
    is_rated = np.isin(day, active_day)
    result = []
    for there, here in ((where, market), (np.full(len(where), everywhere), np.full(len(market), everywhere))):
        people = np.unique(np.stack([here, month, person]), axis=1)
        days = np.unique(np.stack([here, month, day, person])[:, is_rated], axis=1)
        distinct, by_day = _sums(people[0], people[1]), _sums(days[0], days[1])
        seen = _sums(there, active_month, count)
        for position, moment in sorted({*distinct, *seen}):
            place = (position, moment)
            row = [(*markets.CODES, "all")[position], _label(moment, "M"), round(distinct.get(place, [0.0])[0])]
            if place in seen:
                result.append([*row, round(by_day.get(place, [0.0])[0]), round(seen[place][1])])
            else:
                result.append([*row, None, None])
    return result


def _support(books: Bookkeeping, contact: Ints, order: Ints, at: int) -> list[list[Any]]:
    """Rows (market, month, contacts, orders, contacts with measured work, with inferred alone, seconds of each)."""
    work, created = books.work, books.tickets.about.created_at[contact]
    done = (work.started_at + work.seconds < at) & (work.ticket >= 0)
    seconds = [
        np.bincount(work.ticket[done & kind], work.seconds[done & kind], len(books.tickets))[contact]
        for kind in (~work.is_inferred, work.is_inferred)
    ]
    measured = seconds[0] > 0
    inferred = ~measured & (seconds[1] > 0)
    parts = (measured, inferred, np.where(measured, seconds[0], 0), np.where(inferred, seconds[1], 0))
    asked = _sums(books.tickets.about.market[contact], _months(created), *(part.astype(np.int64) for part in parts))
    bought = _sums(books.orders.market[order], _months(books.orders.ordered_at[order]))
    rows = []
    for position, moment in sorted({*asked, *bought}):
        contacts = asked.get((position, moment), [0.0] * 5)
        counts = [contacts[0], bought.get((position, moment), [0.0])[0], *contacts[1:]]
        rows.append([(*markets.CODES, "unknown")[position], _label(moment, "M"), *map(round, counts)])
    return rows


def _planted(books: Bookkeeping, incident: incidents.Incident, contact: Ints) -> list[list[Any]]:
    """Rows (incident, week, market, contacts that it caused and that are tagged as what they are about)."""
    tickets = books.tickets
    caused = tickets.about.cause[contact] == incidents.INDEX[incident.code]
    mine = contact[caused & (tickets.stated[contact] == reasons.INDEX[incident.reason])]
    where = Dimension(tuple(markets.CODES), tickets.about.market[mine])
    return [
        [incident.code, week, market, count]
        for market, week, count in _rows(where, _weeks(tickets.about.created_at[mine]), "D")
    ]
