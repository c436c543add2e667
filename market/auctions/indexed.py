"""Prices that rise by a rate each year: reserves and triggers.

Pure whole-number arithmetic on prices of any one unit.
"""

from fractions import Fraction

from ledger.apportionment import half_up
from ledger.refusals import ensure


def indexed_chain(start: int, rate: Fraction, years: int) -> tuple[int, ...]:
    """Give the price of the first year and of each of the ``years`` after it.

    ``start`` and the answers count the unit that a published price is rounded to (fen, for most);
    each year is rounded half up to it and the next goes on from the rounded price.
    Source: the trigger prices of the Regional Greenhouse Gas Initiative, worked case C10.
    """
    ensure(start >= 0 and rate >= -1, "a price is never negative")
    ensure(years >= 0, "a number of years is never negative")
    chain = [start]
    for _ in range(years):
        chain.append(half_up(chain[-1] * (1 + rate)))
    return tuple(chain)
