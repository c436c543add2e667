"""Scene 19 told by one small story: what was, what we knew, and when we knew it.

12 Jan   the plant gets 100 t
20 Jan   it uses 80 t                                        left: 20
 3 Feb   recorded late: already on 15 Jan it had sold 15 t
 5 Feb   January is closed
10 Feb   it uses 5 t                                         left: 0
18 Feb   recorded late, for 1 Feb: 7 t came back             left: 7
"""

from datetime import date

import pytest
from sqlalchemy import Engine

from ledger.core.audit import audit
from ledger.core.balances import balance_at_entry, balance_on
from ledger.core.database import reading
from ledger.core.entries import PostingCode
from ledger.core.journal import Days, period_balances, statement
from ledger.core.moves import EntryKind, PositionKind
from ledger.refusals import Refused
from tests.support.histories import close, position_ids
from tests.support.small_record import (
    SmallRecord,
    entry_of,
    make_record,
    noon,
    post_all,
    post_well,
)

JAN_31 = date(2026, 1, 31)


@pytest.fixture
def record(engine: Engine) -> SmallRecord:
    return make_record(engine)


@pytest.fixture
def story(engine: Engine, record: SmallRecord) -> dict[str, int]:
    """Entry numbers by the day of recording, and the plant's position."""
    plant, buyer = record.holding(0), record.holding(2)
    used = record.of_cell(0, PositionKind.USED, ref="2026")

    def post(kind: EntryKind, recorded: date, on: date, *line: object) -> int:
        entry = entry_of(kind, f"{recorded}", line, on=on)  # type: ignore[arg-type]
        return post_well(engine, entry, now=noon(recorded))[0]

    jan_12, jan_20 = date(2026, 1, 12), date(2026, 1, 20)
    feb_3, feb_10, feb_18 = date(2026, 2, 3), date(2026, 2, 10), date(2026, 2, 18)
    told = {
        "12 Jan": post(EntryKind.IMPORT, jan_12, jan_12, record.outside(), plant, 100),
        "20 Jan": post(EntryKind.USE, jan_20, jan_20, plant, used, 80),
        "3 Feb": post(EntryKind.TRANSFER, feb_3, date(2026, 1, 15), plant, buyer, 15),
    }
    close(engine, record.scheme, JAN_31, date(2026, 2, 5))
    told["10 Feb"] = post(EntryKind.USE, feb_10, feb_10, plant, used, 5)
    told["18 Feb"] = post(EntryKind.TRANSFER, feb_18, date(2026, 2, 1), buyer, plant, 7)
    (told["plant"],) = position_ids(engine, plant)
    return told


def test_what_was_at_the_end_of_each_day(engine: Engine, story: dict[str, int]) -> None:
    days = {
        date(2026, 1, 11): 0,
        date(2026, 1, 12): 100,
        date(2026, 1, 14): 100,
        date(2026, 1, 15): 85,  # sold, though nobody had told us yet
        date(2026, 1, 20): 5,
        JAN_31: 5,
        date(2026, 2, 1): 12,  # what came back counts from here
        date(2026, 2, 9): 12,
        date(2026, 2, 10): 7,
        date(2026, 2, 28): 7,
    }
    with reading(engine) as session:
        assert {day: balance_on(session, story["plant"], day) for day in days} == days


@pytest.mark.parametrize(
    ("known_at", "jan_14", "jan_15", "jan_31", "feb_1"),
    [
        ("12 Jan", 100, 100, 100, 100),
        ("20 Jan", 100, 100, 20, 20),
        ("3 Feb", 100, 85, 5, 5),
        ("10 Feb", 100, 85, 5, 5),
        ("18 Feb", 100, 85, 5, 12),
    ],
)
def test_what_we_knew_about_these_days_and_when(
    engine: Engine,
    story: dict[str, int],
    known_at: str,
    jan_14: int,
    jan_15: int,
    jan_31: int,
    feb_1: int,
) -> None:
    days = (date(2026, 1, 14), date(2026, 1, 15), JAN_31, date(2026, 2, 1))
    with reading(engine) as session:
        known = [
            balance_on(session, story["plant"], day, as_known_at=story[known_at]) for day in days
        ]
    assert known == [jan_14, jan_15, jan_31, feb_1]


def test_in_recorded_order_the_balance_is_the_running_one(
    engine: Engine, story: dict[str, int]
) -> None:
    with reading(engine) as session:
        running = [
            balance_at_entry(session, story["plant"], story[day])
            for day in ("12 Jan", "20 Jan", "3 Feb", "10 Feb", "18 Feb")
        ]
        lines = statement(session, [story["plant"]]).lines
    assert running == [100, 20, 5, 0, 7]
    assert [line.balance for line in lines] == running
    assert [line.late for line in lines] == [False, False, True, False, True]


def test_the_statement_of_february_goes_from_5_to_7(engine: Engine, story: dict[str, int]) -> None:
    """By business date: 5 at the end of January, 5 used, 7 back; in the order of recording."""
    february = Days(date(2026, 2, 1), date(2026, 2, 28))
    with reading(engine) as session:
        assert period_balances(session, [story["plant"]], february) == (5, 7)
        page = statement(session, [story["plant"]], days=february)
    assert page.brought_forward == 5
    assert [(line.incoming - line.outgoing, line.balance) for line in page.lines] == [
        (-5, 0),
        (7, 7),
    ]


def test_january_is_final(engine: Engine, record: SmallRecord, story: dict[str, int]) -> None:
    (answer,) = post_all(
        engine,
        entry_of(
            EntryKind.TRANSFER,
            "too late",
            (record.holding(2), record.holding(0), 1),
            on=JAN_31,
        ),
        now=noon(date(2026, 2, 20)),
    )
    assert isinstance(answer, Refused)
    assert answer.code == PostingCode.BUSINESS_DATE_IN_CLOSED_MONTH


def test_by_business_date_a_balance_may_have_been_below_zero_though_no_floor_was_broken(
    engine: Engine, record: SmallRecord, story: dict[str, int]
) -> None:
    """A floor holds in recorded order only; a report by date has to say so.

    On 19 Feb the buyer gets 7 t more and passes on 15 t, saying that it did so on 1 Feb already.
    """
    buyer, third = record.holding(2), record.holding(4)
    post_well(
        engine,
        entry_of(EntryKind.TRANSFER, "more", (record.holding(0), buyer, 7), on=date(2026, 2, 19)),
        entry_of(EntryKind.TRANSFER, "back", (buyer, third, 15), on=date(2026, 2, 1)),
        now=noon(date(2026, 2, 19)),
    )
    (number,) = position_ids(engine, buyer)
    with reading(engine) as session:
        by_date = [balance_on(session, number, date(2026, 2, day)) for day in (1, 2, 18, 19)]
        recorded = [line.balance for line in statement(session, [number]).lines]
        assert audit(session).clean
    assert by_date == [-7, -7, -7, 0]
    assert recorded == [15, 8, 15, 0]
