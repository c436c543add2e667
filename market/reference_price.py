"""The prices a day is judged by: its open, its close by the venue's rule, the next day's bands.

Sums of the day in, ticks out; every average and every end of a band is rounded half up to the
tick, once.  Only trades of the book count (listing, continuous, call): block trades and agreements
never enter.  Pure.
"""

from dataclasses import dataclass, replace

from ledger.refusals import ensure
from market.calendar import Mode
from market.venue_terms import BOOK_MODES, CloseRule

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class DayPrices:
    """What the trades of one day come to so far: prices in ticks, quantities in lots.

    ``first_ticks`` and ``last_ticks`` are of the first and last trade in the book, ``call_ticks``
    the price of the last call that traded; ``lots`` and ``ticks_times_lots`` sum the book's trades.
    """

    first_ticks: int | None = None
    last_ticks: int | None = None
    call_ticks: int | None = None
    lots: int = 0
    ticks_times_lots: int = 0

    def with_trade(self, mode: Mode, price_ticks: int, lots: int) -> "DayPrices":
        """Count one more trade; those outside the book change nothing."""
        ensure(price_ticks > 0 and lots > 0, "a trade has a price and a quantity")
        if mode not in BOOK_MODES:
            return self
        return replace(
            self,
            first_ticks=price_ticks if self.first_ticks is None else self.first_ticks,
            last_ticks=price_ticks,
            call_ticks=price_ticks if mode is Mode.CALL else self.call_ticks,
            lots=self.lots + lots,
            ticks_times_lots=self.ticks_times_lots + price_ticks * lots,
        )


def close_of(rule: CloseRule, day: DayPrices, previous_close: int | None) -> int | None:
    """Give the close of a day in ticks; a day without trades in the book keeps the previous close.

    ``volume_weighted`` is the average of the day's trades in the book (Shanghai exchange notice of
    22 June 2021).  With ``closing_call`` a day whose calls did not trade closes at its last trade.
    None only where there never was a price.
    """
    if day.lots == 0:
        return previous_close
    match rule:
        case CloseRule.VOLUME_WEIGHTED:
            return half_up(day.ticks_times_lots, day.lots)
        case CloseRule.LAST_TRADE:
            return day.last_ticks
        case CloseRule.CLOSING_CALL:
            return day.last_ticks if day.call_ticks is None else day.call_ticks


def open_of(day: DayPrices, previous_close: int | None) -> int | None:
    """Give the opening price in ticks: of the first trade in the book, else the previous close."""
    return previous_close if day.first_ticks is None else day.first_ticks


def band_of(reference_ticks: int, band_millionths: int, lowest_ticks: int = 1) -> tuple[int, int]:
    """Give the lowest and highest price of a band around a price, in ticks, both allowed.

    Reference x (1 - band) to reference x (1 + band), each half up to the tick, and never below
    ``lowest_ticks``, the venue's price floor.
    """
    ensure(reference_ticks > 0, "a reference price is above zero")
    ensure(0 <= band_millionths < _MILLION, "a band is a part of one")
    low = half_up(reference_ticks * (_MILLION - band_millionths), _MILLION)
    high = half_up(reference_ticks * (_MILLION + band_millionths), _MILLION)
    return max(low, lowest_ticks), max(high, lowest_ticks)


def half_up(numerator: int, denominator: int) -> int:
    """Divide whole numbers, 0 or more, and round half up."""
    ensure(numerator >= 0 and denominator > 0, "only amounts are rounded half up")
    return (2 * numerator + denominator) // (2 * denominator)
