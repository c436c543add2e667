"""Listing and pick 挂牌: orders are posted, and whoever takes one chooses the counterparty.

As the national carbon exchange does it (notice of the Shanghai exchange of 22 June 2021): the taker
sees the best levels of the other side, goes through them best price first, chooses freely among the
orders of one level, and trades at the posted price.  A level knows no priority of time.  The traded
size is the taker's.  Nothing matches by itself.

Pure: prices in whole ticks, quantities in whole lots.
"""

from collections.abc import Hashable, Sequence
from itertools import takewhile

from ledger.refusals import RefusalCode
from market.book.ladder import Resting
from market.book.orders import (
    Cause,
    Fill,
    LevelDepth,
    OrderView,
    Outcome,
    SelfTrade,
    Side,
    Status,
    Tif,
)
from market.book.standing import NOT_IN_BOOK, Standing

LEVELS_SEEN = 5
"""Best levels that a taker sees and may take from, unless the venue's settings say otherwise."""


class ListingCode(RefusalCode):
    """Why a listing refuses to post, change or pick; looked at in this order."""

    POSTED_QUANTITY_NOT_ABOVE_ZERO = "posted_quantity_not_above_zero"
    POSTED_PRICE_NOT_ABOVE_ZERO = "posted_price_not_above_zero"
    POSTING_ALREADY_USED = "posting_already_used"
    POSTED_PRICE_OUTSIDE_BAND = "posted_price_outside_band"
    POSTED_PRICE_MEETS_OTHER_SIDE = "posted_price_meets_other_side"
    CHOSEN_ORDER_NOT_POSTED = "chosen_order_not_posted"
    CHOSEN_ORDER_TWICE = "chosen_order_twice"
    CHOSEN_ORDER_OF_SAME_OWNER = "chosen_order_of_same_owner"
    CHOSEN_ORDER_BEYOND_LEVELS_SEEN = "chosen_order_beyond_levels_seen"
    CHOSEN_ORDER_BEYOND_LIMIT = "chosen_order_beyond_limit"
    CHOSEN_ORDERS_BELOW_QUANTITY = "chosen_orders_below_quantity"
    CHOSEN_ORDER_NOT_NEEDED = "chosen_order_not_needed"
    BETTER_PRICE_PASSED_OVER = "better_price_passed_over"


