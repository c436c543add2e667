"""Rows of the journal as PostgreSQL's binary COPY reads them.

Each row is the number of its fields and then each field after its length (the manual's page on
COPY, "Binary Format"); half as dear for the server to read as text, and no sign needs escaping.
Pure: knows the columns of ``entry`` and ``transfer`` in the order in which they are written.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from struct import Struct

from ledger.core.clock import Now
from ledger.core.deciding import Line
from ledger.core.entries import Entry

COPY_HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
COPY_TAIL = b"\xff\xff"

_NULL = b"\xff\xff\xff\xff"
_NO_NUMBERS = _NULL * 3
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""Days and instants are counted from here."""

_TRANSFER = Struct(">hiqihiqiqiiiqiqiq").pack
_ENTRY_START = Struct(">hiq").pack
_LENGTH = Struct(">i").pack
_BIGINT = Struct(">iq").pack
_INTEGER = Struct(">ii").pack


def transfer_images(lines: Iterable[Line], ids: Sequence[int]) -> bytes:
    """Write transfers; ``ids`` are the numbers of the accepted entries in order."""
    return b"".join(
        [
            _TRANSFER(
                *(8, 8, ids[index], 2, number, 8, debit, 8, credit),
                *(4, asset, 8, amount, 8, debit_balance, 8, credit_balance),
            )
            for index, number, debit, credit, asset, amount, debit_balance, credit_balance in lines
        ]
    )


class EntryImages:
    """Entries as rows of COPY; what repeats from entry to entry is written once."""

    def __init__(self, now: Now) -> None:
        self._today = now.today
        self._recorded_at = _BIGINT(8, (now.instant - _EPOCH) // timedelta(microseconds=1))
        self._repeated: dict[tuple[object, ...], tuple[bytes, bytes]] = {}

    def rows(self, ids: Iterable[int], entries: Iterable[Entry]) -> bytes:
        """Write entries under their numbers."""
        return b"".join([self._row(*pair) for pair in zip(ids, entries, strict=True)])

    def _row(self, entry_id: int, entry: Entry) -> bytes:
        head = (
            entry.kind,
            entry.business_date,
            entry.period_id,
            entry.actor,
            entry.office,
            entry.document,
        )
        kind, middle = self._repeated.get(head) or self._repeat(head, entry)
        key = entry.key.encode()
        numbers = _NO_NUMBERS
        last = (entry.unit_price_micro, entry.money_fen, entry.reverses)
        if last != (None, None, None):
            numbers = b"".join([_NULL if n is None else _BIGINT(8, n) for n in last])
        start = _ENTRY_START(13, 8, entry_id)
        return b"%b%b%b%b%b%b" % (start, kind, _LENGTH(len(key)), key, middle, numbers)

    def _repeat(self, head: tuple[object, ...], entry: Entry) -> tuple[bytes, bytes]:
        late = entry.business_date < self._today
        middle = (
            _INTEGER(4, (entry.business_date - _EPOCH.date()).days),
            self._recorded_at,
            b"\0\0\0\1" + bytes((late,)),
            _NULL if entry.period_id is None else _INTEGER(4, entry.period_id),
            *(_text(text) for text in (entry.actor, entry.office, entry.document)),
        )
        written = (_text(entry.kind), b"".join(middle))
        self._repeated[head] = written
        return written


def _text(text: str) -> bytes:
    encoded = text.encode()
    return _LENGTH(len(encoded)) + encoded
