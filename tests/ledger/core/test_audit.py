"""The audit names each difference: a clean record is found clean, and a record that was tampered
with in one way is found to differ in exactly what follows from it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from ledger.core.audit import audit
from ledger.core.closing import close_month
from ledger.core.database import make_engine, reading, run
from ledger.core.differences import KEPT_PER_CODE, AuditCode, AuditReport
from ledger.core.moves import EntryKind, PositionKind
from ledger.core.posting import post, reversal_of
from tests.support.histories import lived_history
from tests.support.small_record import (
    NOON,
    TODAY,
    SmallRecord,
    entry_of,
    make_record,
    noon,
    post_well,
)

TOTAL, SOURCE, ROOM, USED = (
    PositionKind.TOTAL,
    PositionKind.SOURCE,
    PositionKind.ROOM,
    PositionKind.ROOM_USED,
)


@pytest.fixture(scope="module", params=("sqlite", "postgresql"))
def kept(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Engine, SmallRecord]]:
    """One database of each kind for all tests here: what they change they never commit."""
    template = request.getfixturevalue(f"{request.param}_template")
    with ExitStack() as stack:
        if request.param == "sqlite":
            url = template.copy_into(tmp_path_factory.mktemp("audit"))
        else:
            url = stack.enter_context(template.copied())
        engine = make_engine(url)
        stack.callback(engine.dispose)
        yield engine, small_year(engine)


@pytest.fixture
def record(kept: tuple[Engine, SmallRecord]) -> SmallRecord:
    return kept[1]


def small_year(engine: Engine) -> SmallRecord:
    """A year in small: totals, an index, allocation, trade over the border, surrender, money."""
    r = make_record(engine)
    may = date(2026, 5, 10)
    surrendered = r.of_cell(0, PositionKind.SURRENDERED, ref="2026")
    post_well(
        engine,
        entry_of(EntryKind.SET, "set", (r.of_cell(0, SOURCE), r.of_cell(0, TOTAL), 1000), on=may),
        entry_of(
            EntryKind.DIVIDE, "divide", (r.of_cell(0, TOTAL), r.of_cell(1, TOTAL), 300), on=may
        ),
        entry_of(
            EntryKind.SET,
            "index",
            (r.of_cell(0, SOURCE, r.index), r.of_cell(0, ROOM, r.index), 500),
            on=may,
        ),
        entry_of(
            EntryKind.OPEN,
            "open",
            (r.of_cell(0, ROOM, r.index), r.of_cell(0, USED, r.index), 200),
            (r.of_cell(0, SOURCE, r.second_unit), r.of_cell(0, TOTAL, r.second_unit), 200),
            on=may,
        ),
        entry_of(EntryKind.ALLOCATE, "a0", (r.of_cell(0, TOTAL), r.holding(0), 400), on=may),
        entry_of(EntryKind.ALLOCATE, "a1", (r.of_cell(1, TOTAL), r.holding(1), 100), on=may),
        entry_of(
            EntryKind.ALLOCATE,
            "a2",
            (r.of_cell(0, TOTAL, r.second_unit), r.holding(2, r.second_unit), 50),
            on=may,
        ),
        now=noon(date(2026, 5, 20)),
    )
    run(
        engine,
        lambda session: close_month(
            session, r.scheme, date(2026, 5, 31), noon(date(2026, 6, 3)), "示例"
        ),
    )
    numbers = post_well(
        engine,
        entry_of(EntryKind.HOLD, "hold", (r.holding(0), r.frozen(0, "o-1"), 60)),
        entry_of(EntryKind.DEPOSIT, "deposit", (r.bank(), r.cash(1), 9_000)),
        entry_of(
            EntryKind.HOLD,
            "bid",
            (r.cash(1), r.frozen(1, "b-1", r.money), 5_000),
            on=date(2026, 6, 10),
        ),
        entry_of(
            EntryKind.FILL,
            "fill",
            (r.frozen(0, "o-1"), r.holding(1), 40),
            (r.frozen(1, "b-1", r.money), r.cash(0), 4_000),
        ),
        entry_of(EntryKind.SURRENDER, "surrender", (r.holding(0), surrendered, 30)),
        entry_of(EntryKind.TRANSFER, "mistake", (r.holding(0), r.holding(2), 5)),
    )

    def reverse(session: Session) -> None:
        entry = reversal_of(session, numbers[-1], key="reversal", business_date=TODAY)
        post(session, [entry], NOON)  # type: ignore[list-item]

    run(engine, reverse)
    return r


def found(engine: Engine) -> AuditReport:
    with reading(engine) as session:
        return audit(session)


def test_a_year_of_every_kind_of_entry_is_clean(kept: tuple[Engine, SmallRecord]) -> None:
    report = found(kept[0])
    assert report.differences == ()
    assert report.clean
    assert report.counted == {
        "entries": 14,
        "transfers": 16,
        "positions": 18,
        "assets": 4,
        "closed_months": 1,
    }


def test_an_empty_record_is_clean(engine: Engine) -> None:
    report = found(engine)
    assert report.clean
    assert report.counted["entries"] == 0


def test_a_lived_history_is_clean(engine: Engine) -> None:
    record = make_record(engine)
    lived_history(engine, record, seed=31, first=date(2026, 1, 1), days=70, entries_a_day=4)
    assert found(engine).clean


# -- tampering ---------------------------------------------------------------------------------------


GUARDED = ("entry", "transfer", "closed_month", "closing", "position")
UNCHECKED = (
    ("position", "ck_position_not_below_floor"),
    ("position", "ck_position_not_above_ceiling"),
    ("position", "ck_position_has_floor"),
    ("closing", "fk_closing_position_id"),
)


@pytest.fixture
def session(kept: tuple[Engine, SmallRecord]) -> Iterator[Session]:
    """A session in which nothing guards the record, and which is rolled back in the end."""
    engine = kept[0]
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            driver = connection.connection.driver_connection
            driver.execute("PRAGMA foreign_keys = OFF")  # type: ignore[union-attr]
            driver.execute("PRAGMA ignore_check_constraints = ON")  # type: ignore[union-attr]
        with Session(connection) as session:
            take_guards_away(session)
            yield session
            session.rollback()
        connection.invalidate()


def take_guards_away(session: Session) -> None:
    """Drop triggers, named checks and keys: as far as this transaction sees."""
    session.execute(text("DROP INDEX uq_entry_reverses"))
    if session.connection().dialect.name == "postgresql":
        for table in GUARDED:
            session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        for table, check in UNCHECKED:
            session.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {check}"))
        return
    for name in session.scalars(
        text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    ).all():
        session.execute(text(f"DROP TRIGGER {name}"))


def tamper(session: Session, *statements: str) -> None:
    """Change the record with plain SQL."""
    for statement in statements:
        changed = session.execute(text(statement)).rowcount  # type: ignore[attr-defined]
        assert changed > 0, statement


def entry_named(key: str) -> str:
    return f"(SELECT id FROM entry WHERE key = '{key}')"


def position_of(account: int, asset: int, kind: str, ref: str = "") -> str:
    return (
        f"(SELECT id FROM position WHERE account_id = {account} AND asset_id = {asset} "
        f"AND kind = '{kind}' AND ref = '{ref}')"
    )


ENTRY = "id, kind, key, business_date, recorded_at, late, period_id, actor, office, document"


def new_entry(key: str, like: str, **other: str) -> str:
    """Insert an entry that is like another one but for some columns."""
    values = {name: name for name in ENTRY.split(", ")} | {
        "id": "(SELECT max(id) + 1 FROM entry)",
        "key": f"'{key}'",
    }
    values |= other
    return (
        f"INSERT INTO entry ({', '.join(values)}) SELECT {', '.join(values.values())} "
        f"FROM entry WHERE key = '{like}'"
    )


def new_line(
    entry: str, debit: str, credit: str, asset: int, amount: int, line: int = 1
) -> tuple[str, ...]:
    """Insert a transfer with the balances that it leaves, and add it to its positions' sums."""
    return (
        f"UPDATE position SET debits = debits + {amount} WHERE id = {debit}",
        f"UPDATE position SET credits = credits + {amount} WHERE id = {credit}",
        "INSERT INTO transfer (entry_id, line, debit_position_id, credit_position_id, asset_id, "
        f"amount, debit_balance, credit_balance) VALUES ({entry}, {line}, {debit}, {credit}, "
        f"{asset}, {amount}, (SELECT credits - debits FROM position WHERE id = {debit}), "
        f"(SELECT credits - debits FROM position WHERE id = {credit}))",
    )


