"""From awards to entries of the record: units against money, instalments, default.

    award     units to the winner; what was held of him, then his cash, to the seller; fees
    part      the first part paid, the rest a claim; units ``unpaid``: usable, not to be sold
    pay part  money to the seller, the claim smaller; with the last part the units become his
    default   what was held goes to the seller; units back, out of ``unpaid`` into the reserve
    shortfall what selling again brought less, as a claim

Pure: knows the kinds of position and no database.  Money in fen, units smallest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ledger.core.entries import Entry, PositionKey, Transfer
from ledger.core.moves import EntryKind, PositionKind
from ledger.refusals import ensure
from market.auctions.deposits import Due, due_first
from market.auctions.life import AwardState
from market.auctions.notice import Notice, Restriction
from market.fees import seller_fee_on
from market.pricing import rounded_fen
from market.rooms import RoomPlace

FORCED = "forced"
"""The pocket of the reserve that reclaimed units go to."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Where an auction's units and money stand.

    ``account_id`` and ``cash_account_id`` are the seller's (where the auction buys: the buyer's);
    ``supply_kind`` and ``supply_ref`` where what is sold came from.
    """

    auction_id: int
    asset_id: int
    money_asset_id: int
    claim_asset_id: int
    fees_account_id: int
    account_id: int
    cash_account_id: int
    supply_kind: PositionKind
    supply_ref: str
    buys: bool

    @property
    def ref(self) -> str:
        """What is held for the auction is under this."""
        return f"auction:{self.auction_id}"

    @property
    def held(self) -> PositionKey:
        """What is held for the auction: units to sell, or money to buy with."""
        free = self.free
        return PositionKey(free.account_id, free.asset_id, PositionKind.FROZEN, self.ref)

    @property
    def free(self) -> PositionKey:
        """Where that came from and goes back to."""
        if self.buys:
            return self.cash
        return PositionKey(self.account_id, self.asset_id, self.supply_kind, self.supply_ref)

    @property
    def tolerated(self) -> PositionKey | None:
        """What units that go back to a total serve first."""
        if self.buys or self.supply_kind is not PositionKind.TOTAL:
            return None
        return PositionKey(self.account_id, self.asset_id, PositionKind.TOLERATED)

    @property
    def cash(self) -> PositionKey:
        """The seller's money (where the auction buys: the buyer's)."""
        return self.cash_of(self.cash_account_id)

    @property
    def fees(self) -> PositionKey:
        """Where fees go."""
        return PositionKey(self.fees_account_id, self.money_asset_id, PositionKind.FEES)

    @property
    def reserve(self) -> PositionKey:
        """Where units of a buyer go who did not pay."""
        return PositionKey(self.account_id, self.asset_id, PositionKind.RESERVE, FORCED)

    def cash_of(self, cash_account_id: int) -> PositionKey:
        """Somebody's money."""
        return PositionKey(cash_account_id, self.money_asset_id, PositionKind.CASH)

    def deposit_of(self, party_id: int, cash_account_id: int) -> PositionKey:
        """What is held of a bidder's money."""
        ref = f"bid:{self.auction_id}:{party_id}"
        return PositionKey(cash_account_id, self.money_asset_id, PositionKind.FROZEN, ref)

    def offered(self, bid_id: int, account_id: int) -> PositionKey:
        """The units that an offer holds, where the auction buys."""
        return PositionKey(account_id, self.asset_id, PositionKind.FROZEN, f"offer:{bid_id}")

    def units_of(self, account_id: int, kind: PositionKind, ref: str = "") -> PositionKey:
        """Somebody's units."""
        return PositionKey(account_id, self.asset_id, kind, ref)


@dataclass(slots=True)
class Winning:
    """An award as it stands; its number is that of the bid that won it.

    ``deposit_fen`` is held and set off, ``paid_fen`` came to the seller, ``owed_fen`` is the claim
    still open; ``rooms`` are (group's account, limit's asset) that it counts under.
    """

    bid_id: int
    party_id: int
    account_id: int
    cash_account_id: int
    place: int
    quantity: int
    price_micro: int
    amount_fen: int
    deposit_fen: int
    due_at: datetime
    rooms: tuple[tuple[int, int], ...] = ()
    paid_fen: int = 0
    owed_fen: int = 0
    instalments_paid: int = 0
    state: AwardState = AwardState.WAITING
    charged_by: int | None = None

    @property
    def ref(self) -> str:
        """What belongs to the award is under this."""
        return f"award:{self.bid_id}"

    def places(self) -> list[RoomPlace]:
        """Where the rooms stand that the award counts under."""
        return [RoomPlace(self.account_id, group, limit) for group, limit in self.rooms]


