"""Rows of a CSV file, plain or gzip, read one by one with their place in the file.

Strict: UTF-8 (with or without a byte-order mark), quotes only as RFC 4180 has them.  A row that
cannot be read becomes a refusal in its place and reading goes on, so that one run finds all faults.
Memory does not grow with the file.  Knows nothing of what the columns mean.
"""

import csv
import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from ledger.imports.faults import ExtractCode, shown
from ledger.refusals import Refused

LINE_LENGTH_MAX = 1 << 20
"""Bytes of one line; more is no row of a table."""
_GZIP = ".gz"


class CsvRow(NamedTuple):
    """A row and the line it begins on (the heading's is 1); the cells, or why not."""

    row: int
    cells: list[str] | Refused


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file of the extract: ``name`` as it stands in the folder."""

    name: str
    path: Path


def find_file(folder: Path, name: str) -> FoundFile | Refused:
    """Find ``name`` or ``name.gz`` in the folder: exactly one of them."""
    found = [
        FoundFile(path.name, path)
        for path in (folder / name, folder / (name + _GZIP))
        if path.exists()
    ]
    values = {"file": name, "folder": shown(str(folder))}
    if not found:
        return Refused(ExtractCode.EXTRACT_FILE_NOT_FOUND, values)
    if len(found) > 1:
        return Refused(ExtractCode.EXTRACT_FILE_TWICE, values)
    return found[0]


def read_rows(file: FoundFile) -> Iterator[CsvRow]:
    """Read the file; blank lines are passed over.  What ends the reading comes as a last row."""
    try:
        with _opened(file.path) as stream:
            yield from _rows(_Lines(stream))
    except (EOFError, gzip.BadGzipFile, zlib.error):
        yield CsvRow(0, Refused(ExtractCode.EXTRACT_FILE_BROKEN_OFF, {"file": file.name}))
    except OSError as error:
        values = {"file": file.name, "reason": error.strerror or type(error).__name__}
        yield CsvRow(0, Refused(ExtractCode.EXTRACT_FILE_NOT_READABLE, values))


def _opened(path: Path) -> BinaryIO:
    if path.name.endswith(_GZIP):
        return cast(BinaryIO, gzip.open(path, "rb"))
    return path.open("rb")


class _Lines:
    """The lines of a file as text, with the number of the last one and what was wrong with it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.number = 0
        self._refused: Refused | None = None
        self._ended = False

    def taken_refusal(self) -> Refused | None:
        """Give what was wrong with the lines since the last call."""
        refused, self._refused = self._refused, None
        return refused

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if self._ended:
            raise StopIteration
        line = self._stream.readline(LINE_LENGTH_MAX)
        if not line:
            self._ended = True
            raise StopIteration
        self.number += 1
        if len(line) == LINE_LENGTH_MAX and not line.endswith(b"\n"):
            self._ended = True
            self._refused = Refused(ExtractCode.ROW_TOO_LONG, {"limit": LINE_LENGTH_MAX})
            return ""
        if self.number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError as error:
            values = {"byte": f"0x{line[error.start]:02X}", "position": error.start + 1}
            self._refused = Refused(ExtractCode.ROW_NOT_UTF8, values)
            # Quotes and commas are still found, so the rows after this one keep their places.
            return line.decode("utf-8", errors="replace")


def _rows(lines: _Lines) -> Iterator[CsvRow]:
    reader = csv.reader(lines, strict=True)
    while True:
        begins = lines.number + 1
        cells: list[str] | Refused
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            cells = Refused(ExtractCode.ROW_QUOTED_WRONGLY)
        cells = lines.taken_refusal() or cells
        if cells:
            yield CsvRow(begins, cells)
