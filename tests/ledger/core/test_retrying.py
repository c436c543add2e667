"""Asking again: the same key with the same content answers as the first time and posts nothing."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from ledger.core.database import run
from ledger.core.entries import Entry, Posted, PostingCode, Transfer
from ledger.core.moves import EntryKind
from ledger.core.posting import WorkingSet
from ledger.refusals import Refused
from tests.support.small_record import (
    NOON,
    TODAY,
    SmallRecord,
    balances,
    entry_of,
    make_record,
    noon,
    post_all,
    post_well,
)


@pytest.fixture
def record(engine: Engine) -> SmallRecord:
    r = make_record(engine)
    post_well(
        engine,
        entry_of(EntryKind.IMPORT, "import", (r.outside(), r.holding(0), 100)),
        entry_of(EntryKind.DEPOSIT, "deposit", (r.bank(), r.cash(0), 100)),
    )
    return r


def first_entry(r: SmallRecord) -> Entry:
    return entry_of(
        EntryKind.TRANSFER,
        "sale-1",
        (r.holding(0), r.holding(1), 10),
        (r.holding(1), r.holding(2), 4),
        actor="示例经办人",
        office="示例机关",
        document="合同 1 号",
        unit_price_micro=71_800_000,
        money_fen=71_800,
    )


def count_entries(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(text("SELECT count(*) FROM entry")).scalar_one()


def test_the_same_entry_in_a_later_transaction_gives_the_first_number(
    engine: Engine, record: SmallRecord
) -> None:
    (number,) = post_well(engine, first_entry(record))
    (again,) = post_all(engine, first_entry(record))
    assert isinstance(again, Posted)
    assert (again.entry_id, again.again) == (number, True)
    assert balances(engine, record.holding(0)) == [90]


def test_the_same_entry_twice_in_one_batch_is_posted_once(
    engine: Engine, record: SmallRecord
) -> None:
    one, other = post_all(engine, first_entry(record), first_entry(record))
    assert isinstance(one, Posted)
    assert isinstance(other, Posted)
    assert one.entry_id == other.entry_id
    assert count_entries(engine) == 3
    assert balances(engine, record.holding(0)) == [90]


def test_a_retry_is_answered_even_where_the_entry_could_not_be_posted_any_more(
    engine: Engine, record: SmallRecord
) -> None:
    """The units have moved on, and another day has come: what stands still stands."""
    all_of_it = entry_of(EntryKind.TRANSFER, "all", (record.holding(0), record.holding(1), 100))
    (number,) = post_well(engine, all_of_it)
    (again,) = post_all(engine, all_of_it, now=noon(TODAY + timedelta(days=3)))
    assert isinstance(again, Posted)
    assert again.entry_id == number


def test_a_refused_key_may_be_used_again(engine: Engine, record: SmallRecord) -> None:
    too_much = entry_of(EntryKind.TRANSFER, "key", (record.holding(0), record.holding(1), 101))
    enough = entry_of(EntryKind.TRANSFER, "key", (record.holding(0), record.holding(1), 100))
    answers = post_all(engine, too_much, enough)
    assert [type(answer) for answer in answers] == [Refused, Posted]


def changed_entries(r: SmallRecord) -> dict[str, Entry]:
    """The first entry, each with one thing changed."""
    entry = first_entry(r)
    lines = entry.transfers
    return {
        "kind": replace(entry, kind=EntryKind.TRANSFER_WITH_TOTAL),
        "business date": replace(entry, business_date=TODAY - timedelta(days=1)),
        "amount": replace(entry, transfers=(lines[0]._replace(amount=11), lines[1])),
        "order of lines": replace(entry, transfers=lines[::-1]),
        "one line less": replace(entry, transfers=lines[:1]),
        "one line more": replace(entry, transfers=(*lines, lines[1])),
        "debit side": replace(
            entry, transfers=(Transfer(r.holding(3), r.holding(1), 10), lines[1])
        ),
        "another asset": replace(
            entry,
            transfers=(
                Transfer(r.holding(0, r.second_unit), r.holding(1, r.second_unit), 10),
                lines[1],
            ),
        ),
        "actor": replace(entry, actor=""),
        "office": replace(entry, office=""),
        "document": replace(entry, document="合同 2 号"),
        "period": replace(entry, period_id=1),
        "price": replace(entry, unit_price_micro=None),
        "money": replace(entry, money_fen=71_801),
        "reverses": replace(entry, reverses=1),
    }


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "later"])
def test_the_same_key_with_any_other_content_is_refused(
    engine: Engine, record: SmallRecord, together: bool
) -> None:
    others = changed_entries(record)
    if together:
        answers = post_all(engine, first_entry(record), *others.values())[1:]
    else:
        post_well(engine, first_entry(record))
        answers = post_all(engine, *others.values())
    codes = {
        name: getattr(answer, "code", "posted")
        for name, answer in zip(others, answers, strict=True)
    }
    assert codes == dict.fromkeys(others, PostingCode.KEY_USED_FOR_ANOTHER_ENTRY)
    assert count_entries(engine) == 3


def test_positions_named_by_number_and_by_what_they_are_are_the_same_content(
    engine: Engine, record: SmallRecord
) -> None:
    (number,) = post_well(engine, first_entry(record))
    with engine.connect() as connection:
        ids = connection.execute(
            text(
                "SELECT debit_position_id, credit_position_id, amount FROM transfer "
                "WHERE entry_id = :entry ORDER BY line"
            ),
            {"entry": number},
        ).all()
    by_number = replace(
        first_entry(record), transfers=tuple(Transfer(*map(int, line)) for line in ids)
    )
    (again,) = post_all(engine, by_number)
    assert isinstance(again, Posted)
    assert again.again


def test_many_at_once_with_one_key_post_it_once(engine: Engine, record: SmallRecord) -> None:
    """Eight callers, one key, ten rounds: all get the same number, the amount moves once."""
    start = threading.Barrier(8)

    def ask(round_number: int) -> int:
        start.wait(timeout=60)
        entry = entry_of(
            EntryKind.TRANSFER, f"race-{round_number}", (record.holding(0), record.holding(1), 1)
        )
        return post_well(engine, entry)[0]

    with ThreadPoolExecutor(8) as pool:
        for round_number in range(10):
            numbers = set(pool.map(ask, [round_number] * 8))
            assert len(numbers) == 1
    assert balances(engine, record.holding(0), record.holding(1)) == [90, 10]


@pytest.mark.parametrize("named", ["by number", "by what they are"])
def test_a_retry_that_overtakes_nothing_is_not_told_that_the_units_are_gone(
    engine: Engine, record: SmallRecord, named: str
) -> None:
    """Asked again while the first is still under way: its units are gone because it took them."""
    start = threading.Barrier(4)
    sides = (record.holding(0), record.holding(1))
    post_well(engine, entry_of(EntryKind.TRANSFER, "make both", (*sides, 10)))
    if named == "by number":
        with engine.connect() as connection:
            sides = tuple(  # type: ignore[assignment]
                connection.execute(
                    text(
                        "SELECT debit_position_id, credit_position_id FROM transfer t "
                        "JOIN entry e ON e.id = t.entry_id WHERE e.key = 'make both'"
                    )
                ).one()
            )

    def ask(number: int) -> Posted | Refused:
        start.wait(timeout=60)
        debit, credit = sides if number % 2 else sides[::-1]
        amount = 90 if number == 1 else 100
        return post_all(
            engine, entry_of(EntryKind.TRANSFER, f"all-{number}", (debit, credit, amount))
        )[0]

    with ThreadPoolExecutor(4) as pool:
        for number in range(1, 16):
            answers = list(pool.map(ask, [number] * 4))
            assert {type(answer) for answer in answers} == {Posted}
            assert len({answer.entry_id for answer in answers}) == 1  # type: ignore[union-attr]


def test_one_key_with_two_contents_at_once_posts_one_and_refuses_the_other(
    engine: Engine, record: SmallRecord
) -> None:
    """The two touch different positions, so no lock keeps them apart: the key has to."""
    start = threading.Barrier(2)

    def ask(entry: Entry) -> Posted | Refused:
        start.wait(timeout=60)
        return post_all(engine, entry)[0]

    with ThreadPoolExecutor(2) as pool:
        for number in range(20):
            key = f"race-{number}"
            answers = list(
                pool.map(
                    ask,
                    [
                        entry_of(
                            EntryKind.TRANSFER, key, (record.holding(0), record.holding(1), 1)
                        ),
                        entry_of(EntryKind.WITHDRAW, key, (record.cash(0), record.bank(), 1)),
                    ],
                )
            )
            assert sorted(type(answer).__name__ for answer in answers) == ["Posted", "Refused"]


def test_a_working_set_that_is_told_no_keys_still_never_posts_one_twice(
    engine: Engine, record: SmallRecord
) -> None:
    """Left out of ``open`` a key that stands is a race: the work is run again and fails loudly."""
    post_well(engine, first_entry(record))

    def careful(session) -> Posted | Refused:  # type: ignore[no-untyped-def]
        entry = first_entry(record)
        working_set = WorkingSet(session, NOON)
        working_set.open([name for line in entry.transfers for name in line[:2]], keys=[entry.key])
        answer = working_set.try_post(entry)
        working_set.flush()
        return answer

    answer = run(engine, careful)
    assert isinstance(answer, Posted)
    assert answer.again
    assert count_entries(engine) == 3
