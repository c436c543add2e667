"""Scene 19: two times.  Balance(day as known at entry) equals the slow sum, asked at random.

Entries are recorded through half a year, some for days gone by; months are closed as a registry
would, so some of the late ones are refused.
"""

import random
from datetime import date, timedelta
from functools import partial

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from ledger.core.balances import balance_at_entry, balance_on
from ledger.core.closing import ClosedMonth, close_month, end_of_month
from ledger.core.database import reading, run
from ledger.core.entries import PostingCode
from ledger.core.moves import EntryKind, PositionKind
from ledger.refusals import Refused
from tests.support.small_record import (
    SmallRecord,
    entry_of,
    make_record,
    noon,
    post_all,
    post_well,
)

START = date(2026, 1, 1)
DAYS = 150
QUESTIONS = 400


def _close(
    record: SmallRecord, month_end: date, today: date, session: Session
) -> ClosedMonth | Refused:
    return close_month(session, record.scheme, month_end, noon(today), "示例")


@pytest.fixture
def record(engine: Engine) -> SmallRecord:
    """Half a year, day by day: one or two entries a day, every third of them late."""
    record = make_record(engine)
    chance = random.Random(19)
    post_well(
        engine,
        entry_of(EntryKind.IMPORT, "stock", (record.outside(), record.holding(0), 10**6), on=START),
        now=noon(START),
    )
    for number in range(DAYS):
        today = START + timedelta(days=number)
        late = chance.choice([0, 0, chance.randrange(1, 40)])
        giver, taker = chance.choice([(0, 1), (1, 0), (0, 2), (2, 1)])
        entry = entry_of(
            EntryKind.TRANSFER,
            f"day {number}",
            (record.holding(giver), record.holding(taker), chance.randint(1, 500)),
            on=max(START, today - timedelta(days=late)),
        )
        (result,) = post_all(engine, entry, now=noon(today))
        if isinstance(result, Refused):
            assert result.code in (
                PostingCode.AVAILABLE_TOO_SMALL,
                PostingCode.BUSINESS_DATE_IN_CLOSED_MONTH,
            )
        if today.day == 10 and today.month > 1:
            month_end = end_of_month(today.replace(day=1) - timedelta(days=1))
            closed = run(engine, partial(_close, record, month_end, today))
            assert not isinstance(closed, Refused)
    return record


def test_the_quick_answer_is_the_slow_sum(engine: Engine, record: SmallRecord) -> None:
    chance = random.Random(20)
    with reading(engine) as session:
        rows = session.execute(
            text(
                "SELECT t.debit_position_id, t.credit_position_id, t.amount, t.entry_id, "
                "e.business_date FROM transfer t JOIN entry e ON e.id = t.entry_id"
            )
        ).all()
        journal = [(d, c, n, i, date.fromisoformat(str(day))) for d, c, n, i, day in rows]
        positions = sorted({position for row in journal for position in row[:2]})
        newest = max(row[3] for row in journal)
        for _ in range(QUESTIONS):
            position = chance.choice(positions)
            day = START + timedelta(days=chance.randrange(-3, DAYS + 3))
            known_at = chance.choice([None, chance.randint(1, newest)])
            slow = sum(
                ((position == c) - (position == d)) * amount
                for d, c, amount, entry, on in journal
                if on <= day and (known_at is None or entry <= known_at)
            )
            assert balance_on(session, position, day, known_at) == slow, (position, day, known_at)


def test_as_of_an_entry_is_what_was_recorded_by_then(engine: Engine, record: SmallRecord) -> None:
    with reading(engine) as session:
        rows = session.execute(
            text(
                "SELECT t.entry_id, t.credit_position_id, t.credit_balance, t.debit_position_id, "
                "t.debit_balance FROM transfer t ORDER BY t.entry_id"
            )
        ).all()
        for entry_id, credit, credit_balance, debit, debit_balance in rows[::7]:
            assert balance_at_entry(session, credit, entry_id) == credit_balance
            assert balance_at_entry(session, debit, entry_id) == debit_balance


def test_by_business_date_a_floor_can_look_crossed(engine: Engine) -> None:
    """Finding 12: floors hold in recorded order only, and reports must say so."""
    record = make_record(engine)
    post_well(
        engine,
        entry_of(
            EntryKind.IMPORT,
            "in March",
            (record.outside(), record.holding(0), 100),
            on=date(2026, 3, 1),
        ),
        entry_of(
            EntryKind.USE,
            "used in February",
            (record.holding(0), record.of_cell(0, PositionKind.USED, ref="2026"), 40),
            on=date(2026, 2, 1),
        ),
        now=noon(date(2026, 3, 2)),
    )
    with reading(engine) as session:
        holding = session.execute(
            text("SELECT id FROM position WHERE kind = 'holding'")
        ).scalar_one()
        assert balance_on(session, holding, date(2026, 2, 15)) == -40
        assert balance_on(session, holding, date(2026, 3, 1)) == 60
