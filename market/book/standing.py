"""Orders that stand in a book: put in, made smaller, taken out, put back after a restart.

Keeps the orders by number, their places in time and the numbers that were used; matches nothing.
"""

from collections.abc import Container, Hashable

from ledger.refusals import ensure
from market.book.ladder import SWEPT_FROM, Resting, Special
from market.book.orders import BookCode, Cause, Gone, Outcome, SelfTrade, Side, Status, Tif
from market.book.reading import Readable

_BUY = Side.BUY
_GTC = Tif.GTC
_CANCELLED = Status.CANCELLED

NOT_IN_BOOK = Outcome(Status.REJECTED, BookCode.ORDER_NOT_IN_BOOK)

# Makes a named tuple without the Python function in front of it.
_new = tuple.__new__


class Standing(Readable):
    """The orders of one venue and what can be done to them without a match."""

    __slots__ = ("_clock", "_remember_ids", "_taken", "_used")

    def __init__(self, self_trade: SelfTrade, *, remember_ids: bool) -> None:
        super().__init__(self_trade)
        self._used: set[Hashable] = set()
        self._remember_ids = remember_ids
        # The numbers that no new order may have.
        self._taken: Container[Hashable] = self._used if remember_ids else self._orders
        # Counts what gets a new place in time: orders that rest, icebergs that show a new slice.
        self._clock = 0

    def cancel(self, order_id: Hashable, cause: Cause = Cause.CANCELLED) -> Outcome:
        """Take an order out; ``cause`` says why, for the record only."""
        order = self._orders.pop(order_id, None)
        if order is None:
            return NOT_IN_BOOK
        level = order.level
        quantity = order.open
        if order.hidden or level.live == 1 or len(level.queue) > 2 * level.live + SWEPT_FROM:
            level.take_out(order)
        else:
            # What ``take_out`` does where nothing else is to be seen to.
            order.open = 0
            level.total -= quantity
            level.live -= 1
        gone = _new(Gone, (order_id, quantity, cause))
        return _new(Outcome, (_CANCELLED, None, (), (gone,), 0, False))

    def change_owner(self, order_id: Hashable, owner: Hashable | None) -> None:
        """Let an order count as another owner's from now on; its place stays."""
        order = self._orders.get(order_id)
        if order is not None:
            order.owner = owner

    def cancel_all(self, owner: Hashable) -> list[Gone]:
        """Take out all orders of an owner, bids first, in the order of price and time."""
        theirs = [order.order_id for order in self._in_order() if order.owner == owner]
        return [gone for order_id in theirs for gone in self.cancel(order_id).gone]

    def reduce(self, order_id: Hashable, quantity_off: int) -> Outcome:
        """Take a quantity off an order in its place; all of it off takes the order out."""
        order = self._orders.get(order_id)
        if order is None:
            return NOT_IN_BOOK
        if quantity_off <= 0:
            return Outcome(Status.REJECTED, BookCode.ORDER_QUANTITY_NOT_ABOVE_ZERO)
        if quantity_off > order.open:
            return Outcome(Status.REJECTED, BookCode.REDUCTION_ABOVE_OPEN_QUANTITY)
        if quantity_off == order.open:
            return self.cancel(order_id, Cause.REDUCED)
        return self._shrink(order, quantity_off)

    def take(self, order_id: Hashable, quantity: int) -> None:
        """Take a traded quantity off an order at the front of its price, as a call auction does.

        An iceberg whose displayed part is used up shows a new slice and goes to the end.
        """
        order = self._orders[order_id]
        level = order.level
        ensure(0 < quantity <= order.open, "no more of an order trades than is open")
        if quantity == order.open:
            level.take_out(order)
            del self._orders[order_id]
            return
        shown = order.open - order.hidden
        order.open -= quantity
        level.total -= quantity
        if order.hidden and quantity >= shown:
            ensure(level.head() is order, "what trades in part is at the front")
            level.hide(order, max(order.open - order.display, 0))
            level.queue.rotate(-1)
            self._clock = order.since = self._clock + 1

    def restore(
        self,
        order_id: Hashable,
        side: Side,
        price: int,
        open_quantity: int,
        *,
        shown: int | None = None,
        display: int = 0,
        owner: Hashable | None = None,
        tif: Tif = Tif.GTC,
        post_only: bool = False,
        since: int | None = None,
    ) -> None:
        """Put an order back as it stood; orders of one price come earliest first.

        ``since`` is that of the order's view; without it an order is later than all before it, so
        orders restored by age, over both sides, make the same book.
        """
        shown = open_quantity if shown is None else shown
        ensure(0 < shown <= open_quantity, "an order in the book shows some of what is open")
        ensure(order_id not in self._orders, "an order is restored once")
        since = self._clock + 1 if since is None else since
        last = self._last_at(side, price)
        ensure(last is None or last.since < since, "a level is restored earliest first")
        latest = max(self._clock, since)
        order = self._rest(order_id, side, price, open_quantity, owner, tif, post_only, display)
        order.since = since
        self._clock = latest
        if order.hidden or shown < open_quantity:
            order.level.hide(order, open_quantity - shown)
        if self._remember_ids:
            self._used.add(order_id)

    def _rest(
        self,
        order_id: Hashable,
        side: Side,
        price: int,
        quantity: int,
        owner: Hashable | None,
        tif: Tif = _GTC,
        post_only: bool = False,
        display: int = 0,
    ) -> Resting:
        ladder = self.bids if side is _BUY else self.asks
        level = ladder.levels.get(ladder.sign * price)
        if level is None or not level.live:
            level = ladder.level_at(price)
        order: Resting
        if display or post_only or tif is not _GTC:
            order = special = Special()
            special.tif = tif
            special.post_only = post_only
            special.display = display
            special.hidden = max(quantity - display, 0) if display else 0
            level.hidden += special.hidden
        else:
            order = Resting()
        order.order_id = order_id
        order.open = quantity
        order.owner = owner
        order.level = level
        self._clock = order.since = self._clock + 1
        level.queue.append(order)
        level.total += quantity
        level.live += 1
        self._orders[order_id] = order
        return order

    def _shrink(self, order: Resting, quantity: int) -> Outcome:
        gone: tuple[Gone, ...] = ()
        if quantity:
            order.level.shrink(order, quantity)
            gone = (Gone(order.order_id, quantity, Cause.REDUCED),)
        return Outcome(Status.MODIFIED, None, (), gone, order.open)
