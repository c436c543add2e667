"""Lines of a bank statement, as CSV or Excel: read whole, all faults listed, then recorded once.

A line says that money came in or went out on a day under the bank's own document number.  The same
file is known again by its content; lines that an earlier file had already are passed over.  Posts
nothing: what the bank says is compared with the ledger, never taken for it.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from ledger.core.clock import Now
from ledger.core.moves import AMOUNT_MAX
from ledger.core.reference_rows import insert_missing, rows_where
from ledger.imports.csv_rows import CsvRow, FoundFile, read_rows
from ledger.imports.faults import ExtractCode, FaultList, shown
from ledger.imports.sheet_rows import sheet_rows
from ledger.numerals import parse_quantity
from ledger.refusals import RefusalCode, Refused
from ledger.registry.cash import money_desk
from ledger.registry.cash_tables import (
    DOCUMENT_LENGTH,
    FILE_NAME_LENGTH,
    NOTE_LENGTH,
    bank_line,
    bank_statement,
)
from ledger.rights.tables import scheme
from ledger.units import Quantity, unit_of

Cell = TypeVar("Cell", str, int, date)

HEADINGS: dict[str, tuple[str, str]] = {
    "day": ("日期", "day"),
    "document": ("凭证号", "document"),
    "direction": ("收付", "direction"),
    "amount": ("金额", "amount"),
    "note": ("摘要", "note"),
}
"""The columns, Chinese or English, in any order; ``note`` may be left out."""

DIRECTIONS = {"收": "in", "in": "in", "付": "out", "out": "out"}
LINES_MAX = 100_000
_OPTIONAL = ("note",)
_YUAN = unit_of("CNY")
_LOCALE = "zh_Hans"
_PIECE = 1 << 20
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ROUNDED_BY_A_SHEET = re.compile(r"[0-9](\.[0-9]+)?[eE]\+?[0-9]+")


class BankLineCode(RefusalCode):
    """Why a bank statement is not taken in."""

    BANK_FILE_NOT_FOUND = "bank_file_not_found"
    BANK_FILE_OF_OTHER_KIND = "bank_file_of_other_kind"
    BANK_FILE_HAS_NO_LINES = "bank_file_has_no_lines"
    BANK_FILE_TOO_LONG = "bank_file_too_long"
    BANK_LINE_DAY_UNREADABLE = "bank_line_day_unreadable"
    BANK_LINE_DAY_IN_FUTURE = "bank_line_day_in_future"
    BANK_LINE_DIRECTION_UNKNOWN = "bank_line_direction_unknown"
    BANK_LINE_AMOUNT_ZERO = "bank_line_amount_zero"
    BANK_LINE_DOCUMENT_ROUNDED = "bank_line_document_rounded"
    BANK_LINE_REPEATED = "bank_line_repeated"
    BANK_LINE_KNOWN_OTHERWISE = "bank_line_known_otherwise"


@dataclass(frozen=True, slots=True)
class BankLine:
    """One line: ``direction`` is in or out, ``amount_fen`` at least 1, ``row`` that of the file."""

    row: int
    day: date
    document: str
    direction: str
    amount_fen: int
    note: str


@dataclass(frozen=True, slots=True)
class BankFile:
    """A statement that was read without a fault; ``sha256`` of the file's content."""

    name: str
    sha256: str
    lines: tuple[BankLine, ...]


@dataclass(frozen=True, slots=True)
class BankImport:
    """What became of a statement.

    ``again``: the same file was imported before, and nothing was written.  ``known`` lines stood
    in an earlier file.
    """

    file: str
    read: int
    new: int
    known: int
    again: bool


def read_bank_file(path: Path, today: date) -> BankFile | FaultList:
    """Read a statement whole; every fault is listed, and with one of them nothing is taken in."""
    faults = FaultList()
    name = shown(path.name)
    digest = _digest(path)
    if digest is None:
        faults.add(
            name, 0, "", Refused(BankLineCode.BANK_FILE_NOT_FOUND, {"file": shown(str(path))})
        )
        return faults
    if path.suffix.lower() not in (".csv", ".xlsx"):
        faults.add(name, 0, "", Refused(BankLineCode.BANK_FILE_OF_OTHER_KIND, {"file": name}))
        return faults
    rows = sheet_rows(path) if path.suffix.lower() == ".xlsx" else read_rows(FoundFile(name, path))
    lines = _Reader(name, today, faults).read(rows)
    if faults.found:
        return faults
    return BankFile(path.name[:FILE_NAME_LENGTH], digest, tuple(lines))


