"""What traders ask of a venue: place, amend, cancel, cancel all.  Pure."""

from datetime import timedelta

from ledger.refusals import Refused, ensure
from market.book.orders import BookCode, Cause, Outcome, Side, Tif
from market.commands import Fields, read_amend, sent_order
from market.deals import amend_refusal, is_confirmed, withdraw_order
from market.decisions import MarketCode, Stand, halt_refusal
from market.effects import Effects
from market.order_rules import book_refusal, dynamic_band, lots_of, order_of, price_in_ticks
from market.orders import Order, OrderState
from market.pricing import format_plain_price
from market.venue_terms import VenueTerms


def place(effects: Effects, terms: VenueTerms) -> Refused | None:
    """Accept an order: rules of the venue, hold, book, settlement of what it meets."""
    command, record, book = effects.command, effects.record, effects.book
    sent = sent_order(command, terms.identity.unit)
    if isinstance(sent, Refused):
        return sent
    refused = phase_refusal(effects, terms)
    if refused is not None:
        return refused
    behind = record.behind(sent.account, command.party_id)
    if isinstance(behind, Refused):
        return behind
    order = order_of(command, sent, behind, terms, book.band)
    if isinstance(order, Refused):
        return order
    dynamic = _dynamic(effects, terms)
    refused = book_refusal(book, order, sent, terms, dynamic) or effects.hold(order)
    if refused is not None:
        return refused
    effects.orders[order.number] = order
    immediate = order.price_ticks is None and order.tif is not Tif.FOK
    outcome = book.add(
        order.number,
        order.side,
        order.limit_ticks,
        order.quantity_lots,
        tif=Tif.IOC if immediate else order.tif,
        owner=order.owner,
        post_only=sent.post_only,
        display=order.display_lots,
        minimum=sent.minimum // terms.identity.lot,
        dynamic=dynamic,
    )
    ensure(outcome.code is None, "what the book would refuse was refused before the hold")
    effects.decision.tell("order_accepted", order=order.number, side=str(order.side))
    _finish(effects, terms, outcome, order)
    return None


def amend(effects: Effects, terms: VenueTerms) -> Refused | None:
    """Change price or open quantity of an order; its hold follows."""
    command, book = effects.command, effects.book
    change = read_amend(command.payload, terms.identity.unit)
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
        lots = lots_of(terms, terms.size_of(terms.book_mode), change.quantity, order.number)
    if isinstance(lots, Refused):
        return lots
    ticks: int | Refused = order.limit_ticks
    if change.price_micro is not None:
        ticks = price_in_ticks(terms, change.price_micro, book.band, order.number)
    if isinstance(ticks, Refused):
        return ticks
    refused = _would_trade(effects, terms, order, ticks) or effects.hold_anew(order, ticks, lots)
    if refused is not None:
        return refused
    outcome = book.amend(order.number, ticks, lots, dynamic=_dynamic(effects, terms))
    ensure(outcome.code is None, "what the book would refuse was refused before")
    effects.decision.tell("order_amended", order=order.number, price_ticks=ticks, lots=lots)
    # What the new quantity takes off was given back with the hold.
    entered = [gone for gone in outcome.gone if gone.cause is not Cause.REDUCED]
    _finish(effects, terms, outcome._replace(gone=entered), order)
    return None


def cancel(effects: Effects, terms: VenueTerms) -> Refused | None:
    """Take an order out."""
    fields = Fields(effects.command.payload, ("order",))
    number = fields.number("order")
    if fields.fault is not None:
        return fields.fault
    order = own_order(effects, number)
    if isinstance(order, Refused):
        return order
    if not order.in_book:
        return withdraw_order(effects, order)
    refused = _cancel_ban(effects, terms)
    if refused is not None:
        return refused
    effects.take_out([order], OrderState.CANCELLED, "by_request")
    effects.decision.answer = {"order": number, "status": "cancelled"}
    return None


