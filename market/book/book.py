"""The continuous book: price, then time; trades at the resting order's price.

Pure: prices in whole ticks, quantities in whole lots, no clock, no money.  Expected refusals are
outcomes with a ``BookCode``; tick and lot themselves are looked at by ``market.book.grid``, and when
an order expires is known by whoever keeps the clock.  The rules are those of ``docs/simulations.md``.
"""

from collections.abc import Hashable

from market.book.ladder import Ladder, Resting
from market.book.matching import Window, match, takeable
from market.book.orders import (
    BookCode,
    Cause,
    Fill,
    Gone,
    Outcome,
    SelfTrade,
    Side,
    Status,
    Tif,
)
from market.book.standing import NOT_IN_BOOK, Standing

_BUY = Side.BUY
_GTC, _IOC, _FOK = Tif.GTC, Tif.IOC, Tif.FOK
_RESTING, _PARTIAL, _FILLED = Status.RESTING, Status.PARTIAL, Status.FILLED
_CANCELLED, _REJECTED, _MODIFIED = Status.CANCELLED, Status.REJECTED, Status.MODIFIED

# Makes a named tuple without the Python function in front of it.
_new = tuple.__new__


class Book(Standing):
    """All orders of one venue.

    ``band``: lowest and highest price (ticks) that an order may name and at which anything may
    trade; it may be set at any time, and orders that rest outside stay until they are cancelled.
    ``calling``: in a call phase orders rest and nothing matches.  ``remember_ids`` False forgets the
    numbers of orders that are gone, for callers whose numbers never come twice.
    """

    __slots__ = ("band", "calling")

    def __init__(
        self,
        self_trade: SelfTrade = SelfTrade.NONE,
        band: tuple[int, int] | None = None,
        *,
        remember_ids: bool = True,
    ) -> None:
        super().__init__(self_trade, remember_ids=remember_ids)
        self.band = band
        self.calling = False

    # Commands

    def add(
        self,
        order_id: Hashable,
        side: Side,
        price: int | None,
        quantity: int,
        *,
        tif: Tif = Tif.GTC,
        owner: Hashable | None = None,
        post_only: bool = False,
        display: int = 0,
        minimum: int = 0,
        dynamic: tuple[int, int] | None = None,
    ) -> Outcome:
        """Enter an order: price in ticks (None: market), quantity in lots.

        ``display``: the slice that an iceberg shows (0: all of it); ``minimum``: what must be
        available at once (0: nothing).  ``dynamic``: matching stops before a trade outside these
        prices and says ``halted``; the rest rests where its term lets it.
        """
        band = self.band
        if (
            quantity <= 0
            or price is None
            or price <= 0
            or order_id in self._taken
            or self.calling
            or (band is not None and not band[0] <= price <= band[1])
            or (tif is not _GTC and tif is not _IOC)
            or display
            or minimum
            or post_only
        ):
            return self._add_with_care(
                order_id, side, price, quantity, tif, owner, post_only, display, minimum, dynamic
            )
        if self._remember_ids:
            self._used.add(order_id)
        if side is _BUY:
            ladder, opposite = self.bids, self.asks
        else:
            ladder, opposite = self.asks, self.bids
        keys = opposite.keys
        if tif is _IOC or (keys and keys[-1] >= opposite.sign * price):
            return self._enter(order_id, side, price, quantity, tif, owner, False, 0, dynamic)
        # What ``_rest`` does for an ordinary order, without the calls: most messages end here.
        level = ladder.levels.get(ladder.sign * price)
        if level is None or not level.live:
            level = ladder.level_at(price)
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
        return _new(Outcome, (_RESTING, None, (), (), quantity, False))

    def refusal(
        self,
        order_id: Hashable,
        side: Side,
        price: int | None,
        quantity: int,
        tif: Tif = Tif.GTC,
        owner: Hashable | None = None,
        post_only: bool = False,
        display: int = 0,
        minimum: int = 0,
        dynamic: Window = None,
    ) -> BookCode | None:
        """Say why ``add`` would refuse an order, without entering it; None: it would not."""
        if quantity <= 0:
            return BookCode.ORDER_QUANTITY_NOT_ABOVE_ZERO
        if price is not None and price <= 0:
            return BookCode.ORDER_PRICE_NOT_ABOVE_ZERO
        if display < 0:
            return BookCode.DISPLAY_NOT_ABOVE_ZERO
        if minimum < 0:
            return BookCode.MINIMUM_NOT_ABOVE_ZERO
        if order_id in self._taken:
            return BookCode.ORDER_ID_ALREADY_USED
        if not self._band_allows(price):
            return BookCode.ORDER_PRICE_OUTSIDE_BAND
        if self.calling and (price is None or tif is _IOC or tif is _FOK):
            return BookCode.NO_IMMEDIATE_ORDER_IN_CALL
        if minimum and minimum > self._takeable(side, price, quantity, owner, dynamic):
            return BookCode.MINIMUM_QUANTITY_NOT_AVAILABLE
        if post_only and self._takeable(side, price, quantity, owner, dynamic):
            return BookCode.POST_ONLY_ORDER_WOULD_TRADE
        return None

    def amend(
        self,
        order_id: Hashable,
        price: int | None = None,
        quantity: int | None = None,
        *,
        dynamic: tuple[int, int] | None = None,
    ) -> Outcome:
        """Change an order by the venue's rules; None leaves price or open quantity as it is.

        A smaller quantity keeps time priority and is taken from the hidden part first; a new price
        or a larger quantity loses it, and the order may trade as if it were new.
        """
        order = self._orders.get(order_id)
        if order is None:
            return NOT_IN_BOOK
        new_price = order.level.price if price is None else price
        new_quantity = order.open if quantity is None else quantity
        if new_price == order.level.price and 0 < new_quantity <= order.open:
            return self._shrink(order, order.open - new_quantity)
        return self._reenter(order, new_price, new_quantity, dynamic)

    def replace(
        self,
        order_id: Hashable,
        price: int,
        quantity: int,
        *,
        dynamic: tuple[int, int] | None = None,
    ) -> Outcome:
        """Take an order out and enter it anew: priority is lost whatever changes."""
        order = self._orders.get(order_id)
        if order is None:
            return NOT_IN_BOOK
        return self._reenter(order, price, quantity, dynamic)

    # Inside

    def _add_with_care(
        self,
        order_id: Hashable,
        side: Side,
        price: int | None,
        quantity: int,
        tif: Tif,
        owner: Hashable | None,
        post_only: bool,
        display: int,
        minimum: int,
        dynamic: Window,
    ) -> Outcome:
        """Enter an order that may be refused or is no ordinary one."""
        code = self.refusal(
            order_id, side, price, quantity, tif, owner, post_only, display, minimum, dynamic
        )
        if code is not None:
            return Outcome(_REJECTED, code)
        if self._remember_ids:
            self._used.add(order_id)
        if tif is _FOK and quantity > self._takeable(side, price, quantity, owner, dynamic):
            return _never_in(order_id, quantity)
        return self._enter(order_id, side, price, quantity, tif, owner, post_only, display, dynamic)

    def _band_allows(self, price: int | None) -> bool:
        band = self.band
        return band is None or price is None or band[0] <= price <= band[1]

    def _window(self, dynamic: Window) -> Window:
        band = self.band
        if band is None or dynamic is None:
            return band or dynamic
        return max(band[0], dynamic[0]), min(band[1], dynamic[1])

    def _takeable(
        self, side: Side, price: int | None, quantity: int, owner: Hashable | None, dynamic: Window
    ) -> int:
        if self.calling:
            return 0
        bound = self._bound(side, price)
        window = self._window(dynamic)
        return takeable(self._opposite(side), bound, window, quantity, owner, self.self_trade)

    def _enter(
        self,
        order_id: Hashable,
        side: Side,
        price: int | None,
        quantity: int,
        tif: Tif,
        owner: Hashable | None,
        post_only: bool,
        display: int,
        dynamic: Window,
    ) -> Outcome:
        """Match what can be matched, then rest what may rest."""
        opposite = self.asks if side is _BUY else self.bids
        keys = opposite.keys
        if not keys or self.calling or (price is not None and keys[-1] < opposite.sign * price):
            if price is not None and tif is not _IOC:
                self._rest(order_id, side, price, quantity, owner, tif, post_only, display)
                return _new(Outcome, (_RESTING, None, (), (), quantity, False))
            return _never_in(order_id, quantity)
        fills: list[Fill] = []
        gone: list[Gone] = []
        bound = keys[0] if price is None else opposite.sign * price
        left, self._clock = match(
            opposite,
            bound,
            self.band if dynamic is None else self._window(dynamic),
            self._orders,
            self._clock,
            order_id,
            quantity,
            owner,
            self.self_trade,
            fills,
            gone,
        )
        if not left:
            # Self-trade prevention may have used some of it up instead.
            whole = not gone or sum(fill.quantity for fill in fills) == quantity
            return _new(Outcome, (_FILLED if whole else _CANCELLED, None, fills, gone, 0, False))
        halted = dynamic is not None and self._stopped_by(dynamic, opposite, bound)
        if price is None or tif is _IOC:
            gone.append(Gone(order_id, left, Cause.REST_NOT_KEPT))
            return Outcome(_CANCELLED, None, fills, gone, 0, halted)
        self._rest(order_id, side, price, left, owner, tif, post_only, display)
        return Outcome(_PARTIAL if fills else _RESTING, None, fills, gone, left, halted)

    def _stopped_by(self, dynamic: tuple[int, int], opposite: Ladder, bound: int) -> bool:
        level = opposite.best()
        if level is None or level.key < bound or not self._band_allows(level.price):
            return False
        return not dynamic[0] <= level.price <= dynamic[1]

    def _reenter(self, order: Resting, price: int, quantity: int, dynamic: Window) -> Outcome:
        order_id, owner, open_before = order.order_id, order.owner, order.open
        side = order.level.ladder.side
        if quantity <= 0:
            return Outcome(_REJECTED, BookCode.ORDER_QUANTITY_NOT_ABOVE_ZERO, left=open_before)
        if price <= 0:
            return Outcome(_REJECTED, BookCode.ORDER_PRICE_NOT_ABOVE_ZERO, left=open_before)
        if not self._band_allows(price):
            return Outcome(_REJECTED, BookCode.ORDER_PRICE_OUTSIDE_BAND, left=open_before)
        if order.post_only and self._takeable(side, price, quantity, owner, dynamic):
            return Outcome(_REJECTED, BookCode.POST_ONLY_ORDER_WOULD_TRADE, left=open_before)
        tif, post_only, display = order.tif, order.post_only, order.display
        order.level.take_out(order)
        del self._orders[order_id]
        entered = self._enter(
            order_id, side, price, quantity, tif, owner, post_only, display, dynamic
        )
        gone = entered.gone
        if quantity < open_before:
            gone = (Gone(order_id, open_before - quantity, Cause.REDUCED), *gone)
        return _new(Outcome, (_MODIFIED, None, entered.fills, gone, entered.left, entered.halted))


def _never_in(order_id: Hashable, quantity: int) -> Outcome:
    """Say that an order neither traded nor rests."""
    return Outcome(_CANCELLED, None, (), (Gone(order_id, quantity, Cause.REST_NOT_KEPT),))
