"""The dynamic band: a trade too far from the last one stops the market for a short call.

Pure: asks nothing and changes nothing; the engine gives the prices and acts on the answer.  How
wide the band is and how long the call lasts are settings of a venue.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from ledger.refusals import ensure
from market.book.grid import band_of


@dataclass(frozen=True, slots=True)
class VolatilityRule:
    """``share`` of the price to each side (above 0) and the ``minutes`` (1 or more) of the call."""

    share: Fraction
    minutes: int

    def __post_init__(self) -> None:
        ensure(self.share > 0, "a dynamic band is wider than nothing")
        ensure(self.minutes > 0, "a volatility call lasts at least a minute")


def dynamic_band(rule: VolatilityRule, last_trade: int | None, reference: int) -> tuple[int, int]:
    """Give the lowest and highest price (ticks) that trade without a halt.

    Around the last trade, before the first one around the reference price; both ends trade.
    """
    return band_of(Fraction(reference if last_trade is None else last_trade), rule.share)


def halts(next_fill: int, dynamic: tuple[int, int]) -> bool:
    """Say whether a trade at this price (ticks) stops the market instead of being made."""
    return not dynamic[0] <= next_fill <= dynamic[1]


def call_ends_at(halted_at: datetime, rule: VolatilityRule) -> datetime:
    """Give the instant at which the call after a halt ends."""
    return halted_at + timedelta(minutes=rule.minutes)
