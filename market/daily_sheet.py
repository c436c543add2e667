"""The daily sheet 日行情: what the trades of one day at a venue come to, by way to trade.

Open, high, low, last and close are of the book (listing, continuous, call); block trades and
agreements have their own lines and move none of them, as the exchanges publish it.  Everything is
summed by the database over the stored trades, not taken from the runner's memory, so the sheet of
any day can be made at any time and checks the band of the next.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from ledger.refusals import RefusalCode, Refused
from market.calendar import Mode
from market.reference_price import DayPrices, close_of, half_up
from market.tables import trade
from market.venue_tables import venue, venue_rule
from market.venue_terms import BOOK_MODES, CloseRule
from market.views import MarketHead

_BOOK = tuple(mode.value for mode in BOOK_MODES)
_ORDER = tuple(Mode)

DayKey = tuple[int, date]
"""A venue's number and a day."""


class SheetCode(RefusalCode):
    """Why there is no sheet of a day."""

    MARKET_DAY_IN_FUTURE = "market_day_in_future"
    MARKET_DAY_BEFORE_OPENING = "market_day_before_opening"


@dataclass(frozen=True, slots=True)
class ModeSums:
    """The trades of one way to trade on one day; prices in ticks, quantity in lots, value in fen.

    ``average_ticks`` is weighted by volume, half up to the tick.
    """

    mode: Mode
    trades: int
    lots: int
    value_fen: int
    low_ticks: int
    high_ticks: int
    average_ticks: int


@dataclass(frozen=True, slots=True)
class DaySheet:
    """One day of a venue.

    Prices are None on a day without trades in the book, but for ``close_ticks``, which stays the
    previous close (None only where there never was a price).  While the day runs ``close_ticks`` is
    what the close would be now.
    """

    venue_id: int
    day: date
    previous_close_ticks: int | None
    open_ticks: int | None
    high_ticks: int | None
    low_ticks: int | None
    last_ticks: int | None
    close_ticks: int | None
    average_ticks: int | None
    by_mode: tuple[ModeSums, ...]

    @property
    def change_ticks(self) -> int | None:
        """The last price minus the previous close; None without one of them."""
        if self.last_ticks is None or self.previous_close_ticks is None:
            return None
        return self.last_ticks - self.previous_close_ticks

    @property
    def trades(self) -> int:
        """How many trades there were, in all ways to trade."""
        return sum(one.trades for one in self.by_mode)

    @property
    def lots(self) -> int:
        """How much was traded, in all ways to trade."""
        return sum(one.lots for one in self.by_mode)

    @property
    def value_fen(self) -> int:
        """What was paid for it."""
        return sum(one.value_fen for one in self.by_mode)


def day_sheet(session: Session, head: MarketHead, day: date, today: date) -> DaySheet | Refused:
    """Give the sheet of a day; a day without trades has one too."""
    if day > today:
        return Refused(SheetCode.MARKET_DAY_IN_FUTURE, {"date": day, "today": today})
    if day < head.opened_on:
        values = {"venue": head.code, "date": day, "opened_on": head.opened_on}
        return Refused(SheetCode.MARKET_DAY_BEFORE_OPENING, values)
    before = session.scalar(
        select(trade.c.traded_on)
        .where(trade.c.venue_id == head.venue_id, trade.c.traded_on < day, trade.c.mode.in_(_BOOK))
        .order_by(trade.c.traded_on.desc())
        .limit(1)
    )
    asked = (head.venue_id, day)
    return _sheets(session, [head], {asked: before})[asked]


def latest_day(session: Session, venue_id: int) -> date | None:
    """Give the last day with trades of a venue; None where it never had one."""
    query = select(func.max(trade.c.traded_on)).where(trade.c.venue_id == venue_id)
    found: date | None = session.scalar(query)
    return found


