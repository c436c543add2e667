"""An order as the market keeps it, and what must be held for it.

A buyer's hold is the limit value of what is open plus the whole fee that the order could still
cost, so that no fill can find too little: ``limit x open + fee(spent + limit x open) - fee paid``.
Pure: counts in ticks, lots and fen.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from market.book.orders import Side, Tif
from market.calendar import Mode
from market.fees import FeeSchedule, buyer_hold_fen
from market.venue_terms import LimitKind


class OrderState(StrEnum):
    """How an order stands."""

    OPEN = "open"
    FILLED = "filled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Room(NamedTuple):
    """A limit over a group that an order's buyer or seller belongs to.

    ``account_id`` is the group's account, ``limit_asset_id`` what the limit's rooms are counted in.
    """

    account_id: int
    limit_asset_id: int
    kind: LimitKind


@dataclass(slots=True)
class Order:
    """One order; ``number`` is that of the command that placed it.

    ``price_ticks`` is None for a market order, whose ``limit_ticks`` is the worst price it may
    get.  ``fees`` is the schedule of its acceptance.  ``open_lots`` counts hidden lots too.

    An order of two parties (block, agreement) names its ``mode`` and the account
    ``counterparty_id``; ``answers`` is the order that it confirms.  It never stands in the book.
    """

    number: int
    venue_id: int
    party_id: int
    account_id: int
    cash_account_id: int
    rooms: tuple[Room, ...]
    owner: str
    side: Side
    tif: Tif
    price_ticks: int | None
    limit_ticks: int
    quantity_lots: int
    display_lots: int
    expires_at: datetime | None
    fees: FeeSchedule
    open_lots: int
    placed_at: datetime
    post_only: bool = False
    shown_lots: int = 0
    priority: int = 0
    filled_lots: int = 0
    value_fen: int = 0
    fee_fen: int = 0
    state: OrderState = OrderState.OPEN
    reason: str = ""
    closed_at: datetime | None = None
    mode: Mode | None = None
    counterparty_id: int | None = None
    answers: int | None = None

    @property
    def in_book(self) -> bool:
        """Whether anybody may meet it, not only the one it is addressed to."""
        return self.mode is None

    @property
    def ref(self) -> str:
        """What the holds of this order are under."""
        return f"order:{self.number}"

    def money_needed(self, tick_lot_fen: int) -> int:
        """Give what must stand held for a buyer's open lots, in fen; a seller holds no money."""
        if self.side is Side.SELL or self.open_lots == 0:
            return 0
        rest = self.limit_ticks * self.open_lots * tick_lot_fen
        return buyer_hold_fen(self.fees, self.value_fen, rest, self.fee_fen)

    def end(self, state: OrderState, reason: str, at: datetime) -> None:
        """Close the order."""
        self.state = state
        self.reason = reason
        self.closed_at = at
        self.open_lots = self.shown_lots = 0
