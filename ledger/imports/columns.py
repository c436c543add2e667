"""The columns of a published registry extract, and what each cell may say.

Pure: a cell goes in, what it says or a refusal comes out.  Units are whole tonnes of CO2
equivalent.  A cell is empty where nothing was published; the few words that the publisher puts in
place of a number are kept as what they say, never as zero.

Source of the columns and words: the extract of the European Union Transaction Log and its README.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ledger.core.moves import AMOUNT_MAX, CUMULATIVE_MAX
from ledger.imports.faults import ExtractCode, shown
from ledger.numerals import NumberCode, parse_plain_integer
from ledger.refusals import Refused

ACCOUNTS_FILE = "accounts.csv"
YEARS_FILE = "account_years.csv"

ACCOUNT_COLUMNS = (
    "id",
    "InstallationOrAircraftOperatorID",
    "AccountHolderName",
    "NationalAdministrator",
    "NationalAdministratorCode",
    "AccountTypeCode",
    "AccountTypeCodeLookup",
    "AccountStatus",
    "CompanyRegistrationNo",
    "InstallationNameOrAircraftOperatorCode",
    "ParentCompany",
    "SubsidiaryCompany",
    "EPRTRIdentification",
    "FirstYearOfEmissions",
    "LastYearOfEmissions",
    "PermitOrPlanDate",
    "PermitOrPlanID",
    "City",
    "Country",
    "MainActivityTypeCode",
    "MainActivityTypeCodeLookup",
)

ACCOUNT_YEAR_COLUMNS = ("FirstYearOfEmissions", "LastYearOfEmissions")
"""The columns of accounts that are numbers; 0 or nothing in the last year means: still open."""

CELL_COLUMNS = (
    "FreeAllocations",
    "AllowanceInAllocation",
    "UnitsSurrendered",
    "CumulativeSurrenderedUnits",
    "CumulativeVerifiedEmissions",
    "SurrenderedAllowances",
    "VerifiedEmissions",
    "ComplianceCode",
)
"""The cells of one account-year, in the order in which they are kept everywhere."""

YEAR_COLUMNS = ("id", "year", *CELL_COLUMNS)

FREE, ALLOCATED, SURRENDERED, SUM_SURRENDERED, SUM_VERIFIED, ALLOWANCES, VERIFIED, CODE = range(8)
"""Places of the cells of an account-year."""


NOTHING_KNOWN = "-"
"""What the publisher writes in accounts where nothing is known."""


class Word(StrEnum):
    """What the publisher writes in place of a number."""

    EXCLUDED = "Excluded"
    NOT_REPORTED = "Not Reported"
    NOT_CALCULATED = "Not Calculated"


@dataclass(frozen=True, slots=True)
class NumberColumn:
    """A column of whole numbers from 0 to ``limit``, or one of ``words``, or nothing."""

    name: str
    limit: int
    words: tuple[str, ...] = ()


NUMBER_COLUMNS = (
    NumberColumn("FreeAllocations", CUMULATIVE_MAX),
    NumberColumn("AllowanceInAllocation", AMOUNT_MAX),
    NumberColumn("UnitsSurrendered", AMOUNT_MAX),
    NumberColumn("CumulativeSurrenderedUnits", CUMULATIVE_MAX, (Word.NOT_CALCULATED,)),
    NumberColumn("CumulativeVerifiedEmissions", CUMULATIVE_MAX, (Word.NOT_CALCULATED,)),
    NumberColumn("SurrenderedAllowances", CUMULATIVE_MAX),
    NumberColumn("VerifiedEmissions", AMOUNT_MAX, (Word.EXCLUDED, Word.NOT_REPORTED)),
)
"""The seven cells before the compliance code.  What is posted must fit one transfer."""

CELL_LENGTH_MAX = 40
"""Signs of a cell of an account-year."""
TEXT_LENGTH_MAX = 1000
"""Signs of any other cell."""
ID_LENGTH_MAX = 100
CODE_LENGTH_MAX = 32

_CODE = re.compile(r"(?:[A-Z]|-)?\*?")
CODES_EXPLAINED = frozenset("ABC")
"""A surrendered >= verified, B less, C not reported."""
CODES_OPAQUE = frozenset("DE-")
"""Used by the publisher without an explanation."""


_SURELY = rf"[0-9]{{0,{len(str(AMOUNT_MAX)) - 1}}}"
_ORDINARY = re.compile(
    "\x1f".join("|".join((_SURELY, *column.words)).join(("(?:", ")")) for column in NUMBER_COLUMNS)
    + "\x1f"
    + _CODE.pattern
)


def is_ordinary(cells: Sequence[str]) -> bool:
    """Tell quickly that nothing is wrong with the cells of an account-year.

    True for nearly every row: all numbers short and plain, all words known.  Where it is False,
    the cells have to be looked at one by one.
    """
    return _ORDINARY.fullmatch("\x1f".join(cells)) is not None


def number_in(cell: str) -> int | None:
    """Give the number in a cell that was checked; None where it is empty or holds a word."""
    return int(cell) if cell.isdigit() else None


def amount_in(cell: str) -> int:
    """Give what a checked cell adds to a sum: its number, and nothing for anything else."""
    return int(cell) if cell.isdigit() else 0


def check_number(column: NumberColumn, cell: str) -> Refused | None:
    """Tell what is wrong with a cell of a number column, if anything is."""
    if not cell or cell in column.words:
        return None
    if cell.isascii() and cell.isdigit() and len(cell) <= CELL_LENGTH_MAX:
        if int(cell) <= column.limit:
            return None
        values = {"text": shown(cell), "limit": column.limit}
        return Refused(ExtractCode.CELL_ABOVE_LIMIT, values)
    read = parse_plain_integer(cell)
    if isinstance(read, int):
        values = {"length": len(cell), "limit": CELL_LENGTH_MAX}
        return Refused(ExtractCode.CELL_TOO_LONG, values)
    if read.code in (NumberCode.NUMBER_HAS_LETTERS, NumberCode.NUMBER_HAS_OTHER_SIGNS):
        return _unknown_text(column, cell)
    if read.code is NumberCode.NUMBER_EMPTY:
        return Refused(NumberCode.NUMBER_HAS_BLANKS, {"text": shown(cell), "example": "12345"})
    return read


def _unknown_text(column: NumberColumn, cell: str) -> Refused:
    values = {"text": shown(cell), "column": column.name, "words": column.words or "—"}
    return Refused(ExtractCode.CELL_HAS_UNKNOWN_TEXT, values)


def check_compliance_code(cell: str) -> Refused | None:
    """A code is one capital letter or ``-``, with or without a star, or nothing."""
    if _CODE.fullmatch(cell):
        return None
    return Refused(ExtractCode.COMPLIANCE_CODE_UNREADABLE, {"text": shown(cell)})


def plain_code(cell: str) -> str:
    """Give a compliance code without its star, which the publisher does not explain."""
    return cell.removesuffix("*")


def check_text(cell: str, length_max: int = TEXT_LENGTH_MAX) -> Refused | None:
    """Published text may say anything, as long as it can be kept as it is."""
    if len(cell) > length_max:
        return Refused(ExtractCode.CELL_TOO_LONG, {"length": len(cell), "limit": length_max})
    if cell.isprintable():
        return None
    # Line ends and tabs come in names that were typed by hand; other control signs never do.
    if any((sign < " " and sign not in "\t\r\n") or sign == "\x7f" for sign in cell):
        return Refused(ExtractCode.CELL_HAS_CONTROL_SIGN, {"text": shown(cell)})
    return None


def check_name(cell: str, length_max: int) -> Refused | None:
    """What an account or a country is called by: nothing invisible, and not nothing."""
    if not cell.strip():
        return Refused(ExtractCode.CELL_BLANK)
    if len(cell) > length_max:
        return Refused(ExtractCode.CELL_TOO_LONG, {"length": len(cell), "limit": length_max})
    if not cell.isprintable() or cell != cell.strip():
        return Refused(ExtractCode.CELL_HAS_CONTROL_SIGN, {"text": shown(cell)})
    return None
