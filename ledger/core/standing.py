"""Entries that stand already, told by what they moved: for whoever asks a second time.

Where legs follow from balances (what is served first, which of two positions gives), the same
request made later would be written with other legs.  Such a request is compared with the entry
that stands, and repeated with its legs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.core.bulk import bulk_for
from ledger.core.entries import PositionKey, Transfer
from ledger.core.moves import EntryKind, PositionKind
from ledger.core.reference_rows import in_pieces, rows_where
from ledger.core.tables import position


@dataclass(frozen=True, slots=True)
class Leg:
    """One transfer of an entry that stands, by what its positions are."""

    debit: PositionKey
    credit: PositionKey
    amount: int


@dataclass(frozen=True, slots=True)
class Standing:
    """An entry of the journal: its kind, its legs, and whether it was reversed."""

    entry_id: int
    kind: EntryKind
    period_id: int | None
    legs: tuple[Leg, ...]
    reversed_by: int | None

    @property
    def transfers(self) -> tuple[Transfer, ...]:
        """The legs as they are posted."""
        return tuple(Transfer(leg.debit, leg.credit, leg.amount) for leg in self.legs)

    @property
    def positions(self) -> tuple[PositionKey, ...]:
        """All positions it touched."""
        return tuple(name for leg in self.legs for name in (leg.debit, leg.credit))


def standing_entries(
    session: Session, keys: Sequence[str], entry_ids: Sequence[int] = ()
) -> dict[str, Standing]:
    """Give the entries that have one of the keys or numbers, by key; the others are absent."""
    bulk = bulk_for(session)
    stored = bulk.stored([], entry_ids) if entry_ids else []
    for piece in in_pieces(keys):
        stored.extend(bulk.stored(piece, []))
    positions = _positions(
        session, {number for one in stored for leg in one.content.transfers for number in leg[:2]}
    )
    return {
        one.key: Standing(
            entry_id=one.entry_id,
            kind=EntryKind(one.content.kind),
            period_id=one.content.period_id,
            legs=tuple(
                Leg(positions[debit], positions[credit], amount)
                for debit, credit, amount in one.content.transfers
            ),
            reversed_by=one.reversed_by,
        )
        for one in stored
    }


def _positions(session: Session, position_ids: set[int]) -> dict[int, PositionKey]:
    columns = (
        position.c.id,
        position.c.account_id,
        position.c.asset_id,
        position.c.kind,
        position.c.ref,
        position.c.for_party_id,
    )
    return {
        row.id: PositionKey(
            row.account_id, row.asset_id, PositionKind(row.kind), row.ref, row.for_party_id
        )
        for row in rows_where(session, select(*columns), position.c.id, sorted(position_ids))
    }
