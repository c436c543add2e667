"""Clearing an auction whose bids are open: from the bids to awards, and what is left over.

Collects what the pure clearing asks for (bids, guarantees, groups, caps, the seed), keeps its
result, and holds room of groups for what was won.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.core.entries import Entry, PositionKey, Transfer
from ledger.core.moves import EntryKind, PositionKind
from ledger.core.reference_rows import rows_where
from ledger.core.tables import position
from ledger.registry.accounts import accounts_by_id, cell_account
from ledger.registry.cash import cash_accounts_of
from market.auctions.auction_store import (
    Auction,
    StoredBid,
    bidders_of,
    bids_of,
    find_auction_id,
    load_auction,
    needs_of,
    numbers_of_parties,
    seed_of,
    set_bid_state,
)
from market.auctions.award_store import awards_of, insert_awards, save_award
from market.auctions.awards import Winning, resale_of, shortfall_entry, shortfall_fen
from market.auctions.caps import Cap, CapCode
from market.auctions.case import Case
from market.auctions.clearing import AuctionStatus, Result
from market.auctions.deposits import due_first, set_off
from market.auctions.life import AwardState, BidState, Stage
from market.auctions.publication import sheet_document
from market.auctions.whole_clearing import Inputs, clear_whole, inputs_as_json
from market.limit_registry import groups_of, limits_on
from market.rooms import RoomPlace, legs_of_hold
from market.venue_terms import LimitKind


@dataclass(frozen=True, slots=True)
class Grouping:
    """The groups of linked companies among bidders, and the limits with rooms they stand under.

    ``group_of`` gives a party's group account; ``limits`` a group account's limit assets.
    """

    group_of: Mapping[int, int]
    limits: Mapping[int, tuple[int, ...]]

    def rooms_of(self, party_id: int) -> tuple[tuple[int, int], ...]:
        """Give (group account, limit asset) that a party's units count under."""
        group = self.group_of.get(party_id)
        if group is None:
            return ()
        return tuple((group, limit) for limit in self.limits.get(group, ()))


def clear_now(case: Case) -> None:
    """Clear the auction: awards are written down, everything that lost is given back."""
    auction, session = case.auction, case.session
    stored = bids_of(session, auction.id)
    parties = numbers_of_parties(session, {one.party_id for one in stored})
    grouping = _grouping(session, auction, parties)
    inputs = _inputs(case, parties, grouping)
    auction.inputs = inputs_as_json(inputs)
    auction.seed = seed_of(session, auction.seed_commitment)
    bids = [one.as_bid(parties[one.party_id]) for one in stored]
    notice = auction.notice
    cleared = clear_whole(notice.rules, notice.supply, bids, inputs, auction.seed)
    result = cleared.result
    auction.result = sheet_document(cleared.rules, cleared.sheet, result)
    auction.cleared_at = case.command.at.instant
    _sort_bids(session, stored, result)
    awards = _awards(case, stored, grouping, result)
    _give_back_losers(case, stored, awards)
    _give_back_unsold(case, result)
    _charge_shortfalls(case, result)
    cleared_well = result.status is AuctionStatus.CLEARED and bool(awards)
    auction.stage = Stage.CLEARED if cleared_well else Stage.CANCELLED
    if not cleared_well:
        auction.reason = (
            "declined" if result.status is AuctionStatus.DECLINED else "undersubscribed"
        )
    case.decision.tell("auction_cleared", auction=auction.id, result=auction.result)


def _inputs(case: Case, parties: Mapping[int, str], grouping: Grouping) -> Inputs:
    """Gather what the clearing knows of bidders: groups, caps, and what sealed bids guarantee."""
    session, auction = case.session, case.auction
    guarantees: dict[str, int] = {}
    if auction.notice.sealed:
        held = bidders_of(session, auction.id)
        guarantees = {number: held[party].held for party, number in parties.items()}
    return Inputs(
        groups={
            parties[party]: f"group:{group}"
            for party, group in grouping.group_of.items()
            if party in parties
        },
        caps=(*_needs(session, auction, parties), *_room_caps(case, grouping, parties)),
        guarantees=guarantees,
    )


def _grouping(session: Session, auction: Auction, parties: Iterable[int]) -> Grouping:
    groups = groups_of(session, auction.scheme_id, parties)
    group_of = {party: group.account_id for party, group in groups.items()}
    limits = [one.limit_asset_id for one in limits_on(session, auction.ground.asset_id)]
    rooms = select(position.c.account_id, position.c.asset_id).where(
        position.c.kind == PositionKind.ROOM.value, position.c.asset_id.in_(limits)
    )
    found: defaultdict[int, list[int]] = defaultdict(list)
    for row in rows_where(session, rooms, position.c.account_id, group_of.values()):
        found[row.account_id].append(row.asset_id)
    return Grouping(group_of, {group: tuple(sorted(ids)) for group, ids in found.items()})


def _needs(session: Session, auction: Auction, parties: Mapping[int, str]) -> list[Cap]:
    needs = needs_of(session, auction.id)
    return [
        Cap(frozenset({number}), needs[party], CapCode.BID_BEYOND_APPROVED_NEED)
        for party, number in parties.items()
        if party in needs
    ]


def _room_caps(case: Case, grouping: Grouping, parties: Mapping[int, str]) -> list[Cap]:
    """A group wins at most what its limits have left; where we buy, nobody is limited."""
    if case.auction.notice.buys:
        return []
    caps = []
    for group, limits in sorted(grouping.limits.items()):
        members = frozenset(
            parties[party] for party, of in grouping.group_of.items() if of == group
        )
        left = [case.balance(PositionKey(group, limit, PositionKind.ROOM)) for limit in limits]
        caps.append(Cap(members, min(left), CapCode.BID_BEYOND_GROUP_LIMIT))
    return caps


