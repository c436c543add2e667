"""Trades between two named parties: block (large orders) and negotiated agreement.

One side proposes to an account that it names and what it brings is held, as an order does; the
other confirms the very same terms, which holds and settles at once, or waits for a clerk who
registers it.  A proposal is an order that stands in no book (``Order.mode``), its confirmation one
that ``answers`` it.  Such trades have hours, sizes and a band of their own and never enter the
day's prices.  Pure.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from ledger.core.clock import Now
from ledger.core.moves import EntryKind
from ledger.refusals import RefusalCode, Refused, ensure
from ledger.units import Unit
from market.book.orders import Fill, Side, Tif
from market.calendar import Mode
from market.commands import CommandCode, Fields
from market.decisions import Behind, Stand, halt_refusal
from market.effects import Effects
from market.order_rules import day_band, lots_of, price_in_ticks
from market.orders import Order, OrderState
from market.venue_terms import VenueTerms

DEAL_MODES = (Mode.BLOCK, Mode.AGREEMENT)
"""The ways to trade in which both sides are named."""


class DealCode(RefusalCode):
    """Why a proposal, its confirmation or its registration is refused; looked at in this order."""

    WAY_TO_TRADE_NOT_HERE = "way_to_trade_not_here"
    PROPOSAL_NOT_OPEN = "proposal_not_open"
    PROPOSAL_ALREADY_CONFIRMED = "proposal_already_confirmed"
    PROPOSAL_NEVER_CHANGES = "proposal_never_changes"
    PROPOSAL_ENDS_AFTER_SESSION = "proposal_ends_after_session"
    COUNTERPARTY_IS_PROPOSER = "counterparty_is_proposer"
    COUNTERPARTY_OF_SAME_OWNER = "counterparty_of_same_owner"
    AGREEMENT_NOT_WAITING = "agreement_not_waiting"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal as sent: price in millionths of the currency, quantity in smallest units."""

    account: str
    counterparty: str
    mode: Mode
    side: Side
    price_micro: int
    quantity: int
    expires_at: datetime | None


def read_proposal(payload: Mapping[str, object], unit: Unit, at: Now) -> Proposal | Refused:
    """Read a proposal: ``account counterparty mode side price quantity``, maybe ``expires_at``."""
    names = ("account", "counterparty", "mode", "side", "price", "quantity", "expires_at")
    fields = Fields(payload, names)
    account, counterparty = fields.text("account"), fields.text("counterparty")
    mode, side = fields.word("mode", Mode), fields.word("side", Side)
    fields.text("price")
    price = fields.price("price")
    quantity = fields.quantity("quantity", unit)
    expires_at = fields.instant("expires_at")
    if fields.fault is not None or price is None:
        return fields.fault or fields.missing("price")
    if expires_at is not None and expires_at <= at.instant:
        values = {"field": "expires_at", "value": expires_at, "now": at.instant}
        return Refused(CommandCode.EXPIRY_NOT_IN_FUTURE, values)
    return Proposal(account, counterparty, mode, side, price, quantity, expires_at)


def propose(effects: Effects, terms: VenueTerms) -> Refused | None:
    """Propose a trade to a named account, and hold what it takes."""
    command, record = effects.command, effects.record
    sent = read_proposal(command.payload, terms.identity.unit, command.at)
    if isinstance(sent, Refused):
        return sent
    refused = _closed(effects, terms, sent.mode)
    if refused is not None:
        return refused
    behind = record.behind(sent.account, command.party_id)
    if isinstance(behind, Refused):
        return behind
    # Whom he names need not be his own.
    other = record.behind(sent.counterparty, 0)
    if isinstance(other, Refused):
        return other
    refused = _same_owner(other, behind.account_id, behind.owner, sent.counterparty)
    if refused is not None:
        return refused
    order = _order_of(effects, terms, sent, behind, other.account_id)
    if isinstance(order, Refused):
        return order
    refused = effects.hold(order)
    if refused is not None:
        return refused
    _accept(effects, order, "proposal_made")
    effects.decision.answer = {"order": order.number, "status": "proposed"}
    return None


