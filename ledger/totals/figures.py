"""The figures of a total and the identity that ties them; pure.

What was set, from the entries that set it, and what is there, from the positions, come from
different places and must meet: ``gap`` is zero, or something is wrong with the record.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum

from ledger.core.moves import EntryKind, PositionKind

_MILLION = 1_000_000

PART_OF_KIND: Mapping[PositionKind, str] = {
    PositionKind.TOTAL: "room",
    PositionKind.ROOM: "room",
    PositionKind.TOLERATED: "tolerated",
    PositionKind.HOLDING: "held",
    PositionKind.BOUGHT: "held",
    PositionKind.OWN_USE: "held",
    PositionKind.UNPAID: "held",
    PositionKind.RESERVE: "reserve",
    PositionKind.WITHHELD: "withheld",
    PositionKind.FROZEN: "frozen",
    PositionKind.SEIZED: "frozen",
    PositionKind.ROOM_FROZEN: "frozen",
    PositionKind.ROOM_USED: "opened",
    PositionKind.SURRENDERED: "surrendered",
    PositionKind.USED: "used",
    PositionKind.RETIRED: "retired",
}
"""Which figure a kind of position is part of."""

NO_PART = frozenset(
    {
        PositionKind.SOURCE,
        PositionKind.OUTSIDE,
        PositionKind.BANK,
        PositionKind.CASH,
        PositionKind.FEES,
        PositionKind.DEBT,
    }
)
"""Kinds that no total consists of: where units come from, money, and what is owed of it."""


GIVING_BACK_KINDS = (EntryKind.GIVE_BACK, EntryKind.LOWER, EntryKind.CUT)
"""Kinds in which what a cell was given goes back to the cell above that it came from."""


class TotalState(StrEnum):
    """How far a total is used up, by the scheme's shares of the day."""

    NOT_SET = "not_set"
    NORMAL = "normal"
    WATCH = "watch"
    NEAR_LIMIT = "near_limit"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Figures:
    """One cell's totals of an asset, or those of a zone with everything below; smallest units.

    ``set_amount`` is what the cell was given, by its own regulator or from above; ``divided`` what
    it passed on below.  ``carried`` is the net inflow of units whose total stayed behind (below
    zero: outflow), ``imported`` the net inflow from outside the ledger.  ``tolerated`` is what is
    out beyond the total (0 or more), ``opened`` what assets under an index have taken of it.
    """

    set_amount: int = 0
    divided: int = 0
    carried: int = 0
    imported: int = 0
    room: int = 0
    tolerated: int = 0
    held: int = 0
    frozen: int = 0
    reserve: int = 0
    withheld: int = 0
    opened: int = 0
    surrendered: int = 0
    used: int = 0
    retired: int = 0

    @property
    def kept(self) -> int:
        """What was set and not passed on."""
        return self.set_amount - self.divided

    @property
    def located(self) -> int:
        """What is in hands here, or came to its end here."""
        return (
            self.held
            + self.frozen
            + self.reserve
            + self.withheld
            + self.opened
            + self.surrendered
            + self.used
            + self.retired
        )

    @property
    def issued(self) -> int:
        """What went out of this total, wherever it is now; units from outside did not."""
        return self.located - self.carried - self.imported

    @property
    def gap(self) -> int:
        """Set + carried + imported - divided, less what is there: zero, or the record is wrong."""
        given = self.kept + self.carried + self.imported
        return given - (self.room + self.located - self.tolerated)

    @property
    def ties(self) -> bool:
        """Whether the identity holds."""
        return self.gap == 0

    @property
    def share_basis_points(self) -> int | None:
        """Issued of what was kept, in hundredths of a percent, rounded down; None without total."""
        if self.kept <= 0:
            return None
        return max(self.issued, 0) * 10_000 // self.kept


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Shares of a total in millionths from which on it is watched and near its limit.

    None where the scheme says nothing.
    """

    watch: int | None
    near_limit: int | None

    def state(self, figures: Figures) -> TotalState:
        """Tell how far a total is used up."""
        if figures.set_amount <= 0 and figures.tolerated == 0:
            return TotalState.NOT_SET
        issued = figures.issued
        if issued > 0:
            if issued >= figures.kept:
                return TotalState.FULL
            if _reaches(issued, self.near_limit, figures.kept):
                return TotalState.NEAR_LIMIT
            if _reaches(issued, self.watch, figures.kept):
                return TotalState.WATCH
        return TotalState.NORMAL


def _reaches(issued: int, share: int | None, kept: int) -> bool:
    return share is not None and issued * _MILLION >= share * kept


@dataclass(frozen=True, slots=True)
class Flow:
    """All transfers of one sort; what a reversal undid counts below zero.

    A cell is its number, 0 for an account that lies in none (the desk).
    """

    kind: EntryKind
    debit_kind: PositionKind
    debit_cell: int
    credit_kind: PositionKind
    credit_cell: int
    amount: int


def figures_by_cell(
    stock: Mapping[tuple[int, PositionKind], int],
    setting: Iterable[Flow],
    crossing: Mapping[tuple[int, int], int],
    later: Iterable[Flow],
) -> dict[int, Figures]:
    """Put the figures of each cell together as of a business day.

    ``stock`` (cell, kind) and ``crossing`` (from cell, to cell) are of now, ``later`` is what came
    for days after that day; ``setting`` is of that day already.
    """
    sums = _Sums()
    for (cell, kind), balance in stock.items():
        sums.add_part(cell, kind, balance)
    for (debit_cell, credit_cell), amount in crossing.items():
        sums.add_crossing(debit_cell, credit_cell, amount)
    for flow in later:
        sums.add_part(flow.debit_cell, flow.debit_kind, flow.amount)
        sums.add_part(flow.credit_cell, flow.credit_kind, -flow.amount)
        sums.add_crossing(flow.debit_cell, flow.credit_cell, -flow.amount)
    for flow in setting:
        if sums.add_set(flow):
            # What changed the totals of both cells was not carried.
            sums.add_crossing(flow.debit_cell, flow.credit_cell, -flow.amount)
    return sums.figures()


def below(figures: Iterable[Figures]) -> Figures:
    """Sum the figures of cells: what one passed on to another counts once, where it is kept."""
    sums = dict.fromkeys((field.name for field in fields(Figures)), 0)
    for one in figures:
        for name in sums:
            sums[name] += getattr(one, name)
    sums["set_amount"] -= sums["divided"]
    sums["divided"] = 0
    return Figures(**sums)


class _Sums:
    """Figures by cell and name while they are being added up."""

    def __init__(self) -> None:
        self._by_cell: dict[int, dict[str, int]] = {}

    def figures(self) -> dict[int, Figures]:
        return {cell: Figures(**named) for cell, named in self._by_cell.items()}

    def add_part(self, cell: int, kind: PositionKind, balance: int) -> None:
        if kind in NO_PART:
            return
        name = PART_OF_KIND[kind]
        self._add(cell, name, -balance if name == "tolerated" else balance)

    def add_crossing(self, debit_cell: int, credit_cell: int, amount: int) -> None:
        if debit_cell == credit_cell:
            return
        name = "carried" if debit_cell and credit_cell else "imported"
        self._add(debit_cell, name, -amount)
        self._add(credit_cell, name, amount)

    def add_set(self, flow: Flow) -> bool:
        """Add what the flow sets or divides; tell whether it does."""
        debit_cell, credit_cell, amount = flow.debit_cell, flow.credit_cell, flow.amount
        if flow.debit_kind is PositionKind.SOURCE:
            self._add(debit_cell, "set_amount", amount)
        elif flow.credit_kind is PositionKind.SOURCE:
            self._add(debit_cell, "set_amount", -amount)
        elif flow.kind is EntryKind.DIVIDE:
            self._add(debit_cell, "divided", amount)
            self._add(credit_cell, "set_amount", amount)
        elif flow.kind in GIVING_BACK_KINDS and debit_cell != credit_cell:
            self._add(debit_cell, "set_amount", -amount)
            self._add(credit_cell, "divided", -amount)
        elif flow.kind is EntryKind.TRANSFER_WITH_TOTAL and debit_cell != credit_cell:
            self._add(debit_cell, "set_amount", -amount)
            self._add(credit_cell, "set_amount", amount)
        else:
            return False
        return True

    def _add(self, cell: int, name: str, amount: int) -> None:
        if cell:
            named = self._by_cell.setdefault(cell, {})
            named[name] = named.get(name, 0) + amount
