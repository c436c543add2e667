"""Trading days and trading hours: pure dates and minutes, no database.

A day is a day at the registry's place (+08:00, no summer time); hours are half-open: a session
09:30-11:30 takes orders at 09:30:00 and no more at 11:30:00.  Which days and hours those are is
told by a venue's calendar and its dated rules; nothing here is a default.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from ledger.core.clock import REGISTRY_ZONE
from ledger.refusals import InvariantBroken, RefusalCode, Refused, ensure

MINUTES_OF_DAY = 24 * 60
_SEARCH_DAYS = 366
"""How far a next trading day is looked for; a calendar with none for a year has no trading."""


class Mode(StrEnum):
    """A way to trade at a venue."""

    CONTINUOUS = "continuous"
    CALL = "call"
    LISTING = "listing"
    BLOCK = "block"
    AGREEMENT = "agreement"


class Phase(StrEnum):
    """What a venue's book does at an instant."""

    CLOSED = "closed"
    CALL = "call"
    CONTINUOUS = "continuous"
    BREAK = "break"


class SessionCode(RefusalCode):
    """Why nothing can be done at a venue now, in the order in which the rules are looked at."""

    NOT_A_TRADING_DAY = "not_a_trading_day"
    OUTSIDE_SESSION = "outside_session"


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A session of a day in minutes after midnight (+08:00): ``starts_at`` is in, ``ends_at`` out."""

    starts_at: int
    ends_at: int

    def __post_init__(self) -> None:
        """Hold the range and the order."""
        ensure(
            0 <= self.starts_at < self.ends_at <= MINUTES_OF_DAY,
            "a session starts before it ends, within one day",
        )

    def __str__(self) -> str:
        return f"{_clock_text(self.starts_at)}-{_clock_text(self.ends_at)}"


@dataclass(frozen=True, slots=True)
class TradingDays:
    """On which days there is trading.

    ``weekdays`` are ISO numbers (1 = Monday); ``exceptions`` say of single days whether there is
    trading: False for a holiday, True for a make-up day.
    """

    weekdays: frozenset[int]
    exceptions: Mapping[date, bool]

    def is_trading_day(self, day: date) -> bool:
        """Tell whether there is trading on a day."""
        said = self.exceptions.get(day)
        return day.isoweekday() in self.weekdays if said is None else said

    def next_trading_day(self, day: date) -> date:
        """Give the first trading day after a day."""
        return self._nearest(day, 1)

    def previous_trading_day(self, day: date) -> date:
        """Give the last trading day before a day."""
        return self._nearest(day, -1)

    def trading_day_after(self, day: date, count: int) -> date:
        """Give the ``count``-th trading day after a day; 0 gives the day itself."""
        ensure(count >= 0, "trading days are counted forward")
        for _ in range(count):
            day = self.next_trading_day(day)
        return day

    def _nearest(self, day: date, step: int) -> date:
        for distance in range(1, _SEARCH_DAYS + 1):
            candidate = day + timedelta(days=distance * step)
            if self.is_trading_day(candidate):
                return candidate
        raise InvariantBroken("a calendar has a trading day within a year")


@dataclass(frozen=True, slots=True)
class Sessions:
    """The trading hours of a venue by mode, on its trading days.

    Hours change by day only (a dated rule), so one value of this holds for at least a whole day.
    """

    days: TradingDays
    windows: Mapping[Mode, tuple[Window, ...]]

    def phase_at(self, instant: datetime) -> Phase:
        """Tell what the book does: a call in call hours, continuous in continuous or listing hours.

        Between two sessions of one day it has a break; before the first and after the last, and
        on days without trading, it is closed.  Block and agreement hours are asked with
        ``is_open``.
        """
        day, minute = _local(instant)
        book = self._of_book()
        if not book or not self.days.is_trading_day(day):
            return Phase.CLOSED
        if _within(self.windows.get(Mode.CALL, ()), minute):
            return Phase.CALL
        if _within(book, minute):
            return Phase.CONTINUOUS
        between = book[0].starts_at <= minute < book[-1].ends_at
        return Phase.BREAK if between else Phase.CLOSED

    def is_open(self, mode: Mode, instant: datetime) -> bool:
        """Tell whether a mode has a session now."""
        day, minute = _local(instant)
        return self.days.is_trading_day(day) and _within(self.windows.get(mode, ()), minute)

    def refuse_outside(self, mode: Mode, instant: datetime) -> Refused | None:
        """Refuse what comes outside the sessions of a mode; the values say when it opens next.

        An order for the continuous book is taken in call hours too.
        """
        if self._takes(mode, instant):
            return None
        day, _minute = _local(instant)
        next_opening = self.next_opening(mode, instant)
        if not self.days.is_trading_day(day):
            values = {"date": day, "next_opening": next_opening}
            return Refused(SessionCode.NOT_A_TRADING_DAY, values)
        hours = ", ".join(str(window) for window in self._windows_taking(mode))
        here = instant.astimezone(REGISTRY_ZONE)
        values_of_hours = {
            "mode": mode.value,
            "time": f"{here:%H:%M:%S}",
            "hours": hours,
            "next_opening": next_opening,
        }
        return Refused(SessionCode.OUTSIDE_SESSION, values_of_hours)

    def next_opening(self, mode: Mode, instant: datetime) -> datetime:
        """Give the next instant at which a session that takes orders of this mode starts."""
        starts = sorted(window.starts_at for window in self._windows_taking(mode))
        ensure(starts != [], f"the venue has hours for {mode.value}")
        return self._first_after(starts, instant)

    def next_change(self, instant: datetime) -> datetime:
        """Give the next instant, after this one, at which a session of any mode starts or ends."""
        edges = {
            edge
            for windows in self.windows.values()
            for window in windows
            for edge in (window.starts_at, window.ends_at)
        }
        ensure(edges != set(), "the venue has hours")
        return self._first_after(sorted(edges), instant)

    def call_ends_at(self, instant: datetime) -> datetime | None:
        """Give the scheduled end of the call that is on now; None when there is none."""
        return self.session_ends_at(Mode.CALL, instant)

    def session_ends_at(self, mode: Mode, instant: datetime) -> datetime | None:
        """Give the end of the session of a mode that is on now; None when there is none."""
        day, minute = _local(instant)
        if not self.days.is_trading_day(day):
            return None
        for window in self.windows.get(mode, ()):
            if window.starts_at <= minute < window.ends_at:
                return _instant(day, window.ends_at)
        return None

    def closes_at(self, day: date) -> datetime:
        """Give the end of the last session of a day, where its DAY orders end."""
        ends = [window.ends_at for windows in self.windows.values() for window in windows]
        ensure(ends != [], "the venue has hours")
        return _instant(day, max(ends))

    def day_order_ends_at(self, instant: datetime) -> datetime:
        """Give the close at which a DAY order taken now ends: of today, else of the next session."""
        day, _minute = _local(instant)
        if not self.days.is_trading_day(day) or instant >= self.closes_at(day):
            day = self.days.next_trading_day(day)
        return self.closes_at(day)

    def _of_book(self) -> list[Window]:
        modes = (Mode.CALL, Mode.CONTINUOUS, Mode.LISTING)
        return sorted(window for mode in modes for window in self.windows.get(mode, ()))

    def _windows_taking(self, mode: Mode) -> list[Window]:
        modes = (Mode.CALL, mode) if mode is Mode.CONTINUOUS else (mode,)
        return sorted(window for one in modes for window in self.windows.get(one, ()))

    def _takes(self, mode: Mode, instant: datetime) -> bool:
        day, minute = _local(instant)
        return self.days.is_trading_day(day) and _within(self._windows_taking(mode), minute)

    def _first_after(self, minutes: list[int], instant: datetime) -> datetime:
        """Give the first of those minutes of trading days that lies after an instant."""
        day, _minute = _local(instant)
        if self.days.is_trading_day(day):
            for minute in minutes:
                if _instant(day, minute) > instant:
                    return _instant(day, minute)
        return _instant(self.days.next_trading_day(day), minutes[0])


def local_day(instant: datetime) -> date:
    """Give the day an instant falls on at the registry's place."""
    return instant.astimezone(REGISTRY_ZONE).date()


def _local(instant: datetime) -> tuple[date, int]:
    here = instant.astimezone(REGISTRY_ZONE)
    return here.date(), here.hour * 60 + here.minute


def _instant(day: date, minute: int) -> datetime:
    midnight = datetime.combine(day, time(0, 0), REGISTRY_ZONE)
    return (midnight + timedelta(minutes=minute)).astimezone(UTC)


def _within(windows: Iterable[Window], minute: int) -> bool:
    return any(window.starts_at <= minute < window.ends_at for window in windows)


def _clock_text(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
