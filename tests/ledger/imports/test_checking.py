"""Every fault of an extract is found, with its row, column and code, and nothing is posted."""

import gzip
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from ledger.core.clock import now_at
from ledger.core.closing import close_month
from ledger.core.database import run
from ledger.imports.faults import FAULTS_KEPT, ExtractCode, FaultList
from ledger.imports.registry_extract import ImportReport, import_registry_extract
from ledger.numerals import NumberCode
from ledger.refusals import RefusalCode, Refused
from ledger.rights.schemes import find_scheme
from tests.support.ledger_content import counts
from tests.support.made_extract import MadeExtract, many_accounts, small_extract

NOW = now_at(datetime(2026, 6, 15, 4, 0, tzinfo=UTC))
YEARS = "account_years.csv"


def faults(engine: Engine, folder: Path) -> list[tuple[str, RefusalCode]]:
    answer = import_registry_extract(engine, folder, "eu-ets", NOW)
    assert isinstance(answer, FaultList), answer
    assert set(counts(engine).values()) == {0}
    return [(fault.at, fault.refused.code) for fault in answer.kept]


# What stands in one cell of AT-1 2005 (row 2), and the code it is refused with.
CELLS: tuple[tuple[str, str, RefusalCode], ...] = (
    ("AllowanceInAllocation", "abc", ExtractCode.CELL_HAS_UNKNOWN_TEXT),
    ("AllowanceInAllocation", "Excluded", ExtractCode.CELL_HAS_UNKNOWN_TEXT),
    ("UnitsSurrendered", "Not Reported", ExtractCode.CELL_HAS_UNKNOWN_TEXT),
    ("VerifiedEmissions", "Not Calculated", ExtractCode.CELL_HAS_UNKNOWN_TEXT),
    ("VerifiedEmissions", "excluded", ExtractCode.CELL_HAS_UNKNOWN_TEXT),
    ("CumulativeVerifiedEmissions", "Excluded", ExtractCode.CELL_HAS_UNKNOWN_TEXT),
    ("FreeAllocations", "n/a", ExtractCode.CELL_HAS_UNKNOWN_TEXT),
    ("SurrenderedAllowances", "-", ExtractCode.CELL_HAS_UNKNOWN_TEXT),
    ("UnitsSurrendered", "12.0", NumberCode.NUMBER_TOO_MANY_DECIMALS),
    ("UnitsSurrendered", "12.345", NumberCode.NUMBER_TOO_MANY_DECIMALS),
    ("UnitsSurrendered", "1,234", NumberCode.NUMBER_MISGROUPED),
    ("UnitsSurrendered", "１２", NumberCode.NUMBER_FULL_WIDTH),
    ("UnitsSurrendered", "١٢", NumberCode.NUMBER_OTHER_DIGITS),
    ("UnitsSurrendered", "²", NumberCode.NUMBER_OTHER_DIGITS),
    ("UnitsSurrendered", "1e400", NumberCode.NUMBER_EXPONENT),
    ("UnitsSurrendered", "1e3", NumberCode.NUMBER_EXPONENT),
    ("UnitsSurrendered", "NaN", NumberCode.NUMBER_NOT_FINITE),
    ("UnitsSurrendered", "Infinity", NumberCode.NUMBER_NOT_FINITE),
    ("UnitsSurrendered", "1_000", NumberCode.NUMBER_UNDERSCORE),
    ("UnitsSurrendered", "-5", NumberCode.NUMBER_NEGATIVE),
    ("UnitsSurrendered", "−5", NumberCode.NUMBER_NEGATIVE),
    ("UnitsSurrendered", "+5", NumberCode.NUMBER_PLUS_SIGN),
    ("UnitsSurrendered", " 5", NumberCode.NUMBER_HAS_BLANKS),
    ("UnitsSurrendered", " ", NumberCode.NUMBER_HAS_BLANKS),
    ("UnitsSurrendered", "9223372036854775808", ExtractCode.CELL_ABOVE_LIMIT),
    ("UnitsSurrendered", "9" * 400, NumberCode.NUMBER_TOO_LARGE),
    ("UnitsSurrendered", "1000000000000001", ExtractCode.CELL_ABOVE_LIMIT),
    ("AllowanceInAllocation", "1000000000000001", ExtractCode.CELL_ABOVE_LIMIT),
    ("VerifiedEmissions", "1000000000000001", ExtractCode.CELL_ABOVE_LIMIT),
    ("CumulativeSurrenderedUnits", str(2**62), ExtractCode.CELL_ABOVE_LIMIT),
    ("UnitsSurrendered", "0" * 41, ExtractCode.CELL_TOO_LONG),
    ("UnitsSurrendered", "5\x00", NumberCode.NUMBER_HAS_OTHER_SIGNS),
    ("ComplianceCode", "AB", ExtractCode.COMPLIANCE_CODE_UNREADABLE),
    ("ComplianceCode", "a", ExtractCode.COMPLIANCE_CODE_UNREADABLE),
    ("ComplianceCode", "A**", ExtractCode.COMPLIANCE_CODE_UNREADABLE),
    ("year", "2004", ExtractCode.YEAR_OUTSIDE_SCHEME),
    ("year", "2031", ExtractCode.YEAR_OUTSIDE_SCHEME),
    ("year", "99999", ExtractCode.YEAR_OUTSIDE_SCHEME),
    ("year", "2005.0", NumberCode.NUMBER_TOO_MANY_DECIMALS),
    ("year", "２００５", NumberCode.NUMBER_FULL_WIDTH),
    ("year", "soon", ExtractCode.CELL_HAS_UNKNOWN_TEXT),
    ("year", "", ExtractCode.CELL_BLANK),
    ("id", "", ExtractCode.CELL_BLANK),
    ("id", "AT-1 ", ExtractCode.CELL_HAS_CONTROL_SIGN),
    ("id", "AT-1\x07", ExtractCode.CELL_HAS_CONTROL_SIGN),
    ("id", "A" * 101, ExtractCode.CELL_TOO_LONG),
    ("id", "AT-99", ExtractCode.ACCOUNT_NOT_PUBLISHED),
)


