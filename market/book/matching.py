"""An incoming order meets the other side: price, then time, at the resting order's price.

Knows one ladder and one incoming order.  ``bound`` is the worst key that may be met; ``window``
the lowest and highest price at which anything may trade.  What the incoming order is, and what
becomes of its rest, is the book's affair.
"""

from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass

from market.book.ladder import Ladder, Level, Resting
from market.book.orders import Cause, Fill, Gone, SelfTrade

Window = tuple[int, int] | None

_new = tuple.__new__


def match(
    ladder: Ladder,
    bound: int,
    window: Window,
    live_orders: dict[Hashable, Resting],
    clock: int,
    order_id: Hashable,
    quantity: int,
    owner: Hashable | None,
    self_trade: SelfTrade,
    fills: list[Fill],
    gone: list[Gone],
) -> tuple[int, int]:
    """Trade until nothing is left, nothing can be met, or self-trade prevention ends it.

    Give what is left of the incoming quantity and the clock of time priorities; ``fills`` and
    ``gone`` are added to.  An ``owner`` of None is nobody.
    """
    keys = ladder.keys
    # A resting order of nobody has no owner either, so nobody must not be compared.
    watched = owner is not None and self_trade is not SelfTrade.NONE
    while quantity and keys and keys[-1] >= bound:
        level = ladder.levels[keys[-1]]
        price = level.price
        if window is not None and not window[0] <= price <= window[1]:
            break
        queue = level.queue
        while quantity and level.live:
            order = queue[0]
            available = order.open
            if not available:
                queue.popleft()
            elif watched and order.owner == owner:
                quantity = _keep_apart(level, order, order_id, quantity, self_trade, gone)
                if not order.open:
                    del live_orders[order.order_id]
                    queue = level.queue
            elif order.hidden:
                taken, clock = _take_slice(level, order, quantity, clock)
                fills.append(_new(Fill, (order.order_id, order_id, price, taken)))
                quantity -= taken
            elif available > quantity:
                order.open = available - quantity
                level.total -= quantity
                fills.append(_new(Fill, (order.order_id, order_id, price, quantity)))
                quantity = 0
            else:
                queue.popleft()
                order.open = 0
                level.total -= available
                level.live -= 1
                del live_orders[order.order_id]
                fills.append(_new(Fill, (order.order_id, order_id, price, available)))
                quantity -= available
        # Self-trade prevention has dropped the level if it emptied it.
        if not level.live and keys and keys[-1] == level.key:
            ladder.drop(level)
    return quantity, clock


def _take_slice(level: Level, order: Resting, quantity: int, clock: int) -> tuple[int, int]:
    """Trade with the displayed slice of the iceberg at the front; a new slice goes to the end."""
    taken = min(order.open - order.hidden, quantity)
    order.open -= taken
    level.total -= taken
    if order.open == order.hidden:
        level.hide(order, max(order.open - order.display, 0))
        clock += 1
        order.since = clock
        level.queue.rotate(-1)
    return taken, clock


def _keep_apart(
    level: Level,
    order: Resting,
    order_id: Hashable,
    quantity: int,
    self_trade: SelfTrade,
    gone: list[Gone],
) -> int:
    """Apply self-trade prevention to a pair; give what is left of the incoming quantity."""
    if self_trade is SelfTrade.DECREMENT:
        less = min(order.open, quantity)
        gone.append(Gone(order.order_id, less, Cause.SELF_TRADE))
        gone.append(Gone(order_id, less, Cause.SELF_TRADE))
        if less == order.open:
            level.take_out(order)
        else:
            level.shrink(order, less)
        return quantity - less
    if self_trade is not SelfTrade.CANCEL_NEWEST:
        gone.append(Gone(order.order_id, level.take_out(order), Cause.SELF_TRADE))
    if self_trade is SelfTrade.CANCEL_OLDEST:
        return quantity
    gone.append(Gone(order_id, quantity, Cause.SELF_TRADE))
    return 0


def takeable(
    ladder: Ladder,
    bound: int,
    window: Window,
    quantity: int,
    owner: Hashable | None,
    self_trade: SelfTrade,
) -> int:
    """Say how much ``match`` would trade, hidden quantity included, without doing it."""
    watched = owner is not None and self_trade is not SelfTrade.NONE
    taken = 0
    for level in ladder.best_first():
        if level.key < bound or (window and not window[0] <= level.price <= window[1]):
            break
        if watched and any(order.owner == owner for order in level.orders()):
            rehearsal = _Rehearsal(quantity)
            rehearsal.play(level, owner, self_trade)
            taken += rehearsal.taken
            quantity = rehearsal.quantity
        else:
            part = min(level.total, quantity)
            taken += part
            quantity -= part
        if not quantity:
            break
    return taken


@dataclass(slots=True)
class _Rehearsal:
    """What would happen at a level where the incoming order meets one of its own owner."""

    quantity: int
    taken: int = 0

    def play(self, level: Level, owner: Hashable, self_trade: SelfTrade) -> None:
        waiting = deque(
            (order, order.open - order.hidden, order.hidden) for order in level.orders()
        )
        while waiting and self.quantity:
            order, shown, hidden = waiting.popleft()
            if order.owner != owner:
                part = min(shown, self.quantity)
                self.taken += part
                self.quantity -= part
                if hidden:
                    part = min(order.display, hidden)
                    waiting.append((order, part, hidden - part))
            elif self_trade is SelfTrade.DECREMENT:
                self.quantity -= min(order.open, self.quantity)
            elif self_trade is not SelfTrade.CANCEL_OLDEST:
                self.quantity = 0
