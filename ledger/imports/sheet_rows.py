"""Rows of the first sheet of an Excel file (.xlsx), each cell as the text that stands in it.

Days come as ``2026-11-20``, numbers as their digits; what was never filled in is empty.  Knows
nothing of what the columns mean.
"""

import zlib
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from ledger.imports.csv_rows import CsvRow
from ledger.refusals import RefusalCode, Refused


class SheetCode(RefusalCode):
    """Why an Excel file is not read."""

    SHEET_NOT_READABLE = "sheet_not_readable"


# What openpyxl raises on files that are no workbook, or are damaged inside.
_UNREADABLE = (
    BadZipFile,
    IndexError,
    InvalidFileException,
    KeyError,
    OSError,
    ParseError,
    TypeError,
    ValueError,
    zlib.error,
)


def sheet_rows(path: Path) -> Iterator[CsvRow]:
    """Read the first sheet; blank rows are passed over, what ends the reading comes as last row."""
    try:
        book = load_workbook(path, read_only=True, data_only=True)
        try:
            for number, cells in enumerate(book.worksheets[0].iter_rows(values_only=True), 1):
                texts = [_text(cell) for cell in cells]
                while texts and not texts[-1]:
                    texts.pop()
                if texts:
                    yield CsvRow(number, texts)
        finally:
            book.close()
    except _UNREADABLE:
        yield CsvRow(0, Refused(SheetCode.SHEET_NOT_READABLE, {"file": path.name}))


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime) and cell.time() == datetime.min.time():
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)