def confirm(effects: Effects, terms: VenueTerms) -> Refused | None:
    """Confirm a proposal as it is: hold the other side and settle, or let it wait for a clerk."""
    proposal = _addressed(effects)
    if isinstance(proposal, Refused):
        return proposal
    order, behind = proposal
    mode = order.mode or Mode.AGREEMENT
    refused = _closed(effects, terms, mode)
    if refused is not None:
        return refused
    account = str(effects.command.payload["account"])
    refused = _same_owner(behind, order.account_id, order.owner, account)
    if refused is not None:
        return refused
    side = Side.SELL if order.side is Side.BUY else Side.BUY
    answer = _made(effects, terms, behind, side, order.limit_ticks, order.open_lots)
    answer.mode, answer.counterparty_id = mode, order.account_id
    answer.answers = order.number
    refused = effects.hold(answer)
    if refused is not None:
        return refused
    _accept(effects, answer, "proposal_confirmed")
    if mode is Mode.AGREEMENT and terms.agreement_by_clerk:
        # Both are bound now; it no longer ends by itself.
        order.expires_at = None
        effects.decision.orders[order.number] = order
        effects.decision.answer = {"order": answer.number, "status": "waits_for_registration"}
        return None
    effects.decision.answer = {"order": answer.number, **_settle(effects, order, answer)}
    return None


def decline(effects: Effects, _terms: VenueTerms) -> Refused | None:
    """Say no to a proposal; what it held goes back."""
    proposal = _addressed(effects)
    if isinstance(proposal, Refused):
        return proposal
    order, _behind = proposal
    effects.take_out([order], OrderState.CANCELLED, "declined")
    effects.decision.answer = {"order": order.number, "status": "declined"}
    return None


def withdraw(effects: Effects, _terms: VenueTerms) -> Refused | None:
    """Take one's own proposal back before it is confirmed."""
    fields = Fields(effects.command.payload, ("order",))
    number = fields.number("order")
    if fields.fault is not None:
        return fields.fault
    order = effects.orders.get(number)
    if order is None or order.in_book or order.party_id != effects.command.party_id:
        return Refused(DealCode.PROPOSAL_NOT_OPEN, {"order": number})
    return withdraw_order(effects, order)


def withdraw_order(effects: Effects, order: Order) -> Refused | None:
    """Take out a proposal of the sender, unless both sides are bound."""
    if bound_with(effects, order):
        return Refused(DealCode.PROPOSAL_ALREADY_CONFIRMED, {"order": order.number})
    effects.take_out([order], OrderState.CANCELLED, "withdrawn")
    effects.decision.answer = {"order": order.number, "status": "withdrawn"}
    return None


def register(effects: Effects, _terms: VenueTerms) -> Refused | None:
    """Enter a confirmed agreement for the clerk: it settles now."""
    fields = Fields(effects.command.payload, ("order",))
    number = fields.number("order")
    if fields.fault is not None:
        return fields.fault
    halted = _halted(effects)
    if halted is not None:
        return halted
    pair = _waiting(effects, number)
    if isinstance(pair, Refused):
        return pair
    proposal, answer = pair
    effects.decision.answer = {"order": proposal.number, **_settle(effects, proposal, answer)}
    return None


def reject(effects: Effects, _terms: VenueTerms) -> Refused | None:
    """Refuse a confirmed agreement for the clerk, who says why; everything goes back."""
    fields = Fields(effects.command.payload, ("order", "reason"))
    number, reason = fields.number("order"), fields.text("reason")
    if fields.fault is None and not reason.strip():
        return fields.missing("reason")
    if fields.fault is not None:
        return fields.fault
    pair = _waiting(effects, number)
    if isinstance(pair, Refused):
        return pair
    effects.take_out(pair, OrderState.CANCELLED, "rejected_by_clerk")
    effects.decision.tell("agreement_rejected", order=number, reason=reason[:500])
    effects.decision.answer = {"order": number, "status": "rejected"}
    return None


def amend_refusal(order: Order) -> Refused | None:
    """Refuse to change what was proposed: the other side would confirm something else."""
    if order.in_book:
        return None
    return Refused(DealCode.PROPOSAL_NEVER_CHANGES, {"order": order.number})


def is_confirmed(order: Order, answered: Collection[int | None]) -> bool:
    """Whether an order of two parties binds; ``answered`` are the orders that others confirm."""
    return order.answers is not None or order.number in answered


def bound_with(effects: Effects, order: Order) -> list[Order]:
    """Give the order that a confirmed one goes together with; none for any other."""
    if order.in_book:
        return []
    if order.answers is not None:
        return [effects.orders[order.answers]]
    return [other for other in effects.orders.values() if other.answers == order.number]


def _addressed(effects: Effects) -> tuple[Order, Behind] | Refused:
    """Find the open proposal that a command names, for the account that it is addressed to."""
    fields = Fields(effects.command.payload, ("order", "account"))
    number, account = fields.number("order"), fields.text("account")
    if fields.fault is not None:
        return fields.fault
    behind = effects.record.behind(account, effects.command.party_id)
    if isinstance(behind, Refused):
        return behind
    order = effects.orders.get(number)
    # Another's proposal is not told apart from one that is gone.
    if order is None or order.counterparty_id != behind.account_id or order.answers is not None:
        return Refused(DealCode.PROPOSAL_NOT_OPEN, {"order": number})
    if bound_with(effects, order):
        return Refused(DealCode.PROPOSAL_ALREADY_CONFIRMED, {"order": number})
    return order, behind


