"""What follows from a command: holds, fills, releases, and orders as they stand afterwards.

The one place where matching meets the record.  Pure: the record is asked through ``Record``.
"""

from collections.abc import Iterable, Mapping

from ledger.core.entries import PositionKey, PostingCode
from ledger.core.moves import EntryKind, PositionKind
from ledger.refusals import InvariantBroken, RefusalCode, Refused, ensure
from ledger.units import Quantity
from market.book.book import Book
from market.book.listing import Listing
from market.book.orders import Cause, Fill, Gone, Outcome, Side
from market.calendar import Mode
from market.commands import Command
from market.decisions import Decision, MarketCode, Record, Stand, State, Trade
from market.orders import Order, OrderState
from market.pricing import CURRENCY
from market.settlement import (
    FillPlan,
    Grounds,
    fill_entry,
    hold_entry,
    hold_needed,
    release_entry,
)

_NOT_SELLABLE = {
    PositionKind.BOUGHT: MarketCode.BOUGHT_TODAY_NOT_SELLABLE,
    PositionKind.OWN_USE: MarketCode.ONLY_FOR_OWN_USE,
    PositionKind.UNPAID: MarketCode.NOT_PAID_UP,
}
_OWN = "own"
_UNIT_OF_FLOOR: Mapping[RefusalCode, str] = {
    PostingCode.AVAILABLE_TOO_SMALL: _OWN,
    PostingCode.ROOM_EXHAUSTED: _OWN,
    PostingCode.CASH_TOO_SMALL: CURRENCY,
}
"""In which unit the amounts of a refusal are; ``own`` is the venue's."""
_AMOUNTS = ("available", "needed")


