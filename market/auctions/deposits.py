"""What is held of a bidder while his bids stand, and what of it is set off against his awards.

Pure: knows the deposit rule, one bidder's bids and awards; money in fen.  Where the auction buys, a
bidder holds units instead: all that he offers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.refusals import RefusalCode, Refused, ensure
from market.auctions.bids import Bid
from market.auctions.notice import QUOTING, DepositKind, DepositRule, Notice, start_price
from market.auctions.rules import Rules
from market.fees import fee_on
from market.pricing import format_plain_money, share_fen, value_fen_rounded


class DepositCode(RefusalCode):
    """Why a named guarantee is not taken."""

    GUARANTEE_OFF_STEP = "guarantee_off_step"
    GUARANTEE_TOO_SMALL = "guarantee_too_small"


def those_that_count(rules: Rules, bids: Sequence[Bid]) -> Sequence[Bid]:
    """Give of one bidder's bids, in the order of time, those that can win."""
    return bids[-1:] if rules.format in QUOTING else bids


def deposit_needed(notice: Notice, bids: Sequence[Bid]) -> int:
    """Give what must be held of a bidder with these bids (in the order of time), in fen.

    Nothing without a bid.  As in the clearing, the largest of price x quantity so far does not
    multiply by years.
    """
    rule, rules = notice.deposit, notice.rules
    counting = those_that_count(rules, bids)
    if not counting or rule.kind is DepositKind.NONE:
        return 0
    if rule.kind is DepositKind.FIXED:
        return rule.amount_fen
    if rule.kind is DepositKind.SHARE_OF_START:
        start = start_price(rules)
        ensure(start is not None, "a share of the start price has a start price")
        quantity = sum(bid.quantity for bid in counting)
        value = value_fen_rounded(start or 0, quantity, rules.quantity_decimals, rules.years)
        return share_fen(value, rule.share_millionths)
    ensure(rule.kind is DepositKind.WHOLE_BID, "a sealed bid's guarantee is what it names")
    return _largest_value(rules, counting)


def _largest_value(rules: Rules, bids: Sequence[Bid]) -> int:
    """Give the largest of price x quantity so far, going down from the highest price."""
    quantity = largest = 0
    for bid in sorted(bids, key=lambda one: -price_of(rules, one)):
        quantity += bid.quantity
        value = value_fen_rounded(price_of(rules, bid), quantity, rules.quantity_decimals)
        largest = max(largest, value)
    return largest


def price_of(rules: Rules, bid: Bid) -> int:
    """Give the price of a bid: its own, or the fixed one."""
    price = bid.price_micro if bid.price_micro is not None else rules.fixed_price_micro
    ensure(price is not None, "a bid has a price, its own or the fixed one")
    return price or 0


def refuse_guarantee(rule: DepositRule, fen: int) -> Refused | None:
    """Refuse a guarantee that is too small, or not in whole steps: it would tell of the price."""
    if fen < rule.amount_fen:
        values = {
            "guarantee": format_plain_money(fen),
            "least": format_plain_money(rule.amount_fen),
        }
        return Refused(DepositCode.GUARANTEE_TOO_SMALL, values)
    if fen % rule.step_fen:
        values = {"guarantee": format_plain_money(fen), "step": format_plain_money(rule.step_fen)}
        return Refused(DepositCode.GUARANTEE_OFF_STEP, values)
    return None


@dataclass(frozen=True, slots=True)
class Due:
    """What an award costs its bidder first: the first part of its price and the fee, in fen."""

    part_fen: int
    fee_fen: int

    @property
    def total_fen(self) -> int:
        """Both together."""
        return self.part_fen + self.fee_fen


def due_first(notice: Notice, amount_fen: int) -> Due:
    """Give what is due of an award first; the whole fee goes with the first part."""
    first = notice.payment.parts_fen(amount_fen)[0]
    return Due(first, fee_on(notice.buyer_fees, amount_fen))


def set_off(held_fen: int, dues: Sequence[Due]) -> list[int]:
    """Share what is held of a bidder among his awards in their order; what is over goes back."""
    parts = []
    for due in dues:
        parts.append(min(held_fen, due.total_fen))
        held_fen -= parts[-1]
    return parts
