"""A trading day of a venue by the clock: calls, random ends, halts, expiry, the next day's band."""

import json
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import Engine, select

from ledger.core.audit import audit
from ledger.core.clock import now_at
from ledger.core.database import reading
from ledger.refusals import Refused
from market.book.call import random_end
from market.decisions import MarketCode
from market.store import load_state
from market.tables import command_log, trade
from tests.support.market_floor import Floor, make_floor, refused
from tests.support.market_venues import CONTINUOUS, at, with_rules


@pytest.fixture
def floor(sqlite_engine: Engine) -> Floor:
    made = make_floor(sqlite_engine, with_rules(CONTINUOUS), now=at(17, 9, 14))
    made.fund("a1", units=10_000)
    made.fund("a2", units=10_000)
    made.fund("b1", fen=10**9)
    made.fund("b2", fen=10**9)
    return made


def events(floor: Floor, name: str) -> list[dict[str, Any]]:
    """What happened under a name, in order."""
    with reading(floor.engine) as session:
        rows = session.scalars(select(command_log.c.events).order_by(command_log.c.number))
        told = [event for row in rows for event in json.loads(row)]
    return [event for event in told if event["event"] == name]


def trades(floor: Floor) -> list[tuple[str, int, int]]:
    with reading(floor.engine) as session:
        rows = session.execute(select(trade).order_by(trade.c.number))
        return [(row.mode, row.price_ticks, row.lots) for row in rows]


def stand(floor: Floor) -> str:
    with reading(floor.engine) as session:
        return str(load_state(session, floor.venue.id).stand)


def to(floor: Floor, hour: int, minute: int = 0, second: int = 0, day: int = 17) -> None:
    floor.now = at(day, hour, minute, second)
    floor.runner.drain()


def test_orders_gather_in_the_opening_call_and_trade_at_one_price(floor: Floor) -> None:
    to(floor, 9, 15)
    assert stand(floor) == "call"
    floor.place("b1", "buy", "300", "70.20")
    floor.place("b2", "buy", "200", "70.10")
    floor.place("a1", "sell", "400", "69.90")
    assert trades(floor) == []
    to(floor, 9, 25)
    # 400 can trade at 69.90 to 70.10; bids are left over, so the highest of these prices.
    assert trades(floor) == [("call", 7010, 300), ("call", 7010, 100)]
    with reading(floor.engine) as session:
        assert not audit(session).differences


def test_the_call_ends_at_random_by_a_seed_committed_before(floor: Floor) -> None:
    to(floor, 9, 15)
    floor.place("b1", "buy", "10", "70.00")
    floor.place("a1", "sell", "10", "70.00")
    (committed,) = events(floor, "seed_committed")
    assert events(floor, "seed_revealed") == []
    assert trades(floor) == []
    to(floor, 9, 25)
    (revealed,) = events(floor, "seed_revealed")
    assert sha256(revealed["seed"].encode()).hexdigest() == committed["commitment"]
    scheduled = at(17, 9, 25).instant
    ended = random_end(revealed["seed"], scheduled - timedelta(seconds=30), scheduled)
    assert scheduled - timedelta(seconds=30) <= ended <= scheduled
    assert trades(floor) == [("call", 7000, 10)]


def test_a_call_that_ended_early_stays_over_until_its_hour(floor: Floor) -> None:
    to(floor, 9, 15)
    floor.place("b1", "buy", "10", "70.00")
    with reading(floor.engine) as session:
        until = load_state(session, floor.venue.id).phase_until
    assert until is not None
    floor.now = now_at(until)
    floor.runner.drain()
    assert stand(floor) == "break"
    to(floor, 9, 30)
    assert stand(floor) == "continuous"


def test_nobody_cancels_in_the_last_minutes_of_a_call(floor: Floor) -> None:
    to(floor, 9, 16)
    order = floor.place("b1", "buy", "10", "70.00").answer["order"]
    other = floor.place("b1", "buy", "11", "70.00").answer["order"]
    assert floor.ask("b1", "cancel", order=order).status == "accepted"
    to(floor, 9, 21)
    assert refused(floor.ask("b1", "cancel", order=other)).code == MarketCode.NO_CANCEL_IN_CALL


def test_market_and_immediate_orders_wait_for_continuous_trading(floor: Floor) -> None:
    to(floor, 9, 16)
    for more in ({"tif": "IOC"}, {"tif": "FOK"}):
        said = refused(floor.place("b1", "buy", "10", "70.00", **more))
        assert said.code == "no_immediate_order_in_call"
    assert refused(floor.place("b1", "buy", "10")).code == "no_immediate_order_in_call"


