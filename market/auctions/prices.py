"""The price of a clearing, and what an award costs.

Knows how far the supply reached; knows no bidder.
"""

from collections.abc import Iterable

from market.auctions.bids import Standing
from market.auctions.ladder import Reached, best_first, reach, totals_per_price
from market.auctions.rules import Format, PriceRule, Rules
from market.pricing import value_fen_rounded


def uniform_price(rules: Rules, reached: Reached, floor_micro: int = 0) -> int | None:
    """Give the one price that all winners pay, or are paid; None where nobody won.

    The highest rejected bid is the best price at which anything got nothing; there being none, the
    reserve, and without a reserve the lowest accepted bid.  ``floor_micro``: the trigger of the
    added supply that was drawn on.  Nobody pays more than he bid, not even where minimums kept a
    better bid out and it is the highest that was rejected.
    """
    lowest_accepted = reached.last_price_micro
    if lowest_accepted is None:
        return None
    if rules.format is Format.FIXED_PRICE:
        return rules.fixed_price_micro
    if rules.price_rule is not PriceRule.HIGHEST_REJECTED:
        return lowest_accepted
    rejected = reached.best_rejected_micro
    if rejected is None:
        rejected = lowest_accepted if rules.reserve_micro is None else rules.reserve_micro
    return min(max(rejected, floor_micro), lowest_accepted)


def uniform_outcome(
    rules: Rules, supply: int, standing: Iterable[Standing]
) -> tuple[int | None, Reached]:
    """Give the uniform price and what each price takes, of bids that stand, without sorting them.

    For rules by which a price takes whatever it can: no minimums, no share of winners, nothing
    added.  A bid better than the last price gets all, one at it its share of the last rung.
    """
    reached = reach(rules, best_first(rules, totals_per_price(standing)), supply)
    return uniform_price(rules, reached), reached


def amount_fen(rules: Rules, price_micro: int, quantity: int) -> int:
    """Give price x quantity x years in fen, rounded half up once."""
    return value_fen_rounded(price_micro, quantity, rules.quantity_decimals, rules.years)
