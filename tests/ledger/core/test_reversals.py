"""A mistake is reversed by a new entry: once, whole, and only while the units are still there."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine, text

from ledger.core.audit import audit
from ledger.core.database import reading, run
from ledger.core.entries import Entry, PositionKey, Posted, PostingCode, Transfer
from ledger.core.moves import EntryKind, PositionKind
from ledger.core.posting import post, reversal_of
from ledger.refusals import Refused
from tests.support.small_record import (
    NOON,
    TODAY,
    SmallRecord,
    balances,
    entry_of,
    make_record,
    post_all,
    post_well,
)


@pytest.fixture
def record(engine: Engine) -> SmallRecord:
    r = make_record(engine)
    post_well(engine, entry_of(EntryKind.IMPORT, "import", (r.outside(), r.holding(0), 100)))
    return r


def reversal(engine: Engine, entry_id: int, key: str = "reversal") -> Entry | Refused:
    with reading(engine) as session:
        return reversal_of(session, entry_id, key=key, business_date=TODAY, document="更正 1 号")


def reverse(engine: Engine, entry_id: int, key: str = "reversal") -> Posted | Refused:
    entry = reversal(engine, entry_id, key)
    assert isinstance(entry, Entry)
    return post_all(engine, entry)[0]


def test_a_reversal_restores_every_balance(engine: Engine, record: SmallRecord) -> None:
    r = record
    keys = (r.holding(0), r.holding(1), r.frozen(1, "o"), r.holding(2))
    before = balances(engine, *keys)
    (number,) = post_well(
        engine,
        entry_of(
            EntryKind.TRANSFER,
            "chain",
            (r.holding(0), r.holding(1), 60),
            (r.holding(1), r.holding(2), 60),
            (r.holding(2), r.holding(0), 10),
        ),
    )
    assert balances(engine, *keys) != before
    assert isinstance(reverse(engine, number), Posted)
    assert balances(engine, *keys) == before


def test_lines_are_undone_last_first(engine: Engine, record: SmallRecord) -> None:
    """First in, first undone would take 60 from holder 1, who has passed them on."""
    r = record
    (number,) = post_well(
        engine,
        entry_of(
            EntryKind.TRANSFER,
            "chain",
            (r.holding(0), r.holding(1), 60),
            (r.holding(1), r.holding(2), 60),
        ),
    )
    entry = reversal(engine, number)
    assert isinstance(entry, Entry)
    (in_the_same_order,) = post_all(
        engine, replace(entry, transfers=entry.transfers[::-1], key="same order")
    )
    assert isinstance(in_the_same_order, Refused)
    assert in_the_same_order.code == PostingCode.REVERSAL_MUST_MIRROR
    assert isinstance(post_all(engine, entry)[0], Posted)


def test_units_that_leave_their_end_by_reversal_are_free_again(
    engine: Engine, record: SmallRecord
) -> None:
    r = record
    surrendered = r.of_cell(0, PositionKind.SURRENDERED, ref="2026")
    (number,) = post_well(
        engine, entry_of(EntryKind.SURRENDER, "surrender", (r.holding(0), surrendered, 40))
    )
    assert isinstance(reverse(engine, number), Posted)
    assert balances(engine, r.holding(0), surrendered) == [100, 0]


def test_a_reversal_is_refused_where_the_units_have_moved_on(
    engine: Engine, record: SmallRecord
) -> None:
    r = record
    numbers = post_well(
        engine,
        entry_of(EntryKind.TRANSFER, "sale", (r.holding(0), r.holding(1), 100)),
        entry_of(EntryKind.TRANSFER, "resale", (r.holding(1), r.holding(2), 80)),
    )
    answer = reverse(engine, numbers[0])
    assert isinstance(answer, Refused)
    assert (answer.code, answer.values["available"]) == (PostingCode.AVAILABLE_TOO_SMALL, 20)


def test_an_entry_is_reversed_once(engine: Engine, record: SmallRecord) -> None:
    (number,) = post_well(
        engine, entry_of(EntryKind.TRANSFER, "t", (record.holding(0), record.holding(1), 10))
    )
    assert isinstance(reverse(engine, number, "first"), Posted)
    second = reverse(engine, number, "second")
    assert isinstance(second, Refused)
    assert second.code == PostingCode.ENTRY_ALREADY_REVERSED
    assert balances(engine, record.holding(0)) == [100]


def test_an_entry_is_reversed_once_in_one_batch_too(engine: Engine, record: SmallRecord) -> None:
    (number,) = post_well(
        engine, entry_of(EntryKind.TRANSFER, "t", (record.holding(0), record.holding(1), 10))
    )
    one, other = reversal(engine, number, "one"), reversal(engine, number, "other")
    assert isinstance(one, Entry)
    assert isinstance(other, Entry)
    answers = post_all(engine, one, other, one)
    assert [getattr(answer, "code", "posted") for answer in answers] == [
        "posted",
        PostingCode.ENTRY_ALREADY_REVERSED,
        "posted",
    ]
    assert balances(engine, record.holding(0)) == [100]


def test_a_refused_reversal_leaves_the_entry_reversible(
    engine: Engine, record: SmallRecord
) -> None:
    r = record
    (number,) = post_well(
        engine, entry_of(EntryKind.TRANSFER, "t", (r.holding(0), r.holding(1), 10))
    )
    entry = reversal(engine, number)
    assert isinstance(entry, Entry)
    answers = post_all(
        engine,
        entry_of(EntryKind.TRANSFER, "on", (r.holding(1), r.holding(2), 10)),
        entry,
        entry_of(EntryKind.TRANSFER, "back", (r.holding(2), r.holding(1), 10)),
        replace(entry, key="again"),
    )
    assert [type(answer) for answer in answers] == [Posted, Refused, Posted, Posted]


def test_a_reversal_is_not_reversed(engine: Engine, record: SmallRecord) -> None:
    (number,) = post_well(
        engine, entry_of(EntryKind.TRANSFER, "t", (record.holding(0), record.holding(1), 10))
    )
    undone = reverse(engine, number)
    assert isinstance(undone, Posted)
    answer = reverse(engine, undone.entry_id, "back again")
    assert isinstance(answer, Refused)
    assert answer.code == PostingCode.REVERSAL_NOT_REVERSIBLE


def test_the_reversal_of_an_unknown_entry_cannot_be_written(
    engine: Engine, record: SmallRecord
) -> None:
    answer = reversal(engine, 10**9)
    assert isinstance(answer, Refused)
    assert answer.code == PostingCode.ENTRY_TO_REVERSE_UNKNOWN


@pytest.mark.parametrize("change", ["amount", "other way round", "one line less", "position"])
def test_a_reversal_must_mirror_its_original(
    engine: Engine, record: SmallRecord, change: str
) -> None:
    r = record
    (number,) = post_well(
        engine,
        entry_of(
            EntryKind.TRANSFER,
            "t",
            (r.holding(0), r.holding(1), 10),
            (r.holding(0), r.holding(2), 10),
        ),
    )
    entry = reversal(engine, number)
    assert isinstance(entry, Entry)
    last, first = entry.transfers
    changed = {
        "amount": (last, first._replace(amount=9)),
        "other way round": (last, Transfer(first.credit, first.debit, first.amount)),
        "one line less": (last,),
        "position": (last, first._replace(credit=r.holding(3))),
    }[change]
    (answer,) = post_all(engine, replace(entry, transfers=changed))
    assert isinstance(answer, Refused)
    assert answer.code == PostingCode.REVERSAL_MUST_MIRROR


def test_a_reversal_keeps_the_period_and_names_the_original(
    engine: Engine, record: SmallRecord
) -> None:
    (number,) = post_well(
        engine,
        entry_of(EntryKind.TRANSFER, "t", (record.holding(0), record.holding(1), 10), period_id=1),
    )
    undone = reverse(engine, number)
    assert isinstance(undone, Posted)
    with engine.connect() as connection:
        stored = connection.execute(
            text("SELECT kind, reverses, period_id, document FROM entry WHERE id = :id"),
            {"id": undone.entry_id},
        ).one()
    assert tuple(stored) == ("reversal", number, 1, "更正 1 号")


def test_two_at_once_reverse_an_entry_once(engine: Engine, record: SmallRecord) -> None:
    """Positions are named by what they are, so each asks for the original before it has locks."""
    r = record
    for number in range(10):
        (entry_id,) = post_well(
            engine, entry_of(EntryKind.TRANSFER, f"t{number}", (r.holding(0), r.holding(1), 10))
        )
        start = threading.Barrier(2)

        def ask(
            who: str, number: int = number, entry_id: int = entry_id, start: object = start
        ) -> Posted | Refused:
            entry = entry_of(
                EntryKind.REVERSAL,
                f"{who}-{number}",
                (r.holding(1), r.holding(0), 10),
                reverses=entry_id,
            )
            start.wait(timeout=60)  # type: ignore[attr-defined]
            return post_all(engine, entry)[0]

        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(ask, ["one", "other"]))
        assert sorted(str(getattr(answer, "code", "posted")) for answer in answers) == [
            "entry_already_reversed",
            "posted",
        ]
    assert balances(engine, r.holding(0), r.holding(1)) == [100, 0]


def test_reversals_leave_the_books_clean(engine: Engine, record: SmallRecord) -> None:
    r = record
    numbers = post_well(
        engine,
        entry_of(EntryKind.TRANSFER, "a", (r.holding(0), r.holding(1), 10)),
        entry_of(EntryKind.HOLD, "b", (r.holding(0), r.frozen(0, "o"), 10), on=date(2026, 5, 1)),
        entry_of(
            EntryKind.USE, "c", (r.holding(0), r.of_cell(0, PositionKind.USED, ref="2026"), 10)
        ),
    )
    for number in numbers:
        assert isinstance(reverse(engine, number, f"r{number}"), Posted)
    with reading(engine) as session:
        assert audit(session).clean


def test_reversal_and_original_may_stand_in_one_transaction(
    engine: Engine, record: SmallRecord
) -> None:
    r = record

    def work(session) -> list[Posted | Refused]:  # type: ignore[no-untyped-def]
        (posted,) = post(
            session,
            [entry_of(EntryKind.TRANSFER, "t", (r.holding(0), r.holding(1), 10))],
            NOON,
        )
        assert isinstance(posted, Posted)
        undo = reversal_of(session, posted.entry_id, key="undo", business_date=TODAY)
        assert isinstance(undo, Entry)
        return post(session, [undo], NOON)

    assert isinstance(run(engine, work)[0], Posted)
    key = PositionKey(r.holders[0], r.unit, PositionKind.HOLDING)
    assert balances(engine, key) == [100]
