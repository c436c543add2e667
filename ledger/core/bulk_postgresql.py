"""The hot path on PostgreSQL: row locks in one round, arrays or COPY on the way back."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from ledger.core.bulk_terms import (
    ENTRY_COLUMNS,
    NEW_COLUMNS,
    PIECE,
    POSITION_COLUMNS,
    STORED_COLUMNS,
    TRANSFER_COLUMNS,
    Loaded,
    bounds_columns,
    new_values,
    stored_entries,
)
from ledger.core.copy_images import COPY_HEAD, COPY_TAIL, EntryImages, transfer_images
from ledger.core.deciding import Decider, Row, StoredEntry
from ledger.core.entries import PositionKey, Posted

_COPY_FROM = 100
"""From so many entries on COPY beats arrays (``make bench``)."""

_LOCKED_TOGETHER = 1000
"""Positions locked by one statement."""

CLOSING_LOCK = 0x6C656467
"""Advisory lock of PostgreSQL: shared by every posting, exclusive while a month is closed."""


class PostgresqlBulk:
    """PostgreSQL through psycopg: row locks in one round, arrays or COPY on the way back.

    Statements that need no answer from each other travel together (pipeline mode), so a batch of
    one costs three round trips: load, write, commit.
    """

    def __init__(self, driver: Any) -> None:
        self._driver = driver

    def _execute(self, statement: str, *values: Any) -> Any:
        cursor = self._driver.cursor(binary=True)
        return cursor.execute(statement, values, prepare=True)

    def load_by_id(
        self, ids: Sequence[int], keys: Sequence[str], reverses: Sequence[int], entries: int = 0
    ) -> Loaded:
        """Lock positions in the order of their numbers; load them and what the entries need."""
        ordered = sorted(ids)
        with self._driver.pipeline():
            # Shared by every posting, exclusive while a month is closed.  A statement of its own,
            # so that the next one sees what was committed while this one waited.
            self._execute("SELECT pg_advisory_xact_lock_shared(%s::bigint)", CLOSING_LOCK)
            closed = self._execute(
                "SELECT scheme_id, max(month_end) FROM closed_month GROUP BY scheme_id"
            )
            # Piece by piece in one order: the rows of one piece are taken in here while the
            # server locks the next.
            locked = [
                self._execute(
                    f"SELECT {POSITION_COLUMNS} FROM position p WHERE p.id = ANY(%s::bigint[]) "
                    "ORDER BY p.id FOR NO KEY UPDATE",
                    _array(ordered[start : start + _LOCKED_TOGETHER]),
                )
                for start in range(0, len(ordered), _LOCKED_TOGETHER)
            ]
            # After the locks: whoever held them may just have posted the same key.
            known = self._known(keys) if keys else None
            drawn = self._draw_ids(len(keys) + entries)
            rows = [Row(*row) for piece in locked for row in piece]
        again = [entry_id for (entry_id,) in known] if known is not None else []
        stored = self.stored([], [*again, *reverses]) if again or reverses else []
        (entry_ids,) = drawn.fetchone()
        return Loaded(rows, stored, dict(closed.fetchall()), sorted(entry_ids or ()))

    def draw_position_ids(self, count: int) -> list[int]:
        """Take so many fresh numbers of positions, rising."""
        found = self._execute(
            "SELECT nextval('position_id_seq') FROM generate_series(1, %s::int)", count
        )
        return sorted(number for (number,) in found)

    def _known(self, keys: Sequence[str]) -> Any:
        return self._execute("SELECT id FROM entry WHERE key = ANY(%s::text[])", _text_array(keys))

    def _draw_ids(self, count: int) -> Any:
        return self._execute(
            "SELECT array_agg(nextval('entry_id_seq')) FROM generate_series(1, %s::int)",
            count,
        )

    def lock_by_key(self, keys: Sequence[PositionKey]) -> list[Row]:
        """Make the positions that are missing, lock all in the order of their numbers."""
        unique = list(dict.fromkeys(keys))
        columns = [_array(column) for column in list(zip(*unique, strict=True))[:3]]
        columns.append(_text_array([key.ref for key in unique]))
        columns.append(_array(key.for_party_id or 0 for key in unique))
        rows = self._by_key(columns)
        if len(rows) == len(unique):
            return rows
        self._execute(
            "INSERT INTO position (account_id, asset_id, kind, ref, for_party_id, floor, ceiling) "
            "SELECT k.a, k.s, k.k, k.r, nullif(k.f, 0), k.l, k.h "
            "FROM unnest(%s::int[], %s::int[], %s::text[], %s::text[], %s::int[], "
            "%s::bigint[], %s::bigint[]) AS k(a, s, k, r, f, l, h) "
            # One order for everyone who makes positions, so that two makers never deadlock.
            "ORDER BY k.a, k.s, k.k, k.r, k.f ON CONFLICT DO NOTHING",
            *columns,
            _array(bounds_columns(key)[0] for key in unique),
            _array(bounds_columns(key)[1] for key in unique),
        )
        return self._by_key(columns)

    def _by_key(self, columns: Sequence[str]) -> list[Row]:
        found = self._execute(
            f"SELECT {POSITION_COLUMNS} "
            "FROM unnest(%s::int[], %s::int[], %s::text[], %s::text[], %s::int[]) "
            "AS k(a, s, k, r, f) "
            "JOIN position p ON p.account_id = k.a AND p.asset_id = k.s AND p.kind = k.k "
            "AND p.ref = k.r AND coalesce(p.for_party_id, 0) = k.f "
            "ORDER BY p.id FOR NO KEY UPDATE OF p",
            *columns,
        )
        return [Row(*row) for row in found]

    def stored(self, keys: Sequence[str], ids: Sequence[int]) -> list[StoredEntry]:
        """Load the entries that have one of these keys or numbers."""
        known = [*ids, *(entry_id for (entry_id,) in self._known(keys))] if keys else ids
        if not known:
            return []
        found = self._execute(
            f"SELECT {STORED_COLUMNS} FROM entry e JOIN transfer t ON t.entry_id = e.id "
            "WHERE e.id = ANY(%s::bigint[]) ORDER BY e.id, t.line",
            _array(known),
        )
        return stored_entries(found)

    def write(self, decider: Decider, entry_ids: Sequence[int], deciding: Iterable[None]) -> None:
        """Number the accepted entries and write them, their transfers and the new sums."""
        if len(entry_ids) < max(_COPY_FROM, len(decider.accepted)):
            for _ in deciding:
                pass
            count = len(decider.accepted)
            if count > len(entry_ids):
                (drawn,) = self._draw_ids(count).fetchone()
                entry_ids = sorted(drawn)
            deciding = ()
            if 0 < count < _COPY_FROM:
                _number(decider.results, entry_ids)
                with self._driver.pipeline():
                    self._make_positions(decider)
                    self._execute(_UPDATE, *_sums(decider.changed_rows()))
                    self._insert(decider, entry_ids)
            if count < _COPY_FROM:
                return
        self._copy_entries(decider, entry_ids, deciding)
        self._make_positions(decider)
        self._execute(_UPDATE, *self._copy_transfers(decider, entry_ids))

    def _make_positions(self, decider: Decider) -> None:
        """Write the positions that are new with their sums, before anything points at them."""
        rows = [row for row in decider.changed_rows() if row.is_new]
        if not rows:
            return
        columns = list(zip(*map(new_values, rows), strict=True))
        refs = columns.pop(4)
        self._execute(
            f"INSERT INTO position ({NEW_COLUMNS}) "
            "SELECT p.i, p.a, p.s, p.k, p.r, p.f, p.l, p.h, p.d, p.c FROM unnest(%s::bigint[], "
            "%s::int[], %s::int[], %s::text[], %s::text[], %s::int[], %s::bigint[], "
            "%s::bigint[], %s::bigint[], %s::bigint[]) AS p(i, a, s, k, r, f, l, h, d, c)",
            *(_array(column) for column in columns[:4]),
            _text_array(refs),
            *(_array(column) for column in columns[4:]),
        )

    def _insert(self, decider: Decider, ids: Sequence[int]) -> None:
        entries = decider.accepted
        # More numbers may have been drawn than entries were accepted.
        ids = ids[: len(entries)]
        self._execute(
            f"INSERT INTO entry ({ENTRY_COLUMNS}) "
            "SELECT e.id, e.kind, e.key, e.day, %s, e.day < %s::date, e.period, e.actor, e.office, "
            "e.document, e.price, e.money, e.reverses FROM unnest(%s::bigint[], %s::text[], "
            "%s::text[], %s::date[], %s::int[], %s::text[], %s::text[], %s::text[], %s::bigint[], "
            "%s::bigint[], %s::bigint[]) AS e(id, kind, key, day, period, actor, office, document, "
            "price, money, reverses)",
            decider.now.instant,
            decider.now.today,
            _array(ids),
            _array(entry.kind for entry in entries),
            _text_array([entry.key for entry in entries]),
            _array(entry.business_date for entry in entries),
            _array(entry.period_id for entry in entries),
            _text_array([entry.actor for entry in entries]),
            _text_array([entry.office for entry in entries]),
            _text_array([entry.document for entry in entries]),
            _array(entry.unit_price_micro for entry in entries),
            _array(entry.money_fen for entry in entries),
            _array(entry.reverses for entry in entries),
        )
        columns = list(zip(*decider.lines, strict=True))
        columns[0] = tuple(ids[index] for index in columns[0])
        self._execute(
            f"INSERT INTO transfer ({TRANSFER_COLUMNS}) SELECT * FROM unnest(%s::bigint[], "
            "%s::smallint[], %s::bigint[], %s::bigint[], %s::int[], %s::bigint[], %s::bigint[], "
            "%s::bigint[])",
            *(_array(column) for column in columns),
        )

    def _copy_entries(self, decider: Decider, ids: Sequence[int], deciding: Iterable[None]) -> None:
        images = EntryImages(decider.now)
        with (
            self._driver.cursor() as cursor,
            cursor.copy(f"COPY entry ({ENTRY_COLUMNS}) FROM STDIN (FORMAT binary)") as copy,
        ):
            copy.write(COPY_HEAD)
            done = 0
            # The server stores one piece while the next is decided.
            for _ in chain(deciding, (None,)):
                piece = decider.accepted[done:]
                copy.write(images.rows(ids[done : done + len(piece)], piece))
                done += len(piece)
            copy.write(COPY_TAIL)

    def _copy_transfers(self, decider: Decider, ids: Sequence[int]) -> tuple[str, str, str]:
        """Write the transfers; give the new sums, put together while the server stores them."""
        lines = decider.lines
        with (
            self._driver.cursor() as cursor,
            cursor.copy(f"COPY transfer ({TRANSFER_COLUMNS}) FROM STDIN (FORMAT binary)") as copy,
        ):
            copy.write(COPY_HEAD)
            for start in range(0, len(lines), PIECE):
                copy.write(transfer_images(lines[start : start + PIECE], ids))
            copy.write(COPY_TAIL)
            sums = _sums(decider.changed_rows())
            _number(decider.results, ids)
        return sums


_UPDATE = (
    "UPDATE position p SET debits = v.d, credits = v.c "
    "FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS v(id, d, c) WHERE p.id = v.id"
)


def _sums(rows: Sequence[Row]) -> tuple[str, str, str]:
    rows = [row for row in rows if not row.is_new]
    return (
        _array([row.position_id for row in rows]),
        _array([row.debits for row in rows]),
        _array([row.credits for row in rows]),
    )


def _number(results: Sequence[Posted], entry_ids: Sequence[int]) -> None:
    for posted, entry_id in zip(results, entry_ids, strict=False):
        posted.number(entry_id)


def _array(values: Iterable[object]) -> str:
    """Write an array of numbers, dates or plain words as PostgreSQL reads it."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def _text_array(values: Iterable[str]) -> str:
    """Write an array of any texts as PostgreSQL reads it."""
    joined = '","'.join([value.replace("\\", "\\\\").replace('"', '\\"') for value in values])
    return '{"' + joined + '"}' if joined or values else "{}"