def cancel_all(effects: Effects, terms: VenueTerms) -> Refused | None:
    """Take out all orders of the sender, or those of one of his accounts.

    His proposals go too; what both sides agreed on stays.
    """
    command = effects.command
    fields = Fields(command.payload, ("account",))
    account = fields.text("account") if fields.has("account") else None
    refused = fields.fault or _cancel_ban(effects, terms)
    if refused is not None:
        return refused
    theirs = [order for order in effects.orders.values() if order.party_id == command.party_id]
    if account is not None:
        behind = effects.record.behind(account, command.party_id)
        if isinstance(behind, Refused):
            return behind
        theirs = [order for order in theirs if order.account_id == behind.account_id]
    bound = {order.answers for order in effects.orders.values() if not order.in_book}
    theirs = [order for order in theirs if order.in_book or not is_confirmed(order, bound)]
    effects.take_out(theirs, OrderState.CANCELLED, "by_request")
    effects.decision.answer = {"cancelled": [order.number for order in theirs]}
    return None


def phase_refusal(effects: Effects, terms: VenueTerms) -> Refused | None:
    """Refuse what comes while the venue takes no orders."""
    state, at = effects.state, effects.command.at
    if state.stand is Stand.HALTED:
        return halt_refusal(state)
    if state.stand in (Stand.CLOSED, Stand.BREAK):
        mode = terms.book_mode
        return terms.sessions.refuse_outside(mode, at.instant) or Refused(
            MarketCode.VENUE_CLOSED, {"state": str(state.stand)}
        )
    return None


def own_order(effects: Effects, number: int) -> Order | Refused:
    """Give an order of the sender; another's is not told apart from one that is gone."""
    order = effects.orders.get(number)
    if order is None or order.party_id != effects.command.party_id:
        return Refused(MarketCode.ORDER_NO_LONGER_OPEN, {"order": number})
    return order


def _finish(effects: Effects, terms: VenueTerms, outcome: Outcome, order: Order) -> None:
    first_trade = len(effects.decision.trades)
    effects.apply(outcome, order)
    fills = effects.decision.trades[first_trade:]
    effects.decision.answer = {
        "order": order.number,
        "status": str(outcome.status),
        "open_lots": order.open_lots,
        "filled_lots": sum(fill.lots for fill in fills),
        "fills": [[fill.number, fill.price_ticks, fill.lots] for fill in fills],
    }
    if outcome.halted and terms.volatility is not None:
        effects.decision.tell("volatility_halt", last_ticks=effects.state.last_ticks)
        begin_call(effects, terms.volatility.call_minutes)


def begin_call(effects: Effects, minutes: int) -> None:
    """Let orders gather for some minutes, then trade at one price."""
    effects.state.phase_until = effects.command.at.instant + timedelta(minutes=minutes)
    effects.enter(Stand.CALL)


def _would_trade(effects: Effects, terms: VenueTerms, order: Order, ticks: int) -> Refused | None:
    view = effects.book.order(order.number)
    if view is None or not view.post_only or effects.book.calling:
        return None
    best = effects.book.best(Side.SELL if order.side is Side.BUY else Side.BUY)
    if best is None or (ticks < best if order.side is Side.BUY else ticks > best):
        return None
    tick_micro = terms.identity.tick_micro
    return Refused(
        BookCode.POST_ONLY_ORDER_WOULD_TRADE,
        {
            "order": order.number,
            "price": format_plain_price(ticks * tick_micro),
            "best": format_plain_price(best * tick_micro),
        },
    )


def _cancel_ban(effects: Effects, terms: VenueTerms) -> Refused | None:
    """In the last minutes of a call nobody withdraws (as 9:20-9:25 on the stock exchanges)."""
    calls, until = terms.calls, effects.state.phase_until
    if calls is None or not calls.cancel_ban_minutes or effects.state.stand is not Stand.CALL:
        return None
    ends = until or terms.sessions.call_ends_at(effects.command.at.instant)
    if ends is None or effects.command.at.instant < ends - timedelta(
        minutes=calls.cancel_ban_minutes
    ):
        return None
    return Refused(MarketCode.NO_CANCEL_IN_CALL, {"minutes": calls.cancel_ban_minutes})


def _dynamic(effects: Effects, terms: VenueTerms) -> tuple[int, int] | None:
    state = effects.state
    return dynamic_band(terms, state.last_ticks or state.reference_ticks)
