"""Auctions, bids and awards between the database and memory.

Knows the tables of auctions; decides nothing.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from ledger.core.moves import PositionKind
from ledger.core.reference_rows import rows_where
from ledger.core.tables import asset
from ledger.refusals import InvariantBroken, Refused, ensure
from ledger.registry.cash import money_desk
from ledger.registry.tables import party
from ledger.rights.cny import CNY_CLAIM
from ledger.units import unit_of
from market.auctions.auction_tables import (
    auction,
    auction_bid,
    auction_bidder,
    auction_need,
    auction_state,
)
from market.auctions.awards import Ground
from market.auctions.bidding import BidTerms
from market.auctions.bids import Bid
from market.auctions.life import BidState, Stage
from market.auctions.notice import Notice
from market.auctions.notice_reading import read_notice
from market.pricing import scale_of
from market.tables import call_seed, command_log


@dataclass(slots=True)
class Auction:
    """An auction as it stands; ``held`` is what is held for it still, ``result`` its sheet."""

    id: int
    scheme_id: int
    notice: Notice
    ground: Ground
    seed_commitment: str
    announced_at: datetime
    stage: Stage
    reason: str
    halted: str
    held: int
    result: dict[str, Any]
    inputs: dict[str, Any]
    cleared_at: datetime | None
    seed: str


@dataclass(frozen=True, slots=True)
class StoredBid:
    """A bid as it is kept; ``terms`` is None while it is sealed."""

    id: int
    party_id: int
    account_id: int
    at: datetime
    terms: BidTerms | None
    state: BidState
    guarantee_fen: int = 0
    ciphertext: str = ""
    commitment: str = ""

    def as_bid(self, bidder: str) -> Bid:
        """Give what a clearing looks at; only of a bid that can be read."""
        ensure(self.terms is not None, "a bid is opened before it is looked at")
        terms = cast(BidTerms, self.terms)
        return Bid(str(self.id), bidder, terms.quantity, terms.price_micro, self.at, terms.minimum)


@dataclass(slots=True)
class Bidder:
    """A bidder's money held for an auction."""

    party_id: int
    cash_account_id: int
    held: int


def decimals_of_asset(session: Session, asset_id: int) -> int:
    """Give the decimals between an asset's displayed unit and its smallest one."""
    unit = session.execute(select(asset.c.unit).where(asset.c.id == asset_id)).scalar_one()
    return scale_of(unit_of(unit))


def claim_asset(session: Session) -> int:
    """Give the asset in which money owed is counted."""
    money_desk(session)
    return int(session.execute(select(asset.c.id).where(asset.c.code == CNY_CLAIM)).scalar_one())


def insert_auction(session: Session, row: Mapping[str, Any], held: int) -> None:
    """Write an auction down as announced."""
    session.execute(insert(auction), row)
    session.execute(
        insert(auction_state),
        {
            "auction_id": row["id"],
            "stage": Stage.ANNOUNCED,
            "reason": "",
            "halted": "",
            "due_at": row["opens_at"],
            "held": held,
            "result": "",
            "inputs": "",
            "cleared_at": None,
            "seed": "",
        },
    )


def find_auction_id(session: Session, code: str) -> int | None:
    """Find an auction by its code."""
    found: int | None = session.scalar(select(auction.c.id).where(auction.c.code == code))
    return found


def load_auction(session: Session, auction_id: int) -> Auction | None:
    """Load an auction as it stands; None where there is none."""
    row = session.execute(
        select(auction, auction_state)
        .join(auction_state, auction_state.c.auction_id == auction.c.id)
        .where(auction.c.id == auction_id)
    ).one_or_none()
    if row is None:
        return None
    notice = read_notice(json.loads(row.notice), decimals_of_asset(session, row.asset_id))
    if isinstance(notice, Refused):
        raise InvariantBroken(f"the notice of {row.code} was read before: {notice.code}")
    return Auction(
        id=row.id,
        scheme_id=row.scheme_id,
        notice=notice,
        ground=_ground(session, row, notice),
        seed_commitment=row.seed_commitment,
        announced_at=row.announced_at,
        stage=Stage(row.stage),
        reason=row.reason,
        halted=row.halted,
        held=row.held,
        result=json.loads(row.result) if row.result else {},
        inputs=json.loads(row.inputs) if row.inputs else {},
        cleared_at=row.cleared_at,
        seed=row.seed,
    )


def _ground(session: Session, row: Any, notice: Notice) -> Ground:
    desk = money_desk(session)
    return Ground(
        auction_id=row.id,
        asset_id=row.asset_id,
        money_asset_id=desk.asset_id,
        claim_asset_id=claim_asset(session),
        fees_account_id=desk.desk_account_id,
        account_id=row.account_id,
        cash_account_id=row.cash_account_id,
        supply_kind=PositionKind(notice.supply_from.value),
        supply_ref=notice.supply_ref,
        buys=notice.buys,
    )


def save_auction(session: Session, one: Auction, due_at: datetime | None) -> None:
    """Write how an auction stands now, and when the clock looks at it next."""
    result = json.dumps(one.result, ensure_ascii=False) if one.result else ""
    session.execute(
        update(auction_state)
        .where(auction_state.c.auction_id == one.id)
        .values(
            stage=one.stage,
            reason=one.reason[:500],
            halted=one.halted[:500],
            due_at=None if one.halted else due_at,
            held=one.held,
            result=result,
            inputs=json.dumps(one.inputs, ensure_ascii=False) if one.inputs else "",
            cleared_at=one.cleared_at,
            seed=one.seed,
        )
    )


