"""One table, four ways out: aligned text, CSV, Excel and JSON.

Cells come as text already; what may be read as a formula by a spreadsheet is made harmless.
Knows no report.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from unicodedata import east_asian_width

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

FORMATS = ("text", "json", "csv", "xlsx")
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
_SHEET_TITLE_MAX = 31


@dataclass(frozen=True, slots=True)
class Column:
    """A heading; ``number`` columns stand to the right."""

    heading: str
    number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A titled table with notes under it."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


def as_text(tables: Iterable[Table]) -> str:
    """Print tables one under another, each with its title and its notes."""
    return "\n\n".join("\n".join(_text_lines(table)) for table in tables)


def _text_lines(table: Table) -> Iterator[str]:
    yield table.title
    rows = [tuple(column.heading for column in table.columns), *table.rows]
    widths = [max(map(display_width, cells)) for cells in zip(*rows, strict=True)]
    for row in rows:
        cells = []
        for cell, width, column in zip(row, widths, table.columns, strict=True):
            space = " " * (width - display_width(cell))
            cells.append(space + cell if column.number else cell + space)
        yield ("  " + "  ".join(cells)).rstrip()
    yield from table.notes


def display_width(text: str) -> int:
    """Columns of a terminal that a text takes: a Chinese sign takes two."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def as_csv(tables: Sequence[Table]) -> str:
    """Print tables as CSV; several tables share one heading, led by the title."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    several = len(tables) > 1
    for number, table in enumerate(tables):
        lead = [table.title] if several else []
        if number == 0:
            headings = [column.heading for column in table.columns]
            writer.writerow(["", *headings] if several else headings)
        for row in table.rows:
            writer.writerow([*lead, *_harmless(row, table.columns)])
    return out.getvalue()


def _harmless(row: Sequence[str], columns: Sequence[Column]) -> list[str]:
    return [
        f"'{cell}" if not column.number and cell.startswith(_FORMULA_SIGNS) else cell
        for cell, column in zip(row, columns, strict=True)
    ]


def write_xlsx(tables: Sequence[Table], path: Path | IO[bytes]) -> None:
    """Write tables as one Excel file, a sheet each; every cell is text, nothing a formula."""
    book = Workbook(write_only=True)
    if not tables:
        book.create_sheet()
    for number, table in enumerate(tables, start=1):
        title = "".join(sign for sign in table.title if sign not in r"[]:*?/\\")
        sheet = book.create_sheet(f"{number} {title}"[:_SHEET_TITLE_MAX])
        for row in (tuple(column.heading for column in table.columns), *table.rows):
            cells = []
            for text in row:
                cell = WriteOnlyCell(sheet, value=text)
                cell.data_type = "s"
                cells.append(cell)
            sheet.append(cells)
    book.save(path)


def as_json(document: object) -> str:
    """Print one JSON document."""
    return json.dumps(document, ensure_ascii=False)
