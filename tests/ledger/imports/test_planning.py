"""What is posted for one account and phase: a table, and corrections against starting anew."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.moves import EntryKind
from ledger.imports.planning import (
    Step,
    YearFigures,
    change_of,
    lowest_while_undoing,
    steps_of,
)

A, IN, S = EntryKind.ALLOCATE, EntryKind.IMPORT, EntryKind.SURRENDER


@pytest.mark.parametrize(
    ("balance", "figures", "steps"),
    [
        (0, (), []),
        (0, ((2005, 0, 0),), []),
        (0, ((2005, 10, 0),), [(2005, A, 10)]),
        (0, ((2005, 10, 10),), [(2005, A, 10), (2005, S, 10)]),
        (0, ((2005, 10, 11),), [(2005, A, 10), (2005, IN, 1), (2005, S, 11)]),
        (0, ((2005, 0, 7),), [(2005, IN, 7), (2005, S, 7)]),
        (7, ((2005, 0, 7),), [(2005, S, 7)]),
        (5, ((2005, 0, 7),), [(2005, IN, 2), (2005, S, 7)]),
        # What is left of one year serves the next.
        (
            0,
            ((2005, 10, 4), (2006, 0, 8)),
            [(2005, A, 10), (2005, S, 4), (2006, IN, 2), (2006, S, 8)],
        ),
    ],
)
def test_a_year_is_allocated_then_supplied_from_outside_then_surrendered(
    balance: int, figures: tuple[tuple[int, int, int], ...], steps: list[tuple[object, ...]]
) -> None:
    assert steps_of(balance, [YearFigures(*one) for one in figures]) == steps


def test_only_years_from_the_first_changed_one_on_are_touched() -> None:
    before = [YearFigures(year, 10, 5) for year in (2008, 2009, 2010)]
    after = [YearFigures(2008, 10, 5), YearFigures(2009, 4, 5), YearFigures(2010, 10, 5)]
    change = change_of("2008-12", before, after)
    assert change is not None
    assert change.figures == tuple(after[1:])
    assert (change.allocated_more, change.allocated_less, change.undoes) == (0, 6, True)
    assert change_of("2008-12", before, before) is None


def test_the_lowest_holding_while_undoing_tells_what_has_moved_on() -> None:
    undone = [(S, 3), (A, 10)]
    assert lowest_while_undoing(7, undone) == 0
    assert lowest_while_undoing(6, undone) == -1
    assert lowest_while_undoing(0, [(A, 10), (S, 10)]) == -10


def play(balance: int, steps: Sequence[Step]) -> int:
    for _, kind, amount in steps:
        assert amount > 0
        balance += -amount if kind is S else amount
        assert balance >= 0
    return balance


AMOUNTS = st.integers(0, 3) | st.integers(0, 10**15)
YEARS = st.dictionaries(st.integers(2008, 2012), st.tuples(AMOUNTS, AMOUNTS), max_size=5)


@given(YEARS, YEARS)
def test_correcting_ends_with_the_entries_of_starting_anew(
    first: dict[int, tuple[int, int]], changed: dict[int, tuple[int, int]]
) -> None:
    before = [YearFigures(year, *first[year]) for year in sorted(first)]
    merged = first | changed
    after = [YearFigures(year, *merged[year]) for year in sorted(merged)]
    standing = steps_of(0, before)
    anew = steps_of(0, after)
    change = change_of("2008-12", before, after)
    if change is None:
        assert [one for one in after if one[1:] != (0, 0)] == [
            one for one in before if one[1:] != (0, 0)
        ]
        return
    kept = [one for one in standing if one.year < change.from_year]
    undone = [one for one in reversed(standing) if one.year >= change.from_year]
    assert bool(undone) == change.undoes
    assert lowest_while_undoing(play(0, standing), [one[1:] for one in undone]) >= 0
    posted = steps_of(play(0, kept), change.figures)
    assert kept + posted == anew
    grown = change.allocated_more - change.allocated_less
    assert grown == sum(one.allocated for one in after) - sum(one.allocated for one in before)
