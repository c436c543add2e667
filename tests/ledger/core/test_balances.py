"""Balances as they were, against the slow sum over the whole journal."""

import random
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from ledger.core.balances import (
    balance_at_entry,
    balance_on,
    balances_at_entry,
    balances_on,
)
from ledger.core.database import reading
from ledger.core.moves import EntryKind
from tests.support.histories import (
    Line,
    all_lines,
    close,
    close_all,
    every_position,
    imported_history,
    lived_history,
    moved,
)
from tests.support.small_record import (
    SmallRecord,
    entry_of,
    make_record,
    noon,
    post_well,
)

JANUARY = date(2026, 1, 1)


def lived(engine: Engine, record: SmallRecord) -> None:
    lived_history(engine, record, seed=1, first=JANUARY, days=130, entries_a_day=3)


def never_closed(engine: Engine, record: SmallRecord) -> None:
    lived_history(engine, record, seed=2, first=JANUARY, days=90, entries_a_day=3, close_after=None)


def imported(engine: Engine, record: SmallRecord) -> None:
    """Two years in one day, each month closed afterwards, then life goes on."""
    start, end = date(2024, 1, 1), date(2025, 12, 31)
    imported_history(engine, record, seed=3, first=start, days=731, count=500, on=date(2026, 1, 2))
    close_all(engine, record.scheme, start, end, date(2026, 1, 3))
    lived_history(engine, record, seed=4, first=JANUARY, days=60, entries_a_day=2)


def imported_and_not_closed(engine: Engine, record: SmallRecord) -> None:
    imported_history(
        engine, record, seed=5, first=date(2024, 1, 1), days=731, count=300, on=date(2026, 1, 2)
    )
    close(engine, record.scheme, date(2024, 6, 30), date(2026, 1, 3))


History = Callable[[Engine, SmallRecord], None]


@pytest.mark.parametrize("history", [lived, never_closed, imported, imported_and_not_closed])
def test_3000_balances_by_business_date_as_known_at_an_entry_equal_the_slow_sum(
    engine: Engine, history: History
) -> None:
    history(engine, make_record(engine))
    lines = all_lines(engine)
    positions = every_position(engine)
    assert len(lines) > 200
    chance = random.Random(7)
    first, last = lines[0].business_date, max(line.business_date for line in lines)
    days = (last - first).days
    asked = 0
    with reading(engine) as session:
        while asked < 3000:
            day = first + timedelta(days=chance.randint(-3, days + 3))
            if chance.random() < 0.3:
                day = date(day.year, day.month, 1) - timedelta(days=1)
            known = chance.choice(lines).entry_id if chance.random() < 0.7 else None
            found = balances_on(session, positions, day, known)
            assert found == slow_balances(lines, positions, day, known), (day, known)
            asked += len(positions)


def slow_balances(
    lines: list[Line], positions: list[int], day: date, known: int | None
) -> dict[int, int]:
    balances = dict.fromkeys(positions, 0)
    for line in lines:
        if line.business_date <= day and (known is None or line.entry_id <= known):
            balances[line.debit] -= line.amount
            balances[line.credit] += line.amount
    return balances


def test_balances_as_of_every_entry_equal_the_running_sum(engine: Engine) -> None:
    record = make_record(engine)
    lived_history(engine, record, seed=6, first=JANUARY, days=25, entries_a_day=3)
    lines = all_lines(engine)
    positions = every_position(engine)
    running = dict.fromkeys(positions, 0)
    with reading(engine) as session:
        assert balances_at_entry(session, positions, lines[0].entry_id - 1) == running
        for number, line in enumerate(lines):
            for position in positions:
                running[position] += moved(line, position)
            last_of_entry = number + 1 == len(lines) or lines[number + 1].entry_id != line.entry_id
            if last_of_entry:
                assert balances_at_entry(session, positions, line.entry_id) == running
        assert balance_at_entry(session, positions[0], 10**15) == running[positions[0]]


def test_a_late_entry_changes_the_day_it_is_for_and_not_what_was_known(engine: Engine) -> None:
    record = make_record(engine)
    january, may = date(2026, 1, 15), date(2026, 5, 20)
    (first,) = post_well(
        engine,
        entry_of(EntryKind.IMPORT, "i", (record.outside(), record.holding(0), 100), on=january),
        now=noon(january),
    )
    post_well(
        engine,
        entry_of(EntryKind.IMPORT, "late", (record.outside(), record.holding(0), 7), on=january),
        now=noon(may),
    )
    position = every_position(engine)[1]
    with reading(engine) as session:
        assert balance_on(session, position, january) == 107
        assert balance_on(session, position, january, as_known_at=first) == 100
        assert balance_on(session, position, january - timedelta(days=1)) == 0


def test_a_closed_month_that_was_closed_later_is_not_used_for_what_was_known_before(
    engine: Engine,
) -> None:
    """The kept balance contains an entry that was not there yet."""
    record = make_record(engine)
    january = date(2026, 1, 15)
    line = (record.outside(), record.holding(0), 100)
    (first,) = post_well(
        engine, entry_of(EntryKind.IMPORT, "i", line, on=january), now=noon(january)
    )
    post_well(
        engine,
        entry_of(EntryKind.IMPORT, "late", line, on=january),
        now=noon(date(2026, 2, 3)),
    )
    close(engine, record.scheme, date(2026, 1, 31), date(2026, 2, 4))
    position = every_position(engine)[1]
    with reading(engine) as session:
        assert balance_on(session, position, date(2026, 1, 31)) == 200
        assert balance_on(session, position, date(2026, 1, 31), as_known_at=first) == 100


def rows_read(engine: Engine, day: date) -> int:
    """Rows of the journal that a question touches, by the count that PostgreSQL keeps."""
    positions = every_position(engine)
    count = text(
        "SELECT coalesce(sum(idx_tup_fetch + seq_tup_read), 0) FROM pg_stat_xact_user_tables "
        "WHERE relname IN ('transfer', 'entry')"
    )
    with engine.connect() as connection, Session(connection) as session:
        session.execute(text("ANALYZE"))
        # So small a journal would be read as a whole, which is quicker here and says nothing.
        session.execute(text("SET LOCAL enable_seqscan = off"))
        before = session.execute(count).scalar_one()
        balances_on(session, positions, day)
        return int(session.execute(count).scalar_one() - before)


def test_with_closed_months_a_question_reads_about_a_month_however_long_the_journal_is(
    postgresql_engine: Engine,
) -> None:
    record = make_record(postgresql_engine)
    lived_history(postgresql_engine, record, seed=8, first=JANUARY, days=60, entries_a_day=4)
    short = rows_read(postgresql_engine, date(2026, 2, 14))
    lived_history(
        postgresql_engine, record, seed=9, first=date(2026, 3, 2), days=160, entries_a_day=4
    )
    assert rows_read(postgresql_engine, date(2026, 2, 14)) <= short * 1.5
    late_question = rows_read(postgresql_engine, date(2026, 6, 14))
    assert 0 < late_question <= short * 2.5
    assert rows_read(postgresql_engine, date(2026, 5, 31)) == 0


def test_a_balance_is_one_question_and_by_date_two_more_for_the_closed_months(
    engine: Engine,
) -> None:
    record = make_record(engine)
    post_well(engine, entry_of(EntryKind.IMPORT, "i", (record.outside(), record.holding(0), 1)))
    position = every_position(engine)[0]
    asked = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    with reading(engine) as session:
        asked.clear()
        balance_at_entry(session, position, 1)
        assert len(asked) == 1
        balance_on(session, position, JANUARY)
        assert len(asked) == 1 + 3
