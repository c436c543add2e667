"""What an extract says that the ledger does not have yet, account by account.

Pure: looks at the two sides of the staging place.  A row that is no longer published is kept: the
ledger does not forget.  Oddities of the published rows are counted as warnings and change nothing.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from ledger.imports.columns import (
    ALLOCATED,
    CELL_COLUMNS,
    CODE,
    CODES_EXPLAINED,
    CODES_OPAQUE,
    NUMBER_COLUMNS,
    SURRENDERED,
    Word,
    amount_in,
    number_in,
    plain_code,
)
from ledger.imports.planning import PhaseChange, YearFigures, change_of
from ledger.imports.scheme_years import SchemeYears
from ledger.imports.staging import PUBLISHED, ComparedAccount, YearRow

CORRECTIONS_KEPT = 10_000
"""So many corrected cells are listed; the rest are counted."""
_EXAMPLES_KEPT = 10


class Oddity(StrEnum):
    """What is strange about published rows and is kept as it is."""

    LAST_YEAR_BEFORE_FIRST = "last_year_before_first"
    POSTINGS_ON_CLOSED_ACCOUNT = "postings_on_closed_account"
    POSTINGS_OUTSIDE_YEARS_OF_EMISSIONS = "postings_outside_years_of_emissions"
    HOLDER_NAME_BLANK = "holder_name_blank"
    NAME_WRITTEN_DIFFERENTLY = "name_written_differently"
    ACCOUNT_WITHOUT_YEARS = "account_without_years"
    CELL_SAYS_EXCLUDED = "cell_says_excluded"
    CELL_SAYS_NOT_REPORTED = "cell_says_not_reported"
    CELL_SAYS_NOT_CALCULATED = "cell_says_not_calculated"
    COMPLIANCE_CODE_OPAQUE = "compliance_code_opaque"
    COMPLIANCE_CODE_NEW = "compliance_code_new"
    ACCOUNT_NO_LONGER_PUBLISHED = "account_no_longer_published"
    ACCOUNT_YEAR_NO_LONGER_PUBLISHED = "account_year_no_longer_published"


_WORDS = {
    Word.EXCLUDED.value: Oddity.CELL_SAYS_EXCLUDED,
    Word.NOT_REPORTED.value: Oddity.CELL_SAYS_NOT_REPORTED,
    Word.NOT_CALCULATED.value: Oddity.CELL_SAYS_NOT_CALCULATED,
}


@dataclass(frozen=True, slots=True)
class Correction:
    """A cell that says something else than before; ``year`` is None for a cell of an account."""

    account: str
    year: int | None
    column: str
    before: str
    after: str


class NewVersion(NamedTuple):
    """An account-year whose cells are new or changed; ``before`` is what the ledger has."""

    row: YearRow
    before: YearRow | None

    @property
    def version(self) -> int:
        """The number that these cells get (1, 2, ...)."""
        return 1 if self.before is None else self.before.version + 1


@dataclass(frozen=True, slots=True)
class AccountChange:
    """What is to be done for one account; ``posted_years`` are all those with figures to post."""

    compared: ComparedAccount
    cells_changed: bool
    rows: tuple[NewVersion, ...]
    phases: tuple[PhaseChange, ...]
    posted_years: tuple[int, ...]

    @property
    def country(self) -> str:
        """The country of the account: as published, or as the ledger has it."""
        either = self.compared.published or self.compared.known
        return either.country if either is not None else ""

    @property
    def cells_version(self) -> int:
        """The number that the account's published cells get (1, 2, ...)."""
        return 1 + (self.compared.known.version if self.compared.known is not None else 0)

    @property
    def has_work(self) -> bool:
        """Whether anything is to be written."""
        return self.cells_changed or bool(self.rows)


@dataclass(slots=True)
class Survey:
    """Sums over a whole comparison."""

    accounts: Counter[str] = field(default_factory=Counter)
    account_years: Counter[str] = field(default_factory=Counter)
    corrections: list[Correction] = field(default_factory=list)
    corrections_found: int = 0
    oddities: Counter[Oddity] = field(default_factory=Counter)
    examples: dict[Oddity, list[str]] = field(default_factory=dict)

    def note(self, oddity: Oddity, example: str, times: int = 1) -> None:
        """Count an oddity and keep its first examples."""
        self.oddities[oddity] += times
        kept = self.examples.setdefault(oddity, [])
        if len(kept) < _EXAMPLES_KEPT:
            kept.append(example)

    def correct(self, correction: Correction) -> None:
        """Count a corrected cell and keep the first ones."""
        self.corrections_found += 1
        if len(self.corrections) < CORRECTIONS_KEPT:
            self.corrections.append(correction)


def compare(compared: ComparedAccount, years: SchemeYears) -> AccountChange:
    """Find out what is to be done for one account."""
    published, known = compared.published, compared.known
    rows: list[NewVersion] = []
    before: dict[str, list[YearFigures]] = {}
    after: dict[str, list[YearFigures]] = {}
    for stored, row in _pairs(compared.years):
        current = row or stored
        if current is None:
            continue
        phase = years.by_year[current.year].phase
        after.setdefault(phase, []).append(_figures(current))
        if stored is not None:
            before.setdefault(phase, []).append(_figures(stored))
        if row is not None and (stored is None or stored.cells != row.cells):
            rows.append(NewVersion(row, stored))
    phases = (
        [change_of(phase, before.get(phase, ()), figures) for phase, figures in after.items()]
        if rows
        else []
    )
    return AccountChange(
        compared=compared,
        cells_changed=published is not None and (known is None or known.cells != published.cells),
        rows=tuple(rows),
        phases=tuple(change for change in phases if change is not None),
        posted_years=tuple(
            year
            for figures in after.values()
            for year, allocated, surrendered in figures
            if allocated or surrendered
        ),
    )


