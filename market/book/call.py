"""The call auction: one price for all orders that were collected.

The price comes from the totals of the price levels, hidden quantity included; orders are looked at
only to pair them.  Orders of one owner may trade with each other here: no rule that we know says
otherwise (Chinese carbon markets have none), and prevention is the continuous book's.

Prices are whole ticks, quantities whole lots, integers throughout.
"""

import hashlib
from collections.abc import Hashable, Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import takewhile
from typing import NamedTuple

from ledger.refusals import InvariantBroken, ensure
from market.book.book import Book
from market.book.ladder import Ladder, Level
from market.book.orders import Fill, OrderView, Side


class Algorithm(StrEnum):
    """How the price is chosen where several would trade as much."""

    MAX_VOLUME = "max_volume"
    SHANGHAI = "shanghai"
    SHENZHEN = "shenzhen"


class Indication(NamedTuple):
    """The price (ticks; None: nothing can trade), what trades at it, and what is left over.

    ``surplus`` in lots: positive when bids are left at the price, negative when asks are.
    """

    price: int | None
    quantity: int
    surplus: int


class Called(NamedTuple):
    """An uncross: its price, quantity and surplus as in an indication, and its trades."""

    price: int | None
    quantity: int
    surplus: int
    fills: tuple[Fill, ...]


class _Crossing(NamedTuple):
    """A candidate price and who would trade at it; the last two leave out its own level."""

    price: int
    demand: int
    supply: int
    better_demand: int
    better_supply: int

    @property
    def volume(self) -> int:
        return min(self.demand, self.supply)

    @property
    def surplus(self) -> int:
        return self.demand - self.supply

    @property
    def fills_all_better_orders(self) -> bool:
        return max(self.better_demand, self.better_supply) <= self.volume


def indicative(book: Book, algorithm: Algorithm, reference: int | None = None) -> Indication:
    """Say at which price the book would uncross now.

    ``reference`` in ticks: the reference price of ``max_volume`` (without one the middle of the
    eligible prices, half up, stands in for it), the previous close of ``shenzhen`` (which needs
    one); ``shanghai`` takes none.
    """
    crossings = _crossings(book)
    if not crossings:
        return Indication(None, 0, 0)
    price = _PRICES[algorithm](crossings, reference)
    demand = sum(level.total for level in _reaching(book.bids, price))
    supply = sum(level.total for level in _reaching(book.asks, price))
    return Indication(price, min(demand, supply), demand - supply)


def uncross(book: Book, algorithm: Algorithm, reference: int | None = None) -> Called:
    """Trade all that can trade at the price that ``indicative`` gives.

    Bids and asks are paired in the order of price and time; ``resting`` of a trade is the earlier
    of the two orders.  An iceberg trades with all that is open of it at its place in time.
    """
    price, quantity, surplus = indicative(book, algorithm, reference)
    if price is None:
        return Called(None, 0, 0, ())
    fills = tuple(_pairs(book, price, quantity))
    traded: dict[Hashable, int] = {}
    for fill in fills:
        for order_id in (fill.resting, fill.incoming):
            traded[order_id] = traded.get(order_id, 0) + fill.quantity
    for order_id, taken in traded.items():
        book.take(order_id, taken)
    return Called(price, quantity, surplus, fills)


def random_end(seed: str, earliest: datetime, latest: datetime) -> datetime:
    """Give the second at which a call ends, from ``earliest`` to ``latest``, both possible.

    From SHA-256 of the seed, so that everybody can check it once the seed is revealed.
    """
    seconds = int((latest - earliest) / timedelta(seconds=1))
    ensure(seconds >= 0, "a call may not end before it may end")
    drawn = int.from_bytes(hashlib.sha256(seed.encode()).digest(), "big") % (seconds + 1)
    return earliest + timedelta(seconds=drawn)


