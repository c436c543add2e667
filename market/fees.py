"""Fees: what an order owes for what it has traded so far, and what that asks to be held.

Knows one schedule and the value an order has traded.  It must not know venues, dates, databases or
where a schedule comes from.

A fee is a function of the order's *cumulative* value, never of one fill: each fill pays what the
fee on the total has grown by, so a thousand small fills pay what one large fill pays, and a hold
computed from the limit price is never too small.  The schedule is the one that was in force when
the order was accepted.
"""

from dataclasses import dataclass

from ledger.refusals import ensure
from market.pricing import share_fen

WHOLE = 1_000_000
"""A rate of one, in millionths."""


@dataclass(frozen=True, slots=True)
class FeeSchedule:
    """What one side of a trade pays.

    ``rate_millionths`` of the value (0..1,000,000: 0.1 % is 1,000), at least ``minimum_fen`` once
    anything traded, at most ``maximum_fen`` (None: no limit) for the whole order.
    """

    rate_millionths: int
    minimum_fen: int = 0
    maximum_fen: int | None = None

    def __post_init__(self) -> None:
        """Hold what the proofs about holds rest on."""
        # Above one, a fill could cost a seller more than it brings.
        ensure(0 <= self.rate_millionths <= WHOLE, "a rate of fees is a part of one")
        ensure(self.minimum_fen >= 0, "a minimum fee is never negative")
        if self.maximum_fen is not None:
            ensure(self.minimum_fen <= self.maximum_fen, "a minimum fee is within the maximum")


NO_FEE = FeeSchedule(0)


def fee_on(schedule: FeeSchedule, cumulative_value_fen: int) -> int:
    """Give the whole fee, in fen, of an order that traded so much (fen, 0 or more).

    Half up to the fen, never falling as the value grows, nothing for nothing.  For a seller see
    ``seller_fee_on``.
    """
    ensure(cumulative_value_fen >= 0, "the value of what was traded is never negative")
    if cumulative_value_fen == 0:
        return 0
    fee = max(share_fen(cumulative_value_fen, schedule.rate_millionths), schedule.minimum_fen)
    return fee if schedule.maximum_fen is None else min(fee, schedule.maximum_fen)


def seller_fee_on(schedule: FeeSchedule, cumulative_value_fen: int) -> int:
    """Give the whole fee of a sell order in fen: as ``fee_on``, and never above its proceeds.

    What a minimum leaves unpaid on a small first fill is paid by the next ones.
    """
    return min(fee_on(schedule, cumulative_value_fen), cumulative_value_fen)


def fee_due(
    schedule: FeeSchedule,
    value_before: int,
    value_after: int,
    charged_so_far: int,
    *,
    selling: bool,
) -> int:
    """Give what one fill pays, in fen, when it takes the order's value from one sum to the next.

    The fees of all fills add up to the fee on the total.  A seller's part is never more than what
    the fill brings him.
    """
    ensure(0 <= value_before <= value_after, "what was traded only grows")
    whole_fee = seller_fee_on if selling else fee_on
    ensure(
        charged_so_far == whole_fee(schedule, value_before),
        "an order was charged the fee on what it traded",
    )
    return whole_fee(schedule, value_after) - charged_so_far


def buyer_hold_fen(
    schedule: FeeSchedule, spent_fen: int, rest_at_limit_fen: int, charged_so_far: int
) -> int:
    """Give the money a buy order must still hold, in fen.

    The rest at its limit price, and the fee that would then be due on the whole order; nothing
    once nothing is left to trade.  Fills at the limit price or better never overdraw it
    (``model.md`` scene 2).
    """
    ensure(rest_at_limit_fen >= 0, "the rest of an order is never negative")
    fee_at_limit = fee_on(schedule, spent_fen + rest_at_limit_fen)
    ensure(charged_so_far <= fee_at_limit, "a fee never falls as an order trades on")
    return rest_at_limit_fen + fee_at_limit - charged_so_far
