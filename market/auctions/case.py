"""One command on one auction while it is decided: what it may ask of the record, what it changed.

Everything that moves units or money goes through here, so that what is held for the auction and of
its bidders is counted in one place.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from ledger.core.entries import Entry, PositionKey, Transfer
from ledger.core.moves import EntryKind, PositionKind
from ledger.core.posting import WorkingSet
from ledger.refusals import Refused
from market.auctions.auction_store import (
    Auction,
    Bidder,
    bidders_of,
    find_bidder,
    save_bidder,
)
from market.auctions.awards import entry_of, release_entry
from market.commands import Command
from market.decisions import Decision, Record
from market.rooms import RoomPlace


@dataclass(slots=True)
class Case:
    """A command and the auction it is about."""

    session: Session
    working_set: WorkingSet
    record: Record
    command: Command
    decision: Decision
    auction: Auction
    sellers_rooms: dict[int, list[RoomPlace]] = field(default_factory=dict)
    """The rooms that sellers' groups get back, by account, once they were looked up."""

    def balance(self, position: PositionKey) -> int:
        """Lock a position and give what it has."""
        self.working_set.open([position])
        return self.record.balance(position)

    def settle(self, entry: Entry | None) -> None:
        """Post what cannot be refused; nothing where nothing moves."""
        if entry is not None:
            self.record.settle(entry)

    def key(self, what: str) -> str:
        """Make the key of an entry that this command posts."""
        return f"{self.auction.ground.ref}:{what}:{self.command.number}"

    # -- what is held of a bidder ----------------------------------------------------------------

    def bidder(self, party_id: int, cash_account_id: int) -> Bidder:
        """Give what is held of a bidder, nothing where he is new."""
        found = find_bidder(self.session, self.auction.id, party_id)
        return found or Bidder(party_id, cash_account_id, 0)

    def hold_deposit(self, bidder: Bidder, needed: int) -> Refused | None:
        """Bring what is held of a bidder to what is needed; refused where his cash is too little."""
        more = needed - bidder.held
        ground = self.auction.ground
        if more > 0:
            leg = Transfer(
                ground.cash_of(bidder.cash_account_id),
                ground.deposit_of(bidder.party_id, bidder.cash_account_id),
                more,
            )
            day, actor = self.command.at.today, self.command.actor
            key = self.key(f"deposit:{bidder.party_id}")
            refused = self.record.hold(Entry(EntryKind.HOLD, key, day, (leg,), actor=actor))
            if refused is not None:
                return refused
            bidder.held = needed
            save_bidder(self.session, self.auction.id, bidder)
        elif more < 0:
            self.give_deposit_back(bidder, -more)
        return None

    def give_deposit_back(self, bidder: Bidder, amount: int) -> None:
        """Give a bidder back some of what is held of him."""
        ground = self.auction.ground
        leg = Transfer(
            ground.deposit_of(bidder.party_id, bidder.cash_account_id),
            ground.cash_of(bidder.cash_account_id),
            amount,
        )
        key = self.key(f"deposit-back:{bidder.party_id}")
        self.settle(entry_of(EntryKind.RELEASE, key, self.command.at.today, [leg]))
        self.deposit_used(bidder, amount)

    def deposit_used(self, bidder: Bidder, amount: int) -> None:
        """Note that less is held of a bidder."""
        if amount:
            bidder.held -= amount
            save_bidder(self.session, self.auction.id, bidder)

    def give_all_deposits_back(self) -> None:
        """Give every bidder back what is held of him."""
        for bidder in bidders_of(self.session, self.auction.id).values():
            self.give_deposit_back(bidder, bidder.held)

    # -- what is held for the auction, and offers -----------------------------------------------

    def give_supply_back(self, amount: int, what: str) -> None:
        """Give back what will not be sold (or spent)."""
        ground = self.auction.ground
        over = ground.tolerated
        tolerated = 0 if over is None else -self.balance(over)
        day = self.command.at.today
        self.settle(release_entry(ground, amount, tolerated, day, self.key(what), ""))
        self.auction.held -= amount

    def give_offers_back(self, offers: Iterable[tuple[int, int, int]]) -> None:
        """Give back units of offers: (bid, account, quantity)."""
        ground = self.auction.ground
        for bid_id, account_id, quantity in offers:
            leg = Transfer(
                ground.offered(bid_id, account_id),
                ground.units_of(account_id, PositionKind.HOLDING),
                quantity,
            )
            key = f"offer:{bid_id}:back"
            self.settle(entry_of(EntryKind.RELEASE, key, self.command.at.today, [leg]))
