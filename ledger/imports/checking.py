"""The first pass over a registry extract: every row is checked, all faults are noted.

Sound rows go into the staging place on the way, so that what is there twice or belongs to no
account is found however the rows are ordered.  Nothing is posted here and the ledger is not asked.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path

from ledger.core.moves import CUMULATIVE_MAX
from ledger.imports.columns import (
    ACCOUNT_COLUMNS,
    ACCOUNT_YEAR_COLUMNS,
    ACCOUNTS_FILE,
    ALLOCATED,
    CELL_COLUMNS,
    CODE,
    CODE_LENGTH_MAX,
    ID_LENGTH_MAX,
    NOTHING_KNOWN,
    NUMBER_COLUMNS,
    SURRENDERED,
    VERIFIED,
    YEAR_COLUMNS,
    YEARS_FILE,
    NumberColumn,
    amount_in,
    check_compliance_code,
    check_name,
    check_number,
    check_text,
    is_ordinary,
)
from ledger.imports.csv_rows import CsvRow, find_file, read_rows
from ledger.imports.faults import FAULTS_KEPT, ExtractCode, FaultList, shown
from ledger.imports.scheme_years import SchemeYears
from ledger.imports.staging import PUBLISHED, AccountRow, Staging, YearRow, batches
from ledger.refusals import Refused

_BATCH = 5000
_YEAR_CELL = NumberColumn("year", CUMULATIVE_MAX)
_ACCOUNT_YEARS = {name: NumberColumn(name, 9999, (NOTHING_KNOWN,)) for name in ACCOUNT_YEAR_COLUMNS}
_ID, _COUNTRY, _COUNTRY_NAME = (
    ACCOUNT_COLUMNS.index(name)
    for name in ("id", "NationalAdministratorCode", "NationalAdministrator")
)

Told = Callable[[int], None]
"""Is told how many rows of a file were checked so far."""


@dataclass(slots=True)
class Checked:
    """What the first pass found."""

    faults: FaultList = field(default_factory=FaultList)
    accounts_file: str = ACCOUNTS_FILE
    years_file: str = YEARS_FILE
    accounts: int = 0
    account_years: int = 0
    allocated: Counter[str] = field(default_factory=Counter)
    surrendered: Counter[str] = field(default_factory=Counter)
    verified: Counter[str] = field(default_factory=Counter)


def check_extract(
    folder: Path, years: SchemeYears, staging: Staging, told_accounts: Told, told_years: Told
) -> Checked:
    """Check both files of the folder whole; what is sound stands in ``staging`` afterwards."""
    checked = Checked()
    if not folder.is_dir():
        refused = Refused(ExtractCode.EXTRACT_FOLDER_NOT_FOUND, {"folder": shown(str(folder))})
        checked.faults.add(shown(str(folder)), 0, "", refused)
        return checked
    accounts = _AccountsFile(folder, checked, staging)
    accounts.read(told_accounts)
    account_years = _YearsFile(folder, checked, staging, years)
    account_years.read(told_years)
    checked.accounts_file, checked.years_file = accounts.name, account_years.name
    if accounts.whole:
        _find_unknown_accounts(account_years.name, checked.faults, staging)
    order = {accounts.name: 0, account_years.name: 1}
    checked.faults.kept.sort(key=lambda fault: (order.get(fault.file, 2), fault.row))
    return checked


def _find_unknown_accounts(file: str, faults: FaultList, staging: Staging) -> None:
    count, first = staging.years_without_account(FAULTS_KEPT)
    for row, ref in first:
        faults.add(file, row, "id", Refused(ExtractCode.ACCOUNT_NOT_PUBLISHED, {"account": ref}))
    faults.found += count - len(first)


class _TableFile:
    """One CSV file with known columns, in any order."""

    stem: str
    columns: tuple[str, ...]

    def __init__(self, folder: Path, checked: Checked, staging: Staging) -> None:
        self.name = self.stem
        self.whole = False
        """Whether every row of the file was read and had its place among the columns."""
        self._folder = folder
        self._checked = checked
        self._faults = checked.faults
        self._staging = staging

    def read(self, told: Told) -> None:
        """Read all rows, checking each."""
        found = find_file(self._folder, self.stem)
        if isinstance(found, Refused):
            self._faults.add(self.name, 0, "", found)
            return
        self.name = found.name
        read = read_rows(found)
        heading = next(read, None)
        if heading is None:
            refused = Refused(ExtractCode.EXTRACT_FILE_EMPTY, {"file": self.name})
            self._faults.add(self.name, 0, "", refused)
            return
        pick = self._read_heading(heading)
        if pick is None:
            return
        self.whole = True
        rows = 0
        for batch in batches(self._sound(read, *pick), _BATCH):
            self._take_in(batch)
            rows += len(batch)
            told(rows)

    def _read_heading(
        self, heading: CsvRow
    ) -> tuple[int, Callable[[list[str]], Sequence[str]]] | None:
        """Give the number of cells of a row and what puts them in our order."""
        cells = heading.cells
        if isinstance(cells, Refused):
            self._faults.add(self.name, heading.row, "", cells)
            return None
        before = self._faults.found
        seen: set[str] = set()
        for cell in cells:
            values = {"column": shown(cell)}
            if cell in seen:
                self._fault_in(heading.row, cell, Refused(ExtractCode.COLUMN_REPEATED, values))
            elif cell not in self.columns:
                self._fault_in(heading.row, cell, Refused(ExtractCode.COLUMN_UNKNOWN, values))
            seen.add(cell)
        for column in self.columns:
            if column not in seen:
                values = {"column": column}
                self._fault_in(heading.row, column, Refused(ExtractCode.COLUMN_MISSING, values))
        if self._faults.found > before and not seen.issuperset(self.columns):
            return None
        return len(cells), itemgetter(*(cells.index(column) for column in self.columns))

    def _fault_in(self, row: int, column: str, refused: Refused) -> None:
        self._faults.add(self.name, row, shown(column), refused)

    def _sound(
        self, rows: Iterator[CsvRow], width: int, pick: Callable[[list[str]], Sequence[str]]
    ) -> Iterator[tuple[int, Sequence[str]]]:
        """Give the rows that can be read, their cells in our order."""
        for row, cells in rows:
            if isinstance(cells, Refused):
                self.whole = False
                self._faults.add(self.name, row, "", cells)
            elif len(cells) != width:
                self.whole = False
                values = {"cells": len(cells), "columns": width}
                refused = Refused(ExtractCode.ROW_HAS_WRONG_NUMBER_OF_CELLS, values)
                self._faults.add(self.name, row, "", refused)
            else:
                yield row, pick(cells)

    def _take_in(self, batch: list[tuple[int, Sequence[str]]]) -> None:
        raise NotImplementedError


class _AccountsFile(_TableFile):
    stem = ACCOUNTS_FILE
    columns = ACCOUNT_COLUMNS

    def _take_in(self, batch: list[tuple[int, Sequence[str]]]) -> None:
        self._checked.accounts += len(batch)
        staged = []
        for row, cells in batch:
            for column, cell in zip(ACCOUNT_COLUMNS, cells, strict=True):
                refused = _check_account_cell(column, cell)
                if refused is not None:
                    self._fault_in(row, column, refused)
            if cells[_ID]:
                named = dict(zip(ACCOUNT_COLUMNS, cells, strict=True))
                text = json.dumps(named, ensure_ascii=False)
                staged.append(
                    AccountRow(cells[_ID], row, cells[_COUNTRY], cells[_COUNTRY_NAME], text)
                )
        for repeated in self._staging.add_accounts(staged):
            refused = Refused(ExtractCode.ACCOUNT_REPEATED, {"account": shown(repeated.ref)})
            self._fault_in(repeated.row, "id", refused)


def _check_account_cell(column: str, cell: str) -> Refused | None:
    if column == "id":
        return check_name(cell, ID_LENGTH_MAX)
    if column == "NationalAdministratorCode":
        return check_name(cell, CODE_LENGTH_MAX)
    if column in _ACCOUNT_YEARS:
        return check_number(_ACCOUNT_YEARS[column], cell)
    return check_text(cell)


class _YearsFile(_TableFile):
    stem = YEARS_FILE
    columns = YEAR_COLUMNS

    def __init__(
        self, folder: Path, checked: Checked, staging: Staging, years: SchemeYears
    ) -> None:
        super().__init__(folder, checked, staging)
        self._years = years
        self._phases_over_limit: set[str] = set()

    def _take_in(self, batch: list[tuple[int, Sequence[str]]]) -> None:
        self._checked.account_years += len(batch)
        staged = []
        for row, cells in batch:
            ref, year_cell, *published = cells
            refused = check_name(ref, ID_LENGTH_MAX)
            if refused is not None:
                self._fault_in(row, "id", refused)
            year = self._year(row, year_cell)
            if self._check_cells(row, published) and year is not None:
                self._check_days(row, year, published)
                self._sum_up(row, year, published)
            if refused is None and year is not None:
                staged.append(YearRow(ref, year, PUBLISHED, row, 0, tuple(published)))
        for repeated in self._staging.add_years(staged):
            values = {"account": repeated.ref, "year": str(repeated.year)}
            refused = Refused(ExtractCode.ACCOUNT_YEAR_REPEATED, values)
            self._fault_in(repeated.row, "year", refused)

    def _year(self, row: int, cell: str) -> int | None:
        refused = check_number(_YEAR_CELL, cell) if cell else Refused(ExtractCode.CELL_BLANK)
        if refused is None:
            year = int(cell)
            if year in self._years.by_year:
                return year
            refused = self._years.outside(year)
        if refused is not None:
            self._fault_in(row, "year", refused)
        return None

    def _check_cells(self, row: int, published: list[str]) -> bool:
        if is_ordinary(published):
            return True
        sound = True
        for column, cell in zip(NUMBER_COLUMNS, published, strict=False):
            refused = check_number(column, cell)
            if refused is not None:
                self._fault_in(row, column.name, refused)
                sound = False
        refused = check_compliance_code(published[CODE])
        if refused is not None:
            self._fault_in(row, CELL_COLUMNS[CODE], refused)
            sound = False
        return sound

    def _check_days(self, row: int, year: int, published: list[str]) -> None:
        """What is posted has a day, and that day must have come."""
        years = self._years
        if year < years.today.year - 1:
            return
        for place, too_early in (
            (ALLOCATED, years.allocation_too_early),
            (SURRENDERED, years.surrender_too_early),
            (VERIFIED, years.report_too_early),
        ):
            refused = too_early(year) if amount_in(published[place]) else None
            if refused is not None:
                self._fault_in(row, CELL_COLUMNS[place], refused)

    def _sum_up(self, row: int, year: int, published: list[str]) -> None:
        phase = self._years.by_year[year].phase
        checked = self._checked
        checked.allocated[phase] = allocated = checked.allocated[phase] + amount_in(
            published[ALLOCATED]
        )
        checked.surrendered[phase] = surrendered = checked.surrendered[phase] + amount_in(
            published[SURRENDERED]
        )
        checked.verified[phase] = verified = checked.verified[phase] + amount_in(
            published[VERIFIED]
        )
        # What an account gets and what comes in for its surrenders are credited to one place.
        if max(allocated + surrendered, verified) > CUMULATIVE_MAX:
            self._refuse_sum(row, phase, VERIFIED if verified > CUMULATIVE_MAX else ALLOCATED)

    def _refuse_sum(self, row: int, phase: str, place: int) -> None:
        """Say once where a phase's sum grows beyond what the ledger can count."""
        if phase in self._phases_over_limit:
            return
        self._phases_over_limit.add(phase)
        values = {"phase": phase, "limit": CUMULATIVE_MAX}
        refused = Refused(ExtractCode.PHASE_SUM_TOO_LARGE, values)
        self._fault_in(row, CELL_COLUMNS[place], refused)
