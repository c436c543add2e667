"""An order book played step by step: text numbers in, answers out.  No database, no clock.

Holds what lies between a file and the book: the grid, the band from a reference price, when orders
expire, and what the last uncross came to.  The book's rules are the book's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import NamedTuple

from ledger.core.clock import REGISTRY_ZONE
from ledger.refusals import Refused
from market.book.book import Book
from market.book.call import Algorithm, Called, uncross
from market.book.grid import GridCode, Number, Step, band_of
from market.book.orders import BookCode, Cause, Fill, Outcome, SelfTrade, Side, Status, Tif
from market.book.refusing import refused

USUAL_TICK = Step(1, 2)
USUAL_LOT = Step(1, 0)

# A midnight in China, where all venues are; instants are told from it, as that passes no calendar's
# end when an offset is taken off.
_A_MIDNIGHT = datetime(2000, 1, 1, tzinfo=REGISTRY_ZONE)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Venue:
    """The grid and the rules of the book; ``band`` is a share of ``reference`` to each side."""

    tick: Step = USUAL_TICK
    lot: Step = USUAL_LOT
    reference: Number | None = None
    band: Number | None = None
    self_trade: SelfTrade = SelfTrade.NONE


@dataclass(frozen=True, slots=True)
class New:
    """Enter an order; ``expires_at`` with GTD only."""

    order_id: str
    side: Side
    is_market: bool
    price: Number | None
    quantity: Number
    tif: Tif
    user: str | None = None
    post_only: bool = False
    display: Number | None = None
    minimum: Number | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Modify:
    """Change an order; None leaves it as it is."""

    order_id: str
    price: Number | None
    quantity: Number | None


@dataclass(frozen=True, slots=True)
class Cancel:
    """Take an order out."""

    order_id: str


@dataclass(frozen=True, slots=True)
class Phase:
    """Begin to call, or go back to continuous trading."""

    calling: bool


@dataclass(frozen=True, slots=True)
class Uncross:
    """Trade at one price; ``reference`` of the step instead of the venue's."""

    algorithm: Algorithm
    reference: Number | None


@dataclass(frozen=True, slots=True)
class Clock:
    """It is now so late."""

    at: datetime


PlayStep = New | Modify | Cancel | Phase | Uncross | Clock


class Answer(NamedTuple):
    """What a step did; ``refused`` when it was rejected."""

    status: Status
    refused: Refused | None = None
    fills: tuple[Fill, ...] = ()