@pytest.mark.parametrize(("column", "cell", "code"), CELLS)
def test_a_cell_that_cannot_be_read_is_refused_by_row_column_and_code(
    sqlite_engine: Engine, tmp_path: Path, column: str, cell: str, code: RefusalCode
) -> None:
    made = small_extract()
    made.years["AT-1", 2005][column] = cell
    found = faults(sqlite_engine, made.write(tmp_path / "extract"))
    if code is NumberCode.NUMBER_HAS_OTHER_SIGNS:
        code = ExtractCode.CELL_HAS_UNKNOWN_TEXT
    assert found == [(f"{YEARS}:2:{column}", code)]


READ = (
    ("UnitsSurrendered", "1000000000000000"),
    ("UnitsSurrendered", "0"),
    ("UnitsSurrendered", "007"),
    ("CumulativeSurrenderedUnits", str(2**62 - 1)),
    ("CumulativeSurrenderedUnits", "Not Calculated"),
    ("CumulativeVerifiedEmissions", "Not Calculated"),
    ("VerifiedEmissions", "Excluded"),
    ("VerifiedEmissions", "Not Reported"),
    ("ComplianceCode", "-"),
    ("ComplianceCode", "*"),
    ("ComplianceCode", "E*"),
)


@pytest.mark.parametrize(("column", "cell"), READ)
def test_what_the_publisher_writes_is_read(
    sqlite_engine: Engine, tmp_path: Path, column: str, cell: str
) -> None:
    made = MadeExtract().year("AT-1", 2005, **{column: cell})
    answer = import_registry_extract(sqlite_engine, made.write(tmp_path / "extract"), "eu-ets", NOW)
    assert isinstance(answer, ImportReport), answer


ACCOUNT_CELLS: tuple[tuple[str, str, RefusalCode], ...] = (
    ("FirstYearOfEmissions", "twenty", ExtractCode.CELL_HAS_UNKNOWN_TEXT),
    ("LastYearOfEmissions", "-1", NumberCode.NUMBER_NEGATIVE),
    ("NationalAdministratorCode", "", ExtractCode.CELL_BLANK),
    ("NationalAdministratorCode", "A" * 33, ExtractCode.CELL_TOO_LONG),
    ("AccountHolderName", "示例\x00", ExtractCode.CELL_HAS_CONTROL_SIGN),
    ("City", "x" * 1001, ExtractCode.CELL_TOO_LONG),
)


