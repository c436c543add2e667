"""Trading cases C27 and C29 played through the market: two days of a carbon venue by listing.

Rules: notice of the Shanghai exchange on national carbon trading, 22 June 2021.  The venue opens
with a previous close of 70.00, so the first day's bands are 63.00-77.00 and, for blocks,
49.00-91.00.
"""

import pytest
from sqlalchemy import Engine, select

from ledger.core.audit import audit
from ledger.core.database import reading
from ledger.core.moves import PositionKind
from ledger.units import Quantity
from market.book.orders import BookCode
from market.calendar import SessionCode
from market.decisions import MarketCode
from market.reference_price import open_of
from market.replay import replay
from market.replay_findings import ReplayReport
from market.rolling import roll_all
from market.submission import Answer
from market.tables import trade
from market.venues import terms_at
from tests.support.market_floor import Floor, make_floor
from tests.support.market_refusals import refused
from tests.support.market_venues import LISTING, at

LISTED = (("1000", "70.00"), ("3000", "71.00"), ("6000", "72.50"))
TWENTY_MILLION_YUAN = 2_000_000_000


@pytest.fixture
def floor(engine: Engine) -> Floor:
    """Tuesday 10:00; two sellers and a buyer."""
    made = make_floor(engine, LISTING)
    made.fund("a1", units=500_000)
    made.fund("a2", units=500_000)
    made.fund("b1", fen=TWENTY_MILLION_YUAN)
    return made


def pick(floor: Floor, trader: str, side: str, quantity: str, *orders: object) -> Answer:
    return floor.ask(
        trader,
        "pick",
        account=floor.numbers[trader],
        side=side,
        quantity=quantity,
        orders=list(orders),
    )


def list_and_pick(floor: Floor, quantity: str, price: str) -> None:
    order = floor.place("a1", "sell", quantity, price).answer["order"]
    assert pick(floor, "b1", "buy", quantity, order).answer["status"] == "filled"


def propose_block(floor: Floor, quantity: str, price: str) -> Answer:
    return floor.ask(
        "a2",
        "propose",
        account=floor.numbers["a2"],
        counterparty=floor.numbers["b1"],
        mode="block",
        side="sell",
        quantity=quantity,
        price=price,
    )


def first_day(floor: Floor) -> None:
    """Three listing trades in the morning, one block in the afternoon."""
    for quantity, price in LISTED:
        list_and_pick(floor, quantity, price)
    floor.now = at(17, 14)
    order = propose_block(floor, "200000", "65.00").answer["order"]
    confirmed = floor.ask("b1", "confirm", order=order, account=floor.numbers["b1"])
    assert confirmed.answer["fills"] == [[4, 6500, 200_000]]


def day_began(floor: Floor, day: int) -> tuple[int | None, tuple[int, int] | None]:
    """Let a day begin at 10:00; give its reference price and the band of the listing."""
    floor.now = at(day, 10)
    floor.runner.drain()
    venue = floor.runner._venues[floor.venue.id]
    return venue.state.reference_ticks, venue.book.band


def test_c27_the_close_is_the_average_of_the_listing_trades(floor: Floor) -> None:
    """(1,000 x 70.00 + 3,000 x 71.00 + 6,000 x 72.50) / 10,000 = 71.80; the block is left out."""
    first_day(floor)
    assert open_of(floor.runner._venues[floor.venue.id].state.prices, None) == 7000
    assert day_began(floor, 18) == (7180, (6462, 7898))
    # Nothing trades on Wednesday: the close stays, and so do Thursday's bands.
    assert day_began(floor, 19) == (7180, (6462, 7898))
    with reading(floor.engine) as session:
        tape = session.execute(
            select(trade.c.mode, trade.c.price_ticks, trade.c.lots).order_by(trade.c.number)
        ).all()
        assert not audit(session).differences
        report = replay(session, floor.venue.code)
    assert [tuple(row) for row in tape] == [
        ("listing", 7000, 1_000),
        ("listing", 7100, 3_000),
        ("listing", 7250, 6_000),
        ("block", 6500, 200_000),
    ]
    assert isinstance(report, ReplayReport)
    assert report.identical, report


