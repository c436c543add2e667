"""Clearing an auction of a million bids, against plainly sorting them.

The price and what each price takes come from totals per price; the same bids are sorted as a
ranking has them: the best price first, then the earlier.  The whole clearing, with every bid looked
at and every award made, is told beside it.
"""

import gc
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from benchmarks.report import Aim
from benchmarks.run import Run
from benchmarks.timing import Turn, ratios, spread_of, timed
from market.auctions.bids import Bid, Standing
from market.auctions.clearing import clear
from market.auctions.prices import uniform_outcome
from market.auctions.rules import Format, PriceRule, Rules, TieRule, UndersubscriptionRule

_BIDS, _QUICK_BIDS = 1_000_000, 100_000
_LOT = 500
_LOTS_MOST = 20
_TICK_MICRO = 10_000
_MIDDLE_TICKS, _SPREAD_TICKS = 7_500, 300
_COVER = 2
_RULES = Rules(
    format=Format.SEALED,
    price_rule=PriceRule.LOWEST_ACCEPTED,
    tie_rule=TieRule.TIME,
    undersubscription_rule=UndersubscriptionRule.CANCEL,
    tick_micro=_TICK_MICRO,
    lot=_LOT,
    quantity_decimals=0,
    price_shown_decimals=2,
    quantity_shown_decimals=0,
)


def measure(here: Run) -> None:
    """Measure the section."""
    count = _QUICK_BIDS if here.quick else _BIDS
    standing = _standing(count)
    bids = [one.bid for one in standing]
    supply = sum(one.quantity for one in standing) // _COVER // _LOT * _LOT
    prices = len({one.price_micro for one in standing})
    here.report.line(
        f"{count:,} bids at {prices:,} prices, in the order of arrival, half of it won"
    )
    seconds = here.in_turns(
        {
            "price and quantities": _quietly(lambda: uniform_outcome(_RULES, supply, standing)),
            "sort by price, time": _quietly(lambda: _sorted_as_ranked(standing)),
            "sort by price alone": _quietly(lambda: _sorted_by_price(standing)),
        }
    )
    whole = here.in_turns({"clear": _quietly(lambda: clear(_RULES, supply, bids))}, most_rounds=3)
    for name, taken in (*seconds.items(), *whole.items()):
        here.report.line(f"{name:<22} {spread_of(taken).median:8.3f} s")
    ours, ranking = seconds["price and quantities"], seconds["sort by price, time"]
    here.report.measure(
        "uniform clearing / sorting the bids by price, then time",
        ratios(ours, ranking),
        unit="x",
        aim=Aim(0.25, at_least=False, unit="x"),
    )
    by_price = ratios(ours, seconds["sort by price alone"])
    here.report.measure("uniform clearing / sorting the bids by price alone", by_price, unit="x")
    together = spread_of(whole["clear"]).median / spread_of(ranking).median
    here.report.measure("whole clearing, awards made / sorting the bids", together, unit="x")


def _standing(count: int) -> list[Standing]:
    rolled = random.Random(3)
    opened = datetime(2026, 3, 1, 10, tzinfo=UTC)
    standing = []
    for place in range(count):
        price = _TICK_MICRO * max(1, round(rolled.gauss(_MIDDLE_TICKS, _SPREAD_TICKS)))
        quantity = _LOT * rolled.randint(1, _LOTS_MOST)
        at = opened + timedelta(microseconds=place)
        bid = Bid(f"b{place}", f"p{place % 5000}", quantity, price, at)
        standing.append(Standing(bid, place, price, quantity))
    return standing


def _sorted_as_ranked(standing: Sequence[Standing]) -> list[Standing]:
    return sorted(standing, key=lambda one: (-one.price_micro, one.bid.at))


def _sorted_by_price(standing: Sequence[Standing]) -> list[Standing]:
    return sorted(standing, key=lambda one: one.price_micro, reverse=True)


def _quietly(work: Callable[[], object]) -> Turn:
    """Time a work without the collector, which would count the million bids meanwhile."""

    def turn() -> float:
        gc.collect()
        gc.disable()
        try:
            return timed(work)
        finally:
            gc.enable()

    return turn
