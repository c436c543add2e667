"""The day that a page's figures are of: today, or a day in the past that the reader asked for."""

from dataclasses import dataclass
from datetime import date

from flask import abort

from ledger.core.clock import now_at
from web.frame import page_instant
from web.language import current
from web.queries import asked_day


@dataclass(frozen=True, slots=True)
class AsOf:
    """A business day that is over or runs; ``today`` is the page's own."""

    day: date
    today: date

    @property
    def past(self) -> bool:
        """Whether figures are of a day before today."""
        return self.day < self.today

    @property
    def asked(self) -> str | None:
        """The day as addresses carry it; nothing for today."""
        return self.day.isoformat() if self.past else None

    def words(self) -> str:
        """Say the day; of today also the minute."""
        if self.past:
            return current().day(self.day)
        return current().moment(page_instant())


def asked_as_of() -> AsOf:
    """Read ``on`` of the address; a day that is still to come is refused."""
    today = now_at(page_instant()).today
    day = asked_day("on") or today
    if day > today:
        abort(400)
    return AsOf(day, today)
