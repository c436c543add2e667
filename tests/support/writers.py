"""Writers for tests of concurrency and of crashes, in threads or in processes of their own.

Each writer posts a stream of batches that follows from its number alone, so the sums that must be
there in the end are known beforehand.
"""

import random
from collections import Counter
from collections.abc import Iterator
from multiprocessing.connection import Connection

from ledger.core.database import make_engine, run
from ledger.core.entries import Entry, PositionKey, Posted
from ledger.core.moves import EntryKind
from ledger.core.posting import post
from tests.support.small_record import NOON, SmallRecord, entry_of

Balances = Counter[PositionKey]


def batches(record: SmallRecord, writer: int, count: int, size: int) -> Iterator[list[Entry]]:
    """Give the batches of one writer: hot and cold positions, holds made on first use, in any
    order of positions, so that writers meet each other from all sides."""
    chance = random.Random(f"writer {writer}")
    for batch in range(count):
        entries = []
        for number in range(size):
            key = f"w{writer}-b{batch}-{number}"
            one, other = chance.sample(range(10), 2)
            amount = chance.randint(1, 20)
            hold = record.frozen(one, f"hold {chance.randrange(6)}")
            entries.append(
                chance.choice(
                    (
                        entry_of(
                            EntryKind.TRANSFER,
                            key,
                            (record.holding(one), record.holding(other), amount),
                            (record.holding(other), record.holding((other + 1) % 10), 1),
                        ),
                        entry_of(EntryKind.HOLD, key, (record.holding(one), hold, amount)),
                        entry_of(EntryKind.DEPOSIT, key, (record.bank(), record.cash(one), amount)),
                    )
                )
            )
        yield entries


def effects(entries: list[Entry]) -> Balances:
    """What entries move, all of them posted."""
    moved: Balances = Counter()
    for entry in entries:
        for debit, credit, amount in entry.transfers:
            assert isinstance(debit, PositionKey)
            assert isinstance(credit, PositionKey)
            moved[debit] -= amount
            moved[credit] += amount
    return moved


def write(url: str, record: SmallRecord, writer: int, count: int, size: int) -> int:
    """Post all batches of a writer; give how many entries were posted."""
    engine = make_engine(url)
    posted = 0
    for entries in batches(record, writer, count, size):
        answers = run(engine, lambda session, entries=entries: post(session, entries, NOON))
        posted += sum(isinstance(answer, Posted) for answer in answers)
    engine.dispose()
    return posted


def write_and_acknowledge(
    url: str, record: SmallRecord, writer: int, size: int, acknowledged: Connection
) -> None:
    """Post batches until killed; after each, send its number and the numbers of its entries.

    An entry that was refused has 0 in its place.
    """
    engine = make_engine(url)
    for batch, entries in enumerate(batches(record, writer, 1_000_000, size)):
        answers = run(engine, lambda session, entries=entries: post(session, entries, NOON))
        numbers = [answer.entry_id if isinstance(answer, Posted) else 0 for answer in answers]
        acknowledged.send((batch, numbers))
