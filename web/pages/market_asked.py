"""What a page about a market is asked for, and the words that all of them say figures with."""

from dataclasses import dataclass
from datetime import date

from flask import abort

from ledger.core.clock import now_at
from ledger.refusals import Refused
from market.daily_sheet import DaySheet, day_sheet, latest_day
from market.venue_terms import VenueTerms
from market.views import MarketHead, market_head
from web.frame import page_instant
from web.language import current
from web.market_words import (
    STAND_LOOKS,
    STAND_WORDS,
    change,
    direction,
    money,
    price,
    price_unit,
    quantity,
)
from web.queries import asked_day
from web.reading import snapshot
from web.report_tables import named


@dataclass(frozen=True, slots=True)
class Asked:
    """Which venue a page is about, and which day: the one asked for, else the last with trades."""

    head: MarketHead
    day: date
    today: date
    asked: str | None

    @property
    def past(self) -> bool:
        """Whether a day was asked for, so that what stands now would not fit beside it."""
        return self.asked is not None


def head_asked(code: str) -> MarketHead:
    """Give the venue with this code; one that is not there is not found."""
    found = market_head(snapshot(), code)
    if isinstance(found, Refused):
        abort(404)
    return found


def market_asked(code: str) -> Asked:
    """Read the address: a day that is still to come is refused, one before the first not found."""
    head = head_asked(code)
    today = now_at(page_instant()).today
    day = asked_day("on")
    if day is not None:
        if day > today:
            abort(400)
        return Asked(head, day, today, day.isoformat())
    shown = latest_day(snapshot(), head.venue_id) or today
    return Asked(head, max(min(shown, today), head.opened_on), today, None)


def sheet_asked(asked: Asked) -> DaySheet:
    """Give the sheet of the day that is asked about."""
    found = day_sheet(snapshot(), asked.head, asked.day, max(asked.today, asked.day))
    if isinstance(found, Refused):
        abort(404)
    return found


def market_words() -> dict[str, object]:
    """What every template of markets says figures with."""
    words = current()
    return {
        "named": named,
        "stand_words": STAND_WORDS,
        "stand_looks": STAND_LOOKS,
        "direction": direction,
        "price": lambda head, ticks: price(head, ticks, words),
        "price_unit": lambda head: price_unit(head, words),
        "lots": lambda head, count: quantity(head, count, words),
        "money": lambda fen: money(fen, words),
        "change": lambda head, sheet: change(head, sheet, words),
    }


def is_final(asked: Asked, terms: VenueTerms) -> bool:
    """Whether the day's close stands: the day is over, or its last session is."""
    if asked.day != asked.today:
        return asked.day < asked.today
    return page_instant() >= terms.sessions.closes_at(asked.day)
