"""The balance sheet and the trial balance, on a year that can be followed by hand."""

from datetime import date

import pytest
from sqlalchemy import Engine, text

from ledger.core.clock import Now
from ledger.core.database import reading, run
from ledger.core.moves import EntryKind, PositionKind
from ledger.core.posting import post, reversal_of
from ledger.refusals import Refused
from ledger.reports.balance_sheet import AssetSheet, Cause, balance_sheet
from ledger.reports.states import STATE_OF_KIND, State
from ledger.reports.trial_balance import trial_balance
from tests.support.small_record import (
    NOON,
    SmallRecord,
    entry_of,
    make_record,
    noon,
    post_well,
)

JANUARY, MARCH, MAY = date(2026, 1, 10), date(2026, 3, 10), date(2026, 5, 10)


@pytest.fixture
def record(engine: Engine) -> SmallRecord:
    record = make_record(engine)
    total = record.of_cell(0, PositionKind.TOTAL)
    source = record.of_cell(0, PositionKind.SOURCE)
    post_well(
        engine,
        entry_of(EntryKind.SET, "set", (source, total, 1000), on=JANUARY),
        entry_of(EntryKind.ALLOCATE, "a0", (total, record.holding(0), 600), on=JANUARY),
        entry_of(EntryKind.ALLOCATE, "a2", (total, record.holding(2), 300), on=MARCH),
        # 0 and 2 lie in cell 0, 1 in cell 1.
        entry_of(EntryKind.TRANSFER, "t1", (record.holding(0), record.holding(1), 50), on=MARCH),
        entry_of(EntryKind.TRANSFER, "t2", (record.holding(0), record.holding(2), 70), on=MARCH),
        entry_of(
            EntryKind.SURRENDER,
            "s",
            (record.holding(2), record.of_cell(0, PositionKind.SURRENDERED, ref="2025"), 120),
            on=MAY,
        ),
        entry_of(EntryKind.HOLD, "h", (record.holding(0), record.frozen(0, "o1"), 30), on=MAY),
    )
    return record


def sheet_of(engine: Engine, record: SmallRecord, first: date, last: date, cell: int | None = 0):
    cells = None if cell is None else [record.cells[cell]]
    with reading(engine) as session:
        sheets = balance_sheet(session, first, last, cells=cells, asset_ids=[record.unit])
    return sheets[0]


def figures(sheet: AssetSheet) -> dict[State, tuple[int, int, int, int]]:
    return {
        line.state: (line.opening, line.added, line.reduced, line.closing) for line in sheet.lines
    }


def test_a_zone_over_the_year(engine: Engine, record: SmallRecord) -> None:
    sheet = sheet_of(engine, record, date(2026, 1, 1), date(2026, 6, 1))
    assert figures(sheet) == {
        State.ROOM: (0, 1000, 900, 100),
        State.HELD: (0, 900, 50 + 120 + 30, 700),
        State.FROZEN: (0, 30, 0, 30),
        State.SURRENDERED: (0, 120, 0, 120),
    }
    assert sheet.ties
    held = next(line for line in sheet.lines if line.state is State.HELD)
    assert dict(held.reductions) == {
        Cause("transfer", across=True): 50,
        Cause("surrender"): 120,
        Cause("hold"): 30,
    }
    # The transfer of 70 stayed inside the zone's holdings: no cause.
    assert dict(held.additions) == {Cause("allocate"): 900}


def test_opening_and_closing_follow_the_days(engine: Engine, record: SmallRecord) -> None:
    sheet = sheet_of(engine, record, date(2026, 3, 1), date(2026, 3, 31))
    assert figures(sheet) == {
        State.ROOM: (400, 0, 300, 100),
        State.HELD: (600, 300, 50, 850),
    }
    assert sheet.ties


def test_the_close_of_one_day_is_the_opening_of_the_next(
    engine: Engine, record: SmallRecord
) -> None:
    before = sheet_of(engine, record, date(2026, 1, 1), MARCH)
    after = sheet_of(engine, record, date(2026, 3, 11), date(2026, 6, 1))
    closing = {line.state: line.closing for line in before.lines}
    opening = {line.state: line.opening for line in after.lines if line.opening}
    assert closing == opening


