"""The cap of a period: a proposal reserves, its approval consumes, anything else releases.

Issued and pending together are never above the cap.  Knows no proposal, only quantities in whole
units; the ledger's own totals are positions, and this is the rule they keep.
"""

from dataclasses import dataclass, replace

from ledger.refusals import RefusalCode, Refused, ensure

SOURCE = "UK Emissions Trading Registry, cap of the phase"


class CapCode(RefusalCode):
    """Why a cap does not let something through."""

    ISSUE_ABOVE_CAP = "issue_above_cap"
    CAP_DECISION_ABOVE_PENDING = "cap_decision_above_pending"


@dataclass(frozen=True, slots=True)
class Cap:
    """A cap with what was issued under it and what proposals reserve of it."""

    limit: int
    issued: int = 0
    pending: int = 0

    def __post_init__(self) -> None:
        """Hold what the rule promises."""
        ensure(self.issued >= 0 and self.pending >= 0, "issued and pending are not negative")
        ensure(self.remaining >= 0, "issued and pending are not above the cap")

    @property
    def remaining(self) -> int:
        """What may still be proposed."""
        return self.limit - self.issued - self.pending


def reserve(cap: Cap, quantity: int) -> Cap | Refused:
    """Propose an issue: up to all that remains."""
    if quantity > cap.remaining:
        values = {"quantity": quantity, "remaining": cap.remaining, "limit": cap.limit}
        return Refused(CapCode.ISSUE_ABOVE_CAP, values, SOURCE)
    return replace(cap, pending=cap.pending + quantity)


def consume(cap: Cap, quantity: int) -> Cap | Refused:
    """Approve what was proposed: it is issued."""
    return _refuse_above_pending(cap, quantity) or replace(
        cap, pending=cap.pending - quantity, issued=cap.issued + quantity
    )


def release(cap: Cap, quantity: int) -> Cap | Refused:
    """Reject, withdraw or let expire what was proposed: it may be proposed again."""
    return _refuse_above_pending(cap, quantity) or replace(cap, pending=cap.pending - quantity)


def _refuse_above_pending(cap: Cap, quantity: int) -> Refused | None:
    if quantity <= cap.pending:
        return None
    values = {"quantity": quantity, "pending": cap.pending}
    return Refused(CapCode.CAP_DECISION_ABOVE_PENDING, values, SOURCE)
