"""Orders on a continuous venue, from the queue to the journal and back in an answer."""

import pytest
from sqlalchemy import Engine

from ledger.core.audit import audit
from ledger.core.database import reading
from ledger.core.moves import PositionKind
from ledger.refusals import Refused
from ledger.units import Quantity
from market.commands import CommandCode
from market.decisions import MarketCode
from market.submission import submit
from tests.support.market_floor import Floor, make_floor, refused
from tests.support.market_venues import CONTINUOUS, with_rules


@pytest.fixture
def floor(engine: Engine) -> Floor:
    made = make_floor(engine, with_rules(CONTINUOUS, resale_lock_days="1"))
    made.fund("a1", units=1000)
    made.fund("b1", fen=10_000_000)
    return made


def test_a_resting_order_holds_its_units(floor: Floor) -> None:
    answer = floor.place("a1", "sell", "300", "70.50")
    assert answer.status == "accepted"
    assert answer.answer["status"] == "resting"
    order = answer.answer["order"]
    assert floor.held_units("a1", order) == 300
    assert floor.has(floor.units("a1")) == [700]


def test_a_buyer_holds_the_limit_value_and_the_whole_fee(floor: Floor) -> None:
    """100 x 70.00 = 7,000.00 and 0.1 % of it, 7.00."""
    order = floor.place("b1", "buy", "100", "70.00").answer["order"]
    assert floor.held_money("b1", order) == 700_700
    assert floor.has(floor.cash("b1")) == [10_000_000 - 700_700]


def test_a_trade_moves_units_money_and_fees_at_once(floor: Floor) -> None:
    """100 at 70.50 of a bid at 71.00: 7,050.00, fees 7.05 each, the rest back to the buyer."""
    sell = floor.place("a1", "sell", "300", "70.50").answer["order"]
    answer = floor.place("b1", "buy", "100", "71.00")
    assert answer.answer["status"] == "filled"
    assert answer.answer["fills"] == [[1, 7050, 100]]
    assert floor.has(floor.units("b1", PositionKind.BOUGHT)) == [100]
    assert floor.held_units("a1", sell) == 200
    assert floor.has(floor.cash("a1")) == [705_000 - 705]
    assert floor.has(floor.cash("b1")) == [10_000_000 - 705_000 - 705]
    with reading(floor.engine) as session:
        assert not audit(session).differences


def test_what_was_bought_today_cannot_be_sold_today(floor: Floor) -> None:
    floor.place("a1", "sell", "300", "70.50")
    floor.place("b1", "buy", "100", "70.50")
    said = refused(floor.place("b1", "sell", "60", "70.60"))
    assert said.code == MarketCode.BOUGHT_TODAY_NOT_SELLABLE
    assert said.values == {
        "available": Quantity(0, "tCO2e"),
        "locked": Quantity(100, "tCO2e"),
        "needed": Quantity(60, "tCO2e"),
    }


def test_cancelling_gives_everything_back(floor: Floor) -> None:
    order = floor.place("b1", "buy", "100", "70.00").answer["order"]
    answer = floor.ask("b1", "cancel", order=order)
    assert answer.answer == {"order": order, "status": "cancelled"}
    assert floor.has(floor.cash("b1")) == [10_000_000]


def test_nobody_cancels_anothers_order(floor: Floor) -> None:
    order = floor.place("b1", "buy", "100", "70.00").answer["order"]
    said = refused(floor.ask("a1", "cancel", order=order))
    assert said.code == MarketCode.ORDER_NO_LONGER_OPEN
    assert floor.held_money("b1", order) == 700_700


def test_amending_moves_the_hold(floor: Floor) -> None:
    order = floor.place("b1", "buy", "100", "70.00").answer["order"]
    assert floor.ask("b1", "amend", order=order, quantity="40").answer["open_lots"] == 40
    assert floor.held_money("b1", order) == 40 * 7000 + 280
    floor.ask("b1", "amend", order=order, price="71.00", quantity="50")
    assert floor.held_money("b1", order) == 50 * 7100 + 355
    said = refused(floor.ask("b1", "amend", order=order, quantity="100000000"))
    assert said.code == "cash_too_small"
    assert floor.held_money("b1", order) == 50 * 7100 + 355


def test_the_same_key_gives_the_first_answer(floor: Floor) -> None:
    first = floor.ask("a1", "place", "key", **floor.order("a1", "sell", "300", "70.50"))
    command = floor.command("a1", "place", floor.order("a1", "sell", "300", "70.50"), "key")
    assert submit(floor.engine, command, floor.now) == first
    other = floor.command("a1", "place", floor.order("a1", "sell", "301", "70.50"), "key")
    again = submit(floor.engine, other, floor.now)
    assert isinstance(again, Refused)
    assert again.code == CommandCode.KEY_ALREADY_USED_FOR_OTHER_CONTENT
    assert floor.runner.drain() == 0


def test_what_was_bought_is_sellable_on_the_next_trading_day(floor: Floor) -> None:
    floor.place("a1", "sell", "300", "70.50")
    floor.place("b1", "buy", "100", "70.50")
    floor.tick(days=1)
    assert floor.place("b1", "sell", "60", "70.60").status == "accepted"
    assert floor.has(floor.units("b1", PositionKind.BOUGHT), floor.units("b1")) == [0, 40]
