"""What goes out live of a venue, and why one stands still."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import Engine

from ledger.core.database import reading, run
from market.decisions import Stand
from market.halts import Halt, halts
from market.stream import BOOK_CHANGED, PublicEvent, Stretch, events_after, newest_number
from market.submission import submit
from market.views import MarketHead, market_heads
from tests.support.market_floor import Floor, breaking, make_floor
from tests.support.market_venues import CONTINUOUS, LISTING, at, opened


@pytest.fixture
def floor(engine: Engine) -> Floor:
    made = make_floor(engine, CONTINUOUS)
    made.fund("a1", units=1000)
    made.fund("b1", fen=10_000_000)
    return made


@pytest.fixture
def lite(sqlite_engine: Engine) -> Floor:
    """A floor for what needs one kind of database only."""
    made = make_floor(sqlite_engine, CONTINUOUS)
    made.fund("a1", units=1000)
    made.fund("b1", fen=10_000_000)
    return made


def heard(floor: Floor, number: int = 0, limit: int = 500) -> Stretch:
    with reading(floor.engine) as session:
        return events_after(session, floor.venue.id, number, limit=limit)


def named(stretch: Stretch) -> list[tuple[str, dict[str, object]]]:
    return [(event.name, dict(event.values)) for event in stretch.events]


def halted(floor: Floor) -> dict[int, Halt]:
    with reading(floor.engine) as session:
        return halts(session, market_heads(session))


def test_a_trade_goes_out_without_the_orders_that_met(floor: Floor) -> None:
    floor.place("a1", "sell", "300", "70.50")
    before = newest(floor)
    floor.place("b1", "buy", "100", "71.00")
    stretch = heard(floor, before)
    assert named(stretch) == [
        ("trade", {"trade": 1, "mode": "continuous", "price_ticks": 7050, "lots": 100}),
        (BOOK_CHANGED, {}),
    ]
    assert (stretch.last, stretch.more) == (newest(floor), False)
    assert {event.at for event in stretch.events} == {floor.now.instant}


def newest(floor: Floor) -> int:
    with reading(floor.engine) as session:
        return newest_number(session, floor.venue.id)


def test_the_day_begins_with_its_reference_price_and_band(lite: Floor) -> None:
    lite.runner.drain()
    day, phase = named(heard(lite))
    assert day == (
        "day_began",
        {"day": "2026-11-17", "reference_ticks": 7000, "band": [6300, 7700]},
    )
    assert phase == ("phase_changed", {"stand": "continuous", "reason": ""})


def test_no_order_number_and_no_account_ever_goes_out(lite: Floor) -> None:
    order = lite.place("b1", "buy", "7", "69.99").answer["order"]
    lite.ask("b1", "amend", order=order, quantity="5")
    lite.ask("b1", "cancel", order=order)
    lite.place("b1", "buy", "999999999", "69.99")
    stretch = heard(lite)
    assert [event.name for event in stretch.events][2:] == [BOOK_CHANGED] * 3
    written = json.dumps(named(stretch))
    assert "order" not in written
    assert not any(number in written for number in lite.numbers.values())


def test_a_listener_that_lost_the_line_misses_nothing(lite: Floor) -> None:
    for _ in range(3):
        lite.place("a1", "sell", "10", "70.50")
        lite.place("b1", "buy", "10", "70.50")
    whole = heard(lite)
    pieces: list[PublicEvent] = []
    stretch = heard(lite, limit=2)
    while stretch.events:
        pieces += stretch.events
        stretch = heard(lite, stretch.last, limit=2)
    assert tuple(pieces) == whole.events
    assert (stretch.last, stretch.more) == (whole.last, False)
    assert heard(lite, limit=2).more


def test_an_operators_halt_is_told_to_everybody_with_its_reason(floor: Floor) -> None:
    answer = floor.ask("", "halt", reason="价格异常，核查中")
    assert answer.status == "accepted"
    floor.tick(minutes=1)
    floor.place("b1", "buy", "7", "69.99")
    halt = halted(floor)[floor.venue.id]
    assert (halt.number, halt.since) == (answer.number, at(17, 10).instant)
    assert (halt.reason, halt.by_fault, halt.public_reason) == (
        "价格异常，核查中",
        False,
        "价格异常，核查中",
    )
    assert named(heard(floor))[-1] == (
        "phase_changed",
        {"stand": "halted", "reason": "价格异常，核查中"},
    )
    floor.ask("", "resume")
    assert halted(floor) == {}


def test_a_fault_of_settlement_is_for_the_regulator_alone(floor: Floor) -> None:
    floor.place("a1", "sell", "300", "70.50")
    with breaking(floor, lambda entry: entry.key.startswith("trade:")):
        floor.place("b1", "buy", "100", "71.00")
    halt = halted(floor)[floor.venue.id]
    assert halt.by_fault
    assert "a fault on purpose at trade:" in halt.reason
    assert halt.public_reason == ""
    told = [event for event in heard(floor).events if event.name == "phase_changed"]
    assert told[-1].values == {"stand": "halted", "reason": ""}
    assert [head.stand for head in heads(floor)] == [Stand.HALTED]


def heads(floor: Floor) -> list[MarketHead]:
    with reading(floor.engine) as session:
        return market_heads(session)


def test_several_halts_are_told_apart(lite: Floor) -> None:
    other = run(lite.engine, lambda session: opened(session, LISTING))
    lite.ask("", "halt", reason="核查甲")
    lite.tick(seconds=1)
    command = replace(
        lite.command("", "halt", {"reason": "核查乙"}, ""), market_id=other.id, key="other"
    )
    assert submit(lite.engine, command, lite.now) is None
    lite.runner = lite.new_runner("first")
    assert lite.runner.take_lease()
    lite.runner.drain()
    told = {venue: halt.public_reason for venue, halt in halted(lite).items()}
    assert told == {lite.venue.id: "核查甲", other.id: "核查乙"}
