"""The auctions' side of the log: decides their commands and says what the clock asks for.

The one place where a command on an auction is handed to what decides it.  Every command is decided
from what the database has, within the runner's transaction, so nothing is kept in memory between
two commands.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from secrets import token_hex

from sqlalchemy.orm import Session

from ledger.core.clock import Now
from ledger.core.posting import WorkingSet
from ledger.refusals import Refused
from market.auctions.announcing import DrawSeed, announce
from market.auctions.auction_store import (
    auctions_due,
    bids_of,
    last_command,
    load_auction,
    save_auction,
)
from market.auctions.award_store import awards_of
from market.auctions.bid_desk import amend, approve_need, bid, open_bids, withdraw
from market.auctions.case import Case
from market.auctions.clearing_desk import clear_now
from market.auctions.life import (
    FINAL_AWARDS,
    AuctionCommand,
    LifeCode,
    Stage,
    clock_looks_next,
    refuse_cancelling,
    refuse_sender,
    stage_by_clock,
)
from market.auctions.payment_desk import meet_deadlines, pay, settle_all, stage_of_payment
from market.batch_rows import Queued
from market.commands import Command, CommandCode, Fields
from market.decisions import Decision
from market.record import LiveRecord
from market.submission import payload_text

MARKET = "auction"


class AuctionDesk:
    """Decides the commands of all auctions for a runner; ``draw`` gives seeds of random ties."""

    def __init__(self, draw: DrawSeed) -> None:
        self._draw = draw

    def decide(
        self, session: Session, working_set: WorkingSet, command: Command, record: LiveRecord
    ) -> Decision:
        """Decide one command and write what it changes, all but entries and the log."""
        decision = Decision()
        refused = self._decide(session, working_set, command, record, decision)
        if refused is not None:
            decision.status, decision.refused = "refused", refused
        return decision

    def _decide(
        self,
        session: Session,
        working_set: WorkingSet,
        command: Command,
        record: LiveRecord,
        decision: Decision,
    ) -> Refused | None:
        try:
            kind = AuctionCommand(command.kind)
        except ValueError:
            values = {"field": "kind", "value": command.kind}
            return Refused(CommandCode.COMMAND_KIND_UNKNOWN, values)
        refused = refuse_sender(kind, command.party_id)
        if refused is not None:
            return refused
        if kind is AuctionCommand.ANNOUNCE:
            return announce(session, command, record, decision, self._draw)
        auction = load_auction(session, command.market_id)
        if auction is None:
            return Refused(LifeCode.AUCTION_UNKNOWN, {"auction": str(command.market_id)})
        if auction.halted and kind is not AuctionCommand.RESUME:
            return Refused(LifeCode.AUCTION_STANDS_STILL, {"auction": auction.notice.code})
        case = Case(session, working_set, record, command, decision, auction)
        refused = _HANDLERS[kind](case)
        if refused is None:
            # A step that was taken may bring the next with it: all bids open, all awards paid.
            _move_on(case)
            save_auction(session, auction, _due_at(case))
        return refused

    def stand_still(self, session: Session, command: Command, fault: str) -> Decision:
        """Let an auction stand still after a fault of ours; nothing else of the command is done."""
        decision = Decision("refused")
        auction = load_auction(session, command.market_id)
        if auction is None:
            values = {"auction": str(command.market_id)}
            decision.refused = Refused(LifeCode.AUCTION_UNKNOWN, values)
            return decision
        auction.halted = fault[:500] or "fault"
        save_auction(session, auction, None)
        # What failed may tell of bids: the log's admission and the regulator have it, bidders not.
        values = {"auction": auction.notice.code}
        decision.refused = Refused(LifeCode.AUCTION_STANDS_STILL, values)
        decision.tell("auction_halted", auction=auction.id)
        return decision

    def due(self, session: Session, now: Now) -> Sequence[Queued]:
        """Name the auctions that the clock moves now."""
        ids = auctions_due(session, now.instant)
        last = last_command(session) if ids else 0
        return [
            Queued(
                market=MARKET,
                market_id=auction_id,
                kind=AuctionCommand.ADVANCE,
                party_id=0,
                key=f"auction:{auction_id}:{last}",
                payload=payload_text({}),
                actor="",
                submitted_at=now.instant,
            )
            for auction_id in ids
        ]


def _advance(case: Case) -> Refused | None:
    """Nothing but what the clock asks for, which follows every command."""
    return Fields(case.command.payload, ()).fault


def _cancel(case: Case) -> Refused | None:
    """End an auction before it is cleared; everything that is held goes back."""
    auction = case.auction
    fields = Fields(case.command.payload, ("reason",))
    reason = fields.text("reason")
    refused = fields.fault or refuse_cancelling(auction.stage)
    if refused is None:
        _give_everything_back(case)
        auction.stage, auction.reason = Stage.CANCELLED, reason[:500]
        case.decision.answer = {"auction": auction.id, "stage": auction.stage.value}
        case.decision.tell("auction_cancelled", auction=auction.id, reason=auction.reason)
    return refused


def _resume(case: Case) -> Refused | None:
    """Let an auction that stood still go on."""
    fault = Fields(case.command.payload, ()).fault
    if fault is None:
        case.auction.halted = ""
        case.decision.answer = {"auction": case.auction.id, "stage": case.auction.stage.value}
    return fault


def _give_everything_back(case: Case) -> None:
    auction = case.auction
    case.give_all_deposits_back()
    if auction.notice.buys:
        case.give_offers_back(
            (one.id, one.account_id, one.terms.quantity)
            for one in bids_of(case.session, auction.id)
            if one.terms is not None
        )
    case.give_supply_back(auction.held, "back")


def _move_on(case: Case) -> None:
    """Take every step whose time has come, in order."""
    auction = case.auction
    while True:
        stage = _next_stage(case)
        if stage is auction.stage:
            break
        auction.stage = stage
        case.decision.tell("auction_stage", auction=auction.id, stage=stage.value)
        if stage is Stage.FAILED:
            auction.reason = "not_opened"
            _give_everything_back(case)
        elif stage is Stage.OPENED:
            clear_now(case)
            if auction.stage is Stage.CLEARED:
                settle_all(case)


def _next_stage(case: Case) -> Stage:
    auction = case.auction
    if auction.stage is Stage.CLEARED:
        meet_deadlines(case)
        return stage_of_payment(case)
    if auction.stage is Stage.CLOSED and auction.notice.sealed:
        standing = bids_of(case.session, auction.id)
        if all(one.terms is not None for one in standing):
            return Stage.OPENED
    return stage_by_clock(auction.stage, auction.notice.window, case.command.at.instant)


def _due_at(case: Case) -> datetime | None:
    auction = case.auction
    if auction.stage is Stage.CLEARED:
        waiting = awards_of(case.session, auction.id)
        return min((one.due_at for one in waiting if one.state not in FINAL_AWARDS), default=None)
    return clock_looks_next(auction.stage, auction.notice.window)


_HANDLERS: dict[AuctionCommand, Callable[[Case], Refused | None]] = {
    AuctionCommand.APPROVE_NEED: approve_need,
    AuctionCommand.BID: bid,
    AuctionCommand.AMEND: amend,
    AuctionCommand.WITHDRAW: withdraw,
    AuctionCommand.OPEN_BIDS: open_bids,
    AuctionCommand.CANCEL: _cancel,
    AuctionCommand.PAY: pay,
    AuctionCommand.ADVANCE: _advance,
    AuctionCommand.RESUME: _resume,
}


def other_markets() -> dict[str, AuctionDesk]:
    """Give the markets beside venues that a runner decides, with seeds drawn by the machine."""
    return {MARKET: AuctionDesk(lambda: token_hex(16))}
