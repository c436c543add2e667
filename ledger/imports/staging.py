"""A place beside the ledger where an extract waits while it is checked and compared.

One temporary SQLite database that lives on disk, belongs to this process alone and is gone when
it ends, however it ends.  It finds what is there twice, puts rows in order whatever order they came
in, and keeps memory small however large the file.  Knows rows and their places; judges nothing.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from types import TracebackType
from typing import NamedTuple, Self, TypeVar

from ledger.imports.columns import CELL_COLUMNS

STORED, PUBLISHED = 0, 1
"""The two sides of a comparison: what the ledger has, what the files say."""

_CACHE_KIB = 24 * 1024
_CELLS = ", ".join(f"c{place}" for place in range(len(CELL_COLUMNS)))
_YEAR_ROW = ", ".join("?" * (5 + len(CELL_COLUMNS)))

_SCHEMA = f"""
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -{_CACHE_KIB};
CREATE TABLE account (
  ref TEXT PRIMARY KEY, row INTEGER, country TEXT, country_name TEXT, cells TEXT
) WITHOUT ROWID;
CREATE TABLE known (
  ref TEXT PRIMARY KEY, account_id INTEGER, country TEXT, version INTEGER, cells TEXT
) WITHOUT ROWID;
CREATE TABLE account_year (
  ref TEXT, year INTEGER, side INTEGER, row INTEGER, version INTEGER, {_CELLS},
  PRIMARY KEY (ref, year, side)
) WITHOUT ROWID;
"""


class AccountRow(NamedTuple):
    """An account as published: the place in the file, and all its cells as JSON text."""

    ref: str
    row: int
    country: str
    country_name: str
    cells: str


class KnownAccount(NamedTuple):
    """An account that the ledger has; ``version`` is that of its published cells (0 = none)."""

    ref: str
    account_id: int
    country: str
    version: int
    cells: str


class YearRow(NamedTuple):
    """An account-year, published (``row`` of the file) or stored (``version``)."""

    ref: str
    year: int
    side: int
    row: int
    version: int
    cells: tuple[str, ...]


class ComparedAccount(NamedTuple):
    """One account, what is published of it and what the ledger has; either may be missing."""

    ref: str
    published: AccountRow | None
    known: KnownAccount | None
    years: list[YearRow]


class Staging:
    """The temporary database; use it as a context manager."""

    def __init__(self) -> None:
        # An empty name is a private file that the system removes when it is closed.
        self._database = sqlite3.connect("", isolation_level=None)

    def __enter__(self) -> Self:
        self._database.executescript(_SCHEMA)
        self._database.execute("BEGIN")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._database.close()

    # -- in ----------------------------------------------------------------------------------

    def add_accounts(self, rows: Sequence[AccountRow]) -> list[AccountRow]:
        """Take in published accounts; give back those that were there before."""
        taken = self._rows_taken_in("INSERT OR IGNORE INTO account VALUES (?, ?, ?, ?, ?)", rows)
        if taken == len(rows):
            return []
        # Rare: only now is it worth asking row by row which ones.
        asked = "SELECT row FROM account WHERE ref = ?"
        return [row for row in rows if self._place(asked, row.ref) != row.row]

    def add_years(self, rows: Sequence[YearRow]) -> list[YearRow]:
        """Take in account-years; give back those that were there before on the same side."""
        taken = self._rows_taken_in(
            f"INSERT OR IGNORE INTO account_year VALUES ({_YEAR_ROW})",
            [(*row[:5], *row.cells) for row in rows],
        )
        if taken == len(rows):
            return []
        asked = "SELECT row FROM account_year WHERE ref = ? AND year = ? AND side = ?"
        return [row for row in rows if self._place(asked, *row[:3]) != row.row]

    def _place(self, asked: str, *key: object) -> int:
        (row,) = self._database.execute(asked, key).fetchone()
        return int(row)

    def add_known(self, rows: Sequence[KnownAccount]) -> None:
        """Take in the accounts that the ledger has."""
        self._database.executemany("INSERT INTO known VALUES (?, ?, ?, ?, ?)", rows)

    def _rows_taken_in(self, statement: str, values: Sequence[Sequence[object]]) -> int:
        before = self._database.total_changes
        self._database.executemany(statement, values)
        return self._database.total_changes - before

    def forget_known_outside(self, countries: Sequence[str]) -> None:
        """Drop known accounts of countries that are not published here, unless they are named."""
        places = ", ".join("?" * len(countries))
        self._database.execute(
            f"DELETE FROM known WHERE country NOT IN ({places}) "
            "AND NOT EXISTS (SELECT 1 FROM account a WHERE a.ref = known.ref)",
            tuple(countries),
        )

    # -- out ---------------------------------------------------------------------------------

    def years_without_account(self, most: int) -> tuple[int, list[tuple[int, str]]]:
        """Count the published account-years whose account is not published; give the first
        ones as (row, account) in the order of the file."""
        missing = (
            f"FROM account_year y WHERE side = {PUBLISHED} "
            "AND NOT EXISTS (SELECT 1 FROM account a WHERE a.ref = y.ref)"
        )
        (count,) = self._database.execute(f"SELECT count(*) {missing}").fetchone()
        if not count:
            return 0, []
        found = self._database.execute(f"SELECT row, ref {missing} ORDER BY row LIMIT ?", (most,))
        return count, found.fetchall()

    def moved_accounts(self) -> Iterator[tuple[int, str, str, str]]:
        """Give accounts published in another country than the ledger has them in, as
        (row, account, country of the ledger, published country)."""
        return self._database.execute(
            "SELECT a.row, a.ref, k.country, a.country FROM account a JOIN known k USING (ref) "
            "WHERE a.country <> k.country ORDER BY a.row"
        )

    def countries(self) -> list[tuple[str, str, int]]:
        """Give the published countries by code, with the name and row where each is met first."""
        return self._database.execute(
            "SELECT country, country_name, min(row) FROM account GROUP BY country ORDER BY country"
        ).fetchall()

    def compared(self) -> Iterator[ComparedAccount]:
        """Give every account of either side in the order of its name, with its years in order:
        the ledger's and the published row of a year one after the other."""
        accounts = self._database.execute(
            "SELECT ref, 1, row, country, country_name, cells FROM account UNION ALL "
            "SELECT ref, 0, account_id, country, version, cells FROM known ORDER BY 1, 2"
        )
        years = self._years()
        waiting = next(years, None)
        for ref, rows in groupby(accounts, key=lambda row: row[0]):
            published: AccountRow | None = None
            known: KnownAccount | None = None
            for row in rows:
                if row[1]:
                    published = AccountRow(ref, *row[2:])
                else:
                    known = KnownAccount(ref, *row[2:])
            mine: list[YearRow] = []
            while waiting is not None and waiting.ref <= ref:
                mine.append(waiting)
                waiting = next(years, None)
            yield ComparedAccount(ref, published, known, mine)

    def _years(self) -> Iterator[YearRow]:
        found = self._database.execute("SELECT * FROM account_year ORDER BY ref, year, side")
        for ref, year, side, row, version, *cells in found:
            yield YearRow(ref, year, side, row, version, tuple(cells))


Row = TypeVar("Row")


def batches(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """Give the rows in lists of at most ``size``."""
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
