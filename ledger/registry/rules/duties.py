"""Figures of duties that other schemes set: late surrender, offsets, carry-over, gaps, borrowing.

Every share and amount is passed in; shares are exact fractions, quantities whole units.  A most is
rounded down and a least up, so that no rounding lets through more than the rule.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from ledger.refusals import ensure


@dataclass(frozen=True, slots=True)
class LateDuty:
    """What is due after a late surrender; allowances and offsets together make up the duty."""

    duty: int
    min_allowances: int
    max_offsets: int


def late_duty(shortfall: int, factor: int, allowance_share: Fraction) -> LateDuty:
    """Multiply a shortfall; at least a share of it must be met with allowances."""
    ensure(shortfall >= 0, "a shortfall is not negative")
    duty = shortfall * factor
    least = ceil(duty * allowance_share)
    return LateDuty(duty, least, duty - least)


def most_of(quantity: int, share: Fraction) -> int:
    """Give the most that a share of a quantity allows: of a duty met with offsets, of a gap."""
    ensure(quantity >= 0, "a quantity is not negative")
    return int(quantity * share)


def carried_over(holdings: int, net_sales: int, base: int, sales_factor: Fraction) -> int:
    """Give what may be carried over: a base and a multiple of net sales, no more than is held.

    Whoever bought more than he sold has no net sales.
    """
    ensure(holdings >= 0, "holdings are not negative")
    return min(holdings, base + int(max(0, net_sales) * sales_factor))


def capped_duty(allocation: int, emissions: int, gap_share: Fraction) -> int:
    """Give the duty that is capped at the free allocation and a share of the emissions."""
    return min(emissions, allocation + most_of(emissions, gap_share))


def most_borrowed(allocation: int, emissions: int, threshold: Fraction, gap_share: Fraction) -> int:
    """Give what may be borrowed from later years: a share of the gap, where it is wide enough.

    The gap counts as wide where it is *above* ``threshold`` x emissions.
    """
    gap = max(0, emissions - allocation)
    return most_of(gap, gap_share) if gap > threshold * emissions else 0