def _waiting(effects: Effects, number: int) -> tuple[Order, Order] | Refused:
    order = effects.orders.get(number)
    answers = [] if order is None or order.answers is not None else bound_with(effects, order)
    if order is None or not answers:
        return Refused(DealCode.AGREEMENT_NOT_WAITING, {"order": number})
    return order, answers[0]


def _halted(effects: Effects) -> Refused | None:
    if effects.state.stand is Stand.HALTED:
        return halt_refusal(effects.state)
    return None


def _closed(effects: Effects, terms: VenueTerms, mode: Mode) -> Refused | None:
    """Refuse what comes to a venue without this way to trade, in a halt, or outside its hours."""
    if mode not in DEAL_MODES or mode not in terms.identity.modes:
        values = {"mode": str(mode), "venue": terms.identity.code}
        return Refused(DealCode.WAY_TO_TRADE_NOT_HERE, values)
    halted = _halted(effects)
    return halted or terms.sessions.refuse_outside(mode, effects.command.at.instant)


def _same_owner(other: Behind, account_id: int, owner: str, account: str) -> Refused | None:
    """Refuse a trade inside one owner: what a group sold and bought would count as traded."""
    if other.account_id == account_id:
        return Refused(DealCode.COUNTERPARTY_IS_PROPOSER, {"account": account})
    if other.owner == owner:
        return Refused(DealCode.COUNTERPARTY_OF_SAME_OWNER, {"account": account})
    return None


def _order_of(
    effects: Effects, terms: VenueTerms, sent: Proposal, behind: Behind, counterparty_id: int
) -> Order | Refused:
    number, mode = effects.command.number, sent.mode
    lots = lots_of(terms, terms.size_of(mode), sent.quantity, number)
    if isinstance(lots, Refused):
        return lots
    band = day_band(terms, mode, effects.state.reference_ticks)
    ticks = price_in_ticks(terms, sent.price_micro, band, number)
    if isinstance(ticks, Refused):
        return ticks
    ends = terms.sessions.session_ends_at(mode, effects.command.at.instant)
    if ends is not None and sent.expires_at is not None and sent.expires_at > ends:
        values = {"value": sent.expires_at, "ends": ends}
        return Refused(DealCode.PROPOSAL_ENDS_AFTER_SESSION, values)
    order = _made(effects, terms, behind, sent.side, ticks, lots)
    order.mode, order.counterparty_id = mode, counterparty_id
    order.expires_at = sent.expires_at or (None if ends is None else ends.astimezone(UTC))
    return order


def _made(
    effects: Effects, terms: VenueTerms, behind: Behind, side: Side, ticks: int, lots: int
) -> Order:
    """Make one side of a trade between two parties; it trades whole or not at all."""
    return Order(
        number=effects.command.number,
        venue_id=terms.identity.venue_id,
        party_id=behind.party_id,
        account_id=behind.account_id,
        cash_account_id=behind.cash_account_id,
        rooms=behind.rooms,
        owner=behind.owner,
        side=side,
        tif=Tif.FOK,
        price_ticks=ticks,
        limit_ticks=ticks,
        quantity_lots=lots,
        display_lots=0,
        expires_at=None,
        fees=terms.buyer_fees if side is Side.BUY else terms.seller_fees,
        open_lots=lots,
        placed_at=effects.command.at.instant,
    )


def _accept(effects: Effects, order: Order, event: str) -> None:
    effects.orders[order.number] = order
    effects.decision.orders[order.number] = order
    effects.decision.tell(event, order=order.number, mode=str(order.mode), side=str(order.side))


def _settle(effects: Effects, proposal: Order, answer: Order) -> dict[str, object]:
    """Deliver against payment; give what the answer to the sender says of it."""
    ensure(proposal.mode is not None, "a proposal has its way to trade")
    lots = proposal.open_lots
    fill = Fill(proposal.number, answer.number, proposal.limit_ticks, lots)
    mode = proposal.mode or Mode.AGREEMENT
    effects.fill(fill, mode, str(answer.side), EntryKind.AGREEMENT)
    effects.see_orders()
    trade = effects.decision.trades[-1]
    return {
        "status": "filled",
        "open_lots": 0,
        "filled_lots": lots,
        "fills": [[trade.number, trade.price_ticks, trade.lots]],
    }
