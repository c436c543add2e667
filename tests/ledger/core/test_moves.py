"""The table of moves is the state machine of rights: what is in it posts, what is not is refused."""

from datetime import date
from itertools import product

import pytest

from ledger.core.deciding import Decider, Row
from ledger.core.entries import Entry, Posted, PostingCode, Transfer
from ledger.core.moves import (
    FLOORLESS_KINDS,
    MOVE_SET,
    MOVES,
    Bounds,
    EntryKind,
    PositionKind,
    bounds_of,
)
from ledger.core.recount_flows import TERMINAL_KINDS
from tests.support.small_record import NOON


def row(position_id: int, kind: PositionKind, balance: int) -> Row:
    """A loaded position of asset 1 with a balance on the side that its kind allows."""
    bounds = bounds_of(kind)
    debits, credits = (0, balance) if bounds.ceiling is None else (balance, 0)
    return Row(
        position_id,
        debits,
        credits,
        bounds.floor,
        bounds.ceiling,
        position_id,
        1,
        kind.value,
        "",
        None,
    )


def answer_to(entry: EntryKind, debit: PositionKind, credit: PositionKind) -> str:
    """Post one such move from a well-filled position to another."""
    decider = Decider(NOON)
    decider.add_rows([row(1, debit, 1000), row(2, credit, 1000)], by_key=False)
    answer = decider.try_post(Entry(entry, "key", date(2026, 6, 1), (Transfer(1, 2, 10),)))
    return "posted" if isinstance(answer, Posted) else str(answer.code)


def test_exactly_the_moves_of_the_table_post() -> None:
    """All kinds of entry with all pairs of kinds: nothing but the table decides."""
    kinds = [kind for kind in EntryKind if kind is not EntryKind.REVERSAL]
    posted = {
        move for move in product(kinds, PositionKind, PositionKind) if answer_to(*move) == "posted"
    }
    assert posted == {(move.entry, move.debit, move.credit) for move in MOVES}


@pytest.mark.parametrize(
    ("entry", "debit", "credit"),
    [
        (EntryKind.ALLOCATE, PositionKind.SOURCE, PositionKind.HOLDING),
        (EntryKind.TRANSFER, PositionKind.FROZEN, PositionKind.HOLDING),
        (EntryKind.TRANSFER, PositionKind.BOUGHT, PositionKind.HOLDING),
        (EntryKind.USE, PositionKind.USED, PositionKind.HOLDING),
        (EntryKind.SURRENDER, PositionKind.FROZEN, PositionKind.SURRENDERED),
        (EntryKind.WITHDRAW, PositionKind.HOLDING, PositionKind.BANK),
        (EntryKind.FILL, PositionKind.HOLDING, PositionKind.HOLDING),
    ],
)
def test_moves_that_would_get_around_a_rule_are_not_in_the_table(
    entry: EntryKind, debit: PositionKind, credit: PositionKind
) -> None:
    """Issuing past the total, taking from a hold, selling what was bought today, and so on."""
    assert answer_to(entry, debit, credit) == PostingCode.MOVE_NOT_IN_TABLE


def test_no_move_is_listed_twice() -> None:
    assert len(MOVES) == len(MOVE_SET)


def test_every_kind_of_entry_and_of_position_is_of_use() -> None:
    assert {move.entry for move in MOVES} == set(EntryKind) - {EntryKind.REVERSAL}
    used = {move.debit for move in MOVES} | {move.credit for move in MOVES}
    assert used == set(PositionKind)


def test_nothing_leaves_the_end_but_by_reversal() -> None:
    assert [move for move in MOVES if move.debit in TERMINAL_KINDS] == []


def test_what_is_issued_always_comes_out_of_a_total_or_from_outside() -> None:
    """No entry brings units of a source into a hand: a floor stands in between."""
    fed = {move.credit for move in MOVES if move.debit is PositionKind.SOURCE}
    assert fed == {PositionKind.TOTAL, PositionKind.ROOM, PositionKind.TOLERATED}


def test_only_what_stands_for_the_world_outside_and_for_facts_has_no_floor() -> None:
    assert set(FLOORLESS_KINDS) == {"source", "outside", "bank", "tolerated", "debt"}
    assert bounds_of(PositionKind.DEBT) == Bounds(floor=None, ceiling=0)
    assert bounds_of(PositionKind.TOLERATED) == Bounds(floor=None, ceiling=0)
    assert bounds_of(PositionKind.SOURCE) == Bounds(floor=None, ceiling=0)
    assert bounds_of(PositionKind.BANK) == Bounds(floor=None, ceiling=None)
    assert bounds_of(PositionKind.HOLDING) == Bounds(floor=0, ceiling=None)
