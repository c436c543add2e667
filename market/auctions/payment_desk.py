"""Awards as they are paid: at the clearing, on the winner's word, at the deadline; or not.

What a winner's cash covers is paid at once.  At a deadline it is asked for once more; what is not
there then is a default.
"""

from ledger.core.entries import Transfer
from ledger.core.moves import EntryKind, PositionKind
from ledger.refusals import Refused
from ledger.registry.accounts import accounts_by_id
from market.auctions.award_store import awards_of, save_award
from market.auctions.awards import (
    Winning,
    award_entry,
    entry_of,
    forfeit_entry,
    instalment_entry,
    purchase_entry,
    reclaim_entry,
    take_in_first,
    take_in_instalment,
)
from market.auctions.case import Case
from market.auctions.clearing_desk import rooms_of_sale
from market.auctions.life import FINAL_AWARDS, AwardState, LifeCode, Stage
from market.commands import Fields
from market.rooms import legs_of_release, legs_of_sale


def pay(case: Case) -> Refused | None:
    """Pay what is due of one award next, now and not at its deadline; ``award`` is its bid."""
    fields = Fields(case.command.payload, ("award",))
    number = fields.number("award")
    if fields.fault is not None:
        return fields.fault
    sender = case.command.party_id
    for award in awards_of(case.session, case.auction.id):
        if award.bid_id == number and sender in (0, award.party_id):
            break
    else:
        return Refused(LifeCode.NOTHING_TO_PAY_NOW, {"award": number})
    if award.state in FINAL_AWARDS:
        return Refused(LifeCode.NOTHING_TO_PAY_NOW, {"award": number})
    refused = settle_next(case, award)
    if refused is None:
        case.decision.answer = {"award": award.bid_id, "state": award.state.value}
    return refused


def settle_all(case: Case) -> None:
    """Settle every award as far as the winners' cash goes: the first thing after the clearing."""
    for award in awards_of(case.session, case.auction.id):
        if award.state is AwardState.WAITING:
            settle_next(case, award)


def meet_deadlines(case: Case) -> None:
    """Ask for what is due by now; who has not got it is in default."""
    for award in awards_of(case.session, case.auction.id):
        while award.state not in FINAL_AWARDS and award.due_at <= case.command.at.instant:
            if settle_next(case, award) is not None:
                _default(case, award)


def settle_next(case: Case, award: Winning) -> Refused | None:
    """Pay the next part of an award; refused where the winner's cash is too little."""
    refused = _first(case, award) if award.state is AwardState.WAITING else _part(case, award)
    if refused is None:
        save_award(case.session, award)
        case.decision.tell(
            "award_paid", auction=case.auction.id, award=award.bid_id, state=award.state.value
        )
    return refused


def _first(case: Case, award: Winning) -> Refused | None:
    auction, notice, day = case.auction, case.auction.notice, case.command.at.today
    cleared_at = auction.cleared_at or case.command.at.instant
    if notice.buys:
        case.settle(purchase_entry(auction.ground, notice, award, day, _rooms_back(case, award)))
        auction.held -= award.amount_fen
        take_in_first(notice, award, cleared_at)
        return None
    entry = award_entry(auction.ground, notice, award, day, _rooms_back(case, award))
    refused = case.record.hold(entry)
    if refused is not None:
        return refused
    auction.held -= award.quantity
    case.deposit_used(case.bidder(award.party_id, award.cash_account_id), award.deposit_fen)
    take_in_first(notice, award, cleared_at)
    return None


def _rooms_back(case: Case, award: Winning) -> list[Transfer]:
    """Give the legs of room that the group of whoever sells gets back."""
    ground = case.auction.ground
    account_id = award.account_id if ground.buys else ground.account_id
    if not ground.buys and ground.supply_kind is not PositionKind.HOLDING:
        return []
    if account_id not in case.sellers_rooms:
        account = accounts_by_id(case.session, [account_id])[account_id]
        case.sellers_rooms[account_id] = rooms_of_sale(case, account_id, account.party_id)
    legs: list[Transfer] = []
    for place in case.sellers_rooms[account_id]:
        legs += legs_of_sale(place, award.quantity, -case.balance(place.tolerated))
    return legs


def _part(case: Case, award: Winning) -> Refused | None:
    auction, day = case.auction, case.command.at.today
    unpaid = _unpaid(case, award)
    entry = instalment_entry(auction.ground, auction.notice, award, unpaid, day)
    refused = case.record.hold(entry)
    if refused is None:
        cleared_at = auction.cleared_at or case.command.at.instant
        take_in_instalment(auction.notice, award, cleared_at)
    return refused


def _unpaid(case: Case, award: Winning) -> int:
    """Give what is left of an award's unpaid units: some may have been surrendered."""
    key = case.auction.ground.units_of(award.account_id, PositionKind.UNPAID, award.ref)
    return case.balance(key)


def _default(case: Case, award: Winning) -> None:
    """The winner has not paid: what is held goes to the seller, the units go back."""
    auction, day = case.auction, case.command.at.today
    if award.state is AwardState.WAITING:
        case.settle(forfeit_entry(auction.ground, award, day))
        case.deposit_used(case.bidder(award.party_id, award.cash_account_id), award.deposit_fen)
        case.give_supply_back(award.quantity, f"default:{award.bid_id}")
        _free_room(case, award)
    else:
        unpaid = _unpaid(case, award)
        rooms: list[Transfer] = []
        for place in award.places():
            rooms += legs_of_sale(place, unpaid, -case.balance(place.tolerated))
        case.settle(reclaim_entry(auction.ground, award, unpaid, rooms, day))
    award.state = AwardState.DEFAULTED
    save_award(case.session, award)
    case.decision.tell("award_defaulted", auction=auction.id, award=award.bid_id)


def _free_room(case: Case, award: Winning) -> None:
    legs: list[Transfer] = []
    for place in award.places():
        over = -case.balance(place.tolerated)
        legs += legs_of_release(place, award.ref, award.quantity, over)
    key = f"{award.ref}:room-back"
    case.settle(entry_of(EntryKind.RELEASE, key, case.command.at.today, legs))


def stage_of_payment(case: Case) -> Stage:
    """Tell whether all awards are paid or in default."""
    awards = awards_of(case.session, case.auction.id)
    if all(award.state in FINAL_AWARDS for award in awards):
        return Stage.SETTLED
    return Stage.CLEARED
