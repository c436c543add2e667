"""What the engine is asked with, what it asks the record, and what it decides: plain values.

Pure.  Prices in ticks, quantities in lots, money in fen.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from ledger.core.clock import Now
from ledger.core.entries import Entry, PositionKey
from ledger.refusals import RefusalCode, Refused
from market.orders import Order, Room
from market.reference_price import DayPrices


class Stand(StrEnum):
    """How a venue stands."""

    CLOSED = "closed"
    BREAK = "break"
    CALL = "call"
    CONTINUOUS = "continuous"
    HALTED = "halted"


class MarketCode(RefusalCode):
    """Why a venue refuses a command, in the order in which the rules are looked at."""

    VENUE_UNKNOWN = "venue_unknown"
    COMMAND_ONLY_FOR_OPERATORS = "command_only_for_operators"
    VENUE_HALTED = "venue_halted"
    VENUE_HALTED_BY_FAULT = "venue_halted_by_fault"
    VENUE_CLOSED = "venue_closed"
    ACCOUNT_NOT_OF_THIS_SCHEME = "account_not_of_this_scheme"
    ACCOUNT_HAS_NO_CASH_ACCOUNT = "account_has_no_cash_account"
    ACCOUNT_OUTSIDE_DELIVERY_ZONE = "account_outside_delivery_zone"
    ORDER_NO_LONGER_OPEN = "order_no_longer_open"
    NO_CANCEL_IN_CALL = "no_cancel_in_call"
    QUANTITY_BELOW_MINIMUM = "quantity_below_minimum"
    QUANTITY_ABOVE_MAXIMUM = "quantity_above_maximum"
    PRICE_BELOW_FLOOR = "price_below_floor"
    MARKET_ORDER_NEEDS_BAND = "market_order_needs_band"
    BOUGHT_TODAY_NOT_SELLABLE = "bought_today_not_sellable"
    ONLY_FOR_OWN_USE = "only_for_own_use"
    NOT_PAID_UP = "not_paid_up"
    COMMAND_NOT_IN_THIS_PHASE = "command_not_in_this_phase"
    SEIZURE_FOR_UNKNOWN_PARTY = "seizure_for_unknown_party"
    SEIZURE_ABOVE_WHAT_IS_THERE = "seizure_above_what_is_there"
    SEED_NOT_THE_COMMITTED_ONE = "seed_not_the_committed_one"
    COMMAND_NOT_CARRIED_OUT = "command_not_carried_out"


@dataclass(frozen=True, slots=True)
class Behind:
    """Who is behind an order: what the registry knew of the account when it was accepted.

    ``owner`` is what self-trade prevention compares: the group of companies, else the party.
    """

    account_id: int
    party_id: int
    cash_account_id: int
    owner: str
    rooms: tuple[Room, ...] = ()


class Record(Protocol):
    """What the engine asks of the record; each answer is kept with the decision."""

    def behind(self, account: str, party_id: int) -> Behind | Refused:
        """Say who is behind an account, or why it may not trade here; party 0 is an operator."""
        ...

    def knows_party(self, party_id: int) -> bool:
        """Tell whether there is such a party."""
        ...

    def hold(self, entry: Entry) -> Refused | None:
        """Try an entry that may be refused; None when it stands."""
        ...

    def settle(self, entry: Entry) -> None:
        """Post an entry that cannot be refused."""
        ...

    def balance(self, position: PositionKey) -> int:
        """Give what a position has now, in smallest units; 0 where there is none."""
        ...


@dataclass(slots=True)
class State:
    """How a venue stands: its phase, its prices and the sums of its day.

    ``phase_until`` ends a call or pause that the calendar does not know; ``commitment`` is that of
    the seed which ends it at random.  ``trades`` numbers the venue's trades; ``seen_at`` is up to
    when the clock was looked at; ``close_rule`` is how the day that runs will close.
    """

    stand: Stand = Stand.CLOSED
    phase_until: datetime | None = None
    commitment: str = ""
    halt_reason: str = ""
    halted_by_fault: bool = False
    day: date | None = None
    reference_ticks: int | None = None
    last_ticks: int | None = None
    prices: DayPrices = field(default_factory=DayPrices)
    trades: int = 0
    number: int = 0
    seen_at: datetime | None = None
    close_rule: str = ""


@dataclass(frozen=True, slots=True)
class Trade:
    """One trade of a venue; ``taker`` is the side that came last, empty in a call."""

    number: int
    command: int
    mode: str
    price_ticks: int
    lots: int
    value_fen: int
    buy_order: int
    sell_order: int
    taker: str
    entry_key: str
    traded_at: Now


@dataclass(frozen=True, slots=True)
class Fault:
    """What went wrong when a command was first decided, so that its venue is halted.

    The command is decided without matching, or, where that fails as well, not at all
    (``undecided``): it is refused.  Kept with the command's admission.
    """

    reason: str
    undecided: bool


@dataclass(slots=True)
class Decision:
    """What came of one command: the answer to its sender, what happened, what changed."""

    status: str = "accepted"
    answer: dict[str, object] = field(default_factory=dict)
    refused: Refused | None = None
    events: list[dict[str, object]] = field(default_factory=list)
    trades: list[Trade] = field(default_factory=list)
    orders: dict[int, Order] = field(default_factory=dict)

    def tell(self, event: str, **values: object) -> None:
        """Note what happened."""
        self.events.append({"event": event, **values})


def halt_refusal(state: State) -> Refused:
    """Say that trading is halted; what failed in a settlement is not for traders to read."""
    if state.halted_by_fault:
        return Refused(MarketCode.VENUE_HALTED_BY_FAULT)
    return Refused(MarketCode.VENUE_HALTED, {"reason": state.halt_reason})
