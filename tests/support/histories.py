"""Random histories of the record, and what they mean by the slow and obvious way."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Engine, text

from ledger.core.closing import ClosedMonth, close_month, closed_months, end_of_month
from ledger.core.database import reading, run
from ledger.core.entries import Entry, PositionKey
from ledger.core.moves import EntryKind
from tests.support.small_record import SmallRecord, entry_of, noon, post_all


@dataclass(frozen=True)
class Line:
    """One transfer as the journal has it."""

    entry_id: int
    line: int
    business_date: date
    debit: int
    credit: int
    amount: int


def lived_history(
    engine: Engine,
    record: SmallRecord,
    *,
    seed: int,
    first: date,
    days: int,
    entries_a_day: int,
    lateness: int = 12,
    close_after: int | None = 5,
) -> None:
    """Post day by day, some of it late, and close each month some days after its end.

    ``close_after`` None closes nothing.
    """
    chance = random.Random(seed)
    with reading(engine) as session:
        closed = closed_months(session, record.scheme)
    closed_through = closed[-1].month_end if closed else first - timedelta(days=1)
    numbers = iter(range(10**9))
    for day in (first + timedelta(days=n) for n in range(days)):
        entries = []
        for _ in range(chance.randint(0, 2 * entries_a_day)):
            business_date = day
            if chance.random() < 0.2:
                business_date -= timedelta(days=chance.randint(1, lateness))
            business_date = max(business_date, closed_through + timedelta(days=1))
            entries.append(random_entry(record, chance, f"{seed}-{next(numbers)}", business_date))
        post_all(engine, *entries, now=noon(day))
        month_end = end_of_month(closed_through + timedelta(days=1))
        if close_after is not None and day > month_end + timedelta(days=close_after):
            close(engine, record.scheme, month_end, day)
            closed_through = month_end


def imported_history(
    engine: Engine, record: SmallRecord, *, seed: int, first: date, days: int, count: int, on: date
) -> None:
    """Post all of a long past on one day, ordered by account and not by date: everything is late."""
    chance = random.Random(seed)
    entries = [
        random_entry(
            record, chance, f"import {seed}-{n}", first + timedelta(days=chance.randrange(days))
        )
        for n in range(count)
    ]
    entries.sort(key=lambda entry: str(entry.transfers[0].debit))
    for start in range(0, count, 100):
        post_all(engine, *entries[start : start + 100], now=noon(on))


def random_entry(
    record: SmallRecord, chance: random.Random, key: str, business_date: date
) -> Entry:
    """An import, a transfer, a hold or a release among four holders; it may be refused."""
    one, other = chance.sample(range(4), 2)
    hold = record.frozen(one, f"hold {chance.randrange(2)}")
    amount = chance.randint(1, 30)
    kind, *line = chance.choice(
        (
            (EntryKind.IMPORT, record.outside(), record.holding(one)),
            (EntryKind.TRANSFER, record.holding(one), record.holding(other)),
            (EntryKind.TRANSFER, record.holding(other), record.holding(one)),
            (EntryKind.HOLD, record.holding(one), hold),
            (EntryKind.RELEASE, hold, record.holding(one)),
        )
    )
    lines = [(*line, amount)] * chance.choice((1, 1, 1, 2))
    return entry_of(kind, key, *lines, on=business_date)  # type: ignore[arg-type]


def close(engine: Engine, scheme: int, month_end: date, day: date) -> ClosedMonth:
    """Close a month on a day."""
    answer = run(
        engine, lambda session: close_month(session, scheme, month_end, noon(day), "示例结账人")
    )
    assert isinstance(answer, ClosedMonth), answer
    return answer


def close_all(engine: Engine, scheme: int, first: date, last: date, day: date) -> None:
    """Close every month from one day's to another's."""
    month_end = end_of_month(first)
    while month_end <= end_of_month(last):
        close(engine, scheme, month_end, day)
        month_end = end_of_month(month_end + timedelta(days=1))


def all_lines(engine: Engine) -> list[Line]:
    """The whole journal in recorded order."""
    with engine.connect() as connection:
        found = connection.execute(
            text(
                "SELECT t.entry_id, t.line, e.business_date, t.debit_position_id, "
                "t.credit_position_id, t.amount FROM transfer t JOIN entry e ON e.id = t.entry_id "
                "ORDER BY t.entry_id, t.line"
            )
        ).all()
    return [Line(row[0], row[1], date.fromisoformat(str(row[2])), *row[3:]) for row in found]


def moved(line: Line, position_id: int) -> int:
    """What a line did to a position."""
    return line.amount * ((line.credit == position_id) - (line.debit == position_id))


def position_ids(engine: Engine, *keys: PositionKey) -> list[int]:
    """Numbers of positions of the record's unit (those of other assets are left out)."""
    with engine.connect() as connection:
        found = connection.execute(
            text("SELECT id, account_id, asset_id, kind, ref FROM position ORDER BY id")
        ).all()
    ids = {(row[1], row[2], row[3], row[4]): row[0] for row in found}
    return [ids[key.account_id, key.asset_id, key.kind.value, key.ref] for key in keys]


def every_position(engine: Engine) -> list[int]:
    """Numbers of all positions."""
    with engine.connect() as connection:
        return list(connection.execute(text("SELECT id FROM position ORDER BY id")).scalars())


def windows(total: int, size: int) -> Iterator[slice]:
    """Pages of a list."""
    return (slice(start, start + size) for start in range(0, total, size))
