"""Statements: pages of any size, in either direction, put together give the slow list."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from ledger.core.balances import balances_on
from ledger.core.database import reading
from ledger.core.journal import (
    LINES_MAX,
    POSITIONS_MAX,
    Cursor,
    Days,
    Statement,
    period_balances,
    positions_of,
    statement,
)
from ledger.core.moves import EntryKind, PositionKind
from ledger.refusals import InvariantBroken
from tests.support.histories import (
    Line,
    all_lines,
    every_position,
    imported_history,
    lived_history,
    position_ids,
)
from tests.support.small_record import (
    SmallRecord,
    balances,
    entry_of,
    make_record,
    noon,
    post_well,
)

JANUARY = date(2026, 1, 1)
Told = tuple[int, int, int, int, int, int]


@pytest.fixture
def record(engine: Engine) -> SmallRecord:
    """Four holders over 38 days, January closed."""
    r = make_record(engine)
    lived_history(engine, r, seed=11, first=JANUARY, days=38, entries_a_day=2)
    return r


def slow_statement(
    lines: list[Line], positions: list[int], days: Days | None = None, known: int | None = None
) -> list[Told]:
    """Entry, line, side, in, out and balance of every line, by going through all of them."""
    told = []
    balance = 0
    for line in lines:
        for side, position in ((0, line.debit), (1, line.credit)):
            if position not in positions or (known is not None and line.entry_id > known):
                continue
            if days is not None and line.business_date > days.last:
                continue
            incoming, outgoing = (line.amount, 0) if side else (0, line.amount)
            before_period = days is not None and line.business_date < days.first
            if not before_period:
                told.append((line.entry_id, line.line, side, incoming, outgoing, 0))
                continue
            balance += incoming - outgoing
    running = []
    for entry_id, number, side, incoming, outgoing, _ in told:
        balance += incoming - outgoing
        running.append((entry_id, number, side, incoming, outgoing, balance))
    return running


def told(page: Statement) -> list[Told]:
    return [
        (line.entry_id, line.line, line.side, line.incoming, line.outgoing, line.balance)
        for line in page.lines
    ]


def forward(session: Session, positions: list[int], limit: int, **how: object) -> list[Told]:
    """Turn the pages from the first to the last; check that each begins where the last ended."""
    found: list[Told] = []
    page = statement(session, positions, limit=limit, **how)  # type: ignore[arg-type]
    assert page.earlier is None
    while True:
        if found:
            assert page.brought_forward == found[-1][-1]
        found += told(page)
        assert len(page.lines) <= limit
        if page.later is None:
            return found
        assert len(page.lines) == limit
        page = statement(session, positions, limit=limit, after=page.later, **how)  # type: ignore[arg-type]
        assert page.earlier is not None


def backward(session: Session, positions: list[int], limit: int, **how: object) -> list[Told]:
    """Turn the pages from the last to the first."""
    found: list[Told] = []
    page = statement(session, positions, limit=limit, newest=True, **how)  # type: ignore[arg-type]
    assert page.later is None
    while True:
        lines = told(page)
        if lines:
            first = lines[0]
            assert page.brought_forward == first[-1] - first[3] + first[4]
        found = lines + found
        if page.earlier is None:
            return found
        page = statement(session, positions, limit=limit, before=page.earlier, **how)  # type: ignore[arg-type]
        assert page.later is not None


@pytest.mark.parametrize("limit", [1, 7, LINES_MAX])
def test_pages_of_any_size_in_either_direction_give_every_line_once(
    engine: Engine, record: SmallRecord, limit: int
) -> None:
    lines = all_lines(engine)
    with reading(engine) as session:
        for position in every_position(engine):
            slow = slow_statement(lines, [position])
            assert forward(session, [position], limit) == slow
            assert backward(session, [position], limit) == slow


@pytest.mark.parametrize("limit", [2, 40])
def test_several_positions_of_one_asset_make_one_statement(
    engine: Engine, record: SmallRecord, limit: int
) -> None:
    """What moves between two of them stands in it twice and changes nothing."""
    lines = all_lines(engine)
    everything = every_position(engine)
    sets = (everything, everything[1:4], everything[::2])
    with reading(engine) as session:
        for positions in sets:
            slow = slow_statement(lines, positions)
            assert forward(session, positions, limit) == slow
            assert backward(session, positions, limit) == slow


def test_a_period_goes_from_its_opening_to_its_closing_balance(
    engine: Engine, record: SmallRecord
) -> None:
    """Late entries or not, closed months or not: opening and lines give the closing balance."""
    lines = all_lines(engine)
    chance = random.Random(3)
    positions = every_position(engine)
    with reading(engine) as session:
        for _ in range(20):
            first = JANUARY + timedelta(days=chance.randint(-5, 52))
            days = Days(first, first + timedelta(days=chance.randint(0, 35)))
            chosen = chance.sample(positions, chance.choice((1, 1, 1, 3)))
            limit = chance.choice((1, 4, 100))
            slow = slow_statement(lines, chosen, days)
            assert forward(session, chosen, limit, days=days) == slow
            assert backward(session, chosen, limit, days=days) == slow
            opening, closing = period_balances(session, chosen, days)
            page = statement(session, chosen, days=days, limit=1)
            assert page.brought_forward == opening
            moved = sum(line[3] - line[4] for line in slow)
            assert opening + moved == closing


def test_a_period_in_an_import_that_is_not_in_the_order_of_dates(engine: Engine) -> None:
    record = make_record(engine)
    imported_history(
        engine, record, seed=5, first=date(2024, 1, 1), days=400, count=150, on=date(2026, 1, 2)
    )
    lines = all_lines(engine)
    days = Days(date(2024, 3, 1), date(2024, 9, 30))
    with reading(engine) as session:
        for position in every_position(engine):
            slow = slow_statement(lines, [position], days)
            assert forward(session, [position], 5, days=days) == slow


def test_a_statement_as_known_at_an_entry_leaves_out_what_came_later(
    engine: Engine, record: SmallRecord
) -> None:
    lines = all_lines(engine)
    chance = random.Random(4)
    with reading(engine) as session:
        for _ in range(20):
            position = [chance.choice(every_position(engine))]
            known = chance.choice(lines).entry_id
            slow = slow_statement(lines, position, known=known)
            assert forward(session, position, 6, as_known_at=known) == slow
            assert backward(session, position, 6, as_known_at=known) == slow
            days = Days(date(2026, 1, 10), date(2026, 2, 3))
            slow = slow_statement(lines, position, days, known)
            assert forward(session, position, 6, as_known_at=known, days=days) == slow
        assert statement(session, position, as_known_at=0).lines == ()


def test_a_line_tells_all_that_a_statement_shows(engine: Engine) -> None:
    record = make_record(engine)
    recorded = noon(date(2026, 6, 15))
    numbers = post_well(
        engine,
        entry_of(EntryKind.IMPORT, "i", (record.outside(), record.holding(0), 100)),
        entry_of(
            EntryKind.HOLD,
            "h",
            (record.holding(0), record.frozen(0, "D-2041"), 40),
            on=date(2026, 6, 10),
            document="委托 D-2041",
            actor="示例经办人",
            unit_price_micro=50_000_000,
            money_fen=2_000,
            period_id=1,
        ),
        now=recorded,
    )
    (holding,) = position_ids(engine, record.holding(0))
    with reading(engine) as session:
        first, second = statement(session, [holding]).lines
    assert (first.incoming, first.outgoing, first.balance, first.late) == (100, 0, 100, False)
    assert (second.incoming, second.outgoing, second.balance, second.late) == (0, 40, 60, True)
    assert (second.business_date, second.recorded_at) == (
        date(2026, 6, 10),
        datetime(2026, 6, 15, 4, 0, tzinfo=UTC),
    )
    assert (second.entry_id, second.line, second.kind) == (numbers[1], 1, EntryKind.HOLD)
    assert (second.other_kind, second.other_ref) == (PositionKind.FROZEN, "D-2041")
    assert second.other_account_id == record.holders[0]
    assert (first.other_account_number, first.other_account_name) == ("desk", "示例 desk")
    assert (second.document, second.actor) == ("委托 D-2041", "示例经办人")
    assert (second.unit_price_micro, second.money_fen, second.period_id) == (50_000_000, 2_000, 1)
    assert (first.reverses, first.period_id) == (None, None)


def test_an_empty_statement_tells_the_balance_that_stands(
    engine: Engine, record: SmallRecord
) -> None:
    (holding,) = position_ids(engine, record.holding(0))
    (balance,) = balances(engine, record.holding(0))
    after_all, before_all = (
        Days(date(2027, 1, 1), date(2027, 1, 31)),
        Days(date(2020, 1, 1), date(2020, 1, 31)),
    )
    with reading(engine) as session:
        for newest in (False, True):
            page = statement(session, [holding], days=after_all, newest=newest)
            assert page == Statement((), balance, None, None)
            page = statement(session, [holding], days=before_all, newest=newest)
            assert page == Statement((), 0, None, None)


def test_a_page_after_the_last_line_is_empty_and_keeps_the_balance(
    engine: Engine, record: SmallRecord
) -> None:
    positions = position_ids(engine, record.holding(0), record.holding(1))
    total = sum(balances(engine, record.holding(0), record.holding(1)))
    with reading(engine) as session:
        last = statement(session, positions, newest=True, limit=1).lines[0]
        page = statement(session, positions, after=last.cursor)
    assert page == Statement((), total, None, None)


def test_pages_stay_where_they_are_while_the_journal_grows(
    engine: Engine, record: SmallRecord
) -> None:
    (holding,) = position_ids(engine, record.holding(0))
    with reading(engine) as session:
        page = statement(session, [holding], newest=True, limit=5)
        assert page.earlier is not None
        before = statement(session, [holding], before=page.earlier, limit=5)
    day = date(2026, 3, 1)
    post_well(
        engine,
        entry_of(EntryKind.IMPORT, "new", (record.outside(), record.holding(0), 9), on=day),
        now=noon(day),
    )
    with reading(engine) as session:
        assert statement(session, [holding], before=page.earlier, limit=5) == before
        first_new = statement(session, [holding], after=page.lines[-1].cursor, limit=5)
    assert [line.incoming for line in first_new.lines] == [9]


@pytest.mark.parametrize("wrong", [{"limit": 0}, {"limit": LINES_MAX + 1}])
def test_a_page_is_bounded(engine: Engine, record: SmallRecord, wrong: dict[str, int]) -> None:
    with reading(engine) as session, pytest.raises(InvariantBroken):
        statement(session, [1], **wrong)  # type: ignore[arg-type]


def test_so_is_the_number_of_positions_and_the_direction(
    engine: Engine, record: SmallRecord
) -> None:
    with reading(engine) as session:
        with pytest.raises(InvariantBroken):
            statement(session, list(range(1, POSITIONS_MAX + 2)))
        with pytest.raises(InvariantBroken):
            statement(session, [])
        with pytest.raises(InvariantBroken):
            statement(session, [1], after=Cursor(1, 1, 0), before=Cursor(2, 1, 0))
        assert statement(session, list(range(1, POSITIONS_MAX + 1))).lines


def test_a_page_is_one_question_and_its_first_balance_another(
    engine: Engine, record: SmallRecord
) -> None:
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    positions = every_position(engine)
    with reading(engine) as session:
        asked.clear()
        statement(session, positions[:1], newest=True)
        assert len(asked) == 1
        statement(session, positions, newest=True)
        assert len(asked) == 3


@pytest.mark.parametrize("where", ["oldest", "newest", "middle"])
def test_a_page_reads_as_many_rows_as_it_shows_however_long_the_statement_is(
    postgresql_engine: Engine, where: str
) -> None:
    record = make_record(postgresql_engine)
    pair = (record.outside(), record.holding(0), 1)
    read = []
    for size in (50, 5000):
        numbers = post_well(
            postgresql_engine,
            *(entry_of(EntryKind.IMPORT, f"{size}-{n}", pair) for n in range(size)),
        )
        how: dict[str, object] = {"newest": where == "newest"}
        if where == "middle":
            how = {"after": Cursor(numbers[size // 2], 1, 1)}
        read.append(rows_read(postgresql_engine, position_ids(postgresql_engine, pair[1]), how))
    assert 10 <= read[0] <= 45
    assert read[1] <= read[0] + 10


def rows_read(engine: Engine, positions: list[int], how: dict[str, object]) -> int:
    """Rows of the journal that a page of ten touches, by the count that PostgreSQL keeps."""
    count = text(
        "SELECT coalesce(sum(idx_tup_fetch + seq_tup_read), 0) FROM pg_stat_xact_user_tables "
        "WHERE relname IN ('transfer', 'entry')"
    )
    with engine.connect() as connection, Session(connection) as session:
        session.execute(text("ANALYZE"))
        session.execute(text("SET LOCAL enable_seqscan = off"))
        session.execute(text("SET LOCAL enable_bitmapscan = off"))
        before = session.execute(count).scalar_one()
        statement(session, positions, limit=10, **how)  # type: ignore[arg-type]
        return int(session.execute(count).scalar_one() - before)


def test_positions_of_an_account_are_listed_with_their_balances(engine: Engine) -> None:
    record = make_record(engine)
    post_well(
        engine,
        entry_of(EntryKind.IMPORT, "i", (record.outside(), record.holding(0), 100)),
        entry_of(EntryKind.HOLD, "h1", (record.holding(0), record.frozen(0, "b"), 10)),
        entry_of(EntryKind.HOLD, "h2", (record.holding(0), record.frozen(0, "a"), 20)),
        entry_of(EntryKind.DEPOSIT, "d", (record.bank(), record.cash(0), 5)),
    )
    account = record.holders[0]
    with reading(engine) as session:
        rows = positions_of(session, account)
        listed = [(row.asset_id, row.kind.value, row.ref, row.balance) for row in rows]
        assert listed == [
            (record.unit, "frozen", "a", 20),
            (record.unit, "frozen", "b", 10),
            (record.unit, "holding", "", 70),
            (record.money, "cash", "", 5),
        ]
        assert len(positions_of(session, account, asset_id=record.unit)) == 3
        assert [row.kind for row in positions_of(session, account, kinds=[PositionKind.CASH])] == [
            PositionKind.CASH
        ]
        assert len(positions_of(session, account, limit=2)) == 2
        total = sum(
            balances_on(session, [row.position_id for row in rows[:3]], date(2026, 6, 15)).values()
        )
    assert total == 100