def _sort_bids(session: Session, stored: Iterable[StoredBid], result: Result) -> None:
    won = {int(one.bid.id) for one in result.awards}
    refused = {int(one.bid.id) for one in result.refused}
    lost = {one.id for one in stored} - won - refused
    set_bid_state(session, won, BidState.WON)
    set_bid_state(session, refused, BidState.REFUSED)
    set_bid_state(session, lost, BidState.LOST)


def _awards(
    case: Case, stored: Iterable[StoredBid], grouping: Grouping, result: Result
) -> list[Winning]:
    """Write awards down, set off what is held of each winner, hold his group's room."""
    auction, notice = case.auction, case.auction.notice
    by_id = {one.id: one for one in stored}
    bidders = bidders_of(case.session, auction.id)
    winners = {by_id[int(one.bid.id)].party_id for one in result.awards}
    cash = _cash_accounts(case, winners)
    awards = []
    for place, one in enumerate(result.awards):
        bid = by_id[int(one.bid.id)]
        awards.append(
            Winning(
                bid_id=bid.id,
                party_id=bid.party_id,
                account_id=bid.account_id,
                cash_account_id=cash[bid.party_id],
                place=place,
                quantity=one.quantity,
                price_micro=one.price_micro,
                amount_fen=one.amount_fen,
                deposit_fen=0,
                due_at=notice.payment.due_at(case.command.at.instant, 0),
                rooms=() if notice.buys else grouping.rooms_of(bid.party_id),
            )
        )
    for party in sorted(winners):
        own = [award for award in awards if award.party_id == party]
        held = bidders[party].held if party in bidders else 0
        parts = set_off(held, [due_first(notice, award.amount_fen) for award in own])
        for award, part in zip(own, parts, strict=True):
            award.deposit_fen = part
    insert_awards(case.session, auction.id, awards)
    for award in awards:
        _hold_room(case, award)
    return awards


def _cash_accounts(case: Case, parties: Iterable[int]) -> dict[int, int]:
    return cash_accounts_of(case.session, parties)


def _hold_room(case: Case, award: Winning) -> None:
    legs: list[Transfer] = []
    for place in award.places():
        legs += legs_of_hold(place, award.ref, award.quantity)
    if legs:
        day = case.command.at.today
        case.settle(Entry(EntryKind.HOLD, f"{award.ref}:room", day, tuple(legs)))


def _give_back_losers(case: Case, stored: list[StoredBid], awards: list[Winning]) -> None:
    """Give back all that no award needs: deposits of losers and what winners held too much."""
    kept: defaultdict[int, int] = defaultdict(int)
    for one in awards:
        kept[one.party_id] += one.deposit_fen
    for bidder in bidders_of(case.session, case.auction.id).values():
        case.give_deposit_back(bidder, bidder.held - kept[bidder.party_id])
    if case.auction.notice.buys:
        won = {one.bid_id: one.quantity for one in awards}
        case.give_offers_back(
            (one.id, one.account_id, one.terms.quantity - won.get(one.id, 0))
            for one in stored
            if one.terms is not None
        )


def _give_back_unsold(case: Case, result: Result) -> None:
    """Give back what was not sold (or spent); units kept back for good are retired."""
    auction = case.auction
    needed = result.proceeds_fen if auction.notice.buys else result.sold
    case.give_supply_back(auction.held - needed, "unsold")
    if result.withheld:
        ground, day = auction.ground, case.command.at.today
        cell = _cell_account(case, ground.account_id)
        retired = PositionKey(cell, ground.asset_id, PositionKind.RETIRED, ground.ref)
        leg = Transfer(ground.free, retired, result.withheld)
        case.settle(Entry(EntryKind.CUT, f"{ground.ref}:withheld", day, (leg,)))


def _cell_account(case: Case, account_id: int) -> int:
    account = accounts_by_id(case.session, [account_id])[account_id]
    return cell_account(case.session, account.scheme_id, account.cell_id or 0)


def _charge_shortfalls(case: Case, result: Result) -> None:
    """Where this auction sells again what was not paid for, charge who did not pay."""
    session = case.session
    earlier_id = find_auction_id(session, case.auction.notice.follows)
    earlier = None if earlier_id is None else load_auction(session, earlier_id)
    if earlier is None or not result.sold:
        return
    taken = 0
    for award in awards_of(session, earlier.id):
        if award.state is not AwardState.DEFAULTED or award.charged_by is not None:
            continue
        resale = resale_of(award, result.sold, result.proceeds_fen, taken)
        if not resale.quantity:
            break
        taken += resale.quantity
        owed = shortfall_fen(earlier.notice, award, resale)
        case.settle(shortfall_entry(earlier.ground, award, owed, case.command.at.today))
        award.owed_fen = owed
        award.charged_by = case.auction.id
        save_award(session, award)
        case.decision.tell(
            "shortfall_charged", auction=earlier.id, award=award.bid_id, owed_fen=owed
        )


def rooms_of_sale(case: Case, account_id: int, party_id: int | None) -> list[RoomPlace]:
    """Name the rooms that a holder's group gets back when its units are sold.

    What was bought under a purchase limit stays counted.
    """
    if party_id is None:
        return []
    session, auction = case.session, case.auction
    of_holdings = {
        limit.limit_asset_id
        for limit in limits_on(session, auction.ground.asset_id)
        if limit.kind is LimitKind.HOLDING
    }
    rooms = _grouping(session, auction, [party_id]).rooms_of(party_id)
    return [RoomPlace(account_id, group, limit) for group, limit in rooms if limit in of_holdings]