@dataclass(frozen=True)
class Tampering:
    """What was done, and all the differences that follow."""

    name: str
    done: Callable[[SmallRecord], tuple[str, ...]]
    expected: dict[str, int]


def h(r: SmallRecord, number: int) -> str:
    return position_of(r.holders[number], r.unit, "holding")


def total(r: SmallRecord, cell: int, asset: int) -> str:
    return position_of(r.cell_accounts[cell], asset, "total")


TAMPERINGS = (
    Tampering(
        "an entry lost its lines",
        lambda r: (new_entry("empty", like="hold"),),
        {"entry_without_lines": 1},
    ),
    Tampering(
        "a line is numbered 3 where 2 was due",
        lambda r: (
            f"UPDATE transfer SET line = 3 WHERE entry_id = {entry_named('fill')} AND line = 2",
        ),
        {"entry_lines_not_in_row": 1},
    ),
    Tampering(
        "an entry is dated after it was recorded",
        lambda r: ("UPDATE entry SET business_date = '2026-07-01' WHERE key = 'hold'",),
        {"entry_dated_after_recording": 1},
    ),
    Tampering(
        "an entry was made to look as if it had been recorded in time",
        lambda r: ("UPDATE entry SET late = false WHERE key = 'bid'",),
        {"late_flag_wrong": 1},
    ),
    Tampering(
        "an entry was moved to another day",
        lambda r: ("UPDATE entry SET business_date = '2026-06-01' WHERE key = 'hold'",),
        {"late_flag_wrong": 1},
    ),
    Tampering(
        "an entry disappeared, its lines did not",
        lambda r: ("DELETE FROM entry WHERE key = 'deposit'",),
        {"transfer_without_entry": 1},
    ),
    Tampering(
        "a whole entry disappeared",
        lambda r: (
            f"DELETE FROM transfer WHERE entry_id = {entry_named('deposit')}",
            "DELETE FROM entry WHERE key = 'deposit'",
        ),
        # Its balances after are missed by the next line of the cash, and by both sums.
        {
            "balance_after_broken": 1,
            "debits_differ_from_journal": 1,
            "credits_differ_from_journal": 1,
        },
    ),
    Tampering(
        "a position disappeared",
        lambda r: (f"DELETE FROM position WHERE id = {position_of(r.desk, r.money, 'bank')}",),
        {"transfer_without_position": 1, "asset_not_zero": 1},
    ),
    Tampering(
        "a position was put into another asset",
        lambda r: (
            f"UPDATE position SET asset_id = {r.money} WHERE id = "
            f"{position_of(r.holders[0], r.unit, 'frozen', 'o-1')}",
        ),
        {"transfer_leaves_its_asset": 2, "asset_not_zero": 2, "cell_not_balanced": 2},
    ),
    Tampering(
        "a transfer was booked as a kind that does not allow it",
        lambda r: ("UPDATE entry SET kind = 'withdraw' WHERE key = 'hold'",),
        {"kind_of_move_unknown": 1},
    ),
    Tampering(
        "surrendered units were given back by a transfer",
        lambda r: (
            new_entry("back", like="hold", kind="'transfer'"),
            *new_line(
                entry_named("back"),
                position_of(r.cell_accounts[0], r.unit, "surrendered", "2026"),
                h(r, 0),
                r.unit,
                30,
            ),
        ),
        {"kind_of_move_unknown": 1, "terminal_left_without_reversal": 1},
    ),
    Tampering(
        "units were allocated to a holder beyond the border",
        lambda r: (
            new_entry("beyond", like="hold", kind="'allocate'"),
            *new_line(entry_named("beyond"), total(r, 0, r.unit), h(r, 1), r.unit, 10),
        ),
        {"border_crossed": 1},
    ),
    Tampering(
        "a cut retired units of one cell in another",
        lambda r: (
            new_entry("beyond", like="hold", kind="'cut'"),
            *new_line(
                entry_named("beyond"),
                h(r, 1),
                position_of(r.cell_accounts[0], r.unit, "surrendered", "2026"),
                r.unit,
                10,
            ),
            "UPDATE position SET kind = 'retired' WHERE kind = 'surrendered'",
            "UPDATE entry SET kind = 'cut' WHERE key = 'surrender'",
        ),
        {"border_crossed": 1},
    ),
    Tampering(
        "a reversal names no entry",
        lambda r: ("UPDATE entry SET reverses = NULL WHERE key = 'reversal'",),
        {"reversal_without_original": 1},
    ),
    Tampering(
        "a reversal names an entry that does not exist",
        lambda r: ("UPDATE entry SET reverses = 999 WHERE key = 'reversal'",),
        {"reversal_without_original": 1},
    ),
    Tampering(
        "an entry that is no reversal says that it undoes another",
        lambda r: (f"UPDATE entry SET reverses = {entry_named('hold')} WHERE key = 'surrender'",),
        {"reversal_without_original": 1, "reversal_differs_from_original": 1},
    ),
    Tampering(
        "a reversal undoes an entry that it does not mirror",
        lambda r: (f"UPDATE entry SET reverses = {entry_named('hold')} WHERE key = 'reversal'",),
        # Undone, holder 2 would have taken a hold from holder 0.
        {"reversal_differs_from_original": 1, "kind_of_move_unknown": 1},
    ),
    Tampering(
        "an entry was reversed a second time",
        lambda r: (
            new_entry("again", like="reversal", reverses="reverses"),
            *new_line(entry_named("again"), h(r, 0), h(r, 2), r.unit, 5),
            f"UPDATE transfer SET debit_position_id = {h(r, 0)} WHERE entry_id = {entry_named('again')}",
        ),
        {"reversed_twice": 1, "reversal_differs_from_original": 1},
    ),
    Tampering(
        "a balance after was changed",
        lambda r: (
            f"UPDATE transfer SET debit_balance = debit_balance + 1 WHERE entry_id = {entry_named('surrender')}",
        ),
        {"balance_after_broken": 1},
    ),
    Tampering(
        "a balance after of the other side was changed",
        lambda r: (
            f"UPDATE transfer SET credit_balance = credit_balance - 1 WHERE entry_id = {entry_named('a0')}",
        ),
        {"balance_after_broken": 1},
    ),
    Tampering(
        "an amount was changed",
        lambda r: (
            f"UPDATE transfer SET amount = amount - 1 WHERE entry_id = {entry_named('hold')}",
        ),
        {
            "balance_after_broken": 2,
            "debits_differ_from_journal": 1,
            "credits_differ_from_journal": 1,
        },
    ),
    Tampering(
        "a position fell below its floor and came back",
        lambda r: (
            new_entry("overdraft", like="hold", kind="'transfer'"),
            *new_line(entry_named("overdraft"), h(r, 2), h(r, 0), r.unit, 1),
            *new_line(entry_named("overdraft"), h(r, 0), h(r, 2), r.unit, 1, line=2),
        ),
        {"floor_broken": 1},
    ),
    Tampering(
        "a source rose above zero and came back",
        lambda r: (
            new_entry("close", like="hold", kind="'close'"),
            *new_line(
                entry_named("close"),
                total(r, 0, r.second_unit),
                position_of(r.cell_accounts[0], r.second_unit, "source"),
                r.second_unit,
                150,
            ),
            *new_line(
                entry_named("close"),
                total(r, 0, r.second_unit),
                position_of(r.cell_accounts[0], r.second_unit, "source"),
                r.second_unit,
                51,
                line=2,
            ),
            new_entry("open again", like="hold", kind="'open'"),
            *new_line(
                entry_named("open again"),
                position_of(r.cell_accounts[0], r.second_unit, "source"),
                total(r, 0, r.second_unit),
                r.second_unit,
                201,
            ),
        ),
        {"ceiling_broken": 1, "floor_broken": 1},
    ),
    Tampering(
        "a floor was lifted",
        lambda r: (f"UPDATE position SET floor = -100 WHERE id = {h(r, 0)}",),
        {"bounds_not_of_kind": 1},
    ),
    Tampering(
        "a balance was changed",
        lambda r: (f"UPDATE position SET credits = credits + 5 WHERE id = {h(r, 0)}",),
        {"credits_differ_from_journal": 1, "asset_not_zero": 1, "cell_not_balanced": 1},
    ),
    Tampering(
        "a balance was changed and hidden by another one",
        lambda r: (
            f"UPDATE position SET debits = debits + 5 WHERE id = {h(r, 0)}",
            f"UPDATE position SET credits = credits + 5 WHERE id = {h(r, 2)}",
        ),
        {"debits_differ_from_journal": 1, "credits_differ_from_journal": 1},
    ),
    Tampering(
        "both sums of a position were raised, its balance stayed",
        lambda r: (
            f"UPDATE position SET debits = debits + 5, credits = credits + 5 WHERE id = {h(r, 0)}",
        ),
        {"debits_differ_from_journal": 1, "credits_differ_from_journal": 1},
    ),
    Tampering(
        "units were opened without using the index",
        lambda r: (
            new_entry("free", like="hold", kind="'open'"),
            *new_line(
                entry_named("free"),
                position_of(r.cell_accounts[0], r.second_unit, "source"),
                total(r, 0, r.second_unit),
                r.second_unit,
                70,
            ),
        ),
        {"index_used_differs": 1},
    ),
    Tampering(
        "room of an index was used for nothing",
        lambda r: (
            new_entry("nothing", like="hold", kind="'open'"),
            *new_line(
                entry_named("nothing"),
                position_of(r.cell_accounts[0], r.index, "room"),
                position_of(r.cell_accounts[0], r.index, "room_used"),
                r.index,
                70,
            ),
        ),
        {"index_used_differs": 1},
    ),
    Tampering(
        "a closing was moved to another month",
        lambda r: (
            "UPDATE closed_month SET month_end = '2026-05-30'",
            "UPDATE closing SET month_end = '2026-05-30'",
        ),
        # Then none of the balances kept is that of the end of a month.
        {"closed_months_not_in_row": 1, "closing_differs": 11},
    ),
    Tampering(
        "a month between two closed ones is open",
        lambda r: (
            "INSERT INTO closed_month SELECT scheme_id, '2026-03-31', 0, 1, closed_at, actor "
            "FROM closed_month",
        ),
        {"closed_months_not_in_row": 1},
    ),
    Tampering(
        "an entry was dated into a closed month afterwards",
        lambda r: (
            "UPDATE entry SET business_date = '2026-05-31', late = true WHERE key = 'hold'",
        ),
        {"entry_after_closing": 1, "closing_missing": 1, "closing_differs": 1},
    ),
    Tampering(
        "a closing says that later entries begin later than they do",
        lambda r: ("UPDATE closed_month SET first_later_entry_id = first_later_entry_id + 2",),
        {"closing_range_wrong": 1},
    ),
    Tampering(
        "a balance of a closed month is missing",
        lambda r: (f"DELETE FROM closing WHERE position_id = {h(r, 0)}",),
        {"closing_missing": 1},
    ),
    Tampering(
        "a balance of a closed month was changed",
        lambda r: (f"UPDATE closing SET balance = balance + 1 WHERE position_id = {h(r, 0)}",),
        {"closing_differs": 1},
    ),
    Tampering(
        "a balance was kept for a position that the month did not move",
        lambda r: (f"INSERT INTO closing SELECT {h(r, 2)}, month_end, 0 FROM closed_month",),
        {"closing_differs": 1},
    ),
)


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda tampering: tampering.name)
def test_tampering_is_found_and_named(
    session: Session, record: SmallRecord, tampering: Tampering
) -> None:
    tamper(session, *tampering.done(record))
    report = audit(session)
    counts = {str(code): count for code, count in report.counts.items()}
    assert counts == tampering.expected, report.differences
    assert not report.clean
    assert sum(counts.values()) == len(report.differences)


