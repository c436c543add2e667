"""The natural-resource balance sheet of a zone between two days.

For each asset and state: the stock at the opening, what was added and taken away by cause, and the
stock at the close.  A cause is the kind of entry that moved units into or out of the state (a
reversal is a cause of its own); moves inside one state of the zone are no cause.  The closing
stock is taken from the balances of the positions, the causes from the journal, so the identity
*opening + additions - reductions = closing* is a proof and can fail.

By business date: opening is the end of the day before ``first``, closing the end of ``last``, as
the journal knows them now.  Source: notice of 18 September 2015 of Naiman Banner, item 27
(natural-resource balance sheet: stock and change).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    case,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session

from ledger.core.moves import PositionKind
from ledger.core.tables import account, asset, entry, position, transfer
from ledger.reports.states import STATE_OF_KIND, State


@dataclass(frozen=True, slots=True, order=True)
class Cause:
    """Why a stock changed: the kind of entry, or the undoing of one.

    ``across`` marks units that crossed the zone's border in that entry.
    """

    kind: str
    reversed: bool = False
    across: bool = False


@dataclass(frozen=True, slots=True)
class StateLine:
    """One state of one asset; amounts in the asset's smallest unit."""

    state: State
    opening: int
    additions: tuple[tuple[Cause, int], ...]
    reductions: tuple[tuple[Cause, int], ...]
    closing: int

    @property
    def added(self) -> int:
        """All additions."""
        return sum(amount for _, amount in self.additions)

    @property
    def reduced(self) -> int:
        """All reductions."""
        return sum(amount for _, amount in self.reductions)

    @property
    def ties(self) -> bool:
        """Tell whether opening + additions - reductions = closing."""
        return self.opening + self.added - self.reduced == self.closing


@dataclass(frozen=True, slots=True)
class AssetSheet:
    """The sheet of one asset."""

    asset_id: int
    code: str
    name_zh: str
    name_en: str
    unit: str
    lines: tuple[StateLine, ...]

    @property
    def total(self) -> StateLine:
        """All states together: what came from and went to beyond the stock."""
        return StateLine(
            State.HELD,
            sum(line.opening for line in self.lines),
            _summed(pair for line in self.lines for pair in line.additions),
            _summed(pair for line in self.lines for pair in line.reductions),
            sum(line.closing for line in self.lines),
        )

    @property
    def ties(self) -> bool:
        """Tell whether every state ties."""
        return all(line.ties for line in self.lines)


def _summed(pairs: Iterable[tuple[Cause, int]]) -> tuple[tuple[Cause, int], ...]:
    sums: dict[Cause, int] = defaultdict(int)
    for cause, amount in pairs:
        sums[cause] += amount
    return tuple(sorted(sums.items()))


def balance_sheet(
    session: Session,
    first: date,
    last: date,
    *,
    cells: Sequence[int] | None = None,
    asset_ids: Sequence[int] | None = None,
) -> list[AssetSheet]:
    """Give the sheet from ``first`` to ``last``, both days included.

    ``cells`` limits it to accounts of those cells (a zone with everything below it, from
    ``ledger.registry.zones``), None = the whole ledger; ``asset_ids`` to those assets.
    """
    sheets: dict[int, _Sheet] = defaultdict(_Sheet)
    for row in session.execute(_moved(last, first, cells, asset_ids)):
        sheets[row.asset_id].take(row)
    for row in session.execute(_balances(cells, asset_ids)):
        sheets[row.asset_id].close(row.kind, int(row.balance))
    for row in session.execute(_later(last, cells, asset_ids)):
        sheets[row.asset_id].reopen(row)
    names = session.execute(
        select(asset.c.id, asset.c.code, asset.c.name_zh, asset.c.name_en, asset.c.unit)
        .where(asset.c.id.in_(list(sheets)))
        .order_by(asset.c.code)
    )
    found = [
        AssetSheet(name.id, name.code, name.name_zh, name.name_en, name.unit, lines)
        for name in names
        if (lines := sheets[name.id].lines())
    ]
    return found


