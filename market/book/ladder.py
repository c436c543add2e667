"""One side of a book: its price levels and the orders that wait at each.

Keeps totals true and finds the best price; decides nothing about who trades.  Taking out an order
is marking it: the queue passes over it later, so that a queue of 40,000 costs what one of ten does.
"""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Hashable, Iterator

from ledger.refusals import InvariantBroken, ensure
from market.book.orders import LevelDepth, OrderView, Side, Tif

SWEPT_FROM = 32
"""So many orders that are gone may lie in any queue."""
_CLOSED_KEPT = 1024
"""So many levels without orders may be kept on any side."""


class Resting:
    """An ordinary order in the book; ``open`` 0 means that it is gone.

    Made without arguments and filled in by ``Ladder``'s callers: one is made for each order that
    rests, and a constructor would cost as much as all the rest of resting.
    """

    __slots__ = ("level", "open", "order_id", "owner", "since")

    level: "Level"
    open: int
    order_id: Hashable
    owner: Hashable | None
    since: int

    # What most orders do not have; ``Special`` keeps its own.
    display: int = 0
    hidden: int = 0
    post_only: bool = False
    tif: Tif = Tif.GTC


class Special(Resting):
    """An order with a slice, a term or a wish; ``hidden`` is what of ``open`` is not displayed."""

    __slots__ = ("display", "hidden", "post_only", "tif")

    display: int
    hidden: int
    post_only: bool
    tif: Tif


class Level:
    """All orders at one price, earliest first, and their running totals.

    ``total`` is all that is open, ``hidden`` what of it is not displayed, ``live`` the number of
    orders; ``queue`` may hold orders that are gone.  ``key`` sorts the levels of a side: the better
    the price, the larger.
    """

    __slots__ = ("hidden", "key", "ladder", "live", "price", "queue", "total")

    def __init__(self, ladder: "Ladder", key: int, price: int) -> None:
        self.ladder = ladder
        self.key = key
        self.price = price
        self.queue: deque[Resting] = deque()
        self.total = 0
        self.hidden = 0
        self.live = 0

    def orders(self) -> Iterator[Resting]:
        """Give the orders that are there, in their order of time."""
        return (order for order in self.queue if order.open)

    def head(self) -> Resting:
        """Give the order at the front."""
        queue = self.queue
        while not queue[0].open:
            queue.popleft()
        return queue[0]

    def take_out(self, order: Resting) -> int:
        """Take an order out, wherever it stands; give what was open of it."""
        taken = order.open
        order.open = 0
        self.total -= taken
        if order.hidden:
            self.hidden -= order.hidden
        live = self.live = self.live - 1
        if not live:
            self.ladder.drop(self)
        elif len(self.queue) > 2 * live + SWEPT_FROM:
            self.queue = deque(self.orders())
        return taken

    def shrink(self, order: Resting, quantity: int) -> None:
        """Take less than all of an order away, hidden quantity first; it keeps its place."""
        ensure(0 < quantity < order.open, "an order is shrunk to something")
        order.open -= quantity
        self.total -= quantity
        if order.hidden:
            self.hide(order, max(order.hidden - quantity, 0))

    def hide(self, order: Resting, hidden: int) -> None:
        """Keep so much of an iceberg out of sight and show the rest of it."""
        if not isinstance(order, Special):
            raise InvariantBroken("only an order with a slice hides anything")
        self.hidden += hidden - order.hidden
        order.hidden = hidden

    def depth(self) -> LevelDepth:
        """Give the level as readers see it."""
        return LevelDepth(self.price, self.total - self.hidden, self.hidden, self.live)


class Ladder:
    """The levels of one side.

    ``sign`` x price is the key; ``keys`` are those of levels with orders, sorted, the best last.
    ``levels`` may hold levels without orders.
    """

    __slots__ = ("keys", "levels", "side", "sign")

    def __init__(self, side: Side) -> None:
        self.side = side
        self.sign = 1 if side is Side.BUY else -1
        self.keys: list[int] = []
        self.levels: dict[int, Level] = {}

    def level_at(self, price: int) -> Level:
        """Find the level of a price, or open it."""
        key = self.sign * price
        level = self.levels.get(key)
        if level is None:
            level = self.levels[key] = Level(self, key, price)
        if not level.live:
            insort(self.keys, key)
        return level

    def drop(self, level: Level) -> None:
        """Close a level that no order is left at.

        It is kept for the next order at its price: at the touch levels close and open all the time.
        """
        keys = self.keys
        level.queue.clear()
        if keys[-1] == level.key:
            keys.pop()
        else:
            del keys[bisect_left(keys, level.key)]
        if len(self.levels) > 4 * len(keys) + _CLOSED_KEPT:
            self.levels = {key: self.levels[key] for key in keys}

    def best(self) -> Level | None:
        """Give the level with the best price."""
        return self.levels[self.keys[-1]] if self.keys else None

    def best_first(self) -> Iterator[Level]:
        """Give the levels, best price first."""
        return (self.levels[key] for key in reversed(self.keys))


def view_of(order: Resting) -> OrderView:
    """Give an order as readers see it."""
    level = order.level
    return OrderView(
        order.order_id,
        level.ladder.side,
        level.price,
        order.open,
        order.open - order.hidden,
        order.display,
        order.owner,
        order.tif,
        order.post_only,
        order.since,
    )