def hold_entry(ground: Ground, amount: int, on: date, key: str, actor: str) -> Entry:
    """Hold what is to be sold, or the money to buy with, at the announcement."""
    leg = Transfer(ground.free, ground.held, amount)
    return Entry(EntryKind.HOLD, key, on, (leg,), actor=actor)


def release_entry(
    ground: Ground, amount: int, tolerated: int, on: date, key: str, actor: str
) -> Entry | None:
    """Give back what is not sold; units of a total serve first what is out beyond it (0 or more)."""
    over = ground.tolerated
    first = 0 if over is None else min(amount, tolerated)
    legs = [Transfer(ground.held, ground.free, amount - first)]
    if over is not None:
        legs.append(Transfer(ground.held, over, first))
    return entry_of(EntryKind.RELEASE, key, on, legs, actor)


def entry_of(
    kind: EntryKind, key: str, on: date, legs: Sequence[Transfer], actor: str = ""
) -> Entry | None:
    """Make an entry of the legs that move anything; None where nothing moves."""
    moving = tuple(leg for leg in legs if leg.amount)
    return Entry(kind, key, on, moving, actor=actor) if moving else None


def award_entry(
    ground: Ground, notice: Notice, award: Winning, on: date, seller_rooms: Sequence[Transfer] = ()
) -> Entry:
    """Settle an award, or its first part; ``seller_rooms`` is room that the seller gets back.

    May be refused only for want of the winner's cash.
    """
    due = due_first(notice, award.amount_fen)
    rest = award.amount_fen - due.part_fen
    receives = PositionKind.HOLDING
    if notice.restriction is Restriction.OWN_USE:
        receives = PositionKind.OWN_USE
    received = ground.units_of(award.account_id, receives)
    if rest:
        received = ground.units_of(award.account_id, PositionKind.UNPAID, award.ref)
    seller_fee = min(seller_fee_on(notice.seller_fees, award.amount_fen), due.part_fen)
    legs = [
        Transfer(ground.held, received, award.quantity),
        *_money_legs(ground, award, due),
        Transfer(ground.cash, ground.fees, seller_fee),
        Transfer(*claim_positions(ground, award), rest),
        *(
            Transfer(place.frozen(award.ref), place.used, award.quantity)
            for place in award.places()
        ),
        *seller_rooms,
    ]
    return _priced(EntryKind.AWARD, award.ref, on, legs, award)


def _money_legs(ground: Ground, award: Winning, due: Due) -> list[Transfer]:
    """Pay the first part and the fee: out of what is held first, then out of the winner's cash."""
    held = ground.deposit_of(award.party_id, award.cash_account_id)
    cash = ground.cash_of(award.cash_account_id)
    to_seller = min(award.deposit_fen, due.part_fen)
    to_fees = min(award.deposit_fen - to_seller, due.fee_fen)
    return [
        Transfer(held, ground.cash, to_seller),
        Transfer(cash, ground.cash, due.part_fen - to_seller),
        Transfer(held, ground.fees, to_fees),
        Transfer(cash, ground.fees, due.fee_fen - to_fees),
    ]


def _priced(kind: EntryKind, key: str, on: date, legs: Sequence[Transfer], award: Winning) -> Entry:
    return Entry(
        kind,
        key,
        on,
        tuple(leg for leg in legs if leg.amount),
        unit_price_micro=award.price_micro,
        money_fen=award.amount_fen,
    )


def purchase_entry(
    ground: Ground, notice: Notice, award: Winning, on: date, seller_rooms: Sequence[Transfer] = ()
) -> Entry:
    """Settle what an auction bought: units held of the offer, money held for the auction."""
    seller = ground.cash_of(award.cash_account_id)
    fee = seller_fee_on(notice.seller_fees, award.amount_fen)
    legs = [
        Transfer(
            ground.offered(award.bid_id, award.account_id),
            ground.units_of(ground.account_id, PositionKind.HOLDING),
            award.quantity,
        ),
        Transfer(ground.held, seller, award.amount_fen),
        Transfer(seller, ground.fees, fee),
        *seller_rooms,
    ]
    return _priced(EntryKind.AWARD, award.ref, on, legs, award)


def take_in_first(notice: Notice, award: Winning, cleared_at: datetime) -> None:
    """Note that the first part, or all, of an award was paid."""
    parts = notice.payment.parts_fen(award.amount_fen)
    award.paid_fen = parts[0]
    award.owed_fen = award.amount_fen - parts[0]
    award.instalments_paid = 1
    award.deposit_fen = 0
    award.state = AwardState.PAID
    if award.owed_fen:
        award.state = AwardState.PART_PAID
        award.due_at = notice.payment.due_at(cleared_at, 1)


