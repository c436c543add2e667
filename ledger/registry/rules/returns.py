"""Free allocation of an operator: what remains, the class it puts him in, and returning too much.

One row is one table (installations, new entrants, aircraft) and one year.  Whole units; knows no
account.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ledger.refusals import RefusalCode, Refused, ensure
from ledger.registry.rules.quantities import refuse_quantities

SOURCE = "UK Emissions Trading Registry, allocation tables"


class ReturnCode(RefusalCode):
    """Why a return of excess is refused, in the order in which the rules are looked at."""

    RETURN_ABOVE_EXCESS = "return_above_excess"
    RETURN_PENDING_ALREADY = "return_pending_already"


class AllocationClass(StrEnum):
    """Where an operator stands with its free allocation, over all tables and years up to now."""

    NOT_YET_ALLOCATED = "NOT_YET_ALLOCATED"
    UNDER_ALLOCATED = "UNDER_ALLOCATED"
    OVER_ALLOCATED = "OVER_ALLOCATED"
    FULLY_ALLOCATED = "FULLY_ALLOCATED"


@dataclass(frozen=True, slots=True)
class AllocationRow:
    """Free allocation of one table and year.

    ``allocated`` is all that was ever given, ``returned`` and ``reversed_`` what came back of it.
    An excluded year is entitled to nothing.
    """

    year: int
    entitlement: int
    allocated: int = 0
    returned: int = 0
    reversed_: int = 0
    excluded: bool = False

    def __post_init__(self) -> None:
        """Hold the ranges."""
        figures = (self.entitlement, self.allocated, self.returned, self.reversed_)
        ensure(min(figures) >= 0, "figures of an allocation are not negative")
        ensure(self.net_allocated >= 0, "no more comes back than was allocated")

    @property
    def net_allocated(self) -> int:
        """What was given and did not come back."""
        return self.allocated - self.returned - self.reversed_

    @property
    def counted_entitlement(self) -> int:
        """What the year is entitled to."""
        return 0 if self.excluded else self.entitlement

    @property
    def remaining(self) -> int:
        """What is still to be given; below 0 what is to be returned."""
        return self.counted_entitlement - self.net_allocated

    @property
    def most_returnable(self) -> int:
        """The most that may be returned: the excess."""
        return max(0, -self.remaining)


def refuse_return(row: AllocationRow, quantity: int, *, pending: bool) -> Refused | None:
    """Refuse a return above the excess, or while another of the same year and table is pending."""
    refused = refuse_quantities((quantity,), None)
    if refused is not None:
        return refused
    if quantity > row.most_returnable:
        values = {"year": row.year, "quantity": quantity, "excess": row.most_returnable}
        return Refused(ReturnCode.RETURN_ABOVE_EXCESS, values, SOURCE)
    if pending:
        return Refused(ReturnCode.RETURN_PENDING_ALREADY, {"year": row.year}, SOURCE)
    return None


def rows_up_to(rows: Iterable[AllocationRow], year: int | None) -> list[AllocationRow]:
    """Give the rows of a year and of those before it; None: all."""
    return [row for row in rows if year is None or row.year <= year]


def allocation_class(
    rows: Iterable[AllocationRow], up_to_year: int | None
) -> AllocationClass | None:
    """Give the class over rows up to a year (None: all); None for nothing due and nothing given.

    An excess in one table makes up for what is missing in another.
    """
    counted = rows_up_to(rows, up_to_year)
    remaining = sum(row.remaining for row in counted)
    allocated = sum(row.net_allocated for row in counted)
    if remaining < 0:
        return AllocationClass.OVER_ALLOCATED
    if remaining > 0:
        if allocated > 0:
            return AllocationClass.UNDER_ALLOCATED
        return AllocationClass.NOT_YET_ALLOCATED
    return AllocationClass.FULLY_ALLOCATED if allocated > 0 else None
