"""Trading days and hours: what is open when, what comes next, and what is refused outside."""

from datetime import UTC, date, datetime

import pytest

from ledger.core.clock import REGISTRY_ZONE
from ledger.refusals import InvariantBroken, Refused
from market.calendar import Mode, Phase, SessionCode, Sessions, TradingDays, Window
from web.sentences.catalogue import sentence

WEEKDAYS = frozenset({1, 2, 3, 4, 5})
DAYS = TradingDays(
    WEEKDAYS,
    # A holiday of a Thursday and Friday, made up for on the Sunday before.
    {date(2026, 10, 1): False, date(2026, 10, 2): False, date(2026, 9, 27): True},
)
MORNING, AFTERNOON = Window(570, 690), Window(780, 900)
BOOK = Sessions(
    DAYS,
    {
        Mode.CALL: (Window(555, 565), Window(897, 900)),
        Mode.CONTINUOUS: (MORNING, Window(780, 897)),
        Mode.BLOCK: (Window(780, 930),),
    },
)
LISTING = Sessions(DAYS, {Mode.LISTING: (MORNING, AFTERNOON), Mode.BLOCK: (AFTERNOON,)})


def moment(day: int, clock: str, month: int = 11) -> datetime:
    """An instant of 2026 in Beijing."""
    parts = [int(part) for part in clock.split(":")]
    return datetime(2026, month, day, *parts, tzinfo=REGISTRY_ZONE)


@pytest.mark.parametrize(
    ("day", "trading"),
    [
        (date(2026, 9, 25), True),
        (date(2026, 9, 26), False),
        (date(2026, 9, 27), True),
        (date(2026, 9, 30), True),
        (date(2026, 10, 1), False),
        (date(2026, 10, 2), False),
        (date(2026, 10, 3), False),
        (date(2026, 10, 5), True),
    ],
    ids=str,
)
def test_holidays_and_make_up_days_go_before_the_day_of_the_week(day: date, trading: bool) -> None:
    assert DAYS.is_trading_day(day) is trading


def test_next_and_previous_trading_day_step_over_holidays() -> None:
    assert DAYS.next_trading_day(date(2026, 9, 25)) == date(2026, 9, 27)
    assert DAYS.next_trading_day(date(2026, 9, 30)) == date(2026, 10, 5)
    assert DAYS.previous_trading_day(date(2026, 10, 5)) == date(2026, 9, 30)
    assert DAYS.previous_trading_day(date(2026, 9, 28)) == date(2026, 9, 27)
    assert DAYS.trading_day_after(date(2026, 9, 30), 2) == date(2026, 10, 6)
    assert DAYS.trading_day_after(date(2026, 10, 3), 0) == date(2026, 10, 3)


def test_a_calendar_without_any_trading_day_is_a_bug() -> None:
    with pytest.raises(InvariantBroken, match="within a year"):
        TradingDays(frozenset(), {}).next_trading_day(date(2026, 1, 1))


@pytest.mark.parametrize(
    ("clock", "phase"),
    [
        ("09:14:59", Phase.CLOSED),
        ("09:15:00", Phase.CALL),
        ("09:24:59", Phase.CALL),
        ("09:25:00", Phase.BREAK),
        ("09:30:00", Phase.CONTINUOUS),
        ("11:29:59", Phase.CONTINUOUS),
        ("11:30:00", Phase.BREAK),
        ("13:00:00", Phase.CONTINUOUS),
        ("14:57:00", Phase.CALL),
        ("15:00:00", Phase.CLOSED),
    ],
)
def test_phases_of_a_day_begin_on_the_second_and_end_before_it(clock: str, phase: Phase) -> None:
    assert BOOK.phase_at(moment(16, clock)) is phase


def test_a_day_without_trading_is_closed_all_day() -> None:
    assert BOOK.phase_at(moment(15, "10:00")) is Phase.CLOSED
    assert BOOK.phase_at(moment(1, "10:00", month=10)) is Phase.CLOSED
    assert not BOOK.is_open(Mode.BLOCK, moment(15, "14:00"))


def test_listing_hours_are_the_hours_of_the_book() -> None:
    assert LISTING.phase_at(moment(16, "09:30")) is Phase.CONTINUOUS
    assert LISTING.phase_at(moment(16, "12:00")) is Phase.BREAK