def auctions_due(session: Session, at: datetime) -> Sequence[int]:
    """Give the auctions that the clock moves now."""
    return session.scalars(
        select(auction_state.c.auction_id)
        .where(auction_state.c.due_at <= at)
        .order_by(auction_state.c.due_at, auction_state.c.auction_id)
    ).all()


def last_command(session: Session) -> int:
    """Give the number of the last command in the log, 0 before the first."""
    return session.scalar(select(func.max(command_log.c.number))) or 0


def seed_of(session: Session, commitment: str) -> str:
    """Give the seed that was committed to."""
    return str(
        session.execute(
            select(call_seed.c.seed).where(call_seed.c.commitment == commitment)
        ).scalar_one()
    )


# -- bids and deposits -------------------------------------------------------------------------


def insert_bid(session: Session, auction_id: int, one: StoredBid) -> None:
    """Write a bid down."""
    terms = one.terms
    row = {
        "id": one.id,
        "auction_id": auction_id,
        "party_id": one.party_id,
        "account_id": one.account_id,
        "at": one.at,
        "quantity": None if terms is None else terms.quantity,
        "price_micro": None if terms is None else terms.price_micro,
        "minimum": None if terms is None else terms.minimum,
        "guarantee_fen": one.guarantee_fen,
        "ciphertext": one.ciphertext,
        "commitment": one.commitment,
        "state": one.state,
    }
    session.execute(insert(auction_bid), row)


def bids_of(
    session: Session,
    auction_id: int,
    *,
    party_id: int | None = None,
    states: Collection[BidState] = (BidState.STANDING,),
) -> list[StoredBid]:
    """Give the bids of an auction in the order in which they were made."""
    query = (
        select(auction_bid)
        .where(auction_bid.c.auction_id == auction_id, auction_bid.c.state.in_(states))
        .order_by(auction_bid.c.id)
    )
    if party_id is not None:
        query = query.where(auction_bid.c.party_id == party_id)
    return [_bid(row) for row in session.execute(query)]


def _bid(row: Any) -> StoredBid:
    terms = None
    if row.quantity is not None:
        terms = BidTerms(row.quantity, row.price_micro, row.minimum or 0)
    return StoredBid(
        row.id,
        row.party_id,
        row.account_id,
        row.at,
        terms,
        BidState(row.state),
        row.guarantee_fen,
        row.ciphertext,
        row.commitment,
    )


def set_bid_state(session: Session, bid_ids: Iterable[int], state: BidState) -> None:
    """Write that bids stand otherwise."""
    ids = list(bid_ids)
    if ids:
        session.execute(update(auction_bid).where(auction_bid.c.id.in_(ids)).values(state=state))


def set_bid_terms(session: Session, bid_id: int, terms: BidTerms) -> None:
    """Write what an opened bid says."""
    session.execute(
        update(auction_bid)
        .where(auction_bid.c.id == bid_id)
        .values(quantity=terms.quantity, price_micro=terms.price_micro, minimum=terms.minimum)
    )


def bidders_of(session: Session, auction_id: int) -> dict[int, Bidder]:
    """Give what is held of whom, by party."""
    found = session.execute(
        select(auction_bidder)
        .where(auction_bidder.c.auction_id == auction_id)
        .order_by(auction_bidder.c.party_id)
    )
    return {row.party_id: Bidder(row.party_id, row.cash_account_id, row.held) for row in found}


def find_bidder(session: Session, auction_id: int, party_id: int) -> Bidder | None:
    """Give what is held of one bidder; None of whom nothing ever was."""
    row = session.execute(
        select(auction_bidder).where(
            auction_bidder.c.auction_id == auction_id, auction_bidder.c.party_id == party_id
        )
    ).one_or_none()
    return None if row is None else Bidder(row.party_id, row.cash_account_id, row.held)


def save_bidder(session: Session, auction_id: int, one: Bidder) -> None:
    """Write what is held of a bidder."""
    changed = session.execute(
        update(auction_bidder)
        .where(auction_bidder.c.auction_id == auction_id, auction_bidder.c.party_id == one.party_id)
        .values(held=one.held)
    )
    if changed.rowcount == 0:  # type: ignore[attr-defined]
        row = {
            "auction_id": auction_id,
            "party_id": one.party_id,
            "cash_account_id": one.cash_account_id,
            "held": one.held,
        }
        session.execute(insert(auction_bidder), row)


def needs_of(session: Session, auction_id: int) -> dict[int, int]:
    """Give what was approved for whom: party -> smallest units; the newest word counts."""
    found = session.execute(
        select(auction_need)
        .where(auction_need.c.auction_id == auction_id)
        .order_by(auction_need.c.version)
    )
    return {row.party_id: row.quantity for row in found}


def insert_need(session: Session, row: Mapping[str, Any]) -> None:
    """Write down an approved need; a later one for the same bidder counts instead."""
    version = session.scalar(
        select(func.coalesce(func.max(auction_need.c.version), 0)).where(
            auction_need.c.auction_id == row["auction_id"],
            auction_need.c.party_id == row["party_id"],
        )
    )
    session.execute(insert(auction_need), {**row, "version": (version or 0) + 1})


def numbers_of_parties(session: Session, party_ids: Iterable[int]) -> dict[int, str]:
    """Give the registry's number of each party: who a bidder is in a clearing."""
    query = select(party.c.id, party.c.number)
    return {row.id: row.number for row in rows_where(session, query, party.c.id, party_ids)}
