"""Two parties' money in one week, to the fen, and the bank's statement held against it.

    document  what was done                      ledger       the bank says
    B-001     deposit, 10,000.00                 +10,000.00   +10,000.00
    B-002     deposit, 5,000.00                  +5,000.00    +5,000.00
    B-003     withdrawal, 2,500.50               -2,500.50    -2,500.50
    B-004     deposit of 300.00, rejected        nothing      nothing
    B-005     withdrawal of 1,000.00, rejected   nothing      nothing
    B-006     deposit, typed as 800.00           +800.00      +880.00
    B-007     deposit, 150.00, not there yet     +150.00      nothing
    B-008     the bank's own charge              nothing      -12.00
    sum                                          13,449.50    13,367.50

The difference is 82.00: 150.00 in the ledger only, 80.00 too little under B-006, and a charge of
12.00 that the ledger does not know: 150 - 80 + 12 = 82.
"""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from ledger.core.audit import audit
from ledger.core.database import reading, run
from ledger.core.posting import post, reversal_of
from ledger.imports.bank_lines import BankFile, read_bank_file, record_bank_file
from ledger.refusals import Refused
from ledger.registry.cash_proposals import CashKind
from ledger.reports.bank_reconciliation import (
    BankReconciliation,
    DifferenceKind,
    reconcile_bank,
)
from tests.support.cash_record import NOVEMBER_20, CashRecord, make_cash_record, row_of

DEPOSIT, WITHDRAW = CashKind.DEPOSIT, CashKind.WITHDRAW
STATEMENT = """日期,凭证号,收付,金额,摘要
2026-11-16,B-001,收,"10,000.00",
2026-11-17,B-002,收,5000.00,
2026-11-18,B-003,付,2500.50,
2026-11-19,B-006,收,880.00,
2026-11-19,B-008,付,12.00,账户管理费
"""


@pytest.fixture
def week(engine: Engine) -> CashRecord:
    record = make_cash_record(engine)
    record.moved(DEPOSIT, 0, 1_000_000, "B-001")
    record.moved(DEPOSIT, 1, 500_000, "B-002")
    record.moved(WITHDRAW, 0, 250_050, "B-003")
    record.turn_down(row_of(record.propose(DEPOSIT, 0, 30_000, "B-004")).id)
    record.turn_down(row_of(record.propose(WITHDRAW, 1, 100_000, "B-005")).id)
    record.moved(DEPOSIT, 1, 80_000, "B-006")
    record.moved(DEPOSIT, 0, 15_000, "B-007")
    return record


def import_statement(record: CashRecord, folder: Path, content: str = STATEMENT) -> None:
    path = folder / "bank.csv"
    path.write_text(content, "utf-8")
    found = read_bank_file(path, NOVEMBER_20.today)
    assert isinstance(found, BankFile)
    run(record.engine, lambda s: record_bank_file(s, found, "示例", NOVEMBER_20))


def reconciled(record: CashRecord) -> BankReconciliation:
    with reading(record.engine) as session:
        assert audit(session).clean
        return reconcile_bank(session)


def test_cash_is_what_the_approved_ones_left(week: CashRecord) -> None:
    assert week.cash(0) == 1_000_000 - 250_050 + 15_000
    assert week.cash(1) == 500_000 + 80_000
    assert week.bank() == week.cash(0) + week.cash(1) == 1_344_950


def test_each_kind_of_difference_is_found_and_they_explain_it_all(
    week: CashRecord, tmp_path: Path
) -> None:
    import_statement(week, tmp_path)
    report = reconciled(week)
    assert report.matched == 3
    found = [
        (one.kind, one.document, one.ledger_fen, one.bank_fen, one.difference_fen)
        for one in report.differences
    ]
    assert found == [
        (DifferenceKind.LEDGER_ONLY, "B-007", 15_000, None, 15_000),
        (DifferenceKind.BANK_ONLY, "B-008", None, -1_200, 1_200),
        (DifferenceKind.AMOUNT_DIFFERS, "B-006", 80_000, 88_000, -8_000),
    ]
    assert report.differences[1].note == "账户管理费"
    assert report.differences[2].bank_day == date(2026, 11, 19)
    assert (report.ledger_fen, report.bank_fen) == (1_344_950, 1_336_750)
    assert report.difference_fen == 8_200
    assert report.explained


def test_a_mistake_put_right_by_reversal_leaves_only_what_is_still_open(
    week: CashRecord, tmp_path: Path
) -> None:
    import_statement(week, tmp_path)
    wrong = reconciled(week).differences[2]
    (entry_id,) = wrong.entries

    def undo(session):  # type: ignore[no-untyped-def]
        undone = reversal_of(
            session, entry_id, key="undo B-006", business_date=NOVEMBER_20.today, actor="示例"
        )
        assert not isinstance(undone, Refused)
        return post(session, [undone], NOVEMBER_20)

    run(week.engine, undo)
    report = reconciled(week)
    (left,) = [one for one in report.differences if one.document == "B-006"]
    assert (left.ledger_fen, left.bank_fen, left.difference_fen) == (0, 88_000, -88_000)
    assert len(left.entries) == 2
    assert report.explained
    # Now the document is free for the right amount, and the two agree on it.
    week.moved(DEPOSIT, 1, 88_000, "B-006")
    report = reconciled(week)
    assert report.matched == 4
    assert report.difference_fen == 15_000 + 1_200
    assert report.explained


def test_without_a_statement_all_is_in_the_ledger_only(week: CashRecord) -> None:
    report = reconciled(week)
    assert {one.kind for one in report.differences} == {DifferenceKind.LEDGER_ONLY}
    assert [one.document for one in report.differences] == [
        "B-001",
        "B-002",
        "B-003",
        "B-006",
        "B-007",
    ]
    assert (report.ledger_fen, report.bank_fen, report.explained) == (1_344_950, 0, True)


def test_a_database_without_money_agrees_with_no_bank(sqlite_engine: Engine) -> None:
    with reading(sqlite_engine) as session:
        assert reconcile_bank(session) == BankReconciliation(0, (), 0, 0)
