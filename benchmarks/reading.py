"""Section reads: pages of a statement and balances, as the journal grows a hundredfold.

The journal grows as in life, by more months of the same size: 5,000 transfers each, all months
closed but the last.  Ten busy positions take a twentieth of the transfers, so that a page of their
statement is full in the shortest journal too; everything is asked of them.
"""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import cycle

from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from benchmarks.databases import migrated, sqlite_url
from benchmarks.record import Orders, Pattern, Record, make_record, post_all
from benchmarks.report import Aim, columns
from benchmarks.run import Run
from benchmarks.timing import Turn, ratios, spread_of, timed
from ledger.core.balances import balance_at_entry, balance_on
from ledger.core.clock import Now, now_at
from ledger.core.closing import close_month, end_of_month
from ledger.core.database import reading, run
from ledger.core.journal import Cursor, Days, statement
from ledger.core.tables import entry
from ledger.refusals import Refused, ensure

_OF_MONTH = 5000
_DAYS = (7, 14, 21, 28)
_LAST_MONTH = date(2026, 5, 1)
_BUSY = 10
_CALLS = 100
_FLAT = Aim(1.5, at_least=False, unit="x")
"""A hundred times the journal may cost half as much again: the indexes are one level deeper."""
_WIDTHS = (40, 11)

Question = Callable[[Session, int], object]


@dataclass(frozen=True, slots=True)
class Journal:
    """One database with a journal of some length, and what may be asked of it."""

    engine: Engine
    busy: tuple[int, ...]
    questions: dict[str, Question]


def measure(here: Run) -> None:
    """Run the section."""
    sizes = here.pick((10_000, 100_000, 1_000_000), (10_000, 50_000))
    with _sqlite(here, sizes) as journals:
        _ask(here, "SQLite", journals)
    here.controls.ask("after SQLite")
    with _postgresql(here, sizes) as journals:
        _ask(here, "PostgreSQL", journals)


def _ask(here: Run, kind: str, journals: dict[int, Journal]) -> None:
    gc.collect()
    gc.freeze()
    smallest, largest = min(journals), max(journals)
    sizes = [f"{size:,}" for size in journals]
    here.report.line(columns(f"{kind}, ms a question", *sizes, "last/first", widths=_WIDTHS))
    for question in journals[smallest].questions:
        seconds = here.in_turns(
            {str(size): _turn(journal, question) for size, journal in journals.items()}
        )
        grown = ratios(seconds[str(largest)], seconds[str(smallest)])
        shown = [f"{spread_of(taken).median / _CALLS * 1000:.3f}" for taken in seconds.values()]
        here.report.line(columns(question, *shown, f"{grown.median:.2f}x", widths=_WIDTHS))
        here.report.measure(
            f"{kind}, {question}: {largest:,} over {smallest:,} transfers",
            grown,
            unit="x",
            aim=_FLAT,
        )
    gc.unfreeze()


def _turn(journal: Journal, question: str) -> Turn:
    ask = journal.questions[question]
    chosen = cycle(journal.busy)

    def work() -> float:
        with reading(journal.engine) as session:
            # Begins the snapshot, which the first question would pay for otherwise.
            session.execute(text("SELECT 1"))
            return timed(lambda: [ask(session, next(chosen)) for _ in range(_CALLS)])

    return work


# -- the journals ------------------------------------------------------------------------------


@contextmanager
def _sqlite(here: Run, sizes: Sequence[int]) -> Iterator[dict[int, Journal]]:
    journals = {}
    for size in sizes:
        journals[size] = _journal(migrated(sqlite_url(here.folder, f"reads-{size}")), size)
    yield journals
    for journal in journals.values():
        journal.engine.dispose()


@contextmanager
def _postgresql(here: Run, sizes: Sequence[int]) -> Iterator[dict[int, Journal]]:
    server = here.server()
    with server.database() as first, server.database() as second, server.database() as third:
        names = dict(zip(sizes, (first, second, third), strict=False))
        journals = {
            size: _journal(migrated(server.url(name)), size) for size, name in names.items()
        }
        server.checkpoint()
        yield journals
        for journal in journals.values():
            journal.engine.dispose()


def _journal(engine: Engine, size: int) -> Journal:
    months = _months(size // _OF_MONTH)
    record = make_record(engine, now=_noon(months[0]))
    orders = Orders(record.positions)
    for month in months:
        _fill(engine, record, orders, month)
        if month is not months[-1]:
            _close(engine, record, month)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return Journal(engine, record.positions[:_BUSY], _questions(engine, months))


def _fill(engine: Engine, record: Record, orders: Orders, month: date) -> None:
    for day_of_month in _DAYS:
        now = _noon(month.replace(day=day_of_month))
        count = _OF_MONTH // len(_DAYS)
        busy = count // 20
        entries = orders.make(busy, Pattern.TEN, now.today)
        entries += orders.make(count - busy, Pattern.SPREAD, now.today)
        post_all(engine, entries, now)


def _close(engine: Engine, record: Record, month: date) -> None:
    month_end = end_of_month(month)
    now = _noon(month_end + timedelta(days=1))
    closed = run(
        engine, lambda session: close_month(session, record.scheme_id, month_end, now, "clerk")
    )
    ensure(not isinstance(closed, Refused), f"the month is closed: {closed}")


def _questions(engine: Engine, months: list[date]) -> dict[str, Question]:
    with engine.connect() as connection:
        last = connection.scalar(select(func.max(entry.c.id))) or 0
    middle = last // 2
    closed, still_open = months[len(months) // 2 - 1], months[-1]
    return {
        "newest page of a statement": lambda s, p: statement(s, [p], newest=True),
        "page from the middle of a statement": lambda s, p: statement(
            s, [p], after=Cursor(middle, 0, 0), limit=25
        ),
        "page of a closed month's days": lambda s, p: statement(
            s, [p], days=Days(closed, end_of_month(closed)), limit=25
        ),
        "balance as of an entry": lambda s, p: balance_at_entry(s, p, middle),
        "balance on a day of a closed month": lambda s, p: balance_on(s, p, closed.replace(day=15)),
        "balance at the end of a closed month": lambda s, p: balance_on(s, p, end_of_month(closed)),
        "balance on a day of the open month": lambda s, p: balance_on(
            s, p, still_open.replace(day=15)
        ),
    }


def _months(count: int) -> list[date]:
    """The first days of so many months, oldest first."""
    months = [_LAST_MONTH]
    while len(months) < count:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months[::-1]


def _noon(day: date) -> Now:
    return now_at(datetime(day.year, day.month, day.day, 4, 0, tzinfo=UTC))
