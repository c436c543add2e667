"""Bids as the runner takes them: made, changed, withdrawn, and sealed ones opened.

Looks up who is bidding; what a bid may be is decided by ``bidding``, ``deposits`` and ``life``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.core.entries import Entry, Transfer
from ledger.core.moves import EntryKind, PositionKind
from ledger.numerals import parse_plain
from ledger.refusals import Refused
from ledger.registry.accounts import (
    AccountCode,
    AccountKind,
    AccountRow,
    accounts_by_id,
    find_account,
    usable,
)
from ledger.registry.cash import cash_accounts_of
from ledger.registry.transfers import BorderPolicy
from ledger.rights.schemes import setting_book
from market.auctions.auction_store import (
    Bidder,
    StoredBid,
    bids_of,
    insert_bid,
    insert_need,
    needs_of,
    numbers_of_parties,
    set_bid_state,
    set_bid_terms,
)
from market.auctions.bidding import (
    CHANGE_FIELD,
    BiddingCode,
    BidTerms,
    SealedBid,
    as_bid,
    read_plain,
    read_sealed,
    refuse_bid,
    refuse_change,
    refuse_need,
)
from market.auctions.caps import CapCode
from market.auctions.case import Case
from market.auctions.deposits import deposit_needed, refuse_guarantee
from market.auctions.life import (
    BidState,
    refuse_bidding,
    refuse_opening,
)
from market.auctions.life import refuse_need as refuse_need_now
from market.auctions.rules import Format
from market.auctions.sealed_content import (
    CIPHERTEXT_LENGTH,
    OpenedBid,
    OpeningCode,
    read_opened,
    refuse_opened,
)
from market.commands import CommandCode, Fields
from market.pricing import format_plain_money


@dataclass(frozen=True, slots=True)
class Who:
    """Who is bidding: the party, its account for the units, its account for the money."""

    party_id: int
    number: str
    account_id: int
    cash_account_id: int


def bid(case: Case) -> Refused | None:
    """Take a bid."""
    return _outside_window(case) or _take(case, None)


def amend(case: Case) -> Refused | None:
    """Take a bid in the place of one of the bidder's own; it has the time of the change."""
    refused = _outside_window(case) or refuse_change(case.auction.notice, withdrawing=False)
    if refused is not None:
        return refused
    old = _own_bid(case)
    return old if isinstance(old, Refused) else _take(case, old)


def withdraw(case: Case) -> Refused | None:
    """Take a bid back, with what is held for it."""
    notice = case.auction.notice
    refused = _outside_window(case) or refuse_change(notice, withdrawing=True)
    if refused is not None:
        return refused
    old = _own_bid(case, (CHANGE_FIELD,))
    if isinstance(old, Refused):
        return old
    party_id = case.command.party_id
    bidder = case.bidder(party_id, 0)
    set_bid_state(case.session, [old.id], BidState.WITHDRAWN)
    held = _release_for(case, bidder, old)
    case.decision.answer = {"bid": old.id, "state": BidState.WITHDRAWN.value, "held": held}
    case.decision.tell("bid_withdrawn", auction=case.auction.id)
    return None


def approve_need(case: Case) -> Refused | None:
    """Write down how much a bidder may buy at most, as approved."""
    refused = refuse_need_now(case.auction.stage)
    fields = Fields(case.command.payload, ("account", "quantity", "source"))
    number, source = fields.text("account"), fields.text("source")
    terms = _approved_quantity(case, fields)
    refused = refused or fields.fault
    if refused is not None:
        return refused
    if isinstance(terms, Refused):
        return terms
    if not source.strip():
        values = {"field": "source", "value": ""}
        return Refused(CommandCode.COMMAND_FIELD_MISSING, values)
    found = find_account(case.session, number)
    if isinstance(found, Refused):
        return found
    if found.party_id is None or found.scheme_id != case.auction.scheme_id:
        return _of_other_scheme(number)
    row = {
        "auction_id": case.auction.id,
        "party_id": found.party_id,
        "quantity": terms,
        "source": source.strip()[:500],
        "recorded_at": case.command.at.instant,
        "actor": case.command.actor,
    }
    insert_need(case.session, row)
    case.decision.answer = {"party": found.party_id, "quantity": terms}
    case.decision.tell("need_approved", auction=case.auction.id)
    return None


def _approved_quantity(case: Case, fields: Fields) -> int | Refused:
    """Read a quantity, which may be nothing."""
    text = fields.text("quantity")
    if fields.fault is not None:
        return fields.fault
    return parse_plain(text, case.auction.notice.rules.quantity_decimals)


def _outside_window(case: Case) -> Refused | None:
    auction = case.auction
    return refuse_bidding(auction.stage, auction.notice.window, case.command.at.instant)


def _of_other_scheme(number: str) -> Refused:
    return Refused(BiddingCode.BIDDER_ACCOUNT_OF_OTHER_SCHEME, {"account": number[:60]})