def latest_sheets(session: Session, heads: Sequence[MarketHead]) -> dict[int, DaySheet]:
    """Give the sheet of the last day with trades of each venue that ever had one, by its number.

    So many queries whatever the number of venues and trades.
    """
    wanted = trade.alias("wanted")
    last = (
        select(func.max(wanted.c.traded_on))
        .where(wanted.c.venue_id == venue.c.id)
        .correlate(venue)
        .scalar_subquery()
    )
    before = (
        select(trade.c.traded_on)
        .where(trade.c.venue_id == venue.c.id, trade.c.traded_on < last)
        .where(trade.c.mode.in_(_BOOK))
        .order_by(trade.c.traded_on.desc())
        .limit(1)
        .correlate(venue)
        .scalar_subquery()
    )
    wanted_venues = venue.c.id.in_([head.venue_id for head in heads])
    rows = session.execute(
        select(venue.c.id, last.label("last"), before.label("before")).where(wanted_venues)
    )
    days = {(row.id, row.last): row.before for row in rows if row.last is not None}
    return {key[0]: sheet for key, sheet in _sheets(session, heads, days).items()}


def recent_sheets(session: Session, head: MarketHead, until: date, limit: int) -> list[DaySheet]:
    """Give the sheets of the last ``limit`` days with trades up to a day, newest first."""
    days = session.execute(
        select(trade.c.traded_on, func.count().filter(trade.c.mode.in_(_BOOK)).label("in_book"))
        .where(trade.c.venue_id == head.venue_id, trade.c.traded_on <= until)
        .group_by(trade.c.traded_on)
        .order_by(trade.c.traded_on.desc())
        .limit(limit)
    ).all()
    if not days:
        return []
    oldest = session.scalar(
        select(trade.c.traded_on)
        .where(
            trade.c.venue_id == head.venue_id,
            trade.c.traded_on < days[-1].traded_on,
            trade.c.mode.in_(_BOOK),
        )
        .order_by(trade.c.traded_on.desc())
        .limit(1)
    )
    before: dict[DayKey, date | None] = {}
    for row in reversed(days):
        before[head.venue_id, row.traded_on] = oldest
        oldest = row.traded_on if row.in_book else oldest
    sheets = _sheets(session, [head], before)
    return [sheets[head.venue_id, row.traded_on] for row in days]


# -- sums ------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Sums:
    """What one way to trade of one day sums to."""

    trades: int
    lots: int
    value_fen: int
    low: int
    high: int
    ticks_times_lots: int
    first: int
    last: int


_DaySums = Mapping[DayKey, Mapping[Mode, _Sums]]


def _sheets(
    session: Session, heads: Sequence[MarketHead], before: Mapping[DayKey, date | None]
) -> dict[DayKey, DaySheet]:
    """Make the sheets of days; ``before`` names the last earlier day with trades in the book."""
    earlier = {(key[0], day) for key, day in before.items() if day is not None}
    sums = _sums(session, {*before, *earlier})
    prices = _prices_of(session, sums)
    rules = _close_rules(session, {venue_id for venue_id, _ in before})
    openings = {head.venue_id: head.opening_reference_ticks for head in heads}
    sheets = {}
    for key, day_before in before.items():
        previous = openings[key[0]]
        if day_before is not None:
            earlier_key = (key[0], day_before)
            previous = close_of(
                _rule_on(rules, *earlier_key),
                _day_prices(sums[earlier_key], prices, key[0]),
                previous,
            )
        sheets[key] = _sheet(key, sums.get(key, {}), prices, previous, _rule_on(rules, *key))
    return sheets


def _sheet(
    key: DayKey,
    modes: Mapping[Mode, _Sums],
    prices: Mapping[tuple[int, int], int],
    previous: int | None,
    rule: CloseRule,
) -> DaySheet:
    book = [one for mode, one in modes.items() if mode in BOOK_MODES]
    day = _day_prices(modes, prices, key[0])
    return DaySheet(
        venue_id=key[0],
        day=key[1],
        previous_close_ticks=previous,
        open_ticks=day.first_ticks,
        high_ticks=max((one.high for one in book), default=None),
        low_ticks=min((one.low for one in book), default=None),
        last_ticks=day.last_ticks,
        close_ticks=close_of(rule, day, previous),
        average_ticks=half_up(day.ticks_times_lots, day.lots) if day.lots else None,
        by_mode=tuple(_mode_sums(mode, modes[mode]) for mode in _ORDER if mode in modes),
    )


