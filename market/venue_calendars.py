"""Calendars as a database has them: opened once, their holidays and make-up days added by date.

Knows the tables of calendars; what follows from a calendar stands in ``market.calendar``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ledger.core.clock import Now
from ledger.core.deciding import TEXT_LENGTH_MAX
from ledger.core.reference_rows import insert_missing
from ledger.refusals import RefusalCode, Refused, ensure
from market.calendar import TradingDays
from market.venue_tables import calendar_day, market_calendar

CODE_LENGTH_MAX = 32
NAME_LENGTH_MAX = 200
_SHOWN_MAX = 60


class CalendarCode(RefusalCode):
    """Why a calendar is not opened or changed, in the order in which the rules are looked at."""

    CALENDAR_TEXT_UNREADABLE = "calendar_text_unreadable"
    CALENDAR_SOURCE_MISSING = "calendar_source_missing"
    CALENDAR_WEEKDAYS_UNREADABLE = "calendar_weekdays_unreadable"
    CALENDAR_CODE_TAKEN = "calendar_code_taken"
    CALENDAR_NOT_FOUND = "calendar_not_found"
    CALENDAR_CHANGE_NOT_IN_FUTURE = "calendar_change_not_in_future"


@dataclass(frozen=True, slots=True)
class CalendarDefinition:
    """A calendar to open; ``weekdays`` are its trading days as rising digits, 1 = Monday."""

    code: str
    name_zh: str
    name_en: str
    weekdays: str
    source: str


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that is not as its day of the week says: ``trading`` on it, or a holiday."""

    day: date
    trading: bool
    source: str


def open_calendar(
    session: Session, definition: CalendarDefinition, now: Now, actor: str
) -> int | Refused:
    """Open a calendar; gives its number."""
    refused = _text_fault(definition.code, CODE_LENGTH_MAX)
    for name in (definition.name_zh, definition.name_en):
        refused = refused or _text_fault(name, NAME_LENGTH_MAX)
    refused = refused or _source_fault(definition.source) or _actor_fault(actor)
    if refused is not None:
        return refused
    weekdays = definition.weekdays
    if not weekdays or weekdays != "".join(day for day in "1234567" if day in weekdays):
        values = {"text": ascii(weekdays)[:_SHOWN_MAX]}
        return Refused(CalendarCode.CALENDAR_WEEKDAYS_UNREADABLE, values)
    row = {
        "code": definition.code,
        "name_zh": definition.name_zh,
        "name_en": definition.name_en,
        "weekdays": weekdays,
        "source": definition.source.strip(),
        "recorded_at": now.instant,
        "actor": actor,
    }
    made = insert_missing(session, market_calendar, [row])
    if not made:
        return Refused(CalendarCode.CALENDAR_CODE_TAKEN, {"calendar": definition.code})
    return made.pop()


def find_calendar(session: Session, code: str) -> int | Refused:
    """Give the number of a calendar."""
    found = session.scalar(select(market_calendar.c.id).where(market_calendar.c.code == code))
    if found is None:
        return Refused(CalendarCode.CALENDAR_NOT_FOUND, {"calendar": code[:_SHOWN_MAX]})
    return int(found)


def set_calendar_days(
    session: Session, calendar_id: int, days: Sequence[SpecialDay], now: Now, actor: str
) -> int | Refused:
    """Say of future days whether there is trading: all of them or, if one is refused, none.

    A later word about a day replaces the earlier one, which stays on record.  Gives their count.
    """
    for one in days:
        refused = _source_fault(one.source) or _actor_fault(actor)
        if refused is None and one.day <= now.today:
            values = {"date": one.day, "today": now.today}
            refused = Refused(CalendarCode.CALENDAR_CHANGE_NOT_IN_FUTURE, values)
        if refused is not None:
            return refused
    # Two who set the same day wait for each other here, so versions stay apart.
    query = select(market_calendar.c.id).where(market_calendar.c.id == calendar_id)
    session.execute(query.with_for_update()).one()
    versions = {
        row.day: row.version
        for row in session.execute(
            select(calendar_day.c.day, func.max(calendar_day.c.version).label("version"))
            .where(calendar_day.c.calendar_id == calendar_id)
            .group_by(calendar_day.c.day)
        )
    }
    rows = []
    for one in days:
        versions[one.day] = versions.get(one.day, 0) + 1
        rows.append(
            {
                "calendar_id": calendar_id,
                "day": one.day,
                "version": versions[one.day],
                "trading": one.trading,
                "source": one.source.strip(),
                "recorded_at": now.instant,
                "actor": actor,
            }
        )
    made = insert_missing(session, calendar_day, rows)
    ensure(len(made) == len(rows), "the next version of a day is free under its calendar's lock")
    return len(rows)


def trading_days(
    session: Session, calendar_id: int, known_before: datetime | None = None
) -> TradingDays:
    """Give the trading days of a calendar as they are known now, or were before an instant."""
    query = select(market_calendar.c.weekdays).where(market_calendar.c.id == calendar_id)
    weekdays = session.execute(query).scalar_one()
    words = (
        select(calendar_day.c.day, calendar_day.c.trading)
        .where(calendar_day.c.calendar_id == calendar_id)
        .order_by(calendar_day.c.day, calendar_day.c.version)
    )
    if known_before is not None:
        words = words.where(calendar_day.c.recorded_at < known_before)
    rows = session.execute(words)
    return TradingDays(
        frozenset(int(day) for day in weekdays), {row.day: row.trading for row in rows}
    )


def _source_fault(source: str) -> Refused | None:
    if not source.strip():
        return Refused(CalendarCode.CALENDAR_SOURCE_MISSING)
    return _text_fault(source.strip(), TEXT_LENGTH_MAX)


def _actor_fault(actor: str) -> Refused | None:
    return _text_fault(actor, TEXT_LENGTH_MAX) if actor else None


def _text_fault(text: str, limit: int) -> Refused | None:
    if text.strip() and text.isprintable() and len(text) <= limit:
        return None
    values = {"text": ascii(text)[:_SHOWN_MAX], "limit": limit}
    return Refused(CalendarCode.CALENDAR_TEXT_UNREADABLE, values)
