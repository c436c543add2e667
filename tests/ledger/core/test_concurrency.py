"""Many writers at once, in threads and in processes: exact sums in the end, no deadlock surfaces."""

import multiprocessing
from collections import Counter
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text

from ledger.core.audit import audit
from ledger.core.database import reading
from ledger.core.moves import EntryKind
from tests.support.small_record import (
    SmallRecord,
    balances,
    entry_of,
    make_record,
    post_all,
    post_well,
)
from tests.support.writers import batches, effects, write

PLENTY = 1_000_000
"""Enough for all, so that every entry is posted whatever the order."""


@pytest.fixture
def record(engine: Engine) -> SmallRecord:
    r = make_record(engine)
    post_well(
        engine,
        *(
            entry_of(EntryKind.IMPORT, f"import {n}", (r.outside(), r.holding(n), PLENTY))
            for n in range(10)
        ),
    )
    return r


def pool_of(kind: str, workers: int) -> Executor:
    if kind == "threads":
        return ThreadPoolExecutor(workers)
    # Forked children would share the parent's connections.
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_writers_at_once_leave_exact_sums(
    engine: Engine, database_url: str, record: SmallRecord, kind: str
) -> None:
    """Six writers, 20 batches of 15, over ten holders and sixty holds made on first use."""
    writers, count, size = 6, 20, 15
    with pool_of(kind, writers) as pool:
        posted = list(
            pool.map(
                write,
                [database_url] * writers,
                [record] * writers,
                range(writers),
                [count] * writers,
                [size] * writers,
            )
        )
    assert posted == [count * size] * writers
    expected = Counter({record.holding(n): PLENTY for n in range(10)})
    for writer in range(writers):
        for entries in batches(record, writer, count, size):
            expected.update(effects(entries))
    keys = [key for key in expected if key != record.outside()]
    assert dict(zip(keys, balances(engine, *keys), strict=True)) == {
        key: expected[key] for key in keys
    }
    with reading(engine) as session:
        report = audit(session)
    assert report.clean, report.differences
    assert report.counted["entries"] == 10 + writers * count * size


def test_a_position_that_many_make_at_once_is_made_once(engine: Engine) -> None:
    """Sixteen first users of the same forty positions, named in different orders."""
    r = make_record(engine)

    def first_use(number: int) -> None:
        refs = [f"hold {n}" for n in range(40)]
        refs = refs[number:] + refs[:number] if number % 2 else refs[::-1]
        post_well(
            engine,
            *(
                entry_of(EntryKind.IMPORT, f"{number}-{ref}", (r.outside(), r.holding(1), 1))
                for ref in refs[:1]
            ),
            entry_of(
                EntryKind.IMPORT,
                f"{number}-all",
                *((r.outside(), r.holding(2)._replace(ref=ref), 1) for ref in refs),
            ),
        )

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(first_use, range(16)))
    with engine.connect() as connection:
        made = connection.execute(
            text("SELECT count(*), count(DISTINCT ref) FROM position WHERE account_id = :account"),
            {"account": r.holders[2]},
        ).one()
    assert tuple(made) == (40, 40)
    assert balances(engine, r.holding(2)._replace(ref="hold 7"), r.holding(1)) == [16, 16]


def test_units_that_many_want_at_once_are_given_once(engine: Engine) -> None:
    """One total of 100, fifty requests for 3: thirty-three get it, the rest are refused."""
    r = make_record(engine)
    post_well(engine, entry_of(EntryKind.IMPORT, "i", (r.outside(), r.holding(0), 100)))

    def want(number: int) -> str:
        (answer,) = post_all(
            engine,
            entry_of(
                EntryKind.TRANSFER, f"t{number}", (r.holding(0), r.holding(1 + number % 9), 3)
            ),
        )
        return str(getattr(answer, "code", "posted"))

    with ThreadPoolExecutor(8) as pool:
        answers = Counter(pool.map(want, range(50)))
    assert answers == {"posted": 33, "available_too_small": 17}
    assert balances(engine, r.holding(0)) == [1]
