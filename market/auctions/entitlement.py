"""How much of what a bidder bids for he may have: step (3) of the order of work.

Guarantees first, then the limit per bidder or group.  Knows one bidder or group at a time; what
passes is cut to whole lots and stays as a smaller bid, and is refused when nothing is left of it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from ledger.refusals import Refused
from market.auctions.bids import BidCode, ShutOut, Standing, price_text, quantity_text
from market.auctions.rules import Rules
from market.pricing import format_plain_money


def within_guarantees(
    rules: Rules, standing: Sequence[Standing], guarantees: Mapping[str, int]
) -> Iterator[Standing | ShutOut]:
    """Keep of each bidder what his guarantee, in fen, covers; who has none named is not limited.

    Best price first, the largest of price x quantity so far has to stay within the guarantee.  As
    the format has it, years do not multiply: a guarantee is for the price as it is quoted.
    Source: the bid guarantee of Western Climate Initiative auctions, 17 CCR 95912.
    """
    for bidder, own in _gathered(standing, lambda one: one.bid.bidder, rules):
        if bidder not in guarantees:
            yield from own
            continue
        kept = 0
        for one in own:
            covered = rules.payable_quantity(guarantees[bidder], one.price_micro, years=1)
            quantity = _allowed(rules, one, covered - kept)
            kept += quantity
            if quantity:
                yield replace(one, quantity=quantity)
            else:
                guarantee = format_plain_money(guarantees[bidder])
                values = {"price": price_text(rules, one.price_micro), "guarantee": guarantee}
                refused = Refused(BidCode.BID_BEYOND_GUARANTEE, values)
                yield ShutOut(one.bid, one.place, refused)


def within_bidder_limit(
    rules: Rules, supply: int, standing: Sequence[Standing]
) -> Iterator[Standing | ShutOut]:
    """Keep of each bidder, or group of bidders, at most its share of the supply."""
    if rules.bidder_limit is None:
        yield from standing
        return
    limit = int(rules.bidder_limit * supply)

    def group_of(one: Standing) -> str:
        return rules.groups.get(one.bid.bidder, one.bid.bidder)

    for _, own in _gathered(standing, group_of, rules):
        kept = 0
        for one in own:
            quantity = _allowed(rules, one, limit - kept)
            kept += quantity
            if quantity:
                yield replace(one, quantity=quantity)
            else:
                values = {
                    "quantity": quantity_text(rules, one.quantity),
                    "limit": quantity_text(rules, limit),
                }
                refused = Refused(BidCode.BID_BEYOND_BIDDER_LIMIT, values)
                yield ShutOut(one.bid, one.place, refused)


def _gathered(
    standing: Sequence[Standing], owner_of: Callable[[Standing], str], rules: Rules
) -> Iterator[tuple[str, list[Standing]]]:
    """Give each owner's bids, the best price first, then the earlier."""
    owned: defaultdict[str, list[Standing]] = defaultdict(list)
    for one in standing:
        owned[owner_of(one)].append(one)
    for owner, own in owned.items():
        own.sort(key=lambda one: (-rules.worth(one.price_micro), one.by_time))
        yield owner, own


def _allowed(rules: Rules, one: Standing, room: int) -> int:
    return one.quantity if one.quantity <= room else rules.down_to_lots(max(0, room))
