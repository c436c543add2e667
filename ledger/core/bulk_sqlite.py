"""The hot path on SQLite: one ``executemany`` for all rows; the whole database is locked already."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from ledger.core.bulk_terms import (
    ENTRY_COLUMNS,
    NEW_COLUMNS,
    POSITION_COLUMNS,
    STORED_COLUMNS,
    TRANSFER_COLUMNS,
    Loaded,
    bounds_columns,
    new_values,
    stored_entries,
)
from ledger.core.deciding import Decider, Row, StoredEntry
from ledger.core.entries import PositionKey


class SqliteBulk:
    """SQLite: the whole database is locked by BEGIN IMMEDIATE already."""

    def __init__(self, driver: Any) -> None:
        self._cursor = driver.cursor()
        self._last_drawn: int | None = None

    def load_by_id(
        self, ids: Sequence[int], keys: Sequence[str], reverses: Sequence[int], entries: int = 0
    ) -> Loaded:
        """Load positions by number, and what the entries need."""
        found = self._cursor.execute(
            f"SELECT {POSITION_COLUMNS} FROM position p "
            "WHERE p.id IN (SELECT value FROM json_each(?)) ORDER BY p.id",
            (json.dumps(list(ids)),),
        )
        rows = [Row(*row) for row in found]
        stored = self.stored(keys, reverses) if keys or reverses else []
        return Loaded(rows, stored, self._closed_through(), [])

    def lock_by_key(self, keys: Sequence[PositionKey]) -> list[Row]:
        """Load positions by what they are, making those that are missing."""
        wanted = json.dumps(keys)
        rows = self._by_key(wanted)
        if len(rows) == len(set(keys)):
            return rows
        found = {row.key for row in rows}
        missing = [key for key in dict.fromkeys(keys) if key not in found]
        self._cursor.executemany(
            "INSERT INTO position "
            "(account_id, asset_id, kind, ref, for_party_id, floor, ceiling, id) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [
                (*key, *bounds_columns(key), number)
                for key, number in zip(missing, self.draw_position_ids(len(missing)), strict=True)
            ],
        )
        return self._by_key(wanted)

    def _by_key(self, wanted: str) -> list[Row]:
        found = self._cursor.execute(
            f"SELECT {POSITION_COLUMNS} FROM json_each(?) k "
            "CROSS JOIN position p ON p.account_id = k.value ->> 0 AND p.asset_id = k.value ->> 1 "
            "AND p.kind = k.value ->> 2 AND p.ref = k.value ->> 3 "
            "AND coalesce(p.for_party_id, 0) = coalesce(k.value ->> 4, 0) "
            "GROUP BY p.id ORDER BY p.id",
            (wanted,),
        )
        return [Row(*row) for row in found]

    def stored(self, keys: Sequence[str], ids: Sequence[int]) -> list[StoredEntry]:
        """Load the entries that have one of these keys or numbers."""
        found = self._cursor.execute(
            f"SELECT {STORED_COLUMNS} FROM entry e JOIN transfer t ON t.entry_id = e.id "
            "WHERE e.id IN (SELECT id FROM entry WHERE key IN (SELECT value FROM json_each(?)) "
            "UNION SELECT value FROM json_each(?)) ORDER BY e.id, t.line",
            (json.dumps(list(keys)), json.dumps(list(ids))),
        )
        return stored_entries(found)

    def draw_position_ids(self, count: int) -> list[int]:
        """Take so many fresh numbers: the writer is alone, so those after the highest are free."""
        if self._last_drawn is None:
            found = self._cursor.execute("SELECT coalesce(max(id), 0) FROM position").fetchone()
            self._last_drawn = int(found[0])
        first = self._last_drawn + 1
        self._last_drawn += count
        return list(range(first, first + count))

    def _closed_through(self) -> dict[int, date]:
        found = self._cursor.execute(
            "SELECT scheme_id, max(month_end) FROM closed_month GROUP BY scheme_id"
        )
        return {scheme_id: date.fromisoformat(day) for scheme_id, day in found}

    def write(self, decider: Decider, entry_ids: Sequence[int], deciding: Iterable[None]) -> None:
        """Number the accepted entries and write them, their transfers and the new sums."""
        for _ in deciding:
            pass
        (last_id,) = self._cursor.execute("SELECT coalesce(max(id), 0) FROM entry").fetchone()
        first_id = last_id + 1
        for number, posted in enumerate(decider.results, start=first_id):
            posted.number(number)
        recorded_at = decider.now.instant.strftime("%Y-%m-%d %H:%M:%S.%f")
        today = decider.now.today
        changed = decider.changed_rows()
        self._cursor.executemany(
            f"INSERT INTO position ({NEW_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [new_values(row) for row in changed if row.is_new],
        )
        self._cursor.executemany(
            "UPDATE position SET debits = ?, credits = ? WHERE id = ?",
            [(row.debits, row.credits, row.position_id) for row in changed if not row.is_new],
        )
        self._cursor.executemany(
            f"INSERT INTO entry ({ENTRY_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    number,
                    entry.kind,
                    entry.key,
                    entry.business_date.isoformat(),
                    recorded_at,
                    entry.business_date < today,
                    entry.period_id,
                    entry.actor,
                    entry.office,
                    entry.document,
                    entry.unit_price_micro,
                    entry.money_fen,
                    entry.reverses,
                )
                for number, entry in enumerate(decider.accepted, start=first_id)
            ),
        )
        self._cursor.executemany(
            f"INSERT INTO transfer ({TRANSFER_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            ((first_id + line[0], *line[1:]) for line in decider.lines),
        )
