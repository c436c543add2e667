"""A market that never closes, and streams of commands to it, for tests of crashes and concurrency."""

import random
from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import Engine

from ledger.core.audit import audit
from ledger.core.clock import clock
from ledger.core.database import reading, run
from ledger.refusals import Refused
from market.calendar import Mode
from market.demonstration_venue import WORKDAYS
from market.replay import replay
from market.replay_findings import ReplayReport
from market.submission import Answer, NewCommand, answer_of
from market.venue_calendars import open_calendar
from market.venue_definition import VenueDefinition
from tests.support.market_floor import TRADERS, Floor, make_floor
from tests.support.market_venues import ACTOR, CONTINUOUS, EVE, with_rules

EVERY_DAY = replace(WORKDAYS, code="every-day", weekdays="1234567")
ALWAYS_OPEN: VenueDefinition = replace(
    with_rules(
        CONTINUOUS,
        hours_continuous="00:00-24:00",
        hours_call=None,
        hours_agreement=None,
        agreement_minimum=None,
        agreement_band=None,
        agreement_registered_by=None,
        call_cancel_ban_minutes=None,
        call_random_end_seconds=None,
    ),
    calendar_code=EVERY_DAY.code,
    modes=(Mode.CONTINUOUS,),
)
UNITS, FEN = 100_000, 10**10


def always_open_floor(engine: Engine) -> Floor:
    """A floor on the machine's clock whose traders have plenty; its own runner has let go."""
    made = run(engine, lambda session: open_calendar(session, EVERY_DAY, EVE, ACTOR))
    assert not isinstance(made, Refused), made
    floor = make_floor(engine, ALWAYS_OPEN, now=clock())
    for trader in TRADERS:
        floor.fund(trader, fen=FEN, units=UNITS)
    floor.runner.give_up()
    return floor


def stream(floor: Floor, seed: int, count: int) -> Iterator[NewCommand]:
    """Orders near one price, so that about half of them trade, and some cancellations."""
    chance = random.Random(seed)
    for number in range(count):
        trader = chance.choice(TRADERS)
        if chance.random() < 0.1:
            yield floor.command(trader, "cancel_all", {}, f"s{seed}-{number}")
            continue
        order = floor.order(
            trader,
            chance.choice(("buy", "sell")),
            str(chance.randint(1, 50)),
            f"70.{chance.randint(40, 60)}",
        )
        yield floor.command(trader, "place", order, f"s{seed}-{number}")


def answer_to(floor: Floor, command: NewCommand) -> Answer | None:
    """What came of a command so far."""
    with reading(floor.engine) as session:
        found = answer_of(session, command)
    assert not isinstance(found, Refused), found
    return found


def prove(floor: Floor) -> ReplayReport:
    """The ledger recounts, and the log makes again what is stored."""
    with reading(floor.engine) as session:
        report = audit(session)
        played = replay(session, floor.venue.code)
    assert report.clean, report.differences
    assert isinstance(played, ReplayReport)
    assert played.differences == ()
    return played
