"""The carbon day of the Shanghai notice, played through the runner: what the public sees of it."""

import json

import pytest
from sqlalchemy import Engine

from ledger.core.database import reading
from market.book.orders import Side
from market.calendar import Mode
from market.candles import Window, candles
from market.daily_sheet import DaySheet, day_sheet
from market.own_orders import orders_of_party
from market.stream import BOOK_CHANGED, events_after
from market.tape import tape
from market.views import Level, MarketHead, Posting, depth, market_head, postings
from tests.support.market_floor import Floor, make_floor
from tests.support.market_venues import LISTING, at


@pytest.fixture
def floor(engine: Engine) -> Floor:
    made = make_floor(engine, LISTING)
    made.fund("a1", units=400_000)
    made.fund("b1", fen=10_000_000_000)
    return made


def pick(floor: Floor, quantity: str, *orders: int) -> None:
    answer = floor.ask(
        "b1",
        "pick",
        account=floor.numbers["b1"],
        side="buy",
        quantity=quantity,
        orders=list(orders),
    )
    assert answer.refused is None, answer


def post(floor: Floor, quantity: str, price: str) -> int:
    answer = floor.place("a1", "sell", quantity, price)
    assert answer.refused is None, answer
    return answer.number


def propose_block(floor: Floor) -> int:
    answer = floor.ask(
        "a1",
        "propose",
        account=floor.numbers["a1"],
        counterparty=floor.numbers["b1"],
        mode="block",
        side="sell",
        quantity="200000",
        price="65.00",
    )
    assert answer.refused is None, answer
    return answer.number


def head_of(floor: Floor) -> MarketHead:
    with reading(floor.engine) as session:
        found = market_head(session, floor.venue.code)
    assert isinstance(found, MarketHead)
    return found


def sheet_of(floor: Floor) -> DaySheet:
    with reading(floor.engine) as session:
        found = day_sheet(session, head_of(floor), floor.now.today, floor.now.today)
    assert isinstance(found, DaySheet)
    return found


def test_the_block_moves_neither_the_days_prices_nor_its_close(floor: Floor) -> None:
    """1,000 at 70.00, 3,000 at 71.00, 6,000 at 72.50; a block of 200,000 at 65.00: close 71.80."""
    for quantity, price in (("1000", "70.00"), ("3000", "71.00"), ("6000", "72.50")):
        pick(floor, quantity, post(floor, quantity, price))
    floor.now = at(17, 13, 30)
    order = propose_block(floor)
    confirmed = floor.ask("b1", "confirm", order=order, account=floor.numbers["b1"])
    assert confirmed.refused is None, confirmed
    sheet = sheet_of(floor)
    assert (sheet.open_ticks, sheet.high_ticks, sheet.low_ticks) == (7000, 7250, 7000)
    assert (sheet.last_ticks, sheet.close_ticks) == (7250, 7180)
    assert [(one.mode, one.trades, one.lots, one.value_fen) for one in sheet.by_mode] == [
        (Mode.LISTING, 3, 10_000, 71_800_000),
        (Mode.BLOCK, 1, 200_000, 1_300_000_000),
    ]
    with reading(floor.engine) as session:
        lines = tape(session, floor.venue.id).lines
        day = candles(session, floor.venue.id, Window.DAY, floor.now.today, floor.now.today)
    assert [(line.mode, line.price_ticks) for line in lines[:2]] == [
        ("block", 6500),
        ("listing", 7250),
    ]
    assert [(one.low_ticks, one.close_ticks, one.lots) for one in day] == [(7000, 7250, 10_000)]
    floor.now = at(18, 10)
    floor.runner.drain()
    assert head_of(floor).reference_ticks == 7180
    assert sheet_of(floor).previous_close_ticks == 7180


def test_what_is_proposed_to_one_is_in_nobody_elses_depth_or_stream(floor: Floor) -> None:
    post(floor, "1000", "70.00")
    floor.now = at(17, 13, 30)
    floor.runner.drain()
    with reading(floor.engine) as session:
        before = events_after(session, floor.venue.id, 0)
    order = propose_block(floor)
    with reading(floor.engine) as session:
        assert depth(session, floor.venue.id, None).asks == (Level(7000, 1000, 1000),)
        after = events_after(session, floor.venue.id, before.last)
        (own, _) = orders_of_party(session, floor.parties["a1"]).orders
    assert [event.name for event in after.events if event.name != BOOK_CHANGED] == []
    assert "65" not in json.dumps([dict(event.values) for event in after.events])
    assert (own.number, own.mode) == (order, "block")


def test_a_taker_sees_the_posted_orders_of_the_best_levels_by_number(floor: Floor) -> None:
    second, first, later = (
        post(floor, "100", "70.20"),
        post(floor, "200", "70.10"),
        post(floor, "300", "70.10"),
    )
    beyond = post(floor, "50", "70.90")
    with reading(floor.engine) as session:
        two = depth(session, floor.venue.id, 2)
        seen = postings(session, floor.venue.id, two)
    assert seen == [
        Posting(first, Side.SELL, 7010, 200),
        Posting(later, Side.SELL, 7010, 300),
        Posting(second, Side.SELL, 7020, 100),
    ]
    assert beyond not in [each.number for each in seen]
