"""The engine of one venue: commands in, decisions out, given the record's answers.

Everything that decides is pure: the same commands with the same answers of the record make the
same orders, trades, events and book again.  Knows no database.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from ledger.refusals import Refused, ensure
from market.book.book import Book
from market.commands import Command, CommandCode, CommandKind
from market.decisions import Decision, Record, Stand, State
from market.effects import Effects
from market.operating import advance, end_call, halt, open_call, resume, seize
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
    CommandKind.ADVANCE: advance,
    CommandKind.OPEN_CALL: open_call,
    CommandKind.UNCROSS: end_call,
    CommandKind.HALT: halt,
    CommandKind.RESUME: resume,
    CommandKind.SEIZE: seize,
}


class Venue:
    """One venue in memory: its terms of the day, its book, its open orders, its state."""

    def __init__(self, terms: VenueTerms, state: State, orders: Iterable[Order] = ()) -> None:
        """Make a venue as it stood; orders come in the order of their priority."""
        self.state = state
        self.orders = {order.number: order for order in orders}
        self.book = Book(terms.self_trade, remember_ids=False)
        self.set_terms(terms)
        self.book.calling = state.stand is Stand.CALL
        for order in self.orders.values():
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
        self.book.self_trade = terms.self_trade
        self.book.band = day_band(terms, terms.book_mode, self.state.reference_ticks)

    def decide(self, command: Command, record: Record, *, matching: bool = True) -> Decision:
        """Decide one command.

        Without ``matching`` an order is accepted and held for but meets nobody: what is done with
        the command that showed a fault in settlement, while the venue is being halted.
        """
        decision = Decision()
        effects = Effects(
            self.grounds, self.book, self.orders, self.state, command, record, decision
        )
        handler = HANDLERS.get(command.kind)
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
        if refused is not None:
            ensure(not decision.trades, "a refused command trades nothing")
            decision.status = "refused"
            decision.refused = refused
        return decision

    def halt_for_fault(self, reason: str, decision: Decision) -> None:
        """Stop the venue because its own settlement failed."""
        self.state.stand = Stand.HALTED
        self.state.halt_reason = reason[:500]
        self.state.phase_until = None
        self.state.commitment = ""
        self.book.calling = False
        decision.tell("phase_changed", stand=str(Stand.HALTED), reason=self.state.halt_reason)

    def due_at(self, after: datetime) -> datetime:
        """Give the next instant at which the clock changes something by itself."""
        due = [self.terms.sessions.next_change(after)]
        if self.state.phase_until is not None:
            due.append(self.state.phase_until)
        due += [order.expires_at for order in self.orders.values() if order.expires_at is not None]
        return min(due)
