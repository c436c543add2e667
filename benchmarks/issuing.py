"""Section totals: issuing 10,000 rows of a table from one total, against posting the same entries.

``allocate`` looks up accounts and cells, checks every row and finds positions by what they are;
``post`` is given ready entries that name their positions by number.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from benchmarks.databases import migrated, sqlite_url
from benchmarks.record import NOON, Record, make_record, post_once, require_posted
from benchmarks.run import Run
from benchmarks.timing import ratios, spread_of, timed
from ledger.core.database import run
from ledger.core.entries import Posted, Transfer
from ledger.core.moves import AMOUNT_MAX, EntryKind, PositionKind
from ledger.core.tables import account, position
from ledger.refusals import Refused
from ledger.totals.acts import Act
from ledger.totals.allocation import Allocation, allocate
from ledger.totals.desk import set_total

_ROWS = 10_000
_MOST_ROUNDS = 5


class Desk:
    """A regulator with one total and 10,000 holders; no two tables have the same keys."""

    def __init__(self, engine: Engine, rows: int) -> None:
        self._engine = engine
        self._record: Record = make_record(engine, holders=rows)
        self._tables = 0
        run(engine, self._set_total)
        self.allocate()
        with engine.connect() as connection:
            self._total = connection.scalars(
                select(position.c.id).where(position.c.kind == PositionKind.TOTAL)
            ).one()

    def allocate(self) -> float:
        """Issue one table; give the seconds."""
        self._tables += 1
        record = self._record
        rows = [
            Allocation(account_id, 1 + account_id % 900, self._act(f"{account_id}"))
            for account_id in record.accounts
        ]
        results: list[Posted | Refused] = []
        seconds = timed(
            lambda: results.extend(
                run(self._engine, lambda s: allocate(s, record.asset_id, rows, NOON))
            )
        )
        require_posted(results)
        return seconds

    def post(self) -> float:
        """Post the entries of one table; give the seconds."""
        self._tables += 1
        numbers = zip(self._record.accounts, self._record.positions, strict=True)
        entries = [
            self._act(f"{account_id}").entry(
                EntryKind.ALLOCATE, (Transfer(self._total, holding, 1 + account_id % 900),)
            )
            for account_id, holding in numbers
        ]
        results: list[Posted | Refused] = []
        seconds = timed(lambda: results.extend(post_once(self._engine, entries, NOON)))
        require_posted(results)
        return seconds

    def _act(self, name: str) -> Act:
        return Act(f"{self._tables}:{name}", NOON.today, "clerk", "office", "table")

    def _set_total(self, session: Session) -> None:
        cell_id = session.scalar(select(account.c.cell_id).where(account.c.kind == "holder"))
        asset_id = self._record.asset_id
        require_posted(
            [set_total(session, asset_id, cell_id or 0, AMOUNT_MAX, self._act("total"), NOON)]
        )


def measure(here: Run) -> None:
    """Run the section."""
    rows = 1000 if here.quick else _ROWS
    with _desks(here, rows) as desks:
        gc.collect()
        gc.freeze()
        for kind, desk in desks.items():
            seconds = here.in_turns(
                {"allocate": desk.allocate, "post": desk.post}, most_rounds=_MOST_ROUNDS
            )
            per_second = spread_of([rows / one for one in seconds["allocate"]])
            here.report.line(
                f"{kind}: {rows:,} rows in {spread_of(seconds['allocate']).median:.2f} s, "
                f"{per_second.median:,.0f} rows/s; "
                f"{ratios(seconds['post'], seconds['allocate']).median:.2f} of post"
            )
            here.report.measure(f"allocate {rows:,} rows, {kind}", per_second, unit="rows/s")
        gc.unfreeze()


@contextmanager
def _desks(here: Run, rows: int) -> Iterator[dict[str, Desk]]:
    server = here.server()
    with server.database() as name:
        engines = {
            "SQLite": migrated(sqlite_url(here.folder, "totals")),
            "PostgreSQL": migrated(server.url(name)),
        }
        yield {kind: Desk(engine, rows) for kind, engine in engines.items()}
        for engine in engines.values():
            engine.dispose()
