"""What operators and the clock ask of a venue: go on, call, uncross, halt, resume, seize.  Pure."""

from collections.abc import Mapping
from datetime import date, datetime
from hashlib import sha256

from ledger.core.entries import Entry, PositionKey, Transfer
from ledger.core.moves import EntryKind, PositionKind
from ledger.refusals import Refused
from ledger.units import Quantity
from market.book.call import Algorithm, uncross
from market.book.orders import Side
from market.calendar import Mode, Phase
from market.commands import Fields
from market.deals import bound_with
from market.decisions import MarketCode, Stand
from market.effects import Effects
from market.order_rules import day_band
from market.orders import OrderState, Room
from market.reference_price import DayPrices, close_of
from market.trading import begin_call
from market.venue_terms import CloseRule, LimitKind, VenueTerms

_STAND_OF_PHASE = {
    Phase.CLOSED: Stand.CLOSED,
    Phase.BREAK: Stand.BREAK,
    Phase.CALL: Stand.CALL,
    Phase.CONTINUOUS: Stand.CONTINUOUS,
}
_CALL_MINUTES = 5
"""How long a call that an operator opens lasts where no rule of the venue says it."""


def advance(effects: Effects, terms: VenueTerms) -> Refused | None:
    """Go on with the clock: a new day, a phase that begins or ends, orders that expire.

    ``commitment`` and ``until`` come with a call that will end at random; ``seed`` with its end.
    """
    fields = Fields(effects.command.payload, ("commitment", "until", "seed"))
    commitment = fields.text("commitment") if fields.has("commitment") else ""
    until = fields.instant("until")
    seed = fields.text("seed") if fields.has("seed") else ""
    if fields.fault is not None:
        return fields.fault
    state, at = effects.state, effects.command.at
    if seed:
        if sha256(seed.encode()).hexdigest() != state.commitment:
            return Refused(MarketCode.SEED_NOT_THE_COMMITTED_ONE, {"commitment": state.commitment})
        effects.decision.tell("seed_revealed", seed=seed, commitment=state.commitment)
        state.commitment = ""
    state.seen_at = at.instant
    is_new_day = state.day != at.today
    if is_new_day:
        _begin_day(effects, terms, at.today)
    _expire(effects, at.instant)
    if is_new_day:
        _cancel_outside_band(effects)
    if commitment and until is not None and state.stand is Stand.CALL:
        state.commitment, state.phase_until = commitment, until
        effects.decision.tell("seed_committed", commitment=commitment)
        return None
    if state.stand is Stand.HALTED or _still(state.phase_until, at.instant):
        return None
    if state.stand is Stand.CALL:
        phase = terms.sessions.phase_at(at.instant)
        if state.phase_until is None and phase is Phase.CALL:
            return None
        run_call(effects, terms)
    _by_calendar(effects, terms)
    return None


def _still(until: datetime | None, instant: datetime) -> bool:
    return until is not None and instant < until


def _expire(effects: Effects, instant: datetime) -> None:
    due = [
        order
        for order in effects.orders.values()
        if order.expires_at is not None and order.expires_at <= instant
    ]
    effects.take_out(due, OrderState.EXPIRED, "expired")


def _begin_day(effects: Effects, terms: VenueTerms, today: date) -> None:
    """Close the day before and lay the new one's band around its close."""
    state = effects.state
    before = state.reference_ticks
    if before is None:
        before = terms.identity.opening_reference_ticks
    # A day closes by its own rule, whatever holds from the new one on.
    rule = CloseRule(state.close_rule) if state.close_rule else terms.close_rule
    state.reference_ticks = close_of(rule, state.prices, before)
    state.day, state.close_rule = today, terms.close_rule.value
    state.prices = DayPrices()
    state.last_ticks = None
    band = day_band(terms, terms.book_mode, state.reference_ticks)
    effects.standing.band = band
    effects.decision.tell(
        "day_began",
        day=today.isoformat(),
        reference_ticks=state.reference_ticks,
        band=list(band) if band else None,
    )


def _cancel_outside_band(effects: Effects) -> None:
    """Else what rests from the day before would trade at a price that the new day forbids."""
    band = effects.standing.band
    if band is None:
        return
    outside = [
        order
        for order in effects.orders.values()
        if order.in_book and not band[0] <= order.limit_ticks <= band[1]
    ]
    effects.take_out(outside, OrderState.CANCELLED, "outside_band")


def _by_calendar(effects: Effects, terms: VenueTerms) -> None:
    state = effects.state
    state.phase_until = None
    phase = terms.sessions.phase_at(effects.command.at.instant)
    # A call that ended at random before its hour is over stays over.
    is_over = phase is Phase.CALL and state.stand is Stand.CALL
    effects.enter(Stand.BREAK if is_over else _STAND_OF_PHASE[phase])


def run_call(effects: Effects, terms: VenueTerms) -> None:
    """Trade what the call gathered, at one price."""
    calls = terms.calls
    algorithm = Algorithm.MAX_VOLUME if calls is None else calls.algorithm
    state = effects.state
    called = uncross(effects.book, algorithm, state.reference_ticks)
    for fill in called.fills:
        effects.fill(fill, Mode.CALL, "")
    effects.see_orders()
    effects.book.calling = False
    effects.decision.tell("call_ended", price_ticks=called.price, lots=called.quantity)


