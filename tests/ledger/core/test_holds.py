"""Each hold is a position of its own: no order eats what was held for another."""

import pytest
from sqlalchemy import Engine, text

from ledger.core.database import run
from ledger.core.entries import PositionKey, Posted, PostingCode
from ledger.core.moves import EntryKind, PositionKind
from ledger.core.posting import WorkingSet
from ledger.refusals import InvariantBroken, Refused
from tests.support.small_record import (
    NOON,
    SmallRecord,
    balances,
    entry_of,
    make_record,
    post_all,
    post_well,
)


@pytest.fixture
def record(engine: Engine) -> SmallRecord:
    r = make_record(engine)
    post_well(
        engine,
        entry_of(EntryKind.IMPORT, "import", (r.outside(), r.holding(0), 100)),
        entry_of(EntryKind.HOLD, "order-1", (r.holding(0), r.frozen(0, "order-1"), 50)),
        entry_of(EntryKind.HOLD, "order-2", (r.holding(0), r.frozen(0, "order-2"), 30)),
    )
    return r


def test_a_fill_of_60_does_not_eat_the_other_order_of_30(
    engine: Engine, record: SmallRecord
) -> None:
    """80 are held in all, but only 50 for this order."""
    (answer,) = post_all(
        engine,
        entry_of(EntryKind.FILL, "fill", (record.frozen(0, "order-1"), record.holding(1), 60)),
    )
    assert isinstance(answer, Refused)
    assert answer.code == PostingCode.HOLD_TOO_SMALL
    assert (answer.values["available"], answer.values["needed"]) == (50, 60)
    held = balances(engine, record.frozen(0, "order-1"), record.frozen(0, "order-2"))
    assert held == [50, 30]


def test_what_is_held_is_not_available(engine: Engine, record: SmallRecord) -> None:
    (answer,) = post_all(
        engine, entry_of(EntryKind.TRANSFER, "sale", (record.holding(0), record.holding(1), 21))
    )
    assert isinstance(answer, Refused)
    assert (answer.code, answer.values["available"]) == (PostingCode.AVAILABLE_TOO_SMALL, 20)


def test_the_rest_of_a_hold_goes_back_to_where_it_came_from(
    engine: Engine, record: SmallRecord
) -> None:
    post_well(
        engine,
        entry_of(EntryKind.FILL, "fill", (record.frozen(0, "order-1"), record.holding(1), 40)),
        entry_of(EntryKind.RELEASE, "cancel", (record.frozen(0, "order-1"), record.holding(0), 10)),
    )
    assert balances(engine, record.holding(0), record.holding(1), record.frozen(0, "order-1")) == [
        30,
        40,
        0,
    ]


def test_positions_differ_by_each_part_of_what_they_are(
    engine: Engine, record: SmallRecord
) -> None:
    """Account, asset, kind, ref and whose right it is: change one and it is another position."""
    first = PositionKey(record.holders[3], record.unit, PositionKind.HOLDING, "", None)
    keys = [
        first,
        first._replace(account_id=record.holders[4]),
        first._replace(ref="x"),
        first._replace(ref="X"),
        first._replace(for_party_id=record.parties[0]),
        first._replace(for_party_id=record.parties[1]),
        first._replace(ref="x", for_party_id=record.parties[0]),
    ]
    post_well(
        engine,
        *(
            entry_of(EntryKind.IMPORT, f"i{n}", (record.outside(), key, n + 1))
            for n, key in enumerate(keys)
        ),
    )
    assert balances(engine, *keys) == [1, 2, 3, 4, 5, 6, 7]


def test_a_position_is_made_once_on_first_use(engine: Engine, record: SmallRecord) -> None:
    for number in range(3):
        line = (record.holding(0), record.holding(7), 1)
        post_well(engine, entry_of(EntryKind.TRANSFER, f"t{number}", line, line))
    with engine.connect() as connection:
        count = connection.execute(
            text("SELECT count(*) FROM position WHERE account_id = :account"),
            {"account": record.holders[7]},
        ).scalar_one()
    assert count == 1


def test_a_working_set_sees_its_own_work_before_and_after_a_flush(
    engine: Engine, record: SmallRecord
) -> None:
    def work(session) -> list[int]:  # type: ignore[no-untyped-def]
        seen = []
        working_set = WorkingSet(session, NOON)
        working_set.open([record.holding(0), record.holding(1)])
        for number in range(3):
            entry = entry_of(
                EntryKind.TRANSFER, f"t{number}", (record.holding(0), record.holding(1), 5)
            )
            assert isinstance(working_set.try_post(entry), Posted)
            seen.append(working_set.balance(record.holding(1)))
            if number == 1:
                working_set.flush()
        working_set.open([record.holding(2)])
        onward = entry_of(EntryKind.TRANSFER, "on", (record.holding(1), record.holding(2), 15))
        answer = working_set.try_post(onward)
        working_set.flush()
        assert isinstance(answer, Posted)
        assert answer.entry_id > 0
        return seen

    assert run(engine, work) == [5, 10, 15]
    assert balances(engine, record.holding(0), record.holding(1), record.holding(2)) == [5, 0, 15]


def test_an_entry_has_no_number_before_the_flush(engine: Engine, record: SmallRecord) -> None:
    def work(session) -> None:  # type: ignore[no-untyped-def]
        working_set = WorkingSet(session, NOON)
        working_set.open([record.holding(0), record.holding(1)])
        answer = working_set.try_post(
            entry_of(EntryKind.TRANSFER, "t", (record.holding(0), record.holding(1), 5))
        )
        assert isinstance(answer, Posted)
        with pytest.raises(InvariantBroken):
            _ = answer.entry_id
        working_set.flush()
        assert answer.entry_id > 0

    run(engine, work)


def test_a_balance_of_a_position_that_was_not_opened_is_a_bug(
    engine: Engine, record: SmallRecord
) -> None:
    with pytest.raises(InvariantBroken):
        run(engine, lambda session: WorkingSet(session, NOON).balance(record.holding(0)))


def test_work_that_raises_leaves_nothing(engine: Engine, record: SmallRecord) -> None:
    class SomethingBroke(Exception):
        pass

    def work(session) -> None:  # type: ignore[no-untyped-def]
        working_set = WorkingSet(session, NOON)
        working_set.open([record.holding(0), record.holding(1)])
        working_set.try_post(
            entry_of(EntryKind.TRANSFER, "t", (record.holding(0), record.holding(1), 5))
        )
        working_set.flush()
        raise SomethingBroke

    with pytest.raises(SomethingBroke):
        run(engine, work)
    assert balances(engine, record.holding(0)) == [20]
