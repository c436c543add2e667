"""Registry extracts made for tests: a few invented accounts, written in the published form."""

import csv
import gzip
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ledger.imports.columns import ACCOUNT_COLUMNS, YEAR_COLUMNS

_CELLS = {
    "allocated": "AllowanceInAllocation",
    "surrendered": "UnitsSurrendered",
    "verified": "VerifiedEmissions",
    "sum_surrendered": "CumulativeSurrenderedUnits",
    "sum_verified": "CumulativeVerifiedEmissions",
    "code": "ComplianceCode",
    "free": "FreeAllocations",
}


@dataclass
class MadeExtract:
    """Rows by account and by (account, year); cells are text, as in a file."""

    accounts: dict[str, dict[str, str]] = field(default_factory=dict)
    years: dict[tuple[str, int], dict[str, str]] = field(default_factory=dict)

    def account(self, ref: str, **cells: str) -> "MadeExtract":
        """Add an account; the country is the first part of its name."""
        country = ref.partition("-")[0]
        self.accounts[ref] = {
            **dict.fromkeys(ACCOUNT_COLUMNS, ""),
            "id": ref,
            "AccountHolderName": f"示例企业 {ref}",
            "NationalAdministrator": country,
            "NationalAdministratorCode": country,
            "AccountStatus": "open",
            "CompanyRegistrationNo": f"R{ref}",
            "InstallationNameOrAircraftOperatorCode": f"示例设施 {ref}",
            "FirstYearOfEmissions": "2005",
            "LastYearOfEmissions": "0",
            **cells,
        }
        return self

    def year(self, ref: str, year: int, **cells: object) -> "MadeExtract":
        """Add or change an account-year: allocated=, surrendered=, verified=, code=, ..."""
        if ref not in self.accounts:
            self.account(ref)
        row = self.years.setdefault((ref, year), dict.fromkeys(YEAR_COLUMNS, ""))
        row |= {"id": ref, "year": str(year)}
        row |= {_CELLS.get(name, name): str(value) for name, value in cells.items()}
        return self

    def write(self, folder: Path, *, compressed: bool = False, backwards: bool = False) -> Path:
        """Write both files and give the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        order = reversed if backwards else list
        for name, columns, rows in (
            ("accounts.csv", ACCOUNT_COLUMNS, order(list(self.accounts.values()))),
            ("account_years.csv", YEAR_COLUMNS, order(list(self.years.values()))),
        ):
            text = as_csv(columns, ([row[column] for column in columns] for row in rows))
            if compressed:
                (folder / f"{name}.gz").write_bytes(gzip.compress(text.encode()))
            else:
                (folder / name).write_text(text, encoding="utf-8", newline="")
        return folder


def as_csv(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Write a table as the publisher does."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()


def small_extract() -> MadeExtract:
    """Three accounts of two countries over two phases.

    AT-1 is allocated more than it surrenders, AT-2 surrenders what it never got, BE-1 was
    excluded in one year and did not report another.
    """
    made = MadeExtract()
    made.year("AT-1", 2005, allocated=100, surrendered=80, verified=80, code="A")
    made.year("AT-1", 2006, allocated=100, surrendered=110, verified=120, code="B*")
    made.year("AT-1", 2007, allocated=50, surrendered=10, verified=10, code="A")
    made.year("AT-1", 2008, allocated=70, surrendered=60, verified=60, code="A*")
    made.year("AT-2", 2006, surrendered=30, verified=30, code="A")
    made.year("AT-2", 2007, allocated=20, surrendered=25, verified=25, code="A")
    made.year("BE-1", 2005, allocated=500, verified="Excluded", sum_verified="Not Calculated")
    made.year("BE-1", 2006, surrendered=400, verified="Not Reported", code="C")
    made.year("BE-1", 2013, allocated=40, surrendered=100, verified=100, code="-")
    return made


def many_accounts(accounts: int, first_year: int = 2005, last_year: int = 2022) -> MadeExtract:
    """An extract of any size: every account in every year, a third of them short of units."""
    made = MadeExtract()
    for number in range(1, accounts + 1):
        ref = f"{('AT', 'BE', 'DK')[number % 3]}-{number}"
        for year in range(first_year, last_year + 1):
            used = 1000 + number * 7 % 500 + year
            made.year(
                ref,
                year,
                allocated=used + 300 if number % 3 else used - 200,
                surrendered=used,
                verified=used,
                code="A",
            )
    return made