def record_bank_file(
    session: Session, file: BankFile, actor: str, now: Now
) -> BankImport | FaultList:
    """Write the lines that are not known yet; a line known with other content is a fault."""
    desk = money_desk(session)
    # Two who take in overlapping statements wait for each other here.
    session.execute(select(scheme.c.id).where(scheme.c.id == desk.scheme_id).with_for_update())
    head = {
        "sha256": file.sha256,
        "file_name": file.name,
        "imported_by": actor,
        "imported_at": now.instant,
    }
    seen = select(bank_statement.c.id).where(bank_statement.c.sha256 == file.sha256)
    if session.scalar(seen) is not None:
        return BankImport(file.name, len(file.lines), 0, len(file.lines), again=True)
    known = _known_lines(session, [line.document for line in file.lines])
    faults = _compare(file, known)
    if faults.found:
        return faults
    (statement_id,) = insert_missing(session, bank_statement, [head])
    new = [line for line in file.lines if line.document not in known]
    if new:
        session.execute(insert(bank_line), [_row(line, statement_id) for line in new])
    return BankImport(file.name, len(file.lines), len(new), len(file.lines) - len(new), again=False)


class _Reader:
    """Turns rows into lines, noting what is wrong with each."""

    def __init__(self, file: str, today: date, faults: FaultList) -> None:
        self._file = file
        self._today = today
        self._faults = faults
        self._columns: dict[str, int] | None = None
        self._headings: Sequence[str] = ()
        self._rows: dict[str, int] = {}

    def read(self, rows: Iterator[CsvRow]) -> list[BankLine]:
        lines: list[BankLine] = []
        for row, cells in rows:
            if isinstance(cells, Refused):
                self._faults.add(self._file, row, "", cells)
            elif self._columns is None:
                self._columns = self._read_heading(cells)
                if self._columns is None:
                    return []
            elif len(self._rows) >= LINES_MAX:
                self._refuse(0, "", BankLineCode.BANK_FILE_TOO_LONG, limit=LINES_MAX)
                return []
            else:
                lines.extend(self._read_line(row, cells, self._columns))
        if self._columns is None and not self._faults.found:
            self._refuse(0, "", ExtractCode.EXTRACT_FILE_EMPTY, file=self._file)
        elif not lines and not self._faults.found:
            self._refuse(0, "", BankLineCode.BANK_FILE_HAS_NO_LINES, file=self._file)
        return lines

    def _refuse(self, row: int, column: str, code: RefusalCode, /, **values: object) -> None:
        self._faults.add(self._file, row, column, Refused(code, values))

    def _read_heading(self, cells: Sequence[str]) -> dict[str, int] | None:
        before = self._faults.found
        named = {word: key for key, pair in HEADINGS.items() for word in pair}
        self._headings = [cell.strip() for cell in cells]
        columns: dict[str, int] = {}
        for place, heading in enumerate(self._headings):
            key = named.get(heading.lower())
            if key is None:
                self._refuse(1, shown(heading), ExtractCode.COLUMN_UNKNOWN, column=shown(heading))
            elif key in columns:
                self._refuse(1, heading, ExtractCode.COLUMN_REPEATED, column=heading)
            else:
                columns[key] = place
        for key, pair in HEADINGS.items():
            if key not in columns and key not in _OPTIONAL:
                self._refuse(1, pair[0], ExtractCode.COLUMN_MISSING, column=" / ".join(pair))
        return columns if self._faults.found == before else None

    def _read_line(
        self, row: int, cells: Sequence[str], columns: dict[str, int]
    ) -> Iterator[BankLine]:
        width = len(self._headings)
        if len(cells) > width:
            code = ExtractCode.ROW_HAS_WRONG_NUMBER_OF_CELLS
            self._refuse(row, "", code, cells=len(cells), columns=width)
            return
        before = self._faults.found
        # A sheet has no cells after the last one that is filled in.
        texts = [*cells, *[""] * (width - len(cells))]
        said = {key: texts[place].strip() for key, place in columns.items()}
        day = self._value(row, columns["day"], said["day"], self._day)
        document = self._value(row, columns["document"], said["document"], _document)
        direction = self._value(row, columns["direction"], said["direction"], _direction)
        amount = self._value(row, columns["amount"], said["amount"], _amount)
        note = said.get("note", "")
        if note:
            self._value(row, columns["note"], note, _note)
        if document is not None and document in self._rows:
            values = {"document": document, "row": self._rows[document]}
            heading = self._headings[columns["document"]]
            self._refuse(row, heading, BankLineCode.BANK_LINE_REPEATED, **values)
        if document is not None:
            self._rows.setdefault(document, row)
        if day and document and direction and amount and self._faults.found == before:
            yield BankLine(row, day, document, direction, amount, note)

    def _value(
        self, row: int, place: int, text: str, read: Callable[[str], Cell | Refused]
    ) -> Cell | None:
        """Read one cell that must be given; None where it is at fault, which is noted."""
        answer = read(text) if text else Refused(ExtractCode.CELL_BLANK)
        if isinstance(answer, Refused):
            self._faults.add(self._file, row, self._headings[place], answer)
            return None
        return answer

    def _day(self, text: str) -> date | Refused:
        try:
            day = date.fromisoformat(text) if _ISO_DAY.fullmatch(text) else None
        except ValueError:
            day = None
        if day is None:
            return Refused(BankLineCode.BANK_LINE_DAY_UNREADABLE, {"text": shown(text)})
        if day > self._today:
            values = {"date": day, "today": self._today}
            return Refused(BankLineCode.BANK_LINE_DAY_IN_FUTURE, values)
        return day