def test_every_code_is_shown_to_be_found() -> None:
    shown = {code for tampering in TAMPERINGS for code in tampering.expected}
    assert shown == {str(code) for code in AuditCode}


# -- what a difference tells -----------------------------------------------------------------------------


def one_difference(session: Session, code: AuditCode) -> tuple[dict[str, object], object, object]:
    (difference,) = [one for one in audit(session).differences if one.code == code]
    return dict(difference.what), difference.expected, difference.found


def number(session: Session, what: str) -> int:
    return int(session.execute(text(f"SELECT {what}")).scalar_one())


def test_a_changed_balance_tells_what_it_should_be(session: Session, record: SmallRecord) -> None:
    tamper(session, f"UPDATE position SET credits = credits + 5 WHERE id = {h(record, 0)}")
    position = number(session, h(record, 0))
    assert one_difference(session, AuditCode.CREDITS_DIFFER_FROM_JOURNAL) == (
        {"position": position},
        405,
        410,
    )
    assert one_difference(session, AuditCode.ASSET_NOT_ZERO) == ({"asset": record.unit}, 0, 5)
    assert one_difference(session, AuditCode.CELL_NOT_BALANCED) == (
        {"cell": record.cells[0], "asset": record.unit},
        660,
        665,
    )


def test_a_broken_chain_names_the_line(session: Session, record: SmallRecord) -> None:
    line = f"WHERE entry_id = {entry_named('surrender')}"
    tamper(session, f"UPDATE transfer SET debit_balance = 311 {line}")
    assert one_difference(session, AuditCode.BALANCE_AFTER_BROKEN) == (
        {
            "position": number(session, h(record, 0)),
            "entry": number(session, entry_named("surrender")),
            "line": 1,
        },
        310,
        311,
    )


