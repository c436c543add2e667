"""``WorkingSet.make``: positions that come into the database with the first thing posted to them."""

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from ledger.core.audit import audit
from ledger.core.database import reading, run
from ledger.core.entries import Entry, PositionKey, Posted, Transfer
from ledger.core.moves import EntryKind
from ledger.core.posting import WorkingSet
from ledger.core.tables import position
from tests.support.small_record import NOON, TODAY, SmallRecord, balances, make_record, post_well


@pytest.fixture
def record(engine: Engine) -> SmallRecord:
    made = make_record(engine)
    post_well(
        engine,
        Entry(EntryKind.IMPORT, "in", TODAY, (Transfer(made.outside(), made.holding(0), 100),)),
    )
    return made


def _hold(record: SmallRecord, ref: str, amount: int) -> Entry:
    held = record.frozen(0, ref)
    return Entry(EntryKind.HOLD, f"hold {ref}", TODAY, (Transfer(record.holding(0), held, amount),))


def _count(engine: Engine) -> int:
    with reading(engine) as session:
        return session.scalar(select(func.count()).select_from(position)) or 0


@pytest.mark.parametrize("count", [1, 3, 150])
def test_a_new_position_comes_with_what_is_posted_to_it(
    engine: Engine, record: SmallRecord, count: int
) -> None:
    before = _count(engine)

    def work(session: Session) -> None:
        working_set = WorkingSet(session, NOON)
        working_set.open([record.holding(0)])
        amount = 100 // count or 1
        refs = [f"o{number}" for number in range(count)]
        working_set.make([record.frozen(0, ref) for ref in refs])
        results = [working_set.try_post(_hold(record, ref, amount)) for ref in refs]
        # A position that nobody used beside them, and one more looked up after they were made.
        working_set.make([record.frozen(0, "unused")])
        working_set.open([PositionKey(record.holders[5], *record.holding(5)[1:])])
        assert sum(isinstance(result, Posted) for result in results) == min(count, 100)
        working_set.flush()
        # A second flush of the same unit of work updates what the first one made.
        back = Transfer(record.frozen(0, "o0"), record.holding(0), amount)
        assert working_set.try_post(Entry(EntryKind.RELEASE, "back", TODAY, (back,)))
        working_set.flush()

    run(engine, work)
    made = min(count, 100)
    assert _count(engine) == before + made + 1
    amount = 100 // count or 1
    assert balances(engine, record.frozen(0, "o0"), record.holding(0)) == [
        0,
        100 - (made - 1) * amount,
    ]
    with reading(engine) as session:
        assert not audit(session).differences


def test_a_refused_hold_leaves_no_position(engine: Engine, record: SmallRecord) -> None:
    before = _count(engine)

    def work(session: Session) -> None:
        working_set = WorkingSet(session, NOON)
        working_set.open([record.holding(0)])
        working_set.make([record.frozen(0, "big")])
        working_set.try_post(_hold(record, "big", 101))
        working_set.flush()

    run(engine, work)
    assert _count(engine) == before