def claim_positions(ground: Ground, award: Winning) -> tuple[PositionKey, PositionKey]:
    """Name what a winner owes and what the seller may claim."""
    debt = PositionKey(award.cash_account_id, ground.claim_asset_id, PositionKind.DEBT, award.ref)
    claim = PositionKey(
        ground.cash_account_id, ground.claim_asset_id, PositionKind.HOLDING, award.ref
    )
    return debt, claim


def instalment_entry(
    ground: Ground, notice: Notice, award: Winning, unpaid: int, on: date
) -> Entry:
    """Pay the next instalment; with the last one what is ``unpaid`` of the units becomes his."""
    number = award.instalments_paid
    part = notice.payment.parts_fen(award.amount_fen)[number]
    debt, claim = claim_positions(ground, award)
    legs = [
        Transfer(ground.cash_of(award.cash_account_id), ground.cash, part),
        Transfer(claim, debt, part),
    ]
    if part == award.owed_fen:
        legs.append(
            Transfer(
                ground.units_of(award.account_id, PositionKind.UNPAID, award.ref),
                ground.units_of(award.account_id, PositionKind.HOLDING),
                unpaid,
            )
        )
    key = f"{award.ref}:part:{number + 1}"
    return _priced(EntryKind.PAY_PART, key, on, legs, award)


def take_in_instalment(notice: Notice, award: Winning, cleared_at: datetime) -> None:
    """Note that the next instalment was paid."""
    part = notice.payment.parts_fen(award.amount_fen)[award.instalments_paid]
    award.paid_fen += part
    award.owed_fen -= part
    award.instalments_paid += 1
    if award.owed_fen == 0:
        award.state = AwardState.PAID
    else:
        award.due_at = notice.payment.due_at(cleared_at, award.instalments_paid)


def forfeit_entry(ground: Ground, award: Winning, on: date) -> Entry | None:
    """Give the seller what was held of a winner who did not pay in time."""
    held = ground.deposit_of(award.party_id, award.cash_account_id)
    leg = Transfer(held, ground.cash, award.deposit_fen)
    return entry_of(EntryKind.DEFAULT, f"{award.ref}:default", on, [leg])


def reclaim_entry(
    ground: Ground, award: Winning, unpaid: int, rooms: Sequence[Transfer], on: date
) -> Entry | None:
    """Take back the units of a winner who stopped paying; what he paid and the claim stay."""
    units = ground.units_of(award.account_id, PositionKind.UNPAID, award.ref)
    legs = [Transfer(units, ground.reserve, unpaid), *rooms]
    return entry_of(EntryKind.DEFAULT, f"{award.ref}:default", on, legs)


@dataclass(frozen=True, slots=True)
class Resale:
    """What selling defaulted units again brought of one award, in fen: ``value`` of ``quantity``."""

    quantity: int
    value_fen: int


def resale_of(award: Winning, sold: int, proceeds_fen: int, taken: int) -> Resale:
    """Give what of a new auction's sale counts for one defaulted award.

    ``taken`` is how much of it counts for other awards already; each unit brought the same.
    """
    quantity = min(award.quantity, sold - taken)
    value = rounded_fen(proceeds_fen * quantity, sold) if quantity else 0
    return Resale(quantity, value)


def shortfall_fen(notice: Notice, award: Winning, resale: Resale) -> int:
    """Give what selling again brought less than the award, in fen, for what was sold again.

    What was paid in instalments before counts; a forfeited deposit only where the announcement
    says so.  Source: 中华人民共和国拍卖法 第三十九条 (the first buyer makes up the difference).
    """
    ensure(award.state is AwardState.DEFAULTED, "only who did not pay owes a shortfall")
    price = rounded_fen(award.amount_fen * resale.quantity, award.quantity)
    less = price - resale.value_fen
    counts = award.paid_fen
    if notice.payment.deposit_lowers_shortfall:
        counts += award.deposit_fen
    return max(0, less - counts)


def shortfall_entry(ground: Ground, award: Winning, owed_fen: int, on: date) -> Entry | None:
    """Bring the claim of a defaulted award to what is owed after its units were sold again."""
    debt, claim = claim_positions(ground, award)
    if owed_fen >= award.owed_fen:
        leg = Transfer(debt, claim, owed_fen - award.owed_fen)
        return entry_of(EntryKind.DEFAULT, f"{award.ref}:shortfall", on, [leg])
    leg = Transfer(claim, debt, award.owed_fen - owed_fen)
    return entry_of(EntryKind.PAY_PART, f"{award.ref}:shortfall", on, [leg])
