"""A book's refusal with the figures that its sentence needs.

Knows the grid that turns ticks and lots into text; decides nothing.
"""

from collections.abc import Hashable

from ledger.refusals import RefusalCode, Refused
from market.book.grid import Step
from market.book.orders import Side
from market.book.reading import Readable


def refused(
    code: RefusalCode,
    book: Readable,
    tick: Step,
    lot: Step,
    order_id: Hashable,
    *,
    side: Side | None = None,
    price: int | None = None,
    quantity: int = 0,
    display: int = 0,
    minimum: int = 0,
    band: tuple[int, int] | None = None,
    source: str = "",
) -> Refused:
    """Say why a book or a listing refused a command, in the venue's own units.

    Prices in ticks, quantities in lots, ``band`` the book's own.  ``side`` None: that of the order
    in the book, where it is there.
    """
    view = book.order(order_id)
    side = side if side is not None or view is None else view.side
    best = None if side is None else book.best(Side.SELL if side is Side.BUY else Side.BUY)
    numbers = {
        "price": None if price is None else tick.text(price),
        "best": None if best is None else tick.text(best),
        "lowest": None if band is None else tick.text(band[0]),
        "highest": None if band is None else tick.text(band[1]),
    }
    figures = {name: text or "–" for name, text in numbers.items()}
    quantities = {
        "quantity": lot.text(quantity),
        "display": lot.text(display),
        "minimum": lot.text(minimum),
        "open": lot.text(0 if view is None else view.open),
    }
    return Refused(code, {"order": str(order_id), **figures, **quantities}, source)