def _crossings(book: Book) -> list[_Crossing]:
    """Give the limit prices at which anything can trade, lowest first."""
    highest, lowest = book.best(Side.BUY), book.best(Side.SELL)
    if highest is None or lowest is None or highest < lowest:
        return []
    wanted = {level.price: level.total for level in _reaching(book.bids, lowest)}
    offered = {level.price: level.total for level in _reaching(book.asks, highest)}
    prices = sorted(wanted.keys() | offered.keys())
    demand, supply = sum(wanted.values()), 0
    crossings = []
    for price in prices:
        here_wanted, here_offered = wanted.get(price, 0), offered.get(price, 0)
        better_supply = supply
        supply += here_offered
        better_demand = demand - here_wanted
        crossings.append(_Crossing(price, demand, supply, better_demand, better_supply))
        demand = better_demand
    most = max(crossing.volume for crossing in crossings)
    return [crossing for crossing in crossings if crossing.volume == most]


def _max_volume(crossings: Sequence[_Crossing], reference: int | None) -> int:
    """Least surplus; all on the bids' side: highest, on the asks': lowest; else the reference.

    Xetra's model: market orders aside, its steps in their order.
    """
    least = min(abs(crossing.surplus) for crossing in crossings)
    eligible = [crossing for crossing in crossings if abs(crossing.surplus) == least]
    if all(crossing.surplus > 0 for crossing in eligible):
        return eligible[-1].price
    if all(crossing.surplus < 0 for crossing in eligible):
        return eligible[0].price
    if reference is None:
        return _middle(eligible)
    return min(max(reference, eligible[0].price), eligible[-1].price)


def _shanghai(crossings: Sequence[_Crossing], reference: int | None) -> int:
    """All better orders filled; then the least unfilled; then the middle, half up to the tick."""
    eligible = [crossing for crossing in crossings if crossing.fills_all_better_orders]
    least = min(abs(crossing.surplus) for crossing in eligible)
    return _middle([crossing for crossing in eligible if abs(crossing.surplus) == least])


def _shenzhen(crossings: Sequence[_Crossing], previous_close: int | None) -> int:
    """All better orders filled; of every tick where that holds, the one nearest the close."""
    if previous_close is None:
        raise InvariantBroken("a call by the rules of Shenzhen has a previous close")
    eligible = [crossing for crossing in crossings if crossing.fills_all_better_orders]
    # Both ends of the range are limit prices, and every tick between them is eligible.
    return min(max(previous_close, eligible[0].price), eligible[-1].price)


_PRICES = {
    Algorithm.MAX_VOLUME: _max_volume,
    Algorithm.SHANGHAI: _shanghai,
    Algorithm.SHENZHEN: _shenzhen,
}


def _middle(eligible: Sequence[_Crossing]) -> int:
    return (eligible[0].price + eligible[-1].price + 1) // 2


def _reaching(ladder: Ladder, price: int) -> Iterator[Level]:
    """Give the levels whose orders would trade at a price."""
    return takewhile(lambda level: level.key >= ladder.sign * price, ladder.best_first())


def _pairs(book: Book, price: int, quantity: int) -> Iterator[Fill]:
    bids, asks = book.orders(Side.BUY), book.orders(Side.SELL)
    bid, ask = next(bids), next(asks)
    bid_left, ask_left = bid.open, ask.open
    while True:
        traded = min(bid_left, ask_left, quantity)
        yield _fill(bid, ask, price, traded)
        quantity -= traded
        if not quantity:
            return
        bid_left -= traded
        ask_left -= traded
        if not bid_left:
            bid = next(bids)
            bid_left = bid.open
        if not ask_left:
            ask = next(asks)
            ask_left = ask.open


def _fill(bid: OrderView, ask: OrderView, price: int, quantity: int) -> Fill:
    earlier, later = (bid, ask) if bid.since < ask.since else (ask, bid)
    return Fill(earlier.order_id, later.order_id, price, quantity)