def test_the_neighbour_zone_sees_the_same_transfer_from_the_other_side(
    engine: Engine, record: SmallRecord
) -> None:
    sheet = sheet_of(engine, record, date(2026, 1, 1), date(2026, 6, 1), cell=1)
    (held,) = sheet.lines
    assert held.additions == ((Cause("transfer", across=True), 50),)
    assert (held.opening, held.closing) == (0, 50)


def test_the_whole_ledger_has_no_border(engine: Engine, record: SmallRecord) -> None:
    sheet = sheet_of(engine, record, date(2026, 1, 1), date(2026, 6, 1), cell=None)
    assert figures(sheet)[State.HELD] == (0, 900, 150, 750)
    assert sum(line.closing for line in sheet.lines) == 1000
    assert sheet.ties


def test_a_reversal_is_a_cause_of_its_own(engine: Engine, record: SmallRecord) -> None:
    def undo(session):  # type: ignore[no-untyped-def]
        found = session.execute(text("SELECT id FROM entry WHERE key = 's'")).scalar_one()
        entry = reversal_of(session, found, key="undo", business_date=date(2026, 5, 20))
        assert not isinstance(entry, Refused)
        return post(session, [entry], NOON)

    run(engine, undo)
    sheet = sheet_of(engine, record, date(2026, 5, 15), date(2026, 6, 1))
    lines = {line.state: line for line in sheet.lines}
    assert lines[State.HELD].additions == ((Cause("surrender", reversed=True), 120),)
    assert lines[State.SURRENDERED].reductions == ((Cause("surrender", reversed=True), 120),)
    assert sheet.ties


def test_late_entries_change_the_past_they_count_for(engine: Engine, record: SmallRecord) -> None:
    later: Now = noon(date(2026, 7, 1))
    total = record.of_cell(0, PositionKind.TOTAL)
    post_well(
        engine,
        entry_of(EntryKind.ALLOCATE, "late", (total, record.holding(4), 10), on=JANUARY),
        now=later,
    )
    sheet = sheet_of(engine, record, date(2026, 3, 1), date(2026, 3, 31))
    assert figures(sheet)[State.HELD] == (610, 300, 50, 860)
    assert sheet.ties


def test_a_balance_that_is_not_the_journals_does_not_tie(
    engine: Engine, record: SmallRecord
) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE position SET credits = credits + 1 WHERE kind = 'total'"))
    sheet = sheet_of(engine, record, date(2026, 1, 1), date(2026, 6, 1))
    assert [line.state for line in sheet.lines if not line.ties] == [State.ROOM]
    with reading(engine) as session:
        trial = next(each for each in trial_balance(session) if each.code == "cod")
    assert trial.difference == 1


def test_the_trial_balance_is_zero_for_every_asset(engine: Engine, record: SmallRecord) -> None:
    with reading(engine) as session:
        (trial,) = trial_balance(session, "nm-cod")
        assert trial_balance(session, "nm-so2") == []
    assert (trial.debits, trial.credits, trial.difference) == (2170, 2170, 0)
    by_kind = {line.kind: (line.positions, line.balance) for line in trial.lines}
    assert by_kind == {
        PositionKind.SOURCE: (1, -1000),
        PositionKind.TOTAL: (1, 100),
        PositionKind.HOLDING: (3, 750),
        PositionKind.FROZEN: (1, 30),
        PositionKind.SURRENDERED: (1, 120),
    }


def test_sums_wider_than_64_bits_are_summed(engine: Engine) -> None:
    record = make_record(engine)
    with engine.begin() as connection:
        for number in range(5):
            connection.execute(
                text(
                    "INSERT INTO position (account_id, asset_id, kind, debits, credits, floor) "
                    "VALUES (:a, :s, 'holding', :sum, :sum, 0)"
                ),
                {"a": record.holders[number], "s": record.unit, "sum": 2**62 - 1},
            )
    with reading(engine) as session:
        (trial,) = trial_balance(session)
    assert trial.debits == 5 * (2**62 - 1)


def test_every_kind_of_position_has_its_state() -> None:
    assert set(STATE_OF_KIND) == set(PositionKind)
