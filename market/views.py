"""What anybody may see of the venues: how each stands, its depth, its indicative price.

Reads only, for the public: displayed quantities, never who stands behind an order.  Sums are made
by the database, so what is read does not grow with the number of orders.  The tape, the figures of
a day, candles and the stream of events have modules of their own.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, case, func, literal_column, or_, select
from sqlalchemy.orm import Session

from ledger.core.tables import asset
from ledger.refusals import Refused
from ledger.units import Unit, unit_of
from market.book.book import Book
from market.book.call import Algorithm, Indication, indicative
from market.book.orders import SelfTrade, Side
from market.calendar import Mode
from market.decisions import Stand, State
from market.pricing import price_micro
from market.store import state_from_json
from market.tables import market_order, venue_state
from market.venue_definition import VenueCode
from market.venue_tables import venue
from market.venue_terms import CallTerms

FIVE = 5
"""Levels of a side that the public sees at once (五档)."""

POSTINGS_MAX = 100
"""Single orders of a side that are named at once."""

_SHOWN_MAX = 60


@dataclass(frozen=True, slots=True)
class MarketHead:
    """A venue and how it stands.

    Prices are in ticks of ``tick_micro`` (millionths of a yuan for one displayed unit), quantities
    in lots of ``lot`` smallest units.  ``day`` is the last day that began there, ``reference_ticks``
    the previous close on that day; both are None before the first command.
    """

    venue_id: int
    code: str
    name_zh: str
    name_en: str
    asset_name_zh: str
    asset_name_en: str
    unit: Unit
    modes: tuple[Mode, ...]
    tick_micro: int
    lot: int
    price_basis: str
    years: int
    opened_on: date
    opening_reference_ticks: int | None
    demonstration: bool
    stand: Stand
    phase_until: datetime | None
    commitment: str
    day: date | None
    reference_ticks: int | None

    def price(self, ticks: int) -> int:
        """Give a price in millionths of a yuan."""
        return price_micro(ticks, self.tick_micro)

    def quantity(self, lots: int) -> int:
        """Give a quantity in smallest units."""
        return lots * self.lot


@dataclass(frozen=True, slots=True)
class Level:
    """One price of a side: what is displayed there, and there and at all better prices (lots)."""

    price_ticks: int
    lots: int
    lots_to_here: int


@dataclass(frozen=True, slots=True)
class Depth:
    """The displayed quantities by price, best first on each side."""

    bids: tuple[Level, ...]
    asks: tuple[Level, ...]

    @property
    def spread_ticks(self) -> int | None:
        """The best offer minus the best bid; None where a side is empty, below 0 in a call."""
        if not self.bids or not self.asks:
            return None
        return self.asks[0].price_ticks - self.bids[0].price_ticks


@dataclass(frozen=True, slots=True)
class Posting:
    """One order of a listing: its number, side, price (ticks) and displayed quantity (lots)."""

    number: int
    side: Side
    price_ticks: int
    lots: int


def market_heads(session: Session) -> list[MarketHead]:
    """Give all venues by code, in one query."""
    return [_head(row._mapping) for row in session.execute(_heads().order_by(venue.c.code))]


def market_head(session: Session, code: str) -> MarketHead | Refused:
    """Find a venue by its code."""
    found = session.execute(_heads().where(venue.c.code == code)).one_or_none()
    if found is None:
        return Refused(VenueCode.VENUE_NOT_FOUND, {"venue": code[:_SHOWN_MAX]})
    return _head(found._mapping)


def depth(session: Session, venue_id: int, levels: int | None = FIVE) -> Depth:
    """Give the best levels of each side, all of them with None, in one query."""
    totals = (
        select(
            market_order.c.side,
            market_order.c.limit_ticks.label("price"),
            func.sum(market_order.c.shown_lots).label("lots"),
        )
        .where(*_open_at(venue_id))
        .group_by(market_order.c.side, market_order.c.limit_ticks)
        .subquery()
    )
    better = case((totals.c.side == Side.BUY, -totals.c.price), else_=totals.c.price)
    rank = func.row_number().over(partition_by=totals.c.side, order_by=better).label("rank")
    ranked = select(totals.c.side, totals.c.price, totals.c.lots, rank).subquery()
    query = select(ranked).order_by(ranked.c.side, ranked.c.rank)
    if levels is not None:
        query = query.where(ranked.c.rank <= levels)
    sides: dict[str, list[Level]] = {Side.BUY: [], Side.SELL: []}
    for row in session.execute(query):
        side = sides[row.side]
        before = side[-1].lots_to_here if side else 0
        lots = int(row.lots)
        side.append(Level(row.price, lots, before + lots))
    return Depth(tuple(sides[Side.BUY]), tuple(sides[Side.SELL]))


def postings(session: Session, venue_id: int, seen: Depth) -> list[Posting]:
    """Give the single orders at the prices of a depth, which a taker of a listing names.

    Best prices first, at most ``POSTINGS_MAX`` of either side, in one query.  A posting has a
    number and no owner.
    """
    at_levels = [
        (market_order.c.side == side)
        & market_order.c.limit_ticks.in_([level.price_ticks for level in levels])
        for side, levels in ((Side.BUY, seen.bids), (Side.SELL, seen.asks))
    ]
    better = case(
        (market_order.c.side == Side.BUY, -market_order.c.limit_ticks),
        else_=market_order.c.limit_ticks,
    )
    place = func.row_number().over(
        partition_by=market_order.c.side, order_by=(better, market_order.c.id)
    )
    placed = (
        select(
            market_order.c.id,
            market_order.c.side,
            market_order.c.limit_ticks,
            market_order.c.shown_lots,
            place.label("place"),
        )
        .where(*_open_at(venue_id), or_(*at_levels))
        .subquery()
    )
    rows = session.execute(
        select(placed).where(placed.c.place <= POSTINGS_MAX).order_by(placed.c.side, placed.c.place)
    )
    return [Posting(row.id, Side(row.side), row.limit_ticks, row.shown_lots) for row in rows]


def call_indication(
    session: Session, head: MarketHead, calls: CallTerms | None
) -> Indication | None:
    """Give price, quantity and surplus at which the call that is on would end now.

    None where no call is on.  As the rules of calls have it, what is not displayed counts too.
    """
    if head.stand is not Stand.CALL:
        return None
    book = Book(SelfTrade.NONE, remember_ids=False)
    book.calling = True
    totals = session.execute(
        select(
            market_order.c.side,
            market_order.c.limit_ticks,
            func.sum(market_order.c.open_lots).label("lots"),
        )
        .where(*_open_at(head.venue_id))
        .group_by(market_order.c.side, market_order.c.limit_ticks)
    )
    # The price depends on the totals alone: one order stands for each level.
    for number, row in enumerate(totals):
        book.restore(number, Side(row.side), row.limit_ticks, int(row.lots))
    algorithm = Algorithm.MAX_VOLUME if calls is None else calls.algorithm
    return indicative(book, algorithm, head.reference_ticks)


def _open_at(venue_id: int) -> tuple[Any, ...]:
    # Written out, not bound: only then may the database use the index of open orders.
    # What is addressed to one counterparty alone is no part of the book.
    return (
        market_order.c.venue_id == venue_id,
        market_order.c.state == literal_column("'open'"),
        market_order.c.mode.is_(None),
    )


def _heads() -> Select[Any]:
    return (
        select(
            venue,
            asset.c.name_zh.label("asset_name_zh"),
            asset.c.name_en.label("asset_name_en"),
            asset.c.unit.label("asset_unit"),
            venue_state.c.state.label("written_state"),
        )
        .join(asset, asset.c.id == venue.c.asset_id)
        .outerjoin(venue_state, venue_state.c.venue_id == venue.c.id)
    )


def _head(row: Mapping[Any, Any]) -> MarketHead:
    written = row["written_state"]
    state = State() if written is None else state_from_json(json.loads(written))
    return MarketHead(
        venue_id=row["id"],
        code=row["code"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        asset_name_zh=row["asset_name_zh"],
        asset_name_en=row["asset_name_en"],
        unit=unit_of(row["asset_unit"]),
        modes=tuple(Mode(mode) for mode in row["modes"].split(" ")),
        tick_micro=row["tick_micro"],
        lot=row["lot"],
        price_basis=row["price_basis"],
        years=row["years"],
        opened_on=row["opened_on"],
        opening_reference_ticks=row["opening_reference_ticks"],
        demonstration=row["demonstration"],
        stand=state.stand,
        phase_until=state.phase_until,
        commitment=state.commitment,
        day=state.day,
        reference_ticks=state.reference_ticks,
    )