def test_c27_money_and_units_of_the_day(floor: Floor) -> None:
    """718,000.00 by listing and 13,000,000.00 in the block, 0.1 % on each side of every order."""
    first_day(floor)
    listing, block = 71_800_000, 1_300_000_000
    assert floor.has(floor.cash("a1"), floor.cash("a2")) == [
        listing - listing // 1000,
        block - block // 1000,
    ]
    spent = (listing + block) * 1001 // 1000
    assert floor.has(floor.cash("b1")) == [TWENTY_MILLION_YUAN - spent]
    assert floor.has(floor.units("b1", PositionKind.BOUGHT)) == [210_000]


def test_c27_bands_of_the_next_day(floor: Floor) -> None:
    first_day(floor)
    day_began(floor, 18)
    for price in ("64.61", "78.99"):
        said = refused(floor.place("a1", "sell", "1", price))
        assert said.code == BookCode.ORDER_PRICE_OUTSIDE_BAND
        assert (said.values["lowest"], said.values["highest"]) == ("64.62", "78.98")
    for price in ("78.98", "64.62"):
        assert floor.place("a1", "sell", "1", price).status == "accepted"
    floor.now = at(18, 13)
    for price in ("50.25", "93.35"):
        said = refused(propose_block(floor, "100000", price))
        assert said.code == BookCode.ORDER_PRICE_OUTSIDE_BAND
        assert (said.values["lowest"], said.values["highest"]) == ("50.26", "93.34")
    for price in ("50.26", "93.34"):
        assert propose_block(floor, "100000", price).status == "accepted"


def test_c27_sizes_and_hours(floor: Floor) -> None:
    too_much = refused(floor.place("a1", "sell", "100000", "70.00"))
    assert too_much.code == MarketCode.QUANTITY_ABOVE_MAXIMUM
    assert too_much.values["maximum"] == Quantity(99_999, "tCO2e")
    assert floor.place("a1", "sell", "99999", "70.00").status == "accepted"
    early = refused(propose_block(floor, "100000", "65.00"))
    assert early.code == SessionCode.OUTSIDE_SESSION
    assert early.values["next_opening"] == at(17, 13).instant
    floor.now = at(17, 13)
    too_little = refused(propose_block(floor, "99999", "65.00"))
    assert too_little.code == MarketCode.QUANTITY_BELOW_MINIMUM
    assert too_little.values["minimum"] == Quantity(100_000, "tCO2e")
    assert propose_block(floor, "100000", "65.00").status == "accepted"


def test_c29_what_was_bought_today_is_locked_until_the_next_trading_day(floor: Floor) -> None:
    """Holds 500, buys 1,000: may sell 500 today and 1,500 on the next trading day."""
    floor.fund("b1", units=500)
    list_and_pick(floor, "1000", "70.00")
    locked = refused(floor.place("b1", "sell", "600", "72.00"))
    assert locked.code == MarketCode.BOUGHT_TODAY_NOT_SELLABLE
    assert locked.values == {
        "available": Quantity(500, "tCO2e"),
        "locked": Quantity(1_000, "tCO2e"),
        "needed": Quantity(600, "tCO2e"),
    }
    order = floor.place("b1", "sell", "500", "72.00")
    assert order.status == "accepted"
    floor.ask("b1", "cancel", order=order.answer["order"])
    # The day begins: the runner rolls what was bought before it, and only once.
    day_began(floor, 18)
    assert floor.has(floor.units("b1"), floor.units("b1", PositionKind.BOUGHT)) == [1_500, 0]
    with reading(floor.engine) as session:
        days = terms_at(session, floor.venue.id, floor.now.instant).sessions.days
    assert roll_all(floor.engine, floor.asset, days, floor.now) == 0
    too_much = refused(floor.place("b1", "sell", "1501", "72.00"))
    assert too_much.code == "available_too_small"
    assert floor.place("b1", "sell", "1500", "72.00").status == "accepted"


def test_c29_money_of_a_sale_at_ten_buys_a_minute_later(floor: Floor) -> None:
    """100 at 70.00 bring 7,000.00 less 7.00; at 10:01 99 at 70.00 cost 6,936.93."""
    bid = floor.place("b1", "buy", "100", "70.00").answer["order"]
    assert pick(floor, "a1", "sell", "100", bid).answer["status"] == "filled"
    assert floor.has(floor.cash("a1")) == [699_300]
    floor.tick(minutes=1)
    offer = floor.place("a2", "sell", "99", "70.00").answer["order"]
    assert pick(floor, "a1", "buy", "99", offer).answer["status"] == "filled"
    assert floor.has(floor.cash("a1")) == [699_300 - 693_693]
