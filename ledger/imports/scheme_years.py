"""The years of a scheme as an import needs them: phase, days of duty, and what may be posted today.

Pure: made from what a scheme lays down, asked for every row.  Knows no file and no database.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from ledger.imports.faults import ExtractCode
from ledger.refusals import Refused


@dataclass(frozen=True, slots=True)
class SchemeYear:
    """One compliance year: ``code`` and ``phase`` are codes of the scheme's periods."""

    year: int
    code: str
    phase: str
    phase_begins_on: date
    begins_on: date
    allocated_on: date
    surrendered_on: date


@dataclass(frozen=True, slots=True)
class SchemeYears:
    """All years of a scheme.  ``closed_through`` is the last day of the last closed month."""

    scheme_code: str
    by_year: Mapping[int, SchemeYear]
    today: date
    closed_through: date | None = None

    @property
    def first(self) -> int:
        """The first year of the scheme."""
        return min(self.by_year)

    @property
    def last(self) -> int:
        """The last year of the scheme."""
        return max(self.by_year)

    @property
    def phases(self) -> list[str]:
        """The phases in the order of their years."""
        return list(dict.fromkeys(self.by_year[year].phase for year in sorted(self.by_year)))

    def outside(self, year: int) -> Refused | None:
        """Refuse a year that the scheme does not have."""
        if year in self.by_year:
            return None
        # A year goes into a sentence as text: grouped like an amount it would read 2,031.
        values = {"year": str(year), "first": str(self.first), "last": str(self.last)}
        return Refused(ExtractCode.YEAR_OUTSIDE_SCHEME, values)

    def allocation_too_early(self, year: int) -> Refused | None:
        """Refuse an allocation whose day is still to come."""
        return self._too_early(
            year, self.by_year[year].allocated_on, ExtractCode.ALLOCATION_DAY_IN_FUTURE
        )

    def surrender_too_early(self, year: int) -> Refused | None:
        """Refuse a surrender whose day is still to come."""
        return self._too_early(
            year, self.by_year[year].surrendered_on, ExtractCode.SURRENDER_DAY_IN_FUTURE
        )

    def report_too_early(self, year: int) -> Refused | None:
        """Refuse verified emissions of a year that has not begun."""
        return self._too_early(year, self.by_year[year].begins_on, ExtractCode.YEAR_NOT_BEGUN)

    def _too_early(self, year: int, day: date, code: ExtractCode) -> Refused | None:
        if day <= self.today:
            return None
        return Refused(code, {"year": str(year), "date": day, "today": self.today})

    def phase_begins_on(self, phase: str) -> date:
        """Give the first day of a phase."""
        return next(one.phase_begins_on for one in self.by_year.values() if one.phase == phase)

    def first_open_day(self, day: date) -> date:
        """Give the day itself, or the first one that is not closed if it is."""
        if self.closed_through is None or day > self.closed_through:
            return day
        return self.closed_through + timedelta(days=1)

    def closed(self, day: date) -> bool:
        """Tell whether the book is closed for a day."""
        return self.closed_through is not None and day <= self.closed_through
