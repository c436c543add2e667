"""The grid of a venue: decimal texts to whole ticks and lots, and back; the price band.

The one door between text and the book's integers.  Nothing is rounded but what the rules round: a
band and a reference price, half up to the tick.  Knows no order and no book.
"""

import re
from fractions import Fraction
from typing import NamedTuple

from ledger.refusals import RefusalCode, ensure

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
LENGTH_MAX = 40
"""No number that means anything is longer."""


class GridCode(RefusalCode):
    """Why an order does not fit the grid of a venue."""

    ORDER_PRICE_OFF_TICK = "order_price_off_tick"
    ORDER_QUANTITY_OFF_LOT = "order_quantity_off_lot"
    LIMIT_ORDER_WITHOUT_PRICE = "limit_order_without_price"
    MARKET_ORDER_WITH_PRICE = "market_order_with_price"


class Number(NamedTuple):
    """A decimal number as it is written: ``digits`` / 10^``decimals``."""

    digits: int
    decimals: int

    @property
    def exact(self) -> Fraction:
        """The number itself."""
        return Fraction(self.digits, 10**self.decimals)

    @property
    def text(self) -> str:
        """The number with all its decimals."""
        return _written(self.digits, self.decimals)


def read_number(text: str) -> Number | None:
    """Read a plain decimal number, perhaps negative; None where the text is none."""
    if len(text) > LENGTH_MAX or _NUMBER.fullmatch(text) is None:
        return None
    whole, _, fraction = text.partition(".")
    return Number(int(whole + fraction), len(fraction))


class Step(NamedTuple):
    """A tick or a lot: the step in which prices or quantities are counted, above zero."""

    digits: int
    decimals: int

    def whole(self, number: Number) -> int | None:
        """Give a number as whole steps; None where it is none."""
        steps, rest = divmod(number.digits * 10**self.decimals, self.digits * 10**number.decimals)
        return None if rest else steps

    def nearest(self, number: Fraction) -> int:
        """Give the whole steps nearest to a number, half up."""
        return half_up(number * 10**self.decimals / self.digits)

    def text(self, steps: int) -> str:
        """Print whole steps with all the decimals of the step."""
        return _written(steps * self.digits, self.decimals)


def read_step(text: str) -> Step | None:
    """Read a tick or a lot; None where the text is no number above zero."""
    number = read_number(text)
    return None if number is None or number.digits <= 0 else Step(*number)


def half_up(number: Fraction) -> int:
    """Round to a whole number, half up."""
    return (2 * number.numerator + number.denominator) // (2 * number.denominator)


def band_of(reference: Fraction, share: Fraction) -> tuple[int, int]:
    """Give the lowest and highest price that a band lets through, both ends allowed.

    ``reference`` in ticks, ``share`` 0 or more (1/10: ten percent to each side).  Each end is
    rounded half up to the tick.
    """
    ensure(share >= 0, "a band is a share of 0 or more")
    return half_up(reference * (1 - share)), half_up(reference * (1 + share))


def _written(digits: int, decimals: int) -> str:
    sign = "-" if digits < 0 else ""
    plain = str(abs(digits)).zfill(decimals + 1)
    return f"{sign}{plain[:-decimals]}.{plain[-decimals:]}" if decimals else sign + plain
