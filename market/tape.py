"""The tape 逐笔成交: every trade of a venue, newest first, a page at a time.

Knows prices, quantities, ways to trade and which side came last; not whose orders met.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.refusals import ensure
from market.tables import trade

PAGE_MAX = 500
"""Trades that one page may have."""


@dataclass(frozen=True, slots=True)
class TapeLine:
    """One trade: price in ticks, quantity in lots, value in fen; ``taker`` is empty in a call."""

    number: int
    mode: str
    price_ticks: int
    lots: int
    value_fen: int
    taker: str
    traded_at: datetime


@dataclass(frozen=True, slots=True)
class TapePage:
    """Trades, newest first; ``earlier`` is what ``before`` is for the next page, None at the end."""

    lines: tuple[TapeLine, ...]
    earlier: int | None


def tape(
    session: Session,
    venue_id: int,
    *,
    before: int | None = None,
    day: date | None = None,
    limit: int = 50,
) -> TapePage:
    """Give trades with numbers below ``before``, of one day or of all, in one query.

    ``limit`` is 1..500.  Numbers of a venue rise without gaps, so a page never changes.
    """
    ensure(1 <= limit <= PAGE_MAX, "a page of the tape has 1..500 trades")
    query = (
        select(
            trade.c.number,
            trade.c.mode,
            trade.c.price_ticks,
            trade.c.lots,
            trade.c.value_fen,
            trade.c.taker,
            trade.c.traded_at,
        )
        .where(trade.c.venue_id == venue_id)
        .order_by(trade.c.number.desc())
        .limit(limit + 1)
    )
    if before is not None:
        query = query.where(trade.c.number < before)
    if day is not None:
        query = query.where(trade.c.traded_on == day)
    lines = [TapeLine(*row) for row in session.execute(query)]
    shown = tuple(lines[:limit])
    return TapePage(shown, shown[-1].number if len(lines) > limit else None)