class Play:
    """A book and the steps played on it so far."""

    def __init__(self, venue: Venue) -> None:
        self.venue = venue
        self.book = Book(venue.self_trade, _band(venue))
        self.called: Called | None = None
        self._now: timedelta | None = None
        # When orders end, the earliest first; some of them may be gone.
        self._ends: list[tuple[timedelta, str]] = []
        # DAY orders whose day is that of the first clock.
        self._of_the_first_day: list[str] = []

    def play(self, step: PlayStep) -> Answer:
        """Play one step."""
        match step:
            case New():
                return self._enter(step)
            case Modify():
                return self._modify(step)
            case Cancel(order_id):
                return self._answer(self.book.cancel(order_id), order_id)
            case Phase(calling):
                self.book.calling = calling
                return Answer(Status.DONE)
            case Uncross():
                return self._uncross(step)
            case Clock(at):
                self._expire(at)
                return Answer(Status.DONE)

    def _enter(self, new: New) -> Answer:
        off = self._off_grid(new)
        if off is not None:
            return Answer(Status.REJECTED, off)
        price, quantity = self._ticks(new.price), self._lots(new.quantity) or 0
        display, minimum = self._lots(new.display), self._lots(new.minimum)
        for code, number in (
            (BookCode.DISPLAY_NOT_ABOVE_ZERO, display),
            (BookCode.MINIMUM_NOT_ABOVE_ZERO, minimum),
        ):
            # To the book 0 means none; who writes a 0 into a file means something else.
            if number == 0:
                return self._answer(Outcome(Status.REJECTED, code), new.order_id)
        outcome = self.book.add(
            new.order_id,
            new.side,
            price,
            quantity,
            tif=new.tif,
            owner=new.user,
            post_only=new.post_only,
            display=display or 0,
            minimum=minimum or 0,
        )
        if outcome.left:
            self._remember_term(new)
        return self._answer(
            outcome,
            new.order_id,
            side=new.side,
            price=price,
            quantity=quantity,
            display=display or 0,
            minimum=minimum or 0,
        )

    def _modify(self, change: Modify) -> Answer:
        off = self._off_tick(change.order_id, change.price)
        off = off or self._off_lot(change.order_id, change.quantity)
        if off is not None:
            return Answer(Status.REJECTED, off)
        price, quantity = self._ticks(change.price), self._lots(change.quantity)
        outcome = self.book.amend(change.order_id, price, quantity)
        return self._answer(outcome, change.order_id, price=price, quantity=quantity or 0)

    def _uncross(self, step: Uncross) -> Answer:
        number = step.reference or self.venue.reference
        reference = None if number is None else self.venue.tick.nearest(number.exact)
        self.called = uncross(self.book, step.algorithm, reference)
        return Answer(Status.DONE, None, self.called.fills)

    def _answer(
        self,
        outcome: Outcome,
        order_id: str,
        *,
        side: Side | None = None,
        price: int | None = None,
        quantity: int = 0,
        display: int = 0,
        minimum: int = 0,
    ) -> Answer:
        if outcome.code is None:
            return Answer(outcome.status, None, tuple(outcome.fills))
        why = refused(
            outcome.code,
            self.book,
            self.venue.tick,
            self.venue.lot,
            order_id,
            side=side,
            price=price,
            quantity=quantity,
            display=display,
            minimum=minimum,
            band=self.book.band,
        )
        return Answer(outcome.status, why)

    def _off_grid(self, new: New) -> Refused | None:
        if new.is_market and new.price is not None:
            values = {"order": new.order_id, "price": new.price.text}
            return Refused(GridCode.MARKET_ORDER_WITH_PRICE, values)
        if not new.is_market and new.price is None:
            return Refused(GridCode.LIMIT_ORDER_WITHOUT_PRICE, {"order": new.order_id})
        return self._off_tick(new.order_id, new.price) or next(
            (
                off
                for number in (new.quantity, new.display, new.minimum)
                if (off := self._off_lot(new.order_id, number)) is not None
            ),
            None,
        )

    def _off_tick(self, order_id: str, price: Number | None) -> Refused | None:
        if price is None or self.venue.tick.whole(price) is not None:
            return None
        values = {"order": order_id, "price": price.text, "tick": self.venue.tick.text(1)}
        return Refused(GridCode.ORDER_PRICE_OFF_TICK, values)

    def _off_lot(self, order_id: str, quantity: Number | None) -> Refused | None:
        if quantity is None or self.venue.lot.whole(quantity) is not None:
            return None
        values = {"order": order_id, "quantity": quantity.text, "lot": self.venue.lot.text(1)}
        return Refused(GridCode.ORDER_QUANTITY_OFF_LOT, values)

    def _ticks(self, price: Number | None) -> int | None:
        return None if price is None else self.venue.tick.whole(price)

    def _lots(self, quantity: Number | None) -> int | None:
        return None if quantity is None else self.venue.lot.whole(quantity)

    def _remember_term(self, new: New) -> None:
        if new.expires_at is not None:
            heappush(self._ends, (new.expires_at - _A_MIDNIGHT, new.order_id))
        elif new.tif is Tif.DAY and self._now is None:
            self._of_the_first_day.append(new.order_id)
        elif new.tif is Tif.DAY and self._now is not None:
            heappush(self._ends, (_day_end(self._now), new.order_id))

    def _expire(self, at: datetime) -> None:
        """Move on to an instant, never back, and take out what ends by then."""
        now = at - _A_MIDNIGHT
        if self._now is not None and now < self._now:
            return
        self._now = now
        while self._of_the_first_day:
            heappush(self._ends, (_day_end(now), self._of_the_first_day.pop()))
        while self._ends and self._ends[0][0] <= now:
            _, order_id = heappop(self._ends)
            if order_id in self.book:
                self.book.cancel(order_id, Cause.EXPIRED)


def play_all(venue: Venue, steps: Iterable[PlayStep]) -> tuple[Play, list[Answer]]:
    """Play all steps; give the play as it ends and an answer for each step."""
    play = Play(venue)
    return play, [play.play(step) for step in steps]


def _band(venue: Venue) -> tuple[int, int] | None:
    if venue.band is None or venue.reference is None:
        return None
    ticks = venue.reference.exact * 10**venue.tick.decimals / venue.tick.digits
    return band_of(ticks, venue.band.exact)


def _day_end(now: timedelta) -> timedelta:
    """Give the midnight that ends the day of an instant."""
    return (now // _DAY + 1) * _DAY
