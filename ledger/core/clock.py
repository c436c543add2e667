"""Now, as the ledger understands it: an instant and the day it falls on at the registry's place.

Time is passed in, never asked for inside a rule.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

REGISTRY_ZONE = timezone(timedelta(hours=8), "Beijing")
"""China has one civil time all year, so a fixed offset is exact."""


@dataclass(frozen=True, slots=True)
class Now:
    """One instant (UTC) and the business day it belongs to."""

    instant: datetime
    today: date


def now_at(instant: datetime) -> Now:
    """Give the business day to an aware instant."""
    return Now(instant.astimezone(UTC), instant.astimezone(REGISTRY_ZONE).date())


def clock() -> Now:
    """Ask the machine for the time: for the outer edge only."""
    return now_at(datetime.now(UTC))
