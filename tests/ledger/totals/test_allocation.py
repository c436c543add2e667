"""Units out to holders from a table, and back from a holder."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from ledger.core.database import reading, run
from ledger.core.entries import Posted, PostingCode
from ledger.core.tables import entry
from ledger.refusals import Refused
from ledger.registry.accounts import AccountCode
from ledger.registry.closing import close_account
from ledger.rights.assets import AssetCode
from ledger.totals.allocation import Allocation, allocate, return_units
from ledger.totals.codes import TotalsCode
from ledger.totals.desk import lower_total
from ledger.units import Quantity
from tests.support.desk_record import (
    DeskRecord,
    accepted,
    act,
    allocate_to,
    figures,
    make_desk_record,
    of_cell,
    refused,
    set_in,
    table_of,
)
from tests.support.small_record import NOON, TODAY, balances


@pytest.fixture
def record(engine: Engine) -> DeskRecord:
    return make_desk_record(engine)


def row(record: DeskRecord, label: str, number: int, amount: int, key: str = "") -> Allocation:
    key = key or f"row {label} {number}"
    return Allocation(record.holders[label][number], amount, act(key))


def send(
    engine: Engine, record: DeskRecord, *rows: Allocation, asset: str = "water"
) -> list[Posted | Refused]:
    return run(engine, lambda session: allocate(session, record.assets[asset], rows, NOON))


def entries(engine: Engine) -> int:
    with reading(engine) as session:
        return session.scalar(select(func.count()).select_from(entry)) or 0


def test_each_row_gets_its_entry_from_the_total_of_its_own_cell(
    engine: Engine, record: DeskRecord
) -> None:
    set_in(engine, record, "A/farm", 500)
    set_in(engine, record, "B/farm", 100)
    results = send(
        engine,
        record,
        row(record, "A/farm", 0, 300),
        row(record, "B/farm", 0, 40),
        row(record, "A/farm", 1, 150),
    )
    assert len({accepted(result).entry_id for result in results}) == 3
    held = balances(engine, *(record.holding("A/farm", n) for n in (0, 1, 2)))
    assert held == [300, 150, 0]
    assert of_cell(engine, record, "A/farm") == {"source": -500, "total": 50}
    assert of_cell(engine, record, "B/farm") == {"source": -100, "total": 60}
    assert figures(table_of(engine, record), "A/farm").held == 450


def test_all_faults_are_told_and_nothing_is_posted(engine: Engine, record: DeskRecord) -> None:
    set_in(engine, record, "A/farm", 500)
    closed = record.holders["A/farm"][2]

    def close(session: Session) -> Refused | None:
        return close_account(session, closed, TODAY, NOON, actor="示例", document="示例")

    assert run(engine, close) is None
    before = entries(engine)
    rows = [
        row(record, "A/farm", 0, 300),
        row(record, "A/farm", 1, 0),
        Allocation(987_654, 1, act("unknown")),
        Allocation(closed, 1, act("closed")),
        Allocation(record.accounts["A/farm"], 1, act("a cell")),
        row(record, "A/farm", 1, 201, key="beyond"),
        replace(row(record, "A/farm", 1, 1), act=act("no paper", document="")),
        row(record, "A/farm", 1, 1, key="twice"),
        row(record, "A/farm", 0, 1, key="twice"),
        row(record, "A/farm", 1, 1, key="fine"),
    ]
    codes = [refused(result).code for result in send(engine, record, *rows)]
    assert codes == [
        TotalsCode.BATCH_HAS_FAULTS,
        PostingCode.AMOUNT_NOT_POSITIVE,
        AccountCode.ACCOUNT_NOT_FOUND,
        AccountCode.ACCOUNT_CLOSED,
        TotalsCode.ACCOUNT_CANNOT_HOLD_UNITS,
        TotalsCode.ALLOCATION_EXCEEDS_TOTAL,
        TotalsCode.ACT_WITHOUT_DOCUMENT,
        TotalsCode.KEY_TWICE_IN_TABLE,
        TotalsCode.KEY_TWICE_IN_TABLE,
        TotalsCode.BATCH_HAS_FAULTS,
    ]
    assert entries(engine) == before
    assert of_cell(engine, record, "A/farm") == {"source": -500, "total": 500}


def test_a_row_beyond_the_total_is_told_what_is_left_for_it(
    engine: Engine, record: DeskRecord
) -> None:
    set_in(engine, record, "A/farm", 500)
    results = send(engine, record, row(record, "A/farm", 0, 300), row(record, "A/farm", 1, 201))
    assert refused(results[1]).values == {
        "needed": Quantity(201, "m3"),
        "available": Quantity(200, "m3"),
    }
    waiting = refused(results[0])
    assert waiting.values == {"faults": 1, "rows": 2, "first": 2}


def test_a_table_sent_again_posts_only_what_is_new(engine: Engine, record: DeskRecord) -> None:
    set_in(engine, record, "A/farm", 500)
    first = send(engine, record, row(record, "A/farm", 0, 300), row(record, "A/farm", 1, 200))
    # The total is exhausted: only rows that stand already can be answered well.
    again = send(engine, record, row(record, "A/farm", 0, 300), row(record, "A/farm", 1, 200))
    assert [accepted(one).entry_id for one in first] == [accepted(one).entry_id for one in again]
    assert all(accepted(one).again for one in again)
    changed = send(engine, record, row(record, "A/farm", 0, 299))
    assert refused(changed[0]).code is PostingCode.KEY_USED_FOR_ANOTHER_ENTRY
    set_in(engine, record, "B/farm", 10)
    longer = send(engine, record, row(record, "A/farm", 0, 300), row(record, "B/farm", 0, 10))
    assert [accepted(one).again for one in longer] == [True, False]


def test_rows_that_stand_keep_their_answer_beside_a_faulty_one(
    engine: Engine, record: DeskRecord
) -> None:
    set_in(engine, record, "A/farm", 500)
    send(engine, record, row(record, "A/farm", 0, 300))
    results = send(engine, record, row(record, "A/farm", 0, 300), row(record, "A/farm", 1, 201))
    assert accepted(results[0]).again
    assert refused(results[1]).code is TotalsCode.ALLOCATION_EXCEEDS_TOTAL


def test_only_units_of_the_accounts_scheme_are_allocated(sqlite_engine: Engine) -> None:
    record = make_desk_record(sqlite_engine)
    answers = send(
        sqlite_engine, record, row(record, "A", 0, 1), row(record, "A", 1, 1), asset="cod"
    )
    assert [refused(one).code for one in answers] == [AssetCode.ASSET_IS_NO_UNIT] * 2


def test_an_empty_table_posts_nothing(sqlite_engine: Engine) -> None:
    assert send(sqlite_engine, make_desk_record(sqlite_engine)) == []


def test_thousands_of_rows_take_a_fixed_number_of_questions(sqlite_engine: Engine) -> None:
    """No query for each row: the number of statements is that of a table of three."""

    record = make_desk_record(sqlite_engine)
    set_in(sqlite_engine, record, "A/farm", 1_000_000)
    statements: list[str] = []
    event.listen(
        sqlite_engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, *_rest: statements.append(statement),
    )
    counts = []
    for size in (3, 3_000):
        statements.clear()
        rows = [row(record, "A/farm", n % 3, 1, key=f"{size} {n}") for n in range(size)]
        for result in send(sqlite_engine, record, *rows):
            accepted(result)
        counts.append(len(statements))
    assert counts[0] == counts[1]


# -- return --------------------------------------------------------------------------------------


def give(engine: Engine, record: DeskRecord, amount: int, key: str = "return") -> Posted | Refused:
    holder, water = record.holders["A/farm"][0], record.assets["water"]
    return run(engine, lambda session: return_units(session, holder, water, amount, act(key), NOON))


def test_returned_units_serve_what_is_tolerated_first(engine: Engine, record: DeskRecord) -> None:
    set_in(engine, record, "A/farm", 300)
    allocate_to(engine, record, "A/farm", 250)
    water, cell = record.assets["water"], record.cells["A/farm"]
    accepted(
        run(
            engine,
            lambda session: lower_total(session, water, cell, 120, act("lower"), NOON),
        )
    )
    accepted(give(engine, record, 100))
    assert of_cell(engine, record, "A/farm") == {"source": -180, "total": 30}
    found = figures(table_of(engine, record), "A/farm")
    assert (found.held, found.room, found.tolerated, found.set_amount) == (150, 30, 0, 180)


def test_no_more_is_returned_than_is_held(engine: Engine, record: DeskRecord) -> None:
    set_in(engine, record, "A/farm", 300)
    allocate_to(engine, record, "A/farm", 250)
    answer = refused(give(engine, record, 251))
    assert answer.code is TotalsCode.RETURN_EXCEEDS_HOLDING
    assert answer.values["held"] == Quantity(250, "m3")


def test_returning_twice_under_one_key_returns_once(engine: Engine, record: DeskRecord) -> None:
    set_in(engine, record, "A/farm", 300)
    allocate_to(engine, record, "A/farm", 250)
    first = accepted(give(engine, record, 250))
    second = accepted(give(engine, record, 250))
    assert (second.entry_id, second.again) == (first.entry_id, True)
    assert of_cell(engine, record, "A/farm") == {"source": -300, "total": 300}
