"""Working days, office hours and the delays that run in them: pure dates and times.

Knows no register and no kind of transaction: which days, hours, zone and delay apply is passed in.
Instants are aware; they are looked at in the calendar's zone, and what comes back is an instant in
that zone.  Minutes are minutes of the clock on the wall there, so that a delay over the night of a
clock change still ends at the time that everybody reads off the clock.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from ledger.refusals import ensure

DELAY_SOURCE = "UK Emissions Trading Registry, delay of transactions"
CUTOFF_SOURCE = "Regulation (EU) 2019/1122, article 35"

WORKING_DAY_MINUTES = 24 * 60
"""So many minutes of a delay are one working day (UK registry); what is left over is minutes."""


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """When the register works: from ``opens_at`` to ``closes_at``, both ends included.

    ``weekdays`` are ISO numbers (1 = Monday); ``holidays`` are off, ``extra_days`` are worked
    although their weekday is off (make-up days 调休); a day in both is off.
    """

    zone: tzinfo
    opens_at: time
    closes_at: time
    weekdays: frozenset[int]
    holidays: frozenset[date] = frozenset()
    extra_days: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        """Hold what makes the next working day exist."""
        ensure(self.opens_at < self.closes_at, "an office opens before it closes")
        ensure(bool(self.weekdays), "a week has a working day")
        ensure(self.weekdays <= frozenset(range(1, 8)), "weekdays are ISO numbers")

    def is_working_day(self, day: date) -> bool:
        """Tell whether the register works on a day."""
        if day in self.holidays:
            return False
        return day.isoweekday() in self.weekdays or day in self.extra_days

    def next_working_day(self, day: date) -> date:
        """Give the first working day after a day."""
        day += timedelta(days=1)
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return day

    def working_day_after(self, day: date, count: int) -> date:
        """Give the ``count``-th working day after a day; 0 gives the day itself."""
        ensure(count >= 0, "working days are counted forward")
        for _ in range(count):
            day = self.next_working_day(day)
        return day

    def is_open(self, instant: datetime) -> bool:
        """Tell whether the register works at an instant."""
        here = self.local(instant)
        return self.is_working_day(here.date()) and self.opens_at <= _clock(here) <= self.closes_at

    def local(self, instant: datetime) -> datetime:
        """Give an instant as the clocks of the calendar's zone show it."""
        ensure(instant.tzinfo is not None, "an instant carries its offset")
        return instant.astimezone(self.zone)

    def at(self, day: date, clock: time) -> datetime:
        """Give the instant of a clock time on a day; one that a change skips comes after it."""
        return _existing(datetime.combine(day, clock, self.zone))


def clock_start(approved: datetime, calendar: WorkingCalendar) -> datetime:
    """Give when the clock of a delay starts: at once in working time, else at the next opening.

    The closing minute itself (16:00:00) is working time, a second later is not.
    """
    here = calendar.local(approved)
    day = here.date()
    if calendar.is_working_day(day):
        if _clock(here) < calendar.opens_at:
            return calendar.at(day, calendar.opens_at)
        if _clock(here) <= calendar.closes_at:
            return here
    return calendar.at(calendar.next_working_day(day), calendar.opens_at)


def execution_time(approved: datetime, delay_minutes: int, calendar: WorkingCalendar) -> datetime:
    """Give when a delayed request is carried out (UK registry).

    Each whole ``WORKING_DAY_MINUTES`` of the delay (0 or more) is one working day, the rest is
    minutes of the clock; an end outside working time moves to the next opening.
    """
    ensure(delay_minutes >= 0, "a delay is not negative")
    start = clock_start(approved, calendar)
    days, minutes = divmod(delay_minutes, WORKING_DAY_MINUTES)
    day = calendar.working_day_after(start.date(), days)
    # Arithmetic within one zone is arithmetic on the clock on the wall.
    stop = datetime.combine(day, start.time(), calendar.zone) + timedelta(minutes=minutes)
    return clock_start(_existing(stop), calendar)


def execution_at_cutoff(proposed: datetime, cutoff: time, calendar: WorkingCalendar) -> datetime:
    """Give when an untrusted transfer is carried out by the rule of the cut-off (EU registry).

    Proposed on a working day before the cut-off: at the cut-off of the next working day; at the
    cut-off or after: of the second.  What is proposed on another day counts as proposed at the next
    opening (the article is silent; the opening is before the cut-off).
    """
    ensure(calendar.opens_at < cutoff <= calendar.closes_at, "the cut-off lies in office hours")
    here = calendar.local(proposed)
    day = here.date()
    if not calendar.is_working_day(day):
        day, days = calendar.next_working_day(day), 1
    else:
        days = 1 if _clock(here) < cutoff else 2
    return calendar.at(calendar.working_day_after(day, days), cutoff)


def _clock(here: datetime) -> time:
    return here.time().replace(fold=0)


def _existing(local: datetime) -> datetime:
    """A clock time that a change of the clocks skips becomes the one that is read instead of it."""
    return local.astimezone(UTC).astimezone(local.tzinfo)