class Effects:
    """The effects of one command on one venue."""

    def __init__(
        self,
        grounds: Grounds,
        book: Book | Listing,
        orders: dict[int, Order],
        state: State,
        command: Command,
        record: Record,
        decision: Decision,
    ) -> None:
        self.grounds = grounds
        self.standing = book
        self.orders = orders
        self.state = state
        self.command = command
        self.record = record
        self.decision = decision

    @property
    def book(self) -> Book:
        """The book of a venue that matches."""
        if not isinstance(self.standing, Book):
            raise InvariantBroken("a venue that matches has a book")
        return self.standing

    # -- holds -----------------------------------------------------------------------------------

    def hold(self, order: Order, exactly: int | None = None) -> Refused | None:
        """Hold what a new order will need, or say why it cannot be held.

        ``exactly``: what it is known to need where it trades at once (units or fen).
        """
        needed = hold_needed(self.grounds, order) if exactly is None else exactly
        entry = hold_entry(
            self.grounds,
            order,
            needed,
            order.open_lots,
            self.command.at.today,
            f"{order.ref}:hold",
            self.command.actor,
        )
        refused = self.record.hold(entry)
        return None if refused is None else self._told(refused, order, needed)

    def hold_anew(self, order: Order, ticks: int, lots: int) -> Refused | None:
        """Bring a resting order's hold to what a new price and open quantity need."""
        before, lots_before = hold_needed(self.grounds, order), order.open_lots
        was = (order.price_ticks, order.limit_ticks, order.quantity_lots)
        order.price_ticks = order.limit_ticks = ticks
        order.quantity_lots += lots - lots_before
        order.open_lots = lots
        more, more_lots = hold_needed(self.grounds, order) - before, lots - lots_before
        key = f"{order.ref}:amend:{self.command.number}"
        on, actor = self.command.at.today, self.command.actor
        if more > 0 or more_lots > 0:
            entry = hold_entry(self.grounds, order, max(more, 0), max(more_lots, 0), on, key, actor)
            refused = self.record.hold(entry) if entry.transfers else None
            if refused is not None:
                order.price_ticks, order.limit_ticks, order.quantity_lots = was
                order.open_lots = lots_before
                return self._told(refused, order, more)
        self._release(order, max(-more, 0), max(-more_lots, 0), f"{key}:back")
        return None

    def _told(self, refused: Refused, order: Order, needed: int) -> Refused:
        """Say a refusal of the record with its amounts in the units people know."""
        unit = _UNIT_OF_FLOOR.get(refused.code, "")
        if not unit:
            return refused
        unit = self.grounds.unit if unit == _OWN else unit
        shown = {
            name: Quantity(value, unit) if name in _AMOUNTS and isinstance(value, int) else value
            for name, value in refused.values.items()
        }
        told = Refused(refused.code, shown, refused.source)
        return self._why_not_sellable(order, needed) or told

    def _why_not_sellable(self, order: Order, needed: int) -> Refused | None:
        """Name the state that keeps units from being sold, where that is why there are too few."""
        if order.side is Side.BUY:
            return None
        free = self._units(order, PositionKind.HOLDING)
        for kind, code in _NOT_SELLABLE.items():
            locked = self._units(order, kind)
            if free < needed <= free + locked:
                amounts = {"available": free, "locked": locked, "needed": needed}
                unit = self.grounds.unit
                return Refused(code, {name: Quantity(n, unit) for name, n in amounts.items()})
        return None

    def _units(self, order: Order, kind: PositionKind) -> int:
        return self.record.balance(PositionKey(order.account_id, self.grounds.asset_id, kind))

    def _tolerated(self, position: PositionKey) -> int:
        return -self.record.balance(position)

    def _release(self, order: Order, amount: int, lots: int, key: str) -> None:
        entry = release_entry(
            self.grounds,
            order,
            amount,
            lots,
            self.command.at.today,
            key,
            self.command.actor,
            self._tolerated,
        )
        if entry is not None:
            self.record.settle(entry)

    def _let_go(self, order: Order, lots: int) -> None:
        """Take lots off an order that will not trade, and give back what they held."""
        before = hold_needed(self.grounds, order)
        order.open_lots -= lots
        back = before - hold_needed(self.grounds, order)
        self._release(order, back, lots, f"{order.ref}:release:{self.command.number}")

    def enter(self, stand: Stand, reason: str = "") -> None:
        """Let the venue stand otherwise."""
        state = self.state
        state.halt_reason = reason
        state.halted_by_fault = False
        self.standing.calling = stand is Stand.CALL
        if stand is not state.stand:
            state.stand = stand
            self.decision.tell("phase_changed", stand=str(stand), reason=reason)

    # -- matching --------------------------------------------------------------------------------

    def apply(self, outcome: Outcome, order: Order) -> None:
        """Settle the fills of an order, give back what is gone, see who still stands."""
        self.decision.orders[order.number] = order
        for fill in outcome.fills:
            self.fill(fill, Mode.CONTINUOUS, str(order.side))
        self.give_back(outcome.gone)
        self.see_orders()

    def fill(self, fill: Fill, mode: Mode, taker: str, kind: EntryKind = EntryKind.FILL) -> None:
        """Settle one trade in one entry."""
        one, other = self.orders[_number(fill.resting)], self.orders[_number(fill.incoming)]
        buy, sell = (one, other) if one.side is Side.BUY else (other, one)
        state, at = self.state, self.command.at
        state.trades += 1
        key = f"trade:{buy.venue_id}:{state.trades}"
        plan = FillPlan(buy, sell, fill.price, fill.quantity)
        entry = fill_entry(self.grounds, plan, at.today, key, self._tolerated, kind)
        self.record.settle(entry)
        value = entry.money_fen
        ensure(value is not None, "a fill has its money")
        self.decision.trades.append(
            Trade(
                number=state.trades,
                command=self.command.number,
                mode=str(mode),
                price_ticks=fill.price,
                lots=fill.quantity,
                value_fen=value or 0,
                buy_order=buy.number,
                sell_order=sell.number,
                taker=taker,
                entry_key=key,
                traded_at=at,
            )
        )
        self.decision.tell(
            "trade",
            trade=state.trades,
            mode=str(mode),
            price_ticks=fill.price,
            lots=fill.quantity,
            buy=buy.number,
            sell=sell.number,
        )
        state.prices = state.prices.with_trade(mode, fill.price, fill.quantity)
        state.last_ticks = state.prices.last_ticks
        self.decision.orders[buy.number] = buy
        self.decision.orders[sell.number] = sell

    def give_back(self, gone: Iterable[Gone]) -> None:
        """Release what left without trading, once for each order, however many pieces it was."""
        lots: dict[int, int] = {}
        causes: dict[int, Cause] = {}
        for piece in gone:
            number = _number(piece.order_id)
            lots[number] = lots.get(number, 0) + piece.quantity
            causes[number] = piece.cause
        for number, left in lots.items():
            order = self.orders[number]
            self.decision.orders[number] = order
            self._let_go(order, left)
            reason = str(causes[number])
            if order.open_lots == 0:
                order.end(OrderState.CANCELLED, reason, self.command.at.instant)
            event = "order_cancelled" if order.open_lots == 0 else "order_reduced"
            self.decision.tell(event, order=number, lots=left, reason=reason)

    def take_out(self, orders: Iterable[Order], state: OrderState, reason: str) -> None:
        """End open orders, in the book or between two parties."""
        for order in orders:
            if order.in_book:
                self.standing.cancel(order.number)
            left = order.open_lots
            self._let_go(order, left)
            order.end(state, reason, self.command.at.instant)
            self.decision.orders[order.number] = order
            event = "order_cancelled" if order.in_book else "proposal_ended"
            self.decision.tell(event, order=order.number, lots=left, reason=reason)
            del self.orders[order.number]

    def see_orders(self) -> None:
        """Take over from the book how the orders touched stand now; forget those that ended."""
        for number, order in self.decision.orders.items():
            view = self.standing.order(number)
            if view is not None:
                ensure(view.open == order.open_lots, "book and order agree on what is open")
                order.shown_lots, order.priority = view.shown, view.since
            elif number in self.orders and (order.in_book or not order.open_lots):
                ensure(order.open_lots == 0, "an order out of the book has nothing open")
                if order.state is OrderState.OPEN:
                    order.end(OrderState.FILLED, "", self.command.at.instant)
                del self.orders[number]


def _number(order_id: object) -> int:
    ensure(isinstance(order_id, int), "the market's orders are numbered")
    return order_id  # type: ignore[return-value]
