"""What a proposal does to units: it holds them, and the decision moves them or gives them back.

Knows three figures in whole units and no account; in the ledger each of them is a position.
"""

from dataclasses import dataclass, replace

from ledger.refusals import Refused, ensure
from ledger.registry.rules.quantities import refuse_quantities


@dataclass(frozen=True, slots=True)
class Holding:
    """What the sender may still use, what proposals hold of it, and what the receiver has."""

    available: int
    reserved: int
    receiver: int

    def __post_init__(self) -> None:
        """Hold the floors."""
        ensure(self.available >= 0, "what is available is not negative")
        ensure(self.reserved >= 0, "what is reserved is not negative")


def hold(holding: Holding, quantity: int) -> Holding | Refused:
    """Propose: the units are held at once, the receiver has nothing yet."""
    refused = refuse_quantities((quantity,), holding.available)
    if refused is not None:
        return refused
    return replace(
        holding, available=holding.available - quantity, reserved=holding.reserved + quantity
    )


def deliver(holding: Holding, quantity: int) -> Holding:
    """Carry out: the held units are the receiver's."""
    ensure(0 < quantity <= holding.reserved, "what is delivered was held")
    return replace(
        holding, reserved=holding.reserved - quantity, receiver=holding.receiver + quantity
    )


def give_back(holding: Holding, quantity: int) -> Holding:
    """Reject, withdraw or let expire: the held units are the sender's again."""
    ensure(0 < quantity <= holding.reserved, "what is given back was held")
    return replace(
        holding, reserved=holding.reserved - quantity, available=holding.available + quantity
    )
