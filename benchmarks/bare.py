"""The same work done bare: the rows that ``post`` writes, straight into tables, nothing decided.

On PostgreSQL binary COPY of the entry and transfer rows and one set-based UPDATE of the positions;
on SQLite one ``executemany`` for each; in one transaction.  The tables have the columns, indexes,
CHECKs and storage of the real ones and no triggers (on SQLite: no foreign keys either).
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import psycopg

from benchmarks.record import NOON, transfer_of
from benchmarks.timing import timed
from ledger.core.entries import Entry

_BALANCE = 10**12
_ENTRY_TYPES = (
    *("int8", "text", "text", "date", "timestamptz", "bool", "int4"),
    *("text", "text", "text", "int8", "int8", "int8"),
)
_TRANSFER_TYPES = ("int8", "int2", "int8", "int8", "int4", "int8", "int8", "int8")

_COPIES = """
CREATE TABLE bare_{0} (LIKE {0} INCLUDING ALL EXCLUDING STATISTICS);
"""
_UPDATE = (
    "UPDATE bare_position p SET debits = p.debits + v.d, credits = p.credits + v.c "
    "FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS v(id, d, c) WHERE p.id = v.id"
)


class Rows(NamedTuple):
    """What a batch writes: entry rows, transfer rows, and what moves at each position."""

    entries: list[tuple[Any, ...]]
    transfers: list[tuple[int, ...]]
    sums: list[tuple[int, int, int]]


class BareRows:
    """Turns entries into the rows they would become; nothing of this is timed."""

    def __init__(self, asset_id: int, first_id: int) -> None:
        self._asset_id = asset_id
        self._next_id = first_id

    def of(self, entries: Sequence[Entry], *, texts: bool = False) -> Rows:
        """Give the rows; ``texts``: dates and instants as SQLite keeps them."""
        day = NOON.today.isoformat() if texts else NOON.today
        instant = NOON.instant.strftime("%Y-%m-%d %H:%M:%S.%f") if texts else NOON.instant
        debits: Counter[int] = Counter()
        credits: Counter[int] = Counter()
        rows = Rows([], [], [])
        for number, entry in enumerate(entries, start=self._next_id):
            debit, credit, amount = transfer_of(entry)
            debits[debit] += amount
            credits[credit] += amount
            rows.entries.append(
                (
                    *(number, entry.kind.value, entry.key, day, instant, False, None),
                    *(entry.actor, entry.office, entry.document, None, None, None),
                )
            )
            rows.transfers.append(
                (number, 1, debit, credit, self._asset_id, amount, _BALANCE, _BALANCE)
            )
        rows.sums.extend((n, debits[n], credits[n]) for n in sorted(debits.keys() | credits.keys()))
        self._next_id += len(entries)
        return rows


class BarePostgresql:
    """Bare tables beside the real ones, and a connection of their own to write them."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url)
        for table in ("entry", "transfer", "position"):
            self._connection.execute(_COPIES.format(table))
        self._connection.execute("ALTER TABLE bare_position SET (fillfactor = 70)")
        self._connection.execute("INSERT INTO bare_position SELECT * FROM position")
        self._connection.commit()

    def write(self, rows: Rows) -> float:
        """Write a batch; give the seconds."""
        return timed(lambda: self._write(rows))

    def close(self) -> None:
        """Let the connection go."""
        self._connection.close()

    def _write(self, rows: Rows) -> None:
        self._copy("bare_entry", _ENTRY_TYPES, rows.entries)
        self._copy("bare_transfer", _TRANSFER_TYPES, rows.transfers)
        columns = zip(*rows.sums, strict=True)
        self._connection.execute(_UPDATE, [_array(column) for column in columns], prepare=True)
        self._connection.commit()

    def _copy(self, table: str, types: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        with (
            self._connection.cursor() as cursor,
            cursor.copy(f"COPY {table} FROM STDIN (FORMAT binary)") as copy,
        ):
            copy.set_types(types)
            for row in rows:
                copy.write_row(row)


class BareSqlite:
    """A database file of its own: the same tables, no triggers, no foreign keys looked at."""

    def __init__(self, file: str) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-65536"):
            self._connection.execute(f"PRAGMA {pragma}")
        triggers = self._connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
        for (name,) in triggers:
            self._connection.execute(f'DROP TRIGGER "{name}"')

    def write(self, rows: Rows) -> float:
        """Write a batch; give the seconds."""
        return timed(lambda: self._write(rows))

    def close(self) -> None:
        """Let the connection go."""
        self._connection.close()

    def _write(self, rows: Rows) -> None:
        cursor = self._connection.cursor()
        cursor.execute("BEGIN IMMEDIATE")
        cursor.executemany(
            f"INSERT INTO entry VALUES ({', '.join('?' * len(_ENTRY_TYPES))})", rows.entries
        )
        cursor.executemany(
            f"INSERT INTO transfer VALUES ({', '.join('?' * len(_TRANSFER_TYPES))})",
            rows.transfers,
        )
        cursor.executemany(
            "UPDATE position SET debits = debits + ?, credits = credits + ? WHERE id = ?",
            [(debit, credit, number) for number, debit, credit in rows.sums],
        )
        cursor.execute("COMMIT")


def _array(values: Iterable[int]) -> str:
    return "{" + ",".join(map(str, values)) + "}"