def _mode_sums(mode: Mode, one: _Sums) -> ModeSums:
    return ModeSums(
        mode=mode,
        trades=one.trades,
        lots=one.lots,
        value_fen=one.value_fen,
        low_ticks=one.low,
        high_ticks=one.high,
        average_ticks=half_up(one.ticks_times_lots, one.lots),
    )


def _day_prices(
    modes: Mapping[Mode, _Sums], prices: Mapping[tuple[int, int], int], venue_id: int
) -> DayPrices:
    """Give what the engine kept of the day, from its trades."""
    book = [one for mode, one in modes.items() if mode in BOOK_MODES]
    if not book:
        return DayPrices()
    call = modes.get(Mode.CALL)
    return DayPrices(
        first_ticks=prices[venue_id, min(one.first for one in book)],
        last_ticks=prices[venue_id, max(one.last for one in book)],
        call_ticks=None if call is None else prices[venue_id, call.last],
        lots=sum(one.lots for one in book),
        ticks_times_lots=sum(one.ticks_times_lots for one in book),
    )


def _sums(session: Session, days: Iterable[DayKey]) -> dict[DayKey, dict[Mode, _Sums]]:
    sums: dict[DayKey, dict[Mode, _Sums]] = {}
    keys = sorted(days)
    if not keys:
        return sums
    rows = session.execute(
        select(
            trade.c.venue_id,
            trade.c.traded_on,
            trade.c.mode,
            func.count(),
            func.sum(trade.c.lots),
            func.sum(trade.c.value_fen),
            func.min(trade.c.price_ticks),
            func.max(trade.c.price_ticks),
            func.sum(trade.c.price_ticks * trade.c.lots),
            func.min(trade.c.number),
            func.max(trade.c.number),
        )
        .where(tuple_(trade.c.venue_id, trade.c.traded_on).in_(keys))
        .group_by(trade.c.venue_id, trade.c.traded_on, trade.c.mode)
    )
    for venue_id, day, mode, *figures in rows:
        # PostgreSQL sums whole numbers to its numeric type.
        whole = _Sums(*(int(figure) for figure in figures))
        sums.setdefault((venue_id, day), {})[Mode(mode)] = whole
    return sums


def _prices_of(session: Session, sums: _DaySums) -> dict[tuple[int, int], int]:
    """Give the prices of the first and last trades of the book, by venue and number."""
    wanted = sorted(
        {
            (key[0], number)
            for key, modes in sums.items()
            for mode, one in modes.items()
            if mode in BOOK_MODES
            for number in (one.first, one.last)
        }
    )
    if not wanted:
        return {}
    rows: Iterable[Any] = session.execute(
        select(trade.c.venue_id, trade.c.number, trade.c.price_ticks).where(
            tuple_(trade.c.venue_id, trade.c.number).in_(wanted)
        )
    )
    return {(row.venue_id, row.number): row.price_ticks for row in rows}


def _close_rules(
    session: Session, venue_ids: Iterable[int]
) -> dict[int, list[tuple[date, CloseRule]]]:
    """Give how each venue's close was found, with the days those rules hold from, rising."""
    rules: dict[int, list[tuple[date, CloseRule]]] = {}
    rows = session.execute(
        select(venue_rule.c.venue_id, venue_rule.c.valid_from, venue_rule.c.value)
        .where(venue_rule.c.key == "close_rule", venue_rule.c.venue_id.in_(sorted(venue_ids)))
        .order_by(venue_rule.c.valid_from, venue_rule.c.version)
    )
    for row in rows:
        rules.setdefault(row.venue_id, []).append((row.valid_from, CloseRule(row.value)))
    return rules


def _rule_on(
    rules: Mapping[int, Sequence[tuple[date, CloseRule]]], venue_id: int, day: date
) -> CloseRule:
    holding = [rule for begins, rule in rules[venue_id] if begins <= day]
    return holding[-1] if holding else rules[venue_id][0][1]