def _who(case: Case) -> Who | Refused:
    """Look up who is bidding; another party's account is not told apart from one not there."""
    session, party_id = case.session, case.command.party_id
    fields = Fields({"account": case.command.payload.get("account")}, ("account",))
    number = fields.text("account")
    if fields.fault is not None:
        return fields.fault
    found = find_account(session, number)
    if isinstance(found, Refused):
        return found
    if found.party_id != party_id:
        return Refused(AccountCode.ACCOUNT_NOT_FOUND, {"account": found.number})
    if found.scheme_id != case.auction.scheme_id or found.kind is not AccountKind.HOLDER:
        return _of_other_scheme(found.number)
    kept = usable(accounts_by_id(session, [found.id], kept_open=True).get(found.id), found.id)
    if isinstance(kept, Refused):
        return kept
    refused = _refuse_border(case, kept)
    if refused is not None:
        return refused
    cash = cash_accounts_of(session, [party_id]).get(party_id)
    if cash is None:
        return Refused(BiddingCode.BIDDER_HAS_NO_CASH_ACCOUNT, {"account": found.number})
    ground = case.auction.ground
    if ground.account_id == found.id or ground.cash_account_id == cash:
        return Refused(BiddingCode.SELLER_BIDS_NOT_FOR_OWN, {"account": found.number})
    return Who(party_id, numbers_of_parties(session, [party_id])[party_id], found.id, cash)


def _refuse_border(case: Case, bidder: AccountRow) -> Refused | None:
    """Refuse a bidder of another cell where totals are counted by cell: only *stay* lets him."""
    session, seller_id = case.session, case.auction.ground.account_id
    seller = accounts_by_id(session, [seller_id])[seller_id]
    if seller.cell_id == bidder.cell_id:
        return None
    book = setting_book(session, case.auction.scheme_id)
    policy = book.at("border_policy", case.command.at.today)
    if isinstance(policy, Refused):
        return policy
    if policy.value == BorderPolicy.STAY:
        return None
    values = {"account": bidder.number, "policy": str(policy.value)}
    return Refused(BiddingCode.BIDDER_BEYOND_BORDER, values, policy.source)


def _own_bid(case: Case, known: Sequence[str] = ()) -> StoredBid | Refused:
    """Find the standing bid of the sender that a change is about."""
    payload = case.command.payload
    fields = Fields(payload, tuple(known) or tuple(payload))
    number = fields.number(CHANGE_FIELD)
    if fields.fault is not None:
        return fields.fault
    own = bids_of(case.session, case.auction.id, party_id=case.command.party_id)
    found = next((one for one in own if one.id == number), None)
    if found is None:
        return Refused(BiddingCode.BID_NO_LONGER_STANDS, {"bid": number})
    return found


def _take(case: Case, old: StoredBid | None) -> Refused | None:
    if old is None and CHANGE_FIELD in case.command.payload:
        return Fields(case.command.payload, ()).fault
    who = _who(case)
    if isinstance(who, Refused):
        return who
    notice = case.auction.notice
    if notice.sealed or "seal" in case.command.payload:
        sealed = read_sealed(case.command.payload, notice)
        if isinstance(sealed, Refused):
            return sealed
        return _take_sealed(case, who, sealed, old)
    terms = read_plain(case.command.payload, notice)
    if isinstance(terms, Refused):
        return terms
    return _take_plain(case, who, terms, old)


def _take_plain(case: Case, who: Who, terms: BidTerms, old: StoredBid | None) -> Refused | None:
    """Look at a bid by itself and with the bidder's others, hold what it needs, write it down."""
    session, notice = case.session, case.auction.notice
    standing = bids_of(session, case.auction.id, party_id=who.party_id)
    own = [one.as_bid(who.number) for one in standing if old is None or one.id != old.id]
    at = case.command.at.instant
    new = as_bid(case.command.number, who.number, terms, at)
    need = needs_of(session, case.auction.id).get(who.party_id)
    refused = refuse_bid(notice, own, new) or refuse_need(notice, [*own, new], need)
    if refused is not None:
        return refused
    bidder = case.bidder(who.party_id, who.cash_account_id)
    needed = deposit_needed(notice, [*own, new])
    refused = _hold_offer(case, who, terms, old) if notice.buys else None
    refused = refused or case.hold_deposit(bidder, needed)
    if refused is not None:
        return refused
    stored = StoredBid(
        case.command.number, who.party_id, who.account_id, at, terms, BidState.STANDING
    )
    _write(case, stored, old, bidder)
    return None


