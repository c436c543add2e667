"""A bid as it is sent, and the rules that look at it when it comes.

What a rule of one bid says is said at once, so that the bidder can mend it while bidding is open;
what depends on others is said at the clearing.  Pure; prices in millionths of a yuan for one unit
as displayed (and year), quantities in smallest units.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ledger.numerals import parse_plain
from ledger.refusals import RefusalCode, Refused
from market.auctions.bids import Bid, price_text, quantity_text, screen
from market.auctions.caps import CapCode
from market.auctions.deposits import those_that_count
from market.auctions.notice import Notice
from market.auctions.rules import Format
from market.commands import CommandCode, Fields
from market.pricing import parse_plain_money, parse_plain_price


class BiddingCode(RefusalCode):
    """Why a bid, a change or a withdrawal is not taken."""

    BID_MUST_BE_SEALED = "bid_must_be_sealed"
    BID_NEEDS_NO_SEAL = "bid_needs_no_seal"
    SEAL_NOT_AS_MADE_HERE = "seal_not_as_made_here"
    BID_NEEDS_PRICE = "bid_needs_price"
    BID_MAY_HAVE_NO_PRICE = "bid_may_have_no_price"
    QUOTE_NOT_ABOVE_OWN_LAST = "quote_not_above_own_last"
    BIDS_ARE_NOT_AMENDED = "bids_are_not_amended"
    BIDS_ARE_NOT_WITHDRAWN = "bids_are_not_withdrawn"
    BID_NO_LONGER_STANDS = "bid_no_longer_stands"
    BIDDER_ACCOUNT_OF_OTHER_SCHEME = "bidder_account_of_other_scheme"
    BIDDER_HAS_NO_CASH_ACCOUNT = "bidder_has_no_cash_account"
    BIDDER_BEYOND_BORDER = "bidder_beyond_border"
    SELLER_BIDS_NOT_FOR_OWN = "seller_bids_not_for_own"


BID_FIELDS = ("account", "quantity", "price", "minimum")
SEALED_FIELDS = ("account", "guarantee", "seal", "commitment", "fingerprint")
CHANGE_FIELD = "bid"
SEALED_TEXT_MAX = 4000
"""Signs that a sealed text may have before its form is looked at."""


@dataclass(frozen=True, slots=True)
class BidTerms:
    """What a bid says, sealed or not; ``price_micro`` is None where the price is fixed."""

    quantity: int
    price_micro: int | None
    minimum: int


@dataclass(frozen=True, slots=True)
class SealedBid:
    """What a sealed bid shows: the guarantee in fen, the ciphertext and what it is committed to."""

    guarantee_fen: int
    ciphertext: str
    commitment: str


def read_bid(written: Mapping[str, object], notice: Notice) -> BidTerms | Refused:
    """Read quantity, price and minimum of a bid and look at the shape alone."""
    quantity = _number(written, "quantity", notice.rules.quantity_decimals)
    if isinstance(quantity, Refused):
        return quantity
    minimum = _minimum(written, notice)
    if isinstance(minimum, Refused):
        return minimum
    fixed = notice.rules.format is Format.FIXED_PRICE
    if written.get("price") is None:
        if not fixed:
            return Refused(BiddingCode.BID_NEEDS_PRICE, {"field": "price"})
        return BidTerms(quantity, None, minimum)
    if fixed:
        return Refused(BiddingCode.BID_MAY_HAVE_NO_PRICE, {"field": "price"})
    price = _priced(written)
    return price if isinstance(price, Refused) else BidTerms(quantity, price, minimum)


def _minimum(written: Mapping[str, object], notice: Notice) -> int | Refused:
    if written.get("minimum") is None:
        return 0
    return _number(written, "minimum", notice.rules.quantity_decimals)


def _number(written: Mapping[str, object], name: str, decimals: int) -> int | Refused:
    value = written.get(name)
    if value is None:
        return Refused(CommandCode.COMMAND_FIELD_MISSING, {"field": name, "value": ""})
    if not isinstance(value, str):
        values = {"field": name, "value": str(value)[:60]}
        return Refused(CommandCode.COMMAND_FIELD_UNREADABLE, values)
    return parse_plain(value, decimals)


def _priced(written: Mapping[str, object]) -> int | Refused:
    value = written.get("price")
    if not isinstance(value, str):
        values = {"field": "price", "value": str(value)[:60]}
        return Refused(CommandCode.COMMAND_FIELD_UNREADABLE, values)
    return parse_plain_price(value)


def read_plain(payload: Mapping[str, object], notice: Notice) -> BidTerms | Refused:
    """Read a bid that everybody who keeps the log may read."""
    if notice.sealed:
        return Refused(BiddingCode.BID_MUST_BE_SEALED)
    if "seal" in payload:
        return Refused(BiddingCode.BID_NEEDS_NO_SEAL)
    fault = Fields(payload, (*BID_FIELDS, CHANGE_FIELD)).fault
    return fault or read_bid(payload, notice)


def read_sealed(payload: Mapping[str, object], notice: Notice) -> SealedBid | Refused:
    """Read what a sealed bid shows."""
    if not notice.sealed:
        return Refused(BiddingCode.BID_NEEDS_NO_SEAL)
    if "seal" not in payload:
        return Refused(BiddingCode.BID_MUST_BE_SEALED)
    fields = Fields(payload, (*SEALED_FIELDS, CHANGE_FIELD))
    texts = [
        fields.text(name, SEALED_TEXT_MAX)
        for name in ("guarantee", "seal", "commitment", "fingerprint")
    ]
    if fields.fault is not None:
        return fields.fault
    guarantee = parse_plain_money(texts[0])
    if isinstance(guarantee, Refused):
        return guarantee
    return SealedBid(guarantee, texts[1], texts[2])


def refuse_bid(notice: Notice, own: Sequence[Bid], new: Bid) -> Refused | None:
    """Refuse a bid that a rule of the auction shuts out, given the bidder's standing bids.

    A price short of a secret reserve is taken: a refusal would tell where it is.
    """
    rules = notice.rules
    for one in screen(rules, [*own, new]).shut_out:
        if one.bid.id == new.id:
            return one.refused
    if rules.format is Format.ASCENDING and own:
        last = own[-1].price_micro or 0
        if (new.price_micro or 0) <= last:
            values = {
                "price": price_text(rules, new.price_micro or 0),
                "last": price_text(rules, last),
            }
            return Refused(BiddingCode.QUOTE_NOT_ABOVE_OWN_LAST, values)
    return None


def refuse_need(notice: Notice, bids: Sequence[Bid], need: int | None) -> Refused | None:
    """Refuse to bid for more than what was approved for the bidder; ``need`` None: nothing was."""
    if need is None:
        return Refused(CapCode.APPROVED_NEED_MISSING) if notice.needs_required else None
    asked = sum(bid.quantity for bid in those_that_count(notice.rules, bids))
    if asked <= need:
        return None
    values = {
        "quantity": quantity_text(notice.rules, asked),
        "limit": quantity_text(notice.rules, need),
    }
    return Refused(CapCode.BID_BEYOND_APPROVED_NEED, values)


def refuse_change(notice: Notice, *, withdrawing: bool) -> Refused | None:
    """Refuse to change or take back a bid where the announcement does not let bidders."""
    if withdrawing:
        return None if notice.may_withdraw else Refused(BiddingCode.BIDS_ARE_NOT_WITHDRAWN)
    return None if notice.may_amend else Refused(BiddingCode.BIDS_ARE_NOT_AMENDED)


def as_bid(number: int, bidder: str, terms: BidTerms, at: datetime) -> Bid:
    """Make the value that a clearing looks at."""
    return Bid(str(number), bidder, terms.quantity, terms.price_micro, at, terms.minimum)
