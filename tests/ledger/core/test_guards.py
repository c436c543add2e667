"""What the database refuses by itself, tried with plain SQL that goes past all code."""

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from ledger.core.audit import audit
from ledger.core.closing import close_month
from ledger.core.database import reading, run
from ledger.core.guards import GUARDED_TABLES, IDENTITY_COLUMNS
from ledger.core.moves import AMOUNT_MAX, CUMULATIVE_MAX, EntryKind, PositionKind
from tests.support.small_record import (
    NOON,
    SmallRecord,
    entry_of,
    make_record,
    post_well,
)


@pytest.fixture
def record(engine: Engine) -> SmallRecord:
    """Positions 1 and 2 of the unit, two of another asset; one month is closed."""
    r = make_record(engine)
    post_well(
        engine,
        entry_of(EntryKind.IMPORT, "i1", (r.outside(), r.holding(0), 100), on=NOON.today),
        entry_of(
            EntryKind.IMPORT,
            "i2",
            (r.outside(r.second_unit), r.holding(0, r.second_unit), 100),
            on=NOON.today.replace(month=4),
        ),
    )
    run(
        engine,
        lambda session: close_month(
            session, r.scheme, NOON.today.replace(month=4, day=30), NOON, "示例"
        ),
    )
    return r


def refused(engine: Engine, *statements: str) -> str:
    """Run statements in one transaction that must fail; give what the database said."""

    def work(session: Session) -> None:
        for statement in statements:
            session.execute(text(statement))

    with pytest.raises(DBAPIError) as fault:
        run(engine, work)
    with reading(engine) as session:
        assert audit(session).clean
    return str(fault.value.orig)


CHANGES = {
    "entry": "document = 'another'",
    "transfer": "amount = amount + 1",
    "closed_month": "last_entry_id = 0",
    "closing": "balance = balance + 1",
}


@pytest.mark.parametrize("table", GUARDED_TABLES)
def test_the_journal_cannot_be_changed(engine: Engine, record: SmallRecord, table: str) -> None:
    if table not in CHANGES:
        pytest.fail(f"{table} is guarded: say here how it would be changed")
    assert "journal_only_grows" in refused(engine, f"UPDATE {table} SET {CHANGES[table]}")


@pytest.mark.parametrize("table", [*GUARDED_TABLES, "position"])
def test_nothing_of_the_journal_can_be_deleted(
    engine: Engine, record: SmallRecord, table: str
) -> None:
    assert "journal_only_grows" in refused(engine, f"DELETE FROM {table}")


