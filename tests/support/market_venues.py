"""Venues for tests: carbon opened with two towns, money, a calendar, and a venue of each sort."""

from dataclasses import replace
from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from ledger.core.clock import REGISTRY_ZONE, Now, now_at
from ledger.refusals import Refused
from ledger.rights.cny import CNY
from ledger.rights.schemes import open_scheme
from market.demonstration_venue import WORKDAYS, carbon_continuous, carbon_listing
from market.venue_calendars import open_calendar
from market.venue_definition import RuleDefinition, VenueDefinition
from market.venues import Venue, open_venue
from tests.support.naiman import Naiman, naiman

OPENED_ON = date(2026, 11, 16)
"""A Monday."""
EVE = now_at(datetime(2026, 11, 13, 4, 0, tzinfo=UTC))
"""The Friday before, noon in Beijing."""
ACTOR = "管理员甲"


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> Now:
    """A moment of November 2026, in Beijing time."""
    return now_at(datetime(2026, 11, day, hour, minute, second, tzinfo=REGISTRY_ZONE))


def with_rules(definition: VenueDefinition, **changed: str | None) -> VenueDefinition:
    """The same venue with some rules written differently; None leaves a rule out."""
    rules = {rule.key: rule for rule in definition.rules}
    for key, value in changed.items():
        rules.pop(key, None)
        if value is not None:
            rules[key] = RuleDefinition(key, value, "示例文件")
    return replace(definition, rules=tuple(rules.values()))


def market_ground(session: Session) -> Naiman:
    """Open the carbon scheme with its holders, the money scheme and the calendar."""
    ground = naiman(session, "nm-carbon")
    open_scheme(session, CNY)
    made = open_calendar(session, WORKDAYS, EVE, ACTOR)
    assert not isinstance(made, Refused), made
    return ground


def opened(session: Session, definition: VenueDefinition, now: Now = EVE) -> Venue:
    """Open a venue that must open."""
    made = open_venue(session, definition, now, ACTOR)
    assert isinstance(made, Venue), made
    return made


LISTING = carbon_listing(OPENED_ON)
CONTINUOUS = carbon_continuous(OPENED_ON)