@pytest.mark.parametrize(("column", "cell", "code"), ACCOUNT_CELLS)
def test_an_account_that_cannot_be_read_is_refused(
    sqlite_engine: Engine, tmp_path: Path, column: str, cell: str, code: RefusalCode
) -> None:
    made = small_extract()
    made.accounts["AT-2"][column] = cell
    found = faults(sqlite_engine, made.write(tmp_path / "extract"))
    assert found == [(f"accounts.csv:3:{column}", code)]


def test_what_stands_twice_is_found_wherever_it_stands(engine: Engine, tmp_path: Path) -> None:
    folder = small_extract().write(tmp_path / "extract")
    for name in ("accounts.csv", YEARS):
        lines = (folder / name).read_text().splitlines()
        (folder / name).write_text("\n".join([*lines, lines[1]]) + "\n")
    assert faults(engine, folder) == [
        ("accounts.csv:5:id", ExtractCode.ACCOUNT_REPEATED),
        (f"{YEARS}:11:year", ExtractCode.ACCOUNT_YEAR_REPEATED),
    ]


def test_all_faults_of_both_files_are_listed_in_order(engine: Engine, tmp_path: Path) -> None:
    made = small_extract()
    made.accounts["AT-1"]["LastYearOfEmissions"] = "x"
    made.years["AT-1", 2005] |= {"UnitsSurrendered": "-1", "VerifiedEmissions": "1.5"}
    made.years["AT-2", 2006] |= {"id": "AT-7"}
    made.years["BE-1", 2013] |= {"year": "1999", "ComplianceCode": "?"}
    assert faults(engine, made.write(tmp_path / "extract")) == [
        ("accounts.csv:2:LastYearOfEmissions", ExtractCode.CELL_HAS_UNKNOWN_TEXT),
        (f"{YEARS}:2:UnitsSurrendered", NumberCode.NUMBER_NEGATIVE),
        (f"{YEARS}:2:VerifiedEmissions", NumberCode.NUMBER_TOO_MANY_DECIMALS),
        (f"{YEARS}:6:id", ExtractCode.ACCOUNT_NOT_PUBLISHED),
        (f"{YEARS}:10:year", ExtractCode.YEAR_OUTSIDE_SCHEME),
        (f"{YEARS}:10:ComplianceCode", ExtractCode.COMPLIANCE_CODE_UNREADABLE),
    ]