class Listing(Standing):
    """The posted orders of one venue."""

    __slots__ = ("band", "calling", "levels_seen")

    def __init__(
        self,
        band: tuple[int, int] | None = None,
        *,
        levels_seen: int = LEVELS_SEEN,
        remember_ids: bool = True,
    ) -> None:
        super().__init__(SelfTrade.NONE, remember_ids=remember_ids)
        self.band = band
        # As a book has it, so that a venue can ask either; nothing is gathered for a call here.
        self.calling = False
        self.levels_seen = levels_seen

    def add(
        self,
        order_id: Hashable,
        side: Side,
        price: int,
        quantity: int,
        *,
        owner: Hashable | None = None,
        tif: Tif = Tif.GTC,
    ) -> Outcome:
        """Post an order: price in ticks, quantity in lots; its term is kept for readers.

        A price that meets the other side's is refused: what is posted there is to be picked.
        """
        code = self.refusal(order_id, side, price, quantity)
        if code is not None:
            return Outcome(Status.REJECTED, code)
        self._rest(order_id, side, price, quantity, owner, tif)
        if self._remember_ids:
            self._used.add(order_id)
        return Outcome(Status.RESTING, left=quantity)

    def amend(
        self, order_id: Hashable, price: int | None = None, quantity: int | None = None
    ) -> Outcome:
        """Change a posted order; None leaves price or open quantity as it is."""
        order = self._orders.get(order_id)
        if order is None:
            return NOT_IN_BOOK
        old_price, old_open = order.level.price, order.open
        price = old_price if price is None else price
        quantity = old_open if quantity is None else quantity
        if price == old_price and 0 < quantity <= old_open:
            return self._shrink(order, old_open - quantity)
        side = order.level.ladder.side
        code = self.amend_refusal(side, price, quantity)
        if code is not None:
            return Outcome(Status.REJECTED, code, left=old_open)
        return self._move(order, price, quantity)

    def pick(
        self,
        taker_id: Hashable,
        side: Side,
        quantity: int,
        choices: Sequence[Hashable],
        *,
        owner: Hashable | None = None,
        limit: int | None = None,
    ) -> Outcome:
        """Take ``quantity`` for a taker on ``side`` from the chosen orders of the other side.

        Better levels are taken before worse ones, and a worse one only when nobody else's order is
        left at the better; inside a level the choices come in the taker's order, and only the last
        one may be taken in part.  ``limit``: the worst price the taker accepts (ticks).  All of
        ``quantity`` trades or nothing.
        """
        code = self.pick_refusal(side, quantity, choices, owner, limit)
        if code is not None:
            return Outcome(Status.REJECTED, code)
        fills = self.planned(taker_id, quantity, choices)
        for fill in fills:
            self.take(fill.resting, fill.quantity)
        return Outcome(Status.FILLED, None, fills)

    def planned(self, taker_id: Hashable, quantity: int, choices: Sequence[Hashable]) -> list[Fill]:
        """Give the fills that a pick which is not refused will make, in their order."""
        fills: list[Fill] = []
        left = quantity
        for order in self._best_level_first(choices):
            taken = min(order.open, left)
            fills.append(Fill(order.order_id, taker_id, order.level.price, taken))
            left -= taken
        return fills

    def refusal(
        self, order_id: Hashable, side: Side, price: int, quantity: int
    ) -> ListingCode | None:
        """Say why ``add`` would not take an order; None when it would."""
        code = self._numbers_refused(price, quantity)
        if code is None and order_id in self._taken:
            code = ListingCode.POSTING_ALREADY_USED
        return code or self._price_refused(side, price)

    def amend_refusal(self, side: Side, price: int, quantity: int) -> ListingCode | None:
        """Say why an order of a side could not be brought to a price and an open quantity."""
        return self._numbers_refused(price, quantity) or self._price_refused(side, price)

    def seen(self, side: Side) -> list[tuple[LevelDepth, list[OrderView]]]:
        """Give the levels that a taker on ``side`` sees, best first, with the orders in them."""
        posted = Side.SELL if side is Side.BUY else Side.BUY
        orders = list(self.orders(posted))
        return [
            (level, [order for order in orders if order.price == level.price])
            for level in self.levels(posted, self.levels_seen)
        ]

    def _numbers_refused(self, price: int, quantity: int) -> ListingCode | None:
        if quantity <= 0:
            return ListingCode.POSTED_QUANTITY_NOT_ABOVE_ZERO
        return ListingCode.POSTED_PRICE_NOT_ABOVE_ZERO if price <= 0 else None

    def _price_refused(self, side: Side, price: int) -> ListingCode | None:
        if self.band is not None and not self.band[0] <= price <= self.band[1]:
            return ListingCode.POSTED_PRICE_OUTSIDE_BAND
        best = self._opposite(side).best()
        if best is not None and best.key >= self._bound(side, price):
            return ListingCode.POSTED_PRICE_MEETS_OTHER_SIDE
        return None

    def _move(self, order: Resting, price: int, quantity: int) -> Outcome:
        order_id, owner, side = order.order_id, order.owner, order.level.ladder.side
        tif = order.tif
        gone = self.cancel(order_id).gone
        self._rest(order_id, side, price, quantity, owner, tif)
        less = gone[0].quantity - quantity
        reduced = (gone[0]._replace(quantity=less, cause=Cause.REDUCED),) if less > 0 else ()
        return Outcome(Status.MODIFIED, None, (), reduced, quantity)

    def pick_refusal(
        self,
        side: Side,
        quantity: int,
        choices: Sequence[Hashable],
        owner: Hashable | None,
        limit: int | None,
    ) -> ListingCode | None:
        """Say why ``pick`` would not trade; None when it would."""
        if quantity <= 0:
            return ListingCode.POSTED_QUANTITY_NOT_ABOVE_ZERO
        opposite = self._opposite(side)
        chosen = [self._orders.get(order_id) for order_id in choices]
        orders = [o for o in chosen if o is not None and o.level.ladder is opposite]
        seen = opposite.keys[-self.levels_seen :]
        bound = self._bound(side, limit)
        needed = quantity - sum(order.open for order in self._best_level_first(choices)[:-1])
        broken = (
            (ListingCode.CHOSEN_ORDER_NOT_POSTED, len(orders) < len(choices)),
            (ListingCode.CHOSEN_ORDER_TWICE, len(set(choices)) < len(choices)),
            (
                ListingCode.CHOSEN_ORDER_OF_SAME_OWNER,
                owner is not None and any(order.owner == owner for order in orders),
            ),
            (
                ListingCode.CHOSEN_ORDER_BEYOND_LEVELS_SEEN,
                any(order.level.key not in seen for order in orders),
            ),
            (
                ListingCode.CHOSEN_ORDER_BEYOND_LIMIT,
                any(order.level.key < bound for order in orders),
            ),
            (
                ListingCode.CHOSEN_ORDERS_BELOW_QUANTITY,
                sum(order.open for order in orders) < quantity,
            ),
            (ListingCode.CHOSEN_ORDER_NOT_NEEDED, needed <= 0),
            (ListingCode.BETTER_PRICE_PASSED_OVER, self._passes_over(orders, owner)),
        )
        return next((code for code, is_broken in broken if is_broken), None)

    def _passes_over(self, orders: Sequence[Resting], owner: Hashable | None) -> bool:
        """Say whether a level better than the worst chosen keeps an order the taker could take."""
        if not orders:
            return False
        worst = min(order.level.key for order in orders)
        chosen = {order.order_id for order in orders}
        ladder = orders[0].level.ladder
        return any(
            order.order_id not in chosen and (owner is None or order.owner != owner)
            for level in takewhile(lambda level: level.key > worst, ladder.best_first())
            for order in level.orders()
        )

    def _best_level_first(self, choices: Sequence[Hashable]) -> list[Resting]:
        orders = [self._orders[order_id] for order_id in choices if order_id in self._orders]
        return sorted(orders, key=lambda order: -order.level.key)
