"""A past auction cleared again: by its own rules, which proves its result, or by others.

Reads what was bid and what the clearing knew; changes nothing.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from ledger.refusals import Refused
from market.auctions.auction_store import bids_of, find_auction_id, load_auction, numbers_of_parties
from market.auctions.life import BidState, LifeCode
from market.auctions.publication import sheet_document
from market.auctions.rules import Format, Rules
from market.auctions.whole_clearing import Cleared, clear_whole, inputs_from_json

_CLEARED_BIDS = (BidState.WON, BidState.LOST, BidState.REFUSED)


@dataclass(frozen=True, slots=True)
class Rerun:
    """The published result and the new one, both as sheets; ``differs`` names figures that do."""

    code: str
    published: dict[str, Any]
    again: dict[str, Any]
    cleared: Cleared

    @property
    def differs(self) -> tuple[str, ...]:
        """Which figures of the sheet differ."""
        return tuple(key for key in self.published if self.published[key] != self.again[key])


def auction_number(session: Session, named: str) -> int | None:
    """Find an auction by its number or its code."""
    found = find_auction_id(session, named)
    if found is None and named.isascii() and named.isdigit() and len(named) < 10:
        return int(named)
    return found


def decimals_of(session: Session, auction_id: int) -> int | None:
    """Give the decimals in which an auction counts quantities; None where there is none."""
    one = load_auction(session, auction_id)
    return None if one is None else one.notice.rules.quantity_decimals


def rerun(session: Session, auction_id: int, rules: Rules | None) -> Rerun | Refused:
    """Clear a past auction's bids again; ``rules`` None: by its own."""
    one = load_auction(session, auction_id)
    if one is None:
        return Refused(LifeCode.AUCTION_UNKNOWN, {"auction": str(auction_id)})
    if not one.result:
        return Refused(LifeCode.AUCTION_NOT_CLEARED_YET, {"auction": one.notice.code})
    stored = bids_of(session, auction_id, states=_CLEARED_BIDS)
    numbers = numbers_of_parties(session, {bid.party_id for bid in stored})
    bids = [bid.as_bid(numbers[bid.party_id]) for bid in stored]
    needs_prices = rules is not None and rules.format is not Format.FIXED_PRICE
    if needs_prices and any(bid.price_micro is None for bid in bids):
        return Refused(LifeCode.BIDS_WITHOUT_PRICES, {"auction": one.notice.code})
    cleared = clear_whole(
        rules or one.notice.rules,
        one.notice.supply,
        bids,
        inputs_from_json(one.inputs),
        one.seed,
    )
    again = sheet_document(cleared.rules, cleared.sheet, cleared.result)
    return Rerun(one.notice.code, one.result, again, cleared)
