"""The engine of one venue: commands in, decisions out, given the record's answers.

Everything that decides is pure: the same commands with the same answers of the record make the
same orders, trades, events and book again.  Knows no database.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from ledger.refusals import Refused, ensure
from market.book.book import Book
from market.book.listing import Listing
from market.calendar import Mode
from market.commands import OPERATOR_KINDS, Command, CommandCode, CommandKind
from market.deals import confirm, decline, propose, register, reject, withdraw
from market.decisions import Decision, Fault, MarketCode, Record, Stand, State
from market.effects import Effects
from market.listing_trading import amend_posting, no_call, pick, post_order
from market.operating import advance, end_call, halt, open_call, regroup, resume, seize
from market.order_rules import day_band
from market.orders import Order
from market.settlement import Grounds, grounds_of
from market.trading import amend, cancel, cancel_all, place
from market.venue_terms import VenueTerms

_Handler = Callable[[Effects, VenueTerms], Refused | None]

HANDLERS: Mapping[str, _Handler] = {
    CommandKind.PLACE: place,
    CommandKind.AMEND: amend,
    CommandKind.CANCEL: cancel,
    CommandKind.CANCEL_ALL: cancel_all,
    CommandKind.PICK: pick,
    CommandKind.PROPOSE: propose,
    CommandKind.CONFIRM: confirm,
    CommandKind.DECLINE: decline,
    CommandKind.WITHDRAW: withdraw,
    CommandKind.REGISTER: register,
    CommandKind.REJECT: reject,
    CommandKind.ADVANCE: advance,
    CommandKind.OPEN_CALL: open_call,
    CommandKind.UNCROSS: end_call,
    CommandKind.HALT: halt,
    CommandKind.RESUME: resume,
    CommandKind.SEIZE: seize,
    CommandKind.REGROUP: regroup,
}
LISTING_HANDLERS: Mapping[str, _Handler] = {
    **HANDLERS,
    CommandKind.PLACE: post_order,
    CommandKind.AMEND: amend_posting,
    CommandKind.OPEN_CALL: no_call,
}
"""Where orders are posted and picked, not matched."""

AT_ONCE_KINDS = (CommandKind.PICK, CommandKind.CONFIRM, CommandKind.REGISTER)
"""What trades as it is decided, or not at all."""


class Venue:
    """One venue in memory: its terms of the day, its book, its open orders, its state."""

    def __init__(self, terms: VenueTerms, state: State, orders: Iterable[Order] = ()) -> None:
        """Make a venue as it stood; orders come in the order of their priority."""
        self.state = state
        by_priority = list(orders)
        # As they came in: what goes through all orders does so in the same way after a restart.
        self.orders = {order.number: order for order in sorted(by_priority, key=_number)}
        self.book: Book | Listing = (
            Listing(remember_ids=False)
            if terms.book_mode is Mode.LISTING
            else Book(terms.self_trade, remember_ids=False)
        )
        self._next_expiry: datetime | None = None
        self._expiry_known = False
        self.set_terms(terms)
        self.book.calling = state.stand is Stand.CALL
        for order in by_priority:
            if not order.in_book:
                continue
            self.book.restore(
                order.number,
                order.side,
                order.limit_ticks,
                order.open_lots,
                shown=order.shown_lots,
                display=order.display_lots,
                owner=order.owner,
                tif=order.tif,
                post_only=order.post_only,
                since=order.priority,
            )

    def set_terms(self, terms: VenueTerms) -> None:
        """Take the terms of a day; what rests stays as it was accepted."""
        self.terms = terms
        self.grounds: Grounds = grounds_of(terms)
        if isinstance(self.book, Listing):
            self.book.levels_seen = terms.listing_levels
        else:
            self.book.self_trade = terms.self_trade
        self.book.band = day_band(terms, terms.book_mode, self.state.reference_ticks)

    def take(self, command: Command, record: Record, fault: Fault | None = None) -> Decision:
        """Decide one command of the log: by who may send it, and by what went wrong with it."""
        if command.kind in OPERATOR_KINDS and command.party_id != 0:
            refused = Refused(MarketCode.COMMAND_ONLY_FOR_OPERATORS, {"command": command.kind})
            return Decision("refused", refused=refused)
        if fault is None:
            return self.decide(command, record)
        if fault.undecided or command.kind in AT_ONCE_KINDS:
            self.state.number = command.number
            # What failed names accounts and amounts: it stands in the log, not in the answer.
            values = {"command": command.kind[:60]}
            refused = Refused(MarketCode.COMMAND_NOT_CARRIED_OUT, values)
            decision = Decision("refused", refused=refused)
        else:
            decision = self.decide(command, record, matching=False)
        self.halt_for_fault(fault.reason, decision)
        return decision

    def decide(self, command: Command, record: Record, *, matching: bool = True) -> Decision:
        """Decide one command.

        Without ``matching`` an order is accepted and held for but meets nobody: what is done with
        the command that showed a fault in settlement, while the venue is being halted.
        """
        decision = Decision()
        effects = Effects(
            self.grounds, self.book, self.orders, self.state, command, record, decision
        )
        handlers = LISTING_HANDLERS if isinstance(self.book, Listing) else HANDLERS
        handler = handlers.get(command.kind)
        self.state.number = command.number
        if handler is None:
            refused: Refused | None = Refused(
                CommandCode.COMMAND_KIND_UNKNOWN, {"kind": command.kind[:60]}
            )
        else:
            calling = self.book.calling
            self.book.calling = calling or not matching
            refused = handler(effects, self.terms)
            if not matching:
                self.book.calling = calling
        if decision.orders and (
            self._next_expiry is not None
            or any(order.expires_at is not None for order in decision.orders.values())
        ):
            self._expiry_known = False
        if refused is not None:
            ensure(not decision.trades, "a refused command trades nothing")
            decision.status = "refused"
            decision.refused = refused
        return decision

    def halt_for_fault(self, reason: str, decision: Decision) -> None:
        """Stop the venue because its own settlement failed."""
        self.state.stand = Stand.HALTED
        self.state.halt_reason = reason[:500]
        self.state.halted_by_fault = True
        self.state.phase_until = None
        self.state.commitment = ""
        self.book.calling = False
        decision.tell("phase_changed", stand=str(Stand.HALTED), reason=self.state.halt_reason)

    def due_at(self, after: datetime) -> datetime:
        """Give the next instant at which the clock changes something by itself."""
        due = [self.terms.sessions.next_change(after)]
        if self.state.phase_until is not None:
            due.append(self.state.phase_until)
        if not self._expiry_known:
            # Looked up anew only when an order that ends by itself came or went.
            ends = [one.expires_at for one in self.orders.values() if one.expires_at is not None]
            self._next_expiry = min(ends, default=None)
            self._expiry_known = True
        if self._next_expiry is not None:
            due.append(self._next_expiry)
        return min(due)


def _number(order: Order) -> int:
    return order.number
