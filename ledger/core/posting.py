"""The one way a balance changes: open the positions, try entries in order, flush.

``post`` is the three in a row.  The caller owns the transaction (``ledger.core.database.run``
gives one and repeats it where the database asks); every result stands or falls with it.
"""

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.core.bulk import bulk_for
from ledger.core.bulk_terms import PIECE, Bulk, new_row
from ledger.core.clock import Now
from ledger.core.deciding import Decider, StoredEntry, is_printable, mirrored
from ledger.core.entries import (
    Entry,
    PositionKey,
    PositionName,
    Posted,
    PostingCode,
    Transfer,
)
from ledger.core.moves import EntryKind
from ledger.core.tables import asset
from ledger.refusals import InvariantBroken, Refused


class WorkingSet:
    """Positions locked for one unit of work, and what it did to them so far.

    The positions stay locked until the caller's transaction ends; ``try_post`` may be called any
    number of times and ``flush`` whenever the work should be in the database.
    """

    def __init__(self, session: Session, now: Now) -> None:
        self._session = session
        self._decider = Decider(now)
        self._bulk: Bulk = bulk_for(session)
        self._entry_ids: Sequence[int] = ()

    def open(
        self,
        positions: Iterable[PositionName],
        keys: Sequence[str] = (),
        reverses: Sequence[int] = (),
    ) -> None:
        """Lock and load more positions; say which entries may stand already.

        Positions are made on first use when named by what they are.  ``keys`` are those of
        entries that may be asked for a second time; ``reverses`` the numbers of entries to undo.
        """
        decider = self._decider
        names = [name for name in dict.fromkeys(positions) if not decider.has(name)]
        position_keys = [name for name in names if isinstance(name, PositionKey)]
        ids = [name for name in names if isinstance(name, int)] if position_keys else names
        # A key that no entry can have is not looked for: the database may not even take it.
        keys = [key for key in keys if key.isprintable() or is_printable(key)]
        at_once = ((), ()) if position_keys else (keys, reverses)
        loaded = self._bulk.load_by_id(cast(list[int], ids), *at_once)
        decider.add_rows(loaded.rows, by_key=False)
        decider.add_stored(loaded.stored)
        # Numbers drawn before the last lock would put entries of one position out of order; what
        # stands is looked up after it, since whoever held the lock may just have posted it.
        self._entry_ids = loaded.entry_ids
        if position_keys:
            decider.add_rows(self._bulk.lock_by_key(position_keys), by_key=True)
            decider.add_stored(self._bulk.stored(keys, reverses))
        if loaded.closed_through:
            self._load_closed(names, loaded.closed_through)

    def _load_closed(self, names: Iterable[PositionName], closed: Mapping[int, date]) -> None:
        assets = {self._decider.row(name).asset_id for name in names if self._decider.has(name)}
        found = self._session.execute(
            select(asset.c.id, asset.c.scheme_id).where(asset.c.id.in_(assets))
        )
        self._decider.set_closed(
            {asset_id: closed[scheme_id] for asset_id, scheme_id in found if scheme_id in closed}
        )

    def open_known(self, ids: Sequence[int], entries: int = 0) -> None:
        """Lock and load positions by number and let them be named by what they are too.

        ``entries`` is about how many entries are to come: their numbers are drawn on the way.
        """
        loaded = self._bulk.load_by_id(ids, (), (), entries)
        self._decider.add_rows(loaded.rows, by_key=True)
        self._entry_ids = loaded.entry_ids
        if loaded.closed_through:
            self._load_closed(ids, loaded.closed_through)

    def position_id(self, position: PositionName) -> int:
        """Give the number of an opened position."""
        return self._decider.row(position).position_id

    def has(self, position: PositionName) -> bool:
        """Tell whether a position is opened here."""
        return self._decider.has(position)

    def make(self, keys: Sequence[PositionKey]) -> list[int]:
        """Open positions that nobody can have made yet (a hold of an order just numbered).

        They come into the database at the flush, and only those that something was posted to.
        Gives their numbers, in order.
        """
        ids = self._bulk.draw_position_ids(len(keys))
        rows = [new_row(number, key) for number, key in zip(ids, keys, strict=True)]
        self._decider.add_rows(rows, by_key=True)
        return ids

    def balance(self, position: PositionName) -> int:
        """Balance of an opened position as this work has left it, in smallest units."""
        return self._decider.row(position).balance

    def try_post(self, entry: Entry) -> Posted | Refused:
        """Decide one entry in memory; the next one sees its effects."""
        return self._decider.try_post(entry)

    def flush(self) -> None:
        """Write what was accepted: balances, entries and transfers, in bulk."""
        self._write(())

    def post_all(self, entries: Sequence[Entry]) -> list[Posted | Refused]:
        """Try entries in order and flush: one result each."""
        results: list[Posted | Refused] = []
        if len(self._entry_ids) < len(self._decider.accepted) + len(entries):
            # More entries than keys were announced: numbers are drawn when all are decided.
            self._entry_ids = ()

        def deciding() -> Iterator[None]:
            for start in range(0, len(entries), PIECE):
                results.extend([self.try_post(entry) for entry in entries[start : start + PIECE]])
                yield

        self._write(deciding())
        return results

    def _write(self, deciding: Iterable[None]) -> None:
        with _collector_resting():
            self._bulk.write(self._decider, self._entry_ids, deciding)
        self._decider.written()
        self._entry_ids = ()