class _Sheet:
    """One asset's figures while they are gathered."""

    def __init__(self) -> None:
        self.opening: dict[State, int] = defaultdict(int)
        self.added: dict[State, dict[Cause, int]] = defaultdict(lambda: defaultdict(int))
        self.reduced: dict[State, dict[Cause, int]] = defaultdict(lambda: defaultdict(int))
        self.closing: dict[State, int] = defaultdict(int)

    def take(self, row: Row[Any]) -> None:
        """Count what the journal moved up to the last day."""
        debit = _state(row.debit_kind) if row.debit_inside else None
        credit = _state(row.credit_kind) if row.credit_inside else None
        if debit == credit:
            return
        across = row.debit_inside != row.credit_inside and not _is_origin(
            row.debit_kind, row.credit_kind
        )
        cause = Cause(row.cause, bool(row.undone), across)
        amount = int(row.amount)
        if row.before:
            if debit is not None:
                self.opening[debit] -= amount
            if credit is not None:
                self.opening[credit] += amount
            return
        if debit is not None:
            self.reduced[debit][cause] += amount
        if credit is not None:
            self.added[credit][cause] += amount

    def close(self, kind: str, balance: int) -> None:
        """Count what the positions say they hold now."""
        state = _state(kind)
        if state is not None:
            self.closing[state] += balance

    def reopen(self, row: Row[Any]) -> None:
        """Take back what happened after the last day."""
        debit = _state(row.debit_kind) if row.debit_inside else None
        credit = _state(row.credit_kind) if row.credit_inside else None
        if debit is not None:
            self.closing[debit] += int(row.amount)
        if credit is not None:
            self.closing[credit] -= int(row.amount)

    def lines(self) -> tuple[StateLine, ...]:
        """Give the states that have anything to show, in the order of the sheet."""
        return tuple(
            StateLine(
                state,
                self.opening[state],
                tuple(sorted(self.added[state].items())),
                tuple(sorted(self.reduced[state].items())),
                self.closing[state],
            )
            for state in State
            if self.opening[state]
            or self.closing[state]
            or self.added[state]
            or self.reduced[state]
        )


def _state(kind: str) -> State | None:
    return STATE_OF_KIND[PositionKind(kind)]


def _is_origin(debit_kind: str, credit_kind: str) -> bool:
    """Tell whether a move comes from or goes to a source, which is nobody's stock."""
    return _state(debit_kind) is None or _state(credit_kind) is None


_debit = position.alias("debit")
_credit = position.alias("credit")
_debit_account = account.alias("debit_account")
_credit_account = account.alias("credit_account")
_original = entry.alias("original")


def _inside(side: Any, cells: Sequence[int] | None) -> ColumnElement[bool]:
    return true() if cells is None else func.coalesce(side.c.cell_id.in_(cells), False)


def _journal(
    when: ColumnElement[bool],
    cells: Sequence[int] | None,
    asset_ids: Sequence[int] | None,
    *columns: ColumnElement[Any],
) -> Select[Any]:
    """Sum the journal by asset, kinds of both sides and whether they lie in the zone."""
    debit_inside = _inside(_debit_account, cells).label("debit_inside")
    credit_inside = _inside(_credit_account, cells).label("credit_inside")
    groups: list[ColumnElement[Any]] = [
        transfer.c.asset_id,
        _debit.c.kind.label("debit_kind"),
        _credit.c.kind.label("credit_kind"),
        debit_inside,
        credit_inside,
        *columns,
    ]
    query = (
        select(*groups, func.sum(transfer.c.amount).label("amount"))
        .select_from(transfer)
        .join(entry, entry.c.id == transfer.c.entry_id)
        .outerjoin(_original, _original.c.id == entry.c.reverses)
        .join(_debit, _debit.c.id == transfer.c.debit_position_id)
        .join(_credit, _credit.c.id == transfer.c.credit_position_id)
        .join(_debit_account, _debit_account.c.id == _debit.c.account_id)
        .join(_credit_account, _credit_account.c.id == _credit.c.account_id)
        .where(when)
        .group_by(*(literal_column(str(place)) for place in range(1, len(groups) + 1)))
    )
    if cells is not None:
        query = query.where(or_(debit_inside.element, credit_inside.element))
    if asset_ids is not None:
        query = query.where(transfer.c.asset_id.in_(asset_ids))
    return query


def _moved(
    last: date, first: date, cells: Sequence[int] | None, asset_ids: Sequence[int] | None
) -> Select[Any]:
    return _journal(
        entry.c.business_date <= last,
        cells,
        asset_ids,
        func.coalesce(_original.c.kind, entry.c.kind).label("cause"),
        entry.c.reverses.is_not(None).label("undone"),
        case((entry.c.business_date < first, True), else_=False).label("before"),
    )


def _later(last: date, cells: Sequence[int] | None, asset_ids: Sequence[int] | None) -> Select[Any]:
    return _journal(entry.c.business_date > last, cells, asset_ids)


def _balances(cells: Sequence[int] | None, asset_ids: Sequence[int] | None) -> Select[Any]:
    limits = []
    if cells is not None:
        limits.append(account.c.cell_id.in_(cells))
    if asset_ids is not None:
        limits.append(position.c.asset_id.in_(asset_ids))
    return (
        select(
            position.c.asset_id,
            position.c.kind,
            func.sum(position.c.credits - position.c.debits).label("balance"),
        )
        .join_from(position, account, account.c.id == position.c.account_id)
        .where(and_(true(), *limits))
        .group_by(position.c.asset_id, position.c.kind)
    )
