"""Calendars in a database: opened, their special days set, and every reason for a refusal."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine, text

from ledger.core.database import run
from ledger.refusals import RefusalCode, Refused
from market.demonstration_venue import WORKDAYS
from market.venue_calendars import (
    CalendarCode,
    SpecialDay,
    find_calendar,
    open_calendar,
    set_calendar_days,
    trading_days,
)
from tests.support.market_venues import ACTOR, EVE

HOLIDAY = SpecialDay(date(2026, 11, 18), False, "示例放假通知")
MADE_UP = SpecialDay(date(2026, 11, 21), True, "示例放假通知")


def test_the_last_word_about_a_day_counts_and_the_first_stays_on_record(engine: Engine) -> None:
    def work(session):  # type: ignore[no-untyped-def]
        number = open_calendar(session, WORKDAYS, EVE, ACTOR)
        assert isinstance(number, int)
        assert find_calendar(session, WORKDAYS.code) == number
        assert set_calendar_days(session, number, [HOLIDAY, MADE_UP], EVE, ACTOR) == 2
        days = trading_days(session, number)
        assert [days.is_trading_day(date(2026, 11, day)) for day in (17, 18, 21, 22)] == [
            True,
            False,
            True,
            False,
        ]
        revoked = replace(HOLIDAY, trading=True)
        assert set_calendar_days(session, number, [revoked], EVE, ACTOR) == 1
        assert trading_days(session, number).is_trading_day(HOLIDAY.day)
        kept = session.execute(text("SELECT count(*) FROM calendar_day")).scalar_one()
        assert kept == 3

    run(engine, work)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"code": " "}, CalendarCode.CALENDAR_TEXT_UNREADABLE),
        ({"name_en": "x" * 201}, CalendarCode.CALENDAR_TEXT_UNREADABLE),
        ({"source": ""}, CalendarCode.CALENDAR_SOURCE_MISSING),
        ({"weekdays": ""}, CalendarCode.CALENDAR_WEEKDAYS_UNREADABLE),
        ({"weekdays": "54321"}, CalendarCode.CALENDAR_WEEKDAYS_UNREADABLE),
        ({"weekdays": "1122"}, CalendarCode.CALENDAR_WEEKDAYS_UNREADABLE),
        ({"weekdays": "128"}, CalendarCode.CALENDAR_WEEKDAYS_UNREADABLE),
    ],
    ids=str,
)
def test_a_calendar_that_cannot_be_is_refused(
    sqlite_engine: Engine, changed: dict[str, str], code: RefusalCode
) -> None:
    def work(session):  # type: ignore[no-untyped-def]
        answer = open_calendar(session, replace(WORKDAYS, **changed), EVE, ACTOR)
        assert isinstance(answer, Refused)
        assert answer.code is code

    run(sqlite_engine, work)


def test_a_code_is_taken_once_and_an_unknown_one_is_named(sqlite_engine: Engine) -> None:
    def work(session):  # type: ignore[no-untyped-def]
        open_calendar(session, WORKDAYS, EVE, ACTOR)
        again = open_calendar(session, WORKDAYS, EVE, ACTOR)
        assert again == Refused(CalendarCode.CALENDAR_CODE_TAKEN, {"calendar": "workdays"})
        missing = find_calendar(session, "lunar")
        assert missing == Refused(CalendarCode.CALENDAR_NOT_FOUND, {"calendar": "lunar"})

    run(sqlite_engine, work)


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (replace(HOLIDAY, day=EVE.today), CalendarCode.CALENDAR_CHANGE_NOT_IN_FUTURE),
        (replace(HOLIDAY, source=" "), CalendarCode.CALENDAR_SOURCE_MISSING),
        (replace(HOLIDAY, source="a\nb"), CalendarCode.CALENDAR_TEXT_UNREADABLE),
    ],
    ids=["today", "source", "text"],
)
def test_one_bad_day_sets_none(sqlite_engine: Engine, bad: SpecialDay, code: RefusalCode) -> None:
    def work(session):  # type: ignore[no-untyped-def]
        number = open_calendar(session, WORKDAYS, EVE, ACTOR)
        assert isinstance(number, int)
        answer = set_calendar_days(session, number, [MADE_UP, bad], EVE, ACTOR)
        assert isinstance(answer, Refused)
        assert answer.code is code
        assert not trading_days(session, number).exceptions

    run(sqlite_engine, work)
