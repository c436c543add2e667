"""Bids, each looked at by itself: steps (1) and (2) of the order of work.

Knows the rules of a bid and which of several quotes of a bidder counts.  Knows neither supply nor
guarantees nor what others bid, except that a bidder may quote only so often.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ledger.numerals import format_plain_digits
from ledger.refusals import RefusalCode, Refused, ensure
from market.auctions.rules import Format, Rules
from market.pricing import PRICE_DECIMALS


class BidCode(RefusalCode):
    """Why a bid was shut out of the clearing."""

    BID_PRICE_NEGATIVE = "bid_price_negative"
    BID_QUANTITY_NEGATIVE = "bid_quantity_negative"
    BID_PRICE_ZERO = "bid_price_zero"
    BID_QUANTITY_ZERO = "bid_quantity_zero"
    BID_OFF_TICK = "bid_off_tick"
    BID_OFF_LOT = "bid_off_lot"
    BID_OFF_STEP = "bid_off_step"
    BID_BELOW_MINIMUM = "bid_below_minimum"
    BID_BELOW_RESERVE = "bid_below_reserve"
    OFFER_ABOVE_RESERVE = "offer_above_reserve"
    OFFER_ABOVE_CEILING = "offer_above_ceiling"
    QUOTES_USED_UP = "quotes_used_up"
    BID_BEYOND_GUARANTEE = "bid_beyond_guarantee"
    BID_BEYOND_BIDDER_LIMIT = "bid_beyond_bidder_limit"


_SHORT_OF_RESERVE = (BidCode.BID_BELOW_RESERVE, BidCode.OFFER_ABOVE_RESERVE)


@dataclass(frozen=True, slots=True)
class Bid:
    """One bid (or, where we buy, one offer); ids are unique in an auction.

    ``price_micro`` is None where the price is fixed.  Numbers below zero are refused when the bid is
    looked at.  ``minimum`` is the least that the bidder
    takes in a pro rata tie.
    """

    id: str
    bidder: str
    quantity: int
    price_micro: int | None
    at: datetime
    minimum: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """A bid that stands, with its price and the quantity that is left of it.

    ``place`` is its place among all bids, the last word where prices and times are equal.
    """

    bid: Bid
    place: int
    price_micro: int
    quantity: int

    @property
    def by_time(self) -> tuple[datetime, int]:
        """Sorts the earlier bid first."""
        return self.bid.at, self.place


@dataclass(frozen=True, slots=True)
class ShutOut:
    """A bid that a rule refuses."""

    bid: Bid
    place: int
    refused: Refused


@dataclass(frozen=True, slots=True)
class Screened:
    """What the rules of a bid left standing, and what they shut out.

    ``any_short_of_reserve``: some bid was worse than the reserve, public or secret, and otherwise
    good; quotes of a bidder of whom another quote counts do not count here either.
    """

    standing: list[Standing]
    shut_out: list[ShutOut]
    any_short_of_reserve: bool


def screen(rules: Rules, bids: Sequence[Bid]) -> Screened:
    """Look at each bid by itself, then keep the last valid quote of each bidder.

    A refused quote uses up none of a bidder's quotes; one below a secret reserve does, or bidders
    could tell where the reserve is.
    """
    standing: list[Standing] = []
    shut_out: list[ShutOut] = []
    short: set[str] = set()
    quotes: Counter[str] = Counter()
    for place in _order_of_looking(rules, bids):
        bid = bids[place]
        one = Standing(bid, place, _price(rules, bid), bid.quantity)
        refused = _refusal(rules, one)
        if refused is None and rules.quotes_limit is not None:
            refused = _one_quote_more(rules, quotes, bid)
        if refused is not None:
            if _is_short_only(rules, one, refused):
                short.add(bid.bidder)
            shut_out.append(ShutOut(bid, place, refused))
        elif rules.is_short_of_reserve(one.price_micro):
            short.add(bid.bidder)
        else:
            standing.append(one)
    if rules.format in (Format.MULTI_QUOTE, Format.ASCENDING):
        standing = _last_of_each_bidder(standing)
        short.difference_update(one.bid.bidder for one in standing)
    return Screened(standing, shut_out, bool(short))


def price_text(rules: Rules, price_micro: int) -> str:
    """Write a price with the decimals of the rules, or more where it has more."""
    return _plain(price_micro, PRICE_DECIMALS, rules.price_shown_decimals)


def quantity_text(rules: Rules, quantity: int) -> str:
    """Write a quantity with the decimals of the rules, or more where it has more; nothing is 0."""
    if quantity == 0:
        return "0"
    return _plain(quantity, rules.quantity_decimals, rules.quantity_shown_decimals)


def _plain(value: int, decimals: int, shown: int) -> str:
    while decimals > shown and value % 10 == 0:
        value, decimals = value // 10, decimals - 1
    return format_plain_digits(value, decimals)


def _order_of_looking(rules: Rules, bids: Sequence[Bid]) -> Sequence[int]:
    if rules.quotes_limit is None:
        return range(len(bids))
    return sorted(range(len(bids)), key=lambda place: (bids[place].at, place))


def _price(rules: Rules, bid: Bid) -> int:
    price = rules.fixed_price_micro if rules.format is Format.FIXED_PRICE else bid.price_micro
    ensure(price is not None, "a bid has a price, its own or the fixed one")
    return price or 0


def _refusal(rules: Rules, one: Standing) -> Refused | None:
    """Find the first rule of a bid that it breaks; texts are made only for one that does."""
    price, quantity = one.price_micro, one.quantity
    if quantity < 0:
        told = f"-{quantity_text(rules, -quantity)}"
        return Refused(BidCode.BID_QUANTITY_NEGATIVE, {"quantity": told})
    if quantity == 0:
        return Refused(BidCode.BID_QUANTITY_ZERO)
    if rules.format is not Format.FIXED_PRICE:
        if price < 0:
            told = f"-{price_text(rules, -price)}"
            return Refused(BidCode.BID_PRICE_NEGATIVE, {"price": told})
        if price == 0:
            return Refused(BidCode.BID_PRICE_ZERO)
        if price % rules.tick_micro:
            return _off(rules, one, BidCode.BID_OFF_TICK, tick=rules.tick_micro)
    if quantity % rules.lot:
        lot = quantity_text(rules, rules.lot)
        return Refused(
            BidCode.BID_OFF_LOT, {"quantity": quantity_text(rules, quantity), "lot": lot}
        )
    step, start = rules.increment_micro, rules.reserve_micro or 0
    if step is not None and (price - start) % step:
        return _off(rules, one, BidCode.BID_OFF_STEP, step=step, start=start)
    if quantity < rules.minimum_bid:
        minimum = quantity_text(rules, rules.minimum_bid)
        values = {"quantity": quantity_text(rules, quantity), "minimum": minimum}
        return Refused(BidCode.BID_BELOW_MINIMUM, values)
    if not rules.reserve_secret and rules.is_short_of_reserve(price):
        code = BidCode.OFFER_ABOVE_RESERVE if rules.is_reverse else BidCode.BID_BELOW_RESERVE
        return _off(rules, one, code, reserve=start)
    if rules.ceiling_micro is not None and price > rules.ceiling_micro:
        return _off(rules, one, BidCode.OFFER_ABOVE_CEILING, ceiling=rules.ceiling_micro)
    return None


def _is_short_only(rules: Rules, one: Standing, refused: Refused) -> bool:
    ceiling = rules.ceiling_micro
    in_reach = ceiling is None or one.price_micro <= ceiling
    return in_reach and refused.code in _SHORT_OF_RESERVE


def _off(rules: Rules, one: Standing, code: BidCode, **prices: int) -> Refused:
    """Refuse a price, telling it and the prices that it is measured by."""
    told = {"price": one.price_micro, **prices}
    return Refused(code, {name: price_text(rules, value) for name, value in told.items()})


def _one_quote_more(rules: Rules, quotes: Counter[str], bid: Bid) -> Refused | None:
    limit = rules.quotes_limit or 0
    if quotes[bid.bidder] >= limit:
        values = {"number": quotes[bid.bidder] + 1, "limit": limit}
        return Refused(BidCode.QUOTES_USED_UP, values)
    quotes[bid.bidder] += 1
    return None


def _last_of_each_bidder(standing: list[Standing]) -> list[Standing]:
    last: dict[str, Standing] = {}
    for one in sorted(standing, key=lambda one: one.by_time):
        last[one.bid.bidder] = one
    return sorted(last.values(), key=lambda one: one.place)
