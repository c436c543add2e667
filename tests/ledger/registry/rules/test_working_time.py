"""Working days, office hours, and delays that run in them: the edges."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.refusals import InvariantBroken
from ledger.registry.rules.working_time import (
    WorkingCalendar,
    clock_start,
    execution_at_cutoff,
    execution_time,
)

LONDON = ZoneInfo("Europe/London")
BEIJING = ZoneInfo("Asia/Shanghai")
MONDAY_TO_FRIDAY = frozenset(range(1, 6))


def calendar(
    *holidays: str, zone: ZoneInfo = LONDON, extra: tuple[str, ...] = ()
) -> WorkingCalendar:
    return WorkingCalendar(
        zone,
        time(10),
        time(16),
        MONDAY_TO_FRIDAY,
        frozenset(map(date.fromisoformat, holidays)),
        frozenset(map(date.fromisoformat, extra)),
    )


def at(text: str, zone: ZoneInfo = LONDON) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


MAY_DAY = calendar("2021-05-03")


@pytest.mark.parametrize(
    ("approved", "starts"),
    [
        ("2021-04-30 09:59:59", "2021-04-30 10:00"),
        ("2021-04-30 10:00", "2021-04-30 10:00"),
        ("2021-04-30 16:00", "2021-04-30 16:00"),
        ("2021-04-30 16:00:01", "2021-05-04 10:00"),
        ("2021-04-30 23:59:59", "2021-05-04 10:00"),
        ("2021-05-01 00:00", "2021-05-04 10:00"),
        ("2021-05-03 12:00", "2021-05-04 10:00"),
    ],
)
def test_the_clock_starts_in_office_hours_of_a_working_day(approved: str, starts: str) -> None:
    assert clock_start(at(approved), MAY_DAY) == at(starts)


@pytest.mark.parametrize(
    ("approved", "minutes", "executes"),
    [
        ("2021-04-30 15:00", 0, "2021-04-30 15:00"),
        ("2021-04-30 15:00", 60, "2021-04-30 16:00"),
        ("2021-04-30 15:00", 61, "2021-05-04 10:00"),
        ("2021-04-29 15:59", 719, "2021-04-30 10:00"),
        ("2021-04-30 15:00", 1439, "2021-05-04 10:00"),
        ("2021-04-29 15:00", 1140, "2021-04-30 10:00"),
        ("2021-04-29 15:00", 1200, "2021-04-30 11:00"),
        ("2021-04-30 15:00", 1200, "2021-05-04 10:00"),
        ("2020-12-31 15:00", 1440, "2021-01-01 15:00"),
        ("2021-04-30 16:00", 1441, "2021-05-05 10:00"),
    ],
)
def test_whole_days_are_working_days_and_the_rest_is_minutes(
    approved: str, minutes: int, executes: str
) -> None:
    assert execution_time(at(approved), minutes, MAY_DAY) == at(executes)


def test_holidays_beside_a_weekend_and_over_the_year_end_are_skipped() -> None:
    christmas = calendar("2021-12-27", "2021-12-28", "2022-01-03")
    assert execution_time(at("2021-12-24 15:00"), 1440, christmas) == at("2021-12-29 15:00")
    assert execution_time(at("2021-12-31 15:00"), 2880, christmas) == at("2022-01-05 15:00")


def test_a_make_up_day_is_worked_and_a_holiday_wins_over_it() -> None:
    golden_week = calendar("2021-10-01", zone=BEIJING, extra=("2021-10-09", "2021-10-10"))
    assert execution_time(at("2021-10-08 15:00", BEIJING), 2880, golden_week) == at(
        "2021-10-10 15:00", BEIJING
    )
    both = calendar("2021-10-09", zone=BEIJING, extra=("2021-10-09",))
    assert not both.is_working_day(date(2021, 10, 9))


def test_working_days_over_a_change_of_the_clocks_keep_the_hour_on_the_wall() -> None:
    executes = execution_time(at("2021-03-26 15:30"), 1440, MAY_DAY)
    assert executes == at("2021-03-29 15:30")
    assert executes.astimezone(UTC).hour == 14
    assert execution_time(at("2021-10-29 15:30"), 1440, MAY_DAY).astimezone(UTC).hour == 15


def test_an_instant_of_another_zone_is_looked_at_in_the_calendars() -> None:
    assert clock_start(datetime(2021, 6, 1, 15, 0, tzinfo=UTC), MAY_DAY) == at("2021-06-01 16:00")
    assert clock_start(datetime(2021, 6, 1, 15, 1, tzinfo=UTC), MAY_DAY) == at("2021-06-02 10:00")


@pytest.mark.parametrize(
    ("proposed", "executes"),
    [
        ("2021-04-29 11:59:59", "2021-04-30 12:00"),
        ("2021-04-29 12:00", "2021-05-04 12:00"),
        ("2021-04-30 09:00", "2021-05-04 12:00"),
        ("2021-04-30 18:00", "2021-05-05 12:00"),
        ("2021-05-01 09:00", "2021-05-05 12:00"),
        ("2021-05-02 23:00", "2021-05-05 12:00"),
    ],
)
def test_the_cut_off_decides_between_the_next_and_the_second_working_day(
    proposed: str, executes: str
) -> None:
    assert execution_at_cutoff(at(proposed), time(12), MAY_DAY) == at(executes)


@given(
    st.integers(0, 100 * 365 * 24 * 60 * 60),
    st.integers(0, 20_000),
    st.integers(0, 20_000),
)
def test_execution_is_in_office_hours_not_before_approval_and_grows_with_the_delay(
    seconds: int, one: int, other: int
) -> None:
    instant = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    sooner, later = sorted((one, other))
    executes = execution_time(instant, sooner, MAY_DAY)
    assert MAY_DAY.is_open(executes)
    assert executes >= instant
    assert execution_time(instant, later, MAY_DAY) >= executes


def test_what_makes_no_sense_is_a_bug_of_the_caller() -> None:
    for make in (
        lambda: WorkingCalendar(LONDON, time(16), time(10), MONDAY_TO_FRIDAY),
        lambda: WorkingCalendar(LONDON, time(10), time(16), frozenset()),
        lambda: clock_start(datetime.fromisoformat("2021-01-01"), MAY_DAY),
        lambda: execution_time(at("2021-01-01 10:00"), -1, MAY_DAY),
    ):
        with pytest.raises(InvariantBroken):
            make()