def test_the_day_is_the_day_in_beijing() -> None:
    # Sunday evening in London is Monday morning in Beijing.
    sunday_evening = datetime(2026, 11, 16, 1, 30, tzinfo=UTC)
    assert BOOK.phase_at(sunday_evening) is Phase.CONTINUOUS
    assert BOOK.phase_at(datetime(2026, 11, 15, 16, 0, tzinfo=UTC)) is Phase.CLOSED


@pytest.mark.parametrize(
    ("after", "change"),
    [
        (moment(16, "09:00"), moment(16, "09:15")),
        (moment(16, "09:15"), moment(16, "09:25")),
        (moment(16, "11:00:30"), moment(16, "11:30")),
        (moment(16, "14:57"), moment(16, "15:00")),
        (moment(16, "15:00"), moment(16, "15:30")),
        (moment(16, "15:30"), moment(17, "09:15")),
        (moment(20, "15:30"), moment(23, "09:15")),
        (moment(30, "20:00", month=9), moment(5, "09:15", month=10)),
    ],
    ids=str,
)
def test_the_next_change_is_an_edge_of_some_session(after: datetime, change: datetime) -> None:
    assert BOOK.next_change(after) == change


def test_orders_of_the_book_are_taken_in_calls_and_continuous_hours() -> None:
    for clock in ("09:15", "09:31", "14:58"):
        assert BOOK.refuse_outside(Mode.CONTINUOUS, moment(16, clock)) is None
    refused = BOOK.refuse_outside(Mode.CONTINUOUS, moment(16, "09:26"))
    assert refused == Refused(
        SessionCode.OUTSIDE_SESSION,
        {
            "mode": "continuous",
            "time": "09:26:00",
            "hours": "09:15-09:25, 09:30-11:30, 13:00-14:57, 14:57-15:00",
            "next_opening": moment(16, "09:30"),
        },
    )


def test_a_block_at_ten_is_outside_its_session_and_told_when_it_opens() -> None:
    refused = LISTING.refuse_outside(Mode.BLOCK, moment(16, "10:00"))
    assert refused is not None
    assert refused.code is SessionCode.OUTSIDE_SESSION
    assert refused.values["next_opening"] == moment(16, "13:00")
    assert "13:00-15:00" in sentence(refused, "zh")
    assert "2026-11-16 13:00" in sentence(refused, "zh")


def test_a_holiday_is_told_apart_from_a_late_hour() -> None:
    refused = LISTING.refuse_outside(Mode.LISTING, moment(1, "10:00", month=10))
    assert refused == Refused(
        SessionCode.NOT_A_TRADING_DAY,
        {"date": date(2026, 10, 1), "next_opening": moment(5, "09:30", month=10)},
    )
    late = LISTING.refuse_outside(Mode.LISTING, moment(16, "15:00"))
    assert late is not None
    assert late.values["next_opening"] == moment(17, "09:30")


def test_a_day_order_ends_at_the_close_of_its_day() -> None:
    assert LISTING.day_order_ends_at(moment(16, "10:00")) == moment(16, "15:00")
    assert LISTING.day_order_ends_at(moment(16, "08:00")) == moment(16, "15:00")
    assert LISTING.day_order_ends_at(moment(16, "15:00")) == moment(17, "15:00")
    assert LISTING.day_order_ends_at(moment(14, "10:00")) == moment(16, "15:00")
    assert BOOK.closes_at(date(2026, 11, 16)) == moment(16, "15:30")


def test_the_end_of_the_call_that_is_on_is_known() -> None:
    assert BOOK.call_ends_at(moment(16, "09:20")) == moment(16, "09:25")
    assert BOOK.call_ends_at(moment(16, "14:59")) == moment(16, "15:00")
    assert BOOK.call_ends_at(moment(16, "10:00")) is None
    assert BOOK.call_ends_at(moment(15, "09:20")) is None


@pytest.mark.parametrize(("starts_at", "ends_at"), [(600, 600), (700, 600), (-1, 10), (0, 1441)])
def test_a_session_starts_before_it_ends_within_one_day(starts_at: int, ends_at: int) -> None:
    with pytest.raises(InvariantBroken, match="session"):
        Window(starts_at, ends_at)


def test_a_session_may_last_until_midnight() -> None:
    until_midnight = Sessions(DAYS, {Mode.CONTINUOUS: (Window(1380, 1440),)})
    assert until_midnight.phase_at(moment(16, "23:59:59")) is Phase.CONTINUOUS
    assert until_midnight.closes_at(date(2026, 11, 16)) == moment(17, "00:00")
