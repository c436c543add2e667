"""The public sheet of an auction's result.

Pure: from the rules, the bids and the result, the figures that are published.  It names who was
refused by the id of the bid; who bid what else stays inside.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ledger.apportionment import half_up
from ledger.refusals import Refused
from market.auctions.bids import Bid, Standing
from market.auctions.clearing import AuctionStatus, Result, field_of
from market.auctions.rules import Rules


@dataclass(frozen=True, slots=True)
class BidPrices:
    """Prices of the valid bids in millionths, weighted by quantity.

    ``mean`` and ``median`` are rounded half up to the millionth; the median is the price of the
    middle unit, between two middle units at two prices the middle of both.
    """

    lowest_micro: int
    mean_micro: int
    median_micro: int
    highest_micro: int


@dataclass(frozen=True, slots=True)
class RefusedBid:
    """A refused bid and why."""

    bid_id: str
    refused: Refused


@dataclass(frozen=True, slots=True)
class ResultSheet:
    """What is published; quantities in smallest units, money in fen.

    ``bidders``: those with a valid bid, after guarantees and limits.  ``cover_ratio``: what is
    validly bid for, to the supply.  ``prices`` is None where no bid was valid.
    """

    status: AuctionStatus
    supply: int
    bidders: int
    winners: int
    asked: int
    cover_ratio: Fraction
    prices: BidPrices | None
    price_micro: int | None
    sold: int
    unsold: int
    proceeds_fen: int
    containment_sold: int
    withheld: int
    refused: tuple[RefusedBid, ...]


def result_sheet(
    rules: Rules,
    supply: int,
    bids: Sequence[Bid],
    result: Result,
    *,
    guarantees: Mapping[str, int] | None = None,
) -> ResultSheet:
    """Make the sheet of a result from the same rules, supply, bids and guarantees."""
    standing = field_of(rules, supply, bids, guarantees or {}).standing
    asked = sum(one.quantity for one in standing)
    return ResultSheet(
        status=result.status,
        supply=supply,
        bidders=len({one.bid.bidder for one in standing}),
        winners=len({award.bid.bidder for award in result.awards}),
        asked=asked,
        cover_ratio=Fraction(asked, supply),
        prices=_prices(standing) if standing else None,
        price_micro=result.price_micro,
        sold=result.sold,
        unsold=result.unsold,
        proceeds_fen=result.proceeds_fen,
        containment_sold=result.containment_sold,
        withheld=result.withheld,
        refused=tuple(RefusedBid(one.bid.id, one.refused) for one in result.refused),
    )


def _prices(standing: Sequence[Standing]) -> BidPrices:
    asked = sum(one.quantity for one in standing)
    value = sum(one.price_micro * one.quantity for one in standing)
    rising = sorted(standing, key=lambda one: one.price_micro)
    middle = _price_of_unit(rising, (asked + 1) // 2) + _price_of_unit(rising, asked // 2 + 1)
    return BidPrices(
        lowest_micro=rising[0].price_micro,
        mean_micro=half_up(Fraction(value, asked)),
        median_micro=half_up(Fraction(middle, 2)),
        highest_micro=rising[-1].price_micro,
    )


def _price_of_unit(rising: Sequence[Standing], number: int) -> int:
    """Give the price of a unit, counted from 1 at the lowest price."""
    price = 0
    for one in rising:
        price = one.price_micro
        number -= one.quantity
        if number <= 0:
            break
    return price
