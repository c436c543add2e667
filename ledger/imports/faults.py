"""What is wrong with a file that somebody wants imported, and where.

Every fault is kept as a place and a refusal; a long list is cut and the rest counted, so that a
file that is wrong in every row costs no memory.  Knows no sentence and no language.
"""

from dataclasses import dataclass, field

from ledger.refusals import RefusalCode, Refused

FAULTS_KEPT = 1000
"""So many faults are shown; the rest are counted."""

_SHOWN_LENGTH = 40


class ExtractCode(RefusalCode):
    """Why a registry extract is not imported."""

    EXTRACT_FOLDER_NOT_FOUND = "extract_folder_not_found"
    EXTRACT_FILE_NOT_FOUND = "extract_file_not_found"
    EXTRACT_FILE_TWICE = "extract_file_twice"
    EXTRACT_FILE_NOT_READABLE = "extract_file_not_readable"
    EXTRACT_FILE_EMPTY = "extract_file_empty"
    EXTRACT_FILE_BROKEN_OFF = "extract_file_broken_off"
    ROW_NOT_UTF8 = "row_not_utf8"
    ROW_QUOTED_WRONGLY = "row_quoted_wrongly"
    ROW_TOO_LONG = "row_too_long"
    ROW_HAS_WRONG_NUMBER_OF_CELLS = "row_has_wrong_number_of_cells"
    COLUMN_UNKNOWN = "column_unknown"
    COLUMN_MISSING = "column_missing"
    COLUMN_REPEATED = "column_repeated"
    CELL_BLANK = "cell_blank"
    CELL_HAS_CONTROL_SIGN = "cell_has_control_sign"
    CELL_TOO_LONG = "cell_too_long"
    CELL_HAS_UNKNOWN_TEXT = "cell_has_unknown_text"
    CELL_ABOVE_LIMIT = "cell_above_limit"
    COMPLIANCE_CODE_UNREADABLE = "compliance_code_unreadable"
    ACCOUNT_REPEATED = "account_repeated"
    ACCOUNT_NOT_PUBLISHED = "account_not_published"
    ACCOUNT_YEAR_REPEATED = "account_year_repeated"
    ACCOUNT_IN_ANOTHER_COUNTRY = "account_in_another_country"
    YEAR_OUTSIDE_SCHEME = "year_outside_scheme"
    YEAR_NOT_BEGUN = "year_not_begun"
    ALLOCATION_DAY_IN_FUTURE = "allocation_day_in_future"
    SURRENDER_DAY_IN_FUTURE = "surrender_day_in_future"
    BOOK_CLOSED_FOR_YEAR = "book_closed_for_year"
    PHASE_SUM_TOO_LARGE = "phase_sum_too_large"
    SCHEME_TAKES_NO_EXTRACTS = "scheme_takes_no_extracts"
    ANOTHER_IMPORT_IS_RUNNING = "another_import_is_running"
    UNITS_HAVE_MOVED_ON = "units_have_moved_on"
    ENTRY_REVERSED_BY_HAND = "entry_reversed_by_hand"
    STORAGE_IS_FULL = "storage_is_full"
    DATABASE_FAILED = "database_failed"
    OUTCOME_IS_UNKNOWN = "outcome_is_unknown"


@dataclass(frozen=True, slots=True)
class ExtractFault:
    """One thing that is wrong: ``file`` by name, ``row`` of the file (heading = 1, 0 = the file
    as a whole), ``column`` by its heading ('' = the whole row)."""

    file: str
    row: int
    column: str
    refused: Refused

    @property
    def at(self) -> str:
        """The place in one word: ``account_years.csv:17:UnitsSurrendered``."""
        parts = [self.file]
        if self.row:
            parts.append(str(self.row))
        if self.column:
            parts.append(self.column)
        return ":".join(parts)


@dataclass(slots=True)
class FaultList:
    """The faults found so far: the first ones in full, all of them counted."""

    kept: list[ExtractFault] = field(default_factory=list)
    found: int = 0

    def add(self, file: str, row: int, column: str, refused: Refused) -> None:
        """Note one more fault."""
        self.found += 1
        if len(self.kept) < FAULTS_KEPT:
            self.kept.append(ExtractFault(file, row, column, refused))

    @property
    def not_shown(self) -> int:
        """How many faults were found beyond those kept."""
        return self.found - len(self.kept)


def shown(text: str) -> str:
    """Give what was written fit for a sentence: short, and with nothing invisible."""
    cut = text[: _SHOWN_LENGTH + 1]
    clear = "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in cut)
    return clear if len(clear) <= _SHOWN_LENGTH else clear[: _SHOWN_LENGTH - 1] + "…"
