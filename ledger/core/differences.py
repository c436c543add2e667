"""What an audit can find, as plain values: named differences, how many of each, what was counted.

Pure.  Knows neither how the recount is done nor in which language it is told.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ledger.refusals import RefusalCode

KEPT_PER_CODE = 100
"""So many differences of one kind are kept in full; the rest are only counted."""


class AuditCode(RefusalCode):
    """What does not agree, roughly from the parts to the whole."""

    ENTRY_WITHOUT_LINES = "entry_without_lines"
    ENTRY_LINES_NOT_IN_ROW = "entry_lines_not_in_row"
    ENTRY_DATED_AFTER_RECORDING = "entry_dated_after_recording"
    LATE_FLAG_WRONG = "late_flag_wrong"
    TRANSFER_WITHOUT_ENTRY = "transfer_without_entry"
    TRANSFER_WITHOUT_POSITION = "transfer_without_position"
    TRANSFER_LEAVES_ITS_ASSET = "transfer_leaves_its_asset"
    KIND_OF_MOVE_UNKNOWN = "kind_of_move_unknown"
    TERMINAL_LEFT_WITHOUT_REVERSAL = "terminal_left_without_reversal"
    BORDER_CROSSED = "border_crossed"
    REVERSAL_WITHOUT_ORIGINAL = "reversal_without_original"
    REVERSED_TWICE = "reversed_twice"
    REVERSAL_DIFFERS_FROM_ORIGINAL = "reversal_differs_from_original"
    BALANCE_AFTER_BROKEN = "balance_after_broken"
    FLOOR_BROKEN = "floor_broken"
    CEILING_BROKEN = "ceiling_broken"
    BOUNDS_NOT_OF_KIND = "bounds_not_of_kind"
    DEBITS_DIFFER_FROM_JOURNAL = "debits_differ_from_journal"
    CREDITS_DIFFER_FROM_JOURNAL = "credits_differ_from_journal"
    ASSET_NOT_ZERO = "asset_not_zero"
    CELL_NOT_BALANCED = "cell_not_balanced"
    INDEX_USED_DIFFERS = "index_used_differs"
    CLOSED_MONTHS_NOT_IN_ROW = "closed_months_not_in_row"
    ENTRY_AFTER_CLOSING = "entry_after_closing"
    CLOSING_RANGE_WRONG = "closing_range_wrong"
    CLOSING_MISSING = "closing_missing"
    CLOSING_DIFFERS = "closing_differs"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that does not agree.

    ``what`` names it (``entry``, ``line``, ``position``, ``account``, ``asset``, ``cell``,
    ``month``, ...); ``expected`` is what the recount gives, ``found`` what is written.
    """

    code: AuditCode
    what: Mapping[str, object]
    expected: object
    found: object


@dataclass(frozen=True, slots=True)
class AuditReport:
    """The result of one recount.

    ``differences`` holds at most 100 of each code, ``counts`` the full number by code;
    ``counted`` tells how many entries, transfers, positions, assets and closed months were read.
    """

    differences: tuple[Difference, ...]
    counts: Mapping[AuditCode, int]
    counted: Mapping[str, int]

    @property
    def clean(self) -> bool:
        """Whether everything agrees."""
        return not self.counts


class Findings:
    """Differences as they are found: all counted, the first of each code kept."""

    def __init__(self) -> None:
        self._kept: dict[AuditCode, list[Difference]] = {}
        self._counts: dict[AuditCode, int] = {}

    def add(
        self,
        code: AuditCode,
        what: Mapping[str, object],
        expected: object,
        found: object,
        count: int = 1,
    ) -> None:
        """Take in one difference that stands for ``count`` of its kind."""
        if count <= 0:
            return
        self._counts[code] = self._counts.get(code, 0) + count
        kept = self._kept.setdefault(code, [])
        if len(kept) < KEPT_PER_CODE:
            kept.append(Difference(code, what, expected, found))

    def add_rows(
        self, code: AuditCode, names: Sequence[str], rows: Iterable[Sequence[Any]]
    ) -> None:
        """Take in rows of a query: the named columns, then expected, found and the full count."""
        size = len(names)
        for number, row in enumerate(rows):
            what = dict(zip(names, row[:size], strict=True))
            # Every row carries the full count; it is counted once, with the first.
            count = int(row[size + 2]) if number == 0 else 0
            self._counts[code] = self._counts.get(code, 0) + count
            kept = self._kept.setdefault(code, [])
            if len(kept) < KEPT_PER_CODE:
                kept.append(Difference(code, what, row[size], row[size + 1]))

    def report(self, counted: Mapping[str, int]) -> AuditReport:
        """Put the findings together, in the order of the codes."""
        return AuditReport(
            differences=tuple(one for code in AuditCode for one in self._kept.get(code, ())),
            counts={code: self._counts[code] for code in AuditCode if code in self._counts},
            counted=dict(counted),
        )
