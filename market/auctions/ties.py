"""Bids of one price: who comes first, and how much each gets of what is there for them.

Knows one price level at a time.  Randomness comes in as a published order or a seed; nothing here
draws lots by itself.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ledger.refusals import ensure
from market.auctions.bids import Standing
from market.auctions.rules import Rules, TieRule

_BY_LOT = (TieRule.RANDOM, TieRule.PRO_RATA_RANDOM_REST)
_IN_TURN = (TieRule.TIME, TieRule.RANDOM)


@dataclass(frozen=True, slots=True)
class Draw:
    """What decides random ties: bids in ``order`` (id -> place) first, the others by the seed."""

    order: Mapping[str, int]
    seed: str | None

    def rank(self, one: Standing) -> tuple[int, str, datetime, int]:
        """Sort a bid of a random tie: SHA-256 of seed, ":" and id, smallest first; then time."""
        place = self.order.get(one.bid.id)
        if place is not None:
            return place, "", *one.by_time
        return len(self.order), self._digest(one.bid.id), *one.by_time

    def _digest(self, bid_id: str) -> str:
        return "" if self.seed is None else sha256_hex(f"{self.seed}:{bid_id}")


def draw(tie_order: Sequence[str], seed: str | None) -> Draw:
    """Make the draw of an auction; a bid named twice stands where it is named first."""
    order: dict[str, int] = {}
    for bid_id in tie_order:
        order.setdefault(bid_id, len(order))
    return Draw(order, seed)


def sha256_hex(text: str) -> str:
    """SHA-256 of a text in UTF-8, in hexadecimal: a seed's commitment."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def ranked(rules: Rules, level: Sequence[Standing], lots: Draw) -> list[Standing]:
    """Put bids of one price in the order of the tie rule."""
    if rules.tie_rule in _BY_LOT:
        return sorted(level, key=lots.rank)
    return sorted(level, key=lambda one: one.by_time)


def shares(rules: Rules, level: Sequence[Standing], available: int) -> list[int]:
    """Share what is available among the ranked bids of one price: a quantity for each.

    Nobody gets more than he bid for; all of it goes as far as the bids reach, unless minimums keep
    some out.
    """
    if rules.tie_rule is TieRule.PRO_RATA_MINIMUM:
        return _above_minimums(rules, level, available)
    if rules.tie_rule in _IN_TURN or sum(one.quantity for one in level) <= available:
        return _in_turn(level, available)
    floors = _floors(rules, level, available)
    _hand_out_rest(rules, level, floors, available)
    return floors.given


def _in_turn(level: Sequence[Standing], available: int) -> list[int]:
    given = []
    for one in level:
        given.append(min(one.quantity, available))
        available -= given[-1]
    return given


@dataclass(slots=True)
class _Floors:
    """Pro rata shares down to lots; ``remainders`` compare what each lost by that."""

    given: list[int]
    remainders: list[int]


def _floors(rules: Rules, level: Sequence[Standing], available: int) -> _Floors:
    total = sum(one.quantity for one in level)
    given, remainders = [], []
    for one in level:
        given.append(rules.down_to_lots(available * one.quantity // total))
        remainders.append(available * one.quantity - given[-1] * total)
    return _Floors(given, remainders)


def _hand_out_rest(
    rules: Rules, level: Sequence[Standing], floors: _Floors, available: int
) -> None:
    """Give what is left a lot each; a last piece smaller than a lot is a remainder like any."""
    order: Sequence[int] = range(len(level))
    if rules.tie_rule is not TieRule.PRO_RATA_RANDOM_REST:
        order = sorted(order, key=lambda place: -floors.remainders[place])
    left = available - sum(floors.given)
    for place in order:
        more = min(rules.lot, left, level[place].quantity - floors.given[place])
        floors.given[place] += more
        left -= more
    ensure(left == 0, "a level that asks for more than there is takes all of it")


def _above_minimums(rules: Rules, level: Sequence[Standing], available: int) -> list[int]:
    """Drop at once all who would get less than their minimum, and share again among the rest.

    Source: pro rata with minimum volumes as in gas pipeline tariffs (FERC), worked case C18.
    """
    inside = list(range(len(level)))
    given = [0] * len(level)
    while inside:
        staying = [level[place] for place in inside]
        fits = sum(one.quantity for one in staying) <= available
        if fits:
            floors = _Floors([one.quantity for one in staying], [])
        else:
            floors = _floors(rules, staying, available)
        enough = [
            share >= one.bid.minimum for share, one in zip(floors.given, staying, strict=True)
        ]
        if all(enough):
            if not fits:
                _hand_out_rest(rules, staying, floors, available)
            for place, share in zip(inside, floors.given, strict=True):
                given[place] = share
            break
        inside = [place for place, stays in zip(inside, enough, strict=True) if stays]
    return given
