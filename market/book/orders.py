"""The words of an order book: sides, terms, and what a book answers.

All prices are whole ticks and all quantities whole lots of the venue, so nothing here rounds.
Knows no venue, no money, no account and no clock: an owner is whatever the caller compares
owners by (a company group), and an order's number whatever it names orders by.
"""

from collections.abc import Hashable
from enum import StrEnum
from typing import NamedTuple

from ledger.refusals import RefusalCode


class Side(StrEnum):
    """Whether an order buys or sells."""

    BUY = "buy"
    SELL = "sell"


class Tif(StrEnum):
    """How long an order stays: until cancelled, a date, the day's end; at once; whole or not."""

    GTC = "GTC"
    GTD = "GTD"
    DAY = "DAY"
    IOC = "IOC"
    FOK = "FOK"


class SelfTrade(StrEnum):
    """What happens when two orders of one owner would trade with each other."""

    NONE = "none"
    CANCEL_NEWEST = "cancel_newest"
    CANCEL_OLDEST = "cancel_oldest"
    CANCEL_BOTH = "cancel_both"
    DECREMENT = "decrement"


class Status(StrEnum):
    """What became of a command.

    ``resting`` nothing traded, in the book; ``partial`` traded and rests; ``filled`` all of it
    traded; ``cancelled`` what was not traded is gone; ``rejected`` no effect; ``modified`` changed,
    whatever is left; ``done`` for commands that are no orders.
    """

    RESTING = "resting"
    PARTIAL = "partial"
    FILLED = "filled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    MODIFIED = "modified"
    DONE = "done"


class Cause(StrEnum):
    """Why a quantity left without trading."""

    REST_NOT_KEPT = "rest_not_kept"
    SELF_TRADE = "self_trade"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REDUCED = "reduced"


class BookCode(RefusalCode):
    """Why a book refuses a command; looked at in this order."""

    ORDER_QUANTITY_NOT_ABOVE_ZERO = "order_quantity_not_above_zero"
    ORDER_PRICE_NOT_ABOVE_ZERO = "order_price_not_above_zero"
    DISPLAY_NOT_ABOVE_ZERO = "display_not_above_zero"
    MINIMUM_NOT_ABOVE_ZERO = "minimum_not_above_zero"
    ORDER_ID_ALREADY_USED = "order_id_already_used"
    ORDER_NOT_IN_BOOK = "order_not_in_book"
    ORDER_PRICE_OUTSIDE_BAND = "order_price_outside_band"
    NO_IMMEDIATE_ORDER_IN_CALL = "no_immediate_order_in_call"
    REDUCTION_ABOVE_OPEN_QUANTITY = "reduction_above_open_quantity"
    MINIMUM_QUANTITY_NOT_AVAILABLE = "minimum_quantity_not_available"
    POST_ONLY_ORDER_WOULD_TRADE = "post_only_order_would_trade"


class Fill(NamedTuple):
    """One trade: the order that was there, the one that came, price in ticks, quantity in lots."""

    resting: Hashable
    incoming: Hashable
    price: int
    quantity: int


class Gone(NamedTuple):
    """A quantity (lots) that left the book, or never got in, without trading."""

    order_id: Hashable
    quantity: int
    cause: Cause


class Outcome(NamedTuple):
    """What a command did.

    Of every order that a command touches: what was entered = its fills + what is gone + what is
    open afterwards.  ``left`` is the open quantity of the command's own order, hidden included, 0
    when it is not in the book.  A change of an order to a larger quantity enters the difference,
    one to a smaller makes it gone (``reduced``).  ``halted``: matching stopped before a trade
    outside the dynamic band.
    """

    status: Status
    code: RefusalCode | None = None
    fills: tuple[Fill, ...] | list[Fill] = ()
    gone: tuple[Gone, ...] | list[Gone] = ()
    left: int = 0
    halted: bool = False


class LevelDepth(NamedTuple):
    """A price and what stands there: displayed and hidden quantity, number of orders."""

    price: int
    displayed: int
    hidden: int
    orders: int


class OrderView(NamedTuple):
    """A resting order as it stands.

    ``open`` is all that may still trade, ``shown`` the displayed part of it, ``display`` the slice
    of an iceberg (0: none).  ``since`` grows with each loss of time priority, over both sides: of
    two orders the smaller one is the earlier.
    """

    order_id: Hashable
    side: Side
    price: int
    open: int
    shown: int
    display: int
    owner: Hashable | None
    tif: Tif
    post_only: bool
    since: int
