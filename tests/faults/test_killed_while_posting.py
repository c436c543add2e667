"""kill -9 in the middle of posting: what was acknowledged is there afterwards, once, and whole."""

import multiprocessing
import random
import time
from itertools import islice

from sqlalchemy import Engine, text

from ledger.core.audit import audit
from ledger.core.database import reading
from ledger.core.entries import Posted
from ledger.core.moves import EntryKind
from tests.support.small_record import (
    SmallRecord,
    balances,
    entry_of,
    make_record,
    post_all,
    post_well,
)
from tests.support.writers import Balances, batches, effects, write_and_acknowledge

SIZE = 40
KILLS = 6


def test_every_acknowledged_batch_survives_a_kill(engine: Engine, database_url: str) -> None:
    """Six times: start the writer from its first batch, let it work, kill it at some moment.

    What it posted before is asked for again each time, so retries across crashes are tried too.
    """
    record = make_record(engine)
    post_well(
        engine,
        *(
            entry_of(EntryKind.IMPORT, f"import {n}", (record.outside(), record.holding(n), 10**6))
            for n in range(10)
        ),
    )
    chance = random.Random(2026)
    acknowledged: dict[int, list[int]] = {}
    for kill in range(KILLS):
        for batch, numbers in killed_run(
            database_url, record, at_least=len(acknowledged) + 3, longer=chance.uniform(0, 0.05)
        ):
            assert acknowledged.setdefault(batch, numbers) == numbers, f"kill {kill}"
        check_what_stands(engine, record, acknowledged)
    assert len(acknowledged) >= 3 * KILLS
    post_the_rest_and_compare(engine, record, count=len(acknowledged) + 5)


def killed_run(
    url: str, record: SmallRecord, at_least: int, longer: float
) -> list[tuple[int, list[int]]]:
    """Run the writer in a process of its own until it has acknowledged some batches, then kill it
    a moment later; give all that it acknowledged."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe(duplex=False)
    process = spawn.Process(target=write_and_acknowledge, args=(url, record, 0, SIZE, theirs))
    process.start()
    theirs.close()
    received = [ours.recv() for _ in range(at_least)]
    time.sleep(longer)
    process.kill()
    process.join()
    try:
        while True:
            received.append(ours.recv())
    except EOFError:
        ours.close()
    process.close()
    return received


def check_what_stands(
    engine: Engine, record: SmallRecord, acknowledged: dict[int, list[int]]
) -> None:
    """All that was acknowledged stands under its number; batches stand whole or not at all."""
    with reading(engine) as session:
        report = audit(session)
        stored = {
            key: number for number, key in session.execute(text("SELECT id, key FROM entry")).all()
        }
    assert report.clean, report.differences
    written = len(acknowledged) + 1
    for batch, entries in enumerate(islice(batches(record, 0, written, SIZE), written)):
        found = [stored.get(entry.key, 0) for entry in entries]
        if batch in acknowledged:
            assert found == acknowledged[batch]
        else:
            assert all(found) or not any(found)
    # At most the one batch whose acknowledgement was cut off stands beyond those.
    assert len(stored) - 10 - SIZE * len(acknowledged) in {0, SIZE}


def post_the_rest_and_compare(engine: Engine, record: SmallRecord, count: int) -> None:
    expected: Balances = Balances({record.holding(n): 10**6 for n in range(10)})
    for entries in batches(record, 0, count, SIZE):
        assert all(isinstance(answer, Posted) for answer in post_all(engine, *entries))
        expected.update(effects(entries))
    keys = [key for key in expected if key.kind != "bank"]
    assert balances(engine, *keys) == [expected[key] for key in keys]
    with reading(engine) as session:
        assert audit(session).clean
