"""The ledger's money at the bank against the bank's own statement, document by document.

Reads the journal of the bank's position and the imported lines; decides nothing and posts nothing.
Sums are in fen, what came in above zero, what went out below.  A reversal counts under the document
of the entry it undid, so a deposit that was reversed is no money any more.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ledger.core.moves import PositionKind
from ledger.core.tables import entry, position, transfer
from ledger.registry.cash import find_money_desk
from ledger.registry.cash_tables import bank_line


class DifferenceKind(StrEnum):
    """How a document differs between the two."""

    LEDGER_ONLY = "ledger_only"
    BANK_ONLY = "bank_only"
    AMOUNT_DIFFERS = "amount_differs"


@dataclass(frozen=True, slots=True)
class BankDifference:
    """A document on which the two do not agree; fen, None on the side that does not know it.

    ``entries`` are the numbers of the ledger's entries under the document, ``note`` what the bank
    wrote beside it.
    """

    kind: DifferenceKind
    document: str
    ledger_day: date | None
    ledger_fen: int | None
    bank_day: date | None
    bank_fen: int | None
    entries: tuple[int, ...]
    note: str

    @property
    def difference_fen(self) -> int:
        """How much more the ledger says than the bank."""
        return (self.ledger_fen or 0) - (self.bank_fen or 0)


@dataclass(frozen=True, slots=True)
class BankReconciliation:
    """The result: so many documents agree, and every one that does not, by document.

    ``ledger_fen`` is minus the balance of the bank's position, ``bank_fen`` the sum of all imported
    lines; they differ by exactly the sum of the differences where ``explained`` is true.
    """

    matched: int
    differences: tuple[BankDifference, ...]
    ledger_fen: int
    bank_fen: int

    @property
    def difference_fen(self) -> int:
        """How much more the ledger says than the bank."""
        return self.ledger_fen - self.bank_fen

    @property
    def explained(self) -> bool:
        """Whether the differences by document add up to that of the balances."""
        return self.difference_fen == sum(one.difference_fen for one in self.differences)


@dataclass(slots=True)
class _InLedger:
    """What the ledger has under one document."""

    day: date
    fen: int
    entries: list[int]


def reconcile_bank(session: Session) -> BankReconciliation:
    """Compare all money that the ledger has at the bank with all imported statement lines."""
    ledger = _ledger_documents(session)
    lines = {row.document: row for row in session.execute(select(bank_line))}
    differences: list[BankDifference] = []
    matched = bank_sum = 0
    for document, line in lines.items():
        fen = line.amount_fen if line.direction == "in" else -line.amount_fen
        bank_sum += fen
        own = ledger.pop(document, None)
        if own is not None and own.fen == fen:
            matched += 1
            continue
        kind = DifferenceKind.BANK_ONLY if own is None else DifferenceKind.AMOUNT_DIFFERS
        differences.append(_difference(kind, document, own, (line.day, fen, line.note)))
    differences.extend(
        _difference(DifferenceKind.LEDGER_ONLY, document, own, None)
        for document, own in ledger.items()
        if own.fen != 0
    )
    differences.sort(key=_in_order)
    return BankReconciliation(matched, tuple(differences), _at_the_bank(session), bank_sum)


def _difference(
    kind: DifferenceKind,
    document: str,
    own: _InLedger | None,
    line: tuple[date, int, str] | None,
) -> BankDifference:
    day, fen, note = line or (None, None, "")
    return BankDifference(
        kind=kind,
        document=document,
        ledger_day=None if own is None else own.day,
        ledger_fen=None if own is None else own.fen,
        bank_day=day,
        bank_fen=fen,
        entries=() if own is None else tuple(own.entries),
        note=note,
    )


def _in_order(one: BankDifference) -> tuple[int, date, str]:
    day = one.bank_day or one.ledger_day or date.min
    return list(DifferenceKind).index(one.kind), day, one.document


def _ledger_documents(session: Session) -> dict[str, _InLedger]:
    found: dict[str, _InLedger] = {}
    for entry_id, document, day, fen in _ledger_entries(session):
        # Without a document every entry is a case of its own.
        own = found.setdefault(document or f"#{entry_id}", _InLedger(day, 0, []))
        own.day, own.fen = max(own.day, day), own.fen + fen
        own.entries.append(entry_id)
    return found


def _ledger_entries(session: Session) -> Iterable[tuple[int, str, date, int]]:
    """Give each entry that touched the bank: number, document, day, fen that came in."""
    banks = _bank_positions(session)
    undone = entry.alias("undone")
    # Two sums over indexes instead of one scan over an OR.
    for came_in, column in ((1, transfer.c.debit_position_id), (-1, transfer.c.credit_position_id)):
        rows = session.execute(
            select(
                entry.c.id,
                func.coalesce(undone.c.document, entry.c.document).label("document"),
                entry.c.business_date,
                func.sum(transfer.c.amount).label("fen"),
            )
            .join_from(transfer, entry, entry.c.id == transfer.c.entry_id)
            .outerjoin(undone, undone.c.id == entry.c.reverses)
            .where(column.in_(banks))
            .group_by(entry.c.id, undone.c.document)
            .order_by(entry.c.id)
        )
        for row in rows:
            yield row.id, row.document, row.business_date, came_in * int(row.fen)


def _at_the_bank(session: Session) -> int:
    banks = _bank_positions(session)
    total = session.scalar(
        select(func.sum(position.c.debits - position.c.credits)).where(position.c.id.in_(banks))
    )
    return int(total or 0)


def _bank_positions(session: Session) -> list[int]:
    desk = find_money_desk(session)
    if desk is None:
        return []
    return list(
        session.scalars(
            select(position.c.id).where(
                position.c.account_id == desk.desk_account_id,
                position.c.asset_id == desk.asset_id,
                position.c.kind == PositionKind.BANK,
            )
        )
    )