def _take_sealed(case: Case, who: Who, sealed: SealedBid, old: StoredBid | None) -> Refused | None:
    """Hold the guarantee that the bidder names and keep what nobody can read."""
    session, notice = case.session, case.auction.notice
    if len(sealed.ciphertext) > CIPHERTEXT_LENGTH or len(sealed.commitment) != 64:
        return Refused(BiddingCode.SEAL_NOT_AS_MADE_HERE)
    refused = refuse_guarantee(notice.deposit, sealed.guarantee_fen)
    if refused is not None:
        return refused
    if notice.needs_required and who.party_id not in needs_of(session, case.auction.id):
        return Refused(CapCode.APPROVED_NEED_MISSING)
    standing = bids_of(session, case.auction.id, party_id=who.party_id)
    others = sum(one.guarantee_fen for one in standing if old is None or one.id != old.id)
    bidder = case.bidder(who.party_id, who.cash_account_id)
    refused = case.hold_deposit(bidder, others + sealed.guarantee_fen)
    if refused is not None:
        return refused
    stored = StoredBid(
        id=case.command.number,
        party_id=who.party_id,
        account_id=who.account_id,
        at=case.command.at.instant,
        terms=None,
        state=BidState.STANDING,
        guarantee_fen=sealed.guarantee_fen,
        ciphertext=sealed.ciphertext,
        commitment=sealed.commitment,
    )
    _write(case, stored, old, bidder)
    case.decision.answer["receipt"] = sealed.commitment
    return None


def _write(case: Case, stored: StoredBid, old: StoredBid | None, bidder: Bidder) -> None:
    if old is not None:
        set_bid_state(case.session, [old.id], BidState.REPLACED)
    insert_bid(case.session, case.auction.id, stored)
    case.decision.answer = {"bid": stored.id, "held": format_plain_money(bidder.held)}
    # What a bid says is nobody else's before the result is published.
    case.decision.tell("bid_made" if old is None else "bid_changed", auction=case.auction.id)


def _hold_offer(case: Case, who: Who, terms: BidTerms, old: StoredBid | None) -> Refused | None:
    """Hold the units of an offer; those of the offer it replaces come back first."""
    ground, day = case.auction.ground, case.command.at.today
    free = ground.units_of(who.account_id, PositionKind.HOLDING)
    held = ground.offered(case.command.number, who.account_id)
    key, actor = f"offer:{case.command.number}", case.command.actor
    coming_back = 0
    if old is not None and old.terms is not None and old.account_id == who.account_id:
        coming_back = old.terms.quantity
    more = terms.quantity - coming_back
    if more > case.balance(free):
        # Asked for nothing but its answer: the figures of what is missing.
        return case.record.hold(Entry(EntryKind.HOLD, key, day, (Transfer(free, held, more),)))
    if old is not None:
        _give_offer_back(case, old)
    leg = Transfer(free, held, terms.quantity)
    return case.record.hold(Entry(EntryKind.HOLD, key, day, (leg,), actor=actor))


def _give_offer_back(case: Case, old: StoredBid) -> None:
    if old.terms is not None:
        case.give_offers_back([(old.id, old.account_id, old.terms.quantity)])


def _release_for(case: Case, bidder: Bidder, old: StoredBid) -> str:
    """Give back what is no longer needed once a bid is gone; give what is held still, in yuan."""
    notice = case.auction.notice
    if notice.buys:
        _give_offer_back(case, old)
        return format_plain_money(0)
    standing = bids_of(case.session, case.auction.id, party_id=old.party_id)
    if notice.sealed:
        needed = sum(one.guarantee_fen for one in standing)
    else:
        number = numbers_of_parties(case.session, [old.party_id])[old.party_id]
        needed = deposit_needed(notice, [one.as_bid(number) for one in standing])
    # Less than before: nothing can be refused.
    case.hold_deposit(bidder, min(needed, bidder.held))
    return format_plain_money(bidder.held)


def open_bids(case: Case) -> Refused | None:
    """Take opened bids, each proved by its receipt; none is taken where one is not right."""
    auction = case.auction
    refused = refuse_opening(auction.stage, auction.notice.window)
    if refused is not None:
        return refused
    fields = Fields(case.command.payload, ("bids",))
    if fields.fault is not None:
        return fields.fault
    written = case.command.payload.get("bids")
    if not isinstance(written, list):
        return Refused(OpeningCode.OPENED_BID_UNREADABLE, {"bid": "?"})
    standing = {one.id: one for one in bids_of(case.session, auction.id)}
    opened: dict[int, OpenedBid] = {}
    for one in written:
        read = read_opened(one)
        if isinstance(read, Refused):
            return read
        refused = _refuse_opened(case, standing.get(read.bid_id), read)
        if refused is not None:
            return refused
        opened[read.bid_id] = read
    for bid_id, read in opened.items():
        set_bid_terms(case.session, bid_id, read.terms)
    left = sum(one.terms is None for one in standing.values()) - len(opened)
    case.decision.answer = {"opened": len(opened), "left": left}
    case.decision.tell("bids_opened", auction=auction.id, opened=len(opened), left=left)
    return None


def _refuse_opened(case: Case, stored: StoredBid | None, read: OpenedBid) -> Refused | None:
    if stored is None:
        return Refused(OpeningCode.OPENED_BID_UNKNOWN, {"bid": read.bid_id})
    if stored.terms is not None:
        return Refused(OpeningCode.OPENED_BID_OPENED_BEFORE, {"bid": read.bid_id})
    fixed = case.auction.notice.rules.format is Format.FIXED_PRICE
    if fixed != (read.terms.price_micro is None):
        return Refused(OpeningCode.OPENED_BID_UNREADABLE, {"bid": str(read.bid_id)})
    return refuse_opened(read, case.auction.id, stored.party_id, stored.commitment)
