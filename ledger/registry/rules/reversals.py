"""Whether a transaction may be taken back: listed kinds only, when carried out, and once.

Knows the original's kind and fate; the reversal itself is a transaction with its own checks.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from ledger.refusals import RefusalCode, Refused
from ledger.registry.rules.kinds import Kind, row_of

SOURCE = "UK Emissions Trading Registry, reversal of transactions"


class ReversalCode(RefusalCode):
    """Why something is not taken back, in the order in which the rules are looked at."""

    KIND_NOT_REVERSIBLE = "kind_not_reversible"
    ORIGINAL_NOT_CARRIED_OUT = "original_not_carried_out"
    REVERSED_BEFORE = "reversed_before"
    REVERSAL_TOO_LATE = "reversal_too_late"


@dataclass(frozen=True, slots=True)
class Original:
    """The transaction to take back; ``carried_out_on`` is None while it is not.

    ``is_reversed`` is also true while a reversal of it is pending.
    """

    kind: Kind
    carried_out_on: date | None
    is_reversed: bool


def reversal_of(original: Original, today: date, window_days: int | None) -> Kind | Refused:
    """Give the kind that takes a transaction back, or the rule against it.

    ``window_days``: the last day is so many days after the original's (0: the same day only); None
    where there is no such limit, as in the UK register, whose check for 14 days no kind uses.
    """
    kind = row_of(original.kind).reversed_by
    if kind is None:
        values = {"kind": original.kind.value}
        return Refused(ReversalCode.KIND_NOT_REVERSIBLE, values, SOURCE)
    if original.carried_out_on is None:
        return Refused(ReversalCode.ORIGINAL_NOT_CARRIED_OUT, {"kind": original.kind.value}, SOURCE)
    if original.is_reversed:
        return Refused(ReversalCode.REVERSED_BEFORE, {"kind": original.kind.value}, SOURCE)
    if window_days is not None:
        last_day = original.carried_out_on + timedelta(days=window_days)
        if today > last_day:
            values_of_days = {"today": today, "last_day": last_day, "days": window_days}
            return Refused(ReversalCode.REVERSAL_TOO_LATE, values_of_days, SOURCE)
    return kind