def _document(text: str) -> str | Refused:
    if _ROUNDED_BY_A_SHEET.fullmatch(text):
        return Refused(BankLineCode.BANK_LINE_DOCUMENT_ROUNDED, {"text": shown(text)})
    return _clear_text(text, DOCUMENT_LENGTH)


def _note(text: str) -> str | Refused:
    return _clear_text(text, NOTE_LENGTH)


def _clear_text(text: str, limit: int) -> str | Refused:
    if len(text) > limit:
        return Refused(ExtractCode.CELL_TOO_LONG, {"length": len(text), "limit": limit})
    if not text.isprintable():
        return Refused(ExtractCode.CELL_HAS_CONTROL_SIGN, {"text": shown(text)})
    return text


def _direction(text: str) -> str | Refused:
    found = DIRECTIONS.get(text.lower())
    if found is None:
        return Refused(BankLineCode.BANK_LINE_DIRECTION_UNKNOWN, {"text": shown(text)})
    return found


def _amount(text: str) -> int | Refused:
    fen = parse_quantity(text, _YUAN, _LOCALE)
    if isinstance(fen, Refused):
        return fen
    if fen == 0:
        return Refused(BankLineCode.BANK_LINE_AMOUNT_ZERO)
    if fen > AMOUNT_MAX:
        values = {"text": shown(text), "limit": Quantity(AMOUNT_MAX, _YUAN.code)}
        return Refused(ExtractCode.CELL_ABOVE_LIMIT, values)
    return fen


def _digest(path: Path) -> str | None:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while piece := stream.read(_PIECE):
                digest.update(piece)
    except OSError:
        return None
    return digest.hexdigest()


def _known_lines(session: Session, documents: Sequence[str]) -> dict[str, BankLine]:
    columns = bank_line.c
    query = select(
        columns.row,
        columns.day,
        columns.document,
        columns.direction,
        columns.amount_fen,
        columns.note,
    )
    return {
        row.document: BankLine(*tuple(row))
        for row in rows_where(session, query, columns.document, documents)
    }


def _compare(file: BankFile, known: dict[str, BankLine]) -> FaultList:
    faults = FaultList()
    for line in file.lines:
        before = known.get(line.document)
        if before is None or _content(before) == _content(line):
            continue
        values = {
            "document": line.document,
            "date": before.day,
            "amount": Quantity(before.amount_fen, _YUAN.code),
        }
        refused = Refused(BankLineCode.BANK_LINE_KNOWN_OTHERWISE, values)
        faults.add(shown(file.name), line.row, "", refused)
    return faults


def _content(line: BankLine) -> tuple[date, str, int]:
    return line.day, line.direction, line.amount_fen


def _row(line: BankLine, statement_id: int) -> dict[str, object]:
    return {
        "statement_id": statement_id,
        "row": line.row,
        "day": line.day,
        "document": line.document,
        "direction": line.direction,
        "amount_fen": line.amount_fen,
        "note": line.note,
    }
