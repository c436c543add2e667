"""Bids cut to what their bidders may buy: approved needs, and what is left of a group's limit.

Looks only at bids that stand by themselves, best price first, as the clearing does with guarantees;
the bid that passes is cut to whole lots.  Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ledger.refusals import RefusalCode, Refused
from market.auctions.bids import Bid, ShutOut, quantity_text, screen
from market.auctions.rules import Rules


class CapCode(RefusalCode):
    """Why nothing is left of a bid."""

    BID_BEYOND_APPROVED_NEED = "bid_beyond_approved_need"
    BID_BEYOND_GROUP_LIMIT = "bid_beyond_group_limit"
    APPROVED_NEED_MISSING = "approved_need_missing"


@dataclass(frozen=True, slots=True)
class Cap:
    """Bidders who together get at most ``quantity`` smallest units, and the code that says why."""

    bidders: frozenset[str]
    quantity: int
    code: CapCode


def within_caps(
    rules: Rules, bids: Sequence[Bid], caps: Sequence[Cap]
) -> tuple[list[Bid], list[ShutOut]]:
    """Give the bids as cut, in their order, and those of which nothing is left."""
    cut: dict[str, int] = {}
    shut_out: list[ShutOut] = []
    standing = sorted(
        screen(rules, bids).standing,
        key=lambda one: (-rules.worth(one.price_micro), one.by_time),
    )
    for cap in caps:
        left = cap.quantity
        for one in standing:
            bid = one.bid
            asked = cut.get(bid.id, bid.quantity)
            if bid.bidder not in cap.bidders or asked == 0:
                continue
            kept = asked if asked <= left else rules.down_to_lots(max(0, left))
            if kept < rules.minimum_bid:
                kept = 0
            left -= kept
            if kept == asked:
                continue
            cut[bid.id] = kept
            if kept == 0:
                values = {
                    "quantity": quantity_text(rules, asked),
                    "limit": quantity_text(rules, cap.quantity),
                }
                shut_out.append(ShutOut(bid, one.place, Refused(cap.code, values)))
    kept_bids = [
        replace(bid, quantity=cut.get(bid.id, bid.quantity))
        for bid in bids
        if cut.get(bid.id, 1) != 0
    ]
    return kept_bids, shut_out