def post(session: Session, entries: Sequence[Entry], now: Now) -> list[Posted | Refused]:
    """Post entries in order: one result each, the same path for one and for many.

    A refused entry leaves no trace and does not stop the next.  The same key with the same
    content answers with the first result again.
    """
    if not entries:
        return []
    with _collector_resting():
        # A call of its own: the working set is gone before the collector wakes.
        return _post(session, entries, now)


def _post(session: Session, entries: Sequence[Entry], now: Now) -> list[Posted | Refused]:
    names: dict[PositionName, None] = {}
    for entry in entries:
        for debit, credit, _amount in entry.transfers:
            names[debit] = names[credit] = None
    working_set = WorkingSet(session, now)
    working_set.open(
        names,
        keys=[entry.key for entry in entries],
        reverses=[entry.reverses for entry in entries if entry.reverses is not None],
    )
    return working_set.post_all(entries)


@contextmanager
def _collector_resting() -> Iterator[None]:
    """Keep the cycle collector out of one batch.

    Posting makes tens of thousands of small objects and no cycles; the collector's walks over
    them were a third of the time that deciding takes (``make bench``).
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def reversal_of(
    session: Session,
    entry_id: int,
    *,
    key: str,
    business_date: date,
    actor: str = "",
    office: str = "",
    document: str = "",
) -> Entry | Refused:
    """Write the entry that undoes another: its transfers last first, each the other way round.

    It still has to be posted, and is refused there if the units have moved on.
    """
    found = bulk_for(session).stored([], [entry_id])
    if not found:
        return Refused(PostingCode.ENTRY_TO_REVERSE_UNKNOWN, {"entry": entry_id})
    return _reversal(found[0], key, business_date, actor, office, document)


def _reversal(
    original: StoredEntry,
    key: str,
    business_date: date,
    actor: str,
    office: str,
    document: str,
) -> Entry:
    return Entry(
        kind=EntryKind.REVERSAL,
        key=key,
        business_date=business_date,
        transfers=tuple(Transfer(*line) for line in mirrored(original.content.transfers)),
        actor=actor,
        office=office,
        document=document,
        period_id=original.content.period_id,
        reverses=original.entry_id,
    )


def posted(result: Posted | Refused) -> Posted:
    """Give the result that must be a posting: for work whose refusal would be a bug."""
    if isinstance(result, Refused):
        raise InvariantBroken(f"the entry posts: {result}")
    return result