def test_a_wrong_kept_balance_tells_month_and_figures(
    session: Session, record: SmallRecord
) -> None:
    tamper(session, f"UPDATE closing SET balance = 7 WHERE position_id = {h(record, 0)}")
    assert one_difference(session, AuditCode.CLOSING_DIFFERS) == (
        {"position": number(session, h(record, 0)), "month": date(2026, 5, 31)},
        400,
        7,
    )


def test_many_differences_are_counted_in_full_and_kept_in_part(engine: Engine) -> None:
    record = make_record(engine)
    numbers = post_well(
        engine,
        *(
            entry_of(EntryKind.IMPORT, f"i{n}", (record.outside(), record.holding(0), 1))
            for n in range(150)
        ),
    )
    with Session(engine) as session:
        take_guards_away(session)
        tamper(session, "UPDATE entry SET late = true")
        report = audit(session)
        session.rollback()
    assert report.counts == {AuditCode.LATE_FLAG_WRONG: 150}
    assert [one.what["entry"] for one in report.differences] == numbers[:KEPT_PER_CODE]


def test_sums_at_the_limit_do_not_overflow(engine: Engine) -> None:
    """Three positions near 2^62 add up to more than 64 bits hold."""
    r = make_record(engine)
    whole, rest = divmod(2**62 - 1, 10**15)
    for holder in range(3):
        pair = (r.outside()._replace(ref=f"register {holder}"), r.holding(holder))
        pieces = [(*pair, piece) for piece in [10**15] * whole + [rest]]
        post_well(engine, entry_of(EntryKind.IMPORT, f"fill {holder}", *pieces))
    assert found(engine).clean
    with Session(engine) as session:
        take_guards_away(session)
        tamper(session, f"UPDATE position SET credits = credits - 3 WHERE id = {h(r, 1)}")
        assert one_difference(session, AuditCode.ASSET_NOT_ZERO)[1:] == (0, -3)
        session.rollback()
