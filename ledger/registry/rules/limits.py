"""How much may be sent at once and held in all.

The limit of a transfer is the lowest of those that are set: of the system, of the unit, of the zone
(country) and of the account; surrender and deletion are free.  Shares are exact fractions, limits
whole units, rounded down.  Knows no balance: what is held and sent is passed in.
"""

from dataclasses import dataclass
from fractions import Fraction

from ledger.refusals import RefusalCode, Refused, ensure

TRANSFER_SOURCE = "Regulation (EU) 2019/1122, article 23(3a) and (3b)"
HOLDING_SOURCE = "17 CCR 95920"


class LimitCode(RefusalCode):
    """Why a quantity is too much."""

    TRANSFER_ABOVE_LIMIT = "transfer_above_limit"
    HOLDING_ABOVE_LIMIT = "holding_above_limit"


@dataclass(frozen=True, slots=True)
class TransferLimits:
    """The limits of one transfer in whole units (0 or more), each None where none is set.

    Those of the system and of the unit hold outside the trusted list only; those of the zone and
    of the account hold for every receiver.
    """

    system: int | None = None
    unit: int | None = None
    zone: int | None = None
    account: int | None = None

    def __post_init__(self) -> None:
        """Hold the range."""
        limits = (self.system, self.unit, self.zone, self.account)
        ensure(all(limit is None or limit >= 0 for limit in limits), "a limit is not negative")


def transfer_limit(limits: TransferLimits, *, is_limited: bool, trusted: bool) -> int | None:
    """Give the most that one transaction may move; None where nothing limits it."""
    if not is_limited:
        return None
    wide = () if trusted else (limits.system, limits.unit)
    applying = [limit for limit in (*wide, limits.zone, limits.account) if limit is not None]
    return min(applying, default=None)


def refuse_above_limit(quantity: int, limit: int | None) -> Refused | None:
    """Refuse a transaction above its limit; the limit itself is allowed."""
    if limit is None or quantity <= limit:
        return None
    values = {"quantity": quantity, "limit": limit}
    return Refused(LimitCode.TRANSFER_ABOVE_LIMIT, values, TRANSFER_SOURCE)


def holding_limit(base: int, budget: int, base_share: Fraction, rest_share: Fraction) -> int:
    """Give the holding limit of a group: a share of a base and a share of the budget above it.

    A budget below the base lowers the limit by the same share (the formula as written), never
    below 0.
    """
    return max(0, int(base_share * base + rest_share * (budget - base)))


def refuse_above_holding(held: int, incoming: int, limit: int) -> Refused | None:
    """Refuse what would lift a holding above its limit; the limit itself is allowed."""
    if held + incoming <= limit:
        return None
    values = {"held": held, "quantity": incoming, "limit": limit}
    return Refused(LimitCode.HOLDING_ABOVE_LIMIT, values, HOLDING_SOURCE)
