"""A table that somebody wants imported has faults: one problem document that lists them.

Each fault says its file, row, column and code, and its sentence in both languages.  Knows no
particular table.
"""

from dataclasses import dataclass

from ledger.imports.faults import ExtractFault, FaultList
from web.cli.problems import Problem, ProblemError, worded
from web.sentences.catalogue import sentence

_NOTHING_WRITTEN = (
    "{file} 有 {count} 处错误，列出 {shown} 处。什么也没有写入。",
    "Faults found in {file}: {count}; shown: {shown}. Nothing was written.",
)


@dataclass(frozen=True, slots=True)
class TableError(ProblemError):
    """One fault: the row (heading = 1, 0 = the whole file), the column, both sentences."""

    file: str
    row: int
    column: str
    message_zh: str
    message_en: str


def faults_problem(file: str, faults: FaultList, title: tuple[str, str], language: str) -> Problem:
    """Make the problem of a table with faults."""
    detail = worded(_NOTHING_WRITTEN, language).format(
        file=file, count=f"{faults.found:,}", shown=f"{len(faults.kept):,}"
    )
    return Problem(
        "urn:ecorights:problem:table_has_faults",
        worded(title, language),
        detail,
        tuple(table_error(fault, language) for fault in faults.kept),
    )


def table_error(fault: ExtractFault, language: str) -> TableError:
    """Say one fault where it stands."""
    said = {spoken: sentence(fault.refused, spoken) for spoken in ("zh", "en")}
    return TableError(
        at=fault.at,
        code=str(fault.refused.code),
        message=said[language],
        file=fault.file,
        row=fault.row,
        column=fault.column,
        message_zh=said["zh"],
        message_en=said["en"],
    )
