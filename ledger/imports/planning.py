"""What is to be posted for one account and phase, worked out from figures alone.

Pure.  Years are taken in order: the allocation of a year comes first, then what is missing for its
surrender comes in from outside (transfers that the extract does not show), then the surrender.
Where a figure of an earlier year changed, everything from that year on is undone, last first, and
worked out anew, so the end is the same as if the new figures had been the first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ledger.core.moves import EntryKind


class YearFigures(NamedTuple):
    """Whole units allocated and surrendered for a year; 0 where nothing was published."""

    year: int
    allocated: int
    surrendered: int


class Step(NamedTuple):
    """One entry to post: ALLOCATE, IMPORT or SURRENDER of an amount above zero."""

    year: int
    kind: EntryKind
    amount: int


@dataclass(frozen=True, slots=True)
class PhaseChange:
    """What changed for one account and phase.

    ``figures`` are those of every year from the first changed one on, in order; ``undoes`` tells
    whether anything of those years may stand already; ``allocated_more`` and ``allocated_less``
    are how much the phase's allocation to this account grew or fell: one of them is 0.
    """

    phase: str
    figures: tuple[YearFigures, ...]
    undoes: bool
    allocated_more: int
    allocated_less: int

    @property
    def from_year(self) -> int:
        """The first year whose figures changed."""
        return self.figures[0].year


def change_of(
    phase: str, before: Sequence[YearFigures], after: Sequence[YearFigures]
) -> PhaseChange | None:
    """Compare the figures of one phase, each in the order of years; None where nothing needs
    posting.  Every year of ``before`` is in ``after`` too."""
    old = {figures.year: figures for figures in before}
    first = next(
        (place for place, new in enumerate(after) if new != old.get(new.year, (new.year, 0, 0))),
        None,
    )
    if first is None:
        return None
    from_year = after[first].year
    grown = sum(one.allocated for one in after) - sum(one.allocated for one in before)
    return PhaseChange(
        phase=phase,
        figures=tuple(after[first:]),
        undoes=any(one.year >= from_year and (one.allocated or one.surrendered) for one in before),
        allocated_more=max(grown, 0),
        allocated_less=max(-grown, 0),
    )


def steps_of(balance: int, figures: Iterable[YearFigures]) -> list[Step]:
    """Give the entries that turn figures into postings, from a holding of ``balance`` on."""
    steps: list[Step] = []
    for year, allocated, surrendered in figures:
        if allocated:
            steps.append(Step(year, EntryKind.ALLOCATE, allocated))
            balance += allocated
        if surrendered > balance:
            steps.append(Step(year, EntryKind.IMPORT, surrendered - balance))
            balance = surrendered
        if surrendered:
            steps.append(Step(year, EntryKind.SURRENDER, surrendered))
            balance -= surrendered
    return steps


def lowest_while_undoing(balance: int, undone: Iterable[tuple[EntryKind, int]]) -> int:
    """Give the lowest holding on the way while (kind, amount) are undone in this order.

    Below zero means that units which these entries brought have moved on since.
    """
    lowest = balance
    for kind, amount in undone:
        balance += amount if kind is EntryKind.SURRENDER else -amount
        lowest = min(lowest, balance)
    return lowest
