"""From an order as sent to one that the venue takes: tick, lot, size, band, floor, kind.

The rules that need nothing but the venue's terms of the day and its book.  Pure.
"""

from datetime import UTC, datetime

from ledger.core.clock import Now
from ledger.refusals import Refused
from ledger.units import Quantity
from market.book.book import Book
from market.book.grid import GridCode
from market.book.orders import BookCode, Side, Tif
from market.calendar import Mode
from market.commands import Command, PlaceOrder
from market.decisions import Behind, MarketCode
from market.orders import Order
from market.pricing import format_plain_price, ticks_of
from market.reference_price import band_of
from market.venue_terms import SizeTerms, VenueTerms


def lots_of(terms: VenueTerms, size: SizeTerms, quantity: int, order: int) -> int | Refused:
    """Give a quantity (smallest units) in lots, within the sizes of its way to trade."""
    lots = whole_lots(terms, quantity, order)
    if isinstance(lots, Refused):
        return lots
    identity = terms.identity
    if lots < size.minimum_lots:
        return Refused(
            MarketCode.QUANTITY_BELOW_MINIMUM,
            {
                "quantity": Quantity(quantity, identity.unit.code),
                "minimum": Quantity(size.minimum_lots * identity.lot, identity.unit.code),
            },
        )
    if size.maximum_lots is not None and lots > size.maximum_lots:
        return Refused(
            MarketCode.QUANTITY_ABOVE_MAXIMUM,
            {
                "quantity": Quantity(quantity, identity.unit.code),
                "maximum": Quantity(size.maximum_lots * identity.lot, identity.unit.code),
            },
        )
    return lots


def whole_lots(terms: VenueTerms, quantity: int, order: int) -> int | Refused:
    """Give a quantity in lots where it is a whole number of them; nothing is rounded."""
    identity = terms.identity
    lots, rest = divmod(quantity, identity.lot)
    if rest:
        return Refused(
            GridCode.ORDER_QUANTITY_OFF_LOT,
            {
                "order": order,
                "quantity": Quantity(quantity, identity.unit.code),
                "lot": Quantity(identity.lot, identity.unit.code),
            },
        )
    return lots


def price_in_ticks(
    terms: VenueTerms, price: int, band: tuple[int, int] | None, order: int
) -> int | Refused:
    """Give a price (millionths) in ticks, inside the band and not below the venue's floor."""
    tick_micro = terms.identity.tick_micro
    ticks = ticks_of(price, tick_micro)
    if ticks is None:
        return Refused(
            GridCode.ORDER_PRICE_OFF_TICK,
            {
                "order": order,
                "price": format_plain_price(price),
                "tick": format_plain_price(tick_micro),
            },
        )
    if ticks < terms.price_floor_ticks:
        floor = format_plain_price(terms.price_floor_ticks * tick_micro)
        return Refused(
            MarketCode.PRICE_BELOW_FLOOR, {"price": format_plain_price(price), "floor": floor}
        )
    if band is not None and not band[0] <= ticks <= band[1]:
        return Refused(
            BookCode.ORDER_PRICE_OUTSIDE_BAND,
            {
                "order": order,
                "price": format_plain_price(price),
                "lowest": format_plain_price(band[0] * tick_micro),
                "highest": format_plain_price(band[1] * tick_micro),
            },
        )
    return ticks


def order_of(
    command: Command,
    sent: PlaceOrder,
    behind: Behind,
    terms: VenueTerms,
    band: tuple[int, int] | None,
) -> Order | Refused:
    """Put an order together, or say which rule of the venue it breaks."""
    lots = lots_of(terms, terms.size_of(terms.book_mode), sent.quantity, command.number)
    if isinstance(lots, Refused):
        return lots
    display = whole_lots(terms, sent.display, command.number)
    if isinstance(display, Refused):
        return display
    minimum = whole_lots(terms, sent.minimum, command.number)
    if isinstance(minimum, Refused):
        return minimum
    limit = _limit(sent, terms, band, command.number)
    if isinstance(limit, Refused):
        return limit
    return Order(
        number=command.number,
        venue_id=terms.identity.venue_id,
        party_id=behind.party_id,
        account_id=behind.account_id,
        cash_account_id=behind.cash_account_id,
        rooms=behind.rooms,
        owner=behind.owner,
        side=sent.side,
        tif=sent.tif,
        price_ticks=None if sent.price_micro is None else limit,
        limit_ticks=limit,
        quantity_lots=lots,
        display_lots=display,
        expires_at=expiry(terms, sent, command.at),
        fees=terms.buyer_fees if sent.side is Side.BUY else terms.seller_fees,
        open_lots=lots,
        placed_at=command.at.instant,
        post_only=sent.post_only,
    )


def _limit(
    sent: PlaceOrder, terms: VenueTerms, band: tuple[int, int] | None, number: int
) -> int | Refused:
    """Give the worst price an order may get: its own, or the far end of the band."""
    if sent.price_micro is not None:
        return price_in_ticks(terms, sent.price_micro, band, number)
    if band is None:
        return Refused(MarketCode.MARKET_ORDER_NEEDS_BAND, {"venue": terms.identity.code})
    return band[1 if sent.side is Side.BUY else 0]


def expiry(terms: VenueTerms, sent: PlaceOrder, at: Now) -> datetime | None:
    """Give the instant at which an order ends by itself; None for never."""
    if sent.tif is Tif.DAY:
        return terms.sessions.day_order_ends_at(at.instant).astimezone(UTC)
    return sent.expires_at


def book_refusal(
    book: Book,
    order: Order,
    sent: PlaceOrder,
    terms: VenueTerms,
    dynamic: tuple[int, int] | None,
) -> Refused | None:
    """Ask the book whether it would take an order, before anything is held for it."""
    code = book.refusal(
        order.number,
        order.side,
        order.price_ticks,
        order.quantity_lots,
        order.tif,
        order.owner,
        sent.post_only,
        order.display_lots,
        sent.minimum // terms.identity.lot,
        dynamic,
    )
    if code is None:
        return None
    identity = terms.identity
    best = book.best(Side.SELL if order.side is Side.BUY else Side.BUY)
    return Refused(
        code,
        {
            "order": order.number,
            "price": format_plain_price(order.limit_ticks * identity.tick_micro),
            "best": format_plain_price((best or 0) * identity.tick_micro),
            "minimum": Quantity(sent.minimum, identity.unit.code),
        },
    )


def day_band(terms: VenueTerms, mode: Mode, reference_ticks: int | None) -> tuple[int, int] | None:
    """Give the band of a way to trade around the day's reference price; None without one."""
    share = terms.size_of(mode).band_millionths
    if share is None or reference_ticks is None:
        return None
    return band_of(reference_ticks, share, terms.price_floor_ticks)


def dynamic_band(terms: VenueTerms, around_ticks: int | None) -> tuple[int, int] | None:
    """Give the prices between which trading goes on without a call; None where nothing halts."""
    if terms.volatility is None or around_ticks is None:
        return None
    return band_of(around_ticks, terms.volatility.band_millionths)
