"""The status engine against a slow, obvious one, over random histories.

The reference keeps a notebook that anyone may scribble in, asks after each event whether what is
written there can be, and otherwise tears the page out; for the status it walks every year.
"""

from copy import deepcopy
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.compliance.status import (
    Emissions,
    EnterYear,
    Event,
    Exclude,
    ReverseSurrender,
    SetFirstYear,
    SetLastYear,
    State,
    Surrender,
    Unexclude,
    apply,
    begin,
    play,
    status,
)
from ledger.refusals import Refused

YEARS = st.integers(2019, 2026)
AMOUNTS = st.sampled_from((0, 0, 1, 2, 3))

EVENTS = st.one_of(
    st.builds(Emissions, YEARS, st.none() | AMOUNTS),
    st.builds(Surrender, AMOUNTS),
    st.builds(ReverseSurrender, AMOUNTS),
    st.builds(Exclude, YEARS),
    st.builds(Unexclude, YEARS),
    st.builds(EnterYear, YEARS),
    st.builds(SetFirstYear, YEARS),
    st.builds(SetLastYear, st.none() | YEARS),
)


@st.composite
def histories(draw: st.DrawFn) -> tuple[State, list[Event]]:
    first = draw(YEARS)
    last = draw(st.none() | st.integers(first, 2026))
    opening = begin(first, last, draw(YEARS))
    assert isinstance(opening, State)
    return opening, draw(st.lists(EVENTS, max_size=25))


@dataclass
class Notebook:
    first: int
    last: int | None
    current: int
    emissions: dict[int, int] = field(default_factory=dict)
    excluded: set[int] = field(default_factory=set)
    surrendered: int = 0


def scribble(book: Notebook, event: Event) -> None:
    if isinstance(event, Emissions):
        book.emissions.pop(event.year, None)
        if event.amount is not None:
            book.emissions[event.year] = event.amount
    elif isinstance(event, Surrender):
        book.surrendered += event.amount
    elif isinstance(event, ReverseSurrender):
        book.surrendered -= event.amount
    elif isinstance(event, Exclude):
        book.excluded.add(event.year)
    elif isinstance(event, Unexclude):
        book.excluded.discard(event.year)
    elif isinstance(event, EnterYear):
        book.current = event.year
    elif isinstance(event, SetFirstYear):
        book.first = event.year
    else:
        book.last = event.year


def years_open_to_emissions(book: Notebook) -> list[int]:
    end = book.last if book.last is not None else book.current - 1
    return list(range(book.first, max(book.first, end) + 1))


def can_be(before: Notebook, after: Notebook) -> bool:
    emitting = [year for year, amount in after.emissions.items() if amount > 0]
    return (
        all(year in years_open_to_emissions(after) for year in emitting)
        and not any(year in after.excluded for year in emitting)
        and after.current >= before.current
        and (after.last is None or after.last >= after.first)
    )


def slow_status(book: Notebook) -> str:
    if book.current < book.first or (book.current == book.first and book.last != book.current):
        return "NOT_APPLICABLE"
    closing = book.last == book.current
    over = [year for year in years_open_to_emissions(book) if year < book.current]
    due = [*over, book.current] if closing else over
    if all(year in book.excluded for year in over or due):
        return "EXCLUDED"
    for year in due:
        if year not in book.excluded and year not in book.emissions:
            return "C"
    counted = 0
    for year, amount in book.emissions.items():
        if closing or year != book.current:
            counted += amount
    return "B" if counted > book.surrendered else "A"


def slow_play(opening: State, events: list[Event]) -> list[str]:
    book = Notebook(opening.first_year, opening.last_year, opening.current_year)
    answers = []
    for event in events:
        page = deepcopy(book)
        scribble(page, event)
        if can_be(book, page):
            book = page
            answers.append(slow_status(book))
        else:
            answers.append("REJECTED")
    return answers


def fast_play(opening: State, events: list[Event]) -> list[str]:
    outcomes = play(opening, events)
    return ["REJECTED" if isinstance(outcome, Refused) else outcome.value for outcome in outcomes]


@settings(max_examples=500, deadline=None)
@given(histories())
def test_the_engine_agrees_with_the_slow_one(history: tuple[State, list[Event]]) -> None:
    opening, events = history
    book = Notebook(opening.first_year, opening.last_year, opening.current_year)
    assert status(opening).value == slow_status(book)
    assert fast_play(opening, events) == slow_play(opening, events)


@given(histories())
def test_a_history_without_its_refused_events_is_the_same_history(
    history: tuple[State, list[Event]],
) -> None:
    opening, events = history
    answers = fast_play(opening, events)
    kept = [event for event, answer in zip(events, answers, strict=True) if answer != "REJECTED"]
    assert fast_play(opening, kept) == [answer for answer in answers if answer != "REJECTED"]


@given(histories())
def test_the_status_is_that_of_the_state_however_it_was_reached(
    history: tuple[State, list[Event]],
) -> None:
    opening, events = history
    reached = opening
    for event, answer in zip(events, fast_play(opening, events), strict=True):
        outcome = apply(reached, event)
        if isinstance(outcome, Refused):
            assert answer == "REJECTED"
            continue
        reached = outcome
        rebuilt = State(
            reached.first_year,
            reached.last_year,
            reached.current_year,
            tuple(sorted(dict(reached.emissions).items())),
            frozenset(sorted(reached.excluded)),
            reached.surrendered,
        )
        assert rebuilt == reached
        assert status(rebuilt).value == answer


@given(histories(), AMOUNTS, AMOUNTS)
def test_one_surrender_is_as_good_as_its_parts(
    history: tuple[State, list[Event]], one: int, other: int
) -> None:
    opening, events = history
    whole = fast_play(opening, [*events, Surrender(one + other)])
    parts = fast_play(opening, [*events, Surrender(one), Surrender(other)])
    assert parts[-1] == whole[-1]