def test_a_long_list_of_faults_is_cut_and_the_rest_counted(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    made = many_accounts(100)
    for row in made.years.values():
        row["UnitsSurrendered"] = "x"
    answer = import_registry_extract(sqlite_engine, made.write(tmp_path / "extract"), "eu-ets", NOW)
    assert isinstance(answer, FaultList)
    assert (answer.found, len(answer.kept)) == (1800, FAULTS_KEPT)


def drop(folder: Path) -> None:
    (folder / YEARS).unlink()


def put_both(folder: Path) -> None:
    (folder / f"{YEARS}.gz").write_bytes(gzip.compress(b""))


def empty(folder: Path) -> None:
    (folder / YEARS).write_text("")


def make_folder(folder: Path) -> None:
    (folder / YEARS).unlink()
    (folder / YEARS).mkdir()


def cut_gzip(folder: Path) -> None:
    packed = gzip.compress((folder / YEARS).read_bytes())
    (folder / YEARS).unlink()
    (folder / f"{YEARS}.gz").write_bytes(packed[: len(packed) - 12])


def no_gzip(folder: Path) -> None:
    (folder / YEARS).rename(folder / f"{YEARS}.gz")


FILES: tuple[tuple[Callable[[Path], None], str, RefusalCode], ...] = (
    (drop, YEARS, ExtractCode.EXTRACT_FILE_NOT_FOUND),
    (put_both, YEARS, ExtractCode.EXTRACT_FILE_TWICE),
    (empty, YEARS, ExtractCode.EXTRACT_FILE_EMPTY),
    (make_folder, YEARS, ExtractCode.EXTRACT_FILE_NOT_READABLE),
    (cut_gzip, f"{YEARS}.gz", ExtractCode.EXTRACT_FILE_BROKEN_OFF),
    (no_gzip, f"{YEARS}.gz", ExtractCode.EXTRACT_FILE_BROKEN_OFF),
)


@pytest.mark.parametrize(
    ("spoil", "name", "code"), FILES, ids=[spoil.__name__ for spoil, _, _ in FILES]
)
def test_a_file_that_cannot_be_read_is_refused(
    sqlite_engine: Engine,
    tmp_path: Path,
    spoil: Callable[[Path], None],
    name: str,
    code: RefusalCode,
) -> None:
    folder = small_extract().write(tmp_path / "extract")
    spoil(folder)
    assert faults(sqlite_engine, folder) == [(name, code)]


def test_a_folder_that_is_not_there_is_refused(sqlite_engine: Engine, tmp_path: Path) -> None:
    (found,) = faults(sqlite_engine, tmp_path / "nowhere")
    assert found[1] is ExtractCode.EXTRACT_FOLDER_NOT_FOUND


def rewritten(folder: Path, name: str, change: Callable[[list[str]], list[str]]) -> Path:
    lines = (folder / name).read_text().splitlines()
    (folder / name).write_text("\n".join(change(lines)) + "\n")
    return folder


def test_headings_are_the_documented_ones_each_once(sqlite_engine: Engine, tmp_path: Path) -> None:
    folder = small_extract().write(tmp_path / "extract")
    rewritten(folder, YEARS, lambda lines: [lines[0].replace("year", "Year"), *lines[1:]])
    rewritten(folder, "accounts.csv", lambda lines: [lines[0] + ",id"])
    assert (
        faults(sqlite_engine, folder)
        == [
            ("accounts.csv:1:id", ExtractCode.COLUMN_REPEATED),
            (f"{YEARS}:1:Year", ExtractCode.COLUMN_UNKNOWN),
            (f"{YEARS}:1:year", ExtractCode.COLUMN_MISSING),
            (f"{YEARS}:2:id", ExtractCode.ACCOUNT_NOT_PUBLISHED),
        ][:3]
    )


def test_rows_are_still_checked_beside_an_unknown_column(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    made = small_extract()
    made.years["AT-1", 2005]["UnitsSurrendered"] = "x"
    folder = made.write(tmp_path / "extract")
    rewritten(
        folder, YEARS, lambda lines: [lines[0] + ",Extra", *(line + "," for line in lines[1:])]
    )
    assert faults(sqlite_engine, folder) == [
        (f"{YEARS}:1:Extra", ExtractCode.COLUMN_UNKNOWN),
        (f"{YEARS}:2:UnitsSurrendered", ExtractCode.CELL_HAS_UNKNOWN_TEXT),
    ]


def test_columns_may_stand_in_any_order(sqlite_engine: Engine, tmp_path: Path) -> None:
    folder = small_extract().write(tmp_path / "extract")
    for name in ("accounts.csv", YEARS):
        rewritten(
            folder,
            name,
            lambda lines: [",".join(reversed(line.split(","))) for line in lines],
        )
    answer = import_registry_extract(sqlite_engine, folder, "eu-ets", NOW)
    assert isinstance(answer, ImportReport)
    assert answer.recorded.account_years == 9


def test_a_row_with_other_cells_than_the_heading_is_refused(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    folder = small_extract().write(tmp_path / "extract")
    rewritten(
        folder,
        YEARS,
        lambda lines: [*lines[:1], lines[1] + ",", "AT-1,2006", "", *lines[3:]],
    )
    assert faults(sqlite_engine, folder) == [
        (f"{YEARS}:2", ExtractCode.ROW_HAS_WRONG_NUMBER_OF_CELLS),
        (f"{YEARS}:3", ExtractCode.ROW_HAS_WRONG_NUMBER_OF_CELLS),
    ]


def test_faults_of_quoting_and_encoding_name_their_row(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    folder = small_extract().write(tmp_path / "extract")
    lines = (folder / YEARS).read_bytes().splitlines()
    lines[2] = lines[2].replace(b"AT-1", b'"AT"-1')
    lines[4] = lines[4].replace(b"A*", b"\xc4*")
    lines[-1] = b'"' + lines[-1]
    (folder / YEARS).write_bytes(b"\n".join(lines) + b"\n")
    assert faults(sqlite_engine, folder) == [
        (f"{YEARS}:3", ExtractCode.ROW_QUOTED_WRONGLY),
        (f"{YEARS}:5", ExtractCode.ROW_NOT_UTF8),
        (f"{YEARS}:10", ExtractCode.ROW_QUOTED_WRONGLY),
    ]


def test_a_byte_order_mark_and_windows_line_ends_are_read(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    folder = small_extract().write(tmp_path / "extract")
    for name in ("accounts.csv", YEARS):
        content = (folder / name).read_bytes().replace(b"\n", b"\r\n")
        (folder / name).write_bytes(b"\xef\xbb\xbf" + content + b"\r\n")
    answer = import_registry_extract(sqlite_engine, folder, "eu-ets", NOW)
    assert isinstance(answer, ImportReport), answer


def test_a_line_without_end_is_not_read_into_memory(sqlite_engine: Engine, tmp_path: Path) -> None:
    folder = small_extract().write(tmp_path / "extract")
    packed = gzip.compress((folder / YEARS).read_bytes() + b"A" * (64 << 20))
    (folder / YEARS).unlink()
    (folder / f"{YEARS}.gz").write_bytes(packed)
    assert faults(sqlite_engine, folder) == [(f"{YEARS}.gz:11", ExtractCode.ROW_TOO_LONG)]


# Today is 15 June 2026: the units of 2025 were due on 30 April, those of 2026 are not.
FUTURE: tuple[tuple[int, str, RefusalCode | None], ...] = (
    (2025, "surrendered", None),
    (2026, "allocated", None),
    (2026, "surrendered", ExtractCode.SURRENDER_DAY_IN_FUTURE),
    (2026, "verified", None),
    (2027, "allocated", ExtractCode.ALLOCATION_DAY_IN_FUTURE),
    (2027, "verified", ExtractCode.YEAR_NOT_BEGUN),
    (2030, "surrendered", ExtractCode.SURRENDER_DAY_IN_FUTURE),
    (2030, "free", None),
)


@pytest.mark.parametrize(("year", "cell", "code"), FUTURE)
def test_what_has_no_day_yet_is_refused(
    sqlite_engine: Engine, tmp_path: Path, year: int, cell: str, code: RefusalCode | None
) -> None:
    folder = MadeExtract().year("AT-1", year, **{cell: 5}).write(tmp_path / "extract")
    answer = import_registry_extract(sqlite_engine, folder, "eu-ets", NOW)
    found = answer.kept[0].refused.code if isinstance(answer, FaultList) else None
    assert found == code


def test_a_phase_sum_beyond_what_the_ledger_counts_is_refused_where_it_passes(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    made = MadeExtract()
    most = 10**15
    rows = 2**62 // most + 3
    for number in range(rows):
        made.year(f"AT-{number // 3}", 2005 + number % 3, allocated=most)
    found = faults(sqlite_engine, made.write(tmp_path / "extract"))
    assert found == [
        (f"{YEARS}:{2**62 // most + 2}:AllowanceInAllocation", ExtractCode.PHASE_SUM_TOO_LARGE)
    ]


def test_a_change_in_a_closed_month_is_refused(engine: Engine, tmp_path: Path) -> None:
    def close(session: object) -> None:
        scheme = find_scheme(session, "eu-ets")  # type: ignore[arg-type]
        assert scheme is not None
        closed = close_month(session, scheme.id, date(2007, 3, 31), NOW, "示例")  # type: ignore[arg-type]
        assert not isinstance(closed, Refused)

    first = small_extract().write(tmp_path / "first")
    assert isinstance(import_registry_extract(engine, first, "eu-ets", NOW), ImportReport)
    run(engine, close)
    assert isinstance(import_registry_extract(engine, first, "eu-ets", NOW), ImportReport)
    changed = small_extract().year("AT-1", 2006, surrendered=111)
    later = changed.year("AT-1", 2007, surrendered=11).write(tmp_path / "later")
    assert isinstance(import_registry_extract(engine, later, "eu-ets", NOW), FaultList)
    changed.year("AT-1", 2006, surrendered=110).write(tmp_path / "later")
    answer = import_registry_extract(engine, later, "eu-ets", NOW)
    # The allocation of 2007 lies in the closed month, and correcting 2007 would undo it.
    assert isinstance(answer, FaultList)
    assert [(fault.at, fault.refused.code) for fault in answer.kept] == [
        (f"{YEARS}:4:AllowanceInAllocation", ExtractCode.BOOK_CLOSED_FOR_YEAR)
    ]
    new = small_extract().year("DK-1", 2010, allocated=4).write(tmp_path / "new")
    assert isinstance(import_registry_extract(engine, new, "eu-ets", NOW), ImportReport)
