"""Where an operator stands with its duty to report and to surrender.

Pure: a state and an event come in, the next state or a refusal goes out; the status is a function
of the state alone.  Knows calendar years, whole units and nothing else: no database, no page, no
language, and not what a unit is.

Surrender has no year: one running total stands against the sum of the verified emissions, so a
late surrender mends an old year and an early one counts for the next.  The rules are those of the
UK Emissions Trading Registry's surrender status; a refused event changes nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from ledger.refusals import RefusalCode, Refused, ensure

SOURCE = "UK Emissions Trading Registry, surrender status"


class Status(StrEnum):
    """The five statuses, in the order in which they are tested."""

    NOT_APPLICABLE = "NOT_APPLICABLE"
    EXCLUDED = "EXCLUDED"
    C = "C"
    """A year that is due and not excluded has no verified emissions."""
    B = "B"
    """Every year is reported, and less was surrendered than emitted."""
    A = "A"
    """Every year is reported and covered."""


class ComplianceCode(RefusalCode):
    """Why an event of a compliance history is refused."""

    EMISSIONS_OUTSIDE_REPORTING_YEARS = "emissions_outside_reporting_years"
    EMISSIONS_IN_EXCLUDED_YEAR = "emissions_in_excluded_year"
    EXCLUDED_YEAR_HAS_EMISSIONS = "excluded_year_has_emissions"
    YEAR_RUNS_BACKWARDS = "year_runs_backwards"
    LAST_YEAR_BEFORE_FIRST = "last_year_before_first"
    EMISSIONS_LEFT_OUTSIDE_REPORTING_YEARS = "emissions_left_outside_reporting_years"


@dataclass(frozen=True, slots=True)
class Emissions:
    """Verified emissions of a year, in whole units; ``None`` takes the report back."""

    year: int
    amount: int | None

    def __post_init__(self) -> None:
        ensure(self.amount is None or self.amount >= 0, "emissions are not negative")


@dataclass(frozen=True, slots=True)
class Surrender:
    """So many units were surrendered."""

    amount: int

    def __post_init__(self) -> None:
        ensure(self.amount >= 0, "a surrender is not negative")


@dataclass(frozen=True, slots=True)
class ReverseSurrender:
    """So many surrendered units were given back."""

    amount: int

    def __post_init__(self) -> None:
        ensure(self.amount >= 0, "a reversal is not negative")


@dataclass(frozen=True, slots=True)
class Exclude:
    """A year is taken out of the duty; excluding it twice changes nothing."""

    year: int


@dataclass(frozen=True, slots=True)
class Unexclude:
    """A year is put back under the duty; a year that is not excluded stays as it is."""

    year: int


@dataclass(frozen=True, slots=True)
class EnterYear:
    """The calendar moves to a year; to the same year again changes nothing."""

    year: int


@dataclass(frozen=True, slots=True)
class SetFirstYear:
    """The duty begins with a year."""

    year: int


@dataclass(frozen=True, slots=True)
class SetLastYear:
    """The duty ends with a year, or has no end yet."""

    year: int | None


Event = (
    Emissions
    | Surrender
    | ReverseSurrender
    | Exclude
    | Unexclude
    | EnterYear
    | SetFirstYear
    | SetLastYear
)


@dataclass(frozen=True, slots=True)
class State:
    """All that the status depends on.  ``emissions`` are (year, units) by rising year, a year
    without a report is absent; ``surrendered`` is the one running total, never below zero."""

    first_year: int
    last_year: int | None
    current_year: int
    emissions: tuple[tuple[int, int], ...] = ()
    excluded: frozenset[int] = frozenset()
    surrendered: int = 0

    @property
    def last_reporting_year(self) -> int:
        """The last year for which emissions above zero are accepted."""
        end = self.current_year - 1 if self.last_year is None else self.last_year
        return max(self.first_year, end)

    @property
    def is_closing_year(self) -> bool:
        """Whether this is the last year of the duty, which then counts before it is over."""
        return self.current_year == self.last_year


def begin(first_year: int, last_year: int | None, current_year: int) -> State | Refused:
    """Open a history without emissions, exclusions or surrenders."""
    return _with_years(State(first_year, last_year, current_year), first_year, last_year)


def status(state: State) -> Status:
    """Test the statuses in their fixed order; the first that fits is shown.

    In the closing year the emissions of that year are needed and counted too; the test for
    EXCLUDED still looks at the years that are over.
    """
    if _has_no_duty_yet(state):
        return Status.NOT_APPLICABLE
    if _is_wholly_excluded(state):
        return Status.EXCLUDED
    if _lacks_a_report(state):
        return Status.C
    if _counted_emissions(state) > state.surrendered:
        return Status.B
    return Status.A


def apply(state: State, event: Event) -> State | Refused:
    """Give the state after the event, or the rule that refuses it.

    Zero emissions, and taking a report back, are accepted for every year: they say that there is
    nothing, and only an amount can stand where it must not.
    """
    match event:
        case Emissions(year, amount):
            return _with_emissions(state, year, amount)
        case Surrender(amount):
            return replace(state, surrendered=state.surrendered + amount)
        case ReverseSurrender(amount):
            # More than was surrendered is taken as it comes (the total may fall below zero): the
            # ledger refuses it, and a history must not lose a correction that is out of order.
            return replace(state, surrendered=state.surrendered - amount)
        case Exclude(year):
            return _with_exclusion(state, year)
        case Unexclude(year):
            return replace(state, excluded=state.excluded - {year})
        case EnterYear(year):
            return _with_current_year(state, year)
        case SetFirstYear(year):
            return _with_years(state, year, state.last_year)
        case SetLastYear(year):
            return _with_years(state, state.first_year, year)


def play(state: State, events: Iterable[Event]) -> Iterator[Status | Refused]:
    """Apply the events in order and give the status after each, or its refusal."""
    for event in events:
        outcome = apply(state, event)
        if isinstance(outcome, Refused):
            yield outcome
        else:
            state = outcome
            yield status(state)


def _has_no_duty_yet(state: State) -> bool:
    if state.current_year == state.first_year:
        return not state.is_closing_year
    return state.current_year < state.first_year


def _is_wholly_excluded(state: State) -> bool:
    end = min(state.current_year - 1, state.last_reporting_year)
    # A duty of one single year has no year behind it while that year runs: the year itself decides.
    end = max(end, state.first_year)
    return _covered(state.excluded, state.first_year, end)


def _lacks_a_report(state: State) -> bool:
    running = 0 if state.is_closing_year else 1
    end = min(state.current_year - running, state.last_reporting_year)
    answered = state.excluded | {year for year, _ in state.emissions}
    return not _covered(answered, state.first_year, end)


def _covered(years: frozenset[int], first: int, last: int) -> bool:
    # Counted, not walked: a span may be thousands of years long, what is known of it is short.
    return sum(first <= year <= last for year in years) == last - first + 1


def _counted_emissions(state: State) -> int:
    counts_current = state.is_closing_year
    return sum(
        amount for year, amount in state.emissions if counts_current or year != state.current_year
    )


def _with_emissions(state: State, year: int, amount: int | None) -> State | Refused:
    if amount:
        if not state.first_year <= year <= state.last_reporting_year:
            return _refused(
                ComplianceCode.EMISSIONS_OUTSIDE_REPORTING_YEARS,
                year=str(year),
                amount=amount,
                first_year=str(state.first_year),
                last_year=str(state.last_reporting_year),
            )
        if year in state.excluded:
            return _refused(
                ComplianceCode.EMISSIONS_IN_EXCLUDED_YEAR, year=str(year), amount=amount
            )
    others = [known for known in state.emissions if known[0] != year]
    if amount is not None:
        others.append((year, amount))
    return replace(state, emissions=tuple(sorted(others)))


def _with_exclusion(state: State, year: int) -> State | Refused:
    amount = dict(state.emissions).get(year, 0)
    if amount:
        return _refused(ComplianceCode.EXCLUDED_YEAR_HAS_EMISSIONS, year=str(year), amount=amount)
    return replace(state, excluded=state.excluded | {year})


def _with_current_year(state: State, year: int) -> State | Refused:
    if year < state.current_year:
        return _refused(
            ComplianceCode.YEAR_RUNS_BACKWARDS,
            year=str(year),
            current_year=str(state.current_year),
        )
    return replace(state, current_year=year)


def _with_years(state: State, first_year: int, last_year: int | None) -> State | Refused:
    if last_year is not None and last_year < first_year:
        return _refused(
            ComplianceCode.LAST_YEAR_BEFORE_FIRST,
            first_year=str(first_year),
            last_year=str(last_year),
        )
    moved = replace(state, first_year=first_year, last_year=last_year)
    for year, amount in state.emissions:
        if amount and not moved.first_year <= year <= moved.last_reporting_year:
            return _refused(
                ComplianceCode.EMISSIONS_LEFT_OUTSIDE_REPORTING_YEARS,
                year=str(year),
                amount=amount,
                first_year=str(moved.first_year),
                last_year=str(moved.last_reporting_year),
            )
    return moved


def _refused(code: ComplianceCode, **values: str | int) -> Refused:
    # A year goes into a sentence as text: grouped like an amount it would read 2,024.
    return Refused(code, values, SOURCE)
