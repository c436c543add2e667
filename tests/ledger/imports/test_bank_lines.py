"""Bank statements: what is read, every fault listed, and nothing recorded twice."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import DBAPIError

from ledger.core.clock import now_at
from ledger.core.database import reading, run
from ledger.imports import bank_lines
from ledger.imports.bank_lines import (
    BankFile,
    BankImport,
    BankLine,
    BankLineCode,
    read_bank_file,
    record_bank_file,
)
from ledger.imports.faults import ExtractCode, FaultList
from ledger.imports.sheet_rows import SheetCode
from ledger.numerals import NumberCode
from ledger.registry.cash_tables import bank_line, bank_statement

NOW = now_at(datetime(2026, 11, 20, 4, tzinfo=UTC))
HEADING = "日期,凭证号,收付,金额,摘要\n"
LINES = (
    BankLine(2, date(2026, 11, 18), "B-1", "in", 1_000_000, "货款"),
    BankLine(3, date(2026, 11, 19), "B-2", "out", 123_450, ""),
)


def csv_file(folder: Path, content: str, name: str = "bank.csv") -> Path:
    path = folder / name
    path.write_text(content, "utf-8")
    return path


def read(path: Path) -> BankFile:
    found = read_bank_file(path, NOW.today)
    assert isinstance(found, BankFile), found
    return found


def faults(path: Path) -> list[tuple[int, str, str]]:
    found = read_bank_file(path, NOW.today)
    assert isinstance(found, FaultList), found
    return [(one.row, one.column, str(one.refused.code)) for one in found.kept]


@pytest.mark.parametrize(
    "content",
    [
        HEADING + '2026-11-18,B-1,收,"10,000.00",货款\n2026-11-19,B-2,付,1234.5,\n',
        "\ufeff"
        + HEADING.replace("收付", "direction").replace("日期", "Day")
        + "2026-11-18,B-1,in,10000,货款\r\n2026-11-19, B-2 ,OUT,1234.50,\r\n",
    ],
    ids=("chinese", "english"),
)
def test_a_csv_is_read_in_both_languages(tmp_path: Path, content: str) -> None:
    assert read(csv_file(tmp_path, content)).lines == LINES


def test_columns_stand_in_any_order_and_a_note_may_be_left_out(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "amount,direction,day,document\n5,in,2026-11-18,B-1\n")
    (line,) = read(path).lines
    assert (line.amount_fen, line.document, line.note) == (500, "B-1", "")


def workbook(folder: Path, *rows: tuple[object, ...]) -> Path:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    path = folder / "bank.xlsx"
    book.save(path)
    return path


def test_an_excel_file_says_the_same(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        ("日期", "凭证号", "收付", "金额", "摘要"),
        (date(2026, 11, 18), "B-1", "收", 10000, "货款"),
        (None, None, None, None, None),
        ("2026-11-19", "B-2", "付", 1234.5, None),
    )
    first, second = read(path).lines
    assert (first, second.row) == (LINES[0], 4)
    assert (second.day, second.document, second.amount_fen) == (LINES[1].day, "B-2", 123_450)


def test_a_document_number_that_a_sheet_rounded_is_refused(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        ("日期", "凭证号", "收付", "金额"),
        ("2026-11-18", 20261118000000000001.0, "收", 1),
        ("2026-11-18", 2026111800001, "收", 1),
    )
    assert faults(path) == [(2, "凭证号", "bank_line_document_rounded")]


def test_all_faults_are_listed_with_their_places(tmp_path: Path) -> None:
    path = csv_file(
        tmp_path,
        HEADING
        + "18.11.2026,B-1,收,1.00,\n"
        + "2026-11-31,,借,1.234,\n"
        + "2026-11-21,B-3,付,0,\n"
        + "2026-11-18,B-4,付,-5,\n"
        + "2026-11-18,B-5,付,99999999999999.99,\n"
        + "2026-11-18,B-4,付,5,\n"
        + "2026-11-18,B-6,付,5,a,b\n"
        + f"2026-11-18,{'B' * 65},付,5,{'a' * 301}\n"
        + "2026-11-18,4.2E+19,付,5,a\tb\n",
    )
    assert faults(path) == [
        (2, "日期", BankLineCode.BANK_LINE_DAY_UNREADABLE),
        (3, "日期", BankLineCode.BANK_LINE_DAY_UNREADABLE),
        (3, "凭证号", ExtractCode.CELL_BLANK),
        (3, "收付", BankLineCode.BANK_LINE_DIRECTION_UNKNOWN),
        (3, "金额", NumberCode.NUMBER_TOO_MANY_DECIMALS),
        (4, "日期", BankLineCode.BANK_LINE_DAY_IN_FUTURE),
        (4, "金额", BankLineCode.BANK_LINE_AMOUNT_ZERO),
        (5, "金额", NumberCode.NUMBER_NEGATIVE),
        (6, "金额", ExtractCode.CELL_ABOVE_LIMIT),
        (7, "凭证号", BankLineCode.BANK_LINE_REPEATED),
        (8, "", ExtractCode.ROW_HAS_WRONG_NUMBER_OF_CELLS),
        (9, "凭证号", ExtractCode.CELL_TOO_LONG),
        (9, "摘要", ExtractCode.CELL_TOO_LONG),
        (10, "凭证号", BankLineCode.BANK_LINE_DOCUMENT_ROUNDED),
        (10, "摘要", ExtractCode.CELL_HAS_CONTROL_SIGN),
    ]


def test_the_heading_must_be_the_documented_one(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "日期,day,凭证号,余额\n2026-11-18,x,y,1\n")
    assert faults(path) == [
        (1, "day", ExtractCode.COLUMN_REPEATED),
        (1, "余额", ExtractCode.COLUMN_UNKNOWN),
        (1, "收付", ExtractCode.COLUMN_MISSING),
        (1, "金额", ExtractCode.COLUMN_MISSING),
    ]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("bank.csv", "", ExtractCode.EXTRACT_FILE_EMPTY),
        ("bank.csv", HEADING, BankLineCode.BANK_FILE_HAS_NO_LINES),
        ("bank.pdf", "x", BankLineCode.BANK_FILE_OF_OTHER_KIND),
        ("bank.xlsx", "no workbook", SheetCode.SHEET_NOT_READABLE),
    ],
    ids=("empty", "heading only", "pdf", "no workbook"),
)
def test_a_file_that_is_no_statement(tmp_path: Path, name: str, content: str, code: str) -> None:
    assert faults(csv_file(tmp_path, content, name)) == [(0, "", code)]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert faults(tmp_path / "none.csv") == [(0, "", BankLineCode.BANK_FILE_NOT_FOUND)]
    assert faults(tmp_path) == [(0, "", BankLineCode.BANK_FILE_NOT_FOUND)]


def test_a_statement_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bank_lines, "LINES_MAX", 2)
    rows = "".join(f"2026-11-18,B-{number},收,1,\n" for number in range(3))
    assert faults(csv_file(tmp_path, HEADING + rows)) == [(0, "", BankLineCode.BANK_FILE_TOO_LONG)]


def record(engine: Engine, path: Path) -> BankImport | FaultList:
    found = read(path)
    return run(engine, lambda session: record_bank_file(session, found, "示例", NOW))


def stored(engine: Engine) -> tuple[int, int]:
    with reading(engine) as session:
        tables = (bank_statement, bank_line)
        files, lines = (session.scalar(select(func.count()).select_from(table)) for table in tables)
        return files or 0, lines or 0


def test_lines_are_recorded_once(engine: Engine, tmp_path: Path) -> None:
    first = csv_file(tmp_path, HEADING + "2026-11-18,B-1,收,1,\n2026-11-18,B-2,付,2,\n")
    assert record(engine, first) == BankImport("bank.csv", 2, 2, 0, again=False)
    renamed = csv_file(tmp_path, first.read_text("utf-8"), "other.csv")
    assert record(engine, renamed) == BankImport("other.csv", 2, 0, 2, again=True)
    overlapping = csv_file(tmp_path, HEADING + "2026-11-18,B-2,付,2,x\n2026-11-19,B-3,收,3,\n")
    assert record(engine, overlapping) == BankImport("bank.csv", 2, 1, 1, again=False)
    assert stored(engine) == (2, 3)


def test_a_line_that_says_something_else_is_a_fault_and_nothing_is_written(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    record(sqlite_engine, csv_file(tmp_path, HEADING + "2026-11-18,B-1,收,1,\n"))
    found = record(
        sqlite_engine, csv_file(tmp_path, HEADING + "2026-11-18,B-2,收,2,\n2026-11-18,B-1,收,9,\n")
    )
    assert isinstance(found, FaultList)
    assert [(one.row, one.refused.code) for one in found.kept] == [
        (3, BankLineCode.BANK_LINE_KNOWN_OTHERWISE)
    ]
    assert stored(sqlite_engine) == (1, 1)


def test_what_was_imported_cannot_be_changed(engine: Engine, tmp_path: Path) -> None:
    record(engine, csv_file(tmp_path, HEADING + "2026-11-18,B-1,收,1,\n"))
    with pytest.raises(DBAPIError, match="journal_only_grows"):
        run(engine, lambda session: session.execute(text("UPDATE bank_line SET amount_fen = 2")))
