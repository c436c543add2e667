"""Closing a month: in order, once over, final; and nothing slips in while it happens."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, text

from ledger.core.audit import audit
from ledger.core.balances import balances_on
from ledger.core.closing import (
    ClosedMonth,
    ClosingCode,
    close_month,
    closed_months,
    end_of_month,
)
from ledger.core.database import reading, run
from ledger.core.entries import Posted, PostingCode
from ledger.core.moves import EntryKind, PositionKind
from ledger.refusals import Refused
from tests.support.histories import close, every_position, lived_history, position_ids
from tests.support.small_record import (
    SmallRecord,
    balances,
    entry_of,
    make_record,
    noon,
    post_all,
    post_well,
)
from web.sentences.catalogue import sentence

MAY, JUNE = date(2026, 5, 31), date(2026, 6, 30)
FIFTH = date(2026, 6, 5)
"""The day in June on which May is closed."""


@pytest.fixture
def record(engine: Engine) -> SmallRecord:
    r = make_record(engine)
    for day, amount in ((date(2026, 4, 10), 100), (date(2026, 5, 10), 50), (FIFTH, 7)):
        post_well(
            engine,
            entry_of(EntryKind.IMPORT, f"i{day}", (r.outside(), r.holding(0), amount), on=day),
            now=noon(day),
        )
    return r


def ask(engine: Engine, scheme: int, month_end: date, day: date, actor: str = "示例") -> object:
    answer = run(engine, lambda s: close_month(s, scheme, month_end, noon(day), actor))
    if isinstance(answer, Refused):
        # A sentence that asks for a figure which the refusal does not tell would raise.
        assert sentence(answer, "zh") != sentence(answer, "en")
    return answer


def kept(engine: Engine) -> list[tuple[int, str, int]]:
    with engine.connect() as connection:
        found = connection.execute(
            text("SELECT position_id, month_end, balance FROM closing ORDER BY 2, 1")
        ).all()
    return [(row[0], str(row[1]), row[2]) for row in found]


@pytest.mark.parametrize(
    ("day", "last"),
    [
        (date(2026, 2, 1), date(2026, 2, 28)),
        (date(2028, 2, 29), date(2028, 2, 29)),
        (date(2026, 12, 31), date(2026, 12, 31)),
        (date(2026, 4, 30), date(2026, 4, 30)),
    ],
)
def test_the_end_of_a_month(day: date, last: date) -> None:
    assert end_of_month(day) == last


def test_a_closing_keeps_the_balances_that_the_month_changed(
    engine: Engine, record: SmallRecord
) -> None:
    outside, holding = position_ids(engine, record.outside(), record.holding(0))
    april = close(engine, record.scheme, date(2026, 4, 30), FIFTH)
    may = close(engine, record.scheme, MAY, FIFTH)
    assert kept(engine) == [
        (outside, "2026-04-30", -100),
        (holding, "2026-04-30", 100),
        (outside, "2026-05-31", -150),
        (holding, "2026-05-31", 150),
    ]
    assert (april.month_end, may.month_end, may.again) == (date(2026, 4, 30), MAY, False)
    # The newest entry is the one of June, the only one dated after May.
    assert may.first_later_entry_id == may.last_entry_id


def test_a_month_without_changes_keeps_nothing_and_is_closed_all_the_same(
    engine: Engine, record: SmallRecord
) -> None:
    july, august = date(2026, 7, 31), date(2026, 8, 31)
    hold = record.frozen(0, "in and out")
    post_well(
        engine,
        entry_of(EntryKind.HOLD, "h", (record.holding(0), hold, 5), on=date(2026, 7, 1)),
        entry_of(EntryKind.RELEASE, "r", (hold, record.holding(0), 5), on=date(2026, 7, 2)),
        now=noon(date(2026, 7, 3)),
    )
    for month_end in (MAY, JUNE, july):
        close(engine, record.scheme, month_end, august)
    assert [row[1] for row in kept(engine)] == ["2026-05-31"] * 2 + ["2026-06-30"] * 2
    with reading(engine) as session:
        assert [month.month_end for month in closed_months(session, record.scheme)] == [
            MAY,
            JUNE,
            july,
        ]
        assert audit(session).clean


def test_nothing_is_posted_into_a_closed_month(engine: Engine, record: SmallRecord) -> None:
    close(engine, record.scheme, MAY, FIFTH)
    line = (record.holding(0), record.holding(1), 1)
    into, after = post_all(
        engine,
        entry_of(EntryKind.TRANSFER, "into", line, on=MAY),
        entry_of(EntryKind.TRANSFER, "after", line, on=MAY + timedelta(days=1)),
        now=noon(FIFTH),
    )
    assert isinstance(into, Refused)
    assert into.code == PostingCode.BUSINESS_DATE_IN_CLOSED_MONTH
    assert into.values == {"date": MAY, "closed_through": MAY}
    assert isinstance(after, Posted)


def test_the_books_of_another_scheme_stay_open(engine: Engine, record: SmallRecord) -> None:
    close(engine, record.scheme, MAY, FIFTH)
    post_well(
        engine,
        entry_of(EntryKind.DEPOSIT, "d", (record.bank(), record.cash(0), 1), on=MAY),
        now=noon(FIFTH),
    )


def test_an_entry_over_two_schemes_is_refused_if_either_is_closed(
    engine: Engine, record: SmallRecord
) -> None:
    close(engine, record.other_scheme, MAY, FIFTH)
    hold = record.frozen(0, "h")
    post_well(
        engine,
        entry_of(EntryKind.HOLD, "h", (record.holding(0), hold, 5)),
        now=noon(date(2026, 6, 15)),
    )
    post_well(
        engine,
        entry_of(EntryKind.DEPOSIT, "d", (record.bank(), record.cash(1), 9)),
        now=noon(date(2026, 6, 15)),
    )
    (answer,) = post_all(
        engine,
        entry_of(
            EntryKind.FILL,
            "fill",
            (hold, record.holding(1), 5),
            (record.cash(1), record.cash(0)._replace(kind=PositionKind.FEES), 9),
            on=MAY,
        ),
        now=noon(FIFTH),
    )
    assert isinstance(answer, Refused)
    assert answer.code == PostingCode.BUSINESS_DATE_IN_CLOSED_MONTH


@pytest.mark.parametrize(
    ("month_end", "day", "actor", "code"),
    [
        (MAY, FIFTH, "", ClosingCode.CLOSING_ACTOR_MISSING),
        (MAY, FIFTH, "  ", ClosingCode.CLOSING_ACTOR_MISSING),
        (MAY, FIFTH, "x" * 501, ClosingCode.CLOSING_ACTOR_TOO_LONG),
        (date(2026, 5, 30), FIFTH, "x", ClosingCode.DAY_NOT_END_OF_MONTH),
        (date(2026, 6, 5), FIFTH, "x", ClosingCode.DAY_NOT_END_OF_MONTH),
        (MAY, MAY, "x", ClosingCode.MONTH_NOT_OVER),
        (JUNE, FIFTH, "x", ClosingCode.MONTH_NOT_OVER),
        (date(2099, 1, 31), FIFTH, "x", ClosingCode.MONTH_NOT_OVER),
    ],
)
def test_a_month_is_closed_by_somebody_on_its_last_day_when_it_is_over(
    engine: Engine, record: SmallRecord, month_end: date, day: date, actor: str, code: ClosingCode
) -> None:
    answer = ask(engine, record.scheme, month_end, day, actor)
    assert isinstance(answer, Refused)
    assert answer.code == code
    assert kept(engine) == []


def test_months_are_closed_in_order(engine: Engine, record: SmallRecord) -> None:
    close(engine, record.scheme, date(2026, 3, 31), FIFTH)
    skipped = ask(engine, record.scheme, MAY, FIFTH)
    assert isinstance(skipped, Refused)
    assert skipped.code == ClosingCode.EARLIER_MONTH_OPEN
    assert skipped.values["next"] == date(2026, 4, 30)
    before = ask(engine, record.scheme, date(2026, 1, 31), FIFTH)
    assert isinstance(before, Refused)
    assert before.code == ClosingCode.MONTH_CLOSED_WITH_LATER_ONE


def test_the_first_closing_closes_everything_before_it(engine: Engine, record: SmallRecord) -> None:
    close(engine, record.scheme, MAY, FIFTH)
    (answer,) = post_all(
        engine,
        entry_of(
            EntryKind.IMPORT,
            "long ago",
            (record.outside(), record.holding(0), 1),
            on=date(2008, 1, 1),
        ),
        now=noon(FIFTH),
    )
    assert isinstance(answer, Refused)
    assert answer.code == PostingCode.BUSINESS_DATE_IN_CLOSED_MONTH


def test_closing_again_changes_nothing_and_tells_what_was_written(
    engine: Engine, record: SmallRecord
) -> None:
    first = close(engine, record.scheme, MAY, FIFTH)
    balances_kept = kept(engine)
    again = ask(engine, record.scheme, MAY, FIFTH + timedelta(days=20), "somebody else")
    assert isinstance(again, ClosedMonth)
    assert again.again
    assert (again.actor, again.closed_at, again.last_entry_id) == (
        first.actor,
        first.closed_at,
        first.last_entry_id,
    )
    assert kept(engine) == balances_kept


def test_a_scheme_that_does_not_exist_is_refused(engine: Engine, record: SmallRecord) -> None:
    answer = ask(engine, 999, MAY, FIFTH)
    assert isinstance(answer, Refused)
    assert answer.code == ClosingCode.CLOSING_SCHEME_WITHOUT_ASSETS


def test_a_reversal_of_an_entry_in_a_closed_month_counts_for_an_open_day(
    engine: Engine, record: SmallRecord
) -> None:
    close(engine, record.scheme, MAY, FIFTH)
    (holding,) = position_ids(engine, record.holding(0))
    with engine.connect() as connection:
        original = connection.execute(
            text("SELECT id FROM entry WHERE key = 'i2026-05-10'")
        ).scalar_one()
    (answer,) = post_all(
        engine,
        entry_of(
            EntryKind.REVERSAL,
            "undo",
            (record.holding(0), record.outside(), 50),
            on=FIFTH,
            reverses=original,
        ),
        now=noon(FIFTH),
    )
    assert isinstance(answer, Posted)
    with reading(engine) as session:
        assert balances_on(session, [holding], MAY) == {holding: 150}
        assert balances_on(session, [holding], FIFTH) == {holding: 107}


def test_while_others_post_closings_keep_exactly_what_stands(engine: Engine) -> None:
    """Six writers date entries into three months while a seventh closes these months.

    Every entry that was acknowledged is in the balances kept, every other was refused; the audit
    counts both again.
    """
    record = make_record(engine)
    post_well(
        engine,
        entry_of(EntryKind.IMPORT, "i", (record.outside(), record.holding(0), 10**6)),
        now=noon(date(2026, 6, 15)),
    )
    months = [date(2026, 3, 31), date(2026, 4, 30), MAY]
    under_way = threading.Barrier(7)
    refused = []

    def write(writer: int) -> int:
        under_way.wait(timeout=60)
        posted = 0
        for number in range(60):
            day = months[number % 3] - timedelta(days=writer)
            (answer,) = post_all(
                engine,
                entry_of(
                    EntryKind.TRANSFER,
                    f"{writer}-{number}",
                    (record.holding(0), record.holding(1 + writer), 1),
                    on=day,
                ),
                now=noon(date(2026, 6, 15)),
            )
            if isinstance(answer, Posted):
                posted += 1
            else:
                assert answer.code == PostingCode.BUSINESS_DATE_IN_CLOSED_MONTH
                refused.append(day)
        return posted

    def close_them() -> None:
        under_way.wait(timeout=60)
        for month_end in months:
            answer = ask(engine, record.scheme, month_end, date(2026, 6, 15))
            assert isinstance(answer, ClosedMonth)

    with ThreadPoolExecutor(7) as pool:
        writers = [pool.submit(write, writer) for writer in range(6)]
        closer = pool.submit(close_them)
        closer.result()
        posted = [writer.result() for writer in writers]
    keys = [record.holding(1 + writer) for writer in range(6)]
    with reading(engine) as session:
        report = audit(session)
        assert report.clean, report.differences
        found = session.execute(text("SELECT count(*) FROM entry WHERE key <> 'i'")).scalar_one()
    assert sum(posted) == found
    assert len(refused) == 360 - sum(posted)
    assert balances(engine, *keys) == posted


def test_two_at_once_close_a_month_once(engine: Engine, record: SmallRecord) -> None:
    start = threading.Barrier(4)

    def close_it(_number: int) -> object:
        start.wait(timeout=60)
        return ask(engine, record.scheme, MAY, FIFTH)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(close_it, range(4)))
    assert sorted(answer.again for answer in answers) == [False, True, True, True]  # type: ignore[attr-defined]


def test_closings_of_a_lived_year_are_found_right_by_the_audit(engine: Engine) -> None:
    record = make_record(engine)
    lived_history(engine, record, seed=21, first=date(2026, 1, 1), days=130, entries_a_day=2)
    with reading(engine) as session:
        report = audit(session)
        assert report.clean, report.differences
        assert report.counted["closed_months"] == 4
        assert every_position(engine)
