"""Issuing beyond a total is refused by the database itself, whatever the code forgets."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from ledger.core.database import run
from ledger.core.deciding import Row
from ledger.core.entries import Entry, PositionKey, Posted, Transfer
from ledger.core.moves import EntryKind, PositionKind
from ledger.core.posting import WorkingSet
from tests.support.desk_record import (
    DeskRecord,
    act,
    allocate_to,
    make_desk_record,
    of_cell,
    set_in,
    table_of,
)
from tests.support.small_record import NOON

FLOOR = "ck_position_not_below_floor"


@pytest.fixture
def record(engine: Engine) -> DeskRecord:
    """A total of 500 with 450 of it issued, and an index of 500 likewise."""
    record = make_desk_record(engine)
    set_in(engine, record, "A/farm", 500)
    allocate_to(engine, record, "A/farm", 450)
    set_in(engine, record, "A/farm", 500, "cod")
    return record


def _post_past_the_check(
    session: Session, entry: Entry, position: PositionKey, mistake: Callable[[Row], None]
) -> None:
    """Post as a working set would whose memory of one position is wrong."""
    working_set = WorkingSet(session, NOON)
    working_set.open([name for leg in entry.transfers for name in leg[:2]], keys=[entry.key])
    mistake(working_set._decider.row(position))
    assert isinstance(working_set.try_post(entry), Posted)
    working_set.flush()


def _issue_60(record: DeskRecord) -> tuple[Entry, PositionKey]:
    total = record.of_cell("A/farm", PositionKind.TOTAL)
    legs = (Transfer(total, record.holding("A/farm", 1), 60),)
    return act("beyond").entry(EntryKind.ALLOCATE, legs), total


def _open_510(record: DeskRecord) -> tuple[Entry, PositionKey]:
    room = record.of_cell("A/farm", PositionKind.ROOM, "cod")
    legs = (
        Transfer(room, record.of_cell("A/farm", PositionKind.ROOM_USED, "cod"), 510),
        Transfer(
            record.of_cell("A/farm", PositionKind.SOURCE, "free"),
            record.of_cell("A/farm", PositionKind.TOTAL, "free"),
            510,
        ),
    )
    return act("beyond").entry(EntryKind.OPEN, legs), room


def _floor_forgotten(row: Row) -> None:
    row.floor = None


def _floor_taken_for_a_debt(row: Row) -> None:
    row.floor = -1000


@pytest.mark.parametrize("mistake", [_floor_forgotten, _floor_taken_for_a_debt])
@pytest.mark.parametrize("made", [_issue_60, _open_510])
def test_units_beyond_the_room_are_refused_where_code_forgets_the_floor(
    engine: Engine,
    record: DeskRecord,
    made: Callable[[DeskRecord], tuple[Entry, PositionKey]],
    mistake: Callable[[Row], None],
) -> None:
    entry, position = made(record)
    with pytest.raises(Exception, match=FLOOR):
        run(engine, lambda session: _post_past_the_check(session, entry, position, mistake))
    assert of_cell(engine, record, "A/farm") == {"source": -500, "total": 50}
    assert of_cell(engine, record, "A/farm", "cod") == {"source": -500, "room": 500}
    table_of(engine, record)


def test_sums_written_by_hand_are_refused(engine: Engine, record: DeskRecord) -> None:
    statement = text(
        "UPDATE position SET debits = debits + 60 "
        "WHERE account_id = :account AND asset_id = :asset AND kind = 'total'"
    )
    numbers = {"account": record.accounts["A/farm"], "asset": record.assets["water"]}
    with pytest.raises(DBAPIError, match=FLOOR):
        run(engine, lambda session: session.execute(statement, numbers))
    assert of_cell(engine, record, "A/farm") == {"source": -500, "total": 50}


@pytest.mark.parametrize("kind", ["total", "room"])
def test_a_total_without_a_floor_cannot_be_made(
    engine: Engine, record: DeskRecord, kind: str
) -> None:
    statement = text(
        "UPDATE position SET floor = NULL WHERE account_id = :account AND kind = :kind"
    )
    numbers = {"account": record.accounts["A/farm"], "kind": kind}
    with pytest.raises(DBAPIError, match="ck_position_has_floor"):
        run(engine, lambda session: session.execute(statement, numbers))
