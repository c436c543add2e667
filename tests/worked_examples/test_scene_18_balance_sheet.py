"""Scene 18: opening + causes = closing, for every state, over a long random year.

A cause is (entry kind, from kind, to kind) grouped by business date.  What the sheet needs is in
the journal: kinds from a fixed table, business dates, documents, who decided.
"""

import random
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from ledger.core.database import reading
from ledger.core.entries import Entry, Posted
from ledger.core.moves import EntryKind, PositionKind
from ledger.reports.balance_sheet import balance_sheet
from ledger.reports.states import State
from tests.support.small_record import TODAY, SmallRecord, entry_of, make_record, post_all

NEW_YEAR = date(2026, 1, 1)
ENTRIES = 600


def random_entry(record: SmallRecord, chance: random.Random, number: int) -> Entry:
    """Something that may happen on some day of the half year, to some of four holders."""
    cell, one, other = chance.randrange(2), chance.randrange(4), chance.randrange(4, 8)
    amount = chance.randint(1, 50)
    total, source = (
        record.of_cell(cell, kind) for kind in (PositionKind.TOTAL, PositionKind.SOURCE)
    )
    used = record.of_cell(cell, PositionKind.USED, ref="2026")
    given_up = record.of_cell(cell, PositionKind.SURRENDERED, ref="2026")
    held, frozen = record.holding(one), record.frozen(one, "o")
    kind, debit, credit = chance.choice(
        [
            (EntryKind.SET, source, total),
            (EntryKind.LOWER, total, source),
            (EntryKind.ALLOCATE, total, held),
            (EntryKind.ALLOCATE, total, record.holding(other)),
            (EntryKind.TRANSFER, held, record.holding(other)),
            (EntryKind.TRANSFER, record.holding(other), held),
            (EntryKind.HOLD, held, frozen),
            (EntryKind.RELEASE, frozen, held),
            (EntryKind.USE, held, used),
            (EntryKind.SURRENDER, held, given_up),
            (EntryKind.IMPORT, record.outside(), held),
            (EntryKind.RETURN, held, total),
        ]
    )
    day = NEW_YEAR + timedelta(days=chance.randrange((TODAY - NEW_YEAR).days + 1))
    return entry_of(kind, f"random {number}", (debit, credit, amount), on=day)


@pytest.fixture
def record(engine: Engine) -> SmallRecord:
    record = make_record(engine)
    chance = random.Random(18)
    entries = [random_entry(record, chance, number) for number in range(ENTRIES)]
    posted = sum(isinstance(result, Posted) for result in post_all(engine, *entries))
    assert posted > ENTRIES // 3
    return record


@pytest.mark.parametrize("border", [None, 0, 1])
def test_opening_and_causes_give_the_closing(
    engine: Engine, record: SmallRecord, border: int | None
) -> None:
    cells = None if border is None else [record.cells[border]]
    chance = random.Random(19)
    with reading(engine) as session:
        for _ in range(8):
            first = NEW_YEAR + timedelta(days=chance.randrange(100))
            last = first + timedelta(days=chance.randrange((TODAY - first).days + 1))
            (sheet,) = balance_sheet(session, first, last, cells=cells)
            for line in sheet.lines:
                assert line.opening + line.added - line.reduced == line.closing, line


def test_two_sheets_in_a_row_make_one(engine: Engine, record: SmallRecord) -> None:
    middle = date(2026, 3, 31)
    with reading(engine) as session:
        (whole,) = balance_sheet(session, NEW_YEAR, TODAY)
        (early,) = balance_sheet(session, NEW_YEAR, middle)
        (late,) = balance_sheet(session, middle + timedelta(days=1), TODAY)

    def causes(*sheets):  # type: ignore[no-untyped-def]
        sums: dict[object, int] = {}
        for sheet in sheets:
            for line in sheet.lines:
                for cause, amount in (*line.additions, *line.reductions):
                    sums[line.state, cause] = sums.get((line.state, cause), 0) + amount
        return sums

    assert causes(early, late) == causes(whole)
    assert {line.state: line.closing for line in early.lines if line.closing} == {
        line.state: line.opening for line in late.lines if line.opening
    }


def test_all_states_together_are_what_came_in(engine: Engine, record: SmallRecord) -> None:
    with reading(engine) as session:
        (sheet,) = balance_sheet(session, NEW_YEAR, TODAY)
    stock = {line.state: line.closing for line in sheet.lines}
    assert set(stock) >= {State.ROOM, State.HELD, State.FROZEN, State.USED, State.SURRENDERED}
    came = sum(
        amount
        for line in sheet.lines
        for cause, amount in line.additions
        if cause.kind in ("set", "import")
    )
    went = sum(
        amount for line in sheet.lines for cause, amount in line.reductions if cause.kind == "lower"
    )
    assert sum(stock.values()) == came - went
