"""What can be read off an order book without changing it.

Knows the ladders and the orders by number; decides nothing.
"""

from collections.abc import Hashable, Iterator
from itertools import chain

from market.book.ladder import Ladder, Resting, view_of
from market.book.orders import LevelDepth, OrderView, SelfTrade, Side


class Readable:
    """Two ladders and the orders in them, by number."""

    __slots__ = ("_orders", "asks", "bids", "self_trade")

    def __init__(self, self_trade: SelfTrade) -> None:
        self.self_trade = self_trade
        self.bids = Ladder(Side.BUY)
        self.asks = Ladder(Side.SELL)
        self._orders: dict[Hashable, Resting] = {}

    def best(self, side: Side) -> int | None:
        """Give the best price of a side."""
        level = self._ladder(side).best()
        return None if level is None else level.price

    def levels(self, side: Side, count: int | None = None) -> list[LevelDepth]:
        """Give the levels of a side, best first, at most ``count`` of them."""
        ladder = self._ladder(side)
        wanted = ladder.keys if count is None else ladder.keys[max(len(ladder.keys) - count, 0) :]
        return [ladder.levels[key].depth() for key in reversed(wanted)]

    def depth_at(self, side: Side, price: int) -> LevelDepth:
        """Give what stands at one price."""
        ladder = self._ladder(side)
        level = ladder.levels.get(ladder.sign * price)
        return LevelDepth(price, 0, 0, 0) if level is None else level.depth()

    def head(self, side: Side, price: int | None = None) -> OrderView | None:
        """Give the order at the front of a price, of the best one where none is named."""
        ladder = self._ladder(side)
        level = ladder.best() if price is None else ladder.levels.get(ladder.sign * price)
        return None if level is None or not level.live else view_of(level.head())

    def order(self, order_id: Hashable) -> OrderView | None:
        """Give an order as it stands; None when it is not in the book."""
        order = self._orders.get(order_id)
        return None if order is None else view_of(order)

    def open_quantity(self, order_id: Hashable) -> int:
        """Give what is open of an order, hidden included; 0 when it is not in the book."""
        order = self._orders.get(order_id)
        return 0 if order is None else order.open

    def price_of(self, order_id: Hashable) -> int | None:
        """Give the price of an order; None when it is not in the book."""
        order = self._orders.get(order_id)
        return None if order is None else order.level.price

    def orders(self, side: Side | None = None) -> Iterator[OrderView]:
        """Give the orders in the order of price and time, bids first or one side only."""
        return (view_of(order) for order in self._in_order(side))

    def touchable(
        self, side: Side, limit: int | None, quantity: int, owner: Hashable | None = None
    ) -> list[Hashable]:
        """Name the resting orders that an order of so much on ``side`` could meet, best first.

        Never too few: what self-trade prevention would take out uses up nothing of ``quantity``.
        """
        opposite = self._opposite(side)
        bound = self._bound(side, limit)
        own_is_free = owner is not None and self.self_trade is not SelfTrade.NONE
        met: list[Hashable] = []
        for level in opposite.best_first():
            if level.key < bound:
                break
            # The whole level at once: a new slice of an iceberg goes behind the others.
            for order in level.orders():
                met.append(order.order_id)
                if not (own_is_free and order.owner == owner):
                    quantity -= order.open - order.hidden
                if quantity <= 0:
                    return met
            quantity -= sum(
                order.hidden
                for order in level.orders()
                if order.hidden and not (own_is_free and order.owner == owner)
            )
            if quantity <= 0:
                return met
        return met

    def image(self) -> tuple[tuple[object, ...], ...]:
        """Give the whole book as one value: equal for two books that will act the same.

        Orders in the order of price and time, each with its age as a rank over both sides.
        """
        views = list(self.orders())
        ranks = {since: rank for rank, since in enumerate(sorted(view.since for view in views))}
        return tuple((*view[:-1], ranks[view.since]) for view in views)

    def __len__(self) -> int:
        return len(self._orders)

    def __contains__(self, order_id: Hashable) -> bool:
        return order_id in self._orders

    def _ladder(self, side: Side) -> Ladder:
        return self.bids if side is Side.BUY else self.asks

    def _opposite(self, side: Side) -> Ladder:
        return self.asks if side is Side.BUY else self.bids

    def _bound(self, side: Side, limit: int | None) -> int:
        """Give the worst key that an order may meet; without a limit that is the worst there is."""
        opposite = self._opposite(side)
        if limit is not None:
            return opposite.sign * limit
        return opposite.keys[0] if opposite.keys else 0

    def _last_at(self, side: Side, price: int) -> Resting | None:
        """Give the latest entry in a price's queue, also one that is gone."""
        ladder = self._ladder(side)
        level = ladder.levels.get(ladder.sign * price)
        return level.queue[-1] if level is not None and level.queue else None

    def _in_order(self, side: Side | None = None) -> Iterator[Resting]:
        ladders = (self.bids, self.asks) if side is None else (self._ladder(side),)
        levels = chain.from_iterable(ladder.best_first() for ladder in ladders)
        return chain.from_iterable(level.orders() for level in levels)