def _pairs(rows: list[YearRow]) -> Iterator[tuple[YearRow | None, YearRow | None]]:
    """Put the two sides of each year together."""
    stored: YearRow | None = None
    for row in rows:
        if row.side == PUBLISHED:
            if stored is not None and stored.year != row.year:
                yield stored, None
                stored = None
            yield stored, row
            stored = None
        else:
            if stored is not None:
                yield stored, None
            stored = row
    if stored is not None:
        yield stored, None


def _figures(row: YearRow) -> YearFigures:
    return YearFigures(row.year, amount_in(row.cells[ALLOCATED]), amount_in(row.cells[SURRENDERED]))


def survey(change: AccountChange, found: Survey) -> None:
    """Count one account into the sums: what is new, what changed, what is strange."""
    _survey_account(change, found)
    new = {version.row.year: version for version in change.rows}
    for stored, row in _pairs(change.compared.years):
        if row is None:
            if stored is not None:
                found.account_years["no_longer_published"] += 1
                found.note(Oddity.ACCOUNT_YEAR_NO_LONGER_PUBLISHED, f"{stored.ref} {stored.year}")
            continue
        if row.year not in new:
            found.account_years["unchanged"] += 1
        elif stored is None:
            found.account_years["new"] += 1
        else:
            found.account_years["changed"] += 1
            _note_corrections(stored, row, found)
        _survey_cells(row, found)


def _note_corrections(stored: YearRow, row: YearRow, found: Survey) -> None:
    for column, before, after in zip(CELL_COLUMNS, stored.cells, row.cells, strict=True):
        if before != after:
            found.correct(Correction(row.ref, row.year, column, before, after))


def _survey_cells(row: YearRow, found: Survey) -> None:
    for cell, column in zip(row.cells, NUMBER_COLUMNS, strict=False):
        if cell in _WORDS:
            found.note(_WORDS[cell], f"{row.ref} {row.year} {column.name}")
    code = plain_code(row.cells[CODE])
    if code and code not in CODES_EXPLAINED:
        oddity = (
            Oddity.COMPLIANCE_CODE_OPAQUE if code in CODES_OPAQUE else Oddity.COMPLIANCE_CODE_NEW
        )
        found.note(oddity, f"{row.ref} {row.year} {row.cells[CODE]}")


def _survey_account(change: AccountChange, found: Survey) -> None:
    published, known = change.compared.published, change.compared.known
    ref = change.compared.ref
    if published is None:
        found.accounts["no_longer_published"] += 1
        found.note(Oddity.ACCOUNT_NO_LONGER_PUBLISHED, ref)
        return
    cells: dict[str, str] = json.loads(published.cells)
    if known is None or not known.cells:
        found.accounts["new"] += 1
    elif change.cells_changed:
        found.accounts["changed"] += 1
        old: dict[str, str] = json.loads(known.cells)
        for column, after in cells.items():
            if old.get(column, "") != after:
                found.correct(Correction(ref, None, column, old.get(column, ""), after))
    else:
        found.accounts["unchanged"] += 1
    _survey_oddities(change, cells, found)


def _survey_oddities(change: AccountChange, cells: dict[str, str], found: Survey) -> None:
    ref = change.compared.ref
    if not cells["AccountHolderName"].strip():
        found.note(Oddity.HOLDER_NAME_BLANK, ref)
    elif tidy(cells["AccountHolderName"]) != cells["AccountHolderName"]:
        found.note(Oddity.NAME_WRITTEN_DIFFERENTLY, ref)
    first = number_in(cells["FirstYearOfEmissions"])
    # Zero in the last year says that there is none yet.
    last = number_in(cells["LastYearOfEmissions"]) or None
    if first is not None and last is not None and last < first:
        found.note(Oddity.LAST_YEAR_BEFORE_FIRST, f"{ref} {first} > {last}")
    posted = change.posted_years
    if not change.compared.years:
        found.note(Oddity.ACCOUNT_WITHOUT_YEARS, ref)
    if posted and cells["AccountStatus"].strip().lower() == "closed":
        found.note(Oddity.POSTINGS_ON_CLOSED_ACCOUNT, ref)
    strays = [year for year in posted if year < (first or 0) or (last and year > last)]
    if strays:
        found.note(Oddity.POSTINGS_OUTSIDE_YEARS_OF_EMISSIONS, f"{ref} {strays[0]}", len(strays))


NAME_LENGTH_MAX = 300


def tidy(name: str) -> str:
    """Give a published name fit for the register: one line, single blanks, not too long."""
    visible = "".join(sign if sign.isprintable() else " " for sign in name)
    return " ".join(visible.split())[:NAME_LENGTH_MAX].rstrip()