def open_call(effects: Effects, terms: VenueTerms) -> Refused | None:
    """Begin a call now."""
    fields = Fields(effects.command.payload, ("minutes",))
    minutes = fields.number("minutes") if fields.has("minutes") else _minutes(terms)
    if fields.fault is not None:
        return fields.fault
    if effects.state.stand is not Stand.CONTINUOUS:
        return _not_now(effects)
    begin_call(effects, minutes)
    return None


def _minutes(terms: VenueTerms) -> int:
    return _CALL_MINUTES if terms.volatility is None else terms.volatility.call_minutes


def end_call(effects: Effects, terms: VenueTerms) -> Refused | None:
    """End the call that is on, and trade."""
    if effects.state.stand is not Stand.CALL:
        return _not_now(effects)
    run_call(effects, terms)
    _by_calendar(effects, terms)
    return None


def halt(effects: Effects, terms: VenueTerms) -> Refused | None:
    """Stop trading until somebody resumes it; orders may still be cancelled."""
    fields = Fields(effects.command.payload, ("reason",))
    reason = fields.text("reason")
    if fields.fault is not None:
        return fields.fault
    if effects.state.stand is Stand.HALTED:
        return _not_now(effects)
    effects.state.phase_until = None
    effects.state.commitment = ""
    effects.enter(Stand.HALTED, reason[:500])
    return None


def resume(effects: Effects, terms: VenueTerms) -> Refused | None:
    """End a halt: through a call where orders cross, so that nobody is first by chance."""
    if effects.state.stand is not Stand.HALTED:
        return _not_now(effects)
    phase = terms.sessions.phase_at(effects.command.at.instant)
    bid, ask = effects.standing.best(Side.BUY), effects.standing.best(Side.SELL)
    if phase is Phase.CONTINUOUS and bid is not None and ask is not None and bid >= ask:
        begin_call(effects, _minutes(terms))
    else:
        _by_calendar(effects, terms)
    return None


def _not_now(effects: Effects) -> Refused:
    return Refused(
        MarketCode.COMMAND_NOT_IN_THIS_PHASE,
        {"command": effects.command.kind, "state": str(effects.state.stand)},
    )


def seize(effects: Effects, terms: VenueTerms) -> Refused | None:
    """Take units for a court: orders that need them are cancelled first, then they are seized.

    All of it is one command, so there is no moment at which the units could be sold.  The newest
    orders go first.
    """
    command, record = effects.command, effects.record
    fields = Fields(command.payload, ("account", "quantity", "case", "for_party"))
    account = fields.text("account")
    quantity = fields.quantity("quantity", terms.identity.unit)
    case, for_party = fields.text("case"), fields.number("for_party")
    if fields.fault is not None:
        return fields.fault
    behind = record.behind(account, 0)
    if isinstance(behind, Refused):
        return behind
    if not record.knows_party(for_party):
        return Refused(MarketCode.SEIZURE_FOR_UNKNOWN_PARTY, {"party": for_party})
    free = PositionKey(behind.account_id, terms.identity.asset_id, PositionKind.HOLDING)
    bought = free._replace(kind=PositionKind.BOUGHT)
    selling = [
        order
        for order in effects.orders.values()
        if order.account_id == behind.account_id and order.side is Side.SELL
    ]
    there = record.balance(free) + record.balance(bought)
    in_orders = sum(order.open_lots for order in selling) * terms.identity.lot
    if there + in_orders < quantity:
        return Refused(
            MarketCode.SEIZURE_ABOVE_WHAT_IS_THERE,
            {
                "needed": Quantity(quantity, terms.identity.unit.code),
                "available": Quantity(there + in_orders, terms.identity.unit.code),
            },
        )
    cancelled = []
    for order in sorted(selling, key=lambda order: -order.number):
        if there >= quantity:
            break
        there += order.open_lots * terms.identity.lot
        cancelled.append(order.number)
        together = [order, *bound_with(effects, order)]
        effects.take_out(together, OrderState.CANCELLED, "cancelled_by_seizure")
    first = min(quantity, record.balance(free))
    seized = free._replace(kind=PositionKind.SEIZED, ref=case[:64], for_party_id=for_party)
    legs = (Transfer(free, seized, first), Transfer(bought, seized, quantity - first))
    record.settle(
        Entry(
            EntryKind.SEIZE,
            f"seize:{command.number}",
            command.at.today,
            tuple(leg for leg in legs if leg.amount),
            actor=command.actor,
            document=case,
        )
    )
    effects.decision.answer = {"seized": quantity, "cancelled": cancelled}
    return None


def regroup(effects: Effects, _terms: VenueTerms) -> Refused | None:
    """Let open orders stand under the groups that the command names."""
    fields = Fields(effects.command.payload, ("orders",))
    orders = effects.command.payload.get("orders")
    if fields.fault is not None or not isinstance(orders, Mapping):
        return fields.fault or fields.missing("orders")
    for number, written in orders.items():
        order = effects.orders.get(int(number))
        if order is None:
            continue
        order.owner = written["owner"]
        order.rooms = tuple(Room(room[0], room[1], LimitKind(room[2])) for room in written["rooms"])
        if order.in_book:
            effects.standing.change_owner(order.number, order.owner)
        effects.decision.orders[order.number] = order
        effects.decision.tell("order_regrouped", order=order.number)
    return None
