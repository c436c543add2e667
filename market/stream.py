"""The live stream: what the public may hear of a venue, in the order of its commands.

Only what is listed here goes out, so an event that another module begins to write stays inside
until somebody decides that it is public.  Trades go out without the numbers of the orders that
met; what happens to single orders goes out only as *the book changed*: whoever listens reads the
depth again.  The reason of a halt goes out where somebody gave one, not where settlement failed:
that text is for the regulator's page.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ledger.refusals import ensure
from market.commands import CommandKind
from market.tables import command_log

COMMANDS_MAX = 500
"""Commands that are looked through at once."""

PUBLIC_EVENTS: Mapping[str, tuple[str, ...]] = {
    "trade": ("trade", "mode", "price_ticks", "lots"),
    "day_began": ("day", "reference_ticks", "band"),
    "phase_changed": ("stand", "reason"),
    "call_ended": ("price_ticks", "lots"),
    "volatility_halt": ("last_ticks",),
    "seed_committed": ("commitment",),
    "seed_revealed": ("seed", "commitment"),
}
"""What is public, and what of it."""

BOOK_EVENTS = frozenset({"order_accepted", "order_amended", "order_cancelled", "order_reduced"})
"""What goes out only as *the book changed*."""

BOOK_CHANGED = "book_changed"


@dataclass(frozen=True, slots=True)
class PublicEvent:
    """What happened: its command's number, when that was decided, its name and its figures."""

    number: int
    at: datetime
    name: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Events of a stretch of the log; ``last`` is the number to ask with next time.

    All events of a command are in one stretch, so a listener that lost the line asks again with
    the last number it has and misses nothing.  ``more`` says that there are commands after it.
    """

    events: tuple[PublicEvent, ...]
    last: int
    more: bool


def events_after(
    session: Session, venue_id: int, number: int, *, limit: int = COMMANDS_MAX
) -> Stretch:
    """Give the public events of commands above a number, at most ``limit`` commands of them."""
    ensure(1 <= limit <= COMMANDS_MAX, "1..500 commands are looked through at once")
    rows = session.execute(
        select(
            command_log.c.number,
            command_log.c.kind,
            command_log.c.decided_at,
            command_log.c.events,
        )
        .where(
            command_log.c.market == "venue",
            command_log.c.market_id == venue_id,
            command_log.c.number > number,
        )
        .order_by(command_log.c.number)
        .limit(limit + 1)
    ).all()
    seen = rows[:limit]
    events = tuple(event for row in seen for event in _public(row))
    last = seen[-1].number if seen else number
    return Stretch(events, last, len(rows) > limit)


def newest_number(session: Session, venue_id: int) -> int:
    """Give the number of the last command of a venue, 0 before the first: where to begin."""
    found = session.scalar(
        select(func.max(command_log.c.number)).where(
            command_log.c.market == "venue", command_log.c.market_id == venue_id
        )
    )
    return found or 0


def _public(row: Any) -> Iterator[PublicEvent]:
    changed = False
    for event in json.loads(row.events):
        name = event["event"]
        if name in BOOK_EVENTS or name == "trade":
            changed = True
        shown = PUBLIC_EVENTS.get(name)
        if shown is None:
            continue
        values = {key: event[key] for key in shown if key in event}
        if "reason" in values and row.kind != CommandKind.HALT:
            values["reason"] = ""
        yield PublicEvent(row.number, row.decided_at, name, values)
    if changed:
        yield PublicEvent(row.number, row.decided_at, BOOK_CHANGED, {})
