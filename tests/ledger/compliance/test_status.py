"""The status engine, rule by rule: order of the tests, the closing year, every refusal."""

import pytest

from ledger.compliance.status import (
    ComplianceCode,
    Emissions,
    EnterYear,
    Event,
    Exclude,
    ReverseSurrender,
    SetFirstYear,
    SetLastYear,
    State,
    Status,
    Surrender,
    Unexclude,
    apply,
    begin,
    play,
    status,
)
from ledger.refusals import InvariantBroken, Refused


def state(
    first: int,
    last: int | None,
    current: int,
    emissions: dict[int, int] | None = None,
    excluded: tuple[int, ...] = (),
    surrendered: int = 0,
) -> State:
    known = tuple(sorted((emissions or {}).items()))
    return State(first, last, current, known, frozenset(excluded), surrendered)


STATUSES = [
    # before the duty
    (state(2023, None, 2021), Status.NOT_APPLICABLE),
    (state(2021, None, 2021), Status.NOT_APPLICABLE),
    (state(2021, 2025, 2021), Status.NOT_APPLICABLE),
    (state(2021, None, 2021, excluded=(2021,)), Status.NOT_APPLICABLE),
    # excluded: every year that is over
    (state(2021, None, 2023, excluded=(2021, 2022)), Status.EXCLUDED),
    (state(2021, 2022, 2025, excluded=(2021, 2022)), Status.EXCLUDED),
    (state(2021, None, 2023, excluded=(2022,)), Status.C),
    (state(2021, None, 2023, excluded=(2020, 2022, 2023)), Status.C),
    # not reported
    (state(2021, None, 2022), Status.C),
    (state(2021, None, 2023, {2022: 5}, surrendered=9), Status.C),
    (state(2021, None, 2023, {2022: 5}, (2021,), 5), Status.A),
    (state(2021, None, 9999, {2021: 1}), Status.C),
    # short or covered, by one unit
    (state(2021, None, 2022, {2021: 100}, surrendered=99), Status.B),
    (state(2021, None, 2022, {2021: 100}, surrendered=100), Status.A),
    (state(2021, None, 2022, {2021: 0}), Status.A),
    (state(2021, None, 2023, {2021: 100, 2022: 50}, surrendered=149), Status.B),
    (state(2021, None, 2023, {2021: 100}, (2022,), 50), Status.B),
    # the years after the last need nothing
    (state(2021, 2022, 2030, {2021: 1, 2022: 1}, surrendered=2), Status.A),
    (state(2021, 2022, 2030, {2021: 1}, surrendered=2), Status.C),
    # reported ahead: not for the year that is running, yet for those after it
    (state(2021, 2025, 2022, {2021: 1, 2022: 9}, surrendered=1), Status.A),
    (state(2021, 2025, 2022, {2021: 1, 2024: 9}, surrendered=1), Status.B),
]

CLOSING_YEARS = [
    (state(2021, 2021, 2021), Status.C),
    (state(2021, 2021, 2021, {2021: 5}, surrendered=4), Status.B),
    (state(2021, 2021, 2021, {2021: 5}, surrendered=5), Status.A),
    (state(2021, 2021, 2021, excluded=(2021,)), Status.EXCLUDED),
    (state(2021, 2021, 2021, {2021: 0}, (2021,)), Status.EXCLUDED),
    (state(2021, 2021, 2021, excluded=(2019, 2020, 2022)), Status.C),
    (state(2021, 2022, 2022, {2021: 5}, surrendered=5), Status.C),
    (state(2021, 2022, 2022, {2021: 5}, (2022,), 5), Status.A),
    (state(2021, 2022, 2022, {2021: 5, 2022: 1}, surrendered=5), Status.B),
    (state(2021, 2022, 2022, {2021: 5, 2022: 1}, surrendered=6), Status.A),
    # the test for EXCLUDED looks at the years that are over, also now
    (state(2021, 2023, 2023, excluded=(2021, 2022)), Status.EXCLUDED),
]


@pytest.mark.parametrize(("given", "expected"), STATUSES)
def test_the_first_status_that_fits_is_shown(given: State, expected: Status) -> None:
    assert status(given) is expected


@pytest.mark.parametrize(("given", "expected"), CLOSING_YEARS)
def test_the_closing_year_is_needed_and_counted(given: State, expected: Status) -> None:
    assert status(given) is expected


RUNNING = state(2021, None, 2024, {2021: 100, 2023: 7}, (2022,), 60)
CLOSED = state(2021, 2023, 2024, {2021: 100, 2023: 7}, (2022,), 60)

