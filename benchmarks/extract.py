"""A made-up registry extract of any size, with the columns of the published ones.

Invented from end to end: operators of two countries that surrender what they emit, and buy or sell
the rest.  For memory, which must not grow with the files.
"""

import csv
import random
from collections.abc import Iterator
from pathlib import Path

from ledger.imports.columns import (
    ACCOUNT_COLUMNS,
    ACCOUNTS_FILE,
    YEAR_COLUMNS,
    YEARS_FILE,
)

_FIRST, _LAST = 2005, 2022
_PHASE_STARTS = (2005, 2008, 2013, 2021)
_COUNTRIES = (("XA", "Country A"), ("XB", "Country B"))


def write_extract(folder: Path, account_years: int) -> None:
    """Write ``accounts.csv`` and ``account_years.csv`` with so many account-years."""
    folder.mkdir()
    years = _LAST - _FIRST + 1
    accounts = -(-account_years // years)
    with (folder / ACCOUNTS_FILE).open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(ACCOUNT_COLUMNS)
        out.writerows(_account(number) for number in range(accounts))
    with (folder / YEARS_FILE).open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(YEAR_COLUMNS)
        chance = random.Random(1)
        written = 0
        for number in range(accounts):
            for row in _years(number, chance):
                if written < account_years:
                    out.writerow(row)
                    written += 1


def _account(number: int) -> list[str]:
    code, country = _COUNTRIES[number % 2]
    cells = dict.fromkeys(ACCOUNT_COLUMNS, "")
    cells |= {
        "id": f"{code}-{number}",
        "InstallationOrAircraftOperatorID": str(number),
        "AccountHolderName": f"Example operator {number}",
        "NationalAdministrator": country,
        "NationalAdministratorCode": code,
        "AccountTypeCode": "100",
        "AccountTypeCodeLookup": "Holding Account",
        "AccountStatus": "open",
        "InstallationNameOrAircraftOperatorCode": f"Example plant {number}",
        "FirstYearOfEmissions": str(_FIRST),
        "City": "Example town",
        "Country": code,
        "MainActivityTypeCode": "20",
        "MainActivityTypeCodeLookup": "Combustion of fuels",
    }
    return [cells[column] for column in ACCOUNT_COLUMNS]


def _years(number: int, chance: random.Random) -> Iterator[list[str]]:
    code = _COUNTRIES[number % 2][0]
    running = 0
    for year in range(_FIRST, _LAST + 1):
        if year in _PHASE_STARTS:
            running = 0
        allocated = chance.randrange(100_000)
        verified = chance.randrange(100_000)
        running += verified
        numbers = (allocated, allocated, verified, running, running, verified, verified)
        yield [f"{code}-{number}", str(year), *(str(one) for one in numbers), "A"]