@pytest.mark.parametrize("table", [*GUARDED_TABLES, "position"])
def test_the_journal_cannot_be_emptied_at_once(postgresql_engine: Engine, table: str) -> None:
    """SQLite has no TRUNCATE; its DELETE without WHERE is the test above."""
    make_record(postgresql_engine)
    assert "journal_only_grows" in refused(postgresql_engine, f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize("column", IDENTITY_COLUMNS)
def test_a_position_stays_what_it_is(engine: Engine, record: SmallRecord, column: str) -> None:
    value = "'x'" if column in {"ref", "kind"} else "1"
    said = refused(engine, f"UPDATE position SET {column} = {value} WHERE kind = 'holding'")
    assert "journal_only_grows" in said


def test_replacing_a_row_is_a_change_too(sqlite_engine: Engine) -> None:
    """INSERT OR REPLACE deletes without firing delete triggers unless they are recursive."""
    r = make_record(sqlite_engine)
    post_well(sqlite_engine, entry_of(EntryKind.IMPORT, "i", (r.outside(), r.holding(0), 100)))
    refused(
        sqlite_engine,
        "INSERT OR REPLACE INTO transfer SELECT entry_id, line, debit_position_id, "
        "credit_position_id, asset_id, amount + 1, debit_balance - 1, credit_balance + 1 "
        "FROM transfer",
    )


def test_an_insert_on_conflict_cannot_change_a_row(engine: Engine, record: SmallRecord) -> None:
    said = refused(
        engine,
        "INSERT INTO transfer SELECT * FROM transfer WHERE true "
        "ON CONFLICT (entry_id, line) DO UPDATE SET amount = 7",
    )
    assert "journal_only_grows" in said


# -- transfers between assets ---------------------------------------------------------------------


def position_id(connection: Connection, asset_id: int, kind: PositionKind) -> int:
    return int(
        connection.execute(
            text("SELECT id FROM position WHERE asset_id = :asset AND kind = :kind"),
            {"asset": asset_id, "kind": kind.value},
        ).scalar_one()
    )


NEW_ENTRY = (
    "INSERT INTO entry (id, kind, key, business_date, recorded_at, late, actor, office, document) "
    "VALUES (99, 'transfer', 'by hand', '2026-06-15', '2026-06-15 04:00:00', false, '', '', '')"
)


def new_transfer(debit: int, credit: int, asset_id: int, amount: int = 1, entry: int = 99) -> str:
    return (
        "INSERT INTO transfer (entry_id, line, debit_position_id, credit_position_id, asset_id, "
        f"amount, debit_balance, credit_balance) VALUES ({entry}, 1, {debit}, {credit}, "
        f"{asset_id}, {amount}, 0, 0)"
    )


@pytest.mark.parametrize("said_asset", ["debit's", "credit's"])
def test_a_transfer_cannot_leave_its_asset(
    engine: Engine, record: SmallRecord, said_asset: str
) -> None:
    r = record
    with engine.connect() as connection:
        debit = position_id(connection, r.unit, PositionKind.HOLDING)
        credit = position_id(connection, r.second_unit, PositionKind.HOLDING)
    asset_id = r.unit if said_asset == "debit's" else r.second_unit
    said = refused(engine, NEW_ENTRY, new_transfer(debit, credit, asset_id))
    assert "transfer_stays_in_one_asset" in said or "FOREIGN KEY" in said


def test_one_wrong_transfer_among_many_is_found(postgresql_engine: Engine) -> None:
    """The guard looks at all rows of a statement at once."""
    r = make_record(postgresql_engine)
    post_well(
        postgresql_engine,
        entry_of(EntryKind.IMPORT, "i1", (r.outside(), r.holding(0), 100)),
        entry_of(
            EntryKind.IMPORT, "i2", (r.outside(r.second_unit), r.holding(0, r.second_unit), 1)
        ),
    )
    with postgresql_engine.connect() as connection:
        good = [
            position_id(connection, r.unit, kind)
            for kind in (PositionKind.OUTSIDE, PositionKind.HOLDING)
        ]
        other = position_id(connection, r.second_unit, PositionKind.HOLDING)
    said = refused(
        postgresql_engine,
        NEW_ENTRY,
        "INSERT INTO transfer SELECT 99, n, :debit, CASE n WHEN 700 THEN :other ELSE :credit END, "
        ":asset, 1, 0, 0 FROM generate_series(1, 1000) n".replace(":debit", str(good[0]))
        .replace(":credit", str(good[1]))
        .replace(":other", str(other))
        .replace(":asset", str(r.unit)),
    )
    assert "transfer_stays_in_one_asset" in said


def test_a_transfer_names_positions_that_exist(engine: Engine, record: SmallRecord) -> None:
    with engine.connect() as connection:
        debit = position_id(connection, record.unit, PositionKind.HOLDING)
    said = refused(engine, NEW_ENTRY, new_transfer(debit, 10**9, record.unit))
    assert "transfer_stays_in_one_asset" in said or "FOREIGN KEY" in said


# -- named checks -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("check", "change"),
    [
        ("ck_position_not_below_floor", "debits = credits + 1 WHERE kind = 'holding'"),
        ("ck_position_not_above_ceiling", "ceiling = -101 WHERE kind = 'outside'"),
        ("ck_position_has_floor", "floor = NULL WHERE kind = 'holding'"),
        ("ck_position_debits_in_range", "debits = -1, credits = 100 WHERE kind = 'outside'"),
        (
            "ck_position_debits_in_range",
            f"debits = {CUMULATIVE_MAX + 1} WHERE kind = 'outside'",
        ),
        ("ck_position_credits_in_range", "credits = -1, floor = -1000 WHERE kind = 'holding'"),
        (
            "ck_position_credits_in_range",
            f"credits = {CUMULATIVE_MAX + 1} WHERE kind = 'holding'",
        ),
    ],
)
def test_no_code_can_break_the_bounds_of_a_position(
    engine: Engine, record: SmallRecord, check: str, change: str
) -> None:
    assert check in refused(engine, f"UPDATE position SET {change}")


@pytest.mark.parametrize(
    ("check", "amount", "same_side"),
    [
        ("ck_transfer_amount_in_range", 0, False),
        ("ck_transfer_amount_in_range", -1, False),
        ("ck_transfer_amount_in_range", AMOUNT_MAX + 1, False),
        ("ck_transfer_positions_differ", 1, True),
    ],
)
def test_no_code_can_write_an_impossible_transfer(
    engine: Engine, record: SmallRecord, check: str, amount: int, same_side: bool
) -> None:
    with engine.connect() as connection:
        debit = position_id(connection, record.unit, PositionKind.OUTSIDE)
        credit = position_id(connection, record.unit, PositionKind.HOLDING)
    if same_side:
        credit = debit
    said = refused(engine, NEW_ENTRY, new_transfer(debit, credit, record.unit, amount))
    assert check in said


def test_a_total_cannot_be_overdrawn_even_if_code_forgets(engine: Engine) -> None:
    """Issuing beyond what was set, with plain SQL, past the working set and its decisions."""
    r = make_record(engine)
    post_well(
        engine,
        entry_of(
            EntryKind.SET,
            "set",
            (r.of_cell(0, PositionKind.SOURCE), r.of_cell(0, PositionKind.TOTAL), 50),
        ),
        entry_of(EntryKind.ALLOCATE, "a", (r.of_cell(0, PositionKind.TOTAL), r.holding(0), 40)),
    )
    said = refused(engine, "UPDATE position SET debits = debits + 11 WHERE kind = 'total'")
    assert "ck_position_not_below_floor" in said


def test_a_key_stands_for_one_entry(engine: Engine, record: SmallRecord) -> None:
    said = refused(engine, NEW_ENTRY.replace("'by hand'", "'i1'"))
    assert "entry.key" in said or "uq_entry_key" in said


def test_an_entry_is_reversed_once_whatever_code_forgets(
    engine: Engine, record: SmallRecord
) -> None:
    columns = "kind, business_date, recorded_at, late, actor, office, document"
    with engine.connect() as connection:
        original = connection.execute(text("SELECT min(id) FROM entry")).scalar_one()
    one = (
        f"INSERT INTO entry (id, key, reverses, {columns}) SELECT 98, 'r1', id, {columns} "
        f"FROM entry WHERE id = {original}"
    )
    said = refused(engine, one, one.replace("98, 'r1'", "99, 'r2'"))
    assert "entry.reverses" in said or "uq_entry_reverses" in said