REFUSALS: list[tuple[State, Event, ComplianceCode]] = [
    (RUNNING, Emissions(2020, 1), ComplianceCode.EMISSIONS_OUTSIDE_REPORTING_YEARS),
    (RUNNING, Emissions(2024, 1), ComplianceCode.EMISSIONS_OUTSIDE_REPORTING_YEARS),
    (CLOSED, Emissions(2024, 1), ComplianceCode.EMISSIONS_OUTSIDE_REPORTING_YEARS),
    (
        state(2021, None, 2021, excluded=(2022,)),
        Emissions(2022, 1),
        ComplianceCode.EMISSIONS_OUTSIDE_REPORTING_YEARS,
    ),
    (RUNNING, Emissions(2022, 1), ComplianceCode.EMISSIONS_IN_EXCLUDED_YEAR),
    (RUNNING, Exclude(2021), ComplianceCode.EXCLUDED_YEAR_HAS_EMISSIONS),
    (RUNNING, EnterYear(2023), ComplianceCode.YEAR_RUNS_BACKWARDS),
    (CLOSED, SetFirstYear(2024), ComplianceCode.LAST_YEAR_BEFORE_FIRST),
    (RUNNING, SetLastYear(2020), ComplianceCode.LAST_YEAR_BEFORE_FIRST),
    (RUNNING, SetFirstYear(2022), ComplianceCode.EMISSIONS_LEFT_OUTSIDE_REPORTING_YEARS),
    (RUNNING, SetLastYear(2022), ComplianceCode.EMISSIONS_LEFT_OUTSIDE_REPORTING_YEARS),
    (
        state(2021, 2024, 2023, {2023: 7}),
        SetLastYear(None),
        ComplianceCode.EMISSIONS_LEFT_OUTSIDE_REPORTING_YEARS,
    ),
]


@pytest.mark.parametrize(("given", "event", "code"), REFUSALS)
def test_an_impossible_state_is_refused_by_its_own_code(
    given: State, event: Event, code: ComplianceCode
) -> None:
    refused = apply(given, event)
    assert isinstance(refused, Refused)
    assert refused.code is code


def test_every_code_is_tried_above() -> None:
    assert {code for _, _, code in REFUSALS} == set(ComplianceCode)


ACCEPTED: list[tuple[Event, State]] = [
    (Emissions(2021, 90), state(2021, None, 2024, {2021: 90, 2023: 7}, (2022,), 60)),
    (Emissions(2021, None), state(2021, None, 2024, {2023: 7}, (2022,), 60)),
    (Emissions(2022, 0), state(2021, None, 2024, {2021: 100, 2022: 0, 2023: 7}, (2022,), 60)),
    (Emissions(2024, 0), state(2021, None, 2024, {2021: 100, 2023: 7, 2024: 0}, (2022,), 60)),
    (Emissions(2020, None), RUNNING),
    (Surrender(40), state(2021, None, 2024, {2021: 100, 2023: 7}, (2022,), 100)),
    (Surrender(0), RUNNING),
    (ReverseSurrender(60), state(2021, None, 2024, {2021: 100, 2023: 7}, (2022,), 0)),
    (Exclude(2022), RUNNING),
    (Exclude(2025), state(2021, None, 2024, {2021: 100, 2023: 7}, (2022, 2025), 60)),
    (Unexclude(2022), state(2021, None, 2024, {2021: 100, 2023: 7}, (), 60)),
    (Unexclude(2021), RUNNING),
    (EnterYear(2024), RUNNING),
    (EnterYear(2027), state(2021, None, 2027, {2021: 100, 2023: 7}, (2022,), 60)),
    (SetFirstYear(2019), state(2019, None, 2024, {2021: 100, 2023: 7}, (2022,), 60)),
    (SetLastYear(2023), CLOSED),
]


@pytest.mark.parametrize(("event", "expected"), ACCEPTED)
def test_an_accepted_event_changes_only_what_it_says(event: Event, expected: State) -> None:
    assert apply(RUNNING, event) == expected


def test_emissions_of_the_first_year_are_accepted_while_it_runs() -> None:
    assert apply(state(2021, None, 2021), Emissions(2021, 5)) == state(2021, None, 2021, {2021: 5})


def test_a_report_of_zero_does_not_hold_the_reporting_years_in_place() -> None:
    before = state(2021, None, 2024, {2021: 0, 2022: 5, 2023: 0})
    assert apply(before, SetFirstYear(2022)) == state(2022, None, 2024, {2021: 0, 2022: 5, 2023: 0})
    assert apply(before, SetLastYear(2022)) == state(2021, 2022, 2024, {2021: 0, 2022: 5, 2023: 0})


def test_a_history_cannot_open_with_its_last_year_before_its_first() -> None:
    refused = begin(2022, 2021, 2021)
    assert isinstance(refused, Refused)
    assert refused.code is ComplianceCode.LAST_YEAR_BEFORE_FIRST
    assert begin(2022, 2022, 2021) == state(2022, 2022, 2021)


def test_a_reversal_out_of_order_is_taken_as_it_comes() -> None:
    # As the UK registry's engine does: 100 reversed before they were surrendered.
    events = [ReverseSurrender(100), Emissions(2021, 50), Surrender(149), Surrender(1)]
    statuses = list(play(state(2021, None, 2022), events))
    assert statuses == [Status.C, Status.B, Status.B, Status.A]


def test_after_a_refused_event_the_history_goes_on_from_where_it_was() -> None:
    events = [Emissions(2021, 5), Emissions(2030, 1), EnterYear(2021), Surrender(5)]
    refused, statuses = [], []
    for outcome in play(state(2021, None, 2022), events):
        (refused if isinstance(outcome, Refused) else statuses).append(outcome)
    assert statuses == [Status.B, Status.A]
    assert len(refused) == 2


@pytest.mark.parametrize("event", [Emissions, Surrender, ReverseSurrender])
def test_a_negative_amount_never_becomes_an_event(event: type) -> None:
    arguments = (2021, -1) if event is Emissions else (-1,)
    with pytest.raises(InvariantBroken):
        event(*arguments)
