"""What both databases' hot paths share: what is asked of them, and rows put together.

Knows columns and plain values; no statement and no driver.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from ledger.core.deciding import Content, Decider, PlainTransfer, Row, StoredEntry
from ledger.core.entries import PositionKey
from ledger.core.moves import bounds_of

PIECE = 500
"""Rows that travel together while the next are decided."""

POSITION_COLUMNS = (
    "p.id, p.debits, p.credits, p.floor, p.ceiling, "
    "p.account_id, p.asset_id, p.kind, p.ref, p.for_party_id"
)
ENTRY_COLUMNS = (
    "id, kind, key, business_date, recorded_at, late, period_id, actor, office, document, "
    "unit_price_micro, money_fen, reverses"
)
TRANSFER_COLUMNS = (
    "entry_id, line, debit_position_id, credit_position_id, asset_id, amount, "
    "debit_balance, credit_balance"
)
STORED_COLUMNS = (
    "e.id, e.key, e.kind, e.business_date, e.actor, e.office, e.document, e.period_id, "
    "e.unit_price_micro, e.money_fen, e.reverses, "
    "(SELECT r.id FROM entry r WHERE r.reverses = e.id), "
    "t.debit_position_id, t.credit_position_id, t.amount"
)


@dataclass(slots=True)
class Loaded:
    """What one round of locking found."""

    rows: list[Row]
    stored: list[StoredEntry]
    closed_through: dict[int, date]
    entry_ids: list[int]
    """Numbers for the entries announced by their keys, drawn after the locks were taken."""


class Bulk(Protocol):
    """What the working set asks of a database."""

    def load_by_id(
        self, ids: Sequence[int], keys: Sequence[str], reverses: Sequence[int], entries: int = 0
    ) -> Loaded:
        """Lock positions in the order of their numbers; load them and what the entries need.

        ``entries`` numbers are drawn beside those for ``keys``.  Months cannot be closed from here
        on until the transaction ends.
        """
        ...

    def lock_by_key(self, keys: Sequence[PositionKey]) -> list[Row]:
        """Make the positions that are missing, lock all in the order of their numbers."""
        ...

    def stored(self, keys: Sequence[str], ids: Sequence[int]) -> list[StoredEntry]:
        """Load the entries that have one of these keys or numbers."""
        ...

    def draw_position_ids(self, count: int) -> list[int]:
        """Take so many fresh numbers of positions, rising."""
        ...

    def write(self, decider: Decider, entry_ids: Sequence[int], deciding: Iterable[None]) -> None:
        """Number the accepted entries and write them, their transfers and the new sums.

        ``entry_ids`` may be used only if no lock was taken after they were drawn: entries of one
        position must be numbered in the order in which they change it.  Each step of ``deciding``
        accepts some more entries; a database that can writes what is accepted meanwhile.
        """
        ...


def stored_entries(found: Iterable[Sequence[Any]]) -> list[StoredEntry]:
    """Put rows of entry x transfer (in order) back together."""
    heads: dict[int, Sequence[Any]] = {}
    transfers: dict[int, list[PlainTransfer]] = {}
    for row in found:
        heads[row[0]] = row
        transfers.setdefault(row[0], []).append(PlainTransfer(row[12], row[13], row[14]))
    return [
        StoredEntry(
            entry_id=entry_id,
            key=head[1],
            content=Content(
                kind=head[2],
                business_date=_as_date(head[3]),
                transfers=tuple(transfers[entry_id]),
                actor=head[4],
                office=head[5],
                document=head[6],
                period_id=head[7],
                unit_price_micro=head[8],
                money_fen=head[9],
                reverses=head[10],
            ),
            reversed_by=head[11],
        )
        for entry_id, head in heads.items()
    ]


def _as_date(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


NEW_COLUMNS = "id, account_id, asset_id, kind, ref, for_party_id, floor, ceiling, debits, credits"


def new_row(position_id: int, key: PositionKey) -> Row:
    """Give the row of a position that is not in the database yet."""
    floor, ceiling = bounds_columns(key)
    row = Row(
        position_id,
        0,
        0,
        floor,
        ceiling,
        key.account_id,
        key.asset_id,
        key.kind,
        key.ref,
        key.for_party_id,
    )
    row.is_new = True
    return row


def new_values(row: Row) -> tuple[object, ...]:
    """Give a new position's values in the order of ``NEW_COLUMNS``."""
    return (
        row.position_id,
        row.account_id,
        row.asset_id,
        row.kind.value,
        row.ref,
        row.for_party_id,
        row.floor,
        row.ceiling,
        row.debits,
        row.credits,
    )


def bounds_columns(key: PositionKey) -> tuple[int | None, int | None]:
    """Give floor and ceiling of a new position."""
    bounds = bounds_of(key.kind)
    return bounds.floor, bounds.ceiling
