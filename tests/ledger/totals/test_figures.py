"""The figures of a total, without a database: what is counted where, and when it is nearly full."""

import pytest

from ledger.core.moves import EntryKind, PositionKind
from ledger.totals.figures import (
    NO_PART,
    PART_OF_KIND,
    Figures,
    Flow,
    Thresholds,
    TotalState,
    below,
    figures_by_cell,
)

SHARES = Thresholds(watch=800_000, near_limit=900_000)
SOURCE, TOTAL, HOLDING = PositionKind.SOURCE, PositionKind.TOTAL, PositionKind.HOLDING


def test_every_kind_of_position_is_part_of_a_figure_or_of_none() -> None:
    assert set(PART_OF_KIND).isdisjoint(NO_PART)
    assert set(PART_OF_KIND) | NO_PART == set(PositionKind)


@pytest.mark.parametrize(
    ("issued", "state"),
    [
        (0, TotalState.NORMAL),
        (799, TotalState.NORMAL),
        (800, TotalState.WATCH),
        (899, TotalState.WATCH),
        (900, TotalState.NEAR_LIMIT),
        (999, TotalState.NEAR_LIMIT),
        (1000, TotalState.FULL),
        (1001, TotalState.FULL),
    ],
)
def test_a_state_begins_exactly_at_its_share(issued: int, state: TotalState) -> None:
    figures = Figures(set_amount=1200, divided=200, room=1000 - issued, held=issued)
    assert SHARES.state(figures) is state


def test_where_nothing_was_set_there_is_no_state_to_reach() -> None:
    assert SHARES.state(Figures()) is TotalState.NOT_SET
    assert SHARES.state(Figures(imported=500, held=500)) is TotalState.NOT_SET
    # Lowered to nothing while units are out is the opposite of nothing to tell.
    assert SHARES.state(Figures(tolerated=5, held=5)) is TotalState.FULL


def test_a_cell_that_passed_everything_on_is_not_full() -> None:
    assert SHARES.state(Figures(set_amount=10, divided=10)) is TotalState.NORMAL


def test_a_scheme_without_shares_knows_only_normal_and_full() -> None:
    silent = Thresholds(None, None)
    assert silent.state(Figures(set_amount=10, held=9, room=1)) is TotalState.NORMAL
    assert silent.state(Figures(set_amount=10, held=10)) is TotalState.FULL


def test_a_share_is_rounded_down_so_that_only_full_is_a_hundred_percent() -> None:
    assert Figures(set_amount=100_000, held=99_999).share_basis_points == 9_999
    assert Figures(set_amount=100_000, held=100_000).share_basis_points == 10_000
    assert Figures().share_basis_points is None


def test_what_one_cell_passes_on_counts_once_below() -> None:
    banner = Figures(set_amount=1000, divided=600, room=400)
    town = Figures(set_amount=600, room=100, held=500)
    assert below([banner, town]) == Figures(set_amount=1000, room=500, held=500)


def test_carried_units_leave_the_issuing_of_the_giver_as_it_was() -> None:
    """Cell 1 issues 100 and 30 of them are sold to cell 2, whose total they do not touch."""
    by_cell = figures_by_cell(
        stock={(1, TOTAL): 400, (1, HOLDING): 70, (2, HOLDING): 30, (1, SOURCE): -500},
        setting=[Flow(EntryKind.SET, SOURCE, 1, TOTAL, 1, 500)],
        crossing={(1, 2): 30},
        later=[],
    )
    assert by_cell[1] == Figures(set_amount=500, room=400, held=70, carried=-30)
    assert by_cell[2] == Figures(held=30, carried=30)
    assert (by_cell[1].issued, by_cell[2].issued) == (100, 0)
    assert by_cell[1].ties
    assert by_cell[2].ties


def test_imported_units_come_from_outside_and_were_not_issued_here() -> None:
    by_cell = figures_by_cell({(1, HOLDING): 9}, [], {(0, 1): 9}, [])
    assert by_cell[1] == Figures(imported=9, held=9)
    assert by_cell[1].ties
    assert by_cell[1].issued == 0


def test_a_record_that_was_tampered_with_does_not_tie() -> None:
    set_500 = [Flow(EntryKind.SET, SOURCE, 1, TOTAL, 1, 500)]
    by_cell = figures_by_cell({(1, TOTAL): 400, (1, HOLDING): 101}, set_500, {}, [])
    assert by_cell[1].gap == -1
    assert not by_cell[1].ties
