"""What traders ask of a venue that trades by listing and pick 挂牌: post, amend, pick.  Pure.

A posted order rests and never trades by itself.  A pick names a quantity and posted orders; it
holds exactly what those cost, and trades at once or not at all (rules: notice of the Shanghai
exchange of 22 June 2021).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.refusals import InvariantBroken, RefusalCode, Refused, ensure
from ledger.units import Quantity, Unit
from market.book.listing import Listing, ListingCode
from market.book.orders import Cause, Fill, Outcome, SelfTrade, Side, Tif
from market.calendar import Mode
from market.commands import Fields, PlaceOrder, read_amend, sent_order
from market.deals import amend_refusal
from market.decisions import Behind
from market.effects import Effects
from market.fees import buyer_hold_fen
from market.order_rules import lots_of, order_of, price_in_ticks
from market.orders import Order
from market.pricing import format_plain_price
from market.trading import own_order, phase_refusal
from market.venue_terms import VenueTerms


class ListingTradingCode(RefusalCode):
    """What a listing does not know of other books, and the other way round."""

    PICK_ONLY_IN_LISTING = "pick_only_in_listing"
    LISTING_ORDER_NEEDS_PRICE = "listing_order_needs_price"
    LISTING_ORDER_NEVER_IMMEDIATE = "listing_order_never_immediate"
    LISTING_ORDER_HAS_NO_CONDITIONS = "listing_order_has_no_conditions"
    LISTING_HAS_NO_CALL = "listing_has_no_call"


@dataclass(frozen=True, slots=True)
class Pick:
    """A pick as sent: the worst price in millionths of the currency or None, smallest units."""

    account: str
    side: Side
    quantity: int
    orders: tuple[int, ...]
    price_micro: int | None


def read_pick(payload: Mapping[str, object], unit: Unit) -> Pick | Refused:
    """Read a pick: ``account side quantity orders``, maybe ``price``, the worst to be taken."""
    fields = Fields(payload, ("account", "side", "quantity", "orders", "price"))
    sent = Pick(
        account=fields.text("account"),
        side=fields.word("side", Side),
        quantity=fields.quantity("quantity", unit),
        orders=fields.numbers("orders"),
        price_micro=fields.price("price"),
    )
    return fields.fault or sent


def post_order(effects: Effects, terms: VenueTerms) -> Refused | None:
    """Post an order: rules of the venue, hold, listing."""
    command, listing = effects.command, _listing(effects)
    sent = sent_order(command, terms.identity.unit)
    if isinstance(sent, Refused):
        return sent
    refused = phase_refusal(effects, terms) or _unfit(sent, command.number)
    if refused is not None:
        return refused
    behind = effects.record.behind(sent.account, command.party_id)
    if isinstance(behind, Refused):
        return behind
    order = order_of(command, sent, behind, terms, listing.band)
    if isinstance(order, Refused):
        return order
    code = listing.refusal(order.number, order.side, order.limit_ticks, order.quantity_lots)
    if code is not None:
        return _told(
            listing, terms, code, order.number, order.side, order.limit_ticks, order.open_lots
        )
    refused = effects.hold(order)
    if refused is not None:
        return refused
    effects.orders[order.number] = order
    outcome = listing.add(
        order.number,
        order.side,
        order.limit_ticks,
        order.quantity_lots,
        owner=order.owner,
        tif=order.tif,
    )
    effects.decision.tell("order_accepted", order=order.number, side=str(order.side))
    _finish(effects, outcome, order)
    return None


def amend_posting(effects: Effects, terms: VenueTerms) -> Refused | None:
    """Change price or open quantity of a posted order; its hold follows."""
    listing = _listing(effects)
    change = read_amend(effects.command.payload, terms.identity.unit)
    if isinstance(change, Refused):
        return change
    refused = phase_refusal(effects, terms)
    if refused is not None:
        return refused
    order = own_order(effects, change.order)
    if isinstance(order, Refused):
        return order
    refused = amend_refusal(order)
    if refused is not None:
        return refused
    lots: int | Refused = order.open_lots
    if change.quantity is not None:
        lots = lots_of(terms, terms.size_of(Mode.LISTING), change.quantity, order.number)
    if isinstance(lots, Refused):
        return lots
    ticks: int | Refused = order.limit_ticks
    if change.price_micro is not None:
        ticks = price_in_ticks(terms, change.price_micro, listing.band, order.number)
    if isinstance(ticks, Refused):
        return ticks
    code = None
    if ticks != order.limit_ticks or lots > order.open_lots:
        code = listing.amend_refusal(order.side, ticks, lots)
    if code is not None:
        return _told(listing, terms, code, order.number, order.side, ticks, lots)
    refused = effects.hold_anew(order, ticks, lots)
    if refused is not None:
        return refused
    outcome = listing.amend(order.number, ticks, lots)
    effects.decision.tell("order_amended", order=order.number, price_ticks=ticks, lots=lots)
    # What the new quantity takes off was given back with the hold.
    entered = [gone for gone in outcome.gone if gone.cause is not Cause.REDUCED]
    _finish(effects, outcome._replace(gone=entered), order)
    return None


def pick(effects: Effects, terms: VenueTerms) -> Refused | None:
    """Take a quantity from posted orders that the taker chose, at their prices, all of it at once."""
    command, listing = effects.command, effects.standing
    if not isinstance(listing, Listing):
        return Refused(ListingTradingCode.PICK_ONLY_IN_LISTING, {"venue": terms.identity.code})
    sent = read_pick(command.payload, terms.identity.unit)
    if isinstance(sent, Refused):
        return sent
    refused = phase_refusal(effects, terms)
    if refused is not None:
        return refused
    behind = effects.record.behind(sent.account, command.party_id)
    if isinstance(behind, Refused):
        return behind
    lots = lots_of(terms, terms.size_of(Mode.LISTING), sent.quantity, command.number)
    if isinstance(lots, Refused):
        return lots
    limit: int | Refused | None = None
    if sent.price_micro is not None:
        limit = price_in_ticks(terms, sent.price_micro, listing.band, command.number)
    if isinstance(limit, Refused):
        return limit
    owner = None if terms.self_trade is SelfTrade.NONE else behind.owner
    code = listing.pick_refusal(sent.side, lots, sent.orders, owner, limit)
    if code is not None:
        return _told(listing, terms, code, command.number, sent.side, limit, lots)
    fills = listing.planned(command.number, lots, sent.orders)
    order = _taker(effects, terms, sent, behind, fills)
    refused = effects.hold(order, _cost(effects, order, fills))
    if refused is not None:
        return refused
    outcome = listing.pick(command.number, sent.side, lots, sent.orders, owner=owner, limit=limit)
    ensure(list(outcome.fills) == fills, "a pick trades as it was planned")
    _settle(effects, order, fills)
    return None


def no_call(_effects: Effects, terms: VenueTerms) -> Refused | None:
    """Refuse a call: postings never match by themselves."""
    return Refused(ListingTradingCode.LISTING_HAS_NO_CALL, {"venue": terms.identity.code})


def _listing(effects: Effects) -> Listing:
    if not isinstance(effects.standing, Listing):
        raise InvariantBroken("orders are posted where there is a listing")
    return effects.standing


def _unfit(sent: PlaceOrder, number: int) -> Refused | None:
    """Refuse what has no sense where nothing is matched."""
    if sent.price_micro is None:
        return Refused(ListingTradingCode.LISTING_ORDER_NEEDS_PRICE, {"order": number})
    if sent.tif in (Tif.IOC, Tif.FOK):
        values = {"order": number, "tif": str(sent.tif)}
        return Refused(ListingTradingCode.LISTING_ORDER_NEVER_IMMEDIATE, values)
    if sent.display or sent.minimum or sent.post_only:
        return Refused(ListingTradingCode.LISTING_ORDER_HAS_NO_CONDITIONS, {"order": number})
    return None


def _finish(effects: Effects, outcome: Outcome, order: Order) -> None:
    ensure(outcome.code is None, "what the listing would refuse was refused before the hold")
    effects.apply(outcome, order)
    effects.decision.answer = {
        "order": order.number,
        "status": str(outcome.status),
        "open_lots": order.open_lots,
        "filled_lots": 0,
        "fills": [],
    }


def _taker(
    effects: Effects, terms: VenueTerms, sent: Pick, behind: Behind, fills: list[Fill]
) -> Order:
    """Make the order of a pick: its limit is the worst price that it takes."""
    lots = sum(fill.quantity for fill in fills)
    worst = fills[-1].price
    return Order(
        number=effects.command.number,
        venue_id=terms.identity.venue_id,
        party_id=behind.party_id,
        account_id=behind.account_id,
        cash_account_id=behind.cash_account_id,
        rooms=behind.rooms,
        owner=behind.owner,
        side=sent.side,
        tif=Tif.FOK,
        price_ticks=worst,
        limit_ticks=worst,
        quantity_lots=lots,
        display_lots=0,
        expires_at=None,
        fees=terms.buyer_fees if sent.side is Side.BUY else terms.seller_fees,
        open_lots=lots,
        placed_at=effects.command.at.instant,
    )


def _cost(effects: Effects, order: Order, fills: list[Fill]) -> int:
    """Give what a pick takes to the last fen or unit, as it is known beforehand."""
    grounds = effects.grounds
    if order.side is Side.SELL:
        return order.open_lots * grounds.lot
    value = sum(fill.price * fill.quantity for fill in fills) * grounds.tick_lot_fen
    return buyer_hold_fen(order.fees, 0, value, 0)


def _settle(effects: Effects, order: Order, fills: list[Fill]) -> None:
    """Settle a pick, each fill as an order at its own price, so that the hold comes out even."""
    worst, first_trade = order.limit_ticks, len(effects.decision.trades)
    effects.orders[order.number] = order
    chosen = [fill.resting for fill in fills]
    effects.decision.tell("orders_picked", order=order.number, side=str(order.side), chosen=chosen)
    for fill in fills:
        order.limit_ticks, order.open_lots = fill.price, fill.quantity
        effects.fill(fill, Mode.LISTING, str(order.side))
    order.limit_ticks = worst
    effects.see_orders()
    trades = effects.decision.trades[first_trade:]
    effects.decision.answer = {
        "order": order.number,
        "status": "filled",
        "open_lots": 0,
        "filled_lots": order.filled_lots,
        "fills": [[trade.number, trade.price_ticks, trade.lots] for trade in trades],
    }


def _told(
    listing: Listing,
    terms: VenueTerms,
    code: ListingCode,
    number: int,
    side: Side,
    ticks: int | None,
    lots: int,
) -> Refused:
    """Say a refusal of the listing with its figures."""
    identity = terms.identity
    best = listing.best(Side.SELL if side is Side.BUY else Side.BUY)
    lowest, highest = listing.band or (0, 0)

    def shown(price: int | None) -> str:
        return format_plain_price((price or 0) * identity.tick_micro)

    return Refused(
        code,
        {
            "order": number,
            "price": shown(ticks),
            "best": shown(best),
            "quantity": Quantity(lots * identity.lot, identity.unit.code),
            "lowest": shown(lowest),
            "highest": shown(highest),
        },
    )
