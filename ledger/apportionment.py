"""Sharing whole units out so that the parts add up exactly.

Pure whole-number arithmetic: knows weights and totals, and neither who the holders are nor in
which unit they are counted.  Ties always go to the earlier one, so callers give a fixed order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ledger.refusals import RefusalCode, Refused, ensure


class ApportionmentCode(RefusalCode):
    """Why a sharing out was refused."""

    WEIGHTS_ALL_ZERO = "weights_all_zero"
    CUT_PARTS_EXCEED_HOLDINGS = "cut_parts_exceed_holdings"
    CUT_FACTORS_EXCEED_WHOLE = "cut_factors_exceed_whole"


@dataclass(frozen=True, slots=True)
class CutShare:
    """What a cut makes of one holding: ``kept`` free to use, ``withheld`` and ``cancelled``."""

    kept: int
    withheld: int
    cancelled: int


def largest_remainder(total: int, weights: Sequence[int]) -> list[int] | Refused:
    """Share ``total`` (0 or more) in proportion to ``weights`` (each 0 or more).

    Each part is its exact quota rounded down or up, the parts add up to the total, and the units
    left over go to the largest remainders, ties by order.  A weight of zero gets nothing; weights
    that are all zero (or none) are refused.
    """
    ensure(total >= 0, "a total to share is never negative")
    ensure(all(weight >= 0 for weight in weights), "a weight is never negative")
    weight_sum = sum(weights)
    if weight_sum == 0:
        return Refused(
            ApportionmentCode.WEIGHTS_ALL_ZERO, {"total": total, "receivers": len(weights)}
        )
    parts, remainders = _floors(total, weights, weight_sum)
    left = total - sum(parts)
    for place in _by_remainder(remainders)[:left]:
        parts[place] += 1
    return parts


def half_up(value: Fraction) -> int:
    """Round a fraction of 0 or more to the nearest whole number, halves up."""
    ensure(value >= 0, "an amount is never negative")
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def cut_holdings(
    holdings: Sequence[int], kept_factor: Fraction, withheld_factor: Fraction
) -> list[CutShare] | Refused:
    """Cut every holding to ``kept_factor`` free and ``withheld_factor`` withheld of it.

    The two totals are the factors of the sum of holdings, each rounded half up once; where both
    round up past the sum, the withheld one gives way.  Source of the rule: mass cut by factors,
    RECLAIM Rule 2002, worked case C43.
    """
    ensure(kept_factor >= 0 and withheld_factor >= 0, "a factor of a cut is never negative")
    if kept_factor + withheld_factor > 1:
        return Refused(
            ApportionmentCode.CUT_FACTORS_EXCEED_WHOLE,
            {"kept_factor": str(kept_factor), "withheld_factor": str(withheld_factor)},
        )
    held = sum(holdings)
    kept_total = half_up(kept_factor * held)
    withheld_total = min(half_up(withheld_factor * held), held - kept_total)
    return cut_in_two_parts(holdings, kept_total, withheld_total)


def cut_in_two_parts(
    holdings: Sequence[int], kept_total: int, withheld_total: int
) -> list[CutShare] | Refused:
    """Share two totals over holdings in proportion; what is left of each holding is cancelled.

    What remains at all (kept + withheld) is shared first, so that nobody loses for good more
    than his own quota rounded up; the kept part is then shared inside it.  The totals come out
    exactly and nobody gets above his holding, which column by column would not hold: then 90 of
    1,000 holders of one unit would be left with two.
    """
    ensure(all(held >= 0 for held in holdings), "a holding is never negative")
    ensure(kept_total >= 0 and withheld_total >= 0, "a total to share is never negative")
    held_total = sum(holdings)
    remaining_total = kept_total + withheld_total
    if remaining_total > held_total:
        return Refused(
            ApportionmentCode.CUT_PARTS_EXCEED_HOLDINGS,
            {"parts": remaining_total, "held": held_total},
        )
    if held_total == 0:
        return [CutShare(0, 0, 0) for _ in holdings]
    remaining = largest_remainder(remaining_total, holdings)
    if isinstance(remaining, Refused):
        return remaining
    kept = _bounded(kept_total, holdings, remaining)
    return [
        CutShare(free, rest - free, held - rest)
        for held, rest, free in zip(holdings, remaining, kept, strict=True)
    ]


def _bounded(total: int, weights: Sequence[int], bounds: Sequence[int]) -> list[int]:
    """Share ``total`` by largest remainder, nobody above his bound; the bounds have room for it."""
    ensure(total <= sum(bounds), "the bounds have room for the total")
    quotas, remainders = _floors(total, weights, sum(weights))
    parts = [min(quota, bound) for quota, bound in zip(quotas, bounds, strict=True)]
    left = total - sum(parts)
    order = _by_remainder(remainders)
    while left:
        open_places = [place for place in order if parts[place] < bounds[place]][:left]
        for place in open_places:
            parts[place] += 1
        left -= len(open_places)
    return parts


def _floors(total: int, weights: Sequence[int], weight_sum: int) -> tuple[list[int], list[int]]:
    divided = [divmod(total * weight, weight_sum) for weight in weights]
    return [quota for quota, _ in divided], [remainder for _, remainder in divided]


def _by_remainder(remainders: Sequence[int]) -> list[int]:
    # Python's sort is stable, also reversed, so equal remainders keep their order.
    return sorted(range(len(remainders)), key=remainders.__getitem__, reverse=True)
