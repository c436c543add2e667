"""The life of an auction: its stages, who may do what in which, and what the clock does.

    announced -> open -> closed -> opened -> cleared -> settled
                             \\-> failed                 (sealed bids not opened in time)
    announced, open, closed, opened -> cancelled

Pure: knows instants and stages, no bid, no money and no database.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ledger.refusals import RefusalCode, Refused


class Stage(StrEnum):
    """Where an auction is in its life."""

    ANNOUNCED = "announced"
    OPEN = "open"
    CLOSED = "closed"
    OPENED = "opened"
    CLEARED = "cleared"
    SETTLED = "settled"
    FAILED = "failed"
    CANCELLED = "cancelled"


class BidState(StrEnum):
    """How a bid stands; ``replaced``: the bidder changed it into a later one."""

    STANDING = "standing"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
    WON = "won"
    LOST = "lost"
    REFUSED = "refused"


class AwardState(StrEnum):
    """How an award stands: to be paid, paid in part with a claim open, paid, or not paid in time."""

    WAITING = "waiting"
    PART_PAID = "part_paid"
    PAID = "paid"
    DEFAULTED = "defaulted"


FINAL_AWARDS = (AwardState.PAID, AwardState.DEFAULTED)


class AuctionCommand(StrEnum):
    """What is asked of an auction."""

    ANNOUNCE = "announce"
    APPROVE_NEED = "approve_need"
    BID = "bid"
    AMEND = "amend"
    WITHDRAW = "withdraw"
    OPEN_BIDS = "open_bids"
    CANCEL = "cancel"
    PAY = "pay"
    ADVANCE = "advance"
    RESUME = "resume"


BIDDERS_COMMANDS = (
    AuctionCommand.BID,
    AuctionCommand.AMEND,
    AuctionCommand.WITHDRAW,
    AuctionCommand.PAY,
)
"""What bidders ask for themselves; everything else is for operators, and a bid is never theirs."""


class LifeCode(RefusalCode):
    """Why an auction refuses a command at this moment or from this sender."""

    AUCTION_UNKNOWN = "auction_unknown"
    AUCTION_COMMAND_ONLY_FOR_OPERATORS = "auction_command_only_for_operators"
    AUCTION_COMMAND_ONLY_FOR_BIDDERS = "auction_command_only_for_bidders"
    AUCTION_STANDS_STILL = "auction_stands_still"
    BID_BEFORE_OPENING_TIME = "bid_before_opening_time"
    BID_AFTER_CLOSING_TIME = "bid_after_closing_time"
    AUCTION_ENDED_BEFORE = "auction_ended_before"
    BIDS_NOT_TO_BE_OPENED_NOW = "bids_not_to_be_opened_now"
    AUCTION_CLEARED_BEFORE = "auction_cleared_before"
    AUCTION_NOT_CLEARED_YET = "auction_not_cleared_yet"
    BIDS_WITHOUT_PRICES = "bids_without_prices"
    NEED_APPROVED_TOO_LATE = "need_approved_too_late"
    NOTHING_TO_PAY_NOW = "nothing_to_pay_now"


@dataclass(frozen=True, slots=True)
class Window:
    """When bids are taken, and by when sealed ones must be opened (None: bids are not sealed)."""

    opens_at: datetime
    closes_at: datetime
    open_bids_by: datetime | None

    @property
    def sealed(self) -> bool:
        """Whether nobody reads a bid before the opening."""
        return self.open_bids_by is not None


ENDED = (Stage.SETTLED, Stage.FAILED, Stage.CANCELLED)


def stage_by_clock(stage: Stage, window: Window, at: datetime) -> Stage:
    """Give the stage that the clock has brought an auction to, one step at a time.

    Bids that are not sealed count as opened when bidding closes.
    """
    if stage is Stage.ANNOUNCED and at >= window.opens_at:
        return Stage.OPEN
    if stage is Stage.OPEN and at >= window.closes_at:
        return Stage.CLOSED
    if stage is Stage.CLOSED:
        if window.open_bids_by is None:
            return Stage.OPENED
        if at >= window.open_bids_by:
            return Stage.FAILED
    return stage


def clock_looks_next(stage: Stage, window: Window) -> datetime | None:
    """Give when the clock moves an auction on, before it is cleared; None where it does not."""
    if stage is Stage.ANNOUNCED:
        return window.opens_at
    if stage is Stage.OPEN:
        return window.closes_at
    return window.open_bids_by if stage is Stage.CLOSED else None


def refuse_sender(kind: AuctionCommand, party_id: int) -> Refused | None:
    """Refuse a command of somebody whom it is not for; party 0 is an operator."""
    if kind in BIDDERS_COMMANDS:
        if party_id == 0 and kind is not AuctionCommand.PAY:
            return Refused(LifeCode.AUCTION_COMMAND_ONLY_FOR_BIDDERS, {"command": str(kind)})
        return None
    if party_id != 0:
        return Refused(LifeCode.AUCTION_COMMAND_ONLY_FOR_OPERATORS, {"command": str(kind)})
    return None


def refuse_bidding(stage: Stage, window: Window, at: datetime) -> Refused | None:
    """Refuse to take, change or withdraw a bid outside the window; the server's clock decides.

    The window is from its first instant to just before its last.
    """
    if stage is Stage.CANCELLED:
        return Refused(LifeCode.AUCTION_ENDED_BEFORE, {"stage": str(stage)})
    if at < window.opens_at:
        values = {"opens": window.opens_at, "now": at}
        return Refused(LifeCode.BID_BEFORE_OPENING_TIME, values)
    if at >= window.closes_at or stage is not Stage.OPEN:
        values = {"closed": window.closes_at, "now": at}
        return Refused(LifeCode.BID_AFTER_CLOSING_TIME, values)
    return None


def refuse_opening(stage: Stage, window: Window) -> Refused | None:
    """Refuse to open bids but in the time between closing and the deadline."""
    if stage is Stage.CLOSED and window.open_bids_by is not None:
        return None
    values = {
        "stage": str(stage),
        "closes": window.closes_at,
        "deadline": window.open_bids_by or window.closes_at,
    }
    return Refused(LifeCode.BIDS_NOT_TO_BE_OPENED_NOW, values)


def refuse_cancelling(stage: Stage) -> Refused | None:
    """Refuse to cancel what is over or cleared already."""
    if stage in ENDED:
        return Refused(LifeCode.AUCTION_ENDED_BEFORE, {"stage": str(stage)})
    if stage is Stage.CLEARED:
        return Refused(LifeCode.AUCTION_CLEARED_BEFORE)
    return None


def refuse_need(stage: Stage) -> Refused | None:
    """Refuse to approve a need once bidding is closed."""
    if stage in (Stage.ANNOUNCED, Stage.OPEN):
        return None
    return Refused(LifeCode.NEED_APPROVED_TOO_LATE, {"stage": str(stage)})