def test_a_price_too_far_from_the_last_halts_into_a_call(floor: Floor) -> None:
    """Last 70.00, dynamic band 5 %: 73.50 still trades, 73.51 begins a call of five minutes."""
    to(floor, 10)
    floor.place("a1", "sell", "10", "70.00")
    floor.place("a1", "sell", "10", "73.50")
    floor.place("a1", "sell", "10", "74.00")
    answer = floor.place("b1", "buy", "30", "74.00")
    assert trades(floor) == [("continuous", 7000, 10), ("continuous", 7350, 10)]
    assert answer.answer["open_lots"] == 10
    assert stand(floor) == "call"
    to(floor, 10, 5)
    assert stand(floor) == "continuous"
    assert trades(floor)[2:] == [("call", 7400, 10)]


def test_a_day_order_ends_with_its_day_and_a_dated_one_at_its_time(floor: Floor) -> None:
    to(floor, 10)
    day = floor.place("b1", "buy", "10", "69.00", tif="DAY").answer["order"]
    dated = floor.place(
        "b1", "buy", "20", "69.00", tif="GTD", expires_at="2026-11-17T10:30:00+08:00"
    ).answer["order"]
    lasting = floor.place("b1", "buy", "30", "69.00").answer["order"]
    to(floor, 10, 30)
    assert floor.held_money("b1", dated) == 0
    assert floor.held_money("b1", day) > 0
    # The last session of this venue, that of agreements, ends at 15:30.
    to(floor, 15, 30)
    assert floor.held_money("b1", day) == 0
    assert floor.held_money("b1", lasting) > 0


def test_the_next_day_begins_around_the_close(floor: Floor) -> None:
    """Closes at the volume-weighted (1 x 70.00 + 3 x 71.00) / 4 = 70.75; the band is 10 % of it."""
    to(floor, 10)
    floor.place("a1", "sell", "100", "70.00")
    floor.place("b1", "buy", "100", "70.00")
    floor.place("a1", "sell", "300", "71.00")
    floor.place("b1", "buy", "300", "71.00")
    to(floor, 9, 0, day=18)
    began = events(floor, "day_began")[-1]
    assert (began["reference_ticks"], began["band"]) == (7075, [6368, 7783])
    to(floor, 9, 0, day=19)
    assert events(floor, "day_began")[-1]["reference_ticks"] == 7075


def test_after_a_halt_crossing_orders_meet_in_a_call(floor: Floor) -> None:
    to(floor, 10)
    floor.place("a1", "sell", "10", "70.00")
    floor.ask("", "halt", reason="核查异常报价")
    assert stand(floor) == "halted"
    to(floor, 10, 20)
    assert stand(floor) == "halted"
    order = floor.place("b1", "buy", "10", "70.00")
    assert refused(order).code == MarketCode.VENUE_HALTED
    assert floor.ask("", "resume").status == "accepted"
    assert stand(floor) == "continuous"
    assert refused(floor.ask("", "resume")).code == MarketCode.COMMAND_NOT_IN_THIS_PHASE


def test_an_operator_opens_and_ends_a_call(floor: Floor) -> None:
    to(floor, 10)
    assert floor.ask("", "open_call", minutes=3).status == "accepted"
    floor.place("a1", "sell", "10", "69.90")
    floor.place("b1", "buy", "10", "70.10")
    assert trades(floor) == []
    assert floor.ask("", "uncross").status == "accepted"
    assert trades(floor) == [("call", 7000, 10)]
    assert stand(floor) == "continuous"


def test_a_restarted_runner_has_the_same_book(floor: Floor) -> None:
    to(floor, 10)
    floor.place("a1", "sell", "100", "70.50", display="10")
    floor.place("a2", "sell", "50", "70.50")
    floor.place("b1", "buy", "25", "70.50")
    before = floor.runner._venues[floor.venue.id].book.image()
    floor.runner.give_up()
    other = floor.new_runner("second")
    assert other.take_lease()
    other.drain()
    assert other._venues[floor.venue.id].book.image() == before
    floor.runner = other
    assert not isinstance(floor.place("b2", "buy", "60", "70.50"), Refused)
    # After 25 of the first slices: 5 shown of a1's third slice stand behind a2's remaining 35.
    assert [lots for _, _, lots in trades(floor)] == [10, 15, 35, 10, 10, 5]
