"""Candles: open, high, low, close and volume of the book in equal stretches of time, made in SQL.

Only trades of the book count (listing, continuous, call), as in the daily sheet.  A stretch without
trades has no candle: nothing is carried over, so every candle is a true one and whoever draws them
leaves the gap or carries the close on himself.  ``close`` here is the last trade of the stretch,
not the venue's official close.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, case, cast, extract, func, select
from sqlalchemy.orm import Session

from ledger.core.clock import REGISTRY_ZONE
from ledger.refusals import ensure
from market.reference_price import half_up
from market.tables import trade
from market.venue_terms import BOOK_MODES

CANDLES_MAX = 2_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OFFSET = timedelta(hours=8) // timedelta(seconds=1)
"""Stretches begin on the clock of the registry's place."""


class Window(StrEnum):
    """How long a stretch is."""

    MINUTE = "1m"
    FIVE_MINUTES = "5m"
    QUARTER = "15m"
    HALF_HOUR = "30m"
    HOUR = "1h"
    DAY = "1d"

    @property
    def seconds(self) -> int:
        """Its length."""
        return _SECONDS[self]


_SECONDS = {
    Window.MINUTE: 60,
    Window.FIVE_MINUTES: 300,
    Window.QUARTER: 900,
    Window.HALF_HOUR: 1_800,
    Window.HOUR: 3_600,
    Window.DAY: 86_400,
}


@dataclass(frozen=True, slots=True)
class Candle:
    """One stretch from ``starts_at``; prices in ticks, quantity in lots, value in fen.

    ``average_ticks`` is weighted by volume, half up to the tick.
    """

    starts_at: datetime
    open_ticks: int
    high_ticks: int
    low_ticks: int
    close_ticks: int
    average_ticks: int
    lots: int
    value_fen: int
    trades: int


def candles(
    session: Session,
    venue_id: int,
    window: Window,
    first: date,
    last: date,
    *,
    limit: int = CANDLES_MAX,
) -> list[Candle]:
    """Give the candles of a stretch of days, both in it, by rising time; the newest ``limit``.

    One query; stretches without trades are left out.
    """
    ensure(1 <= limit <= CANDLES_MAX, "1..2000 candles are given at once")
    numbered = _numbered(session, venue_id, window, first, last)
    stretch = numbered.c.stretch
    rows = session.execute(
        select(
            stretch,
            func.max(case((numbered.c.rising == 1, numbered.c.price_ticks))).label("open"),
            func.max(numbered.c.price_ticks).label("high"),
            func.min(numbered.c.price_ticks).label("low"),
            func.max(case((numbered.c.falling == 1, numbered.c.price_ticks))).label("close"),
            func.sum(numbered.c.price_ticks * numbered.c.lots).label("ticks_times_lots"),
            func.sum(numbered.c.lots).label("lots"),
            func.sum(numbered.c.value_fen).label("value"),
            func.count().label("trades"),
        )
        .group_by(stretch)
        .order_by(stretch.desc())
        .limit(limit)
    ).all()
    return [_candle(row, window) for row in reversed(rows)]


def _numbered(session: Session, venue_id: int, window: Window, first: date, last: date) -> Any:
    """Give the trades with their stretch and their place in it, from either end."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    seconds: ColumnElement[int]
    if is_sqlite:
        seconds = cast(func.strftime("%s", trade.c.traded_at), BigInteger)
    else:
        seconds = cast(func.floor(extract("epoch", trade.c.traded_at)), BigInteger)
    placed = (
        select(
            ((seconds + _OFFSET) // window.seconds).label("stretch"),
            trade.c.number,
            trade.c.price_ticks,
            trade.c.lots,
            trade.c.value_fen,
        )
        .where(
            trade.c.venue_id == venue_id,
            trade.c.traded_on.between(first, last),
            trade.c.mode.in_([mode.value for mode in BOOK_MODES]),
        )
        .subquery()
    )
    stretch, number = placed.c.stretch, placed.c.number
    rising = func.row_number().over(partition_by=stretch, order_by=number)
    falling = func.row_number().over(partition_by=stretch, order_by=number.desc())
    return select(*placed.c, rising.label("rising"), falling.label("falling")).subquery()


def _candle(row: Any, window: Window) -> Candle:
    lots = int(row.lots)
    starts_at = _EPOCH + timedelta(seconds=int(row.stretch) * window.seconds - _OFFSET)
    return Candle(
        starts_at=starts_at.astimezone(REGISTRY_ZONE),
        open_ticks=row.open,
        high_ticks=row.high,
        low_ticks=row.low,
        close_ticks=row.close,
        average_ticks=half_up(int(row.ticks_times_lots), lots),
        lots=lots,
        value_fen=int(row.value),
        trades=row.trades,
    )
